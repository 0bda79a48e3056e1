"""Alarm outputs: switches whose state is what was last ordered, and outputs that are on for a moment."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import probatio
import pytest

from tests.acting import call
from tests.conftest import Later, SetUp, SetUpWall
from tests.owing import CAMERAS, DEVICES, RECORDERS, changing, debts, order, orders, pulse, shown, switch_of
from tests.pushing import device_id, entity_id, find, state
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults, Shape
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import until

ON, OFF = (1, True), (1, False)
ORDER = {"ManualAlarmOut"}


@pytest.mark.parametrize(("kind", "shape"), DEVICES)
async def test_switch(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape) -> None:
    """Order on and off; know nothing before the first order, and never more than what was ordered."""
    async with kind(shape=shape) as device:
        await set_up(device)
        assert shown(hass, device) == "unknown"
        assert state(hass, device, "switch.alarm_output_1").attributes["assumed_state"] is True
        assert state(hass, device, "switch.alarm_output_1").name == f"{device.name} Alarm output 1"
        outputs = [number for number in range(1, 20) if find(hass, device, f"switch.alarm_output_{number}")]
        assert outputs == list(range(1, device.alarm_out_count + 1))
        assert find(hass, device, "switch.alarm_output_0") is None
        await order(hass, device, "turn_on")
        assert (shown(hass, device), device.outputs[1]) == ("on", True)
        await order(hass, device, "turn_off")
        assert (shown(hass, device), device.outputs[1]) == ("off", False)
        assert device.output_log == [ON, OFF]
        assert set(changing(device)) == ORDER


@pytest.mark.parametrize("code", [1, 4, 7, 12])
async def test_refused_switch(hass: HomeAssistant, set_up: SetUp, code: int) -> None:
    """Tell the user of an order that was refused, and show the state before."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await order(hass, camera, "turn_on")
        camera.faults = Faults(error_code=code, only=ORDER)
        with pytest.raises(HomeAssistantError):
            await order(hass, camera, "turn_off")
        assert shown(hass, camera) == "on"


@pytest.mark.parametrize("kind", CAMERAS)
async def test_output_that_the_camera_resets(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator]
) -> None:
    """Go on showing what was ordered when the camera's firmware resets its output: nothing tells of that."""
    async with kind() as camera:
        await set_up(camera)
        await order(hass, camera, "turn_on")
        camera.end_perimeter_cycle()
        await later(61)
        assert (shown(hass, camera), camera.outputs[1]) == ("on", False)
        await order(hass, camera, "turn_on")
        assert camera.outputs[1] is True


