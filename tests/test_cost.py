"""What a post costs: the same few listeners and states, however many channels a recorder has. Counted, never timed."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, override
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
import pytest

from custom_components.viewwall.listeners import KeyedListeners
from custom_components.viewwall.recent import RecentBodies
from custom_components.viewwall.viewtron import PostKind, parse_post
from tests.benchmark.bodies import Body, camera_bodies, recorder_bodies
from tests.conftest import Later, SetUp
from tests.pushing import jpeg, post
from tests.simulators import nvr_posts
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Identity, Plate, Target
from tests.simulators.state import SimChannel
from tests.viewtron import posts_wire as wire

SIZES = (4, 16, 64)
CHANNEL = 3


@dataclass(slots=True)
class Cost:
    """What happened while some posts arrived."""

    listeners: int = 0
    written: Counter[str] = field(default_factory=Counter)
    """Writes by the entity's key, those that change nothing included."""


@contextmanager
def counted(hass: HomeAssistant, device: NvrV2Simulator) -> Iterator[Cost]:
    """Count the listeners that are called and the states that are written for a while."""
    cost = Cost()
    call, update = KeyedListeners.call, DataUpdateCoordinator.async_update_listeners

    def _call(self: KeyedListeners[Any, ...], key: Any, *args: Any, **kwargs: Any) -> bool:
        cost.listeners += len(self._callbacks.get(key, ()))
        return call(self, key, *args, **kwargs)

    def _update(self: DataUpdateCoordinator[Any]) -> None:
        cost.listeners += len(self._listeners)
        update(self)

    @callback
    def _note(event: Event[Any]) -> None:
        entity = er.async_get(hass).async_get(event.data["entity_id"])
        assert entity is not None
        cost.written[entity.unique_id.removeprefix(f"{device.mac}_")] += 1

    @callback
    def _always(_data: Any) -> bool:
        return True

    stops = [
        hass.bus.async_listen(EVENT_STATE_CHANGED, _note),
        hass.bus.async_listen(EVENT_STATE_REPORTED, _note, event_filter=_always),
    ]
    with (
        patch.object(KeyedListeners, "call", _call),
        patch.object(DataUpdateCoordinator, "async_update_listeners", _update),
    ):
        yield cost
    for stop in stops:
        stop()


def plate(who: Identity, number: int) -> list[bytes]:
    """Build a plate with its pictures."""
    seen = Plate(number=f"QX{number:03}", id=number, crop=jpeg(f"crop {number}"))
    return [nvr_posts.vehicle(who, moment(number), [seen], overview=jpeg(f"scene {number}"))]


def detection(who: Identity, number: int) -> list[bytes]:
    """Build an intrusion without pictures."""
    return [nvr_posts.region_intrusion(who, moment(number), targets=[Target(id=number, event_id=number)])]


def tracking(who: Identity, number: int) -> list[bytes]:
    """Build what a person who walks for a second is worth: twelve positions."""
    head = (
        "<messageType>trajectory</messageType>"
        f"<deviceInfo><mac>{who.mac}</mac><channelId>{who.channel}</channelId></deviceInfo>"
    )
    return [
        wire.config(
            head,
            f"<traject><item><targetId>{number}</targetId>{wire.rect(100 * step, 200, 300 * step, 900)}"
            "<targetType>person</targetType></item></traject>",
            version="2.0.0",
        )
        for step in range(1, 13)
    ]


def alarm_status(who: Identity, number: int) -> list[bytes]:
    """Build an alarm that begins, is confirmed and ends."""
    return [nvr_posts.alarm_status(who, moment(number), {"tripwireAlarm": {1: state}}) for state in (True, True, False)]


def moment(number: int) -> datetime:
    """Return a time of its own for each message."""
    return datetime.now(UTC) - timedelta(milliseconds=number)


