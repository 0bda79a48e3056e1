"""What the tests of hostile input share: how messages are spoilt, and how many are tried.

`VIEWWALL_FUZZ_EXAMPLES=5000` tries other ones at each run, and many more of them.
"""

import os
import re
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st

_MANY = os.environ.get("VIEWWALL_FUZZ_EXAMPLES")
_USUAL = 60


def examples(usual: int = _USUAL) -> settings:
    """Return how many spoilt messages a test tries, the same ones at each run unless the environment wants more."""
    return settings(
        max_examples=int(_MANY) if _MANY else usual,
        derandomize=_MANY is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


WORDS = (
    *(
        b"",
        b" ",
        b"\t\r\n",
        b"0",
        b"-1",
        b"1",
        b"true",
        b"NaN",
        b"1e999",
        b"18445822972087551616",
        b"1.5",
        b"+7",
        b"0x10",
    ),
    *(b"9" * 18, b"9" * 19, b"9" * 5000, "٣".encode(), "²".encode(), "\uff11".encode(), b"[9]", b"1_0"),
    *(b"x" * 64, b"x" * 256, b"x" * 5000, "ß".encode() * 200, "🚗".encode(), b"/9j/", b"////" * 400),
    *(b"\x00", b"\x0b", b"\x1b[2J", b"\xff", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"\xef\xbf\xbf", b"\xef\xbb\xbf"),
    *(b"&", b"&amp;", b"&#0;", b"&#xD800;", b"&#1114112;", b"&lol;", b"&#x0A;", b"%s{0}%n", b"'", b'"', b"\\"),
    *(b"<", b">", b"</", b"/>", b"<a>", b"</a>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml ", b"?>", b"<a:b:c/>"),
    b'<!DOCTYPE a [<!ENTITY b "c">]>',
    b"<item><id>1</id></item>",
    b'<item id="1" id="2"/>',
    *(b"00:00:00:00:00:00", b"58:5b:69:zz:zz:zz", b"0" * 12, b"9999-12-31 23:59:59", b"0001-01-01 00:00:00"),
    *(b"2026-02-30 10:61:99", b"UTC-24", b"UTC+999:99", b"CST6CDT,M3.2.0/2,M11.1.0", b"M13.9.9/999", b"../../x"),
    *(b"rtsp://[::1", b"http://a:b@c:d/e", b"//", b"?", b"blank", b"alarmData", b"keepalive", b"1920x1080", b"65536"),
)
"""What stands where a device would write something sensible."""

_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb2312", "utf-7", "cp037")
_NAMES = (
    *("utf-16", "utf-32", "gb2312", "gbk", "big5", "latin-1", "ascii", "idna", "punycode", "hex", "zlib", "rot13"),
    *("unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "cp037", "utf-7", "no-such", "x" * 40, "..", "os"),
)
_TAG = re.compile(rb"<(/?)([A-Za-z_][\w:.-]*)([^<>]*)>")
_TEXT = re.compile(rb">([^<>]*)<")
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")

_place = st.integers(0, 1_000_000)
_word = st.one_of(st.sampled_from(WORDS), st.binary(max_size=12))
_change = st.one_of(
    st.tuples(st.just("byte"), _place, st.integers(0, 255)),
    st.tuples(st.sampled_from(["cut", "behead"]), _place, st.none()),
    st.tuples(st.sampled_from(["remove", "double"]), _place, st.integers(1, 4000)),
    st.tuples(st.sampled_from(["insert", "text", "name", "attribute", "rename"]), _place, _word),
    st.tuples(st.just("repeat"), _place, st.integers(2, 600)),
    st.tuples(st.just("deep"), _place, st.integers(2, 3000)),
    st.tuples(st.just("declare"), st.just(0), st.sampled_from(_NAMES)),
    st.tuples(st.just("encode"), st.just(0), st.sampled_from(_ENCODINGS)),
    st.tuples(st.just("mark"), st.just(0), st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00"])),
)
type Change = tuple[str, int, Any]


def changes() -> st.SearchStrategy[list[Change]]:
    """Return what is done to a document, one after the other."""
    return st.lists(_change, min_size=1, max_size=5)


def spoil(body: bytes, steps: list[Change]) -> bytes:
    """Return a document after all changes; what does not fit is left out."""
    for kind, place, what in steps:
        body = _spoilt(body, kind, place, what)
    return body[:2_000_000]


def _spoilt(body: bytes, kind: str, place: int, what: Any) -> bytes:
    at = place % (len(body) or 1)
    word: bytes = what if isinstance(what, bytes) else b""
    match kind:
        case "byte":
            return body[:at] + bytes([what]) + body[at + 1 :]
        case "cut":
            return body[:at]
        case "behead":
            return body[at:]
        case "remove":
            return body[:at] + body[at + what :]
        case "double":
            return body[: at + what] + body[at:]
        case "insert":
            return body[:at] + word + body[at:]
        case "declare":
            return b'<?xml version="1.0" encoding="%s"?>' % what.encode() + _DECLARATION.sub(b"", body)
        case "encode":
            return body.decode("utf-8", "replace").encode(what, "replace")
        case "mark":
            return word + body
    return _spoilt_element(body, kind, place, what)


def _spoilt_element(body: bytes, kind: str, place: int, what: Any) -> bytes:
    found = list((_TEXT if kind == "text" else _TAG).finditer(body))
    if not found:
        return body
    one = found[place % len(found)]
    start, end = one.span()
    times: int = what if isinstance(what, int) else 0
    word: bytes = what if isinstance(what, bytes) else b""
    match kind:
        case "text":
            return body[: start + 1] + word + body[end - 1 :]
        case "name":
            return body.replace(one[2], word or b"x")
        case "rename":
            return body[: one.start(2)] + (word or b"x") + body[one.end(2) :]
        case "attribute":
            return body[: one.end(2)] + b' id="' + word + b'" ' + word + b'="1"' + body[one.end(2) :]
        case "repeat":
            close = body.find(b"</" + one[2] + b">", end)
            stop = close + len(one[2]) + 3 if close >= 0 else end
            return body[:start] + body[start:stop] * min(times, 1 + 400_000 // (stop - start)) + body[stop:]
        case _:
            tag: bytes = one[2]
            return body[:end] + (b"<" + tag + b">") * times + (b"</" + tag + b">") * times + body[end:]


def free_text() -> st.SearchStrategy[bytes]:
    """Return text made of the pieces of XML, in any order."""
    pieces = st.sampled_from(
        [
            *WORDS,
            *(b"<config>", b"</config>", b'<config version="2.0">', b"<DeviceInfo>", b"</DeviceInfo>", b"<smartType>"),
            *(b"</smartType>", b"VEHICE", b"VFD", b"PEA", b"<listInfo>", b"</listInfo>", b"<item>", b"</item>"),
            *(b"<alarmStatusInfo>", b"</alarmStatusInfo>", b"<motionAlarm id='1'>true</motionAlarm>", b"<traject>"),
            *(b"<plateNumber>AB 123</plateNumber>", b"<eventId>1</eventId>", b"<targetId>1</targetId>", b"<rect>"),
            *(b"<x1>1</x1>", b"<x2>9</x2>", b"<targetImageData>", b"<sourceBase64Data>", b"<messageType>"),
            *(b"<currentTime>", b"</currentTime>", b"<types>", b"</types>", b"<mac>", b"</mac>", b"x" * 1500),
        ]
    )
    return st.lists(pieces, max_size=40).map(b"".join)
