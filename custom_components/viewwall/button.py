"""What happens at the press of a button.

Viewtron: setting the clock, restart, resetting counts, virtual alarms. Thin Client: restart, going dark, refresh.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .counters import RESET_KEY
from .entity import ThinClientEntity, ViewtronEntity, attach_platform
from .errors import device_errors
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .viewtron.models import AlarmInputKind
from .wall_runtime import ThinClientRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ViewtronButtonDescription(ButtonEntityDescription):
    """Describes a button of a device or channel: what its press does."""

    press: Callable[[ViewtronRuntime, int | None], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class ThinClientButtonDescription(ButtonEntityDescription):
    """Describes a button of a wall: what its press does."""

    press: Callable[[ThinClientRuntime], Awaitable[None]]


async def _restart(runtime: ThinClientRuntime) -> None:
    runtime.firmware.check_idle()
    await runtime.client.restart()
    runtime.display.forget_screen()


async def _refresh_panels(runtime: ThinClientRuntime) -> None:
    async with runtime.display.changing():
        await runtime.client.refresh_panels()


BUTTONS: Final[tuple[ViewtronButtonDescription, ...]] = (
    ViewtronButtonDescription(
        key="sync_clock",
        translation_key="sync_clock",
        entity_category=EntityCategory.CONFIG,
        press=lambda runtime, _channel: runtime.coordinator.sync_clock(),
    ),
    ViewtronButtonDescription(
        key="restart",
        translation_key="restart",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        press=lambda runtime, _channel: runtime.restart(),
    ),
    ViewtronButtonDescription(
        key=RESET_KEY,
        translation_key=RESET_KEY,
        entity_category=EntityCategory.CONFIG,
        press=lambda runtime, channel: runtime.counters.reset(channel),
    ),
)
_BY_KEY: Final = {description.key: description for description in BUTTONS}
_VIRTUAL: Final = "virtual_alarm_"
WALL_BUTTONS: Final[tuple[ThinClientButtonDescription, ...]] = (
    ThinClientButtonDescription(
        key="restart",
        translation_key="restart",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        press=_restart,
    ),
    ThinClientButtonDescription(
        key="stop_display",
        translation_key="stop_display",
        press=lambda runtime: runtime.display.stop(),
    ),
    ThinClientButtonDescription(
        key="refresh_panels",
        translation_key="refresh_panels",
        entity_registry_enabled_default=False,
        press=_refresh_panels,
    ),
)
_WALL_BY_KEY: Final = {description.key: description for description in WALL_BUTTONS}


class ViewtronButton(ViewtronEntity, ButtonEntity):
    """A button of a device or channel."""

    entity_description: ViewtronButtonDescription

    @override
    async def async_press(self) -> None:
        """Do it. Raises HomeAssistantError if the device does not."""
        with device_errors(self.device_label):
            await self.entity_description.press(self.runtime, self.channel)


class VirtualAlarmButton(ViewtronEntity, ButtonEntity):
    """A virtual alarm of a recorder, numbered as on its screen and known by the id of its input."""

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, input_id: int) -> None:
        """Trigger the input with the device's id `input_id`."""
        super().__init__(runtime, key, ButtonEntityDescription(key=key[1], translation_key="virtual_alarm"))
        self._input_id = input_id
        inputs = runtime.coordinator.data.inputs
        virtual = [entry for entry in inputs if entry.kind is AlarmInputKind.VIRTUAL]
        number, name = next(
            ((number, entry.name) for number, entry in enumerate(virtual, 1) if entry.id == input_id), (input_id, None)
        )
        self._attr_translation_placeholders = {"number": str(number)}
        if name:
            self._attr_name = name

    @override
    async def async_press(self) -> None:
        """Trigger it. Raises HomeAssistantError if the device does not."""
        with device_errors(self.device_label):
            await self.runtime.coordinator.prove()
            await self.runtime.client.trigger_virtual_alarm(self._input_id)


class ThinClientButton(ThinClientEntity, ButtonEntity):
    """A button of a wall."""

    entity_description: ThinClientButtonDescription

    @override
    async def async_press(self) -> None:
        """Do it. Raises HomeAssistantError if the wall does not."""
        with device_errors(self.runtime.entry.title):
            await self.entity_description.press(self.runtime)


def _make(runtime: ViewtronRuntime, key: EntityKey) -> ButtonEntity | None:
    number = key[1].removeprefix(_VIRTUAL)
    if key[1].startswith(_VIRTUAL) and number.isdecimal():
        return VirtualAlarmButton(runtime, key, int(number))
    description = _BY_KEY.get(key[1])
    if description is not None and key[1] == RESET_KEY:
        # It comes with the counts, which are off until counting is seen.
        description = replace(description, entity_registry_enabled_default=runtime.counters.is_shown(key))
    return None if description is None else ViewtronButton(runtime, key, description)


def _make_wall(runtime: ThinClientRuntime, key: EntityKey) -> ThinClientButton | None:
    description = _WALL_BY_KEY.get(key[1])
    return None if description is None else ThinClientButton(runtime, key[1], description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of a device."""
    match entry.runtime_data:
        case ViewtronRuntime() as runtime:
            await attach_platform(runtime, Platform.BUTTON, _make)
        case ThinClientRuntime() as runtime:
            await attach_platform(runtime, Platform.BUTTON, _make_wall)
