"""The door for posts, run up against by whoever is in the house: nothing raises, blocks, or grows without end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
import gc
import logging
import tracemalloc
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall import push
from custom_components.viewwall.const import EVENT_VIEWWALL
from custom_components.viewwall.detections import MAX_REMEMBERED_BYTES, PostApplier
from custom_components.viewwall.recent import RecentBodies, RecentKeys
from custom_components.viewwall.runtime import ViewtronRuntime, ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.hostile import Change, changes, examples, free_text, spoil
from tests.pushing import connect, exchange, http_request, post
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Identity, Plate, Target
from tests.simulators.push import read_answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MIB = 1024 * 1024


@pytest.fixture(name="nvr")
async def _nvr(socket_enabled: None) -> AsyncIterator[NvrV2Simulator]:
    """Run a recorder."""
    async with NvrV2Simulator() as nvr:
        yield nvr


@pytest.fixture(name="entry")
async def _entry(nvr: NvrV2Simulator, set_up: SetUp) -> ViewWallConfigEntry:
    """Return the recorder's entry."""
    return await set_up(nvr)


def url_of(device: NvrV2Simulator | IpcV2Simulator) -> str:
    """Return where a device posts to."""
    assert device.push_url is not None
    return device.push_url


def bodies(who: Identity) -> list[bytes]:
    """Return a message of each kind, of a recorder and of its cameras."""
    return [
        nvr_posts.vehicle(who, NOW, [Plate(number="AB 123", owner="O. Wner", listed="Staff")]),
        nvr_posts.face(who, NOW),
        nvr_posts.region_intrusion(who, NOW),
        nvr_posts.counting_by_line(who, NOW),
        nvr_posts.alarm_status(who, NOW, {"perimeterAlarm": {1: True}, "sensorAlarm": {2: True}}),
        nvr_posts.keepalive(who),
        ipc_posts.plates(who, NOW, [Plate(number="AB 123")]),
        ipc_posts.traject(who, NOW),
        ipc_posts.video_metadata(who, NOW),
    ]


