"""Every call of the document, on the wire."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from custom_components.viewwall.thin_client import (
    BLANK,
    Camera,
    FirmwareState,
    MobileBridge,
    NewCamera,
    Preset,
    Stream,
    ThinClient,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientHungUpError,
    ThinClientNotFoundError,
    ThinClientNotSupportedError,
    ThinClientNotTakenError,
    ThinClientProtocolError,
    ThinClientValidationError,
    client as client_module,
)

from .scripted import HANG_UP, PASSWORD, Reply, Script, ScriptedWall, envelope

JPEG = b"\xff\xd8\xff\xe0picture"
YARD = Camera(id="cam-1", name="Yard")
GATE = Camera(id="cam-2", name="Gate")
NEW = NewCamera(
    name="Gate",
    address="192.0.2.7",
    username="viewer",
    password="toor-secret",
    streams=(Stream(media_uri="rtsp://192.0.2.7/profile1", snapshot_uri="http://192.0.2.7/GetSnapshot", fps=8),),
)
SETTINGS = [
    {"Name": "FirmwareVersion", "Value": "1.1.0.0"},
    {"Name": "DeviceSerial", "Value": "585b69001122"},
    {"Name": "DeviceName", "Value": "Lobby wall"},
    {"Name": "SymphonyPort", "Value": 8433},
    {"Name": "SymphonyHTTPS", "Value": True},
    {"Name": "NetworkIP", "Value": "192.0.2.20"},
    {"Name": "AdminPassword", "Value": PASSWORD},
    {"Name": "SomethingNew", "Value": "1"},
    "nonsense",
]


def panel_data(**changes: object) -> dict[str, object]:
    """Build a panel as the device prints it."""
    cell = {"PanelCellId": 55, "CoordX": 0, "CoordY": 0, "CameraId": "cam-1", "CameraName": "Yard"}
    return {
        "PanelGuid": "p1",
        "PanelName": "Four",
        "PanelWidth": 2,
        "PanelHeight": 2,
        "Default": True,
        "Cells": [cell],
    } | changes


async def test_identify(wall: ScriptedWall, client: ThinClient) -> None:
    """Read identity from the settings, whose secrets and strangers are dropped."""
    wall.answers["GET /Settings"] = [envelope(SETTINGS), envelope(SETTINGS), envelope([])]
    info = await client.identify()
    assert (info.serial, info.name, info.firmware) == ("585b69001122", "Lobby wall", "1.1.0.0")
    assert (info.mac, info.api_version) == ("58:5b:69:00:11:22", "2.2.1.0")
    settings = await client.settings()
    assert settings.values["SymphonyPort"] == "8433"
    assert settings.values["SymphonyHTTPS"] == "true"
    assert settings.video_source is settings.mobile_bridge_server is None
    assert not {"AdminPassword", "SomethingNew"} & set(settings.values)
    assert PASSWORD not in repr(settings)
    with pytest.raises(ThinClientProtocolError):
        await client.identify()


async def test_panels(wall: ScriptedWall, client: ThinClient) -> None:
    """List, create, update, delete and show panels."""
    wall.answers = {
        "GET /Panel": envelope([panel_data(), {"PanelName": "no id"}]),
        "POST /Panel": envelope(panel_data()),
        "PUT /Panel/p1": envelope(panel_data(PanelName="New")),
        "DELETE /Panel/p1": envelope(panel_data()),
        "GET /Panel/p1/Show": envelope(panel_data(Default=False)),
        "POST /Panel/Refresh": b"",
        "POST /Panel/Stop": b"",
    }
    (panel,) = await client.panels()
    assert panel.active
    assert [cell.camera_name for cell in panel.cells] == ["Yard", None, None, None]
    created = await client.create_panel("Four", 2, 2, [None, YARD, None, GATE])
    assert created.id == "p1"
    assert wall.body("POST /Panel") == {
        "PanelName": "Four",
        "PanelWidth": 2,
        "PanelHeight": 2,
        "Cells": [
            {"CoordX": 1, "CoordY": 0, "CameraId": "cam-1", "CameraName": "Yard"},
            {"CoordX": 1, "CoordY": 1, "CameraId": "cam-2", "CameraName": "Gate"},
        ],
    }
    assert (await client.update_panel(panel, name="New", width=3)).name == "New"
    assert wall.body("PUT /Panel/p1") == {
        "PanelGuid": "p1",
        "PanelName": "New",
        "PanelWidth": 3,
        "PanelHeight": 2,
        "Cells": [{"PanelCellId": 55, "CoordX": 0, "CoordY": 0, "CameraId": "cam-1", "CameraName": "Yard"}],
    }
    await client.update_panel(panel, height=1, cells=[GATE])
    assert wall.body("PUT /Panel/p1")["Cells"][0]["CameraId"] == "cam-2"
    assert wall.body("PUT /Panel/p1")["PanelName"] == "Four"
    await client.show_panel("p1")
    await client.stop_display()
    await client.refresh_panels()
    await client.delete_panel("p1")
    with pytest.raises(ThinClientNotFoundError):
        await client.delete_panel("a/../b")
    assert wall.commands[-1] == "DELETE /Panel/a%2F..%2Fb"


async def test_panel_written_without_reply(wall: ScriptedWall, client: ThinClient) -> None:
    """Look for a written panel in the list where the reply does not show it."""
    wall.answers = {
        "GET /Panel": [envelope([panel_data(), panel_data(PanelGuid="p2")]), envelope([])],
        "POST /Panel": b"",
    }
    assert (await client.create_panel("Four", 1, 1, [])).id == "p2"
    with pytest.raises(ThinClientNotTakenError):
        await client.create_panel("Four", 1, 1, [])


async def test_refresh_absent(client: ThinClient) -> None:
    """Tell firmware without a call from a missing thing."""
    with pytest.raises(ThinClientNotSupportedError):
        await client.refresh_panels()


async def test_cells(wall: ScriptedWall, client: ThinClient) -> None:
    """Set and clear a cell of the active panel, by POST or else by GET."""
    wall.answers = {
        "GET /Panel": envelope([panel_data()]),
        "POST /Panel/p1/Cell/3/Camera/cam-1": Reply(status=405),
        "GET /Panel/p1/Cell/3/Camera/cam-1": envelope(panel_data()),
        "GET /Panel/p1/Cell/0/Camera/blank": envelope(panel_data()),
    }
    (panel,) = await client.panels()
    await client.set_cell(panel, 3, "cam-1")
    await client.set_cell(panel, 0, BLANK)
    assert len(wall.commands) == 4
    for index in (-1, 4):
        with pytest.raises(ThinClientValidationError):
            await client.set_cell(panel, index, "cam-1")
    with pytest.raises(ThinClientValidationError):
        await client.set_cell(replace(panel, active=False), 0, "cam-1")
    with pytest.raises(ThinClientValidationError):
        await client.set_cell(panel, 0, "")
    assert len(wall.commands) == 4


async def test_cameras(wall: ScriptedWall, client: ThinClient) -> None:
    """List, add, change, replace, remove and show cameras; passwords go out but never come in."""
    long = {"Id": NEW.id, "Name": "Gate", "Password": "toor-secret", "Username": "viewer"}
    wall.answers = {
        "GET /Camera": [envelope([{"Id": "cam-1", "Name": "Yard"}, {"Name": "x"}]), envelope([long]), envelope([])],
        "POST /Camera": [envelope(long), envelope(), envelope()],
        f"PUT /Camera/{NEW.id}": envelope(long),
        "PUT /Camera": envelope([long]),
        "DELETE /Camera/cam-1": envelope(long),
        "GET /Camera/cam-1/Fullscreen": envelope(long),
    }
    assert await client.cameras() == (YARD,)
    added = Camera(id=NEW.id, name="Gate")
    assert await client.create_camera(NEW) == added
    assert wall.body("POST /Camera") == {
        "Id": NEW.id,
        "Name": "Gate",
        "Address": "192.0.2.7",
        "ChannelNumber": 0,
        "Username": "viewer",
        "Password": "toor-secret",
        "Streams": [
            {
                "Format": "H264",
                "RecordFps": 8,
                "StreamNumber": 0,
                "Width": 0,
                "Height": 0,
                "MediaUri": "rtsp://192.0.2.7/profile1",
                "SnapshotUri": "http://192.0.2.7/GetSnapshot",
            }
        ],
    }
    assert await client.create_camera(NEW) == added
    with pytest.raises(ThinClientNotTakenError):
        await client.create_camera(NEW)
    assert await client.update_camera(NEW) == added
    with pytest.raises(ThinClientNotTakenError):
        await client.replace_cameras([NEW])
    with pytest.raises(ThinClientValidationError):
        await client.replace_cameras([NEW, NEW])
    assert await client.replace_cameras([]) == ()
    assert wall.body("PUT /Camera") == []
    await client.show_camera("cam-1")
    await client.delete_camera("cam-1")
    assert "toor-secret" not in repr(NEW)
    assert "192.0.2.7/profile1" not in repr(NEW)


async def test_pictures(wall: ScriptedWall, client: ThinClient) -> None:
    """Fetch stills, with and without prefix, and the preview of a camera that is not added."""
    text = b64encode(JPEG).decode()
    wall.answers = {
        "GET /Camera/cam-1/Jpeg": [
            envelope(text),
            envelope(f"data:image/jpeg;base64,{text}"),
            envelope(""),
            envelope("%%%"),
        ],
        "POST /Camera/Jpeg": envelope([text.rstrip("=")]),
    }
    assert await client.image("cam-1") == JPEG
    assert await client.image("cam-1") == JPEG
    with pytest.raises(ThinClientNotFoundError):
        await client.image("cam-1")
    with pytest.raises(ThinClientProtocolError):
        await client.image("cam-1")
    with pytest.raises(ThinClientNotFoundError):
        await client.image("gone")
    assert await client.preview(NEW) == JPEG
    assert wall.body("POST /Camera/Jpeg") == [
        {
            "Id": NEW.id,
            "Username": "viewer",
            "Password": "toor-secret",
            "Streams": [{"SnapshotUri": "http://192.0.2.7/GetSnapshot"}],
        }
    ]


async def test_ptz(wall: ScriptedWall, client: ThinClient) -> None:
    """Move relatively, absolutely and to a preset; firmware without PTZ is told."""
    wall.answers = {
        "PUT /PTZ/0/Relative/Pan/-5.5/Tilt/0/Zoom/0": b"",
        "PUT /PTZ/1/Absolute/Pan/50/Tilt/0.25/Zoom/0": b"<html>",
        "GET /PTZ/1/Presets": envelope([{"Name": "Home", "X": "50", "Y": 0.25, "Z": 0}, {"Name": "x"}, {"X": 1}]),
    }
    await client.ptz_relative(0, pan=-5.5)
    assert wall.heads[-1]["content-length"] == "0"
    (home,) = await client.ptz_presets(1)
    assert home == Preset(name="Home", x=50, y=0.25, z=0)
    await client.ptz_goto_preset(1, home)
    for call in (client.ptz_presets(2), client.ptz_relative(2, 1)):
        with pytest.raises(ThinClientNotSupportedError):
            await call
    for call in (client.ptz_presets(16), client.ptz_relative(0, float("nan"))):
        with pytest.raises(ThinClientValidationError):
            await call


async def test_update_settings(wall: ScriptedWall, client: ThinClient) -> None:
    """Write settings and compare what reads back."""
    wall.answers = {"POST /Settings": b"", "GET /Settings": envelope(SETTINGS)}
    settings = await client.update_settings({"DeviceName": "Lobby wall", "SymphonyPort": 8433, "SymphonyPwd": "x"})
    assert settings is not None
    assert wall.body("POST /Settings")[1] == {"Name": "SymphonyPort", "Value": "8433"}
    with pytest.raises(ThinClientNotTakenError) as failed:
        await client.update_settings({"DeviceName": "Other", "TimeZone": "Universal", "SymphonyHTTPS": True})
    assert failed.value.names == ("DeviceName", "TimeZone")
    assert wall.logins == 1
    with pytest.raises(ThinClientValidationError):
        await client.update_settings({})


async def test_change_of_network(wall: ScriptedWall, client: ThinClient) -> None:
    """Expect silence after a change of address, but only after one, and only after it was sent."""
    wall.answers = {"POST /Settings": [HANG_UP, b"", HANG_UP, b""], "GET /Settings": HANG_UP}
    address = {"NetworkIP": "192.0.2.21"}
    assert await client.update_settings(address | {"AdminPassword": "new-one"}) is None
    assert client.password == "new-one"
    assert await client.update_settings(address) is None
    with pytest.raises(ThinClientHungUpError):
        await client.update_settings({"DeviceName": "x"})
    with pytest.raises(ThinClientHungUpError):
        await client.update_settings({"AdminPassword": "new-one"})
    assert client.password == PASSWORD
    wall.sessions.clear()
    wall.login = HANG_UP
    with pytest.raises(ThinClientHungUpError):
        await client.update_settings(address)


async def test_change_of_password(wall: ScriptedWall, client: ThinClient) -> None:
    """Find out which password the device accepts, without locking ourselves out."""
    wall.answers = {"POST /Settings": b"", "GET /Settings": envelope(SETTINGS)}
    await client.settings()
    wall.passwords = {"new-one"}
    assert await client.update_settings({"AdminPassword": "new-one"}) is not None
    assert client.password == "new-one"
    with pytest.raises(ThinClientNotTakenError) as failed:
        await client.update_settings({"AdminPassword": "newer-one"})
    assert failed.value.names == ("AdminPassword",)
    assert client.password == "new-one"
    wall.passwords = set()
    with pytest.raises(ThinClientAuthError):
        await client.update_settings({"AdminPassword": "newer-one"})
    logins = wall.logins
    with pytest.raises(ThinClientAuthError):
        await client.settings()
    assert wall.logins == logins
    assert wall.most_sessions == 1


async def test_mobile_bridge(wall: ScriptedWall, client: ThinClient) -> None:
    """Let the device try a Mobile Bridge and find others."""
    wall.answers = {
        "POST /Settings/TestConnection": [envelope(2), envelope("x")],
        "GET /System/MobileBridge": envelope([{"ServerName": "One", "IP": "192.0.2.60", "FarmId": 12345}, {}]),
    }
    code = client.test_mobile_bridge("192.0.2.40", 8433, https=True, username="mb", password="pass")
    assert await code == 2
    assert {"Name": "SymphonyHTTPS", "Value": "true"} in wall.body("POST /Settings/TestConnection")
    assert {"Name": "SymphonyPwd", "Value": "pass"} in wall.body("POST /Settings/TestConnection")
    with pytest.raises(ThinClientProtocolError):
        await client.test_mobile_bridge("192.0.2.40", 8433, https=True, username="mb", password=None)
    assert "SymphonyPwd" not in [each["Name"] for each in wall.body("POST /Settings/TestConnection")]
    assert await client.find_mobile_bridges() == (MobileBridge(name="One", address="192.0.2.60", farm_id="12345"),)


async def test_firmware(wall: ScriptedWall, client: ThinClient) -> None:
    """Ask for registration, newest firmware and progress; start the update."""
    wall.answers = {
        "GET /System/IsNotRegistered": [envelope(False), envelope("true"), envelope("?")],
        "GET /System/Update": envelope("1.1.2.345"),
        "GET /System/Update/State": [envelope("Step 1 Of 10: verifying."), envelope()],
        "POST /System/Update": [envelope(0), b"", envelope(7)],
    }
    assert await client.is_registered()
    assert not await client.is_registered()
    with pytest.raises(ThinClientProtocolError):
        await client.is_registered()
    assert await client.newest_firmware() == "1.1.2.345"
    assert (await client.update_state()).percentage == 10
    assert await client.update_state() == FirmwareState(text=None)
    await client.start_update()
    await client.start_update()
    with pytest.raises(ThinClientCommandError) as failed:
        await client.start_update()
    assert failed.value.code == 7


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """Hand out a file."""
    for part in parts:
        yield part


async def broken() -> AsyncIterator[bytes]:
    """Hand out a file that cannot be read to its end."""
    yield b"abc"
    raise OSError("disk")


async def stalled() -> AsyncIterator[bytes]:
    """Hand out a file that never ends."""
    yield b"abc"
    await asyncio.Event().wait()


async def test_upload(wall: ScriptedWall, client: ThinClient) -> None:
    """Stream a file with its length and tell the progress."""
    wall.answers = {
        "GET /Settings": envelope(SETTINGS),
        "POST /System/Upload": [envelope(0), envelope(3), Reply(status=403)],
    }
    told: list[tuple[int, int]] = []
    await client.upload_firmware(chunks(b"abc", b"de"), 5, lambda *both: told.append(both))
    assert told == [(3, 5), (5, 5)]
    assert wall.bodies[-1] == ("POST /System/Upload", b"abcde")
    assert wall.heads[-1]["content-type"] == "application/octet-stream"
    assert "transfer-encoding" not in wall.heads[-1]
    for code in (3, 403):
        with pytest.raises(ThinClientCommandError) as failed:
            await client.upload_firmware(chunks(b"a"), 1)
        assert failed.value.code == code
    assert wall.logins == 1


@pytest.mark.parametrize(
    ("content", "length", "error"),
    [
        (lambda: chunks(b"abc"), 0, ThinClientValidationError),
        (lambda: chunks(b"abc"), 2, ThinClientValidationError),
        (lambda: chunks(b"abc"), 4, ThinClientValidationError),
        (broken, 9, OSError),
        (stalled, 9, ThinClientConnectionError),
    ],
)
async def test_upload_fails(
    wall: ScriptedWall,
    client: ThinClient,
    monkeypatch: pytest.MonkeyPatch,
    content: Callable[[], AsyncIterator[bytes]],
    length: int,
    error: type[Exception],
) -> None:
    """Tell what was wrong with the file."""
    for module in (client_module, client_module.__dict__["Upload"].__init__.__globals__):
        globals_ = module if isinstance(module, dict) else vars(module)
        monkeypatch.setitem(globals_, "UPLOAD_STALL", 0.3)
    wall.answers = {"GET /Settings": envelope(SETTINGS), "POST /System/Upload": envelope(0)}
    with pytest.raises(error):
        await client.upload_firmware(content(), length)


async def test_upload_broken_by_the_device(wall: ScriptedWall, client: ThinClient) -> None:
    """Tell a broken connection from a broken file."""
    wall.answers = {"GET /Settings": envelope(SETTINGS), "POST /System/Upload": HANG_UP}
    with pytest.raises(ThinClientHungUpError):
        await client.upload_firmware(chunks(b"abc"), 3)


type Run = Callable[[ThinClient], Awaitable[object]]


@pytest.mark.parametrize(
    ("command", "script", "run"),
    [
        ("GET /Panel", b"", ThinClient.panels),
        ("GET /Camera", envelope("x"), ThinClient.cameras),
        ("GET /Settings", envelope(1), ThinClient.settings),
        ("GET /System/MobileBridge", envelope(True), ThinClient.find_mobile_bridges),
    ],
)
async def test_broken_lists(wall: ScriptedWall, client: ThinClient, command: str, script: Script, run: Run) -> None:
    """Take a broken reply for an error, never for an empty list."""
    wall.answers[command] = script
    with pytest.raises(ThinClientProtocolError):
        await run(client)


async def test_null_list(wall: ScriptedWall, client: ThinClient) -> None:
    """Take null for an empty list."""
    wall.answers["GET /Panel"] = envelope()
    assert await client.panels() == ()
