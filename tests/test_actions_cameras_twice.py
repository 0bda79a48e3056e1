"""Adding a camera once, whatever happens meanwhile, and never to a wall that has no use for its password."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.acting import camera_entity, changing, device_of, do
from tests.conftest import SetUp, SetUpWall
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import until

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)
PASSWORD = "look-Only-42"


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera."""
    async with IpcV2Simulator(username="looker", password=PASSWORD) as camera:
        yield camera


@BOTH_SHAPES
async def test_cancelled_call_adds_once(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Know the camera that a script has added which was stopped before the wall's answer."""
    await set_up(camera)
    await set_up_wall(wall)
    entity_id, before = camera_entity(hass, f"{camera.mac}_main"), len(wall.direct_cameras)
    wall.faults = Faults(delay=0.3, only={"create_camera"})
    script = asyncio.create_task(do(hass, "add_camera", wall, camera_entity=entity_id))
    async with asyncio.timeout(10):
        while len(wall.direct_cameras) == before:  # noqa: ASYNC110  the device's own state tells no events
            await asyncio.sleep(0.01)
    script.cancel()
    await asyncio.gather(script, return_exceptions=True)
    wall.faults = Faults()
    for key in ("main", "sub"):
        with pytest.raises(ServiceValidationError, match="already"):
            await do(hass, "add_camera", wall, camera_entity=camera_entity(hass, f"{camera.mac}_{key}"))
    assert len(wall.direct_cameras) == before + 1


async def test_call_that_is_cancelled_early(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Add the camera at the next call when the first one was stopped before the wall was asked."""
    await set_up(camera)
    await set_up_wall(wall)
    entity_id, before = camera_entity(hass, f"{camera.mac}_main"), len(wall.direct_cameras)
    wall.requests.clear()
    script = asyncio.create_task(do(hass, "add_camera", wall, camera_entity=entity_id))
    await until(lambda: script.done() or bool(wall.requests))
    script.cancel()
    await asyncio.gather(script, return_exceptions=True)
    assert changing(wall) == []
    await do(hass, "add_camera", wall, camera_entity=entity_id)
    assert len(wall.direct_cameras) == before + 1


@BOTH_SHAPES
async def test_calls_at_the_same_time_add_once(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Add a camera once when several automations add it at the same time, and tell the others."""
    await set_up(camera)
    await set_up_wall(wall)
    before = len(wall.direct_cameras)
    entities = [camera_entity(hass, f"{camera.mac}_{key}") for key in ("main", "sub", "main")]
    results = await asyncio.gather(
        *[do(hass, "add_camera", wall, camera_entity=entity_id) for entity_id in entities], return_exceptions=True
    )
    assert len(wall.direct_cameras) == before + 1
    refused = [result for result in results if result is not None]
    assert len(refused) == 2
    assert all(isinstance(result, ServiceValidationError) and "already" in str(result) for result in refused)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("add_camera", {"camera_entity": "it"}),
        ("update_camera", {"camera_entity": "it", "camera": "Yard"}),
        ("replace_cameras", {"cameras": [{"camera_entity": "it"}], "confirm": True}),
        ("delete_camera", {"camera": "Yard"}),
    ],
)
async def test_wall_that_has_gone_over_to_a_mobile_bridge(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    action: str,
    data: dict[str, Any],
) -> None:
    """Send no password to a wall that has another source of cameras since a moment ago."""
    await set_up(camera)
    await set_up_wall(wall)
    wall.settings["VideoSource"] = "mobilebridge"
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    filled = {name: entity_id if given == "it" else given for name, given in data.items()}
    if "cameras" in filled:
        filled["cameras"] = [{"camera_entity": entity_id}]
    with pytest.raises(ServiceValidationError, match="Mobile Bridge"):
        await do(hass, action, wall, **filled)
    assert changing(wall) == []
    assert [request for request in wall.requests if PASSWORD.encode() in request.body] == []


async def test_no_password_for_the_whole_house_where_one_wall_has_a_mobile_bridge(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Touch no wall when one of several cannot take the camera."""
    async with ThinClientSimulator(name="Canteen wall", serial="585b69770202") as other:
        await set_up(camera)
        await set_up_wall(wall)
        await set_up_wall(other)
        other.settings["VideoSource"] = "mobilebridge"
        target = {"device_id": [device_of(hass, each) for each in (wall, other)]}
        data = {"camera_entity": camera_entity(hass, f"{camera.mac}_main")}
        with pytest.raises(HomeAssistantError, match="Mobile Bridge"):
            await hass.services.async_call(DOMAIN, "add_camera", data, target=target, blocking=True)
        assert changing(wall) == changing(other) == []
