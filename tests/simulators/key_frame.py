"""One picture as the key frame of a video stream."""

from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from typing import Literal, cast

import av
from av.video.codeccontext import VideoCodecContext
from PIL import Image

type KeyFrameCodec = Literal["h264", "h265"]

_SIZE = (640, 360)
_ENCODERS: dict[KeyFrameCodec, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "repeat-headers=1"}),
    "h265": (
        "libx265",
        {"preset": "ultrafast", "tune": "zerolatency", "x265-params": "repeat-headers=1:log-level=none"},
    ),
}

# PyAV leaves this method without types.
_to_frame = cast("Callable[[Image.Image], av.VideoFrame]", av.VideoFrame.from_image)


def key_frame(jpeg: bytes, codec: KeyFrameCodec) -> bytes:
    """Encode a JPEG as a key frame of 640 by 360 pixels in Annex B, with its parameter sets."""
    name, options = _ENCODERS[codec]
    encoder = cast("VideoCodecContext", VideoCodecContext.create(name, "w"))
    encoder.width, encoder.height = _SIZE
    encoder.pix_fmt = "yuv420p"
    encoder.framerate = Fraction(1)
    encoder.time_base = Fraction(1)
    encoder.thread_count = 1
    encoder.options = options
    frame = _to_frame(Image.open(BytesIO(jpeg)).resize(_SIZE))
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
