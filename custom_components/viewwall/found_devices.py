"""The devices that a search has found, as the user sees them, and what can be offered for one that has let us in."""

from collections.abc import Iterable, Mapping
import logging
from typing import Any

from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .clients import make_viewtron_client
from .const import DOMAIN, MANUFACTURER_VIEWTRON
from .discovery import Followed, known_entry
from .flow_forms import BY_HAND, FOUND_WORDS, SlotOffer
from .push_address import to_ip
from .recognition import Found
from .viewtron.discovery import Announcement
from .viewtron.errors import ViewtronError, ViewtronPermissionError

_LOGGER = logging.getLogger(__name__)


def name_of(device: Announcement) -> str:
    """Return what a device is called before it is set up."""
    if device.name and device.model and device.name != device.model:
        return f"{device.name} ({device.model})"
    return device.name or device.model or device.vendor or MANUFACTURER_VIEWTRON


def sort_found(hass: HomeAssistant, devices: Iterable[Announcement]) -> tuple[Announcement, ...]:
    """Return the devices in the order of their names, those that are set up already at the end."""

    def key(device: Announcement) -> tuple[bool, str, str]:
        """Tell the place of a device."""
        return (known_entry(hass, device.mac, device.serial) is not None, name_of(device).lower(), device.address)

    return tuple(sorted(devices, key=key))


async def found_labels(hass: HomeAssistant, devices: Iterable[Announcement]) -> dict[str, str]:
    """Return a line for each device and one for the address form, in Home Assistant's language."""
    head = f"component.{DOMAIN}.selector.{FOUND_WORDS}.options."
    texts = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])

    def word(key: str) -> str:
        """Return a word of the list."""
        return texts.get(f"{head}{key}", key)

    labels = {}
    for number, device in enumerate(devices):
        kinds = {True: "recorder", False: "camera", None: "device"}
        parts = [name_of(device), device.address, word(kinds[device.is_recorder])]
        if (entry := known_entry(hass, device.mac, device.serial)) is not None:
            # A name follows its device by itself.
            is_there = entry.data[CONF_HOST] == device.address or to_ip(entry.data[CONF_HOST]) is None
            parts.append(word("known" if is_there else "moved").replace("{entry}", entry.title))
        labels[str(number)] = " · ".join(parts)
    return labels | {BY_HAND: word(BY_HAND)}


async def why_not_moved(hass: HomeAssistant, outcome: Followed) -> str:
    """Return in Home Assistant's language why a device was not followed to the address where it was found."""
    texts = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])
    return texts.get(f"component.{DOMAIN}.selector.{FOUND_WORDS}.options.not_moved_{outcome}", outcome)


async def find_offer(hass: HomeAssistant, data: Mapping[str, Any], found: Found) -> SlotOffer | None:
    """Tell whether a camera has an address for us; whatever goes wrong is no offer, and no error.

    It has just accepted its login.
    """
    if found.info is None or found.info.kind.is_nvr:
        return None
    client = make_viewtron_client(hass, data)
    client.use(found.info)
    try:
        slots = await client.http_post.read()
    except ViewtronPermissionError:
        return SlotOffer.NO_PERMISSION
    except ViewtronError as error:
        _LOGGER.debug("No offer to set the events up: %s", error)
        return None
    if not slots.has_free:
        return SlotOffer.NO_SLOT
    if slots.has_foreign_login:
        return SlotOffer.FOREIGN_LOGIN
    return SlotOffer.FREE
