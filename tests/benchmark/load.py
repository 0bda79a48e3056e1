"""Posts over real sockets, as cheaply as possible: whoever posts shares the machine with who is measured."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import time

from .home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a number of posts cost."""

    posts: int
    seconds: float
    cpu: float
    """Seconds of processor time of Home Assistant."""
    waits: tuple[float, ...]
    """Seconds that each post waited for its answer."""

    @property
    def rate(self) -> float:
        """Return posts per second."""
        return self.posts / self.seconds

    @property
    def cpu_per_post(self) -> float:
        """Return seconds of processor time."""
        return self.cpu / self.posts


async def post_all(home: Home, path: str, make: Callable[[int], bytes], numbers: range, *, lines: int) -> Load:
    """Post one message for each number over so many connections that stay open, each after the answer before."""
    open_lines = [await asyncio.open_connection("127.0.0.1", home.port, limit=2**20) for _ in range(lines)]
    waits: list[float] = []
    left = iter(numbers)

    async def _work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in left:
            request = _request(path, make(number))
            start = time.perf_counter()
            writer.write(request)
            await writer.drain()
            await _answer(reader)
            waits.append(time.perf_counter() - start)

    cpu, start = home.cpu(), time.perf_counter()
    try:
        await asyncio.gather(*(_work(*line) for line in open_lines))
        seconds = time.perf_counter() - start
        return Load(posts=len(numbers), seconds=seconds, cpu=home.cpu() - cpu, waits=tuple(waits))
    finally:
        for _, writer in open_lines:
            writer.close()


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/xml; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> None:
    """Read an answer to its end; it must be a success."""
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0]
    body = await reader.readexactly(int(length))
    assert b"success" in body, body
