"""Datagrams of the maker's two searches, as pure functions: what a search sends and what devices answer.

One search is binary ("MHED", little endian), the other one borrows the address of SSDP and is answered in XML.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
import struct
from typing import Literal

from .state import SearchFaults, XmlTrick
from .xml_text import Declaration, Layout, Node, leaf, node, render

MAGIC = b"MHED"
SEARCH, ANSWER, SET_NETWORK = 1, 2, 3
"""Commands; the third one would change a device."""
SHORT, LONG = 140, 240
"""Bytes of a search and of an old answer, and of an answer of today."""
OLD_VERSION = 0x0001_0002
"""Version of the short answers."""
UTF8_SINCE = 0x0001_0001
TARGET = "urn:schemas-upnp-org:service:EmbeddedNetDeviceControl:1"

type Types = Literal["live", "tool"]

_SEARCH_VERSIONS = (0x0001_0007, 0x0001_0008, 0x0001_0009)
_TYPES: dict[Types, tuple[int, int]] = {"live": (2, 3), "tool": (4, 2)}
"""Device types of camera and recorder: recorders in the field and a tool of the trade contradict each other."""
HTTP_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a device tells about itself; `firmware` starts with four numbers, `build_date` is YYYYMMDD."""

    name: str
    mac: str
    address: str
    recorder: bool
    serial: str
    model: str
    firmware: str
    http_port: int
    rtsp_port: int = 554
    build_date: str = "20250611"
    vendor: str = "Viewtron"
    series: str = "TVT_IPC"
    channels: int = 1

    @property
    def data_port(self) -> int:
        """Return the port of the maker's own programs."""
        return 6036 if self.recorder else 9008

    @property
    def release(self) -> tuple[int, ...]:
        """Return the four numbers that the firmware's name starts with."""
        numbers = [int(part) for part in self.firmware.split(".")[:4] if part.isdecimal()]
        return tuple((numbers + [0] * 4)[:4])

    @property
    def gateway(self) -> str:
        """Return the first address of the device's network."""
        return str(IPv4Address(int(IPv4Address(self.address)) & 0xFFFF_FF00 | 1))


def invented(number: int) -> Announced:
    """Make up a device that is not there, a camera or a recorder; good for 65,000 different ones."""
    recorder = number % 4 == 3
    return Announced(
        name=f"Invented {number}",
        mac=f"58:5b:69:f0:{number >> 8 & 0xFF:02x}:{number & 0xFF:02x}",
        address=f"10.66.{number >> 8 & 0xFF}.{number & 0xFF}",
        recorder=recorder,
        serial=f"{'N' if recorder else 'I'}F0{number:04X}00FFE",
        model="NV8-P8" if recorder else "IP-A4V",
        firmware="1.4.13.46410" if recorder else "5.1.4.0.40211",
        http_port=80,
        series="TVT_NVR" if recorder else "TVT_IPC",
    )


def mhed_search(command: int = SEARCH, *, word: int = 8) -> bytes:
    """Build what a program sends; `word` is the last part of the version."""
    return struct.pack("<4sHHI", MAGIC, word, 1, command).ljust(SHORT, b"\0")


def mhed_command(data: bytes) -> int | None:
    """Return the command of a datagram, None if it is of another protocol or too short for one."""
    if not data.startswith(MAGIC) or len(data) < 12:
        return None
    return int.from_bytes(data[8:12], "little")


def is_mhed_search(data: bytes) -> bool:
    """Tell whether a datagram is exactly a search as programs were seen to send it."""
    return any(data == mhed_search(word=version & 0xFFFF) for version in _SEARCH_VERSIONS)


def mhed_answer(
    who: Announced,
    *,
    version: int = 0x0001_0008,
    types: Types = "live",
    short: bool = False,
    with_serial: bool = True,
) -> bytes:
    """Build an answer of 240 bytes, or a short one of 140, which ends before serial number and model.

    Texts are cut where their field ends, be it in the middle of a character, and then have no NUL behind them.
    """
    data = bytearray(LONG)

    def place(offset: int, value: bytes, size: int | None = None) -> None:
        part = value[:size]
        data[offset : offset + len(part)] = part

    name = who.name.encode() if version >= UTF8_SINCE else who.name.encode("cp1252", "replace")
    model = who.model.encode()
    place(0, struct.pack("<4sII", MAGIC, version, ANSWER))
    place(12, name, 20)
    place(32, mac_bytes(who.mac))
    place(38, struct.pack("<H", who.data_port))
    place(40, IPv4Address(who.address).packed + IPv4Address("255.255.255.0").packed + IPv4Address(who.gateway).packed)
    place(52, bytes(number & 0xFF for number in reversed(who.release)))
    place(56, struct.pack("<I", int(who.build_date)))
    place(60, struct.pack("<HH", who.http_port, 0 if who.recorder else who.rtsp_port))
    place(64, struct.pack("<I", _TYPES[types][who.recorder]))
    place(112, IPv4Address(who.gateway).packed)
    place(196, model, 16)
    place(212, who.vendor.encode(), 16)
    if with_serial:
        place(140, who.serial.encode(), 16)
    if who.recorder:
        place(180, model[16:], 16)
        place(228, struct.pack("<I", who.channels))
    else:
        place(156, ".".join(map(str, who.release)).encode(), 16)
    return bytes(data[:SHORT] if short else data)


