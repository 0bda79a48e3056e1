"""The maker's two searches: what is sent, what is understood, and what hostile answers can do."""

from dataclasses import replace
import random
from unittest.mock import patch

import pytest

from custom_components.viewwall.viewtron import discovery
from custom_components.viewwall.viewtron.discovery import (
    Announcement,
    parse_announcement,
    search_request,
    ssdp_request,
)
from tests.simulators.search_answers import (
    Announced,
    is_mhed_search,
    mhed_answer,
    mhed_search,
    ordinary_answer,
    search_target,
    xml_answer,
)

SENDER = "192.0.2.31"
CAMERA = Announced(
    name="Gate camera",
    mac="58:5b:69:2b:50:02",
    address=SENDER,
    recorder=False,
    serial="I85B692B5002",
    model="LPR-IP5",
    firmware="5.3.1.0",
    http_port=8080,
)
RECORDER = replace(
    CAMERA,
    name="Office recorder",
    recorder=True,
    serial="N85B694D2008",
    model="NV8-P8",
    firmware="1.4.13.0",
    series="TVT_NVR",
    channels=8,
)


def heard(data: bytes, sender: str = SENDER) -> Announcement:
    """Read an answer that is one."""
    found = parse_announcement(data, sender)
    assert found is not None
    return found


def patched(data: bytes, offset: int, part: bytes) -> bytes:
    """Return an answer with another part."""
    return data[:offset] + part + data[offset + len(part) :]


# What is sent.


def test_the_searches_are_the_makers() -> None:
    """Send what the maker's own programs send, and no other command."""
    request = search_request()

    assert is_mhed_search(request)
    assert len(request) == 140
    assert search_target(ssdp_request()) == "urn:schemas-upnp-org:service:EmbeddedNetDeviceControl:1"
    assert ssdp_request().startswith(b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n")
    assert (discovery._PORT, discovery._GROUPS) == (23456, ("234.55.55.55", "234.55.55.56"))


# Binary answers.


def test_answer_of_a_camera() -> None:
    """Read everything that a camera tells."""
    assert heard(mhed_answer(CAMERA)) == Announcement(
        address=SENDER,
        mac="58:5b:69:2b:50:02",
        serial="I85B692B5002",
        name="Gate camera",
        model="LPR-IP5",
        vendor="Viewtron",
        firmware="5.3.1.0",
        http_port=8080,
        is_recorder=False,
    )


def test_answer_of_a_recorder() -> None:
    """Read a recorder's answer, whose firmware is four numbers and whose model may go on elsewhere."""
    found = heard(mhed_answer(replace(RECORDER, model="NV8-P8-with-a-long-name")))

    assert (found.model, found.firmware, found.is_recorder) == ("NV8-P8-with-a-long-name", "1.4.13.0", True)


@pytest.mark.parametrize("version", [0x0001_0000, 0x0001_0002, 0x0001_0007, 0x0001_0008, 0x0001_000B, 0x0002_0001])
def test_any_version(version: int) -> None:
    """Read answers of older and of newer devices."""
    assert heard(mhed_answer(CAMERA, version=version)).name == "Gate camera"


def test_short_answer_of_an_old_device() -> None:
    """Read as much as an old device tells."""
    assert heard(mhed_answer(RECORDER, short=True)) == Announcement(
        address=SENDER,
        mac=RECORDER.mac,
        name="Office recorder",
        firmware="1.4.13.0",
        http_port=8080,
        is_recorder=True,
    )


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("Tör".encode(), "Tör"),
        ("Tör".encode("latin-1"), "Tör"),
        ("Einfahrt-Nord-Tor-ü".encode()[:20], "Einfahrt-Nord-Tor-ü"),
        ("Einfahrt-Nordtor-\N{BLACK STAR}\N{BLACK STAR}".encode()[:19], "Einfahrt-Nordtor-"),
        (b"a\x07b\x1b[31mc\r\n", "ab[31mc"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b".encode(), "ab"),
        (b"   \0hidden", None),
        (b"", None),
    ],
)
def test_names(part: bytes, name: str | None) -> None:
    """Read a name in UTF-8, even a cut one, else in Latin-1, and without what cannot be shown."""
    assert heard(patched(mhed_answer(CAMERA), 12, part.ljust(20, b"\0"))).name == name


@pytest.mark.parametrize(
    ("kind", "serial", "channels", "is_recorder"),
    [
        (2, "I85B", 0, False),
        (3, "I85B", 0, False),
        (2, "N85B", 0, True),
        (2, "X85B", 8, True),
        (2, "X85B", 1, None),
        (2, "X85B", 0xFFFF_FFFF, None),
        (3, "X85B", 0, True),
        (0, "", 0, None),
        (4, "", 0, None),
        (8, "", 0, None),
    ],
)
def test_kind(kind: int, serial: str, channels: int, is_recorder: bool | None) -> None:
    """Tell a recorder from a camera by channels and serial; the device type only where both tables say the same."""
    data = patched(mhed_answer(CAMERA), 64, kind.to_bytes(4, "little"))
    data = patched(patched(data, 140, serial.encode().ljust(16, b"\0")), 228, channels.to_bytes(4, "little"))

    assert heard(data).is_recorder is is_recorder


def test_zeros_count_as_nothing() -> None:
    """Take a MAC, a serial, a port or a firmware of zeros for none."""
    found = heard(patched(b"\0" * 240, 0, mhed_answer(CAMERA)[:12]))

    assert found == Announcement(address=SENDER)


