"""Timestamps of pushed messages, with their anomalies."""

from datetime import UTC, datetime
import re
from typing import Final

_EARLIEST: Final = datetime(2015, 1, 1, tzinfo=UTC).timestamp()
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_LOCAL: Final = re.compile(
    r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([AaPp])?\.?[Mm]?\.?",
    re.ASCII,
)


def parse_stamp(text: str | None) -> datetime | None:
    """Read `currentTime` as UTC: seconds, milliseconds or microseconds by magnitude; None outside 2015 to 2100.

    NVRs send the constant 18445822972087551616 for an unset clock.
    """
    if text is None or len(text) > 20 or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    unit = 1_000_000 if number >= 10**15 else 1_000 if number >= 10**12 else 1
    seconds, rest = divmod(number, unit)
    if not _EARLIEST <= seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1_000_000 // unit)


def parse_local_time(text: str | None) -> datetime | None:
    """Read `dataTime`, a wall clock whose order and hours follow the device's settings; None when unreadable.

    `01-02-2026` is taken as the captures have it, month first, unless that is impossible.
    """
    if text is None or not (match := _LOCAL.fullmatch(text.strip())):
        return None
    first, second, third, hour, minute, second_of_minute = (int(group or 0) for group in match.groups()[:6])
    if len(match[1]) == 4:
        year, month, day = first, second, third
    elif first > 12:
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    if half := (match[7] or "").lower():
        if not 1 <= hour <= 12:
            # 24-hour firmware that still prints the half of the day.
            half = ""
        else:
            hour %= 12
    if half == "p":
        hour += 12
    try:
        local = datetime(year, month, day, hour, minute, second_of_minute)  # noqa: DTZ001  (the wire has no zone)
    except ValueError:
        return None
    return local if 2000 <= year < 2100 else None
