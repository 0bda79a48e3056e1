"""The bus event and the event entities: what fires, how often, in which order, and what stands in it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.image import async_get_image
from homeassistant.components.recorder import history
from homeassistant.components.recorder.core import Recorder
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events, async_mock_service

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.conftest import Later, SetUp
from tests.pushing import device_id, entity_id, find, jpeg, post, state, value
from tests.recording import written
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.device import Simulator
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.ipc_parts import Dialect
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.nvr_posts import UNSET_CLOCK
from tests.simulators.posts_base import Identity, Plate, Target
from tests.simulators.state import Faults

KEYS = {
    "device_id",
    "source",
    "origin",
    "type",
    "code",
    "status",
    "event_ids",
    "time",
    "device_time",
    "age",
    "targets",
    "plate",
    "face",
    "images",
}
PLATE_KEYS = {"number", "list", "group", "owner", "color", "direction", "confidence", "vehicle"}
TYPES = {
    "motion",
    "intrusion",
    "line_crossing",
    "region_entry",
    "region_exit",
    "loitering",
    "illegal_parking",
    "object_left_or_missing",
    "line_counting",
    "area_counting",
    "video_metadata",
    "license_plate",
    "face",
    "face_match",
    "crowd_density",
    "people_counting",
    "people_intrusion",
    "alarm_input",
    "video_abnormal",
    "sound",
    "fire",
    "temperature",
    "unknown",
}

type Build = Callable[[Identity, datetime], bytes]


def check_types(data: Mapping[str, Any]) -> None:
    """Check that a bus event has every key of the public face, and nothing but JSON types."""
    assert set(data) == KEYS
    assert json.loads(json.dumps(data)) == data
    assert isinstance(data["device_id"], str)
    assert set(data["source"]) == {"mac", "serial", "name", "channel"}
    assert set(data["origin"]) == {"address", "is_device", "by"}
    assert data["type"] in TYPES
    assert data["status"] in ("start", "stop", "update", None)
    assert all(type(number) is int for number in data["event_ids"])
    assert datetime.fromisoformat(data["time"]).utcoffset() == timedelta()
    assert isinstance(data["device_time"], str | None)
    assert isinstance(data["age"], float | None)
    assert all(set(target) == {"id", "type", "box"} for target in data["targets"])
    assert set(data["images"]) == {"overview", "target"}


CAMERA_POSTS: list[tuple[str, Build]] = [
    ("intrusion", ipc_posts.intrusion),
    ("line_crossing", ipc_posts.line_crossing),
    ("region_entry", ipc_posts.region_entry),
    ("region_exit", ipc_posts.region_exit),
    ("loitering", ipc_posts.loitering),
    ("illegal_parking", ipc_posts.parking),
    ("object_left_or_missing", ipc_posts.object_left),
    ("video_metadata", ipc_posts.video_metadata),
    ("video_abnormal", ipc_posts.video_abnormal),
    ("motion", ipc_posts.motion),
    ("alarm_input", ipc_posts.sensor),
    ("line_counting", ipc_posts.line_count),
    ("area_counting", ipc_posts.traffic),
    ("face", ipc_posts.face),
    ("face_match", lambda who, at: ipc_posts.face(who, at, smart_type="VFD_MATCH")),
    ("motion", lambda who, at: ipc_posts.detection(who, at, "SMD")),
    ("crowd_density", lambda who, at: ipc_posts.detection(who, at, "CDD")),
    ("crowd_density", lambda who, at: ipc_posts.detection(who, at, "CROWDGATHERING")),
    ("people_counting", lambda who, at: ipc_posts.detection(who, at, "CPC")),
    ("people_intrusion", lambda who, at: ipc_posts.detection(who, at, "IPD")),
    ("sound", lambda who, at: ipc_posts.detection(who, at, "ASD")),
    ("fire", lambda who, at: ipc_posts.detection(who, at, "FIRE")),
    ("temperature", lambda who, at: ipc_posts.detection(who, at, "TEMPERATURE")),
    ("unknown", lambda who, at: ipc_posts.detection(who, at, "FALLING")),
    ("license_plate", lambda who, at: ipc_posts.plates(who, at, [Plate(number="KL 1")])),
    ("license_plate", lambda who, at: ipc_posts.plates(who, at, [Plate(number="KL 1")], dialect=Dialect.A)),
    ("license_plate", lambda who, at: ipc_posts.plates(who, at, [Plate(number="KL 1")], dialect=Dialect.B)),
    ("face", ipc_posts.face_captured),
]
RECORDER_POSTS: list[tuple[str, Build]] = [
    ("intrusion", nvr_posts.region_intrusion),
    ("line_crossing", nvr_posts.line_crossing),
    ("line_counting", nvr_posts.counting_by_line),
    ("area_counting", nvr_posts.counting_by_area),
    ("video_metadata", nvr_posts.video_metadata),
    ("face", nvr_posts.face),
    ("unknown", nvr_posts.unknown),
    ("license_plate", lambda who, at: nvr_posts.vehicle(who, at, [Plate(number="KL 1")])),
]


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_every_camera_detection_fires_a_whole_event(
    hass: HomeAssistant, set_up: SetUp, kind: type[CameraSimulator]
) -> None:
    """Fire one event for each kind of camera detection, with every key and plain JSON."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with kind() as camera:
        entry = await set_up(camera)
        for place, (_, build) in enumerate(CAMERA_POSTS):
            await post(camera.push_url, build(camera.identity(), datetime.now(UTC) - timedelta(seconds=place)))
        await hass.async_block_till_done()
        expected = device_id(hass, entry, camera)

    # Both intrusion-like kinds share their event id with others, but not their type.
    assert [event.data["type"] for event in events] == [name for name, _ in CAMERA_POSTS]
    for event in events:
        check_types(event.data)
        assert event.data["device_id"] == expected