@pytest.mark.parametrize("command", [0, 1, 3, 4, 0x10, 0xFFFF_FFFF])
def test_other_commands_are_no_answers(command: int) -> None:
    """Overlook searches, our own among them, and orders of other programs."""
    assert parse_announcement(patched(mhed_answer(CAMERA), 8, command.to_bytes(4, "little")), SENDER) is None
    assert parse_announcement(mhed_search(command & 0xFF), SENDER) is None


# Answers in XML.


@pytest.mark.parametrize("second_form", [True, False])
@pytest.mark.parametrize("head", [True, False])
def test_xml_answer(head: bool, second_form: bool) -> None:
    """Read both forms, with and without an HTTP head."""
    assert heard(xml_answer(CAMERA, head=head, second_form=second_form)) == Announcement(
        address=SENDER,
        mac="58:5b:69:2b:50:02",
        name="Gate camera",
        model="LPR-IP5",
        firmware="5.3.1.0",
        http_port=8080,
        is_recorder=False,
    )


@pytest.mark.parametrize(
    ("series", "is_recorder"),
    [("TVT_IPC", False), ("TVT_NVR", True), ("N9000", True), ("dvr", True), ("TVT_XYZ", None), ("", None)],
)
def test_series(series: str, is_recorder: bool | None) -> None:
    """Tell the kind by the product's series."""
    assert heard(xml_answer(replace(CAMERA, series=series))).is_recorder is is_recorder


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999999999999999999", "http", "8.0", "٨٠"])
def test_port_that_is_none(port: str) -> None:
    """Take no nonsense for a port."""
    data = xml_answer(CAMERA).replace(b">8080<", f">{port}<".encode())

    assert heard(data).http_port is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<",
        b"<multicastSearchResult>",
        b"<multicastSearchRequest/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><multicastSearchResult>&a;</multicastSearchResult>",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n",
        ordinary_answer(),
        ssdp_request(),
        b"M" * 65_507,
        b"MHED",
        b"<a>" * 5000,
    ],
)
def test_what_is_no_answer(data: bytes) -> None:
    """Overlook everything else that travels in these networks."""
    assert parse_announcement(data, SENDER) is None


@pytest.mark.parametrize("data", [mhed_answer(CAMERA), xml_answer(CAMERA, head=True)])
def test_total(data: bytes) -> None:
    """Never raise: at every length, and with any byte changed."""
    for length in range(len(data)):
        parse_announcement(data[:length], SENDER)
    chance = random.Random(7)
    for _ in range(3000):
        spoilt = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            spoilt[chance.randrange(12, len(spoilt))] = chance.randrange(256)
        found = parse_announcement(bytes(spoilt), SENDER)
        if found is not None:
            texts = [found.name, found.model, found.vendor, found.firmware]
            assert all(text is None or (text.isprintable() and 0 < len(text) <= 64) for text in texts)


@pytest.mark.parametrize(
    "filler", [b"<a/>" * 300, b"<a>" * 200 + b"</a>" * 200, b"x" * 4096], ids=["many", "deep", "long"]
)
def test_expensive_documents_are_not_read(filler: bytes) -> None:
    """Read no document that could hold up everything else: too long, too many elements, or another's."""
    data = xml_answer(CAMERA)
    costly = data.replace(b"</multicastSearchResult>", filler + b"</multicastSearchResult>")
    assert costly != data
    with patch("custom_components.viewwall.viewtron.discovery.parse_xml") as parse:
        assert parse_announcement(costly, SENDER) is None
        assert parse_announcement(data.replace(b"multicastSearchResult", b"x"), SENDER) is None
    assert parse.call_count == 0


def test_truncated_answers_tell_what_is_there() -> None:
    """Take a binary answer from its shortest form on, and what is cut off as not told."""
    data = mhed_answer(CAMERA)

    assert {parse_announcement(data[:length], SENDER) for length in range(140)} == {None}
    assert heard(data[:156]).serial == "I85B692B5002"
    assert heard(data[:156]).model is None


# Where a device is.


@pytest.mark.parametrize("make", [mhed_answer, xml_answer])
@pytest.mark.parametrize(
    ("sender", "claimed", "address"),
    [
        (SENDER, SENDER, SENDER),
        (SENDER, "192.0.2.99", SENDER),
        (SENDER, "0.0.0.0", SENDER),
        (SENDER, "127.0.0.1", SENDER),
        (SENDER, "234.55.55.55", SENDER),
        ("127.0.0.1", "192.0.2.99", "127.0.0.1"),
        ("", "192.0.2.99", "192.0.2.99"),
        ("0.0.0.0", "192.0.2.99", "192.0.2.99"),
        ("fe80::1", "192.0.2.99", "192.0.2.99"),
        ("", "0.0.0.0", None),
        ("", "127.0.0.1", None),
        ("", "239.1.2.3", None),
        ("", "255.255.255.255", None),
    ],
)
def test_address(make: object, sender: str, claimed: str, address: str | None) -> None:
    """Show a device where its answer came from: a claim is no reason to send a password somewhere."""
    found = parse_announcement(make(replace(CAMERA, address=claimed)), sender)  # type: ignore[operator]

    assert (found and found.address) == address


def test_what_the_other_search_adds() -> None:
    """Fill what one search leaves out with what the other one tells, and change nothing else."""
    short = Announcement(address=SENDER, name="Gate", is_recorder=False)
    more = Announcement(address=SENDER, name="Other", model="LPR-IP5", http_port=80, is_recorder=True)

    assert short.with_more(more) == replace(short, model="LPR-IP5", http_port=80)
