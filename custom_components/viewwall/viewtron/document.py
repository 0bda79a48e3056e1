"""From bytes of the network to a small element tree: hostile until parsed, and cheap when pictures are large.

A message of half a megabyte is two kilobytes of XML and one or two pictures. The pictures are cut out first (a text
node has no `<`, so jumping through the body in strides finds the long ones with a few one-byte searches), and what
remains goes to the standard library's parser.
"""

from itertools import islice
import re
import secrets
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, XMLParser, XMLPullParser

from .post import Picture

MAX_MARKUP: Final = 512 * 1024
"""Bytes of XML, pictures not counted, beyond which a message is refused."""
MAX_TEXT: Final = 255
"""Characters beyond which a name, number or word is taken for junk."""

# Far beyond any device, and what a hostile body may cost at most.
_MAX_TAGS: Final = 40_000
_MAX_AMPERSANDS: Final = 10_000
_MAX_DIGITS: Final = 10
_STRIDE: Final = 1024
_TAIL: Final = 64
_CDATA: Final = b"<![CDATA["
# Nobody outside can know it, so no text of a message can pass for one of our marks.
_MARK: Final = f"cut-{secrets.token_hex(8)}-"
_MARKS: Final = re.compile(_MARK + r"(\d+)\.")
_AMPERSAND: Final = re.compile(rb"&(?:(?:amp|lt|gt|quot|apos);|#(\d{1,7}|x[0-9a-fA-F]{1,6});)?")
_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_PREFIX: Final = re.compile(rb"<(/?)[A-Za-z_][\w.-]*:(?=[A-Za-z_])")
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?(?:config|deviceinfo)\b", re.IGNORECASE)
_MAX_ROOTS: Final = 8
_DECLARATION: Final = re.compile(rb"[\s\x00]*<\?xml[^>]{0,200}?\?\s*>")
_DECLARED_ENCODING: Final = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,30})[\"']")
_USUAL_STARTS: Final = (b'<?xml version="1.0" encoding="UTF-8"', b"<config ", b"<DeviceInfo>")
_USUAL_TYPES: Final = (b' type="uint32">', b' type="string">')
_ENCODINGS: Final = frozenset({"gb2312", "gbk", "gb18030", "iso-8859-1", "latin-1", "windows-1252", "big5", "euc-kr"})


class DocumentError(Exception):
    """The bytes are no document that we read; the message says why."""


class Document:
    """A parsed message: lower-case element names without namespaces, and the pictures that were cut out of it."""

    __slots__ = ("_pictures", "field_names", "root")

    def __init__(self, root: Element, pictures: list[Picture]) -> None:
        """Normalise the names of a freshly parsed tree."""
        self.root = root
        self._pictures = pictures
        self.field_names: tuple[str, ...] = ()
        """Children of `alarmStatusInfo` as spelled on the wire: users and diagnostics want those."""
        for element in root.iter():
            tag: str = element.tag
            if "}" in tag or ":" in tag:
                tag = tag.rpartition("}")[2].rpartition(":")[2]
            element.tag = tag = tag.lower()
            if tag == "alarmstatusinfo" and not self.field_names:
                self.field_names = tuple(child.tag.rpartition("}")[2].rpartition(":")[2] for child in element)

    def picture(self, element: Element | None) -> Picture | None:
        """Return the picture whose base64 text an element holds; None if it is empty."""
        if element is None or not (text := element.text) or not (text := text.strip()):
            return None
        if _MARK not in text:
            return Picture(text.encode())
        if (whole := _MARKS.fullmatch(text)) is not None:
            return self._pictures[int(whole[1])]
        # A text of several sections: some of them were cut out.
        return Picture(_MARKS.sub(lambda mark: self._pictures[int(mark[1])].base64().decode("latin-1"), text).encode())


def text_of(element: Element | None) -> str | None:
    """Return an element's text without surrounding blanks; None if absent, empty or absurdly long."""
    if element is None or not (text := element.text) or not (text := text.strip()):
        return None
    return None if len(text) > MAX_TEXT or _MARK in text else text


def child_text(parent: Element | None, *names: str) -> str | None:
    """Return the text of the first child of one of these (lower-case) names that has any."""
    if parent is None:
        return None
    for name in names:
        text = parent.findtext(name)
        if text and (text := text.strip()) and len(text) <= MAX_TEXT and _MARK not in text:
            return text
    return None


def child_int(parent: Element | None, name: str) -> int | None:
    """Return the whole number in a child, if it is not negative and not absurd."""
    return None if parent is None else to_int(parent.findtext(name))


def to_int(text: str | None) -> int | None:
    """Read a whole number that is not negative and not absurd."""
    if text is None or not (text := text.strip()) or len(text) > _MAX_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def parse_document(body: bytes) -> Document:
    """Parse a message.

    Raises DocumentError for anything but one well-formed element (after mending what real devices get wrong), for a
    document type declaration, and for more than MAX_MARKUP bytes of markup.
    """
    decoded = _as_utf8(body)
    markup, pictures = _cut_pictures(decoded)
    if len(markup) > MAX_MARKUP or markup.count(b"<") > _MAX_TAGS:
        raise DocumentError("too much markup")
    try:
        return Document(_parse(_without_types(markup)), pictures)
    except ParseError, ValueError:
        pass
    # A cut can go wrong (a `>` within an attribute or a comment), and so can a decoding (a torn character eats the
    # bracket behind it). What is left out holds no `<`, so that the whole has no more elements.
    tried: list[bytes] = []
    for text, cuts in ((markup, pictures), (decoded, []), (body, [])):
        if text in tried:
            continue
        tried.append(text)
        if text.count(b"&") > _MAX_AMPERSANDS:
            break
        if (root := _parse_mended(text)) is not None:
            return Document(root, cuts)
    raise DocumentError("not well-formed XML")