def ssdp_search(target: str = TARGET, *, wait: int = 3) -> bytes:
    """Build the M-SEARCH of a program."""
    lines = (
        "M-SEARCH * HTTP/1.1",
        "HOST: 239.255.255.250:1900",
        'MAN: "ssdp:discover"',
        f"MX: {wait}",
        f"ST: {target}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def search_target(data: bytes) -> str | None:
    """Return what an M-SEARCH looks for, None if the datagram is no complete one."""
    head, end, _ = data.decode("latin-1").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    if not end or first != "M-SEARCH * HTTP/1.1":
        return None
    headers = {name.strip().upper(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("MAN") != '"ssdp:discover"' or not headers.get("MX", "").isdecimal():
        return None
    return headers.get("ST")


def xml_answer(who: Announced, *, head: bool = False, second_form: bool = False, root: str = "") -> bytes:
    """Build the answer to an M-SEARCH: XML, on some devices behind an HTTP head.

    The second form names the device and the day its firmware was built among the product's facts, and `maskAddr`.
    """
    name = leaf("devName", who.name)
    document = node(
        root or "multicastSearchResult",
        node(
            "tcpIp",
            None if second_form else name,
            leaf("ipAddr", who.address),
            leaf("maskAddr" if second_form else "mask", "255.255.255.0"),
            leaf("gateway", who.gateway),
            leaf("dns1", who.gateway),
            leaf("dns2", "0.0.0.0"),
            leaf("macAddr", mac_bytes(who.mac).hex(":").upper()),
            leaf("dhcpSwitch", 0),
        ),
        node("port", leaf("dataPort", who.data_port), leaf("httpPort", who.http_port)),
        node(
            "productInfo",
            name if second_form else None,
            leaf("productModel", who.model),
            leaf("productSeries", who.series),
            leaf("softwareVer", who.firmware),
            # Spelt like this on the wire.
            leaf("softwareBulildDate", who.build_date) if second_form else None,
            leaf("kernelVer", "4.9.138"),
        ),
    )
    return (HTTP_HEAD if head else b"") + _written(document)


def ordinary_answer(target: str = "upnp:rootdevice") -> bytes:
    """Build what a router answers to an M-SEARCH: headers alone."""
    lines = (
        "HTTP/1.1 200 OK",
        "CACHE-CONTROL: max-age=120",
        f"ST: {target}",
        f"USN: uuid:0b5e1c52-7c3d-4a4b-9d0e-2f1a6b7c8d9e::{target}",
        "EXT:",
        "SERVER: Linux/5.4 UPnP/1.1 Router/1.0",
        "LOCATION: http://192.0.2.1:5000/rootDesc.xml",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def as_claimed(who: Announced, faults: SearchFaults) -> Announced:
    """Return what a misbehaving device tells of itself."""
    if faults.zero_address:
        who = replace(who, address="0.0.0.0")
    return replace(who, mac="00:00:00:00:00:00") if faults.zero_mac else who


def others(who: Announced, faults: SearchFaults) -> Iterator[Announced]:
    """Yield the devices that a misbehaving one also tells of: a MAC at another address, and invented devices."""
    if faults.impostor:
        mac, address = faults.impostor
        yield replace(who, mac=mac, address=address)
    yield from map(invented, range(faults.flood))


def spoil_mhed(answer: bytes, faults: SearchFaults) -> list[bytes]:
    """Return what a misbehaving device sends instead of an answer."""
    if faults.wrong_magic:
        answer = b"MHEE" + answer[4:]
    return _spoil(answer, faults, b"\0")


def spoil_xml(answer: bytes, faults: SearchFaults) -> list[bytes]:
    """Return what a misbehaving device sends instead of an answer; a trick stands before its document."""
    if faults.wrong_magic:
        answer = answer.replace(b"multicastSearchResult", b"multicastSearchRequest")
    if faults.trick:
        head, start, document = answer.partition(b"<multicastSearchResult>")
        answer = head + _tricked(start + document, faults.trick)
    return _spoil(answer, faults, b" ")


def mac_bytes(mac: str) -> bytes:
    """Return the six bytes of a MAC, however it is written."""
    return bytes.fromhex(mac.replace(":", "").replace("-", ""))


def _spoil(answer: bytes, faults: SearchFaults, padding: bytes) -> list[bytes]:
    """Apply what both protocols can suffer."""
    if faults.garbage is not None:
        sent = [faults.garbage]
    elif faults.every_length:
        sent = [answer[:length] for length in range(len(answer))]
    else:
        sent = [answer[: faults.cut].ljust(faults.size or 0, padding)]
    return sent * faults.copies


def _tricked(document: bytes, trick: XmlTrick) -> bytes:
    """Turn a document into one that hurts a careless reader."""
    match trick:
        case XmlTrick.DOCTYPE:
            declared = b'<!DOCTYPE multicastSearchResult [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        case XmlTrick.BOMB:
            entities = [b'<!ENTITY e0 "boom">']
            entities += [b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, 10)]
            declared = b"<!DOCTYPE multicastSearchResult [" + b"".join(entities) + b"]>"
        case XmlTrick.DEEP:
            return (
                b"<multicastSearchResult>"
                + b"<a>" * 8000
                + b"</a>" * 8000
                + document.removeprefix(b"<multicastSearchResult>")
            )
    entity = b"&x;" if trick is XmlTrick.DOCTYPE else b"&e9;"
    return declared + document.replace(b"</devName>", entity + b"</devName>")


def _written(document: Node) -> bytes:
    """Write a document on one line, without a declaration."""
    return render(document, layout=Layout.COMPACT, declaration=Declaration.NONE)
