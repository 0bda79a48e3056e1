"""The newest pictures that came with detections, as image entities."""

from datetime import datetime
from typing import Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .catalog import EntityKey
from .entity import ViewtronEntity, attach_platform
from .pictures import StoredPicture, image_key
from .runtime import ViewtronRuntime, ViewWallConfigEntry

PARALLEL_UPDATES = 0

IMAGES: Final[tuple[ImageEntityDescription, ...]] = (
    ImageEntityDescription(key="overview", translation_key="overview"),
    ImageEntityDescription(key="target", translation_key="target"),
    ImageEntityDescription(key="plate", translation_key="plate"),
    ImageEntityDescription(key="face", translation_key="face"),
)
_BY_KEY: Final = {description.key: description for description in IMAGES}


class ViewtronImage(ViewtronEntity, ImageEntity):
    """The newest picture of a kind; always available."""

    _attr_content_type = "image/jpeg"

    def __init__(self, runtime: ViewtronRuntime, key: EntityKey, description: ImageEntityDescription) -> None:
        """Show the pictures of `key`."""
        ViewtronEntity.__init__(self, runtime, key, description)
        ImageEntity.__init__(self, runtime.hass)
        self.change_key = (self.channel, image_key(self.key))

    @property
    def _stored(self) -> StoredPicture | None:
        return self.runtime.pictures.get(self.channel, self.key)

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def image_last_updated(self) -> datetime | None:
        return stored.arrived if (stored := self._stored) else None

    @override
    async def async_image(self) -> bytes | None:
        """Decode the picture for whoever looks."""
        stored = self._stored
        return None if stored is None else await self.hass.async_add_executor_job(stored.picture.jpeg)

    @callback
    @override
    def _on_poll(self) -> None:
        """Stay as it is: polls bring no pictures."""


def _make(runtime: ViewtronRuntime, key: EntityKey) -> ViewtronImage | None:
    description = _BY_KEY.get(key[1])
    return None if description is None else ViewtronImage(runtime, key, description)


async def async_setup_entry(
    hass: HomeAssistant, entry: ViewWallConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the images of a device."""
    if isinstance(entry.runtime_data, ViewtronRuntime):
        await attach_platform(entry.runtime_data, Platform.IMAGE, _make)
