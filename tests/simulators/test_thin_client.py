"""Check that the simulated Thin Client behaves as the maker's document says, with its contradictions."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
import json
from typing import Any

from aiohttp import ClientConnectionError, ClientPayloadError, ClientSession
from PIL import Image
import pytest

from .thin_client import ROUTES, ThinClientSimulator
from .thin_client_state import Faults, Shape, camera_at, made_id

pytestmark = pytest.mark.usefixtures("socket_enabled")

SHAPES = pytest.mark.parametrize("shape", list(Shape))
NOON = datetime(2026, 5, 6, 12, 0, 0)  # noqa: DTZ001
GATE, YARD = made_id("Gate"), made_id("Yard")
NEW_CAMERA = {
    "Id": "0b54a1de-3f0e-4b52-9d0e-6a1b8c2f7a10",
    "Name": "Back door",
    "Address": "192.0.2.77",
    "ChannelNumber": 0,
    "Username": "viewer",
    "Password": "back-Latch-9",
    "Streams": [{"MediaUri": "rtsp://192.0.2.77/profile1", "SnapshotUri": "http://192.0.2.77/GetSnapshot/1"}],
}


class Hand:
    """Call a Thin Client without knowing anything but paths."""

    def __init__(self, session: ClientSession, wall: ThinClientSimulator) -> None:
        """Take a session and whom to call."""
        self._session = session
        self._wall = wall
        self.token = ""

    async def raw(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Return status and body of a reply; a body that is no bytes is sent as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"authtoken": self.token, "Content-Type": "application/json"}
        async with self._session.request(method, self._wall.url + path, data=data, headers=headers) as reply:
            return reply.status, await reply.read()

    async def status(self, method: str, path: str, body: Any = None) -> int:
        """Return the status of a reply."""
        return (await self.raw(method, path, body))[0]

    async def data(self, method: str, path: str, body: Any = None) -> Any:
        """Return the data of a reply that must be good."""
        status, text = await self.raw(method, path, body)
        assert status == 200
        return json.loads(text)["Data"]

    async def login(self) -> None:
        """Open a session, whose reply may have a comma too much."""
        text = (await self.raw("POST", "/Session", {"user": "admin", "pwd": self._wall.password}))[1]
        self.token = json.loads(text.replace(b",]", b"]"))["Data"]["Token"]


@asynccontextmanager
async def run_wall(shape: Shape = Shape.DOCUMENTED) -> AsyncIterator[tuple[ThinClientSimulator, Hand]]:
    """Run a Thin Client, and log in."""
    async with ThinClientSimulator(shape=shape) as wall, ClientSession() as session:
        hand = Hand(session, wall)
        await hand.login()
        yield wall, hand


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something, at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (a simulator has no event for everything)
            await asyncio.sleep(0.01)


def by_name(items: list[dict[str, Any]], key: str, name: str) -> dict[str, Any]:
    """Return the first item with a name."""
    return next(item for item in items if item[key] == name)


@SHAPES
async def test_sessions(shape: Shape) -> None:
    """A wrong password gets 401, a missing, closed or expired token 403; the number of open sessions is kept."""
    async with run_wall(shape) as (wall, hand):
        assert wall.sessions == [hand.token]
        assert await hand.status("POST", "/Session", {"user": "admin", "pwd": "wrong"}) == 401
        assert await hand.status("POST", "/Session", b"no json") == 500
        assert wall.refused_logins == 1
        assert await hand.status("GET", "/Panel") == 200
        wall.expire_sessions()
        assert await hand.status("GET", "/Panel") == 403
        await hand.login()
        assert await hand.status("DELETE", f"/Session/{hand.token}") == 200
        assert await hand.status("GET", "/Panel") == 403
        assert (wall.sessions, wall.most_sessions) == ([], 1)
        assert [request.authorised for request in wall.requests[-2:]] == [True, False]


async def test_first_reply_is_no_json_in_the_text_and_is_json_in_the_samples() -> None:
    """The session's links end with a comma, as the document prints them."""
    for shape in Shape:
        async with run_wall(shape) as (wall, hand):
            text = (await hand.raw("POST", "/Session", {"user": "admin", "pwd": wall.password}))[1]
            assert (b'"method": "POST"},]' in text) is (shape is Shape.DOCUMENTED)
            if shape is Shape.DOCUMENTED:
                with pytest.raises(ValueError, match="trailing comma"):
                    json.loads(text)
            else:
                assert json.loads(text)["Version"] == "2.2.0.0"


