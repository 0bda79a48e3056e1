"""The blueprint that tells about trouble: one message when it begins, and one when it is over."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed, async_mock_service

from tests.blueprinting import AUTOMATION, messages, phone, settle, use
from tests.conftest import SetUp
from tests.pushing import entity_id, state, value
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator

FILE = "trouble.yaml"
GATE, YARD = "binary_sensor.gate_connection", "binary_sensor.yard_connection"
DISK, CLOCK = "binary_sensor.disk", "sensor.clock"

FEW = 20
"""Rounds that are enough where no device takes part."""

type Minutes = Callable[..., Awaitable[None]]
"""Lets minutes pass, in steps."""


@pytest.fixture(name="minutes")
def _minutes(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Minutes:
    """Return a function that does not wait for a run that lasts as long as the trouble."""

    async def _pass(*steps: float) -> None:
        for minutes in steps:
            freezer.tick(minutes * 60)
            async_fire_time_changed(hass)
            await settle(FEW if hass.states.get(DISK) else 300)

    return _pass


@pytest.fixture(name="told")
def _told(hass: HomeAssistant) -> list[ServiceCall]:
    return messages(hass)


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    async with IpcV2Simulator() as camera:
        yield camera


@pytest.fixture(name="watch")
def _watch(hass: HomeAssistant, tmp_path: Path) -> Any:
    """Return a function that uses the blueprint for sensors that are well, but for those that are given."""

    async def watch(states: dict[str, str] | None = None, **inputs: Any) -> None:
        well = {GATE: "on", YARD: "on", DISK: "off", CLOCK: "2"}
        for entity, value_ in (well | (states or {})).items():
            show(hass, entity, value_)
        watched = {"problems": [DISK], "connections": [GATE, YARD], "clocks": [CLOCK]}
        await use(hass, tmp_path, FILE, phones=[phone(hass)], **watched, **inputs)

    return watch


def show(hass: HomeAssistant, entity: str, value_: str) -> None:
    """Let a sensor show something."""
    name = entity.partition(".")[2].replace("_", " ").capitalize()
    hass.states.async_set(entity, value_, {"friendly_name": name, "device_class": "connectivity"})


def texts(told: list[ServiceCall]) -> list[str]:
    """Return what was told since the last look."""
    found = [call.data["message"] for call in told]
    told.clear()
    return found


async def is_idle(hass: HomeAssistant) -> bool:
    """Tell whether nothing is waited for any more."""
    await settle(FEW)
    automation = hass.states.get(AUTOMATION)
    assert automation is not None
    running: int = automation.attributes["current"]
    return running == 0


async def test_card_and_camera(
    hass: HomeAssistant,
    tmp_path: Path,
    set_up: SetUp,
    minutes: Minutes,
    camera: IpcV2Simulator,
    told: list[ServiceCall],
) -> None:
    """Tell of a card that is gone and back, then of a camera that is gone and back: once each, in words."""
    await set_up(camera)
    problem, picture = (entity_id(hass, camera, row) for row in ("binary_sensor.storage_problem", "camera.sub"))
    await use(hass, tmp_path, FILE, problems=[problem], devices=[picture], phones=[phone(hass)])
    cards, camera.disks = camera.disks, []
    await minutes(5.1, 1.1)
    assert value(hass, camera, "binary_sensor.storage_problem") == "on"
    assert texts(told) == []
    await minutes(5.1)
    expected = {"title": "Cameras", "message": "Gate camera Storage: Problem", "data": {"tag": f"viewwall_{problem}"}}
    assert [call.data for call in told] == [expected]
    told.clear()
    camera.disks = cards
    await minutes(5.1, 1.1)
    assert texts(told) == ["Gate camera Storage: all is well again"]
    assert await is_idle(hass)
    camera.faults.refuse_connections = True
    await minutes(1.1, 1.1, 1.1)
    assert value(hass, camera, "camera.sub") == "unavailable"
    assert texts(told) == []
    await minutes(4.1, 1.1)
    assert texts(told) == ["Gate camera SD: unavailable"]
    camera.faults.refuse_connections = False
    await minutes(1.1, 1.1)
    assert texts(told) == ["Gate camera SD: all is well again"]
    assert await is_idle(hass)
    await hass.services.async_call("automation", "turn_off", {"entity_id": AUTOMATION})


async def test_camera_of_a_recorder(
    hass: HomeAssistant, tmp_path: Path, set_up: SetUp, minutes: Minutes, told: list[ServiceCall]
) -> None:
    """Tell of a recorder's camera that is gone and back."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        channel = recorder.channels[0]
        connection = entity_id(hass, recorder, "binary_sensor.connectivity", channel.id)
        await use(hass, tmp_path, FILE, connections=[connection], phones=[phone(hass)])
        channel.status = "offline"
        await minutes(0.1, 5.1)
        assert texts(told) == [f"{channel.name} Camera connection: Disconnected"]
        channel.status = "online"
        await minutes(0.1, 0.1)
        assert texts(told) == [f"{channel.name} Camera connection: all is well again"]


