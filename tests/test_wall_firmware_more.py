"""A running update of a wall: nothing may restart the device under it, and it is followed across reloads."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.viewwall import firmware
from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.wall_runtime import ThinClientConfigEntry
from tests.acting import device_of
from tests.conftest import SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults
from tests.test_wall_firmware import NEWEST, OLD, UPLOADED, firmware_file, key_of, until
from tests.walls import registered, state


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often and give up soon."""
    for name, seconds in (("POLL", 0.02), ("BACK", 0.6), ("STALL", 3.0), ("STANDING", 0.3)):
        monkeypatch.setattr(firmware, name, seconds)


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device with old firmware that takes its time over new one."""
    simulator = ThinClientSimulator()
    simulator.firmware = OLD
    simulator.update_step_seconds = 0.15
    async with simulator:
        yield simulator


@pytest.fixture(name="entry")
async def _entry(wall: ThinClientSimulator, set_up_wall: SetUpWall) -> ThinClientConfigEntry:
    """Set the device up."""
    return await set_up_wall(wall)


def shown(hass: HomeAssistant, wall: ThinClientSimulator) -> State:
    """Return the update entity's state."""
    return state(hass, wall, "update.firmware")


def in_progress(hass: HomeAssistant, wall: ThinClientSimulator) -> bool:
    """Tell whether the update entity shows an update that runs."""
    return shown(hass, wall).attributes.get("in_progress") is True


