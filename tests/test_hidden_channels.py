"""Channels of a recorder that the user wants nothing of, and that come back when he wants them."""

from dataclasses import replace
from datetime import UTC, datetime
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.acting import call
from tests.choosing import choices, choose, open_form, shown, submit
from tests.conftest import Later, SetUp
from tests.pushing import device_id, entity_id, find, post, value
from tests.simulators import answers_video, nvr_posts
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.posts_base import Identity, Plate
from tests.simulators.state import Answer, Faults, Request, Shape, SimChannel

OURS = ("custom_components.viewwall", "homeassistant.core", "homeassistant.helpers", "homeassistant.config_entries")
HIDDEN = 2
ALL = ["1", "2", "3", "4", "5", "6", "7", "8"]
OTHERS = [channel for channel in ALL if channel != str(HIDDEN)]


def channels_with_device(hass: HomeAssistant, entry: ConfigEntry[Any], recorder: ViewtronSimulator) -> set[int]:
    """Return the channels that have a device."""
    found = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    heads = [identifier for device in found for _, identifier in device.identifiers]
    return {int(head.rpartition("_")[2]) for head in heads if head != recorder.mac}


def entities_of(hass: HomeAssistant, entry: ConfigEntry[Any], recorder: ViewtronSimulator, channel: int) -> set[str]:
    """Return the entities of a channel, by the registry."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {each.entity_id for each in found if each.unique_id.startswith(f"{recorder.mac}_{channel}_")}


def asked_about(recorder: ViewtronSimulator, channel: int) -> set[str]:
    """Return what the recorder was asked about a channel, which inputs and outputs are not."""
    asked = {request.command for request in recorder.requests if request.channel == channel}
    return asked - {"GetAlarmInConfig", "GetAlarmOutConfig"}


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings and errors about this integration's doings."""
    loud = [record for record in caplog.records if record.levelno >= logging.WARNING and record.name.startswith(OURS)]
    return [record.getMessage() for record in loud]


