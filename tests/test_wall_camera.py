"""Stills of a wall's cameras, through Home Assistant's own addresses."""

import asyncio
from datetime import datetime
from http import HTTPStatus
import logging
from typing import Any, override
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.camera.const import CameraEntityFeature
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape, WallCamera, camera_at

CAMERA_PACE = 301
"""Seconds after which the cameras were listed again."""


class Remembering(ThinClientSimulator):
    """A wall that remembers the pictures it gave away."""

    def __init__(self, **settings: Any) -> None:
        """Start without any."""
        super().__init__(**settings)
        self.given: list[bytes] = []

    @override
    def still(self, camera: WallCamera, moment: datetime | None = None) -> bytes:
        picture = super().still(camera, moment)
        self.given.append(picture)
        return picture


def entry_of(hass: HomeAssistant, wall: ThinClientSimulator, camera: WallCamera) -> er.RegistryEntry:
    """Return the registry's entry for a camera of a wall."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("camera", DOMAIN, f"{wall.serial}_camera_{camera.id}")
    entry = registry.async_get(entity_id or "")
    assert entry is not None, camera.name
    return entry


def state_of(hass: HomeAssistant, wall: ThinClientSimulator, camera: WallCamera) -> State:
    """Return the state of a camera of a wall."""
    state = hass.states.get(entry_of(hass, wall, camera).entity_id)
    assert state is not None, camera.name
    return state


def address_of(hass: HomeAssistant, wall: ThinClientSimulator, camera: WallCamera) -> str:
    """Return the address of a camera's picture."""
    return f"/api/camera_proxy/{entry_of(hass, wall, camera).entity_id}"


def asked(wall: ThinClientSimulator, camera: WallCamera) -> int:
    """Count the requests for a camera's picture."""
    return sum(request.path == f"/Camera/{camera.id}/Jpeg" for request in wall.requests)


# Which cameras there are.


