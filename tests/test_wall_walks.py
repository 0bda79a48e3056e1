"""Random walks: whatever hands do to a wall one after the other, it shows what a simple model of the promises says."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Shape
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
    value,
)

PANELS = {FOUR: "Four view", ONLY: "Gate only", WIDE: "Wide view"}
CAMERAS = {GATE: "Gate", YARD: "Yard", WAREHOUSE: "Warehouse"}
STEPS = 40


@dataclass(frozen=True, slots=True)
class Picture:
    """What a wall shows: a camera over a panel, darkness over a panel, or the panel itself."""

    panel: str
    camera: str | None = None
    dark: bool = False

    def showing(self) -> tuple[str, str | None]:
        """Return it in the words of the simulator."""
        if self.dark:
            return "stopped", None
        return ("camera", self.camera) if self.camera else ("panel", self.panel)


class Walk:
    """A wall in Home Assistant, and what it should show by the promises."""

    def __init__(self, hass: HomeAssistant, wall: ThinClientSimulator, later: Later, seed: int) -> None:
        """Begin with the panel of a new device."""
        self._hass, self._wall, self._later = hass, wall, later
        self._random = Random(seed)
        self._now = 0.0
        self._shown = Picture(FOUR)
        self._before: Picture | None = None
        self._end = 0.0
        self.history: list[str] = []

    async def step(self, entry: ConfigEntry[Any]) -> None:
        """Do something, and compare."""
        deed = self._random.choice(
            [
                "show",
                "show",
                "show",
                "show",
                "select",
                "below",
                "cell",
                "stop",
                "hand",
                "reload",
                "restart",
                "expire",
                "away",
            ]
        )
        self.history.append(deed)
        match deed:
            case "show":
                await self._show()
            case "select":
                panel = self._random.choice(list(PANELS))
                await choose(self._hass, self._wall, "panel", PANELS[panel])
                self._settle(Picture(panel))
            case "below" if not self._shown.dark:
                await choose(self._hass, self._wall, "full_screen", "panel")
                self._settle(Picture(self._shown.panel))
            case "cell":
                camera = self._random.choice(list(CAMERAS.values()))
                await act(self._hass, "set_cell", self._wall, cell=1, camera=camera)
                self._settle(self._shown)
            case "stop":
                await press(self._hass, self._wall, "stop_display")
                self._settle(replace(self._shown, camera=None, dark=True))
            case "hand":
                panel = self._random.choice([each for each in PANELS if each != self._shown.panel])
                self._wall.another_hand_shows(panel)
                self._settle(Picture(panel))
                await self._wait(POLL)
            case "reload":
                assert await self._hass.config_entries.async_reload(entry.entry_id)
                await self._hass.async_block_till_done(wait_background_tasks=True)
            case "restart" if self._shown.showing()[0] == "panel":
                await restart_device(self._wall, self._later)
                self._now += 0.4
                # A poll may have found nobody.
                await self._wait(POLL)
            case "expire":
                self._wall.expire_sessions()
                await self._wait(POLL)
            case "away":
                self._wall.faults.refuse_connections = True
                await self._wait(15)
                self._wall.faults.refuse_connections = False
                await self._wait(25)
        self._compare()
        await self._wait(self._random.choice([3, 8, 17, 40]))
        self._compare()

    async def _show(self) -> None:
        """Show a panel or a camera by an action, for good or for a while."""
        duration = self._random.choice([None, 10, 30, 60])
        data: dict[str, Any] = {} if duration is None else {"duration": duration}
        self.history.append(str(duration))
        standing = self._before or self._shown
        if self._random.random() < 0.5:
            panel = self._random.choice(list(PANELS))
            await act(self._hass, "show_panel", self._wall, panel=PANELS[panel], **data)
            self._settle(Picture(panel))
        else:
            camera = self._random.choice(list(CAMERAS))
            await act(self._hass, "show_camera", self._wall, camera=CAMERAS[camera], **data)
            self._settle(Picture(self._shown.panel, camera))
        if duration is not None:
            self._before, self._end = standing, self._now + duration

    def _settle(self, shown: Picture) -> None:
        """Take something for what is shown for good."""
        self._shown, self._before = shown, None

    async def _wait(self, seconds: float) -> None:
        """Let time pass, and stay away from the very moment of a return."""
        if self._before and abs(self._now + seconds - self._end) < 2:
            seconds += 4
        await self._later(seconds)
        self._now += seconds
        self.history.append(f"{self._now:g}")
        if self._before and self._now >= self._end:
            self._shown, self._before = self._before, None

    def _compare(self) -> None:
        """Check the screen, and what Home Assistant says of it."""
        assert self._wall.showing() == self._shown.showing(), self.history
        assert self._wall.active_panel == self._shown.panel, self.history
        panel = "unknown" if self._shown.dark else PANELS[self._shown.panel]
        assert value(self._hass, self._wall, "panel") == panel, self.history
        if not self._shown.dark:
            full_screen = CAMERAS[self._shown.camera] if self._shown.camera else "panel"
            assert value(self._hass, self._wall, "full_screen") == full_screen, self.history


@pytest.mark.parametrize("seed", range(6))
async def test_walk(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, socket_enabled: None, seed: int) -> None:
    """Show the right picture after every step, with one session."""
    async with ThinClientSimulator(shape=list(Shape)[seed % 2]) as wall:
        entry = await set_up_wall(wall)
        walk = Walk(hass, wall, later, seed)
        for _ in range(STEPS):
            await walk.step(entry)
        await later(POLL)
        assert (wall.most_sessions, len(wall.sessions)) == (1, 1)
