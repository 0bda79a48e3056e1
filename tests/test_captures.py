"""Messages as the vendor prints and captures them, rebuilt by hand with invented names, posted by plain HTTP."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import DOMAIN, EVENT_VIEWWALL
from tests.conftest import SetUp
from tests.pushing import post, value
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator

CAPTURES = Path(__file__).parent / "fixtures" / "captures"


@dataclass(frozen=True, slots=True)
class Capture:
    """What a message says: the bus event's fields, and states by `platform.key`."""

    name: str
    kind: type[Simulator]
    event: dict[str, Any] | None
    states: dict[str, str] = field(default_factory=dict)
    channel: int | None = None


def plate(number: str, listed: str | None, direction: str | None, **more: Any) -> dict[str, Any]:
    """Return what an event says of a plate."""
    return {"type": "license_plate", "plate": {"number": number, "list": listed, "direction": direction} | more}


def detection(
    kind: str, code: str, event: int | None, target: int, who: str, box: list[float] | None
) -> dict[str, Any]:
    """Return what an event says of a target."""
    return {
        "type": kind,
        "code": code,
        "event_ids": [] if event is None else [event],
        "targets": [{"id": target, "type": who, "box": box}],
    }


GATE, YARD, OFFICE = IpcV2Simulator, IpcV1Simulator, NvrV2Simulator
ON = "on"
CASES = [
    Capture("ipc531_keepalive", GATE, None, {"binary_sensor.event_push": ON}),
    Capture("ipc531_status_on", GATE, None, {"binary_sensor.license_plate": ON}),
    Capture("ipc531_status_off", GATE, None, {"binary_sensor.license_plate": "off"}),
    Capture(
        "ipc531_plate_block_away",
        GATE,
        plate("SU 55 NN", "block", "away", confidence=99.0, group=None),
        {"sensor.last_plate": "SU 55 NN", "sensor.plate_list": "block", "binary_sensor.license_plate": ON},
    ),
    Capture(
        "ipc531_plate_allow_approach",
        GATE,
        plate("SU 66 KK", "allow", "approach", confidence=99.0),
        {"sensor.last_plate": "SU 66 KK", "sensor.plate_list": "allow"},
    ),
    Capture(
        "ipc531_plate_unlisted_approach",
        GATE,
        plate("SU 77 LL", None, "approach", confidence=99.0),
        {"sensor.last_plate": "SU 77 LL", "sensor.plate_list": "unlisted"},
    ),
    Capture("ipc_keepalive", YARD, None, {"binary_sensor.event_push": ON}),
    Capture("ipc_status", YARD, None, {"binary_sensor.license_plate": ON}),
    Capture(
        "ipc_plate",
        YARD,
        plate("YA 10 XY", "allow", None),
        {"sensor.last_plate": "YA 10 XY", "sensor.plate_list": "allow", "binary_sensor.license_plate": ON},
    ),
    Capture(
        "ipc_intrusion",
        YARD,
        detection("intrusion", "PEA", 221, 21, "person", [0.013, 0.0, 0.55, 0.846]) | {"status": "start"},
        {"binary_sensor.intrusion": ON, "binary_sensor.line_crossing": "off"},
    ),
    Capture(
        "ipc_line_crossing",
        YARD,
        detection("line_crossing", "PEA", 321, 31, "person", [0.321, 0.212, 0.479, 0.848]) | {"status": "start"},
        {"binary_sensor.line_crossing": ON, "binary_sensor.intrusion": "off"},
    ),
    Capture(
        "ipc_zone_entry",
        YARD,
        detection("region_entry", "AOIENTRY", None, 41, "person", [0.201, 0.302, 0.403, 0.804]),
        {"binary_sensor.region_entry": ON},
    ),
    Capture(
        "ipc_zone_exit",
        YARD,
        detection("region_exit", "AOILEAVE", None, 46, "car", [0.601, 0.302, 0.803, 0.804]),
        {"binary_sensor.region_exit": ON},
    ),
    Capture("ipc_face", YARD, {"type": "face", "code": "VFD"}, {"binary_sensor.face": ON}),
    Capture("ipc_video_metadata", YARD, {"type": "video_metadata", "code": "VSD"}, {"binary_sensor.intrusion": "off"}),
    Capture("nvr_keepalive", OFFICE, None),
    Capture("nvr_status_intrusion", OFFICE, None, {"binary_sensor.intrusion": ON}, 1),
    Capture("nvr_status_face", OFFICE, None, {"binary_sensor.face": ON}, 1),
    Capture("nvr_status_counting", OFFICE, None, {"binary_sensor.intrusion": "off"}, 1),
    Capture(
        "nvr_intrusion",
        OFFICE,
        detection("intrusion", "regionIntrusion", 917, 717, "person", [0.31, 0.372, 0.401, 0.985]),
        {"binary_sensor.intrusion": ON},
        1,
    ),
    Capture(
        "nvr_line_crossing",
        OFFICE,
        detection("line_crossing", "lineCrossing", 1410, 1310, "person", [0.35, 0.441, 0.427, 0.978]),
        {"binary_sensor.line_crossing": ON, "binary_sensor.intrusion": "off"},
        1,
    ),
    Capture(
        "nvr_line_counting",
        OFFICE,
        detection("line_counting", "targetCountingByLine", 1081, 481, "person", None),
        {"binary_sensor.intrusion": "off"},
        1,
    ),
    Capture(
        "nvr_area_counting",
        OFFICE,
        detection("area_counting", "targetCountingByArea", 2905, 2205, "person", [0.444, 0.441, 0.498, 0.978]),
        {"binary_sensor.intrusion": "off"},
        1,
    ),
    Capture(
        "nvr_video_metadata",
        OFFICE,
        detection("video_metadata", "videoMetadata", 3216, 2216, "person", [0.529, 0.452, 0.608, 0.947]),
        {"binary_sensor.intrusion": "off"},
        1,
    ),
    Capture(
        "nvr_face",
        OFFICE,
        {"type": "face", "face": {"age": "middleAged", "sex": "male", "glasses": "unknown", "mask": "unknown"}},
        {"binary_sensor.face": ON},
        1,
    ),
    Capture(
        "nvr_plate",
        OFFICE,
        plate("RV 44 ZT", None, None, group=None, color="white", confidence=None)
        | {"code": "vehicle", "event_ids": []},
        {"sensor.last_plate": "RV 44 ZT", "sensor.plate_list": "unlisted"},
        2,
    ),
]
NAMELESS = {
    "ipc_plate",
    "ipc_intrusion",
    "ipc_line_crossing",
    "ipc_zone_entry",
    "ipc_zone_exit",
    "ipc_face",
    "ipc_video_metadata",
}
"""These come without any ids on real devices too: they belong to whose address they are sent to."""


