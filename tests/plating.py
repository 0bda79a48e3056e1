"""What the tests of plates share."""

from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from tests.acting import call
from tests.pushing import device_id
from tests.simulators.device import Simulator
from tests.simulators.plate_database import SimPlate

BEGIN = datetime(2026, 5, 6, 8)  # noqa: DTZ001
END = datetime(2026, 5, 6, 18)  # noqa: DTZ001


def sim_plate(number: str, group: str = "2", **more: Any) -> SimPlate:
    """Return a plate of the simulated database, by default of the allow list."""
    return SimPlate(**{"number": number, "group": group, "begin": BEGIN, "end": END, **more})


def writes(camera: Simulator) -> list[str]:
    """Return the commands so far that could change something of the plates."""
    return [each.command for each in camera.requests if "Plate" in each.command and not each.command.startswith("Get")]


async def ask(
    hass: HomeAssistant, entry: ConfigEntry[Any], camera: Simulator, action: str, **data: Any
) -> dict[str, Any]:
    """Call an action for a camera, and return what it says of it."""
    target = device_id(hass, entry, camera)
    devices = await call(hass, action, {"device_id": target}, asks=True, **data)
    assert devices.keys() == {target}
    answer = devices[target]
    assert isinstance(answer, dict)
    return answer


async def do(hass: HomeAssistant, entry: ConfigEntry[Any], camera: Simulator, action: str, **data: Any) -> None:
    """Call an action for a camera, without a look at the response."""
    await call(hass, action, {"device_id": device_id(hass, entry, camera)}, **data)
