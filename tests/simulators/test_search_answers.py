"""Check the bytes of answers to searches."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from . import search_answers
from .search_answers import Announced, invented, mhed_answer, ssdp_search
from .test_search import number, text

WHO = Announced(
    name="Test gate",
    mac="58:5B:69:77:00:01",
    address="192.0.2.7",
    recorder=False,
    serial="I77000100AB1",
    model="LPR-IP5",
    firmware="5.3.1.0.52044B260118",
    http_port=8080,
)


def test_layout_of_a_camera() -> None:
    """Every field of a camera's binary answer stands where real ones have it."""
    data = search_answers.mhed_answer(WHO, version=0x0001_0007, types="live")
    assert len(data) == 240
    assert data[:12] == b"MHED\x07\x00\x01\x00\x02\x00\x00\x00"
    assert text(data, 12, 20) == "Test gate"
    assert data[32:38] == bytes.fromhex("585b69770001")
    assert number(data, 38, 2) == 9008
    assert data[40:52] == bytes((192, 0, 2, 7, 255, 255, 255, 0, 192, 0, 2, 1))
    assert number(data, 52) == 0x05030100
    assert (number(data, 56), number(data, 60, 2), number(data, 62, 2), number(data, 64)) == (20250611, 8080, 554, 2)
    assert data[84:112] == bytes(28)
    assert data[112:120] == bytes((192, 0, 2, 1, 0, 0, 0, 0))
    assert (text(data, 140), text(data, 156), text(data, 196), text(data, 212)) == (
        "I77000100AB1",
        "5.3.1.0",
        "LPR-IP5",
        "Viewtron",
    )
    assert not any(data[180:196])
    assert number(data, 228) == 0


def test_names() -> None:
    """A name fills its field without a NUL, is cut within a character, and is no UTF-8 in the oldest version."""
    long = replace(WHO, name="Einfahrt Süd-Westtürme")
    assert search_answers.mhed_answer(long)[12:32] == "Einfahrt Süd-Westtürme".encode()[:20]
    assert search_answers.mhed_answer(long)[31] == 0xC3
    assert b"S\xfcd" in search_answers.mhed_answer(long, version=0x0001_0000)


@pytest.mark.parametrize("written", ["58:5B:69:77:00:01", "58-5b-69-77-00-01", "585b69770001"])
def test_mac(written: str) -> None:
    """A MAC may be written in any way."""
    assert mhed_answer(replace(WHO, mac=written))[32:38].hex() == "585b69770001"
    document = ET.fromstring(search_answers.xml_answer(replace(WHO, mac=written)))  # noqa: S314
    assert document.findtext("tcpIp/macAddr") == "58:5B:69:77:00:01"


def test_invented_devices_differ() -> None:
    """No two invented devices share MAC, address or serial number, and both kinds are among them."""
    many = [invented(number) for number in range(10_000)]
    for fact in ("mac", "address", "serial"):
        assert len({getattr(who, fact) for who in many}) == 10_000
    assert {who.recorder for who in many} == {False, True}


def test_search_target() -> None:
    """A complete M-SEARCH tells what it looks for, whatever the case of its headers' names."""
    assert search_answers.search_target(ssdp_search()) == search_answers.TARGET
    assert search_answers.search_target(ssdp_search("ssdp:all").replace(b"ST:", b"st:")) == "ssdp:all"
    assert search_answers.search_target(ssdp_search()[:-2]) is None
