"""The forms of a Thin Client's options: their fields, what stands in them at first, and what is said about an error."""

from collections.abc import Mapping
import logging
from typing import Any, Final

from homeassistant.const import CONF_ADDRESS, CONF_NAME, CONF_PASSWORD, CONF_PORT, CONF_SSL, CONF_USERNAME
from homeassistant.helpers.selector import (
    BooleanSelector,
)
import probatio

from .errors import error_key
from .selectors import NEW_PASSWORD, PORT, TEXT
from .thin_client import (
    Settings,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientProtocolError,
)
from .thin_client.calls import Call

_LOGGER = logging.getLogger(__name__)

CONF_REPEAT: Final = "repeat"
CONF_SERVER: Final = "server"
CONF_SHOW_CAMERAS: Final = "show_cameras"
CONF_MEDIA_URI: Final = "media_uri"
CONF_SNAPSHOT_URI: Final = "snapshot_uri"
CONF_TRY_PICTURE: Final = "try_picture"

DEFAULT_BRIDGE_PORT: Final = 8433

# Errors that a user can tell apart and do something about; everything else is "unknown".
_FORM_ERRORS: Final = {
    "cannot_connect": "cannot_connect",
    "invalid_auth": "invalid_auth",
    "not_found": "refused",
    "not_supported": "not_supported",
    "not_taken": "not_taken",
    "refused_with_code": "refused",
}


ADMIN_PASSWORD_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_PASSWORD): NEW_PASSWORD, probatio.Required(CONF_REPEAT): NEW_PASSWORD}
)
BRIDGE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_SERVER): TEXT,
        probatio.Required(CONF_PORT, default=DEFAULT_BRIDGE_PORT): PORT,
        probatio.Required(CONF_SSL, default=False): BooleanSelector(),
        probatio.Required(CONF_USERNAME): TEXT,
        probatio.Required(CONF_PASSWORD): NEW_PASSWORD,
    }
)
BRIDGE_RESULT_SCHEMA: Final = probatio.Schema({probatio.Required(CONF_SHOW_CAMERAS, default=False): BooleanSelector()})
CAMERA_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_NAME): TEXT,
        probatio.Required(CONF_ADDRESS): TEXT,
        probatio.Optional(CONF_USERNAME): TEXT,
        probatio.Optional(CONF_PASSWORD): NEW_PASSWORD,
        probatio.Required(CONF_MEDIA_URI): TEXT,
        probatio.Optional(CONF_SNAPSHOT_URI): TEXT,
        probatio.Required(CONF_TRY_PICTURE, default=True): BooleanSelector(),
    }
)


def form_error(error: ThinClientError) -> str:
    """Return what a form says about an error, and log what it does not say."""
    _LOGGER.debug("A form ends with an error: %s", error)
    return _FORM_ERRORS.get(error_key(error), "unknown")


def has_tried(error: ThinClientError, call: Call) -> bool:
    """Tell whether what failed is the device's try of something else, for which it may wait longer than we do."""
    match error:
        case ThinClientConnectionError():
            return error.sent and error.command == call.name
        case ThinClientCommandError() | ThinClientProtocolError():
            return True
    return False


def shown_bridge(settings: Settings) -> dict[str, Any]:
    """Return what the form for the Mobile Bridge starts with."""
    values = settings.values
    port = values.get("SymphonyPort", "")
    return {
        CONF_SERVER: values.get("SymphonyServer", ""),
        CONF_PORT: int(port) if port.isdecimal() else DEFAULT_BRIDGE_PORT,
        CONF_SSL: values.get("SymphonyHTTPS", "").lower() == "true",
        CONF_USERNAME: values.get("SymphonyUser", ""),
    }


def without_password(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may stand in a form again."""
    return {key: value for key, value in typed.items() if key != CONF_PASSWORD}
