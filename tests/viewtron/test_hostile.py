"""Bodies that were made to cost time: they are given up, cheaply, and never raise."""

from time import process_time

import pytest

from custom_components.viewwall.viewtron import PostKind, parse_post

SIZE = 8 * 1024 * 1024
"""What the web server lets through at most."""
LIMIT = 5.0
"""Seconds of work, very generously; without a bound some of these take twice as much."""


def body(head: bytes, part: bytes, tail: bytes = b"") -> bytes:
    """Repeat a part up to the size that is let through."""
    return head + part * ((SIZE - len(head) - len(tail)) // len(part)) + tail


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(body(b"<config>", b"&"), id="ampersands"),
        pytest.param(body(b"<config>", b"&", b"</config>"), id="closed"),
        pytest.param(body(b"<config>", b"<a>" + b"&" * 3000 + b"</a>"), id="in_chunks"),
        pytest.param(body(b"<config>", b"<a>" + b"&" * 3000 + b"</a>", b"</config>"), id="in_chunks_closed"),
        pytest.param(body(b"<config>", b"<a>" + b"&" * 900 + b"</a>"), id="in_short_chunks"),
        pytest.param(body(b"<config>&", b"<a>" + b"&#10;" * 600 + b"</a>"), id="references"),
        pytest.param(body(b"<config>", b"<a>" + b"&#1;" * 600 + b"</a>", b"</config>"), id="forbidden_references"),
        pytest.param(body(b"<config>", b"<![CDATA[&"), id="open_sections"),
        pytest.param(body(b"<config>\xff", b"<a>" + b"&" * 3000 + b"</a>"), id="torn"),
    ],
)
def test_ampersands(hostile: bytes) -> None:
    """Give a body of ampersands up instead of mending millions of them."""
    begun = process_time()
    post = parse_post(hostile)
    spent = process_time() - begun

    assert (post.kind, post.detection) == (PostKind.UNKNOWN, None)
    assert post.reason
    assert spent < LIMIT


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(body(b"<config>", b"<" + b"a" * 2047), id="names"),
        pytest.param(body(b"", b"<config"), id="roots"),
        pytest.param(body(b"<!--", b"<config "), id="comment"),
        pytest.param(body(b"<config>", b"<a>"), id="deep"),
        pytest.param(body(b"<config>", b"<a:"), id="prefixes"),
        pytest.param(body(b"<config ", b"a='1' "), id="attributes"),
        pytest.param(body(b"<config>", b"\x01"), id="control_characters"),
        pytest.param(body(b"\xff\xfe", b"<\x00"), id="utf_16"),
        pytest.param(body(b'<?xml version="1.0" encoding="gbk"?><config>', b"\xff"), id="gbk"),
        pytest.param(body(b"<config>", b"<types>"), id="types"),
    ],
)
def test_other_floods(hostile: bytes) -> None:
    """Give other floods up as cheaply."""
    begun = process_time()
    post = parse_post(hostile)
    spent = process_time() - begun

    assert post.kind is PostKind.UNKNOWN
    assert post.reason
    assert spent < LIMIT


def test_honest_ampersands() -> None:
    """Still read a message with a few ampersands that nobody escaped."""
    name = "Smith & Sons & Co"
    post = parse_post(
        f'<config version="1.7"><smartType>PEA</smartType><deviceName>{name}</deviceName>'
        "<perimeter><perInfo><item><eventId>7</eventId></item></perInfo></perimeter></config>".encode()
    )

    assert (post.kind, post.device.name, post.event_ids) == (PostKind.DETECTION, name, (7,))


@pytest.mark.parametrize("count", [1000, 5000])
def test_many_event_ids(count: int) -> None:
    """Keep no more event ids than any device sends, wherever they stand."""
    rows = "".join(f"<item><eventId>{number}</eventId></item>" for number in range(count))
    blocks = "".join(f"<p{number}><eventId>{number}</eventId></p{number}>" for number in range(count))
    for inner in (f"<perimeter><perInfo>{rows}</perInfo></perimeter>", blocks):
        post = parse_post(f'<config version="1.7"><smartType>PEA</smartType>{inner}</config>'.encode())
        assert post.kind is PostKind.DETECTION
        assert 1 <= len(post.event_ids) <= 256
