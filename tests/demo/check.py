"""Prove that a running demo works: a plate, its pictures, live video and the wall, all through Home Assistant."""

import asyncio
from io import BytesIO
from typing import Any, Final

import av

from .arguments import DemoError
from .dashboard import Entities
from .home_api import HomeAssistant
from .house import Device, House
from .wall import LobbyWall

_JPEG: Final = b"\xff\xd8\xff"
_PATIENCE: Final = 60


class _Shown:
    """Keeps what a wall's screen showed, one after the other."""

    def __init__(self, wall: LobbyWall) -> None:
        """Begin with what it shows now."""
        self._wall = wall
        self._changed = asyncio.Event()
        self.screens: list[tuple[str, str | None]] = [wall.showing()]
        wall.on_screen_change(self._look)

    async def next(self) -> None:
        """Wait for another screen."""
        self._changed.clear()
        await self._changed.wait()

    def _look(self) -> None:
        """Write down what is new."""
        if (screen := self._wall.showing()) != self.screens[-1]:
            self.screens.append(screen)
            self._changed.set()


async def check(home: HomeAssistant, house: House, entities: Entities) -> list[str]:
    """Return what was seen; raises DemoError for what did not come in time."""
    seen = []
    shown = _Shown(house.wall)
    event = entities.find(house.gate, "event", "license_plate") or ""
    state = await _wait_for_event(home, event)
    seen.append(f"plate {state['attributes']['number']} ({state['attributes']['event_type']}) in {event}")
    for key in ("overview", "plate"):
        image = entities.find(house.gate, "image", key) or ""
        picture = await home.get_bytes(f"/api/image_proxy/{image}")
        if not picture.startswith(_JPEG):
            raise DemoError(f"{image} has no picture")
        seen.append(f"{len(picture)} bytes of JPEG in {image}")
    watched: tuple[tuple[Device, int | None], ...] = ((house.gate, None), (house.recorder, 1))
    for device, channel in watched:
        camera = entities.find(device, "camera", "sub", channel) or ""
        width, height = await _watch(home, camera)
        seen.append(f"live video of {width}x{height} from {camera}")
    return [*seen, *await _check_wall(home, house, entities, shown)]


async def _check_wall(home: HomeAssistant, house: House, entities: Entities, shown: _Shown) -> list[str]:
    """Follow the wall's screen to the gate and back to its panel."""
    panel = house.wall.panels[0]
    select = entities.find(house.wall, "select", "panel") or ""
    state = await home.get_json(f"/api/states/{select}")
    if state is None or state["state"] != panel.name:
        raise DemoError(f"{select or 'the select of the panel'} does not show {panel.name}: {state}")
    camera = house.gate_on_wall
    if camera is None:
        raise DemoError("the gate's camera is not on the wall")
    steps = [("panel", panel.id), ("camera", camera.id), ("panel", panel.id)]
    try:
        async with asyncio.timeout(_PATIENCE):
            while shown.screens[:3] != steps:
                await shown.next()
    except TimeoutError:
        raise DemoError(f"the wall did not go from its panel to the gate and back: {shown.screens}") from None
    picture = await home.get_bytes(f"/api/camera_proxy/{entities.monitor}")
    if not picture.startswith(_JPEG):
        raise DemoError("there is no picture of the wall's monitor")
    return [
        f"{select} shows {panel.name}; a blocked plate filled the wall with {camera.name}, and it went back",
        f"{len(picture)} bytes of JPEG in {entities.monitor}",
    ]


async def _wait_for_event(home: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Wait until an event entity had an event."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                state: dict[str, Any] | None = await home.get_json(f"/api/states/{entity_id}")
                if state is not None and state["state"] not in ("unknown", "unavailable"):
                    return state
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise DemoError(f"no plate arrived in {entity_id or 'the gate'}") from None


async def _watch(home: HomeAssistant, camera: str) -> tuple[int, int]:
    """Open a camera's live video as a browser does and return the size of its first picture."""
    try:
        async with asyncio.timeout(_PATIENCE):
            stream = await home.command("camera/stream", entity_id=camera)
            playlists = _lines(await home.get_bytes(stream["url"]))
            folder = stream["url"].rpartition("/")[0]
            playlist = f"{folder}/{playlists[0]}"
            media = await home.get_bytes(playlist)
            head = media.decode().partition('EXT-X-MAP:URI="')[2].partition('"')[0]
            folder = playlist.rpartition("/")[0]
            parts = [await home.get_bytes(f"{folder}/{name}") for name in (head, _lines(media)[-1])]
    except TimeoutError:
        raise DemoError(f"no live video came from {camera}") from None
    with av.open(BytesIO(b"".join(parts)), "r") as container:
        frame = next(container.decode(video=0))
    return frame.width, frame.height


def _lines(playlist: bytes) -> list[str]:
    """Return the addresses in a playlist."""
    return [line for line in playlist.decode().splitlines() if line and not line.startswith("#")]
