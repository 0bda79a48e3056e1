"""An output that was pulsed on gets its off, in every way out of a pulse."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.conftest import Later, SetUp
from tests.owing import CAMERAS, DEVICES, changing, debts, order, orders, pulse, repair, shown
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Answer, Faults, Request, Shape
from tests.walls import until

OFF = (1, False)
ON = (1, True)
OWED = ("output_off", 1)
ORDER = {"ManualAlarmOut"}
"""The command that switches outputs."""


@pytest.mark.parametrize(("kind", "shape"), DEVICES)
async def test_time_is_over(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    later: Later,
    kind: type[ViewtronSimulator],
    shape: Shape,
) -> None:
    """Switch on, wait, switch off; owe it meanwhile, and nothing afterwards."""
    async with kind(shape=shape) as device:
        entry = await set_up(device)
        before = len(device.requests)
        task = pulse(hass, device, duration=20)
        await orders(device, ON)
        await until(lambda: shown(hass, device) == "on")
        assert debts(hass_storage, entry.entry_id) == [OWED]
        await later(19)
        assert device.output_log == [ON]
        await later(2)
        await task
        assert device.output_log == [ON, OFF]
        assert shown(hass, device) == "off"
        assert debts(hass_storage, entry.entry_id) == []
        assert repair(hass, entry.entry_id) is None
        assert set(changing(device)) == ORDER
        assert {request.command for request in device.requests[before:]} >= ORDER


@pytest.mark.parametrize(("kind", "shape"), DEVICES)
async def test_written_down_before_the_on(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape
) -> None:
    """Have the off on disk before the device hears of the on."""
    seen: list[list[tuple[str, int]]] = []
    async with kind(shape=shape) as device:
        entry = await set_up(device)
        take = device.commands["ManualAlarmOut"]

        def look_first(request: Request) -> Answer:
            seen.append(debts(hass_storage, entry.entry_id))
            return take(request)

        device.commands["ManualAlarmOut"] = look_first
        await pulse(hass, device, duration=0.1)
        assert device.output_log == [ON, OFF]
    assert seen == [[OWED], [OWED]]


@pytest.mark.parametrize("code", [1, 4, 7, 11, 12, 16, 17, 79])
async def test_refused_on(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later, code: int
) -> None:
    """Send no off for an on that the device refused; tell the caller."""
    async with NvrV2Simulator() as device:
        entry = await set_up(device)
        device.faults = Faults(error_code=code, only=ORDER)
        before = len(device.requests)
        with pytest.raises(HomeAssistantError):
            await pulse(hass, device)
        asked = [request.command for request in device.requests[before:]]
        assert asked.count("ManualAlarmOut") == 1
        assert debts(hass_storage, entry.entry_id) == []
        device.faults = Faults()
        await later(61)
        assert device.output_log == []
        assert repair(hass, entry.entry_id) is None
        assert shown(hass, device) == "unknown"


async def test_device_that_is_away_at_the_on(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later
) -> None:
    """Owe nothing to a device that never heard of the on."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        device.faults.refuse_connections = True
        with pytest.raises(HomeAssistantError, match="does not answer"):
            await pulse(hass, device)
        assert debts(hass_storage, entry.entry_id) == []
        assert repair(hass, entry.entry_id) is None
        device.faults.refuse_connections = False
        await later(61)
        await later(61)
        assert device.output_log == []


def _lose_the_first_answer(device: ViewtronSimulator, spoilt: dict[str, Any]) -> None:
    """Let the device switch on, and its answer to that be spoilt."""
    take = device.commands["ManualAlarmOut"]

    def spoil(request: Request) -> Answer:
        answer = take(request)
        if device.output_log == [ON]:
            answer = replace(answer, **spoilt)
        return answer

    device.commands["ManualAlarmOut"] = spoil


@pytest.mark.parametrize(
    "answer",
    [
        {"body": b"<html><body>Hello</body></html>"},
        {"body": b"\x00\x01\x02"},
        {"body": b"", "status": 500},
        {"body": b"", "status": 503},
        {"body": b""},
    ],
)
async def test_on_whose_answer_says_nothing(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later, answer: dict[str, Any]
) -> None:
    """Send the off at once when nobody can know whether the on was carried out."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        _lose_the_first_answer(device, answer)
        with pytest.raises(HomeAssistantError):
            await pulse(hass, device, duration=60)
        await later(2)
        assert device.output_log == [ON, OFF]
        assert debts(hass_storage, entry.entry_id) == []


@pytest.mark.parametrize("fault", ["cut", "wrong_length"])
async def test_on_whose_answer_is_lost(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later, fault: str
) -> None:
    """Send the off for an on that was taken and whose answer broke off; go on until it is taken."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        device.faults = Faults(only=ORDER, cut=fault == "cut", wrong_length=fault == "wrong_length")
        with pytest.raises(HomeAssistantError, match="may still be on"):
            await pulse(hass, device, duration=60)
        assert device.output_log[0] == ON
        assert set(device.output_log[1:]) <= {ON, OFF}
        assert device.output_log[-1] == OFF
        assert debts(hass_storage, entry.entry_id) == [OWED]
        assert repair(hass, entry.entry_id) is not None
        device.faults = Faults()
        await later(2)
        assert device.outputs[1] is False
        assert debts(hass_storage, entry.entry_id) == []
        assert repair(hass, entry.entry_id) is None
        assert shown(hass, device) == "off"


