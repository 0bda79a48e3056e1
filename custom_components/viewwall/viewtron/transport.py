"""One device's HTTP connection: login, order, limits, and what each answer means."""

import asyncio
from dataclasses import dataclass
import time
from typing import Final, NamedTuple

import aiohttp
from yarl import URL

from .answers import Failure, Node, failure_of, is_jpeg, parse_document
from .challenge import Challenge, choose_challenge
from .errors import (
    LOGIN_ERRORS,
    ErrorCode,
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronConnectionError,
    ViewtronFailedError,
    ViewtronLockedError,
    ViewtronNoAnswerError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
    command_error,
)

TIMEOUT: Final = 10.0
"""Seconds for one whole request."""
LOCK_TIME: Final = 30 * 60.0
"""Seconds without any request after the device said that the account is locked."""
MAX_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of the biggest answer that is read: a picture in base64."""

_CHUNK: Final = 64 * 1024
_CONTENT_TYPE: Final = 'application/xml; charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Command:
    """One request, `/name[/item][/action]`; `item` is the channel, input or output."""

    name: str
    item: int | None = None
    action: str | None = None
    body: str | None = None
    by_get: bool = False
    """Send it by GET although it changes something."""
    repeatable: bool = False
    """Doing it twice is like doing it once, so that it may be sent again when the connection broke."""
    raw: bool = False
    """Bytes that are neither a picture nor a document are an answer too."""

    @property
    def path(self) -> str:
        """The path of the URL."""
        parts = (self.name, *(str(part) for part in (self.item, self.action) if part is not None))
        return "/" + "/".join(parts)

    @property
    def reads(self) -> bool:
        """Tell whether it only asks."""
        return self.name.startswith(("Get", "PtzGet", "SearchByTime"))


class _Answer(NamedTuple):
    """One HTTP answer, read to its end."""

    status: int
    body: bytes
    challenges: tuple[str, ...]
    authorised: bool
    """Whether the request carried credentials."""


class _HungUpError(ViewtronNoAnswerError):
    """The device closed the connection before it answered anything."""


class Transport:
    """Send commands to one device, one at a time, and never guess a password twice.

    Credentials leave only as the answer to the device's own challenge, and with every later request once Basic was
    accepted. Digest is challenged anew each time: the devices hand out a new nonce per request, and answering an old
    one would cost a second attempt on an account that can be locked. A refusal is final until `allow_retry`; a locked
    account is left alone for `LOCK_TIME`, whatever the caller does. There is no pause between two requests: one at a
    time is what a browser does to these devices, too, and a timer here would only make every answer later.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        username: str,
        password: str,
        *,
        port: int | None,
        ssl: bool,
        verify_ssl: bool,
    ) -> None:
        """Keep the address and the login; nothing is sent."""
        self._session = session
        self._host = host.strip("[]")
        self._port = port
        self._ssl = ssl
        self._verify_ssl = verify_ssl
        self._username = username
        self._password = password
        self._lock = asyncio.Lock()
        self._basic: str | None = None
        self._refused: str | None = None
        self._locked_until = float("-inf")
        self._proven = False
        self._by_get: set[str] = set()
        self.has_sent_login = False
        """Whether a request with the login was ever sent."""
        self.logs_in_once = False
        """Whether who has not proved to be a device yet gets the login no second time, not even by GET."""

    @property
    def may_log_in(self) -> bool:
        """Tell whether the next request would be sent."""
        return self._refused is None and time.monotonic() >= self._locked_until

    def allow_retry(self) -> None:
        """Allow one more login after a refusal, from the device's challenge on (its scheme may have been changed)."""
        self._refused = None
        self._basic = None

    def forget_methods(self) -> None:
        """Send everything by POST first again."""
        self._by_get.clear()

    async def document(self, command: Command) -> Node:
        """Send a command and return the answer's `config` element. Raises any ViewtronError."""
        answer = await self.send(command)
        if isinstance(answer, bytes):
            raise ViewtronProtocolError(f"{command.name}: the answer is a picture")
        return answer

    async def send(self, command: Command) -> bytes | Node:
        """Send a command and return its JPEG (with `raw`: any bytes) or its `config` element.

        We wait for our turn, and judge before the next one may send: a refusal must stop those who wait. Raises any
        ViewtronError.
        """
        async with self._lock:
            if self._refused is not None:
                raise ViewtronAuthError(self._refused)
            if time.monotonic() < self._locked_until:
                raise ViewtronLockedError("The device has locked the account; nothing is sent for a while")
            return self._judge(command, await self._send_by_either_method(command))

    async def _send_by_either_method(self, command: Command) -> _Answer:
        """Send by POST, and a read also by GET where the firmware does not take POST."""
        if command.by_get or command.name in self._by_get:
            return await self._send_logged_in(command, "GET")
        answer = await self._send_logged_in(command, "POST")
        may_get = command.reads and command.body is None
        if self.logs_in_once and answer.authorised and not self._proven:
            return answer
        if may_get and answer.status in (404, 405) and _failure(answer.body) is None:
            other = await self._send_logged_in(command, "GET")
            if other.status not in (404, 405):
                self._by_get.add(command.name)
                return other
        return answer

    async def _send_logged_in(self, command: Command, method: str) -> _Answer:
        """Send with the login that the device asks for: at most one request of these carries credentials."""
        if self._basic is not None:
            try:
                return await self._send(command, method, self._basic)
            except _HungUpError:
                # The device closed an idle connection just as we used it.
                if not (command.reads or command.repeatable):
                    raise
                return await self._send(command, method, self._basic)
        answer = await self._send(command, method, None)
        failure = None if answer.status == 200 and is_jpeg(answer.body) else _failure(answer.body)
        # Some firmware asks for a login in words only: code 9 to a request without one.
        asks_in_words = answer.status != 401 and failure is not None and failure.code == ErrorCode.WRONG_LOGIN
        if answer.status != 401 and not asks_in_words:
            return answer
        if failure and failure.code in (ErrorCode.ACCOUNT_LOCKED, ErrorCode.API_DISABLED):
            return answer
        challenge = Challenge("basic", {}) if asks_in_words else choose_challenge(answer.challenges, secure=self._ssl)
        if challenge is None:
            raise ViewtronProtocolError(f"{command.name}: a login is wanted, but neither Basic nor Digest")
        try:
            login = challenge.answer(
                method, URL(command.path, encoded=True).raw_path_qs, self._username, self._password
            )
        except ValueError:
            self._refused = "The user name cannot be sent: it contains a colon"
            raise ViewtronAuthError(self._refused) from None
        answer = await self._send(command, method, login)
        if challenge.scheme == "basic" and answer.status != 401:
            self._basic = login
        return answer

    async def _send(self, command: Command, method: str, login: str | None) -> _Answer:
        """Send one HTTP request and read its answer up to the cap.

        Raises ViewtronConnectionError for whatever goes wrong on the way. Its cause is left out on purpose: aiohttp's
        errors carry the request's headers.
        """
        headers = {"Content-Type": _CONTENT_TYPE} if method == "POST" else {}
        if login is not None:
            headers["Authorization"] = login
            self.has_sent_login = True
        problem: str
        is_taken = False
        try:
            async with self._session.request(
                method,
                URL.build(scheme="https" if self._ssl else "http", host=self._host, port=self._port, path=command.path),
                data=None if command.body is None or method == "GET" else command.body.encode(),
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT, sock_connect=TIMEOUT / 2),
                middlewares=(_only_once,) if command.by_get else None,
                ssl=self._verify_ssl,
            ) as response:
                content = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > MAX_ANSWER:
                        response.close()
                        raise ViewtronProtocolError(f"{command.name}: the answer is too big")
                return _Answer(
                    response.status,
                    bytes(content),
                    tuple(response.headers.getall("WWW-Authenticate", ())),
                    login is not None,
                )
        except aiohttp.ConnectionTimeoutError:
            problem = "no answer in time"
        except TimeoutError:
            raise ViewtronNoAnswerError(f"{command.name}: no answer in time") from None
        except aiohttp.ClientSSLError:
            problem = "no secure connection"
        except aiohttp.ServerDisconnectedError:
            raise _HungUpError(f"{command.name}: the device hung up") from None
        except aiohttp.ClientConnectorError as err:
            problem = err.strerror or type(err).__name__
        except (aiohttp.ClientPayloadError, aiohttp.ClientOSError) as err:
            raise ViewtronNoAnswerError(f"{command.name}: {type(err).__name__}") from None
        except (aiohttp.ClientError, OSError, ValueError) as err:
            problem = type(err).__name__
            is_taken = isinstance(err, aiohttp.ClientResponseError)
        raise (ViewtronNoAnswerError if is_taken else ViewtronConnectionError)(f"{command.name}: {problem}")

    def _judge(self, command: Command, answer: _Answer) -> bytes | Node:
        """Turn an answer into its content or its error; the body's own words go before the HTTP status."""
        if answer.status == 200 and is_jpeg(answer.body):
            self._proven = True
            return answer.body
        if command.raw and answer.status == 200 and answer.body and not answer.body.lstrip().startswith(b"<"):
            return answer.body
        document, unreadable = _document(answer.body)
        failure = None
        if document is not None:
            self._proven = True
            failure = failure_of(document)
        if answer.status == 401 or (failure and failure.code in LOGIN_ERRORS):
            raise self._login_error(command.name, failure)
        if failure:
            raise command_error(command.name, failure.code, failure.description)
        if answer.status >= 500:
            raise ViewtronFailedError(f"{command.name}: HTTP {answer.status}")
        # Without a login of ours or a document of theirs, these words could come from any web server.
        if self._proven or answer.authorised:
            if answer.status in (400, 404, 405):
                raise ViewtronNotSupportedError(command.name, None, f"HTTP {answer.status}")
            if answer.status == 403:
                raise ViewtronPermissionError(command.name, None, "HTTP 403")
        if answer.status != 200:
            raise ViewtronProtocolError(f"{command.name}: HTTP {answer.status}")
        if document is None:
            raise ViewtronProtocolError(f"{command.name}: {unreadable}")
        return document

    def _login_error(
        self, command: str, failure: Failure | None
    ) -> ViewtronAuthError | ViewtronLockedError | ViewtronApiDisabledError:
        """Remember that the login was refused or the account locked, and make the error that says so."""
        code = failure.code if failure else None
        if code == ErrorCode.API_DISABLED:
            return ViewtronApiDisabledError(command, code, failure.description if failure else None)
        if code == ErrorCode.ACCOUNT_LOCKED:
            self._locked_until = time.monotonic() + LOCK_TIME
            return ViewtronLockedError("The device has locked the account")
        self._refused = (
            "The device says that the password has expired"
            if code == ErrorCode.PASSWORD_EXPIRED
            else "The device refused user and password"
        )
        return ViewtronAuthError(self._refused)


async def _only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a GET again by itself when the connection breaks: this one does something."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
        raise _HungUpError(f"the device hung up: {type(err).__name__}") from None


def _document(body: bytes) -> tuple[Node | None, str | None]:
    """Read a body as a document, else tell why it is none."""
    try:
        return parse_document(body), None
    except ViewtronProtocolError as err:
        return None, str(err)


def _failure(body: bytes) -> Failure | None:
    """Read the failure out of a body, if it is a document that tells one."""
    document, _ = _document(body)
    return None if document is None else failure_of(document)
