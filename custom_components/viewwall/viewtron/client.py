"""A Viewtron camera or NVR over its HTTP API."""

from collections.abc import Callable, Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from functools import cached_property
import logging
from typing import Final, override

from .answers import Node
from .clock import set_clock
from .counting import Counting
from .device import Device
from .errors import ViewtronNoAnswerError, ViewtronNotFoundError, ViewtronNotSupportedError
from .http_post import HttpPost
from .image import PictureSettings
from .models import (
    AlarmInput,
    AlarmInputKind,
    AlarmOutput,
    AlarmStatus,
    Channel,
    ChannelStatus,
    DeviceClock,
    DeviceKind,
    Disk,
    StreamFormat,
    StreamPaths,
)
from .plates import PlateDatabase
from .ptz import Ptz
from .readings import (
    read_alarm_inputs,
    read_alarms,
    read_clock,
    read_disks,
    read_output_numbers,
    read_picture,
    read_rtsp_port,
    read_stream_formats,
    read_stream_names,
    read_stream_path,
)
from .recordings import Recordings
from .requests import element
from .rtsp import nvr_paths
from .transport import Command

_LOGGER = logging.getLogger(__name__)

DEFAULT_RTSP_PORT: Final = 554

_REBOOT_COMMANDS: Final = frozenset({"reboot", "rebootdevice", "restart"})


