"""How an action on walls runs: everything is checked for all of them before anything is sent to one."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
import logging
from typing import Any, ClassVar

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import probatio

from ..const import DOMAIN
from ..errors import device_errors
from ..thin_client import Camera, Cell, Panel, ThinClientError
from ..wall_runtime import OPTION_BLANK, ThinClientRuntime
from .errors import failure, mistake
from .targets import WallTarget, find_walls, wall_name

type Result = dict[str, JsonValueType]

_LOGGER = logging.getLogger(__name__)


def whole_number(value: Any) -> int:
    """Take a whole number, as number or text. Raises Invalid."""
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError) as error:
        raise probatio.Invalid("expected a whole number") from error
    if not number.is_integer() or isinstance(value, bool):
        raise probatio.Invalid("expected a whole number")
    return int(number)


class WallAction[Checked](ABC):
    """One call of an action on Thin Clients; `Checked` is what its check finds and its run needs."""

    name: ClassVar[str]
    fields: ClassVar[VolDictType] = {}
    is_admin: ClassVar[bool] = False
    """Whether only administrators may call it."""
    response: ClassVar[SupportsResponse] = SupportsResponse.OPTIONAL
    one_wall: ClassVar[bool] = False
    """Whether it makes no sense for several at once."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any]) -> None:
        """Take the call's data, which fit the schema."""
        self.hass = hass
        self.data = data

    @classmethod
    def schema(cls) -> probatio.Schema:
        """Return the schema of the call's data."""
        return probatio.Schema({**cls.fields, **cv.TARGET_SERVICE_FIELDS})

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


async def perform(action_type: type[WallAction[Any]], call: ServiceCall) -> ServiceResponse:
    """Carry out a call.

    Raises ServiceValidationError while nothing was sent; afterwards HomeAssistantError if all walls failed, or if any
    failed and the caller does not look at the response.
    """
    targets = find_walls(call.hass, call.data)
    action = action_type(call.hass, call.data)
    await action.prepare([target.runtime for target in targets])
    checks = [_told(target, action.check(target.runtime)) for target in targets]
    checked = await asyncio.gather(*checks, return_exceptions=True)
    _raise_first(checked, ServiceValidationError)

    async def _run(target: WallTarget, found: object) -> Result:
        if isinstance(found, BaseException):
            raise found
        return await _told(target, action.run(target.runtime, found))

    runs = [_run(target, found) for target, found in zip(targets, checked, strict=True)]
    results = await asyncio.gather(*runs, return_exceptions=True)
    _raise_first(results)
    failed = [result for result in results if isinstance(result, HomeAssistantError)]
    if failed and (len(failed) == len(results) or not call.return_response):
        raise failed[0] if len(failed) == 1 else failure("several_failed", errors=". ".join(map(str, failed)))
    return {
        "devices": {
            target.device_id: {"error": str(result)} if isinstance(result, BaseException) else result
            for target, result in zip(targets, results, strict=True)
        }
    }


async def _told[T](target: WallTarget, work: Awaitable[T]) -> T:
    """Do something, with the device's errors in the user's words."""
    with device_errors(target.name):
        return await work


def confirm(data: Mapping[str, Any], key: str) -> None:
    """Check that the caller has confirmed what cannot be undone; `key` says in words what that is."""
    if not data.get("confirm"):
        raise mistake(key)


@asynccontextmanager
async def changing_cameras(wall: ThinClientRuntime) -> AsyncIterator[None]:
    """Surround a change of a wall's cameras, which changes the cells of its panels too."""
    async with wall.display.changing():
        yield
    try:
        await wall.coordinator.read_cameras()
    except ThinClientError as error:
        _LOGGER.debug("%s was changed, but does not answer: %s", wall.entry.title, error)


def _raise_first(results: Sequence[object], *more: type[HomeAssistantError]) -> None:
    """Raise the first error that is none of Home Assistant's, or is one of `more`."""
    for result in results:
        if isinstance(result, BaseException) and (
            not isinstance(result, HomeAssistantError) or isinstance(result, more)
        ):
            raise result
