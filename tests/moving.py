"""What the tests of cameras that move share."""

import asyncio
from collections.abc import Callable

from homeassistant.core import HomeAssistant

from tests.pushing import entity_id, state
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.ptz import ACTIONS
from tests.simulators.state import Request, Shape

CAMERAS: tuple[type[ViewtronSimulator], ...] = (IpcV1Simulator, IpcV2Simulator)
KINDS: tuple[type[ViewtronSimulator], ...] = (*CAMERAS, NvrV1Simulator, NvrV2Simulator)
MOVING = [(kind, shape) for kind in (*CAMERAS, NvrV2Simulator) for shape in Shape]
"""The kinds that tell which cameras move, in both shapes."""
EVERY = [(kind, shape) for kind in KINDS for shape in Shape]


def channel_of(device: ViewtronSimulator) -> int | None:
    """Return the recorder's channel that moves in these tests; None for a camera, which has but one."""
    return 2 if device.nvr else None


def asked(device: ViewtronSimulator, *commands: str) -> list[Request]:
    """Return the requests so far of these commands, with a login."""
    return [request for request in device.requests if request.authorised and request.command in commands]


def sent(device: ViewtronSimulator) -> list[str]:
    """Return the commands so far that were more than questions."""
    return [
        request.command
        for request in device.requests
        if request.authorised and not request.command.startswith(("Get", "PtzGet"))
    ]


def movements(device: ViewtronSimulator) -> list[tuple[int, str]]:
    """Return what a device has carried out: channel and action."""
    assert all(speed is not None for _, action, speed in device.ptz_log if action in ACTIONS)
    return [(channel, action) for channel, action, _ in device.ptz_log]


def options(hass: HomeAssistant, device: ViewtronSimulator, key: str, channel: int | None = None) -> list[str]:
    """Return what a select offers."""
    offered: list[str] = state(hass, device, f"select.{key}", channel).attributes["options"]
    assert len(set(offered)) == len(offered), offered
    return offered


async def choose(
    hass: HomeAssistant, device: ViewtronSimulator, key: str, option: str, channel: int | None = None
) -> None:
    """Choose an option of a select as a user does."""
    data = {"entity_id": entity_id(hass, device, f"select.{key}", channel), "option": option}
    await hass.services.async_call("select", "select_option", data, blocking=True)
    await hass.async_block_till_done()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is the case for which a device has to be asked, also while time stands still."""
    for _ in range(200_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError
