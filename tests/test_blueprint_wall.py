"""The blueprint that shows a camera on the wall when something happens."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from tests.acting import device_of, do
from tests.blueprinting import AUTOMATION, settle, use
from tests.conftest import Later, SetUp, SetUpWall
from tests.pushing import device_id, entity_id
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import FOUR, GATE, steering, until

FILE = "show_on_wall.yaml"
BEFORE = ("panel", FOUR)


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    async with ThinClientSimulator() as wall:
        yield wall


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    async with IpcV2Simulator() as camera:
        yield camera


@pytest.fixture(name="watch")
def _watch(
    hass: HomeAssistant,
    tmp_path: Path,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    freezer: FrozenDateTimeFactory,
) -> Any:
    """Return a function that uses the blueprint for a wall and a camera."""

    async def watch(**inputs: Any) -> str:
        freezer.move_to("2026-11-18T12:00:00+00:00")
        await hass.config.async_set_time_zone("UTC")
        await set_up_wall(wall)
        device = device_id(hass, await set_up(camera), camera)
        inputs = {"wall": [device_of(hass, wall)], "cameras": [device], "shown": "Gate"} | inputs
        await use(hass, tmp_path, FILE, **inputs)
        assert wall.showing() == BEFORE
        return device

    return watch


async def showed(wall: ThinClientSimulator, later: Later) -> bool:
    """Tell whether the wall shows the gate, and let it go back."""
    await settle()
    await later(0)
    shown = wall.showing()
    assert shown in (BEFORE, ("camera", GATE))
    await later(25)
    assert wall.showing() == BEFORE
    return shown != BEFORE


async def test_shows_and_returns(watch: Any, later: Later, wall: ThinClientSimulator, camera: IpcV2Simulator) -> None:
    """Fill the wall with the camera, and go back after the time."""
    await watch()
    await camera.send_intrusion()
    await until(lambda: wall.showing() == ("camera", GATE))
    await later(18)
    assert wall.showing() == ("camera", GATE)
    # Something new counts from then on.
    before = len(steering(wall))
    await camera.send_intrusion(number=1102)
    await until(lambda: len(steering(wall)) > before)
    await settle()
    await later(18)
    assert wall.showing() == ("camera", GATE)
    await later(3)
    assert wall.showing() == BEFORE


async def test_camera_that_saw_it(
    hass: HomeAssistant,
    tmp_path: Path,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
) -> None:
    """Show the camera that saw it, of several, if it was added to the wall."""
    async with IpcV1Simulator() as yard, NvrV2Simulator() as recorder:
        await set_up_wall(wall)
        entries = [(device, await set_up(device)) for device in (camera, yard, recorder)]
        watching = [device_id(hass, entry, device) for device, entry in entries[:2]]
        watching.append(device_id(hass, entries[2][1], recorder, 2))
        added = {}
        for device, channel in ((camera, None), (yard, None), (recorder, 2)):
            entity = entity_id(hass, device, "camera.sub", channel)
            await do(hass, "add_camera", wall, camera_entity=entity)
            added[device.mac] = wall.cameras[-1].id
        await use(hass, tmp_path, FILE, wall=[device_of(hass, wall)], cameras=watching)
        for device, send in (
            (yard, yard.send_intrusion()),
            (camera, camera.send_intrusion()),
            (recorder, recorder.send_intrusion(channel=2)),
        ):
            await send
            await until(lambda device=device: wall.showing() == ("camera", added[device.mac]))  # type: ignore[misc]
        await later(25)
        assert wall.showing() == BEFORE
        await recorder.send_intrusion(channel=1)
        assert not await showed(wall, later)


async def test_what_does_not_count(
    watch: Any, later: Later, freezer: FrozenDateTimeFactory, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Show nothing for other events, other targets, and what is long past."""
    await watch(targets=["person"])
    await camera.send_intrusion(target="car")
    assert not await showed(wall, later)
    await camera.send_plate("GX 417 TB")
    assert not await showed(wall, later)
    await camera.send_alarm("motionAlarm", True)
    assert not await showed(wall, later)
    await camera.send_intrusion(stamp=datetime.now(UTC) - timedelta(seconds=61))
    assert not await showed(wall, later)
    await camera.send_intrusion()
    assert await showed(wall, later)


async def test_plates(watch: Any, later: Later, wall: ThinClientSimulator, camera: IpcV2Simulator) -> None:
    """Show plates of the lists that were chosen."""
    await watch(events=["license_plate"], lists=["block", "unlisted"])
    for number, (listed, shows) in enumerate({"blackList": True, None: True, "whiteList": False}.items()):
        await camera.send_plate(f"GX {number}", listed=listed)
        assert await showed(wall, later) is shows, listed


@pytest.mark.parametrize(
    ("begin", "end", "moments"),
    [
        ("22:00:00", "06:00:00", {"18T12:00": True, "18T22:00": False, "19T05:59": False, "19T06:00": True}),
        ("12:00:00", "14:00:00", {"18T12:00": False, "18T14:00": True}),
    ],
)
async def test_quiet(
    watch: Any,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    begin: str,
    end: str,
    moments: dict[str, bool],
) -> None:
    """Show nothing in the quiet hours."""
    await watch(quiet_begin=begin, quiet_end=end)
    for moment, shows in moments.items():
        freezer.move_to(f"2026-11-{moment}+00:00")
        await later(0)
        await camera.send_intrusion()
        assert await showed(wall, later) is shows, moment


async def test_tried_by_hand(hass: HomeAssistant, watch: Any, later: Later, wall: ThinClientSimulator) -> None:
    """Show the camera when the user runs the actions from the menu."""
    await watch()
    await hass.services.async_call("automation", "trigger", {"entity_id": AUTOMATION})
    assert await showed(wall, later)
