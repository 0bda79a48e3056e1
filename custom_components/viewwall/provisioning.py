"""Our own HTTP POST slot on a camera: claim, check, release; other slots are never touched.

Nothing is written without the user's consent (the option `push_subscription`), and nothing when all is right: a reload,
a restart and the unloading of an entry leave the camera alone. Only the removal of an entry releases its slot.
"""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import webhook
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.network import is_loopback

from .clients import make_viewtron_client
from .const import CONF_POLLING_ALONE, CONF_PUSH_ADDRESS, CONF_PUSH_SUBSCRIPTION, DOMAIN
from .login_guard import guard_of
from .push_address import AddressTrouble, find_device, judge_address, push_url
from .tasks import outlast
from .viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronBusyError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronForeignLoginError,
    ViewtronLockedError,
    ViewtronNoFreeSlotError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
)
from .viewtron.http_post import HttpPost, PushAddress, PushSlots

if TYPE_CHECKING:
    from .runtime import ViewtronRuntime

_LOGGER = logging.getLogger(__name__)

CHANGE_KEY: Final = (None, "push_subscription")
CLAIM_PAUSE: Final = 60 * 60.0
"""Seconds between two writes of the same that nobody has asked for."""
RELEASE_LIMIT: Final = 15
"""Seconds that the removal of an entry may wait for its camera."""

_OF_THE_DEVICE: Final = (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronBusyError,
    ViewtronConnectionError,
    ViewtronLockedError,
)
"""Errors that say nothing about a slot."""


class SlotTrouble(StrEnum):
    """Why the camera does not post to us although it should."""

    NO_SLOT = "no_slot"
    FOREIGN_LOGIN = "foreign_login"
    REFUSED = "refused"
    TAKEN_AWAY = "taken_away"
    DISABLED = "disabled"


