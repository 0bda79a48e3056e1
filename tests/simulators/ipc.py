"""Simulated cameras of both generations."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Unpack, override

from . import answers, answers_alarm, answers_smart, answers_video, ipc_plates, ipc_posts
from .clock_setting import TimeSettings
from .commands import ViewtronSimulator
from .counting import CountingCommands
from .http_post_sending import PostingSimulator
from .ipc_parts import Dialect
from .plate_commands import PlateCommands
from .posts_base import Identity, Plate, Target
from .push import PushResult
from .state import Answer, Request, Settings, Shape, SimChannel, SimInput, SimStream

FACTORY_PASSWORD = "123456"
SMART_FLAGS = (
    "supportTripwire",
    "supportPerimeter",
    "supportOsc",
    "supportAvd",
    "supportVfd",
    "supportCpc",
    "supportCdd",
    "supportIpd",
    "supportVfdMatch",
    "supportvehicle",
    "supportAoiEntry",
    "supportAoiLeave",
    "supportPassLineCount",
    "supportThermal",
    "supportTraffic",
    "supportHeatMap",
    "supportVsd",
    "supportAsd",
    "supportPvd",
    "supportLoitering",
)
"""The flags of GetDeviceDetail; one of them starts its second word in lower case."""


class CameraSimulator(PostingSimulator, PlateCommands, CountingCommands, ViewtronSimulator):
    """What both generations of camera share."""

    nvr = False
    serial_letter = "I"
    smart: ClassVar[Sequence[str]]

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a camera with one input, one output and a card."""
        super().__init__(**settings)
        self.channels = [SimChannel(id=1, name=self.name)]
        self.alarm_in_count = self.alarm_out_count = 1
        self.alarm_inputs = [SimInput(id=1)]
        self.detail_flags = {flag: flag in self.smart for flag in SMART_FLAGS}
        self.streams = [
            SimStream(name="profile1"),
            SimStream(name="profile2", size="704x480", frame_rate=15, bit_rate=512),
        ]
        self.commands |= {
            "GetDeviceDetail": self.get_device_detail,
            "GetAlarmServerConfig": self.get_alarm_server_config,
            "GetSmartPerimeterConfig": self.get_smart_perimeter_config,
            "GetSmartTripwireConfig": self.get_smart_tripwire_config,
        }

    def get_device_detail(self, request: Request) -> Answer:
        """Answer GetDeviceDetail, on old cameras the only place that tells a version of the interface."""
        body = answers.device_detail(
            self.config_version,
            identity=self.identity_rows() | {"apiVersion": self.config_version if self.v2 else "1.7"},
            smart=self.detail_flags,
            alarm=self.count_rows() | {"supportAudioAlarmOut": False, "supportWhiteLightAlarmOut": False},
            system=self.system_rows(),
        )
        return Answer(body=body)

    def get_alarm_server_config(self, request: Request) -> Answer:
        """Answer GetAlarmServerConfig."""
        return Answer(body=answers_alarm.alarm_server(self.config_version))

    def get_smart_perimeter_config(self, request: Request) -> Answer:
        """Answer GetSmartPerimeterConfig."""
        return Answer(body=answers_smart.perimeter(self.config_version))

    def get_smart_tripwire_config(self, request: Request) -> Answer:
        """Answer GetSmartTripwireConfig."""
        return Answer(body=answers_smart.tripwire(self.config_version))

    async def send_plate(
        self,
        number: str,
        *,
        listed: str | None = None,
        direction: str | None = "approach",
        confidence: float = 99.0,
        stamp: datetime | None = None,
    ) -> PushResult:
        """Post a plate that was read now; `listed` is whiteList, blackList, temporaryList or None."""
        plate = Plate(
            number=number,
            listed=listed,
            direction=direction,
            confidence=confidence,
            crop=self.crop(plate=number),
        )
        overview = self.overview(plate=number)
        body = ipc_plates.plates(
            self.identity(), stamp or datetime.now(UTC), [plate], dialect=self.dialect, overview=overview
        )
        return await self.push(body)

    async def send_visit(self, number: str) -> PushResult:
        """Post a plate that was read now; the database decides what list it is in."""
        now = self.clock.local().replace(tzinfo=None)
        return await self.send_plate(number, listed=self.database.listed(number, now))

    async def send_intrusion(
        self, *, target: str = "person", number: int = 1101, stamp: datetime | None = None
    ) -> PushResult:
        """Post that somebody entered a zone now; `target` is person, car or motor."""
        seen = Target(id=number, event_id=number + 100, kind=target, crop=self.crop(subject=target))
        body = ipc_posts.intrusion(
            self.identity(),
            stamp or datetime.now(UTC),
            dialect=self.dialect,
            targets=[seen],
            overview=self.overview(subject=target),
        )
        return await self.push(body)

    async def send_alarm(self, field: str, state: bool, *, number: int = 1) -> PushResult:
        """Post the start or end of an alarm; the poll tells the same from now on."""
        self.set_alarm(field, state, number)
        body = ipc_posts.alarm_status(
            self.identity(), self.clock.local(), {field: state}, number=number, twelve_hours=self.v2
        )
        return await self.push(body)

    async def send_keepalive(self) -> PushResult:
        """Post a sign of life."""
        return await self.push(self._keepalive(self.identity()))

    def factory_reset(self, *, keep_login: bool = True) -> None:
        """Lose all that somebody has set, at once and without a restart; the clock goes on.

        Without `keep_login` the account has the password of the factory.
        """
        self.forget_states()
        self.forget_addresses()
        self.factory_resets += 1
        self.name = self.channels[0].name = self.default_name
        self.database.plates.clear()
        self.image.clear()
        self.infrared.clear()
        self.sync_type, self.time_settings = "manually", TimeSettings()
        if not keep_login:
            self.password = FACTORY_PASSWORD
            self.unlock()


