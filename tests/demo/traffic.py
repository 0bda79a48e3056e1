"""What happens around the house: cars, people and alarms, in a believable rhythm."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from random import Random
import string
from typing import Final
import zlib

from tests.simulators import ipc_plates, ipc_posts, nvr_posts
from tests.simulators.drawn import draw_crop
from tests.simulators.posts_base import Picture, Plate, Target

from .camera import DemoCamera
from .eyes import View, draw_view
from .gate import REGULAR_VISITOR
from .house import House

_NIGHT: Final = (23, 6)
_BY_DAY: Final = (20.0, 40.0)
_BY_NIGHT: Final = (240.0, 720.0)
_BEFORE_FIRST: Final = 1.5
_FIRST: Final = (11.0, 14.0)
_APPROACH: Final = 1.0
_STAY: Final = 8.0
_REGULARS_EVERY: Final = 6
_SOON: Final = 4.0
"""Seconds until a plate comes by that somebody has just added."""
_LOOK: Final = 1.0
"""Seconds between two looks at whether the garden's camera was set up."""
_PERSON_BOX: Final = (3600, 3400, 5200, 9300)
_RECORDER_BEAT: Final = 10.0


@dataclass(frozen=True, slots=True)
class Car:
    """A car that comes by; `group` and `owner` are those of the recorder, the gate's camera has its own list."""

    number: str
    group: str | None = None
    owner: str | None = None
    body: str = "saloon car"
    direction: str = "approach"


_CARS: Final = (
    Car("ABC123", "Residents", "A. Example"),
    Car("KLM478", "Residents", "K. Sample", "SUV"),
    Car("ABC123", "Residents", "A. Example", direction="away"),
    Car("DHL4021", "Suppliers", "Parcel service", "van"),
    Car("XYZ900", "Unwanted", None),
)
_BLOCKED: Final = _CARS[-1]
_VISITOR: Final = Car(REGULAR_VISITOR, body="SUV")
# The drawn car has one of these paints, chosen by its number.
_PAINTS: Final = ("red", "blue", "white", "grey", "green", "yellow")


