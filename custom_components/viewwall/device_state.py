"""What polling knows of a Viewtron device."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .viewtron.models import AlarmInput, AlarmOutput, Channel, DeviceInfo, Disk


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewtronState:
    """What polling knows of a device; alarm states live on the board instead."""

    info: DeviceInfo
    channels: tuple[Channel, ...] = ()
    """Those that the user wants to see."""
    hidden: tuple[Channel, ...] = ()
    """The others, without the names that only a question of their own would tell."""
    disks: tuple[Disk, ...] | None = None
    """None while the device has not told."""
    inputs: tuple[AlarmInput, ...] = ()
    outputs: tuple[AlarmOutput, ...] = ()
    recording: Mapping[int, bool] = field(default_factory=dict)
    """By channel of a recorder whether it records; a channel that is not told is missing."""
    can_restart: bool = False
    """Whether the device lists a command that restarts it."""
    has_push_slots: bool = False
    """Whether the device lets us set where it posts its events."""
    clock_offset: int | None = None
    """Seconds by which the device's clock is ahead."""

    infrared: frozenset[int] = frozenset()
    """Channels whose infrared light can be switched; 1 on a camera."""

    def channel(self, channel_id: int | None) -> Channel | None:
        """Return a channel by its id."""
        return next((channel for channel in self.channels if channel.id == channel_id), None)

    def disk(self, disk_id: str) -> Disk | None:
        """Return a disk by its id."""
        return next((disk for disk in self.disks or () if disk.id == disk_id), None)