async def test_curl_samples_have_single_quotes() -> None:
    """Only the device of the samples takes them."""
    for shape, status in ((Shape.DOCUMENTED, 500), (Shape.SAMPLES, 200)):
        async with run_wall(shape) as (_, hand):
            assert await hand.status("POST", "/Session", b"{'user':'admin','pwd':'wall-Clock-5'}") == status


@pytest.mark.parametrize(
    ("path", "documented", "samples"),
    [
        pytest.param("/Panel/Stop", "POST", "GET", id="stop"),
        pytest.param(f"/Panel/{made_id('panel Four view')}/Cell/0/Camera/blank", "POST", "GET", id="set_cell"),
        pytest.param("/System/Restart", "GET POST", "GET", id="restart"),
        pytest.param("/System/Restore", "GET POST", "GET", id="restore"),
    ],
)
async def test_methods_of_text_and_samples_differ(path: str, documented: str, samples: str) -> None:
    """A method that is not taken gets 405, and nothing happens."""
    for shape, methods in ((Shape.DOCUMENTED, documented), (Shape.SAMPLES, samples)):
        for method in ("GET", "POST"):
            async with run_wall(shape) as (wall, hand):
                wall.manners = replace(wall.manners, drop_on_restart=False)
                status = await hand.status(method, path)
                assert status == (200 if method in methods.split() else 405)


async def test_links_say_post_for_restart_and_stop_although_the_samples_say_get() -> None:
    """The links are those of the document in both shapes."""
    for shape in Shape:
        async with run_wall(shape) as (_, hand):
            for path, rel in (("/Panel", "stop"), ("/System/Update", "restart")):
                links = json.loads((await hand.raw("GET", path))[1])["Links"]
                assert by_name(links, "rel", rel)["method"] == "POST"


async def test_mobile_bridges_are_at_system_in_the_text_only() -> None:
    """The link leads to the path of the samples, which both know."""
    for shape, status in ((Shape.DOCUMENTED, 200), (Shape.SAMPLES, 404)):
        async with run_wall(shape) as (wall, hand):
            assert await hand.status("GET", "/System") == status
            found = await hand.data("GET", "/System/MobileBridge")
            assert found[0] == {
                "ServerName": "Main office",
                "IP": "192.0.2.60",
                "Version": "6.13.1.0",
                "FarmId": "12345",
            }
            wall.bridges.clear()
            assert await hand.data("GET", "/System/MobileBridge") == []


@SHAPES
async def test_unknown_paths_and_methods(shape: Shape) -> None:
    """What is documented nowhere gets 404, `TestOnvifCompliance` too although it is linked."""
    async with run_wall(shape) as (wall, hand):
        camera = (await hand.data("GET", "/Camera"))[0]
        onvif = by_name(camera["Links"], "rel", "test-onvif")
        assert await hand.status(onvif["method"], onvif["href"]) == 404
        assert await hand.status("GET", "/") == 404
        assert await hand.status("GET", "/panel") == 404
        assert await hand.status("DELETE", "/Panel") == 405
        assert await hand.status("GET", f"/Camera/{camera['Id']}") == 405
        assert wall.requests[-1].call is None


