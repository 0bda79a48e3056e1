"""Find devices in the network, and follow those that have moved."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from ipaddress import IPv4Address
import logging
from math import inf
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import network
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .const import CONF_SESSION, DOMAIN
from .login_guard import LOCKED_FOR, is_in_doubt
from .push_address import CONTAINERS, to_ip
from .recognition import LoginSpentError, looks_like_viewtron, recognise_again
from .thin_client import ThinClientAuthError, ThinClientError
from .viewtron.discovery import Announcement, search
from .viewtron.errors import ViewtronAuthError, ViewtronError, ViewtronLockedError, ViewtronOtherDeviceError
from .viewtron.identity import clean_mac
from .viewtron.probe import Door, NobodyThereError

if TYPE_CHECKING:
    from .runtime import ViewWallConfigEntry

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

LOOK_AGAIN: Final = 60.0
"""Seconds between two looks at what DHCP knows of a device that does not answer."""
_CONTAINER_ADAPTERS: Final = ("docker", "br-", "veth", "hassio")


class Followed(StrEnum):
    """What came of following a device."""

    MOVED = "moved"
    STAYED = "stayed"
    """It answers where it was, or is known by a name."""
    BARRED = "barred"
    """Its login is in doubt or its user is busy with it, or the entry is off."""
    BUSY = "busy"
    """It is being set up, or followed already."""
    SILENT = "silent"
    """Nobody to whom the login could be sent."""
    UNCLEAR = "unclear"
    """Who got the login did not tell who he is."""
    REFUSED = "refused"
    LOCKED = "locked"
    OTHER = "other"


_PAUSES: Final[Mapping[Followed, float]] = {
    Followed.REFUSED: inf,
    Followed.OTHER: inf,
    Followed.UNCLEAR: LOCKED_FOR,
    Followed.LOCKED: LOCKED_FOR,
}
"""Seconds until the same address is tried again, where the login was sent."""
_TRIED_AGAIN: Final = frozenset({Followed.OTHER, Followed.UNCLEAR})
"""What a user may try all the same."""

_TRIES: HassKey[dict[str, dict[str, tuple[Followed, float]]]] = HassKey("viewwall_tried_addresses")
"""By entry and address what came of the last try, and until when (loop time) that counts."""
_LOOKED: HassKey[dict[str, float]] = HassKey("viewwall_looked_for")
"""By entry the loop time from which on it is looked for again."""


async def find_devices(hass: HomeAssistant) -> tuple[Announcement, ...]:
    """Return the devices that answer a search, and those that Home Assistant's DHCP has seen and that look like one."""
    async with asyncio.TaskGroup() as group:
        searching = group.create_task(search(await _search_addresses(hass), SEARCH_SECONDS))
        probing = group.create_task(_probe_known_addresses(hass))
    answered, macs = searching.result(), {each.mac for each in searching.result()}
    unheard = {each.address: each for each in probing.result() if each.mac not in macs}
    return (*(_with_mac(each, unheard) for each in answered), *unheard.values())


async def _search_addresses(hass: HomeAssistant) -> list[str]:
    """Return this machine's addresses to search from: also those of a second network, which nobody has to enable."""
    found = [each for each in await network.async_get_enabled_source_ips(hass) if isinstance(each, IPv4Address)]
    for adapter in await network.async_get_adapters(hass):
        for each in adapter["ipv4"]:
            address = IPv4Address(each["address"])
            is_container = address in CONTAINERS and adapter["name"].startswith(_CONTAINER_ADAPTERS)
            if not (address.is_loopback or is_container):
                found.append(address)
    return list(dict.fromkeys(str(address) for address in found))


def _with_mac(device: Announcement, unheard: dict[str, Announcement]) -> Announcement:
    """Return a device with the MAC that DHCP knows, if it does not tell its own; it is taken out of the others."""
    if device.mac is None and (same := unheard.pop(device.address, None)) is not None:
        return device.with_more(same)
    return device


