"""Parts of camera posts: the three heads, targets, pictures and zones."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from .posts_base import Identity, Picture, Point, Rect, Target, micros
from .xml_text import Declaration, Layout, Node, cdata, config, leaf, node, render

TARGET_CODES = {"person": 1, "car": 2, "motor": 4}

_TYPES_A = (
    "MOTION SENSOR PEA AVD OSC CPC CDD IPD VFD VFD_MATCH VEHICE AOIENTRY AOILEAVE PASSLINECOUNT TRAFFIC FALLING EA VSD"
)
_TYPES_C = (
    "MOTION SENSOR PEA AVD OSC VFD VFD_MATCH VEHICE AOIENTRY AOILEAVE PASSLINECOUNT TRAFFIC FIRE TEMPERATURE VSD PVD"
    " LOITER ASD SMD CROWDGATHERING"
)
_TYPES_B = "VEHICE,VFD_MATCH,PEA,VFD,VSD,AOIENTRY,AOILEAVE,PASSLINECOUNT,TRAFFIC"


class Dialect(StrEnum):
    """The three variants of the camera's post format."""

    A = "a"
    """Firmware 5.1.4: lists of words first, ids of the camera, relativeTime."""
    B = "b"
    """The vendor's examples: no ids at all, types as comma text, subscribe words swapped."""
    C = "c"
    """Firmware 5.3.1: as A, with the spelling openAlarmObj and the channel."""


def number(tag: str, value: int, kind: str = "uint32") -> Node:
    """Build a typed number."""
    return leaf(tag, value, type=kind)


def document(*children: Node | None, dialect: Dialect, version: str = "1.7") -> bytes:
    """Write a camera's detection out in the layout of its dialect."""
    root = config(version, *children)
    match dialect:
        case Dialect.A:
            return render(root, layout=Layout.LINES)
        case Dialect.B:
            return render(root, layout=Layout.INDENTED)
        case Dialect.C:
            return render(root, layout=Layout.COMPACT, declaration=Declaration.SPACED)


def head(who: Identity, stamp: datetime, smart_type: str | None, dialect: Dialect) -> list[Node]:
    """Return what stands before the event block; without a smart type it is the head of track data."""
    time = leaf("currentTime", micros(stamp), type="tint64")
    if dialect is Dialect.B:
        nodes = [
            leaf("subscribeRelation", "FEATURE_RESULT", type="subscribeOption"),
            time,
            node("types", leaf("openAlramObj", _TYPES_B, type="string"), leaf("targetType", "1,2,4", type="string")),
        ]
        return [leaf("smartType", smart_type, type="openAlramObj"), *nodes] if smart_type else nodes
    new = dialect is Dialect.C
    objects = "openAlarmObj" if new else "openAlramObj"
    relation = "subscribeRelationV1" if new else "subscribeRelation"
    relations = "ALARM FEATURE_RESULT" if new else "ALARM FEATURE_RESULT ALARM_FEATURE"
    nodes = [
        node(
            "types",
            _words(objects, _TYPES_C if new else _TYPES_A),
            _words(relation, relations),
            _words("perStatus", "SMART_NONE SMART_START SMART_STOP SMART_PROCEDURE"),
            _words("targetType", "person car motor"),
        )
    ]
    if smart_type:
        nodes.append(leaf("smartType", smart_type, type=objects))
    nodes += [
        leaf("subscribeOption", "FEATURE_RESULT", type=relation),
        time,
        cdata("mac", who.mac, type="string"),
        cdata("sn", who.serial, type="string"),
        cdata("deviceName", who.name, type="string"),
    ]
    if new and who.channel is not None:
        nodes.append(number("channelId", who.channel))
    return nodes


def relative_time(dialect: Dialect, uptime: int) -> Node | None:
    """Return the camera's uptime in microseconds, which only dialect A carries."""
    return leaf("relativeTime", uptime, type="tint64") if dialect is Dialect.A else None


def rect(box: Rect) -> Node:
    """Build a target's box."""
    return node("rect", *(number(name, value) for name, value in zip(("x1", "y1", "x2", "y2"), box, strict=True)))


def point(tag: str, place: Point) -> Node:
    """Build a point."""
    return node(tag, number("x", place[0]), number("y", place[1]))


def corners(box: Rect) -> tuple[Node, ...]:
    """Build the four corners of a box in the order of the plate and face posts."""
    x1, y1, x2, y2 = box
    return (
        point("leftTop", (x1, y1)),
        point("rightTop", (x2, y1)),
        point("leftBottom", (x1, y2)),
        point("rightBottom", (x2, y2)),
    )


def boundary(zone: Sequence[Point]) -> Node:
    """Build the polygon of a zone."""
    return node("boundary", *(node("item", point("point", place)) for place in zone), type="list", count=len(zone))


def status(word: str, dialect: Dialect) -> Node:
    """Build the phase of an event such as SMART_START."""
    return leaf("status", word, type="smartStatus" if dialect is Dialect.B else "perStatus")


def event_item(target: Target, phase: str, dialect: Dialect, *place: Node) -> Node:
    """Build one row of an event block."""
    return node(
        "item",
        number("eventId", target.event_id),
        number("targetId", target.id),
        status(phase, dialect),
        *place,
        rect(target.rect),
    )


def event_block(tag: str, list_tag: str, items: Sequence[Node]) -> Node:
    """Build a block such as perimeter/perInfo."""
    return node(tag, node(list_tag, *items, type="list", count=len(items)))


def source_data(picture: Picture | None) -> Node | None:
    """Build the overview picture, or nothing."""
    if picture is None:
        return None
    text = picture.base64
    return node(
        "sourceDataInfo",
        number("dataType", 0),
        number("width", picture.width),
        number("height", picture.height),
        number("sourceBase64Length", len(text)),
        cdata("sourceBase64Data", text, type="string"),
    )


def target_image(picture: Picture, kind: str, *, coded: bool = True) -> Node:
    """Build a cropped picture; `coded` has the type as a number and Width, Height with capitals."""
    text = picture.base64
    if coded:
        form = (
            number("targetType", TARGET_CODES[kind]),
            number("Width", picture.width, "tuint32"),
            number("Height", picture.height, "tuint32"),
        )
    else:
        form = (
            leaf("targetType", kind, type="targetType"),
            number("width", picture.width),
            number("height", picture.height),
        )
    return node(
        "targetImageData",
        number("dataType", 0),
        *form,
        number("targetBase64Length", len(text)),
        cdata("targetBase64Data", text, type="string"),
    )


def target_list(targets: Iterable[Target], dialect: Dialect) -> Node | None:
    """Build the list of cropped targets, or nothing when no target has a picture."""
    items = [
        node(
            "item",
            number("targetId", target.id, "tuint32"),
            rect(target.rect),
            target_image(target.crop, target.kind, coded=dialect is not Dialect.C),
        )
        for target in targets
        if target.crop is not None
    ]
    return node("listInfo", *items, type="list", count=len(items)) if items else None


def _words(tag: str, words: str) -> Node:
    """Build the list of words that an enumeration knows."""
    return node(tag, *(leaf("enum", word) for word in words.split()))
