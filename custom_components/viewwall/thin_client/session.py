"""One login on a Thin Client: never two at once, never a guessed password."""

import asyncio
from collections.abc import AsyncIterable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
import json
import re
from typing import Final
from urllib.parse import quote

import aiohttp

from .answers import Json, Link, Reply, parse_reply, to_text
from .calls import CALLS, LIST_SETTINGS, TIMEOUT, Call, Lane
from .errors import (
    Rule,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientNotFoundError,
    ThinClientNotSupportedError,
    ThinClientOtherDeviceError,
    ThinClientProtocolError,
    ThinClientValidationError,
)
from .readings import read_list, read_settings
from .wire import Answer, Wire

USERNAME: Final = "admin"
"""The only user there is."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~{}+/=-]{1,200}")
_JSON: Final = {"Content-Type": "application/json"}
_NO_REPLY: Final = Reply(None, None, ())


class Session:
    """Send calls to one device, one at a time in each lane, all within one session of the device.

    A refused session (403; 401 too, outside the login) is deleted and made anew once per call. A refused password is
    final until `allow_retry`. The token is a secret: it stands in a header and in the path that deletes the session,
    and nowhere else.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        password: str,
        *,
        port: int | None,
        ssl: bool,
        verify_ssl: bool,
    ) -> None:
        """Keep the address and the password; nothing is sent."""
        self._wire = Wire(session, host, port=port, ssl=ssl, verify_ssl=verify_ssl)
        self._passwords = [password]
        self._lanes = {lane: asyncio.Lock() for lane in Lane}
        self._waiting: set[asyncio.Timeout] = set()
        """The calls under way that `close` gives up: those of all lanes but the commands'."""
        self._lock = asyncio.Lock()
        """Held while the session is opened, renewed or deleted, and for nothing else."""
        self._token: str | None = None
        self._login: asyncio.Task[str] | None = None
        self._refused = False
        self._closed = False
        self._barred = False
        self.serial: str | None = None
        """Which device it must be; None while that is not known."""
        self._methods: dict[str, str] = {}
        self._linked: dict[str, str] = {}
        self.token_listener: Callable[[str | None], None] | None = None
        self.version: str | None = None

    @property
    def password(self) -> str:
        """The password that the device accepted last, or the one to be tried next."""
        return self._passwords[-1]

    @property
    def token(self) -> str | None:
        """The token of the session that is open on the device."""
        return self._token

    def _set_token(self, token: str | None) -> None:
        """Keep the token and tell the listener if it is another one."""
        if token == self._token:
            return
        self._token = token
        if self.token_listener is not None:
            self.token_listener(token)

    def allow_retry(self) -> None:
        """Allow one more login after a refusal."""
        self._refused = False

    async def request(
        self,
        call: Call,
        *words: str | int,
        body: Json = None,
        upload: AsyncIterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        even_if_barred: bool = False,
    ) -> Reply:
        """Send a call and return its reply; `words` fill its path. Raises any ThinClientError.

        An upload can be sent but once, so a refused session is not made anew for it.
        """
        path = call.path.format(*[quote(str(word), safe="") for word in words])
        data = upload if upload is not None else None if body is None else json.dumps(body).encode()
        async with self._lanes[call.lane]:
            try:
                async with asyncio.timeout(None) as scope:
                    if call.lane is not Lane.COMMANDS:
                        self._waiting.add(scope)
                    if self._barred and not even_if_barred:
                        raise ThinClientOtherDeviceError("Another device answers at the address")
                    token = await self._ensure_session()
                    answer = await self._by_any_method(call, path, data, headers, token)
                    if answer.status in (401, 403) and upload is None:
                        token = await self._ensure_session(instead_of=token)
                        answer = await self._by_any_method(call, path, data, headers, token)
            except TimeoutError:
                raise ThinClientConnectionError(call.name, "it was closed", sent=True) from None
            finally:
                self._waiting.discard(scope)
            return self._judge(call, answer)

    def expect_password(self, password: str) -> None:
        """Take into account that the device was told a new password, without saying whether it took it.

        At the next login the new one is tried first and the old one after it, each once, unless that was refused.
        """
        self._passwords = [password] if self._refused else list(dict.fromkeys((self._passwords[0], password)))
        self._refused = False

    async def end(self) -> None:
        """Delete the session, as far as the device can be reached; the next call opens a new one."""
        async with self._lock:
            await self._settle_login()
            with suppress(ThinClientError):
                await self._end_session()

    def expect(self, serial: str | None) -> None:
        """Send nothing any more to a device that has another serial. Raises ThinClientOtherDeviceError for it."""
        self._barred = self.serial not in (None, serial)
        if self._barred:
            raise ThinClientOtherDeviceError("Another device answers at the address")

    async def renew(self) -> None:
        """Log in anew, which shows the password that the device accepts."""
        async with self._lock:
            self._check_open()
            await self._settle_login()
            await self._end_session()
            await self._open_session()

    async def close(self) -> None:
        """Delete the session on the device, as far as it can be reached, and send nothing any more.

        Waits for a command under way and gives up everything else.
        """
        self._closed = True
        while self._waiting:
            self._waiting.pop().reschedule(asyncio.get_running_loop().time())
        async with AsyncExitStack() as stack:
            for lock in (*self._lanes.values(), self._lock):
                await stack.enter_async_context(lock)
            await self._settle_login()
            try:
                await self._end_session()
            except ThinClientError:
                # The listener is not told, so that whoever keeps the token can delete the session later.
                self._token = None

    async def forget(self, token: str) -> None:
        """Delete a session of an earlier run; a session that the device does not know any more counts as deleted.

        Raises ThinClientConnectionError if the device could not be reached, ThinClientCommandError if it refused.
        """
        _checked_token(token)
        async with self._lock:
            self._check_open()
            answer = await self._delete(token)
            if token == self._token:
                self._set_token(None)
            if not answer.ok and answer.status not in (401, 403, 404):
                raise ThinClientCommandError("Delete session", answer.status)

    async def probe(self, path: str) -> Answer:
        """Ask for a path without token and without password."""
        async with self._lanes[Lane.COMMANDS]:
            return await self._wire.send("Probe", "GET", path, headers={}, limit=TIMEOUT)

    def _check_open(self) -> None:
        """Refuse to send what must not be sent."""
        if self._closed:
            raise ThinClientConnectionError("Session", "it was closed")
        if self._refused:
            raise ThinClientAuthError("The device refused the administrator password")

    async def _ensure_session(self, *, instead_of: str | None = None) -> str:
        """Return the token of the session; log in where there is none, or delete the one of a token before.

        Where another lane has replaced that token already, its session is taken.
        """
        async with self._lock:
            self._check_open()
            if instead_of is not None and instead_of == self._token:
                await self._end_session()
            return await self._open_session()

    async def _open_session(self) -> str:
        """Return the token, after a login where there is none; the lock is held.

        The login goes on when its caller is cancelled: else the device would keep a session whose token nobody knows.
        """
        if self._login is None:
            if self._token is not None:
                return self._token
            self._login = asyncio.create_task(self._log_in())
            self._login.add_done_callback(_mark_seen)
        task = self._login
        await asyncio.wait([task])
        self._login = None
        return task.result()

    async def _settle_login(self) -> None:
        """Wait for a login that its caller gave up: it may still open a session."""
        if self._login is not None:
            await asyncio.wait([self._login])
            self._login = None

    async def _log_in(self) -> str:
        """Open a session with the newest password, or the one before it where a change may not have been taken.

        Returns its token.
        """
        while True:
            # Another one may be expected by the time of the answer.
            password = self.password
            answer = await self._wire.send(
                "Log in",
                "POST",
                "/Session",
                headers=_JSON,
                data=json.dumps({"user": USERNAME, "pwd": password}).encode(),
                limit=TIMEOUT,
            )
            if answer.status != 401:
                break
            if len(self._passwords) == 1:
                self._refused = True
                raise ThinClientAuthError("The device refused the administrator password")
            self._passwords.remove(password)
        if answer.status >= 500:
            raise ThinClientConnectionError("Log in", f"HTTP {answer.status}", sent=True)
        if answer.status == 403:
            raise ThinClientCommandError("Log in", 403)
        if not answer.ok:
            raise ThinClientProtocolError(f"Log in: HTTP {answer.status}")
        reply = self._read("Log in", answer)
        token = to_text(reply.data.get("Token")) if isinstance(reply.data, dict) else None
        if token is None or not _TOKEN.fullmatch(token):
            raise ThinClientProtocolError("Log in: the reply has no token")
        if password == self.password:
            self._passwords = [password]
        self._set_token(token)
        if self.serial is not None:
            try:
                await self._prove(token)
            except ThinClientError:
                with suppress(ThinClientError):
                    await self._end_session()
                raise
        return token

    async def _prove(self, token: str) -> None:
        """Make sure that it is our device that has opened the session: another one may have got its address.

        Raises ThinClientOtherDeviceError, and whatever asking for the settings raises.
        """
        answer = await self._by_any_method(LIST_SETTINGS, LIST_SETTINGS.path, None, None, token)
        settings = read_settings(read_list(LIST_SETTINGS, self._judge(LIST_SETTINGS, answer).data))
        self.expect(settings.serial)

    async def _end_session(self) -> None:
        """Delete our session, if there is one; whatever the device says to it, it is gone for us."""
        if self._token is not None:
            await self._delete(self._token)
            self._set_token(None)

    async def _delete(self, token: str) -> Answer:
        """Send the call that has the token in its path."""
        path = f"/Session/{quote(token, safe='')}"
        return await self._wire.send("Delete session", "DELETE", path, headers={"authtoken": token}, limit=TIMEOUT)

    async def _by_any_method(
        self,
        call: Call,
        path: str,
        data: bytes | AsyncIterable[bytes] | None,
        headers: Mapping[str, str] | None,
        token: str,
    ) -> Answer:
        """Send by the method that worked before, else by the linked, else by the documented ones in turn.

        The next method is tried only where the device says that it does not know this one (404, 405).
        """
        known = self._methods.get(call.name)
        candidates = (known, self._linked.get(call.name), *call.methods)
        unknown = Answer(405, b"")
        for method in dict.fromkeys(method for method in candidates if method):
            answer = await self._wire.send(
                call.name,
                method,
                path,
                headers={"authtoken": token, **(headers or _JSON)},
                data=data,
                limit=None if isinstance(data, AsyncIterable) else call.timeout,
            )
            if answer.ok:
                self._methods[call.name] = method
            is_known = method == known and answer.status == 404
            if answer.status not in (404, 405) or is_known or isinstance(data, AsyncIterable):
                return answer
            if answer.status == 404:
                unknown = answer
        return unknown

    def _judge(self, call: Call, answer: Answer) -> Reply:
        """Turn an answer into its reply or its error."""
        if answer.ok:
            # What only acts is confirmed by its status alone; the document shows no reply to some.
            is_silent = call.acts and not answer.body.strip()
            return self._read(call.name, answer) if call.reads and not is_silent else self._learn_from(answer)
        match answer.status:
            case 404 if call.names_something:
                raise ThinClientNotFoundError(call.name, 404)
            case 404 | 405:
                raise ThinClientNotSupportedError(call.name, answer.status)
            case 502 | 503 | 504:
                raise ThinClientConnectionError(call.name, f"HTTP {answer.status}", sent=True)
            case status if status < 400:
                raise ThinClientProtocolError(f"{call.name}: HTTP {status}")
        raise ThinClientCommandError(call.name, answer.status)

    def _learn_from(self, answer: Answer) -> Reply:
        """Read what a reply tells besides, where none is documented."""
        try:
            return self._read("", answer)
        except ThinClientProtocolError:
            return _NO_REPLY

    def _read(self, name: str, answer: Answer) -> Reply:
        """Read a reply and keep its version and methods."""
        try:
            reply = parse_reply(answer.body)
        except ThinClientProtocolError as err:
            raise ThinClientProtocolError(f"{name}: {err}") from None
        self.version = reply.version or self.version
        for link in reply.links:
            self._learn(link)
        return reply

    def _learn(self, link: Link) -> None:
        """Keep the method that the device names for a call."""
        for call in CALLS:
            if call.matches(link):
                self._linked[call.name] = link.method


def _mark_seen(task: asyncio.Task[str]) -> None:
    """Keep the event loop from complaining about a failed login that its caller gave up."""
    if not task.cancelled():
        task.exception()


def _checked_token(token: str) -> str:
    """Check that a token can stand in a header and a path."""
    if not _TOKEN.fullmatch(token):
        raise ThinClientValidationError("token", Rule.NOT_A_TOKEN)
    return token
