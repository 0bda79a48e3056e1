"""From the targets of a call to the devices that it means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.group import expand_entity_ids
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from ..catalog import channel_of_device, split_unique_id
from ..const import CONF_KIND, DOMAIN, KIND_THIN_CLIENT
from ..viewtron.models import DeviceKind
from ..wall_runtime import ThinClientRuntime
from .errors import mistake

_CAMERAS: Final = frozenset({DeviceKind.IPC_V1, DeviceKind.IPC_V2})


class Family(StrEnum):
    """Whom an action is for."""

    WALL = "wall"
    VIEWTRON = "viewtron"


class Scope(StrEnum):
    """Which device of a recorder an action is for; a camera is both."""

    DEVICE = "device"
    CHANNEL = "channel"
    CAMERA = "camera"
    """Neither recorders nor their channels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target[RuntimeT]:
    """A device that an action is meant for: a Thin Client, a camera, a recorder or a recorder's channel."""

    device_id: str
    """Its id in the device registry."""
    name: str
    runtime: RuntimeT
    channel: int | None = None
    """The recorder's channel."""
    keys: frozenset[str] = frozenset()
    """Keys of the entities by which the caller named it."""
    is_elsewhere: bool = False
    """Whether only entities of it are in the place that the caller named."""


@dataclass(slots=True)
class _Found:
    """A device that was named, and by which of its entities."""

    device: dr.AnyDeviceEntry
    entities: set[str] = field(default_factory=set)
    """Their unique ids."""
    is_elsewhere: bool = True
    """Whether nothing but entities in a place lead to it."""


def find_targets(hass: HomeAssistant, data: Mapping[str, Any], family: Family, scope: Scope) -> list[Target[Any]]:
    """Find the devices of a family that a call means, each once.

    Raises ServiceValidationError for a device or entity of another family, for areas, floors and labels without one of
    this family, for one that is not set up, and for no target at all.
    """
    selection = TargetSelection(dict(data))
    if not selection.has_any_target:
        raise mistake("no_target") if family is Family.WALL else mistake("no_viewtron_target")
    finder = _Finder(hass, family, scope)
    for device_id in sorted(selection.device_ids):
        finder.add_device(device_id)
    for entity_id in sorted(selection.entity_ids):
        # Nothing comes of "all", and of a group without members.
        if not (members := expand_entity_ids(hass, [entity_id])):
            raise mistake("unknown_target", target=entity_id)
        for member in members:
            finder.add_entity(member)
    for kind in ("area_id", "floor_id", "label_id"):
        for place in sorted(getattr(selection, f"{kind}s")):
            finder.add_place(kind, place)
    return sorted(finder.targets(), key=lambda target: target.name)


def name_of(device: dr.AnyDeviceEntry) -> str:
    """Return the name by which the user knows a device."""
    return device.name_by_user or device.name or device.id


def wall_name(wall: ThinClientRuntime) -> str:
    """Return the name by which the user knows a wall."""
    device = dr.async_get(wall.hass).async_get(wall.registry_id())
    return name_of(device) if device else wall.entry.title


