"""The gate of the demo: who may enter, who may change that, and what is seen of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.viewwall.viewtron import DetectionType, Post, PostKind, parse_post
from tests.demo import automations, check, dashboard, entities, traffic
from tests.demo.gate import REGULAR_VISITOR, GateCamera
from tests.demo.head import Head, Place
from tests.demo.house import BACK_YARD, House
from tests.demo.traffic import Traffic
from tests.simulators.push import PushResult
from tests.simulators.state import Request, Shape

_WORDS = {
    "{event}": "event.a",
    "{wall}": "select.b",
    "{camera}": "camera.c",
    "{duration}": {"seconds": 20},
    "{gate}": "1234",
    "{output}": "switch.d",
    "{pulse}": {"seconds": 8},
    "{last_plate}": "sensor.e",
    "{plate_list}": "sensor.f",
}


@pytest.fixture
def house(socket_enabled: None) -> House:
    """Return the devices, switched off."""
    return House("Europe/Berlin", None)


@pytest.fixture
def posts(house: House, monkeypatch: pytest.MonkeyPatch) -> list[Post]:
    """Collect what the gate's camera posts."""
    collected: list[Post] = []

    async def _push(body: bytes) -> PushResult:
        collected.append(parse_post(body))
        return PushResult(200, b"", {})

    monkeypatch.setattr(house.gate, "push", _push)
    monkeypatch.setattr(traffic, "_APPROACH", 0)
    monkeypatch.setattr(traffic, "_SOON", 0)
    return collected


def _switch(gate: GateCamera, on: bool) -> None:
    """Switch the output as a client does."""
    body = f"<config version='2.1.0'><action><status>{str(on).lower()}</status></action></config>".encode()
    gate.manual_alarm_out(
        Request(command="ManualAlarmOut", channel=None, method="POST", authorised=True, scheme="digest", body=body)
    )


def _lists(posts: list[Post]) -> list[tuple[str, str | None]]:
    """Return the plates that were read, with their lists."""
    return [(plate.number, plate.listed) for post in posts for plate in post.plates]


async def test_visitor_is_in_no_list_until_added(house: House, posts: list[Post]) -> None:
    """The camera's own lists decide."""
    life = Traffic(house, stay=0, seed=1)
    await life.visitor_at_gate()
    house.gate.database.plates.append(house.gate._plate(REGULAR_VISITOR, "whiteList", ""))
    await life.visitor_at_gate()
    assert _lists(posts) == [(REGULAR_VISITOR, None), (REGULAR_VISITOR, "allow")]


async def test_added_plate_comes_soon(house: House, posts: list[Post]) -> None:
    """Whoever adds a plate sees it come; two cars never stand at the gate at once."""
    life = Traffic(house, stay=0.02, seed=1)
    house.gate.added.put_nowait("NEW 777")
    house.gate.added.put_nowait(REGULAR_VISITOR)
    coming = asyncio.create_task(life._new_plates())
    await life.blocked_car_at_gate()
    async with asyncio.timeout(5):
        while len(posts) < 9:  # noqa: ASYNC110  (three cars with three posts each)
            await asyncio.sleep(0.01)
    coming.cancel()
    assert {number for number, _ in _lists(posts)} == {"NEW 777", "XYZ900", REGULAR_VISITOR}
    assert [post.kind for post in posts] == [PostKind.ALARM_STATUS, PostKind.DETECTION, PostKind.ALARM_STATUS] * 3


@pytest.mark.parametrize("is_open", [False, True])
async def test_only_who_comes_in_is_counted(house: House, posts: list[Post], is_open: bool) -> None:
    """A car that stands before a closed gate is not inside."""
    before = house.gate.crossings["entranceCount"]
    _switch(house.gate, is_open)
    await Traffic(house, stay=0, seed=1).visitor_at_gate()
    assert house.gate.crossings["entranceCount"] == (before[0], before[1] + is_open, before[2])
    counted = [post for post in posts if post.detection is DetectionType.LINE_COUNTING]
    assert len(counted) == is_open


def test_gate_is_seen_and_told(house: House) -> None:
    """The output opens the drawn gate, in live video too, and each change is told once."""
    told: list[bool] = []
    opened = check._Opened(house.gate)
    house.gate.on_gate(told.append)
    closed = house.gate.overview(plate="XYZ900")
    house.gate.plate_in_view = "ABC123"
    _switch(house.gate, True)
    _switch(house.gate, True)
    assert house.placed[0].eyes[1].look().is_open
    assert house.gate.overview(plate="XYZ900") != closed
    _switch(house.gate, False)
    assert told == [True, False]
    assert opened.plates == ["ABC123"]
    assert house.gate.output_log == [(1, True), (1, True), (1, False)]


