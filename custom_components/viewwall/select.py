"""What the wall shows: its panel, the camera in each cell, full screen, and the presets of cameras that can move."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .const import DOMAIN
from .entity import ThinClientEntity, attach_platform
from .errors import device_errors
from .names import Names
from .runtime import ViewWallConfigEntry
from .wall_runtime import OPTION_BLANK, OPTION_PANEL, ThinClientRuntime

PARALLEL_UPDATES = 0

MOST_CELLS_ON: Final = 4
"""Cells above this number are off by default."""


@dataclass(frozen=True, kw_only=True)
class WallSelectDescription(SelectEntityDescription):
    """Describes a choice; `number` is the cell's, from 1, where the key is numbered."""

    options_of: Callable[[ThinClientRuntime, int], list[str]]
    current: Callable[[ThinClientRuntime, int], str | None]
    choose: Callable[[ThinClientRuntime, int, str], Awaitable[None]]
    """Raises any ThinClientError, and _GoneError for an option that is gone."""
    exists: Callable[[ThinClientRuntime, int], bool] = lambda _runtime, _number: True


class _GoneError(Exception):
    """What was chosen is no longer there."""


def _id_of(names: Names, option: str) -> str:
    if (item_id := names.id_of(option)) is None:
        raise _GoneError
    return item_id


async def _choose_panel(runtime: ThinClientRuntime, _number: int, option: str) -> None:
    await runtime.display.show_panel(_id_of(runtime.panel_names, option))


def _camera_in(runtime: ThinClientRuntime, number: int) -> str | None:
    cell = runtime.cell(number)
    if cell is None:
        return None
    return OPTION_BLANK if cell.camera_id is None else runtime.camera_names.name_of(cell.camera_id)


async def _choose_camera(runtime: ThinClientRuntime, number: int, option: str) -> None:
    camera_id = None if option == OPTION_BLANK else _id_of(runtime.camera_names, option)
    await runtime.display.set_cell(number - 1, camera_id)


def _full_screen(runtime: ThinClientRuntime, _number: int) -> str | None:
    display = runtime.display
    if display.full_screen is not None:
        return runtime.camera_names.name_of(display.full_screen)
    return OPTION_PANEL if display.panel_id is not None else None


async def _choose_full_screen(runtime: ThinClientRuntime, _number: int, option: str) -> None:
    if option != OPTION_PANEL:
        await runtime.display.show_camera(_id_of(runtime.camera_names, option))
        return
    if (panel_id := runtime.display.panel_below_id) is None:
        raise _GoneError
    await runtime.display.show_panel(panel_id)


def _preset_names(runtime: ThinClientRuntime, number: int) -> Names:
    return Names((str(index), preset.name) for index, preset in enumerate(runtime.presets(number)))


async def _choose_preset(runtime: ThinClientRuntime, number: int, option: str) -> None:
    preset = runtime.presets(number)[int(_id_of(_preset_names(runtime, number), option))]
    before = runtime.cell(number)
    await runtime.coordinator.read_panels()
    now = runtime.cell(number)
    if before is None or now is None or now.camera_id != before.camera_id:
        # Another hand has put another camera there, which must not move.
        raise _GoneError
    await runtime.client.ptz_goto_preset(number - 1, preset)


SELECTS: Final[tuple[WallSelectDescription, ...]] = (
    WallSelectDescription(
        key="panel",
        translation_key="panel",
        options_of=lambda runtime, _number: runtime.panel_names.options,
        current=lambda runtime, _number: runtime.panel_names.name_of(runtime.display.panel_id),
        choose=_choose_panel,
    ),
    WallSelectDescription(
        key="full_screen",
        translation_key="full_screen",
        options_of=lambda runtime, _number: [OPTION_PANEL, *runtime.camera_names.options],
        current=_full_screen,
        choose=_choose_full_screen,
    ),
    WallSelectDescription(
        key="cell",
        translation_key="cell",
        options_of=lambda runtime, _number: [OPTION_BLANK, *runtime.camera_names.options],
        current=_camera_in,
        choose=_choose_camera,
        exists=lambda runtime, number: runtime.cell(number) is not None,
    ),
    WallSelectDescription(
        key="ptz_preset",
        translation_key="ptz_preset",
        options_of=lambda runtime, number: _preset_names(runtime, number).options,
        # The device tells presets, but not where a camera looks.
        current=lambda _runtime, _number: None,
        choose=_choose_preset,
        exists=lambda runtime, number: bool(runtime.presets(number)),
    ),
)
_BY_KEY: Final = {description.key: description for description in SELECTS}


class WallSelect(ThinClientEntity, SelectEntity):
    """A choice of what a wall shows; its options follow every poll."""

    entity_description: WallSelectDescription

    def __init__(self, runtime: ThinClientRuntime, key: str, number: int, description: WallSelectDescription) -> None:
        """Offer `key`; `number` is the cell's, or 0."""
        super().__init__(runtime, key, description)
        self._number = number
        if number:
            self._attr_translation_placeholders = {"number": str(number)}
        if description.key == "cell" and number > MOST_CELLS_ON:
            self._attr_entity_registry_enabled_default = False

    @property
    @override
    def available(self) -> bool:
        return super().available and self.entity_description.exists(self.runtime, self._number)

    @property
    @override
    def options(self) -> list[str]:
        return self.entity_description.options_of(self.runtime, self._number)

    @property
    @override
    def current_option(self) -> str | None:
        return self.entity_description.current(self.runtime, self._number)

    @override
    async def async_select_option(self, option: str) -> None:
        """Change what the wall shows."""
        device = self.runtime.entry.title
        try:
            with device_errors(device):
                await self.entity_description.choose(self.runtime, self._number, option)
        except _GoneError:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="option_gone",
                translation_placeholders={"device": device, "option": option},
            ) from None


def _make(runtime: ThinClientRuntime, key: EntityKey) -> WallSelect | None:
    name = key[1]
    head, _, tail = name.rpartition("_")
    numbered = head in ("cell", "ptz_preset") and tail.isdecimal()
    description = _BY_KEY.get(head if numbered else name)
    return None if description is None else WallSelect(runtime, name, int(tail) if numbered else 0, description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the choices of a wall."""
    if isinstance(entry.runtime_data, ThinClientRuntime):
        await attach_platform(entry.runtime_data, Platform.SELECT, _make)