@SHAPES
async def test_panels(shape: Shape) -> None:
    """Panels are listed, made, changed and deleted; the device gives the ids."""
    async with run_wall(shape) as (wall, hand):
        cells = [{"CoordX": 1, "CoordY": 0, "CameraId": GATE, "CameraName": "Gate"}]
        body = {"PanelName": "Two", "PanelWidth": 2, "PanelHeight": 1, "Cells": cells}
        made = await hand.data("POST", "/Panel", body)
        listed = await hand.data("GET", "/Panel")
        assert listed[-1] == made
        assert by_name(made["Cells"], "CameraId", GATE)["PanelGuid"] == made["PanelGuid"]
        changed = await hand.data(
            "PUT", f"/Panel/{made['PanelGuid']}", made | {"PanelName": "One", "PanelWidth": 1, "Cells": []}
        )
        assert (changed["PanelName"], changed["PanelWidth"], changed["PanelGuid"]) == ("One", 1, made["PanelGuid"])
        assert await hand.data("DELETE", f"/Panel/{made['PanelGuid']}") == changed
        assert await hand.status("DELETE", f"/Panel/{made['PanelGuid']}") == 404
        assert len(wall.panels) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"PanelWidth": 5},
        {"PanelWidth": 1, "PanelHeight": 2},
        {"PanelHeight": 0},
        {"PanelName": None},
        {"Cells": [{"CoordX": 2, "CoordY": 0, "CameraId": GATE}]},
    ],
)
async def test_grids_that_the_glossary_forbids(change: dict[str, Any]) -> None:
    """Width and height are 1 to 4, the height at most the width, and cells lie inside."""
    async with run_wall() as (wall, hand):
        body = {"PanelName": "Two", "PanelWidth": 2, "PanelHeight": 2, "Cells": []} | change
        assert await hand.status("POST", "/Panel", body) == 500
        assert len(wall.panels) == 3


@SHAPES
async def test_show_replies_that_the_panel_is_not_the_default_and_the_list_says_that_it_is(shape: Shape) -> None:
    """Only the list may be believed."""
    async with run_wall(shape) as (wall, hand):
        panel = wall.panels[1]
        assert (await hand.data("GET", f"/Panel/{panel.id}/Show"))["Default"] is False
        assert wall.showing() == ("panel", panel.id)
        assert [item["PanelGuid"] for item in await hand.data("GET", "/Panel") if item["Default"]] == [panel.id]
        wall.manners = replace(wall.manners, true_default=True)
        assert (await hand.data("GET", f"/Panel/{panel.id}/Show"))["Default"] is True


@SHAPES
async def test_full_screen_and_stop_cannot_be_read_back(shape: Shape) -> None:
    """The list names the panel below as the active one all the time."""
    async with run_wall(shape) as (wall, hand):
        before = await hand.data("GET", "/Panel")
        shown = await hand.data("GET", f"/Camera/{GATE}/Fullscreen")
        assert set(shown) == {"Id", "Name", "Links"}
        assert wall.showing() == ("camera", GATE)
        assert await hand.data("GET", "/Panel") == before
        wall.methods["stop_display"] = frozenset({"POST"})
        await hand.raw("POST", "/Panel/Stop")
        assert wall.showing() == ("stopped", None)
        assert await hand.data("GET", "/Panel") == before
        await hand.raw("GET", f"/Panel/{wall.panels[0].id}/Show")
        assert wall.showing() == ("panel", wall.panels[0].id)


async def test_set_cell_changes_the_active_panel_although_the_path_names_another() -> None:
    """The reply has the panel that was changed."""
    async with run_wall() as (wall, hand):
        active, other = wall.panels[:2]
        changed = await hand.data("POST", f"/Panel/{other.id}/Cell/1/Camera/{GATE}")
        assert (changed["PanelGuid"], changed["Default"]) == (active.id, False)
        assert active.cameras[1] == GATE
        assert await hand.status("POST", f"/Panel/{active.id}/Cell/1/Camera/blank") == 200
        assert 1 not in active.cameras
        for path in ("Cell/4/Camera/blank", "Cell/x/Camera/blank", "Cell/0/Camera/nobody"):
            assert await hand.status("POST", f"/Panel/{active.id}/{path}") == 404
        assert await hand.status("POST", f"/Panel/nothing/Cell/0/Camera/{GATE}") == 404


async def test_set_cell_may_be_forgotten_when_the_panel_is_shown_again() -> None:
    """The document does not say whether a camera set in a cell stays there."""
    async with run_wall() as (wall, hand):
        wall.keeps_cells = False
        panel = wall.panels[0]
        for _ in range(2):
            await hand.raw("POST", f"/Panel/{panel.id}/Cell/1/Camera/{GATE}")
        assert panel.cameras[1] == GATE
        await hand.raw("GET", f"/Panel/{panel.id}/Show")
        assert panel.cameras[1] == made_id("Front door")


