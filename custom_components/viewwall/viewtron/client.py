"""A Viewtron camera or NVR over its HTTP API."""

from collections.abc import Callable
from dataclasses import replace
import logging
from typing import Final

import aiohttp

from .answers import Node, to_int
from .errors import (
    ViewtronApiDisabledError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronNotFoundError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from .identity import clean_mac, clean_serial
from .models import (
    AlarmInput,
    AlarmStatus,
    Channel,
    ChannelStatus,
    DeviceClock,
    DeviceInfo,
    DeviceKind,
    Disk,
    StreamFormat,
    StreamPaths,
)
from .readings import (
    read_alarm_inputs,
    read_alarms,
    read_channels,
    read_clock,
    read_disks,
    read_features,
    read_generation,
    read_picture,
    read_rtsp_port,
    read_stream_formats,
    read_stream_names,
    read_stream_path,
    read_supported_apis,
)
from .rtsp import nvr_paths
from .transport import Transport

_LOGGER = logging.getLogger(__name__)

DEFAULT_RTSP_PORT: Final = 554
_CAMERA_DESCRIPTION: Final = "ipcamera"
_MAX_ALARM_INPUTS: Final = 256
_KINDS: Final = {
    (False, 1): DeviceKind.IPC_V1,
    (False, 2): DeviceKind.IPC_V2,
    (True, 1): DeviceKind.NVR_V1,
    (True, 2): DeviceKind.NVR_V2,
}


class ViewtronClient:
    """Ask one Viewtron device.

    Every method may raise any ViewtronError. After a ViewtronAuthError nothing more is sent until `allow_retry`; after
    a ViewtronLockedError nothing for half an hour. Commands that depend on the kind of device use the last `identify`
    or `use`, and identify the device first if there was neither.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        username: str,
        password: str,
        *,
        port: int | None = None,
        ssl: bool = False,
        verify_ssl: bool = True,
    ) -> None:
        """Keep the address and the login; nothing is sent."""
        self._transport = Transport(session, host, username, password, port=port, ssl=ssl, verify_ssl=verify_ssl)
        self._info: DeviceInfo | None = None
        self._channel_command: str | None = None
        self._names: dict[tuple[str, int], str | None] = {}

    @property
    def info(self) -> DeviceInfo | None:
        """What the device said about itself, or what the caller handed in."""
        return self._info

    def use(self, info: DeviceInfo) -> None:
        """Take the device to be this, without asking it."""
        self._info = info

    def allow_retry(self) -> None:
        """Allow one more login after a ViewtronAuthError."""
        self._transport.allow_retry()

    @property
    def may_log_in(self) -> bool:
        """Tell whether the password may be used at all, here or on another port: neither refused nor locked."""
        return self._transport.may_log_in

    async def identify(self) -> DeviceInfo:
        """Ask what the device is; the first request is always `GetDeviceInfo`.

        The generation is told by `apiVersion`, never by the firmware's text. A camera is what answers
        `GetDeviceDetail`; else several channels make an NVR; else the description `IPCamera` (which users can edit) a
        camera; else the channel count decides (which a camera may print as 9).
        """
        try:
            device = (await self._transport.document("GetDeviceInfo")).find("deviceInfo")
        except ViewtronNotSupportedError as err:
            raise ViewtronProtocolError(f"No Viewtron device: {err}") from None
        if device is None:
            raise ViewtronProtocolError("GetDeviceInfo: the answer names no device")
        detail = await self._detail()
        properties = detail.find("property") if detail else None

        def tell(name: str) -> str | None:
            """Read a property from the device's first word, else from its detail."""
            return device.get(name) or (properties.get(name) if properties else None)

        def count(name: str) -> int:
            """Read a number of inputs or outputs from either answer."""
            number = device.number(name)
            if number is None and detail and (node := detail.find(name)):
                number = to_int(node.text)
            return max(0, min(number or 0, _MAX_ALARM_INPUTS))

        api_version = tell("apiVersion")
        generation = read_generation(api_version)
        channel_count = device.number("chlMaxCount")
        is_nvr = detail is None and await self._looks_like_nvr(generation, tell("deviceDescription"), channel_count)
        self._info = DeviceInfo(
            kind=_KINDS[is_nvr, generation],
            name=tell("deviceName"),
            model=tell("model"),
            brand=tell("brand"),
            firmware=tell("softwareVersion"),
            hardware=tell("hardwareVersion"),
            mac=clean_mac(tell("mac")),
            serial=clean_serial(tell("sn")),
            api_version=api_version,
            channel_count=channel_count,
            alarm_in_count=count("alarmInCount"),
            alarm_out_count=count("alarmOutCount"),
            features=read_features(detail) if detail else None,
            supported_apis=await self._supported_apis() if generation == 2 else None,
        )
        return self._info

    async def channels(self) -> tuple[Channel, ...]:
        """List the video channels; a camera has one, with id 1 and the device's name."""
        info = await self._known()
        if not info.kind.is_nvr:
            return (Channel(id=1, name=info.name),)
        channels = await self._list_channels(info.kind.is_v2)
        return tuple([await self._with_name(channel) for channel in channels])

    async def disks(self) -> tuple[Disk, ...]:
        """List disks and memory cards."""
        try:
            return read_disks(await self._transport.document("GetDiskInfo"))
        except ViewtronNotFoundError:
            return ()

    async def alarm_status(self) -> AlarmStatus:
        """Ask which alarms are on."""
        info = await self._known()
        document = await self._transport.document("GetAlarmStatus")
        return AlarmStatus(alarms=read_alarms(document), complete=info.kind is DeviceKind.IPC_V1)

    async def alarm_inputs(self) -> tuple[AlarmInput, ...]:
        """List the alarm inputs with their names, by the device's list or else by its count."""
        info = await self._known()
        inputs: tuple[AlarmInput, ...] = ()
        if info.kind is not DeviceKind.IPC_V1:
            command = "GetAlarmInInfo" if info.kind.is_v2 else "GetAlarmInList"
            if (document := await self._optional(command)) is not None:
                inputs = read_alarm_inputs(document)
        if not inputs:
            inputs = tuple(AlarmInput(id=number) for number in range(1, info.alarm_in_count + 1))
        return tuple(
            [
                replace(each, name=each.name or await self._name("GetAlarmInConfig", each.id, _sensor_name))
                for each in inputs
            ]
        )

    async def snapshot(self, channel: int | None = None) -> bytes:
        """Take a picture of a channel: a JPEG, however the device wraps it."""
        answer = await self._transport.picture_or_document("GetSnapshot", self._address(channel))
        return answer if isinstance(answer, bytes) else read_picture(answer)

    async def stream_paths(self, channel: int | None = None) -> StreamPaths:
        """Find the RTSP paths of a channel, by the device's own names or else by the usual ones."""
        is_nvr = (await self._known()).kind.is_nvr
        number = channel or 1
        for command in ("GetVideoStreamConfig", "GetStreamCaps"):
            document = await self._optional(command, self._address(number))
            names = read_stream_names(document) if document else []
            paths = [path for name in names if (path := read_stream_path(name, nvr=is_nvr)) is not None]
            if paths:
                return StreamPaths(main=paths[0], sub=paths[1] if len(paths) > 1 else None)
        if is_nvr:
            return StreamPaths(main=nvr_paths(number, "main")[0], sub=nvr_paths(number, "sub")[0])
        return StreamPaths(main="/profile1", sub="/profile2")

    async def stream_formats(self, channel: int | None = None) -> tuple[StreamFormat, ...]:
        """Ask what the streams of a channel are made of, main first; empty where the device does not tell."""
        await self._known()
        document = await self._optional("GetVideoStreamConfig", channel or 1)
        return read_stream_formats(document) if document else ()

    def snapshot_path(self, channel: int | None = None) -> str:
        """Return the path of `snapshot`, for others to fetch it."""
        address = self._address(channel)
        return "/GetSnapshot" if address is None else f"/GetSnapshot/{address}"

    async def rtsp_port(self) -> int:
        """Ask for the RTSP port; 554 where the device does not tell."""
        for command in ("GetPortConfig", "GetStreamCaps"):
            document = await self._optional(command)
            if document is not None and (port := read_rtsp_port(document)) is not None:
                return port
        return DEFAULT_RTSP_PORT

    async def clock(self) -> DeviceClock:
        """Ask for the device's time."""
        return read_clock(await self._transport.document("GetDateAndTime"))

    async def _known(self) -> DeviceInfo:
        """Return what the device is, asking it the first time."""
        return self._info if self._info is not None else await self.identify()

    def _address(self, channel: int | None) -> int | None:
        """Leave out the channel of a camera, which has but one and need not understand its number."""
        return None if channel == 1 and self._info is not None and not self._info.kind.is_nvr else channel

    async def _optional(self, command: str, item: int | None = None) -> Node | None:
        """Ask for what a device may not have: a refused command is None.

        A missing right, a busy device or a switched-off API say nothing about the command, so they stay errors.
        """
        try:
            return await self._transport.document(command, item)
        except ViewtronPermissionError, ViewtronBusyError, ViewtronApiDisabledError:
            raise
        except ViewtronCommandError as err:
            _LOGGER.debug("Without %s: %s", command, err)
            return None

    async def _detail(self) -> Node | None:
        """Ask for the detail that only cameras have."""
        document = await self._optional("GetDeviceDetail")
        return document.find("detail") if document else None

    async def _supported_apis(self) -> frozenset[str] | None:
        """Ask for the names of all commands; any trouble with it means that they are unknown."""
        try:
            return read_supported_apis(await self._transport.document("GetSupportedAPIs"))
        except ViewtronCommandError, ViewtronProtocolError:
            return None

    async def _looks_like_nvr(self, generation: int, description: str | None, channel_count: int | None) -> bool:
        """Tell an NVR from a camera that has no detail."""
        try:
            channels = await self._list_channels(generation == 2)
        except ViewtronNotSupportedError:
            channels = ()
        if len(channels) > 1:
            return True
        if (description or "").lower() == _CAMERA_DESCRIPTION:
            return False
        return (channel_count or 0) > 1

    async def _list_channels(self, is_v2: bool) -> tuple[Channel, ...]:
        """List the channels by the generation's command, or by the other's where that one is unknown."""
        if self._channel_command is not None:
            return read_channels(await self._transport.document(self._channel_command))
        first, second = ("GetChannelInfo", "GetChannelList") if is_v2 else ("GetChannelList", "GetChannelInfo")
        command = first
        try:
            document = await self._transport.document(first)
        except ViewtronNotSupportedError:
            command = second
            document = await self._transport.document(second)
        self._channel_command = command
        return read_channels(document)

    async def _with_name(self, channel: Channel) -> Channel:
        """Give a channel without a name the one in its picture; an absent camera has no picture to ask about."""
        if channel.name is not None or channel.status is ChannelStatus.OFFLINE:
            return channel
        return replace(channel, name=await self._name("GetImageOsdConfig", channel.id, _picture_name))

    async def _name(self, command: str, item: int, read: Callable[[Node], str | None]) -> str | None:
        """Ask for a name once and keep the answer, a refusal too."""
        key = (command, item)
        if key not in self._names:
            try:
                self._names[key] = read(await self._transport.document(command, item))
            except ViewtronCommandError, ViewtronProtocolError:
                self._names[key] = None
        return self._names[key]


def _picture_name(document: Node) -> str | None:
    """Read the channel's name out of `GetImageOsdConfig`."""
    node = document.find("channelName")
    return (node.get("name") or node.text) if node else None


def _sensor_name(document: Node) -> str | None:
    """Read the input's name out of `GetAlarmInConfig`."""
    node = document.find("sensorName")
    return node.text if node else None
