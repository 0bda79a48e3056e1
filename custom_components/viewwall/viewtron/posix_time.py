"""Device time: wall clock and POSIX zone text to UTC.

A POSIX zone counts westwards: `CST-8` is eight hours east of Greenwich.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
import re
from typing import Final

_NAME: Final = r"(?:[A-Za-z]{3,10}|<[A-Za-z0-9+-]{1,10}>)"
_TIME: Final = r"[+-]?\d{1,3}(?::\d{1,2}){0,2}"
_ZONE: Final = re.compile(
    rf"(?P<name>{_NAME})(?P<offset>{_TIME})(?:(?P<summer>{_NAME})(?P<summer_offset>{_TIME})?)?(?P<rules>,.+)?", re.ASCII
)
_RULE: Final = re.compile(
    rf"M(?P<month>1[0-2]|0?[1-9])\.(?P<week>[1-5])\.(?P<day>[0-6])(?:/(?P<time>{_TIME}))?", re.ASCII
)
_WALL_CLOCK: Final = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)
_HOUR: Final = timedelta(hours=1)
_FARTHEST: Final = timedelta(hours=24)
_NORTH_AMERICAN: Final = frozenset({"NST", "AST", "EST", "CST", "MST", "PST", "AKST", "HST"})
_NORTH_AMERICAN_RULES: Final = ("M3.2.0/2", "M11.1.0/2")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One end of summer time: the nth weekday of a month (5: the last), at a time of day."""

    month: int
    week: int
    day: int
    """0 is Sunday."""
    time: timedelta

    def moment(self, year: int) -> datetime:
        """Find the wall-clock moment in a year."""
        first = date(year, self.month, 1)
        shift = (self.day - first.isoweekday()) % 7 + 7 * (self.week - 1)
        found = first + timedelta(days=shift)
        while found.month != self.month:
            found -= timedelta(weeks=1)
        return datetime(found.year, found.month, found.day) + self.time  # noqa: DTZ001


@dataclass(frozen=True, slots=True, kw_only=True)
class SummerRules:
    """What a device tells beside its zone: rules such as `M3.2.0/2`, minutes, and whether it uses summer time."""

    start: str | None = None
    end: str | None = None
    used: bool | None = None
    """The device's own switch: False means that it never leaves standard time."""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class _Zone:
    """A zone: how far east of Greenwich its clocks are."""

    standard: timedelta
    summer: timedelta
    begins: _Rule | None = None
    ends: _Rule | None = None

    def east(self, local: datetime) -> timedelta | None:
        """Tell how far east a wall clock is at its own moment."""
        if self.begins is None or self.ends is None:
            return self.standard
        try:
            first, last = self.begins.moment(local.year), self.ends.moment(local.year)
        except ValueError, OverflowError:
            return None
        # South of the equator the summer goes through the new year.
        in_summer = first <= local < last if first <= last else not last <= local < first
        return self.summer if in_summer else self.standard


def parse_wall_clock(text: str | None) -> datetime | None:
    """Read `YYYY-MM-DD HH:MM:SS` (also with slashes) as a naive datetime; None if it is none."""
    found = _WALL_CLOCK.fullmatch(text) if text else None
    try:
        return datetime(*map(int, found.groups())) if found else None  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None


def to_utc(local: datetime, zone: str, rules: SummerRules = SummerRules()) -> datetime | None:
    """Convert a device's naive wall clock to UTC; None if the zone cannot be read.

    Rules inside the zone text win over those beside it.
    """
    found = _read_zone(zone, rules)
    return None if found is None or (east := found.east(local)) is None else _shift(local, east)


def to_local(utc: datetime, zone: str, rules: SummerRules = SummerRules()) -> datetime | None:
    """Convert UTC to a device's naive wall clock; None if the zone cannot be read."""
    found = _read_zone(zone, rules)
    if found is None:
        return None
    try:
        guesses = [utc.replace(tzinfo=None) + east for east in (found.standard, found.summer)]
    except OverflowError:
        return None
    # In the hour that the end of summer repeats neither fits; the device shows the same for both.
    return next((guess for guess in guesses if to_utc(guess, zone, rules) == utc), guesses[0])


def moments(local: datetime, zone: str, rules: SummerRules = SummerRules()) -> tuple[datetime, ...]:
    """Return the moments in UTC at which a device's clock shows this: two in the hour that the end of summer repeats.

    There is none if the zone cannot be read; an hour that the clock leaves out counts by the time before it.
    """
    found = _read_zone(zone, rules)
    first = to_utc(local, zone, rules)
    if found is None or first is None:
        return ()
    others = (_shift(local, east) for east in (found.summer, found.standard))
    fitting = (utc for utc in others if utc is not None and to_local(utc, zone, rules) == local)
    return tuple(dict.fromkeys((first, *fitting)))


def _read_zone(zone: str, rules: SummerRules) -> _Zone | None:
    """Read a zone text and the rules beside it; None if it cannot be understood."""
    found = _ZONE.fullmatch(zone.strip())
    if found is None:
        return None
    standard = -_duration(found["offset"])
    if abs(standard) > _FARTHEST:
        return None
    if rules.used is False or not (found["summer"] or rules.used):
        return _Zone(standard, standard)
    texts = tuple(found["rules"][1:].split(",")) if found["rules"] else (rules.start, rules.end)
    if not any(texts) and found["name"] in _NORTH_AMERICAN and standard < timedelta():
        # A zone without rules means the North American ones by POSIX; elsewhere that would be a wrong guess.
        texts = _NORTH_AMERICAN_RULES
    if len(texts) != 2 or (begins := _rule(texts[0])) is None or (ends := _rule(texts[1])) is None:
        return None
    if found["summer_offset"]:
        summer = -_duration(found["summer_offset"])
    else:
        summer = standard + (timedelta(minutes=rules.minutes) if rules.minutes else _HOUR)
    return _Zone(standard, summer, begins, ends) if abs(summer) <= _FARTHEST else None


def _shift(local: datetime, east: timedelta) -> datetime | None:
    """Take a wall clock that is `east` of Greenwich to UTC."""
    try:
        return (local - east).replace(tzinfo=UTC)
    except OverflowError:
        return None


def _rule(text: str | None) -> _Rule | None:
    """Read one rule of the `Mm.w.d/time` form, the only one that these devices offer."""
    found = _RULE.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    return _Rule(
        int(found["month"]),
        int(found["week"]),
        int(found["day"]),
        _duration(found["time"]) if found["time"] else 2 * _HOUR,
    )


def _duration(text: str) -> timedelta:
    """Read `[+-]h[:mm[:ss]]`."""
    hours, minutes, seconds = [*map(int, text.lstrip("+-").split(":")), 0, 0][:3]
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -length if text.startswith("-") else length
