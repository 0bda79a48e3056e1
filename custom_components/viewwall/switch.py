"""Switches: the alarm outputs of cameras and recorders."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ViewtronEntity, attach_platform
from .errors import device_errors
from .outputs import output_number
from .runtime import ViewtronRuntime, ViewWallConfigEntry

PARALLEL_UPDATES = 0


class AlarmOutputSwitch(ViewtronEntity, SwitchEntity):
    """An alarm output, by its own name if it has one; its state is what was last ordered."""

    _attr_assumed_state = True

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, number: int) -> None:
        """Switch the output `number`."""
        super().__init__(runtime, key, SwitchEntityDescription(key=key[1], translation_key="alarm_output"))
        self.change_key = key
        self._number = number
        self._attr_translation_placeholders = {"number": str(number)}
        known = next((output for output in runtime.coordinator.data.outputs if output.id == number), None)
        if known is not None and known.name:
            self._attr_name = known.name

    @property
    @override
    def is_on(self) -> bool | None:
        return self.runtime.outputs.is_on(self._number)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on until further notice. Raises HomeAssistantError if the device does not."""
        with device_errors(self.device_label):
            await self.runtime.outputs.switch(self._number, on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch it off. Raises HomeAssistantError if the device does not."""
        with device_errors(self.device_label):
            await self.runtime.outputs.switch(self._number, on=False)


def _make(runtime: ViewtronRuntime, key: EntityKey) -> AlarmOutputSwitch | None:
    number = output_number(key[1])
    return None if number is None else AlarmOutputSwitch(runtime, key, number)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches of a device."""
    if isinstance(runtime := entry.runtime_data, ViewtronRuntime):
        await attach_platform(runtime, Platform.SWITCH, _make)
