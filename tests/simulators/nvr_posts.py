"""Posts of recorders of the second generation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from .posts_base import LINE, ZONE, Identity, Picture, Plate, Point, Rect, Target, micros
from .xml_text import Layout, Node, cdata, config, leaf, node, render

UNSET_CLOCK = 18_445_822_972_087_551_616
"""The stamp of plate posts from some firmware: an unset signed clock read as unsigned."""

WHOLE_FRAME: tuple[Point, ...] = ((23, 0), (9880, 158), (9904, 9873), (0, 9841))
PLATE_BOX: Rect = (1104, 546, 1232, 610)
"""In pixels, unlike the boxes of all other posts but those of faces."""
FACE_BOX: Rect = (854, 176, 978, 300)
"""In pixels."""


def keepalive(who: Identity) -> bytes:
    """Build the sign of life, which has no channel, time or serial."""
    return _document(leaf("messageType", "keepalive"), _device(who, channel=False))


def alarm_status(who: Identity, stamp: datetime, states: Mapping[str, Mapping[int, bool]]) -> bytes:
    """Build alarm states: field to id to state; the stamp is cut to whole seconds."""
    fields = (
        node(field, *(leaf("item", state, id=number) for number, state in ids.items())) for field, ids in states.items()
    )
    return _document(
        leaf("messageType", "alarmStatus"),
        _device(who),
        leaf("currentTime", micros(stamp.replace(microsecond=0))),
        node("alarmStatusInfo", *fields),
    )


def region_intrusion(
    who: Identity,
    stamp: datetime,
    *,
    targets: Sequence[Target] = (Target(),),
    zone: Sequence[Point] = ZONE,
    overview: Picture | None = None,
    as_cdata: bool = False,
    smart_type: str = "regionIntrusion",
) -> bytes:
    """Build an intrusion; also the layout of any other type with a zone, known or not."""
    place = _area(zone)
    items = [_event(target, *place) for target in targets]
    return _detection(who, stamp, smart_type, items, targets, overview, as_cdata=as_cdata)


def line_crossing(
    who: Identity,
    stamp: datetime,
    *,
    targets: Sequence[Target] = (Target(),),
    line: tuple[Point, Point] = LINE,
    overview: Picture | None = None,
    as_cdata: bool = False,
    smart_type: str = "lineCrossing",
) -> bytes:
    """Build a line crossing; nothing tells in which direction the line was crossed."""
    items = [_event(target, *_line(line)) for target in targets]
    return _detection(who, stamp, smart_type, items, targets, overview, as_cdata=as_cdata)


def counting_by_line(
    who: Identity,
    stamp: datetime,
    *,
    targets: Sequence[Target] = (Target(),),
    line: tuple[Point, Point] = LINE,
    overview: Picture | None = None,
) -> bytes:
    """Build a count by line, whose boxes are all zero."""
    items = [_event(target, *_line(line), box=(0, 0, 0, 0)) for target in targets]
    return _detection(who, stamp, "targetCountingByLine", items, targets, overview)


def counting_by_area(
    who: Identity,
    stamp: datetime,
    *,
    targets: Sequence[Target] = (Target(),),
    zone: Sequence[Point] = ZONE,
    overview: Picture | None = None,
) -> bytes:
    """Build a count by area."""
    return region_intrusion(
        who, stamp, targets=targets, zone=zone, overview=overview, smart_type="targetCountingByArea"
    )


def video_metadata(
    who: Identity, stamp: datetime, *, targets: Sequence[Target] = (Target(),), overview: Picture | None = None
) -> bytes:
    """Build video metadata, whose zone is the whole frame."""
    return region_intrusion(
        who, stamp, targets=targets, zone=WHOLE_FRAME, overview=overview, smart_type="videoMetadata"
    )


def unknown(who: Identity, stamp: datetime, smart_type: str = "objectRemoval") -> bytes:
    """Build a type that no paper names."""
    return region_intrusion(who, stamp, smart_type=smart_type)


def face(
    who: Identity,
    stamp: datetime,
    *,
    target_id: int = 50,
    box: Rect = FACE_BOX,
    age: str = "middleAged",
    sex: str = "male",
    glasses: str = "unknown",
    mask: str = "no",
    crop: Picture | None = None,
    overview: Picture | None = None,
    as_cdata: bool = False,
) -> bytes:
    """Build a face; its box is in pixels."""
    item = node(
        "item",
        leaf("targetId", target_id),
        _rect("rect", box),
        leaf("age", age),
        leaf("sex", sex),
        leaf("glasses", glasses),
        leaf("mask", mask),
        _crop(crop, as_cdata=as_cdata),
    )
    return _document(
        *_head(who, micros(stamp), "videoFaceDetect"),
        _source(overview, as_cdata=as_cdata),
        node("faceListInfo", item),
    )


def vehicle(
    who: Identity,
    stamp: datetime | int,
    plates: Sequence[Plate],
    *,
    overview: Picture | None = None,
    sizeless: bool = True,
    empty_source: bool = False,
    as_cdata: bool = False,
) -> bytes:
    """Build a plate post; a stamp may be a raw number such as `UNSET_CLOCK`, who.channel None leaves channelId out.

    `sizeless` gives the overview the size 0 by 0, `empty_source` has these sizes alone, without a picture.
    """
    if empty_source:
        source: Node | None = node("sourceDataInfo", leaf("dataType", 0), leaf("width", 0), leaf("height", 0))
    elif overview is not None and sizeless:
        source = _source(Picture(overview.data, 0, 0), as_cdata=as_cdata)
    else:
        source = _source(overview, as_cdata=as_cdata)
    return _document(
        *_head(who, stamp if isinstance(stamp, int) else micros(stamp), "vehicle"),
        source,
        node("licensePlateListInfo", *(_plate(plate, as_cdata=as_cdata) for plate in plates)),
    )


def _document(*children: Node | None) -> bytes:
    """Write a post out."""
    return render(config("2.0.0", *children), layout=Layout.INDENTED)


def _device(who: Identity, *, channel: bool = True) -> Node:
    """Build who posts: always the recorder; the camera is only a channel number."""
    return node(
        "deviceInfo",
        cdata("deviceName", who.name),
        cdata("ip", who.address),
        cdata("mac", who.mac.upper()),
        leaf("channelId", who.channel) if channel and who.channel is not None else None,
    )


def _head(who: Identity, stamp: int, smart_type: str) -> tuple[Node, ...]:
    """Build what all detections start with."""
    return (
        leaf("messageType", "alarmData"),
        _device(who),
        leaf("smartType", smart_type),
        leaf("currentTime", stamp),
    )


def _detection(
    who: Identity,
    stamp: datetime,
    smart_type: str,
    items: Sequence[Node],
    targets: Iterable[Target],
    overview: Picture | None,
    *,
    as_cdata: bool = False,
) -> bytes:
    """Build a detection with events and targets."""
    listed = (
        node(
            "item",
            leaf("targetId", target.id),
            leaf("targetType", target.kind),
            _crop(target.crop, as_cdata=as_cdata),
        )
        for target in targets
    )
    return _document(
        *_head(who, micros(stamp), smart_type),
        node("eventInfo", *items),
        _source(overview, as_cdata=as_cdata),
        node("targetListInfo", *listed),
    )


def _event(target: Target, *place: Node, box: Rect | None = None) -> Node:
    """Build one row of the events."""
    return node(
        "item",
        leaf("eventId", target.event_id),
        leaf("targetId", target.id),
        *place,
        _rect("rect", target.rect if box is None else box),
    )


def _area(zone: Sequence[Point]) -> tuple[Node, ...]:
    """Build a zone."""
    points = (node("item", leaf("x", x), leaf("y", y)) for x, y in zone)
    return leaf("boundary", "area"), node("pointGroup", *points)


def _line(line: tuple[Point, Point]) -> tuple[Node, ...]:
    """Build a line."""
    ends = (node(tag, leaf("x", x), leaf("y", y)) for tag, (x, y) in zip(("startPoint", "endPoint"), line, strict=True))
    return leaf("boundary", "tripwire"), node("directionLine", *ends)


def _rect(tag: str, box: Rect) -> Node:
    """Build a box."""
    return node(tag, *(leaf(name, value) for name, value in zip(("x1", "y1", "x2", "y2"), box, strict=True)))


def _plate(plate: Plate, *, as_cdata: bool) -> Node:
    """Build one plate; `carRect` is useless on real devices too."""
    match_info = None
    if plate.listed is not None:
        match_info = node(
            "licensePlateMatchInfo",
            cdata("groupName", plate.listed),
            cdata("carOwner", plate.owner) if plate.owner is not None else None,
        )
    attributes = {"carType": plate.body, "color": plate.colour, "brand": plate.brand, "model": plate.model}
    return node(
        "item",
        leaf("targetId", plate.id),
        _rect("rect", plate.box),
        node("licensePlateAttribute", cdata("licensePlateNumber", plate.number), leaf("color", plate.plate_colour)),
        match_info,
        _rect("carRect", (1, 0, 1, 0)),
        node("carAttribute", *(cdata(tag, value) for tag, value in attributes.items() if value is not None))
        if plate.has_vehicle
        else None,
        _crop(plate.crop, as_cdata=as_cdata),
    )


def _source(picture: Picture | None, *, as_cdata: bool) -> Node | None:
    """Build the overview picture, or nothing."""
    if picture is None:
        return None
    return node("sourceDataInfo", *_picture("source", picture, as_cdata=as_cdata))


def _crop(picture: Picture | None, *, as_cdata: bool) -> Node | None:
    """Build a cropped picture, or nothing."""
    if picture is None:
        return None
    return node("targetImageData", *_picture("target", picture, as_cdata=as_cdata))


def _picture(word: str, picture: Picture, *, as_cdata: bool) -> tuple[Node, ...]:
    """Build the content of a picture; most firmware writes the text plainly, some in CDATA."""
    text = picture.base64
    write = cdata if as_cdata else leaf
    return (
        leaf("dataType", 0),
        leaf("width", picture.width),
        leaf("height", picture.height),
        leaf(f"{word}Base64Length", len(text)),
        write(f"{word}Base64Data", text),
    )
