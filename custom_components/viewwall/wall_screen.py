"""What can be concluded about a wall's screen from what we have done and what the device lists."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .thin_client import Panel
from .wall_memory import Return, Screen, ScreenMemory, Watch

LATENESS: Final = 120.0
"""Seconds after which a device that still lists the panel before has not taken the command."""


def active_panel(panels: Sequence[Panel]) -> Panel | None:
    """Return the panel that the device lists as active."""
    return next((panel for panel in panels if panel.active), None)


def panel_of(panels: Sequence[Panel], panel_id: str | None) -> Panel | None:
    """Return the panel with an id."""
    return next((panel for panel in panels if panel.id == panel_id), None)


def judged(screen: ScreenMemory, panels: Sequence[Panel], now: float) -> ScreenMemory:
    """Return what is still known of the screen after a look at the panels: another hand ends what we have begun."""
    if screen.back is not None:
        screen = replace(screen, back=_followed(screen.back, panels))
    if (watch := screen.watch) is None:
        return screen
    active = active_panel(panels)
    active_id = active.id if active else None
    is_hidden = screen.camera_id is not None or screen.stopped
    if active_id not in {watch.panel_id, *watch.before} | ({None} if is_hidden else set()):
        return ScreenMemory()
    if active is None or (active_id != watch.panel_id and now < watch.late_until):
        return screen
    cells = _cameras_in(active)
    screen = replace(screen, watch=Watch(panel_id=active_id, cells=cells))
    if watch.cells not in (None, cells):
        screen = replace(screen, back=None)
    return screen if is_hidden or screen.back is not None else ScreenMemory()


def adopted(screen: ScreenMemory, panels: Sequence[Panel]) -> ScreenMemory:
    """Take what the panels are after our own change for what they should be."""
    active = active_panel(panels)
    if (watch := screen.watch) is not None:
        if active is not None and active.id not in watch.before:
            watch = Watch(panel_id=active.id, cells=_cameras_in(active))
        elif panel_of(panels, watch.panel_id) is None:
            # We have deleted what was on the screen.
            watch = Watch(panel_id=active.id if active else None)
        else:
            watch = replace(watch, cells=None)
        screen = replace(screen, watch=watch)
    if (back := screen.back) is not None:
        cells = _cells_of(back.screen.panel_id, panels)
        screen = replace(screen, back=replace(back, screen=replace(back.screen, cells=cells), listed=cells))
    return screen


def panel_below(screen: ScreenMemory, panels: Sequence[Panel]) -> str | None:
    """Return the id of the panel on the screen, or below what hides it."""
    active = active_panel(panels)
    active_id = active.id if active else None
    watch = screen.watch
    # A slow device still lists a panel from before, and while it is hidden perhaps none.
    return watch.panel_id if watch is not None and active_id in (*watch.before, None) else active_id


def watch_shown(panel_id: str | None, screen: ScreenMemory, panels: Sequence[Panel], now: float) -> Watch:
    """Return what the device should list after a panel was shown; for a while it may list those from before."""
    active = active_panel(panels)
    watch = screen.watch
    late = (*watch.before, watch.panel_id) if watch is not None and watch.before else ()
    before = tuple(dict.fromkeys((*late, active.id if active else None)))
    return Watch(panel_id=panel_id, before=before, late_until=now + LATENESS)


def watch_below(screen: ScreenMemory, panels: Sequence[Panel]) -> Watch:
    """Return what the device should list while something hides its panel."""
    active = active_panel(panels)
    below = panel_below(screen, panels)
    if active is not None and active.id == below:
        return Watch(panel_id=below, cells=_cameras_in(active))
    return replace(screen.watch, cells=None) if screen.watch is not None else Watch(panel_id=below)


def standing_screen(screen: ScreenMemory, panels: Sequence[Panel]) -> Screen:
    """Return what the wall shows now, to be shown again."""
    below = panel_below(screen, panels)
    return Screen(panel_id=below, camera_id=screen.camera_id, stopped=screen.stopped, cells=_cells_of(below, panels))


def _followed(back: Return, panels: Sequence[Panel]) -> Return:
    """Take over what another hand has changed in the panel to go back to, while it is off the screen."""
    target = panel_of(panels, back.screen.panel_id)
    if target is None or target.active:
        return back
    cells = _cameras_in(target)
    if back.listed in (None, cells):
        return replace(back, listed=cells)
    return replace(back, listed=cells, screen=replace(back.screen, cells=cells))


def _cells_of(panel_id: str | None, panels: Sequence[Panel]) -> tuple[str | None, ...]:
    panel = panel_of(panels, panel_id)
    return _cameras_in(panel) if panel is not None else ()


def _cameras_in(panel: Panel) -> tuple[str | None, ...]:
    return tuple(cell.camera_id for cell in panel.cells)
