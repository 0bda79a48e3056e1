"""Read what a device pushes: `parse_post` takes the bytes of any message and never raises.

Layouts are told apart by what a message holds, not by the version that it claims: real cameras of the second
generation still push the layout of the first.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final
from xml.etree.ElementTree import Element

from .alarm_fields import collect_alarms, element_rows
from .codes import (
    DIRECTIONS,
    EVENT_STATUSES,
    PLATE_LISTS,
    SMART_TYPES,
    TARGET_TYPES,
    DetectionType,
    EventStatus,
    TargetType,
    folded,
)
from .document import Document, DocumentError, child_int, child_text, parse_document, text_of, to_int
from .identity import clean_mac, clean_serial
from .post import (
    Box,
    ByType,
    Counts,
    EventItem,
    Face,
    Format,
    Picture,
    Plate,
    Post,
    PostDevice,
    PostKind,
    Target,
    Vehicle,
)
from .times import parse_local_time, parse_stamp

_GRID: Final = 10000
_NO_LIST: Final = frozenset({"none", "null", "unknown"})
_EDGES: Final = ("x1", "y1", "x2", "y2")
_CORNERS: Final = ("lefttop", "righttop", "leftbottom", "rightbottom")
_MAX_ITEMS: Final = 256
_MAX_SUBJECTS: Final = 32
_NOTHING_KNOWN: Final = Target()
# Direct children of the root that never hold event items.
_KEEPALIVE: Final = frozenset(
    {"deviceinfo", "currenttime", "datatime", "types", "mac", "sn", "devicename", "channelid"}
)
_NOT_EVENTS: Final = frozenset(
    {"types", "listinfo", "targetlistinfo", "licenseplatelistinfo", "facelistinfo", "deviceinfo"}
)


def parse_post(body: bytes) -> Post:
    """Read a pushed message of any kind and generation; total: never raises, whatever the bytes."""
    if not body or body.isspace():
        return Post(kind=PostKind.KEEPALIVE)
    try:
        document = parse_document(body)
        return _read(document)
    except DocumentError as error:
        return Post(kind=PostKind.UNKNOWN, reason=str(error))
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError) as error:
        return Post(kind=PostKind.UNKNOWN, reason=f"unreadable ({type(error).__name__})")


def _read(document: Document) -> Post:
    root = document.root
    if root.tag == "deviceinfo":
        return Post(kind=PostKind.KEEPALIVE, format=Format.V1, device=_device(root, root))
    if root.tag != "config":
        return Post(kind=PostKind.UNKNOWN, reason=f"root element {root.tag[:40]}")
    version = root.get("version") or next((text for name, text in root.attrib.items() if name.lower() == "version"), "")
    post_format = Format.V2 if version.strip().startswith("2") else Format.V1
    kind = _kind(root)
    info = root.find("deviceinfo")
    current, local = child_text(root, "currenttime"), child_text(root, "datatime")
    head: dict[str, Any] = {
        "kind": kind,
        "format": post_format,
        "device": _device(root, info),
        "channel": _channel(root, info),
        "time": parse_stamp(current),
        "local_time": parse_local_time(local),
        "device_time": current or local,
    }
    return Post(**head, **_content(document, kind, post_format))


def _content(document: Document, kind: PostKind, post_format: Format) -> dict[str, Any]:
    """Return what a message of this kind adds to its head."""
    root = document.root
    match kind:
        case PostKind.ALARM_STATUS:
            return {"alarms": collect_alarms(element_rows(root.find("alarmstatusinfo"), document.field_names))}
        case PostKind.TRAJECT:
            return {"targets": _merged(_target(item) for item in _items(root.find("traject")))}
        case PostKind.DETECTION:
            return _detection(document, post_format)
        case PostKind.UNKNOWN:
            return {"reason": "no known content"}
    return {}


def _kind(root: Element) -> PostKind:
    """Classify a message with the root `config`: its own word first, then what it holds."""
    match folded(child_text(root, "messagetype") or ""):
        case "keepalive":
            return PostKind.KEEPALIVE
        case "alarmstatus":
            return PostKind.ALARM_STATUS
        case "alarmdata":
            return PostKind.DETECTION
        case "trajectory" | "traject":
            return PostKind.TRAJECT
    if root.find("traject") is not None:
        return PostKind.TRAJECT
    if root.find("alarmstatusinfo") is not None:
        return PostKind.ALARM_STATUS
    if root.find("smarttype") is not None:
        return PostKind.DETECTION
    names = {child.tag for child in root}
    return PostKind.KEEPALIVE if "deviceinfo" in names and names <= _KEEPALIVE else PostKind.UNKNOWN


def _device(root: Element, info: Element | None) -> PostDevice:
    """Read who the message is from: cameras say so at the root, recorders in `deviceInfo`."""
    mac = serial = ip = name = None
    for holder in (root, info):
        if holder is not None:
            mac = mac or clean_mac(child_text(holder, "mac")) or clean_mac(child_text(holder, "macaddress"))
            serial = serial or clean_serial(child_text(holder, "sn"))
            ip = ip or child_text(holder, "ip", "ipaddress")
            name = name or child_text(holder, "devicename")
    return PostDevice(mac, serial, ip, name)


def _channel(root: Element, info: Element | None) -> int | None:
    number = child_int(info, "channelid")
    return child_int(root, "channelid") if number is None else number


def _detection(document: Document, post_format: Format) -> dict[str, Any]:
    root = document.root
    code = child_text(root, "smarttype")
    detection = _detection_type(root, code, post_format)
    events = [item for block in root if len(block) and block.tag not in _NOT_EVENTS for item in _event_items(block)]
    listed = [*_items(root.find("listinfo")), *_items(root.find("targetlistinfo"))]
    events += [item for item in listed if item.find("eventid") is not None]
    del events[_MAX_ITEMS:]
    plates: tuple[Plate, ...] = ()
    faces: tuple[Face, ...] = ()
    if detection is DetectionType.LICENSE_PLATE:
        plates = tuple(islice(_plates(document), _MAX_SUBJECTS))
    elif detection in (DetectionType.FACE, DetectionType.FACE_MATCH):
        faces = tuple(islice(_faces(document), _MAX_SUBJECTS))
    overview, overview_items = _overview(document, detection)
    items = tuple(EventItem(child_int(item, "eventid"), _status(item)) for item in events)
    return {
        "detection": detection,
        "code": code,
        "status": items[0].status if items else None,
        "event_ids": tuple(dict.fromkeys(item.id for item in items if item.id is not None)),
        "events": items,
        "targets": _targets(root, events, listed),
        "plates": plates,
        "faces": faces,
        "counts": _counts(root),
        "overview": overview,
        "crops": tuple(_crops(document, overview_items)),
    }


def _detection_type(root: Element, code: str | None, post_format: Format) -> DetectionType:
    detection = SMART_TYPES.get(folded(code or ""), DetectionType.UNKNOWN)
    if detection is DetectionType.INTRUSION and any(
        child_text(item, "boundary") == "tripwire" for item in _items(root.find("eventinfo"))
    ):
        # The camera's word in the recorder's layout.
        return DetectionType.LINE_CROSSING
    if detection is DetectionType.INTRUSION and root.find("tripwire") is not None:
        # Both blocks can be present: the one with an event in it is meant.
        perimeter = root.find("perimeter")
        if perimeter is None or not list(_event_items(perimeter)):
            return DetectionType.LINE_CROSSING
    if (
        detection is DetectionType.LICENSE_PLATE
        and post_format is Format.V2
        and root.find("licenseplatelistinfo") is None
        and all(item.find("platenumber") is None for item in _items(root.find("listinfo")))
    ):
        # In the new envelope the word also stands for "a vehicle was seen".
        return DetectionType.UNKNOWN
    return detection


def _event_items(block: Element) -> Iterator[Element]:
    """Yield the event items of a block, whatever it and its list are called."""
    if _is_event(block):
        yield block
        return
    for index, item in enumerate(block.iter("item")):
        if index >= _MAX_ITEMS:
            return
        if _is_event(item):
            yield item


def _is_event(element: Element) -> bool:
    return element.find("eventid") is not None or element.find("targetid") is not None


def _items(block: Element | None) -> list[Element]:
    return [] if block is None else block.findall("item")[:_MAX_ITEMS]


def _status(item: Element) -> EventStatus | None:
    return EVENT_STATUSES.get(folded(child_text(item, "status") or ""))


def _targets(root: Element, events: list[Element], listed: list[Element]) -> tuple[Target, ...]:
    """Join what events, target list and crops say about each target."""
    found = [_target(item) for item in events]
    found += [_target(item) for item in listed if item.find("targetid") is not None]
    for block in ("licenseplatelistinfo", "facelistinfo"):
        # Boxes of these lists are in pixels, whatever one page says.
        found += [Target(id=child_int(item, "targetid")) for item in _items(root.find(block))]
    if (metadata := root.find("vsd")) is not None and not found:
        found.append(Target(type=_target_type(metadata.find("targetimagedata"))))
    return _merged(found)


def _target(item: Element) -> Target:
    return Target(
        id=child_int(item, "targetid"),
        type=_target_type(item) or _target_type(item.find("targetimagedata")),
        box=_rect(item.find("rect")),
    )


def _target_type(element: Element | None) -> TargetType | None:
    return TARGET_TYPES.get((child_text(element, "targettype") or "").lower())


def _merged(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Merge targets of the same id; drop those about which nothing is known."""
    merged: dict[object, Target] = {}
    for target in targets:
        if target == _NOTHING_KNOWN:
            continue
        key: object = target.id if target.id is not None else target
        old = merged.get(key)
        merged[key] = target if old is None else Target(old.id, old.type or target.type, old.box or target.box)
    return tuple(merged.values())