def _without_types(markup: bytes) -> bytes:
    """Drop the words that every message declares, and the types of its elements: half of a small message."""
    if declaration := _DECLARATION.match(markup):
        markup = markup[declaration.end() :]
    start = markup.find(b"<types>")
    if start >= 0 and (end := markup.find(b"</types>", start)) >= 0 and markup.find(b"<!", 0, end) < 0:
        markup = markup[:start] + markup[end + len(b"</types>") :]
    for attribute in _USUAL_TYPES:
        markup = markup.replace(attribute, b">")
    return markup


def _refuse_types(markup: bytes) -> None:
    if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup:
        raise DocumentError("document type declarations are refused")


def _parse(markup: bytes) -> Element:
    _refuse_types(markup)
    parser = XMLParser(encoding="utf-8")  # noqa: S314  (no DTD gets this far)
    # Without its declaration a default namespace costs nothing, and no name of the wire depends on one.
    parser.feed(markup.replace(b" xmlns=", b" xmlns_="))
    root: Element = parser.close()
    return root


def _parse_mended(markup: bytes) -> Element | None:
    """Parse what devices get wrong: `&` in names, control characters, torn characters, text around the root."""
    body = _FORBIDDEN.sub(b"", markup).decode("utf-8", "replace").encode()
    for opening in islice(_ROOT.finditer(body), _MAX_ROOTS):
        start = opening.start()
        if body.rfind(b"<!--", 0, start) <= body.rfind(b"-->", 0, start):
            body = body[start:]
            break
    else:
        # It is UTF-8 by now, whatever it declares.
        body = body.removeprefix(declared[0] if (declared := _DECLARATION.match(body)) else b"")
    # A prefix that nobody declares is an error to the parser, and means nothing to us.
    body = _PREFIX.sub(rb"<\1", _escaped(body))
    _refuse_types(body)
    parser: Any = XMLPullParser(("start", "end"))
    root: Element | None = None
    try:
        parser.feed(body)
        element: Element
        for _, element in parser.read_events():
            if root is None:
                root = element
            elif element is root:
                # What stands behind the root is nobody's.
                return root
    except ParseError, ValueError:
        pass
    return None


def _escaped(body: bytes) -> bytes:
    """Escape ampersands that belong to no reference, and drop references to what no XML may hold."""
    head, *sections = body.split(_CDATA)
    pieces = [_AMPERSAND.sub(_reference, head)]
    for section in sections:
        inside, end, outside = section.partition(b"]]>")
        pieces += (_CDATA, inside, end, _AMPERSAND.sub(_reference, outside))
    return b"".join(pieces)


def _reference(match: re.Match[bytes]) -> bytes:
    if match[0] == b"&":
        return b"&amp;"
    if match[1] is None:
        return match[0]
    number = int(match[1][1:], 16) if match[1].startswith(b"x") else int(match[1])
    allowed = (
        number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    )
    return match[0] if allowed else b""


def _as_utf8(body: bytes) -> bytes:
    """Return the body in UTF-8 and without a byte order mark, whatever its declaration says later on."""
    if body.startswith(_USUAL_STARTS):
        return body
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = body.decode("utf-16", "replace").encode("utf-8", "replace")
    elif b"\x00" in body[:2]:
        body = body.decode("utf-16-le" if body[1:2] == b"\x00" else "utf-16-be", "replace").encode("utf-8", "replace")
    body = body.removeprefix(b"\xef\xbb\xbf")
    if (declaration := _DECLARATION.match(body)) and (named := _DECLARED_ENCODING.search(declaration[0])):
        encoding = named[1].decode().lower()
        if encoding in _ENCODINGS and not body.isascii():
            return body.decode(encoding, "replace").encode()
    return body


def _cut_pictures(body: bytes) -> tuple[bytes, list[Picture]]:
    """Split a body into its markup, with a mark for each long text, and those texts."""
    pictures: list[Picture] = []
    pieces: list[bytes] = []
    done = position = 0
    size = len(body)
    while (position := position + _STRIDE) < size:
        end = body.find(b"<", position)
        if end < 0:
            break
        if end - position < _STRIDE:
            continue
        run = _long_text(body, done, position, end)
        if run is not None:
            start, stop = run
            pieces.append(body[done:start])
            pieces.append(f"{_MARK}{len(pictures)}.".encode())
            pictures.append(Picture(body, start, stop))
            done = stop
        position = end
    if not pieces:
        return body, pictures
    pieces.append(body[done:])
    return b"".join(pieces), pictures


def _long_text(body: bytes, low: int, position: int, end: int) -> tuple[int, int] | None:
    """Return where the text node around `position` starts and stops, if it is one.

    `end` is the next `<`. A stretch inside a comment or a tag is left to the parser.
    """
    opened = body.rfind(b"<", low, position)
    start = body.rfind(b">", low, position) + 1
    if start <= opened:
        if not body.startswith(_CDATA, opened):
            # The stride can end within the very tag before the text.
            start = body.find(b">", position, position + _TAIL) + 1
            return (start, end) if start and not body.startswith(b"<!", opened) else None
        stop = body.rfind(b"]]>", end - _TAIL, end)
        return (opened + len(_CDATA), stop) if stop >= 0 else None
    # A `>` just before the next `<` ends a comment, not a text; behind many blanks it could stand further away.
    if start == 0 or body.find(b">", end - _TAIL, end) >= 0 or body[end - _TAIL : end].isspace():
        return None
    return start, end
