"""What the actions on plates take: numbers, lists, dates; and from names to the groups of a device."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import probatio

from ..device_time import DeviceTime
from ..viewtron.codes import PLATE_LISTS, PlateList, folded
from ..viewtron.plate_entries import PlateDetails, PlateGroup
from .errors import mistake

MAX_TEXT: Final = 32

_LISTS: Final = (PlateList.ALLOW, PlateList.BLOCK, PlateList.TEMPORARY)
_DATES: Final = ("begin", "end")
_LAST_SECOND: Final = time(23, 59, 59)


def plate_number(value: Any) -> str:
    """Take the text of a plate. Raises Invalid."""
    # YAML takes NO for a bool and 1.2E+4 for a fraction: what was typed is lost then.
    if isinstance(value, bool | float):
        raise probatio.Invalid("this is not read as text: write the plate in quotes")
    number = cv.string(value).strip()
    if not 1 <= len(number) <= MAX_TEXT or not number.isprintable():
        raise probatio.Invalid(f"a plate has 1 to {MAX_TEXT} printable characters")
    return number


def plate_list(value: Any) -> PlateList:
    """Take a list by our word or by the device's. Raises Invalid."""
    word = cv.string(value).strip().lower()
    found = PLATE_LISTS.get(folded(word)) or next((each for each in _LISTS if each == word), None)
    if found not in _LISTS:
        raise probatio.Invalid(f"there is no list {word!r}: take {', '.join(_LISTS)}")
    return found


def one_list(data: dict[str, Any]) -> dict[str, Any]:
    """Insist on a list or a group, and not on both: a default could open a gate. Raises Invalid."""
    if len(data.keys() & {"list", "group"}) != 1:
        raise probatio.Invalid("give either list or group")
    return data


def _owner(value: Any) -> str:
    """Take the name of an owner. Raises Invalid."""
    owner = cv.string(value).strip()
    if not owner.isprintable():
        raise probatio.Invalid("an owner has printable characters only")
    return owner


def _last_moment(value: Any) -> datetime:
    """Take the end of a plate's time; a day without a time counts to its end. Raises Invalid."""
    if isinstance(value, str) and (day := dt_util.parse_date(value.strip())) is not None:
        value = day
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, _LAST_SECOND)
    return cv.datetime(value)


PLACE: Final[VolDictType] = {
    probatio.Optional("list"): plate_list,
    probatio.Optional("group"): cv.string,
}
DETAILS: Final[VolDictType] = {
    probatio.Optional("owner"): _owner,
    probatio.Optional("begin"): cv.datetime,
    probatio.Optional("end"): _last_moment,
}


def bare(number: str) -> str:
    """Return a plate as it is looked for: devices and people write blanks and dashes as they like."""
    return "".join(number.split()).replace("-", "").upper()


def find_group(groups: Iterable[PlateGroup], device: str, place: Mapping[str, Any]) -> PlateGroup:
    """Find the one group that `list` or `group` names. Raises ServiceValidationError, which tells those there are."""
    known = list(groups)
    if (listed := place.get("list")) is not None:
        named, found = str(listed), [group for group in known if group.listed is listed]
    else:
        named = place["group"]
        found = [group for group in known if group.name == named]
        found = found or [group for group in known if group.name.casefold() == named.strip().casefold()]
    if len(found) == 1:
        return found[0]
    names = ", ".join(group.name for group in known) or "-"
    if found:
        raise mistake("plate_group_ambiguous", device=device, group=named, known=names)
    raise mistake("plate_group_unknown", device=device, group=named, known=names)


def check_dates(begin: datetime | None, end: datetime | None, number: str) -> None:
    """Check that a plate's time does not end before it begins. Raises ServiceValidationError."""
    if begin is not None and end is not None and end < begin:
        raise mistake("plate_dates", number=number)


def details_of(data: Mapping[str, Any], number: str, clock: DeviceTime) -> PlateDetails:
    """Return the owner and the dates of a call, the dates by the device's clock. Raises ServiceValidationError."""
    try:
        begin, end = (None if (moment := data.get(name)) is None else clock.local(moment) for name in _DATES)
    except OverflowError as error:
        raise mistake("plate_dates", number=number) from error
    check_dates(begin, end, number)
    return PlateDetails(owner=data.get("owner"), begin=begin, end=end)


def date_text(local: datetime | None, clock: DeviceTime) -> str | None:
    """Return a date by the device's clock as ISO 8601 in Home Assistant's time zone."""
    if local is None:
        return None
    try:
        return dt_util.as_local(clock.utc(local)).isoformat()
    except OverflowError:
        return local.replace(tzinfo=dt_util.get_default_time_zone()).isoformat()


def names_of(groups: Sequence[PlateGroup]) -> list[str]:
    """Return the names of groups."""
    return [group.name for group in groups]
