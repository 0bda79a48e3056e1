"""What a device page shows at first: what the device is there for, not a wall of switches.

Pinned for a house with sixteen cameras on a recorder. Whoever adds an entity sees here what it does to that house.
"""

from collections import Counter
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from custom_components.viewwall.counting import TOTAL_KEYS
from tests.conftest import SetUp, SetUpWall
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Shape, SimChannel
from tests.simulators.thin_client import ThinClientSimulator

type Page = dict[str, list[str]]
"""Section of a device page -> what stands there, by `platform.key`; `off` is hidden at first."""

CONTROLS = {"button", "select", "switch"}


def pages(hass: HomeAssistant, entry: ConfigEntry[Any]) -> dict[str, Page]:
    """Return the pages of an entry's devices by name, as they look right after setting up."""
    entities = er.async_get(hass)
    found: dict[str, Page] = {}
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        page = found.setdefault(device.name or "", {})
        for entity in er.async_entries_for_device(entities, device.id, include_disabled_entities=True):
            section: str = "off" if entity.disabled else entity.entity_category or "first"
            page.setdefault(section, []).append(f"{entity.domain}.{entity.translation_key}")
    for page in found.values():
        for rows in page.values():
            rows.sort()
    return found


def with_everything(kind: type[CameraSimulator]) -> CameraSimulator:
    """Return a camera that says that it can do all there is."""
    camera = kind(shape=Shape.FIELD)
    camera.detail_flags = dict.fromkeys(camera.detail_flags, True)
    return camera


async def test_ordinary_camera(hass: HomeAssistant, set_up: SetUp) -> None:
    """Show what a camera that reads plates and counts sees, detects and switches."""
    async with IpcV2Simulator() as camera:
        page = pages(hass, await set_up(camera))[camera.name]
    assert page["first"] == [
        "binary_sensor.alarm_input",
        "binary_sensor.intrusion",
        "binary_sensor.license_plate",
        "binary_sensor.line_crossing",
        "binary_sensor.motion",
        "camera.main",
        "camera.sub",
        "event.detection",
        "event.license_plate",
        "image.overview",
        "image.plate",
        "image.target",
        # It has counted already; one that has not has these hidden.
        *sorted(f"sensor.{key}" for key in TOTAL_KEYS),
        "sensor.last_plate",
        "sensor.plate_list",
        "switch.alarm_output",
    ]
    assert page["off"] == ["select.ptz_cruise", "select.ptz_preset", "sensor.messages_received"]


async def test_camera_that_can_do_everything(hass: HomeAssistant, set_up: SetUp) -> None:
    """Have one row for each kind of detection that a camera names, and one switch: its own output."""
    async with with_everything(IpcV1Simulator) as camera:
        page = pages(hass, await set_up(camera))[camera.name]
    counted = Counter(entity.split(".")[0] for entity in page["first"])
    assert counted == {"binary_sensor": 16, "camera": 2, "event": 2, "image": 4, "sensor": 2, "switch": 1}
    assert [entity for entity in page["off"] if entity.startswith("sensor.")] == sorted(
        f"sensor.{key}" for key in (*TOTAL_KEYS, "messages_received")
    )
    assert page[EntityCategory.CONFIG] == ["button.sync_clock", "switch.push_subscription"]
    assert page[EntityCategory.DIAGNOSTIC] == [
        "binary_sensor.event_push",
        "binary_sensor.scene_changed",
        "binary_sensor.storage_problem",
        "binary_sensor.video_blurred",
        "binary_sensor.video_color_cast",
        "sensor.clock_offset",
        "sensor.disk_free",
        "sensor.disk_status",
        "sensor.disk_used",
        "sensor.last_message",
    ]


async def test_house_with_sixteen_cameras(hass: HomeAssistant, set_up: SetUp) -> None:
    """Show five rows of each camera, none of them a control, and of the recorder what it can switch."""
    recorder = NvrV2Simulator(shape=Shape.FIELD)
    recorder.channels = [SimChannel(id=number, name=f"Camera {number}") for number in range(1, 17)]
    recorder.chl_max_count = 16
    recorder.infrared = dict.fromkeys(range(1, 17), "auto")
    async with recorder:
        found = pages(hass, await set_up(recorder))
    own = found.pop(recorder.name)
    assert len(found) == 16
    for page in found.values():
        first = page.pop("first")
        config = page.pop(EntityCategory.CONFIG, [])
        assert first == ["binary_sensor.intrusion", "binary_sensor.motion", "camera.sub", "event.detection"]
        assert set(config) <= {"select.infrared_mode"}
        assert page == {
            EntityCategory.DIAGNOSTIC: [
                "binary_sensor.connectivity",
                "binary_sensor.recording",
                "binary_sensor.video_loss",
            ],
            "off": ["camera.main", "select.ptz_cruise", "select.ptz_preset"],
        }
    assert own["first"] == ["button.virtual_alarm"] * 4 + ["switch.alarm_output"] * 4
    assert own["off"] == ["button.restart", "sensor.messages_received"]
    # Its inputs, of which hardly one is connected, stand below.
    inputs = [entity for entity in own[EntityCategory.DIAGNOSTIC] if entity == "binary_sensor.alarm_input"]
    assert len(inputs) == len(recorder.alarm_inputs)


async def test_wall(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Show what is on the screen and four cells of it."""
    async with ThinClientSimulator() as wall:
        page = pages(hass, await set_up_wall(wall))[wall.name]
    assert [entity for entity in page["first"] if entity.split(".")[0] in CONTROLS] == [
        "button.stop_display",
        *["select.cell"] * 4,
        "select.full_screen",
        "select.panel",
        "select.ptz_preset",
    ]
    assert {entity for entity in page["first"] if entity.split(".")[0] not in CONTROLS} == {"camera.camera"}
    assert page["off"] == ["binary_sensor.registered", "button.refresh_panels", "select.cell", "select.cell"]
