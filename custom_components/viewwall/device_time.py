"""Between UTC and the wall clock of a device."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from .viewtron.client import ViewtronClient
from .viewtron.errors import ViewtronCommandError, ViewtronProtocolError
from .viewtron.models import DeviceClock
from .viewtron.posix_time import to_local, to_utc

SHIFT: Final = timedelta(hours=1)
"""The most by which summer time moves a clock."""


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """A device's time zone; Home Assistant's where the device's is unknown."""

    clock: DeviceClock | None = None

    def local(self, moment: datetime) -> datetime:
        """Return what the device's clock shows at a moment."""
        utc = dt_util.as_utc(moment)
        found = None
        if self.clock is not None and self.clock.zone is not None:
            found = to_local(utc, self.clock.zone, self.clock.rules)
        return dt_util.as_local(utc).replace(tzinfo=None) if found is None else found

    def utc(self, local: datetime) -> datetime:
        """Return the moment in UTC at which the device's clock shows this; the first one, if there are two."""
        found = None
        if self.clock is not None and self.clock.zone is not None:
            found = to_utc(local, self.clock.zone, self.clock.rules)
        return dt_util.as_utc(local) if found is None else found

    def local_span(self, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        """Return what the clock shows within a time, from the earliest to the latest.

        A clock that was put back in between shows an hour twice; the span holds both.
        """
        first, last = self.local(start), self.local(end)
        if self.local(start + SHIFT) - first < SHIFT:
            first -= SHIFT
        if last - self.local(end - SHIFT) < SHIFT:
            last += SHIFT
        return first, last


async def device_time(client: ViewtronClient) -> DeviceTime:
    """Ask a device for its time zone; one that does not tell it has Home Assistant's. Raises ViewtronError."""
    try:
        return DeviceTime(await client.clock())
    except ViewtronCommandError, ViewtronProtocolError:
        return DeviceTime()
