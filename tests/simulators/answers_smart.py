"""Answers about the rules of a camera's smart detections."""

from .answers import count, document, enumeration, flag
from .posts_base import LINE, ZONE, Point
from .xml_text import Node, config, leaf, node


def perimeter(version: str) -> bytes:
    """Build GetSmartPerimeterConfig: one zone of at most four."""
    points = [node("item", *_place(place)) for place in ZONE]
    zone = node("item", node("pointGroup", *points, type="list", maxCount=8, count=len(points)))
    return document(
        config(
            version,
            node(
                "perimeter",
                flag("switch", True),
                count("alarmHoldTime", 20),
                _filters("car", "person", "motor"),
                flag("saveTargetPicture", True),
                flag("saveSourcePicture", True),
                node("regionInfo", zone, type="list", maxCount=4, count=1),
            ),
        )
    )


def tripwire(version: str) -> bytes:
    """Build GetSmartTripwireConfig: one line; the third direction is spelled as the devices do."""
    line = node(
        "item",
        leaf("direction", "none", type="direction"),
        node("startPoint", *_place(LINE[0])),
        node("endPoint", *_place(LINE[1])),
    )
    return document(
        config(
            version,
            node("types", enumeration("direction", "none", "rightortop", "leftorbotton")),
            node(
                "tripwire",
                flag("switch", True),
                count("alarmHoldTime", 20),
                _filters("car", "person"),
                node("lineInfo", line, type="list", maxCount=4, count=1),
            ),
        )
    )


def vehicle(version: str) -> bytes:
    """Build GetSmartVehicleConfig of old cameras; the sensitivity is spelled as the devices do."""
    region = node("item", count("X1", 500), count("Y1", 500), count("X2", 9500), count("Y2", 9500))
    return document(
        config(
            version,
            node("types", enumeration("alarmListType", "blackList", "whiteList", "strangerList")),
            node(
                "vehicle",
                flag("switch", True),
                leaf("plateSencitivity", 60, type="uint32", min=0, max=100),
                leaf("plateSupportArea", "U.S.A", type="plateAreaType"),
                flag("saveTargetPicture", True),
                flag("saveSourcePicture", True),
                node("regionInfo", region, type="list", maxCount=1, count=1),
            ),
        )
    )


def _filters(*kinds: str) -> Node:
    """Build the filter of what is detected."""
    rows = (node(kind, flag("switch", True), leaf("sensitivity", 60, type="uint32", min=1, max=100)) for kind in kinds)
    return node("objectFilter", *rows)


def _place(place: Point) -> tuple[Node, Node]:
    """Build a point of a rule, whose coordinates have capital names."""
    return count("X", place[0]), count("Y", place[1])
