"""Sensors.

Viewtron: the last plate, counts, disks, and how the device and its messages fare.
Thin Client: where its video comes from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MAX_LENGTH_STATE_STATE,
    PERCENTAGE,
    EntityCategory,
    Platform,
    UnitOfInformation,
    UnitOfTime,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from .catalog import EntityKey
from .counting import COUNTED_KEYS, TOTAL_KEYS
from .detections import plate_data, plate_event_type
from .entity import ThinClientEntity, ViewtronEntity, attach_platform
from .event import PLATE_EVENT_TYPES
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .thin_client.settings import DIRECT_CONNECT, MOBILE_BRIDGE
from .viewtron.models import Disk, DiskStatus
from .wall_coordinator import ThinClientState
from .wall_runtime import ThinClientRuntime

PARALLEL_UPDATES = 0

MESSAGE_PACE: Final = timedelta(minutes=1)
VIDEO_SOURCES: Final = [DIRECT_CONNECT, MOBILE_BRIDGE]


@dataclass(frozen=True, kw_only=True)
class ViewtronSensorDescription(SensorEntityDescription):
    """Describes a sensor: how to read it, and which change wakes it besides polls."""

    value: Callable[[ViewtronRuntime, int | None], Any]
    attributes: Callable[[ViewtronRuntime, int | None], Mapping[str, Any] | None] | None = None
    change: str | None = None
    pace: timedelta | None = None
    """Write no more often than this, because the messages behind it come every second."""


@dataclass(frozen=True, kw_only=True)
class DiskSensorDescription(SensorEntityDescription):
    """Describes a sensor of one disk."""

    value: Callable[[Disk], Any]


@dataclass(frozen=True, kw_only=True)
class ThinClientSensorDescription(SensorEntityDescription):
    """Describes a sensor of a wall."""

    value: Callable[[ThinClientState], str | None]


def _last_plate(runtime: ViewtronRuntime, channel: int | None) -> str | None:
    plate = runtime.plates.get(channel)
    return plate.number if plate else None


def _plate_list(runtime: ViewtronRuntime, channel: int | None) -> str | None:
    plate = runtime.plates.get(channel)
    return plate_event_type(plate) if plate else None


def _plate_attributes(runtime: ViewtronRuntime, channel: int | None) -> Mapping[str, Any] | None:
    plate = runtime.plates.get(channel)
    return plate_data(plate) if plate else None


def _used(disk: Disk) -> float | None:
    if not disk.total or disk.free is None:
        return None
    return round(100 * (disk.total - min(disk.free, disk.total)) / disk.total, 1)


SENSORS: Final[tuple[ViewtronSensorDescription, ...]] = (
    ViewtronSensorDescription(
        key="last_plate",
        translation_key="last_plate",
        value=_last_plate,
        attributes=_plate_attributes,
        change="last_plate",
    ),
    ViewtronSensorDescription(
        key="plate_list",
        translation_key="plate_list",
        device_class=SensorDeviceClass.ENUM,
        options=PLATE_EVENT_TYPES,
        value=_plate_list,
        change="last_plate",
    ),
    ViewtronSensorDescription(
        key="last_message",
        translation_key="last_message",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda runtime, _channel: runtime.push.statistics.last,
        change="message",
        pace=MESSAGE_PACE,
    ),
    ViewtronSensorDescription(
        key="messages_received",
        translation_key="messages_received",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda runtime, _channel: runtime.push.statistics.received,
        change="message",
        pace=MESSAGE_PACE,
    ),
    ViewtronSensorDescription(
        key="clock_offset",
        translation_key="clock_offset",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda runtime, _channel: runtime.coordinator.data.clock_offset,
    ),
    ViewtronSensorDescription(
        key="channels_online",
        translation_key="channels_online",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda runtime, _channel: sum(channel.online is True for channel in runtime.coordinator.data.channels),
    ),
)
DISK_SENSORS: Final[tuple[DiskSensorDescription, ...]] = (
    DiskSensorDescription(
        key="disk_free",
        translation_key="disk_free",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.MEGABYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIGABYTES,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda disk: disk.free,
    ),
    DiskSensorDescription(
        key="disk_used",
        translation_key="disk_used",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_used,
    ),
    DiskSensorDescription(
        key="disk_status",
        translation_key="disk_status",
        device_class=SensorDeviceClass.ENUM,
        options=[status.value for status in DiskStatus],
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda disk: disk.status.value if disk.status else None,
    ),
)
COUNT_SENSORS: Final = {
    key: SensorEntityDescription(
        key=key,
        translation_key=key,
        state_class=(SensorStateClass.MEASUREMENT if key.startswith("inside_") else SensorStateClass.TOTAL_INCREASING),
    )
    for key in (*TOTAL_KEYS, *COUNTED_KEYS)
}
_BY_KEY: Final = {description.key: description for description in SENSORS}
WALL_SENSORS: Final[tuple[ThinClientSensorDescription, ...]] = (
    ThinClientSensorDescription(
        key="video_source",
        translation_key="video_source",
        device_class=SensorDeviceClass.ENUM,
        options=VIDEO_SOURCES,
        entity_category=EntityCategory.DIAGNOSTIC,
        # A word that the document does not know is no state of an enum.
        value=lambda state: state.video_source if state.video_source in VIDEO_SOURCES else None,
    ),
    ThinClientSensorDescription(
        key="mobile_bridge_server",
        translation_key="mobile_bridge_server",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: (state.mobile_bridge_server or "")[:MAX_LENGTH_STATE_STATE] or None,
    ),
    ThinClientSensorDescription(
        key="api_version",
        translation_key="api_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: state.info.api_version,
    ),
)
_WALL_BY_KEY: Final = {description.key: description for description in WALL_SENSORS}


class ViewtronSensor(ViewtronEntity, SensorEntity):
    """A sensor of a device or channel."""

    entity_description: ViewtronSensorDescription
    _unrecorded_attributes = frozenset({"owner"})

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, description: ViewtronSensorDescription) -> None:
        """Show `key` by its description."""
        super().__init__(runtime, key, description)
        if description.change is not None:
            self.change_key = (self.channel, description.change)
        self._cancel_pace: CALLBACK_TYPE | None = None
        self._is_due = False
        self._shown = self._read()

    @property
    @override
    def native_value(self) -> Any:
        # A poll must not write what has to wait.
        return self._shown if self.entity_description.pace else self._read()

    def _read(self) -> Any:
        return self.entity_description.value(self.runtime, self.channel)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        read = self.entity_description.attributes
        return None if read is None else read(self.runtime, self.channel)

    @callback
    @override
    def _on_change(self) -> None:
        if self.entity_description.pace is None:
            self.async_write_ha_state()
        elif self._cancel_pace is not None:
            self._is_due = True
        else:
            self._show()

    def _show(self) -> None:
        self._shown = self._read()
        self.async_write_ha_state()
        self._rest()

    def _rest(self) -> None:
        """Write nothing for a while; then write the last of what came meanwhile."""

        @callback
        def _wake(_now: datetime) -> None:
            self._cancel_pace = None
            if self._is_due:
                self._is_due = False
                self._show()

        self._cancel_pace = async_call_later(self.hass, self.entity_description.pace or MESSAGE_PACE, _wake)

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Let no timer outlive the entity."""
        if self._cancel_pace is not None:
            self._cancel_pace()
        await super().async_will_remove_from_hass()


