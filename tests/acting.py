"""What the tests of the actions share: calling them as a user does."""

from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.viewwall.const import DOMAIN
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import registered

READING = frozenset(
    {
        "create_session",
        "delete_session",
        "list_panels",
        "list_cameras",
        "list_presets",
        "read_settings",
        "newest_firmware",
        "is_not_registered",
        "camera_picture",
    }
)
"""The calls that change nothing on a wall."""


def device_of(hass: HomeAssistant, wall: ThinClientSimulator) -> str:
    """Return a wall's id in the device registry."""
    device_id = registered(hass, wall, "select.panel").device_id
    assert device_id is not None
    return device_id


def camera_entity(hass: HomeAssistant, unique_id: str) -> str:
    """Return the camera entity with this unique id."""
    entity_id = er.async_get(hass).async_get_entity_id("camera", DOMAIN, unique_id)
    assert entity_id is not None, unique_id
    return entity_id


async def call(
    hass: HomeAssistant,
    action: str,
    target: dict[str, Any] | None = None,
    *,
    context: Context | None = None,
    asks: bool = False,
    **data: Any,
) -> dict[str, Any]:
    """Call an action for a target, and return what it says by device if the caller `asks`."""
    response = await hass.services.async_call(
        DOMAIN, action, data, target=target, blocking=True, return_response=asks, context=context
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    if not asks:
        assert response is None
        return {}
    assert response is not None
    assert response.keys() == {"devices"}
    devices = response["devices"]
    assert isinstance(devices, dict)
    return devices


async def do(hass: HomeAssistant, action: str, *walls: ThinClientSimulator, **data: Any) -> None:
    """Call an action for walls, without a look at the response."""
    await call(hass, action, {"device_id": [device_of(hass, wall) for wall in walls]}, **data)


async def ask(hass: HomeAssistant, action: str, wall: ThinClientSimulator, **data: Any) -> dict[str, Any]:
    """Call an action for a wall, and return what it says of it."""
    device_id = device_of(hass, wall)
    devices = await call(hass, action, {"device_id": device_id}, asks=True, **data)
    assert devices.keys() == {device_id}
    answer = devices[device_id]
    assert isinstance(answer, dict)
    return answer


def changing(wall: ThinClientSimulator) -> list[str | None]:
    """Return the calls so far that can change something on a wall."""
    return [request.call for request in wall.requests if request.call not in READING]
