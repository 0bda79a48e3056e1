"""Posts of cameras: signs of life, alarm states and detections. Plates are in `ipc_plates`."""

from collections.abc import Sequence
from datetime import datetime

from .ipc_parts import (
    Dialect,
    boundary,
    corners,
    document,
    event_block,
    event_item,
    head,
    number,
    point,
    rect,
    relative_time,
    source_data,
    status,
    target_image,
    target_list,
)
from .ipc_plates import plates
from .ipc_signs import KEEPALIVE_EMPTY, alarm_status, keepalive_device_info, keepalive_message
from .posts_base import LINE, ZONE, Identity, Picture, Point, Rect, Target
from .xml_text import Node, cdata, leaf, node

__all__ = [
    "KEEPALIVE_EMPTY",
    "alarm_status",
    "detection",
    "face",
    "face_captured",
    "intrusion",
    "keepalive_device_info",
    "keepalive_message",
    "line_count",
    "line_crossing",
    "loitering",
    "motion",
    "object_left",
    "parking",
    "plates",
    "region_entry",
    "region_exit",
    "sensor",
    "traffic",
    "traject",
    "video_abnormal",
    "video_metadata",
]

UPTIME = 86_400_000_000
"""Microseconds since the camera's start."""


def detection(
    who: Identity,
    stamp: datetime,
    smart_type: str,
    *blocks: Node,
    dialect: Dialect = Dialect.A,
    overview: Picture | None = None,
    targets: Sequence[Target] = (),
    uptime: int = UPTIME,
) -> bytes:
    """Build a detection of any type, known or not, around its event blocks."""
    return document(
        *head(who, stamp, smart_type, dialect),
        *blocks,
        relative_time(dialect, uptime),
        source_data(overview),
        target_list(targets, dialect),
        dialect=dialect,
    )


def intrusion(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(),),
    phase: str = "SMART_START",
    zone: Sequence[Point] = ZONE,
    overview: Picture | None = None,
    smart_type: str = "PEA",
    block: tuple[str, str] = ("perimeter", "perInfo"),
) -> bytes:
    """Build an intrusion, or another type that has a zone; targets without a crop leave listInfo out."""
    items = [event_item(target, phase, dialect, boundary(zone)) for target in targets]
    rows = event_block(*block, items)
    return detection(who, stamp, smart_type, rows, dialect=dialect, overview=overview, targets=targets)


def loitering(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(),),
    overview: Picture | None = None,
    smart_type: str = "LOITER",
) -> bytes:
    """Build a loitering post, which has the layout of an intrusion."""
    return intrusion(who, stamp, dialect=dialect, targets=targets, overview=overview, smart_type=smart_type)


def parking(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(kind="car"),),
    overview: Picture | None = None,
) -> bytes:
    """Build an illegal parking post, which has the layout of an intrusion."""
    return intrusion(who, stamp, dialect=dialect, targets=targets, overview=overview, smart_type="PVD")


def object_left(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(),),
    overview: Picture | None = None,
) -> bytes:
    """Build an object left or missing; no paper prints its block, which is said to be named like the type."""
    block = ("osc", "oscInfo")
    return intrusion(who, stamp, dialect=dialect, targets=targets, overview=overview, smart_type="OSC", block=block)


def line_crossing(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(),),
    phase: str = "SMART_START",
    line: tuple[Point, Point] = LINE,
    line_element: bool = True,
    overview: Picture | None = None,
) -> bytes:
    """Build a line crossing; its end points stand in `line` or directly in the item."""
    ends = (point("startPoint", line[0]), point("endPoint", line[1]))
    place = (node("line", *ends),) if line_element else ends
    items = [event_item(target, phase, dialect, *place) for target in targets]
    rows = event_block("tripwire", "tripInfo", items)
    return detection(who, stamp, "PEA", rows, dialect=dialect, overview=overview, targets=targets)


def region_entry(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(),),
    aoi_info: bool = False,
    overview: Picture | None = None,
    smart_type: str = "AOIENTRY",
) -> bytes:
    """Build a region entry; `aoi_info` adds the event block that code for real cameras reads."""
    rows = _aoi("iveAoiEntry", targets, dialect) if aoi_info else ()
    return detection(who, stamp, smart_type, *rows, dialect=dialect, overview=overview, targets=targets)


def region_exit(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(),),
    aoi_info: bool = False,
    overview: Picture | None = None,
    smart_type: str = "AOILEAVE",
) -> bytes:
    """Build a region exit; `aoi_info` adds the event block that code for real cameras reads."""
    rows = _aoi("iveAoiLeave", targets, dialect) if aoi_info else ()
    return detection(who, stamp, smart_type, *rows, dialect=dialect, overview=overview, targets=targets)


def video_metadata(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.B,
    target: Target | None = None,
    vsd_info: bool = False,
    overview: Picture | None = None,
) -> bytes:
    """Build video metadata, whose pictures are inside `vsd`; `vsd_info` has a list of events there instead."""
    seen = target or Target()
    if vsd_info:
        rows = event_block("vsd", "vsdInfo", [event_item(seen, "SMART_START", dialect)])
        return detection(who, stamp, "VSD", rows, dialect=dialect, overview=overview, targets=[seen])
    crop = target_image(seen.crop, seen.kind) if seen.crop else None
    return detection(who, stamp, "VSD", node("vsd", source_data(overview), crop), dialect=dialect)


