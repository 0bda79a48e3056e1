"""The block `alarmStatusInfo`, which pushed messages and answers share, in all its shapes.

Shapes: `<x id="1">true</x>` (repeated), `<x>true</x>`, `<x><item id="1">true</item></x>`, with or without type
attributes and an `itemType`; id and state can also stand in child elements.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from .document import child_text

MAX_ROWS: Final = 512

_STATES: Final = {
    "true": True,
    "1": True,
    "on": True,
    "yes": True,
    "false": False,
    "0": False,
    "off": False,
    "no": False,
}
_NO_FIELDS: Final = frozenset({"item", "itemtype", "types"})


class AlarmRow(NamedTuple):
    """One row of the block as it stands on the wire."""

    field: str
    id: str | None
    state: str | None


def collect_alarms(rows: Iterable[AlarmRow]) -> dict[str, dict[str, bool]]:
    """Return field -> id ("" if none) -> state; on while any row of the same id is.

    A field that is named without a state is kept, empty: the device knows it.
    """
    alarms: dict[str, dict[str, bool]] = {}
    for row in islice(rows, MAX_ROWS):
        if row.field.lower() in _NO_FIELDS:
            continue
        states = alarms.setdefault(row.field, {})
        if (state := _STATES.get((row.state or "").strip().lower())) is not None:
            row_id = (row.id or "").strip()
            states[row_id] = state or states.get(row_id, False)
    return alarms


def element_rows(block: Element | None, names: Iterable[str]) -> Iterator[AlarmRow]:
    """Yield the rows of a pushed block; `names` are its fields as spelled on the wire, in order."""
    for name, element in zip(names, block if block is not None else (), strict=False):
        for row in element.findall("item") or [element]:
            attributes = {key.lower(): value for key, value in row.attrib.items()}
            row_id = attributes.get("id") or attributes.get("channelid") or child_text(row, "id", "channelid")
            text = (row.text or "").strip()
            yield AlarmRow(name, row_id, text or child_text(row, "status", "state", "value"))
