"""The arithmetic of counts: totals, resets, order and races, without Home Assistant."""

import json
from typing import Any

import pytest

from custom_components.viewwall.counting import CountLedger
from custom_components.viewwall.viewtron import ByType, Counts

NOON = 1_800_000_000.0


def totals(entered: int | None, exited: int | None = None, inside: int | None = None) -> Counts:
    """Return totals of persons."""
    return Counts(entered=ByType(person=entered), exited=ByType(person=exited), inside=ByType(person=inside))


class Line:
    """A ledger with a clock, fed with persons only."""

    def __init__(self, ledger: CountLedger | None = None, *, has_statistics: bool = False) -> None:
        """Start at noon."""
        self.ledger = ledger or CountLedger()
        self.has_statistics = has_statistics
        self.now = NOON

    def told(
        self,
        entered: int | None,
        exited: int | None = None,
        inside: int | None = None,
        *,
        at: float | None = None,
        after: float = 1.0,
    ) -> bool:
        """Take a message `after` seconds, stamped `at` seconds after noon (its arrival by default)."""
        self.now += after
        stamp = self.now if at is None else NOON + at
        return self.ledger.told(totals(entered, exited, inside), stamp, self.now, has_statistics=self.has_statistics)

    def answered(self, entered: int, exited: int = 0, *, overtaken: bool = False, after: float = 1.0) -> bool:
        """Take an answer of the statistics."""
        self.now += after
        return self.ledger.answered(ByType(person=entered), ByType(person=exited), self.now, overtaken=overtaken)

    def shows(self, entered: int | None, exited: int | None = None, inside: int | None = None) -> bool:
        """Compare with what is shown."""
        shown = self.ledger.values()
        return (shown["entered_person"], shown["exited_person"], shown["inside_person"]) == (entered, exited, inside)

    def restart(self) -> None:
        """Go on from what was stored."""
        self.ledger = CountLedger(json.loads(json.dumps(self.ledger.as_dict())))


def test_nothing_is_known_at_first() -> None:
    """Show nothing before anything was told."""
    line = Line()
    assert set(line.ledger.values().values()) == {None}
    assert not line.ledger.is_seen
    line.answered(0)
    assert line.shows(0, 0, 0)
    assert not line.ledger.is_seen
    line.answered(1)
    assert line.ledger.is_seen


def test_totals_as_sent() -> None:
    """Show what the device says, kind by kind; what it does not say stays unknown."""
    ledger = CountLedger()
    counts = Counts(entered=ByType(3, 2, 1), exited=ByType(1, 1, None), inside=ByType(2, 5, None))
    ledger.told(counts, NOON, NOON, has_statistics=False)
    assert ledger.values() == {
        "entered_person": 3,
        "entered_car": 2,
        "entered_two_wheeler": 1,
        "exited_person": 1,
        "exited_car": 1,
        "exited_two_wheeler": None,
        "inside_person": 2,
        "inside_car": 5,
        "inside_two_wheeler": None,
        "counted_person": None,
        "counted_car": None,
        "counted_two_wheeler": None,
    }


def test_repeated_and_overtaken_messages() -> None:
    """Take no count back for a message that comes late, and count none twice."""
    line = Line()
    line.told(5, at=1)
    line.told(5, at=1)
    line.told(7, at=1.09, after=0.02)
    line.told(6, at=1.045, after=0.02)
    assert line.shows(7)
    line.told(8, at=1.09, after=0.02)
    line.told(7, at=1.09, after=0.02)
    assert line.shows(8)
    assert line.ledger.applied == 4


def test_late_message_from_before_a_reset() -> None:
    """Do not go back to the totals from before a reset."""
    line = Line()
    line.told(50, at=1)
    line.told(1, at=3)
    line.told(51, at=2)
    assert line.shows(1)
    line.told(2, at=4)
    assert line.shows(2)


def test_messages_without_a_stamp() -> None:
    """Take a lower total for a reset only when no burst explains it."""
    ledger = CountLedger()
    for now, entered, shown in ((0, 5, 5), (1, 6, 6), (2, 5, 6), (3, 7, 7), (60, 1, 1), (61, 2, 2)):
        ledger.told(totals(entered), None, NOON + now, has_statistics=False)
        assert ledger.values()["entered_person"] == shown


def test_midnight() -> None:
    """Follow a device that begins anew, without less than zero ever."""
    line = Line()
    line.told(40, 38, 2)
    line.ledger.reset()
    assert line.shows(0, 0, 0)
    line.told(41, 38, 3)
    assert line.shows(1, 0, 1)
    line.told(0, 0, 0)
    assert line.shows(0, 0, 0)
    line.told(1, 0, 1)
    assert line.shows(1, 0, 1)


def test_reset_of_the_device_is_one_for_all() -> None:
    """Drop every zero of ours when one total drops, for the device counts all of them anew."""
    ledger = CountLedger()
    ledger.told(Counts(entered=ByType(9, 2)), NOON, NOON, has_statistics=False)
    ledger.reset()
    ledger.told(Counts(entered=ByType(1, 2)), NOON + 60, NOON + 60, has_statistics=False)
    assert ledger.values()["entered_person"] == 1
    assert ledger.values()["entered_car"] == 2


def test_statistics_win() -> None:
    """Believe the statistics more than messages, in both directions."""
    line = Line(has_statistics=True)
    line.answered(10, 4)
    assert line.told(12, 4, 8) is False
    assert line.shows(12, 4, 8)
    line.answered(14, 4)
    assert line.shows(14, 4, 10)
    line.told(16, 4, 12)
    line.answered(15, 4)
    assert line.shows(15, 4, 11)


