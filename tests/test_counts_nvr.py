"""Counts of a recorder's channels: its messages tell no direction, so that each one is a count."""

from dataclasses import replace
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.viewwall import async_remove_config_entry_device
from tests.conftest import Later, SetUp
from tests.pushing import device_id, entity_id, find, post, state, value
from tests.simulators import nvr_posts
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator, RecorderSimulator
from tests.simulators.posts_base import Target
from tests.simulators.state import Shape

COUNTED = [f"sensor.counted_{kind}" for kind in ("person", "car", "two_wheeler")]


def counted(hass: HomeAssistant, recorder: RecorderSimulator, channel: int = 1) -> list[str]:
    """Return what a channel shows."""
    return [value(hass, recorder, key, channel) for key in COUNTED]


async def press(hass: HomeAssistant, recorder: RecorderSimulator, channel: int) -> None:
    """Press the button that resets a channel's counts."""
    name = entity_id(hass, recorder, "button.reset_counts", channel)
    await hass.services.async_call("button", "press", {"entity_id": name}, blocking=True)


@pytest.mark.parametrize("recorder_type", [NvrV1Simulator, NvrV2Simulator])
@pytest.mark.parametrize("shape", list(Shape))
async def test_counted(
    hass: HomeAssistant, set_up: SetUp, recorder_type: type[RecorderSimulator], shape: Shape
) -> None:
    """Count per channel and type; the message that makes the counts appear counts too."""
    async with recorder_type(shape=shape) as recorder:
        entry = await set_up(recorder)
        assert find(hass, recorder, COUNTED[0], 2) is None
        assert find(hass, recorder, "button.reset_counts", 2) is None
        await recorder.cross(2)
        assert counted(hass, recorder, 2) == ["1", "0", "0"]
        await recorder.cross(2, "bike", by="area")
        await recorder.cross(2, "car")
        await recorder.cross(2, "car")
        assert counted(hass, recorder, 2) == ["1", "2", "1"]
        assert find(hass, recorder, COUNTED[0], 1) is None
        assert state(hass, recorder, COUNTED[0], 2).attributes["state_class"] == "total_increasing"
        assert find(hass, recorder, "sensor.entered_person", 2) is None
        await recorder.cross(1)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert counted(hass, recorder, 2) == ["1", "2", "1"]
        before = len(recorder.requests)
        await press(hass, recorder, 2)
        assert recorder.requests[before:] == []
        assert counted(hass, recorder, 2) == ["0", "0", "0"]
        assert counted(hass, recorder, 1) == ["1", "0", "0"]
        await recorder.cross(2)
        assert counted(hass, recorder, 2) == ["1", "0", "0"]


async def test_line_and_area(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Count a target once that crosses a line and enters an area at the same time, and a repetition not at all."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.cross(number=7)
        await recorder.cross(number=7)
        await recorder.cross(number=7, by="area")
        assert counted(hass, recorder) == ["1", "0", "0"]
        await recorder.cross(2, number=7, by="area")
        assert counted(hass, recorder, 2) == ["1", "0", "0"]
        await later(3)
        await recorder.cross(number=7, by="area")
        assert counted(hass, recorder) == ["2", "0", "0"]


async def test_two_lines(hass: HomeAssistant, set_up: SetUp) -> None:
    """Count a target twice that crosses two lines at once, each with an event of its own."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        for event in (31, 32):
            targets = [Target(id=7, event_id=event, kind="person")]
            await recorder.push(nvr_posts.counting_by_line(recorder.identity(1), datetime.now(UTC), targets=targets))
        await hass.async_block_till_done()
        assert counted(hass, recorder) == ["2", "0", "0"]


async def test_several_targets_and_none(hass: HomeAssistant, set_up: SetUp) -> None:
    """Count all targets of a message by their types; what has no type is nobody's count."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        who, now = recorder.identity(1), datetime.now(UTC)
        unknown = Target(id=1, event_id=1, kind="unknown")
        await post(recorder.push_url, nvr_posts.counting_by_line(who, now, targets=[unknown]))
        assert find(hass, recorder, COUNTED[0], 1) is None
        crowd = [Target(id=number, event_id=number, kind="person") for number in range(2, 6)]
        await post(recorder.push_url, nvr_posts.counting_by_line(who, now, targets=crowd))
        assert counted(hass, recorder) == ["4", "0", "0"]


async def test_without_a_channel(hass: HomeAssistant, set_up: SetUp) -> None:
    """Count for the recorder what names no channel."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        target = Target(id=1, event_id=1, kind="person")
        body = nvr_posts.counting_by_line(recorder.identity(None), datetime.now(UTC), targets=[target])
        await post(recorder.push_url, body)
        assert value(hass, recorder, COUNTED[0]) == "1"
        assert find(hass, recorder, COUNTED[0], 1) is None


async def test_removed_entity(hass: HomeAssistant, set_up: SetUp) -> None:
    """Let a count come back that the user has removed, with what was counted."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.cross(2)
        er.async_get(hass).async_remove(entity_id(hass, recorder, COUNTED[0], 2))
        await hass.async_block_till_done()
        await recorder.cross(2)
        assert counted(hass, recorder, 2) == ["2", "0", "0"]


async def test_removed_channel(hass: HomeAssistant, set_up: SetUp) -> None:
    """Begin anew with a channel that was removed and comes back."""
    async with NvrV2Simulator() as recorder:
        recorder.chl_max_count = 16
        entry = await set_up(recorder)
        who = replace(recorder.identity(1), channel=12)
        for number, kind, expected in ((1, "person", ["1", "0", "0"]), (2, "car", ["0", "1", "0"])):
            target = Target(id=number, event_id=number, kind=kind)
            await post(recorder.push_url, nvr_posts.counting_by_line(who, datetime.now(UTC), targets=[target]))
            assert counted(hass, recorder, 12) == expected
            registry = dr.async_get(hass)
            device = registry.async_get(device_id(hass, entry, recorder, 12))
            assert device is not None
            assert await async_remove_config_entry_device(hass, entry, device)
            registry.async_remove_device(device.id)
            await hass.async_block_till_done(wait_background_tasks=True)
