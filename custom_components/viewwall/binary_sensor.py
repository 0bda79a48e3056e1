"""Binary sensors.

Viewtron: alarms, and what is wrong with the device. Thin Client: whether its maker knows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ThinClientEntity, ViewtronEntity, attach_platform
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .viewtron.models import AlarmInput, DiskStatus
from .wall_runtime import ThinClientRuntime

PARALLEL_UPDATES = 0

_BAD_DISK: Final = frozenset({DiskStatus.FAULT, DiskStatus.UNFORMATTED, DiskStatus.LOCKED})


@dataclass(frozen=True, kw_only=True)
class ViewtronBinarySensorDescription(BinarySensorEntityDescription):
    """Describes a binary sensor; without `is_on` it shows the alarm of its key."""

    is_on: Callable[[ViewtronRuntime, EntityKey], bool | None] | None = None


def _connected(runtime: ViewtronRuntime, key: EntityKey) -> bool | None:
    channel = runtime.coordinator.data.channel(key[0])
    offline = runtime.board.is_on(key)
    if offline or runtime.misses(key[0]) or (channel is not None and channel.online is False):
        return False
    return None if offline is None and (channel is None or channel.online is None) else True


def _video_lost(runtime: ViewtronRuntime, key: EntityKey) -> bool | None:
    channel = runtime.coordinator.data.channel(key[0])
    told = [runtime.board.is_on(key), channel.video_loss if channel is not None else None]
    return True if any(told) else None if told == [None, None] else False


def _records(runtime: ViewtronRuntime, key: EntityKey) -> bool | None:
    return None if key[0] is None else runtime.coordinator.data.recording.get(key[0])


def _storage_problem(runtime: ViewtronRuntime, _key: EntityKey) -> bool | None:
    disks = runtime.coordinator.data.disks
    if disks is None:
        return None
    is_missing = len(disks) < max(runtime.most_disks, 1)
    return is_missing or any(disk.status in _BAD_DISK for disk in disks)


def _alarm(
    key: str, device_class: BinarySensorDeviceClass | None = None, category: EntityCategory | None = None
) -> ViewtronBinarySensorDescription:
    return ViewtronBinarySensorDescription(
        key=key, translation_key=key, device_class=device_class, entity_category=category
    )


BINARY_SENSORS: Final[tuple[ViewtronBinarySensorDescription, ...]] = (
    _alarm("motion", BinarySensorDeviceClass.MOTION),
    _alarm("intrusion"),
    _alarm("line_crossing"),
    _alarm("region_entry"),
    _alarm("region_exit"),
    _alarm("loitering"),
    _alarm("illegal_parking"),
    _alarm("object_left_or_missing"),
    _alarm("face"),
    _alarm("license_plate"),
    _alarm("crowd_density"),
    _alarm("people_intrusion"),
    _alarm("sound", BinarySensorDeviceClass.SOUND),
    _alarm("fire", BinarySensorDeviceClass.SAFETY),
    _alarm("temperature", BinarySensorDeviceClass.HEAT),
    _alarm("person_present", BinarySensorDeviceClass.OCCUPANCY),
    _alarm("car_present", BinarySensorDeviceClass.OCCUPANCY),
    _alarm("two_wheeler_present", BinarySensorDeviceClass.OCCUPANCY),
    _alarm("video_blurred", BinarySensorDeviceClass.PROBLEM, EntityCategory.DIAGNOSTIC),
    _alarm("video_color_cast", BinarySensorDeviceClass.PROBLEM, EntityCategory.DIAGNOSTIC),
    _alarm("scene_changed", BinarySensorDeviceClass.TAMPER, EntityCategory.DIAGNOSTIC),
    ViewtronBinarySensorDescription(
        key="connectivity",
        translation_key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on=_connected,
    ),
    ViewtronBinarySensorDescription(
        key="video_loss",
        translation_key="video_loss",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on=_video_lost,
    ),
    ViewtronBinarySensorDescription(
        key="recording",
        translation_key="recording",
        device_class=BinarySensorDeviceClass.RUNNING,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on=_records,
    ),
    ViewtronBinarySensorDescription(
        key="storage_problem",
        translation_key="storage_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on=_storage_problem,
    ),
    ViewtronBinarySensorDescription(
        key="event_push",
        translation_key="event_push",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on=lambda runtime, _key: runtime.push.alive,
    ),
)
_BY_KEY: Final = {description.key: description for description in BINARY_SENSORS}
WALL_BINARY_SENSORS: Final[tuple[BinarySensorEntityDescription, ...]] = (
    BinarySensorEntityDescription(
        key="registered",
        translation_key="registered",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
)
_WALL_BY_KEY: Final = {description.key: description for description in WALL_BINARY_SENSORS}
_INPUT: Final = "alarm_input_"


class ViewtronBinarySensor(ViewtronEntity, BinarySensorEntity):
    """An alarm or a condition of a device or channel."""

    entity_description: ViewtronBinarySensorDescription

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, description: ViewtronBinarySensorDescription) -> None:
        """Show `key` by its description."""
        super().__init__(runtime, key, description)
        self.change_key = key

    @property
    @override
    def available(self) -> bool:
        # What is known of a channel that is gone is that nobody is connected there.
        return self.runtime.reachable if self.key == "connectivity" else super().available

    @property
    @override
    def is_on(self) -> bool | None:
        key = (self.channel, self.key)
        read = self.entity_description.is_on
        return self.runtime.board.is_on(key) if read is None else read(self.runtime, key)


class ViewtronAlarmInput(ViewtronBinarySensor):
    """An alarm input, by its own name if it has one."""

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey) -> None:
        """Show the input whose number ends the key."""
        super().__init__(runtime, key, ViewtronBinarySensorDescription(key=key[1], translation_key="alarm_input"))
        if runtime.info.kind.is_nvr:
            # Twenty and more, hardly one of them connected: they must not bury what a recorder is there for.
            self._attr_entity_category = EntityCategory.DIAGNOSTIC
        number = key[1].removeprefix(_INPUT)
        self._attr_translation_placeholders = {"number": number}
        known = next((entry for entry in runtime.coordinator.data.inputs if str(entry.id) == number), None)
        if known is not None and known.name:
            self._attr_name = known.name

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        number = self.key.removeprefix(_INPUT)
        inputs: tuple[AlarmInput, ...] = self.runtime.coordinator.data.inputs
        kind = next((entry.kind for entry in inputs if str(entry.id) == number), None)
        return {"input_type": kind.value} if kind else None


class ThinClientRegistration(ThinClientEntity, BinarySensorEntity):
    """Whether the device is registered with its maker, whom the device itself asks."""

    @override
    async def async_added_to_hass(self) -> None:
        """Have it asked once a day, as long as somebody wants to know."""
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.coordinator.want_registration())

    @property
    @override
    def is_on(self) -> bool | None:
        return self.runtime.coordinator.data.registered


def _make(runtime: ViewtronRuntime, key: EntityKey) -> ViewtronBinarySensor | None:
    if key[1].startswith(_INPUT):
        return ViewtronAlarmInput(runtime, key)
    description = _BY_KEY.get(key[1])
    return None if description is None else ViewtronBinarySensor(runtime, key, description)


def _make_wall(runtime: ThinClientRuntime, key: EntityKey) -> ThinClientRegistration | None:
    description = _WALL_BY_KEY.get(key[1])
    return None if description is None else ThinClientRegistration(runtime, key[1], description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors of a device."""
    match entry.runtime_data:
        case ViewtronRuntime() as runtime:
            await attach_platform(runtime, Platform.BINARY_SENSOR, _make)
        case ThinClientRuntime() as runtime:
            await attach_platform(runtime, Platform.BINARY_SENSOR, _make_wall)