class ViewtronCountSensor(ViewtronEntity, SensorEntity):
    """How many have entered, left or are inside; off by default until counting is seen."""

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, description: SensorEntityDescription) -> None:
        """Show the count `key`."""
        super().__init__(runtime, key, description)
        self.change_key = key
        self._attr_entity_registry_enabled_default = runtime.counters.is_shown(key)

    @property
    @override
    def native_value(self) -> int | None:
        return self.runtime.counters.value((self.channel, self.key))


class ViewtronDiskSensor(ViewtronEntity, SensorEntity):
    """A sensor of one disk, known by the device's own id and numbered for people."""

    entity_description: DiskSensorDescription

    def __init__(
        self, runtime: ViewtronRuntime, key: EntityKey, disk_id: str, description: DiskSensorDescription
    ) -> None:
        """Show the disk with the device's id `disk_id`."""
        super().__init__(runtime, key, description)
        self._disk_id = disk_id
        self._attr_translation_placeholders = {"number": str(runtime.disk_number(disk_id))}

    @property
    @override
    def native_value(self) -> Any:
        disk = self.runtime.coordinator.data.disk(self._disk_id)
        return None if disk is None else self.entity_description.value(disk)


class ThinClientSensor(ThinClientEntity, SensorEntity):
    """A sensor of a wall."""

    entity_description: ThinClientSensorDescription

    @property
    @override
    def native_value(self) -> str | None:
        return self.entity_description.value(self.runtime.coordinator.data)


def _make(runtime: ViewtronRuntime, key: EntityKey) -> SensorEntity | None:
    for disk_description in DISK_SENSORS:
        if key[1].startswith(f"{disk_description.key}_"):
            disk_id = key[1].removeprefix(f"{disk_description.key}_")
            return ViewtronDiskSensor(runtime, key, disk_id, disk_description)
    if (count_description := COUNT_SENSORS.get(key[1])) is not None:
        return ViewtronCountSensor(runtime, key, count_description)
    description = _BY_KEY.get(key[1])
    return None if description is None else ViewtronSensor(runtime, key, description)


def _make_wall(runtime: ThinClientRuntime, key: EntityKey) -> ThinClientSensor | None:
    description = _WALL_BY_KEY.get(key[1])
    return None if description is None else ThinClientSensor(runtime, key[1], description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of a device."""
    match entry.runtime_data:
        case ViewtronRuntime() as runtime:
            await attach_platform(runtime, Platform.SENSOR, _make)
        case ThinClientRuntime() as runtime:
            await attach_platform(runtime, Platform.SENSOR, _make_wall)
