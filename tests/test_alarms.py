"""Alarms as users see them: what posts, polls, detections and the clock make of one binary sensor."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.conftest import Later, SetUp
from tests.pushing import find, post, value
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.posts_base import Target
from tests.simulators.state import Faults

MOTION = "binary_sensor.motion"
INTRUSION = "binary_sensor.intrusion"


async def push_status(camera: ViewtronSimulator, states: Mapping[str, bool], number: int | None = 1) -> None:
    """Post alarm states of a camera; the poll knows nothing of them."""
    await post(camera.push_url, ipc_posts.alarm_status(camera.identity(), datetime.now(UTC), states, number=number))


async def push_rules(recorder: ViewtronSimulator, channel: int | None, field: str, rules: Mapping[int, bool]) -> None:
    """Post alarm states of a recorder's rules; the poll knows nothing of them."""
    body = nvr_posts.alarm_status(recorder.identity(channel), datetime.now(UTC), {field: rules})
    await post(recorder.push_url, body)


async def detect(camera: ViewtronSimulator, phase: str, event: int = 9) -> None:
    """Post a phase of an intrusion."""
    body = ipc_posts.intrusion(camera.identity(), datetime.now(UTC), targets=[Target(event_id=event)], phase=phase)
    await post(camera.push_url, body)


def quiet_polls(device: ViewtronSimulator) -> None:
    """Let the poll fail, so that pushes and the clock alone decide."""
    device.faults = Faults(error_code=79, only={"GetAlarmStatus"})


# Holding.


@pytest.mark.parametrize("phase", ["SMART_START", "SMART_PROCEDURE", "SMART_NONE"])
async def test_detection_holds_ten_seconds(hass: HomeAssistant, later: Later, set_up: SetUp, phase: str) -> None:
    """Stay on for ten seconds after a detection that starts, goes on or says nothing."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        await detect(camera, phase)
        assert value(hass, camera, INTRUSION) == "on"
        await later(9.4)
        assert value(hass, camera, INTRUSION) == "on"
        await later(0.7)
        assert value(hass, camera, INTRUSION) == "off"


async def test_update_prolongs(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Count the hold time from the last detection of an event."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        await detect(camera, "SMART_START")
        await later(8)
        await detect(camera, "SMART_PROCEDURE")
        await later(8)
        assert value(hass, camera, INTRUSION) == "on"
        await later(3)
        assert value(hass, camera, INTRUSION) == "off"


async def test_hold_time_is_an_option(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Hold as long as the user wants."""
    async with IpcV1Simulator() as camera:
        entry = await set_up(camera)
        flow = await hass.config_entries.options.async_init(entry.entry_id)
        await hass.config_entries.options.async_configure(flow["flow_id"], {"hold_time": 40})
        await hass.async_block_till_done()
        await camera.send_keepalive()
        await later(6)
        await detect(camera, "SMART_START")
        await later(39)
        assert value(hass, camera, INTRUSION) == "on"
        await later(2)
        assert value(hass, camera, INTRUSION) == "off"


