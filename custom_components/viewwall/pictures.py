"""The newest picture of each kind and channel, not decoded until somebody looks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.util import dt as dt_util

from .viewtron import Picture

MAX_CHANNEL_SIZE: Final = 2 * 1024 * 1024
"""Bytes of base64 text kept per channel."""


def image_key(kind: str) -> str:
    """Return the key under which changes of a picture are told (a face is an alarm, too)."""
    return f"image_{kind}"


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture and when it came."""

    picture: Picture
    arrived: datetime


class PictureStore:
    """Newest pictures by channel and kind, bounded in size."""

    def __init__(self) -> None:
        """Start empty."""
        self._channels: dict[int | None, dict[str, StoredPicture]] = {}

    def get(self, channel: int | None, kind: str) -> StoredPicture | None:
        """Return the newest picture of a kind."""
        return self._channels.get(channel, {}).get(kind)

    def forget(self, channel: int | None) -> None:
        """Forget the pictures of a channel."""
        self._channels.pop(channel, None)

    def put(self, channel: int | None, kind: str, picture: Picture) -> list[str]:
        """Keep a picture; return the kinds that changed (older ones that no longer fit are dropped)."""
        if len(picture) > MAX_CHANNEL_SIZE:
            return []
        kept = self._channels.setdefault(channel, {})
        kept.pop(kind, None)
        changed = [kind]
        kept[kind] = StoredPicture(picture.detached(), dt_util.utcnow())
        while sum(len(stored.picture) for stored in kept.values()) > MAX_CHANNEL_SIZE:
            oldest = next(iter(kept))
            del kept[oldest]
            changed.append(oldest)
        return changed
