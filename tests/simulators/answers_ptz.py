"""Answers about moving heads."""

from collections.abc import Mapping

from .answers import count, document, table, text
from .xml_text import cdata, config, leaf, node


def caps(version: str, values: Mapping[str, int]) -> bytes:
    """Build PtzGetCaps."""
    return document(config(version, table("caps", values)))


def presets(version: str, names: Mapping[int, str], *, room: int) -> bytes:
    """Build PtzGetPresets; the list claims more room than PtzGetCaps."""
    rows = [cdata("item", name, id=number) for number, name in names.items()]
    template = leaf("itemType", None, type="string", maxLen=10)
    return document(config(version, node("presetInfo", template, *rows, type="list", maxCount=room, count=len(rows))))


def cruises(version: str, names: Mapping[int, str], *, room: int, as_children: bool) -> bytes:
    """Build PtzGetCruises, which no paper prints: like the presets, or with id and name as elements."""
    if as_children:
        rows = [node("item", count("id", number), text("name", name)) for number, name in names.items()]
    else:
        rows = [cdata("item", name, id=number) for number, name in names.items()]
    return document(config(version, node("cruiseInfo", *rows, type="list", maxCount=room, count=len(rows))))
