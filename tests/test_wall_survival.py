"""The way back outlives Home Assistant's ends and starts, with one session on the device."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import (
    FOUR,
    GATE,
    ONLY,
    POLL,
    WIDE,
    YARD,
    SetUpWall,
    act,
    cells,
    choose,
    kill,
    later_in,
    press,
    restart_device,
    shut_down,
    started_again,
    steering,
    value,
)

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)
ENDS = pytest.mark.parametrize("end", ["shut down", "killed"])
BOTH_ACTIONS = pytest.mark.parametrize(
    ("action", "data"), [("show_panel", {"panel": "Wide view"}), ("show_camera", {"camera": "Yard"})]
)
type Data = dict[str, Any]


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


async def finish(hass: HomeAssistant, end: str) -> None:
    """End Home Assistant in one of two ways."""
    if end == "killed":
        kill(hass)
    else:
        await shut_down(hass)


@BOTH_SHAPES
@BOTH_ACTIONS
@pytest.mark.parametrize("pause", [0, 60])
async def test_reload_in_between(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    pause: int,
) -> None:
    """Return after a reload, at the time or, if it has run out, at once."""
    entry = await set_up_wall(wall)
    await act(hass, action, wall, **data, duration=20)
    await later(5)
    shown = wall.showing()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert wall.showing() == shown
    await later(pause)
    assert wall.showing() == shown
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    if not pause:
        assert wall.showing() == shown
        await later(14)
        assert wall.showing() == shown
    await later(2)
    assert wall.showing() == ("panel", FOUR)
    assert (value(hass, wall, "panel"), value(hass, wall, "full_screen")) == ("Four view", "panel")
    sent = steering(wall)
    await later(60)
    assert steering(wall) == sent


@BOTH_SHAPES
@BOTH_ACTIONS
@ENDS
@pytest.mark.parametrize("pause", [1, 600])
async def test_home_assistant_ends_in_between(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    end: str,
    pause: int,
) -> None:
    """Return with one session after a restart or a power failure, at the time or, if it has run out, at once."""
    await set_up_wall(wall)
    await later(POLL)
    await act(hass, action, wall, **data, duration=30)
    shown = wall.showing()
    await finish(hass, end)
    assert len(wall.sessions) == (1 if end == "killed" else 0)
    freezer.tick(pause)
    async with started_again() as again:
        time = later_in(again, freezer)
        if pause == 1:
            assert wall.showing() == shown
            await time(25)
            assert wall.showing() == shown
        for _ in range(2):
            await time(5)
        assert wall.showing() == ("panel", FOUR)
        assert (value(again, wall, "panel"), value(again, wall, "full_screen")) == ("Four view", "panel")
        sent = steering(wall)
        await time(60)
        assert steering(wall) == sent
        assert (wall.most_sessions, len(wall.sessions)) == (1, 1)
    assert wall.sessions == []


type Before = Callable[[HomeAssistant, ThinClientSimulator], Awaitable[None]]


async def _full_screen(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
    """Let a camera fill the screen."""
    await choose(hass, wall, "full_screen", "Gate")


async def _stopped(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
    """Stop the display."""
    await press(hass, wall, "stop_display")


async def _earlier(hass: HomeAssistant, wall: ThinClientSimulator) -> None:
    """Show something else for a longer time."""
    await act(hass, "show_panel", wall, panel="Gate only", duration=600)


@ENDS
@pytest.mark.parametrize(
    ("before", "expected"),
    [(_full_screen, ("camera", GATE)), (_stopped, ("stopped", None)), (_earlier, ("panel", FOUR))],
)
async def test_end_of_home_assistant_keeps_what_stood_before(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    before: Before,
    expected: tuple[str, str | None],
    end: str,
) -> None:
    """Return after a restart to what cannot be read back, and to what stood before the first of two calls."""
    await set_up_wall(wall)
    await before(hass, wall)
    await later(POLL)
    await act(hass, "show_camera", wall, camera="Yard", duration=30)
    await finish(hass, end)
    freezer.tick(5)
    async with started_again() as again:
        time = later_in(again, freezer)
        await time(20)
        assert wall.showing() == ("camera", YARD)
        for _ in range(3):
            await time(5)
        assert wall.showing() == expected
        for _ in range(5):
            await time(150)
        assert wall.showing() == expected


@ENDS
@BOTH_ACTIONS
@pytest.mark.parametrize("hand", ["another's", "another's cell", "ours", "device"])
async def test_hands_and_restarts_around_an_end(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    action: str,
    data: Data,
    hand: str,
    end: str,
) -> None:
    """Send nothing at the next start when a return was cancelled before it or by another hand meanwhile."""
    await set_up_wall(wall)
    await later(POLL)
    await act(hass, action, wall, **data, duration=30)
    await later(2)
    if hand == "ours":
        await choose(hass, wall, "panel", "Gate only")
    elif hand == "device":
        await restart_device(wall, later)
    await finish(hass, end)
    if hand == "another's":
        wall.another_hand_shows(ONLY)
    elif hand == "another's cell":
        wall.another_hand_sets(1, None)
    sent, shown = steering(wall), wall.showing()
    freezer.tick(5)
    async with started_again() as again:
        for _ in range(6):
            await later_in(again, freezer)(10)
        if hand == "device":
            assert wall.showing() == ("panel", FOUR)
        else:
            assert (wall.showing(), steering(wall)) == (shown, sent)
        assert (wall.most_sessions, len(wall.sessions)) == (1, 1)


@ENDS
async def test_device_is_away_at_the_next_start(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    end: str,
) -> None:
    """Return as soon as the device can be set up again."""
    await set_up_wall(wall)
    await later(POLL)
    await act(hass, "show_panel", wall, panel="Wide view", duration=30)
    await finish(hass, end)
    wall.faults.refuse_connections = True
    freezer.tick(60)
    async with started_again() as again:
        assert again.config_entries.async_entries(DOMAIN)[0].state is ConfigEntryState.SETUP_RETRY
        wall.faults = Faults()
        for _ in range(12):
            await later_in(again, freezer)(10)
        assert wall.showing() == ("panel", FOUR)
        assert (wall.most_sessions, len(wall.sessions)) == (1, 1)


@ENDS
async def test_cells_that_the_device_forgets(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    end: str,
) -> None:
    """Set cells again at the next start that were set one by one and that the device forgets."""
    wall.keeps_cells = False
    await set_up_wall(wall)
    await later(POLL)
    await act(hass, "set_cell", wall, cell=1, camera="Warehouse")
    before = cells(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=30)
    await finish(hass, end)
    freezer.tick(60)
    async with started_again() as again:
        for _ in range(3):
            await later_in(again, freezer)(10)
        assert wall.showing() == ("panel", FOUR)
        assert cells(wall) == before


@ENDS
@pytest.mark.parametrize("before", [_full_screen, _stopped])
async def test_end_between_two_steps_of_a_return(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
    before: Before,
    end: str,
) -> None:
    """Finish at the next start a return of which only the first step was done."""
    await set_up_wall(wall)
    await before(hass, wall)
    shown = wall.showing()
    await later(POLL)
    await act(hass, "show_panel", wall, panel="Wide view", duration=30)
    wall.faults = Faults(status=503, only={"full_screen", "stop_display"})
    await later(31)
    assert wall.showing() == ("panel", FOUR)
    wall.faults = Faults()
    await finish(hass, end)
    freezer.tick(60)
    async with started_again() as again:
        for _ in range(3):
            await later_in(again, freezer)(10)
        assert (wall.showing(), wall.active_panel) == (shown, FOUR)


async def test_clock_that_starts_in_the_past(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    freezer: FrozenDateTimeFactory,
    wall: ThinClientSimulator,
) -> None:
    """Never wait longer than the duration after a power failure that set the computer's clock back."""
    await set_up_wall(wall)
    await later(POLL)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    kill(hass)
    freezer.tick(-1800)
    async with started_again() as again:
        for _ in range(3):
            await later_in(again, freezer)(10)
        assert wall.showing() == ("panel", FOUR)


async def test_nothing_is_left_of_a_removed_wall(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
) -> None:
    """Keep no file of a wall that was removed, and leave its screen alone."""
    entry = await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=30)
    assert [key for key in hass_storage if entry.entry_id in key]
    await hass.config_entries.async_remove(entry.entry_id)
    for _ in range(6):
        await later(10)
    assert wall.showing() == ("panel", WIDE)
    assert [key for key in hass_storage if entry.entry_id in key] == []
