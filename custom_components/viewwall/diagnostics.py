"""Diagnostics without secrets, plates, people or identities."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant

from .runtime import ViewWallConfigEntry

_SECRET: Final = {
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_WEBHOOK_ID,
    "mac",
    "name",
    "serial",
    "title",
    "unique_id",
}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: ViewWallConfigEntry) -> dict[str, Any]:
    """Return what helps to find a fault."""
    runtime = entry.runtime_data
    data = runtime.coordinator.data
    statistics = runtime.push.statistics
    info = asdict(data.info)
    info["features"] = sorted(data.info.features) if data.info.features is not None else None
    info["supported_apis"] = sorted(data.info.supported_apis) if data.info.supported_apis is not None else None
    return {
        "entry": async_redact_data({"data": dict(entry.data), "options": dict(entry.options)}, _SECRET),
        "device": async_redact_data(info, _SECRET),
        "channels": [async_redact_data(asdict(channel), _SECRET) for channel in data.channels],
        "disks": [asdict(disk) | {"id": REDACTED} for disk in data.disks or ()],
        "alarm_inputs": [async_redact_data(asdict(entry), _SECRET) for entry in data.inputs],
        "clock_offset": data.clock_offset,
        "polling": {
            "works": runtime.coordinator.last_update_success,
            "error": type(runtime.coordinator.last_exception).__name__ if runtime.coordinator.last_exception else None,
            "interval": runtime.coordinator.update_interval.total_seconds()
            if runtime.coordinator.update_interval
            else None,
        },
        "push": {
            "alive": runtime.push.alive,
            "received": statistics.received,
            "last": statistics.last.isoformat() if statistics.last else None,
            "last_kind": statistics.last_kind,
            "from_strangers": statistics.strangers,
            "refused": statistics.refused,
            "unknown": statistics.unknown,
            "unknown_reasons": list(statistics.unknown_reasons),
            "unknown_fields": sorted(runtime.unknown_fields),
        },
        "alarms": {
            f"{channel if channel is not None else 'device'}/{key}": runtime.board.is_on((channel, key))
            for channel, key in sorted(runtime.board.mentioned(), key=str)
        },
    }