async def test_empty_cells_are_listed_or_left_out_and_cells_may_be_shuffled() -> None:
    """The place of a cell is in its coordinates."""
    for shape, count in ((Shape.DOCUMENTED, 6), (Shape.SAMPLES, 4)):
        async with run_wall(shape) as (wall, hand):
            cells = by_name(await hand.data("GET", "/Panel"), "PanelName", "Wide view")["Cells"]
            assert len(cells) == count
            assert [(cell["CoordX"], cell["CoordY"]) for cell in cells if cell["CameraId"]] == [
                (0, 0),
                (1, 0),
                (0, 1),
                (1, 1),
            ]
            wall.manners = replace(wall.manners, shuffle_cells=True)
            shuffled = by_name(await hand.data("GET", "/Panel"), "PanelName", "Wide view")["Cells"]
            assert shuffled != cells
            assert sorted(shuffled, key=lambda cell: int(cell["PanelCellId"])) == cells


@SHAPES
async def test_cameras_are_short_in_the_list_and_carry_passwords_in_replies_to_writes(shape: Shape) -> None:
    """A camera is added, changed, replaced with all others, and deleted; its id is the client's."""
    async with run_wall(shape) as (wall, hand):
        made = await hand.data("POST", "/Camera", NEW_CAMERA)
        assert NEW_CAMERA.items() <= made.items()
        assert set((await hand.data("GET", "/Camera"))[-1]) == {"Id", "Name", "Links"}
        assert await hand.status("POST", "/Camera", NEW_CAMERA) == 500
        path = f"/Camera/{NEW_CAMERA['Id']}"
        changed = await hand.data("PUT", path, NEW_CAMERA | {"Name": "Rear door", "Password": "other-Latch-9"})
        assert (changed["Name"], changed["Password"]) == ("Rear door", "other-Latch-9")
        assert (await hand.data("DELETE", path))["Password"] == "other-Latch-9"
        assert await hand.status("DELETE", path) == 404
        assert await hand.status("PUT", "/Camera", NEW_CAMERA) == 500
        assert [camera["Name"] for camera in await hand.data("PUT", "/Camera", [NEW_CAMERA])] == ["Back door"]
        assert wall.panels[0].cameras == {}


async def test_cameras_of_a_mobile_bridge_cannot_be_written() -> None:
    """They come from the bridge; pictures and full screen work all the same."""
    async with run_wall() as (wall, hand):
        await hand.raw("POST", "/Settings", [{"Name": "VideoSource", "Value": "mobilebridge"}])
        cameras = await hand.data("GET", "/Camera")
        assert [camera["Name"] for camera in cameras] == ["Loading dock", "Garage"]
        path = f"/Camera/{cameras[0]['Id']}"
        assert await hand.status("POST", "/Camera", NEW_CAMERA) == 500
        assert await hand.status("PUT", path, NEW_CAMERA) == 500
        assert await hand.status("PUT", "/Camera", []) == 500
        assert await hand.status("DELETE", path) == 500
        assert await hand.status("GET", f"{path}/Fullscreen") == 200
        assert wall.cameras == wall.bridge_cameras


async def test_pictures_are_a_data_address_in_the_text_and_bare_in_the_samples() -> None:
    """Both decode to a JPEG; the preview wants an array."""
    for shape, prefix in ((Shape.DOCUMENTED, "data:image/jpeg;base64,"), (Shape.SAMPLES, "/9j/")):
        async with run_wall(shape) as (wall, hand):
            for method, path, body in (
                ("GET", f"/Camera/{GATE}/Jpeg", None),
                ("POST", "/Camera/Jpeg", [NEW_CAMERA]),
            ):
                text = await hand.data(method, path, body)
                assert text.startswith(prefix)
                assert Image.open(BytesIO(b64decode(text.rpartition(",")[2]))).size == (1280, 720)
            assert await hand.status("POST", "/Camera/Jpeg", NEW_CAMERA) == 500
            wall.cameras[0].online = False
            assert await hand.status("GET", f"/Camera/{GATE}/Jpeg") == 500


