"""What a Viewtron device says about itself, as typed data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .posix_time import SummerRules


class DeviceKind(StrEnum):
    """The four kinds of Viewtron device, by family and API generation."""

    IPC_V1 = "ipc_v1"
    IPC_V2 = "ipc_v2"
    NVR_V1 = "nvr_v1"
    NVR_V2 = "nvr_v2"

    @property
    def is_nvr(self) -> bool:
        """Tell a recorder from a camera."""
        return self in (DeviceKind.NVR_V1, DeviceKind.NVR_V2)

    @property
    def is_v2(self) -> bool:
        """Tell the second API generation from the first."""
        return self in (DeviceKind.IPC_V2, DeviceKind.NVR_V2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """Identity and size of a device (`GetDeviceInfo`, and `GetDeviceDetail` on a camera)."""

    kind: DeviceKind
    name: str | None = None
    model: str | None = None
    brand: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    mac: str | None = None
    """Lower case with colons; None when absent or all zeros."""
    serial: str | None = None
    api_version: str | None = None
    channel_count: int | None = None
    """`chlMaxCount` as printed: not to be trusted on a camera."""
    alarm_in_count: int = 0
    alarm_out_count: int = 0
    features: frozenset[str] | None = None
    """Lower-case names of the true flags of `GetDeviceDetail` (`supportvehicle`, `integratedptz`); None if not told."""
    supported_apis: frozenset[str] | None = None
    """Names of `GetSupportedAPIs`; None when unknown (which is not "none")."""


class ChannelStatus(StrEnum):
    """State of an NVR's channel as the NVR tells it."""

    ONLINE = "online"
    OFFLINE = "offline"
    VIDEO_ON = "videoOn"
    VIDEO_LOSS = "videoLoss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One video channel; ids count from 1 as the device's do."""

    id: int
    name: str | None = None
    status: ChannelStatus | None = None
    kind: str | None = None
    """What camera it is, in the device's word in lower case (`attribute` of `GetChannelInfo`): `normal`, `ptz`, ..."""

    @property
    def can_move(self) -> bool:
        """Whether the device says that the camera moves."""
        return self.kind in ("ptz", "4ptzfusion")

    @property
    def online(self) -> bool | None:
        """Whether a camera answers on this channel; None when the device does not say."""
        if self.status is None:
            return None
        return self.status is not ChannelStatus.OFFLINE

    @property
    def video_loss(self) -> bool | None:
        """Whether the channel has lost its picture; None when the device does not say."""
        if self.status is None or self.status is ChannelStatus.OFFLINE:
            return None
        return self.status is ChannelStatus.VIDEO_LOSS


class DiskStatus(StrEnum):
    """State of a disk or card (`types/diskStatus` of `GetDiskInfo`), in our words."""

    READ_WRITE = "read_write"
    READ_ONLY = "read_only"
    UNFORMATTED = "unformatted"
    FORMATTING = "formatting"
    FAULT = "fault"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A disk or memory card; sizes in MB."""

    id: str
    total: int | None = None
    free: int | None = None
    status: DiskStatus | None = None
    storage_type: str | None = None


class AlarmInputKind(StrEnum):
    """Where an alarm input lives (`alarmInType` of `GetAlarmInInfo`)."""

    LOCAL = "local"
    VIRTUAL = "virtual"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmInput:
    """An alarm input of the device; ids count from 1."""

    id: int
    kind: AlarmInputKind | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOutput:
    """An alarm output (a relay) of the device; ids count from 1."""

    id: int
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStatus:
    """Answer of `GetAlarmStatus`.

    `alarms`: field as sent -> id ("" if none) -> state. `complete` tells whether the device lists every alarm that it
    knows (v1 cameras); otherwise only active ones are listed and a missing one is off (v2 devices and NVRs). `version`
    is that of the interface, as the answer tells it.
    """

    alarms: Mapping[str, Mapping[str, bool]]
    complete: bool
    version: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPaths:
    """RTSP paths of one channel, each with its leading slash and query, without host or credentials."""

    main: str | None
    sub: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """What a stream is made of (an item of `GetVideoStreamConfig`); None for what the device does not tell."""

    encoding: str | None = None
    """The device's word in lower case: `h264`, `h265`, `mjpeg`, or one of its variants such as `h265plus`."""
    frame_rate: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClock:
    """The device's clock (`GetDateAndTime`): its time in UTC if its zone could be read, else None."""

    utc: datetime | None
    zone: str | None
    rules: SummerRules = field(default_factory=SummerRules)
    """What stands beside the zone about summer time."""
    again: datetime | None = None
    """The second moment at which it shows this time, in the hour that the end of summer repeats."""

    def ahead_of(self, now: datetime) -> timedelta | None:
        """Return how far it is ahead of the true time; None if its zone could not be read."""
        return min((moment - now for moment in (self.utc, self.again) if moment is not None), key=abs, default=None)
