"""What is owed to a device that did not take it: tried again, at the next start too, and to nobody else."""

import asyncio
from itertools import pairwise
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp
from tests.owing import DEVICES, KINDS, changing, debts, order, pulse, repair, shown, switch_of
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Answer, Faults, Request, Shape
from tests.walls import kill, later_in, started_again, until

ON, OFF = (1, True), (1, False)
OWED = ("output_off", 1)
ORDER = {"ManualAlarmOut"}


async def _begin(hass: HomeAssistant, device: ViewtronSimulator, seconds: int = 1) -> asyncio.Task[Any]:
    """Begin to pulse, and wait until the output is on."""
    task = pulse(hass, device, duration=seconds)
    await until(lambda: shown(hass, device) == "on")
    return task


async def _fail_to_end(hass: HomeAssistant, device: ViewtronSimulator, later: Later) -> None:
    """Pulse an output whose off does not get through."""
    task = await _begin(hass, device)
    device.faults.refuse_connections = True
    await later(1.01)
    with pytest.raises(HomeAssistantError, match=r"Output 1 of .* may still be on"):
        await task


@pytest.mark.parametrize("kind", KINDS)
async def test_away_at_the_end(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later, kind: type[ViewtronSimulator]
) -> None:
    """Say so, show it as on, and switch off as soon as the device is back."""
    async with kind() as device:
        entry = await set_up(device)
        await _fail_to_end(hass, device, later)
        issue = repair(hass, entry.entry_id)
        assert issue is not None
        assert (issue.severity, issue.is_fixable, issue.translation_key) == (ir.IssueSeverity.ERROR, False, "off_owed")
        assert issue.translation_placeholders == {"device": device.name, "number": "1"}
        assert debts(hass_storage, entry.entry_id) == [OWED]
        await later(3)
        assert device.output_log == [ON]
        device.faults.refuse_connections = False
        await later(11)
        assert device.output_log == [ON, OFF]
        assert shown(hass, device) == "off"
        assert repair(hass, entry.entry_id) is None
        assert debts(hass_storage, entry.entry_id) == []
        await later(301)
        assert device.output_log == [ON, OFF]


async def test_tried_again_and_again(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Try after 1, 2, 5, 10, 30 and then every 60 seconds, even if nothing else is asked."""
    async with NvrV2Simulator() as device:
        entry = await set_up(device)
        task = await _begin(hass, device)
        device.faults = Faults(error_code=7, only=ORDER)
        # As long as posts arrive, polls are a minute apart.
        await device.send_keepalive()
        await later(1.01)
        with pytest.raises(HomeAssistantError):
            await task
        tried: list[int] = []
        for second in range(1, 180):
            before = sum(request.command == "ManualAlarmOut" for request in device.requests)
            polls = sum(request.command == "GetAlarmStatus" for request in device.requests)
            if second % 10 == 0:
                await device.send_keepalive()
            await later(1)
            after = sum(request.command == "ManualAlarmOut" for request in device.requests)
            polled = sum(request.command == "GetAlarmStatus" for request in device.requests) - polls
            if after > before and not polled:
                tried.append(second)
        assert tried[0] <= 2
        gaps = [later_one - one for one, later_one in pairwise(tried)]
        assert max(gaps) <= 62
        assert len(tried) <= 9
        assert repair(hass, entry.entry_id) is not None
        device.faults = Faults()
        await later(61)
        assert repair(hass, entry.entry_id) is None
        assert device.output_log == [ON, OFF]


async def test_switched_off_by_hand_meanwhile(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later
) -> None:
    """Owe nothing any more when the user was quicker."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        task = await _begin(hass, device)
        device.faults = Faults(error_code=7, only=ORDER)
        await later(1.01)
        with pytest.raises(HomeAssistantError):
            await task
        device.faults = Faults()
        await order(hass, device, "turn_off")
        assert device.output_log == [ON, OFF]
        assert repair(hass, entry.entry_id) is None
        assert debts(hass_storage, entry.entry_id) == []
        await later(61)
        assert device.output_log == [ON, OFF]


async def test_another_device_at_the_address(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later
) -> None:
    """Switch nothing of a device that got the address meanwhile, neither off nor on; pay when the right one is back."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        await _fail_to_end(hass, device, later)
        target = {"entity_id": switch_of(hass, device)}
        mac, serial = device.mac, device.serial
        device.mac, device.serial = "58:5b:69:77:77:77", "I85B69777777"
        device.faults.refuse_connections = False
        device.output_log.clear()
        for _ in range(8):
            await later(1)
        with pytest.raises(HomeAssistantError, match="Another device answers at the address of Gate camera"):
            await hass.services.async_call(DOMAIN, "pulse_output", target=target, blocking=True)
        # Home Assistant itself leaves out what is not available.
        await hass.services.async_call("switch", "turn_on", target, blocking=True)
        await later(61)
        assert device.output_log == []
        assert changing(device) == ["ManualAlarmOut"]
        assert repair(hass, entry.entry_id) is not None
        assert debts(hass_storage, entry.entry_id) == [OWED]
        device.mac, device.serial = mac, serial
        await later(61)
        assert device.output_log == [OFF]
        assert repair(hass, entry.entry_id) is None


async def test_password_refused_meanwhile(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later
) -> None:
    """Spend no more logins on an off than a poll would, and pay with the new password."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        task = await _begin(hass, device)
        device.password = "changed-On-Site-8"
        await later(1.01)
        with pytest.raises(HomeAssistantError, match="may still be on"):
            await task
        for _ in range(50):
            await later(1)
        assert device.refused_logins == 1
        for _ in range(120):
            await later(5)
        assert device.refused_logins == 2
        assert debts(hass_storage, entry.entry_id) == [OWED]
        flow = hass.config_entries.flow.async_progress()[0]
        await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "changed-On-Site-8"})
        await hass.async_block_till_done(wait_background_tasks=True)
        assert device.output_log == [ON, OFF]
        assert debts(hass_storage, entry.entry_id) == []
        assert repair(hass, entry.entry_id) is None


