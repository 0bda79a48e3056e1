"""What was begun gets its end: an output that was pulsed on its off, a camera that was set moving its Stop.

The end is written down before the beginning is sent. It is sent in every way out: when the time is over, on an error,
when the caller is cancelled, when the entry is unloaded, when Home Assistant stops, and first of all at the next start.
While the device does not take it, it is tried again and again, and a repair says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN
from .device_memory import Debt, DebtKey, DebtKind, DeviceMemory
from .tasks import outlast
from .viewtron.errors import MAY_BE_DONE, ViewtronConnectionError, ViewtronError

if TYPE_CHECKING:
    from .viewtron.client import ViewtronClient

_LOGGER = logging.getLogger(__name__)

RETRY_AFTER: Final = (1, 2, 5, 10, 30, 60)
"""Seconds between attempts to send what the device did not take; the last one repeats."""


class StillOwedError(Exception):
    """The end of something could not be sent; it is tried again without the caller."""

    def __init__(self, debt: Debt) -> None:
        """Keep what is owed."""
        super().__init__(f"{debt.kind} {debt.number} is still owed")
        self.debt = debt


@dataclass(slots=True)
class _Account:
    """What runs on one output or channel."""

    debt: Debt
    holders: set[asyncio.Event] = field(default_factory=set)
    """Calls that still want it to run; each waits for its event or its time."""
    has_begun: bool = False
    """Whether something may have been sent whose end was not."""
    in_turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def release(self, calls: Iterable[asyncio.Event] | None = None) -> None:
        """Let these calls, or all of them, go on, which then want nothing more."""
        for holder in tuple(self.holders if calls is None else calls):
            holder.set()
            self.holders.discard(holder)


class Owed:
    """What one device is owed."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        client: ViewtronClient,
        memory: DeviceMemory,
        on_end: Callable[[Debt], None],
        prove: Callable[[], Awaitable[None]],
        doubt: Callable[[], None],
    ) -> None:
        """Pay with `client`, and write debts down in `memory`; `on_end` hears of each payment.

        Nothing is sent before `prove` has found that the same device still answers; `doubt` hears when it was away.
        """
        self._hass = hass
        self._entry = entry
        self._client = client
        self._memory = memory
        self._on_end = on_end
        self._prove = prove
        self._doubt = doubt
        self._accounts: dict[DebtKey, _Account] = {}
        self._is_closed = False
        """Whether nothing may begin any more."""
        self._is_over = False
        """Whether nothing may end any more: what is owed then is left to the next start."""
        self._failures = 0
        self._cancel_retry: CALLBACK_TYPE | None = None

    def is_owed(self, kind: DebtKind, number: int) -> bool:
        """Tell whether something runs, or should have ended."""
        return (kind, number) in self._memory.debts

    async def during(
        self, debt: Debt, begin: Callable[[], Awaitable[None]], seconds: float, *, alone: bool = False
    ) -> None:
        """Begin something, let it run for `seconds`, and end it.

        Of several calls the last one ends it; `alone` lets earlier calls go at once instead. Raises StillOwedError when
        the end could not be sent, else the error of the beginning, and HomeAssistantError when it may not even begin.
        """
        account = self._account(debt)
        if alone:
            account.release()
        over = asyncio.Event()
        account.holders.add(over)
        failure: ViewtronError | None = None
        try:
            await self._begin(account, debt, begin)
            if not self._is_closed:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await over.wait()
        except ViewtronError as error:
            failure = error
        finally:
            account.holders.discard(over)
            # Whoever is cancelled does not take the end with it.
            task = await outlast(self._hass.async_create_task(self._end(account), f"{DOMAIN} end of {debt.kind}"))
        task.result()
        if failure is not None:
            raise failure

    async def end_now(self, kind: DebtKind, number: int) -> None:
        """End what runs, or is about to, before its time; nothing is sent if nothing is owed. Raises StillOwedError."""
        key = (kind, number)
        if (debt := self._memory.debts.get(key)) is not None or key in self._accounts:
            account = self._account(debt) if debt is not None else self._accounts[key]
            account.release()
            await self._end(account)

    async def end_all(self) -> None:
        """End everything that runs before its time. Raises StillOwedError."""
        for kind, number in tuple(self._memory.debts):
            await self.end_now(kind, number)

    async def take_over(self, kind: DebtKind, number: int, order: Callable[[], Awaitable[None]]) -> None:
        """Carry out an order that stands above what runs: afterwards nothing is owed. Raises the order's error."""
        account = self._account(Debt(kind=kind, number=number))
        # What is called from now on comes after this order, and stands above it.
        task = self._hass.async_create_task(
            self._take_over(account, tuple(account.holders), order), f"{DOMAIN} order above {kind}"
        )
        (await outlast(task)).result()

    async def _take_over(
        self, account: _Account, calls: Iterable[asyncio.Event], order: Callable[[], Awaitable[None]]
    ) -> None:
        async with account.in_turn:
            await self._prove()
            await order()
            account.release(calls)
            await self._settled(account)

    async def pay(self) -> None:
        """Send the ends that an earlier run, or an earlier attempt, still owes; what fails is tried again."""
        for debt in tuple(self._memory.debts.values()):
            account = self._account(debt)
            if not account.holders:
                with suppress(StillOwedError):
                    await self._end(account)

    async def close(self, _event: Event | None = None) -> None:
        """End everything now; what cannot be sent stays written down for the next start."""
        self._is_closed = True
        for account in tuple(self._accounts.values()):
            account.release()
        await self.pay()
        self._is_over = True
        self.stop_retrying()
        await self._memory.close()

    def reopen(self) -> None:
        """Go on after all."""
        self._is_closed = self._is_over = False

    def _account(self, debt: Debt) -> _Account:
        # A debt that is written down before there is an account comes from an earlier run.
        return self._accounts.setdefault(debt.key, _Account(debt, has_begun=debt.key in self._memory.debts))

    async def _begin(self, account: _Account, debt: Debt, begin: Callable[[], Awaitable[None]]) -> None:
        async with account.in_turn:
            await self._prove()
            if self._is_closed or self._hass.is_stopping:
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key="not_loaded",
                    translation_placeholders={"target": self._entry.title},
                )
            before, account.debt = account.debt, debt
            await self._memory.owe(debt)
            had_begun, account.has_begun = account.has_begun, True
            try:
                await begin()
            except MAY_BE_DONE:
                raise
            except ViewtronError:
                # The device did not do it, so that there is nothing to end but what ran before.
                account.has_begun = had_begun
                if had_begun:
                    # What runs needs its own end: this one's may be what the device does not take.
                    account.debt = before
                    await self._memory.owe(before)
                raise

    async def _end(self, account: _Account) -> None:
        async with account.in_turn:
            if account.holders or account.debt.key not in self._memory.debts:
                return
            if self._is_over:
                raise StillOwedError(account.debt)
            if account.has_begun:
                try:
                    await self._prove()
                    await self._send_end(account.debt)
                except ViewtronError as error:
                    self._failed(account.debt, error)
                    raise StillOwedError(account.debt) from error
                self._on_end(account.debt)
            await self._settled(account)

    async def _send_end(self, debt: Debt) -> None:
        match debt.kind:
            case DebtKind.OUTPUT_OFF:
                await self._client.set_output(debt.number, on=False)
            case DebtKind.PTZ_STOP:
                await self._client.ptz.stop(debt.number, debt.speed)

    async def _settled(self, account: _Account) -> None:
        account.has_begun = False
        self._failures = 0
        await self._memory.paid(account.debt.key)
        ir.async_delete_issue(self._hass, DOMAIN, issue_id(self._entry.entry_id, account.debt))

    def _failed(self, debt: Debt, error: ViewtronError) -> None:
        _LOGGER.debug("%s: %s %d is still owed: %s", self._entry.title, debt.kind, debt.number, error)
        if isinstance(error, ViewtronConnectionError):
            self._doubt()
        _report(self._hass, self._entry, debt)
        if self._cancel_retry is None and not self._is_closed:
            delay = RETRY_AFTER[min(self._failures, len(RETRY_AFTER) - 1)]
            self._failures += 1
            self._cancel_retry = async_call_later(self._hass, delay, self._retry)

    async def _retry(self, _now: datetime) -> None:
        self._cancel_retry = None
        await self.pay()

    @callback
    def stop_retrying(self) -> None:
        """Let no timer outlive the entry; what is owed stays written down."""
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None


@callback
def report_debts(hass: HomeAssistant, entry: ConfigEntry[Any], memory: DeviceMemory) -> None:
    """Tell the user what a device is owed that cannot be asked, or not yet."""
    for debt in memory.debts.values():
        _report(hass, entry, debt)


async def forget_debts(hass: HomeAssistant, entry_id: str) -> None:
    """Forget what a device is owed whose entry is removed."""
    memory = DeviceMemory(hass, entry_id)
    await memory.load()
    for debt in memory.debts.values():
        ir.async_delete_issue(hass, DOMAIN, issue_id(entry_id, debt))
    await memory.remove()


def _report(hass: HomeAssistant, entry: ConfigEntry[Any], debt: Debt) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry.entry_id, debt),
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="off_owed" if debt.kind is DebtKind.OUTPUT_OFF else "stop_owed",
        translation_placeholders={"device": entry.title, "number": str(debt.number)},
    )


def issue_id(entry_id: str, debt: Debt) -> str:
    """Return the id of the issue about a debt."""
    return f"{debt.kind}_{debt.number}_{entry_id}"