def _rect(rect: Element | None) -> Box | None:
    if rect is None:
        return None
    return _box([to_int(rect.findtext(name)) for name in _EDGES])


def _box(values: list[int | None]) -> Box | None:
    x1, y1, x2, y2 = values
    if x1 is None or y1 is None or x2 is None or y2 is None:
        return None
    return (x1, y1, x2, y2) if any(values) and max(x1, y1, x2, y2) <= _GRID else None


def _corners_box(item: Element) -> Box | None:
    """Return the box around the four corners of a plate (grid of 10000)."""
    corners = [item.find(name) for name in _CORNERS]
    xs = [child_int(corner, "x") for corner in corners]
    ys = [child_int(corner, "y") for corner in corners]
    known_xs, known_ys = [x for x in xs if x is not None], [y for y in ys if y is not None]
    if len(known_xs) + len(known_ys) < 2 * len(_CORNERS):
        return None
    return _box([min(known_xs), min(known_ys), max(known_xs), max(known_ys)])


def _plates(document: Document) -> Iterator[Plate]:
    root = document.root
    for item in _items(root.find("listinfo")):
        if number := child_text(item, "platenumber"):
            word = child_text(item, "vehiclelisttype", "vehicelisttype")
            if folded(word or "") in _NO_LIST:
                word = None
            listed = PLATE_LISTS.get(folded(word or ""))
            yield Plate(
                number=number,
                listed=listed,
                group=None if listed else word,
                owner=child_text(item, "carowner"),
                direction=DIRECTIONS.get(folded(child_text(item, "vehicledirect", "vehicedirect") or "")),
                confidence=_confidence(item.find("plateconfidence")),
                vehicle=_vehicle(item.find("carattr")),
                box=_corners_box(item),
                crop=_crop(document, item),
            )
    for item in _items(root.find("licenseplatelistinfo")):
        attribute, matched = item.find("licenseplateattribute"), item.find("licenseplatematchinfo")
        if number := child_text(attribute, "licenseplatenumber") or child_text(item, "licenseplatenumber"):
            yield Plate(
                number=number,
                group=child_text(matched, "groupname"),
                color=child_text(attribute, "color"),
                owner=child_text(matched, "carowner"),
                vehicle=_vehicle(item.find("carattribute")),
                crop=_crop(document, item),
            )


