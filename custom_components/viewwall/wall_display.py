"""What a video wall shows, and its way back to what it showed before.

The device lists which panel is active and what is in its cells; that a camera fills the screen, or that the display was
stopped, it cannot tell. So this is remembered here, and forgotten as soon as the device shows that another hand has
changed the wall.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .tasks import outlast
from .thin_client import (
    BLANK,
    Panel,
    Rule,
    ThinClient,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientNotFoundError,
    ThinClientValidationError,
)
from .wall_memory import Return, Screen, ScreenMemory, WallMemory, Watch
from .wall_screen import (
    LATENESS,
    active_panel,
    adopted,
    judged,
    panel_below,
    panel_of,
    standing_screen,
    watch_below,
    watch_shown,
)

if TYPE_CHECKING:
    from .wall_coordinator import ThinClientCoordinator

_LOGGER = logging.getLogger(__name__)

RETRY_SOON: Final = timedelta(seconds=10)
RETRY_LATER: Final = timedelta(seconds=60)
"""How often a return is tried that has failed MANY_FAILURES times in a row."""
MANY_FAILURES: Final = 12


class WallDisplay:
    """The screen of one wall. Its methods go one at a time and may raise any ThinClientError."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: ThinClient,
        coordinator: ThinClientCoordinator,
        memory: WallMemory,
    ) -> None:
        """Show with `client`, look by `coordinator`, remember in `memory`."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._coordinator = coordinator
        self._memory = memory
        self._lock = asyncio.Lock()
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._failures = 0
        self._started = False

    @property
    def full_screen(self) -> str | None:
        """The id of the camera that fills the screen, as far as we know."""
        return self._memory.screen.camera_id

    @property
    def stopped(self) -> bool:
        """Whether the display was stopped, as far as we know."""
        return self._memory.screen.stopped

    @property
    def panel_id(self) -> str | None:
        """The id of the panel on the screen or below the full screen; None after a stop."""
        return None if self._memory.screen.stopped else self.panel_below_id

    @property
    def panel_below_id(self) -> str | None:
        """The id of the panel on the screen, or below what hides it: full screen or darkness."""
        return panel_below(self._memory.screen, self._coordinator.data.panels)

    @property
    def returns_at(self) -> datetime | None:
        """When the wall goes back to what it showed before."""
        back = self._memory.screen.back
        return dt_util.utc_from_timestamp(back.at) if back else None

    @callback
    def start(self) -> None:
        """Go on where an earlier run has stopped, if nobody has touched the wall meanwhile."""
        self._started = True
        self._correct_clock()
        self.observe(self._coordinator.data.panels)
        self._set_timer()

    def _correct_clock(self) -> None:
        """Wait no longer than it was to be, if the clock was set back since."""
        screen, now = self._memory.screen, dt_util.utcnow().timestamp()
        if (back := screen.back) is not None:
            screen = replace(screen, back=replace(back, at=min(back.at, now + back.duration)))
        if (watch := screen.watch) is not None:
            screen = replace(screen, watch=replace(watch, late_until=min(watch.late_until, now + LATENESS)))
        self._remember_soon(screen)

    @callback
    def suspend(self) -> None:
        """Do nothing by itself any more; the way back stays remembered."""
        self._started = False
        self._set_timer()

    async def show_panel(self, panel_id: str, duration: timedelta | None = None) -> None:
        """Put a panel on the screen, for a while or for good."""

        async def _show_panel() -> None:
            await self._look()
            watch = self._watch_shown(panel_id)
            await self._show(lambda: self._client.show_panel(panel_id), ScreenMemory(watch=watch), duration)

        await self._in_turn(_show_panel)

    async def show_camera(self, camera_id: str, duration: timedelta | None = None) -> None:
        """Fill the screen with a camera, for a while or for good."""

        async def _show_camera() -> None:
            await self._look()
            shown = ScreenMemory(
                camera_id=camera_id, watch=watch_below(self._memory.screen, self._coordinator.data.panels)
            )
            await self._show(lambda: self._client.show_camera(camera_id), shown, duration)

        await self._in_turn(_show_camera)

    async def stop(self) -> None:
        """Take everything off the screen."""

        async def _stop() -> None:
            await self._look()
            shown = ScreenMemory(stopped=True, watch=watch_below(self._memory.screen, self._coordinator.data.panels))
            await self._show(self._client.stop_display, shown, None)

        await self._in_turn(_stop)

    async def set_cell(self, index: int, camera_id: str | None) -> None:
        """Put a camera into a cell of the active panel, or empty it; cells count from 0, row by row."""

        async def _set_cell() -> None:
            await self._look()
            if (panel := panel_of(self._coordinator.data.panels, self.panel_below_id)) is None:
                raise ThinClientValidationError("panel", Rule.NOT_ACTIVE)
            # A slow device may not yet list it as active.
            await self._client.set_cell(replace(panel, active=True), index, camera_id or BLANK)
            screen = self._memory.screen
            await self._remember(
                replace(screen, back=None, watch=replace(screen.watch, cells=None) if screen.watch else None)
            )
            await self._look_again()

        await self._in_turn(_set_cell)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """Surround our own change of panels or cameras, so that it is not taken for another hand's work.

        What the device shows before and after it is asked for; that it was done is known without it.
        """
        async with self._lock:
            try:
                await self._look()
            except ThinClientCommandError as error:
                _LOGGER.debug("%s does not tell what it shows: %s", self._entry.title, error)
            try:
                yield
            finally:
                try:
                    panels = await self._coordinator.read_panels()
                    await self._remember(adopted(self._memory.screen, panels))
                except ThinClientError as error:
                    _LOGGER.debug("%s was changed, but does not answer: %s", self._entry.title, error)

    @callback
    def forget_screen(self) -> None:
        """Take note that the device has restarted: it shows its panel again. A way back stays."""
        screen = self._memory.screen
        self._remember_soon(replace(screen, camera_id=None, stopped=False, watch=screen.watch if screen.back else None))

    @callback
    def observe(self, panels: Sequence[Panel]) -> None:
        """Compare what the device lists with what it should list, to notice another hand."""
        # What we are just doing ourselves is no other hand.
        if self._started and not self._lock.locked():
            self._remember_soon(judged(self._memory.screen, panels, dt_util.utcnow().timestamp()))

    async def _in_turn(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it when it is its turn, and whole: a script that is stopped in the middle must not take the way back."""

        async def _work() -> None:
            async with self._lock:
                await work()

        task = self._entry.async_create_task(self._hass, _work(), f"{self._entry.title} shows")
        (await outlast(task)).result()

    async def _look(self) -> Sequence[Panel]:
        """Ask what the wall shows just now."""
        panels = await self._coordinator.read_panels()
        await self._remember(judged(self._memory.screen, panels, dt_util.utcnow().timestamp()))
        return panels

    async def _look_again(self) -> None:
        """Look at what our command has done; that it was done is known without it."""
        try:
            await self._look()
        except ThinClientError as error:
            _LOGGER.debug("%s did not tell what it shows now: %s", self._entry.title, error)

    async def _show(
        self, command: Callable[[], Awaitable[None]], shown: ScreenMemory, duration: timedelta | None
    ) -> None:
        """Send a command; with a duration, the way back is on disk before."""
        before = self._memory.screen
        if duration is not None:
            at = (dt_util.utcnow() + duration).timestamp()
            # A second call goes back to what stood before the first.
            standing = before.back.screen if before.back else standing_screen(before, self._coordinator.data.panels)
            shown = replace(shown, back=Return(at=at, duration=duration.total_seconds(), screen=standing))
            await self._memory.keep(shown)
        try:
            await command()
        except ThinClientError as error:
            # What has left may have been carried out: better one return too many.
            if not (isinstance(error, ThinClientConnectionError) and error.sent):
                await self._memory.keep(before)
            self._set_timer()
            raise
        self._failures = 0
        await self._remember(shown)
        self._set_timer()
        await self._look_again()

    async def _return(self) -> None:
        """Go back, if it is time to."""
        async with self._lock:
            back = self._memory.screen.back
            if back is None or back.at > dt_util.utcnow().timestamp() + 0.5:
                return
            try:
                panels = await self._look()
                if (back := self._memory.screen.back) is None:
                    return
                shown = await self._show_again(back.screen, panels)
                if shown is None:
                    # The device has not followed yet, but nothing hides its panel any more.
                    await self._remember(replace(self._memory.screen, camera_id=None, stopped=False))
                    self._failures += 1
                    self._set_timer(RETRY_SOON)
                    return
            except ThinClientError as error:
                self._note_failure(error)
                self._set_timer(RETRY_SOON if self._failures < MANY_FAILURES else RETRY_LATER)
                return
            self._failures = 0
            await self._remember(shown)
            await self._look_again()

    def _may_pass(self, error: ThinClientCommandError) -> bool:
        """Tell whether what was refused may be taken at another try."""
        return not isinstance(error, ThinClientNotFoundError) and self._failures < MANY_FAILURES

    def _note_failure(self, error: ThinClientError) -> None:
        """Count the returns that failed in a row, and tell it once if the device is there but refuses."""
        self._failures += 1
        is_refusal = isinstance(error, ThinClientCommandError)
        level = logging.WARNING if is_refusal and self._failures == MANY_FAILURES else logging.DEBUG
        _LOGGER.log(level, "%s does not go back to what it showed before: %s", self._entry.title, error)

    def _watch_shown(self, panel_id: str | None) -> Watch:
        now = dt_util.utcnow().timestamp()
        return watch_shown(panel_id, self._memory.screen, self._coordinator.data.panels, now)

    async def _show_again(self, screen: Screen, panels: Sequence[Panel]) -> ScreenMemory | None:
        """Show what stood before; of what is gone by now, the next best.

        Return what is on the screen then, None while the device has not followed so far that all of it can be shown.
        """
        active = active_panel(panels)
        active_id = active.id if active else None
        known = [panel.id for panel in panels]
        below = screen.panel_id if screen.panel_id in known else active_id or next(iter(known), None)
        # Below our own full screen the panel is still there.
        is_below = self._memory.screen.camera_id is not None and panel_below(self._memory.screen, panels) == below
        watch = self._watch_shown(below)
        # If only the first of several steps is done, that was no other hand.
        await self._memory.keep(replace(self._memory.screen, watch=watch))
        is_hidden = screen.camera_id is not None or screen.stopped
        if below is not None and not (is_hidden and is_below):
            await self._client.show_panel(below)
        if screen.stopped or below is None:
            await self._client.stop_display()
            return ScreenMemory(stopped=True, watch=watch)
        if screen.camera_id is not None:
            try:
                await self._client.show_camera(screen.camera_id)
            except ThinClientCommandError as error:
                if self._may_pass(error):
                    raise
                _LOGGER.debug("The camera that %s showed before is gone: %s", self._entry.title, error)
                await self._client.show_panel(below)
            else:
                return ScreenMemory(camera_id=screen.camera_id, watch=watch)
        if below == screen.panel_id and not await self._set_cells_again(below, screen.cells):
            return None if self._failures < MANY_FAILURES else ScreenMemory()
        return ScreenMemory(watch=watch)

    async def _set_cells_again(self, panel_id: str, cells: Sequence[str | None]) -> bool:
        """Put the cameras back into their cells, where the device has forgotten them; False while it is too early."""
        panel = panel_of(await self._coordinator.read_panels(), panel_id)
        if panel is None or len(panel.cells) != len(cells):
            return True
        lost = [
            (cell.index, wanted) for cell, wanted in zip(panel.cells, cells, strict=True) if cell.camera_id != wanted
        ]
        if lost and not panel.active:
            return False
        for index, camera_id in lost:
            await self._set_cell_again(panel, index, camera_id or BLANK)
        return True

    async def _set_cell_again(self, panel: Panel, index: int, camera_id: str) -> None:
        """Put a camera back into its cell, if the device takes it: it may be gone by now."""
        try:
            await self._client.set_cell(panel, index, camera_id)
        except ThinClientCommandError as error:
            if self._may_pass(error):
                raise
            _LOGGER.debug("Cell %s of %s cannot be as before: %s", index + 1, self._entry.title, error)

    async def _remember(self, screen: ScreenMemory) -> None:
        """Keep the memory on disk and tell who shows it."""
        before = self._memory.screen
        if screen == before:
            return
        await self._memory.keep(screen)
        if screen.back != before.back:
            self._set_timer()
        self._coordinator.async_update_listeners()

    @callback
    def _remember_soon(self, screen: ScreenMemory) -> None:
        """Keep the memory, from where nothing can be awaited."""
        if screen != self._memory.screen:
            self._entry.async_create_task(self._hass, self._remember(screen), "viewwall wall memory")

    @callback
    def _set_timer(self, not_before: timedelta | None = None) -> None:
        """Wait for the time to go back, if there is one."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        at = self.returns_at
        if at is None or not self._started:
            return
        if not_before is not None:
            at = max(at, dt_util.utcnow() + not_before)

        @callback
        def _wake(_now: datetime) -> None:
            self._cancel_timer = None
            self._entry.async_create_task(self._hass, self._return(), "viewwall wall returns")

        self._cancel_timer = async_track_point_in_utc_time(self._hass, _wake, at)