async def test_every_recorder_detection_fires_a_whole_event(hass: HomeAssistant, set_up: SetUp) -> None:
    """Fire one event for each kind of recorder detection, of the channel's device or else the recorder's."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        for channel in (3, None):
            for _, build in RECORDER_POSTS:
                await post(recorder.push_url, build(recorder.identity(channel), datetime.now(UTC)))
        await hass.async_block_till_done()
        devices = [device_id(hass, entry, recorder, 3), device_id(hass, entry, recorder)]

    names = [name for name, _ in RECORDER_POSTS]
    assert [event.data["type"] for event in events] == names * 2
    for event in events:
        check_types(event.data)
    assert [event.data["device_id"] for event in events] == [name for name in devices for _ in names]
    assert [event.data["source"]["channel"] for event in events] == [n for n in (3, None) for _ in names]


async def test_content_of_an_intrusion(hass: HomeAssistant, set_up: SetUp) -> None:
    """Tell who, what, where and in which words."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        target = Target(id=5, event_id=9, kind="motor", rect=(1000, 2000, 3000, 4000), crop=jpeg("crop"))
        body = ipc_posts.intrusion(camera.identity(), datetime.now(UTC), dialect=Dialect.C, targets=[target])
        await post(camera.push_url, body)
        await hass.async_block_till_done()
        data = events[0].data
        assert data["source"] == {"mac": camera.mac, "serial": camera.serial, "name": camera.name, "channel": 1}
        assert data["origin"] == {"address": "127.0.0.1", "is_device": True, "by": "webhook"}
        assert (data["type"], data["code"], data["status"], data["event_ids"]) == ("intrusion", "PEA", "start", [9])
        assert data["targets"] == [{"id": 5, "type": "two_wheeler", "box": [0.1, 0.2, 0.3, 0.4]}]
        assert (data["plate"], data["face"]) == (None, None)
        assert data["images"] == {"overview": None, "target": entity_id(hass, camera, "image.target")}
        attributes = state(hass, camera, "event.detection").attributes

    assert attributes["event_type"] == "intrusion"
    assert {key: attributes[key] for key in KEYS - {"device_id", "type"}} == {
        key: data[key] for key in KEYS - {"device_id", "type"}
    }


