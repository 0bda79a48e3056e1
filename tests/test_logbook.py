"""The logbook: one readable line for each detection, under the name of its device."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.viewwall.const import DOMAIN, EVENT_VIEWWALL
from custom_components.viewwall.logbook import async_describe_events, describe
from custom_components.viewwall.viewtron import DetectionType
from tests.conftest import SetUp
from tests.pushing import device_id, post
from tests.recording import written
from tests.simulators import nvr_posts
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Plate, Target
from tests.test_events import CAMERA_POSTS

WORDS = {
    "motion": "detected motion",
    "intrusion": "detected an intrusion: person",
    "line_crossing": "detected a line crossing: person",
    "region_entry": "detected an entry into a region: person",
    "region_exit": "detected an exit from a region: person",
    "loitering": "detected loitering: person",
    "illegal_parking": "detected illegal parking: car",
    "object_left_or_missing": "detected an object that was left or is missing",
    "line_counting": "counted a line crossing",
    "area_counting": "counted a visit to an area",
    "video_metadata": "detected an object in view: person",
    "license_plate": "read plate KL 1 (unlisted), approaching",
    "face": "detected a face",
    "face_match": "detected a known face",
    "crowd_density": "detected a crowd",
    "people_counting": "counted people",
    "people_intrusion": "detected people where there should be none",
    "alarm_input": "detected a signal at an alarm input",
    "video_abnormal": "detected a picture fault",
    "sound": "detected an unusual sound",
    "fire": "detected fire",
    "temperature": "detected an unusual temperature",
    "unknown": "detected something that it has no name for (FALLING)",
}


async def read_logbook(
    hass: HomeAssistant, recorder_mock: Recorder, hass_ws_client: WebSocketGenerator, device: str
) -> list[dict[str, Any]]:
    """Return the lines about the events of a device, as its page shows them."""
    await hass.async_block_till_done()
    await written(recorder_mock)
    client = await hass_ws_client(hass)
    start = dt_util.utcnow() - timedelta(hours=1)
    await client.send_json_auto_id(
        {"type": "logbook/get_events", "start_time": start.isoformat(), "device_ids": [device]}
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    lines: list[dict[str, Any]] = answer["result"]
    return [line for line in lines if line.get("domain") == DOMAIN]


async def test_every_detection_has_its_line(
    recorder_mock: Recorder, hass: HomeAssistant, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    """Read on a camera's page what it has detected, in words, and under its own name."""
    assert WORDS.keys() == set(DetectionType)
    assert await async_setup_component(hass, "logbook", {})
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        for place, (_, build) in enumerate(CAMERA_POSTS):
            await post(camera.push_url, build(camera.identity(), datetime.now(UTC) - timedelta(seconds=place)))
        lines = await read_logbook(hass, recorder_mock, hass_ws_client, device_id(hass, entry, camera))

    assert {line["name"] for line in lines} == {camera.name}
    # The same post in another dialect may name no target or direction.
    for (kind, _), line in zip(CAMERA_POSTS, lines, strict=True):
        assert line["message"] in (WORDS[kind], WORDS[kind].partition(", ")[0], WORDS[kind].partition(":")[0])
    # Home Assistant shows an entity's name in place of the device's.
    assert [line for line in lines if line.get("entity_id")] == []


async def test_channel_under_its_own_name(
    recorder_mock: Recorder, hass: HomeAssistant, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    """Name the channel as its owner does."""
    assert await async_setup_component(hass, "logbook", {})
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        channel = device_id(hass, entry, recorder, 2)
        dr.async_get(hass).async_update_device(channel, name_by_user="Drive")
        plate = Plate(number="KL 2", listed="Neighbours")
        await post(recorder.push_url, nvr_posts.vehicle(recorder.identity(2), datetime.now(UTC), [plate]))
        await post(
            recorder.push_url,
            nvr_posts.region_intrusion(recorder.identity(2), datetime.now(UTC), targets=[Target(event_id=7)]),
        )
        lines = await read_logbook(hass, recorder_mock, hass_ws_client, channel)

    assert {line["name"] for line in lines} == {"Drive"}
    assert [line["message"] for line in lines] == [
        "read plate KL 2 (group Neighbours)",
        "detected an intrusion: person",
    ]


async def test_events_that_are_not_of_this_house(hass: HomeAssistant) -> None:
    """Say what can be said of an event of another house, an older version or somebody's own making."""
    described: dict[str, Any] = {}

    @callback
    def _take(domain: str, event_type: str, describe_it: Any) -> None:
        described[event_type] = describe_it

    async_describe_events(hass, _take)

    class _Event:
        def __init__(self, data: dict[str, Any]) -> None:
            self.data = data

    lines = [
        described[EVENT_VIEWWALL](_Event(data))
        for data in (
            {"device_id": "elsewhere", "source": {"name": "Lake gate"}, "type": "fire"},
            {"device_id": 7, "source": None, "type": ["motion"], "targets": [None, {"type": 3}], "plate": "AB"},
            {},
        )
    ]
    unknown = "detected something that it has no name for"
    assert lines == [
        {"name": "Lake gate", "message": "detected fire"},
        {"name": "ViewWall", "message": unknown},
        {"name": "ViewWall", "message": unknown},
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"type": "motion", "status": "stop"}, "no longer detects motion"),
        ({"type": "motion", "status": "update"}, "detected motion"),
        (
            {"type": "intrusion", "targets": [{"type": "car"}, {"type": "person"}, {"type": "car"}, {"type": None}]},
            "detected an intrusion: person, 2 cars",
        ),
        (
            {"type": "license_plate", "plate": {"number": "AB123", "list": "allow", "direction": "approach"}},
            "read plate AB123 (allow list), approaching",
        ),
        (
            {"type": "license_plate", "plate": {"number": "AB123", "list": "block", "direction": "away"}},
            "read plate AB123 (block list), driving away",
        ),
        ({"type": "license_plate", "plate": {"number": "AB123", "group": "Mail"}}, "read plate AB123 (group Mail)"),
        ({"type": "license_plate", "plate": None}, "detected a license plate"),
        ({"type": "unknown", "code": "unknown"}, "detected something that it has no name for"),
        ({"type": "teleportation"}, "detected something that it has no name for (teleportation)"),
    ],
)
def test_words(data: dict[str, Any], words: str) -> None:
    """Put plates, lists, directions, targets and ends into words."""
    assert describe(data) == words
