"""Between UTC and a device's wall clock, in the nights in which clocks are changed."""

from datetime import UTC, datetime, timedelta

from homeassistant.util import dt as dt_util
import pytest

from custom_components.viewwall.device_time import DeviceTime
from custom_components.viewwall.viewtron.models import DeviceClock
from custom_components.viewwall.viewtron.posix_time import SummerRules

MINUTE = timedelta(minutes=1)
NEW_YORK = DeviceTime(DeviceClock(utc=None, zone="EST5EDT"))
SYDNEY = DeviceTime(
    DeviceClock(utc=None, zone="AEST-10AEDT", rules=SummerRules(start="M10.1.0/2", end="M4.1.0/3", used=True))
)
LORD_HOWE = DeviceTime(DeviceClock(utc=None, zone="<+1030>-10:30<+11>-11,M10.1.0/2,M4.1.0/2"))


@pytest.mark.parametrize(
    ("device", "night"),
    [
        (NEW_YORK, datetime(2026, 3, 8, 4, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 11, 1, 3, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 7, 1, 3, tzinfo=UTC)),
        (SYDNEY, datetime(2026, 4, 4, 13, tzinfo=UTC)),
        (LORD_HOWE, datetime(2026, 4, 4, 12, tzinfo=UTC)),
        (DeviceTime(), datetime(2026, 11, 1, 6, tzinfo=UTC)),
        (DeviceTime(DeviceClock(utc=None, zone="Nowhere")), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ],
)
def test_span_holds_all_that_the_clock_shows(device: DeviceTime, night: datetime) -> None:
    """Whatever the clock shows within a time lies in the span, which is at most an hour too long at either end."""
    before = dt_util.get_default_time_zone()
    dt_util.set_default_time_zone(dt_util.get_time_zone("America/Los_Angeles") or UTC)
    try:
        moments = [night + number * 10 * MINUTE for number in range(36)]
        shown = [device.local(moment) for moment in moments]
        for first in range(len(moments)):
            for last in range(first + 1, len(moments)):
                start, end = device.local_span(moments[first], moments[last])
                inside = shown[first : last + 1]
                assert start <= min(inside)
                assert end >= max(inside)
                assert min(inside) - start <= 60 * MINUTE
                assert end - max(inside) <= 60 * MINUTE
                assert start < end
        assert all(
            device.utc(local) in (moment, moment - 60 * MINUTE, moment - 30 * MINUTE)
            for moment, local in zip(moments, shown, strict=True)
        )
    finally:
        dt_util.set_default_time_zone(before)
