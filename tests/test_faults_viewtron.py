"""Viewtron devices that misbehave: nothing is lost that arrives, nobody is locked out, and all is well afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.conftest import SetUp
from tests.faulting import KINDS, Device, LogBook, Undisturbed, always, available, passing, settle
from tests.pushing import value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.state import Faults
from tests.walls import reauth_flows

HALF_AN_HOUR = 1800
NO_DEVICE = "no Viewtron device and no Thin Client"


def _faulty(**faults: Any) -> Callable[[ViewtronSimulator], None]:
    """Return what switches faults on."""

    def _begin(device: ViewtronSimulator) -> None:
        device.faults = Faults(**faults)

    return _begin


def _switch_off(device: ViewtronSimulator) -> None:
    device.faults.refuse_connections = True


def _lock(device: ViewtronSimulator) -> None:
    device.lock_after = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One misbehaviour, and what may be expected of ViewWall."""

    name: str
    begin: Callable[[ViewtronSimulator], None]
    says: str | None = "does not answer"
    """Words of the only line in the log; None where polling goes on."""
    logins: int | None = None
    """The most requests that may carry the login while it lasts; None where the device does not doubt it."""
    back_after: float = 62
    """Seconds after its end within which polling works again; what was pushed meanwhile makes polls rare."""
    step: float = 5


SILENCE = [
    Trouble(name="off", begin=_switch_off, logins=0),
    Trouble(name="slow", begin=_faulty(delay=3), says=None),
    Trouble(name="too_slow", begin=_faulty(delay=15)),
    Trouble(name="stalling", begin=_faulty(stall=True)),
    Trouble(name="cut", begin=_faulty(cut=True)),
    Trouble(name="hangs_up", begin=_faulty(drop=True)),
]
NONSENSE = [
    Trouble(name="garbage", begin=_faulty(garbage=b"\x00\xff\xfejunk"), says=NO_DEVICE),
    Trouble(name="half", begin=_faulty(garbage=b'<?xml version="1.0"?><config version="2.0.0"><de'), says=NO_DEVICE),
    Trouble(name="empty", begin=_faulty(garbage=b""), says=NO_DEVICE),
    Trouble(name="html", begin=_faulty(html=True), says=NO_DEVICE),
    Trouble(name="html_404", begin=_faulty(html=True, status=404), says=NO_DEVICE),
    Trouble(name="http_503", begin=_faulty(status=503)),
    Trouble(name="too_short", begin=_faulty(wrong_length=True)),
    Trouble(name="too_long", begin=_faulty(short_length=True)),
]
REFUSALS = [
    Trouble(name="busy", begin=_faulty(error_code=7), says="is busy"),
    Trouble(name="no_permission", begin=_faulty(error_code=4), says="may not do this"),
    Trouble(name="api_off", begin=_faulty(error_code=17), says="API service"),
    Trouble(name="401_once", begin=_faulty(unauthorized_once=1), says="refused", logins=1, back_after=130),
    Trouble(name="locked", begin=_lock, says="locked", logins=1, back_after=HALF_AN_HOUR + 90, step=30),
]


def end(device: ViewtronSimulator) -> None:
    """Let a device behave again."""
    device.faults = Faults()
    device.lock_after = 5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("troubles", [SILENCE, NONSENSE, REFUSALS], ids=["silence", "nonsense", "refusals"])
async def test_one_after_the_other(
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
    troubles: list[Trouble],
) -> None:
    """Go through troubles of a minute each, in the middle of which a plate arrives."""
    events = async_capture_events(hass, "viewwall_event")
    let_pass = passing(hass, freezer)
    async with kind() as device:
        device.pictures = False
        entry = await set_up(device)
        entry_runs, log = Undisturbed(entry), LogBook(caplog)
        await let_pass(6)
        for trouble in troubles:
            plate = f"FA {len(events)}"
            before = available(hass, entry)
            device.set_alarm("motionAlarm", False)
            device.requests.clear()
            trouble.begin(device)
            await let_pass(30)
            assert available(hass, entry) == (before if trouble.says is None else always(before)), trouble
            await device.send_plate(plate)
            await settle(hass)
            assert events[-1].data["plate"]["number"] == plate, trouble
            assert value(hass, device, "sensor.last_plate", 1 if device.nvr else None) == plate
            # A message proves that the device is there.
            assert before <= available(hass, entry), trouble
            await let_pass(28)
            expect_line(log.lines(), trouble, trouble.says or "")
            logins = [request for request in device.requests if request.scheme is not None]
            assert trouble.logins is None or len(logins) <= trouble.logins, trouble
            assert len(device.requests) <= 40, trouble

            device.faults, device.lock_after = Faults(), 5
            device.set_alarm("motionAlarm", True)
            await let_pass(trouble.back_after, trouble.step)
            expect_line(log.lines(), trouble, "recovered")
            assert value(hass, device, "binary_sensor.motion", 1 if device.nvr else None) == "on", trouble
            # The message grows old: nothing but polling makes entities available now.
            await let_pass(370, 61)
            assert before <= available(hass, entry), trouble
            entry_runs.check()
        assert len(events) == len(troubles)
        assert device.refused_logins == 0
        assert reauth_flows(hass) == []
        await hass.async_block_till_done(wait_background_tasks=True)
    assert log.lines() == []


def expect_line(lines: list[str], trouble: Trouble, words: str) -> None:
    """Make sure that a trouble was worth one line, or none if it was not noticed."""
    assert len(lines) == (0 if trouble.says is None else 1), (trouble, lines)
    assert all(words in line for line in lines), (trouble, lines)
