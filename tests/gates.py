"""A gate that the blueprint guards, and the camera that looks at it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from tests.blueprinting import settle, use
from tests.conftest import Later, SetUp
from tests.owing import orders, switch_of
from tests.pushing import device_id
from tests.simulators import ipc_plates
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.posts_base import Plate

OPEN = [(1, True), (1, False)]
FILE = "open_gate.yaml"
MINUTE = 60


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    async with IpcV2Simulator() as camera:
        yield camera


def plate_post(camera: IpcV2Simulator, *numbers: str) -> bytes:
    """Return a message about plates on the allow list that were read now."""
    plates = [Plate(number=number, listed="whiteList") for number in numbers]
    return ipc_plates.plates(camera.identity(), datetime.now(UTC), plates, dialect=camera.dialect)


class Gate:
    """A gate that the blueprint guards, with the camera that looks at it."""

    def __init__(self, hass: HomeAssistant, camera: IpcV2Simulator, later: Later) -> None:
        """Begin with a gate that is closed."""
        self.hass, self.camera, self.later = hass, camera, later

    async def reads(self, number: str = "GX 417 TB", *, listed: str | None = "whiteList", **plate: Any) -> bool:
        """Let the camera read a plate; tell whether the gate opened, and wait until the next one may."""
        opened = await self.reads_now(number, listed=listed, **plate)
        await self.later(MINUTE)
        return opened

    async def reads_now(self, number: str = "GX 417 TB", *, listed: str | None = "whiteList", **plate: Any) -> bool:
        """Let the camera read a plate, and wait no longer than the gate takes."""
        answer = await self.camera.send_plate(number, listed=listed, **plate)
        assert answer.status == 200
        return await self.opened()

    async def opened(self) -> bool:
        """Tell whether the gate opens, and let it."""
        await settle()
        if not self.camera.output_log:
            return False
        await orders(self.camera, OPEN[0])
        await self.later(1.1)
        await orders(self.camera, *OPEN)
        self.camera.output_log.clear()
        return True


@pytest.fixture(name="gate")
async def _gate(hass: HomeAssistant, later: Later, camera: IpcV2Simulator, freezer: FrozenDateTimeFactory) -> Gate:
    freezer.move_to("2026-11-18T12:00:00+00:00")  # a Wednesday
    await hass.config.async_set_time_zone("UTC")
    return Gate(hass, camera, later)


@pytest.fixture(name="guard")
def _guard(hass: HomeAssistant, tmp_path: Path, set_up: SetUp, gate: Gate) -> Any:
    """Return a function that uses the blueprint with the camera and its output."""

    async def guard(**inputs: Any) -> str:
        entry = await set_up(gate.camera)
        device = device_id(hass, entry, gate.camera)
        inputs = {"cameras": [device], "output": switch_of(hass, gate.camera)} | inputs
        await use(hass, tmp_path, FILE, **inputs)
        return device

    return guard
