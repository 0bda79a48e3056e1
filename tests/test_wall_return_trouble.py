"""The way back on devices that are slow, away or restarted, and to what is no longer there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.conftest import Later
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import (
    FOUR,
    GATE,
    ONLY,
    POLL,
    WAREHOUSE,
    WIDE,
    YARD,
    SetUpWall,
    act,
    choose,
    press,
    restart_device,
    steering,
    until,
    value,
)

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)
BOTH_ACTIONS = pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
type Data = dict[str, Any]


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


def asked(wall: ThinClientSimulator, call: str) -> int:
    """Count the requests of a name so far."""
    return sum(request.call == call for request in wall.requests)


# Slow.


@BOTH_ACTIONS
async def test_poll_falls_due_while_a_slow_device_obeys(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, action: str, data: Data
) -> None:
    """Return in the end although the panels were to be asked for while the device was still busy with the call."""
    await set_up_wall(wall)
    await later(8)
    wall.faults = Faults(delay=3, only={"show_panel", "full_screen"})
    call = asyncio.create_task(act(hass, action, wall, **data, duration=20))
    await until(lambda: bool(steering(wall)))
    await later(4)
    await call
    wall.faults = Faults()
    shown = wall.showing()
    assert shown != ("panel", FOUR)
    await later(14)
    assert wall.showing() == shown
    await later(8)
    assert wall.showing() == ("panel", FOUR)
    assert len(steering(wall)) == 2


@BOTH_ACTIONS
async def test_call_comes_while_a_poll_is_on_its_way(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
) -> None:
    """Not take a list of panels from before the call for another hand."""
    await set_up_wall(wall)
    wall.faults = Faults(delay=3, only={"list_panels"})
    polls = asked(wall, "list_panels")
    freezer.tick(POLL)
    async_fire_time_changed(hass)
    await until(lambda: asked(wall, "list_panels") > polls)
    wall.faults = Faults()
    call = asyncio.create_task(act(hass, action, wall, **data, duration=20))
    await asyncio.sleep(0)
    await later(4)
    await call
    shown = wall.showing()
    assert shown != ("panel", FOUR)
    assert value(hass, wall, "panel") == ("Wide view" if action == "show_panel" else "Four view")
    await later(15)
    assert wall.showing() == shown
    await later(6)
    assert wall.showing() == ("panel", FOUR)
    assert len(steering(wall)) == 2


# Away.


@BOTH_SHAPES
@BOTH_ACTIONS
@pytest.mark.parametrize("away", [60, 1800])
async def test_device_that_is_away_at_the_end(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    away: int,
) -> None:
    """Return as soon as the device is back."""
    await set_up_wall(wall)
    await act(hass, action, wall, **data, duration=20)
    await later(15)
    wall.faults.refuse_connections = True
    for _ in range(away // 60):
        await later(60)
    assert wall.showing() != ("panel", FOUR)
    wall.faults = Faults()
    for _ in range(6):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "panel")
    assert wall.most_sessions == 1


@BOTH_ACTIONS
async def test_another_hand_while_away(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, action: str, data: Data
) -> None:
    """Leave the wall to another hand that could reach it while we could not."""
    await set_up_wall(wall)
    await act(hass, action, wall, **data, duration=20)
    await later(15)
    sent = steering(wall)
    wall.faults.refuse_connections = True
    await later(15)
    wall.another_hand_shows(ONLY)
    wall.faults = Faults()
    for _ in range(8):
        await later(POLL)
    assert wall.showing() == ("panel", ONLY)
    assert steering(wall) == sent


@BOTH_ACTIONS
@pytest.mark.parametrize("fault", [{"status": 500}, {"garbage": b"<html>"}, {"drop": True}])
async def test_device_that_fails_at_the_end(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    fault: Data,
) -> None:
    """Try again without haste when the device cannot return at the time; what it refuses for good is left alone."""
    await set_up_wall(wall)
    await act(hass, action, wall, **data, duration=20)
    sent = len(steering(wall))
    wall.faults = Faults(only={"show_panel", "list_panels"}, **fault)
    for _ in range(60 if "drop" in fault else 10):
        await later(5)
    assert len(steering(wall)) - sent <= 60
    wall.faults = Faults()
    for _ in range(12):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    sent = len(steering(wall))
    await later(60)
    assert len(steering(wall)) == sent


async def test_device_that_is_not_itself_at_the_end(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return as soon as a device answers again that had only errors to tell, whatever it was asked."""
    await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    wall.faults = Faults(status=500)
    for _ in range(12):
        await later(10)
    wall.faults = Faults()
    for _ in range(6):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)


