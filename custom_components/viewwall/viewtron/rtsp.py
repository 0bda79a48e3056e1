"""RTSP addresses: put together, and tried out with a single question each."""

import asyncio
from collections.abc import Sequence
import re
from typing import Final, NamedTuple
from urllib.parse import quote

from .challenge import choose_challenge
from .errors import ViewtronConnectionError

TIMEOUT: Final = 5.0
"""Seconds for one path."""

_MAX_BODY: Final = 256 * 1024
_STATUS_LINE: Final = re.compile(r"RTSP/[0-9.]+ ([0-9]{3})\b")


class _Reply(NamedTuple):
    """Status and login challenges of one RTSP reply."""

    status: int
    challenges: tuple[str, ...]


def nvr_paths(channel: int, stream: str) -> tuple[str, ...]:
    """List the forms in which NVRs take a channel (from 1) and a stream (`main`, `sub`), the most usual first."""
    query = f"chID={channel}&streamType={stream}"
    return (f"/{query}", f"?{query}", f"/?{query}")


def rtsp_url(host: str, port: int, path: str, username: str = "", password: str = "") -> str:
    """Put an RTSP URL together; credentials are percent-encoded, IPv6 addresses get their brackets."""
    login = f"{quote(username, safe='')}:{quote(password, safe='')}@" if username else ""
    bare = host.strip("[]")
    if not path.startswith(("/", "?")):
        path = f"/{path}"
    return f"rtsp://{login}{f'[{bare}]' if ':' in bare else bare}:{port}{path}"


async def probe_path(host: str, port: int, candidates: Sequence[str], username: str, password: str) -> str | None:
    """Find the first path that the RTSP server knows; None if there is none or it cannot be told.

    Each path is asked for once by `DESCRIBE`. The login is given only in answer to a challenge; once it was refused,
    nothing more is asked, so that the account is not locked. Raises ViewtronConnectionError where nobody answers.
    """
    for path in candidates:
        try:
            async with asyncio.timeout(TIMEOUT):
                status = await _describe(host.strip("[]"), port, rtsp_url(host, port, path), username, password)
        except OSError as err:
            raise ViewtronConnectionError(f"RTSP: {type(err).__name__}") from None
        except ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError:
            return None
        if status == 200:
            return path
        if status == 401:
            return None
    return None


async def _describe(host: str, port: int, url: str, username: str, password: str) -> int:
    """Ask for one stream's description, with a login if it is wanted, and return the last status.

    Raises OSError (also for a timeout), ValueError or asyncio's reading errors.
    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        reply = await _ask(reader, writer, url, 1, None)
        if reply.status == 401 and (challenge := choose_challenge(reply.challenges, secure=False)):
            # On the same connection: some servers forget the nonce with it.
            reply = await _ask(reader, writer, url, 2, challenge.answer("DESCRIBE", url, username, password))
        return reply.status
    finally:
        writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str, sequence: int, login: str | None
) -> _Reply:
    """Send one DESCRIBE and read its reply to the end."""
    lines = [f"DESCRIBE {url} RTSP/1.0", f"CSeq: {sequence}", "Accept: application/sdp", "User-Agent: ViewWall"]
    if login is not None:
        lines.append(f"Authorization: {login}")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    found = _STATUS_LINE.match(head[0])
    if found is None:
        raise ValueError("no RTSP reply")
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
    length = next((int(value) for name, value in headers if name == "content-length" and value.isdecimal()), 0)
    if length > _MAX_BODY:
        raise ValueError("too long a reply")
    await reader.readexactly(length)
    return _Reply(int(found[1]), tuple(value for name, value in headers if name == "www-authenticate"))
