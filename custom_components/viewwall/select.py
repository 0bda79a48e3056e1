"""What can be chosen.

Viewtron: presets and cruises of cameras that move, and how the infrared light is switched. Thin Client: the panel, the
camera in each cell, full screen, and the presets of cameras that can move.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .channel_facts import ChannelFacts, FactsOfChannels
from .const import DOMAIN
from .entity import ThinClientEntity, ViewtronEntity, attach_platform
from .errors import device_errors
from .moving import can_move, goto_preset, names_of, run_cruise
from .names import Names
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .viewtron.errors import ViewtronIgnoredError
from .wall_runtime import OPTION_BLANK, OPTION_PANEL, ThinClientRuntime

PARALLEL_UPDATES = 0

MOST_CELLS_ON: Final = 4
"""Cells above this number are off by default."""
OPTION_STOP: Final = "stop"
"""The option that ends a cruise."""


@dataclass(frozen=True, kw_only=True)
class ViewtronSelectDescription(SelectEntityDescription):
    """Describes a choice at a camera; `channel` is the recorder's, 1 on a camera."""

    facts: Callable[[FactsOfChannels], ChannelFacts[Any]]
    """What has to be known of the channel for it."""
    options_of: Callable[[ViewtronRuntime, int], list[str]]
    # The device tells presets and cruises, but not where a camera looks.
    current: Callable[[ViewtronRuntime, int], str | None] = lambda _runtime, _channel: None
    choose: Callable[[ViewtronRuntime, int, str], Awaitable[None]]
    """Raises any ViewtronError, StillOwedError, and _GoneError for an option that is gone."""
    is_on_by_default: Callable[[ViewtronRuntime, int], bool] = lambda _runtime, _channel: True


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


# -- Viewtron


def _presets(runtime: ViewtronRuntime, channel: int) -> list[str]:
    return names_of(runtime.coordinator.of_channels.presets.of(channel) or ()).options


async def _goto_preset(runtime: ViewtronRuntime, channel: int, option: str) -> None:
    # Another hand may have given the number to another place since the last poll.
    presets = await runtime.coordinator.of_channels.presets.read(channel)
    await goto_preset(runtime, channel, int(_id_of(names_of(presets or ()), option)))


def _cruises(runtime: ViewtronRuntime, channel: int) -> list[str]:
    cruises = runtime.coordinator.of_channels.cruises.of(channel) or ()
    return [*names_of(cruises, {OPTION_STOP}).options, OPTION_STOP]


async def _choose_cruise(runtime: ViewtronRuntime, channel: int, option: str) -> None:
    if option == OPTION_STOP:
        await runtime.client.ptz.stop_cruise(channel)
        return
    cruises = await runtime.coordinator.of_channels.cruises.read(channel)
    await run_cruise(runtime, channel, int(_id_of(names_of(cruises or (), {OPTION_STOP}), option)))


def _infrared_words(runtime: ViewtronRuntime, channel: int) -> list[str]:
    mode = runtime.coordinator.of_channels.infrared.of(channel)
    return [word.lower() for word in mode.words] if mode else []


def _infrared_word(runtime: ViewtronRuntime, channel: int) -> str | None:
    mode = runtime.coordinator.of_channels.infrared.of(channel)
    return mode.word.lower() if mode else None


async def _set_infrared(runtime: ViewtronRuntime, channel: int, option: str) -> None:
    facts = runtime.coordinator.of_channels.infrared
    try:
        mode = await runtime.client.picture.set_infrared(channel, option)
    except ViewtronIgnoredError:
        await facts.follow(channel)
        raise
    facts.take(channel, mode)


def _can_move(runtime: ViewtronRuntime, channel: int) -> bool:
    return can_move(runtime.coordinator.data, channel)


