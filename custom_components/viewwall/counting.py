"""What was counted on one channel: the arithmetic, without Home Assistant.

Two sources tell the totals of a camera's line: the answers to `GetPassLineCountStatistics`, whose word counts, and
counting messages, which come at once but late, twice, out of order or before the answer to an older question. Where
messages tell neither direction nor totals, each one is a count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final, Literal

from .viewtron import ByType, Counts

type Way = Literal["entered", "exited"]

KINDS: Final = tuple(field.name for field in fields(ByType))
WAYS: Final[tuple[Way, ...]] = ("entered", "exited")
TOTAL_KEYS: Final = tuple(f"{way}_{kind}" for way in (*WAYS, "inside") for kind in KINDS)
"""Keys of the counts of a line that tells directions."""
COUNTED_KEYS: Final = tuple(f"counted_{kind}" for kind in KINDS)
"""Keys of the counts of what tells none."""

ORDER_WINDOW: Final = 600
"""Seconds for which a message with an older stamp comes late: after that the device's clock was set back."""
LATEST: Final = 60
"""Seconds by which a message comes late at most, if its totals are those of a newer one."""
BURST: Final = 10
"""Seconds within which messages whose stamps say nothing can overtake each other."""
AFTER_RESET: Final = 5
"""Seconds for which messages from before a reset may still arrive."""

_LARGEST: Final = 10**12


