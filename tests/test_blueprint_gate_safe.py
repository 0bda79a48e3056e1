"""The blueprint that opens a gate: nothing opens by accident, and what it tells."""

from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from tests.blueprinting import AUTOMATION, change, messages, phone, settle
from tests.gates import MINUTE, Gate, _camera, _gate, _guard  # noqa: F401  fixtures
from tests.owing import order
from tests.pushing import entity_id
from tests.simulators.state import Faults


async def test_nothing_by_accident(hass: HomeAssistant, tmp_path: Path, gate: Gate, guard: Any) -> None:
    """Open nothing at a start, a reload, or when states are written anew."""
    await guard()
    assert await gate.reads()
    event = entity_id(hass, gate.camera, "event.license_plate")
    known = hass.states.get(event)
    assert known is not None
    (entry,) = hass.config_entries.async_entries("viewwall")

    async def reload_device() -> None:
        assert await hass.config_entries.async_reload(entry.entry_id)

    async def change_automation() -> None:
        await change(hass, tmp_path)
        await hass.services.async_call("automation", "turn_off", {"entity_id": AUTOMATION}, blocking=True)
        await hass.services.async_call("automation", "turn_on", {"entity_id": AUTOMATION}, blocking=True)

    async def write_states() -> None:
        hass.states.async_set(event, "unavailable")
        hass.states.async_set(event, known.state, known.attributes)
        hass.states.async_set(event, known.state, {**known.attributes, "more": 1})
        hass.states.async_set(event, dt_util.utcnow().isoformat(), known.attributes)
        for sensor in ("sensor.last_plate", "sensor.plate_list"):
            row = hass.states.get(entity_id(hass, gate.camera, sensor))
            assert row is not None
            hass.states.async_set(row.entity_id, "unavailable")
            hass.states.async_set(row.entity_id, row.state, row.attributes, force_update=True)

    async def start() -> None:
        hass.bus.async_fire("homeassistant_start")
        hass.bus.async_fire("homeassistant_started")

    async def touch_the_switch() -> None:
        await order(hass, gate.camera, "turn_off")
        gate.camera.output_log.clear()

    for accident in (reload_device, change_automation, write_states, start, touch_the_switch):
        await accident()
        await hass.async_block_till_done()
        await gate.later(MINUTE)
        assert not await gate.opened(), accident
    assert await gate.reads()


async def test_device_off_and_on(gate: Gate, guard: Any) -> None:
    """Open nothing when the camera goes and comes back."""
    await guard()
    assert await gate.reads()
    gate.camera.faults.refuse_connections = True
    for _ in range(4):
        await gate.later(MINUTE)
    gate.camera.faults.refuse_connections = False
    for _ in range(3):
        await gate.later(MINUTE)
    assert gate.camera.output_log == []
    assert await gate.reads()


async def test_picture_in_the_message(
    hass: HomeAssistant, gate: Gate, guard: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Send the picture by its entity, without its secret, to each telephone."""
    told, other = messages(hass), messages(hass, "old_phone")
    custom = async_mock_service(hass, "test", "told")
    telling = [{"action": "test.told", "data": {"picture": "{{ image }}", "say": "{{ title }}: {{ text }}"}}]
    await guard(phones=[phone(hass), phone(hass, "Old phone"), "gone"], telling=telling)
    assert await gate.reads()
    overview = entity_id(hass, gate.camera, "image.overview")
    expected = {"title": "Gate", "message": "GX 417 TB", "data": {"image": f"/api/image_proxy/{overview}"}}
    assert [call.data for call in told] == [call.data for call in other] == [expected]
    assert [call.data for call in custom] == [{"picture": overview, "say": "Gate: GX 417 TB"}]
    assert not await gate.reads(listed="blackList")
    assert len(told) == 1
    assert not [record for record in caplog.records if "automation" in record.name and record.levelname == "ERROR"]


async def test_own_words(hass: HomeAssistant, gate: Gate, guard: Any) -> None:
    """Put the plate's facts where the user wants them."""
    told = messages(hass)
    text = "{{ plate.vehicle.color }} {{ plate.number }} ({{ plate.direction }}, {{ plate.list }})"
    await guard(phones=[phone(hass)], title="Tor", text=text)
    assert await gate.reads("12345")
    assert (told[0].data["title"], told[0].data["message"]) == ("Tor", "grey 12345 (approach, allow)")


async def test_other_ways_to_open(hass: HomeAssistant, gate: Gate, guard: Any) -> None:
    """Do what the user gave instead of the output, under the conditions that he gave."""
    opened = async_mock_service(hass, "cover", "open_cover")
    hass.states.async_set("input_boolean.guests", "off")
    condition = {"condition": "state", "entity_id": "input_boolean.guests", "state": "on"}
    actions = [{"action": "cover.open_cover", "target": {"entity_id": "cover.gate"}}]
    await guard(output="", opening=actions, more_conditions=[condition])
    await gate.camera.send_plate("GX 417 TB", listed="whiteList")
    await settle()
    assert opened == []
    hass.states.async_set("input_boolean.guests", "on")
    await gate.camera.send_plate("GX 417 TB", listed="whiteList", confidence=98)
    await settle()
    assert [call.data["entity_id"] for call in opened] == [["cover.gate"]]
    assert gate.camera.output_log == []


async def test_second_car_while_the_gate_is_open(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gate: Gate, guard: Any
) -> None:
    """Begin anew for who comes after the pause, so that what closes the gate does not close it on him."""
    opened, closed = (async_mock_service(hass, "cover", f"{verb}_cover") for verb in ("open", "close"))
    hass.states.async_set("input_boolean.gone", "off")
    through = {"wait_template": "{{ is_state('input_boolean.gone', 'on') }}"}
    actions = [{"action": "cover.open_cover"}, through, {"action": "cover.close_cover"}]
    await guard(output="", opening=actions, cooldown=0)
    for number in ("GX 417 TB", "RS 22"):
        await gate.camera.send_plate(number, listed="whiteList")
        await settle()
        freezer.tick(5)
    assert (len(opened), len(closed)) == (2, 0)
    hass.states.async_set("input_boolean.gone", "on")
    await settle()
    assert (len(opened), len(closed)) == (2, 1)


async def test_camera_that_does_not_switch(hass: HomeAssistant, gate: Gate, guard: Any) -> None:
    """Tell about the plate even if the output cannot be switched."""
    told = messages(hass)
    await guard(phones=[phone(hass)])
    gate.camera.faults = Faults(error_code=7, only={"ManualAlarmOut"})
    assert not await gate.reads_now()
    assert len(told) == 1


async def test_tried_by_hand(hass: HomeAssistant, gate: Gate, guard: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Open without a plate when the user runs the actions from the menu."""
    told = messages(hass)
    await guard(phones=[phone(hass)])
    await hass.services.async_call("automation", "trigger", {"entity_id": AUTOMATION})
    assert await gate.opened()
    assert [call.data for call in told] == [{"title": "Gate", "message": "-", "data": {}}]
    assert "rror" not in "".join(record.message for record in caplog.records if "automation" in record.name)
