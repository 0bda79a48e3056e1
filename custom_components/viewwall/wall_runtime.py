"""What belongs to one running Thin Client, put together once and found by everything else."""

from collections.abc import Sequence
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .catalog import EntityCatalog, EntityKey, split_unique_id
from .const import CONF_SESSION, DOMAIN, MANUFACTURER_THIN_CLIENT, MODEL_THIN_CLIENT
from .firmware import FirmwareUpdater
from .names import Names
from .thin_client import (
    Camera,
    Cell,
    DeviceInfo,
    Panel,
    Preset,
    ThinClient,
    ThinClientConnectionError,
    ThinClientError,
)
from .video import Stills
from .wall_coordinator import ThinClientCoordinator
from .wall_display import WallDisplay
from .wall_memory import WallMemory
from .wall_screen import panel_of
from .web_address import web_address

type ThinClientConfigEntry = ConfigEntry[ThinClientRuntime]

OPTION_BLANK: Final = "blank"
"""An empty cell among the cameras."""
OPTION_PANEL: Final = "panel"
"""No full screen among the cameras."""

_RESERVED: Final = frozenset({OPTION_BLANK, OPTION_PANEL})
_CAMERA_KEY: Final = "camera_"


class ThinClientRuntime:
    """A running Thin Client."""

    client: ThinClient
    coordinator: ThinClientCoordinator
    catalog: EntityCatalog
    display: WallDisplay
    memory: WallMemory
    stills: Stills
    firmware: FirmwareUpdater

    def __init__(self, hass: HomeAssistant, entry: ThinClientConfigEntry, device_id: str) -> None:
        """Begin; `device_id` is the head of all unique ids."""
        self.hass = hass
        self.entry = entry
        self.device_id = device_id
        self._named_panels: tuple[tuple[Panel, ...], Names] = ((), Names(()))
        self._named_cameras: tuple[tuple[Camera, ...], Names] = ((), Names((), _RESERVED))

    @property
    def info(self) -> DeviceInfo:
        """Return what the device says about itself."""
        return self.coordinator.data.info

    @property
    def reachable(self) -> bool:
        """Tell whether polling works."""
        return self.coordinator.last_update_success

    @property
    def active_panel(self) -> Panel | None:
        """Return the panel on the screen, or below what hides it; a slow device lists it as active a little later."""
        return panel_of(self.coordinator.data.panels, self.display.panel_below_id)

    @property
    def panel_names(self) -> Names:
        """Return the panels by the names that people choose from."""
        panels = self.coordinator.data.panels
        if panels is not self._named_panels[0]:
            self._named_panels = (panels, Names((panel.id, panel.name) for panel in panels))
        return self._named_panels[1]

    @property
    def camera_names(self) -> Names:
        """Return the cameras by the names that people choose from."""
        cameras = self.coordinator.data.cameras
        if cameras is not self._named_cameras[0]:
            names = Names(((camera.id, camera.name) for camera in cameras), _RESERVED)
            self._named_cameras = (cameras, names)
        return self._named_cameras[1]

    async def open(self) -> None:
        """Read the memory, and delete the session that a killed run has left open on the device.

        Raises ConfigEntryNotReady while no Thin Client answers: nothing else is told a session or a password.
        """
        await self.memory.load()
        try:
            is_thin_client = await self.client.looks_like_thin_client()
        except ThinClientError as error:
            raise self._not_ready("cannot_connect") from error
        if not is_thin_client:
            raise self._not_ready("other_device")
        if isinstance(token := self.entry.options.get(CONF_SESSION), str):
            try:
                await self.client.forget_session(token)
            except ThinClientConnectionError as error:
                raise self._not_ready("cannot_connect") from error
            except ThinClientError:
                # Whatever it is, it is no session that could be deleted.
                pass
            self._keep_token(None)
        self.client.on_token(self._keep_token)

    def _not_ready(self, key: str) -> ConfigEntryNotReady:
        return ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"device": self.entry.title},
        )

    @callback
    def _keep_token(self, token: str | None) -> None:
        """Keep the open session in the entry, and the password that has opened it."""
        options = {key: value for key, value in self.entry.options.items() if key != CONF_SESSION}
        data = dict(self.entry.data)
        if token is not None:
            options[CONF_SESSION] = token
            # After a change of the password whose answer was lost, only the next login shows which one is right.
            data[CONF_PASSWORD] = self.client.password
        self.hass.config_entries.async_update_entry(self.entry, data=data, options=options)

    async def close(self, _event: Event | None = None) -> None:
        """Send nothing any more, and leave no session behind; the way back stays remembered."""
        self.firmware.suspend()
        self.display.suspend()
        await self.client.close()

    def expected(self) -> dict[Platform, set[EntityKey]]:
        """Return the entities that the device should have by what is known of it now."""
        data = self.coordinator.data
        cells = range(1, max((len(panel.cells) for panel in data.panels), default=0) + 1)
        shown = self.active_panel.cells if self.active_panel else ()
        selects = {"panel", "full_screen", *(f"cell_{number}" for number in cells)}
        selects |= {f"ptz_preset_{cell.index + 1}" for cell in shown if cell.camera_id in data.presets}
        return {
            Platform.BINARY_SENSOR: {(None, "registered")},
            Platform.BUTTON: {(None, "restart"), (None, "stop_display"), (None, "refresh_panels")},
            Platform.CAMERA: {(None, f"{_CAMERA_KEY}{camera.id}") for camera in data.cameras},
            Platform.SELECT: {(None, key) for key in selects},
            Platform.SENSOR: {(None, "video_source"), (None, "mobile_bridge_server"), (None, "api_version")},
            Platform.UPDATE: {(None, "firmware")},
        }

    def wanted(self, platform: Platform) -> set[EntityKey]:
        """Return the entities to begin with; what an earlier run has shown besides may be removed by the user."""
        return self.expected().get(platform, set())

    @callback
    def follow_polls(self) -> None:
        """Take over what a poll has shown: the device's name and firmware, new cameras, larger panels."""
        self.update_device()
        expected = self.expected()
        if any(self.catalog.lacks(platform, keys) for platform, keys in expected.items()):
            self.entry.async_create_background_task(self.hass, self._add(expected), f"{DOMAIN} new entities")

    async def _add(self, wanted: dict[Platform, set[EntityKey]]) -> None:
        for platform, keys in wanted.items():
            await self.catalog.ensure(platform, keys)

    @callback
    def update_device(self) -> None:
        """Write the device into the device registry."""
        info = self.info
        dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={(DOMAIN, self.device_id)},
            connections={(dr.CONNECTION_NETWORK_MAC, info.mac)} if info.mac else set(),
            name=info.name or self.entry.title,
            manufacturer=MANUFACTURER_THIN_CLIENT,
            model=MODEL_THIN_CLIENT,
            serial_number=info.serial,
            sw_version=info.firmware,
            configuration_url=web_address(self.entry.data),
        )

    def registry_id(self) -> str:
        """Return the device registry's id."""
        return dr.async_get_device_id_by_identifier(
            self.hass, (DOMAIN, self.device_id), config_entry_id=self.entry.entry_id
        )

    def cell(self, number: int) -> Cell | None:
        """Return a cell of the active panel; cells count from 1, as on screen."""
        panel = self.active_panel
        return panel.cells[number - 1] if panel is not None and 0 < number <= len(panel.cells) else None

    def presets(self, cell: int) -> tuple[Preset, ...]:
        """Return the presets of the camera in a cell of the active panel; cells count from 1, as on screen."""
        found = self.cell(cell)
        return self.coordinator.data.presets.get(found.camera_id, ()) if found and found.camera_id else ()

    def camera(self, camera_id: str | None) -> Camera | None:
        """Return a camera by its id."""
        return next((camera for camera in self.coordinator.data.cameras if camera.id == camera_id), None)

    def find_panel(self, text: str) -> Panel | None:
        """Find a panel by its name or id."""
        panels = self.coordinator.data.panels
        return panel_of(panels, self.panel_names.find(text) or _same_id(text, panels))

    def find_camera(self, text: str) -> Camera | None:
        """Find a camera by its name or id, its entity, or a Viewtron camera's entity from which it was made."""
        cameras = self.coordinator.data.cameras
        return self.camera(self.camera_names.find(text) or _same_id(text, cameras) or self._camera_behind(text))

    def _camera_behind(self, entity_id: str) -> str | None:
        """Return the id of the camera that an entity shows."""
        entity = er.async_get(self.hass).async_get(entity_id)
        if entity is None or entity.platform != DOMAIN or entity.domain != Platform.CAMERA:
            return None
        if entity.config_entry_id != self.entry.entry_id:
            return self.memory.added.get(camera_source(entity.unique_id))
        key = split_unique_id(entity.unique_id, self.device_id)
        return key[1].removeprefix(_CAMERA_KEY) if key else None


def camera_source(unique_id: str) -> str:
    """Return the Viewtron camera or channel to which the HD or SD camera entity with this unique id belongs."""
    return unique_id.rpartition("_")[0]


def _same_id(text: str, items: Sequence[Panel] | Sequence[Camera]) -> str | None:
    """Return the id that a text is, in any case of letters."""
    wanted = text.strip().casefold()
    return next((item.id for item in items if item.id.casefold() == wanted), None)