def said(data: Any, expected: Any) -> Any:
    """Return of an event the part that is expected of it."""
    match expected:
        case dict():
            return {key: said(data[key], wanted) for key, wanted in expected.items()}
    return data


def test_every_capture_is_tried() -> None:
    """Leave no file out."""
    assert {path.stem for path in CAPTURES.glob("*.xml")} == {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_capture(hass: HomeAssistant, set_up: SetUp, case: Capture) -> None:
    """Show what the message says, no more, and no picture for its placeholders."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with case.kind() as device:
        await set_up(device)
        answer = await post(device.push_url, (CAPTURES / f"{case.name}.xml").read_bytes())
        await hass.async_block_till_done()
        assert answer.status == 200
        assert {key: value(hass, device, key, case.channel) for key in case.states} == case.states
        assert value(hass, device, "binary_sensor.event_push") == ON

    wanted = [case.event] if case.event is not None else []
    assert [said(dict(event.data), expected) for event, expected in zip(events, wanted, strict=True)] == wanted
    for event in events:
        assert event.data["images"] == {"overview": None, "target": None}
        assert event.data["source"]["mac"] == {True: None, False: device.mac}[case.name in NAMELESS]
        assert event.data["age"] is not None


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in NAMELESS], ids=lambda case: case.name)
async def test_capture_of_another_device(hass: HomeAssistant, set_up: SetUp, case: Capture) -> None:
    """Refuse the same message, unchanged, at the address of another device of its kind, and say so."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with case.kind(mac="58:5b:69:0d:77:31", name="Other device") as device:
        entry = await set_up(device)
        before = {found.entity_id: found for found in hass.states.async_all()}
        answer = await post(device.push_url, (CAPTURES / f"{case.name}.xml").read_bytes())
        await hass.async_block_till_done()
        assert answer.status == 200
        assert {found.entity_id: found for found in hass.states.async_all()} == before

    assert events == []
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"foreign_device_{entry.entry_id}") is not None