VIEWTRON_SELECTS: Final[tuple[ViewtronSelectDescription, ...]] = (
    ViewtronSelectDescription(
        key="ptz_preset",
        translation_key="ptz_preset",
        facts=lambda known: known.presets,
        options_of=_presets,
        choose=_goto_preset,
        is_on_by_default=_can_move,
    ),
    ViewtronSelectDescription(
        key="ptz_cruise",
        translation_key="ptz_cruise",
        facts=lambda known: known.cruises,
        options_of=_cruises,
        choose=_choose_cruise,
        is_on_by_default=_can_move,
    ),
    ViewtronSelectDescription(
        key="infrared_mode",
        translation_key="infrared_mode",
        entity_category=EntityCategory.CONFIG,
        facts=lambda known: known.infrared,
        options_of=_infrared_words,
        current=_infrared_word,
        choose=_set_infrared,
    ),
)
_VIEWTRON_BY_KEY: Final = {description.key: description for description in VIEWTRON_SELECTS}


class ViewtronSelect(ViewtronEntity, SelectEntity):
    """A choice at a camera; what it offers is asked for only while it is switched on."""

    entity_description: ViewtronSelectDescription

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, description: ViewtronSelectDescription) -> None:
        """Offer `key`."""
        super().__init__(runtime, key, description)
        self._number = self.channel or 1
        self._facts = description.facts(runtime.coordinator.of_channels)
        self._attr_entity_registry_enabled_default = description.is_on_by_default(runtime, self._number)
        if description.key == "ptz_preset":
            # On a wall the same name carries the number of the cell.
            self._attr_translation_placeholders = {"number": ""}

    @override
    async def async_added_to_hass(self) -> None:
        """Want to know what there is to choose from."""
        await super().async_added_to_hass()
        self.async_on_remove(self._facts.want(self._number, self._on_change))

    @property
    @override
    def available(self) -> bool:
        return super().available and self._facts.of(self._number) is not None

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
        """Do it. Raises HomeAssistantError if the device does not."""
        with _option_errors(self.device_label, option):
            await self.runtime.coordinator.prove()
            await self.entity_description.choose(self.runtime, self._number, option)


# -- Thin Client


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


WALL_SELECTS: Final[tuple[WallSelectDescription, ...]] = (
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
_WALL_BY_KEY: Final = {description.key: description for description in WALL_SELECTS}


class WallSelect(ThinClientEntity, SelectEntity):
    """A choice of what a wall shows; its options follow every poll."""

    entity_description: WallSelectDescription

    def __init__(self, runtime: ThinClientRuntime, key: str, number: int, description: WallSelectDescription) -> None:
        """Offer `key`; `number` is the cell's, or 0."""
        super().__init__(runtime, key, description)
        self._number = number
        if number:
            # A preset's name is shared with cameras, where nothing stands behind it.
            blank = " " if description.key == "ptz_preset" else ""
            self._attr_translation_placeholders = {"number": f"{blank}{number}"}
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
        with _option_errors(self.runtime.entry.title, option):
            await self.entity_description.choose(self.runtime, self._number, option)


@contextmanager
def _option_errors(device: str, option: str) -> Iterator[None]:
    """Turn what goes wrong with a choice into errors that Home Assistant shows."""
    try:
        with device_errors(device):
            yield
    except _GoneError:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="option_gone",
            translation_placeholders={"device": device, "option": option},
        ) from None


def _make(runtime: ViewtronRuntime, key: EntityKey) -> ViewtronSelect | None:
    description = _VIEWTRON_BY_KEY.get(key[1])
    return None if description is None else ViewtronSelect(runtime, key, description)


def _make_wall(runtime: ThinClientRuntime, key: EntityKey) -> WallSelect | None:
    name = key[1]
    head, _, tail = name.rpartition("_")
    numbered = head in ("cell", "ptz_preset") and tail.isdecimal()
    description = _WALL_BY_KEY.get(head if numbered else name)
    return None if description is None else WallSelect(runtime, name, int(tail) if numbered else 0, description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the choices of a device."""
    match entry.runtime_data:
        case ViewtronRuntime() as runtime:
            await attach_platform(runtime, Platform.SELECT, _make)
        case ThinClientRuntime() as runtime:
            await attach_platform(runtime, Platform.SELECT, _make_wall)
