"""The protocol of Viewtron cameras and NVRs, without Home Assistant."""

from .codes import DetectionType, Direction, EventStatus, PlateList, TargetType
from .post import ByType, Counts, EventItem, Face, Format, Picture, Plate, Post, PostDevice, PostKind, Target, Vehicle
from .posts import parse_post

__all__ = [
    "ByType",
    "Counts",
    "DetectionType",
    "Direction",
    "EventItem",
    "EventStatus",
    "Face",
    "Format",
    "Picture",
    "Plate",
    "PlateList",
    "Post",
    "PostDevice",
    "PostKind",
    "Target",
    "TargetType",
    "Vehicle",
    "parse_post",
]
