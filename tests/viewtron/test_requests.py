"""What we write into requests is read by the other side as what was meant, and as nothing else."""

import random
from xml.etree import ElementTree as ET

import pytest

from custom_components.viewwall.viewtron.answers import Node, parse_document
from custom_components.viewwall.viewtron.errors import ViewtronProtocolError
from custom_components.viewwall.viewtron.requests import MAX_DEPTH, copy_of, document, element, text

HOSTILE = [
    "]]>",
    "]]]]>>",
    "a]]>b]]>c",
    "]]",
    ">",
    "<![CDATA[x]]>",
    "</name><status>true</status><name>",
    "&lt;&amp;&#0;",
    "\"'",
    "<!-- -->",
    "<?xml version='1.0'?>",
    "Grüße 車 🚗",
    "",
    " ",
]
DIRTY = [("\x00A\x01B\x08C\x0b\x0c\x1fD", "ABCD"), ("\ud800X\udfffY", "XY"), ("\ufffeQ\uffff", "Q"), ("\x7f", "\x7f")]


def _read(xml: str) -> ET.Element:
    """Read a request with a parser that is not ours."""
    return ET.fromstring(xml.encode())  # noqa: S314


@pytest.mark.parametrize("value", HOSTILE)
def test_texts_come_back(value: str) -> None:
    """Whatever is written is read again, and breaks out of nothing."""
    for written in (text("name", value), element("name", value)):
        root = _read(document("config", written, version=None))
        assert [each.tag for each in root] == ["name"]
        assert len(root[0]) == 0
        assert (root[0].text or "") == value


@pytest.mark.parametrize(("value", "clean"), DIRTY)
def test_what_xml_cannot_carry(value: str, clean: str) -> None:
    """Control characters and halves of characters are left out, so that the rest arrives."""
    for written in (text("name", value), element("name", value)):
        assert _read(written).text == clean


def test_any_text() -> None:
    """No text of odd characters makes a request that cannot be read."""
    chance = random.Random(4)
    pool = "]>[<!&;'\"\x00\x1f\t\n \ud83d\udf97\ufffe\uffffaé車🚗CDATA-?/="
    for _ in range(2000):
        value = "".join(chance.choices(pool, k=chance.randrange(12)))
        for written in (text("name", value), element("name", value), element("name", (), note=value)):
            assert len(_read(written)) == 0


def test_values() -> None:
    """Truth values and numbers are written as the devices write them."""
    assert element("a", True) == "<a>true</a>"
    assert element("a", False) == "<a>false</a>"
    assert element("a", 7) == "<a>7</a>"
    assert element("a") == "<a></a>"
    assert element("a", (element("b", 1), element("c", 2))) == "<a><b>1</b><c>2</c></a>"
    assert _read(element("a", "x", id='1" onload="')).attrib == {"id": '1" onload="'}


def test_document() -> None:
    """A request has its root, its version and its namespace; without a version neither."""
    root = _read(document("config", element("a", 1), version="2.0.0"))
    assert root.tag == "{http://www.ipc.com/ver10}config"
    assert root.attrib == {"version": "2.0.0"}
    assert _read(document("config", version=None)).tag == "config"


def _block(xml: str, name: str = "time") -> Node:
    """Read a block as a device sends it."""
    found = parse_document(f"<config>{xml}</config>".encode()).find(name)
    assert found is not None
    return found


def test_copy_changes_only_what_was_named() -> None:
    """A block is written back as it was, in its order and without attributes, but for the named elements."""
    block = _block(
        """<time type="x"><zone type="string"><![CDATA[ EST5EDT ]]></zone>
        <list count="2"><item>1</item><item>2</item></list>
        <sync><Type type="kind">NTP</Type><server><![CDATA[a&b<c>]]></server><empty/></sync></time>"""
    )
    written = copy_of("time", block, {"type": "manually", "nothing": "x"})
    assert written == (
        "<time><zone>EST5EDT</zone><list><item>1</item><item>2</item></list>"
        "<sync><Type>manually</Type><server>a&amp;b&lt;c&gt;</server><empty></empty></sync></time>"
    )


def test_copy_of_hostile_values() -> None:
    """New values break out of nothing either."""
    written = copy_of("time", _block("<time><type>NTP</type></time>"), {"type": "</type><x/>]]>\x00"})
    root = _read(written)
    assert [each.tag for each in root] == ["type"]
    assert root[0].text == "</type><x/>]]>"


def test_copy_drops_prefixes() -> None:
    """A block with a namespace prefix, which would not be declared in ours, can still be read."""
    block = parse_document(b'<c:config xmlns:c="u"><c:time><c:zone>GMT0</c:zone></c:time></c:config>').find("time")
    assert block is not None
    assert copy_of("time", block, {}) == "<time><zone>GMT0</zone></time>"


def test_copy_of_a_deep_block() -> None:
    """A block that is nested without end is an error in words, not a crash."""
    fine = "<a>" * (MAX_DEPTH - 1) + "1" + "</a>" * (MAX_DEPTH - 1)
    assert _read(copy_of("time", _block(f"<time>{fine}</time>"), {})).tag == "time"
    for depth in (MAX_DEPTH + 1, 5000):
        deep = "<a>" * depth + "1" + "</a>" * depth
        with pytest.raises(ViewtronProtocolError, match="too deep"):
            copy_of("time", _block(f"<time>{deep}</time>"), {})


def test_copy_of_many_elements() -> None:
    """A block that is as big as an answer may be is written back in one go."""
    block = _block(f"<time>{'<item>1</item>' * 50_000}</time>")
    assert copy_of("time", block, {}).count("<item>1</item>") == 50_000
