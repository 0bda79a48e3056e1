"""The maker's two searches on the local network: both only ask, and nothing here can change a device."""

import asyncio
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from ipaddress import AddressValueError, IPv4Address
import logging
import re
import socket
import sys
from typing import Any, Final, override

from .answers import parse_xml
from .errors import ViewtronProtocolError
from .identity import clean_mac, clean_serial

_LOGGER = logging.getLogger(__name__)

_SEARCH_GROUP: Final = "234.55.55.55"
_GROUPS: Final = (_SEARCH_GROUP, "234.55.55.56")
"""Most devices answer to the second group, old ones to the first."""
_PORT: Final = 23456
_SSDP: Final = ("239.255.255.250", 1900)
_SSDP_TARGET: Final = "urn:schemas-upnp-org:service:EmbeddedNetDeviceControl:1"
_HOPS: Final = 5
_MULTICAST_ALL: Final = 49
"""Linux's option, which Python does not name."""

_MAGIC: Final = b"MHED"
_VERSION: Final = 0x0001_0008
_SEARCH: Final = 1
"""The only command that is ever sent; others change a device's network."""
_ANSWER: Final = 2
_SHORT: Final = 140
"""Bytes of a search, and of the answers of older devices."""
_RECORDER_IN_BOTH: Final = 3
"""The only type that both published tables take for a recorder (one says NVR, the other DVR)."""