@pytest.mark.parametrize("shape", list(Shape))
async def test_every_camera_of_the_wall(hass: HomeAssistant, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Show each camera under its own name, by stills alone, and ask for none while nobody looks."""
    async with ThinClientSimulator(shape=shape) as wall:
        await set_up_wall(wall)
        for camera in wall.cameras:
            state = state_of(hass, wall, camera)
            assert state.state == "idle"
            assert state.name == f"Lobby wall {camera.name}"
            assert state.attributes["supported_features"] == CameraEntityFeature(0)
        assert entry_of(hass, wall, wall.cameras[0]).entity_id == "camera.lobby_wall_gate"
        assert len(hass.states.async_all("camera")) == len(wall.cameras)

        assert not [request for request in wall.requests if request.call == "camera_picture"]


async def test_the_first_eight_are_on(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up_wall: SetUpWall
) -> None:
    """Leave the ninth and tenth camera off, and show them to who switches them on."""
    async with ThinClientSimulator() as wall:
        wall.direct_cameras += [camera_at(f"Hall {number}", "192.0.2.50") for number in range(5)]
        entry = await set_up_wall(wall)
        disabled = [entry_of(hass, wall, camera).disabled_by for camera in wall.cameras]
        assert disabled == [None] * 8 + [er.RegistryEntryDisabler.INTEGRATION] * 2
        last = wall.cameras[-1]
        er.async_get(hass).async_update_entity(entry_of(hass, wall, last).entity_id, disabled_by=None)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        assert state_of(hass, wall, last).state == "idle"
        client = await hass_client()

        assert (await client.get(address_of(hass, wall, last))).status == HTTPStatus.OK


async def test_same_and_reserved_names(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Show cameras of the same name, and one called like a state of a cell, each as itself."""
    async with ThinClientSimulator() as wall:
        wall.cameras[1].name = "Gate"
        wall.cameras[2].name = "blank"
        await set_up_wall(wall)
        names = [state_of(hass, wall, camera).name for camera in wall.cameras[:3]]

        assert names == ["Lobby wall Gate", "Lobby wall Gate", "Lobby wall blank"]
        assert len({entry_of(hass, wall, camera).entity_id for camera in wall.cameras}) == 5


async def test_renamed_camera(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall) -> None:
    """Follow a camera's new name, under its old id."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        wall.cameras[0].name = "Main gate"
        await later(CAMERA_PACE)

        assert state_of(hass, wall, wall.cameras[0]).name == "Lobby wall Main gate"
        assert entry_of(hass, wall, wall.cameras[0]).original_name == "Main gate"
        assert entry_of(hass, wall, wall.cameras[0]).entity_id == "camera.lobby_wall_gate"


async def test_new_camera(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, later: Later, set_up_wall: SetUpWall
) -> None:
    """Show a camera that the wall got later, without a reload."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        client = await hass_client()
        wall.direct_cameras.append(camera_at("Roof", "192.0.2.46"))
        await later(CAMERA_PACE)
        assert state_of(hass, wall, wall.cameras[-1]).name == "Lobby wall Roof"

        assert (await client.get(address_of(hass, wall, wall.cameras[-1]))).status == HTTPStatus.OK


async def test_removed_camera(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, later: Later, set_up_wall: SetUpWall
) -> None:
    """Say that a camera is gone, ask for no picture of it, and show it again when it comes back."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        client = await hass_client()
        gone = wall.direct_cameras.pop(0)
        await later(CAMERA_PACE)
        assert state_of(hass, wall, gone).state == STATE_UNAVAILABLE
        assert state_of(hass, wall, wall.cameras[0]).state == "idle"
        assert (await client.get(address_of(hass, wall, gone))).status == HTTPStatus.INTERNAL_SERVER_ERROR
        assert asked(wall, gone) == 0
        wall.direct_cameras.append(gone)
        await later(CAMERA_PACE)
        assert state_of(hass, wall, gone).state == "idle"

        assert (await client.get(address_of(hass, wall, gone))).status == HTTPStatus.OK


async def test_removed_camera_can_be_deleted(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall) -> None:
    """Leave a camera that went while Home Assistant was away to the user, under its name; it may come back."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        gone = wall.direct_cameras.pop(0)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        assert state_of(hass, wall, gone).state == STATE_UNAVAILABLE
        assert state_of(hass, wall, gone).attributes["restored"] is True
        assert state_of(hass, wall, gone).name == "Lobby wall Gate"
        wall.direct_cameras.append(gone)
        await later(CAMERA_PACE)
        assert state_of(hass, wall, gone).state == "idle"
        wall.direct_cameras.remove(gone)
        await later(CAMERA_PACE)
        entity_id = entry_of(hass, wall, gone).entity_id
        er.async_get(hass).async_remove(entity_id)
        await hass.async_block_till_done()
        assert hass.states.get(entity_id) is None
        wall.direct_cameras.append(gone)
        await later(CAMERA_PACE)

        assert state_of(hass, wall, gone).state == "idle"


async def test_another_video_source(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall) -> None:
    """Show the Mobile Bridge's cameras once the video comes from there, and the others no more."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        own = list(wall.cameras)
        wall.settings["VideoSource"] = "mobilebridge"
        await later(CAMERA_PACE)

        assert {state_of(hass, wall, camera).state for camera in own} == {STATE_UNAVAILABLE}
        assert {state_of(hass, wall, camera).state for camera in wall.bridge_cameras} == {"idle"}


# Pictures.


@pytest.mark.parametrize("shape", list(Shape))
async def test_picture(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up_wall: SetUpWall, shape: Shape
) -> None:
    """Hand on the wall's own JPEG, of the right camera, as it is."""
    async with Remembering(shape=shape) as wall:
        await set_up_wall(wall)
        client = await hass_client()
        for camera in wall.cameras[:2]:
            response = await client.get(address_of(hass, wall, camera))
            assert response.status == HTTPStatus.OK
            assert response.content_type == "image/jpeg"
            assert await response.read() == wall.given[-1]
            assert asked(wall, camera) == 1

        assert len(set(wall.given)) == 2


async def test_viewers_share_a_picture(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up_wall: SetUpWall, freezer: FrozenDateTimeFactory
) -> None:
    """Ask the wall once per camera for all who look within 2 s, and once more afterwards."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        client = await hass_client()
        first, second = wall.cameras[:2]
        addresses = [address_of(hass, wall, camera) for camera in (first, second)]
        responses = await asyncio.gather(*(client.get(address) for address in addresses * 3))
        assert {response.status for response in responses} == {HTTPStatus.OK}
        assert (asked(wall, first), asked(wall, second)) == (1, 1)
        freezer.tick(1.9)
        await client.get(addresses[0])
        assert asked(wall, first) == 1
        freezer.tick(0.2)
        await client.get(addresses[0])

        assert (asked(wall, first), asked(wall, second)) == (2, 1)


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize(
    "faults",
    [
        {"garbage": b"<html>no picture</html>"},
        {"garbage": b'{"Links": [], "Data": null, "Version": "2.2.0.0"}'},
        {"garbage": b'{"Links": [], "Data": "", "Version": "2.2.0.0"}'},
        {"garbage": b'{"Links": [], "Data": "AAAA", "Version": "2.2.0.0"}'},
        {"status": 404},
        {"status": 500},
        {"cut": True},
        {"drop": True},
    ],
)
async def test_no_picture(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up_wall: SetUpWall,
    caplog: pytest.LogCaptureFixture,
    faults: dict[str, Any],
    shape: Shape,
) -> None:
    """Show no picture when the wall gives none, without a word in the log, and the next one when it does again."""
    async with ThinClientSimulator(shape=shape) as wall:
        await set_up_wall(wall)
        client = await hass_client()
        camera = wall.cameras[0]
        caplog.clear()
        wall.faults = Faults(only={"camera_picture"}, **faults)
        assert (await client.get(address_of(hass, wall, camera))).status == HTTPStatus.INTERNAL_SERVER_ERROR
        assert state_of(hass, wall, camera).state == "idle"
        ours = [record for record in caplog.records if "viewwall" in record.name]
        assert not [record for record in ours if record.levelno > logging.DEBUG]
        wall.faults = Faults()
        with patch("custom_components.viewwall.video.SNAPSHOT_AGE", 0):
            assert (await client.get(address_of(hass, wall, camera))).status == HTTPStatus.OK


async def test_camera_without_video(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up_wall: SetUpWall
) -> None:
    """Show the others while one camera delivers nothing to the wall."""
    async with ThinClientSimulator() as wall:
        wall.cameras[0].online = False
        await set_up_wall(wall)
        client = await hass_client()
        statuses = [(await client.get(address_of(hass, wall, camera))).status for camera in wall.cameras[:2]]

        assert statuses == [HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.OK]


async def test_picture_after_the_session_ended(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up_wall: SetUpWall
) -> None:
    """Open one new session, and no second one beside it, when many look after the old one has expired."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        client = await hass_client()
        wall.expire_sessions()
        responses = await asyncio.gather(*(client.get(address_of(hass, wall, camera)) for camera in wall.cameras))

        assert {response.status for response in responses} == {HTTPStatus.OK}
        assert (len(wall.sessions), wall.most_sessions) == (1, 1)


async def test_commands_pass_waiting_pictures(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up_wall: SetUpWall
) -> None:
    """Carry out a command behind the picture that is under way, not behind all that are waited for."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        client = await hass_client()
        await client.get(address_of(hass, wall, wall.cameras[0]))
        wall.requests.clear()
        wall.faults = Faults(only={"camera_picture"}, delay=0.1)
        viewers = [asyncio.create_task(client.get(address_of(hass, wall, camera))) for camera in wall.cameras[1:]]
        async with asyncio.timeout(5):
            while not wall.requests:  # noqa: ASYNC110  the simulator tells nobody
                await asyncio.sleep(0)
        await entry.runtime_data.display.stop()
        before = [request.call for request in wall.requests]
        await asyncio.gather(*viewers)

        assert before.index("stop_display") <= 3
        assert before.count("camera_picture") < 4
        assert [request.call for request in wall.requests].count("camera_picture") == 4


# Away and back.


@pytest.mark.parametrize("shape", list(Shape))
async def test_wall_away(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    later: Later,
    set_up_wall: SetUpWall,
    shape: Shape,
) -> None:
    """Say that the cameras cannot be seen while the wall does not answer, and show them when it does again."""
    async with ThinClientSimulator(shape=shape) as wall:
        await set_up_wall(wall)
        client = await hass_client()
        wall.faults.refuse_connections = True
        await later(11)
        assert {state_of(hass, wall, camera).state for camera in wall.cameras} == {STATE_UNAVAILABLE}
        response = await client.get(address_of(hass, wall, wall.cameras[0]))
        assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
        wall.faults = Faults()
        await later(61)
        assert {state_of(hass, wall, camera).state for camera in wall.cameras} == {"idle"}

        assert (await client.get(address_of(hass, wall, wall.cameras[0]))).status == HTTPStatus.OK
