"""A firmware file on its way: counted, watched, never in memory as a whole."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Final

from .errors import Rule, ThinClientValidationError

UPLOAD_STALL: Final = 300.0
"""Seconds without any progress after which an upload is given up; the device checks the file before it answers."""

type Progress = Callable[[int, int], None]
"""Called with the bytes that were sent and the bytes there are."""


class Upload:
    """Hand a file's bytes to the connection and remember what went wrong with the file itself."""

    def __init__(
        self, content: AsyncIterable[bytes], length: int, progress: Progress | None, watchdog: asyncio.Timeout
    ) -> None:
        """Keep the file; nothing is read."""
        self._content = content
        self._length = length
        self._progress = progress
        self._watchdog = watchdog
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Read the file and check that it is as long as was said; breaking off is how the device is told."""
        sent = 0
        try:
            async for chunk in self._content:
                sent += len(chunk)
                if sent > self._length:
                    self._fail_length()
                self._watchdog.reschedule(asyncio.get_running_loop().time() + UPLOAD_STALL)
                yield chunk
                if self._progress is not None:
                    self._progress(sent, self._length)
            if sent < self._length:
                self._fail_length()
        except Exception as err:
            self.failure = err
            raise

    def _fail_length(self) -> None:
        """Say that the file has another length than was said."""
        raise ThinClientValidationError("file", Rule.WRONG_LENGTH, length=self._length)
