"""Tell a Viewtron device from anything else without a login."""

from http import HTTPStatus
from typing import Final, NamedTuple

import aiohttp
from yarl import URL

from .answers import Node, failure_of, parse_document
from .challenge import choose_challenge
from .errors import ViewtronProtocolError

_TIMEOUT: Final = aiohttp.ClientTimeout(total=5, sock_connect=3)
_MAX_ANSWER: Final = 64 * 1024
_KNOWN: Final = "GetDeviceInfo"
_UNKNOWN: Final = "GetNoSuchThing"
"""No device has this command."""
_NAMESPACE: Final = "http://www.ipc.com/ver10"


class Door(NamedTuple):
    """Where a device answers; `port` is None for the usual one."""

    port: int | None
    ssl: bool


class NobodyThereError(Exception):
    """No connection could be made at all."""


class _Answer(NamedTuple):
    """One HTTP answer, read up to the cap."""

    status: int
    body: bytes
    challenges: tuple[str, ...]

    @property
    def document(self) -> Node | None:
        """The maker's document in it, whatever it says."""
        try:
            document = parse_document(self.body)
        except ViewtronProtocolError:
            return None
        is_ours = document.attribute("xmlns") == _NAMESPACE or failure_of(document) is not None
        return document if is_ours else None


async def find_door(
    session: aiohttp.ClientSession, host: str, *, port: int | None = None, ssl: bool | None = None
) -> Door | None:
    """Return where a Viewtron device answers at an address, None if something else does.

    Without `ssl` plain HTTP comes first, and HTTPS where that is closed or sends there. A known command must be met
    with a challenge or the maker's words, an invented one with neither a challenge nor a page: routers ask for a login
    at every path, and web servers have a page for everything. Nothing is sent that could be a password. Raises
    NobodyThereError where nobody listens.
    """
    doors = [Door(port, ssl)] if ssl is not None else [Door(port, False), Door(port, True)]
    is_anybody_there = False
    for door in doors:
        try:
            method, known = "GET", await _ask(session, host, door, "GET", _KNOWN)
            is_anybody_there = True
            if HTTPStatus.MULTIPLE_CHOICES <= known.status < HTTPStatus.BAD_REQUEST:
                continue
            if _wants_post(known):
                method, known = "POST", await _ask(session, host, door, "POST", _KNOWN)
            fits = _is_known(known) and _is_unknown(await _ask(session, host, door, method, _UNKNOWN))
        except aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError:
            continue
        except aiohttp.ClientError, OSError, ValueError:
            # Whoever talks, but not like this; a timeout is an OSError, too.
            return None
        return door if fits else None
    if not is_anybody_there:
        raise NobodyThereError(host)
    return None


def _wants_post(answer: _Answer) -> bool:
    """Tell whether a command may only have been asked in the wrong way: all are documented for POST, few for GET."""
    if answer.status == HTTPStatus.BAD_REQUEST:
        return not answer.body.strip()
    return answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED) and answer.document is None


def _is_known(answer: _Answer) -> bool:
    """Tell whether a command was understood: a login is wanted for it, or the maker's words come back."""
    wants_login = answer.status == HTTPStatus.UNAUTHORIZED
    if wants_login and choose_challenge(answer.challenges, secure=False) is not None:
        return True
    return answer.document is not None


def _is_unknown(answer: _Answer) -> bool:
    """Tell whether an invented command was refused as these devices do: 400 without a word, or with their own."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return False
    if (document := answer.document) is not None:
        return failure_of(document) is not None
    return answer.status == HTTPStatus.BAD_REQUEST and not answer.body.strip()


async def _ask(session: aiohttp.ClientSession, host: str, door: Door, method: str, command: str) -> _Answer:
    """Send a command without a body and without a login, and follow no redirect."""
    url = URL.build(scheme="https" if door.ssl else "http", host=host.strip("[]"), port=door.port, path=f"/{command}")
    async with session.request(method, url, allow_redirects=False, timeout=_TIMEOUT, ssl=False) as response:
        content = bytearray()
        async for chunk in response.content.iter_chunked(_MAX_ANSWER):
            content += chunk
            if len(content) > _MAX_ANSWER:
                response.close()
                raise ValueError("the answer is too big")
        return _Answer(response.status, bytes(content), tuple(response.headers.getall("WWW-Authenticate", ())))
