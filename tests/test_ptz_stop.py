"""The Stop of a movement is owed: the wire knows movements only as endless, so it is sent in every way out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.acting import call
from tests.conftest import SetUp
from tests.moving import EVERY, channel_of, movements, sent, until
from tests.pushing import device_id
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Answer, Faults, Request
from tests.walls import kill, later_in, shut_down, started_again


@pytest.fixture(name="device", params=EVERY, ids=lambda param: f"{param[0].__name__}-{param[1]}")
async def _device(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ViewtronSimulator]:
    """Run a device with a camera that moves, of every kind in both shapes."""
    kind, shape = request.param
    async with kind(shape=shape) as device:
        device.ptz_channels = {2}
        yield device


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera that moves."""
    async with IpcV2Simulator() as camera:
        yield camera


def begin(
    hass: HomeAssistant, entry: ConfigEntry[Any], device: ViewtronSimulator, channel: int | None = None, **data: Any
) -> asyncio.Task[Any]:
    """Begin a long movement as a user does, and return the call."""
    target = {"device_id": device_id(hass, entry, device, channel)}
    data = {"direction": "left", "duration": 10} | data
    return hass.async_create_task(
        hass.services.async_call(DOMAIN, "ptz_move", data, target=target, blocking=True), eager_start=True
    )


async def moves(device: ViewtronSimulator) -> None:
    """Wait until the device moves, and its answer has come back."""
    await until(lambda: bool(device.moving))
    await settled()


async def settled() -> None:
    """Let everything run that needs no time."""
    for _ in range(1000):
        await asyncio.sleep(0)


def issues(hass: HomeAssistant) -> list[str | None]:
    """Return what the user is told to look after."""
    return [issue.translation_key for (domain, _), issue in ir.async_get(hass).issues.items() if domain == DOMAIN]


async def test_stop_in_time(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Let the camera move as long as was asked, and end the action with the movement."""
    entry = await set_up(camera)
    started = hass.loop.time()
    await call(hass, "ptz_move", {"device_id": device_id(hass, entry, camera)}, direction="left", duration=0.4)
    assert hass.loop.time() - started >= 0.4
    assert movements(camera) == [(1, "Left"), (1, "Stop")]


async def test_unload(hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator) -> None:
    """Stop when the device is unloaded, and send nothing at the next start."""
    entry = await set_up(device)
    channel = channel_of(device)
    move = begin(hass, entry, device, channel)
    await moves(device)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert device.moving == {}
    await asyncio.gather(move, return_exceptions=True)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert movements(device) == [(channel or 1, "Left"), (channel or 1, "Stop")]


async def test_home_assistant_stops(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Stop when Home Assistant does."""
    entry = await set_up(camera)
    move = begin(hass, entry, camera)
    await moves(camera)
    hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_STOP)
    await until(lambda: not camera.moving)
    await asyncio.gather(move, return_exceptions=True)
    assert movements(camera) == [(1, "Left"), (1, "Stop")]


@pytest.mark.parametrize("at", ["once", "moving"])
async def test_cancelled(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, at: str) -> None:
    """Stop when the script that moves the camera is stopped, even in the middle of its first request."""
    entry = await set_up(camera)
    if at == "once":
        camera.faults = Faults(delay=0.2, only={"PtzControl"})
    move = begin(hass, entry, camera)
    await moves(camera)
    move.cancel()
    with pytest.raises(asyncio.CancelledError):
        await move
    await hass.async_block_till_done(wait_background_tasks=True)
    assert movements(camera) == [(1, "Left"), (1, "Stop")]
    assert camera.moving == {}


