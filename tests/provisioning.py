"""What the tests of a camera's own addresses share."""

from copy import deepcopy

from homeassistant.components import webhook
from homeassistant.core import HomeAssistant

from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.pushing import entity_id
from tests.simulators.ipc import CameraSimulator
from tests.simulators.state import HttpPostSlot

OTHERS = (
    HttpPostSlot(
        id=1, switch=True, protocol="https", domain="bridge.example", port=5050, path="/API?a=1&b=<2>",
        heartbeat=False, interval=90, data_types=("traject",), events=("MOTION",),
    ),
    HttpPostSlot(id=3, switch=False, domain="192.0.2.77", port=81, path="/paused", data_types=(), events=()),
    HttpPostSlot(id=2, switch=True, domain="192.0.2.78", port=5002, path="/API"),
)  # fmt: skip
"""Slots of others; the second one is switched off."""


def occupy(camera: CameraSimulator, *slots: HttpPostSlot) -> list[HttpPostSlot]:
    """Let others use slots of a camera; return copies of them in their order."""
    for slot in slots:
        camera.http_post[slot.id - 1] = deepcopy(slot)
    return sorted((deepcopy(slot) for slot in slots), key=lambda slot: slot.id)


def held(camera: CameraSimulator) -> list[HttpPostSlot]:
    """Return the addresses of a camera that are not empty."""
    return [slot for slot in camera.slots() if slot.domain]


def writes(camera: CameraSimulator) -> int:
    """Count what was written to the addresses of a camera."""
    return len(camera.http_post_writes)


def path_of(entry: ViewWallConfigEntry) -> str:
    """Return the path of an entry's webhook."""
    return webhook.async_generate_path(entry.data["webhook_id"])


async def turn(hass: HomeAssistant, camera: CameraSimulator, *, on: bool) -> None:
    """Turn the switch as a user does."""
    target = {"entity_id": entity_id(hass, camera, "switch.push_subscription")}
    await hass.services.async_call("switch", f"turn_{'on' if on else 'off'}", target, blocking=True)
    await hass.async_block_till_done()