class Provisioning:
    """Keeps our slot on one camera."""

    def __init__(self, hass: HomeAssistant, runtime: ViewtronRuntime) -> None:
        """Use the camera of `runtime`; nothing is sent yet."""
        self._hass = hass
        self._runtime = runtime
        self._in_turn = asyncio.Lock()
        self._path = webhook.async_generate_path(runtime.entry.data[CONF_WEBHOOK_ID])
        self._had_slot = False
        """Whether our slot was there once: the first claim is what the user has asked for."""
        self._tried: dict[tuple[PushAddress, bool], float] = {}
        """Loop time of the last write that nobody had asked for, by address and by whether the slot was gone."""
        self.slots: PushSlots | None = None
        """What the camera told last; None while it has told nothing."""
        self.trouble: SlotTrouble | None = None
        self.supported: bool | None = None
        """Whether the device lets us set its addresses at all; None while not asked."""
        self.claimed_at: float | None = None
        """Loop time of the last write of our slot."""

    @property
    def wanted(self) -> bool:
        """Tell whether the user lets us use a slot of the camera."""
        options = self._runtime.entry.options
        return options.get(CONF_PUSH_SUBSCRIPTION) is True and not options.get(CONF_POLLING_ALONE)

    @property
    def is_on(self) -> bool | None:
        """Tell whether the camera posts to us by a slot of its own: as it says, else as the user wants it."""
        if self.slots is None:
            known: bool | None = self._runtime.entry.options.get(CONF_PUSH_SUBSCRIPTION)
            return known
        slot = self.slots.of(self._path)
        return slot is not None and slot.enabled

    @property
    def heartbeat(self) -> int | None:
        """Return the seconds between two signs of life that our slot is set to, as far as the camera has told."""
        slot = self.slots.of(self._path) if self.slots is not None else None
        return slot.heartbeat if slot is not None else None

    async def check(self) -> None:
        """Look at the slots; claim ours again if it is wanted and lost, and put its address right.

        Raises ViewtronError only for what is no matter of the slots: no answer, the login, a missing right.
        """
        # Whoever is cancelled leaves no list half written.
        checking = self._hass.async_create_task(self._check(), f"{DOMAIN} push slot")
        (await outlast(checking)).result()

    async def subscribe(self, *, is_dead: bool = False) -> None:
        """Claim a slot, and keep it from now on; who wants events wants no polling alone.

        `is_dead` says that nothing comes from the address that our slot has, so that it may get another one.
        Raises ViewtronError.
        """
        await self._runtime.coordinator.prove()
        work = self._hass.async_create_task(self._subscribe(is_dead), f"{DOMAIN} push slot")
        (await outlast(work)).result()

    async def unsubscribe(self) -> None:
        """Release our slot, and leave the camera alone from now on. Raises as `subscribe` does."""
        await self._runtime.coordinator.prove()
        work = self._hass.async_create_task(self._unsubscribe(), f"{DOMAIN} push slot")
        (await outlast(work)).result()

    async def idle(self) -> None:
        """Wait until nothing is being written."""
        async with self._in_turn:
            pass

    async def _check(self) -> None:
        http_post = self._runtime.client.http_post
        async with self._in_turn:
            before = self._shown()
            try:
                self.slots = await http_post.read()
                self.supported = True
                await self._judge(self.slots)
            except ViewtronNotSupportedError, ViewtronPermissionError:
                self.slots = http_post.known
                self.supported = self.slots is not None
                self.trouble = SlotTrouble.REFUSED if self.wanted else None
                raise
            finally:
                if self._shown() != before:
                    self._tell()

    async def _judge(self, slots: PushSlots) -> None:
        """Take note of what the camera tells, and mend what is ours to mend."""
        if not self.wanted:
            self.trouble = None
            return
        own = slots.of(self._path)
        had_slot = self._had_slot
        self._had_slot |= own is not None
        if own is not None and not own.enabled:
            # Somebody has switched it off where it can be switched on again.
            self.trouble = SlotTrouble.DISABLED
            return
        address = await self._wanted_address()
        if own is not None and (address.same_as(own.address) or not await self._may_move()):
            if self.trouble is SlotTrouble.REFUSED:
                # Somebody has done by hand what was written in vain: if that is lost, it is lost for the first time.
                self._tried.clear()
            self.trouble = None
            return
        attempt, now = (address, own is None), self._hass.loop.time()
        if now - self._tried.get(attempt, float("-inf")) < CLAIM_PAUSE:
            if own is None and self.trouble is None:
                self.trouble = SlotTrouble.TAKEN_AWAY
            return
        writes = self._runtime.client.http_post.writes
        try:
            await self._claim(address)
        except _OF_THE_DEVICE:
            raise
        except ViewtronError as error:
            _LOGGER.debug("No address for events on %s: %s", self._runtime.entry.title, error)
            self.trouble = _trouble_of(error)
        # What was written in vain is not tried again soon either.
        if self._runtime.client.http_post.writes != writes and (had_slot or self.trouble is not None):
            self._tried[attempt] = now

    async def _claim(self, address: PushAddress) -> None:
        http_post = self._runtime.client.http_post
        try:
            await http_post.claim(address)
        finally:
            self.slots = http_post.known
        self.supported, self.trouble, self._had_slot = True, None, True
        self.claimed_at = self._hass.loop.time()

    async def _subscribe(self, is_dead: bool) -> None:
        async with self._in_turn:
            try:
                self.slots = await self._runtime.client.http_post.read()
                own = self.slots.of(self._path)
                if own is None or not own.enabled or is_dead or await self._may_move():
                    await self._claim(await self._wanted_address())
                    self._tried.clear()
                self.supported, self.trouble, self._had_slot = True, None, True
                options = {**self._runtime.entry.options, CONF_PUSH_SUBSCRIPTION: True}
                options.pop(CONF_POLLING_ALONE, None)
                self._hass.config_entries.async_update_entry(self._runtime.entry, options=options)
            except ViewtronError as error:
                if self.wanted and not isinstance(error, _OF_THE_DEVICE):
                    self.trouble = _trouble_of(error)
                raise
            finally:
                self._tell()

    async def _unsubscribe(self) -> None:
        http_post = self._runtime.client.http_post
        async with self._in_turn:
            try:
                await _take_out(http_post, self._path)
                self.trouble = self.claimed_at = None
                options = {**self._runtime.entry.options, CONF_PUSH_SUBSCRIPTION: False}
                self._hass.config_entries.async_update_entry(self._runtime.entry, options=options)
            finally:
                self.slots = http_post.known
                self._tell()

    async def _may_move(self) -> bool:
        """Tell whether our slot may get another address than it has.

        One that was typed for this camera goes there in any case; Home Assistant's own one unless it cannot work; and
        our guess only where nothing arrives at the address that is there: somebody may have typed it who knew better.
        """
        options, host = self._runtime.entry.options, self._runtime.entry.data[CONF_HOST]
        if options.get(CONF_PUSH_ADDRESS):
            return True
        if not self._hass.config.internal_url and self._runtime.push.alive is not False:
            return False
        trouble = await judge_address(self._hass, host=host, options=options)
        if trouble is AddressTrouble.LOOPBACK:
            device = await find_device(self._hass, host)
            return device is not None and is_loopback(device)
        return trouble is None

    async def _wanted_address(self) -> PushAddress:
        """Return the address of this entry's webhook, as the camera is to post to it."""
        return await _address_for(self._hass, self._runtime.entry)

    def _shown(self) -> tuple[object, ...]:
        return self.slots, self.trouble, self.supported, self.claimed_at

    @callback
    def _tell(self) -> None:
        """Tell who shows something of it, as long as there is anybody."""
        if self._runtime.entry.state is ConfigEntryState.LOADED:
            self._runtime.push_watch.evaluate()
            self._runtime.changes.call(CHANGE_KEY)

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what may be seen of it: no host, no path."""
        slots = self.slots.slots if self.slots is not None else ()
        return {
            "supported": self.supported,
            "wanted": self.wanted,
            "trouble": self.trouble,
            "slots": [
                {
                    "id": slot.id,
                    "enabled": slot.enabled,
                    "empty": slot.address is None,
                    "ours": slot.address is not None and slot.address.path == self._path,
                    "has_login": slot.has_login,
                }
                for slot in slots
            ],
        }


async def release_slot(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Release the slot of an entry that is being removed, if it still holds our address.

    One attempt. What could not be released is told by an issue, since nobody else will clear it.
    """
    if entry.options.get(CONF_PUSH_SUBSCRIPTION) is not True:
        return
    try:
        async with asyncio.timeout(RELEASE_LIMIT):
            if await _release(hass, entry):
                return
    except (ViewtronError, TimeoutError) as error:
        _LOGGER.debug("Could not take our address out of %s: %s", entry.title, error)
    address = await _address_for(hass, entry)
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"push_not_released_{entry.entry_id}",
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