async def test_call_while_the_return_is_overdue(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return to what stood before the first call when a second one comes before the late return."""
    await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    await later(15)
    wall.faults.refuse_connections = True
    await later(15)
    wall.faults = Faults()
    await act(hass, "show_camera", wall, camera="Yard", duration=60)
    for _ in range(5):
        await later(POLL)
        assert wall.showing() == ("camera", YARD)
    for _ in range(3):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)


# Restarted.


@BOTH_SHAPES
@BOTH_ACTIONS
@pytest.mark.parametrize("by", ["itself", "button"])
@pytest.mark.parametrize("boot", [0.2, 45])
async def test_restart_in_between(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    by: str,
    boot: float,
) -> None:
    """End with the panel from before and with one session, even when the device is starting at the end."""
    wall.reboot_seconds = boot
    await set_up_wall(wall)
    await act(hass, action, wall, **data, duration=20)
    await later(9)
    if by == "itself":
        wall.restart()
    else:
        await press(hass, wall, "restart")
    await later(1)
    for _ in range(12):
        await later(10)
    assert wall.reboots == 1
    assert wall.showing() == ("panel", FOUR)
    assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "panel")
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)


@pytest.mark.parametrize("before", ["full screen", "stopped"])
@BOTH_ACTIONS
async def test_restart_on_the_way_back_to_what_the_device_forgets(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    before: str,
) -> None:
    """Return to full screen or darkness although the device knows nothing of them after its restart."""
    await set_up_wall(wall)
    if before == "full screen":
        await choose(hass, wall, "full_screen", "Gate")
    else:
        await press(hass, wall, "stop_display")
    await act(hass, action, wall, **data, duration=20)
    await later(9)
    await restart_device(wall, later)
    for _ in range(5):
        await later(POLL)
    assert wall.showing() == (("camera", GATE) if before == "full screen" else ("stopped", None))
    assert wall.active_panel == FOUR


# Gone.


async def test_panel_from_before_is_deleted(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Give up quietly when the panel to return to is gone."""
    await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    wall.remove_panel(wall.panel(FOUR))
    for _ in range(12):
        await later(POLL)
    assert wall.showing() == ("panel", WIDE)
    assert value(hass, wall, "panel") == "Wide view"
    assert len(steering(wall)) <= 3
    assert "Traceback" not in caplog.text


async def test_camera_from_before_is_deleted(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return to the panel below when the camera that filled the screen is gone."""
    await set_up_wall(wall)
    await choose(hass, wall, "full_screen", "Warehouse")
    await act(hass, "show_camera", wall, camera="Yard", duration=20)
    wall.remove_camera(wall.camera(WAREHOUSE))
    for _ in range(12):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "panel")


async def test_what_is_shown_is_deleted(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return although the camera that was shown is gone, and never name it again."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Warehouse", duration=20)
    wall.remove_camera(wall.camera(WAREHOUSE))
    for _ in range(3):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
    assert value(hass, wall, "full_screen") == "panel"


async def test_own_change_of_panels_in_between(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Return although we made a panel meanwhile."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=20)
    await later(5)
    await act(hass, "create_panel", wall, name="Night", width=1, height=1, cells=["Gate"])
    assert wall.showing() == ("camera", YARD)
    for _ in range(2):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
