"""Posting to the addresses that a camera was given, and signs of life to them."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address
import ssl
from typing import Unpack, override
from xml.etree import ElementTree as ET

from .delivery import NOBODY
from .http_post import HttpPostCommands
from .outputs import RestartSimulator
from .posts_base import Identity
from .push import Pusher, PushKind, PushResult
from .request_body import CommandError, parse_body
from .state import HttpPostSlot, PushFailure, Settings

_PERIMETER = {"perimeter": "PERIMETER", "tripwire": "TRIPWIRE"}
_SUBSCRIBED_AS = {
    "VEHICE": {"VEHICLE"},
    "LOITERING": {"LOITER"},
    "AOI_ENTRY": {"AOIENTRY"},
    "AOI_LEAVE": {"AOILEAVE"},
    "VIDEO_METADATA": {"VSD"},
}
"""Detections whose name in a post differs from the one in the subscription."""
_SHORTEST = 0.01


class SlotPusher(Pusher):
    """Posts for a slot, with its login, over TLS without looking at the certificate if told to."""

    def __init__(self, host: str, slot: HttpPostSlot, *, own_address: str) -> None:
        """Take the address that the slot's name stands for."""
        path = slot.path if slot.path.startswith("/") else f"/{slot.path}"
        super().__init__(f"http://{host}:{slot.port}{path}", PushKind.CAMERA, own_address=own_address)
        self._login = None
        if slot.authentication == "basic":
            self._login = b64encode(f"{slot.username}:{slot.password}".encode())
        self._tls = slot.protocol == "https"

    @override
    def request(self, body: bytes) -> bytes:
        """Return the whole request as it goes over the wire."""
        line, end, rest = super().request(body).partition(b"\r\n")
        login = b"" if self._login is None else b"Authorization: Basic " + self._login + end
        return line + end + login + rest

    def drop(self) -> None:
        """Close the connection without waiting for its end."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    @override
    async def _send(self, body: bytes) -> PushResult:
        """Send over the open connection or a new one."""
        if self._tls and self._streams is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._streams = await asyncio.open_connection(self._host, self._port, ssl=context)
            self.connections += 1
        return await super()._send(body)


class PostingSimulator(HttpPostCommands, RestartSimulator):
    """A camera that posts to `push_url` and to each slot that is switched on."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a camera that sends no signs of life by itself."""
        super().__init__(**settings)
        self.resolves: Callable[[str], str | None] = resolve_plain
        """What address a slot's domain stands for, None when the camera cannot tell."""
        self.trusts_any_certificate = False
        """Whether https slots work; as a rule a camera takes no certificate that somebody made himself."""
        self.needs_restart_after_http_post = False
        """Whether nothing is posted to an address that a Set has changed before the next restart."""
        self.heartbeat_scale = 1.0
        """By what the time between two signs of life is multiplied."""
        self.factory_resets = 0
        """How often the camera was set to what the factory has set."""
        self._heartbeats = False
        self._beats: dict[int, asyncio.Task[None]] = {}
        self._rewound = {number: asyncio.Event() for number in range(4)}
        self._asleep: set[int] = set()
        self._answered: set[int] = set()
        self._runs = False

    @property
    def heartbeats(self) -> bool:
        """Tell whether the camera sends signs of life to its slots by itself, the first after one interval."""
        return self._heartbeats

    @heartbeats.setter
    def heartbeats(self, value: bool) -> None:
        """Begin or end the signs of life."""
        self._heartbeats = value
        self._rewind(*self._rewound)

    @override
    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one, which a stop and a new start keep."""
        await super().start(host, port)
        self._runs = True
        self._rewind(*self._rewound)

    @override
    async def stop(self) -> None:
        """Close everything."""
        self._runs = False
        ended = list(self._beats.values())
        self._beats.clear()
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        await super().stop()

    async def restart(self) -> None:
        """Restart: drop all connections, keep the settings, and return when the camera answers again."""
        self._cancel_restart()
        self._go_down()
        await self._delivery.hang_up()
        await asyncio.sleep(self.reboot_seconds)
        self._cancel_restart()
        self._come_up()

    @override
    def forget_states(self) -> None:
        """Lose what does not survive a restart."""
        super().forget_states()
        self._begin_anew()

    def forget_addresses(self) -> None:
        """Lose all addresses, as by a reset."""
        self.push_url = None
        self.empty_slots()
        self._begin_anew()

    @override
    def is_online(self) -> bool:
        """Tell whether the address of the old block answers."""
        return 0 in self._answered and self._posts_to(self.old_post)

    @override
    def slots_written(self, changed: set[int]) -> None:
        """Post to the new addresses, at once or after a restart."""
        if self.needs_restart_after_http_post:
            self._asleep |= changed
        self._drop(*changed)
        self._rewind(*changed)

    @override
    async def push(self, body: bytes) -> PushResult:
        """Send a post to `push_url` and to all slots that subscribe to it, and return the answer of the first.

        Status 0 means that the first slot got no answer, or that there is nobody to post to. Raises what goes wrong
        with `push_url`, after the others had their post, and RuntimeError when nobody ever set an address.
        """
        url, slots = self.push_url, [slot for slot in self.slots() if slot.domain]
        if url is None and not (slots or self.http_post_writes or self.factory_resets):
            raise RuntimeError("push_url is not set and there is no slot")
        typed = [] if url is None else [super().push(body)]
        wanted = [self._post(slot, body) for slot in slots if self._posts_to(slot) and subscribes(slot, body)]
        results = await asyncio.gather(*typed, *wanted, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return next((result for result in results if isinstance(result, PushResult)), NOBODY)

    def _begin_anew(self) -> None:
        """Take all addresses as they stand, over new connections."""
        self._asleep.clear()
        self._drop(*self._rewound)
        self._rewind(*self._rewound)

    def _drop(self, *numbers: int) -> None:
        """Close the connections of some slots."""
        self._answered.difference_update(numbers)
        for number in numbers:
            match self._delivery.pushers.get(number):
                case (_, SlotPusher() as pusher):
                    pusher.drop()

    def _keepalive(self, who: Identity) -> bytes:
        """Build the sign of life of this generation."""
        raise NotImplementedError

    def _posts_to(self, slot: HttpPostSlot) -> bool:
        """Tell whether an address is switched on, and the camera able to post at present."""
        return slot.switch and bool(slot.domain) and slot.id not in self._asleep and self._restart is None

    async def _post(self, slot: HttpPostSlot, body: bytes) -> PushResult:
        """Send a post to a slot; a lost one is noted and has the status 0."""
        host, url = self.resolves(slot.domain), slot.url
        if host is None or (slot.protocol == "https" and not self.trusts_any_certificate):
            reason = "name" if host is None else "certificate"
            self.push_failures.append(PushFailure(slot=slot.id, url=url, reason=reason))
            return NOBODY
        own = self.identity().address
        route = (host, url, slot.authentication, slot.username, slot.password)
        try:
            result = await self._delivery.send(
                slot.id, url, body, route, lambda: SlotPusher(host, slot, own_address=own)
            )
        except OSError, EOFError, ValueError, IndexError:
            result = NOBODY
        (self._answered.add if result.status == 200 else self._answered.discard)(slot.id)
        return result

    def _rewind(self, *numbers: int) -> None:
        """Let the time to the next sign of life of some slots begin now."""
        for number in numbers:
            self._rewound[number].set()
            if self._runs and self._heartbeats and number not in self._beats:
                self._beats[number] = asyncio.create_task(self._beat(number))

    async def _beat(self, number: int) -> None:
        """Send signs of life to a slot as long as the camera sends any."""
        while self._heartbeats:
            self._rewound[number].clear()
            interval = self._slot(number).interval * self.heartbeat_scale
            try:
                async with asyncio.timeout(max(interval, _SHORTEST)):
                    await self._rewound[number].wait()
            except TimeoutError:
                slot = self._slot(number)
                # The end of the signs may have come at the same moment.
                if self._heartbeats and slot in self.slots() and slot.heartbeat and self._posts_to(slot):
                    await self._post(slot, self._keepalive(self.identity()))
        self._beats.pop(number, None)

    def _slot(self, number: int) -> HttpPostSlot:
        """Return an address by its id, an empty one if it is not there."""
        known = (slot for slot in (self.old_post, *self.http_post) if slot.id == number)
        return next(known, HttpPostSlot(id=number))


def resolve_plain(domain: str) -> str | None:
    """Return the address behind a name without asking anybody: only addresses themselves and localhost have one."""
    if domain == "localhost":
        return "127.0.0.1"
    try:
        return str(IPv4Address(domain))
    except AddressValueError:
        return None


def subscribes(slot: HttpPostSlot, body: bytes) -> bool:
    """Tell whether a slot wants a post; it wants what nobody can tell the kind of."""
    try:
        root = parse_body(body)
    except CommandError:
        # No XML, or the root of the classic sign of life.
        is_sign = not body.strip() or b"<DeviceInfo" in body[:200]
        return slot.heartbeat or not is_sign
    if root.findtext("messageType", "").strip() == "keepalive":
        return slot.heartbeat
    if root.find("traject") is not None:
        return "traject" in slot.data_types
    if root.find("smartType") is not None:
        return "smartData" in slot.data_types and ("ALL" in slot.events or not _words(root).isdisjoint(slot.events))
    if root.find("alarmStatusInfo") is not None:
        return "alarmStatus" in slot.data_types
    return True


def _words(detection: ET.Element) -> set[str]:
    """Return the words under which a detection is subscribed to."""
    kind = detection.findtext("smartType", "").strip().upper()
    if kind == "PEA":
        return {word for tag, word in _PERIMETER.items() if detection.find(tag) is not None}
    return {kind} | _SUBSCRIBED_AS.get(kind, set())
