"""What belongs to one running Viewtron device, put together once and found by everything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .alarms import CHANNEL_KEYS, AlarmBoard, AlarmKey, unknown_fields
from .catalog import EntityCatalog, EntityKey, is_alarm
from .choices import hidden_channels, wanted_streams
from .const import CONF_KIND, DOMAIN, MANUFACTURER_VIEWTRON
from .coordinator import ViewtronCoordinator
from .counters import Counters
from .device_memory import DeviceMemory
from .expected import expected_entities
from .listeners import KeyedListeners
from .outputs import Outputs
from .owed import Owed
from .pictures import PictureStore
from .provisioning import Provisioning
from .push import PushReceiver
from .push_watch import PushWatch
from .video import Snapshots, StreamAddresses
from .viewtron import Plate
from .viewtron.client import ViewtronClient
from .viewtron.models import Channel, DeviceInfo
from .wall_runtime import ThinClientRuntime
from .web_address import web_address

type ViewtronConfigEntry = ConfigEntry[ViewtronRuntime]
type ViewWallConfigEntry = ConfigEntry[ViewtronRuntime | ThinClientRuntime]

MAX_CHANNELS: Final = 256
MAX_UNKNOWN_FIELDS: Final = 50
MAX_FIELD_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class FiredEvent:
    """What an event entity shows next."""

    type: str
    attributes: Mapping[str, Any]


class ViewtronRuntime:
    """A running Viewtron device."""

    client: ViewtronClient
    coordinator: ViewtronCoordinator
    board: AlarmBoard
    catalog: EntityCatalog
    push: PushReceiver
    push_watch: PushWatch
    provisioning: Provisioning
    snapshots: Snapshots
    streams: StreamAddresses
    memory: DeviceMemory
    owed: Owed
    counters: Counters
    outputs: Outputs

    def __init__(self, hass: HomeAssistant, entry: ViewtronConfigEntry, device_id: str) -> None:
        """Start with empty stores; `device_id` is the head of all unique ids."""
        self.hass = hass
        self.entry = entry
        self.device_id = device_id
        self.changes: KeyedListeners[EntityKey, []] = KeyedListeners()
        """Who wants to know that something of (channel, key) has changed."""
        self.events: KeyedListeners[EntityKey, [FiredEvent]] = KeyedListeners()
        self.first_events: dict[EntityKey, FiredEvent] = {}
        """Events waiting for the entity that they make appear."""
        self.pictures = PictureStore()
        self.wanted_streams = wanted_streams(entry)
        self._hidden_channels = hidden_channels(entry)
        self.most_disks = 0
        """How many disks there were at once: fewer means that one is gone."""
        self.unknown_fields: set[str] = set()
        """Alarm fields, as spelled on the wire, that no entity shows."""
        self._channel_limit = 0
        self._ever_listed: set[int] = set()
        """The channels that the recorder has listed, in this run or an earlier one."""
        self._listed: tuple[tuple[Channel, ...], frozenset[int]] = ((), frozenset())
        """The channels that it lists now, and their numbers."""
        self._firmware: str | None = None
        self.plates: dict[int | None, Plate] = {}
        """The last plate of each channel."""

    @property
    def info(self) -> DeviceInfo:
        """Return what the device says about itself."""
        return self.coordinator.data.info

    @property
    def reachable(self) -> bool:
        """Tell whether polling or push works."""
        return self.coordinator.last_update_success or self.push.alive is True

    @callback
    def alarm_changed(self, key: AlarmKey) -> None:
        """Wake who shows an alarm, and make it appear when it is mentioned for the first time."""
        channel, name = key
        if channel is not None and name not in CHANNEL_KEYS and self.board.is_on(key):
            self._note_sign_of(channel)
        self.changes.call(key)
        if self._is_ours(key) and self.catalog.lacks(Platform.BINARY_SENSOR, {key}):
            self._add_soon({Platform.BINARY_SENSOR: {key}})

    async def restart(self) -> None:
        """Restart the device; what runs is ended first. Raises ViewtronError and StillOwedError."""
        await self.owed.end_all()
        # A connection that breaks off means yes only if it held just before, and to the right device.
        self.coordinator.doubt()
        await self.coordinator.prove()
        await self.client.reboot()

    def expected(self) -> dict[Platform, set[EntityKey]]:
        """Return the entities that the device should have by what is known of it now."""
        expected = expected_entities(self.coordinator.data)
        expected[Platform.CAMERA] = {key for key in expected[Platform.CAMERA] if key[1] in self.wanted_streams}
        expected[Platform.SENSOR] |= {(None, key) for key in self.counters.expected(None)}
        expected[Platform.BINARY_SENSOR] |= self.catalog.remembered(Platform.BINARY_SENSOR)
        expected[Platform.BINARY_SENSOR] |= {key for key in self.board.mentioned() if self._is_ours(key)}
        return expected

    def wanted(self, platform: Platform) -> set[EntityKey]:
        """Return the entities to begin with: the expected ones and those of earlier runs."""
        return self.expected().get(platform, set()) | self.catalog.remembered(platform)

    @callback
    def follow_polls(self) -> None:
        """Take over what a poll has shown: names, channels, disks."""
        if not self._ever_listed:
            # Messages alone give no channel a camera.
            self._ever_listed = {key[0] for key in self.catalog.remembered(Platform.CAMERA) if key[0] is not None}
        self._ever_listed |= self._listed_now
        self.update_devices()
        self.most_disks = max(self.most_disks, len(self.coordinator.data.disks or ()))
        if self._firmware != self.info.firmware:
            # Its streams may be elsewhere now.
            self._firmware = self.info.firmware
            self.streams.forget()
        if self.entry.data[CONF_KIND] != self.info.kind:
            # A new firmware can bring the device into another generation.
            data = {**self.entry.data, CONF_KIND: self.info.kind.value}
            self.hass.config_entries.async_update_entry(self.entry, data=data)
        expected = self.expected()
        self.board.expect({key for key in expected[Platform.BINARY_SENSOR] if is_alarm(key[1])})
        if any(self.catalog.lacks(platform, keys) for platform, keys in expected.items()):
            self._add_soon(expected)

    def _is_ours(self, key: EntityKey) -> bool:
        return key[0] is None or self.knows_channel(key[0])

    def _add_soon(self, wanted: dict[Platform, set[EntityKey]]) -> None:
        self.entry.async_create_background_task(self.hass, self._add(wanted), f"{DOMAIN} new entities")

    async def _add(self, wanted: dict[Platform, set[EntityKey]]) -> None:
        for platform, keys in wanted.items():
            for channel in {channel for channel, _ in self.catalog.lacks(platform, keys) if channel is not None}:
                self._ensure_device(channel)
            await self.catalog.ensure(platform, keys)

    def knows_channel(self, channel: int | None) -> bool:
        """Tell whether a number that a message names can be a channel of this device, and one that the user wants."""
        return channel is not None and 1 <= channel <= self._channel_limit and not self.hides(channel)

    def hides(self, channel: int | None) -> bool:
        """Tell whether the user wants nothing of a channel."""
        return channel in self._hidden_channels

    def misses(self, channel: int | None) -> bool:
        """Tell whether a channel is gone: listed once, not listed now, and silent since."""
        return channel in self._ever_listed and channel not in self._listed_now

    @property
    def _listed_now(self) -> frozenset[int]:
        data = self.coordinator.data
        if data.channels is not self._listed[0]:
            self._listed = data.channels, frozenset(channel.id for channel in (*data.channels, *data.hidden))
        return self._listed[1]

    @callback
    def update_devices(self) -> None:
        """Write the device and an NVR's channels into the device registry."""
        info = self.info
        self._channel_limit = self._highest_channel()
        registry = dr.async_get(self.hass)
        registry.async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, self.device_id)},
            connections={(dr.CONNECTION_NETWORK_MAC, info.mac)} if info.mac else set(),
            name=info.name or info.model or self.entry.title,
            manufacturer=info.brand or MANUFACTURER_VIEWTRON,
            model=info.model,
            serial_number=info.serial,
            sw_version=info.firmware,
            hw_version=info.hardware,
            configuration_url=web_address(self.entry.data),
        )
        if info.kind.is_nvr:
            for channel in self.coordinator.data.channels:
                self._update_channel(registry, channel)

    def _highest_channel(self) -> int:
        """Return the highest number that can be a channel; 0 on a camera, whose messages need none."""
        if not self.info.kind.is_nvr:
            return 0
        data = self.coordinator.data
        known = [self.info.channel_count or 0, *(channel.id for channel in (*data.channels, *data.hidden))]
        return min(max(known) or MAX_CHANNELS, MAX_CHANNELS)

    def disk_number(self, disk_id: str) -> int:
        """Return the number by which people know a disk: those of now in their order, then those of earlier runs."""
        present = [disk.id for disk in self.coordinator.data.disks or ()]
        head = "disk_status_"
        remembered = self.catalog.remembered(Platform.SENSOR)
        gone = sorted(key.removeprefix(head) for _, key in remembered if key.startswith(head))
        return list(dict.fromkeys([*present, *gone, disk_id])).index(disk_id) + 1

    @callback
    def forget_channel(self, channel: int) -> None:
        """Forget a channel whose device the user has removed."""
        self.board.forget(channel)
        self.plates.pop(channel, None)
        self.counters.forget(channel)
        self.pictures.forget(channel)

    @callback
    def note_unknown_fields(self, alarms: Mapping[str, Mapping[str, bool]]) -> None:
        """Keep the names of alarm fields that nothing shows, for diagnostics."""
        for name in unknown_fields(alarms):
            if len(self.unknown_fields) < MAX_UNKNOWN_FIELDS:
                self.unknown_fields.add(name[:MAX_FIELD_NAME])

    @callback
    def ensure_channel(self, channel_id: int) -> None:
        """Take note of a channel that a message names: it is not gone, and has a device from now on."""
        self._note_sign_of(channel_id)
        self._ensure_device(channel_id)

    def _note_sign_of(self, channel: int) -> None:
        """Believe that a channel is there, whatever the list says."""
        if self.misses(channel):
            self._ever_listed.discard(channel)
            self.coordinator.async_update_listeners()

    def _ensure_device(self, channel_id: int) -> None:
        registry = dr.async_get(self.hass)
        identifier = (DOMAIN, f"{self.device_id}_{channel_id}")
        if registry.async_get_device_by_identifier(identifier, self.entry.entry_id) is None:
            self._update_channel(registry, Channel(id=channel_id))

    def _update_channel(self, registry: dr.DeviceRegistry, channel: Channel) -> None:
        named: dict[str, Any] = (
            {"name": channel.name}
            if channel.name
            else {"translation_key": "channel", "translation_placeholders": {"number": str(channel.id)}}
        )
        registry.async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, f"{self.device_id}_{channel.id}")},
            via_device_id=self.registry_id(None),
            manufacturer=MANUFACTURER_VIEWTRON,
            **named,
        )

    def registry_id(self, channel: int | None) -> str:
        """Return the device registry's id of the device or one of its channels."""
        identifier = self.device_id if channel is None else f"{self.device_id}_{channel}"
        return dr.async_get_device_id_by_identifier(
            self.hass, (DOMAIN, identifier), config_entry_id=self.entry.entry_id
        )