async def test_stopped_script(hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp) -> None:
    """Switch off at once when the script that pulses is stopped."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        task = pulse(hass, device, duration=60)
        await until(lambda: shown(hass, device) == "on")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await hass.async_block_till_done()
        assert device.output_log == [ON, OFF]
        assert shown(hass, device) == "off"
        assert debts(hass_storage, entry.entry_id) == []


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233])
async def test_stopped_at_any_moment(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, steps: int
) -> None:
    """Leave nothing on and nothing owed, whenever the script is stopped."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        task = pulse(hass, device, duration=60)
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await hass.async_block_till_done()
        assert device.outputs[1] is False
        assert debts(hass_storage, entry.entry_id) == []
        assert device.output_log in ([], [OFF], [ON, OFF])


@pytest.mark.parametrize("kind", CAMERAS)
@pytest.mark.parametrize("way", ["reload", "unload", "disable", "remove", "stop"])
async def test_entry_goes(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, kind: type[ViewtronSimulator], way: str
) -> None:
    """Switch off when the entry, or Home Assistant, goes while a pulse runs."""
    async with kind() as device:
        entry = await set_up(device)
        task = pulse(hass, device, duration=60)
        await until(lambda: shown(hass, device) == "on")
        match way:
            case "reload":
                await hass.config_entries.async_reload(entry.entry_id)
            case "unload":
                await hass.config_entries.async_unload(entry.entry_id)
            case "disable":
                await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
            case "remove":
                await hass.config_entries.async_remove(entry.entry_id)
            case _:
                hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
        assert device.output_log == [ON, OFF]
        await task
        assert device.output_log == [ON, OFF]
        assert debts(hass_storage, entry.entry_id) == []


async def test_entry_goes_in_the_middle_of_the_on(hass: HomeAssistant, set_up: SetUp) -> None:
    """Switch off although the unloading came before the answer to the on."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        device.faults = Faults(delay=0.1, only=ORDER)
        task = pulse(hass, device, duration=60)
        await orders(device, ON)
        await hass.config_entries.async_unload(entry.entry_id)
        await asyncio.gather(task, return_exceptions=True)
        assert device.output_log == [ON, OFF]


async def test_nothing_begins_in_an_entry_that_goes(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp
) -> None:
    """Switch nothing on any more once the entry is on its way out, not even what waits for its turn."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        device.faults = Faults(delay=0.1, only=ORDER)
        first = pulse(hass, device, duration=60)
        await orders(device, ON)
        second = pulse(hass, device, duration=60)
        for _ in range(50):
            await asyncio.sleep(0)
        await hass.config_entries.async_unload(entry.entry_id)
        await asyncio.gather(first, second, return_exceptions=True)
        assert device.output_log == [ON, OFF]
        assert debts(hass_storage, entry.entry_id) == []


async def test_entry_goes_while_the_device_is_away(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later
) -> None:
    """Keep what could not be sent for the next start, and send it then before anything else is changed."""
    async with IpcV2Simulator() as device:
        entry = await set_up(device)
        task = pulse(hass, device, duration=60)
        await until(lambda: shown(hass, device) == "on")
        device.faults.refuse_connections = True
        await hass.config_entries.async_unload(entry.entry_id)
        await asyncio.gather(task, return_exceptions=True)
        assert debts(hass_storage, entry.entry_id) == [OWED]
        assert repair(hass, entry.entry_id) is not None
        await later(120)
        assert device.output_log == [ON]
        device.faults.refuse_connections = False
        device.requests.clear()
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert device.output_log == [ON, OFF]
        commands = [request.command for request in device.requests]
        assert commands.index("ManualAlarmOut") < commands.index("GetAlarmStatus")
        assert debts(hass_storage, entry.entry_id) == []
        assert repair(hass, entry.entry_id) is None


async def test_nothing_is_switched_at_a_start(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Order nothing when nothing is owed: not at a start, nor at a reload, nor at a poll."""
    async with NvrV2Simulator() as device:
        entry = await set_up(device)
        await order(hass, device, "turn_on")
        device.requests.clear()
        await hass.config_entries.async_reload(entry.entry_id)
        await later(301)
        await later(61)
        assert changing(device) == []
        assert device.outputs[1] is True
        # Nobody knows what happened to it meanwhile.
        assert shown(hass, device) == "unknown"
