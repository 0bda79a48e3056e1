"""Channels of a recorder that come and go: followed without a reload, and removed only by those who know."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.conftest import Later, SetUp
from tests.pushing import device_id, find, post, value
from tests.simulators import nvr_posts
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import SimChannel

GONE = 3
SHOWN = ("binary_sensor.motion", "binary_sensor.video_loss", "camera.sub")
CONNECTED = "binary_sensor.connectivity"


def states(hass: HomeAssistant, recorder: NvrV2Simulator, channel: int) -> set[str]:
    """Return what the entities of a channel show that polling keeps alive."""
    return {value(hass, recorder, key, channel) for key in SHOWN}


async def _by_message(recorder: NvrV2Simulator) -> None:
    """Send a detection of the channel."""
    await post(recorder.push_url, nvr_posts.region_intrusion(recorder.identity(GONE), datetime.now(UTC)))


async def _by_poll(recorder: NvrV2Simulator) -> None:
    """Tell of an alarm of the channel when asked."""
    recorder.alarms["perimeterAlarm"] = {GONE: True}


async def test_channel_goes_and_comes_back(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Make unavailable what a channel had that is no longer listed, after a restart too; its events stay."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        everything = recorder.channels
        recorder.channels = [channel for channel in everything if channel.id != GONE]
        await later(301)
        await later(6)
        assert states(hass, recorder, GONE) == {"unavailable"}
        assert value(hass, recorder, CONNECTED, GONE) == "off"
        assert value(hass, recorder, "event.detection", GONE) == "unknown"
        assert "unavailable" not in states(hass, recorder, 2)

        await hass.config_entries.async_reload(entry.entry_id)
        await later(6)
        # Nobody asks for pictures of a channel that is not there; what remains of it can still be removed.
        assert value(hass, recorder, "binary_sensor.motion", GONE) == "unavailable"

        recorder.channels = everything
        await later(301)
        await later(6)
        assert "unavailable" not in states(hass, recorder, GONE)


@pytest.mark.parametrize("speaks", [_by_message, _by_poll])
async def test_channel_that_is_gone_but_speaks(
    hass: HomeAssistant, set_up: SetUp, later: Later, speaks: Callable[[NvrV2Simulator], Awaitable[None]]
) -> None:
    """Believe what names the channel: it is there, whatever the list says, and with everything that it has."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        recorder.channels = [channel for channel in recorder.channels if channel.id != GONE]
        await later(301)
        await later(6)
        assert states(hass, recorder, GONE) == {"unavailable"}
        await speaks(recorder)
        await later(6)
        assert "unavailable" not in states(hass, recorder, GONE)
        assert value(hass, recorder, "binary_sensor.intrusion", GONE) == "on"
        recorder.alarms["perimeterAlarm"] = {}
        await later(61)
        assert value(hass, recorder, "binary_sensor.intrusion", GONE) == "off"


async def test_list_of_those_that_are_online(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Say that a camera is off of which a recorder tells in its alarms alone."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        assert value(hass, recorder, CONNECTED, GONE) == "on"
        recorder.channels = [channel for channel in recorder.channels if channel.id != GONE]
        recorder.alarms["chlOfflineAlarm"] = {GONE: True}
        await later(61)
        await later(301)
        assert value(hass, recorder, CONNECTED, GONE) == "off"
        assert states(hass, recorder, GONE) == {"unavailable"}


async def test_swapped_without_a_reload(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, set_up: SetUp, later: Later
) -> None:
    """Add a camera that is plugged in, and let the user remove the one that it replaces, in one run."""
    for component in ("config", "websocket_api"):
        assert await async_setup_component(hass, component, {})
    async with NvrV2Simulator() as recorder:
        recorder.chl_max_count = 16
        entry = await set_up(recorder)
        recorder.channels = [
            *(channel for channel in recorder.channels if channel.id != GONE),
            SimChannel(id=12, name="Barn"),
        ]
        await later(301)
        await later(6)
        assert value(hass, recorder, "binary_sensor.motion", 12) == "off"
        client = await hass_ws_client(hass)
        removed = {
            channel: (await client.remove_device(device_id(hass, entry, recorder, channel)))["success"]
            for channel in (GONE, 12)
        }
        await hass.async_block_till_done(wait_background_tasks=True)
        assert removed == {GONE: True, 12: False}
        assert [find(hass, recorder, key, GONE) for key in SHOWN] == [None] * 3
        recorder.channels.append(SimChannel(id=GONE, name="Gate"))
        await later(301)
        await later(6)
        assert "unavailable" not in states(hass, recorder, GONE)
