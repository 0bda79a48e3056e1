"""Thin Clients that misbehave: nobody is locked out, one session at most, and all is well afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import SetUpWall
from tests.faulting import LogBook, Undisturbed, available, passing
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults
from tests.walls import FOUR, WIDE, reauth_flows, value

NO_DEVICE = "no Viewtron device and no Thin Client"
SLOWEST = 30
"""Seconds after which ViewWall gives up an answer."""


def _faulty(**faults: Any) -> Callable[[ThinClientSimulator], None]:
    """Return what switches faults on."""

    def _begin(wall: ThinClientSimulator) -> None:
        wall.faults = Faults(**faults)

    return _begin


def _switch_off(wall: ThinClientSimulator) -> None:
    wall.faults.refuse_connections = True


def _lose_power(wall: ThinClientSimulator) -> None:
    """Go off, and have forgotten the session when it is back."""
    wall.expire_sessions()
    wall.faults.refuse_connections = True


def _forget_session(wall: ThinClientSimulator) -> None:
    wall.expire_sessions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One misbehaviour, and what may be expected of ViewWall."""

    name: str
    begin: Callable[[ThinClientSimulator], None]
    says: str | None = "does not answer"
    """Words of the only line in the log; None where polling goes on."""


SILENCE = [
    Trouble(name="off", begin=_switch_off),
    Trouble(name="power_cut", begin=_lose_power),
    Trouble(name="slow", begin=_faulty(delay=2), says=None),
    Trouble(name="too_slow", begin=_faulty(delay=SLOWEST + 5)),
    Trouble(name="stalling", begin=_faulty(stall=True)),
    Trouble(name="cut", begin=_faulty(cut=True)),
    Trouble(name="hangs_up", begin=_faulty(drop=True)),
]
NONSENSE = [
    Trouble(name="session_forgotten", begin=_forget_session, says=None),
    Trouble(name="garbage", begin=_faulty(garbage=b"\x00\xff\xfejunk"), says=NO_DEVICE),
    Trouble(name="half", begin=_faulty(garbage=b'{"Links": [], "Version": "2.2.0.0", "Data": [{'), says=NO_DEVICE),
    Trouble(name="other_json", begin=_faulty(garbage=b'{"state": "starting"}'), says=""),
    Trouble(name="empty", begin=_faulty(garbage=b""), says=NO_DEVICE),
    Trouble(name="html", begin=_faulty(garbage=b"<!DOCTYPE html><html></html>"), says=NO_DEVICE),
    Trouble(name="http_404", begin=_faulty(status=404), says=""),
    Trouble(name="http_500", begin=_faulty(status=500), says=""),
    Trouble(name="http_503", begin=_faulty(status=503)),
    Trouble(name="too_short", begin=_faulty(wrong_length=True)),
    Trouble(name="too_long", begin=_faulty(short_length=True), says=""),
]


@pytest.mark.parametrize("troubles", [SILENCE, NONSENSE], ids=["silence", "nonsense"])
async def test_one_after_the_other(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    troubles: list[Trouble],
) -> None:
    """Go through troubles of a minute each, while another hand changes what the wall shows."""
    let_pass = passing(hass, freezer)
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        entry_runs, log = Undisturbed(entry), LogBook(caplog)
        await let_pass(11)
        before = available(hass, entry)
        assert before
        for trouble in troubles:
            wall.requests.clear()
            trouble.begin(wall)
            await let_pass(60)
            assert available(hass, entry) == (before if trouble.says is None else set()), trouble
            expect_line(log.lines(), trouble, trouble.says or "")
            logins = [request for request in wall.requests if request.call == "create_session"]
            assert len(logins) <= (1 if trouble.says is None else 7), trouble
            assert len(wall.requests) <= 40, trouble
            assert wall.most_sessions == 1, trouble

            wall.another_hand_shows(WIDE)
            wall.faults = Faults()
            await let_pass(SLOWEST + 15)
            expect_line(log.lines(), trouble, "recovered")
            assert value(hass, wall, "panel") == "Wide view", trouble
            wall.another_hand_shows(FOUR)
            await let_pass(15)
            assert available(hass, entry) == before, trouble
            entry_runs.check()
        assert wall.most_sessions == 1
        assert reauth_flows(hass) == []
        await hass.async_block_till_done(wait_background_tasks=True)
    assert log.lines() == []


def expect_line(lines: list[str], trouble: Trouble, words: str) -> None:
    """Make sure that a trouble was worth one line, or none if it was not noticed."""
    assert len(lines) == (0 if trouble.says is None else 1), (trouble, lines)
    assert all(words in line for line in lines), (trouble, lines)
