"""The firmware of a video wall: what runs, what could run, and the way there."""

from typing import Any, Final, override

from awesomeversion import AwesomeVersionCompareException
from homeassistant.components.update import UpdateEntity, UpdateEntityDescription
from homeassistant.components.update.const import UpdateDeviceClass, UpdateEntityFeature
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ThinClientEntity, attach_platform
from .runtime import ViewWallConfigEntry
from .wall_runtime import ThinClientRuntime

PARALLEL_UPDATES = 0

WALL_FIRMWARE: Final = UpdateEntityDescription(
    key="firmware",
    translation_key="firmware",
    device_class=UpdateDeviceClass.FIRMWARE,
    entity_category=EntityCategory.CONFIG,
)


class ThinClientFirmware(ThinClientEntity, UpdateEntity):
    """The firmware of a wall."""

    _attr_supported_features = UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS
    _attr_title = "Thin Client"

    @property
    @override
    def available(self) -> bool:
        # While it restarts, the progress still shows.
        return super().available or self.runtime.firmware.in_progress

    @property
    @override
    def installed_version(self) -> str | None:
        return self.runtime.info.firmware

    @property
    @override
    def latest_version(self) -> str | None:
        newest, installed = self.runtime.coordinator.data.newest_firmware, self.installed_version
        if newest is None or installed is None:
            return newest
        try:
            is_newer = self.version_is_newer(newest, installed)
        except AwesomeVersionCompareException:
            return newest
        # An older one is no update, and nobody may install it by mistake.
        return newest if is_newer else installed

    @property
    @override
    def in_progress(self) -> bool:
        return self.runtime.firmware.in_progress

    @property
    @override
    def update_percentage(self) -> int | None:
        return self.runtime.firmware.percentage

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the progress, whoever has started it."""
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.firmware.add_listener(self.async_write_ha_state))

    @override
    async def async_install(self, version: str | None, backup: bool, **kwargs: Any) -> None:
        """Install the newest firmware, and return when it runs. Raises HomeAssistantError if it does not."""
        await self.runtime.firmware.install()


def _make_wall(runtime: ThinClientRuntime, key: EntityKey) -> ThinClientFirmware | None:
    return ThinClientFirmware(runtime, key[1], WALL_FIRMWARE) if key[1] == WALL_FIRMWARE.key else None


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the firmware of a wall."""
    if isinstance(runtime := entry.runtime_data, ThinClientRuntime):
        await attach_platform(runtime, Platform.UPDATE, _make_wall)
