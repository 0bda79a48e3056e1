"""Answer the maker's two searches for the simulated devices of this machine, over UDP."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import fcntl
from ipaddress import AddressValueError, IPv4Address
from itertools import chain
from pathlib import Path
import socket
import sys
from tempfile import gettempdir
from types import TracebackType
from typing import Literal, Self

from . import search_answers
from .device import Simulator
from .search_answers import Announced

type Where = tuple[str, int]
type Protocol = Literal["mhed", "ssdp"]

MHED_SEARCHES: Where = ("234.55.55.55", 23456)
MHED_ANSWERS: Where = ("234.55.55.56", 23456)
SSDP_SEARCHES: Where = ("239.255.255.250", 1900)
CAMERA_PORT, RECORDER_PORT = 9407, 23456
"""The ports that binary answers come from."""
CAMERA_TTL, RECORDER_TTL = 1, 5

_IP_MULTICAST_ALL = 49
"""Linux's option, which Python does not name."""
_TICK = 0.05
"""Seconds between two looks at who wants to tell of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A datagram that arrived; `command` is None if it is not "MHED", `target` if it is no M-SEARCH."""

    protocol: Protocol
    sender: Where
    data: bytes
    command: int | None = None
    target: str | None = None


class SearchResponder:
    """Answer for devices that may come and go: `devices` is a list to change while this runs.

    `interfaces` are local IPv4 addresses. Only what devices were heard to answer is answered, everything is logged.
    """

    def __init__(
        self,
        devices: Iterable[Simulator],
        *,
        interfaces: Iterable[str] = ("127.0.0.1",),
        mhed: bool = True,
        ssdp: bool = True,
    ) -> None:
        """Take the devices, where to listen, and for which of the two searches."""
        self.devices = list(devices)
        self.interfaces = tuple(interfaces)
        self.search_log: list[Heard] = []
        """Everything that was heard, oldest first, but for what was sent from here."""
        self.strangers: list[bytes] = []
        """What other devices on the network answer to every M-SEARCH, ours included."""
        self._groups: dict[Protocol, Where] = {}
        if mhed:
            self._groups["mhed"] = MHED_SEARCHES
        if ssdp:
            self._groups["ssdp"] = SSDP_SEARCHES
        self._sockets: list[socket.socket] = []
        self._mouths: dict[tuple[str, int, str], socket.socket] = {}
        self._own: set[bytes] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    @property
    def commands(self) -> set[int]:
        """Return the binary commands that were heard; those above 1 would change a device."""
        return {heard.command for heard in self.search_log if heard.command is not None}

    async def __aenter__(self) -> Self:
        """Listen; raises OSError when a port is taken by a program that does not share it."""
        try:
            for interface in self.interfaces:
                for protocol, group in self._groups.items():
                    self._listen(_ear(group, interface), protocol, interface)
        except OSError:
            self._close()
            raise
        self._start(self._announce())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything; raises what went wrong while answering, unless something else did before."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._close()
        if error is None and self._failures:
            raise self._failures[0]

    def _close(self) -> None:
        """Close all sockets."""
        for own in self._sockets:
            asyncio.get_running_loop().remove_reader(own)
            own.close()
        self._sockets.clear()
        self._mouths.clear()

    def _listen(self, ear: socket.socket, protocol: Protocol, interface: str) -> None:
        """Read a socket from now on."""
        self._sockets.append(ear)
        asyncio.get_running_loop().add_reader(ear, self._hear, ear, protocol, interface)

    def _hear(self, ear: socket.socket, protocol: Protocol, interface: str) -> None:
        """Log a datagram, and answer it if it is a search."""
        try:
            data, sender = ear.recvfrom(65_535)
        except OSError:
            return
        if data in self._own:
            return
        command = search_answers.mhed_command(data) if protocol == "mhed" else None
        target = search_answers.search_target(data) if protocol == "ssdp" else None
        self.search_log.append(Heard(protocol=protocol, sender=sender, data=data, command=command, target=target))
        if protocol == "mhed" and search_answers.is_mhed_search(data):
            self._each(lambda device: device.answers_mhed, lambda device: self._answer_mhed(device, interface))
        elif target is not None:
            if self.strangers:
                self._start(self._send(list(self.strangers), self._mouth(interface, 0, interface), sender))
            if target == search_answers.TARGET:
                self._each(
                    lambda device: device.answers_ssdp, lambda device: self._answer_ssdp(device, interface, sender)
                )

    def _each(
        self, answers: Callable[[Simulator], bool], answer: Callable[[Simulator], Coroutine[None, None, None]]
    ) -> None:
        """Let the devices that are on and know a search answer it, each in its own time."""
        for device in self.devices:
            if device.is_listening and answers(device):
                self._start(_later(device, answer))

    async def _answer_mhed(self, device: Simulator, interface: str) -> None:
        """Send a device's binary answers to everyone on the network."""
        faults = device.search_faults
        who = facts_of(device, interface)
        own = search_answers.spoil_mhed(_mhed(device, search_answers.as_claimed(who, faults)), faults)
        sent = chain(own, (_mhed(device, other) for other in search_answers.others(who, faults)))
        group = MHED_SEARCHES if device.mhed_to_searchers else MHED_ANSWERS
        port = RECORDER_PORT if device.nvr else CAMERA_PORT
        await self._send(sent, self._mouth(_source(device, interface), port, interface), group)

    async def _answer_ssdp(self, device: Simulator, interface: str, asker: Where) -> None:
        """Send a device's XML to who asked."""
        faults = device.search_faults
        who = facts_of(device, interface)
        own = search_answers.spoil_xml(_xml(device, search_answers.as_claimed(who, faults)), faults)
        sent = chain(own, (_xml(device, other) for other in search_answers.others(who, faults)))
        await self._send(sent, self._mouth(_source(device, interface), 0, interface), asker)

    async def _announce(self) -> None:
        """Tell of the devices that want to be told of without being asked."""
        loop = asyncio.get_running_loop()
        last: dict[Simulator, float] = {}
        while True:
            for device in self.devices if "mhed" in self._groups else ():
                if device.announces_itself is None or not device.is_listening or not device.answers_mhed:
                    last.pop(device, None)
                elif loop.time() - last.setdefault(device, loop.time()) >= device.announces_itself:
                    last[device] = loop.time()
                    for interface in self.interfaces:
                        self._start(self._answer_mhed(device, interface))
            await asyncio.sleep(_TICK)

    async def _send(self, datagrams: Iterable[bytes], mouth: socket.socket, where: Where) -> None:
        """Send datagrams one at a time: a reader in the same loop would lose most of a whole flood."""
        for data in datagrams:
            if where == MHED_SEARCHES:
                self._own.add(data)
            await asyncio.get_running_loop().sock_sendto(mouth, data, where)
            await asyncio.sleep(0)

    def _mouth(self, source: str, port: int, interface: str) -> socket.socket:
        """Return the socket that sends from an address and port (0 for any) into the network of an interface."""
        key = (source, port, interface)
        if key not in self._mouths:
            mouth = _shared_socket(interface)
            self._sockets.append(mouth)
            mouth.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, RECORDER_TTL if port == RECORDER_PORT else CAMERA_TTL
            )
            mouth.bind((source, port))
            self._mouths[key] = mouth
            if port:
                # Commands sent to one device alone end up here.
                asyncio.get_running_loop().add_reader(mouth, self._hear, mouth, "mhed", interface)
        return self._mouths[key]

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Run something beside the rest, and remember its failure."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Forget a task that ended."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failures.append(error)


