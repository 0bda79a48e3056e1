"""Cameras.

Viewtron: live video and snapshots of a camera, or of each channel of a recorder. Thin Client: stills of each camera
that the wall knows.
"""

from contextvars import ContextVar
from typing import Final, override

from homeassistant.components.camera import Camera, CameraEntityDescription
from homeassistant.components.camera.const import CameraEntityFeature
from homeassistant.components.stream import CONF_RTSP_TRANSPORT, Stream
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ThinClientEntity, ViewtronEntity, attach_platform
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .wall_runtime import ThinClientRuntime

PARALLEL_UPDATES = 0

CAMERAS: Final[tuple[CameraEntityDescription, ...]] = (
    CameraEntityDescription(key="main", translation_key="main"),
    CameraEntityDescription(key="sub", translation_key="sub"),
)
_BY_KEY: Final = {description.key: description for description in CAMERAS}
WALL_CAMERA: Final = CameraEntityDescription(key="camera", translation_key="camera")
_WALL_CAMERA: Final = "camera_"
_SHOWN_AT_FIRST: Final = 8
"""How many of a wall's cameras are on by default."""

# go2rtc's own RTSP client does not understand these recorders, its ffmpeg source does; Home Assistant's stream
# component reads the plain address only.
_FOR_STREAM: Final[ContextVar[bool]] = ContextVar("viewwall_for_stream", default=False)


class ViewtronCamera(ViewtronEntity, Camera):
    """One stream of a camera or channel."""

    _attr_supported_features = CameraEntityFeature.STREAM

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, description: CameraEntityDescription) -> None:
        """Show the stream `key`."""
        ViewtronEntity.__init__(self, runtime, key, description)
        Camera.__init__(self)
        self.stream_options = {CONF_RTSP_TRANSPORT: "tcp"}
        self._attr_brand = runtime.info.brand
        self._attr_model = runtime.info.model
        if runtime.info.kind.is_nvr and self.key == "main" and "sub" in runtime.wanted_streams:
            self._attr_entity_registry_enabled_default = False
        self._is_added = False

    @property
    @override
    def available(self) -> bool:
        stream_works = self.stream is None or self.stream.available
        return super().available and stream_works and not self._is_offline

    @property
    def _is_offline(self) -> bool:
        channel = self.runtime.coordinator.data.channel(self.channel)
        return self.channel is not None and channel is not None and channel.online is False

    @override
    async def async_added_to_hass(self) -> None:
        """Look for the stream's address from now on."""
        await super().async_added_to_hass()
        self._is_added = True

    @callback
    @override
    def _on_poll(self) -> None:
        """Stop a running stream when the password is refused: it would log in again and again."""
        if self.stream is not None and not self.runtime.client.may_log_in:
            stream, self.stream = self.stream, None
            self.runtime.entry.async_create_background_task(self.hass, stream.stop(), f"{self.entity_id} stop")
        super()._on_poll()

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        """Return a snapshot that the device takes itself, shared with other viewers."""
        return None if self._is_offline else await self.runtime.snapshots.get(self.channel)

    @override
    async def stream_source(self) -> str | None:
        """Return the stream's address; while the entity is being added, without asking the device.

        None while the device refuses the password: players would go on trying it, until the account is locked.
        """
        if not self.runtime.client.may_log_in:
            return None
        streams = self.runtime.streams
        if self._is_added:
            await streams.find(self.channel)
        url = streams.url(self.channel, self.key)
        if self.runtime.info.kind.is_nvr and not _FOR_STREAM.get() and "go2rtc" in self.hass.config.components:
            return f"ffmpeg:{url}#video=copy"
        return url

    @override
    async def async_create_stream(self) -> Stream | None:
        """Create Home Assistant's own stream, from the plain address."""
        token = _FOR_STREAM.set(True)
        try:
            return await super().async_create_stream()
        finally:
            _FOR_STREAM.reset(token)


class ThinClientCamera(ThinClientEntity, Camera):
    """Stills of one camera of a wall, under the camera's own name."""

    def __init__(self, runtime: ThinClientRuntime, key: str) -> None:
        """Show the camera whose id ends the key."""
        ThinClientEntity.__init__(self, runtime, key, WALL_CAMERA)
        Camera.__init__(self)
        self._camera_id = key.removeprefix(_WALL_CAMERA)
        listed = [camera.id for camera in runtime.coordinator.data.cameras]
        self._attr_entity_registry_enabled_default = self._camera_id in listed[:_SHOWN_AT_FIRST]

    @property
    @override
    def available(self) -> bool:
        return super().available and self.runtime.camera(self._camera_id) is not None

    @property
    @override
    def name(self) -> str | None:
        """Return the name that the wall gives the camera; one that is gone keeps its last name."""
        if (camera := self.runtime.camera(self._camera_id)) is not None:
            return camera.name
        return self.registry_entry.original_name if self.registry_entry else None

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        """Return a still that the wall delivers, shared with other viewers."""
        return await self.runtime.stills.get(self._camera_id) if self.available else None


def _make(runtime: ViewtronRuntime, key: EntityKey) -> ViewtronCamera | None:
    description = _BY_KEY.get(key[1])
    return None if description is None else ViewtronCamera(runtime, key, description)


def _make_wall(runtime: ThinClientRuntime, key: EntityKey) -> ThinClientCamera | None:
    return ThinClientCamera(runtime, key[1]) if key[1].startswith(_WALL_CAMERA) else None


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the cameras of a device."""
    match entry.runtime_data:
        case ViewtronRuntime() as runtime:
            await attach_platform(runtime, Platform.CAMERA, _make)
        case ThinClientRuntime() as runtime:
            await attach_platform(runtime, Platform.CAMERA, _make_wall)
