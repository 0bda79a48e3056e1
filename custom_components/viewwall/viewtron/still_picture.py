"""Pictures as a device hands them out: a JPEG, or the raw key frame of a video stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .answers import is_jpeg
from .errors import ViewtronProtocolError

_START_CODE: Final = b"\x00\x00\x01"
_LATEST_START: Final = 1024
"""Bytes that may stand in front of a key frame: some firmware puts a header of its own there."""
_MOST_UNITS: Final = 64

_H264_PARAMETERS: Final = 7
_H265_PARAMETERS: Final = frozenset({32, 33})


class PictureKind(StrEnum):
    """How a picture is encoded."""

    JPEG = "jpeg"
    H264 = "h264"
    H265 = "h265"


@dataclass(frozen=True, slots=True)
class StillPicture:
    """A picture: a JPEG, or a key frame in Annex B from its first start code on."""

    content: bytes
    kind: PictureKind


def read_still(body: bytes) -> StillPicture:
    """Tell what a picture is by its bytes; devices name no type that could be trusted.

    Raises ViewtronProtocolError if it is neither a JPEG nor a key frame with its parameter sets.
    """
    if is_jpeg(body):
        return StillPicture(body, PictureKind.JPEG)
    start = body.find(_START_CODE, 0, _LATEST_START)
    if start >= 0:
        frame = body[start:]
        for unit in _units(frame):
            if (kind := _codec(unit)) is not None:
                return StillPicture(frame, kind)
    raise ViewtronProtocolError("The answer is neither a JPEG nor a key frame")


def _units(frame: bytes) -> Iterator[bytes]:
    """Walk the first two bytes of each unit of a stream in Annex B."""
    at = frame.find(_START_CODE)
    for _ in range(_MOST_UNITS):
        if at < 0:
            return
        at += len(_START_CODE)
        yield frame[at : at + 2]
        at = frame.find(_START_CODE, at)


def _codec(unit: bytes) -> PictureKind | None:
    """Tell the codec whose parameter set a unit is; None if it is none."""
    if len(unit) < 2 or unit[0] & 0x80:
        return None
    # The second byte of H.265's header is its temporal id plus one: 1 for all parameter sets, whose layer is 0.
    if not unit[0] & 1 and unit[1] == 1 and unit[0] >> 1 in _H265_PARAMETERS:
        return PictureKind.H265
    return PictureKind.H264 if unit[0] & 0x1F == _H264_PARAMETERS else None
