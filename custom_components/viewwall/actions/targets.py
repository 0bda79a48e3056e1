"""From the targets of a call to the walls that it means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.group import expand_entity_ids
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from ..const import CONF_KIND, DOMAIN, KIND_THIN_CLIENT
from ..wall_runtime import ThinClientRuntime
from .errors import mistake


@dataclass(frozen=True, slots=True)
class WallTarget:
    """A Thin Client that an action is meant for."""

    device_id: str
    """Its id in the device registry."""
    name: str
    runtime: ThinClientRuntime


def find_walls(hass: HomeAssistant, data: Mapping[str, Any]) -> list[WallTarget]:
    """Find the Thin Clients that a call means, each once.

    Raises ServiceValidationError for a device or entity that is no Thin Client, for areas, floors and labels without
    one, for one that is not set up, and for no target at all.
    """
    selection = TargetSelection(dict(data))
    if not selection.has_any_target:
        raise mistake("no_target")
    finder = _Finder(hass)
    devices: dict[str, dr.AnyDeviceEntry] = {}
    for device_id in sorted(selection.device_ids):
        devices |= finder.by_device(device_id)
    for entity_id in sorted(selection.entity_ids):
        # Nothing comes of "all", and of a group without members.
        if not (members := expand_entity_ids(hass, [entity_id])):
            raise mistake("unknown_target", target=entity_id)
        for member in members:
            devices |= finder.by_entity(member)
    for kind in ("area_id", "floor_id", "label_id"):
        for place in sorted(getattr(selection, f"{kind}s")):
            devices |= finder.by_place(kind, place)
    return sorted((finder.target(device) for device in devices.values()), key=lambda target: target.name)


def name_of(device: dr.AnyDeviceEntry) -> str:
    """Return the name by which the user knows a device."""
    return device.name_by_user or device.name or device.id


def wall_name(wall: ThinClientRuntime) -> str:
    """Return the name by which the user knows a wall."""
    device = dr.async_get(wall.hass).async_get(wall.registry_id())
    return name_of(device) if device else wall.entry.title


class _Finder:
    """Looks devices up."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._devices = dr.async_get(hass)
        self._entities = er.async_get(hass)

    def by_device(self, device_id: str) -> dict[str, dr.AnyDeviceEntry]:
        """Return the wall with an id of the device registry."""
        device = self._devices.async_get(device_id)
        if device is None:
            raise mistake("unknown_target", target=device_id)
        # Integrations that know a device by the same MAC shared it once; its old id stands for all of them.
        parts: Sequence[dr.AnyDeviceEntry] = self._devices.async_get_devices_for_composite_device_id(device_id)
        return self._one_of(parts or [device], name_of(device))

    def by_entity(self, entity_id: str) -> dict[str, dr.AnyDeviceEntry]:
        """Return the wall that an entity belongs to."""
        resolved = er.async_resolve_entity_id(self._entities, entity_id) or entity_id
        entity = self._entities.async_get(resolved)
        if entity is None and self._hass.states.get(resolved) is None:
            raise mistake("unknown_target", target=entity_id)
        device = self._devices.async_get(entity.device_id) if entity and entity.device_id else None
        return self._one_of([device] if device else [], resolved)

    def by_place(self, kind: str, place: str) -> dict[str, dr.AnyDeviceEntry]:
        """Return the walls in an area or floor, or with a label."""
        if (name := self._place_name(kind, place)) is None:
            raise mistake("unknown_target", target=place)
        found = async_extract_referenced_entity_ids(
            self._hass, TargetSelection({kind: [place]}), primary_entities_only=False
        )
        ids = set(found.referenced_devices)
        for entity_id in found.indirectly_referenced:
            entity = self._entities.async_get(entity_id)
            if entity is not None and entity.device_id is not None:
                ids.add(entity.device_id)
        walls = {
            device.id: device
            for device_id in sorted(ids)
            if (device := self._devices.async_get(device_id)) is not None
            and _is_wall(entry := self._entry(device))
            and entry is not None
            and entry.disabled_by is None
        }
        if not walls:
            raise mistake("no_wall_there", target=name)
        return walls

    def target(self, device: dr.AnyDeviceEntry) -> WallTarget:
        """Return a wall that is set up."""
        entry = self._entry(device)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise mistake("not_loaded", target=name_of(device))
        return WallTarget(device.id, name_of(device), entry.runtime_data)

    def _entry(self, device: dr.AnyDeviceEntry) -> ConfigEntry[Any] | None:
        return self._hass.config_entries.async_get_entry(device.config_entry_id)

    def _one_of(self, devices: Iterable[dr.AnyDeviceEntry], name: str) -> dict[str, dr.AnyDeviceEntry]:
        entries = [(device, self._entry(device)) for device in devices]
        for device, entry in entries:
            if _is_wall(entry):
                return {device.id: device}
        ours = any(entry is not None and entry.domain == DOMAIN for _, entry in entries)
        raise mistake("viewtron_target", target=name) if ours else mistake("foreign_target", target=name)

    def _place_name(self, kind: str, place: str) -> str | None:
        match kind:
            case "area_id":
                area = ar.async_get(self._hass).async_get_area(place)
                return area.name if area else None
            case "floor_id":
                floor = fr.async_get(self._hass).async_get_floor(place)
                return floor.name if floor else None
            case _:
                label = lr.async_get(self._hass).async_get_label(place)
                return label.name if label else None


def _is_wall(entry: ConfigEntry[Any] | None) -> bool:
    return entry is not None and entry.domain == DOMAIN and entry.data.get(CONF_KIND) == KIND_THIN_CLIENT
