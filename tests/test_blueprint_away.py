"""The blueprint that tells about persons while nobody is home."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events, async_mock_service

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.blueprinting import AUTOMATION, messages, phone, settle, use
from tests.conftest import Later, SetUp
from tests.pushing import device_id, entity_id
from tests.simulators import ipc_posts
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.posts_base import Target

FILE = "person_while_away.yaml"
PAUSE = 301


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None, freezer: FrozenDateTimeFactory) -> AsyncIterator[IpcV2Simulator]:
    freezer.move_to("2026-11-18T12:00:00+00:00")
    async with IpcV2Simulator() as camera:
        yield camera


@pytest.fixture(name="told")
def _told(hass: HomeAssistant) -> list[ServiceCall]:
    return messages(hass)


@pytest.fixture(name="watch")
def _watch(hass: HomeAssistant, tmp_path: Path, set_up: SetUp, camera: IpcV2Simulator) -> Any:
    """Return a function that uses the blueprint with a camera, while nobody is home."""

    async def watch(**inputs: Any) -> None:
        hass.states.async_set("zone.home", "0")
        entry = await set_up(camera)
        await use(hass, tmp_path, FILE, cameras=[device_id(hass, entry, camera)], phones=[phone(hass)], **inputs)

    return watch


async def counts(told: list[ServiceCall], later: Later) -> int:
    """Return how many messages came, and wait until the next one may."""
    await settle()
    came = len(told)
    told.clear()
    await later(PAUSE)
    return came


async def test_person(
    hass: HomeAssistant, watch: Any, later: Later, camera: IpcV2Simulator, told: list[ServiceCall]
) -> None:
    """Tell about a person with the picture, by its entity and without its secret."""
    await watch()
    await camera.send_intrusion()
    await settle()
    overview = entity_id(hass, camera, "image.overview")
    assert [call.data for call in told] == [
        {
            "title": "Nobody is home",
            "message": "Gate camera: a person was seen.",
            "data": {"image": f"/api/image_proxy/{overview}"},
        }
    ]
    # One message is enough for a while.
    await later(290)
    await camera.send_intrusion(number=1102)
    await settle()
    assert len(told) == 1
    await later(11)
    await camera.send_intrusion(number=1103)
    await settle()
    assert len(told) == 2


async def test_what_does_not_count(
    hass: HomeAssistant, watch: Any, later: Later, camera: IpcV2Simulator, told: list[ServiceCall]
) -> None:
    """Say nothing about cars, ends of events, old events, and alarms without a person."""
    await watch()
    who, dialect = camera.identity(), camera.dialect
    events = async_capture_events(hass, EVENT_VIEWWALL)
    await camera.send_intrusion(target="car")
    assert await counts(told, later) == 0
    person = Target(crop=camera.crop(subject="person"))
    await camera.push(
        ipc_posts.intrusion(who, datetime.now(UTC), dialect=dialect, targets=[person], phase="SMART_STOP")
    )
    assert await counts(told, later) == 0
    await camera.send_intrusion(stamp=datetime.now(UTC) - timedelta(seconds=61))
    assert await counts(told, later) == 0
    await camera.push(ipc_posts.motion(who, datetime.now(UTC), dialect=dialect))
    assert await counts(told, later) == 0
    seen = [(event.data["status"], [target["type"] for target in event.data["targets"]]) for event in events]
    assert seen == [("start", ["car"]), ("stop", ["person"]), ("start", ["person"]), (None, [])]
    await camera.send_alarm("perimeterAlarm", True)
    assert await counts(told, later) == 0
    await camera.push(ipc_posts.face(who, datetime.now(UTC), dialect=dialect))
    assert await counts(told, later) == 1


async def test_somebody_is_home(
    hass: HomeAssistant, watch: Any, later: Later, camera: IpcV2Simulator, told: list[ServiceCall]
) -> None:
    """Say nothing while anybody is home, or while nobody knows."""
    await watch()
    for state, expected in (("1", 0), ("unavailable", 0), ("0", 1)):
        hass.states.async_set("zone.home", state)
        await camera.send_intrusion()
        assert await counts(told, later) == expected, state


async def test_chosen_residents(
    hass: HomeAssistant, watch: Any, later: Later, camera: IpcV2Simulator, told: list[ServiceCall]
) -> None:
    """Look at the chosen residents alone."""
    await watch(persons=["person.ann", "person.ben"])
    hass.states.async_set("zone.home", "1")
    for ann, ben, expected in (("home", "away", 0), ("Work", "home", 0), ("not_home", "Work", 1)):
        hass.states.async_set("person.ann", ann)
        hass.states.async_set("person.ben", ben)
        await camera.send_intrusion()
        assert await counts(told, later) == expected, (ann, ben)


async def test_person_present(
    hass: HomeAssistant,
    tmp_path: Path,
    set_up: SetUp,
    later: Later,
    camera: IpcV2Simulator,
    told: list[ServiceCall],
) -> None:
    """Tell about a person whom the camera follows without an event, with a fresh picture, and not at a start."""
    hass.states.async_set("zone.home", "0")
    entry = await set_up(camera)
    await camera.push(ipc_posts.traject(camera.identity(), datetime.now(UTC), targets=[Target()]))
    present = entity_id(hass, camera, "binary_sensor.person_present")
    assert hass.states.get(present).state == "on"  # type: ignore[union-attr]
    device = device_id(hass, entry, camera)
    custom = async_mock_service(hass, "test", "told")
    telling = [{"action": "test.told", "data": {"picture": "{{ image }}", "where": "{{ camera }}"}}]
    await use(hass, tmp_path, FILE, cameras=[device], phones=[phone(hass)], presence=[present], telling=telling)
    hass.states.async_set(present, "unavailable")
    hass.states.async_set(present, "on")
    await settle()
    assert told == custom == []
    await later(60)
    assert hass.states.get(present).state == "off"  # type: ignore[union-attr]
    await camera.push(ipc_posts.traject(camera.identity(), datetime.now(UTC), targets=[Target()]))
    await settle()
    live = entity_id(hass, camera, "camera.main")
    assert [call.data["data"] for call in told] == [{"image": f"/api/camera_proxy/{live}"}]
    assert [call.data for call in custom] == [{"picture": live, "where": "Gate camera"}]


async def test_more_conditions(
    hass: HomeAssistant, watch: Any, later: Later, camera: IpcV2Simulator, told: list[ServiceCall]
) -> None:
    """Heed the user's own conditions, and pauses in all forms."""
    condition = {"condition": "state", "entity_id": "alarm_control_panel.house", "state": "armed_away"}
    await watch(more_conditions=[condition], cooldown={"hours": 0, "minutes": 0, "seconds": 20})
    for state, expected in (("disarmed", 0), ("armed_away", 1)):
        hass.states.async_set("alarm_control_panel.house", state)
        await camera.send_intrusion()
        assert await counts(told, later) == expected, state


async def test_tried_by_hand(
    hass: HomeAssistant, watch: Any, camera: IpcV2Simulator, told: list[ServiceCall], caplog: pytest.LogCaptureFixture
) -> None:
    """Send a message with a fresh picture when the user runs the actions from the menu."""
    await watch()
    await hass.services.async_call("automation", "trigger", {"entity_id": AUTOMATION}, blocking=True)
    live = entity_id(hass, camera, "camera.main")
    assert [call.data["data"] for call in told] == [{"image": f"/api/camera_proxy/{live}"}]
    assert not [record for record in caplog.records if "automation" in record.name and record.levelname == "ERROR"]