@SHAPES
async def test_ptz_moves_the_camera_in_a_cell_of_the_active_panel(shape: Shape) -> None:
    """Numbers may be negative and have decimals; cells without a camera and cameras that cannot move fail."""
    async with run_wall(shape) as (wall, hand):
        yard = wall.camera(YARD)
        assert await hand.status("PUT", "/PTZ/2/Absolute/Pan/50/Tilt/0/Zoom/0") == 200
        assert await hand.status("PUT", "/PTZ/2/Relative/Pan/-5.5/Tilt/2/Zoom/1") == 200
        assert yard.position == (44.5, 2, 1)
        assert await hand.data("GET", "/PTZ/2/Presets") == [
            {"Name": "Home", "X": 50, "Y": 0, "Z": 0},
            {"Name": "Position 1", "X": 0, "Y": 50, "Z": 0},
        ]
        assert await hand.status("PUT", "/PTZ/2/Relative/Pan/nan/Tilt/2/Zoom/1") == 500
        assert await hand.status("GET", "/PTZ/0/Presets") == 500
        wall.another_hand_sets(2, None)
        assert await hand.status("GET", "/PTZ/2/Presets") == 404
        wall.another_hand_sets(0, YARD)
        assert await hand.status("GET", "/PTZ/0/Presets") == 200


async def test_old_firmware_has_no_ptz() -> None:
    """Its calls get 404, as anything unknown."""
    async with run_wall() as (wall, hand):
        wall.has_ptz = False
        assert await hand.status("GET", "/PTZ/2/Presets") == 404
        assert await hand.status("PUT", "/PTZ/2/Absolute/Pan/50/Tilt/0/Zoom/0") == 404


@SHAPES
async def test_settings_are_texts_and_bad_values_are_ignored_without_an_error(shape: Shape) -> None:
    """Passwords are never returned, read-only settings never written, idle ones left alone."""
    async with run_wall(shape) as (wall, hand):
        writes = {
            "DeviceName": "x" * 61, "FirmwareVersion": "9", "DeviceSerial": "9", "Unknown": "9", "NetworkIP": "no",
            "SymphonyServer": "192.0.2.99", "NTPServer": "192.0.2.98", "TimeZone": "Europe/Berlin",
        }  # fmt: skip
        before = {item["Name"]: item["Value"] for item in await hand.data("GET", "/Settings")}
        assert before["DeviceSerial"] == "585b69770201"
        assert await hand.status("POST", "/Settings", _pairs(writes)) == 200
        after = {item["Name"]: item["Value"] for item in await hand.data("GET", "/Settings")}
        assert {name for name in after if after[name] != before[name]} <= {"TimeZone", "Time", "Date"}
        assert after["TimeZone"] == "Europe/Berlin"
        together = {"SymphonyPort": 8434, "VideoSource": "mobilebridge", "SymphonyPwd": "bridge-New-3"}
        await hand.raw("POST", "/Settings", _pairs(together | {"AdminPassword": "wall-New-6"}))
        items = await hand.data("GET", "/Settings")
        assert by_name(items, "Name", "SymphonyPort")["Value"] == "8434"
        assert not {item["Name"] for item in items} & {"AdminPassword", "SymphonyPwd"}
        assert (wall.password, wall.bridge_password) == ("wall-New-6", "bridge-New-3")
        assert await hand.status("POST", "/Settings", {"Name": "DeviceName"}) == 500


async def test_date_has_colons_in_the_table_and_slashes_in_the_sample() -> None:
    """Each device shows and takes its own form, and only while the clock is set by hand."""
    for shape, good, bad in (
        (Shape.DOCUMENTED, "05:06:2026", "5/6/2026"),
        (Shape.SAMPLES, "5/6/2026", "05:06:2026"),
    ):
        async with run_wall(shape) as (_, hand):
            for value in (bad, good):
                writes = {"TimeSynchronization": "manual", "Date": value}
                await hand.raw("POST", "/Settings", _pairs(writes))
                shown = by_name(await hand.data("GET", "/Settings"), "Name", "Date")["Value"]
                assert (shown == value) is (value == good)
                assert (":" in shown) is (shape is Shape.DOCUMENTED)


async def test_connection_test_answers_a_number_that_the_document_does_not_explain() -> None:
    """It is the sample's number; the settings are only tried."""
    async with run_wall() as (wall, hand):
        body = _pairs({"SymphonyServer": "192.0.2.60", "SymphonyPwd": "bridge-Toll-2"})
        assert await hand.data("POST", "/Settings/TestConnection", body) == 2
        assert wall.tested == [{"SymphonyServer": "192.0.2.60", "SymphonyPwd": "bridge-Toll-2"}]


