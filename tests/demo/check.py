"""Prove that a running demo works: plates, pictures, live video, the gate and the wall, all through Home Assistant."""

import asyncio
from io import BytesIO
from typing import Any, Final

import av

from .arguments import DemoError
from .check_push import check_push
from .entities import Entities
from .gate import REGULAR_VISITOR, GateCamera
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


class _Opened:
    """Keeps before which plate the gate opened and closed."""

    def __init__(self, gate: GateCamera) -> None:
        """Begin with a gate that nobody has opened."""
        self._gate = gate
        self._closed = asyncio.Event()
        self.plates: list[str | None] = []
        gate.on_gate(self._look)

    async def closed_after(self, plate: str) -> None:
        """Wait until it opened for a plate and closed again."""
        while plate not in self.plates or self._gate.is_open:
            self._closed.clear()
            await self._closed.wait()

    def _look(self, is_open: bool) -> None:
        """Note for whom it opens."""
        if is_open:
            self.plates.append(self._gate.plate_in_view)
        else:
            self._closed.set()


async def check(home: HomeAssistant, house: House, entities: Entities) -> list[str]:
    """Return what was seen; raises DemoError for what did not come in time."""
    # What takes longest begins first.
    plates, push = await asyncio.gather(_check_plates(home, house, entities), check_push(home, house, entities))
    return [*plates, *push]


async def _check_plates(home: HomeAssistant, house: House, entities: Entities) -> list[str]:
    """Follow the first plates to pictures, gate and wall."""
    shown, opened = _Shown(house.wall), _Opened(house.gate)
    allowed = await _allow_visitor(home, entities.find(house.gate, "sensor", "last_plate") or "")
    event = entities.find(house.gate, "event", "license_plate") or ""
    first = await _wait_for_event(home, event)
    # Other plates follow at once: somebody must look at each while something else is checked.
    pictures, gate, wall = await asyncio.gather(
        _check_pictures(home, house, entities, event, first),
        _check_gate(home, house, event, opened),
        _check_wall(home, house, entities, shown),
    )
    return [allowed, *pictures, *gate, *wall]


async def _check_pictures(
    home: HomeAssistant, house: House, entities: Entities, event: str, state: dict[str, Any]
) -> list[str]:
    """Look at the pictures of the first plate, and at live video."""
    seen = [f"plate {state['attributes']['number']} ({state['attributes']['event_type']}) in {event}"]
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
    return seen


async def _allow_visitor(home: HomeAssistant, last_plate: str) -> str:
    """Put a plate on the allow list as a user of Home Assistant does."""
    if REGULAR_VISITOR in await _allowed(home, last_plate):
        raise DemoError(f"{REGULAR_VISITOR} is on the allow list before anybody added it")
    plates = [{"number": REGULAR_VISITOR, "list": "allow", "owner": "Regular visitor"}]
    answer = await home.act("viewwall.add_plates", entity_id=last_plate, plates=plates)
    if answer["added"] != [REGULAR_VISITOR] or answer["failed"]:
        raise DemoError(f"{REGULAR_VISITOR} could not be added: {answer}")
    allowed = await _allowed(home, last_plate)
    if REGULAR_VISITOR not in allowed:
        raise DemoError(f"{REGULAR_VISITOR} was added, but is not on the list: {allowed}")
    return f"{REGULAR_VISITOR} was added to the allow list, which is now {', '.join(allowed)}"


async def _allowed(home: HomeAssistant, last_plate: str) -> list[str]:
    """Return the plates of the allow list, as Home Assistant lists them."""
    answer = await home.act("viewwall.list_plates", entity_id=last_plate, list="allow")
    return [plate["number"] for plate in answer["plates"]]


async def _check_gate(home: HomeAssistant, house: House, event: str, opened: _Opened) -> list[str]:
    """See the allowed visitor in Home Assistant and at the open gate."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while (state := await _wait_for_event(home, event))["attributes"]["number"] != REGULAR_VISITOR:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
            await opened.closed_after(REGULAR_VISITOR)
    except TimeoutError:
        raise DemoError(f"the gate did not open for {REGULAR_VISITOR}, but for {opened.plates}") from None
    if (listed := state["attributes"]["event_type"]) != "allow":
        raise DemoError(f"{REGULAR_VISITOR} was allowed, but its visit says {listed}")
    log = house.gate.output_log
    if log[-2:] != [(1, True), (1, False)]:
        raise DemoError(f"the output was not switched on and off: {log}")
    return [
        f"{REGULAR_VISITOR} came, {event} says {listed}; output 1 went on and off again, the gate opened and closed"
    ]


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
