"""A small HTTP server over raw streams, which can also misbehave."""

import asyncio
from collections.abc import Callable
import socket

from .state import Answer

type Answerer = Callable[[str, str, dict[str, str], bytes], Answer]
"""From method, target, headers (lower-case names) and body to the answer."""

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 503: "Service Unavailable"}


class Listener:
    """Hold a port, and serve what connects to it."""

    def __init__(self, answer: Answerer, odd_headers: Callable[[], bool]) -> None:
        """Take who answers, and whether to add the odd headers of a real device."""
        self.address: tuple[str, int] | None = None
        self._answer = answer
        self._odd_headers = odd_headers
        self._socket: socket.socket | None = None
        self._acceptor: asyncio.Task[None] | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def where(self) -> tuple[str, int]:
        """Return host and port; raises RuntimeError before the start."""
        if self.address is None:
            raise RuntimeError("the simulator was not started")
        return self.address

    async def start(self, host: str, port: int, *, refuse: bool) -> None:
        """Take the port, 0 for a free one or the one of the last start, and listen unless told to refuse."""
        if port == 0 and self.address and self.address[0] == host:
            port = self.address[1]
        self._socket = _bind(host, port)
        self.address = (host, self._socket.getsockname()[1])
        if not refuse:
            self._listen(self._socket)

    async def stop(self) -> None:
        """Close everything."""
        await asyncio.gather(*self._close(), return_exceptions=True)

    def refuse(self, refuse: bool) -> None:
        """Stop listening and cut what is open, or listen again, without giving the port away."""
        if self._socket is None or refuse == (self._acceptor is None):
            return
        if refuse:
            self._close()
            # A bound socket that does not listen refuses connections and still holds the port.
            self._socket = _bind(*self.where())
        else:
            self._listen(self._socket)

    def _listen(self, listener: socket.socket) -> None:
        """Take connections on a socket that only held the port so far."""
        listener.listen()
        self._acceptor = asyncio.create_task(self._accept(listener))

    def _close(self) -> list[asyncio.Task[None]]:
        """Close the socket, cut all connections and return the tasks that end by it."""
        ended = list(self._connections)
        for task, writer in self._connections.items():
            writer.transport.abort()
            task.cancel()
        if self._acceptor:
            self._acceptor.cancel()
            ended.append(self._acceptor)
            self._acceptor = None
        if self._socket:
            # The number of a closed socket is soon given to another one: the loop must not watch it any more.
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        return ended

    async def _accept(self, listener: socket.socket) -> None:
        """Take connections until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            reader, writer = await asyncio.open_connection(sock=connection)
            task = asyncio.create_task(self._serve(reader, writer))
            self._connections[task] = writer
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        """Drop a connection that ended."""
        self._connections.pop(task, None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while await self._serve_one(reader, writer):
                pass
        except ConnectionError, EOFError:
            pass
        finally:
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        answer = self._answer(method, target, headers, body)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if not answer.status:
            return False
        spoilt = answer.close or answer.cut or answer.missing > 0
        stay = not spoilt and headers.get("connection", "").lower() != "close"
        lines = [
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Error')}",
            f"Content-Length: {len(answer.body) + answer.missing}",
            f"Connection: {'Keep-Alive' if stay else 'close'}",
            *(f"{name}: {value}" for name, value in answer.headers),
        ]
        if answer.body:
            lines.append(f"Content-Type: {answer.content_type}")
        if self._odd_headers():
            # Both lines come from a real device; the cookie has attributes and no name.
            lines += ["Server: Internal Server", "Set-Cookie: Secure; HttpOnly"]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + sent_part(answer))
        await writer.drain()
        if answer.stall:
            await reader.read()
        return stay and not answer.stall


def sent_part(answer: Answer) -> bytes:
    """Return what of the body is really sent."""
    return answer.body[: len(answer.body) // 2] if answer.cut or answer.stall else answer.body


def _bind(host: str, port: int) -> socket.socket:
    """Take a port without listening on it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setblocking(False)
    listener.bind((host, port))
    return listener
