"""The demo's devices as entries of ViewWall, by its own config flow."""

import asyncio
from typing import Any, Final
from urllib.parse import urlsplit

from .arguments import DemoError
from .home_api import HomeAssistant
from .house import House, Placed

DOMAIN: Final = "viewwall"
_FLOWS: Final = "/api/config/config_entries/flow"


async def add_devices(home: HomeAssistant, house: House) -> list[str]:
    """Add the devices that are not there yet and tell all where to post; return the names of the new ones."""
    known = await _known_entries(home)
    new = []
    for place in house.placed:
        entry_id = known.get(place.device.mac)
        if entry_id is None:
            url = await _add(home, place)
            new.append(place.device.name)
        else:
            url = await _look_up(home, entry_id, place)
        if place.device is not house.old_recorder:
            # Recorders of that age post nothing: they are asked instead.
            place.device.push_url = f"{home.base}{urlsplit(url).path}"
    await _wait_until_loaded(home, len(house.placed))
    return new


async def _known_entries(home: HomeAssistant) -> dict[str, str]:
    """Return the entries of earlier starts by the device's MAC."""
    entries = {}
    for device in await home.command("config/device_registry/list"):
        for domain, identifier in device["identifiers"]:
            if domain == DOMAIN and not device.get("via_device_id"):
                entries[identifier] = device["primary_config_entry"]
    return entries


async def _add(home: HomeAssistant, place: Placed) -> str:
    """Go through the flow as a user would; return the address that it shows."""
    flow = await home.post(_FLOWS, {"handler": DOMAIN})
    if flow.get("type") == "menu":
        flow = await home.post(f"{_FLOWS}/{flow['flow_id']}", {"next_step_id": "manual"})
    step = await home.post(f"{_FLOWS}/{flow['flow_id']}", _address(place))
    if step.get("step_id") != "push":
        raise DemoError(f"{place.device.name} could not be added: {step.get('errors') or step.get('reason')}")
    await home.post(f"{_FLOWS}/{flow['flow_id']}", {})
    return str(step["description_placeholders"]["url"])


async def _look_up(home: HomeAssistant, entry_id: str, place: Placed) -> str:
    """Return the address of an entry, which its reconfiguration shows, and tell it where its device is now."""
    flow = await home.post(_FLOWS, {"handler": DOMAIN, "entry_id": entry_id})
    url = str(flow["description_placeholders"]["url"])
    if place.is_moved:
        await home.post(f"{_FLOWS}/{flow['flow_id']}", _address(place))
    else:
        await home.delete(f"{_FLOWS}/{flow['flow_id']}")
    return url


def _address(place: Placed) -> dict[str, Any]:
    """Return what a user types into the form."""
    return {
        "host": "127.0.0.1",
        "username": place.device.username,
        "password": place.device.password,
        "connection": {"port": place.port},
    }


async def _wait_until_loaded(home: HomeAssistant, count: int) -> None:
    """Wait until all entries work; raises DemoError for one that cannot."""
    while True:
        entries = await home.command("config_entries/get", domain=DOMAIN)
        states = [entry["state"] for entry in entries if entry["disabled_by"] is None]
        if states.count("loaded") >= min(count, len(states)):
            return
        for entry in entries:
            if entry["state"] in ("setup_error", "migration_error", "failed_unload"):
                raise DemoError(f"{entry['title']} could not be set up: {entry['reason']}")
        await asyncio.sleep(0.3)
