"""Switches: the alarm outputs of cameras and recorders, and whether a camera sends its events to us."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.components.switch.const import SwitchDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ViewtronEntity, attach_platform
from .errors import device_errors
from .outputs import output_number
from .provisioning import CHANGE_KEY
from .runtime import ViewtronRuntime, ViewWallConfigEntry

PARALLEL_UPDATES = 0


class AlarmOutputSwitch(ViewtronEntity, SwitchEntity):
    """An alarm output, by its own name if it has one; its state is what was last ordered."""

    _attr_assumed_state = True

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, number: int) -> None:
        """Switch the output `number`."""
        # By this class the pickers of actions and blueprints tell outputs from other switches.
        description = SwitchEntityDescription(
            key=key[1], translation_key="alarm_output", device_class=SwitchDeviceClass.SWITCH
        )
        super().__init__(runtime, key, description)
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


class PushSubscriptionSwitch(ViewtronEntity, SwitchEntity):
    """Whether the camera posts to us by an address of its own; switching it on lets us write there."""

    change_key = CHANGE_KEY

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey) -> None:
        """Switch the slot of `runtime`."""
        description = SwitchEntityDescription(
            key=key[1], translation_key="push_subscription", entity_category=EntityCategory.CONFIG
        )
        super().__init__(runtime, key, description)

    @property
    @override
    def is_on(self) -> bool | None:
        return self.runtime.provisioning.is_on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the camera post to us, from now on. Raises HomeAssistantError if it does not."""
        with device_errors(self.device_label):
            await self.runtime.provisioning.subscribe()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Take our address out of the camera. Raises HomeAssistantError if it does not."""
        with device_errors(self.device_label):
            await self.runtime.provisioning.unsubscribe()


def _make(runtime: ViewtronRuntime, key: EntityKey) -> SwitchEntity | None:
    if key == CHANGE_KEY:
        return PushSubscriptionSwitch(runtime, key)
    number = output_number(key[1])
    return None if number is None else AlarmOutputSwitch(runtime, key, number)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches of a device."""
    if isinstance(runtime := entry.runtime_data, ViewtronRuntime):
        await attach_platform(runtime, Platform.SWITCH, _make)
