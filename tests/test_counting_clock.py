"""Counts of a device whose clock is set back, told from messages that come late."""

from tests.test_counting import Line


def test_clock_that_was_set_back() -> None:
    """Go on counting with a device whose clock was an hour ahead: only what comes late tells less than before."""
    line = Line()
    line.told(5, at=3600)
    line.told(6, at=10)
    assert line.shows(6)
    line.told(7, at=30, after=20)
    line.told(7, at=30)
    assert line.shows(7)
    line.told(1, at=60, after=30)
    assert line.shows(1)


def test_late_by_minutes() -> None:
    """Take nothing back for a message that comes late by more than a minute, and count none twice."""
    line = Line()
    line.told(5, at=100)
    line.told(9, at=400)
    line.told(6, at=110)
    line.told(5, at=100)
    assert line.shows(9)
    line.told(10, at=410)
    assert line.shows(10)
    line.told(9, at=400)
    line.told(10, at=410)
    assert line.shows(10)


def test_late_by_minutes_from_before_a_reset() -> None:
    """Do not go back to the totals from before a reset: they are higher, as if the clock had been set back."""
    line = Line()
    line.told(50, at=10)
    line.told(1, at=200, after=60)
    line.told(51, at=20)
    assert line.shows(1)
    line.told(2, at=220)
    assert line.shows(2)


def test_lower_with_a_clock_that_was_set_back() -> None:
    """Take a reset for one only after silence, if the device's clock goes back with it."""
    line = Line()
    line.told(5, at=3600)
    line.told(1, at=10)
    line.told(2, at=20)
    assert line.shows(5)
    line.told(3, at=30, after=601)
    assert line.shows(3)


def test_overtaken_while_the_clock_is_set_back() -> None:
    """Take no message of the old time for a reset: it is newer by its stamp, but tells less."""
    line = Line()
    line.told(5, at=3600)
    line.told(7, at=10)
    line.told(6, at=3601)
    assert line.shows(7)
    line.told(8, at=30, after=20)
    assert line.shows(8)


def test_what_is_inside_says_nothing_of_the_clock() -> None:
    """Do not go back to an older word of what is inside, where nothing else is told."""
    line = Line()
    line.told(None, None, 4, at=100)
    line.told(None, None, 2, at=10)
    assert line.shows(None, None, 4)


def test_stamp_that_is_forgotten() -> None:
    """Follow a clock that was set by us by half a minute, too; a late message of the old time is no reset."""
    line = Line()
    line.told(5, at=60)
    line.told(6, at=30)
    assert line.shows(5)
    line.ledger.forget_stamp()
    line.told(4, at=59)
    assert line.shows(5)
    line.told(6, at=30)
    assert line.shows(6)