_ROOT: Final = "multicastsearchresult"
_LONGEST: Final = 4 * 1024
"""Bytes of an announcement; real ones have less than a thousand."""
_MOST_TAGS: Final = 256
"""Of an announcement in XML; real ones have less than fifty. Every tag costs time, and anybody can send them."""
_BEGINNING: Final = re.compile(
    rb"\s*(?:<\?[^>]{0,200}\?>\s*|<!--(?:(?!--).){0,200}-->\s*){0,4}<(?:[\w.-]{1,40}:)?multicastsearchresult[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_MOST_CHARACTERS: Final = 64
_SEND_AGAIN: Final = 0.4
_MOST_DEVICES: Final = 256
_MOST_CHANNELS: Final = 256
_MOST_OF_ONE: Final = 16
"""Different answers that are read of one sender: a real one announces itself, once in each manner."""
_MOST_PER_SECOND: Final = 500
_RECORDERS: Final = re.compile("NVR|DVR|N9000", re.IGNORECASE)
_CAMERAS: Final = re.compile("IPC", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a device tells about itself before any login."""

    address: str
    mac: str | None = None
    serial: str | None = None
    name: str | None = None
    model: str | None = None
    vendor: str | None = None
    firmware: str | None = None
    http_port: int | None = None
    is_recorder: bool | None = None
    """None where its own words contradict each other or are missing."""

    def with_more(self, other: Announcement) -> Announcement:
        """Return this one with what only the other one tells."""
        missing = (field.name for field in fields(self) if getattr(self, field.name) is None)
        return replace(self, **{name: getattr(other, name) for name in missing})


def search_request() -> bytes:
    """Return the binary search, 140 bytes."""
    words = (_VERSION, _SEARCH)
    return (_MAGIC + b"".join(word.to_bytes(4, "little") for word in words)).ljust(_SHORT, b"\0")


def ssdp_request() -> bytes:
    """Return the search that borrows the address and the manners of SSDP; devices answer it with XML."""
    lines = (
        "M-SEARCH * HTTP/1.1",
        f"HOST: {_SSDP[0]}:{_SSDP[1]}",
        'MAN: "ssdp:discover"',
        "MX: 2",
        f"ST: {_SSDP_TARGET}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def parse_announcement(data: bytes, sender: str) -> Announcement | None:
    """Read an answer to either search, None for anything else. Total: never raises, whatever the bytes.

    The device is shown at the address that the answer came from, not at the one that it claims: whoever claims
    another's address must not have a password typed for it sent there, and a device that sits in another subnet sends
    from its address there, so that nothing is lost. The claim counts only where the sender is unknown.
    """
    if len(data) > _LONGEST:
        return None
    if data.startswith(_MAGIC):
        return _parse_binary(data, sender)
    return _parse_document(data, sender)


def _parse_binary(data: bytes, sender: str) -> Announcement | None:
    """Read an answer of the binary search; fields behind its end are unknown."""
    if len(data) < _SHORT or _number(data, 8, 4) != _ANSWER:
        return None
    address = _place(sender, ".".join(str(byte) for byte in data[40:44]))
    if address is None:
        return None
    serial = clean_serial(_text(data, 140, 16))
    model = _text(data, 196, 16)
    if model is not None and data[196:212].strip(b"\0") == data[196:212]:
        # A name of sixteen characters and more goes on in another field.
        model = _clean(model + (_text(data, 180, 16) or ""))
    return Announcement(
        address=address,
        mac=clean_mac(data[32:38].hex()),
        serial=serial,
        name=_text(data, 12, 20),
        model=model,
        vendor=_text(data, 212, 16),
        firmware=_firmware(data),
        http_port=_number(data, 60, 2) or None,
        is_recorder=_judge(None, _number(data, 228, 4), serial, _number(data, 64, 4)),
    )


def _parse_document(data: bytes, sender: str) -> Announcement | None:
    """Read an answer in XML, which some devices put behind an HTTP head."""
    if data.startswith(b"HTTP/"):
        data = data.partition(b"\r\n\r\n")[2] or data.partition(b"\n\n")[2]
    beginning = _BEGINNING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if beginning is None or data.count(b"<") > _MOST_TAGS:
        return None
    try:
        name, root = parse_xml(data)
    except ViewtronProtocolError:
        return None
    if name.lower() != _ROOT:
        return None
    # Wherever it stands: papers disagree on that.
    texts: dict[str, str] = {}
    for key, node in root.walk():
        if (text := node.text) is not None:
            texts.setdefault(key.lower(), text)

    def tell(*names: str) -> str | None:
        """Return the first text under these names."""
        return next((_clean(texts[wanted.lower()]) for wanted in names if wanted.lower() in texts), None)

    address = _place(sender, tell("ipAddr"))
    if address is None:
        return None
    port = tell("httpPort") or ""
    serial = clean_serial(tell("serialNumber", "sn"))
    return Announcement(
        address=address,
        mac=clean_mac(tell("macAddr")),
        serial=serial,
        name=tell("devName"),
        model=tell("productModel"),
        firmware=tell("softwareVer"),
        http_port=int(port) if re.fullmatch("[1-9][0-9]{0,4}", port) and int(port) < 1 << 16 else None,
        is_recorder=_judge(tell("productSeries"), None, serial, None),
    )


def _judge(series: str | None, channels: int | None, serial: str | None, kind: int | None) -> bool | None:
    """Tell a recorder from a camera by the most trustworthy of its words."""
    if series is not None and _RECORDERS.search(series) is not None:
        return True
    if series is not None and _CAMERAS.search(series) is not None:
        return False
    if channels is not None and 1 < channels <= _MOST_CHANNELS:
        return True
    match (serial or "")[:1].upper():
        case "I":
            return False
        case "N":
            return True
    return True if kind == _RECORDER_IN_BOTH else None


def _number(data: bytes, offset: int, size: int) -> int | None:
    """Read a little-endian number, None behind the end."""
    part = data[offset : offset + size]
    return int.from_bytes(part, "little") if len(part) == size else None


def _text(data: bytes, offset: int, size: int) -> str | None:
    """Read a text of a fixed field: UTF-8, even if cut in the middle of a character, else Latin-1."""
    part = data[offset : offset + size].partition(b"\0")[0]
    try:
        text = part.decode()
    except UnicodeDecodeError as error:
        is_cut = error.end == len(part) and error.reason == "unexpected end of data"
        text = part[: error.start].decode() if is_cut else part.decode("latin-1")
    return _clean(text)


def _clean(text: str) -> str | None:
    """Return what can be shown of a text, None if nothing is left."""
    return "".join(char for char in text if char.isprintable()).strip()[:_MOST_CHARACTERS] or None


def _firmware(data: bytes) -> str | None:
    """Read the firmware: a camera's as text, a recorder's as four numbers."""
    text = _text(data, 156, 16)
    if text is not None and text[0].isdecimal():
        return text
    return ".".join(str(byte) for byte in reversed(data[52:56])) if any(data[52:56]) else None


def _place(sender: str, claimed: str | None) -> str | None:
    """Return the address of a device; a sender may be on this machine, a claim to be so is none."""
    address = _address(sender)
    if address is None and claimed is not None:
        address = _address(claimed)
        if address is not None and address.is_loopback:
            return None
    return None if address is None else str(address)


def _address(text: str) -> IPv4Address | None:
    """Return an address that a device can have."""
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return None
    return None if address.is_unspecified or address.is_multicast or address.is_reserved else address


async def search(addresses: Iterable[str], seconds: float = 5.0) -> tuple[Announcement, ...]:
    """Ask the networks of these local IPv4 addresses for devices, and return who answers within `seconds`.

    What cannot be opened or sent is left out: a taken port leaves the other search. Nothing stays open.
    """
    gathered = _Gathered(asyncio.get_running_loop())
    local = tuple(dict.fromkeys(addresses))
    transports: list[asyncio.DatagramTransport] = []
    try:
        await _open(_ear(local), gathered, transports)
        ears = len(transports)
        for address in local:
            await _open(_mouth(address), gathered, transports)
        pause = min(_SEND_AGAIN, seconds)
        for wait in (pause, seconds - pause):
            for mouth in transports[ears:]:
                mouth.sendto(search_request(), (_SEARCH_GROUP, _PORT))
                mouth.sendto(ssdp_request(), _SSDP)
            await asyncio.sleep(wait)
    finally:
        for transport in transports:
            transport.abort()
    return gathered.announcements


async def _open(own: socket.socket | None, gathered: _Gathered, transports: list[asyncio.DatagramTransport]) -> None:
    """Hand a socket over to the event loop; it is closed if that fails."""
    if own is None:
        return
    try:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: gathered, sock=own)
    except BaseException:
        own.close()
        raise
    transports.append(transport)


def _ear(addresses: Iterable[str]) -> socket.socket | None:
    """Open the socket that hears the binary answers, which go to everybody and not to who asked."""
    with ExitStack() as closing:
        try:
            own = closing.enter_context(_shared_socket())
            if sys.platform == "linux":
                # Else it hears what other programs have joined, on whatever network.
                own.setsockopt(socket.IPPROTO_IP, _MULTICAST_ALL, 0)
            own.bind(("", _PORT))
        except OSError as error:
            _LOGGER.debug("No answers to the binary search, port %s: %s", _PORT, error)
            return None
        for address in addresses:
            for group in _GROUPS:
                try:
                    membership = socket.inet_aton(group) + socket.inet_aton(address)
                    own.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
                except OSError as error:
                    _LOGGER.debug("Answers to %s are not heard at %s: %s", group, address, error)
        closing.pop_all()
    return own


def _mouth(address: str) -> socket.socket | None:
    """Open the socket that asks the network of one address, and hears who answers to it alone."""
    with ExitStack() as closing:
        try:
            own = closing.enter_context(_shared_socket())
            own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
            own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _HOPS)
            own.bind((address, 0))
        except OSError as error:
            _LOGGER.debug("No search from %s: %s", address, error)
            return None
        closing.pop_all()
    return own


def _shared_socket() -> socket.socket:
    """Open a socket that leaves its port to other programs, too."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.setblocking(False)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return own


class _Gathered(asyncio.DatagramProtocol):
    """Gathers answers from all sockets of a search, within limits: anybody on the network can send them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start with none."""
        self._loop = loop
        self._devices: dict[tuple[str | None, str], Announcement] = {}
        self._by_sender: dict[str, set[bytes]] = {}
        self._second = 0.0
        self._heard = 0

    @property
    def announcements(self) -> tuple[Announcement, ...]:
        """Who has answered, in that order."""
        return tuple(self._devices.values())

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Take an answer in, and merge it with what the same device has told by the other search."""
        now = self._loop.time()
        if now - self._second >= 1:
            self._second, self._heard = now, 0
        self._heard += 1
        if self._heard > _MOST_PER_SECOND or not self._is_news(data, addr[0]):
            return
        if (new := parse_announcement(data, addr[0])) is None:
            return
        key = self._key(new)
        if (known := self._devices.get(key)) is not None:
            self._devices[key] = known.with_more(new)
        elif (nameless := self._devices.pop((None, new.address), None)) is not None:
            self._devices[key] = new.with_more(nameless)
        elif len(self._devices) < _MOST_DEVICES:
            self._devices[key] = new

    def _is_news(self, data: bytes, sender: str) -> bool:
        """Tell whether an answer is to be read: not one that was read, nor the many of one sender."""
        if len(data) > _LONGEST:
            return False
        heard = self._by_sender.setdefault(sender, set())
        if data in heard or len(heard) >= _MOST_OF_ONE:
            return False
        heard.add(data)
        return True

    def _key(self, device: Announcement) -> tuple[str | None, str]:
        """Return the place of a device: its MAC and address; one without a MAC is whoever is known at its address."""
        if device.mac is not None:
            return (device.mac, device.address)
        return next((key for key in self._devices if key[1] == device.address), (None, device.address))

    @override
    def error_received(self, exc: Exception) -> None:
        """Go on without what could not be sent."""
        _LOGGER.debug("A search was not sent: %s", exc)
