"""Diagnostics without secrets, plates, people or identities.

Viewtron: the device's abilities, and how polling and push fare. Thin Client: its panels by number instead of by name,
and what ViewWall believes to be on the screen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_PORT, CONF_SSL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import (
    CONF_HIDDEN_CHANNELS,
    CONF_HOLD_TIME,
    CONF_HOLD_TIMES,
    CONF_KIND,
    CONF_POLLING_ALONE,
    CONF_PUSH_SUBSCRIPTION,
    CONF_STREAMS,
)
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .thin_client import Panel
from .wall_runtime import ThinClientRuntime

_HARMLESS: Final = {
    CONF_HIDDEN_CHANNELS,
    CONF_HOLD_TIME,
    CONF_HOLD_TIMES,
    CONF_KIND,
    CONF_POLLING_ALONE,
    CONF_PORT,
    CONF_PUSH_SUBSCRIPTION,
    CONF_SSL,
    CONF_STREAMS,
    CONF_VERIFY_SSL,
}
"""What may be seen of an entry's data and options; logins, addresses and tokens are the rest."""
_SECRET: Final = {"mac", "name", "serial"}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: ViewWallConfigEntry) -> dict[str, Any]:
    """Return what helps to find a fault; of an entry that is not running, only how it is set up."""
    head = {
        "entry": {
            "state": entry.state.value,
            "data": _harmless(entry.data),
            "options": _harmless(entry.options),
        }
    }
    match getattr(entry, "runtime_data", None):
        case ViewtronRuntime() as runtime:
            return head | _viewtron(runtime)
        case ThinClientRuntime() as runtime:
            return head | _wall(runtime)
        case _:
            return head


def _harmless(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if key in _HARMLESS or value is None else REDACTED for key, value in data.items()}


def _polling(coordinator: DataUpdateCoordinator[Any]) -> dict[str, Any]:
    return {
        "works": coordinator.last_update_success,
        "error": type(coordinator.last_exception).__name__ if coordinator.last_exception else None,
        "interval": coordinator.update_interval.total_seconds() if coordinator.update_interval else None,
    }


def _viewtron(runtime: ViewtronRuntime) -> dict[str, Any]:
    data = runtime.coordinator.data
    statistics = runtime.push.statistics
    info = asdict(data.info)
    info["features"] = sorted(data.info.features) if data.info.features is not None else None
    info["supported_apis"] = sorted(data.info.supported_apis) if data.info.supported_apis is not None else None
    return {
        "device": async_redact_data(info, _SECRET),
        "channels": [async_redact_data(asdict(channel), _SECRET) for channel in data.channels],
        "disks": [asdict(disk) | {"id": REDACTED} for disk in data.disks or ()],
        "alarm_inputs": [async_redact_data(asdict(entry), _SECRET) for entry in data.inputs],
        "alarm_outputs": [output.id for output in data.outputs],
        "owed": [f"{debt.kind} {debt.number}" for debt in runtime.memory.debts.values()],
        "can_restart": data.can_restart,
        "infrared_channels": sorted(data.infrared),
        "recording": {str(channel): state for channel, state in sorted(data.recording.items())},
        "counts": dict(runtime.memory.counts),
        "clock_offset": data.clock_offset,
        "polling": _polling(runtime.coordinator),
        "push": {
            "alive": runtime.push.alive,
            "trouble": runtime.push_watch.trouble,
            "received": statistics.received,
            "last": statistics.last.isoformat() if statistics.last else None,
            "last_kind": statistics.last_kind,
            "from_strangers": statistics.strangers,
            "refused": statistics.refused,
            "unknown": statistics.unknown,
            "unknown_reasons": list(statistics.unknown_reasons),
            "unknown_fields": sorted(runtime.unknown_fields),
            "addresses": runtime.provisioning.diagnostics(),
        },
        "alarms": {
            f"{channel if channel is not None else 'device'}/{key}": runtime.board.is_on((channel, key))
            for channel, key in sorted(runtime.board.mentioned(), key=str)
        },
    }


def _wall(runtime: ThinClientRuntime) -> dict[str, Any]:
    data = runtime.coordinator.data
    display = runtime.display
    back = runtime.memory.screen.back
    cameras = _numbers(camera.id for camera in data.cameras)
    panels = _numbers(panel.id for panel in data.panels)
    return {
        "device": async_redact_data(asdict(data.info), _SECRET),
        "panels": [_panel(panel, cameras) for panel in data.panels],
        "cameras": {
            "count": len(data.cameras),
            "with_presets": sorted(str(_number(cameras, camera_id)) for camera_id in data.presets),
            "added": len(runtime.memory.added),
        },
        "settings": {
            "video_source": data.video_source,
            "mobile_bridge_server": REDACTED if data.mobile_bridge_server else None,
        },
        "display": {
            "panel": _number(panels, display.panel_id),
            "full_screen": _number(cameras, display.full_screen),
            "stopped": display.stopped,
            "returns_at": display.returns_at.isoformat() if display.returns_at else None,
            "returns_to": {
                "panel": _number(panels, back.screen.panel_id),
                "full_screen": _number(cameras, back.screen.camera_id),
                "stopped": back.screen.stopped,
            }
            if back
            else None,
        },
        "firmware": {
            "installed": data.info.firmware,
            "newest": data.newest_firmware,
            "in_progress": runtime.firmware.in_progress,
            "percentage": runtime.firmware.percentage,
            "text": runtime.firmware.text,
        },
        "registered": data.registered,
        "session_open": runtime.client.token is not None,
        "polling": _polling(runtime.coordinator),
    }


def _numbers(ids: Iterable[str]) -> dict[str, int]:
    """Return the ids with their numbers, from 1 in the device's order."""
    return {item: number for number, item in enumerate(dict.fromkeys(ids), 1)}


def _number(numbers: Mapping[str, int], item: str | None) -> int | str | None:
    """Return the number of an id; an id that the wall does not list is not told either."""
    return None if item is None else numbers.get(item, "not listed")


def _panel(panel: Panel, cameras: Mapping[str, int]) -> dict[str, Any]:
    return {
        "width": panel.width,
        "height": panel.height,
        "active": panel.active,
        "cells": [_number(cameras, cell.camera_id) for cell in panel.cells],
    }
