"""Answers are read whatever they are, or refused as no answer of a device."""

import pytest

from custom_components.viewwall.viewtron.answers import (
    MAX_PARTS,
    Failure,
    failure_of,
    parse_document,
    to_bool,
    to_int,
)
from custom_components.viewwall.viewtron.errors import ViewtronProtocolError

from .scripted import config


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"\x00\xff\xfe garbage",
        b"<!DOCTYPE html><html><body>Login</body></html>",
        b"<html><body>Login</body></html>",
        b"<config><a></config>",
        b"<config>",
        b"<config/><config/>",
        b"<!DOCTYPE config><config/>",
        b'<!DOCTYPE config [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><config>&b;</config>',
        "<!DOCTYPE config [<!ENTITY a 'x'>]><config>&a;</config>".encode("utf-16"),
        b"<config>&nothing;</config>",
        b'<?xml version="1.0" encoding="no-such-thing"?><config>\xff</config',
        pytest.param(b"<config>" + b"<a>" * MAX_PARTS + b"</a>" * MAX_PARTS + b"</config>", id="deep"),
        pytest.param(b"<config>" + b'<a b="c"/>' * MAX_PARTS + b"</config>", id="wide"),
    ],
)
def test_no_answer_of_a_device(body: bytes) -> None:
    """Whatever is no `config` document ends in the one error for it."""
    with pytest.raises(ViewtronProtocolError):
        parse_document(body)


def test_depth_is_no_trap() -> None:
    """An answer nested far beyond Python's recursion limit can still be searched."""
    depth = 50_000
    document = parse_document(config("<a>" * depth + "<b>7</b>" + "</a>" * depth))
    found = document.find("b")
    assert found is not None
    assert found.text == "7"
    assert document.find("c") is None


def test_names_compare_without_case_and_prefix() -> None:
    """Namespace prefixes and case differ between firmware; order and white space do not matter."""
    document = parse_document(
        b'\xef\xbb\xbf\r\n<ns:Config xmlns:ns="http://www.Sample.ipc.com/ver10" ns:Version=" 2.0 ">'
        b"<ns:deviceINFO><Mac>\n<![CDATA[ 58:5b:69:00:00:01 ]]>\n</Mac><Mac/></ns:deviceINFO></ns:Config>\n"
    )
    assert document.attribute("version") == "2.0"
    node = document.one("deviceInfo")
    assert node is not None
    assert node.get("serial", "mac") == "58:5b:69:00:00:01"
    assert [each.text for each in node.all("MAC")] == ["58:5b:69:00:00:01", None]
    assert node.one("nothing") is None
    assert node.attribute("nothing") is None
    assert node.all("mac")[0].attribute("id") is None


def test_values_stand_in_elements_or_attributes() -> None:
    """The same word is an element in one generation and an attribute in the other."""
    document = parse_document(config('<item id="3" name="North">5<on>true</on><count>x</count></item>'))
    item = document.find("item")
    assert item is not None
    assert (item.text, item.number("id"), item.get("name"), item.flag("on")) == ("5", 3, "North", True)
    assert item.number("count") is None
    assert item.flag("count") is None


def test_elements_are_found_anywhere_in_order() -> None:
    """Descendants come in the order of the document within one name."""
    document = parse_document(config("<list><item>1</item><item>2<item>3</item></item></list><item>4</item>"))
    assert [node.text for node in document.find_all("item")] == ["1", "2", "3", "4"]


def test_encodings() -> None:
    """UTF-8 is tried first, then what is declared, and no name makes an answer unreadable."""
    name = "前门"
    for encoding in ("utf-8", "gb2312"):
        body = f'<?xml version="1.0" encoding="gb2312"?><config><name>{name}</name></config>'.encode(encoding)
        assert parse_document(body).get("name") == name
    for declaration in (b"", b'<?xml version="1.0" encoding="ascii"?>', b'<?xml version="1.0" encoding="rot13"?>'):
        assert parse_document(declaration + b"<config><name>a\xff</name></config>").get("name") == "a\ufffd"


@pytest.mark.parametrize(
    ("attributes", "failure"),
    [
        ("", None),
        ('status="success"', None),
        ('status="success" errorCode="0" errorDesc="No Error"', None),
        ('status="failed"', Failure(None, None)),
        ('status="FAILED" errorCode="20" errorDesc="Resources Not Exist"', Failure(20, "Resources Not Exist")),
        ('errorCode="3"', Failure(3, None)),
        ('status="failed" errorCode="many"', Failure(None, None)),
        ('status="failed" errorDesc="a&#10;b"', Failure(None, "ab")),
    ],
)
def test_failure(attributes: str, failure: Failure | None) -> None:
    """A refusal is told by the status or by a code."""
    assert failure_of(parse_document(config(attributes=attributes))) == failure


def test_numbers_and_booleans() -> None:
    """Only plain decimal numbers and the known words count."""
    assert [to_int(text) for text in ("12", "-3", "1_000", "", None, "9" * 19, "٣", "1.5")] == [12, -3, *[None] * 6]
    assert [to_bool(text) for text in ("TRUE", "1", "off", "0", "maybe", "", None)] == [
        True,
        True,
        False,
        False,
        None,
        None,
        None,
    ]
