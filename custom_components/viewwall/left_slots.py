"""What becomes of the slot of an entry that is removed: released, or remembered for the next entry of that camera."""

import asyncio
from collections.abc import Mapping
import logging
from typing import Any, Final

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .clients import make_viewtron_client
from .const import CONF_PUSH_SUBSCRIPTION, DOMAIN
from .login_guard import is_in_doubt
from .push_address import push_address_for
from .viewtron.errors import ViewtronError, ViewtronNotSupportedError
from .viewtron.http_post import HttpPost

_LOGGER = logging.getLogger(__name__)

RELEASE_LIMIT: Final = 15
"""Seconds that the removal of an entry may wait for its camera."""
_VERSION: Final = 1


class LeftSlots:
    """The slots that had to be left in cameras: by unique id of the device and id of the removed entry, their paths."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Read what earlier runs have left when it is asked for."""
        self._store: Store[dict[str, dict[str, str]]] = Store(
            hass, _VERSION, f"{DOMAIN}.left_slots", private=True, atomic_writes=True
        )
        self._in_turn = asyncio.Lock()
        self._known: dict[str, dict[str, str]] | None = None

    async def of(self, unique_id: str) -> Mapping[str, str]:
        """Return the paths that were left in a device, by the id of the entry that had them."""
        async with self._in_turn:
            return dict((await self._load()).get(unique_id, {}))

    async def remember(self, unique_id: str, entry_id: str, path: str) -> None:
        """Remember a path that is still in a device."""
        async with self._in_turn:
            known = await self._load()
            known.setdefault(unique_id, {})[entry_id] = path
            await self._store.async_save(known)

    async def forget(self, unique_id: str, entry_id: str) -> None:
        """Forget a path that is no longer in a device."""
        async with self._in_turn:
            known = await self._load()
            known.get(unique_id, {}).pop(entry_id, None)
            if not known.get(unique_id):
                known.pop(unique_id, None)
            await self._store.async_save(known)

    async def _load(self) -> dict[str, dict[str, str]]:
        if self._known is None:
            self._known = await self._store.async_load() or {}
        return self._known


_LEFT: HassKey[LeftSlots] = HassKey("viewwall_left_slots")


def _left_slots(hass: HomeAssistant) -> LeftSlots:
    return hass.data.setdefault(_LEFT, LeftSlots(hass))


async def clear_left_slots(hass: HomeAssistant, unique_id: str, http_post: HttpPost, *, may_write: bool) -> bool:
    """Release what earlier entries have left in a camera, and forget what is gone; tell whether anything was tried.

    `may_write` says whether the user lets us write at all. What the camera does not give up stays remembered.
    """
    has_tried = False
    for entry_id, path in (await _left_slots(hass).of(unique_id)).items():
        if http_post.known is not None and http_post.known.of(path) is not None:
            if not may_write:
                continue
            has_tried = True
            try:
                await http_post.release(path)
            except ViewtronError as error:
                _LOGGER.debug("What an earlier set-up has left in a camera stays there: %s", error)
                continue
        await _left_slots(hass).forget(unique_id, entry_id)
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry_id))
    return has_tried


async def release_slot(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Release the slot of an entry that is being removed, if it still holds our address.

    One attempt. What could not be released is told by an issue, since only another entry of that camera could clear it.
    """
    if entry.options.get(CONF_PUSH_SUBSCRIPTION) is not True:
        return
    path = webhook.async_generate_path(entry.data[CONF_WEBHOOK_ID])
    try:
        async with asyncio.timeout(RELEASE_LIMIT):
            if await _release(hass, entry, path):
                return
    except (ViewtronError, TimeoutError) as error:
        _LOGGER.debug("Could not take our address out of %s: %s", entry.title, error)
    if entry.unique_id:
        await _left_slots(hass).remember(entry.unique_id, entry.entry_id, path)
    address = await push_address_for(hass, entry)
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry.entry_id),
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="push_not_released",
        translation_placeholders={
            "device": entry.title,
            "host": entry.data[CONF_HOST],
            "address": f"{address.host}:{address.port}",
        },
    )


async def _release(hass: HomeAssistant, entry: ConfigEntry[Any], path: str) -> bool:
    """Release the slot of an entry; False if nobody may ask. Raises ViewtronError."""
    if is_in_doubt(hass, entry):
        return False
    client = make_viewtron_client(hass, entry.data)
    client.must_be(entry.unique_id)
    await client.identify()
    await take_out(client.http_post, path)
    return True


async def take_out(http_post: HttpPost, path: str) -> None:
    """Release a slot; a camera that has no addresses any more holds none of ours either. Raises ViewtronError."""
    try:
        await http_post.release(path)
    except ViewtronNotSupportedError:
        if http_post.known is not None:
            raise


def _issue_id(entry_id: str) -> str:
    return f"push_not_released_{entry_id}"