@examples(80)
@given(st.integers(0, 8), changes(), st.one_of(st.none(), free_text()))
async def test_spoilt_messages(
    hass: HomeAssistant,
    nvr: NvrV2Simulator,
    entry: ViewWallConfigEntry,
    caplog: pytest.LogCaptureFixture,
    number: int,
    steps: list[Change],
    free: bytes | None,
) -> None:
    """Answer whatever comes, in a running Home Assistant, and log no error."""
    body = spoil(bodies(nvr.identity(2))[number], steps) if free is None else b"<config>" + free + b"</config>"
    caplog.clear()
    assert (await post(url_of(nvr), body)).status == 200
    await hass.async_block_till_done()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_replay_flood(hass: HomeAssistant, later: Later, nvr: NvrV2Simulator, entry: ViewWallConfigEntry) -> None:
    """Hear the same bytes ten thousand times as one event, within a fixed amount of memory."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    url, body = url_of(nvr), bodies(nvr.identity(2))[0]
    request = http_request(url, body)
    reader, writer = await connect(url)
    for _ in range(5):
        # A hundred on the way at once, as who floods us does not wait for answers.
        writer.write(request * 100)
        for _ in range(100):
            assert (await read_answer(reader)).status == 200
    writer.close()
    receiver = receiver_of(entry)
    tracemalloc.start()
    try:
        for _ in range(500):
            await receiver._receive(bytes(bytearray(body)), "127.0.0.1", dt_util.utcnow())
        gc.collect()
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    for _ in range(9000):
        await receiver._receive(bytes(bytearray(body)), "127.0.0.1", dt_util.utcnow())
    await hass.async_block_till_done()
    assert len(events) == 1
    assert receiver.statistics.received == 10_000
    assert kept < MIB
    assert peak < 8 * MIB

    await later(11)
    await post(url, body)
    await hass.async_block_till_done()
    assert len(events) == 2


def receiver_of(entry: ViewWallConfigEntry) -> push.PushReceiver:
    """Return what takes the posts of a recorder."""
    assert isinstance(entry.runtime_data, ViewtronRuntime)
    return entry.runtime_data.push


def strangers(number: int) -> bytes:
    """Return a post of another device than the last."""
    mac = ":".join(f"{number:012x}"[at : at + 2] for at in range(0, 12, 2))
    return ipc_posts.keepalive_message(Identity(name=f"S{number}", mac=mac, serial=f"I{number:012}"))


def other_channels(number: int) -> bytes:
    """Return a post about a channel that is not there."""
    return nvr_posts.region_intrusion(Identity(mac=NvrV2Simulator.default_mac, channel=1000 + number), NOW)


def other_fields(number: int) -> bytes:
    """Return a state of an alarm that nobody knows."""
    return nvr_posts.alarm_status(Identity(mac=NvrV2Simulator.default_mac), NOW, {f"a{number}Alarm": {number: True}})


def other_rules(number: int) -> bytes:
    """Return a state of another rule than the last."""
    states = {"perimeterAlarm": {number: True}, "sensorAlarm": {number: True}, "chlOfflineAlarm": {number: False}}
    return nvr_posts.alarm_status(Identity(mac=NvrV2Simulator.default_mac, channel=2), NOW, states)


def other_events(number: int) -> bytes:
    """Return a detection with another event and target than the last, of another type."""
    target = Target(id=number, event_id=number)
    return ipc_posts.intrusion(Identity(mac=NvrV2Simulator.default_mac, channel=2), NOW, targets=[target])


def other_types(number: int) -> bytes:
    """Return a detection of a type that nobody knows."""
    return nvr_posts.unknown(Identity(mac=NvrV2Simulator.default_mac, channel=2), NOW, f"type{number}")


def other_plates(number: int) -> bytes:
    """Return another plate than the last."""
    plate = Plate(number=f"N {number}", owner=f"Owner {number}", listed=f"Group {number}")
    return nvr_posts.vehicle(Identity(mac=NvrV2Simulator.default_mac, channel=2), NOW, [plate])


def nonsense(number: int) -> bytes:
    """Return what nobody can read."""
    return b"<r%d/>" % number


@pytest.mark.parametrize(
    "build",
    [strangers, other_channels, other_fields, other_rules, other_events, other_types, other_plates, nonsense],
    ids=lambda build: build.__name__,
)
async def test_ever_other_names(
    hass: HomeAssistant, nvr: NvrV2Simulator, entry: ViewWallConfigEntry, build: Callable[[int], bytes]
) -> None:
    """Make no entity, device or repair for each name that somebody invents, and remember few of them."""
    url = url_of(nvr)

    async def send(numbers: range) -> None:
        for answer in await exchange(url, *(http_request(url, build(number)) for number in numbers)):
            assert answer.status == 200
        await hass.async_block_till_done()

    def counted() -> tuple[int, int, int]:
        issues = [issue for issue in ir.async_get(hass).issues.values() if issue.active]
        return len(er.async_get(hass).entities), len(list(dr.async_get(hass).devices)), len(issues)

    await send(range(1, 151))
    before = counted()
    await send(range(151, 351))
    entities, devices, issues = counted()
    # Alarm inputs and channels are numbered up to a limit of the device or of ours.
    assert entities - before[0] <= 0
    assert (devices, issues) == before[1:]
    statistics = receiver_of(entry).statistics
    assert statistics.received + statistics.strangers == 350


# -- Large bodies


async def test_large_bodies_wait_for_each_other_to_the_end(
    hass: HomeAssistant, nvr: NvrV2Simulator, entry: ViewWallConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hold no more large messages than a few at once, those included that were read and wait for their turn."""
    monkeypatch.setattr(push, "LARGE_BODY", 1000)
    held = most = 0
    go_on = asyncio.Event()
    apply, read = PostApplier.apply, push.PushReceiver._read_chunks

    async def slowly(self: PostApplier, *args: Any) -> None:
        nonlocal held
        await go_on.wait()
        await apply(self, *args)
        held -= 1

    async def counting(self: push.PushReceiver, request: Any) -> bytes:
        nonlocal held, most
        body = await read(self, request)
        held += 1
        most = max(most, held)
        return body

    monkeypatch.setattr(PostApplier, "apply", slowly)
    monkeypatch.setattr(push.PushReceiver, "_read_chunks", counting)
    url = url_of(nvr)
    requests = [http_request(url, b" " * (5000 + number)) for number in range(3 * push.MAX_LARGE_AT_ONCE)]
    tasks = [asyncio.create_task(exchange(url, request)) for request in requests]
    for _ in range(50):
        await asyncio.sleep(0.01)
    go_on.set()
    answers = [answer for task in tasks for answer in await task]
    assert {answer.status for answer in answers} == {200}
    assert most == push.MAX_LARGE_AT_ONCE


# -- What is remembered


def test_remembered_keys_are_few() -> None:
    """Remember no more keys than a device can send, whatever comes within the time."""
    keys = RecentKeys(10)
    for number in range(10_000):
        assert keys.add(number, number / 1e6)
    assert len(keys._seen) <= 2048
    assert not keys.add(9_999, 0.06)


def test_remembered_bodies_are_few() -> None:
    """Remember neither many nor long messages, and compare a new one with few."""
    bodies = RecentBodies(10, MAX_REMEMBERED_BYTES)
    for number in range(5000):
        assert bodies.add(b"%08d" % number, number / 1e6)
    assert len(bodies._seen) <= 2048
    assert not bodies.add(b"%08d" % 4999, 0.02)
    for number in range(100):
        assert bodies.add(bytes([number]) * MIB, 0.02)
    assert bodies._size <= MAX_REMEMBERED_BYTES
    assert bodies.add(b"x" * (2 * MAX_REMEMBERED_BYTES), 0.02)
    assert bodies._size <= MAX_REMEMBERED_BYTES