async def test_content_of_a_camera_plate(hass: HomeAssistant, set_up: SetUp) -> None:
    """Tell all that a camera knows of a plate, its direction and confidence too."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        plate = Plate(number="kl-204 Mx", listed="blackList", direction="away", confidence=87.5, colour="red")
        await post(camera.push_url, ipc_posts.plates(camera.identity(), datetime.now(UTC), [plate]))
        await hass.async_block_till_done()
        assert value(hass, camera, "sensor.last_plate") == "kl-204 Mx"

    found = events[0].data["plate"]
    assert set(found) == PLATE_KEYS
    assert (found["number"], found["list"], found["group"]) == ("kl-204 Mx", "block", None)
    assert (found["owner"], found["direction"], found["confidence"]) == (None, "away", 87.5)
    assert found["vehicle"] == {
        "type": "saloon car",
        "color": "red",
        "brand": "Examplar",
        "model": "Examplar_One",
    }


async def test_content_of_a_recorder_plate(hass: HomeAssistant, set_up: SetUp) -> None:
    """Tell group and owner as the recorder does, and neither direction nor confidence."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.send_plate("RV 9", listed="Night shift", owner="B. Ausgedacht", channel=2)
        await hass.async_block_till_done()

    found = events[0].data["plate"]
    assert set(found) == PLATE_KEYS
    assert (found["number"], found["list"], found["group"]) == ("RV 9", None, "Night shift")
    assert (found["owner"], found["color"]) == ("B. Ausgedacht", "white")
    assert (found["direction"], found["confidence"]) == (None, None)


async def test_content_of_a_recorder_face(hass: HomeAssistant, set_up: SetUp) -> None:
    """Tell a face in the recorder's words."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        body = nvr_posts.face(recorder.identity(1), datetime.now(UTC), age="elderly", glasses="yes", crop=jpeg("face"))
        await post(recorder.push_url, body)
        await hass.async_block_till_done()
        assert events[0].data["images"]["target"] == entity_id(hass, recorder, "image.face", 1)

    assert events[0].data["type"] == "face"
    assert events[0].data["face"] == {"age": "elderly", "sex": "male", "glasses": "yes", "mask": "no"}
    assert events[0].data["plate"] is None


# Time.


@pytest.mark.parametrize(
    ("behind", "trusted"), [(0, True), (42, True), (-42, True), (299, True), (-299, True), (301, False), (-301, False)]
)
async def test_time_and_age(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, later: Later, set_up: SetUp, behind: int, trusted: bool
) -> None:
    """Take the device's stamp within five minutes, else the arrival; tell its age either way."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        freezer.move_to(dt_util.utcnow().replace(microsecond=250_000))
        arrival = datetime.now(UTC)
        stamp = arrival - timedelta(seconds=behind)
        await camera.send_plate("KL 1", stamp=stamp)
        await hass.async_block_till_done()

    data = events[0].data
    assert datetime.fromisoformat(data["time"]) == {True: stamp, False: arrival}[trusted]
    assert data["age"] == pytest.approx(behind, abs=0.001)
    assert data["device_time"] == str(int(stamp.timestamp()) * 1_000_000 + stamp.microsecond)