async def _release(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Release the slot of an entry; False if nobody may ask. Raises ViewtronError."""
    guard = guard_of(hass, entry.entry_id)
    is_refused = guard.refused or guard.blocked_until > hass.loop.time()
    if is_refused or any(entry.async_get_active_flows(hass, {SOURCE_REAUTH})):
        return False
    client = make_viewtron_client(hass, entry.data)
    client.must_be(entry.unique_id)
    await client.identify()
    await _take_out(client.http_post, webhook.async_generate_path(entry.data[CONF_WEBHOOK_ID]))
    return True


async def _take_out(http_post: HttpPost, path: str) -> None:
    """Release a slot; a camera that has no addresses any more holds none of ours either. Raises ViewtronError."""
    try:
        await http_post.release(path)
    except ViewtronNotSupportedError:
        if http_post.known is not None:
            raise


async def _address_for(hass: HomeAssistant, entry: ConfigEntry[Any]) -> PushAddress:
    host = entry.data[CONF_HOST]
    # Which of our addresses is on the way to a device with a name is known once that is looked up.
    await find_device(hass, host)
    url = push_url(hass, entry.data[CONF_WEBHOOK_ID], host=host, options=entry.options)
    return PushAddress(protocol=url.scheme, host=url.host or "", port=url.port or 80, path=url.path)


def _trouble_of(error: ViewtronError) -> SlotTrouble:
    match error:
        case ViewtronNoFreeSlotError():
            return SlotTrouble.NO_SLOT
        case ViewtronForeignLoginError():
            return SlotTrouble.FOREIGN_LOGIN
        case _:
            return SlotTrouble.REFUSED