async def test_check_waits_for_the_gate(house: House) -> None:
    """It is proven only when the gate has closed again after the right plate."""
    opened = check._Opened(house.gate)
    waiting = asyncio.create_task(opened.closed_after(REGULAR_VISITOR))
    for plate in ("ABC123", REGULAR_VISITOR):
        house.gate.plate_in_view = plate
        _switch(house.gate, True)
        await asyncio.sleep(0)
        assert not waiting.done()
        _switch(house.gate, False)
    async with asyncio.timeout(1):
        await waiting


async def test_gate_remembers(tmp_path: Path, socket_enabled: None) -> None:
    """Plates and counts outlive the demo, an emptied list too."""
    memory = tmp_path / "ports.json"
    first = House("UTC", memory)
    async with first:
        first.gate.database.plates.append(first.gate._plate(REGULAR_VISITOR, "whiteList", "Somebody"))
        first.gate.crossings["exitCount"] = (0, 99, 0)
    again = House("UTC", memory)
    assert again.gate.database.plates == first.gate.database.plates
    assert again.gate.crossings == first.gate.crossings
    assert again.gate.list_of(REGULAR_VISITOR) == "whiteList"
    async with again:
        again.gate.database.plates.clear()
    assert House("UTC", memory).gate.database.plates == []


def test_added_plates_are_noted(house: House) -> None:
    """Those that were there already are not."""
    gate = house.gate
    assert gate.shape is Shape.FIELD
    items = "".join(
        f"<item><index>{index}</index><groupId>2</groupId><licensePlateNumber>{number}</licensePlateNumber></item>"
        for index, number in enumerate(("ABC123", REGULAR_VISITOR), 1)
    )
    body = f"<config version='2.1.0'><licensePlates type='list' count='2'>{items}</licensePlates></config>".encode()
    gate.add_license_plates(
        Request(command="AddLicensePlates", channel=None, method="POST", authorised=True, scheme="digest", body=body)
    )
    assert gate.added.get_nowait() == REGULAR_VISITOR
    assert gate.added.empty()


def _read(**changes: Any) -> dict[str, Any]:
    """Return what a template is told of a plate that was read."""
    data = {"plate": {"list": "allow"}, "origin": {"by": "webhook", "is_device": True}, "age": 0.4}
    return {"trigger": {"event": {"data": data | changes}}}


@pytest.mark.parametrize(
    ("read", "may_enter"),
    [
        (_read(), True),
        (_read(age=29.9), True),
        (_read(plate={"list": None}), False),
        (_read(plate={"list": "temporary"}), False),
        (_read(plate={"list": "block"}), False),
        (_read(origin={"by": "webhook", "is_device": False}), False),
        (_read(origin={"by": "listener", "is_device": True}), False),
        (_read(age=30), False),
        (_read(age=-6), False),
        (_read(age=None), False),
    ],
)
async def test_who_may_enter(hass: HomeAssistant, read: dict[str, Any], may_enter: bool) -> None:
    """The exact list, from the camera itself, just now; everything else stays outside."""
    assert Template(automations._MAY_ENTER, hass).async_render(read) is may_enter


@pytest.mark.parametrize(("plate", "number"), [("JKL305", "JKL305"), ("12345", 12345)])
async def test_last_plate_is_allowed(hass: HomeAssistant, plate: str, number: str | int) -> None:
    """The script names the plate and the exact list, and tells what was done."""
    calls = async_mock_service(hass, "viewwall", "add_plates")
    notes = async_mock_service(hass, "persistent_notification", "create")
    await _set_up_script(hass, plate, "unlisted")
    await hass.services.async_call("script", "allow_last_plate", blocking=True)
    assert [call.data for call in calls] == [
        {"entity_id": ["sensor.e"], "plates": [{"number": number, "list": "allow"}]}
    ]
    assert plate in notes[0].data["message"]


@pytest.mark.parametrize("listed", ["allow", "block", "temporary", "group", "unknown", "unavailable"])
async def test_listed_plate_is_left_alone(hass: HomeAssistant, listed: str) -> None:
    """Nobody comes from the block list to the allow list by one press."""
    calls = async_mock_service(hass, "viewwall", "add_plates")
    notes = async_mock_service(hass, "persistent_notification", "create")
    await _set_up_script(hass, "XYZ900", listed)
    await hass.services.async_call("script", "allow_last_plate", blocking=True)
    assert not calls
    assert notes[0].data["message"].endswith("Nothing was changed.")


