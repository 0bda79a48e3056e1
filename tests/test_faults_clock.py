"""Clocks that are decades off: events come all the same, with a time that can be believed."""

from datetime import UTC, datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp
from tests.faulting import KINDS, Device, LogBook, Undisturbed, available
from tests.pushing import value

YEARS = [datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 30, tzinfo=UTC)]


@pytest.mark.parametrize("shown", YEARS, ids=["1970", "2099"])
@pytest.mark.parametrize("kind", KINDS)
async def test_decades_off(
    hass: HomeAssistant,
    set_up: SetUp,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
    shown: datetime,
) -> None:
    """Fire for each of two plates by the time of their arrival, warn once, and be content when the clock is right."""
    events = async_capture_events(hass, "viewwall_event")
    async with kind() as device:
        channel = 1 if device.nvr else None
        entry = await set_up(device)
        entry_runs, log, before = Undisturbed(entry), LogBook(caplog), available(hass, entry)
        device.clock.offset = shown - dt_util.utcnow()
        for _ in range(3):
            await later(301)
        issue = ir.async_get(hass).async_get_issue(DOMAIN, f"clock_wrong_{entry.entry_id}")
        assert issue is not None
        assert abs(float(value(hass, device, "sensor.clock_offset"))) > timedelta(days=10_000).total_seconds()
        for number in range(2):
            await device.send_plate("FA 1", stamp=shown + timedelta(seconds=number))
            await later(20)
        assert len(events) == 2
        for event in events:
            arrival = event.time_fired
            assert abs((datetime.fromisoformat(event.data["time"]) - arrival).total_seconds()) < 5
            assert event.data["device_time"] is not None
            assert event.data["age"] is None or abs(event.data["age"]) > 300
        assert value(hass, device, "sensor.last_plate", channel) == "FA 1"
        # An hour of it, over both of a clock's ends.
        for _ in range(12):
            await later(301)
        assert before <= available(hass, entry)
        device.clock.offset = timedelta()
        await later(301)
        await device.send_plate("FA 2")
        await later(6)
        assert events[-1].data["age"] < 60
        assert abs(float(value(hass, device, "sensor.clock_offset"))) < 60
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"clock_wrong_{entry.entry_id}") is None
        entry_runs.check()
    assert log.lines() == []
