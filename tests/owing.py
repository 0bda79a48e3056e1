"""What the tests of outputs and of what is owed share: ordering, and looking at what arrived at the device."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.viewwall.const import DOMAIN
from tests.pushing import entity_id
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Shape
from tests.walls import until

KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]
DEVICES = [(kind, shape) for kind in KINDS for shape in Shape]
"""All kinds in both shapes."""
CAMERAS = [IpcV1Simulator, IpcV2Simulator]
RECORDERS = [NvrV1Simulator, NvrV2Simulator]
CHANGING = (
    "Set",
    "Add",
    "Modify",
    "Delete",
    "PtzControl",
    "PtzGoto",
    "PtzRun",
    "PtzStop",
    "Manual",
    "Reboot",
    "Trigger",
)
"""How the names of commands begin that change something."""


def switch_of(hass: HomeAssistant, device: ViewtronSimulator, output: int = 1) -> str:
    """Return the entity id of an output's switch."""
    return entity_id(hass, device, f"switch.alarm_output_{output}")


def shown(hass: HomeAssistant, device: ViewtronSimulator, output: int = 1) -> str:
    """Return what an output's switch shows."""
    found = hass.states.get(switch_of(hass, device, output))
    assert found is not None
    return found.state


def pulse(hass: HomeAssistant, device: ViewtronSimulator, output: int = 1, **data: Any) -> asyncio.Task[Any]:
    """Begin to pulse an output as a script does; cancelling the task is stopping the script."""
    return asyncio.create_task(
        hass.services.async_call(
            DOMAIN, "pulse_output", data, target={"entity_id": switch_of(hass, device, output)}, blocking=True
        )
    )


async def order(hass: HomeAssistant, device: ViewtronSimulator, service: str, output: int = 1) -> None:
    """Switch an output as a user does."""
    await hass.services.async_call("switch", service, {"entity_id": switch_of(hass, device, output)}, blocking=True)


async def press(hass: HomeAssistant, device: ViewtronSimulator, key: str) -> None:
    """Press a button of a device as a user does."""
    data = {"entity_id": entity_id(hass, device, f"button.{key}")}
    await hass.services.async_call("button", "press", data, blocking=True)


async def orders(device: ViewtronSimulator, *expected: tuple[int, bool]) -> None:
    """Wait until these orders, and no others, have arrived at the outputs and were answered."""
    await until(lambda: len(device.output_log) >= len(expected))
    # The last answer is still on its way, and time must not jump over it.
    for _ in range(300):
        await asyncio.sleep(0)
    assert device.output_log == list(expected)


def debts(stored: dict[str, Any], entry_id: str) -> list[tuple[str, int]]:
    """Return what is written down as owed to a device."""
    memory = stored.get(f"{DOMAIN}.{entry_id}")
    return [] if memory is None else [(debt["kind"], debt["number"]) for debt in memory["data"]["debts"]]


def repair(hass: HomeAssistant, entry_id: str, output: int = 1) -> ir.IssueEntry | None:
    """Return the repair that says that an output may still be on, if there is one."""
    found = ir.async_get(hass).async_get_issue(DOMAIN, f"output_off_{output}_{entry_id}")
    return found if found is not None and found.active else None


def changing(device: ViewtronSimulator) -> list[str]:
    """Return the commands so far that could change something, without those that were refused for want of a login."""
    return [
        request.command for request in device.requests if request.authorised and request.command.startswith(CHANGING)
    ]
