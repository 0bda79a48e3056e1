"""The XML of a device's answers, read without trusting a single byte of it."""

from collections.abc import Iterator
import re
from typing import Final, NamedTuple
from xml.parsers.expat import ExpatError

import xmltodict

from .errors import ViewtronProtocolError

MAX_PARTS: Final = 200_000
"""Most elements and attribute sets in one answer: a recorder with 128 channels needs a few thousand."""
MAX_ATTRIBUTES: Final = 100_000
"""Most attributes in one answer; a single element could have a million, which are dear to take in."""

_JPEG_MAGIC: Final = b"\xff\xd8\xff"
_DECLARED_ENCODING: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_TRUE: Final = frozenset({"true", "1", "on", "yes"})
_FALSE: Final = frozenset({"false", "0", "off", "no"})


class Failure(NamedTuple):
    """A failed answer's own words."""

    code: int | None
    description: str | None


class Node:
    """One element of an answer.

    Names are compared without case and without namespace prefix, because papers, generations and firmware disagree on
    both. Text comes without surrounding white space; an empty text is None.
    """

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        """Wrap what `xmltodict` made of an element: a dict, a text or None."""
        self._value = value

    @property
    def text(self) -> str | None:
        """The element's own text."""
        value = self._value.get("#text") if isinstance(self._value, dict) else self._value
        return value.strip() or None if isinstance(value, str) else None

    def attribute(self, name: str) -> str | None:
        """Read an attribute of the element itself."""
        if isinstance(self._value, dict):
            for key, value in self._value.items():
                if key.startswith("@") and _same(key[1:], name) and isinstance(value, str):
                    return value.strip() or None
        return None

    def children(self) -> Iterator[tuple[str, Node]]:
        """Walk the child elements, each with its name as sent but without prefix."""
        if not isinstance(self._value, dict):
            return
        for key, value in self._value.items():
            if key[0] in "@#":
                continue
            name = key.rpartition(":")[2]
            for each in value if isinstance(value, list) else (value,):
                yield name, Node(each)

    def all(self, name: str) -> list[Node]:
        """List the direct children of this name."""
        return [node for key, node in self.children() if _same(key, name)]

    def one(self, name: str) -> Node | None:
        """Pick the first direct child of this name."""
        return next((node for key, node in self.children() if _same(key, name)), None)

    def walk(self) -> Iterator[tuple[str, Node]]:
        """Walk all descendants with their names; without recursion, since the depth is the sender's choice."""
        stack = [self.children()]
        while stack:
            for key, node in stack[-1]:
                yield key, node
                stack.append(node.children())
                break
            else:
                stack.pop()

    def find_all(self, name: str) -> Iterator[Node]:
        """Walk all descendants of this name."""
        return (node for key, node in self.walk() if _same(key, name))

    def find(self, name: str) -> Node | None:
        """Pick the first descendant of this name."""
        return next(self.find_all(name), None)

    def get(self, *names: str) -> str | None:
        """Read the first text found under these names, be it a child element or an attribute."""
        for name in names:
            for node in self.all(name):
                if (text := node.text) is not None:
                    return text
            if (text := self.attribute(name)) is not None:
                return text
        return None

    def number(self, *names: str) -> int | None:
        """Read an integer found under these names."""
        return to_int(self.get(*names))

    def flag(self, *names: str) -> bool | None:
        """Read a boolean found under these names."""
        return to_bool(self.get(*names))


class _Budget:
    """Make dictionaries for the parser, but not without end: a small body can ask for a great deal of memory."""

    def __init__(self) -> None:
        """Start with the full budget."""
        self._left = MAX_PARTS

    def __call__(self, *args: object) -> dict[str, object]:
        """Make one dictionary, as `dict` would."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("too many elements")
        return dict(*args)


def to_int(text: str | None) -> int | None:
    """Read a decimal number of at most 18 digits; None for anything else."""
    return int(text) if text is not None and _INTEGER.fullmatch(text) else None


def to_bool(text: str | None) -> bool | None:
    """Read a device's boolean; None for anything else."""
    word = text.lower() if text is not None else ""
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def is_jpeg(body: bytes) -> bool:
    """Tell a JPEG by its first bytes: devices send them under several content types."""
    return body.startswith(_JPEG_MAGIC)


def parse_document(body: bytes) -> Node:
    """Read an answer whose root is `config`.

    Raises ViewtronProtocolError for anything else: no XML, another root, a document type, entities, too many elements.
    """
    name, document = parse_xml(body)
    if not _same(name, "config"):
        raise ViewtronProtocolError("The answer is XML, but not a Viewtron device's")
    return document


def parse_xml(body: bytes) -> tuple[str, Node]:
    """Read XML, and return its root with the name without prefix.

    Raises ViewtronProtocolError for anything else: no XML, a document type, entities, too many elements.
    """
    # Entities are refused by the parser; without a document type there is nothing left for them to do either.
    if b"<!DOCTYPE" in body:
        raise ViewtronProtocolError("The answer has a document type")
    if body.count(b"<") > 2 * MAX_PARTS or body.count(b'"') + body.count(b"'") > 2 * MAX_ATTRIBUTES:
        raise ViewtronProtocolError("The answer is no XML: too many elements")
    try:
        tree = xmltodict.parse(_decode(body), dict_constructor=_Budget())
    except (ExpatError, ValueError) as err:
        raise ViewtronProtocolError(f"The answer is no XML: {err}") from None
    name, value = next(iter(tree.items()))
    return name.rpartition(":")[2], Node(value)


def failure_of(document: Node) -> Failure | None:
    """Read why the device refused the command; None if it did not."""
    code = to_int(document.attribute("errorCode"))
    if not code and (document.attribute("status") or "").lower() not in ("failed", "fail"):
        return None
    description = document.attribute("errorDesc") or ""
    return Failure(code, "".join(char for char in description if char.isprintable())[:160] or None)


def _decode(body: bytes) -> str:
    """Decode as UTF-8, which nearly all send whatever they declare, else as declared, else with replacements."""
    try:
        return body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        declared = _DECLARED_ENCODING.match(body)
    if declared:
        try:
            return body.decode(declared[1].decode("ascii")).strip()
        except UnicodeError, LookupError:
            pass
    return body.decode("utf-8", "replace").strip()


def _same(name: str, wanted: str) -> bool:
    """Compare names without case and without prefix."""
    return name.rpartition(":")[2].lower() == wanted.lower()