class _Finder:
    """Looks devices up."""

    def __init__(self, hass: HomeAssistant, family: Family, scope: Scope) -> None:
        self._hass = hass
        self._family = family
        self._scope = scope
        self._devices = dr.async_get(hass)
        self._entities = er.async_get(hass)
        self._found: dict[str, _Found] = {}

    def add_device(self, device_id: str) -> None:
        """Add the device with an id of the device registry."""
        device = self._devices.async_get(device_id)
        if device is None:
            raise mistake("unknown_target", target=device_id)
        # Integrations that know a device by the same MAC shared it once; its old id stands for all of them.
        parts: Sequence[dr.AnyDeviceEntry] = self._devices.async_get_devices_for_composite_device_id(device_id)
        self._add_one_of(parts or [device], name_of(device)).is_elsewhere = False

    def add_entity(self, entity_id: str) -> None:
        """Add the device that an entity belongs to."""
        resolved = er.async_resolve_entity_id(self._entities, entity_id) or entity_id
        entity = self._entities.async_get(resolved)
        if entity is None and self._hass.states.get(resolved) is None:
            raise mistake("unknown_target", target=entity_id)
        device = self._devices.async_get(entity.device_id) if entity and entity.device_id else None
        found = self._add_one_of([device] if device else [], resolved)
        found.is_elsewhere = False
        if entity is not None:
            found.entities.add(entity.unique_id)

    def add_place(self, kind: str, place: str) -> None:
        """Add the devices in an area or floor, or with a label."""
        if (name := self._place_name(kind, place)) is None:
            raise mistake("unknown_target", target=place)
        referenced = async_extract_referenced_entity_ids(
            self._hass, TargetSelection({kind: [place]}), primary_entities_only=False
        )
        ids: dict[str, set[str]] = {device_id: set() for device_id in referenced.referenced_devices}
        for entity_id in referenced.indirectly_referenced:
            entity = self._entities.async_get(entity_id)
            if entity is None or entity.device_id is None or entity.device_id in referenced.referenced_devices:
                continue
            # Its device is somewhere else: the place means this entity, which may be one output of several.
            ids.setdefault(entity.device_id, set()).add(entity.unique_id)
        there = [
            device
            for device_id in sorted(ids)
            if (device := self._devices.async_get(device_id)) is not None
            and (entry := self._entry(device)) is not None
            and _is_of(entry, self._family)
            and entry.disabled_by is None
            and self._fits(device, entry)
        ]
        if not there:
            is_wall = self._family is Family.WALL
            raise mistake("no_wall_there", target=name) if is_wall else mistake("no_viewtron_there", target=name)
        for device in there:
            found = self._found.setdefault(device.id, _Found(device))
            found.entities.update(ids[device.id])
            found.is_elsewhere = found.is_elsewhere and device.id not in referenced.referenced_devices

    def targets(self) -> Iterator[Target[Any]]:
        """Return the devices that were found. Raises ServiceValidationError for what is not set up or does not fit."""
        for found in self._found.values():
            device, entry = found.device, self._entry(found.device)
            if entry is None or entry.state is not ConfigEntryState.LOADED:
                raise mistake("not_loaded", target=name_of(device))
            if not self._fits(device, entry):
                raise self._misfit(device, entry)
            runtime = entry.runtime_data
            channel = channel_of_device(device, entry.unique_id)
            keys = (split_unique_id(unique_id, runtime.device_id) for unique_id in found.entities)
            yield Target(
                device_id=device.id,
                name=name_of(device),
                runtime=runtime,
                channel=channel,
                keys=frozenset(key for _, key in filter(None, keys)),
                is_elsewhere=found.is_elsewhere,
            )

    def _fits(self, device: dr.AnyDeviceEntry, entry: ConfigEntry[Any]) -> bool:
        """Tell whether a device is of the action's scope: a camera is both the device and its channel."""
        if self._family is Family.WALL or entry.data[CONF_KIND] in _CAMERAS:
            return True
        if self._scope is Scope.CAMERA:
            return False
        return (channel_of_device(device, entry.unique_id) is not None) is (self._scope is Scope.CHANNEL)

    def _misfit(self, device: dr.AnyDeviceEntry, entry: ConfigEntry[Any]) -> ServiceValidationError:
        if self._scope is Scope.CAMERA:
            return mistake("cameras_only", target=name_of(device))
        if self._scope is Scope.CHANNEL:
            return mistake("choose_channel", target=name_of(device))
        return mistake("choose_recorder", target=name_of(device), device=entry.title)

    def _entry(self, device: dr.AnyDeviceEntry) -> ConfigEntry[Any] | None:
        return self._hass.config_entries.async_get_entry(device.config_entry_id)

    def _add_one_of(self, devices: Iterable[dr.AnyDeviceEntry], name: str) -> _Found:
        entries = [(device, self._entry(device)) for device in devices]
        for device, entry in entries:
            if _is_of(entry, self._family):
                return self._found.setdefault(device.id, _Found(device))
        ours = any(entry is not None and entry.domain == DOMAIN for _, entry in entries)
        if self._family is Family.WALL:
            raise mistake("viewtron_target", target=name) if ours else mistake("foreign_target", target=name)
        raise mistake("wall_target", target=name) if ours else mistake("no_viewtron_device", target=name)

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


def _is_of(entry: ConfigEntry[Any] | None, family: Family) -> bool:
    if entry is None or entry.domain != DOMAIN:
        return False
    return (entry.data.get(CONF_KIND) == KIND_THIN_CLIENT) is (family is Family.WALL)
