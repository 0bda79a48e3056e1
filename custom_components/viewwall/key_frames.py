"""From a raw key frame to a JPEG; the decoder is the one that Home Assistant's streams use."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

from .viewtron.still_picture import PictureKind

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

type _Codec = Literal["h264", "hevc", "mjpeg"]

_CODECS: Final[Mapping[PictureKind, _Codec]] = {PictureKind.H264: "h264", PictureKind.H265: "hevc"}
_MOST_PIXELS: Final = 50_000_000
"""More than any camera has: a broken frame must not ask for all of the memory."""
_QUALITY: Final = "3"
"""Of 2 (best) to 31."""


class KeyFrameError(Exception):
    """A key frame cannot be decoded."""


def to_jpeg(content: bytes, kind: PictureKind) -> bytes:
    """Turn a picture of any kind into a JPEG; it takes a while, so never call it in the event loop.

    Raises KeyFrameError.
    """
    if kind is PictureKind.JPEG:
        return content
    try:
        import av
    except ImportError:
        raise KeyFrameError("there is no decoder") from None
    try:
        return _encode(_decode(content, _CODECS[kind]))
    except (av.FFmpegError, ValueError) as error:
        raise KeyFrameError(str(error)) from error


def _context(name: _Codec, mode: Literal["r", "w"]) -> VideoCodecContext:
    import av

    context = av.CodecContext.create(name, mode)
    # One picture: more threads would only wait for more of them.
    context.thread_count = 1
    return context


def _decode(content: bytes, codec: _Codec) -> VideoFrame:
    """Decode the first picture."""
    context = _context(codec, "r")
    context.options = {"max_pixels": str(_MOST_PIXELS)}
    # The parser finds the end of the first picture: some devices send more of the stream behind it.
    for packet in (*context.parse(content), *context.parse(None), None):
        for frame in context.decode(packet):
            if not frame.is_corrupt:
                return frame
    raise KeyFrameError("there is no whole picture in it")


def _encode(frame: VideoFrame) -> bytes:
    """Encode a picture as JPEG, in the full range of brightness that a JPEG has."""
    from av.video.reformatter import ColorRange

    picture = frame.reformat(format="yuvj420p", dst_color_range=ColorRange.JPEG)
    picture.pts = 0
    context = _context("mjpeg", "w")
    context.width, context.height = picture.width, picture.height
    context.pix_fmt = "yuvj420p"
    context.time_base = Fraction(1)
    context.options = {"qmin": _QUALITY, "qmax": _QUALITY}
    return b"".join(bytes(packet) for packet in [*context.encode(picture), *context.encode(None)])