async def test_refused_at_the_beginning(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Owe no Stop for a movement that the device refused."""
    camera.faults = Faults(error_code=16, only={"PtzControl"})
    entry = await set_up(camera)
    with pytest.raises(HomeAssistantError, match="refused the command"):
        await begin(hass, entry, camera)
    assert sent(camera) == ["PtzControl"]
    camera.faults = Faults()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sent(camera) == ["PtzControl"]


async def test_answer_lost_at_the_beginning(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """Owe a Stop for a movement whose answer was lost: the device may have begun it."""
    entry = await set_up(camera)
    camera.faults = Faults(cut=True, only={"PtzControl"})
    with pytest.raises(HomeAssistantError):
        await begin(hass, entry, camera)
    assert movements(camera)[0] == (1, "Left")
    camera.faults = Faults()
    camera.ptz_log.clear()
    for _ in range(3):
        await later_in(hass, freezer)(2)
    assert movements(camera) == [(1, "Stop")]
    assert camera.moving == {}
    assert issues(hass) == []


async def test_second_movement(hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator) -> None:
    """Let a new movement take over from the one before, which ends its call at once; one Stop ends both."""
    entry = await set_up(device)
    channel = channel_of(device)
    first = begin(hass, entry, device, channel)
    await moves(device)
    second = begin(hass, entry, device, channel, direction="zoom_in", duration=0.3, speed=100)
    await first
    assert not second.done()
    await second
    number = channel or 1
    assert device.ptz_log == [(number, "Left", 4), (number, "ZoomIn", 8), (number, "Stop", 8)]


async def test_second_movement_refused(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Stop the first movement, at its own speed, when the one that takes over from it is refused."""
    carry_out = camera.commands["PtzControl"]

    def refuse_up(request: Request) -> Answer:
        """Refuse one direction."""
        return camera.fail(79) if request.action == "Up" else carry_out(request)

    camera.commands["PtzControl"] = refuse_up
    entry = await set_up(camera)
    first = begin(hass, entry, camera)
    await moves(camera)
    with pytest.raises(HomeAssistantError, match="refused the command"):
        await begin(hass, entry, camera, direction="up", speed=100)
    await first
    assert camera.ptz_log == [(1, "Left", 4), (1, "Stop", 4)]


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_two_cameras(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Move two cameras of a recorder at once, each with its own end."""
    async with kind() as recorder:
        recorder.ptz_channels = {1, 3}
        entry = await set_up(recorder)
        target = {"device_id": [device_id(hass, entry, recorder, number) for number in (1, 3)]}
        other = begin(hass, entry, recorder, 3, duration=0.6)
        await moves(recorder)
        await begin(hass, entry, recorder, 1, direction="up", duration=0.1)
        assert recorder.moving == {3: ("Left", 4)}
        await other
        assert recorder.moving == {}
        assert len(recorder.ptz_log) == 4
        await call(hass, "ptz_move", target, direction="down", duration=0.1)
        assert recorder.moving == {}
        assert len(recorder.ptz_log) == 8


@pytest.mark.parametrize(
    ("action", "data", "word"),
    [("ptz_goto_preset", {"preset": "Gate"}, "preset"), ("ptz_cruise", {"cruise": "Round"}, "cruise")],
)
async def test_something_else_ends_a_movement(
    hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator, action: str, data: dict[str, Any], word: str
) -> None:
    """Stop a movement before a preset or a cruise; its own Stop must not come afterwards and end those."""
    entry = await set_up(device)
    channel = channel_of(device)
    move = begin(hass, entry, device, channel)
    await moves(device)
    await call(hass, action, {"device_id": device_id(hass, entry, device, channel)}, **data)
    await move
    number = channel or 1
    assert movements(device) == [(number, "Left"), (number, "Stop"), (number, word)]


async def test_device_away(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """Say that the camera may still be moving, go on trying, and take that back when it has stopped."""
    entry = await set_up(camera)
    later = later_in(hass, freezer)
    move = begin(hass, entry, camera)
    await moves(camera)
    camera.faults.refuse_connections = True
    freezer.tick(11)
    with pytest.raises(HomeAssistantError, match="may still be moving"):
        await move
    assert issues(hass) == ["stop_owed"]
    for _ in range(3):
        await later(61)
    assert camera.moving == {1: ("Left", 4)}
    camera.faults = Faults()
    for _ in range(3):
        await later(61)
    assert movements(camera) == [(1, "Left"), (1, "Stop")]
    assert issues(hass) == []


async def lose_power(hass: HomeAssistant, device: ViewtronSimulator) -> None:
    """End Home Assistant at once, without a word to the device."""
    device.faults.refuse_connections = True
    for _ in range(2):
        kill(hass)
        await settled()
    device.faults = Faults()


async def test_away_until_the_next_start(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """Keep what is owed over a shutdown during which the camera could not be reached."""
    entry = await set_up(camera)
    await later_in(hass, freezer)(5)
    move = begin(hass, entry, camera)
    await moves(camera)
    camera.faults.refuse_connections = True
    await shut_down(hass)
    await asyncio.gather(move, return_exceptions=True)
    async with started_again() as again:
        (restored,) = again.config_entries.async_entries(DOMAIN)
        assert restored.state is ConfigEntryState.SETUP_RETRY
        assert issues(again) == ["stop_owed"]
        camera.faults = Faults()
        for _ in range(12):
            await later_in(again, freezer)(10)
        assert movements(camera) == [(1, "Left"), (1, "Stop")]
        assert issues(again) == []


async def test_power_failure(
    hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Send the Stop first of all at the next start, and never again."""
    entry = await set_up(device)
    channel = channel_of(device)
    await later_in(hass, freezer)(5)
    move = begin(hass, entry, device, channel, speed=100)
    await moves(device)
    await lose_power(hass, device)
    await asyncio.gather(move, return_exceptions=True)
    number = channel or 1
    assert device.ptz_log == [(number, "Left", 8)]
    device.requests.clear()
    async with started_again() as again:
        assert device.ptz_log == [(number, "Left", 8), (number, "Stop", 8)]
        assert again.config_entries.async_entries(DOMAIN)[0].state is ConfigEntryState.LOADED
        commands = [request.command for request in device.requests]
        assert commands.index("PtzControl") < commands.index("GetAlarmStatus")
    device.requests.clear()
    async with started_again():
        assert sent(device) == []
