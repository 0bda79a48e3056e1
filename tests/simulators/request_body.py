"""Bodies of requests, read as strictly as a device reads them."""

from datetime import datetime
from typing import Never, override
from xml.etree import ElementTree as ET

DASHES = "%Y-%m-%d %H:%M:%S"
SLASHES = "%Y/%m/%d %H:%M:%S"


class CommandError(Exception):
    """Raise when a command fails with a code of the devices' table."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(f"errorCode {code}")
        self.code = code


class MissingElementError(Exception):
    """Raise when a body lacks an element; the generation decides what code that is."""


class _Builder(ET.TreeBuilder):
    """Build the tree without namespaces, on which the devices never insist, and without document types."""

    @override
    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """Open an element."""
        return super().start(tag.rpartition("}")[2], attrs)

    @override
    def end(self, tag: str, /) -> ET.Element:
        """Close an element."""
        return super().end(tag.rpartition("}")[2])

    def doctype(self, name: str, pubid: str | None, system: str | None, /) -> Never:
        """Refuse a document type."""
        raise CommandError(2)


def parse_body(body: bytes, root: str = "config") -> ET.Element:
    """Return the root of a body; raises CommandError 2 when it is no XML and 3 when the root has another name."""
    try:
        element = ET.fromstring(body, ET.XMLParser(target=_Builder()))  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise CommandError(2) from error
    if element.tag != root:
        raise CommandError(3)
    return element


def child(parent: ET.Element, *path: str) -> ET.Element:
    """Return a descendant; raises MissingElementError."""
    for tag in path:
        found = parent.find(tag)
        if found is None:
            raise MissingElementError(tag)
        parent = found
    return parent


def text(parent: ET.Element, *path: str) -> str:
    """Return the text of a descendant without the white space around it; raises MissingElementError."""
    return (child(parent, *path).text or "").strip()


def whole(parent: ET.Element, *path: str, least: int = 0) -> int:
    """Return a number; raises MissingElementError, or CommandError 16 when it is none or too small."""
    value = text(parent, *path)
    if not (value.isascii() and value.isdecimal()) or int(value) < least:
        raise CommandError(16)
    return int(value)


def boolean(parent: ET.Element, *path: str) -> bool:
    """Return a truth value; raises MissingElementError, or CommandError 16 when it is another word."""
    match text(parent, *path):
        case "true":
            return True
        case "false":
            return False
        case _:
            raise CommandError(16)


def moment(parent: ET.Element, *path: str, form: str = DASHES) -> datetime:
    """Return a naive wall clock time; raises MissingElementError, or CommandError 16 when it is none."""
    value = text(parent, *path)
    try:
        found = datetime.strptime(value, form)  # noqa: DTZ007
    except ValueError as error:
        raise CommandError(16) from error
    if found.strftime(form) != value:
        raise CommandError(16)
    return found


def refuse_attributes(root: ET.Element) -> None:
    """Refuse a body with an attribute below its root, as the first generation does; raises CommandError 3."""
    if any(element.attrib for element in root.iter() if element is not root):
        raise CommandError(3)
