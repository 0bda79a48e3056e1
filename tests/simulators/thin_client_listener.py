"""The HTTP server of a simulated Thin Client: bodies may come in chunks, and large ones are not kept."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import override

from .listener import Answerer, Listener, sent_part

type Sink = Callable[[bytes], Awaitable[None]]
"""Takes the parts of a body as they come."""
type SinkFinder = Callable[[str, str, dict[str, str]], Sink | None]
"""From method, target and headers to the sink of a body that is not to be kept."""

_PART = 64 * 1024


class StreamingListener(Listener):
    """Serve as `Listener` does."""

    def __init__(self, answer: Answerer, sink: SinkFinder) -> None:
        """Take who answers, with an empty body after a sink took it, and who names the sinks."""
        super().__init__(answer, lambda: False)
        self._sink = sink

    @override
    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        kept = bytearray()

        async def keep(data: bytes) -> None:
            kept.extend(data)

        await _read_body(reader, headers, self._sink(method, target, headers) or keep)
        answer = self._answer(method, target, headers, bytes(kept))
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if not answer.status:
            return False
        stay = not (answer.close or answer.cut or answer.missing) and headers.get("connection", "").lower() != "close"
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            f"Content-Length: {len(answer.body) + answer.missing}",
            f"Connection: {'keep-alive' if stay else 'close'}",
            *(f"{name}: {value}" for name, value in answer.headers),
        ]
        if answer.body:
            lines.append(f"Content-Type: {answer.content_type}")
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + sent_part(answer))
        await writer.drain()
        if answer.stall:
            await reader.read()
        return stay and not answer.stall


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str], sink: Sink) -> None:
    """Read a body of known or unknown length into a sink."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        await _read_part(reader, int(headers.get("content-length") or 0), sink)
        return
    while length := int((await reader.readline()).partition(b";")[0], 16):
        await _read_part(reader, length, sink)
        await reader.readline()
    while (await reader.readline()).strip():
        pass


async def _read_part(reader: asyncio.StreamReader, length: int, sink: Sink) -> None:
    """Read so many bytes into a sink; raises EOFError when they do not come."""
    while length:
        data = await reader.read(min(length, _PART))
        if not data:
            raise EOFError
        length -= len(data)
        await sink(data)
