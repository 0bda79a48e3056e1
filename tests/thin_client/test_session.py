"""One session, one login, every command once."""

import asyncio
import logging
import traceback

import aiohttp
import pytest

from custom_components.viewwall.thin_client import (
    ThinClient,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientHungUpError,
    ThinClientNotFoundError,
    ThinClientNotSupportedError,
    ThinClientProtocolError,
    ThinClientValidationError,
    wire,
)

from .conftest import MakeClient
from .scripted import HANG_UP, LOGIN, PASSWORD, Reply, ScriptedWall, envelope

EMPTY = envelope([])


async def test_one_session_for_all(wall: ScriptedWall, client: ThinClient) -> None:
    """Log in once, send the token in the header, delete the session at the end."""
    told: list[str | None] = []
    client.on_token(told.append)
    wall.answers["GET /Panel"] = EMPTY
    await asyncio.gather(*[client.panels() for _ in range(4)])
    token = client.token
    assert token
    assert wall.heads[-1]["authtoken"] == token
    assert wall.body(LOGIN) == {"user": "admin", "pwd": PASSWORD}
    assert wall.most_at_once == 1
    assert client.api_version == "2.2.1.0"
    await client.close()
    assert wall.seen == [LOGIN, *["GET /Panel"] * 4, f"DELETE /Session/{token}"]
    assert not wall.sessions
    assert client.token is None
    assert told == [token, None]
    with pytest.raises(ThinClientConnectionError):
        await client.panels()
    await client.close()
    assert len(wall.seen) == 6


async def test_expired_session(wall: ScriptedWall, client: ThinClient) -> None:
    """Log in once more after a 403, and give up after the second."""
    wall.answers["GET /Panel"] = EMPTY
    await client.panels()
    wall.sessions.clear()
    await client.panels()
    assert wall.logins == 2
    wall.answers["GET /Panel"] = Reply(status=403)
    with pytest.raises(ThinClientCommandError) as failed:
        await client.panels()
    assert failed.value.code == 403
    assert wall.logins == 3
    assert wall.most_sessions == 1
    assert len(wall.sessions) == 1


async def test_refused_password_latches(wall: ScriptedWall, make_client: MakeClient) -> None:
    """Send nothing after a refused password until a retry is allowed."""
    client = make_client(wall.port, password="wrong-one")
    for _ in range(3):
        with pytest.raises(ThinClientAuthError) as failed:
            await client.panels()
    assert wall.seen == [LOGIN]
    assert "wrong-one" not in "".join(traceback.format_exception(failed.value))
    with pytest.raises(ThinClientAuthError):
        await client.forget_session("abc")
    client.allow_retry()
    with pytest.raises(ThinClientAuthError):
        await asyncio.gather(client.panels(), client.cameras())
    assert wall.seen == [LOGIN] * 2
    await client.close()


async def test_token_of_an_earlier_run(wall: ScriptedWall, client: ThinClient, make_client: MakeClient) -> None:
    """Delete the session that a killed run left, once or twice; send nothing that is no token."""
    wall.answers["GET /Panel"] = EMPTY
    await client.panels()
    token = client.token
    assert token
    heir = make_client(wall.port)
    await heir.forget_session(token)
    assert not wall.sessions
    await heir.forget_session(token)
    assert wall.logins == 1
    for no_token in ("a\r\nb", ""):
        with pytest.raises(ThinClientValidationError):
            await heir.forget_session(no_token)


async def test_forget_refused(client: ThinClient, wall: ScriptedWall) -> None:
    """Tell a refusal to delete a session from success."""
    wall._reply = lambda *_: Reply(status=500)  # type: ignore[method-assign]
    with pytest.raises(ThinClientCommandError) as failed:
        await client.forget_session("old-token")
    assert "old-token" not in str(failed.value)


