"""Event entities beside the bus event: the same facts, each event once, also when many come at the same time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.conftest import SetUp
from tests.pushing import entity_id, post, state
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.nvr_posts import UNSET_CLOCK
from tests.simulators.posts_base import Identity, Picture, Plate

PICTURE_SIZE = 12_000


@pytest.mark.parametrize(
    ("kind", "channel"),
    [(IpcV1Simulator, None), (IpcV2Simulator, None), (NvrV2Simulator, 1)],
    ids=["ipc_v1", "ipc_v2", "nvr_v2"],
)
@pytest.mark.parametrize("key", ["detection", "license_plate"])
async def test_attributes_hold_the_bus_event(
    hass: HomeAssistant, set_up: SetUp, kind: type[IpcV1Simulator | NvrV2Simulator], channel: int | None, key: str
) -> None:
    """Have every key of the bus event among the attributes with the same value, and the plate's facts beside them."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with kind() as device:
        await set_up(device)
        await device.send_plate("KL 1")
        await hass.async_block_till_done()
        attributes = state(hass, device, f"event.{key}", channel).attributes

    data = events[0].data
    assert {name: attributes.get(name, "missing") for name in data} == dict(data)
    assert {name: attributes.get(name, "missing") for name in data["plate"]} == data["plate"]


async def test_attributes_of_what_is_no_plate(hass: HomeAssistant, set_up: SetUp) -> None:
    """Have every key of the bus event among the attributes of an intrusion too, unknown ones as null."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_intrusion()
        await hass.async_block_till_done()
        attributes = state(hass, camera, "event.detection").attributes

    data = events[0].data
    assert data["plate"] is None
    assert {name: attributes.get(name, "missing") for name in data} == dict(data)


@pytest.mark.parametrize("where", [8, PICTURE_SIZE // 3, PICTURE_SIZE // 2, PICTURE_SIZE - 8])
async def test_pictures_that_differ_in_one_byte(hass: HomeAssistant, set_up: SetUp, where: int) -> None:
    """Take two posts that differ in one byte of the picture for two: an unset clock gives them one stamp."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        for mark in (b"x", b"y"):
            data = b"\xff\xd8\xff\xe0" + b"." * PICTURE_SIZE + b"\xff\xd9"
            picture = Picture(data[:where] + mark + data[where + 1 :])
            plates = [Plate(number="KL 1")]
            body = nvr_posts.vehicle(recorder.identity(1), UNSET_CLOCK, plates, overview=picture)
            await post(recorder.push_url, body)
        await hass.async_block_till_done()

    assert len(events) == 2


@pytest.mark.parametrize(
    ("kind", "build", "channel"),
    [
        pytest.param(IpcV2Simulator, ipc_posts.plates, None, id="camera"),
        pytest.param(NvrV2Simulator, nvr_posts.vehicle, 1, id="recorder"),
    ],
)
async def test_eight_plates_at_once(
    hass: HomeAssistant,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    build: Callable[[Identity, datetime, list[Plate]], bytes],
    channel: int | None,
) -> None:
    """Fire once for each of eight plates that arrive at the same time, on the bus and as an event entity."""
    numbers = [f"KL {number}" for number in range(8)]
    async with kind() as device:
        await set_up(device)
        events = async_capture_events(hass, EVENT_VIEWWALL)
        changes = async_capture_events(hass, EVENT_STATE_CHANGED)
        now = datetime.now(UTC)
        bodies = [
            build(device.identity(1), now + timedelta(microseconds=index), [Plate(number=number)])
            for index, number in enumerate(numbers)
        ]
        await asyncio.gather(*(post(device.push_url, body) for body in bodies))
        await hass.async_block_till_done()
        name = entity_id(hass, device, "event.license_plate", channel)
        shown = [change.data["new_state"] for change in changes if change.data["entity_id"] == name]

    fired = [event.data["plate"]["number"] for event in events]
    assert sorted(fired) == numbers
    assert [number for found in shown if (number := found.attributes.get("number"))] == fired