class Traffic:
    """Lets things happen until it is cancelled; what cannot be posted is lost, as it is on a real device."""

    def __init__(self, house: House, *, pace: float = 1.0, stay: float | None = None, seed: int | None = None) -> None:
        """Let things happen to `house`, `pace` times as often as usual; `stay` is how long everybody stays, seconds."""
        self._house = house
        self._pace = pace
        self._stay = _STAY if stay is None else stay
        self._random = Random(seed)
        self._ids = count(1000 + self._random.randrange(1000))
        self._room_at_gate = asyncio.Lock()

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self._house.recorder.push_url is not None:
                # Cameras do it by themselves.
                tasks.create_task(self._beat())
            tasks.create_task(self._live())
            tasks.create_task(self._new_plates())
            tasks.create_task(self._new_garden())

    async def _beat(self) -> None:
        """Send the recorder's signs of life."""
        while True:
            await _lose_failures(self._house.recorder.send_keepalive())
            await asyncio.sleep(_RECORDER_BEAT)

    async def _live(self) -> None:
        """Show everything once, at whatever hour, then go by the clock."""
        await asyncio.sleep(_BEFORE_FIRST)
        first: tuple[Callable[[], Awaitable[None]], ...] = (
            lambda: self.car_at_gate(_CARS[0]), self.blocked_car_at_gate, self.visitor_at_gate, self.person_at_door,
            self.person_on_channel, self.car_on_channel, self.face_at_door,
        )  # fmt: skip
        for scene in first:
            await self._play(scene, _FIRST)
        scenes: tuple[Callable[[], Awaitable[None]], ...] = (
            self.car_at_gate, self.person_at_door, self.face_at_door, self.visitor_leaves, self.person_on_channel,
            self.car_on_channel, self.motion_on_channel, self.motion_on_old_recorder, self.person_in_garden,
        )  # fmt: skip
        for number in count(1):
            weights = (8, 3, 1, 2, 3, 2, 3, 2, 2 if self._house.garden.is_posting else 0)
            [scene] = self._random.choices(scenes, weights)
            match number % _REGULARS_EVERY:
                case 0:
                    scene = self.blocked_car_at_gate
                case 3:
                    scene = self.visitor_at_gate
            await self._play(scene, _BY_NIGHT if is_night(self._house.gate.clock.local()) else _BY_DAY)

    async def _new_plates(self) -> None:
        """Let every plate come soon that somebody has added: who allows a car wants to see it come in."""
        while True:
            number = await self._house.gate.added.get()
            await asyncio.sleep(_SOON)
            await _lose_failures(self.car_at_gate(_car_of(number)))

    async def _new_garden(self) -> None:
        """Let somebody walk through the garden soon after its camera was set up: who did that wants to see it work."""
        was_posting = False
        while True:
            await asyncio.sleep(_LOOK)
            is_posting = self._house.garden.is_posting
            if is_posting and not was_posting:
                await asyncio.sleep(_SOON)
                await _lose_failures(self.person_in_garden())
            was_posting = is_posting

    async def _play(self, scene: Callable[[], Awaitable[None]], pause: tuple[float, float]) -> None:
        """Play a scene, then wait; the pause, shortest and longest, counts from the beginning of the scene."""
        loop = asyncio.get_running_loop()
        following = loop.time() + self._random.uniform(*pause) / self._pace
        await _lose_failures(scene())
        await asyncio.sleep(max(0.5, following - loop.time()))

    def _some_car(self) -> Car:
        """Return a car of the neighbourhood, or a stranger's."""
        if self._random.random() < 0.4:
            letters = "".join(self._random.choices(string.ascii_uppercase, k=3))
            direction = self._random.choice(("approach", "approach", "away"))
            return Car(f"{letters}{self._random.randrange(100, 999)}", direction=direction)
        return self._random.choice(_CARS)

    async def car_at_gate(self, car: Car | None = None, *, patience: float = 1) -> None:
        """Read a plate at the gate while the car stands there, `patience` times as long as others."""
        car = car or self._some_car()
        async with self._room_at_gate:
            gate = self._house.gate
            gate.plate_in_view = car.number
            try:
                await gate.send_alarm("motionAlarm", True)
                await asyncio.sleep(_APPROACH)
                await self._read_plate(car)
                await asyncio.sleep(self._stay * patience / 2)
                if gate.is_open:
                    await gate.cross("car", "out" if car.direction == "away" else "in")
                await asyncio.sleep(self._stay * patience / 2)
            finally:
                gate.plate_in_view = None
                gate.set_alarm("motionAlarm", False)
            await gate.send_alarm("motionAlarm", False)

    async def _read_plate(self, car: Car) -> None:
        """Post a plate as the gate's camera finds it in its lists."""
        gate = self._house.gate
        plate = Plate(
            number=car.number,
            listed=gate.list_of(car.number),
            direction=car.direction,
            confidence=round(self._random.uniform(88, 99.5), 2),
            id=next(self._ids),
            colour=_paint_of(car),
            body=car.body,
            crop=gate.crop(plate=car.number),
        )
        overview = gate.overview(plate=car.number)
        body = ipc_plates.plates(gate.identity(), datetime.now(UTC), [plate], dialect=gate.dialect, overview=overview)
        await gate.push(body)

    async def blocked_car_at_gate(self) -> None:
        """Let a car come that is not wanted, and stay to be seen on the wall."""
        await self.car_at_gate(_BLOCKED, patience=2)

    async def visitor_at_gate(self) -> None:
        """Let somebody come who comes often, and is in no list before somebody adds the plate."""
        await self.car_at_gate(_VISITOR)

    @asynccontextmanager
    async def _somebody_at(self, camera: DemoCamera, field: str) -> AsyncIterator[None]:
        """Let a person stand before a camera, with the alarm `field` on meanwhile."""
        camera.subject_in_view = "person"
        try:
            await camera.send_alarm(field, True)
            await asyncio.sleep(_APPROACH)
            yield
            await asyncio.sleep(self._stay)
        finally:
            camera.subject_in_view = None
            # What the poll tells must not stay when the post was lost.
            camera.set_alarm(field, False)
        await camera.send_alarm(field, False)

    def _target(self, kind: str = "person") -> Target:
        """Return somebody new, with a picture."""
        number = next(self._ids)
        return Target(id=number, event_id=number + 100, kind=kind, rect=_PERSON_BOX, crop=draw_crop(None, kind))

    async def person_at_door(self) -> None:
        """Let somebody enter the zone before the door."""
        door = self._house.door
        async with self._somebody_at(door, "perimeterAlarm"):
            await door.push(self._intrusion(door))

    async def person_in_garden(self) -> None:
        """Let somebody walk through the garden, whose camera tells nobody before it was set up."""
        garden = self._house.garden
        if not garden.is_posting:
            return
        async with self._somebody_at(garden, "perimeterAlarm"):
            await garden.push(self._intrusion(garden))

    def _intrusion(self, camera: DemoCamera) -> bytes:
        """Build the post of a camera whose zone somebody has entered."""
        return ipc_posts.intrusion(
            camera.identity(),
            datetime.now(UTC),
            dialect=camera.dialect,
            targets=[self._target()],
            overview=camera.overview(subject="person"),
        )

    async def visitor_leaves(self) -> None:
        """Let somebody cross the line before the door."""
        door = self._house.door
        async with self._somebody_at(door, "tripwireAlarm"):
            overview = door.overview(subject="person")
            await door.push(
                ipc_posts.line_crossing(
                    door.identity(),
                    datetime.now(UTC),
                    dialect=door.dialect,
                    targets=[self._target()],
                    overview=overview,
                )
            )

    async def face_at_door(self) -> None:
        """Let somebody look into the camera at the door."""
        door = self._house.door
        async with self._somebody_at(door, "vfdAlarm"):
            crop = draw_crop(None, "face")
            sex = self._random.choice(("male", "female"))
            await door.push(
                ipc_posts.face_captured(
                    door.identity(), datetime.now(UTC), target_id=next(self._ids), sex=sex, crop=crop
                )
            )

    def _some_channel(self) -> int:
        """Return a channel of the recorder that has a camera."""
        online = [channel.id for channel in self._house.recorder.channels if channel.status != "offline"]
        return self._random.choice(online)

    @asynccontextmanager
    async def _on_channel(self, channel: int, view: View, field: str) -> AsyncIterator[Picture]:
        """Put something before a channel, with an alarm on meanwhile; yields the picture."""
        recorder = self._house.recorder
        recorder.views[channel] = view
        try:
            await recorder.send_alarm(field, True, channel=channel)
            await asyncio.sleep(_APPROACH)
            yield draw_view(recorder.channel(channel).name, recorder.clock.local(), recorder.view(channel))
            await asyncio.sleep(self._stay)
        finally:
            recorder.views.pop(channel, None)
            recorder.set_alarm(field, False, channel)
        await recorder.send_alarm(field, False, channel=channel)

    async def person_on_channel(self) -> None:
        """Let somebody walk through a zone or over a line of a channel, seen as an object before."""
        recorder, channel = self._house.recorder, self._some_channel()
        who, target = recorder.identity(channel), self._target(self._random.choice(("person", "person", "motor")))
        build = self._random.choice((nvr_posts.region_intrusion, nvr_posts.line_crossing))
        async with self._on_channel(channel, View(subject=target.kind), "perimeterAlarm") as overview:
            await recorder.push(nvr_posts.video_metadata(who, datetime.now(UTC), targets=[target], overview=overview))
            await recorder.push(build(who, datetime.now(UTC), targets=[target], overview=overview))

    async def car_on_channel(self) -> None:
        """Read a plate on the first channel of the recorder."""
        recorder, car = self._house.recorder, self._some_car()
        async with self._on_channel(1, View(plate=car.number), "motionAlarm") as overview:
            plate = Plate(
                number=car.number,
                listed=car.group,
                owner=car.owner,
                id=next(self._ids),
                box=nvr_posts.PLATE_BOX,
                colour=_paint_of(car),
                body=car.body,
                crop=recorder.crop(plate=car.number),
            )
            await recorder.push(nvr_posts.vehicle(recorder.identity(1), datetime.now(UTC), [plate], overview=overview))

    async def motion_on_channel(self) -> None:
        """Let something move on a channel, without a picture."""
        async with self._on_channel(self._some_channel(), View(subject="person"), "motionAlarm"):
            return

    async def motion_on_old_recorder(self) -> None:
        """Let something move before the old recorder, which is only noticed by asking it."""
        recorder = self._house.old_recorder
        channel = self._random.randint(1, 3)
        recorder.set_alarm("motionAlarm", True, channel)
        try:
            await asyncio.sleep(2 * self._stay)
        finally:
            recorder.set_alarm("motionAlarm", False, channel)


def is_night(moment: datetime) -> bool:
    """Tell whether the neighbourhood sleeps."""
    return moment.hour >= _NIGHT[0] or moment.hour < _NIGHT[1]


def _car_of(number: str) -> Car:
    """Return the car of a plate, a new one for a plate that never came by."""
    return next((car for car in (*_CARS, _VISITOR) if car.number == number), Car(number))


def _paint_of(car: Car) -> str:
    """Return the colour in which a car is drawn."""
    return _PAINTS[zlib.crc32(car.number.encode()) % len(_PAINTS)]


async def _lose_failures(post: Awaitable[object]) -> None:
    """Wait for a post, or a scene of several; Home Assistant may be restarting meanwhile."""
    try:
        await post
    except OSError, TimeoutError, EOFError, ValueError, IndexError:
        return