@pytest.mark.parametrize(
    ("login", "error"),
    [
        (Reply(b"<html>", 200), ThinClientProtocolError),
        (Reply(b"[]", 200), ThinClientProtocolError),
        (Reply(envelope("x")), ThinClientProtocolError),
        (Reply(envelope({"Token": "a b"})), ThinClientProtocolError),
        (Reply(status=404), ThinClientProtocolError),
        (Reply(status=302), ThinClientProtocolError),
        (Reply(status=403), ThinClientCommandError),
        (Reply(status=500), ThinClientConnectionError),
        (HANG_UP, ThinClientHungUpError),
        (Reply(raw=b"nonsense\r\n\r\n"), ThinClientConnectionError),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nab"), ThinClientHungUpError),
    ],
)
async def test_login_answers(
    wall: ScriptedWall, client: ThinClient, login: Reply, error: type[ThinClientError]
) -> None:
    """Tell apart what can answer a login; none of it latches."""
    wall.login = login
    for count in (1, 2):
        with pytest.raises(error):
            await client.panels()
        assert wall.seen == [LOGIN] * count


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=500), ThinClientCommandError),
        (Reply(status=503), ThinClientConnectionError),
        (Reply(status=302), ThinClientProtocolError),
        (Reply(status=405), ThinClientNotSupportedError),
        (Reply(status=404), ThinClientNotSupportedError),
        (Reply(b"no json"), ThinClientProtocolError),
        (Reply(envelope(5)), ThinClientProtocolError),
    ],
)
async def test_command_answers(
    wall: ScriptedWall, client: ThinClient, reply: Reply, error: type[ThinClientError]
) -> None:
    """Tell apart what can answer a command."""
    wall.answers["GET /Panel"] = reply
    with pytest.raises(error):
        await client.panels()


async def test_no_device(client: ThinClient, wall: ScriptedWall, make_client: MakeClient) -> None:
    """Say that nothing was sent where nothing listens."""
    await wall.__aexit__()
    with pytest.raises(ThinClientConnectionError) as failed:
        await client.panels()
    assert not failed.value.sent
    async with aiohttp.ClientSession() as session:
        for host in ("no host", "wall.invalid"):
            with pytest.raises(ThinClientConnectionError):
                await ThinClient(session, host, PASSWORD).panels()