class IpcV1Simulator(CameraSimulator):
    """A camera with firmware 5.1.4: detections and plates in dialect A, or B."""

    default_name = "Yard camera"
    default_mac = "58:5b:69:1a:40:01"
    v2 = False
    versions: ClassVar = {Shape.DOCUMENTED: "1.0", Shape.FIELD: "1.7"}
    model = "IP-A4V"
    software_version = "5.1.4.0.40211B230809.N1P.U0(01A00).beta"
    dialect = Dialect.A
    smart = (
        "supportTripwire",
        "supportPerimeter",
        "supportOsc",
        "supportAvd",
        "supportVfd",
        "supportvehicle",
        "supportAoiEntry",
        "supportAoiLeave",
        "supportPassLineCount",
        "supportTraffic",
        "supportVsd",
        "supportPvd",
        "supportLoitering",
    )

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a camera whose poll tells every alarm, on or off."""
        super().__init__(**settings)
        self.device_description = "IPCamera"
        self.chl_max_count = 9
        self.alarms_complete = True
        fields = (
            "motionAlarm sensorAlarmIn perimeterAlarm tripwireAlarm vfdAlarm vehicleAlarm aoiEntryAlarm aoiLeaveAlarm"
        )
        self.alarms = {name: {1: False} for name in fields.split()}
        self.commands |= {
            "GetImageOsdConfig": self.get_image_osd_config,
            "GetPrivacyMaskConfig": self.get_privacy_mask_config,
            "GetSmartVehicleConfig": self.get_smart_vehicle_config,
        }

    def get_image_osd_config(self, request: Request) -> Answer:
        """Answer GetImageOsdConfig."""
        return Answer(body=answers_video.image_osd(self.config_version, self.channel(request.channel).name))

    def get_privacy_mask_config(self, request: Request) -> Answer:
        """Answer GetPrivacyMaskConfig."""
        return Answer(body=answers_video.privacy_masks(self.config_version))

    def get_smart_vehicle_config(self, request: Request) -> Answer:
        """Answer GetSmartVehicleConfig, which firmware 5.3.1 no longer knows."""
        return Answer(body=answers_smart.vehicle(self.config_version))

    @override
    def _keepalive(self, who: Identity) -> bytes:
        """Build the classic sign of life; in the field a connection kept open has an empty one."""
        return b"" if self.field else ipc_posts.keepalive_device_info(who)


class IpcV2Simulator(CameraSimulator):
    """A plate camera with firmware 5.3.1, which posts dialect C."""

    default_name = "Gate camera"
    default_mac = "58:5b:69:2b:50:02"
    v2 = True
    versions: ClassVar = {Shape.DOCUMENTED: "2.0.0", Shape.FIELD: "2.1.0"}
    model = "LPR-IP5"
    software_version = "5.3.1.0.52044B260118.N2P.U0(01A00).beta"
    dialect = Dialect.C
    smart = ("supportvehicle", "supportAvd")

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a camera whose poll tells only the alarms that are on."""
        super().__init__(**settings)
        self.api_version = self.config_version
        self.http_post_version = "2.1.0" if self.field else None
        self.alarms = {name: {1: False} for name in ("motionAlarm", "sensorAlarmIn", "vehicleAlarm")}

    @override
    def _keepalive(self, who: Identity) -> bytes:
        """Build the sign of life of firmware 5.3.1."""
        return ipc_posts.keepalive_message(who)
