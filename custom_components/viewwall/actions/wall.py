"""Actions that change what a wall shows, and where its cameras look."""

from datetime import timedelta
from typing import Any, ClassVar, Final, override

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import probatio

from ..names import Names
from ..thin_client import Camera, Panel, Preset
from ..thin_client.checks import ptz_words
from ..wall_runtime import ThinClientRuntime
from .base import Result, time_between, whole_number
from .errors import mistake
from .targets import wall_name
from .wall_base import WallAction

_NUMBER: Final = probatio.Coerce(float)
_TIME: Final = time_between(
    timedelta(microseconds=1), timedelta(days=366), "must be longer than nothing and at most a year"
)


class ShowPanel(WallAction[Panel]):
    """Put a panel on the screen."""

    name = "show_panel"
    fields: ClassVar[VolDictType] = {
        probatio.Required("panel"): cv.string,
        probatio.Optional("duration"): _TIME,
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> Panel:
        return await self.find_panel(wall, self.data["panel"])

    @override
    async def run(self, wall: ThinClientRuntime, checked: Panel) -> Result:
        duration: timedelta | None = self.data.get("duration")
        await wall.display.show_panel(checked.id, duration)
        return {}


class ShowCamera(WallAction[Camera]):
    """Fill the screen with a camera."""

    name = "show_camera"
    fields: ClassVar[VolDictType] = {
        probatio.Required("camera"): cv.string,
        probatio.Optional("duration"): _TIME,
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> Camera:
        return await self.find_camera(wall, self.data["camera"])

    @override
    async def run(self, wall: ThinClientRuntime, checked: Camera) -> Result:
        duration: timedelta | None = self.data.get("duration")
        await wall.display.show_camera(checked.id, duration)
        return {}


class SetCell(WallAction[tuple[int, str | None]]):
    """Put a camera into a cell of the active panel, or empty it."""

    name = "set_cell"
    fields: ClassVar[VolDictType] = {
        probatio.Required("cell"): whole_number,
        probatio.Optional("camera"): probatio.Any(None, cv.string),
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> tuple[int, str | None]:
        cell = await self.find_cell(wall, self.data["cell"])
        camera = await self.find_camera_or_blank(wall, self.data.get("camera"))
        return cell.index, camera.id if camera else None

    @override
    async def run(self, wall: ThinClientRuntime, checked: tuple[int, str | None]) -> Result:
        await wall.display.set_cell(*checked)
        return {}


class WallPtzMove(WallAction[int]):
    """Move the camera in a cell by something, or to somewhere."""

    name = "wall_ptz_move"
    fields: ClassVar[VolDictType] = {
        probatio.Required("cell"): whole_number,
        probatio.Optional("pan"): _NUMBER,
        probatio.Optional("tilt"): _NUMBER,
        probatio.Optional("zoom"): _NUMBER,
        probatio.Optional("mode", default="relative"): probatio.In(["relative", "absolute"]),
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> int:
        given = self.data.keys() & {"pan", "tilt", "zoom"}
        if not given:
            raise mistake("no_movement")
        index = (await self.find_cell(wall, self.data["cell"], filled=True)).index
        ptz_words(index, *self._values())
        return index

    @override
    async def run(self, wall: ThinClientRuntime, checked: int) -> Result:
        if self.data["mode"] == "absolute":
            await wall.client.ptz_absolute(checked, *self._values())
        else:
            await wall.client.ptz_relative(checked, *self._values())
        return {}

    def _values(self) -> tuple[float, float, float]:
        """Return pan, tilt and zoom."""
        return self.data.get("pan", 0), self.data.get("tilt", 0), self.data.get("zoom", 0)


class WallPtzGotoPreset(WallAction[tuple[int, Preset]]):
    """Move the camera in a cell to one of its presets."""

    name = "wall_ptz_goto_preset"
    fields: ClassVar[VolDictType] = {probatio.Required("cell"): whole_number, probatio.Required("preset"): cv.string}

    @override
    async def check(self, wall: ThinClientRuntime) -> tuple[int, Preset]:
        index = (await self.find_cell(wall, self.data["cell"], filled=True)).index
        presets = await wall.client.ptz_presets(index)
        names = Names((str(number), preset.name) for number, preset in enumerate(presets))
        wanted: str = self.data["preset"]
        if (found := names.find(wanted)) is None:
            known = ", ".join(names.options) or "-"
            raise mistake("unknown_preset", device=wall_name(wall), preset=wanted, known=known)
        return index, presets[int(found)]

    @override
    async def run(self, wall: ThinClientRuntime, checked: tuple[int, Preset]) -> Result:
        await wall.client.ptz_goto_preset(*checked)
        return {}


WALL_ACTIONS: Final[tuple[type[WallAction[Any]], ...]] = (
    ShowPanel,
    ShowCamera,
    SetCell,
    WallPtzMove,
    WallPtzGotoPreset,
)