def facts_of(device: Simulator, interface: str) -> Announced:
    """Return what a device tells of itself on the network of an interface."""
    series = "TVT_IPC"
    if device.nvr:
        series = "TVT_NVR" if device.v2 else "N9000"
    return Announced(
        name=device.name,
        mac=device.mac,
        address=device.announced_address or _source(device, interface),
        recorder=device.nvr,
        serial=device.serial,
        model=device.model,
        firmware=device.software_version,
        http_port=device.port,
        rtsp_port=device.rtsp_port,
        build_date=device.build_date,
        vendor=device.brand,
        series=series,
        channels=device.chl_max_count if device.nvr else 1,
    )


@contextmanager
def searching_alone() -> Iterator[None]:
    """Wait until no other process of this machine is in here: the ports are fixed, and all hear all."""
    with Path(gettempdir(), "viewwall-search.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def send_to_group(data: bytes, group: Where, *, interface: str = "127.0.0.1") -> None:
    """Send a datagram as another program on the network would."""
    with _shared_socket(interface) as mouth:
        mouth.sendto(data, group)


def _mhed(device: Simulator, who: Announced) -> bytes:
    """Build a binary answer in a device's manner."""
    return search_answers.mhed_answer(
        who,
        version=search_answers.OLD_VERSION if device.mhed_short else device.mhed_version,
        types=device.mhed_types,
        short=device.mhed_short,
        with_serial=device.mhed_with_serial,
    )


def _xml(device: Simulator, who: Announced) -> bytes:
    """Build an answer in XML in a device's manner."""
    return search_answers.xml_answer(who, head=device.xml_head, second_form=device.xml_second_form)


async def _later(device: Simulator, answer: Callable[[Simulator], Coroutine[None, None, None]]) -> None:
    """Answer when the device's delay is over, unless it was switched off meanwhile."""
    if device.search_delay:
        await asyncio.sleep(device.search_delay)
    if device.is_listening:
        await answer(device)


def _source(device: Simulator, interface: str) -> str:
    """Return the address a device sends from: its own one, where the interface's network can have it."""
    try:
        host = IPv4Address(device.host)
    except AddressValueError:
        return interface
    if host.is_unspecified or host.is_loopback != IPv4Address(interface).is_loopback:
        return interface
    return device.host


def _shared_socket(interface: str) -> socket.socket:
    """Open a socket whose port others may use too, and whose multicasts leave by an interface."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.setblocking(False)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
    return own


def _ear(group: Where, interface: str) -> socket.socket:
    """Open a socket that hears a group on one interface alone."""
    ear = _shared_socket(interface)
    try:
        if sys.platform == "linux":
            # Without this it hands over what other sockets of the machine joined, on whatever interface.
            ear.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
        ear.bind(group)
        membership = socket.inet_aton(group[0]) + socket.inet_aton(interface)
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError:
        ear.close()
        raise
    return ear
