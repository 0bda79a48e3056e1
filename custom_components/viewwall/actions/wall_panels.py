"""Actions that change the panels that a wall keeps."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final, override

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import probatio

from ..thin_client import Camera, Panel
from ..thin_client.checks import kept_cells, panel_body
from ..wall_runtime import ThinClientRuntime
from .base import Result, whole_number
from .errors import mistake
from .wall_base import WallAction

_CELLS: Final = probatio.All(cv.ensure_list, [probatio.Any(None, cv.string)])


class _PanelAction[Checked](WallAction[Checked]):
    """Something that changes the panels."""

    is_admin = True

    async def find_cameras(self, wall: ThinClientRuntime) -> list[Camera | None]:
        """Find the cameras of all cells."""
        return [await self.find_camera_or_blank(wall, text) for text in self.data["cells"]]


class CreatePanel(_PanelAction[Sequence[Camera | None]]):
    """Create a panel."""

    name = "create_panel"
    fields: ClassVar[VolDictType] = {
        probatio.Required("name"): cv.string,
        probatio.Required("width"): whole_number,
        probatio.Required("height"): whole_number,
        probatio.Optional("cells", default=list): _CELLS,
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> Sequence[Camera | None]:
        cameras = await self.find_cameras(wall)
        panel_body(self.data["name"], self.data["width"], self.data["height"], cameras)
        return cameras

    @override
    async def run(self, wall: ThinClientRuntime, checked: Sequence[Camera | None]) -> Result:
        async with wall.display.changing():
            panel = await wall.client.create_panel(self.data["name"], self.data["width"], self.data["height"], checked)
        return {"panel_id": panel.id}


class UpdatePanel(_PanelAction[tuple[Panel, Sequence[Camera | None] | None]]):
    """Change a panel; what is not given stays."""

    name = "update_panel"
    fields: ClassVar[VolDictType] = {
        probatio.Required("panel"): cv.string,
        probatio.Optional("name"): cv.string,
        probatio.Optional("width"): whole_number,
        probatio.Optional("height"): whole_number,
        probatio.Optional("cells"): _CELLS,
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> tuple[Panel, Sequence[Camera | None] | None]:
        if not self.data.keys() & {"name", "width", "height", "cells"}:
            raise mistake("nothing_to_change")
        # Somebody else may have changed it since the last poll.
        await wall.coordinator.read_panels()
        panel = await self.find_panel(wall, self.data["panel"])
        cameras = await self.find_cameras(wall) if "cells" in self.data else None
        width, height = self.data.get("width", panel.width), self.data.get("height", panel.height)
        panel_body(self.data.get("name", panel.name), width, height, cameras or ())
        if cameras is None:
            kept_cells(panel, width, height)
        return panel, cameras

    @override
    async def run(self, wall: ThinClientRuntime, checked: tuple[Panel, Sequence[Camera | None] | None]) -> Result:
        panel, cameras = checked
        async with wall.display.changing():
            await wall.client.update_panel(
                panel,
                name=self.data.get("name"),
                width=self.data.get("width"),
                height=self.data.get("height"),
                cells=cameras,
            )
        return {}


class DeletePanel(_PanelAction[Panel]):
    """Delete a panel."""

    name = "delete_panel"
    fields: ClassVar[VolDictType] = {probatio.Required("panel"): cv.string}

    @override
    async def check(self, wall: ThinClientRuntime) -> Panel:
        return await self.find_panel(wall, self.data["panel"])

    @override
    async def run(self, wall: ThinClientRuntime, checked: Panel) -> Result:
        async with wall.display.changing():
            await wall.client.delete_panel(checked.id)
        return {}


PANEL_ACTIONS: Final[tuple[type[WallAction[Any]], ...]] = (CreatePanel, UpdatePanel, DeletePanel)
