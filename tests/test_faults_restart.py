"""Home Assistant, an entry or a device that ends in the middle of something: the next start finds all in order."""

import asyncio
from contextlib import suppress
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.conftest import SetUp, SetUpWall
from tests.faulting import KINDS, Device, LogBook, Undisturbed, passing
from tests.owing import debts, pulse, repair, shown
from tests.pushing import value
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults as WallFaults
from tests.walls import kill, shut_down, started_again, until, value as wall_value

ENDS = pytest.mark.parametrize("end", ["shut down", "killed"])


async def finish(hass: HomeAssistant, freezer: FrozenDateTimeFactory, end: str) -> None:
    """End Home Assistant while something waits for an answer that does not come."""
    let_pass = passing(hass, freezer)
    if end == "killed":
        kill(hass)
        await let_pass(60)
        return
    ending = asyncio.create_task(shut_down(hass))
    await let_pass(60)
    assert ending.done()
    await ending


@ENDS
@pytest.mark.parametrize(
    ("kind", "command"),
    [
        (IpcV1Simulator, "GetDeviceInfo"),
        (IpcV2Simulator, "GetAlarmStatus"),
        (NvrV1Simulator, "GetChannelList"),
        (NvrV2Simulator, "GetDiskInfo"),
    ],
)
async def test_set_up_that_is_cut_short(
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
    command: str,
    end: str,
) -> None:
    """Start again with the same storage after an end in the middle of setting up."""
    async with kind() as device:
        entry = await set_up(device)
        await passing(hass, freezer)(6)
        assert await hass.config_entries.async_unload(entry.entry_id)
        log = LogBook(caplog)
        device.faults = Faults(stall=True, only={command})
        device.requests.clear()
        setting = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
        await until(lambda: command in [request.command for request in device.requests])
        await finish(hass, freezer, end)
        setting.cancel()
        with suppress(asyncio.CancelledError):
            await setting
        assert end == "killed" or len(log.lines()) <= 1
        device.faults = Faults()
        device.set_alarm("motionAlarm", True)
        device.requests.clear()
        log = LogBook(caplog)
        async with started_again() as again:
            assert [each.state for each in again.config_entries.async_entries("viewwall")] == [ConfigEntryState.LOADED]
            assert value(again, device, "binary_sensor.motion", 1 if device.nvr else None) == "on"
        assert device.refused_logins == 0
    assert log.lines() == []


@ENDS
@pytest.mark.parametrize("call", ["create_session", "list_panels", "list_cameras"])
async def test_set_up_of_a_wall_that_is_cut_short(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    call: str,
    end: str,
) -> None:
    """Start again with the same storage after an end in the middle of setting up, and leave few sessions behind."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        await passing(hass, freezer)(6)
        assert await hass.config_entries.async_unload(entry.entry_id)
        log = LogBook(caplog)
        wall.faults = WallFaults(stall=True, only={call})
        wall.requests.clear()
        setting = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
        await until(lambda: call in [request.call for request in wall.requests])
        await finish(hass, freezer, end)
        setting.cancel()
        with suppress(asyncio.CancelledError):
            await setting
        assert end == "killed" or len(log.lines()) <= 1
        wall.faults = WallFaults()
        log = LogBook(caplog)
        async with started_again() as again:
            assert [each.state for each in again.config_entries.async_entries("viewwall")] == [ConfigEntryState.LOADED]
            assert wall_value(again, wall, "panel") == "Four view"
        # One whose token was in an answer that never came cannot be deleted by anybody.
        assert len(wall.sessions) <= (call == "create_session" or end == "killed")
    assert log.lines() == []


@pytest.mark.parametrize("kind", KINDS)
async def test_reload_in_the_middle_of_a_poll(
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
) -> None:
    """Reload while an answer does not come; hear messages and the device's answers afterwards, each once."""
    events = async_capture_events(hass, "viewwall_event")
    let_pass = passing(hass, freezer)
    async with kind() as device:
        entry = await set_up(device)
        log = LogBook(caplog)
        device.faults = Faults(stall=True, only={"GetAlarmStatus"})
        device.requests.clear()
        await let_pass(6)
        assert [request.command for request in device.requests] == ["GetAlarmStatus"]
        device.faults = Faults()
        device.set_alarm("motionAlarm", True)
        reloading = asyncio.create_task(hass.config_entries.async_reload(entry.entry_id))
        await let_pass(12, 0.5)
        assert await reloading
        assert entry.state is ConfigEntryState.LOADED
        assert value(hass, device, "binary_sensor.motion", 1 if device.nvr else None) == "on"
        await device.send_intrusion()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert len(events) == 1
    assert log.lines() == []


@pytest.mark.parametrize("kind", KINDS)
async def test_device_restarts_in_the_middle_of_a_pulse(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
) -> None:
    """Switch off what a restart may have left on, as soon as the device is back, and owe nothing afterwards."""
    let_pass = passing(hass, freezer)
    async with kind() as device:
        device.alarm_out_count = device.alarm_out_count or 1
        entry = await set_up(device)
        entry_runs, log = Undisturbed(entry), LogBook(caplog)
        task = pulse(hass, device, duration=20)
        await until(lambda: shown(hass, device) == "on")
        await let_pass(4)
        device.faults.refuse_connections = True
        device.forget_states()
        await let_pass(40)
        assert task.done()
        assert task.exception() is not None
        assert repair(hass, entry.entry_id) is not None
        assert debts(hass_storage, entry.entry_id) == [("output_off", 1)]
        device.faults.refuse_connections = False
        await let_pass(62)
        assert device.output_log == [(1, True), (1, False)]
        assert shown(hass, device) == "off"
        assert repair(hass, entry.entry_id) is None
        assert debts(hass_storage, entry.entry_id) == []
        entry_runs.check()
        lines = log.lines()
        assert len(lines) == 2, lines