async def test_locked_account(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Leave a device alone that has locked the account, whatever it is owed."""
    async with IpcV2Simulator() as device:
        await set_up(device)
        task = await _begin(hass, device)
        device.lock_after = 0
        await later(1.01)
        with pytest.raises(HomeAssistantError, match="may still be on"):
            await task
        device.requests.clear()
        for _ in range(29):
            await later(60)
        assert device.requests == []


def _progress(entry: ConfigEntry[Any]) -> ConfigEntryState:
    """Return how far an entry is."""
    return entry.state


async def _kill_in_a_pulse(hass: HomeAssistant, device: ViewtronSimulator, later: Later) -> None:
    """Let the power fail while an output is pulsed on."""
    # Home Assistant writes down its entries some seconds after they came.
    await later(11)
    task = await _begin(hass, device, 60)
    kill(hass)
    task.cancel()
    device.faults.refuse_connections = True
    await asyncio.gather(task, return_exceptions=True)
    for _ in range(50):
        await asyncio.sleep(0)
    kill(hass)
    assert device.output_log == [ON]


@pytest.mark.parametrize(("kind", "shape"), DEVICES)
async def test_killed_and_started_again(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    later: Later,
    kind: type[ViewtronSimulator],
    shape: Shape,
) -> None:
    """Switch off first of all at the next start, and nothing else."""
    async with kind(shape=shape) as device:
        entry = await set_up(device)
        await _kill_in_a_pulse(hass, device, later)
        assert debts(hass_storage, entry.entry_id) == [OWED]
        device.faults.refuse_connections = False
        device.requests.clear()
        async with started_again() as again:
            assert device.output_log == [ON, OFF]
            assert changing(device) == ["ManualAlarmOut"]
            commands = [request.command for request in device.requests]
            assert commands[0] == "GetDeviceInfo"
            assert commands.index("ManualAlarmOut") < commands.index("GetAlarmStatus")
            assert shown(again, device) == "off"
            assert debts(hass_storage, entry.entry_id) == []
        assert device.output_log == [ON, OFF]


async def test_started_again_while_the_device_is_away(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory, set_up: SetUp, later: Later
) -> None:
    """Say at once what is owed, and pay when the device is back."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        await _kill_in_a_pulse(hass, device, later)
        async with started_again() as again:
            found = again.config_entries.async_get_entry(entry.entry_id)
            assert found is not None
            assert _progress(found) is ConfigEntryState.SETUP_RETRY
            assert repair(again, entry.entry_id) is not None
            device.faults.refuse_connections = False
            for _ in range(4):
                await later_in(again, freezer)(61)
            assert _progress(found) is ConfigEntryState.LOADED
            assert device.output_log == [ON, OFF]
            assert repair(again, entry.entry_id) is None
            assert debts(hass_storage, entry.entry_id) == []


async def test_started_again_with_another_device(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later
) -> None:
    """Switch nothing of a device that has the address of the one that was pulsed on."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        await _kill_in_a_pulse(hass, device, later)
        device.faults.refuse_connections = False
        device.mac, device.serial = "58:5b:69:77:77:77", "I85B69777777"
        async with started_again() as again:
            assert device.output_log == [ON]
            assert repair(again, entry.entry_id) is not None
            assert debts(hass_storage, entry.entry_id) == [OWED]


@pytest.mark.parametrize("memory", [None, {}, {"debts": 5}, {"debts": [{"kind": "x"}], "counts": {}}, {"debts": None}])
async def test_memory_that_cannot_be_read(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, memory: Any
) -> None:
    """Start without a memory that makes no sense, and write a new one."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        await hass.config_entries.async_unload(entry.entry_id)
        key = f"viewwall.{entry.entry_id}"
        hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": memory}
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert device.output_log == []
        await pulse(hass, device, duration=0.1)
        assert device.output_log == [ON, OFF]
        assert debts(hass_storage, entry.entry_id) == []


async def test_removed_with_something_owed(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later
) -> None:
    """Try once more when the entry is removed, and forget it then."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        await _fail_to_end(hass, device, later)
        assert repair(hass, entry.entry_id) is not None
        await hass.config_entries.async_remove(entry.entry_id)
        assert repair(hass, entry.entry_id) is None
        assert f"viewwall.{entry.entry_id}" not in hass_storage
        device.faults.refuse_connections = False
        await later(120)
        assert device.output_log == [ON]


async def test_stopped_while_it_is_written_down(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have the off on disk before the on, also when another script was stopped while it wrote the same down."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        write = Store.async_save
        on_disk: list[list[tuple[str, int]]] = []
        take = device.commands["ManualAlarmOut"]

        def look_first(request: Request) -> Answer:
            on_disk.append(debts(hass_storage, entry.entry_id))
            return take(request)

        async def slowly(store: Store[Any], data: Any) -> None:
            if store.key == f"viewwall.{entry.entry_id}":
                for _ in range(20):
                    await asyncio.sleep(0)
            await write(store, data)

        monkeypatch.setattr(Store, "async_save", slowly)
        device.commands["ManualAlarmOut"] = look_first
        stopped = pulse(hass, device, duration=0.1)
        other = pulse(hass, device, duration=0.1)
        for _ in range(12):
            await asyncio.sleep(0)
        stopped.cancel()
        await asyncio.gather(stopped, other, return_exceptions=True)
        assert on_disk == [[OWED], [OWED]]
        assert device.output_log == [ON, OFF]
