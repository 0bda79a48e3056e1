"""Number plate posts of cameras."""

from collections.abc import Sequence
from datetime import datetime

from .ipc_parts import Dialect, corners, document, head, number, relative_time, source_data, target_image
from .posts_base import Identity, Picture, Plate
from .xml_text import Node, cdata, leaf, node

SOURCE_SIZE = (2688, 1776)
"""Frame of the plate camera, in pixels."""

_COUNTED = ("plateColorRate", "plateStyle", "vehiceColor", "plateAngleH", "plateAngleV")


def plates(
    who: Identity,
    stamp: datetime,
    read: Sequence[Plate],
    *,
    dialect: Dialect = Dialect.C,
    overview: Picture | None = None,
    source: bool = True,
    smart_type: str = "VEHICE",
    uptime: int = 86_400_000_000,
) -> bytes:
    """Build a plate post with one item for each plate behind the item of the overview.

    Dialect A has the items of dialect B under its own head. `source` adds the overview a second time, as
    sourceDataInfo; dialect C never has it. An overview of None leaves its item out in A and B and makes an empty
    picture in C, whose first item is always there.
    """
    top = head(who, stamp, smart_type, dialect)
    if dialect is Dialect.C:
        items = [_overview_c(overview), *(_plate_c(plate, place) for place, plate in enumerate(read, 1))]
        listing = node("listInfo", *items, type="list", count=len(items))
        return document(*top, number("plateCount", len(read)), listing, dialect=dialect)
    items = [_plate_b(plate) for plate in read]
    if overview is not None:
        items.insert(0, node("item", target_image(overview, "car")))
    return document(
        *top,
        relative_time(dialect, uptime),
        node("listInfo", *items, type="list", count=len(items)),
        source_data(overview) if source else None,
        dialect=dialect,
    )


def _plate_b(plate: Plate) -> Node:
    """Build a plate as the vendor's examples have it."""
    return node(
        "item",
        cdata("plateNumber", plate.number, type="string"),
        leaf("vehicleListType", plate.listed, type="string") if plate.listed else None,
        target_image(plate.crop, "car") if plate.crop else None,
    )


def _overview_c(overview: Picture | None) -> Node:
    """Build the first item of firmware 5.3.1, which is a plate without a number."""
    return node(
        "item",
        number("image", 0),
        number("vehiceId", 0),
        cdata("plateNumber", "", type="string"),
        number("plateCharCount", 0),
        number("PlateWidth", 0),
        number("PlateHeight", 0),
        number("SourceImageWidth", SOURCE_SIZE[0]),
        number("SourceImageHeight", SOURCE_SIZE[1]),
        *corners((0, 0, 0, 0)),
        *_counts(0, 0, 0),
        _image_c(Picture(overview.data if overview else b"", 0, 0), ""),
    )


def _plate_c(plate: Plate, place: int) -> Node:
    """Build a plate of firmware 5.3.1; the direction, the list and the vehicle may be missing."""
    crop = plate.crop or Picture(b"", 176, 100)
    return node(
        "item",
        number("image", place),
        number("vehiceId", plate.id),
        cdata("plateNumber", plate.number, type="string"),
        number("plateCharCount", len(plate.number)),
        leaf("vehicleDirect", plate.direction, type="vehicleDirectType") if plate.direction else None,
        leaf("vehicleListType", plate.listed, type="vehileMatchAlarmList") if plate.listed else None,
        number("PlateWidth", crop.width),
        number("PlateHeight", crop.height),
        number("SourceImageWidth", SOURCE_SIZE[0]),
        number("SourceImageHeight", SOURCE_SIZE[1]),
        *corners(plate.box),
        *_counts(round(plate.confidence * 100), 3, 1),
        leaf("province", "", type="string"),
        _vehicle(plate) if plate.has_vehicle else None,
        node(
            "carRect",
            number("x", 500),
            leaf("y", None, type="uint32"),
            number("width", 1010),
            number("height", 588),
        )
        if plate.has_vehicle
        else None,
        _image_c(crop, "car"),
    )


def _counts(confidence: int, colour: int, style: int) -> tuple[Node, ...]:
    """Build the empty elements whose value stands in the attribute `count`."""
    values = {"PlateConfidence": confidence, "plateColor": colour, **dict.fromkeys(_COUNTED, 0), "plateStyle": style}
    return tuple(leaf(tag, None, type="uint32", count=value) for tag, value in values.items())


def _vehicle(plate: Plate) -> Node:
    """Build the block of the vehicle."""
    return node(
        "carAttr",
        leaf("color", plate.colour or "", type="vsdCarAttrColorType"),
        leaf("type", plate.body or "", type="vsdCarAttrTypeType"),
        leaf("brand", plate.brand or "", type="vsdCarAttrBrandType"),
        leaf("model", plate.model or "", type="vsdCarAttrModelType"),
    )


def _image_c(picture: Picture, kind: str) -> Node:
    """Build a picture of firmware 5.3.1."""
    return target_image(picture, kind, coded=False)
