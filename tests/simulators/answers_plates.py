"""Answers about the plate database."""

from collections.abc import Mapping, Sequence

from .answers import count, document
from .plate_database import SimPlate
from .request_body import DASHES, SLASHES
from .xml_text import Node, cdata, config, leaf, node


def groups(version: str, names: Mapping[str, str]) -> bytes:
    """Build GetLicensePlateGroups."""
    items = [node("item", _text("groupId", number), _text("groupName", name)) for number, name in names.items()]
    return document(config(version, node("licensePlateGroups", *items, type="list", count=len(items))))


def replies(version: str, codes: Sequence[tuple[str, int]]) -> bytes:
    """Build the answer of AddLicensePlates: the index of each plate and what became of it."""
    items = [node("item", _text("index", index), count("errorCode", code)) for index, code in codes]
    return document(config(version, node("licensePlatesReply", *items, type="list", count=len(items))))


def license_plates(version: str, plates: Sequence[SimPlate], *, total: int) -> bytes:
    """Build GetLicensePlates."""
    items = [
        node(
            "item",
            _text("licensePlateNumber", plate.number),
            _text("groupId", plate.group),
            _text("beginTime", plate.begin.strftime(DASHES)),
            _text("endTime", plate.end.strftime(DASHES)),
            # No paper names a word of this element.
            _text("licensePlateType", ""),
            _text("carOwner", plate.owner),
            _text("cardNumber", plate.card),
            _text("telephone", plate.telephone),
        )
        for plate in plates
    ]
    return document(config(version, node("licensePlates", *items, type="list", total=total, count=len(items))))


def vehicle_plates(
    version: str, plates: Sequence[SimPlate], names: Mapping[str, str], *, total: int, inside: bool
) -> bytes:
    """Build GetVehiclePlate, which no paper prints: the items of AddVehiclePlate, bare or in their list."""
    items = [
        node(
            "item",
            _text("carPlateNumber", plate.number),
            _text("beginTime", plate.begin.strftime(SLASHES)),
            _text("endTime", plate.end.strftime(SLASHES)),
            _text("carOwner", plate.owner),
            leaf("plateItemType", names.get(plate.group, ""), type="plateItemType"),
        )
        for plate in plates
    ]
    if inside:
        return document(config(version, *items))
    return document(config(version, node("vehiclePlates", *items, type="list", total=total, count=len(items))))


def _text(tag: str, value: str) -> Node:
    """Build a string with line breaks around its section."""
    return cdata(tag, value, padding="\n", type="string")
