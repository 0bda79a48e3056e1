"""Find devices in the network, and follow those that have moved."""

import asyncio
from contextlib import suppress
from ipaddress import IPv4Address
import logging
from typing import Final

from homeassistant.components import network
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .const import CONF_SESSION, DOMAIN
from .login_guard import guard_of
from .push_address import to_ip
from .recognition import looks_like_viewtron, recognise_again
from .runtime import ViewWallConfigEntry
from .thin_client import ThinClientConnectionError, ThinClientError
from .viewtron.discovery import Announcement, search
from .viewtron.errors import ViewtronConnectionError, ViewtronError, ViewtronNoAnswerError
from .viewtron.probe import Door, NobodyThereError

_LOGGER = logging.getLogger(__name__)

SEARCH_SECONDS: Final = 5.0
PROBE_SECONDS: Final = 10.0
"""How long the addresses that DHCP knows may take, most of which may be switched off."""
HTTPS_PORT: Final = 443
PATIENCE: Final = (20.0, 40.0)
"""Seconds between the tries at an address where nobody listens: a device asks for its address before it can answer."""
_MOST_PROBES: Final = 64
_PROBES_AT_ONCE: Final = 16
_OUI: Final = 6

_TRIED: HassKey[dict[str, set[str]]] = HassKey("viewwall_tried_addresses")
"""By entry the addresses where its password has been tried: never twice until Home Assistant restarts."""


async def find_devices(hass: HomeAssistant) -> tuple[Announcement, ...]:
    """Return the devices that answer a search, and those that Home Assistant's DHCP has seen and that look like one."""
    addresses = [
        str(each) for each in await network.async_get_enabled_source_ips(hass) if isinstance(each, IPv4Address)
    ]
    async with asyncio.TaskGroup() as group:
        searching = group.create_task(search(addresses, SEARCH_SECONDS))
        probing = group.create_task(_probe_known_addresses(hass))
    answered, macs = searching.result(), {each.mac for each in searching.result()}
    unheard = {each.address: each for each in probing.result() if each.mac not in macs}
    return (*(_with_mac(each, unheard) for each in answered), *unheard.values())


def _with_mac(device: Announcement, unheard: dict[str, Announcement]) -> Announcement:
    """Return a device with the MAC that DHCP knows, if it does not tell its own; it is taken out of the others."""
    if device.mac is None and (same := unheard.pop(device.address, None)) is not None:
        return device.with_more(same)
    return device


async def _probe_known_addresses(hass: HomeAssistant) -> list[Announcement]:
    """Return what looks like a device among what DHCP knows of the maker's address ranges."""
    if "dhcp" not in hass.config.components:
        return []
    # Not everybody has what it needs, and nobody needs it to type an address.
    from homeassistant.components.dhcp.helpers import async_discovered_service_info

    matchers = (await async_get_integration(hass, DOMAIN)).dhcp or []
    ranges = {str(matcher["macaddress"])[:_OUI].lower() for matcher in matchers if "macaddress" in matcher}
    known = [each for each in async_discovered_service_info(hass) if each.macaddress[:_OUI].lower() in ranges]
    at_once = asyncio.Semaphore(_PROBES_AT_ONCE)
    found: list[Announcement] = []

    async def probe(mac: str, address: str) -> None:
        async with at_once:
            with suppress(NobodyThereError):
                if (door := await looks_like_viewtron(hass, address)) is not None:
                    found.append(announce(address, mac, door))

    with suppress(TimeoutError):
        async with asyncio.timeout(PROBE_SECONDS):
            await asyncio.gather(*(probe(dr.format_mac(each.macaddress), each.ip) for each in known[:_MOST_PROBES]))
    return found


def announce(address: str, mac: str, door: Door) -> Announcement:
    """Return what is known of a device that did not announce itself, but answers."""
    return Announcement(address=address, mac=mac, http_port=HTTPS_PORT if door.ssl else door.port)


async def wait_for_door(hass: HomeAssistant, address: str) -> Door | None:
    """Return where a Viewtron device answers at an address that was just given to it, None if none does."""
    for pause in (0.0, *PATIENCE):
        await asyncio.sleep(pause)
        with suppress(NobodyThereError):
            return await looks_like_viewtron(hass, address)
    return None


