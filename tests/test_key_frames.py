"""Key frames that cannot become a picture."""

import sys
from unittest.mock import patch

import pytest

from custom_components.viewwall.key_frames import KeyFrameError, to_jpeg
from custom_components.viewwall.viewtron.still_picture import PictureKind


def test_without_a_decoder() -> None:
    """Say so where Home Assistant has none installed; a picture that is a JPEG needs none."""
    with patch.dict(sys.modules, {"av": None}):
        assert to_jpeg(b"\xff\xd8\xff", PictureKind.JPEG) == b"\xff\xd8\xff"
        with pytest.raises(KeyFrameError, match="no decoder"):
            to_jpeg(b"\x00\x00\x00\x01\x65", PictureKind.H264)


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x00\x01\x67", b"no picture at all"])
@pytest.mark.parametrize("kind", [PictureKind.H264, PictureKind.H265])
def test_no_picture_in_it(content: bytes, kind: PictureKind) -> None:
    """Say that nothing can be seen, whatever the bytes."""
    with pytest.raises(KeyFrameError):
        to_jpeg(content, kind)
