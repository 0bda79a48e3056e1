"""What all actions on Thin Clients share: finding panels, cameras and cells."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
import logging
from typing import ClassVar, override

from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..thin_client import Camera, Cell, Panel, ThinClientError
from ..wall_runtime import OPTION_BLANK, ThinClientRuntime
from .base import Action, Result
from .errors import mistake
from .targets import Family, Target, wall_name

_LOGGER = logging.getLogger(__name__)


class WallAction[Checked](Action[ThinClientRuntime, Checked]):
    """One call of an action on Thin Clients."""

    family = Family.WALL

    one_wall: ClassVar[bool] = False
    """Whether it makes no sense for several at once."""

    @override
    async def prepare_all(self, targets: Sequence[Target[ThinClientRuntime]]) -> None:
        await self.prepare([target.runtime for target in targets])

    @override
    async def check_one(self, target: Target[ThinClientRuntime]) -> Checked:
        return await self.check(target.runtime)

    @override
    async def run_one(self, target: Target[ThinClientRuntime], checked: Checked) -> Result:
        return await self.run(target.runtime, checked)

    async def prepare(self, walls: Sequence[ThinClientRuntime]) -> None:
        """Check what is the same for all walls. Raises HomeAssistantError."""
        if self.one_wall and len(walls) > 1:
            raise mistake("one_wall_only")

    @abstractmethod
    async def check(self, wall: ThinClientRuntime) -> Checked:
        """Check the call for a wall; nothing but questions may be sent.

        Raises ServiceValidationError for the caller's mistakes, which keeps all walls untouched, and ThinClientError.
        """

    @abstractmethod
    async def run(self, wall: ThinClientRuntime, checked: Checked) -> Result:
        """Do it, and return what the response says of this wall. Raises HomeAssistantError or ThinClientError."""

    # -- What many actions look for. What is not found is asked for once more: another hand may have made it just now.

    async def find_panel(self, wall: ThinClientRuntime, text: str) -> Panel:
        """Find a panel by name or id."""
        if (panel := wall.find_panel(text)) is None:
            await wall.coordinator.read_panels()
            panel = wall.find_panel(text)
        if panel is None:
            known = ", ".join(wall.panel_names.options) or "-"
            raise mistake("unknown_panel", device=wall_name(wall), panel=text, known=known)
        return panel

    async def find_camera(self, wall: ThinClientRuntime, text: str) -> Camera:
        """Find a camera by its name or id on the wall or by its entity."""
        if (camera := wall.find_camera(text)) is None:
            await wall.coordinator.read_cameras()
            camera = wall.find_camera(text)
        if camera is None:
            entity = er.async_get(self.hass).async_get(text)
            if entity is not None and entity.platform == DOMAIN:
                raise mistake("camera_not_added", device=wall_name(wall), camera=text)
            known = ", ".join(wall.camera_names.options) or "-"
            raise mistake("unknown_camera", device=wall_name(wall), camera=text, known=known)
        return camera

    async def find_camera_or_blank(self, wall: ThinClientRuntime, text: str | None) -> Camera | None:
        """Find a camera; nothing and the word `blank` mean none."""
        return None if text is None or text == OPTION_BLANK else await self.find_camera(wall, text)

    async def find_cell(self, wall: ThinClientRuntime, number: int, *, filled: bool = False) -> Cell:
        """Find a cell of the active panel by its number, which counts from 1, row by row; `filled` wants a camera."""
        panel = wall.active_panel
        if panel is None or not 1 <= number <= len(panel.cells) or (filled and _is_empty(panel, number)):
            await wall.coordinator.read_panels()
            panel = wall.active_panel
        if panel is None:
            raise mistake("no_active_panel", device=wall_name(wall))
        if not 1 <= number <= len(panel.cells):
            raise mistake(
                "unknown_cell", device=wall_name(wall), cell=str(number), panel=panel.name, last=str(len(panel.cells))
            )
        if filled and _is_empty(panel, number):
            raise mistake("empty_cell", device=wall_name(wall), cell=str(number))
        return panel.cells[number - 1]


def _is_empty(panel: Panel, number: int) -> bool:
    return panel.cells[number - 1].camera_id is None


@asynccontextmanager
async def changing_cameras(wall: ThinClientRuntime) -> AsyncIterator[None]:
    """Surround a change of a wall's cameras, which changes the cells of its panels too."""
    async with wall.display.changing():
        yield
    try:
        await wall.coordinator.read_cameras()
    except ThinClientError as error:
        _LOGGER.debug("%s was changed, but does not answer: %s", wall.entry.title, error)
