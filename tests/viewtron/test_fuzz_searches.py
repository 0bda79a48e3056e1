"""Whatever anybody on the network answers to a search: it is read or left out, and never raises."""

from hypothesis import given, strategies as st

from custom_components.viewwall.viewtron.discovery import Announcement, parse_announcement
from tests.hostile import Change, changes, examples, spoil
from tests.simulators.search_answers import HTTP_HEAD

XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><multiCastSearchResult xmlns="urn:x"><deviceInfo>'
    b"<devName>Yard</devName><macAddr>58:5b:69:0a:11:01</macAddr><ipAddr>192.0.2.31</ipAddr><httpPort>80</httpPort>"
    b"<softwareVer>5.1</softwareVer><serialNumber>I0A1</serialNumber><productModel>IP-5</productModel>"
    b"</deviceInfo></multiCastSearchResult>"
)
BINARY = (b"MHED" + (0x0001_0008).to_bytes(4, "little") + (2).to_bytes(4, "little")).ljust(240, b"7")


@examples(200)
@given(
    st.sampled_from([XML, HTTP_HEAD + XML, BINARY, BINARY[:140]]),
    changes(),
    st.sampled_from(["192.0.2.7", "127.0.0.1", "", "::1", "fe80::1%eth0", "0.0.0.0", "x"]),
)
def test_spoilt_announcement(body: bytes, steps: list[Change], sender: str) -> None:
    """Read what anybody on the network sends to a search."""
    found = parse_announcement(spoil(body, steps), sender)
    if found is not None:
        check_announcement(found)


@examples(150)
@given(st.sampled_from([b"", b"MHED", BINARY[:12], b"<multicastsearchresult>"]), st.binary(max_size=300))
def test_free_announcement(head: bytes, body: bytes) -> None:
    """Read any datagram."""
    found = parse_announcement(head + body, "192.0.2.7")
    if found is not None:
        check_announcement(found)


def check_announcement(found: Announcement) -> None:
    """Make sure that all that was told can be shown, and leads nowhere else than to its sender."""
    texts = (found.serial, found.name, found.model, found.vendor, found.firmware)
    assert all(text is None or (text.isprintable() and 0 < len(text) <= 64) for text in texts)
    assert found.http_port is None or 0 < found.http_port < 65536
    assert found.address