async def test_hidden_and_back(hass: HomeAssistant, set_up: SetUp, caplog: pytest.LogCaptureFixture) -> None:
    """Remove device and entities of a hidden channel, and bring all back as the user had named it."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        form = await open_form(hass, entry)
        assert choices(form, "channels") == dict(zip(ALL, NvrV2Simulator.names, strict=True))
        assert shown(form)["channels"] == ALL
        before = entities_of(hass, entry, recorder, HIDDEN)
        intrusion = entity_id(hass, recorder, "binary_sensor.intrusion", HIDDEN)
        er.async_get(hass).async_update_entity(intrusion, new_entity_id="binary_sensor.drive", name="Who is there")
        known = device_id(hass, entry, recorder, HIDDEN)
        dr.async_get(hass).async_update_device(known, name_by_user="My driveway")

        await choose(hass, entry, channels=OTHERS)
        assert entry.options == {"hold_time": 10, "hidden_channels": [HIDDEN]}
        assert channels_with_device(hass, entry, recorder) == {1, 3, 4, 5, 6, 7, 8}
        assert entities_of(hass, entry, recorder, HIDDEN) == set()
        assert hass.states.get("binary_sensor.drive") is None
        assert not any(hass.states.get(name) for name in before)
        # It can be found by its name when the user wants it back.
        form = await open_form(hass, entry)
        assert choices(form, "channels") == dict(zip(ALL, NvrV2Simulator.names, strict=True))
        assert shown(form)["channels"] == OTHERS

        await choose(hass, entry, channels=ALL)
        assert entry.options == {"hold_time": 10}
        assert device_id(hass, entry, recorder, HIDDEN) == known
        device = dr.async_get(hass).async_get(known)
        assert device is not None
        assert device.name_by_user == "My driveway"
        assert entities_of(hass, entry, recorder, HIDDEN) == (before - {intrusion}) | {"binary_sensor.drive"}
        await recorder.send_intrusion(channel=HIDDEN)
        assert value(hass, recorder, "binary_sensor.intrusion", HIDDEN) == "on"
        drive = hass.states.get("binary_sensor.drive")
        assert drive is not None
        assert drive.state == "on"
    assert complaints(caplog) == []


def _posts(who: Identity) -> dict[str, bytes]:
    """Return posts of all sorts about a channel."""
    now = datetime.now(UTC)
    return {
        "intrusion": nvr_posts.region_intrusion(who, now),
        "line crossing": nvr_posts.line_crossing(who, now),
        "count": nvr_posts.counting_by_line(who, now),
        "metadata": nvr_posts.video_metadata(who, now),
        "unknown": nvr_posts.unknown(who, now),
        "face": nvr_posts.face(who, now),
        "plate": nvr_posts.vehicle(who, now, [Plate(number="GX 417 TB")]),
        "status": nvr_posts.alarm_status(who, now, {"perimeterAlarm": {4: True}, "motionAlarm": {1: True}}),
        "offline": nvr_posts.alarm_status(replace(who, channel=None), now, {"chlOfflineAlarm": {HIDDEN: True}}),
    }


async def test_posts_about_it(
    hass: HomeAssistant, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Let posts about a hidden channel show that events arrive, and do nothing else, above all not to the recorder."""
    fired = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        counter = entity_id(hass, recorder, "sensor.messages_received")
        er.async_get(hass).async_update_entity(counter, disabled_by=None)
        # Home Assistant reloads the entry for that.
        await later(31)
        await choose(hass, entry, channels=OTHERS)
        assert value(hass, recorder, "binary_sensor.event_push") == "unknown"
        before = {state.entity_id: state.state for state in hass.states.async_all()}
        posts = _posts(recorder.identity(HIDDEN))
        for body in posts.values():
            assert (await post(recorder.push_url, body)).status == 200
        await hass.async_block_till_done(wait_background_tasks=True)
        await later(61)
        assert value(hass, recorder, "binary_sensor.event_push") == "on"
        after = {state.entity_id: state.state for state in hass.states.async_all()}
        changed = {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}
        told = {"binary_sensor.event_push", "sensor.last_message", "sensor.messages_received"}
        assert changed == {entity_id(hass, recorder, name) for name in told}
        assert fired == []
        assert channels_with_device(hass, entry, recorder) == {1, 3, 4, 5, 6, 7, 8}
        assert entities_of(hass, entry, recorder, HIDDEN) == set()
        assert value(hass, recorder, "sensor.messages_received") == str(len(posts))
        # The others go on.
        await recorder.send_intrusion(channel=3)
        assert value(hass, recorder, "binary_sensor.intrusion", 3) == "on"
        assert len(fired) == 1
    assert complaints(caplog) == []