async def test_unset_clock(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Take the arrival for a stamp of 20 digits, which says nothing, and pass it on as sent."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.send_plate("RV 1", stamp=UNSET_CLOCK)
        await hass.async_block_till_done()

    data = events[0].data
    assert datetime.fromisoformat(data["time"]) == datetime.now(UTC)
    assert (data["age"], data["device_time"]) == (None, "18445822972087551616")


# What fires.


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda who: ipc_posts.alarm_status(who, datetime.now(UTC), {"motionAlarm": True}), id="status"),
        pytest.param(lambda who: ipc_posts.alarm_status(who, datetime.now(UTC), {"vehiceAlarm": True}), id="plate"),
        pytest.param(lambda who: ipc_posts.traject(who, datetime.now(UTC)), id="traject"),
        pytest.param(ipc_posts.keepalive_message, id="keepalive"),
        pytest.param(ipc_posts.keepalive_device_info, id="classic-keepalive"),
        pytest.param(lambda who: b"", id="empty"),
        pytest.param(lambda who: b"<html/>", id="html"),
    ],
)
async def test_only_detections_fire(hass: HomeAssistant, set_up: SetUp, build: Callable[[Identity], bytes]) -> None:
    """Fire nothing for states, tracking and signs of life."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await post(camera.push_url, build(camera.identity()))
        await hass.async_block_till_done()
        assert value(hass, camera, "event.detection") == STATE_UNKNOWN
        assert value(hass, camera, "event.license_plate") == STATE_UNKNOWN

    assert events == []


async def test_polls_fire_nothing(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Show a polled alarm without an event."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.set_alarm("motionAlarm", True)
        await later(6)
        assert value(hass, camera, "binary_sensor.motion") == "on"
        assert value(hass, camera, "event.detection") == STATE_UNKNOWN

    assert events == []


async def test_event_types_as_promised(hass: HomeAssistant, set_up: SetUp) -> None:
    """Offer exactly the event types that automations may use."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        detection = state(hass, camera, "event.detection").attributes["event_types"]
        plate = state(hass, camera, "event.license_plate").attributes["event_types"]

    assert sorted(detection) == sorted(TYPES)
    assert sorted(plate) == sorted(["allow", "block", "temporary", "stranger", "group", "unlisted"])


async def test_states_are_written_before_the_bus_event(hass: HomeAssistant, set_up: SetUp) -> None:
    """Let who hears the event read all its states, and a plate fires both entities and one bus event."""
    seen: list[dict[str, Any]] = []
    async with IpcV2Simulator() as camera:
        await set_up(camera)

        @callback
        def _read(event: Event) -> None:
            shown = {
                key: value(hass, camera, key)
                for key in ("sensor.last_plate", "sensor.plate_list", "binary_sensor.license_plate")
            }
            events = {
                key: state(hass, camera, key).attributes["event_type"]
                for key in ("event.detection", "event.license_plate")
            }
            pictures = {key: value(hass, camera, key) != STATE_UNKNOWN for key in ("image.overview", "image.plate")}
            seen.append(shown | events | pictures)

        hass.bus.async_listen(EVENT_VIEWWALL, _read)
        await camera.send_plate("KL 1", listed="whiteList")
        await hass.async_block_till_done()

    assert seen == [
        {
            "sensor.last_plate": "KL 1",
            "sensor.plate_list": "allow",
            "binary_sensor.license_plate": "on",
            "event.detection": "license_plate",
            "event.license_plate": "allow",
            "image.overview": True,
            "image.plate": True,
        }
    ]


async def test_two_plates_in_one_post(hass: HomeAssistant, set_up: SetUp) -> None:
    """Handle plate by plate: its states and picture, then its event, then the next."""
    seen: list[tuple[str, str, str]] = []
    pictures: list[Any] = []
    async with IpcV2Simulator() as camera:
        await set_up(camera)

        @callback
        def _read(event: Event) -> None:
            entity = state(hass, camera, "event.license_plate")
            seen.append(
                (event.data["plate"]["number"], value(hass, camera, "sensor.last_plate"), entity.attributes["number"])
            )
            image = event.data["images"]["target"]
            pictures.append(hass.async_create_task(async_get_image(hass, image), eager_start=True))

        hass.bus.async_listen(EVENT_VIEWWALL, _read)
        plates = [Plate(number="KL 1", id=1, crop=jpeg("first")), Plate(number="KL 2", id=2, crop=jpeg("second"))]
        await post(camera.push_url, ipc_posts.plates(camera.identity(), datetime.now(UTC), plates))
        await hass.async_block_till_done()
        contents = [(await picture).content for picture in pictures]

    assert seen == [("KL 1", "KL 1", "KL 1"), ("KL 2", "KL 2", "KL 2")]
    assert contents == [jpeg("first").data, jpeg("second").data]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("whiteList", "allow"),
        ("blackList", "block"),
        ("temporaryList", "temporary"),
        ("strangerList", "stranger"),
        (None, "unlisted"),
    ],
)
async def test_list_of_a_camera(hass: HomeAssistant, set_up: SetUp, word: str | None, expected: str) -> None:
    """Name the camera's list; a plate without one, unknown or expired, is never allowed."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_plate("KL 1", listed=word)
        await hass.async_block_till_done()
        attributes = state(hass, camera, "event.license_plate").attributes
        assert attributes["event_type"] == expected
        assert attributes["list"] == {"unlisted": None}.get(expected, expected)
        assert value(hass, camera, "sensor.plate_list") == expected


@pytest.mark.parametrize("group", ["Night shift", "whiteList", "allow", "Allow list", "blackList"])
async def test_group_of_a_recorder(hass: HomeAssistant, set_up: SetUp, group: str) -> None:
    """Take a recorder's group for its owner's word, whatever it is."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.send_plate("RV 1", listed=group)
        await hass.async_block_till_done()
        attributes = state(hass, recorder, "event.license_plate", 1).attributes

    assert (attributes["event_type"], attributes["list"], attributes["group"]) == ("group", None, group)


