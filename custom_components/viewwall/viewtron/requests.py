"""The XML of our requests, written so that no text can break out of its element."""

from collections.abc import Iterable, Mapping
import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from .answers import Node
from .errors import ViewtronProtocolError

MAX_DEPTH: Final = 16
"""Deepest block that is written back: a device's settings have four levels."""

_NAMESPACE: Final = "http://www.ipc.com/ver10"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, content: str | bool | int | Iterable[str] = (), **attributes: str | int) -> str:
    """Write an element around a value, or around elements that are written already."""
    head = name + "".join(f" {key}={quoteattr(_clean(str(value)))}" for key, value in attributes.items())
    match content:
        case bool():
            inside = "true" if content else "false"
        case str() | int():
            inside = escape(_clean(str(content)))
        case _:
            inside = "".join(content)
    return f"<{head}>{inside}</{name}>"


def text(name: str, value: str, **attributes: str | int) -> str:
    """Write an element around a text in CDATA, as these devices write theirs."""
    safe = _clean(value).replace("]]>", "]]]]><![CDATA[>")
    return element(name, (f"<![CDATA[{safe}]]>",), **attributes)


def document(root: str, *content: str, version: str | None = "1.0") -> str:
    """Write a whole request; its root is `config` but for PTZ."""
    known = "" if version is None else f' version="{version}" xmlns="{_NAMESPACE}"'
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}{known}>{"".join(content)}</{root}>'


def copy_of(name: str, node: Node, changed: Mapping[str, str], depth: int = 0) -> str:
    """Write a block that was read, with the elements named in `changed` (lower case) set to other values.

    Attributes stay behind: devices of the first generation refuse them. Raises ViewtronProtocolError for a block that
    is nested deeper than any settings are.
    """
    if depth > MAX_DEPTH:
        raise ViewtronProtocolError(f"{name}: nested too deep")
    children = [
        element(child, changed[child.lower()])
        if child.lower() in changed
        else copy_of(child, inner, changed, depth + 1)
        for child, inner in node.children()
    ]
    return element(name, children) if children else element(name, node.text or "")


def _clean(value: str) -> str:
    """Leave out what XML cannot carry at all."""
    return _NOT_XML.sub("", value)