def video_abnormal(
    who: Identity,
    stamp: datetime,
    kinds: Sequence[str] = ("clarityAbnormal",),
    *,
    dialect: Dialect = Dialect.A,
    phase: str = "SMART_START",
    event_id: int = 3301,
) -> bytes:
    """Build a video abnormality; kinds are clarityAbnormal, colorAbnormal and sceneChange."""
    items = [
        node("item", number("eventId", event_id), status(phase, dialect), leaf("alarmType", kind)) for kind in kinds
    ]
    listing = node("listInfo", *items, type="list", count=len(items))
    return detection(who, stamp, "AVD", listing, dialect=dialect)


def motion(who: Identity, stamp: datetime, *, dialect: Dialect = Dialect.A, overview: Picture | None = None) -> bytes:
    """Build a motion post with its grid of 18 rows of 22 cells."""
    grid = node("area", *(leaf("item", "0" * 15 + "1" * 7) for _ in range(18)), type="list", count=18)
    return detection(who, stamp, "MOTION", node("motion", grid), dialect=dialect, overview=overview)


def sensor(who: Identity, stamp: datetime, *, dialect: Dialect = Dialect.A) -> bytes:
    """Build the post of an alarm input, which carries nothing but its type."""
    return detection(who, stamp, "SENSOR", dialect=dialect)


def line_count(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    entered: tuple[int, int, int] = (12, 7, 1),
    left: tuple[int, int, int] = (11, 6, 0),
    targets: Sequence[Target] = (Target(),),
    totals: bool = True,
) -> bytes:
    """Build a line count: totals of persons, cars and bikes if asked for, and pictures of length zero."""
    inside = tuple(max(0, come - gone) for come, gone in zip(entered, left, strict=True))
    items = [event_item(target, "SMART_START", dialect) for target in targets]
    rows = [*_totals("enter", entered), *_totals("leave", left), *_totals("exist", inside)]
    block = node(
        "passLineCount",
        *(rows if totals else ()),
        node("passLineCountInfo", *items, type="list", count=len(items)),
    )
    empty = Picture(b"", 0, 0)
    return detection(who, stamp, "PASSLINECOUNT", block, dialect=dialect, overview=empty, targets=targets)


def traffic(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.A,
    targets: Sequence[Target] = (Target(),),
    overview: Picture | None = None,
) -> bytes:
    """Build an area count."""
    items = [event_item(target, "SMART_START", dialect) for target in targets]
    rows = event_block("traffic", "trafficInfo", items)
    return detection(who, stamp, "TRAFFIC", rows, dialect=dialect, overview=overview, targets=targets)


def face(
    who: Identity,
    stamp: datetime,
    *,
    dialect: Dialect = Dialect.B,
    targets: Sequence[Target] = (Target(),),
    overview: Picture | None = None,
    smart_type: str = "VFD",
) -> bytes:
    """Build faces as the vendor's example has them, without attributes."""
    return detection(who, stamp, smart_type, dialect=dialect, overview=overview, targets=targets)


def face_captured(
    who: Identity,
    stamp: datetime,
    *,
    target_id: int = 1229,
    box: Rect = (546, 322, 606, 382),
    sex: str = "male",
    score: float = 97.0,
    crop: Picture | None = None,
) -> bytes:
    """Build a face as seen from a real camera.

    Corners in pixels of 1280 by 720, one item where the list claims two, the crop in `sourceBase64Data`, and an
    overview without content.
    """
    picture = crop or Picture(b"", 60, 60)
    zeros = ("eye_dist", "blur", "pose_est_score", "illumination", "faceliveness", "completeness")
    item = node(
        "item",
        number("targetId", target_id),
        number("Width", 1280),
        number("Height", 720),
        *corners(box),
        number("pose", 0),
        leaf("sex", sex, type="sexType"),
        point("PosFaceImage", (box[0] + 16, box[1])),
        leaf("feature_score", "0.00", type="float"),
        *(number(name, 0) for name in zeros),
        leaf("comprehensive_score", f"{score:.2f}", type="float"),
        node(
            "targetImageData",
            number("dataType", 0),
            leaf("targetType", "person", type="targetType"),
            number("width", picture.width),
            number("height", picture.height),
            number("targetBase64Length", len(picture.base64)),
            cdata("sourceBase64Data", picture.base64, type="string"),
        ),
    )
    return document(
        *head(who, stamp, "VFD", Dialect.A),
        source_data(Picture(b"", 1280, 720)),
        node("listInfo", item, type="list", count=2),
        dialect=Dialect.A,
    )


def traject(who: Identity, stamp: datetime, *, targets: Sequence[Target] = (Target(),)) -> bytes:
    """Build track data, of which a camera sends about seven a second for as long as something moves."""
    items = [
        node(
            "item",
            number("targetId", target.id),
            point("point", (0, 0)),
            rect(target.rect),
            number("velocity", 0),
            number("direction", 0),
            leaf("targetType", target.kind, type="targetType"),
            leaf("trajectlength", "", type="list", count=0),
        )
        for target in targets
    ]
    return document(
        *head(who, stamp, None, Dialect.A),
        node("traject", *items, type="list", count=len(items)),
        dialect=Dialect.A,
    )


def _aoi(tag: str, targets: Sequence[Target], dialect: Dialect) -> tuple[Node, ...]:
    """Build the event block of a region."""
    items = [event_item(target, "SMART_START", dialect, boundary(ZONE)) for target in targets]
    return (event_block(tag, "aoiInfo", items),)


def _totals(word: str, counts: tuple[int, ...]) -> tuple[Node, ...]:
    """Build three totals in the order of the posts: cars, persons, bikes."""
    person, car, bike = counts
    return (
        number(f"{word}CarCount", car),
        number(f"{word}PersonCount", person),
        number(f"{word}BikeCount", bike),
    )