async def test_events_do_not_arrive(
    hass: HomeAssistant,
    tmp_path: Path,
    set_up: SetUp,
    minutes: Minutes,
    camera: IpcV2Simulator,
    told: list[ServiceCall],
) -> None:
    """Tell when a device sends nothing more, and when it does again; and of its clock."""
    await set_up(camera)
    for _ in range(4):
        await camera.send_keepalive()
        await minutes(0.5)
    push, clock = (entity_id(hass, camera, row) for row in ("binary_sensor.event_push", "sensor.clock_offset"))
    assert value(hass, camera, "binary_sensor.event_push") == "on"
    await use(hass, tmp_path, FILE, connections=[push], clocks=[clock], phones=[phone(hass)])
    await minutes(3, 1, 5.1)
    assert texts(told) == ["Gate camera Events arrive: Disconnected"]
    await camera.send_keepalive()
    await settle()
    assert texts(told) == ["Gate camera Events arrive: all is well again"]
    known = state(hass, camera, "sensor.clock_offset")
    hass.states.async_set(clock, "-75", known.attributes)
    await settle()
    assert texts(told) == ["Gate camera Clock offset: -75 s"]
    hass.states.async_set(clock, "1", known.attributes)
    await settle()
    assert texts(told) == ["Gate camera Clock offset: all is well again"]


async def test_two_cameras(hass: HomeAssistant, watch: Any, minutes: Minutes, told: list[ServiceCall]) -> None:
    """Tell about each camera for itself, also while another one is gone."""
    await watch()
    show(hass, GATE, "off")
    await minutes(3)
    show(hass, YARD, "off")
    await minutes(2.1)
    assert texts(told) == ["Gate connection: off"]
    await minutes(3)
    assert texts(told) == ["Yard connection: off"]
    await minutes(60, 600, 6000)
    show(hass, GATE, "on")
    await settle(FEW)
    assert texts(told) == ["Gate connection: all is well again"]
    assert not await is_idle(hass)
    show(hass, YARD, "on")
    await settle(FEW)
    assert texts(told) == ["Yard connection: all is well again"]
    assert await is_idle(hass)


async def test_short_trouble(hass: HomeAssistant, watch: Any, minutes: Minutes, told: list[ServiceCall]) -> None:
    """Say nothing about what is over soon, however often, also while something else lasts."""
    await watch()
    for _ in range(2):
        for _ in range(3):
            show(hass, GATE, "off")
            await minutes(4.9)
            show(hass, GATE, "on")
            await minutes(3)
        assert texts(told) == []
        show(hass, DISK, "on")
        await minutes(5.1)
        assert len(texts(told)) <= 1
    show(hass, DISK, "off")
    await minutes(5)
    assert len(texts(told)) == 1
    assert await is_idle(hass)


async def test_silence_in_between(hass: HomeAssistant, watch: Any, minutes: Minutes, told: list[ServiceCall]) -> None:
    """Tell once about a trouble, although its sensor was unavailable in between, and only then of its end."""
    await watch()
    show(hass, GATE, "off")
    await minutes(5.1)
    assert texts(told) == ["Gate connection: off"]
    for state_ in ("unavailable", "unknown", "off"):
        show(hass, GATE, state_)
        await minutes(10)
    assert texts(told) == []
    assert not await is_idle(hass)
    # Whoever removes a sensor wants to hear of it no more.
    hass.states.async_remove(GATE)
    assert await is_idle(hass)
    assert texts(told) == []


async def test_clock(hass: HomeAssistant, watch: Any, told: list[ServiceCall]) -> None:
    """Tell once about a wrong clock, however its offset moves around the limit."""
    await watch()
    for offset in ("59", "-61", "-75", "61", "58", "62", "unavailable", "70"):
        show(hass, CLOCK, offset)
        await settle(FEW)
    assert texts(told) == ["Clock: -61"]
    show(hass, CLOCK, "30")
    await settle(FEW)
    assert texts(told) == ["Clock: all is well again"]


@pytest.mark.parametrize("starts", [False, True])
async def test_what_stood_before(
    hass: HomeAssistant, watch: Any, minutes: Minutes, told: list[ServiceCall], starts: bool
) -> None:
    """Tell after a start of what was in trouble already, in own words, and of its end."""
    custom = async_mock_service(hass, "test", "told")
    telling = [{"action": "test.told", "data": {"what": "{{ entity }}", "over": "{{ over }}"}}]
    words = {"trouble_text": "{{ name }} kaputt", "over_text": "{{ name }} gut", "title": "Kameras"}
    if starts:
        hass.set_state(CoreState.starting)
    await watch({DISK: "on"}, telling=telling, **words)
    if starts:
        hass.set_state(CoreState.running)
        hass.bus.async_fire("homeassistant_started")
    else:
        hass.bus.async_fire("automation_reloaded")
    await settle(FEW)
    await minutes(5.1)
    assert texts(told) == ["Disk kaputt"]
    hass.bus.async_fire("automation_reloaded")
    await minutes(6)
    assert texts(told) == []
    show(hass, DISK, "off")
    await settle(FEW)
    assert texts(told) == ["Disk gut"]
    assert [call.data for call in custom] == [{"what": DISK, "over": False}, {"what": DISK, "over": True}]
    assert await is_idle(hass)
