"""Sensors: the last plate, and how the device and its messages fare."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.conftest import Later, SetUp
from tests.pushing import entity_id, find, post, state, value
from tests.simulators import ipc_posts
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Plate
from tests.simulators.state import Faults

LAST = "sensor.last_message"


async def test_last_message_once_a_minute(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Write the time of the last message at once, then at most once a minute, however many come."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        assert value(hass, camera, LAST) == STATE_UNKNOWN
        changes = async_capture_events(hass, "state_changed")
        name = entity_id(hass, camera, LAST)
        for second in range(180):
            await post(camera.push_url, b"")
            await later(1)
            camera.alarms["motionAlarm"] = {1: second % 2 == 0}
        await later(60)
        shown = [change.data["new_state"] for change in changes if change.data["entity_id"] == name]

    moments = [found.last_updated for found in shown]
    assert 3 <= len(moments) <= 4
    assert min(after - before for before, after in pairwise(moments)) >= timedelta(seconds=59)


async def test_last_message_waits_for_polls_and_failures_too(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Write no newer time within the minute because a poll failed, or worked again."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        first = value(hass, camera, LAST)
        await later(6)
        await camera.send_keepalive()
        camera.faults = Faults(error_code=79)
        await later(6)
        await camera.send_keepalive()
        camera.faults = Faults()
        await later(20)
        assert value(hass, camera, LAST) == first
        await later(30)
        assert value(hass, camera, LAST) != first


async def test_last_message_is_the_arrival(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Show when the message came, whatever the device's clock says."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_plate("KL 1", stamp=datetime.now(UTC) - timedelta(days=3))
        shown = datetime.fromisoformat(value(hass, camera, LAST))

    assert abs(shown - datetime.now(UTC)) < timedelta(seconds=2)


async def test_messages_received_is_off_by_default(hass: HomeAssistant, set_up: SetUp) -> None:
    """Have a counter for those who want it, and write nothing for the others."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        name = entity_id(hass, camera, "sensor.messages_received")

    entry = er.async_get(hass).async_get(name)
    assert entry is not None
    assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert hass.states.get(name) is None


async def test_messages_received(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Count everything of the device, at the pace of once a minute."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        er.async_get(hass).async_update_entity(entity_id(hass, camera, "sensor.messages_received"), disabled_by=None)
        # Home Assistant reloads the entry half a minute after an entity was enabled.
        await later(31)
        for _ in range(5):
            await camera.send_keepalive()
        assert value(hass, camera, "sensor.messages_received") == "1"
        await later(61)
        assert value(hass, camera, "sensor.messages_received") == "5"


async def test_last_plate_of_a_camera(hass: HomeAssistant, set_up: SetUp) -> None:
    """Show the newest plate as sent, its list, and its attributes as in the bus event."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        assert value(hass, camera, "sensor.last_plate") == STATE_UNKNOWN
        assert value(hass, camera, "sensor.plate_list") == STATE_UNKNOWN
        await camera.send_plate("KL 1", listed="whiteList")
        await camera.send_plate("ö-KL 2", listed="blackList", direction="away", confidence=71.25)
        last = state(hass, camera, "sensor.last_plate")
        assert value(hass, camera, "sensor.plate_list") == "block"
        options = state(hass, camera, "sensor.plate_list").attributes["options"]

    assert last.state == "ö-KL 2"
    found = {key: last.attributes[key] for key in ("number", "list", "group", "owner", "direction", "confidence")}
    assert found == {
        "number": "ö-KL 2",
        "list": "block",
        "group": None,
        "owner": None,
        "direction": "away",
        "confidence": 71.25,
    }
    assert last.attributes["vehicle"]["brand"] == "Examplar"
    assert sorted(options) == sorted(["allow", "block", "temporary", "stranger", "group", "unlisted"])


async def test_last_plate_of_each_channel(hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep the plates of a recorder's channels apart."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        assert find(hass, recorder, "sensor.last_plate", 1) is None
        await recorder.send_plate("RV 1", channel=1, listed="Staff", owner="B. Ausgedacht")
        await recorder.send_plate("RV 2", channel=2)
        await hass.async_block_till_done()
        assert value(hass, recorder, "sensor.last_plate", 1) == "RV 1"
        assert state(hass, recorder, "sensor.last_plate", 1).attributes["owner"] == "B. Ausgedacht"
        assert value(hass, recorder, "sensor.plate_list", 1) == "group"
        assert value(hass, recorder, "sensor.last_plate", 2) == "RV 2"
        assert value(hass, recorder, "sensor.plate_list", 2) == "unlisted"


@pytest.mark.parametrize("length", [255, 256, 4000])
async def test_plate_of_absurd_length(hass: HomeAssistant, set_up: SetUp, length: int) -> None:
    """Live on with a number that no state can hold."""
    events = async_capture_events(hass, "viewwall_event")
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        number = "A" * length
        await post(camera.push_url, ipc_posts.plates(camera.identity(), datetime.now(UTC), [Plate(number=number)]))
        await camera.send_plate("KL 2")
        await hass.async_block_till_done()
        assert value(hass, camera, "sensor.last_plate") == "KL 2"

    assert events[-1].data["plate"]["number"] == "KL 2"


async def test_clock_and_channels(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Show how wrong the device's clock is, and how many cameras a recorder has."""
    async with NvrV2Simulator() as recorder, IpcV1Simulator() as camera:
        camera.clock.offset = timedelta(seconds=-95)
        await set_up(recorder)
        await set_up(camera)
        assert value(hass, recorder, "sensor.channels_online") == "6"
        assert abs(float(value(hass, camera, "sensor.clock_offset")) + 95) <= 2
        assert find(hass, camera, "sensor.channels_online") is None
        recorder.channels[0].status = "offline"
        await later(301)
        assert value(hass, recorder, "sensor.channels_online") == "5"
