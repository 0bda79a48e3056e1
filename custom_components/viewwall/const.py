"""Names shared by the whole integration."""

from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "viewwall"
MANUFACTURER_VIEWTRON: Final = "Viewtron"
MANUFACTURER_THIN_CLIENT: Final = "Aimetis (Senstar)"
MODEL_THIN_CLIENT: Final = "Thin Client"

CONF_HIDDEN_CHANNELS: Final = "hidden_channels"
"""Option: the channels of a recorder that are left out; those that come later are not."""
CONF_HOLD_TIME: Final = "hold_time"
CONF_HOLD_TIMES: Final = "hold_times"
"""Option: exceptions from the hold time, by entity key."""
CONF_KIND: Final = "kind"
CONF_MOBILE_BRIDGE_PASSWORD: Final = "mobile_bridge_password"  # noqa: S105  an option's name
"""Option: the password of a Thin Client's Mobile Bridge, which the device never tells and its test needs."""
CONF_POLLING_ALONE: Final = "polling_alone"
"""Option: nothing is expected from the device, so that its silence is no trouble."""
CONF_PUSH_ADDRESS: Final = "push_address"
"""Option: the base URL at which this device reaches Home Assistant, where the one that is found is wrong."""
CONF_PUSH_SUBSCRIPTION: Final = "push_subscription"
"""Option: whether ViewWall may use one of the camera's own addresses for events; absent while never asked."""
CONF_STREAMS: Final = "streams"
"""Option: which of the streams `main` and `sub` have a camera entity."""
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