def known_entry(hass: HomeAssistant, mac: str | None, serial: str | None = None) -> ViewWallConfigEntry | None:
    """Return the entry of a device, whatever it is known by; those that a user has ignored are none."""
    for identity in filter(None, (mac, serial)):
        entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, identity)
        if entry is not None and entry.source != SOURCE_IGNORE:
            return entry
    if mac is not None:
        for device in dr.async_get(hass).async_get_devices(connections={(dr.CONNECTION_NETWORK_MAC, mac)}):
            entry = hass.config_entries.async_get_entry(device.config_entry_id)
            if entry is not None and entry.domain == DOMAIN:
                return entry
    return None


async def follow(hass: HomeAssistant, entry: ViewWallConfigEntry, address: str, *, patiently: bool = False) -> bool:
    """Take over the new address of a device; tell whether that was done.

    The caller has the device's MAC at that address from Home Assistant's DHCP or from its own answer to a search. Then
    one authenticated read decides; where it was in vain, it is never tried again until Home Assistant restarts.
    """
    tried = hass.data.setdefault(_TRIED, {}).setdefault(entry.entry_id, set())
    if address in tried:
        return False
    tried.add(address)
    is_spent = False
    try:
        for pause in (0.0, *PATIENCE) if patiently else (0.0,):
            if is_spent:
                break
            await asyncio.sleep(pause)
            if not await _may_follow(hass, entry, address):
                break
            try:
                found = await recognise_again(
                    hass, {**entry.data, CONF_HOST: address}, entry.unique_id, entry.options.get(CONF_SESSION)
                )
            except (ViewtronError, ThinClientError, NobodyThereError) as error:
                is_spent = not _is_unreachable(error)
                _LOGGER.debug("%s is not followed to %s: %s", entry.title, address, error)
                continue
            if found is not None and found.is_known_as(entry.unique_id):
                return _move(hass, entry, address)
            is_spent = found is not None
            _LOGGER.debug("%s is not followed to %s: something else answers", entry.title, address)
    finally:
        if not is_spent:
            tried.discard(address)
    return False


async def _may_follow(hass: HomeAssistant, entry: ViewWallConfigEntry, address: str) -> bool:
    """Tell whether a device may be looked for at an address: it is gone from its own, and its password is not in doubt.

    A name follows by itself.
    """
    if entry.data[CONF_HOST] == address or to_ip(entry.data[CONF_HOST]) is None or _is_barred(hass, entry):
        return False
    if entry.state is ConfigEntryState.LOADED:
        coordinator = entry.runtime_data.coordinator
        if coordinator.last_update_success:
            # The last poll may be a minute old, and a device that has just moved is heard of at once.
            coordinator.doubt()
            await coordinator.async_refresh()
        return not coordinator.last_update_success and not _is_barred(hass, entry)
    return entry.state is ConfigEntryState.SETUP_RETRY


def _is_barred(hass: HomeAssistant, entry: ViewWallConfigEntry) -> bool:
    """Tell whether no login may be spent now: one was refused or locked, or the user is asked for another."""
    if entry.disabled_by is not None or hass.config_entries.async_get_entry(entry.entry_id) is None:
        return True
    guard = guard_of(hass, entry.entry_id)
    return (
        guard.refused
        or guard.blocked_until > hass.loop.time()
        or any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
    )


def _is_unreachable(error: Exception) -> bool:
    """Tell whether nothing was sent that could have carried a password."""
    if isinstance(error, ThinClientConnectionError):
        return not error.sent
    return isinstance(error, NobodyThereError) or (
        isinstance(error, ViewtronConnectionError) and not isinstance(error, ViewtronNoAnswerError)
    )


def _move(hass: HomeAssistant, entry: ViewWallConfigEntry, address: str) -> bool:
    """Let an entry use another address from now on, unless it is gone meanwhile."""
    if hass.config_entries.async_get_entry(entry.entry_id) is None:
        return False
    _LOGGER.info("%s has moved from %s to %s", entry.title, entry.data[CONF_HOST], address)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: address})
    hass.config_entries.async_schedule_reload(entry.entry_id)
    return True
