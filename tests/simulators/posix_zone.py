"""Zones in the form the devices speak: POSIX text, where east of Greenwich is negative."""

from io import BytesIO
import re
from struct import pack
from zoneinfo import ZoneInfo

_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_SHIFT = r"[+-]?\d{1,2}(?::\d{2}){0,2}"
_ZONE = re.compile(rf"(?P<winter>{_NAME}{_SHIFT})(?P<summer>{_NAME}(?:{_SHIFT})?)?(?P<rule>,[^,]+,[^,]+)?")


def zone_of(text: str, *, start: str = "M3.2.0/2", end: str = "M11.1.0/2", summer: bool = True) -> ZoneInfo:
    """Return the zone of a text such as CST-8 or EST5EDT,M3.2.0,M11.1.0; raises ValueError when it is none.

    `start` and `end` are the days of summer time for a text that has it and does not tell them; without `summer`
    the clock stays as in winter.
    """
    found = _ZONE.fullmatch(text)
    if found is None or (found["rule"] and not found["summer"]):
        raise ValueError(text)
    rule = text
    if not summer:
        rule = found["winter"]
    elif found["summer"] and not found["rule"]:
        rule = f"{text},{start},{end}"
    # A file of time zone data may consist of nothing but such a text behind an empty table of the past.
    counts = pack(">6l", 0, 0, 0, 0, 1, 4)
    block = b"TZif2" + bytes(15) + counts + pack(">lbb", 0, 0, 0) + b"UTC\0"
    return ZoneInfo.from_file(BytesIO(block + block + f"\n{rule}\n".encode()))
