"""The video wall of the demo: what it shows, what it remembers, and where it is seen."""

import asyncio
from datetime import UTC, datetime
import json
from pathlib import Path
import socket
from typing import Any, override

import aiohttp
import pytest

from tests.demo import check, dashboard, entities, entries
from tests.demo.house import House
from tests.demo.monitor import LIVE, STILL


@pytest.fixture
def house(socket_enabled: None) -> House:
    """Return the devices, switched off."""
    return House("Europe/Berlin", None)


def test_wall_shows_what_the_cameras_see(house: House) -> None:
    """The picture on the wall is that of the camera behind the address and the login."""
    moment = datetime(2026, 3, 4, 12, tzinfo=UTC)
    wall, gate = house.wall, house.placed[0].on_wall()
    assert house.gate_on_wall is None
    wall.direct_cameras.append(gate)
    assert house.gate_on_wall is gate
    wall.show_camera(gate)
    empty = wall.screen(moment)
    house.gate.plate_in_view = "XYZ900"
    assert wall.screen(moment) != empty
    gate.password = "wrong"
    assert house.gate_on_wall is None
    assert wall.screen(moment) not in (empty, b"")


def test_wall_knows_all_cameras_of_its_panels(house: House) -> None:
    """No cell of the demo's panels is without video."""
    assert all(house._eye_of(camera) for camera in house.wall.cameras)
    cells = {camera for panel in house.wall.panels for camera in panel.cameras.values()}
    assert cells <= {camera.id for camera in house.wall.cameras}
    assert not [camera for camera in house.wall.cameras if camera.name == house.gate.name]


async def test_wall_remembers(tmp_path: Path, socket_enabled: None) -> None:
    """Cameras, panels and password outlive the demo; a camera whose port had to change is put right."""
    memory = tmp_path / "ports.json"
    first = House("UTC", memory)
    async with first:
        first.wall.direct_cameras.append(first.placed[0].on_wall())
        first.wall.show(first.wall.add_panel("Mine", 2, 1, {1: first.placed[0].on_wall().id}))
        first.wall.password = "another"
    with socket.create_server(("127.0.0.1", first.placed[1].rtsp_port)):
        again = House("UTC", memory)
    assert again.wall.password == "another"
    assert again.wall.panels == first.wall.panels
    assert again.wall.showing() == first.wall.showing()
    assert again.gate_on_wall == first.gate_on_wall
    assert [camera.name for camera in again.wall.cameras] == [camera.name for camera in first.wall.cameras]
    assert all(again._eye_of(camera) for camera in again.wall.cameras)


async def test_monitor_shows_the_wall(house: House) -> None:
    """The moving picture changes with the wall, and nobody waits for its end when the demo ends."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{house.monitor_port}") as session:
        async with house:
            async with session.get(STILL) as answer:
                assert (await answer.read()).startswith(b"\xff\xd8\xff")
            live = await session.get(LIVE)
            assert live.content_type == "multipart/x-mixed-replace"
            head = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
            assert await live.content.readexactly(len(head)) == head
            panel = await live.content.readuntil(b"\r\n" + head)
            house.wall.stop_display()
            stopped = await live.content.readuntil(b"\r\n" + head)
            assert panel.startswith(b"\xff\xd8\xff")
            assert stopped.startswith(b"\xff\xd8\xff")
            assert len(stopped) < len(panel) / 2
        live.close()
    assert not house.wall._watchers


async def test_check_follows_the_screen(house: House) -> None:
    """Every screen counts once, however often the wall was told to show it."""
    shown = check._Shown(house.wall)
    panel, camera = house.wall.panels[0], house.wall.cameras[0]
    house.wall.show(panel)
    waiting = asyncio.create_task(shown.next())
    await asyncio.sleep(0)
    house.wall.show_camera(camera)
    await waiting
    house.wall.show(panel)
    assert shown.screens == [("panel", panel.id), ("camera", camera.id), ("panel", panel.id)]


class _Home:
    """Stands for Home Assistant: knows some entries and remembers what was posted."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        """Take its entries."""
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self._entries = entries

    async def command(self, kind: str, **fields: Any) -> Any:
        """Answer a command."""
        return self._entries

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Remember a post."""
        self.posted.append((path.removeprefix("/api/config/config_entries"), body))
        return {"flow_id": "f"}


@pytest.mark.parametrize(
    ("is_there", "is_moved", "paths"),
    [
        (False, False, ["/flow", "/flow/f"]),
        (True, False, []),
        (True, True, ["/options/flow", "/options/flow/f"]),
    ],
)
async def test_monitor_is_added_once(house: House, is_there: bool, is_moved: bool, paths: list[str]) -> None:
    """The monitor has an entry of its own, which follows the wall's ports."""
    home: Any = _Home(*[{"title": entries._MONITOR, "entry_id": "e"}] * is_there)
    house.wall_is_moved = is_moved
    await entries.add_monitor(home, house)
    assert [path for path, _ in home.posted] == paths
    for _, form in home.posted[1:]:
        assert str(house.monitor_port) in form["mjpeg_url"]


def test_dashboard_has_a_view_of_the_wall(house: House) -> None:
    """The monitor is seen live; selects, buttons and the gate stand beside it."""
    registry = [
        _registered("camera.monitor", "m") | {"platform": "mjpeg"},
        _registered("camera.gate", f"{house.gate.mac}_sub"),
        *(_registered(f"select.{key}", f"{house.wall.serial}_{key}") for key in ("panel", "full_screen", "cell_4")),
        _registered("button.stop", f"{house.wall.serial}_stop_display"),
        _registered("update.firmware", f"{house.wall.serial}_firmware"),
    ]
    built = dashboard.build_dashboard(house, entities.Entities(registry))
    [view] = [view for view in built["views"] if view["path"] == "video-wall"]
    text = json.dumps(view)
    assert all(f'"{entity["entity_id"]}"' in text for entity in registry)
    assert "null" not in text
    assert '"viewwall.show_camera"' in text
    monitor = view["sections"][0]["cards"][1]
    assert (monitor["entity"], monitor["camera_view"]) == ("camera.monitor", "live")


@pytest.mark.parametrize("new", [[], ["video-wall"], ["video-wall", "trouble"]])
async def test_dashboard_of_an_older_demo_gets_new_views(house: House, new: list[str]) -> None:
    """A view is added when what it shows is, once, and nothing else is touched."""
    saved: list[dict[str, Any]] = []

    class _Lovelace(_Home):
        @override
        async def command(self, kind: str, **fields: Any) -> Any:
            match kind:
                case "lovelace/dashboards/list":
                    return [{"url_path": dashboard.URL_PATH}]
                case "lovelace/config":
                    return saved[-1] if saved else {"title": "Mine", "views": [{"path": "overview"}]}
                case "lovelace/config/save":
                    saved.append(fields["config"])
            return None

    home: Any = _Lovelace()
    for _ in range(2):
        await dashboard.add_dashboard(home, house, entities.Entities([]), choice=None, new_views=new)
    assert [[view["path"] for view in config["views"]] for config in saved] == [["overview", *new]] * bool(new)


def _registered(entity_id: str, unique_id: str) -> dict[str, Any]:
    """Return an entry of the entity registry."""
    return {"entity_id": entity_id, "unique_id": unique_id, "platform": "viewwall", "disabled_by": None}
