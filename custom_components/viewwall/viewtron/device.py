"""One Viewtron device as its client's parts see it: its connection, and what it is."""

from collections.abc import Callable
import logging
import time
from typing import Final

import aiohttp

from .answers import Node, to_int
from .errors import (
    ViewtronApiDisabledError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronFailedError,
    ViewtronNoAnswerError,
    ViewtronNotSupportedError,
    ViewtronOtherDeviceError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from .identity import clean_mac, clean_serial
from .models import Channel, DeviceInfo, DeviceKind
from .readings import read_channels, read_features, read_generation, read_supported_apis
from .requests import document
from .transport import Command, Transport

_LOGGER = logging.getLogger(__name__)

_CAMERA_DESCRIPTION: Final = "ipcamera"
_ASK_AGAIN: Final = 6 * 60 * 60.0
"""Seconds after which a question for a name is asked again that was not answered."""
_MOST_LOST: Final = 2
"""Answers lost in a row after which a command is taken for one that the device never answers."""
_MAX_ALARM_INPUTS: Final = 256
_KINDS: Final = {
    (False, 1): DeviceKind.IPC_V1,
    (False, 2): DeviceKind.IPC_V2,
    (True, 1): DeviceKind.NVR_V1,
    (True, 2): DeviceKind.NVR_V2,
}


class Device:
    """One device: who it is, what it knows, and how it is asked.

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
        self._expected: str | None = None
        """The MAC or serial that the device must have; None while any will do."""
        self._announced: tuple[str | None, str | None] = (None, None)
        """The MAC and serial of which the device must not tell others; None for one that does not matter."""
        self._channel_command: str | None = None
        self._names: dict[tuple[str, int], str | None] = {}
        self._nameless: dict[tuple[str, int], float] = {}
        """Until when a name is not asked for again."""
        self._lost: dict[str, tuple[int, float]] = {}
        """How many answers a command has lost in a row, and until when that counts."""

    @property
    def info(self) -> DeviceInfo | None:
        """What the device said about itself, or what the caller handed in."""
        return self._info

    def use(self, info: DeviceInfo) -> None:
        """Take the device to be this, without asking it."""
        self._info = info

    def must_be(self, identity: str | None) -> None:
        """Expect this MAC or serial: `identify` raises ViewtronOtherDeviceError as soon as the device tells others."""
        self._expected = identity

    def may_be(self, mac: str | None, serial: str | None) -> None:
        """Expect who was announced so: `identify` raises ViewtronOtherDeviceError if nothing that it tells agrees.

        What one of both leaves out proves nothing.
        """
        self._announced = (mac, serial)

    def log_in_once(self) -> None:
        """Send the login once at most to who does not answer as a device does, not even by the other method."""
        self._transport.logs_in_once = True

    @property
    def has_sent_login(self) -> bool:
        """Tell whether a request with the login was ever sent."""
        return self._transport.has_sent_login

    def allow_retry(self) -> None:
        """Allow one more login after a ViewtronAuthError."""
        self._transport.allow_retry()

    @property
    def may_log_in(self) -> bool:
        """Tell whether the password may be used at all, here or on another port: neither refused nor locked."""
        return self._transport.may_log_in

    async def known(self) -> DeviceInfo:
        """Return what the device is, asking it the first time."""
        return self._info if self._info is not None else await self.identify()

    def lists(self, command: str) -> bool | None:
        """Tell whether `GetSupportedAPIs` names a command, in any case; None while the device has told no names."""
        names = self._info.supported_apis if self._info else None
        return None if names is None else command.lower() in {name.lower() for name in names}

    def address(self, channel: int | None) -> int | None:
        """Leave out the channel of a camera, which has but one and need not understand its number."""
        return None if channel == 1 and self._info is not None and not self._info.kind.is_nvr else channel

    def config(self, *content: str) -> str:
        """Write a request's document in the device's generation."""
        is_v2 = self._info is not None and self._info.kind.is_v2
        return document("config", *content, version="2.0.0" if is_v2 else "1.0")

    async def ask(self, command: str, item: int | None = None, body: str | None = None) -> Node:
        """Send a command whose answer is a document; `item` is the channel, input or output in the path."""
        return await self._transport.document(Command(command, item, body=body))

    async def order(self, command: Command) -> Node:
        """Send a command that changes something, and return its answer."""
        return await self._transport.document(command)

    async def content(self, command: Command) -> bytes | Node:
        """Send a command that is answered with a picture or with a document."""
        return await self._transport.send(command)

    async def optional(self, command: str, item: int | None = None) -> Node | None:
        """Ask for what a device may not have: a refused command is None.

        A missing right, a busy device or a switched-off API say nothing about the command, so they stay errors.
        """
        try:
            return await self.ask(command, item)
        except ViewtronPermissionError, ViewtronBusyError, ViewtronApiDisabledError:
            raise
        except ViewtronCommandError as err:
            _LOGGER.debug("Without %s: %s", command, err)
            return None

    async def name(self, command: str, item: int, read: Callable[[Node], str | None]) -> str | None:
        """Ask for a name once and keep the answer, a refusal too; None without an answer, for some hours.

        Nothing else of the device has to wait for its names: a command that is never answered is not asked for each of
        64 channels.
        """
        key = (command, item)
        if key not in self._names and self._may_ask_name(key):
            try:
                self._names[key] = read(await self.ask(command, item))
                self._lost.pop(command, None)
            except (ViewtronCommandError, ViewtronProtocolError) as err:
                if not (isinstance(err, ViewtronCommandError) and err.is_passing):
                    self._names[key] = None
            except (ViewtronNoAnswerError, ViewtronFailedError) as err:
                _LOGGER.debug("Without a name: %s", err)
                self._nameless[key] = until = time.monotonic() + _ASK_AGAIN
                if isinstance(err, ViewtronNoAnswerError):
                    self._lost[command] = (self._lost.get(command, (0, until))[0] + 1, until)
        return self._names.get(key)

    def _may_ask_name(self, key: tuple[str, int]) -> bool:
        now = time.monotonic()
        count, until = self._lost.get(key[0], (0, now))
        if count and now >= until:
            del self._lost[key[0]]
            count = 0
        return count < _MOST_LOST and now >= self._nameless.get(key, now)

    async def identify(self) -> DeviceInfo:
        """Ask what the device is; the first request is always `GetDeviceInfo`.

        Another device than the expected one is asked nothing more, and gets no more requests with the password.
        The generation is told by `apiVersion`, never by the firmware's text. A camera is what answers
        `GetDeviceDetail`; else several channels make an NVR; else the description `IPCamera` (which users can edit) a
        camera; else the channel count decides (which a camera may print as 9).
        """
        try:
            device = (await self.ask("GetDeviceInfo")).find("deviceInfo")
        except ViewtronNotSupportedError as err:
            raise ViewtronProtocolError(f"No Viewtron device: {err}") from None
        if device is None:
            raise ViewtronProtocolError("GetDeviceInfo: the answer names no device")
        self._expect(clean_mac(device.get("mac")), clean_serial(device.get("sn")), may_tell_more=True)
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

        mac, serial = clean_mac(tell("mac")), clean_serial(tell("sn"))
        self._expect(mac, serial, may_tell_more=False)
        api_version = tell("apiVersion")
        generation = read_generation(api_version)
        channel_count = device.number("chlMaxCount")
        if self._info is not None and self._info.firmware != tell("softwareVersion"):
            self._forget_habits()
        is_nvr = detail is None and await self._looks_like_nvr(generation, tell("deviceDescription"), channel_count)
        self._info = DeviceInfo(
            kind=_KINDS[is_nvr, generation],
            name=tell("deviceName"),
            model=tell("model"),
            brand=tell("brand"),
            firmware=tell("softwareVersion"),
            hardware=tell("hardwareVersion"),
            mac=mac,
            serial=serial,
            api_version=api_version,
            channel_count=channel_count,
            alarm_in_count=count("alarmInCount"),
            alarm_out_count=count("alarmOutCount"),
            features=read_features(detail, device) if detail else None,
            supported_apis=await self._supported_apis() if generation == 2 else None,
        )
        return self._info

    def _forget_habits(self) -> None:
        """Forget which commands and methods the firmware of before took, and what it did not tell."""
        self._channel_command = None
        self._names.clear()
        self._nameless.clear()
        self._lost.clear()
        self._transport.forget_methods()

    def _expect(self, mac: str | None, serial: str | None, *, may_tell_more: bool) -> None:
        """Make sure that it is the expected device; what it has left out, its detail may tell."""
        pairs = [pair for pair in zip(self._announced, (mac, serial), strict=True) if None not in pair]
        is_complete = not may_tell_more or len(pairs) == 2 - self._announced.count(None)
        if is_complete and pairs and not any(announced == own for announced, own in pairs):
            raise ViewtronOtherDeviceError(mac, serial)
        if self._expected is None or self._expected in (mac, serial):
            return
        told = mac if self._expected == clean_mac(self._expected) else serial
        if told is not None or not may_tell_more:
            raise ViewtronOtherDeviceError(mac, serial)

    async def list_channels(self, is_v2: bool) -> tuple[Channel, ...]:
        """List the channels by the generation's command, or by the other's where that one is unknown."""
        if self._channel_command is not None:
            return read_channels(await self.ask(self._channel_command))
        first, second = ("GetChannelInfo", "GetChannelList") if is_v2 else ("GetChannelList", "GetChannelInfo")
        command = first
        try:
            answer = await self.ask(first)
        except ViewtronNotSupportedError:
            command = second
            answer = await self.ask(second)
        self._channel_command = command
        return read_channels(answer)

    async def _detail(self) -> Node | None:
        """Ask for the detail that only cameras have."""
        answer = await self.optional("GetDeviceDetail")
        return answer.find("detail") if answer else None

    async def _supported_apis(self) -> frozenset[str] | None:
        """Ask for the names of all commands: unknown after any trouble, the last known ones if no answer comes."""
        try:
            return read_supported_apis(await self.ask("GetSupportedAPIs"))
        except ViewtronCommandError, ViewtronProtocolError:
            return None
        except ViewtronNoAnswerError, ViewtronFailedError:
            return self._info.supported_apis if self._info else None

    async def _looks_like_nvr(self, generation: int, description: str | None, channel_count: int | None) -> bool:
        """Tell an NVR from a camera that has no detail."""
        try:
            channels = await self.list_channels(generation == 2)
        except ViewtronNotSupportedError:
            channels = ()
        if len(channels) > 1:
            return True
        if (description or "").lower() == _CAMERA_DESCRIPTION:
            return False
        return (channel_count or 0) > 1
