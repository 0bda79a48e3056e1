"""The JSON of a Thin Client's answers, read without trusting a single byte of it."""

from base64 import b64decode
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import json
import re
from typing import Any, Final, NamedTuple

from .errors import ThinClientProtocolError

_JPEG_MAGIC: Final = b"\xff\xd8\xff"
# A string that never ends is taken to the end at once: to try each quote in it anew would take minutes.
_STRING_OR_TRAILING_COMMA: Final = re.compile(r'("(?:[^"\\]|\\.|\\\Z)*+(?:"|\Z))|,(?=\s*+[}\]])', re.DOTALL)
_ENVELOPE: Final = frozenset({"Data", "Links", "Version"})
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}(?:\.0*)?")
_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no"})
_NO_ID: Final = frozenset({"", "blank", "00000000-0000-0000-0000-000000000000"})

type Json = Any
"""Whatever `json` makes of an answer: each reader checks what it takes."""


class Link(NamedTuple):
    """One of the calls that a reply names."""

    path: str
    rel: str
    method: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply's envelope; its data may hold passwords, so it never shows."""

    data: Json = field(repr=False)
    version: str | None
    links: tuple[Link, ...]


def parse_reply(body: bytes) -> Reply:
    """Read an envelope `{Links, Data, Version}`.

    Tolerates a byte order mark and trailing commas (the document's own examples have them), not single quotes (those
    stand only in its shell commands). Raises ThinClientProtocolError, whose words hold nothing of the body.
    """
    text = body.decode("utf-8-sig", errors="replace")
    try:
        value = _load(text)
    except ValueError, RecursionError:
        raise ThinClientProtocolError("the reply is not JSON") from None
    if not isinstance(value, dict):
        raise ThinClientProtocolError("the reply is not an object")
    if not value.keys() & _ENVELOPE:
        # Somebody else's words must not be taken for an empty wall.
        raise ThinClientProtocolError("the reply is no envelope")
    data = value.get("Data")
    return Reply(data, to_text(value.get("Version")), (*_links(value), *_data_links(data)))


def _load(text: str) -> Json:
    """Parse JSON, mending trailing commas only where strict reading fails."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_STRING_OR_TRAILING_COMMA.sub(lambda found: found[1] or "", text))


def _data_links(data: Json) -> Iterator[Link]:
    """Walk the links of the items in a reply."""
    for item in data if isinstance(data, list) else (data,):
        yield from _links(item)


def _links(value: Json) -> Iterator[Link]:
    """Walk the links of one object."""
    links = value.get("Links") if isinstance(value, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict):
            path, rel, method = (to_text(link.get(key)) for key in ("href", "rel", "method"))
            if path and rel and method:
                yield Link(path, rel.lower(), method.upper())


def to_text(value: Json) -> str | None:
    """Read a text; a number or boolean is printed as the wire would, anything else and the empty text are None."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # Half a character pair is valid JSON, but cannot be stored or sent on.
            return value.encode(errors="replace").decode().strip() or None
        case int() | float():
            return str(value)
    return None


def to_int(value: Json) -> int | None:
    """Read a whole number, also one written as text; anything else is None."""
    text = to_text(value)
    return int(text.partition(".")[0]) if text and _INTEGER.fullmatch(text) else None


def to_float(value: Json) -> float | None:
    """Read a finite number, also one written as text; anything else is None."""
    text = to_text(value)
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e12 else None


def to_bool(value: Json) -> bool | None:
    """Read a boolean, also one written as text or number; anything else is None."""
    text = (to_text(value) or "").lower()
    return True if text in _TRUE else False if text in _FALSE else None


def to_id(value: Json) -> str | None:
    """Read an id; the empty one, the zero GUID and `blank` are None."""
    text = to_text(value)
    return None if text is None or text.lower() in _NO_ID else text


def objects(data: Json) -> list[Mapping[str, Json]]:
    """List the objects of a reply that is a list of them, or one."""
    return [item for item in (data if isinstance(data, list) else [data]) if isinstance(item, dict)]


def read_jpeg(data: Json) -> bytes | None:
    """Read a picture: base64, with or without the `data:` prefix; None if there is none.

    Raises ThinClientProtocolError for what is no JPEG.
    """
    text = data[0] if isinstance(data, list) and data else data
    if not text:
        return None
    if not isinstance(text, str):
        raise ThinClientProtocolError("the picture is not a text")
    if text.lstrip()[:5].lower() == "data:":
        text = text.partition(",")[2]
    encoded = "".join(text.split()).rstrip("=")
    try:
        picture = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError, binascii.Error:
        raise ThinClientProtocolError("the picture is not base64") from None
    if not picture.startswith(_JPEG_MAGIC):
        raise ThinClientProtocolError("the picture is not a JPEG")
    return picture
