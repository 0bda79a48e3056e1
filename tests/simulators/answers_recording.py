"""Answers about recordings; most of them are printed in no paper."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from .answers import count, document, text
from .request_body import DASHES
from .xml_text import config, leaf, node

type Found = tuple[datetime, datetime, str]
"""Start, end and kind of a recording."""


def time_sections(version: str, found: Sequence[Found]) -> bytes:
    """Build SearchByTime of the first generation: the start as text, length and kind in attributes."""
    items = [
        leaf("item", begin.strftime(DASHES), seconds=int((end - begin).total_seconds()), recType=kind)
        for begin, end, kind in found
    ]
    return document(config(version, node("timesectionList", *items, type="list", count=len(items))))


def records(version: str, found: Sequence[Found]) -> bytes:
    """Build SearchByTime of the second generation."""
    items = [
        node(
            "item",
            text("starttime", begin.strftime(DASHES)),
            text("endtime", end.strftime(DASHES)),
            leaf("recType", kind, type="recType"),
        )
        for begin, end, kind in found
    ]
    return document(config(version, node("recordList", *items, type="list", count=len(items))))


def one_image(version: str, base64: str) -> bytes:
    """Build GetSnapshotByTime of the second generation."""
    image = node("downloadOneImage", count("sourceBase64Length", len(base64)), text("sourceBase64Data", base64))
    return document(config(version, image))


def record_status(version: str, rows: Iterable[tuple[int, str, str]], *, in_attributes: bool) -> bytes:
    """Build GetRecordStatusInfo from channel, stream and word."""
    items = [
        leaf("item", word, id=channel, streamType=stream)
        if in_attributes
        else node("item", count("channelId", channel), text("streamType", stream), text("status", word))
        for channel, stream, word in rows
    ]
    return document(config(version, node("recordStatusInfo", *items, type="list", count=len(items))))
