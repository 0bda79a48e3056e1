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
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.network import is_loopback

from .const import CONF_POLLING_ALONE, CONF_PUSH_ADDRESS, CONF_PUSH_SUBSCRIPTION, DOMAIN
from .left_slots import clear_left_slots, take_out
from .push_address import AddressTrouble, find_device, judge_address, push_address_for, push_url, way_of
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
from .viewtron.http_post import PushAddress, PushSlot, PushSlots

if TYPE_CHECKING:
    from .runtime import ViewtronRuntime

_LOGGER = logging.getLogger(__name__)

CHANGE_KEY: Final = (None, "push_subscription")
CLAIM_PAUSE: Final = 60 * 60.0
"""Seconds between two writes of the same that nobody has asked for."""

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
        self._looked_for: PushAddress | None = None
        """The address that the slot should have had when it was last found or written."""
        self._clear_after = 0.0
        """Loop time before which what earlier entries have left is not tried again."""
        self._is_closed = False
        """Whether nothing may be written any more."""
        self.slots: PushSlots | None = None
        """What the camera told last; None while it has told nothing."""
        self.read_at = 0.0
        """Loop time of the last answer about the slots."""
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
        return slot.heartbeat if slot is not None and slot.enabled else None

    @property
    def is_gone(self) -> bool:
        """Tell whether the camera has told its slots, and none of them is ours."""
        return self.slots is not None and self.slots.of(self._path) is None

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
        Raises ViewtronError, and HomeAssistantError if the entry is not running any more.
        """
        await self._prove()
        work = self._hass.async_create_task(self._subscribe(is_dead), f"{DOMAIN} push slot")
        (await outlast(work)).result()

    async def unsubscribe(self, *, is_refusal: bool = True) -> None:
        """Release our slot, and leave the camera alone from now on. Raises as `subscribe` does.

        `is_refusal` says that the user wants no slot, else he may be asked again one day.
        """
        await self._prove()
        work = self._hass.async_create_task(self._unsubscribe(is_refusal), f"{DOMAIN} push slot")
        (await outlast(work)).result()

    async def close(self) -> None:
        """Write nothing any more; what is being written comes to its end first."""
        self._is_closed = True
        async with self._in_turn:
            pass

    @callback
    def reopen(self) -> None:
        """Go on after all."""
        self._is_closed = False

    async def _prove(self) -> None:
        # Hours may lie between the last poll and this order.
        self._runtime.coordinator.doubt()
        await self._runtime.coordinator.prove()

    def _check_open(self) -> None:
        if self._is_closed:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="not_loaded",
                translation_placeholders={"target": self._runtime.entry.title},
            )

    async def _check(self) -> None:
        http_post = self._runtime.client.http_post
        async with self._in_turn:
            if self._is_closed:
                return
            before = self._shown()
            try:
                slots = await self._read(may_write=self.wanted)
                self.supported = True
                await self._judge(slots)
            except ViewtronNotSupportedError, ViewtronPermissionError:
                self.slots = http_post.known
                self.supported = self.slots is not None
                self.trouble = SlotTrouble.REFUSED if self.wanted else None
                raise
            finally:
                if self._shown() != before:
                    self._tell()

    async def _read(self, *, may_write: bool) -> PushSlots:
        """Ask for the slots, and clear what earlier entries of this camera have left there if we may write."""
        http_post, now = self._runtime.client.http_post, self._hass.loop.time()
        self.slots = await http_post.read()
        self.read_at = now
        may_write &= not self._is_closed and now >= self._clear_after
        unique_id = self._runtime.entry.unique_id or ""
        if await clear_left_slots(self._hass, unique_id, http_post, may_write=may_write):
            self._clear_after = now + CLAIM_PAUSE
            self.slots = await http_post.read()
        return self.slots

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
        wanted = await self._wanted_address()
        address = await self._address_of(own, wanted)
        if own is not None and own.serves(address):
            if self.trouble is SlotTrouble.REFUSED:
                # Somebody has done by hand what was written in vain: if that is lost, it is lost for the first time.
                self._tried.clear()
            self.trouble, self._looked_for = None, wanted
            return
        attempt, now = (address, own is None), self._hass.loop.time()
        if now - self._tried.get(attempt, float("-inf")) < CLAIM_PAUSE:
            if own is None and self.trouble in (None, SlotTrouble.TAKEN_AWAY, SlotTrouble.NO_SLOT):
                self.trouble = SlotTrouble.TAKEN_AWAY if slots.has_free else SlotTrouble.NO_SLOT
            return
        if self._is_closed:
            return
        writes = self._runtime.client.http_post.writes
        try:
            await self._claim(address)
            self._looked_for = wanted
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
            self._check_open()
            try:
                slots = await self._read(may_write=True)
                own, wanted = slots.of(self._path), await self._wanted_address()
                address = wanted if is_dead else await self._address_of(own, wanted)
                if is_dead or own is None or not own.serves(address):
                    self._check_open()
                    await self._claim(address)
                    self._tried.clear()
                self.supported, self.trouble, self._had_slot, self._looked_for = True, None, True, wanted
                options = {**self._runtime.entry.options, CONF_PUSH_SUBSCRIPTION: True}
                options.pop(CONF_POLLING_ALONE, None)
                self._hass.config_entries.async_update_entry(self._runtime.entry, options=options)
            except ViewtronError as error:
                if self.wanted and not isinstance(error, _OF_THE_DEVICE):
                    self.trouble = _trouble_of(error)
                raise
            finally:
                self._tell()

    async def _unsubscribe(self, is_refusal: bool) -> None:
        http_post = self._runtime.client.http_post
        async with self._in_turn:
            self._check_open()
            try:
                await take_out(http_post, self._path)
                self.trouble = self.claimed_at = None
                options = {**self._runtime.entry.options, CONF_PUSH_SUBSCRIPTION: False}
                if not is_refusal:
                    del options[CONF_PUSH_SUBSCRIPTION]
                self._hass.config_entries.async_update_entry(self._runtime.entry, options=options)
            finally:
                self.slots = http_post.known
                self._tell()

    async def _address_of(self, own: PushSlot | None, wanted: PushAddress) -> PushAddress:
        """Return where our slot is to lead: where it leads already unless it may get the address that is wanted."""
        if own is None or own.address is None or not own.enabled or wanted.same_as(own.address):
            return wanted
        return wanted if await self._may_move(wanted) else own.address

    async def _may_move(self, wanted: PushAddress) -> bool:
        """Tell whether our slot may get another address than it has.

        One that was typed for this camera goes there in any case; Home Assistant's own one if it is new, unless it
        cannot work; and everything else only where nothing arrives at the address that is there: somebody may have
        typed it who knew better.
        """
        options, host = self._runtime.entry.options, self._runtime.entry.data[CONF_HOST]
        if options.get(CONF_PUSH_ADDRESS):
            return True
        if self._runtime.push.alive is not False and not (self._hass.config.internal_url and self._is_new(wanted)):
            return False
        trouble = await judge_address(self._hass, host=host, options=options)
        if trouble is AddressTrouble.LOOPBACK:
            device = await find_device(self._hass, host)
            return device is not None and is_loopback(device)
        return trouble is None

    def _is_new(self, wanted: PushAddress) -> bool:
        """Tell whether an address differs from the one that was wanted when messages came, or when we last looked."""
        if self._runtime.push.alive is True and self._looked_for is not None:
            return not wanted.same_as(self._looked_for)
        entry = self._runtime.entry
        host: str = entry.data[CONF_HOST]
        url = push_url(self._hass, entry.data[CONF_WEBHOOK_ID], host=host, options=entry.options)
        return self._runtime.memory.proven != way_of(host, url)

    async def _wanted_address(self) -> PushAddress:
        """Return the address of this entry's webhook, as the camera is to post to it."""
        return await push_address_for(self._hass, self._runtime.entry)

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
                    "ours": slot.has_path(self._path),
                    "has_login": slot.has_login,
                }
                for slot in slots
            ],
        }


def _trouble_of(error: ViewtronError) -> SlotTrouble:
    match error:
        case ViewtronNoFreeSlotError():
            return SlotTrouble.NO_SLOT
        case ViewtronForeignLoginError():
            return SlotTrouble.FOREIGN_LOGIN
        case _:
            return SlotTrouble.REFUSED