POSTS: tuple[Callable[[Identity, int], list[bytes]], ...] = (plate, detection, tracking, alarm_status)
LAST_MESSAGE = 1
"""The listener that every post calls: it writes its state once a minute."""
EXPECTED = {
    "plate": Cost(
        LAST_MESSAGE + 7,
        Counter(
            {
                # The alarm and the event.
                "3_license_plate": 2,
                "3_detection": 1,
                "3_overview": 1,
                "3_plate": 1,
                "3_last_plate": 1,
                "3_plate_list": 1,
            }
        ),
    ),
    "detection": Cost(LAST_MESSAGE + 2, Counter({"3_intrusion": 1, "3_detection": 1})),
    "tracking": Cost(12 * LAST_MESSAGE + 1, Counter({"3_person_present": 1})),
    "alarm_status": Cost(3 * LAST_MESSAGE + 2, Counter({"3_line_crossing": 2})),
}
"""By the ends of the entities' unique ids: only what shows something else afterwards is written."""


async def costs(hass: HomeAssistant, later: Later, set_up: SetUp, size: int) -> dict[str, Cost]:
    """Return what each kind of message costs at a recorder of this size."""
    found = {}
    async with NvrV2Simulator(mac=f"58:5b:69:0e:00:{size:02x}") as recorder:
        recorder.channels = [SimChannel(id=number, name=f"Camera {number}") for number in range(1, size + 1)]
        recorder.chl_max_count = size
        await set_up(recorder)
        who = recorder.identity(CHANNEL)
        for number, build in enumerate(POSTS, 1):
            # The first ones make entities appear.
            for body in build(who, number):
                await post(recorder.push_url, body)
        await later(20)
        for number, build in enumerate(POSTS, 101):
            with counted(hass, recorder) as cost:
                for body in build(who, number):
                    assert (await post(recorder.push_url, body)).status == 200
                await hass.async_block_till_done()
            found[build.__name__] = cost
    return found


async def test_a_post_costs_the_same_with_any_number_of_channels(
    hass: HomeAssistant, later: Later, set_up: SetUp
) -> None:
    """Call the same listeners and write the same states with 4, 16 and 64 channels."""
    assert {size: await costs(hass, later, set_up, size) for size in SIZES} == dict.fromkeys(SIZES, EXPECTED)


def test_a_flood_of_messages_is_not_compared_with_itself() -> None:
    """Tell new messages from repetitions without looking at all that came before."""
    compared = 0

    class Body(bytes):
        """A message that counts how often it is compared."""

        __slots__ = ()
        __hash__ = None  # type: ignore[assignment]

        @override
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return super().__eq__(other)

    recent = RecentBodies(seconds=10, limit=1_000_000)
    bodies = [Body(b"<config>%d</config>" % number + b"." * 100) for number in range(2_000)]
    assert all(recent.add(body, 0.0) for body in bodies)
    assert compared == 0
    assert not recent.add(Body(bytes(bodies[7])), 1.0)
    assert compared == 1
    assert recent.add(bodies[7], 10.0)


def test_messages_that_begin_alike_are_told_apart() -> None:
    """Compare what differs only far behind, and forget the oldest when there are too many bytes."""
    recent = RecentBodies(seconds=10, limit=50_000)
    bodies = [b"." * 10_000 + b"%d" % number for number in range(6)]
    assert all(recent.add(body, 0.0) for body in bodies)
    assert [recent.add(body, 0.0) for body in reversed(bodies)] == [False, False, False, False, True, True]


@pytest.mark.parametrize("body", [*camera_bodies(Identity()), *recorder_bodies(Identity())], ids=lambda body: body.name)
def test_what_the_benchmark_posts_is_understood(body: Body) -> None:
    """Measure messages that are read to the end, and none that is left out as a repetition."""
    first, second = (parse_post(body.fresh(number)) for number in (1, 2))
    assert first.kind is not PostKind.UNKNOWN
    assert first.kind is PostKind.DETECTION or not body.has_picture
    assert all(crop.looks_like_jpeg for crop in first.crops)
    assert (first.overview is not None) is body.has_picture
    assert first.device.mac == Identity().mac
    assert (first != second) is (first.kind in (PostKind.DETECTION, PostKind.TRAJECT))
