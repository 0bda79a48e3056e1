"""Bases of all entities, one per family, and how platforms get theirs."""

from collections.abc import Callable
from typing import override

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import async_get_current_platform

from .catalog import EntityKey, unique_id
from .const import DOMAIN
from .runtime import ViewtronRuntime
from .wall_runtime import ThinClientRuntime


class ViewtronEntity(Entity):
    """An entity of a Viewtron device or of a recorder's channel, found by channel and key."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    change_key: EntityKey | None = None
    """Of which changes it wants to know; None: of polls only."""

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, description: EntityDescription) -> None:
        """Describe the entity `key` of `runtime`."""
        self.runtime = runtime
        self.channel, self.key = key
        self.entity_description = description
        self._attr_unique_id = unique_id(runtime.device_id, key)
        identifier = runtime.device_id if self.channel is None else f"{runtime.device_id}_{self.channel}"
        self._attr_device_info = dr.DeviceInfo(identifiers={(DOMAIN, identifier)})

    @property
    @override
    def available(self) -> bool:
        return self.runtime.reachable and not self.runtime.misses(self.channel)

    @property
    def device_label(self) -> str:
        """Return the name by which the user knows the device."""
        device = self.device_entry
        return (device.name_by_user or device.name if device else None) or self.runtime.entry.title

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to polls, and to what is pushed about this entity."""
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.coordinator.async_add_listener(self._on_poll))
        if self.change_key is not None:
            self.async_on_remove(self.runtime.changes.add(self.change_key, self._on_change))

    @override
    async def async_removed_from_registry(self) -> None:
        """Make room: when the user removes an entity, the next message may bring it back."""
        self.runtime.catalog.forget(Platform(self.platform.domain), (self.channel, self.key))
        await super().async_removed_from_registry()

    @callback
    def _on_poll(self) -> None:
        self.async_write_ha_state()

    @callback
    def _on_change(self) -> None:
        self.async_write_ha_state()


class ThinClientEntity(Entity):
    """An entity of a Thin Client, found by its key."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, runtime: ThinClientRuntime, key: str, description: EntityDescription) -> None:
        """Describe the entity `key` of `runtime`."""
        self.runtime = runtime
        self.key = key
        self.entity_description = description
        self._attr_unique_id = unique_id(runtime.device_id, (None, key))
        self._attr_device_info = dr.DeviceInfo(identifiers={(DOMAIN, runtime.device_id)})

    @property
    @override
    def available(self) -> bool:
        return self.runtime.reachable

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to polls, and to what we change ourselves."""
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.coordinator.async_add_listener(self.async_write_ha_state))

    @override
    async def async_removed_from_registry(self) -> None:
        """Make room: what the device still has may come back."""
        self.runtime.catalog.forget(Platform(self.platform.domain), (None, self.key))
        await super().async_removed_from_registry()


async def attach_platform[RuntimeT: ViewtronRuntime | ThinClientRuntime](
    runtime: RuntimeT,
    platform: Platform,
    make: Callable[[RuntimeT, EntityKey], Entity | None],
) -> None:
    """Add a platform's entities, those of now and those that are seen later; `make` returns None for unknown keys."""
    entities = async_get_current_platform()

    async def _add(keys: list[EntityKey]) -> None:
        await entities.async_add_entities([entity for key in keys if (entity := make(runtime, key)) is not None])

    await runtime.catalog.attach(platform, runtime.wanted(platform), _add)
