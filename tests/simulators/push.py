"""Send posts the way cameras and recorders do, over raw streams."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class PushKind(StrEnum):
    """Whose manners a post has."""

    CAMERA = "camera"
    """Origin-form request line, application/xml, one connection kept alive, Host is the camera's own address."""
    NVR = "nvr"
    """Absolute-form request line, application/soap+xml, a new connection for each post."""


@dataclass(frozen=True, slots=True)
class PushResult:
    """The answer to a post; header names are in lower case."""

    status: int
    body: bytes
    headers: dict[str, str]


class Pusher:
    """Posts to one address; a camera's connection is opened once and reused until the server closes it."""

    def __init__(self, url: str, kind: PushKind, *, own_address: str | None = None, timeout: float = 10) -> None:
        """Take an http URL; `own_address` is what a camera puts in its Host header."""
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError("a post needs an http URL")
        self._host, self._port = parts.hostname, parts.port or 80
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._kind = kind
        self._own_address = own_address
        self._timeout = timeout
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.connections = 0
        self._turn = asyncio.Lock()

    async def send(self, body: bytes) -> PushResult:
        """Send one post when its turn has come; raises OSError or TimeoutError when no answer comes."""
        async with self._turn, asyncio.timeout(self._timeout):
            reused = self._streams is not None
            try:
                return await self._send(body)
            except ConnectionError, EOFError:
                await self.close()
                if not reused:
                    raise
                return await self._send(body)

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is None:
            return
        _, writer = self._streams
        self._streams = None
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            return

    def request(self, body: bytes) -> bytes:
        """Return the whole request as it goes over the wire."""
        where = f"{self._host}:{self._port}"
        if self._kind is PushKind.NVR:
            lines = [
                f"POST http://{where}{self._path} HTTP/1.1",
                f"Host: {where}",
                "Content-Type: application/soap+xml; charset=utf-8",
                f"Content-Length: {len(body)}",
                "Connection: close",
            ]
        else:
            lines = [
                f"POST {self._path} HTTP/1.1",
                f"Host: {self._own_address or where}",
                "Accept-Encoding: gzip",
                "Content-Type: application/xml; charset=utf-8",
                f"Content-Length: {len(body)}",
                "Connection: keep-alive",
            ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def _send(self, body: bytes) -> PushResult:
        """Send over the open connection or a new one."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
            self.connections += 1
        reader, writer = self._streams
        writer.write(self.request(body))
        await writer.drain()
        result = await read_answer(reader)
        if self._kind is PushKind.NVR or result.headers.get("connection", "").lower() == "close":
            await self.close()
        return result


async def push(url: str, body: bytes, kind: PushKind, *, own_address: str | None = None) -> PushResult:
    """Send a single post over a connection of its own."""
    pusher = Pusher(url, kind, own_address=own_address)
    try:
        return await pusher.send(body)
    finally:
        await pusher.close()


async def read_answer(reader: asyncio.StreamReader) -> PushResult:
    """Read an HTTP answer with a length, in chunks or up to the end of the connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    headers: dict[str, str] = {}
    for line in head[1:]:
        name, found, value = line.partition(":")
        if found:
            headers[name.strip().lower()] = value.strip()
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    elif headers.get("transfer-encoding", "").lower() == "chunked":
        body = await _read_chunks(reader)
    else:
        body = await reader.read()
    return PushResult(status, body, headers)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """Read a body that comes in chunks, without trailers."""
    parts: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)
