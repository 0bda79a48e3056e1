"""What the user has chosen of a Viewtron device: its channels, its streams, and for how long its alarms stay on."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .alarms import HoldTimes
from .catalog import split_unique_id
from .const import (
    CONF_HIDDEN_CHANNELS,
    CONF_HOLD_TIME,
    CONF_HOLD_TIMES,
    CONF_KIND,
    CONF_STREAMS,
    DEFAULT_HOLD_TIME,
    DOMAIN,
)
from .viewtron.models import DeviceKind

STREAMS: Final = ("main", "sub")
"""The streams of a camera or channel, and the keys of their entities."""


def hidden_channels(entry: ConfigEntry[Any]) -> frozenset[int]:
    """Return the channels of a recorder that the user wants nothing of; a camera's only one cannot be hidden."""
    is_nvr = DeviceKind(entry.data[CONF_KIND]).is_nvr
    return frozenset(entry.options.get(CONF_HIDDEN_CHANNELS, ()) if is_nvr else ())


def wanted_streams(entry: ConfigEntry[Any]) -> frozenset[str]:
    """Return the streams that have a camera entity: one at least."""
    return frozenset(entry.options.get(CONF_STREAMS) or STREAMS)


def hold_times(entry: ConfigEntry[Any]) -> HoldTimes:
    """Return for how long a detection keeps its alarm on."""
    options = entry.options
    return HoldTimes(options.get(CONF_HOLD_TIME, DEFAULT_HOLD_TIME), options.get(CONF_HOLD_TIMES, {}))


@callback
def remove_unwanted(hass: HomeAssistant, entry: ConfigEntry[Any], device_id: str) -> None:
    """Remove what the user no longer wants; registries remember names and places for when it is chosen again.

    The entry must not be running; `device_id` is the head of all unique ids.
    """
    devices, entities = dr.async_get(hass), er.async_get(hass)
    hidden, streams = hidden_channels(entry), wanted_streams(entry)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        key = split_unique_id(entity.unique_id, device_id)
        is_stream = key is not None and entity.domain == Platform.CAMERA and key[1] in STREAMS
        # Off by default means that there is another stream, and that nobody has chosen this one.
        if is_stream and len(streams) == 1 and entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
            entities.async_update_entity(entity.entity_id, disabled_by=None)
        if key is not None and (key[0] in hidden or (is_stream and key[1] not in streams)):
            entities.async_remove(entity.entity_id)
    for channel in hidden:
        device = devices.async_get_device_by_identifier((DOMAIN, f"{device_id}_{channel}"), entry.entry_id)
        if device is not None:
            devices.async_remove_device(device.id)