async def test_unlisted_at_a_recorder(hass: HomeAssistant, set_up: SetUp) -> None:
    """Call a plate without a group unlisted."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.send_plate("RV 1")
        await hass.async_block_till_done()
        attributes = state(hass, recorder, "event.license_plate", 1).attributes

    assert (attributes["event_type"], attributes["list"], attributes["group"]) == ("unlisted", None, None)


# How often.


async def test_same_plate_twice_is_two(hass: HomeAssistant, set_up: SetUp) -> None:
    """Fire twice for the same plate with different stamps, however soon."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        now = datetime.now(UTC)
        for offset in (0, 1):
            await camera.send_plate("KL 1", stamp=now + timedelta(microseconds=offset))
        await hass.async_block_till_done()

    assert len(events) == 2


@pytest.mark.parametrize(("pause", "expected"), [(0, 1), (9.8, 1), (10.1, 2)])
async def test_same_bytes(hass: HomeAssistant, later: Later, set_up: SetUp, pause: float, expected: int) -> None:
    """Take the same bytes within ten seconds for a repetition."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        body = ipc_posts.plates(camera.identity(), datetime.now(UTC), [Plate(number="KL 1")])
        await post(camera.push_url, body)
        await later(pause)
        await post(camera.push_url, body)
        await hass.async_block_till_done()

    assert len(events) == expected


@pytest.mark.parametrize(
    ("pause", "number", "phase", "build", "expected"),
    [
        pytest.param(0, 9, "SMART_START", ipc_posts.intrusion, 1, id="same"),
        pytest.param(1.9, 9, "SMART_START", ipc_posts.intrusion, 1, id="soon"),
        pytest.param(2.1, 9, "SMART_START", ipc_posts.intrusion, 2, id="later"),
        pytest.param(0, 10, "SMART_START", ipc_posts.intrusion, 2, id="other-id"),
        pytest.param(0, 9, "SMART_STOP", ipc_posts.intrusion, 2, id="other-status"),
        pytest.param(0, 9, "SMART_START", ipc_posts.line_crossing, 2, id="other-type"),
    ],
)
async def test_same_event_of_a_camera(
    hass: HomeAssistant,
    later: Later,
    set_up: SetUp,
    pause: float,
    number: int,
    phase: str,
    build: Callable[..., bytes],
    expected: int,
) -> None:
    """Take the same type, event id and status within two seconds for one event."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        now = datetime.now(UTC)
        first = ipc_posts.intrusion(camera.identity(), now, targets=[Target(event_id=9)])
        await post(camera.push_url, first)
        await later(pause)
        second = build(camera.identity(), now + timedelta(seconds=0.15), targets=[Target(event_id=number)], phase=phase)
        await post(camera.push_url, second)
        await hass.async_block_till_done()

    assert len(events) == expected


