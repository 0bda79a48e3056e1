"""What one device has counted, put together from messages and polls, kept over restarts."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .catalog import EntityKey, unique_id
from .const import DOMAIN
from .counting import COUNTED_KEYS, TOTAL_KEYS, CountLedger
from .recent import RecentKeys
from .viewtron import DetectionType, EventStatus, Post
from .viewtron.counting import STATISTICS, LineStatistics
from .viewtron.errors import ViewtronCommandError
from .viewtron.models import DeviceInfo, DeviceKind

if TYPE_CHECKING:
    from .runtime import ViewtronRuntime

COUNTING: Final = frozenset({DetectionType.LINE_COUNTING, DetectionType.AREA_COUNTING})
RESET_KEY: Final = "reset_counts"
COUNTING_FEATURE: Final = "supportpasslinecount"
SAME_TARGET: Final = 2.0
"""Seconds within which a target that is counted by a line and by an area is one."""

_PACE: Final = 55
"""Seconds between questions while counting is seen: every poll, when messages arrive."""
_SLOW_PACE: Final = 5 * 60
_TRUSTED_FOR: Final = 10 * 60
"""Seconds after their last answer for which only the statistics can take a total back."""
_ATTEMPTS: Final = 3


def counts_lines(info: DeviceInfo) -> bool:
    """Tell whether a camera says that it counts who crosses a line."""
    names = {name.lower() for name in info.supported_apis or ()}
    return not info.kind.is_nvr and (STATISTICS.lower() in names or COUNTING_FEATURE in (info.features or ()))


class Counters:
    """The counts of one device, by channel (None: the device itself)."""

    def __init__(self, hass: HomeAssistant, runtime: ViewtronRuntime) -> None:
        """Start with what the memory of `runtime` holds, once it is loaded."""
        self._hass = hass
        self._runtime = runtime
        self._ledgers: dict[int | None, CountLedger] = {}
        self._of_lines = RecentKeys(SAME_TARGET)
        self._of_areas = RecentKeys(SAME_TARGET)
        self._shown: dict[int | None, set[str]] = {}
        self._answered_at: float | None = None
        self._next_question = 0.0
        self._is_urgent = False
        """Whether something happened that only the statistics can tell."""

    def value(self, key: EntityKey) -> int | None:
        """Return a count; None while it is unknown."""
        return self._ledger(key[0]).values().get(key[1])

    def is_shown(self, key: EntityKey) -> bool:
        """Tell whether a count, or their reset, has anything to show."""
        return key[1] in self._keys(key[0])

    def expected(self, channel: int | None) -> set[str]:
        """Return the keys of a channel's sensors that have something to show."""
        return self._keys(channel) - {RESET_KEY}

    async def take(self, post: Post, channel: int | None, arrival: datetime, *, is_new: bool) -> None:
        """Count what a message tells; `is_new` tells an event of its own from a repetition."""
        ledger = self._ledger(channel)
        before = ledger.values()
        if post.counts is not None:
            stamp = None if post.time is None else post.time.timestamp()
            has_statistics = channel is None and self._has_statistics
            if ledger.told(post.counts, stamp, arrival.timestamp(), has_statistics=has_statistics):
                self._ask_soon()
        elif (
            post.detection is DetectionType.LINE_COUNTING
            and channel is None
            and (ledger.has_totals or self._has_statistics)
        ):
            ledger.is_seen = True
            self._ask_soon()
        elif is_new:
            ledger.add(self._crossings(post, channel))
        self._publish(channel, before)
        await self._show(channel)

    async def ask(self) -> None:
        """Ask the statistics if it is time to, and once more if a message has overtaken the answer.

        Raises ViewtronNotSupportedError for a device that has none, and any other ViewtronError.
        """
        client, loop = self._runtime.client, self._hass.loop
        if loop.time() < self._next_question and not self._is_urgent:
            return
        info = await client.known()
        if info.kind is not DeviceKind.IPC_V2 or (client.lists(STATISTICS) is False and not counts_lines(info)):
            return
        for _ in range(_ATTEMPTS):
            self._is_urgent = False
            applied = self._ledger(None).applied
            try:
                statistics = await client.counting.statistics()
            except ViewtronCommandError:
                self._answered_at = None
                raise
            self._take_answer(statistics, applied)
            if not self._is_urgent:
                break
        self._next_question = loop.time() + (_PACE if self._ledger(None).is_seen else _SLOW_PACE)
        self._runtime.entry.async_create_background_task(self._hass, self._show(None), f"{DOMAIN} counts")

    async def reset(self, channel: int | None) -> None:
        """Count from zero: by the camera's own reset if it has one and reads back zero, else by our own zero.

        Raises ViewtronError; then nothing is counted from zero.
        """
        ledger = self._ledger(channel)
        if channel is None and self._has_statistics:
            await self._runtime.coordinator.prove()
            applied = ledger.applied
            try:
                statistics = await self._runtime.client.counting.reset()
            except ViewtronCommandError:
                self._answered_at = None
            else:
                self._take_answer(statistics, applied)
                if statistics.is_zero:
                    before = ledger.values()
                    ledger.device_was_reset(_now())
                    self._publish(channel, before)
                    return
        before = ledger.values()
        ledger.reset()
        self._publish(channel, before)

    @callback
    def forget_stamps(self) -> None:
        """Forget when the device sent what it has sent: its clock has been set."""
        for channel, ledger in self._ledgers.items():
            before = ledger.values()
            ledger.forget_stamp()
            self._publish(channel, before)

    @callback
    def forget(self, channel: int) -> None:
        """Forget a channel whose device the user has removed."""
        self._ledgers.pop(channel, None)
        self._shown.pop(channel, None)
        memory = self._runtime.memory
        if (name := _name(channel)) in memory.counts:
            memory.keep_counts({other: counts for other, counts in memory.counts.items() if other != name})

    @property
    def _has_statistics(self) -> bool:
        return self._answered_at is not None and self._hass.loop.time() - self._answered_at < _TRUSTED_FOR

    def _ledger(self, channel: int | None) -> CountLedger:
        if (ledger := self._ledgers.get(channel)) is None:
            ledger = self._ledgers[channel] = CountLedger(self._runtime.memory.counts.get(_name(channel)))
        return ledger

    def _keys(self, channel: int | None) -> set[str]:
        ledger = self._ledger(channel)
        if not ledger.is_seen:
            return set()
        keys = set(TOTAL_KEYS) if ledger.has_totals else set()
        if ledger.has_counted:
            keys |= set(COUNTED_KEYS)
        return keys | {RESET_KEY} if keys else keys

    def _crossings(self, post: Post, channel: int | None) -> Iterator[str]:
        """Yield the types of those who crossed; what a message has no type for is nobody's count."""
        if post.events and all(item.status not in (None, EventStatus.START) for item in post.events):
            return
        now = self._hass.loop.time()
        lines = post.detection is DetectionType.LINE_COUNTING
        own, other = (self._of_lines, self._of_areas) if lines else (self._of_areas, self._of_lines)
        for target in post.targets:
            if target.type is None:
                continue
            key = (channel, target.id)
            # A line and an area that one step crosses are one crossing. Two events of a recorder's lines are two, but
            # a camera may tell one entry twice.
            if target.id and (other.knows(key, now) or (not own.add(key, now) and channel is None)):
                continue
            yield target.type.value

    def _ask_soon(self) -> None:
        if self._has_statistics:
            self._is_urgent = True
            self._runtime.coordinator.refresh_soon()

    @callback
    def _take_answer(self, statistics: LineStatistics, applied: int) -> None:
        self._answered_at = self._hass.loop.time()
        ledger = self._ledger(None)
        before = ledger.values()
        overtaken = ledger.applied != applied
        if ledger.answered(statistics.entered, statistics.exited, _now(), overtaken=overtaken):
            self._is_urgent = True
        self._publish(None, before)

    @callback
    def _publish(self, channel: int | None, before: dict[str, int | None]) -> None:
        """Keep what was counted, and wake who shows what has changed."""
        ledger, memory, name = self._ledger(channel), self._runtime.memory, _name(channel)
        stored: dict[str, Any] = ledger.as_dict()
        if stored != memory.counts.get(name):
            memory.keep_counts({**memory.counts, name: stored})
        for key, value in ledger.values().items():
            if value != before[key]:
                self._runtime.changes.call((channel, key))

    async def _show(self, channel: int | None) -> None:
        """Let the entities appear that have something to show."""
        catalog, keys = self._runtime.catalog, self._keys(channel)
        are_new = keys != self._shown.get(channel)
        self._shown[channel] = keys
        for platform, names in ((Platform.SENSOR, keys - {RESET_KEY}), (Platform.BUTTON, keys & {RESET_KEY})):
            wanted: set[EntityKey] = {(channel, name) for name in names}
            if are_new:
                self._enable(platform, wanted)
            if channel is not None and catalog.lacks(platform, wanted):
                self._runtime.ensure_channel(channel)
            await catalog.ensure(platform, wanted)

    @callback
    def _enable(self, platform: Platform, keys: set[EntityKey]) -> None:
        """Enable what is off only because nothing was counted yet; what the user has chosen stays."""
        if self._runtime.entry.pref_disable_new_entities:
            return
        registry = er.async_get(self._hass)
        for key in keys:
            entity_id = registry.async_get_entity_id(platform, DOMAIN, unique_id(self._runtime.device_id, key))
            entry = registry.async_get(entity_id) if entity_id else None
            if entry is not None and entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
                registry.async_update_entity(entry.entity_id, disabled_by=None)
                self._runtime.catalog.forget(platform, key)


def _name(channel: int | None) -> str:
    """Return the name under which a channel is stored."""
    return "device" if channel is None else str(channel)


def _now() -> float:
    return dt_util.utcnow().timestamp()