async def test_stop_turns_off(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """End with the last of the events that began."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await detect(camera, "SMART_START", 9)
        await detect(camera, "SMART_START", 10)
        await detect(camera, "SMART_STOP", 9)
        assert value(hass, camera, INTRUSION) == "on"
        await detect(camera, "SMART_STOP", 10)
        assert value(hass, camera, INTRUSION) == "off"


async def test_status_stands_until_it_ends(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """While a status stands, let only the status turn it off: no stop and no hold time."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        quiet_polls(camera)
        await push_status(camera, {"perimeterAlarm": True})
        await detect(camera, "SMART_START")
        await detect(camera, "SMART_STOP")
        assert value(hass, camera, INTRUSION) == "on"
        await later(60)
        assert value(hass, camera, INTRUSION) == "on"
        await push_status(camera, {"perimeterAlarm": False})
        assert value(hass, camera, INTRUSION) == "off"


async def test_status_without_an_end(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """End a status after five minutes when nobody confirms it."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        quiet_polls(camera)
        await push_status(camera, {"perimeterAlarm": True})
        await later(299)
        await camera.send_keepalive()
        assert value(hass, camera, INTRUSION) == "on"
        await later(2)
        assert value(hass, camera, INTRUSION) == "off"


async def test_repeated_status_is_confirmed(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Count the five minutes from the last time the status was told."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        quiet_polls(camera)
        await push_status(camera, {"perimeterAlarm": True})
        await later(200)
        await push_status(camera, {"perimeterAlarm": True})
        await later(200)
        await camera.send_keepalive()
        assert value(hass, camera, INTRUSION) == "on"


async def test_several_rules_of_one_channel(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Stay on while any rule is on, and keep the channels apart although their rules have the same numbers."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await push_rules(recorder, 2, "perimeterAlarm", {1: True})
        await push_rules(recorder, 2, "perimeterAlarm", {2: True})
        await push_rules(recorder, 3, "perimeterAlarm", {1: True})
        await push_rules(recorder, 2, "perimeterAlarm", {1: False})
        assert [value(hass, recorder, INTRUSION, number) for number in (1, 2, 3)] == ["off", "on", "on"]
        await push_rules(recorder, 2, "perimeterAlarm", {2: False})
        assert [value(hass, recorder, INTRUSION, number) for number in (1, 2, 3)] == ["off", "off", "on"]


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_ids_of_a_poll_are_channels(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Read the id as the channel in a poll."""
    async with kind() as recorder:
        await set_up(recorder)
        recorder.set_alarm("perimeterAlarm", True, 2)
        recorder.set_alarm("motionAlarm", True, 3)
        await later(6)
        assert [value(hass, recorder, INTRUSION, number) for number in (1, 2, 3)] == ["off", "on", "off"]
        assert [value(hass, recorder, MOTION, number) for number in (1, 2, 3)] == ["off", "off", "on"]
        recorder.set_alarm("perimeterAlarm", False, 2)
        recorder.set_alarm("motionAlarm", False, 3)
        await later(6)
        assert [value(hass, recorder, INTRUSION, number) for number in (1, 2, 3)] == ["off"] * 3
        assert value(hass, recorder, MOTION, 3) == "off"


async def test_pushed_rule_ends_although_the_poll_saw_the_channel(
    hass: HomeAssistant, later: Later, set_up: SetUp
) -> None:
    """End with the rule's end: rule 1 in the post and channel 2 in the poll are one alarm."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.send_alarm("perimeterAlarm", True, channel=2)
        await later(6)
        assert value(hass, recorder, INTRUSION, 2) == "on"
        await recorder.send_alarm("perimeterAlarm", False, channel=2)
        assert value(hass, recorder, INTRUSION, 2) == "off"
        await later(6)
        assert value(hass, recorder, INTRUSION, 2) == "off"


# Polls and pushes.


async def test_older_poll_does_not_override(
    hass: HomeAssistant, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Believe a push more than the answer to a poll that was asked before it."""
    monkeypatch.setattr("custom_components.viewwall.alarms.POLL_LAG", 0)
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        coordinator = entry.runtime_data.coordinator
        camera.faults = Faults(delay=0.5, only={"GetAlarmStatus"})
        camera.requests.clear()
        asking = hass.async_create_task(coordinator.async_refresh())
        await asyncio.sleep(0.25)
        assert [request.command for request in camera.requests] == ["GetAlarmStatus"]
        await push_status(camera, {"motionAlarm": True})
        await asking
        assert value(hass, camera, MOTION) == "on"
        camera.faults = Faults()
        await coordinator.async_refresh()
        assert value(hass, camera, MOTION) == "off"


async def test_device_that_pushes_before_it_lists(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Keep a pushed alarm through a poll right after it that does not list it yet; a later one ends it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await push_status(camera, {"motionAlarm": True})
        await entry.runtime_data.coordinator.async_refresh()
        assert value(hass, camera, MOTION) == "on"
        await later(61)
        assert value(hass, camera, MOTION) == "off"


async def test_recorder_that_never_lists_offline_channels(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Keep a pushed loss of a channel where polls do not speak of it, until a push or the limit ends it."""
    async with NvrV2Simulator() as recorder:
        for channel in recorder.channels:
            channel.status = "online"
        await set_up(recorder)
        body = nvr_posts.alarm_status(recorder.identity(1), datetime.now(UTC), {"chlOfflineAlarm": {1: True}})
        await recorder.push(body)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert value(hass, recorder, "binary_sensor.connectivity", 1) == "off"
        await later(61)
        assert value(hass, recorder, "binary_sensor.connectivity", 1) == "off"
        back = nvr_posts.alarm_status(recorder.identity(1), datetime.now(UTC), {"chlOfflineAlarm": {1: False}})
        await recorder.push(back)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert value(hass, recorder, "binary_sensor.connectivity", 1) == "on"


@pytest.mark.parametrize(
    ("kind", "complete"), [(IpcV1Simulator, True), (IpcV2Simulator, True), (IpcV2Simulator, False)]
)
async def test_missing_in_a_poll(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator], complete: bool
) -> None:
    """End an alarm with the poll, whether it is listed as off or no longer listed."""
    async with kind() as camera:
        camera.alarms_complete = complete
        await set_up(camera)
        assert value(hass, camera, MOTION) == "off"
        camera.set_alarm("motionAlarm", True)
        await later(6)
        assert value(hass, camera, MOTION) == "on"
        camera.set_alarm("motionAlarm", False)
        await later(6)
        assert value(hass, camera, MOTION) == "off"


@pytest.mark.parametrize("kind", [IpcV2Simulator, NvrV2Simulator, NvrV1Simulator])
async def test_missing_ends_a_pushed_alarm(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """End a pushed alarm whose end was lost, as soon as a poll of active alarms no longer lists it."""
    async with kind() as device:
        await set_up(device)
        body = {
            True: nvr_posts.alarm_status(device.identity(1), datetime.now(UTC), {"motionAlarm": {1: True}}),
            False: ipc_posts.alarm_status(device.identity(), datetime.now(UTC), {"motionAlarm": True}),
        }[device.nvr]
        channel = {True: 1}.get(device.nvr)
        await post(device.push_url, body)
        assert value(hass, device, MOTION, channel) == "on"
        await later(6)
        assert value(hass, device, MOTION, channel) == "off"


# Fields.


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("motionAlarm", "motion"),
        ("perimeterAlarm", "intrusion"),
        ("tripwireAlarm", "line_crossing"),
        ("aoiEntryAlarm", "region_entry"),
        ("aoiLeaveAlarm", "region_exit"),
        ("loiteringAlarm", "loitering"),
        ("pvdAlarm", "illegal_parking"),
        ("oscAlarm", "object_left_or_missing"),
        ("vfdAlarm", "face"),
        ("VFDAlarm", "face"),
        ("vehiceAlarm", "license_plate"),
        ("vehicleAlarm", "license_plate"),
        ("CDDAlarm", "crowd_density"),
        ("ipdAlarm", "people_intrusion"),
        ("asdAlarm", "sound"),
        ("clarityAbnormal", "video_blurred"),
        ("colorAbnormal", "video_color_cast"),
        ("sceneChange", "scene_changed"),
        ("sensorAlarm", "alarm_input_1"),
        ("sensorAlarmIn", "alarm_input_1"),
        ("MOTIONALARM", "motion"),
    ],
)
@pytest.mark.parametrize("number", [1, None])
async def test_fields_of_a_camera(hass: HomeAssistant, set_up: SetUp, field: str, key: str, number: int | None) -> None:
    """Show each field by its binary sensor, in any case, with and without an id."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await push_status(camera, {field: True}, number)
        assert value(hass, camera, f"binary_sensor.{key}") == "on"
        await push_status(camera, {field: False}, number)
        assert value(hass, camera, f"binary_sensor.{key}") == "off"


@pytest.mark.parametrize(
    ("build", "key"),
    [
        (ipc_posts.intrusion, "intrusion"),
        (ipc_posts.line_crossing, "line_crossing"),
        (ipc_posts.region_entry, "region_entry"),
        (ipc_posts.region_exit, "region_exit"),
        (ipc_posts.loitering, "loitering"),
        (ipc_posts.parking, "illegal_parking"),
        (ipc_posts.object_left, "object_left_or_missing"),
        (ipc_posts.motion, "motion"),
        (ipc_posts.face, "face"),
        (lambda who, at: ipc_posts.detection(who, at, "CDD"), "crowd_density"),
        (lambda who, at: ipc_posts.detection(who, at, "IPD"), "people_intrusion"),
        (lambda who, at: ipc_posts.detection(who, at, "ASD"), "sound"),
        (lambda who, at: ipc_posts.detection(who, at, "FIRE"), "fire"),
        (lambda who, at: ipc_posts.detection(who, at, "TEMPERATURE"), "temperature"),
        (ipc_posts.sensor, "alarm_input_1"),
    ],
)
async def test_detections_of_a_camera(
    hass: HomeAssistant, set_up: SetUp, build: Callable[..., bytes], key: str
) -> None:
    """Turn on what a detection is about, on a camera that did not say that it can detect it."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await post(camera.push_url, build(camera.identity(), datetime.now(UTC)))
        assert value(hass, camera, f"binary_sensor.{key}") == "on"


@pytest.mark.parametrize("field", ["passlineAlarm", "trafficAlarm", "cpcAlarm", "CPCAlarm"])
async def test_counting_is_no_alarm(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, field: str
) -> None:
    """Make nothing of a counting field, and do not call it unknown either."""
    assert await async_setup_component(hass, "diagnostics", {})
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        await recorder.send_keepalive()
        before = {found.entity_id for found in hass.states.async_all()}
        await push_rules(recorder, 1, field, {1: True})
        await hass.async_block_till_done()
        assert {found.entity_id for found in hass.states.async_all()} == before
        facts = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        push = facts["push"]
        assert isinstance(push, dict)
        assert push["unknown_fields"] == []


async def test_unknown_field_is_in_the_diagnostics(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Show a field that nobody knows in the diagnostics alone."""
    assert await async_setup_component(hass, "diagnostics", {})
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.send_keepalive()
        before = {found.entity_id for found in hass.states.async_all()}
        await push_status(camera, {"smokeAlarm": True, "motionAlarm": True})
        await hass.async_block_till_done()
        assert {found.entity_id for found in hass.states.async_all()} == before
        assert value(hass, camera, MOTION) == "on"
        facts = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        push = facts["push"]
        assert isinstance(push, dict)
        assert push["unknown_fields"] == ["smokeAlarm"]


# Recorders.


async def test_camera_lost_and_found(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Show a lost camera as not connected, and lost video as a problem."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        assert value(hass, recorder, "binary_sensor.connectivity", 2) == "on"
        recorder.channels[1].status = "offline"
        await push_rules(recorder, 2, "chlOfflineAlarm", {1: True})
        await later(0)
        assert [value(hass, recorder, "binary_sensor.connectivity", number) for number in (1, 2)] == ["on", "off"]
        recorder.channels[1].status = "online"
        await push_rules(recorder, 2, "chlOfflineAlarm", {1: False})
        await later(12)
        assert value(hass, recorder, "binary_sensor.connectivity", 2) == "on"
        await push_rules(recorder, 3, "chlVideoLoss", {1: True})
        assert [value(hass, recorder, "binary_sensor.video_loss", number) for number in (2, 3)] == ["off", "on"]


async def test_lost_camera_without_a_channel_in_the_head(hass: HomeAssistant, set_up: SetUp) -> None:
    """Read the item's id as the channel where the post names none."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await push_rules(recorder, None, "chlOfflineAlarm", {4: True})
        assert [value(hass, recorder, "binary_sensor.connectivity", number) for number in (3, 4)] == ["on", "off"]


async def test_inputs_of_a_recorder(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Read the id as the input, in posts and polls."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await push_rules(recorder, None, "sensorAlarmIn", {3: True})
        assert [value(hass, recorder, f"binary_sensor.alarm_input_{n}") for n in (2, 3)] == ["off", "on"]
        recorder.alarms["sensorAlarmIn"] = {2: True, 18: True}
        await later(6)
        shown = [value(hass, recorder, f"binary_sensor.alarm_input_{n}") for n in (2, 3, 18)]

    assert shown == ["on", "off", "on"]


async def test_two_devices_do_not_mix(hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep the alarms of two cameras apart, each on its own address."""
    async with IpcV1Simulator() as yard, IpcV2Simulator() as gate:
        await set_up(yard)
        await set_up(gate)
        await push_status(gate, {"motionAlarm": True})
        assert (value(hass, yard, MOTION), value(hass, gate, MOTION)) == ("off", "on")
        await push_status(yard, {"motionAlarm": True})
        await push_status(gate, {"motionAlarm": False})
        assert (value(hass, yard, MOTION), value(hass, gate, MOTION)) == ("on", "off")


@pytest.mark.parametrize("channel", [0, 9, 300, 99_999_999])
async def test_channel_that_cannot_be(hass: HomeAssistant, set_up: SetUp, channel: int) -> None:
    """Make no devices of channels that the recorder cannot have."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await push_rules(recorder, channel, "motionAlarm", {1: True})
        await post(recorder.push_url, nvr_posts.region_intrusion(recorder.identity(channel), datetime.now(UTC)))
        await hass.async_block_till_done()
        assert find(hass, recorder, MOTION, channel) is None
        assert find(hass, recorder, INTRUSION, channel) is None