async def test_tls_to_a_plain_port(wall: ScriptedWall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say so where the device speaks no TLS."""
    monkeypatch.setattr(wire, "CONNECT_TIMEOUT", 0.2)
    async with aiohttp.ClientSession() as session:
        client = ThinClient(session, "127.0.0.1", PASSWORD, port=wall.port, ssl=True)
        with pytest.raises(ThinClientConnectionError):
            await client.panels()


async def test_time_limit(wall: ScriptedWall, client: ThinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a silent device, without another method and without another try."""
    wall.answers["POST /System/Restart"] = Reply(hold=asyncio.Event())
    wall.answers["GET /System/Restart"] = envelope()
    real = aiohttp.ClientTimeout
    monkeypatch.setattr(aiohttp, "ClientTimeout", lambda **_: real(total=0.2))
    with pytest.raises(ThinClientConnectionError) as failed:
        await client.restart()
    assert failed.value.sent
    assert wall.commands == ["POST /System/Restart"]


async def test_untrusted_certificate(client: ThinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say so where a secure connection cannot be made, before anything was sent."""

    async def refuse(*_: object, **__: object) -> None:
        raise aiohttp.ClientConnectorSSLError(None, OSError())

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", refuse)
    with pytest.raises(ThinClientConnectionError, match="secure") as failed:
        await client.panels()
    assert not failed.value.sent


async def test_no_connection_in_time(client: ThinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell a connection that never was from an answer that never came."""

    async def never(*_: object, **__: object) -> None:
        raise aiohttp.ConnectionTimeoutError

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", never)
    with pytest.raises(ThinClientConnectionError) as failed:
        await client.panels()
    assert not failed.value.sent


async def test_too_big(wall: ScriptedWall, client: ThinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop reading an endless answer."""
    monkeypatch.setattr(wire, "MAX_ANSWER", 1000)
    wall.answers["GET /Panel"] = envelope(["x" * 2000])
    with pytest.raises(ThinClientProtocolError):
        await client.panels()


@pytest.mark.parametrize(
    ("command", "methods"),
    [("show_camera", "GET"), ("ptz_relative", "PUT"), ("delete_camera", "DELETE"), ("show_panel", "GET")],
)
async def test_acting_commands_go_out_once(wall: ScriptedWall, client: ThinClient, command: str, methods: str) -> None:
    """Keep aiohttp from repeating a command whose connection broke: once on the wire, whatever its method."""
    wall.answers = {"GET /Panel": EMPTY}
    await client.panels()
    wall._pick = lambda *_: HANG_UP  # type: ignore[method-assign]
    with pytest.raises(ThinClientHungUpError):
        await getattr(client, command)(0 if command.startswith("ptz") else "id")
    assert len(wall.commands) == 2
    assert wall.commands[-1].startswith(methods)


async def test_each_request_has_its_connection(wall: ScriptedWall, client: ThinClient) -> None:
    """Ask the device to close, so that no command meets a connection that went stale."""
    wall.answers["GET /Panel"] = EMPTY
    await client.panels()
    assert [head["connection"] for head in wall.heads] == ["close", "close"]


async def test_cancelled_login_is_kept(wall: ScriptedWall, client: ThinClient) -> None:
    """Finish a login whose caller went away: its session is used by the next and deleted at the end."""
    hold = asyncio.Event()
    wall.answers["GET /Panel"] = EMPTY
    wall.sessions.add("tok")
    wall.login = Reply(envelope({"Token": "tok"}), hold=hold)
    task = asyncio.create_task(client.panels())
    await wall.arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    following = asyncio.create_task(client.panels())
    await asyncio.sleep(0)
    hold.set()
    assert await following == ()
    assert wall.logins == 1


@pytest.mark.parametrize("login", [Reply(envelope({"Token": "tok"})), Reply(status=404), HANG_UP])
async def test_close_waits_for_a_cancelled_login(wall: ScriptedWall, client: ThinClient, login: Reply) -> None:
    """Delete the session that a login opens while it is being given up."""
    hold = asyncio.Event()
    wall.sessions.add("tok")
    wall.login = Reply(login.body, login.status, login.raw, hold)
    task = asyncio.create_task(client.panels())
    await wall.arrived.wait()
    task.cancel()
    closing = asyncio.create_task(client.close())
    await asyncio.sleep(0)
    hold.set()
    await closing
    assert ("tok" in wall.sessions) == (not login.body)


async def test_close_without_device(wall: ScriptedWall, client: ThinClient) -> None:
    """Close quietly when the device is gone, and leave the token with whoever keeps it."""
    told: list[str | None] = []
    client.on_token(told.append)
    wall.answers["GET /Panel"] = EMPTY
    await client.panels()
    await wall.__aexit__()
    await client.close()
    assert told[-1] is not None
    assert client.token is None


async def test_linked_method_first(wall: ScriptedWall, client: ThinClient) -> None:
    """Go by the method in `Links`, then by the documented one, and stay with what worked."""
    wall.answers["GET /Panel"] = envelope([], [("/Panel/Stop", "stop", "GET"), ("/Panel/p/Show", "show", "POST")])
    wall.answers["GET /Panel/Stop"] = b""
    wall.answers["GET /Panel/p/Show"] = Reply(b"fine")
    await client.panels()
    await client.stop_display()
    await client.show_panel("p")
    await client.show_panel("p")
    assert wall.commands[1:] == ["GET /Panel/Stop", "POST /Panel/p/Show", "GET /Panel/p/Show", "GET /Panel/p/Show"]
    with pytest.raises(ThinClientNotFoundError):
        await client.show_panel("gone")
    assert wall.commands[-1] == "GET /Panel/gone/Show"
    wall.answers["GET /Panel/p/Show"] = Reply(status=405)
    wall.answers["POST /Panel/p/Show"] = b""
    await client.show_panel("p")
    assert wall.commands[-2:] == ["GET /Panel/p/Show", "POST /Panel/p/Show"]


async def test_links_cannot_change_a_question(wall: ScriptedWall, client: ThinClient) -> None:
    """Ignore links that would turn reading into writing, name other calls, or make no sense."""
    links = [("/Camera", "list", "DELETE"), ("/Panel", "list", "PATCH"), ("/Panel", "", "POST"), ("", "list", "POST")]
    wall.answers["GET /Panel"] = envelope([], links)
    wall.answers["GET /Camera"] = b'{"Links": [1, {}], "Data": []}'
    await client.panels()
    await client.panels()
    await client.cameras()
    await client.cameras()
    assert wall.commands == ["GET /Panel", "GET /Panel", "GET /Camera", "GET /Camera"]


@pytest.mark.parametrize("command", ["restart", "restore"])
async def test_restart_and_restore(wall: ScriptedWall, client: ThinClient, command: str) -> None:
    """Take a broken connection for success, the other method only after 404 and 405."""
    path = f"/System/{command.capitalize()}"
    wall.answers[f"POST {path}"] = [HANG_UP, Reply(status=405), Reply(status=404), Reply(status=500)]
    wall.answers[f"GET {path}"] = [Reply(status=404), Reply(), Reply(status=405)]
    run = getattr(client, command)
    await run()
    assert wall.commands == [f"POST {path}"]
    with pytest.raises(ThinClientNotSupportedError):
        await run()
    await run()
    assert wall.commands == [f"POST {path}", *[f"POST {path}", f"GET {path}"] * 2]
    with pytest.raises(ThinClientCommandError):
        await run()


async def test_restart_needs_a_login_first(wall: ScriptedWall, client: ThinClient) -> None:
    """Do not take a login that broke for a restart."""
    wall.login = HANG_UP
    with pytest.raises(ThinClientHungUpError):
        await client.restart()


async def test_probe(wall: ScriptedWall, client: ThinClient) -> None:
    """Recognise a Thin Client without a session and without a password."""
    assert await client.looks_like_thin_client()
    assert wall.seen == ["GET /Panel"]
    assert "authtoken" not in wall.heads[0]
    for reply, expected in (
        (Reply(b"<html>"), False),
        (Reply(envelope([], [("/Panel", "list", "GET")])), True),
        (Reply(b"{}"), False),
        (Reply(status=401), False),
    ):
        wall._reply = lambda *_, reply=reply: reply  # type: ignore[method-assign]
        assert await client.looks_like_thin_client() is expected


async def test_secrets_stay_inside(wall: ScriptedWall, client: ThinClient, caplog: pytest.LogCaptureFixture) -> None:
    """Show neither token nor password in errors, representations and logs."""
    caplog.set_level(logging.DEBUG)
    wall.answers["GET /Panel"] = [
        EMPTY,
        Reply(b'{"Data": "toor-secret"'),
        HANG_UP,
        Reply(status=500, body=b"toor-secret"),
    ]
    await client.panels()
    token = client.token
    assert token
    words = [repr(client), repr(client._session)]
    for _ in range(3):
        with pytest.raises(ThinClientError) as failed:
            await client.panels()
        words += [repr(failed.value), "".join(traceback.format_exception(failed.value))]
    await wall.__aexit__()
    with pytest.raises(ThinClientConnectionError) as failed:
        await client.forget_session(token)
    words += ["".join(traceback.format_exception(failed.value)), caplog.text]
    for secret in (token, PASSWORD, "toor-secret"):
        assert not any(secret in text for text in words)