async def _probe_known_addresses(hass: HomeAssistant) -> list[Announcement]:
    """Return what looks like a device among what DHCP knows of the maker's address ranges."""
    matchers = (await async_get_integration(hass, DOMAIN)).dhcp or []
    ranges = {str(matcher["macaddress"])[:_OUI].lower() for matcher in matchers if "macaddress" in matcher}
    known = [(mac, address) for mac, address in _leases(hass) if mac.replace(":", "")[:_OUI] in ranges]
    at_once = asyncio.Semaphore(_PROBES_AT_ONCE)
    found: list[Announcement] = []

    async def probe(mac: str, address: str) -> None:
        async with at_once:
            with suppress(NobodyThereError):
                if (door := await looks_like_viewtron(hass, address)) is not None:
                    found.append(announce(address, mac, door))

    with suppress(TimeoutError):
        async with asyncio.timeout(PROBE_SECONDS):
            await asyncio.gather(*(probe(mac, address) for mac, address in known[:_MOST_PROBES]))
    return found


def _leases(hass: HomeAssistant) -> list[tuple[str, str]]:
    """Return MAC and address of what Home Assistant's DHCP has seen; nothing where it does not run."""
    if "dhcp" not in hass.config.components:
        return []
    # Not everybody has what it needs, and nobody needs it to type an address.
    from homeassistant.components.dhcp.helpers import async_discovered_service_info

    return [(dr.format_mac(each.macaddress), each.ip) for each in async_discovered_service_info(hass)]


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


async def follow(
    hass: HomeAssistant, entry: ViewWallConfigEntry, address: str, *, patiently: bool = False, by_user: bool = False
) -> Followed:
    """Take over the new address of a device; tell what came of that.

    The caller has the device's MAC at that address from Home Assistant's DHCP or from its own answer to a search. Then
    one authenticated read decides. A refused password and another device are final until Home Assistant restarts, other
    logins in vain for half an hour; a user may have what was not refused tried once more.
    """
    tries = hass.data.setdefault(_TRIES, {}).setdefault(entry.entry_id, {})
    outcome, until = tries.get(address, (Followed.SILENT, 0.0))
    if hass.loop.time() < until and not (by_user and outcome in _TRIED_AGAIN):
        return outcome
    tries[address] = (Followed.BUSY, inf)
    outcome = Followed.SILENT
    try:
        outcome = await _follow(hass, entry, address, PATIENCE if patiently else ())
    finally:
        tries[address] = (outcome, hass.loop.time() + _PAUSES.get(outcome, 0.0))
    return outcome


async def _follow(
    hass: HomeAssistant, entry: ViewWallConfigEntry, address: str, patience: tuple[float, ...]
) -> Followed:
    outcome = Followed.SILENT
    for pause in (0.0, *patience):
        await asyncio.sleep(pause)
        if (obstacle := await _find_obstacle(hass, entry, address)) is Followed.BUSY:
            outcome = obstacle
            continue
        if obstacle is not None:
            return obstacle
        data = entry.data
        try:
            found = await recognise_again(
                hass, {**data, CONF_HOST: address}, entry.unique_id, entry.options.get(CONF_SESSION)
            )
        except (LoginSpentError, ViewtronLockedError) as error:
            cause = error.__cause__ or error
            _LOGGER.debug("%s is not followed to %s: %s", entry.title, address, cause)
            return _judge(cause)
        except (ViewtronError, ThinClientError, NobodyThereError) as error:
            _LOGGER.debug("%s is not followed to %s: %s", entry.title, address, error)
            outcome = Followed.SILENT
            continue
        if found is not None:
            is_same = found.is_known_as(entry.unique_id)
            return _move(hass, entry, data, address) if is_same else Followed.OTHER
        outcome = Followed.SILENT
    return outcome


def _judge(error: BaseException) -> Followed:
    """Tell what it means that asking has failed after the login was sent."""
    match error:
        case ViewtronAuthError() | ThinClientAuthError():
            return Followed.REFUSED
        case ViewtronLockedError():
            return Followed.LOCKED
        case ViewtronOtherDeviceError():
            return Followed.OTHER
    return Followed.UNCLEAR


