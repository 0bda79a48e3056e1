"""What was detected, as event entities: the things to automate on."""

from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ViewtronEntity, attach_platform
from .runtime import FiredEvent, ViewtronRuntime, ViewWallConfigEntry
from .viewtron import DetectionType, PlateList

PARALLEL_UPDATES = 0

PLATE_EVENT_TYPES: Final = [*(entry.value for entry in PlateList), "group", "unlisted"]


EVENTS: Final[tuple[EventEntityDescription, ...]] = (
    EventEntityDescription(
        key="detection", translation_key="detection", event_types=[kind.value for kind in DetectionType]
    ),
    EventEntityDescription(key="license_plate", translation_key="license_plate", event_types=PLATE_EVENT_TYPES),
)
_BY_KEY: Final = {description.key: description for description in EVENTS}


class ViewtronEvent(ViewtronEntity, EventEntity):
    """Detections of a device or channel; always available, so that none is lost."""

    # People's names and faces stay out of the history; `plate` would repeat the facts beside it.
    _unrecorded_attributes = frozenset({"face", "owner", "plate", "targets"})

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen; the event that made this entity appear comes first."""
        await super().async_added_to_hass()
        key = (self.channel, self.key)
        self.async_on_remove(self.runtime.events.add(key, self._on_event))
        if (first := self.runtime.first_events.pop(key, None)) is not None:
            self._trigger_event(first.type, dict(first.attributes))

    @callback
    def _on_event(self, event: FiredEvent) -> None:
        self._trigger_event(event.type, dict(event.attributes))
        self.async_write_ha_state()

    @callback
    @override
    def _on_poll(self) -> None:
        """Stay as it is: polls say nothing about events."""


def _make(runtime: ViewtronRuntime, key: EntityKey) -> ViewtronEvent | None:
    description = _BY_KEY.get(key[1])
    return None if description is None else ViewtronEvent(runtime, key, description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event entities of a device."""
    if isinstance(entry.runtime_data, ViewtronRuntime):
        await attach_platform(entry.runtime_data, Platform.EVENT, _make)