def test_messages_that_mean_something_else() -> None:
    """Stop jumping to and fro when messages count otherwise than the statistics do."""
    line = Line(has_statistics=True)
    line.answered(10)
    assert line.told(100) is False
    line.answered(10)
    assert line.shows(10, 0, 10)
    assert line.told(101) is True
    assert line.shows(10, 0, 10)
    line.answered(11)
    assert line.shows(11, 0, 11)
    assert line.told(5) is True
    assert line.shows(11, 0, 11)


def test_lower_message_is_no_reset_where_statistics_answer() -> None:
    """Let the statistics decide: a message on its way while they answered tells less than they did."""
    line = Line(has_statistics=True)
    line.answered(12)
    line.told(12)
    line.answered(14)
    assert line.told(13) is True
    assert line.shows(14, 0, 14)
    line.answered(14)
    assert line.shows(14, 0, 14)


def test_reset_is_proven_by_the_statistics() -> None:
    """Follow a reset when the statistics tell it, not the late messages from before it."""
    line = Line(has_statistics=True)
    line.answered(30, 10)
    line.told(31, 10, 25)
    assert line.told(1, 0, 1) is True
    assert line.shows(31, 10, 25)
    line.answered(1)
    assert line.shows(1, 0, 1)
    assert line.told(32, 10, 26) is True
    assert line.shows(1, 0, 1)
    line.answered(1)
    assert line.told(2, 0, 2, after=10) is False
    assert line.shows(2, 0, 2)


def test_overtaken_answer() -> None:
    """Take nothing back for an answer to a question from before the last message, and ask again."""
    line = Line(has_statistics=True)
    line.answered(10)
    line.told(12)
    assert line.answered(11, overtaken=True) is True
    assert line.shows(12, 0, 12)
    assert line.answered(13, overtaken=True) is False
    assert line.shows(13, 0, 13)
    line.told(14)
    assert line.answered(9, overtaken=False) is False
    assert line.shows(9, 0, 9)


def test_lower_than_any_answer_is_a_reset() -> None:
    """Drop our zero when the statistics have begun anew, also beyond where they were."""
    line = Line(has_statistics=True)
    line.answered(90)
    line.ledger.reset()
    line.answered(100)
    assert line.shows(10, 0, 10)
    line.answered(95)
    assert line.shows(95, 0, 95)


def test_own_zero() -> None:
    """Count from our own zero until the device resets its totals, over restarts too."""
    line = Line()
    line.told(12, 7, 5)
    line.ledger.reset()
    assert line.shows(0, 0, 0)
    line.told(14, 7, 7)
    line.restart()
    assert line.shows(2, 0, 2)
    line.told(14, 9, 5)
    assert line.shows(2, 2, 0)
    line.told(14, 11, 3)
    assert line.shows(2, 4, 0)
    line.told(15, 11, 4)
    assert line.shows(3, 4, 1)


def test_inside_without_word_of_it() -> None:
    """Show who has entered and not left, never less than nobody."""
    line = Line(has_statistics=True)
    line.answered(3, 5)
    assert line.shows(3, 5, 0)
    line.answered(4, 5)
    assert line.shows(4, 5, 1)
    line.told(5, 5, 1)
    assert line.shows(5, 5, 1)
    line.answered(5, 7)
    assert line.shows(5, 7, 0)
    line.told(6, 7, 1)
    assert line.shows(6, 7, 1)


def test_inside_alone() -> None:
    """Show what is inside as sent, where nothing else is."""
    line = Line()
    line.told(None, None, 4)
    assert line.shows(None, None, 4)
    line.told(None, None, 2)
    assert line.shows(None, None, 2)
    line.restart()
    assert line.shows(None, None, 2)


def test_inside_after_our_zero_and_then_word_of_it() -> None:
    """Keep our zero when the device begins to tell what is inside."""
    line = Line(has_statistics=True)
    line.answered(10, 4)
    line.ledger.reset()
    assert line.shows(0, 0, 0)
    line.told(11, 4, 3)
    assert line.shows(1, 0, 1)


def test_single_crossings() -> None:
    """Count one by one, from zero after a reset, over restarts."""
    line = Line()
    line.ledger.add(["person", "person", "car", "dog"])
    shown = line.ledger.values()
    assert (shown["counted_person"], shown["counted_car"], shown["counted_two_wheeler"]) == (2, 1, 0)
    line.restart()
    line.ledger.add(["two_wheeler"])
    assert line.ledger.values()["counted_two_wheeler"] == 1
    line.ledger.reset()
    assert line.ledger.values()["counted_person"] == 0
    assert line.shows(None)


def test_order_by_us() -> None:
    """Show zero after the device has done what we told it, and go on with its totals."""
    line = Line(has_statistics=True)
    line.answered(30, 10)
    line.ledger.reset()
    line.answered(31, 10)
    line.ledger.device_was_reset(line.now)
    assert line.shows(0, 0, 0)
    line.answered(1)
    assert line.shows(1, 0, 1)


def test_restart_meets_a_reset() -> None:
    """Follow a device that has begun anew while nobody looked."""
    line = Line(has_statistics=True)
    line.answered(100, 50)
    line.ledger.reset()
    line.restart()
    line.answered(5, 4)
    assert line.shows(5, 4, 1)
    line = Line()
    line.told(20)
    line.restart()
    line.told(3, after=3600)
    assert line.shows(3)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "x",
        {"totals": 3, "zeros": [1], "stamp": "x", "seen": 1},
        {"totals": {"entered_person": -1, 3: 4}, "counted": {"person": True}, "stamp": True},
        {"totals": {"entered_person": 10**40, "exited_person": 1.5}, "floors": None},
    ],
)
def test_nonsense_that_was_stored(stored: Any) -> None:
    """Forget what nobody can have written."""
    ledger = CountLedger(stored)
    assert set(ledger.values().values()) == {None}
    assert not ledger.is_seen