class ViewtronClient(Device):
    """Ask one Viewtron device, and give it orders. Every method may raise any ViewtronError."""

    @cached_property
    def plates(self) -> PlateDatabase:
        """A camera's number plates."""
        return PlateDatabase(self)

    @cached_property
    def counting(self) -> Counting:
        """Counting who crosses a camera's line."""
        return Counting(self)

    @cached_property
    def ptz(self) -> Ptz:
        """Moving its cameras."""
        return Ptz(self)

    @cached_property
    def recordings(self) -> Recordings:
        """What it has recorded."""
        return Recordings(self)

    @cached_property
    def picture(self) -> PictureSettings:
        """Setting the pictures of its cameras."""
        return PictureSettings(self)

    @cached_property
    def http_post(self) -> HttpPost:
        """Where it posts its events."""
        return HttpPost(self)

    async def channels(self, unnamed: AbstractSet[int] = frozenset()) -> tuple[Channel, ...]:
        """List the video channels; a camera has one, with id 1 and the device's name.

        The names of those in `unnamed` are not asked for, where the list does not tell them.
        """
        info = await self.known()
        if not info.kind.is_nvr:
            return (Channel(id=1, name=info.name),)
        channels = await self.list_channels(info.kind.is_v2)
        return tuple([channel if channel.id in unnamed else await self._with_name(channel) for channel in channels])

    async def disks(self) -> tuple[Disk, ...]:
        """List disks and memory cards."""
        try:
            return read_disks(await self.ask("GetDiskInfo"))
        except ViewtronNotFoundError:
            return ()

    async def alarm_status(self) -> AlarmStatus:
        """Ask which alarms are on."""
        info = await self.known()
        document = await self.ask("GetAlarmStatus")
        return AlarmStatus(
            alarms=read_alarms(document),
            complete=info.kind is DeviceKind.IPC_V1,
            version=document.attribute("version"),
        )

    async def alarm_inputs(self) -> tuple[AlarmInput, ...]:
        """List the alarm inputs with their names, by the device's list or else by its count."""
        info = await self.known()
        inputs: tuple[AlarmInput, ...] = ()
        if info.kind is not DeviceKind.IPC_V1:
            command = "GetAlarmInInfo" if info.kind.is_v2 else "GetAlarmInList"
            if (document := await self.optional(command)) is not None:
                inputs = read_alarm_inputs(document)
        if not inputs:
            inputs = tuple(AlarmInput(id=number) for number in range(1, info.alarm_in_count + 1))
        return tuple(
            [
                replace(each, name=each.name or await self.name("GetAlarmInConfig", each.id, _sensor_name))
                for each in inputs
            ]
        )

    async def snapshot(self, channel: int | None = None) -> bytes:
        """Take a picture of a channel: a JPEG, however the device wraps it."""
        answer = await self.content(Command("GetSnapshot", self.address(channel)))
        return answer if isinstance(answer, bytes) else read_picture(answer)

    async def stream_paths(self, channel: int | None = None) -> StreamPaths:
        """Find the RTSP paths of a channel, by the device's own names or else by the usual ones."""
        is_nvr = (await self.known()).kind.is_nvr
        number = channel or 1
        for command in ("GetVideoStreamConfig", "GetStreamCaps"):
            document = await self.optional(command, self.address(number))
            names = read_stream_names(document) if document else []
            paths = [path for name in names if (path := read_stream_path(name, nvr=is_nvr)) is not None]
            if paths:
                return StreamPaths(main=paths[0], sub=paths[1] if len(paths) > 1 else None)
        if is_nvr:
            return StreamPaths(main=nvr_paths(number, "main")[0], sub=nvr_paths(number, "sub")[0])
        return StreamPaths(main="/profile1", sub="/profile2")

    async def stream_formats(self, channel: int | None = None) -> tuple[StreamFormat, ...]:
        """Ask what the streams of a channel are made of, main first; empty where the device does not tell."""
        await self.known()
        document = await self.optional("GetVideoStreamConfig", channel or 1)
        return read_stream_formats(document) if document else ()

    def snapshot_path(self, channel: int | None = None) -> str:
        """Return the path of `snapshot`, for others to fetch it."""
        address = self.address(channel)
        return "/GetSnapshot" if address is None else f"/GetSnapshot/{address}"

    async def rtsp_port(self) -> int:
        """Ask for the RTSP port; 554 where the device does not tell."""
        for command in ("GetPortConfig", "GetStreamCaps"):
            document = await self.optional(command)
            if document is not None and (port := read_rtsp_port(document)) is not None:
                return port
        return DEFAULT_RTSP_PORT

    async def clock(self) -> DeviceClock:
        """Ask for the device's time."""
        return read_clock(await self.ask("GetDateAndTime"))

    async def set_clock(self, now: Callable[[], datetime]) -> DeviceClock:
        """Set the device's clock to `now` (UTC), in its own zone; everything else of its clock stays as it is.

        Raises ViewtronZoneError for a zone that cannot be read, ViewtronIgnoredError if the clock is still off.
        """
        return await set_clock(self, now)

    async def outputs(self) -> tuple[AlarmOutput, ...]:
        """List the alarm outputs with their names, by the device's count or else by its list."""
        info = await self.known()
        numbers = tuple(range(1, info.alarm_out_count + 1))
        if info.kind.is_nvr and (info.kind is DeviceKind.NVR_V1 or not numbers):
            # The count is optional on a recorder.
            document = await self.optional("GetAlarmOutList")
            numbers = (read_output_numbers(document) if document else ()) or numbers
        return tuple(
            [
                AlarmOutput(id=number, name=await self.name("GetAlarmOutConfig", number, _output_name))
                for number in numbers
            ]
        )

    async def set_output(self, number: int, on: bool) -> None:
        """Switch an alarm output; no command tells its state."""
        await self.known()
        body = self.config(element("action", (element("status", on),)))
        await self.order(Command("ManualAlarmOut", self.address(number), body=body, repeatable=True))

    async def trigger_virtual_alarm(self, input_id: int) -> None:
        """Trigger a virtual alarm input, by its id in the list of inputs; nothing turns it off again.

        The documents want GET; a script of the maker sends POST with the body of an alarm output. The list is read
        anew first, because ids move with the wired inputs.
        Raises ViewtronNotFoundError if the input is no virtual one (any more).
        """
        answer = await self.optional("GetAlarmInInfo")
        known = read_alarm_inputs(answer) if answer else ()
        if known and all(entry.id != input_id or entry.kind is not AlarmInputKind.VIRTUAL for entry in known):
            raise ViewtronNotFoundError("TriggerVirtualAlarm", None, "no such virtual input")
        try:
            await self.order(Command("TriggerVirtualAlarm", input_id, by_get=True))
        except ViewtronNotSupportedError:
            body = self.config(element("action", (element("status", True),)))
            await self.order(Command("TriggerVirtualAlarm", input_id, body=body))

    @property
    def reboot_command(self) -> str | None:
        """The command that restarts the device, as the device lists it; None if it lists none."""
        names = (self.info and self.info.supported_apis) or ()
        return next((name for name in sorted(names) if name.lower() in _REBOOT_COMMANDS), None)

    async def reboot(self) -> None:
        """Restart the device; a connection that breaks off is the way in which it says yes.

        Raises ViewtronNotSupportedError if the device lists no such command.
        """
        if (command := self.reboot_command) is None:
            raise ViewtronNotSupportedError("Reboot", None, "not listed")
        try:
            await self.order(Command(command))
        except ViewtronNoAnswerError:
            _LOGGER.debug("The device restarts without an answer")

    @override
    def _forget_habits(self) -> None:
        super()._forget_habits()
        self.ptz.forget_speeds()

    async def _with_name(self, channel: Channel) -> Channel:
        """Give a channel without a name the one in its picture; an absent camera has no picture to ask about."""
        if channel.name is not None or channel.status is ChannelStatus.OFFLINE:
            return channel
        return replace(channel, name=await self.name("GetImageOsdConfig", channel.id, _picture_name))


def _picture_name(document: Node) -> str | None:
    """Read the channel's name out of `GetImageOsdConfig`."""
    node = document.find("channelName")
    return (node.get("name") or node.text) if node else None


def _output_name(document: Node) -> str | None:
    """Read an output's name out of `GetAlarmOutConfig`, which no document prints.

    What is called just `name` may be anybody's, unless it is the one of the only block.
    """
    if (node := document.find("alarmOutName")) is not None:
        return node.text
    blocks = [block for key, block in document.children() if key.lower() != "types"]
    node = blocks[0].one("name") if len(blocks) == 1 else None
    return node.text if node else None


def _sensor_name(document: Node) -> str | None:
    """Read the input's name out of `GetAlarmInConfig`."""
    node = document.find("sensorName")
    return node.text if node else None
