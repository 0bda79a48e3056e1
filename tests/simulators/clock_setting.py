"""Reading and setting the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Unpack
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from . import answers
from .device import Simulator
from .posix_zone import zone_of
from .request_body import CommandError, MissingElementError, child, moment, parse_body, refuse_attributes, text
from .state import Answer, Request, Settings

SYNC_TYPES = ("manually", "NTP", "PC")


@dataclass(slots=True, kw_only=True)
class TimeSettings:
    """What the time block holds besides zone and time; the summer's rule counts in the first generation only."""

    format: str = "24h"
    summer_start: str = "M3.2.0/2"
    summer_end: str = "M11.1.0/2"
    summer_minutes: int = 60
    daylight_switch: int = 1


class ClockSimulator(Simulator):
    """A device whose clock can be set."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a clock that is set by hand."""
        super().__init__(**settings)
        self.sync_type = "manually"
        """Who sets the clock: manually, NTP or PC."""
        self.ntp_server = "time.example.com"
        """The time server, which is kept while another type is set."""
        self.ntp_interval = 60
        """Minutes between two questions to the time server, 30 to 10080."""
        self.time_settings = TimeSettings()
        """The rest of the time block."""
        self.time_needs_zone = not self.field
        """Whether a time block without the zone's text is refused."""
        self.clock_writes: list[bytes] = []
        """The bodies that were taken for good, also while `clock_ignored`."""
        self.clock_ignored = False
        """Whether setting the clock succeeds and changes nothing."""
        self.attributes_refused = self.field and not self.v2
        """Whether a body that sets clock or picture must not have attributes below its root."""
        self.commands |= {"GetDateAndTime": self.get_date_and_time, "SetDateAndTime": self.set_date_and_time}

    def get_date_and_time(self, request: Request) -> Answer:
        """Answer GetDateAndTime; the rule of summer time and the 12 or 24 hours are only in the first generation."""
        rest = self.time_settings
        body = answers.date_and_time(
            self.config_version,
            self.clock,
            v2=self.v2,
            sync=(self.sync_type, self.ntp_server, self.ntp_interval),
            summer=(rest.summer_start, rest.summer_end, rest.summer_minutes, rest.daylight_switch),
            hours=rest.format,
        )
        return Answer(body=body)

    def set_date_and_time(self, request: Request) -> Answer:
        """Set zone, source and time, or nothing at all when one of them cannot be taken.

        A zone block without the zone's text, where the device takes that, leaves the device without a zone.
        """
        body = parse_body(request.body)
        if self.attributes_refused:
            refuse_attributes(body)
        block = child(body, "time")
        zone, source = block.find("timezoneInfo"), block.find("synchronizeInfo")
        if (zone is None and source is None) or (
            self.time_needs_zone and (zone is None or not _said(zone, "timeZone"))
        ):
            raise MissingElementError("timezoneInfo")
        rest = self._rest(block, zone)
        name, tz = self._zone(zone, rest)
        sync_type, server, interval, now = self._source(source)
        self.clock_writes.append(request.body)
        if self.clock_ignored:
            return self.succeed()
        self.clock.zone, self.clock.tz, self.time_settings = name, tz, rest
        self.sync_type, self.ntp_server, self.ntp_interval = sync_type, server, interval
        if now is not None:
            self.clock.offset = now.replace(tzinfo=tz) - datetime.now(UTC)
        return self.succeed()

    def _rest(self, block: ET.Element, zone: ET.Element | None) -> TimeSettings:
        """Return the settings besides zone and time; the second generation takes no notice of them."""
        old = self.time_settings
        if self.v2:
            return old
        hours = _said(block, "timeFormatMode") or old.format
        switch = _whole(zone, "daylightSwitch", old.daylight_switch, 0, 1)
        minutes = _whole(zone, "offSet", old.summer_minutes, 30, 120)
        start, end = _said(zone, "startTime") or old.summer_start, _said(zone, "endTime") or old.summer_end
        if hours not in ("12h", "24h"):
            raise CommandError(16)
        return TimeSettings(
            format=hours, summer_start=start, summer_end=end, summer_minutes=minutes, daylight_switch=switch
        )

    def _zone(self, zone: ET.Element | None, rest: TimeSettings) -> tuple[str, tzinfo]:
        """Return the zone's text and what it means; raises CommandError 16 when it means nothing."""
        name = self.clock.zone if zone is None else _said(zone, "timeZone") or ""
        if name == self.clock.zone and rest == self.time_settings:
            return name, self.clock.tz
        if not name:
            return name, ZoneInfo("UTC")
        try:
            return name, zone_of(
                name, start=rest.summer_start, end=rest.summer_end, summer=self.v2 or rest.daylight_switch == 1
            )
        except ValueError as error:
            raise CommandError(16) from error

    def _source(self, source: ET.Element | None) -> tuple[str, str, int, datetime | None]:
        """Return type, server, interval and the time to set, None to keep it."""
        kind = _said(source, "type") or self.sync_type
        if kind not in SYNC_TYPES:
            raise CommandError(16)
        server = _said(source, "ntpServer")
        interval = _whole(source, "ntpSyncInterval", self.ntp_interval, 30, 10080)
        now = None
        if source is not None and kind != "NTP" and (source.find("type") is not None or _said(source, "currentTime")):
            now = moment(source, "currentTime")
        return kind, self.ntp_server if server is None else server, interval, now


def _said(parent: ET.Element | None, tag: str) -> str | None:
    """Return the text of a child, None when parent or child is missing."""
    return None if parent is None or parent.find(tag) is None else text(parent, tag)


def _whole(parent: ET.Element | None, tag: str, default: int, low: int, high: int) -> int:
    """Return a number, the default when it is missing; raises CommandError 16 when it is out of range."""
    value = _said(parent, tag)
    if value is None:
        return default
    if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
        raise CommandError(16)
    return int(value)