async def is_gone(hass: HomeAssistant, entry: ViewWallConfigEntry, address: str) -> bool:
    """Tell whether a device may be looked for at an address without its user: it has left its own."""
    return await _find_obstacle(hass, entry, address) is None


async def _find_obstacle(hass: HomeAssistant, entry: ViewWallConfigEntry, address: str) -> Followed | None:
    """Tell why a device may not be looked for at an address: it is where it was, or its password is in doubt.

    A name follows by itself.
    """
    if entry.data[CONF_HOST] == address or to_ip(entry.data[CONF_HOST]) is None:
        return Followed.STAYED
    if _is_barred(hass, entry):
        return Followed.BARRED
    match entry.state:
        case ConfigEntryState.SETUP_IN_PROGRESS:
            return Followed.BUSY
        case ConfigEntryState.SETUP_RETRY:
            return None
        case ConfigEntryState.LOADED:
            if await is_answering(hass, entry):
                return Followed.STAYED
            return Followed.BARRED if _is_barred(hass, entry) else None
    return Followed.BARRED


async def is_answering(hass: HomeAssistant, entry: ViewWallConfigEntry) -> bool:
    """Tell whether a device that runs answers at its address; one that is unloaded meanwhile counts as if it did."""
    runtime = getattr(entry, "runtime_data", None)
    if entry.state is not ConfigEntryState.LOADED or runtime is None:
        return False
    coordinator = runtime.coordinator
    if coordinator.last_update_success:
        # The last poll may be a minute old, and a device that has just moved is heard of at once.
        coordinator.doubt()
        # The entry's own task: it ends with the entry, whoever waits for it.
        poll = entry.async_create_background_task(hass, coordinator.async_refresh(), f"{DOMAIN} poll out of turn")
        await asyncio.wait([poll])
        if poll.cancelled():
            return True
    return bool(coordinator.last_update_success)


async def is_ours_at(hass: HomeAssistant, address: str) -> bool:
    """Tell whether a device is set up at an address that DHCP knows by a MAC that it does not tell, or by another."""
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if entry.data[CONF_HOST] == address and (clean_mac(entry.unique_id) is None or await is_answering(hass, entry)):
            return True
    return False


def _is_barred(hass: HomeAssistant, entry: ViewWallConfigEntry) -> bool:
    """Tell whether no login may be spent now, or the entry is off."""
    if entry.disabled_by is not None or hass.config_entries.async_get_entry(entry.entry_id) is None:
        return True
    return is_in_doubt(hass, entry)


def _move(hass: HomeAssistant, entry: ViewWallConfigEntry, data: Mapping[str, Any], address: str) -> Followed:
    """Let an entry use another address from now on, unless it was changed or removed while the device was asked."""
    if entry.data is not data or _is_barred(hass, entry):
        return Followed.BARRED
    _LOGGER.info("%s has moved from %s to %s", entry.title, data[CONF_HOST], address)
    hass.config_entries.async_update_entry(entry, data={**data, CONF_HOST: address})
    hass.config_entries.async_schedule_reload(entry.entry_id)
    return Followed.MOVED


@callback
def look_for(hass: HomeAssistant, entry: ViewWallConfigEntry) -> None:
    """Follow a device that does not answer to where Home Assistant's DHCP has seen it last; at most once a minute.

    DHCP tells of a new address once: the device may have been too slow then, or the entry not ready to follow.
    """
    looked = hass.data.setdefault(_LOOKED, {})
    now = hass.loop.time()
    if now < looked.get(entry.entry_id, now):
        return
    looked[entry.entry_id] = now + LOOK_AGAIN
    macs = {clean_mac(entry.unique_id)}
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id):
        macs |= {mac for kind, mac in device.connections if kind == dr.CONNECTION_NETWORK_MAC}
    for mac, address in _leases(hass):
        if mac in macs and address != entry.data[CONF_HOST]:
            hass.async_create_background_task(
                follow(hass, entry, address, patiently=True), f"{DOMAIN} look for {entry.title}"
            )
