"""Names that people choose from: unique, whatever the device calls its panels and cameras."""

from collections.abc import Iterable, Set as AbstractSet
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN

MAX_NAME: Final = 200
"""Most characters of a name; Home Assistant's states end at 255."""

_STATES: Final = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})
"""What Home Assistant itself means by these words."""


class Names:
    """Unique names by id, in the device's order: "Lobby", "Lobby (2)"."""

    def __init__(self, items: Iterable[tuple[str, str]], reserved: AbstractSet[str] = frozenset()) -> None:
        """Name the items (id and the device's name for it); a reserved word gets a number even if it is there once."""
        self._as_told = [(item_id, name.strip()) for item_id, name in items]
        named = [(item_id, name[:MAX_NAME] or item_id) for item_id, name in self._as_told]
        # A panel that is really called "Lobby (2)" keeps its name.
        taken = {name for _, name in named} | reserved | _STATES
        given = set(reserved | _STATES)
        self._by_id: dict[str, str] = {}
        numbers: dict[str, int] = {}
        for item_id, name in named:
            unique, number = name, numbers.get(name, 1)
            while unique in given or (number > 1 and unique in taken):
                number += 1
                unique = f"{name} ({number})"
            numbers[name] = number
            given.add(unique)
            self._by_id.setdefault(item_id, unique)
        self._by_name = {name: item_id for item_id, name in self._by_id.items()}

    @property
    def options(self) -> list[str]:
        """Return all names."""
        return list(self._by_name)

    def id_of(self, name: str) -> str | None:
        """Return the id behind a name."""
        return self._by_name.get(name)

    def find(self, text: str) -> str | None:
        """Return the id that a text means: a unique name or the device's own, as it stands, else in any case."""
        wanted = text.strip()
        if (found := self.id_of(wanted)) is not None:
            return found
        told = [(name, item_id) for item_id, name in self._as_told]
        folded = [(name.casefold(), item_id) for name, item_id in (*told, *self._by_name.items())]
        return next((item_id for name, item_id in told if name == wanted), None) or next(
            (item_id for name, item_id in folded if name == wanted.casefold()), None
        )

    def name_of(self, item_id: str | None) -> str | None:
        """Return the name of an id."""
        return None if item_id is None else self._by_id.get(item_id)
