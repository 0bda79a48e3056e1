"""A Thin Client that answers exactly as a test dictates, with the sessions of a real one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
import json
from typing import Any, Self

PASSWORD = "wall-Keeper-9"
LOGIN = "POST /Session"


def envelope(data: Any = None, links: Sequence[tuple[str, str, str]] = ()) -> bytes:
    """Wrap data as the device does; links are (href, rel, method)."""
    return json.dumps(
        {
            "Links": [dict(zip(("href", "rel", "method"), link, strict=True)) for link in links],
            "Data": data,
            "Version": "2.2.1.0",
        }
    ).encode()


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; `raw` replaces all of it, and hangs up after it; `hold` keeps it back."""

    body: bytes = b""
    status: int = 200
    raw: bytes | None = None
    hold: asyncio.Event | None = None


HANG_UP = Reply(raw=b"")
type Script = Reply | bytes | Sequence[Reply | bytes]


@dataclass
class ScriptedWall:
    """Answer each "METHOD /path" by its script, the last entry again and again; what has none is 404."""

    answers: dict[str, Script] = field(default_factory=dict)
    passwords: set[str] = field(default_factory=lambda: {PASSWORD})
    login: Script | None = None
    """Replaces the login."""
    seen: list[str] = field(default_factory=list)
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    most_sessions: int = 0
    most_at_once: int = 0
    connections: int = 0
    port: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _made: int = 0
    _open: int = 0
    _told: dict[str, int] = field(default_factory=dict)

    @property
    def commands(self) -> list[str]:
        """List what was asked in order, without the sessions' own calls."""
        return [each for each in self.seen if "/Session" not in each]

    @property
    def logins(self) -> int:
        """Count the logins."""
        return self.seen.count(LOGIN)

    def body(self, command: str) -> Any:
        """Return the JSON that came last with a command."""
        return json.loads([body for each, body in self.bodies if each == command][-1])

    async def __aenter__(self) -> Self:
        """Listen on the loopback address."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
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
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                method, path, _ = head[0].split(" ")
                command = f"{method} {path}"
                self.seen.append(command)
                self.heads.append(headers)
                self.arrived.set()
                body = await reader.readexactly(int(headers.get("content-length") or 0))
                self.bodies.append((command, body))
                self._open += 1
                self.most_at_once = max(self.most_at_once, self._open)
                reply = self._reply(command, headers, body)
                try:
                    if reply.hold is not None:
                        await reply.hold.wait()
                finally:
                    self._open -= 1
                if reply.raw is not None:
                    writer.write(reply.raw)
                    await writer.drain()
                    return
                writer.write(f"HTTP/1.1 {reply.status} X\r\nContent-Length: {len(reply.body)}\r\n\r\n".encode())
                writer.write(reply.body)
                await writer.drain()
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    def _reply(self, command: str, headers: dict[str, str], body: bytes) -> Reply:
        """Pick the answer."""
        if command == LOGIN:
            return self._pick(command, self.login) if self.login is not None else self._log_in(body)
        token = headers.get("authtoken")
        if token not in self.sessions:
            return Reply(status=403)
        if command.startswith("DELETE /Session/"):
            self.sessions.discard(command.rpartition("/")[2])
            return Reply(envelope())
        return self._pick(command, self.answers.get(command, Reply(status=404)))

    def _pick(self, command: str, script: Script) -> Reply:
        """Take the script's next entry."""
        if isinstance(script, Sequence) and not isinstance(script, bytes):
            told = self._told.get(command, 0)
            self._told[command] = told + 1
            script = script[min(told, len(script) - 1)]
        return Reply(script) if isinstance(script, bytes) else script

    def _log_in(self, body: bytes) -> Reply:
        """Open a session for the right password."""
        login = json.loads(body)
        if login["user"] != "admin" or login["pwd"] not in self.passwords:
            return Reply(status=401)
        self._made += 1
        token = f"25892e17-0000-4000-8000-{self._made:012}"
        self.sessions.add(token)
        self.most_sessions = max(self.most_sessions, len(self.sessions))
        return Reply(envelope({"Token": token, "Links": []}))
