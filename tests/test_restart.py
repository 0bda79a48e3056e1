"""Restarting a device: only where it lists a command for it, and off by default."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.conftest import Later, SetUp
from tests.owing import DEVICES, changing, debts, press, pulse, shown
from tests.pushing import entity_id, find, state
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Faults, Shape
from tests.walls import until

RESTART = "button.restart"
KINDS = [IpcV2Simulator, NvrV2Simulator]


async def _with_button(hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator) -> Any:
    """Set a device up that can restart, and switch its button on."""
    device.has_reboot = True
    entry = await set_up(device)
    er.async_get(hass).async_update_entity(entity_id(hass, device, RESTART), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    device.requests.clear()
    return entry


@pytest.mark.parametrize(("kind", "shape"), DEVICES)
async def test_where_it_is(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape) -> None:
    """Have the button where the device lists the command, and off by default there."""
    async with kind(shape=shape) as device:
        await set_up(device)
        found = find(hass, device, RESTART)
        assert (found is not None) is (device.v2 and device.has_reboot)
        if found is not None:
            assert er.async_get(hass).entities[found].disabled_by is er.RegistryEntryDisabler.INTEGRATION
        assert changing(device) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answers", [True, False])
async def test_restart(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator], answers: bool
) -> None:
    """Take an answer as success, and a connection that breaks off just as well."""
    async with kind() as device:
        device.reboot_answers = answers
        device.reboot_seconds = 2
        await _with_button(hass, set_up, device)
        await press(hass, device, "restart")
        assert device.reboots == 1
        await until(lambda: device.requests[-1].command == "Reboot")
        assert changing(device) == ["Reboot"]
        for _ in range(4):
            await later(6)
        assert device.reboots == 1
        assert state(hass, device, "binary_sensor.motion", 1 if device.nvr else None).state == "off"


async def test_device_that_is_away(hass: HomeAssistant, set_up: SetUp) -> None:
    """Call it an error when the device never heard of it."""
    async with IpcV2Simulator() as camera:
        await _with_button(hass, set_up, camera)
        camera.faults.refuse_connections = True
        with pytest.raises(HomeAssistantError, match="does not answer"):
            await press(hass, camera, "restart")
        assert camera.reboots == 0


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"error_code": 4}, "may not do this"),
        ({"error_code": 1}, "cannot do this"),
        ({"error_code": 7}, "is busy"),
        ({"status": 500}, "does not answer"),
    ],
)
async def test_refused(hass: HomeAssistant, set_up: SetUp, faults: dict[str, int], words: str) -> None:
    """Say why the device does not restart."""
    async with NvrV2Simulator() as recorder:
        await _with_button(hass, set_up, recorder)
        recorder.faults = Faults(only={"Reboot"}, **faults)  # type: ignore[arg-type]
        with pytest.raises(HomeAssistantError, match=words):
            await press(hass, recorder, "restart")
        assert recorder.reboots == 0


async def test_what_runs_is_ended_first(hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp) -> None:
    """Switch off what is pulsed on before the device restarts."""
    async with NvrV2Simulator() as recorder:
        entry = await _with_button(hass, set_up, recorder)
        tasks = [pulse(hass, recorder, number, duration=60) for number in (1, 2)]
        await until(lambda: shown(hass, recorder, 1) == shown(hass, recorder, 2) == "on")
        await press(hass, recorder, "restart")
        for task in tasks:
            await task
        assert sorted(recorder.output_log[2:]) == [(1, False), (2, False)]
        assert changing(recorder)[-1] == "Reboot"
        assert len(recorder.output_log) == 4
        assert debts(hass_storage, entry.entry_id) == []


async def test_what_cannot_be_ended(hass: HomeAssistant, set_up: SetUp) -> None:
    """Restart nothing whose output cannot be switched off first; say so."""
    async with NvrV2Simulator() as recorder:
        await _with_button(hass, set_up, recorder)
        task = pulse(hass, recorder, duration=60)
        await until(lambda: shown(hass, recorder) == "on")
        recorder.faults = Faults(error_code=7, only={"ManualAlarmOut"})
        with pytest.raises(HomeAssistantError, match="may still be on"):
            await press(hass, recorder, "restart")
        with pytest.raises(HomeAssistantError, match="may still be on"):
            await task
        assert recorder.reboots == 0