async def install(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
    """Install as a user does."""
    target = {"entity_id": registered(hass, wall, "update.firmware").entity_id}
    await hass.services.async_call("update", "install", target, blocking=True)


async def press_restart(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
    """Press the button as a user does."""
    target = {"entity_id": registered(hass, wall, "button.restart").entity_id}
    await hass.services.async_call("button", "press", target, blocking=True)


async def restore(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
    """Restore the factory defaults as a user does."""
    target = {"device_id": device_of(hass, wall)}
    await hass.services.async_call(DOMAIN, "restore_factory_defaults", {"confirm": True}, target=target, blocking=True)


async def upload(hass: HomeAssistant, wall: ThinClientSimulator, path: Path) -> None:
    """Upload a file as a user does."""
    hass.config.allowlist_external_dirs = {str(path.parent)}
    data = {"filename": str(path), "confirm": True}
    target = {"device_id": device_of(hass, wall)}
    await hass.services.async_call(DOMAIN, "upload_firmware", data, target=target, blocking=True)


def started(wall: ThinClientSimulator) -> int:
    """Count the updates that the device was told to begin, and its restarts and restorations."""
    return sum(request.call in {"start_update", "upload_firmware", "restart", "restore"} for request in wall.requests)


async def refuses(hass: HomeAssistant, wall: ThinClientSimulator, path: Path) -> None:
    """Check that nothing can be begun that would spoil the update."""
    with pytest.raises(ServiceValidationError, match="is running") as failed:
        await press_restart(hass, wall)
    assert key_of(failed) == "update_running"
    with pytest.raises(ServiceValidationError, match="is running"):
        await restore(hass, wall)
    with pytest.raises(ServiceValidationError, match="is running"):
        await upload(hass, wall, path)
    # Home Assistant itself says so, by what the entity shows; after a start the newest version is asked for first.
    await until(lambda: shown(hass, wall).attributes["latest_version"] == NEWEST)
    with pytest.raises(HomeAssistantError, match="in progress"):
        await install(hass, wall)
    assert started(wall) == 1


async def test_nothing_restarts_the_device(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path
) -> None:
    """Refuse restart and restoration while an update runs, and take them afterwards."""
    installing = hass.async_create_task(install(hass, wall))
    await until(lambda: wall.updating and entry.runtime_data.firmware.text)
    await refuses(hass, wall, firmware_file(tmp_path))
    await installing
    assert (shown(hass, wall).attributes["installed_version"], wall.reboots) == (NEWEST, 1)
    await press_restart(hass, wall)
    await until(lambda: wall.reboots == 2 and not wall.booting)


async def test_nothing_restarts_the_device_under_a_file(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path
) -> None:
    """Refuse restart and restoration while a file is on its way."""
    wall.upload_pause = 0.05
    path = firmware_file(tmp_path, 1_000_000)
    uploading = hass.async_create_task(upload(hass, wall, path))
    await until(lambda: wall.uploads and wall.uploads[0].parts)
    for work in (press_restart, restore):
        with pytest.raises(ServiceValidationError, match="is running"):
            await work(hass, wall)
    assert not wall.uploads[0].complete
    await uploading
    assert (wall.firmware, wall.reboots) == (UPLOADED, 1)


async def test_restart_is_taken_after_a_failure(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry
) -> None:
    """Take a restart when an update has failed, also one that the next run would have followed."""
    wall.update_step_seconds = 0.02
    wall.fail_update_at = 1
    with pytest.raises(HomeAssistantError):
        await install(hass, wall)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert not in_progress(hass, wall)
    await press_restart(hass, wall)
    await until(lambda: wall.reboots == 1 and not wall.booting)


@pytest.mark.parametrize("by_file", [False, True], ids=["newest", "file"])
@pytest.mark.parametrize("reloads", [1, 3])
async def test_reload_in_the_middle(
    hass: HomeAssistant,
    wall: ThinClientSimulator,
    entry: ThinClientConfigEntry,
    tmp_path: Path,
    by_file: bool,
    reloads: int,
) -> None:
    """Go on after a reload with the update that runs: shown as before, never a second one, and told when it is done."""
    path = firmware_file(tmp_path)
    # It must not restart while a slow machine reloads the entry.
    quick, wall.update_step_seconds = wall.update_step_seconds, 1.0
    installing = hass.async_create_task(upload(hass, wall, path) if by_file else install(hass, wall))
    await until(lambda: wall.updating and entry.runtime_data.firmware.text)
    for _ in range(reloads):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await until(lambda: in_progress(hass, wall))
        assert wall.updating
        await refuses(hass, wall, path)
    wall.update_step_seconds = quick
    with pytest.raises(HomeAssistantError) as failed:
        await installing
    assert key_of(failed) == "update_unwatched"
    await until(lambda: shown(hass, wall).attributes["update_percentage"])
    await until(lambda: not in_progress(hass, wall))
    assert wall.firmware == (UPLOADED if by_file else NEWEST)
    assert shown(hass, wall).attributes["installed_version"] == wall.firmware
    assert shown(hass, wall).attributes["update_percentage"] is None
    assert (started(wall), wall.reboots, wall.most_sessions, len(wall.sessions)) == (1, 1, 1, 1)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await asyncio.sleep(0.1)
    assert not in_progress(hass, wall)


async def test_reload_and_failure(
    hass: HomeAssistant,
    wall: ThinClientSimulator,
    entry: ThinClientConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Tell in the log that an update has failed that nobody waits for any more, and let the user try again."""
    wall.fail_update_at = 4
    installing = hass.async_create_task(install(hass, wall))
    await until(lambda: wall.updating and entry.runtime_data.firmware.text)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await asyncio.gather(installing, return_exceptions=True)
    await until(lambda: in_progress(hass, wall))
    monkeypatch.setattr(firmware, "STALL", 1.0)
    await until(lambda: not in_progress(hass, wall))
    # It is told a moment later.
    await until(lambda: wall.failure_text in caplog.text)
    wall.fail_update_at = None
    wall.update_state = wall.idle_text
    await install(hass, wall)
    assert shown(hass, wall).attributes["installed_version"] == NEWEST


@pytest.mark.parametrize("meanwhile", ["runs", "is through", "is away"])
async def test_unloaded_for_a_while(
    hass: HomeAssistant,
    wall: ThinClientSimulator,
    entry: ThinClientConfigEntry,
    tmp_path: Path,
    meanwhile: str,
) -> None:
    """Go on at the next start with the update that runs by then, or see that it is through."""
    installing = hass.async_create_task(install(hass, wall))
    await until(lambda: wall.updating and entry.runtime_data.firmware.text)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await asyncio.gather(installing, return_exceptions=True)
    if meanwhile == "is through":
        await until(lambda: wall.reboots and not wall.booting)
    elif meanwhile == "is away":
        wall.faults.refuse_connections = True
        assert not await hass.config_entries.async_setup(entry.entry_id)
        wall.faults = Faults()
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    if meanwhile != "is through":
        await until(lambda: in_progress(hass, wall))
        await refuses(hass, wall, firmware_file(tmp_path))
    await until(lambda: wall.firmware == NEWEST and wall.reboots and not wall.booting)
    await until(lambda: not in_progress(hass, wall))
    assert shown(hass, wall).attributes["installed_version"] == NEWEST
    assert (started(wall), wall.reboots) == (1, 1)
    await press_restart(hass, wall)
    await until(lambda: wall.reboots == 2 and not wall.booting)
