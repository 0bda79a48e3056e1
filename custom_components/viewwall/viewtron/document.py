"""From bytes of the network to a small element tree: hostile until parsed, and cheap when pictures are large.

A message of half a megabyte is two kilobytes of XML and one or two pictures. The pictures are cut out first (a text
node has no `<`, so jumping through the body in strides finds the long ones with a few one-byte searches), and what
remains goes to the standard library's parser.
"""

import re
import secrets
from typing import Final
from xml.etree.ElementTree import Element, ParseError, XMLParser

from .post import Picture

MAX_MARKUP: Final = 512 * 1024
"""Bytes of XML, pictures not counted, beyond which a message is refused."""
MAX_TEXT: Final = 255
"""Characters beyond which a name, number or word is taken for junk."""

_STRIDE: Final = 1024
_TAIL: Final = 64
_CDATA: Final = b"<![CDATA["
# Nobody outside can know it, so no text of a message can pass for one of our marks.
_MARK: Final = f"cut-{secrets.token_hex(8)}-"
_BARE_AMPERSAND: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DECLARATION: Final = re.compile(rb"[\s\x00]*<\?xml[^>]{0,200}?\?\s*>")
_DECLARED_ENCODING: Final = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,30})[\"']")
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
            if tag == "alarmstatusinfo":
                self.field_names = tuple(child.tag.rpartition("}")[2].rpartition(":")[2] for child in element)

    def picture(self, element: Element | None) -> Picture | None:
        """Return the picture whose base64 text an element holds; None if it is empty."""
        if element is None or not (text := element.text) or not (text := text.strip()):
            return None
        if text.startswith(_MARK):
            return self._pictures[int(text[len(_MARK) :])]
        return Picture(text.encode())


def text_of(element: Element | None) -> str | None:
    """Return an element's text without surrounding blanks; None if absent, empty or absurdly long."""
    if element is None or not (text := element.text) or not (text := text.strip()):
        return None
    return None if len(text) > MAX_TEXT or text.startswith(_MARK) else text


def child_text(parent: Element | None, *names: str) -> str | None:
    """Return the text of the first child of one of these (lower-case) names that has any."""
    if parent is not None:
        for name in names:
            if (text := text_of(parent.find(name))) is not None:
                return text
    return None


def parse_document(body: bytes) -> Document:
    """Parse a message.

    Raises DocumentError for anything but one well-formed element (after mending what real devices get wrong), for a
    document type declaration, and for more than MAX_MARKUP bytes of markup.
    """
    markup, pictures = _cut_pictures(_as_utf8(body))
    if len(markup) > MAX_MARKUP:
        raise DocumentError("too much markup")
    if declaration := _DECLARATION.match(markup):
        markup = markup[declaration.end() :]
    # A third of a small message declares words that every message declares.
    if (start := markup.find(b"<types>")) >= 0 and (end := markup.find(b"</types>", start)) >= 0:
        markup = markup[:start] + markup[end + len(b"</types>") :]
    if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup:
        raise DocumentError("document type declarations are refused")
    try:
        root = _parse(markup)
    except ParseError, ValueError:
        root = _parse_mended(markup)
    return Document(root, pictures)


def _parse(markup: bytes) -> Element:
    parser = XMLParser(encoding="utf-8")  # noqa: S314  (no DTD gets this far)
    # Without its declaration a default namespace costs nothing, and no name of the wire depends on one.
    parser.feed(markup.replace(b" xmlns=", b" xmlns_="))
    root: Element = parser.close()
    return root


def _parse_mended(markup: bytes) -> Element:
    """Parse what devices get wrong: `&` in names, control characters, torn characters, text around the root."""
    body = _FORBIDDEN.sub(b"", markup).decode("utf-8", "replace").encode()
    body = _BARE_AMPERSAND.sub(b"&amp;", body)
    for opening, closing in ((b"<config", b"</config>"), (b"<DeviceInfo", b"</DeviceInfo>")):
        start = body.find(opening)
        end = body.rfind(closing)
        if 0 <= start < end:
            body = body[start : end + len(closing)]
            break
    try:
        return _parse(body)
    except (ParseError, ValueError) as error:
        raise DocumentError("not well-formed XML") from error


def _as_utf8(body: bytes) -> bytes:
    """Return the body in UTF-8 and without a byte order mark, whatever its declaration says later on."""
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
            pieces.append(f"{_MARK}{len(pictures)}".encode())
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
    # A `>` just before the next `<` ends a comment, not a text.
    if start == 0 or body.find(b">", end - _TAIL, end) >= 0:
        return None
    return start, end