@pytest.mark.parametrize(("channel", "expected"), [(2, 1), (3, 2), (None, 2)])
async def test_same_event_of_a_recorder(hass: HomeAssistant, set_up: SetUp, channel: int | None, expected: int) -> None:
    """Take the same event id of two channels for two events."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        now = datetime.now(UTC)
        for place, where in enumerate((2, channel)):
            body = nvr_posts.region_intrusion(recorder.identity(where), now + timedelta(milliseconds=place))
            await post(recorder.push_url, body)
        await hass.async_block_till_done()

    assert len(events) == expected


async def test_video_metadata_is_thinned_out(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Fire at most once in ten seconds for each channel, and leave the overview alone."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        intrusion = nvr_posts.region_intrusion(recorder.identity(1), datetime.now(UTC), overview=jpeg("intrusion"))
        await post(recorder.push_url, intrusion)
        for second in range(21):
            for channel in (1, 2):
                target = Target(id=second, event_id=second + 100)
                body = nvr_posts.video_metadata(
                    recorder.identity(channel), datetime.now(UTC), targets=[target], overview=jpeg("metadata")
                )
                await post(recorder.push_url, body)
            await later(1)
        overview = await async_get_image(hass, entity_id(hass, recorder, "image.overview", 1))
        assert find(hass, recorder, "image.overview", 2) is None

    metadata = [event.data for event in events if event.data["type"] == "video_metadata"]
    assert [data["source"]["channel"] for data in metadata] == [1, 2] * 3
    assert {data["images"]["overview"] for data in metadata} == {None}
    assert overview.content == jpeg("intrusion").data


async def test_video_metadata_of_a_camera(hass: HomeAssistant, set_up: SetUp) -> None:
    """Leave the overview of a camera alone as well, whose metadata has its pictures inside."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        body = ipc_posts.video_metadata(
            camera.identity(), datetime.now(UTC), target=Target(crop=jpeg("crop")), overview=jpeg("metadata")
        )
        await post(camera.push_url, body)
        await hass.async_block_till_done()
        assert value(hass, camera, "image.overview") == STATE_UNKNOWN
        assert state(hass, camera, "event.detection").attributes["event_type"] == "video_metadata"


async def test_unknown_type(hass: HomeAssistant, set_up: SetUp) -> None:
    """Fire type unknown with the device's own word for what no paper names."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await post(recorder.push_url, nvr_posts.unknown(recorder.identity(1), datetime.now(UTC), "objectRemoval"))
        await hass.async_block_till_done()
        attributes = state(hass, recorder, "event.detection", 1).attributes

    assert (attributes["event_type"], attributes["code"]) == ("unknown", "objectRemoval")


# Entities that appear, and that never go.


@pytest.mark.parametrize("channel", [2, None])
async def test_post_that_makes_entities_appear_is_their_first_state(
    hass: HomeAssistant, set_up: SetUp, channel: int | None
) -> None:
    """Write what was seen as the very first state, so that an automation for it fires."""
    changes: list[Event[Any]] = async_capture_events(hass, EVENT_STATE_CHANGED)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        assert find(hass, recorder, "event.license_plate", channel) is None
        changes.clear()
        await recorder.send_plate("RV 1", listed="Staff", channel=channel)
        await hass.async_block_till_done()
        new = {
            key: entity_id(hass, recorder, key, channel)
            for key in (
                "event.license_plate",
                "sensor.last_plate",
                "sensor.plate_list",
                "image.overview",
                "image.plate",
                "binary_sensor.license_plate",
            )
        }

    first = {key: next(c.data for c in changes if c.data["entity_id"] == name) for key, name in new.items()}
    assert {key for key, data in first.items() if data["old_state"] is not None} == set()
    texts = {key: data["new_state"].state for key, data in first.items()}
    assert STATE_UNKNOWN not in texts.values()
    assert STATE_UNAVAILABLE not in texts.values()
    assert (texts["sensor.last_plate"], texts["sensor.plate_list"]) == ("RV 1", "group")
    assert texts["binary_sensor.license_plate"] == "on"
    assert first["event.license_plate"]["new_state"].attributes["number"] == "RV 1"


async def automate(hass: HomeAssistant, trigger: dict[str, Any]) -> list[Any]:
    """Set an automation up as users do, and return the list of what it does."""
    calls: list[Any] = async_mock_service(hass, "test", "notify")
    action = {"action": "test.notify", "data": {"number": "{{ trigger.to_state.attributes.number }}"}}
    automation = {"alias": "Gate", "triggers": [trigger], "actions": [action], "mode": "queued"}
    assert await async_setup_component(hass, "automation", {"automation": [automation]})
    await hass.async_block_till_done()
    return calls


def plate_trigger(hass: HomeAssistant, device: Simulator) -> dict[str, Any]:
    """Return a plain state trigger for plates."""
    return {
        "trigger": "state",
        "entity_id": entity_id(hass, device, "event.license_plate"),
        "not_to": [STATE_UNAVAILABLE, STATE_UNKNOWN],
        "not_from": [STATE_UNAVAILABLE],
    }


async def test_automation_fires_twice_for_the_same_plate(hass: HomeAssistant, set_up: SetUp) -> None:
    """Run an automation again when the same car comes again."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        calls = await automate(hass, plate_trigger(hass, camera))
        for offset in (10, 5):
            await camera.send_plate("KL 1", listed="whiteList", stamp=datetime.now(UTC) - timedelta(seconds=offset))
            await hass.async_block_till_done()

    assert [call.data["number"] for call in calls] == ["KL 1", "KL 1"]