class CountLedger:
    """The counts of one channel. Times are seconds since 1970; `stamp` is the device's, `now` is ours."""

    def __init__(self, stored: object = None) -> None:
        """Go on from what `as_dict` has stored; what cannot be understood is forgotten."""
        data: Mapping[str, Any] = stored if isinstance(stored, Mapping) else {}
        self.is_seen = data.get("seen") is True
        """Whether anything was ever counted."""
        self.applied = 0
        """How many messages have set totals in this run."""
        self._totals = _numbers(data.get("totals"), minimum=0)
        """The device's totals by key, as sent."""
        self._zeros = _numbers(data.get("zeros"), minimum=0)
        """The device's totals at our own reset."""
        self._shifts = _numbers(data.get("shifts"))
        """What the device tells to be inside, less what has entered and not left, by kind."""
        self._alone = _numbers(data.get("alone"), minimum=0)
        """What the device tells to be inside where it tells nothing else."""
        self._floors = _numbers(data.get("floors"))
        """What is inside when we show nothing."""
        self._counted = _numbers(data.get("counted"), minimum=0)
        self._has_own_zero = data.get("own_zero") is True
        self._stamp = _time(data.get("stamp"))
        self._arrival = _time(data.get("arrival"))
        self._answer: dict[str, int] | None = None
        """The last answer of the statistics in this run."""
        self._reset_at: float | None = None
        self._trusts_messages = True

    def as_dict(self) -> dict[str, Any]:
        """Return what has to survive a restart, fit for JSON."""
        return {
            "seen": self.is_seen,
            "totals": dict(self._totals),
            "zeros": dict(self._zeros),
            "shifts": dict(self._shifts),
            "alone": dict(self._alone),
            "floors": dict(self._floors),
            "counted": dict(self._counted),
            "own_zero": self._has_own_zero,
            "stamp": self._stamp,
            "arrival": self._arrival,
        }

    @property
    def has_totals(self) -> bool:
        """Tell whether the device has told totals."""
        return bool(self._totals or self._alone)

    @property
    def has_counted(self) -> bool:
        """Tell whether single crossings were counted."""
        return bool(self._counted)

    def values(self) -> dict[str, int | None]:
        """Return what is shown, by key; None for what is unknown."""
        shown: dict[str, int | None] = {
            key: None if (total := self._totals.get(key)) is None else total - self._zeros.get(key, 0)
            for key in (f"{way}_{kind}" for way in WAYS for kind in KINDS)
        }
        for kind in KINDS:
            raw = self._inside(kind)
            shown[f"inside_{kind}"] = None if raw is None else raw - self._floors.get(kind, 0)
            shown[f"counted_{kind}"] = self._counted.get(kind, 0) if self._counted else None
        return shown

    def told(self, counts: Counts, stamp: float | None, now: float, *, has_statistics: bool) -> bool:
        """Take the totals of a message; tell whether the statistics should be asked.

        Where statistics answer, only they can take a total back: a message that comes late looks like a reset.
        """
        self.is_seen = True
        totals = _by_key(counts.entered, counts.exited)
        is_lower = self._is_lower(totals)
        if self._is_overtaken(stamp, now) and not self._was_set_back(stamp, totals, now):
            return False
        if has_statistics:
            came_before_reset = self._reset_at is not None and 0 <= now - self._reset_at < AFTER_RESET
            if is_lower or came_before_reset or not self._trusts_messages:
                self._note_time(stamp, now)
                if not is_lower and not came_before_reset:
                    self._note_inside(counts)
                return True
        elif is_lower:
            if self._is_as_old(stamp, now):
                return False
            self._device_was_reset(now)
        self._note_time(stamp, now)
        self._totals |= totals
        self.applied += 1
        self._note_inside(counts)
        return False

    def answered(self, entered: ByType, exited: ByType, now: float, *, overtaken: bool) -> bool:
        """Take the totals of the statistics; tell whether they should be asked again.

        `overtaken` tells that a message has set totals since they were asked: then they may be from before it.
        """
        totals = _by_key(entered, exited)
        is_lower = self._is_lower(totals)
        if any(totals.values()):
            self.is_seen = True
        if overtaken and is_lower:
            self._totals |= {key: max(total, self._totals.get(key, 0)) for key, total in totals.items()}
            self._settle()
            return True
        if is_lower:
            before = self._answer
            if before is None or any(total < before.get(key, 0) for key, total in totals.items()):
                self._device_was_reset(now)
            else:
                # Messages told more than the statistics ever had: the two do not mean the same.
                self._trusts_messages = False
                self._zeros = {key: zero for key, zero in self._zeros.items() if zero <= totals.get(key, zero)}
        self._totals |= totals
        self._answer = totals
        self._settle()
        return False

    def add(self, kinds: Iterable[str]) -> None:
        """Count crossings that a device tells one by one."""
        self.is_seen = True
        for kind in kinds:
            if kind in KINDS:
                self._counted[kind] = self._counted.get(kind, 0) + 1

    def forget_stamp(self) -> None:
        """Take the next message for a newer one: the device's clock has been set."""
        self._stamp = None

    def reset(self) -> None:
        """Count from zero, whatever the device goes on with."""
        self._zeros = {key: total for key, total in self._totals.items() if total}
        self._floors = {kind: raw for kind in KINDS if (raw := self._inside(kind)) is not None}
        self._has_own_zero = True
        self._counted = dict.fromkeys(self._counted, 0)

    def device_was_reset(self, now: float) -> None:
        """Count from zero because the device does, by our order."""
        self._device_was_reset(now)
        self._totals = dict.fromkeys(self._totals, 0)
        self._answer = dict(self._totals)
        self._counted = dict.fromkeys(self._counted, 0)

    def _device_was_reset(self, now: float) -> None:
        self._zeros.clear()
        self._shifts.clear()
        self._alone.clear()
        self._floors.clear()
        self._has_own_zero = False
        self._reset_at = now

    def _is_lower(self, totals: Mapping[str, int]) -> bool:
        return any(total < self._totals.get(key, 0) for key, total in totals.items())

    def _is_overtaken(self, stamp: float | None, now: float) -> bool:
        """Tell whether a newer message was here first."""
        if stamp is None or self._stamp is None:
            return False
        return stamp < self._stamp and self._is_within(ORDER_WINDOW, now)

    def _was_set_back(self, stamp: float | None, totals: Mapping[str, int], now: float) -> bool:
        """Tell a clock that was set back from a message that comes late, whose totals are lower.

        Those from before a reset are higher, too: after one, only silence tells.
        """
        if stamp is None or self._stamp is None or stamp >= self._stamp - LATEST:
            return False
        is_after_reset = self._reset_at is not None and 0 <= now - self._reset_at < ORDER_WINDOW
        return bool(totals) and not is_after_reset and not self._is_lower(totals)

    def _is_as_old(self, stamp: float | None, now: float) -> bool:
        """Tell whether nothing says that a message is newer than the last one."""
        if stamp is None or self._stamp is None:
            return self._is_within(BURST, now)
        # In a few seconds no clock goes on by minutes: this was sent before it was set back.
        jumps = stamp > self._stamp + LATEST and self._is_within(BURST, now)
        return stamp == self._stamp or jumps

    def _is_within(self, seconds: float, now: float) -> bool:
        return self._arrival is not None and 0 <= now - self._arrival < seconds

    def _note_time(self, stamp: float | None, now: float) -> None:
        self._stamp = stamp
        self._arrival = now

    def _note_inside(self, counts: Counts) -> None:
        """Take what the device tells to be inside, relative to its own totals of the same moment."""
        for kind in KINDS:
            inside: int | None = getattr(counts.inside, kind)
            if inside is None:
                continue
            entered, exited = (
                total if (total := getattr(told, kind)) is not None else self._totals.get(f"{way}_{kind}")
                for way, told in (("entered", counts.entered), ("exited", counts.exited))
            )
            if entered is None or exited is None:
                self._alone[kind] = inside
                continue
            shift = inside - (entered - exited)
            if kind not in self._shifts and kind in self._floors and self._has_own_zero:
                # Our zero was taken on the other scale.
                self._floors[kind] += shift
            self._shifts[kind] = shift
        self._settle()

    def _inside(self, kind: str) -> int | None:
        """Return what the device would tell to be inside now."""
        entered, exited = (self._totals.get(f"{way}_{kind}") for way in WAYS)
        if entered is None or exited is None:
            return self._alone.get(kind)
        return entered - exited + self._shifts.get(kind, 0)

    def _settle(self) -> None:
        """Let nothing show less than zero inside: who leaves must have come before we looked."""
        for kind in KINDS:
            raw = self._inside(kind)
            if raw is None:
                continue
            is_told = kind in self._shifts or kind in self._alone
            floor = 0 if is_told and not self._has_own_zero else self._floors.get(kind, 0)
            self._floors[kind] = min(floor, raw)


def _by_key(entered: ByType, exited: ByType) -> dict[str, int]:
    """Return the totals that are told, by key."""
    ways: tuple[tuple[Way, ByType], ...] = (("entered", entered), ("exited", exited))
    return {
        f"{way}_{kind}": total for way, told in ways for kind in KINDS if (total := getattr(told, kind)) is not None
    }


def _numbers(stored: object, minimum: int = -_LARGEST) -> dict[str, int]:
    """Read stored numbers; those that nobody can have written are left out."""
    if not isinstance(stored, Mapping):
        return {}
    return {
        key: value
        for key, value in stored.items()
        if isinstance(key, str) and type(value) is int and minimum <= value <= _LARGEST
    }


def _time(stored: object) -> float | None:
    return float(stored) if isinstance(stored, int | float) and not isinstance(stored, bool) else None
