"""Binary sensors beyond the alarms: whether events arrive, what wakes, and how inputs are called."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import pytest

from tests.conftest import Later, SetUp
from tests.pushing import entity_id, post, state, value
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Target
from tests.simulators.state import SimChannel, SimInput

PUSH = "binary_sensor.event_push"


async def test_push_is_unknown_before_the_first_message(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Judge nothing before anything came, however long it takes."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        assert value(hass, camera, PUSH) == STATE_UNKNOWN
        await later(600)
        assert value(hass, camera, PUSH) == STATE_UNKNOWN
        await camera.send_keepalive()
        assert value(hass, camera, PUSH) == "on"


@pytest.mark.parametrize(
    ("spacing", "alive", "dead"), [(30, 88, 92), (60, 178, 182), (5, 29, 32), (10, 29, 32), (300, 358, 362)]
)
async def test_three_missed_heartbeats(
    hass: HomeAssistant, later: Later, set_up: SetUp, spacing: int, alive: int, dead: int
) -> None:
    """Turn off after three of the device's own heartbeats, whose spacing counts as 10 to 120 s, and on again."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        for _ in range(4):
            await later(spacing)
            await camera.send_keepalive()
        await later(alive)
        assert value(hass, camera, PUSH) == "on"
        await later(dead - alive)
        assert value(hass, camera, PUSH) == "off"
        await camera.send_keepalive()
        assert value(hass, camera, PUSH) == "on"


async def test_other_messages_are_signs_of_life_too(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Stay on while anything arrives."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        for _ in range(4):
            await later(10)
            await camera.send_keepalive()
        for _ in range(6):
            await later(20)
            await post(camera.push_url, ipc_posts.traject(camera.identity(), datetime.now(UTC)))
        assert value(hass, camera, PUSH) == "on"


async def test_without_heartbeats_silence_is_nothing(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Do not call a device dead that never said how often to expect it."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_plate("KL 1")
        assert value(hass, camera, PUSH) == "on"
        await later(3600)
        assert value(hass, camera, PUSH) != "off"


async def test_inputs_have_their_names_and_numbers(hass: HomeAssistant, set_up: SetUp) -> None:
    """Call an input as the device does, else by its number, and know it by its id."""
    async with IpcV2Simulator() as camera, NvrV2Simulator() as recorder:
        camera.alarm_inputs = [SimInput(id=1, name="Door bell")]
        await set_up(camera)
        await set_up(recorder)
        bell = state(hass, camera, "binary_sensor.alarm_input_1")
        inputs = [state(hass, recorder, f"binary_sensor.alarm_input_{number}") for number in range(1, 21)]

    assert bell.attributes["friendly_name"] == "Gate camera Door bell"
    assert len({found.attributes["friendly_name"] for found in inputs}) == 20
    assert inputs[2].attributes["friendly_name"].endswith(("Sensor 3", "Alarm input 3"))


async def test_presence_from_tracking(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Show who is tracked, appear with the first one, and end soon after the last position."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        registry = er.async_get(hass)
        for _ in range(3):
            targets = [Target(id=1, kind="person"), Target(id=2, kind="motor")]
            await post(camera.push_url, ipc_posts.traject(camera.identity(), datetime.now(UTC), targets=targets))
            await later(0.2)
        assert value(hass, camera, "binary_sensor.person_present") == "on"
        assert value(hass, camera, "binary_sensor.two_wheeler_present") == "on"
        unique_ids = {entry.unique_id for entry in registry.entities.values()}
        assert f"{camera.mac}_car_present" not in unique_ids
        await later(3)
        assert value(hass, camera, "binary_sensor.person_present") == "off"


async def test_tracking_writes_only_changes(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Write one state for a target that is tracked for seconds, several times a second."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        await post(camera.push_url, ipc_posts.traject(camera.identity(), datetime.now(UTC)))
        written = count_writes(hass)
        for _ in range(24):
            await post(camera.push_url, ipc_posts.traject(camera.identity(), datetime.now(UTC)))
            await later(0.1)

    assert written == []


def count_writes(hass: HomeAssistant) -> list[str]:
    """Return a list that takes the entity ids of all states written from now on."""
    written: list[str] = []

    @callback
    def _note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    @callback
    def _always(_data: Any) -> bool:
        return True

    hass.bus.async_listen(EVENT_STATE_CHANGED, _note)
    hass.bus.async_listen(EVENT_STATE_REPORTED, _note, event_filter=_always)
    return written


@pytest.mark.parametrize("size", [4, 16, 64])
async def test_one_event_wakes_only_what_it_concerns(
    hass: HomeAssistant, later: Later, set_up: SetUp, size: int
) -> None:
    """Write the same few states for one post, however many channels there are."""
    async with NvrV2Simulator() as recorder:
        recorder.channels = [SimChannel(id=number, name=f"Camera {number}") for number in range(1, size + 1)]
        recorder.chl_max_count = size
        await set_up(recorder)
        await recorder.send_keepalive()
        await post(
            recorder.push_url,
            nvr_posts.region_intrusion(recorder.identity(3), datetime.now(UTC) - timedelta(seconds=1)),
        )
        await later(15)
        written = count_writes(hass)
        target = Target(id=77, event_id=88)
        body = nvr_posts.region_intrusion(recorder.identity(3), datetime.now(UTC), targets=[target])
        await post(recorder.push_url, body)
        await hass.async_block_till_done()
        concerned = {
            entity_id(hass, recorder, "binary_sensor.intrusion", 3),
            entity_id(hass, recorder, "event.detection", 3),
        }

    assert set(written) == concerned
    assert len(written) == 2
