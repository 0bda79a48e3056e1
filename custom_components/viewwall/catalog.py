"""Which entities an entry has: remembered from earlier runs, added when first seen."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Set as AbstractSet

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .alarms import PRESENCE_KEYS, STATUS_FIELDS
from .const import DOMAIN

type EntityKey = tuple[int | None, str]
"""Channel (None: the device itself) and entity key."""
type AddEntities = Callable[[list[EntityKey]], Awaitable[None]]


class EntityCatalog:
    """The entities of one entry: remembered from earlier runs, added when first seen."""

    def __init__(self, hass: HomeAssistant, entry_id: str, device_id: str) -> None:
        """Read from the entity registry what was there before; `device_id` is the head of all unique ids."""
        self._present: dict[Platform, set[EntityKey]] = {}
        self._in_turn = asyncio.Lock()
        self._adders: dict[Platform, AddEntities] = {}
        self._remembered: dict[Platform, set[EntityKey]] = {}
        registry = er.async_get(hass)
        for entity in er.async_entries_for_config_entry(registry, entry_id):
            if (key := split_unique_id(entity.unique_id, device_id)) is not None:
                self._remembered.setdefault(Platform(entity.domain), set()).add(key)

    def remembered(self, platform: Platform) -> AbstractSet[EntityKey]:
        """Return the entities of earlier runs."""
        return self._remembered.get(platform, set())

    def forget(self, platform: Platform, key: EntityKey) -> None:
        """Forget an entity that was removed, so that it can come back one day."""
        for known in (self._present, self._remembered):
            known.get(platform, set()).discard(key)

    async def attach(self, platform: Platform, expected: Iterable[EntityKey], add: AddEntities) -> None:
        """Let a platform add its entities, the expected ones now."""
        self._adders[platform] = add
        await self.ensure(platform, expected)

    async def ensure(self, platform: Platform, keys: Iterable[EntityKey]) -> None:
        """Add what is not there yet; when this returns, new entities have their first state."""
        if not self.lacks(platform, keys):
            return
        # Whoever comes second waits until the entity is really there.
        async with self._in_turn:
            present = self._present.setdefault(platform, set())
            new = sorted(self.lacks(platform, keys), key=lambda key: (key[0] or 0, key[1]))
            if new and (add := self._adders.get(platform)):
                await add(new)
                present.update(new)

    def lacks(self, platform: Platform, keys: Iterable[EntityKey]) -> set[EntityKey]:
        """Return those of `keys` that have no entity yet."""
        return set(keys) - self._present.get(platform, set())


def unique_id(device_id: str, key: EntityKey) -> str:
    """Return the unique id of an entity."""
    channel, name = key
    return f"{device_id}_{name}" if channel is None else f"{device_id}_{channel}_{name}"


def split_unique_id(text: str, device_id: str) -> EntityKey | None:
    """Return channel and key of a unique id, None if it is not of this device."""
    if not text.startswith(f"{device_id}_"):
        return None
    rest = text[len(device_id) + 1 :]
    head, separator, tail = rest.partition("_")
    return (int(head), tail) if separator and head.isascii() and head.isdigit() else (None, rest)


def channel_of_device(device: dr.AnyDeviceEntry, device_id: str | None) -> int | None:
    """Return the channel that a device of a recorder is; None for the recorder itself."""
    head = f"{device_id}_"
    for domain, identifier in device.identifiers:
        if domain == DOMAIN and identifier.startswith(head) and identifier[len(head) :].isdecimal():
            return int(identifier[len(head) :])
    return None


def is_alarm(key: str) -> bool:
    """Tell whether a key is one of the board's alarms."""
    return (
        key in STATUS_FIELDS.values()
        or key in PRESENCE_KEYS
        or key in ("fire", "temperature")
        or key.startswith("alarm_input_")
    )
