"""What the tests of plates share."""

from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from tests.acting import call
from tests.pushing import device_id
from tests.simulators.device import Handler, Simulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.plate_database import SimPlate
from tests.simulators.state import Answer, Request

BEGIN = datetime(2026, 5, 6, 8)  # noqa: DTZ001
END = datetime(2026, 5, 6, 18)  # noqa: DTZ001


def sim_plate(number: str, group: str = "2", **more: Any) -> SimPlate:
    """Return a plate of the simulated database, by default of the allow list."""
    return SimPlate(**{"number": number, "group": group, "begin": BEGIN, "end": END, **more})


def writes(camera: Simulator) -> list[str]:
    """Return the commands so far that could change something of the plates."""
    return [each.command for each in camera.requests if "Plate" in each.command and not each.command.startswith("Get")]


def unmoved(camera: IpcV2Simulator) -> Handler:
    """Return a ModifyLicensePlate that says yes and does nothing."""
    return lambda _request: camera.succeed()


def of_minutes(camera: IpcV2Simulator) -> Handler:
    """Return a ModifyLicensePlate that keeps no seconds."""
    modify = camera.commands["ModifyLicensePlate"]

    def keep(request: Request) -> Answer:
        answer = modify(request)
        for plate in camera.database.plates:
            plate.begin, plate.end = plate.begin.replace(second=0), plate.end.replace(second=0)
        return answer

    return keep


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
