"""The demo's devices as entries of ViewWall, by its own config flow, and the wall's monitor beside them."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from tests.simulators.nvr import NvrV2Simulator

from .arguments import DemoError
from .camera import DemoCamera
from .home_api import HomeAssistant
from .house import Device, House, Placed
from .monitor import LIVE, STILL

DOMAIN: Final = "viewwall"
MONITOR_DOMAIN: Final = "mjpeg"
_MONITOR: Final = "Monitor of the lobby wall"
_ENTRIES: Final = "/api/config/config_entries"
_CONSENT: Final = "set_up_push"
FLOWS: Final = f"{_ENTRIES}/flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A device to be added: how its device in Home Assistant is known, and what a user types into the form."""

    name: str
    identifier: str
    is_moved: bool
    address: dict[str, Any]
    sets_push_up: bool = False
    """Whether ViewWall may write its address into the device."""

    @classmethod
    def of(cls, place: Placed) -> Self:
        """Describe a camera or recorder."""
        device = place.device
        return cls(
            name=device.name,
            identifier=device.mac,
            is_moved=place.is_moved,
            address={
                "host": "127.0.0.1",
                "username": device.username,
                "password": device.password,
                "connection": {"port": place.port},
            },
            sets_push_up=isinstance(device, DemoCamera),
        )

    @classmethod
    def wall(cls, house: House) -> Self:
        """Describe the wall."""
        return cls(
            name=house.wall.name,
            identifier=house.wall.serial,
            is_moved=house.wall_is_moved,
            address={
                "host": "127.0.0.1",
                "password": house.wall.password,
                "connection": {"port": house.wall_port},
            },
        )


async def add_devices(home: HomeAssistant, house: House) -> list[str]:
    """Add the devices that are not there yet and tell all where to post; return the names of the new ones.

    The camera in the garden is left for somebody to find.
    """
    known = await _known_entries(home)
    new = []
    wall = _Wanted.wall(house)
    for wanted, place in ((wall, None), *((_Wanted.of(place), place) for place in house.placed)):
        entry_id = known.get(wanted.identifier)
        if entry_id is not None:
            url = await _look_up(home, entry_id, wanted)
        elif place is not None and place.device is house.garden:
            continue
        else:
            url = await _add(home, wanted)
            new.append(wanted.name)
        if url and place is not None:
            _tell(place.device, f"{home.base}{urlsplit(url).path}", is_new=entry_id is None)
    await _wait_until_loaded(home, len(house.placed))
    return new


def _tell(device: Device, url: str, *, is_new: bool) -> None:
    """Type the address into a device that nobody else tells it."""
    if isinstance(device, NvrV2Simulator):
        device.push_url = url
    elif isinstance(device, DemoCamera) and not is_new:
        # Somebody once did that by hand, in a demo whose cameras could not be told by ViewWall.
        device.type_in(url)


async def tell_own_address(home: HomeAssistant) -> None:
    """Tell Home Assistant at which address the devices reach it, unless it finds that out: they are on this machine."""
    is_found = (urlsplit(home.base).hostname or "") in ("127.0.0.1", "::1", "localhost")
    await home.command("config/core/update", internal_url=None if is_found else home.base)


async def add_monitor(home: HomeAssistant, house: House) -> None:
    """Add the picture of the wall's screen, which is the demo's own and none of ViewWall's."""
    base = f"http://127.0.0.1:{house.monitor_port}"
    address = {"mjpeg_url": f"{base}{LIVE}", "still_image_url": f"{base}{STILL}", "verify_ssl": False}
    for entry in await home.command("config_entries/get", domain=MONITOR_DOMAIN):
        if entry["title"] == _MONITOR:
            if house.wall_is_moved:
                flow = await home.post(f"{_ENTRIES}/options/flow", {"handler": entry["entry_id"]})
                await home.post(f"{_ENTRIES}/options/flow/{flow['flow_id']}", address)
            return
    flow = await home.post(FLOWS, {"handler": MONITOR_DOMAIN})
    await home.post(f"{FLOWS}/{flow['flow_id']}", {"name": _MONITOR, **address})


async def add_gate_to_wall(home: HomeAssistant, house: House, *, wall: str, camera: str) -> None:
    """Let ViewWall tell the wall of the gate's camera, unless it knows it; takes the ids of their entities."""
    if house.gate_on_wall is not None:
        return
    target = {"entity_id": wall}
    await home.post(_action("add_camera"), target | {"camera_entity": camera})
    if house.gate_on_wall is None:
        raise DemoError("The gate's camera could not be added to the wall")
    cells = [camera, house.door.name]
    await home.post(_action("create_panel"), target | {"name": "Entrances", "width": 2, "height": 1, "cells": cells})


def _action(name: str) -> str:
    """Return the path of an action of ViewWall that answers."""
    return f"/api/services/{DOMAIN}/{name}?return_response"


async def _known_entries(home: HomeAssistant) -> dict[str, str]:
    """Return the entries of earlier starts by the device's MAC or serial number."""
    entries = {}
    for device in await home.command("config/device_registry/list"):
        for domain, identifier in device["identifiers"]:
            if domain == DOMAIN and not device.get("via_device_id"):
                entries[identifier] = device["primary_config_entry"]
    return entries


async def _add(home: HomeAssistant, wanted: _Wanted) -> str | None:
    """Go through the flow as a user would; return the address to post to if it shows one."""
    flow = await home.post(FLOWS, {"handler": DOMAIN})
    if flow.get("type") == "menu":
        flow = await home.post(f"{FLOWS}/{flow['flow_id']}", {"next_step_id": "manual"})
    step = await home.post(f"{FLOWS}/{flow['flow_id']}", wanted.address)
    if step["type"] == "create_entry":
        return None
    if step.get("step_id") != "push":
        raise DemoError(f"{wanted.name} could not be added: {step.get('errors') or step.get('reason')}")
    is_offered = any(field["name"] == _CONSENT for field in step["data_schema"])
    if wanted.sets_push_up and not is_offered:
        raise DemoError(f"{wanted.name} has an address to spare, but the flow does not offer to use it")
    await home.post(f"{FLOWS}/{flow['flow_id']}", {_CONSENT: True} if wanted.sets_push_up else {})
    return str(step["description_placeholders"]["url"])


async def _look_up(home: HomeAssistant, entry_id: str, wanted: _Wanted) -> str | None:
    """Return the address that an entry's reconfiguration shows, if any, and tell it where its device is now."""
    flow = await home.post(FLOWS, {"handler": DOMAIN, "entry_id": entry_id})
    url = (flow.get("description_placeholders") or {}).get("url")
    if wanted.is_moved:
        await home.post(f"{FLOWS}/{flow['flow_id']}", wanted.address)
    else:
        await home.delete(f"{FLOWS}/{flow['flow_id']}")
    return url


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
