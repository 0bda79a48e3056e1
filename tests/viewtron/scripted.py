"""A device that answers exactly as a test dictates, byte for byte."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import ssl
from typing import Self

from custom_components.viewwall.viewtron.models import DeviceInfo, DeviceKind

USERNAME = "admin"
PASSWORD = "gate-Keeper-7"
BASIC = "Basic " + b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()

CAMERA = DeviceInfo(kind=DeviceKind.IPC_V1, name="Yard")
NVR_V1 = DeviceInfo(kind=DeviceKind.NVR_V1, name="Store")
NVR_V2 = DeviceInfo(kind=DeviceKind.NVR_V2, name="Store")


def config(content: str = "", attributes: str = 'version="1.7"') -> bytes:
    """Wrap content as the devices do."""
    return f'<?xml version="1.0"?><config {attributes} xmlns="http://www.ipc.com/ver10">{content}</config>'.encode()


def failed(code: int, description: str = "") -> bytes:
    """Build a failed document."""
    return config(attributes=f'status="failed" errorCode="{code}" errorDesc="{description}"')


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; `raw` replaces all of it."""

    body: bytes = b""
    status: int = 200
    headers: tuple[str, ...] = ()
    raw: bytes | None = None
    delay: float = 0


UNSUPPORTED = Reply(failed(1), 400)
BASIC_CHALLENGE = Reply(status=401, headers=('WWW-Authenticate: Basic realm="device"',))


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    login: str | None
    headers: Mapping[str, str]
    body: bytes


type Script = Reply | bytes | Sequence[Reply | bytes]


@dataclass
class ScriptedDevice:
    """Answer each path by its script, the last entry again and again; what has none is an unknown command."""

    answers: dict[str, Script] = field(default_factory=dict)
    challenge: Reply | None = None
    """Sent to every request without a login."""
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    context: ssl.SSLContext | None = None
    most_at_once: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _open: int = 0
    _told: dict[str, int] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """List what was asked, in order."""
        return [each.path for each in self.seen]

    @property
    def logins(self) -> int:
        """Count the requests that carried credentials."""
        return sum(each.login is not None for each in self.seen)

    async def __aenter__(self) -> Self:
        """Listen on the loopback address."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length") or 0))
                method, target, _ = head[0].split(" ")
                seen = Seen(method, target.removeprefix("/"), headers.get("authorization"), headers, body)
                self.seen.append(seen)
                self.arrived.set()
                self._open += 1
                self.most_at_once = max(self.most_at_once, self._open)
                reply = self._reply(seen)
                try:
                    await asyncio.sleep(reply.delay)
                finally:
                    self._open -= 1
                if reply.raw is not None:
                    writer.write(reply.raw)
                    await writer.drain()
                    return
                lines = [f"HTTP/1.1 {reply.status} X", f"Content-Length: {len(reply.body)}", *reply.headers]
                writer.write("\r\n".join([*lines, "", ""]).encode() + reply.body)
                await writer.drain()
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    def _reply(self, seen: Seen) -> Reply:
        """Pick the answer."""
        if self.challenge is not None and seen.login is None:
            return self.challenge
        script = self.answers.get(seen.path, UNSUPPORTED)
        if isinstance(script, Sequence) and not isinstance(script, bytes):
            told = self._told.get(seen.path, 0)
            self._told[seen.path] = told + 1
            script = script[min(told, len(script) - 1)]
        return Reply(script) if isinstance(script, bytes) else script
