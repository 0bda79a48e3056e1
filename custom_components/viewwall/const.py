"""Names shared by the whole integration."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "viewwall"
MANUFACTURER_VIEWTRON: Final = "Viewtron"
MANUFACTURER_THIN_CLIENT: Final = "Aimetis (Senstar)"
MODEL_THIN_CLIENT: Final = "Thin Client"

CONF_HOLD_TIME: Final = "hold_time"
CONF_KIND: Final = "kind"
CONF_MOBILE_BRIDGE_PASSWORD: Final = "mobile_bridge_password"  # noqa: S105  an option's name
"""Option: the password of a Thin Client's Mobile Bridge, which the device never tells and its test needs."""
CONF_WALL_USERNAME: Final = "wall_username"
CONF_WALL_PASSWORD: Final = "wall_password"  # noqa: S105  an option's name
"""Options of a Viewtron device: the login that video walls get for it, if not ViewWall's own."""
CONF_SESSION: Final = "session_token"
"""Option: the token of the session that is open on a Thin Client, so that a killed run's session can be deleted."""

KIND_THIN_CLIENT: Final = "thin_client"
"""The kind that is no Viewtron device; theirs are in `viewtron.models.DeviceKind`."""

DEFAULT_HOLD_TIME: Final = 10
DEFAULT_USERNAME: Final = "admin"

EVENT_VIEWWALL: Final = "viewwall_event"

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CAMERA,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.UPDATE,
]