async def test_automation_fires_for_two_plates_of_one_post(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Run an automation for each plate of a post, even when both come in the same millisecond."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        calls = await automate(hass, plate_trigger(hass, camera))
        plates = [Plate(number="KL 1", id=1), Plate(number="KL 2", id=2)]
        await post(camera.push_url, ipc_posts.plates(camera.identity(), datetime.now(UTC), plates))
        await later(0)

    assert [call.data["number"] for call in calls] == ["KL 1", "KL 2"]


async def test_automation_fires_while_polling_fails(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Trigger from a post although the camera answers no poll and everything else is unavailable."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        calls = await automate(hass, plate_trigger(hass, camera))
        camera.faults = Faults(error_code=79)
        camera.faults.refuse_connections = True
        await later(6)
        assert value(hass, camera, "binary_sensor.motion") == STATE_UNAVAILABLE
        for key in ("event.detection", "event.license_plate", "image.overview", "image.plate"):
            assert value(hass, camera, key) == STATE_UNKNOWN
        await camera.send_plate("KL 1", listed="whiteList")
        await later(0)

    assert [call.data["number"] for call in calls] == ["KL 1"]


# History.


async def test_people_stay_out_of_the_history(recorder_mock: Recorder, hass: HomeAssistant, set_up: SetUp) -> None:
    """Record the number of a plate, but neither owner nor face nor targets."""
    async with NvrV2Simulator() as nvr:
        await set_up(nvr)
        await nvr.send_plate("RV 1", listed="Staff", owner="B. Ausgedacht")
        await post(nvr.push_url, nvr_posts.face(nvr.identity(1), datetime.now(UTC)))
        await hass.async_block_till_done()
        names = {
            key: entity_id(hass, nvr, key, 1) for key in ("event.license_plate", "event.detection", "sensor.last_plate")
        }
        for key in ("event.license_plate", "sensor.last_plate"):
            assert state(hass, nvr, key, 1).attributes["owner"] == "B. Ausgedacht"
        assert state(hass, nvr, "event.detection", 1).attributes["face"]["sex"] == "male"
        await written(get_instance(hass))
        past = await get_instance(hass).async_add_executor_job(
            lambda: history.get_significant_states(
                hass,
                dt_util.utcnow() - timedelta(minutes=5),
                None,
                list(names.values()),
                significant_changes_only=False,
            )
        )

    kept = {key: [found for found in past[name] if isinstance(found, State)] for key, name in names.items()}
    everything = [found for states in kept.values() for found in states]
    assert {key for found in everything for key in found.attributes} & {"owner", "face", "targets"} == set()
    assert "Ausgedacht" not in str([dict(found.attributes) for found in everything])
    assert kept["event.license_plate"][-1].attributes["number"] == "RV 1"
    assert kept["sensor.last_plate"][-1].state == "RV 1"