async def _set_up_script(hass: HomeAssistant, plate: str, listed: str) -> None:
    """Add the demo's script, with what the camera has read."""
    hass.states.async_set("sensor.e", plate)
    hass.states.async_set("sensor.f", listed)
    script = automations._filled(automations._SCRIPT, _WORDS)
    assert await async_setup_component(hass, "script", {"script": {"allow_last_plate": script}})


def test_automations_name_their_entities() -> None:
    """The entities' names stand wherever they belong."""
    filled = {key: automations._filled(each, _WORDS) for key, each in automations._AUTOMATIONS.items()}
    filled["script"] = automations._filled(automations._SCRIPT, _WORDS)
    assert not [word for word in _WORDS if word in json.dumps(filled)]
    [pulse] = [action for action in filled["viewwall_demo_gate"]["actions"] if "target" in action]
    assert pulse["action"] == "viewwall.pulse_output"
    assert pulse["target"] == {"entity_id": "switch.d"}
    assert pulse["data"] == {"duration": {"seconds": 8}}
    assert filled["viewwall_demo_gate"]["triggers"][0]["event_data"]["device_id"] == "1234"
    assert filled["viewwall_demo_blocked"]["triggers"][0]["target"] == {"entity_id": "event.a"}
    [show] = filled["viewwall_demo_wall"]["actions"]
    assert show["target"] == {"entity_id": "select.b"}
    assert show["data"] == {"camera": "camera.c", "duration": {"seconds": 20}}


def test_dashboard_asks_before_it_allows(house: House) -> None:
    """The button wants a confirmation; counts, the moving camera and the clock have their places."""
    ids = {
        "sensor.last_plate": f"{house.gate.mac}_last_plate",
        "switch.barrier": f"{house.gate.mac}_alarm_output_1",
        "sensor.cars_in": f"{house.gate.mac}_entered_car",
        "button.reset": f"{house.gate.mac}_reset_counts",
        "camera.yard": f"{house.recorder.mac}_{BACK_YARD}_sub",
        "select.yard": f"{house.recorder.mac}_{BACK_YARD}_ptz_preset",
        "sensor.clock": f"{house.old_recorder.mac}_clock_offset",
        "button.clock": f"{house.old_recorder.mac}_sync_clock",
    }
    registry = [
        {"entity_id": entity_id, "unique_id": unique_id, "platform": "viewwall", "disabled_by": None}
        for entity_id, unique_id in ids.items()
    ]
    start, yard, *_ = dashboard.build_dashboard(house, entities.Entities(registry))["views"]
    cards = [card for section in start["sections"] for card in section["cards"]]
    [allow] = [card for card in cards if card.get("entity") == "script.allow_last_plate"]
    for tap in (allow["tap_action"], allow["icon_tap_action"]):
        assert tap["confirmation"]["text"]
    assert set(ids) - {"select.yard"} <= {card.get("entity") for card in cards}
    moves = [card["tap_action"] for section in yard["sections"] for card in section["cards"] if "tap_action" in card]
    assert len({json.dumps(move) for move in moves}) == 11
    assert all(move["target"] == {"entity_id": "camera.yard"} for move in moves)


def test_head_follows_its_commands() -> None:
    """It moves until it is stopped, ends at its ends, and finds its presets again."""
    now = [0.0]
    head = Head({1: Place(), 2: Place(0.1, 0.2, 0.3)}, now=lambda: now[0])
    assert head.place == Place()
    head.hear("Left", 4)
    now[0] = 0.5
    moved = head.place
    assert moved.pan < 0.5
    assert (moved.tilt, moved.zoom) == (0.5, 0)
    head.hear("Stop", 1)
    now[0] = 60
    assert head.place == moved
    head.hear("add_preset", 3)
    head.hear("ZoomIn", 8)
    now[0] = 120
    assert head.place.zoom == 1
    left, top, right, low = head.place.part
    assert 0 <= left < right <= 1
    assert 0 <= top < low <= 1
    head.hear("preset", 2)
    assert head.place == Place(0.1, 0.2, 0.3)
    head.hear("preset", 3)
    assert head.place == moved
    head.hear("delete_preset", 3)
    head.hear("preset", 1)
    head.hear("preset", 3)
    assert head.place == Place()


def test_moving_camera_is_seen_to_move(house: House) -> None:
    """Its picture changes, and no other one does."""
    yard = house.recorder.channel(BACK_YARD)
    before, scene = [eye.look() for eye in house.placed[2].eyes.values()], house.recorder.scene(yard)
    assert house.recorder._heard(BACK_YARD, "preset", 2)
    assert house.recorder.scene(yard) != scene
    after = [eye.look() for eye in house.placed[2].eyes.values()]
    assert [index for index, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new] == [BACK_YARD]
