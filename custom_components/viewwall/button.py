"""What a video wall does at the press of a button: restart, go dark, refresh."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ThinClientEntity, attach_platform
from .errors import device_errors
from .runtime import ViewWallConfigEntry
from .wall_runtime import ThinClientRuntime

PARALLEL_UPDATES = 0


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


class ThinClientButton(ThinClientEntity, ButtonEntity):
    """A button of a wall."""

    entity_description: ThinClientButtonDescription

    @override
    async def async_press(self) -> None:
        """Do it. Raises HomeAssistantError if the wall does not."""
        with device_errors(self.runtime.entry.title):
            await self.entity_description.press(self.runtime)


def _make_wall(runtime: ThinClientRuntime, key: EntityKey) -> ThinClientButton | None:
    description = _WALL_BY_KEY.get(key[1])
    return None if description is None else ThinClientButton(runtime, key[1], description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of a wall."""
    if isinstance(runtime := entry.runtime_data, ThinClientRuntime):
        await attach_platform(runtime, Platform.BUTTON, _make_wall)