async def test_alarm_inputs_are_the_recorders(hass: HomeAssistant, set_up: SetUp) -> None:
    """Show an alarm input of the recorder also if the message names a hidden channel beside it."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        await choose(hass, entry, channels=OTHERS)
        states = {"sensorAlarm": {3: True}, "perimeterAlarm": {1: True}}
        body = nvr_posts.alarm_status(recorder.identity(HIDDEN), datetime.now(UTC), states)
        await post(recorder.push_url, body)
        assert value(hass, recorder, "binary_sensor.alarm_input_3") == "on"
        assert entities_of(hass, entry, recorder, HIDDEN) == set()
        fired = async_capture_events(hass, EVENT_VIEWWALL)
        await post(recorder.push_url, nvr_posts.unknown(recorder.identity(HIDDEN), datetime.now(UTC), "sensor"))
        await hass.async_block_till_done()
        assert [event.data["type"] for event in fired] == ["alarm_input"]
        assert fired[0].data["device_id"] == device_id(hass, entry, recorder)


async def test_polls(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Ignore what polls tell of a hidden channel, over hours."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        assert value(hass, recorder, "sensor.channels_online") == "6"
        await choose(hass, entry, channels=OTHERS)
        assert value(hass, recorder, "sensor.channels_online") == "5"
        recorder.set_alarm("perimeterAlarm", True, HIDDEN)
        recorder.set_alarm("tripwireAlarm", True, HIDDEN)
        recorder.set_alarm("perimeterAlarm", True, 3)
        for seconds in (6, 61, 301, 6 * 3600 + 1, 61):
            await later(seconds)
        assert value(hass, recorder, "binary_sensor.intrusion", 3) == "on"
        recorder.channels[HIDDEN - 1].status = "offline"
        for seconds in (6, 301, 61):
            await later(seconds)
        assert value(hass, recorder, "sensor.channels_online") == "5"
        assert channels_with_device(hass, entry, recorder) == {1, 3, 4, 5, 6, 7, 8}
        assert entities_of(hass, entry, recorder, HIDDEN) == set()


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_nothing_is_asked(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator], shape: Shape
) -> None:
    """Ask a recorder nothing about a hidden channel: no name, no infrared light, no presets, over hours."""
    async with kind(shape=shape) as recorder:
        recorder.channel_lists_name = False
        entry = await set_up(recorder)
        # Off by default without PTZ, but this user shows them.
        registry = er.async_get(hass)
        for channel in (1, HIDDEN):
            for key in ("ptz_preset", "ptz_cruise"):
                if (found := find(hass, recorder, f"select.{key}", channel)) is not None:
                    registry.async_update_entity(found, disabled_by=None)
        assert asked_about(recorder, HIDDEN)
        listed = [str(channel.id) for channel in recorder.channels]
        await choose(hass, entry, channels=[channel for channel in listed if channel != str(HIDDEN)])
        recorder.requests.clear()
        await hass.config_entries.async_reload(entry.entry_id)
        for seconds in (6, 61, 301, 3601, 6 * 3600 + 1, 61, 61):
            await later(seconds)
        assert asked_about(recorder, 1)
        assert asked_about(recorder, HIDDEN) == set()


async def test_actions_do_not_find_it(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take the device of a hidden channel for one that is not there."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        gone, there = device_id(hass, entry, recorder, HIDDEN), device_id(hass, entry, recorder, 3)
        entity = entity_id(hass, recorder, "camera.sub", HIDDEN)
        await choose(hass, entry, channels=OTHERS)
        recorder.requests.clear()
        for target in ({"device_id": gone}, {"device_id": [there, gone]}, {"entity_id": entity}):
            with pytest.raises(ServiceValidationError) as error:
                await call(hass, "ptz_move", target, direction="left")
            assert error.value.translation_key == "unknown_target"
        assert not [request for request in recorder.requests if request.command.lower().startswith("ptz")]


async def test_new_channel_appears_by_itself(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Show a camera that is added to the recorder after others were hidden, also while the form is open."""
    async with NvrV2Simulator() as recorder:
        recorder.channels = recorder.channels[:3]
        recorder.chl_max_count = 8
        entry = await set_up(recorder)
        await choose(hass, entry, channels=["1", "3"])
        form = await open_form(hass, entry)
        recorder.channels.append(SimChannel(id=4, name="Barn"))
        await later(301)
        assert channels_with_device(hass, entry, recorder) == {1, 3, 4}
        await submit(hass, form, channels=["1"])
        assert entry.options["hidden_channels"] == [2, 3]
        assert channels_with_device(hass, entry, recorder) == {1, 4}
        assert choices(await open_form(hass, entry), "channels") == {
            "1": "Front door",
            "2": "Driveway",
            "3": "Gate",
            "4": "Barn",
        }


async def test_channel_that_is_in_no_list(hass: HomeAssistant, set_up: SetUp) -> None:
    """Offer also a channel that only messages name, and one that was hidden and is gone from the list."""
    async with NvrV2Simulator() as recorder:
        recorder.chl_max_count = 16
        entry = await set_up(recorder)
        who = replace(recorder.identity(1), channel=12)
        await post(recorder.push_url, nvr_posts.region_intrusion(who, datetime.now(UTC)))
        await hass.async_block_till_done(wait_background_tasks=True)
        assert choices(await open_form(hass, entry), "channels")["12"] == "Channel 12"
        await choose(hass, entry, channels=OTHERS)
        assert entry.options["hidden_channels"] == [2, 12]
        assert 12 not in channels_with_device(hass, entry, recorder)
        await post(recorder.push_url, nvr_posts.line_crossing(who, datetime.now(UTC)))
        await hass.async_block_till_done(wait_background_tasks=True)
        assert 12 not in channels_with_device(hass, entry, recorder)
        del recorder.channels[1]
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        offered = choices(await open_form(hass, entry), "channels")
        assert offered["2"] == "Channel 2"
        assert offered["12"] == "Channel 12"
        await choose(hass, entry, hold_time=20)
        assert entry.options == {"hold_time": 20, "hidden_channels": [2, 12]}


