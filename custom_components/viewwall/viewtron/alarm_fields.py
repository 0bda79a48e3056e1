"""The block `alarmStatusInfo`, which pushed messages and answers share, in all its shapes."""

from collections.abc import Sequence
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element

_STATES: Final = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
_MAX_ROWS: Final = 512


def read_alarms(block: Element | None, names: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Return field -> id ("" if none) -> state.

    Shapes: `<x id="1">true</x>` (repeated), `<x>true</x>`, `<x><item id="1">true</item></x>`, each with or without
    type attributes and an `itemType`. `names` are the fields as spelled on the wire, in order.
    """
    alarms: dict[str, dict[str, bool]] = {}
    if block is None:
        return alarms
    for name, element in islice(zip(names, block, strict=False), _MAX_ROWS):
        if name.lower() == "itemtype":
            continue
        states = alarms.setdefault(name, {})
        rows = element.findall("item") or [element]
        for row in rows[:_MAX_ROWS]:
            if (state := _STATES.get((row.text or "").strip().lower())) is not None:
                row_id = row.get("id", "").strip()
                states[row_id] = state or states.get(row_id, False)
    return alarms
