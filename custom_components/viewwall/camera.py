"""Live video and snapshots of a camera, or of each channel of a recorder."""

from contextvars import ContextVar
from typing import Final, override

from homeassistant.components.camera import Camera, CameraEntityDescription
from homeassistant.components.camera.const import CameraEntityFeature
from homeassistant.components.stream import CONF_RTSP_TRANSPORT, Stream
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ViewtronEntity, attach_platform
from .runtime import ViewtronRuntime, ViewWallConfigEntry

PARALLEL_UPDATES = 0

CAMERAS: Final[tuple[CameraEntityDescription, ...]] = (
    CameraEntityDescription(key="main", translation_key="main"),
    CameraEntityDescription(key="sub", translation_key="sub"),
)
_BY_KEY: Final = {description.key: description for description in CAMERAS}

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
        if runtime.info.kind.is_nvr and self.key == "main":
            self._attr_entity_registry_enabled_default = False
        self._is_added = False

    @property
    @override
    def available(self) -> bool:
        stream_works = self.stream is None or self.stream.available
        return self.runtime.reachable and stream_works and not self._is_offline

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


def _make(runtime: ViewtronRuntime, key: EntityKey) -> ViewtronCamera | None:
    description = _BY_KEY.get(key[1])
    return None if description is None else ViewtronCamera(runtime, key, description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the cameras of a device."""
    await attach_platform(entry.runtime_data, Platform.CAMERA, _make)
