"""Simulated recorders of both generations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import ClassVar, Literal, Unpack, override

from . import answers, nvr_posts
from .commands import ViewtronSimulator
from .counting import TARGETS, Counted
from .outputs import VirtualInputSimulator
from .posts_base import Plate, Target
from .push import PushResult
from .state import Answer, Request, Settings, Shape, SimChannel, SimDisk, SimInput, SimStream
from .xml_text import leaf


class RecorderSimulator(ViewtronSimulator):
    """What both generations of recorder share."""

    nvr = True
    serial_letter = "N"

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a recorder with one disk and no channels."""
        super().__init__(**settings)
        self.stream_base = 0 if self.field else 1
        self._numbers = count(2101)
        self.disks = [
            SimDisk(id="{2F7C1A90-0B52-4E11-9D43-5A6E00C1B0D7}", total=3_815_447, free=412_160, storage_type="HDD")
        ]
        self.streams = [
            SimStream(name="main", size="2560x1440", encoding="h265"),
            SimStream(name="sub", size="704x480", frame_rate=15, bit_rate=512),
        ]

    @override
    def polled_alarms(self) -> Mapping[str, Mapping[int, bool]]:
        """Return what the poll tells, with the channels that are offline."""
        offline = {channel.id: True for channel in self.channels if channel.status == "offline"}
        return self.alarms | {"chlOfflineAlarm": offline | self.alarms.get("chlOfflineAlarm", {})}

    @override
    def stream_name(self, channel: int, stream: SimStream) -> str:
        """Return the query of the RTSP address; in the field it is the whole address, on the device's own port."""
        query = f"chID={channel}&streamType={stream.name}"
        return f"rtsp://{self.host}:{self.rtsp_port}/{query}" if self.field else query

    async def send_plate(
        self,
        number: str,
        *,
        listed: str | None = None,
        owner: str | None = None,
        channel: int | None = 1,
        stamp: datetime | int | None = None,
    ) -> PushResult:
        """Post a plate that was read now; `listed` is the name of a group, `stamp` may be `UNSET_CLOCK`."""
        plate = Plate(
            number=number,
            listed=listed,
            owner=owner,
            body="sedan",
            box=nvr_posts.PLATE_BOX,
            crop=self.crop(plate=number),
        )
        overview = self.overview(channel or 1, plate=number)
        body = nvr_posts.vehicle(self.identity(channel), stamp or datetime.now(UTC), [plate], overview=overview)
        return await self.push(body)

    async def cross(
        self,
        channel: int = 1,
        kind: Counted = "person",
        *,
        by: Literal["line", "area"] = "line",
        number: int | None = None,
    ) -> PushResult:
        """Post that a camera counted somebody now; without a number each one has new ids."""
        own = next(self._numbers) if number is None else number
        kind_word = TARGETS[kind]
        seen = Target(id=own, event_id=own + 200, kind=kind_word, crop=self.crop(subject=kind_word))
        build = nvr_posts.counting_by_line if by == "line" else nvr_posts.counting_by_area
        overview = self.overview(channel, subject=kind_word)
        return await self.push(build(self.identity(channel), datetime.now(UTC), targets=[seen], overview=overview))

    async def send_intrusion(
        self, *, channel: int = 1, target: str = "person", number: int = 716, stamp: datetime | None = None
    ) -> PushResult:
        """Post that somebody entered a zone now; `target` is person, car or motor."""
        seen = Target(id=number, event_id=number + 200, kind=target, crop=self.crop(subject=target))
        body = nvr_posts.region_intrusion(
            self.identity(channel),
            stamp or datetime.now(UTC),
            targets=[seen],
            overview=self.overview(channel, subject=target),
        )
        return await self.push(body)

    async def send_alarm(self, field: str, state: bool, *, channel: int = 1, number: int = 1) -> PushResult:
        """Post the start or end of an alarm of a channel; the poll tells the same from now on.

        The id in the post is the number of the rule, the one in the poll is the channel.
        """
        self.set_alarm(field, state, channel)
        body = nvr_posts.alarm_status(self.identity(channel), datetime.now(UTC), {field: {number: state}})
        return await self.push(body)

    async def send_keepalive(self) -> PushResult:
        """Post a sign of life."""
        return await self.push(nvr_posts.keepalive(self.identity(None)))


class NvrV1Simulator(RecorderSimulator):
    """A recorder of the interface 1.9 with four channels, whose lists stand beside their list elements."""

    default_name = "Shed recorder"
    default_mac = "58:5b:69:3c:19:04"
    v2 = False
    versions: ClassVar = {Shape.DOCUMENTED: "1.0", Shape.FIELD: "1.7"}
    model = "NV4-P4"
    software_version = "1.4.7.40933B240117.N0Q.U1(04A41).beta"

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up four channels, the last one without a camera."""
        super().__init__(**settings)
        self.channels = [SimChannel(id=number, name=f"Camera {number}") for number in range(1, 5)]
        self.channels[3].status = "offline"
        self.chl_max_count = 4
        self.alarm_in_count, self.alarm_out_count = 4, 1
        self.alarm_inputs = [SimInput(id=number, name=f"Sensor {number}") for number in range(1, 5)]
        self.alarms = {"motionAlarm": {}, "perimeterAlarm": {}, "tripwireAlarm": {}}
        self.has_output_list = True
        self.commands |= {
            "GetChannelList": self.get_channel_list,
            "GetAlarmInList": self.get_alarm_in_list,
        }

    def get_channel_list(self, request: Request) -> Answer:
        """Answer GetChannelList."""
        body = answers.channel_list(
            self.config_version, self.channels, names=self.channel_lists_name, inside=self.items_inside
        )
        return Answer(body=body)

    def get_alarm_in_list(self, request: Request) -> Answer:
        """Answer GetAlarmInList."""
        items = [leaf("item", entry.id) for entry in self.alarm_inputs]
        body = answers.id_list(self.config_version, "alarmInIDList", items, inside=self.items_inside)
        return Answer(body=body)


class NvrV2Simulator(VirtualInputSimulator, RecorderSimulator):
    """A recorder of the second generation with eight named channels, of which two have no camera."""

    default_name = "Office recorder"
    default_mac = "58:5b:69:4d:20:08"
    v2 = True
    versions: ClassVar = {Shape.DOCUMENTED: "2.0.0", Shape.FIELD: "2.0.0"}
    model = "NV8-P8"
    software_version = "1.4.13.46410B250905.N1V.U1(08A81).beta"
    names: ClassVar = ("Front door", "Driveway", "Gate", "Yard", "Garage", "Side path", "Camera 7", "Camera 8")

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up the channels, sixteen wired inputs and four virtual ones behind them."""
        super().__init__(**settings)
        self.api_version = "2.0.0"
        self.has_output_list = self.input_names_inside = self.field
        self.channels = [SimChannel(id=number, name=name) for number, name in enumerate(self.names, 1)]
        for channel in self.channels[6:]:
            channel.status = "offline"
        self.chl_max_count = 8
        self.alarm_in_count, self.alarm_out_count = 16, 4
        wired = [SimInput(id=number, name=f"Sensor {number}") for number in range(1, 17)]
        virtual = [SimInput(id=number, kind="virtual", name=f"Virtual {number - 16}") for number in range(17, 21)]
        remote = [SimInput(id=number, kind="remote", name=f"Camera {number - 20}") for number in (21, 22)]
        self.alarm_inputs = [*wired, *virtual, *(remote if self.field else ())]
        self.alarms = {"motionAlarm": {}, "perimeterAlarm": {}, "tripwireAlarm": {}, "vfdAlarm": {}}
