"""Number plates as a camera keeps them: typed, and the documents in which they travel."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from .answers import Node
from .codes import PLATE_LISTS, PlateList, folded
from .errors import ErrorCode, ViewtronProtocolError
from .posix_time import parse_wall_clock
from .requests import element, text

PAGE: Final = 50
"""Plates asked for at once."""

_DETAILS: Final = ("carOwner", "telephone", "cardNumber", "beginTime", "endTime")
# AddVehiclePlate wants dates. The last one still fits into 32 bits of seconds.
_LAST_YEAR: Final = 2037
_ALWAYS: Final = ("2000/01/01 00:00:00", "2037/12/31 23:59:59")


@dataclass(frozen=True, slots=True)
class PlateGroup:
    """A list of plates, by the device's own id and name; the ids are others on every firmware."""

    id: str
    name: str

    @property
    def listed(self) -> PlateList | None:
        """The list that the device's name stands for; None for a group with a name of its owner's."""
        return PLATE_LISTS.get(folded(self.name))


VEHICLE_GROUPS: Final = tuple(PlateGroup(name, name) for name in ("whiteList", "blackList", "temporaryList"))
"""The lists of the older commands, which have no groups: the lists' names are their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateDetails:
    """What is to be set of a plate; None stays as it is. The dates are the device's wall clock."""

    owner: str | None = None
    begin: datetime | None = None
    end: datetime | None = None

    @property
    def has_dates(self) -> bool:
        """Tell whether a date is to be set."""
        return self.begin is not None or self.end is not None

    def dates_are_those_of(self, entry: PlateEntry) -> bool:
        """Tell whether a plate has the dates that are to be set; a date that the device does not show may be right."""
        pairs = ((self.begin, entry.begin), (self.end, entry.end))
        return all(asked is None or kept is None or _fits(asked, kept) for asked, kept in pairs)

    def wire(self) -> dict[str, str]:
        """Return the elements of `ModifyLicensePlate`."""
        dates = {"beginTime": self.begin, "endTime": self.end}
        found = {} if self.owner is None else {"carOwner": self.owner}
        return found | {name: _stamp(date) for name, date in dates.items() if date is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlate:
    """A plate to be added to a group."""

    number: str
    group: PlateGroup
    details: PlateDetails = PlateDetails()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateEntry:
    """A plate in a list; the same number in two lists is two entries."""

    number: str
    group: str | None
    """The list's name, as the device tells it."""
    listed: PlateList | None
    owner: str | None = None
    begin: datetime | None = None
    """First moment, by the device's wall clock."""
    end: datetime | None = None
    kept: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Elements of its details as they came, telephone and card too, so that a move loses nothing."""


# -- Requests


def add_block(numbers: Sequence[tuple[str, PlateGroup]]) -> str:
    """Write `AddLicensePlates`, the items counted from 1."""
    items = [
        element("item", (element("index", index), text("licensePlateNumber", number), text("groupId", group.id)))
        for index, (number, group) in enumerate(numbers, 1)
    ]
    return element("licensePlates", items, type="list", maxCount=100, count=len(items))


def search_block(group: PlateGroup, offset: int) -> str:
    """Write `GetLicensePlates`; the offset counts from 1."""
    rows = (element("maxResult", PAGE), element("resultOffset", offset), text("groupId", group.id))
    return element("searchFilter", rows)


def modify_block(number: str, group: PlateGroup, changed: Mapping[str, str]) -> str:
    """Write `ModifyLicensePlate`: a field that is to change needs its type, or the device says out of range."""
    rows = [text(name, changed[name], type="string") for name in _DETAILS if name in changed]
    return element("licensePlate", (text("licensePlateNumber", number), text("groupId", group.id), *rows))


def delete_block(number: str, group: PlateGroup) -> str:
    """Write `DeleteLicensePlate`."""
    return element("deleteAction", (text("licensePlateNumber", number), text("groupId", group.id)))


def vehicle_block(plate: NewPlate) -> str:
    """Write `AddVehiclePlate` for one plate, whose dates have slashes; without dates it is for always."""
    begin, end = (
        always if date is None else _stamp(date).replace("-", "/")
        for date, always in zip((plate.details.begin, plate.details.end), _ALWAYS, strict=True)
    )
    rows = (
        text("carPlateNumber", plate.number),
        element("beginTime", begin),
        element("endTime", end),
        text("carOwner", plate.details.owner or ""),
        element("plateItemType", plate.group.id),
    )
    return element("vehiclePlates", (element("item", rows),), count=1)


def vehicle_search_block(page: int, size: int = PAGE) -> str:
    """Write `GetVehiclePlate`; pages count from 0."""
    rows = (
        element("pageIndex", page),
        element("pageSize", size),
        element("listType", "allList"),
        text("carPlateNum", ""),
    )
    return element("vehiclePlates", (element("searchFilter", (element("item", rows),)),), maxCount=10_000, count=1)


# -- Answers


def read_groups(answer: Node) -> tuple[PlateGroup, ...]:
    """Read `GetLicensePlateGroups`.

    Raises ViewtronProtocolError when an id stands for two names: nobody could tell which list a plate would land on.
    """
    found: dict[str, PlateGroup] = {}
    for item in answer.find_all("item"):
        number, name = item.get("groupId", "id"), item.get("groupName", "name")
        if number is None or name is None:
            continue
        if found.setdefault(number, PlateGroup(number, name)).name != name:
            raise ViewtronProtocolError("GetLicensePlateGroups: two groups have the same id")
    return tuple(found.values())


def read_plates(answer: Node, asked: PlateGroup, groups: Mapping[str, PlateGroup]) -> list[PlateEntry]:
    """Read `GetLicensePlates`; a plate without a group belongs to the one that was asked for."""
    return [
        _entry(item, number, asked if (named := item.get("groupId")) is None else groups.get(named))
        for item, number in _items(answer, "licensePlateNumber")
    ]


def read_vehicle_plates(answer: Node) -> list[PlateEntry]:
    """Read `GetVehiclePlate`, which no document prints: the items of `AddVehiclePlate`, wherever they stand."""
    return [
        _entry(
            item, number, None if (name := item.get("plateItemType", "listType")) is None else PlateGroup(name, name)
        )
        for item, number in _items(answer, "carPlateNumber", "carPlateNum")
    ]


def read_total(answer: Node) -> int | None:
    """Read how many plates there are in all."""
    blocks = (answer.find("licensePlates"), answer.find("vehiclePlates"))
    return next((total for block in blocks if block and (total := block.number("total")) is not None), None)


def read_replies(answer: Node, count: int) -> dict[int, int]:
    """Read the codes of `AddLicensePlates` by the indexes that were sent, 1 to `count`.

    A success without a list is a success for all. Raises ViewtronProtocolError for indexes that were not sent: then
    none of them can be trusted.
    """
    # Items may stand beside their list, as in other lists of these devices.
    items = list(answer.find_all("item"))
    if not items and answer.find("licensePlatesReply") is None:
        return dict.fromkeys(range(1, count + 1), int(ErrorCode.SUCCESS))
    codes: dict[int, int] = {}
    for item in items:
        index, code = item.number("index"), item.number("errorCode")
        if index is None or not 1 <= index <= count:
            raise ViewtronProtocolError("AddLicensePlates: the answer counts other plates than were sent")
        if code is not None:
            codes[index] = codes.get(index) or code
    return codes


def _items(answer: Node, *names: str) -> Iterator[tuple[Node, str]]:
    return ((item, number) for item in answer.find_all("item") if (number := item.get(*names)) is not None)


def _entry(item: Node, number: str, group: PlateGroup | None) -> PlateEntry:
    return PlateEntry(
        number=number,
        group=group.name if group else None,
        listed=group.listed if group else None,
        owner=item.get("carOwner"),
        begin=parse_wall_clock(item.get("beginTime")),
        end=parse_wall_clock(item.get("endTime")),
        kept=dict(_kept(item, _DETAILS)),
    )


def _kept(item: Node, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name in names if (value := item.get(name)) is not None)


def _stamp(date: datetime) -> str:
    return date.replace(tzinfo=None).isoformat(" ", "seconds")


def _fits(asked: datetime, kept: datetime) -> bool:
    """Tell whether a device keeps a date as it was sent, or by the minute, as some show it.

    A date behind the last one that a device knows is that one.
    """
    sent = asked.replace(microsecond=0, tzinfo=None)
    return kept in (sent, sent.replace(second=0)) or _LAST_YEAR <= kept.year <= sent.year
