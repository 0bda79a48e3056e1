"""What makes the device wait holds up nothing else, and all of it shares one session."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from custom_components.viewwall.thin_client import (
    NewCamera,
    Stream,
    ThinClient,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
)

from .conftest import MakeClient
from .scripted import LOGIN, PASSWORD, Reply, ScriptedWall, envelope

EMPTY = envelope([])
SETTINGS = envelope([{"Name": "DeviceSerial", "Value": "585b69001122"}, {"Name": "DeviceName", "Value": "Hall"}])
CAMERA = NewCamera(
    name="Gate", address="192.0.2.7", streams=(Stream(media_uri="rtsp://192.0.2.7/1", snapshot_uri="http://192.0.2.7"),)
)


async def endless() -> AsyncIterator[bytes]:
    """Hand out a file whose end never comes."""
    yield b"abc"
    await asyncio.Event().wait()


def bridge(client: ThinClient) -> Awaitable[object]:
    """Let the device try a Mobile Bridge."""
    return client.test_mobile_bridge("192.0.2.40", 8433, https=True, username="mb", password=None)


SLOW: list[tuple[str, Callable[[ThinClient], Awaitable[object]]]] = [
    ("GET /System/Update", lambda client: client.newest_firmware()),
    ("POST /System/Update", lambda client: client.start_update()),
    ("GET /System/IsNotRegistered", lambda client: client.is_registered()),
    ("GET /System/MobileBridge", lambda client: client.find_mobile_bridges()),
    ("POST /Settings/TestConnection", bridge),
    ("POST /Camera/Jpeg", lambda client: client.preview(CAMERA)),
    ("GET /Camera/gate/Jpeg", lambda client: client.image("gate")),
    ("POST /System/Upload", lambda client: client.upload_firmware(endless(), 9)),
]


async def comes(wall: ScriptedWall, command: str, times: int = 1) -> None:
    """Wait until the device was asked something."""
    async with asyncio.timeout(5):
        while wall.seen.count(command) < times:
            wall.arrived.clear()
            await wall.arrived.wait()


@pytest.fixture
async def held(wall: ScriptedWall) -> AsyncIterator[asyncio.Event]:
    """Let the device keep back what takes long, and tell the event that lets go."""
    let_go = asyncio.Event()
    wall.answers = {"GET /Panel": EMPTY, "GET /Panel/p/Show": b"", "GET /Settings": SETTINGS}
    wall.answers |= {command: Reply(envelope(0), hold=let_go) for command, _ in SLOW}
    yield let_go
    let_go.set()


@pytest.mark.parametrize(("command", "ask"), SLOW, ids=[command for command, _ in SLOW])
async def test_slow_answers_hold_up_nothing(
    wall: ScriptedWall,
    client: ThinClient,
    held: asyncio.Event,
    command: str,
    ask: Callable[[ThinClient], Awaitable[object]],
) -> None:
    """Show a panel while the device waits for its maker, its network, a camera or a file; then close at once."""
    asking = asyncio.ensure_future(ask(client))
    await comes(wall, command)
    async with asyncio.timeout(5):
        await client.show_panel("p")
        assert await client.panels() == ()
        await client.close()
    with pytest.raises(ThinClientConnectionError, match="closed"):
        await asking
    assert wall.logins == wall.most_sessions == 1
    assert not wall.sessions


async def test_questions_go_one_at_a_time(wall: ScriptedWall, client: ThinClient, held: asyncio.Event) -> None:
    """Ask one slow question after the other, pictures beside them."""
    wall.answers["GET /System/Update"] = Reply(envelope("2.2.1.345"), hold=held)
    questions = [asyncio.create_task(client.newest_firmware()) for _ in range(3)]
    pictures = [asyncio.create_task(client.image("gate")) for _ in range(2)]
    await comes(wall, "GET /System/Update")
    await comes(wall, "GET /Camera/gate/Jpeg")
    await client.panels()
    assert wall.most_at_once == 3
    assert len(wall.commands) == 3
    held.set()
    assert await asyncio.gather(*questions) == ["2.2.1.345"] * 3
    await asyncio.gather(*pictures, return_exceptions=True)
    assert wall.most_at_once == 3


async def test_lanes_renew_once(wall: ScriptedWall, client: ThinClient, held: asyncio.Event) -> None:
    """Open one session for all the lanes whose token has expired."""
    refused = Reply(status=403, hold=held)
    wall.answers |= {
        "GET /System/Update": [refused, envelope("2.2.1.345")],
        "GET /Camera/gate/Jpeg": [refused, Reply(status=404)],
        "GET /Panel": [EMPTY, refused, EMPTY],
    }
    await client.panels()
    asking = asyncio.gather(
        client.newest_firmware(), client.image("gate"), client.panels(), client.show_panel("p"), return_exceptions=True
    )
    for command, times in (("GET /System/Update", 1), ("GET /Camera/gate/Jpeg", 1), ("GET /Panel", 2)):
        await comes(wall, command, times)
    wall.sessions.clear()
    held.set()
    newest, missing, panels, shown = await asking
    assert (newest, panels, shown) == ("2.2.1.345", (), None)
    assert isinstance(missing, ThinClientCommandError)
    assert wall.logins == 2
    assert wall.most_sessions == len(wall.sessions) == 1
    await client.close()
    assert not wall.sessions


async def test_renewed_under_way(wall: ScriptedWall, client: ThinClient, held: asyncio.Event) -> None:
    """Take the session that another lane has opened meanwhile instead of opening a third."""
    wall.answers["GET /System/Update"] = [Reply(status=403, hold=held), envelope("2.2.1.345")]
    asking = asyncio.create_task(client.newest_firmware())
    await comes(wall, "GET /System/Update")
    wall.sessions.clear()
    await client.show_panel("p")
    assert wall.logins == 2
    held.set()
    assert await asking == "2.2.1.345"
    assert wall.logins == 2
    assert wall.most_sessions == 1


async def test_close_under_way(wall: ScriptedWall, client: ThinClient, held: asyncio.Event) -> None:
    """Wait for a command, refuse those that queue, and leave no session; closing twice is nothing."""
    shown = asyncio.Event()
    wall.answers["GET /Panel/p/Show"] = Reply(hold=shown)
    asking = [asyncio.create_task(client.newest_firmware()) for _ in range(2)]
    showing = [asyncio.create_task(client.show_panel("p")) for _ in range(2)]
    await comes(wall, "GET /Panel/p/Show")
    await comes(wall, "GET /System/Update")
    closing = [asyncio.create_task(client.close()) for _ in range(2)]
    await asyncio.wait(asking)
    assert not showing[0].done()
    shown.set()
    await asyncio.gather(*closing)
    await showing[0]
    for task in (*asking, showing[1]):
        assert isinstance(task.exception(), ThinClientConnectionError)
    assert not wall.sessions
    assert wall.seen.count("GET /System/Update") == wall.seen.count("GET /Panel/p/Show") == 1


async def test_close_during_the_login_of_a_question(wall: ScriptedWall, client: ThinClient) -> None:
    """Delete the session that a question was opening when it was given up."""
    hold = asyncio.Event()
    wall.sessions.add("tok")
    wall.login = Reply(envelope({"Token": "tok"}), hold=hold)
    asking = asyncio.create_task(client.newest_firmware())
    await comes(wall, LOGIN)
    closing = asyncio.create_task(client.close())
    await asyncio.wait([asking])
    hold.set()
    await closing
    assert isinstance(asking.exception(), ThinClientConnectionError)
    assert not wall.sessions
    assert wall.commands == []


async def test_password_changes_while_a_question_logs_in(
    wall: ScriptedWall, client: ThinClient, held: asyncio.Event
) -> None:
    """Keep apart which password a login was made with when another one is expected by its end."""
    told = asyncio.Event()
    wall.answers["GET /System/Update"] = [Reply(status=403, hold=held), envelope("2.2.1.345")]
    wall.answers["POST /Settings"] = Reply(hold=told)
    await client.settings()
    asking = asyncio.create_task(client.newest_firmware())
    changing = asyncio.create_task(client.update_settings({"AdminPassword": "new-Keeper-1"}))
    await comes(wall, "POST /Settings")
    await comes(wall, "GET /System/Update")
    # The device has the new password already, though its reply is still on the way.
    wall.passwords = {"new-Keeper-1"}
    wall.sessions.clear()
    held.set()
    with pytest.raises(ThinClientAuthError):
        await asking
    told.set()
    await changing
    assert client.password == "new-Keeper-1"
    assert wall.logins == 3
    assert wall.most_sessions == 1
    await client.close()
    assert not wall.sessions


async def test_password_not_taken_while_a_question_logs_in(
    wall: ScriptedWall, client: ThinClient, held: asyncio.Event
) -> None:
    """Fall back to the old password where a login with it ends after the new one was expected."""
    hold = asyncio.Event()
    wall.answers["GET /System/Update"] = envelope("2.2.1.345")
    wall.login = [Reply(envelope({"Token": "one"}), hold=hold), Reply(status=401), Reply(envelope({"Token": "two"}))]
    wall.sessions |= {"one", "two"}
    asking = asyncio.create_task(client.newest_firmware())
    await comes(wall, LOGIN)
    client._session.expect_password("new-Keeper-1")
    hold.set()
    assert await asking == "2.2.1.345"
    assert client.password == "new-Keeper-1"
    await client._session.renew()
    assert client.password == PASSWORD
    assert client.token == "two"


async def test_refused_password_is_tried_once_by_all_lanes(wall: ScriptedWall, make_client: MakeClient) -> None:
    """Send one login for all lanes when the password is wrong."""
    client = make_client(wall.port, password="wrong-one")
    asked = await asyncio.gather(
        client.panels(), client.newest_firmware(), client.image("gate"), return_exceptions=True
    )
    assert {type(each) for each in asked} == {ThinClientAuthError}
    assert wall.seen == [LOGIN]
