"""Pulses and orders that meet at one output."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.acting import call
from tests.conftest import Later, SetUp
from tests.owing import debts, order, orders, pulse, shown, switch_of
from tests.pushing import entity_id
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Faults
from tests.walls import until

KINDS = [IpcV1Simulator, NvrV2Simulator]
ON, OFF = (1, True), (1, False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("first", "second", "end"), [(10, 30, 30), (30, 10, 30), (20, 20, 20)])
async def test_two_pulses(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    later: Later,
    kind: type[ViewtronSimulator],
    first: int,
    second: int,
    end: int,
) -> None:
    """Keep an output on as long as one of two pulses wants it."""
    async with kind() as device:
        entry = await set_up(device)
        tasks = [pulse(hass, device, duration=first), pulse(hass, device, duration=second)]
        await orders(device, ON, ON)
        await until(lambda: shown(hass, device) == "on")
        await later(end - 1)
        assert device.output_log == [ON, ON]
        assert debts(hass_storage, entry.entry_id) == [("output_off", 1)]
        await later(2)
        await asyncio.gather(*tasks)
        assert device.output_log == [ON, ON, OFF]
        assert debts(hass_storage, entry.entry_id) == []


@pytest.mark.parametrize("stopped", [0, 1])
async def test_one_of_two_is_stopped(hass: HomeAssistant, set_up: SetUp, later: Later, stopped: int) -> None:
    """Keep an output on for the pulse that goes on when the other one is stopped."""
    async with NvrV2Simulator() as device:
        await set_up(device)
        tasks = [pulse(hass, device, duration=30), pulse(hass, device, duration=30)]
        await orders(device, ON, ON)
        tasks[stopped].cancel()
        await asyncio.gather(tasks[stopped], return_exceptions=True)
        await later(20)
        assert device.outputs[1] is True
        tasks[1 - stopped].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hass.async_block_till_done()
        assert device.output_log == [ON, ON, OFF]


async def test_second_pulse_is_refused(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """End the first pulse in its time although a second one was refused."""
    async with NvrV2Simulator() as device:
        await set_up(device)
        first = pulse(hass, device, duration=30)
        await orders(device, ON)
        await until(lambda: shown(hass, device) == "on")
        device.faults = Faults(error_code=7, only={"ManualAlarmOut"})
        with pytest.raises(HomeAssistantError):
            await pulse(hass, device, duration=30)
        device.faults = Faults()
        assert shown(hass, device) == "on"
        await later(31)
        await first
        assert device.output_log == [ON, OFF]


async def test_two_outputs(hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later) -> None:
    """Let pulses on two outputs know nothing of each other."""
    async with NvrV2Simulator() as device:
        entry = await set_up(device)
        first = pulse(hass, device, 1, duration=10)
        second = pulse(hass, device, 2, duration=30)
        await until(lambda: len(device.output_log) == 2)
        await until(lambda: shown(hass, device, 2) == "on")
        await later(11)
        await first
        assert device.output_log[2:] == [(1, False)]
        assert debts(hass_storage, entry.entry_id) == [("output_off", 2)]
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        await hass.async_block_till_done()
        assert device.output_log[2:] == [(1, False), (2, False)]


@pytest.mark.parametrize("kind", KINDS)
async def test_switched_on_during_a_pulse(
    hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later, kind: type[ViewtronSimulator]
) -> None:
    """Stay on after the pulse when somebody has switched it on for good."""
    async with kind() as device:
        entry = await set_up(device)
        task = pulse(hass, device, duration=20)
        await orders(device, ON)
        await until(lambda: shown(hass, device) == "on")
        await order(hass, device, "turn_on")
        await task
        await later(61)
        assert device.output_log == [ON, ON]
        assert shown(hass, device) == "on"
        assert debts(hass_storage, entry.entry_id) == []


async def test_switched_off_during_a_pulse(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """End the pulse when somebody switches off."""
    async with NvrV2Simulator() as device:
        await set_up(device)
        task = pulse(hass, device, duration=20)
        await orders(device, ON)
        await order(hass, device, "turn_off")
        await task
        await later(61)
        assert device.output_log == [ON, OFF]
        assert shown(hass, device) == "off"


async def test_refused_order_during_a_pulse(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Go on with the pulse, and end it, when an order in between was refused."""
    async with NvrV2Simulator() as device:
        await set_up(device)
        task = pulse(hass, device, duration=20)
        await orders(device, ON)
        await until(lambda: shown(hass, device) == "on")
        device.faults = Faults(error_code=7, only={"ManualAlarmOut"})
        with pytest.raises(HomeAssistantError):
            await order(hass, device, "turn_on")
        device.faults = Faults()
        await later(21)
        await task
        assert device.output_log == [ON, OFF]


async def test_pulse_while_switched_on(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """End a pulse with off, also on an output that was on before."""
    async with NvrV2Simulator() as device:
        await set_up(device)
        await order(hass, device, "turn_on")
        task = pulse(hass, device, duration=20)
        await orders(device, ON, ON)
        await later(21)
        await task
        assert device.output_log == [ON, ON, OFF]
        assert shown(hass, device) == "off"


async def test_states_are_written_once(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Write one state for on and one for off, whatever else is polled."""
    async with NvrV2Simulator() as device:
        await set_up(device)
        changes = async_capture_events(hass, "state_changed")
        task = pulse(hass, device, duration=20)
        await until(lambda: shown(hass, device) == "on")
        await later(21)
        await task
        mine = [event.data for event in changes if event.data["entity_id"] == switch_of(hass, device)]
        assert [change["new_state"].state for change in mine] == ["on", "off"]


async def test_other_entity_in_the_area(hass: HomeAssistant, set_up: SetUp) -> None:
    """Open nothing because some other entity of the device is in the area that is named."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        attic = ar.async_get(hass).async_create("Attic")
        er.async_get(hass).async_update_entity(entity_id(hass, camera, "binary_sensor.motion"), area_id=attic.id)
        with pytest.raises(ServiceValidationError, match="Only some other entity of Yard camera"):
            await call(hass, "pulse_output", {"area_id": attic.id}, duration=0.1)
        assert camera.output_log == []
        er.async_get(hass).async_update_entity(switch_of(hass, camera), area_id=attic.id)
        await call(hass, "pulse_output", {"area_id": attic.id}, duration=0.1)
        assert camera.output_log == [(1, True), (1, False)]