async def test_names_that_differ_in_nothing(hass: HomeAssistant, set_up: SetUp) -> None:
    """Tell channels of one name apart by their numbers."""
    async with NvrV2Simulator() as recorder:
        for channel in recorder.channels[2:5]:
            channel.name = "Yard"
        entry = await set_up(recorder)
        labels = choices(await open_form(hass, entry), "channels")
    assert [labels[channel] for channel in "12345"] == ["Front door", "Driveway", "Yard (3)", "Yard (4)", "Yard (5)"]


async def test_one_at_least(hass: HomeAssistant, set_up: SetUp) -> None:
    """Say that a recorder without any channel is not meant, show the form again, and keep what was typed."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        form = await open_form(hass, entry)
        result = await submit(hass, form, hold_time=25, channels=[], streams=["sub"])
        assert result["errors"] == {"channels": "choose_one"}
        assert shown(result)["channels"] == []
        assert shown(result)["streams"] == ["sub"]
        assert shown(result)["hold_time"] == 25
        assert entry.options == {}
        await submit(hass, result, hold_time=25, channels=["5"], streams=["sub"])
        assert channels_with_device(hass, entry, recorder) == {5}
        assert value(hass, recorder, "sensor.channels_online") == "1"


async def test_while_the_recorder_is_away(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Offer what is known while the recorder does not answer, without waiting for it, and hide all the same."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        await choose(hass, entry, channels=OTHERS)
        recorder.faults.refuse_connections = True
        await later(61)
        form = await open_form(hass, entry)
        assert choices(form, "channels")["3"] == "Gate"
        assert shown(form)["channels"] == OTHERS
        await submit(hass, form, channels=OTHERS[1:])
        assert entry.options["hidden_channels"] == [1, HIDDEN]
        assert channels_with_device(hass, entry, recorder) == {3, 4, 5, 6, 7, 8}
        assert entities_of(hass, entry, recorder, 1) == set()
        # Not running: what is hidden can still be chosen, by its number.
        form = await open_form(hass, entry)
        assert choices(form, "channels")["1"] == "Channel 1"
        recorder.faults.refuse_connections = False
        await submit(hass, form, channels=ALL)
        await later(61)
        await later(61)
        assert channels_with_device(hass, entry, recorder) == set(range(1, 9))


async def test_camera_has_no_channels(hass: HomeAssistant, set_up: SetUp) -> None:
    """Offer none for a camera."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        assert "channels" not in shown(await open_form(hass, entry))


async def test_name_that_only_a_question_tells(hass: HomeAssistant, set_up: SetUp) -> None:
    """Ask for the name of a hidden channel when the user looks at the options, and do without if there is no answer."""

    def image_osd(request: Request) -> Answer:
        return Answer(body=answers_video.image_osd("1.7", f"Stable {request.channel}"))

    async with NvrV1Simulator() as recorder:
        recorder.channel_lists_name = False
        recorder.commands["GetImageOsdConfig"] = image_osd
        entry = await set_up(recorder)
        await choose(hass, entry, channels=["1", "3", "4"])
        recorder.faults = Faults(status=500, only={"GetChannelList"})
        assert choices(await open_form(hass, entry), "channels")["2"] == "Channel 2"
        assert asked_about(recorder, HIDDEN)
        recorder.faults = Faults()
        recorder.requests.clear()
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert asked_about(recorder, HIDDEN) == set()
        names = choices(await open_form(hass, entry), "channels")
        assert [names[channel] for channel in "123"] == ["Stable 1", "Stable 2", "Stable 3"]
        assert asked_about(recorder, HIDDEN) == {"GetImageOsdConfig"}