async def test_registration_is_asked_the_wrong_way_round_and_kept_once_it_is_true() -> None:
    """Without internet the device knows only what it knew."""
    async with run_wall() as (wall, hand):
        wall.internet = False
        assert await hand.status("GET", "/System/IsNotRegistered") == 500
        assert await hand.status("GET", "/System/Update") == 500
        wall.internet, wall.registered = True, False
        assert await hand.data("GET", "/System/IsNotRegistered") is True
        wall.registered = True
        assert await hand.data("GET", "/System/IsNotRegistered") is False
        wall.internet = False
        assert await hand.data("GET", "/System/IsNotRegistered") is False


async def test_replies_that_the_document_leaves_out_are_empty_or_without_data() -> None:
    """The text shows none; the other device answers as it does elsewhere."""
    for shape in Shape:
        async with run_wall(shape) as (wall, hand):
            text = (await hand.raw("POST", "/Panel/Refresh"))[1]
            assert (text == b"") is (shape is Shape.DOCUMENTED)
            assert not text or json.loads(text)["Data"] is None
            assert wall.refreshes == 1


async def test_restart_answers_in_the_text_and_breaks_the_connection_in_the_samples() -> None:
    """The device is away for a while, and its sessions are lost; the panel is not."""
    for shape in Shape:
        async with run_wall(shape) as (wall, hand):
            wall.show_camera(wall.cameras[0])
            if shape is Shape.DOCUMENTED:
                assert await hand.raw("POST", "/System/Restart") == (200, b"")
            else:
                with pytest.raises(ClientConnectionError):
                    await hand.raw("GET", "/System/Restart")
            await until(lambda: wall.booting)
            assert wall.showing() == ("boot", None)
            with pytest.raises(ClientConnectionError):
                await hand.raw("GET", "/Panel")
            await until(lambda: not wall.booting)
            assert await hand.status("GET", "/Panel") == 403
            assert wall.showing() == ("panel", wall.panels[0].id)
            assert wall.most_sessions == 1


async def test_restore() -> None:
    """Panels, cameras and settings are gone, and the password is the factory's."""
    async with run_wall() as (wall, hand):
        await hand.raw("POST", "/System/Restore")
        await until(lambda: wall.reboots == 1 and not wall.booting)
        assert wall.password == "admin"
        await hand.login()
        assert await hand.data("GET", "/Panel") == []
        assert wall.name == "Thin Client"


@SHAPES
async def test_update(shape: Shape) -> None:
    """An update tells its steps, restarts the device, and never runs twice at once."""
    async with run_wall(shape) as (wall, hand):
        assert await hand.data("GET", "/System/Update/State") == "No update in progress."
        newest = await hand.data("GET", "/System/Update")
        wall.update_step_seconds = 0.02
        assert await hand.data("POST", "/System/Update") == 0
        assert await hand.data("GET", "/System/Update/State") == "Step 1 Of 10: connecting to the update server."
        assert await hand.data("POST", "/System/Update") == 1
        await until(lambda: wall.update_state == "Step 10 Of 10: rebooting.")
        await until(lambda: wall.reboots == 1 and not wall.booting)
        await hand.login()
        assert by_name(await hand.data("GET", "/Settings"), "Name", "FirmwareVersion")["Value"] == newest
        assert await hand.data("GET", "/System/Update/State") == "No update in progress."


async def test_update_that_fails() -> None:
    """It may not start, break off with a text, or come back with the old firmware."""
    async with run_wall() as (wall, hand):
        old, wall.update_step_seconds, wall.reboot_seconds = wall.firmware, 0, 0
        wall.update_code = 7
        assert await hand.data("POST", "/System/Update") == 7
        assert not wall.updating
        wall.update_code, wall.fail_update_at = 0, 4
        assert await hand.data("POST", "/System/Update") == 0
        await until(lambda: not wall.updating)
        assert await hand.data("GET", "/System/Update/State") == wall.failure_text
        wall.fail_update_at, wall.update_rolls_back = None, True
        assert await hand.data("POST", "/System/Update") == 0
        await until(lambda: wall.reboots == 1 and not wall.booting)
        assert wall.firmware == old


