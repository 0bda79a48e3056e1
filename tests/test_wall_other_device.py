"""Another device at the address of a wall: it is told nothing, asked for nothing, and nothing of it is shown."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.viewwall.const import CONF_SESSION, DOMAIN
from tests.acting import camera_entity, changing, device_of
from tests.conftest import Later, SetUp, SetUpWall
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import FOUR, POLL, WIDE, act, choose, enable, press, steering, value

TAG = "of the canteen"
PASSWORD = "look-Only-42"
BOTH_ACTIONS = pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
type Hand = Callable[[HomeAssistant, ThinClientSimulator], Awaitable[None]]


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run the device that is ours."""
    async with ThinClientSimulator() as wall:
        yield wall


@pytest.fixture(name="other")
async def _other(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Make another wall of the same house: the same password, panels with the same ids; it does not listen yet."""
    other = ThinClientSimulator(name=f"Wall {TAG}", serial="585b69770999")
    other.firmware = "9.9.9.9"
    for panel in other.panels:
        panel.name += f" {TAG}"
    for camera in other.direct_cameras:
        camera.name += f" {TAG}"
    other.active_panel = WIDE
    yield other
    await other.stop()


async def trade_places(gone: ThinClientSimulator, come: ThinClientSimulator, later: Later | None = None) -> None:
    """Let one device take the address of another, which is restarted somewhere else; `later` polls in between."""
    host, port = gone.host, gone.port
    gone.expire_sessions()
    await gone.stop()
    if later is not None:
        await later(POLL)
    await come.start(host, port)


def everything(hass: HomeAssistant) -> str:
    """Return all that a user can see."""
    devices = [(device.name, device.sw_version, device.serial_number) for device in dr.async_get(hass).devices]
    return repr(([state.as_dict() for state in hass.states.async_all()], devices))


@BOTH_ACTIONS
async def test_return_waits_for_our_wall(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    other: ThinClientSimulator,
    action: str,
    data: dict[str, Any],
) -> None:
    """Be unavailable, leave the other wall alone, and go back when our own wall is there again."""
    entry = await set_up_wall(wall)
    await later(POLL)
    await act(hass, action, wall, **data, duration=30)
    shown = wall.showing()
    await trade_places(wall, other, later)
    for _ in range(6):
        await later(POLL)
        assert value(hass, wall, "panel") == value(hass, wall, "full_screen") == STATE_UNAVAILABLE
        assert other.sessions == []
    for secret in (TAG, "9.9.9.9", other.serial):
        assert secret not in everything(hass)
    assert changing(other) == []
    assert other.most_sessions == 1
    assert {request.call for request in other.requests} <= {
        "create_session", "delete_session", "list_panels", "read_settings"
    }  # fmt: skip
    assert entry.state is ConfigEntryState.LOADED
    assert wall.showing() == shown

    await trade_places(other, wall)
    for _ in range(3):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert value(hass, wall, "panel") == "Four view"
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)
    assert changing(other) == []


def _act(action: str, **data: Any) -> Hand:
    """Return a hand that calls an action."""

    async def _hand(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
        await act(hass, action, wall, **data)

    return _hand


def _choose(key: str, option: str) -> Hand:
    """Return a hand that chooses an option."""

    async def _hand(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
        await choose(hass, wall, key, option)

    return _hand


def _press(key: str) -> Hand:
    """Return a hand that presses a button."""

    async def _hand(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
        await press(hass, wall, key)

    return _hand


HANDS = {
    "show_panel": _act("show_panel", panel="Four view"),
    "show_panel for a while": _act("show_panel", panel="Four view", duration=30),
    "show_camera": _act("show_camera", camera="Yard"),
    "set_cell": _act("set_cell", cell=1, camera="Yard"),
    "wall_ptz_move": _act("wall_ptz_move", cell=3, pan=1),
    "wall_ptz_goto_preset": _act("wall_ptz_goto_preset", cell=3, preset="Home"),
    "create_panel": _act("create_panel", name="New", width=1, height=1),
    "update_panel": _act("update_panel", panel="Four view", name="New"),
    "delete_panel": _act("delete_panel", panel="Four view"),
    "delete_camera": _act("delete_camera", camera="Yard"),
    "update_settings": _act("update_settings", settings={"DeviceName": "New"}),
    "restore_factory_defaults": _act("restore_factory_defaults", confirm=True),
    "panel": _choose("panel", "Four view"),
    "full_screen": _choose("full_screen", "Yard"),
    "cell": _choose("cell_1", "Yard"),
    "ptz preset": _choose("ptz_preset_3", "Home"),
    "restart": _press("restart"),
    "stop_display": _press("stop_display"),
    "refresh_panels": _press("refresh_panels"),
}


LOOK_FIRST = (
    "show_panel", "show_panel for a while", "show_camera", "set_cell", "create_panel", "update_panel", "delete_panel",
    "panel", "full_screen", "cell", "stop_display", "refresh_panels",
)  # fmt: skip
"""The hands that look at the wall before they touch it."""


@pytest.mark.parametrize("hand", LOOK_FIRST)
async def test_other_wall_is_noticed_by_the_hand(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    other: ThinClientSimulator,
    hand: str,
) -> None:
    """Carry out nothing on another wall, not even before the first poll that sees it, and say why."""
    entry = await set_up_wall(wall)
    await enable(hass, entry, wall, "button.refresh_panels")
    await later(POLL)
    await trade_places(wall, other)
    with pytest.raises(HomeAssistantError, match=r"[Aa]nother device"):
        await HANDS[hand](hass, wall)
    assert changing(other) == []
    await later(POLL)
    assert other.sessions == []
    assert TAG not in everything(hass)


@pytest.mark.parametrize("hand", HANDS)
async def test_other_wall_is_noticed_by_a_poll(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    other: ThinClientSimulator,
    hand: str,
) -> None:
    """Carry out nothing on another wall; an entity that is unavailable is left out without an error."""
    entry = await set_up_wall(wall)
    await enable(hass, entry, wall, "button.refresh_panels")
    await later(POLL)
    await trade_places(wall, other)
    await later(POLL)
    assert value(hass, wall, "panel") == STATE_UNAVAILABLE
    with suppress(HomeAssistantError):
        await HANDS[hand](hass, wall)
    assert changing(other) == []
    assert other.sessions == []
    assert TAG not in everything(hass)


@pytest.mark.parametrize("polled", [False, True], ids=["at once", "after a poll"])
async def test_no_login_reaches_another_wall(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    other: ThinClientSimulator,
    polled: bool,
) -> None:
    """Give no camera's login to another wall."""
    async with IpcV2Simulator(username="looker", password=PASSWORD) as camera:
        await set_up(camera)
        await set_up_wall(wall)
        entity_id, wide = camera_entity(hass, f"{camera.mac}_main"), device_of(hass, wall)
        await trade_places(wall, other)
        if polled:
            await later(POLL)
        for action, data in (
            ("add_camera", {"camera_entity": entity_id}),
            ("update_camera", {"camera_entity": entity_id, "camera": "Yard"}),
            ("replace_cameras", {"cameras": [{"camera_entity": entity_id}], "confirm": True}),
        ):
            with pytest.raises(HomeAssistantError):
                await hass.services.async_call(DOMAIN, action, data, target={"device_id": wide}, blocking=True)
    assert changing(other) == []
    assert [request for request in other.requests if PASSWORD.encode() in request.body] == []


class Host:
    """A host that takes everything and answers as a router's page does."""

    def __init__(self) -> None:
        """Have heard nothing."""
        self.heard = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep what comes, and answer each request."""
        page = b"<html>Welcome</html>"
        while head := await reader.read(65536):
            self.heard += head
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
            await writer.drain()
        writer.close()


async def test_host_that_is_no_thin_client(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Tell a host that is no Thin Client neither session nor password at a start, and go on when ours is back."""
    entry = await set_up_wall(wall)
    token = entry.options[CONF_SESSION]
    host, port = wall.host, wall.port
    wall.faults.refuse_connections = True
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.options[CONF_SESSION] == token
    await wall.stop()
    stranger = Host()
    server = await asyncio.start_server(stranger.serve, host, port)
    await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(3):
        await later(60)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == []
    assert entry.reason is not None
    assert stranger.heard
    for secret in (token, wall.password):
        assert secret.encode() not in stranger.heard
    server.close()
    server.close_clients()
    await server.wait_closed()
    wall.faults.refuse_connections = False
    await wall.start(host, port)
    await later(600)
    assert value(hass, wall, "panel") == "Four view"
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)
    assert steering(wall) == []