@pytest.mark.parametrize("kind", RECORDERS)
async def test_own_names(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Call outputs by the names they have on the device, and the others by their numbers."""
    async with kind() as recorder:
        recorder.alarm_out_count = 2
        recorder.output_names = {1: "Gate & door"}
        await set_up(recorder)
        assert state(hass, recorder, "switch.alarm_output_1").name == f"{recorder.name} Gate & door"
        assert state(hass, recorder, "switch.alarm_output_2").name == f"{recorder.name} Alarm output 2"


@pytest.mark.parametrize("kind", [IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_no_outputs(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Have no switches, and a clear error for a pulse, where there are no outputs."""
    async with kind() as device:
        device.alarm_out_count = 0
        entry = await set_up(device)
        assert find(hass, device, "switch.alarm_output_1") is None
        with pytest.raises(ServiceValidationError, match=r"has no alarm output 1\. It has: -"):
            await call(hass, "pulse_output", {"device_id": device_id(hass, entry, device)})
        assert changing(device) == []


async def test_number_of_an_output(hass: HomeAssistant, set_up: SetUp) -> None:
    """Pulse the output that was named by its entity or by its number, and the first by default."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        by_device = {"device_id": device_id(hass, entry, recorder)}
        by_entity = {"entity_id": switch_of(hass, recorder, 3)}
        for target, data, number in (
            (by_device, {}, 1),
            (by_device, {"output": 2}, 2),
            (by_device, {"output": "4"}, 4),
            (by_entity, {}, 3),
            (by_entity, {"output": 3}, 3),
            ({**by_device, **by_entity}, {}, 3),
        ):
            recorder.output_log.clear()
            answer = await call(hass, "pulse_output", target, asks=True, duration=0.1, **data)
            assert answer == {by_device["device_id"]: {}}
            assert recorder.output_log == [(number, True), (number, False)]


async def test_contradictions(hass: HomeAssistant, set_up: SetUp) -> None:
    """Switch nothing when it is not clear which output is meant."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        second, third = (switch_of(hass, recorder, number) for number in (2, 3))
        with pytest.raises(ServiceValidationError, match=r"More than one output .*2, 3"):
            await call(hass, "pulse_output", {"entity_id": [second, third]})
        with pytest.raises(ServiceValidationError, match=r"More than one output .*2, 3"):
            await call(hass, "pulse_output", {"entity_id": second}, output=3)
        assert await async_setup_component(
            hass, "group", {"group": {"gates": {"entities": [second, third]}, "gate": {"entities": [second]}}}
        )
        await hass.async_block_till_done()
        with pytest.raises(ServiceValidationError, match=r"More than one output .*2, 3"):
            await call(hass, "pulse_output", {"entity_id": "group.gates"})
        for number in (0, -1, 5, 99):
            with pytest.raises(ServiceValidationError, match=rf"no alarm output {number}. It has: 1, 2, 3, 4"):
                await call(hass, "pulse_output", {"device_id": device_id(hass, entry, recorder)}, output=number)
        channel = device_id(hass, entry, recorder, 2)
        with pytest.raises(ServiceValidationError, match=f"one camera of a recorder.*choose {recorder.name}"):
            await call(hass, "pulse_output", {"device_id": channel})
        assert changing(recorder) == []
        await call(hass, "pulse_output", {"entity_id": "group.gate"}, duration=0.1)
        assert recorder.output_log == [(2, True), (2, False)]


@pytest.mark.parametrize(
    "data",
    [
        {"duration": 0},
        {"duration": 0.09},
        {"duration": 60.1},
        {"duration": -1},
        {"duration": "00:02:00"},
        {"duration": {"minutes": 2}},
        {"duration": float("inf")},
        {"duration": float("nan")},
        {"duration": 1e300},
        {"duration": "soon"},
        {"duration": None},
        {"output": 1.5},
        {"output": True},
        {"output": "one"},
        {"output": None},
        {"output": float("nan")},
        {"outputs": 1},
    ],
)
async def test_limits(hass: HomeAssistant, set_up: SetUp, data: dict[str, Any]) -> None:
    """Refuse what makes no sense before anything is sent."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        with pytest.raises(probatio.Invalid):
            await call(hass, "pulse_output", {"entity_id": switch_of(hass, camera)}, **data)
        assert changing(camera) == []


@pytest.mark.parametrize("duration", [0.1, "00:00:01", {"seconds": 60}, {"milliseconds": 100}, 60])
async def test_durations(hass: HomeAssistant, set_up: SetUp, later: Later, duration: Any) -> None:
    """Take a duration in all forms that Home Assistant has."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        task = pulse(hass, camera, duration=duration)
        await orders(camera, ON)
        await until(lambda: shown(hass, camera) == "on")
        await later(60.5)
        await task
        assert camera.output_log == [ON, OFF]


async def test_areas(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take an area as what is in it: the devices of it, or the one output that was put there by itself."""
    async with NvrV2Simulator() as recorder, IpcV2Simulator() as camera:
        entry, other = await set_up(recorder), await set_up(camera)
        gate, yard, store = (ar.async_get(hass).async_create(name).id for name in ("Gate", "Yard", "Store"))
        er.async_get(hass).async_update_entity(switch_of(hass, recorder, 2), area_id=gate)
        dr.async_get(hass).async_update_device(device_id(hass, other, camera), area_id=yard)
        dr.async_get(hass).async_update_device(device_id(hass, entry, recorder, 1), area_id=store)
        await call(hass, "pulse_output", {"area_id": gate}, duration=0.1)
        assert (recorder.output_log, camera.output_log) == ([(2, True), (2, False)], [])
        await call(hass, "pulse_output", {"area_id": yard}, duration=0.1)
        assert (len(recorder.output_log), camera.output_log) == (2, [ON, OFF])
        with pytest.raises(ServiceValidationError, match="no Viewtron device for this action in “Store”"):
            await call(hass, "pulse_output", {"area_id": store})
        er.async_get(hass).async_update_entity(switch_of(hass, recorder, 4), area_id=gate)
        with pytest.raises(ServiceValidationError, match=r"More than one output .*2, 4"):
            await call(hass, "pulse_output", {"area_id": gate})
        assert len(recorder.output_log) == 2


@pytest.mark.parametrize("data", [{}, {"output": 1}])
async def test_another_switch(hass: HomeAssistant, set_up: SetUp, data: dict[str, Any]) -> None:
    """Pulse nothing for a switch that is no output: the first output may be a gate."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        target = {"entity_id": entity_id(hass, camera, "switch.push_subscription")}
        with pytest.raises(ServiceValidationError, match="no alarm output"):
            await call(hass, "pulse_output", target, **data)
        assert camera.output_log == []


async def test_others(hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall) -> None:
    """Name the target that is none of Viewtron's, and switch nothing else then."""
    async with ThinClientSimulator() as wall, IpcV2Simulator() as camera:
        entry = await set_up(camera)
        wall_entry = await set_up_wall(wall)
        walls = dr.async_entries_for_config_entry(dr.async_get(hass), wall_entry.entry_id)
        hass.states.async_set("light.kitchen", "on")
        mine = device_id(hass, entry, camera)
        for target, words in (
            ({"device_id": [mine, walls[0].id]}, str(walls[0].name)),
            ({"device_id": mine, "entity_id": "light.kitchen"}, "light.kitchen is no Viewtron device"),
            ({"device_id": [mine, "nothing"]}, "nothing"),
            ({"entity_id": "switch.nothing"}, "switch.nothing"),
            ({}, "no target"),
            (None, "no target"),
        ):
            with pytest.raises(ServiceValidationError, match=words):
                await call(hass, "pulse_output", target)
        await hass.config_entries.async_unload(entry.entry_id)
        with pytest.raises(ServiceValidationError, match="Gate camera is not running"):
            await call(hass, "pulse_output", {"device_id": mine})
        assert changing(camera) == []


async def test_one_of_two_fails(hass: HomeAssistant, set_up: SetUp) -> None:
    """Say which device failed: in the response if the caller looks at it, else by an error; the other one goes on."""
    async with NvrV2Simulator() as recorder, IpcV2Simulator() as camera:
        entries = await set_up(recorder), await set_up(camera)
        first, second = device_id(hass, entries[0], recorder), device_id(hass, entries[1], camera)
        target = {"device_id": [first, second]}
        camera.faults = Faults(error_code=4, only=ORDER)
        answer = await call(hass, "pulse_output", target, asks=True, duration=0.1)
        assert answer == {first: {}, second: {"error": "The user of Gate camera may not do this"}}
        with pytest.raises(HomeAssistantError, match="Gate camera may not do this"):
            await call(hass, "pulse_output", target, duration=0.1)
        assert recorder.output_log == [ON, OFF] * 2
        recorder.faults = Faults(error_code=4, only=ORDER)
        with pytest.raises(HomeAssistantError, match="Several devices failed"):
            await call(hass, "pulse_output", target, asks=True, duration=0.1)
        assert camera.output_log == []


async def test_many_at_once(hass: HomeAssistant, hass_storage: dict[str, Any], set_up: SetUp, later: Later) -> None:
    """Take 64 pulses at once without standing in each other's way, and end them all."""
    async with NvrV2Simulator() as recorder:
        recorder.alarm_out_count = 64
        entry = await set_up(recorder)
        tasks = [pulse(hass, recorder, number, duration=30) for number in range(1, 65)]
        await until(lambda: sum(recorder.outputs.values()) == 64)
        await until(lambda: shown(hass, recorder, 64) == "on")
        assert len(debts(hass_storage, entry.entry_id)) == 64
        await later(31)
        await asyncio.gather(*tasks)
        assert not any(recorder.outputs.values())
        assert len(recorder.output_log) == 128
        assert debts(hass_storage, entry.entry_id) == []
