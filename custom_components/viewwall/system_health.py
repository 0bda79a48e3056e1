"""Facts for the system information page, which people paste into public places: no names, addresses or secrets.

A check of the network is among them that needs no login, so that looking at the page cannot lock anybody out.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration
from yarl import URL

from .const import CONF_KIND, DOMAIN, KIND_THIN_CLIENT
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .viewtron.models import DeviceKind
from .web_address import web_address

CONNECT_LIMIT: Final = 4
"""Seconds that a device may take to accept a connection."""
NOTHING: Final = "-"


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register what the page asks."""
    register.async_register_info(_info, f"/config/integrations/integration/{DOMAIN}")


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the facts; what takes time is a coroutine, for which the page waits."""
    entries: list[ViewWallConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )
    kinds = [entry.data[CONF_KIND] for entry in entries]
    walls = kinds.count(KIND_THIN_CLIENT)
    running = [entry.runtime_data for entry in entries if entry.state is ConfigEntryState.LOADED]
    sending = [runtime for runtime in running if isinstance(runtime, ViewtronRuntime)]
    # Devices that cannot send events, or need not, are not missing.
    idle = sum(not runtime.push_watch.is_expecting for runtime in sending)
    troubles = {runtime.push_watch.trouble.value for runtime in sending if runtime.push_watch.trouble is not None}
    facts: dict[str, Any] = {
        "version": str((await async_get_integration(hass, DOMAIN)).version),
        "cameras": sum(kind in (DeviceKind.IPC_V1, DeviceKind.IPC_V2) for kind in kinds),
        "recorders": sum(kind in (DeviceKind.NVR_V1, DeviceKind.NVR_V2) for kind in kinds),
        "walls": walls,
        "answering": _of((runtime.coordinator.last_update_success for runtime in running), len(entries)),
        "events_arrive": _of((runtime.push.alive is True for runtime in sending), len(entries) - walls - idle),
        "messages": sum(runtime.push.statistics.received for runtime in sending),
        "last_message": _newest(runtime.push.statistics.last for runtime in sending),
        "in_the_way": ", ".join(sorted(troubles)) or NOTHING,
    }
    if entries:
        facts["can_reach_devices"] = _can_reach([URL(web_address(entry.data)) for entry in entries])
    return facts


def _of(answers: Iterable[bool], total: int) -> str:
    return f"{sum(answers)} / {total}"


def _newest(moments: Iterable[datetime | None]) -> datetime | str:
    known = [moment for moment in moments if moment is not None]
    return max(known) if known else NOTHING


async def _can_reach(addresses: list[URL]) -> str | dict[str, str]:
    """Connect to all devices at once and say nothing to them; return the page's own words for yes and no."""
    reached = await asyncio.gather(*(_accepts(address) for address in addresses))
    missing = reached.count(False)
    if not missing:
        return "ok"
    return {"type": "failed", "error": f"unreachable: {missing} / {len(addresses)}"}


async def _accepts(address: URL) -> bool:
    try:
        async with asyncio.timeout(CONNECT_LIMIT):
            _, writer = await asyncio.open_connection(address.host, address.port)
    except OSError, UnicodeError:
        return False
    writer.close()
    return True
