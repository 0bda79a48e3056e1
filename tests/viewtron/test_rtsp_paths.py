"""RTSP addresses are put together safely and probed without spending logins."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from custom_components.viewwall.viewtron import rtsp as rtsp_module
from custom_components.viewwall.viewtron.errors import ViewtronConnectionError
from custom_components.viewwall.viewtron.rtsp import nvr_paths, probe_path, rtsp_url

BASIC = ('WWW-Authenticate: Basic realm="RTSP"',)
DIGEST = ('WWW-Authenticate: Digest realm="RTSP", nonce="77", algorithm="MD5"',)

type Serve = Callable[[dict[str, bytes]], Awaitable[tuple[int, list[tuple[str, str | None]]]]]


@pytest.mark.parametrize(
    ("arguments", "url"),
    [
        (
            ("192.0.2.4", 554, "/profile1", "admin", "p@ss:w/rd?#"),
            "rtsp://admin:p%40ss%3Aw%2Frd%3F%23@192.0.2.4:554/profile1",
        ),
        (("2001:db8::1", 8554, "/profile1"), "rtsp://[2001:db8::1]:8554/profile1"),
        (("[2001:db8::1]", 554, "profile1"), "rtsp://[2001:db8::1]:554/profile1"),
        (
            ("nvr.example", 554, "?chID=1&streamType=sub", "ä", ""),
            "rtsp://%C3%A4:@nvr.example:554?chID=1&streamType=sub",
        ),
    ],
)
def test_url(arguments: tuple[str, int, str], url: str) -> None:
    """Credentials are percent-encoded to the last sign, addresses bracketed, paths left alone."""
    assert rtsp_url(*arguments) == url


def test_nvr_paths() -> None:
    """The form that works on most recorders comes first."""
    assert nvr_paths(3, "sub") == ("/chID=3&streamType=sub", "?chID=3&streamType=sub", "/?chID=3&streamType=sub")


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncIterator[Serve]:
    """Run an RTSP server that answers paths with raw bytes; `!` before a path: its answer to a login."""
    servers: list[asyncio.Server] = []

    async def start(script: dict[str, bytes]) -> tuple[int, list[tuple[str, str | None]]]:
        seen: list[tuple[str, str | None]] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                    port = servers[0].sockets[0].getsockname()[1]
                    path = lines[0].split(" ")[1].removeprefix(f"rtsp://127.0.0.1:{port}")
                    login = next((line[15:] for line in lines if line.startswith("Authorization: ")), None)
                    seen.append((path, login))
                    reply = script[f"!{path}" if login else path]
                    if not reply:
                        await reader.read()
                    writer.write(reply)
                    await writer.drain()
            except asyncio.IncompleteReadError, ConnectionError:
                pass
            finally:
                writer.close()

        servers.append(await asyncio.start_server(answer, "127.0.0.1", 0))
        return servers[0].sockets[0].getsockname()[1], seen

    yield start
    for server in servers:
        server.close()


def _reply(status: int, headers: tuple[str, ...] = (), body: bytes = b"") -> bytes:
    """Build an RTSP reply."""
    lines = [f"RTSP/1.0 {status} Words", "CSeq: 1", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _probe(port: int) -> str | None:
    """Probe the three forms of a recorder."""
    return await probe_path("127.0.0.1", port, nvr_paths(1, "sub"), "admin", "gate-Keeper-7")


@pytest.mark.parametrize("form", range(3))
@pytest.mark.parametrize("challenge", [None, BASIC, DIGEST])
async def test_the_form_that_is_known(serve: Serve, form: int, challenge: tuple[str, ...] | None) -> None:
    """Each form is asked for once, with at most one login each, until one is known."""
    paths = nvr_paths(1, "sub")
    script: dict[str, bytes] = {}
    for index, path in enumerate(paths):
        known = _reply(200, body=b"v=0\r\n") if index == form else _reply(404)
        script[path] = _reply(401, challenge, b"denied") if challenge else known
        script[f"!{path}"] = known
    port, seen = await serve(script)
    assert await _probe(port) == paths[form]
    asked = [path for path, login in seen if login is None]
    assert asked == list(paths[: form + 1])
    assert len(seen) == len(asked) * (2 if challenge else 1)


@pytest.mark.parametrize("challenge", [BASIC, DIGEST, ("WWW-Authenticate: Negotiate",), ()])
async def test_refused_login_ends_it(serve: Serve, challenge: tuple[str, ...]) -> None:
    """A password that was refused for one path is not tried on the next."""
    denied = _reply(401, challenge)
    port, seen = await serve({path: denied for name in nvr_paths(1, "sub") for path in (name, f"!{name}")})
    assert await _probe(port) is None
    assert len(seen) == (2 if challenge in (BASIC, DIGEST) else 1)


async def test_no_form_is_known(serve: Serve) -> None:
    """Other refusals are not the login's; every form is asked once."""
    port, seen = await serve(dict(zip(nvr_paths(1, "sub"), (_reply(404), _reply(500), _reply(400)), strict=True)))
    assert await _probe(port) is None
    assert len(seen) == 3


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\x00" * 70_000,
        b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n",
    ],
)
async def test_no_rtsp_server(serve: Serve, monkeypatch: pytest.MonkeyPatch, reply: bytes) -> None:
    """What speaks something else is asked once."""
    monkeypatch.setattr(rtsp_module, "TIMEOUT", 0.2)
    port, seen = await serve(dict.fromkeys(nvr_paths(1, "sub"), reply))
    assert await _probe(port) is None
    assert len(seen) == 1


async def test_silent_server(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """What never answers may be asked again another day."""
    monkeypatch.setattr(rtsp_module, "TIMEOUT", 0.2)
    port, seen = await serve(dict.fromkeys(nvr_paths(1, "sub"), b""))
    with pytest.raises(ViewtronConnectionError):
        await _probe(port)
    assert len(seen) == 1


async def test_nobody_there(serve: Serve) -> None:
    """A closed port is no answer."""
    with pytest.raises(ViewtronConnectionError):
        await probe_path("127.0.0.1", 1, ("/profile1",), "admin", "x")
