"""Names shared by the whole integration."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "viewwall"
MANUFACTURER_VIEWTRON: Final = "Viewtron"

CONF_HOLD_TIME: Final = "hold_time"
CONF_KIND: Final = "kind"

DEFAULT_HOLD_TIME: Final = 10
DEFAULT_USERNAME: Final = "admin"

EVENT_VIEWWALL: Final = "viewwall_event"

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.CAMERA,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.SENSOR,
]
