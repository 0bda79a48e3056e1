"""What has to be known about a Viewtron device after a restart: what it is owed, and what was counted."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)
_VERSION: Final = 1
_SAVE_DELAY: Final = 30
"""Seconds for which counts are gathered before they are written; what is owed is written at once."""


class DebtKind(StrEnum):
    """What is owed."""

    OUTPUT_OFF = "output_off"
    PTZ_STOP = "ptz_stop"


type DebtKey = tuple[DebtKind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """The end of something that was begun: `number` is the output, or the channel of a moving camera."""

    kind: DebtKind
    number: int
    speed: int = 1
    """The speed that a Stop needs on the wire."""

    @property
    def key(self) -> DebtKey:
        """What there can be only one of at a time."""
        return (self.kind, self.number)


class DeviceMemory:
    """The memory of one device, on disk before anything depends on it. It holds no secrets."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start empty; `load` reads what an earlier run has left."""
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}", atomic_writes=True)
        self._changes = 0
        self._written = 0
        self._is_waiting = False
        self.debts: Mapping[DebtKey, Debt] = {}
        self.counts: Mapping[str, Any] = {}
        """Counts by channel, as their ledger wrote them down."""
        self.proven: str | None = None
        """The way, without its secret, on which messages of the device have arrived."""

    async def load(self) -> None:
        """Read what an earlier run has left; what cannot be understood is left out, with a warning."""
        stored = await self._store.async_load() or {}
        self.debts = {debt.key: debt for debt in _debts(stored.get("debts"))}
        counts = stored.get("counts")
        self.counts = dict(counts) if isinstance(counts, dict) else {}
        proven = stored.get("proven")
        self.proven = proven if isinstance(proven, str) else None

    async def owe(self, debt: Debt) -> None:
        """Remember what is owed; when this returns, it is on disk. Raises HomeAssistantError if it cannot be."""
        if self.debts.get(debt.key) != debt:
            self.debts = {**self.debts, debt.key: debt}
            self._changes += 1
        # It may be known and yet not be on disk: whoever owed it first was cancelled while it was being written.
        await self._save()
        # The store only logs that the disk is full.
        stored = await self._store.async_load() or {}
        if debt not in _debts(stored.get("debts")):
            self._written = -1
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_written")

    async def paid(self, key: DebtKey) -> None:
        """Forget what is no longer owed."""
        if key in self.debts:
            self.debts = {other: debt for other, debt in self.debts.items() if other != key}
            self._changes += 1
            await self._save()

    @callback
    def keep_counts(self, counts: Mapping[str, Any]) -> None:
        """Remember counts, on disk after a while or when Home Assistant stops."""
        self.counts = counts
        self._save_later()

    @callback
    def prove(self, way: str | None) -> None:
        """Remember the way on which messages arrive, None for none, on disk as counts are."""
        if way != self.proven:
            self.proven = way
            self._save_later()

    @callback
    def _save_later(self) -> None:
        self._changes += 1
        if not self._is_waiting:
            # Asked again, the store would begin to wait anew: on a busy day nothing would ever be written.
            self._is_waiting = True
            self._store.async_delay_save(self._data, _SAVE_DELAY)

    async def close(self) -> None:
        """Write what waits."""
        await self._save()

    async def _save(self) -> None:
        if self._written != self._changes:
            changes = self._changes
            await self._store.async_save(self._data())
            self._written = max(self._written, changes)

    async def remove(self) -> None:
        """Remove the file."""
        await self._store.async_remove()

    def _data(self) -> dict[str, Any]:
        self._is_waiting = False
        return {
            "debts": [asdict(debt) for debt in self.debts.values()],
            "counts": dict(self.counts),
            "proven": self.proven,
        }


def _debts(stored: object) -> Iterator[Debt]:
    """Build debts from their JSON."""
    for data in stored if isinstance(stored, list) else ():
        try:
            yield Debt(kind=DebtKind(data["kind"]), number=int(data["number"]), speed=int(data["speed"]))
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("Something that is owed to a device cannot be read: %s", type(error).__name__)
