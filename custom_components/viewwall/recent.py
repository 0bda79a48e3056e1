"""What was told a moment ago, so that a device that repeats itself is heard once."""

from collections import deque
from typing import Final

_MAX_REMEMBERED: Final = 2048
_HEAD: Final = 2048
"""Bytes of a message in which its time stands."""


class RecentKeys:
    """Remembers keys for a while, and not too many of them."""

    def __init__(self, seconds: float) -> None:
        """Remember each key for so many seconds after it was first seen."""
        self._seconds = seconds
        self._seen: dict[object, float] = {}

    def add(self, key: object, now: float) -> bool:
        """Note a key; tell whether it is new."""
        while self._seen and (
            now - next(iter(self._seen.values())) >= self._seconds or len(self._seen) >= _MAX_REMEMBERED
        ):
            del self._seen[next(iter(self._seen))]
        if key in self._seen:
            return False
        self._seen[key] = now
        return True

    def knows(self, key: object, now: float) -> bool:
        """Tell whether a key was seen a while ago."""
        seen = self._seen.get(key)
        return seen is not None and now - seen < self._seconds


class RecentBodies:
    """Remembers the bytes of recent messages: comparing costs next to nothing, hashing half a megabyte does not.

    Only those that begin alike are compared, or a flood of messages would be compared with each other.
    """

    def __init__(self, seconds: float, limit: int) -> None:
        """Remember each message for so many seconds, and so many bytes of them."""
        self._seconds = seconds
        self._limit = limit
        self._size = 0
        self._seen: deque[tuple[float, bytes]] = deque()
        self._alike: dict[int, deque[bytes]] = {}
        """Messages by the hash of their beginnings, in the order of `_seen`."""

    def add(self, body: bytes, now: float) -> bool:
        """Note a message; tell whether it is new."""
        while self._seen and now - self._seen[0][0] >= self._seconds:
            self._drop()
        head = hash(body[:_HEAD])
        if body in self._alike.get(head, ()):
            return False
        self._seen.append((now, body))
        self._alike.setdefault(head, deque()).append(body)
        self._size += len(body)
        while self._size > self._limit or len(self._seen) > _MAX_REMEMBERED:
            self._drop()
        return True

    def _drop(self) -> None:
        _, body = self._seen.popleft()
        self._size -= len(body)
        head = hash(body[:_HEAD])
        self._alike[head].popleft()
        if not self._alike[head]:
            del self._alike[head]