def _vehicle(attributes: Element | None) -> Vehicle:
    return Vehicle(
        type=child_text(attributes, "cartype", "type"),
        color=child_text(attributes, "color"),
        brand=child_text(attributes, "brand"),
        model=child_text(attributes, "model"),
    )


def _confidence(element: Element | None) -> float | None:
    """Read percent from an attribute `count` of hundredths."""
    number = to_int(element.get("count")) if element is not None else None
    return number / 100 if number is not None and number <= _GRID else None


def _faces(document: Document) -> Iterator[Face]:
    for block in ("facelistinfo", "listinfo"):
        for item in _items(document.root.find(block)):
            yield Face(
                age=child_text(item, "age"),
                sex=child_text(item, "sex"),
                glasses=child_text(item, "glasses"),
                mask=child_text(item, "mask"),
                crop=_crop(document, item),
            )


def _counts(root: Element) -> Counts | None:
    """Read the totals of a counting line: `enterCarCount` and its eight siblings, wherever the block has them."""
    block = root.find("passlinecount")
    if block is None:
        block = root.find("traffic")
    if block is None:
        return None

    def by_type(prefix: str) -> ByType:
        def total(word: str) -> int | None:
            return next((to_int(text_of(element)) for element in block.iter(f"{prefix}{word}count")), None)

        return ByType(person=total("person"), car=total("car"), two_wheeler=total("bike"))

    counts = Counts(entered=by_type("enter"), exited=by_type("leave"), inside=by_type("exist"))
    return None if counts == Counts() else counts


def _picture(document: Document, holder: Element | None) -> Picture | None:
    """Return the picture of a `sourceDataInfo` or `targetImageData`: real cameras swap the names inside."""
    if holder is None:
        return None
    return document.picture(holder.find("targetbase64data")) or document.picture(holder.find("sourcebase64data"))


def _crop(document: Document, item: Element) -> Picture | None:
    return _picture(document, item.find("targetimagedata"))


def _is_overview(item: Element) -> bool:
    """Tell the overview from a plate in a camera's plate post: by its number, never by its place."""
    return child_text(item, "image") == "0" or (
        child_text(item, "platenumber") is None and item.find("targetid") is None
    )


def _overview(document: Document, detection: DetectionType) -> tuple[Picture | None, list[Element]]:
    """Return the overview picture, and the list items that hold one (their pictures are no crops)."""
    root = document.root
    source = root.find("sourcedatainfo")
    if source is None and (metadata := root.find("vsd")) is not None:
        source = metadata.find("sourcedatainfo")
    candidates = [_picture(document, source)]
    items: list[Element] = []
    if detection is DetectionType.LICENSE_PLATE:
        items = [item for item in _items(root.find("listinfo")) if _is_overview(item)]
        candidates += [_crop(document, item) for item in items]
    pictures = [picture for picture in candidates if picture is not None]
    return next((picture for picture in pictures if picture.looks_like_jpeg), pictures[0] if pictures else None), items


def _crops(document: Document, overview_items: list[Element]) -> Iterator[Picture]:
    skipped = {id(item.find("targetimagedata")) for item in overview_items}
    for holder in document.root.iter("targetimagedata"):
        if id(holder) not in skipped and (picture := _picture(document, holder)) is not None:
            yield picture