@pytest.mark.parametrize("chunked", [False, True])
async def test_upload_is_counted_and_not_kept(chunked: bool) -> None:
    """The body comes raw, in one piece or in chunks, and starts an update."""
    firmware = bytes(range(256)) * 2048

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(firmware), 100_000):
            yield firmware[start : start + 100_000]

    async with run_wall() as (wall, hand), ClientSession() as session:
        wall.update_step_seconds = 0
        headers = {"authtoken": hand.token, "Content-Type": "application/octet-stream"}
        data = parts() if chunked else firmware
        async with session.post(f"{wall.url}/System/Upload", data=data, headers=headers) as reply:
            assert (await reply.json())["Data"] == 0
        upload = wall.uploads[-1]
        assert (upload.size, upload.chunked, upload.complete) == (len(firmware), chunked, True)
        assert upload.sha256 == sha256(firmware).hexdigest()
        assert wall.requests[-1].body == b""
        await until(lambda: wall.firmware == wall.upload_firmware)
        async with session.post(f"{wall.url}/System/Upload", data=b"x", headers={"authtoken": "none"}) as reply:
            assert reply.status == 403
        assert len(wall.uploads) == 1


async def test_faults() -> None:
    """The transport can be spoilt for some calls or for all, and the port stays the device's."""
    async with run_wall() as (wall, hand):
        panel = wall.panels[1].id
        wall.faults = Faults(drop=True, only={"show_panel"})
        with pytest.raises(ClientConnectionError):
            await hand.raw("GET", f"/Panel/{panel}/Show")
        assert wall.active_panel == panel
        assert await hand.status("GET", "/Panel") == 200
        wall.faults = Faults(cut=True)
        with pytest.raises(ClientPayloadError):
            await hand.raw("GET", "/Panel")
        wall.faults = Faults(garbage=b"<html>", delay=0.01)
        assert await hand.raw("GET", "/Panel") == (200, b"<html>")
        wall.faults = Faults(status=500)
        assert await hand.raw("GET", "/Panel") == (500, b"")
        wall.faults.refuse_connections = True
        with pytest.raises(ClientConnectionError):
            await hand.raw("GET", "/Panel")
        wall.faults = Faults()
        assert await hand.status("GET", "/Panel") == 200


async def test_stop_and_start_keep_the_port() -> None:
    """A device that comes back is found where it was."""
    async with run_wall() as (wall, hand):
        port = wall.port
        await wall.stop()
        with pytest.raises(ClientConnectionError):
            await hand.raw("GET", "/Panel")
        await wall.start()
        assert wall.port == port
        assert await hand.status("GET", "/Panel") == 200


def test_screen() -> None:
    """Every state has a picture of its own, and watchers hear of changes until they no longer want to."""
    wall = ThinClientSimulator()
    heard: list[tuple[str, str | None]] = []
    forget = wall.on_screen_change(lambda: heard.append(wall.showing()))
    pictures = [wall.screen(NOON)]
    wall.another_hand_shows(wall.panels[2].id)
    pictures.append(wall.screen(NOON))
    wall.another_hand_sets(2, GATE)
    pictures.append(wall.screen(NOON))
    wall.show_camera(wall.cameras[2])
    pictures.append(wall.screen(NOON))
    wall.cameras[2].position = (50, 0, 0)
    pictures.append(wall.screen(NOON))
    wall.cameras[2].online = False
    pictures.append(wall.screen(NOON))
    wall.stop_display()
    pictures.append(wall.screen(NOON))
    forget()
    wall.booting = True
    pictures.append(wall.screen(NOON))
    wall.booting, wall.stopped, wall.active_panel = False, False, None
    pictures.append(wall.screen(NOON))
    assert len(set(pictures)) == len(pictures)
    assert {Image.open(BytesIO(picture)).size for picture in pictures} == {(1280, 720)}
    assert heard == [("panel", wall.panels[2].id)] * 2 + [("camera", YARD), ("stopped", None)]


def test_every_call_has_one_name() -> None:
    """Names and paths are unique but for the search that the document puts at two paths."""
    names = [route.call for route in ROUTES if route.path != "/System"]
    assert len(set(names)) == len(names)
    assert len({(route.path, route.methods) for route in ROUTES}) == len(ROUTES)
    assert camera_at("Gate", "192.0.2.1").id == GATE


def _pairs(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return settings as the wire has them."""
    return [{"Name": name, "Value": value} for name, value in values.items()]
