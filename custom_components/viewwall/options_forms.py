"""The forms of the options: their fields, what stands in them at first, and what is said about an error."""

from collections.abc import Mapping
import logging
from typing import Any, Final

from homeassistant.const import CONF_ADDRESS, CONF_NAME, CONF_PASSWORD, CONF_PORT, CONF_SSL, CONF_USERNAME
from homeassistant.data_entry_flow import SectionConfig, section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from .const import CONF_HOLD_TIME, CONF_WALL_PASSWORD, CONF_WALL_USERNAME, DEFAULT_HOLD_TIME
from .errors import error_key
from .thin_client import (
    Settings,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientProtocolError,
)
from .thin_client.calls import Call

_LOGGER = logging.getLogger(__name__)

SECTION_WALL_LOGIN: Final = "wall_login"
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

_TEXT: Final = TextSelector()
_HOLD_TIME: Final = NumberSelector(
    NumberSelectorConfig(min=1, max=300, mode=NumberSelectorMode.BOX, unit_of_measurement="s")
)
_PORT: Final = NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX))
# Browsers must not offer the login of Home Assistant itself here.
_NEW_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="new-password"))

ADMIN_PASSWORD_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_PASSWORD): _NEW_PASSWORD, probatio.Required(CONF_REPEAT): _NEW_PASSWORD}
)
BRIDGE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_SERVER): _TEXT,
        probatio.Required(CONF_PORT, default=DEFAULT_BRIDGE_PORT): _PORT,
        probatio.Required(CONF_SSL, default=False): BooleanSelector(),
        probatio.Required(CONF_USERNAME): _TEXT,
        probatio.Required(CONF_PASSWORD): _NEW_PASSWORD,
    }
)
BRIDGE_RESULT_SCHEMA: Final = probatio.Schema({probatio.Required(CONF_SHOW_CAMERAS, default=False): BooleanSelector()})
CAMERA_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_NAME): _TEXT,
        probatio.Required(CONF_ADDRESS): _TEXT,
        probatio.Optional(CONF_USERNAME): _TEXT,
        probatio.Optional(CONF_PASSWORD): _NEW_PASSWORD,
        probatio.Required(CONF_MEDIA_URI): _TEXT,
        probatio.Optional(CONF_SNAPSHOT_URI): _TEXT,
        probatio.Required(CONF_TRY_PICTURE, default=True): BooleanSelector(),
    }
)


def viewtron_schema(known: Mapping[str, Any], typed: Mapping[str, Any] | None = None) -> probatio.Schema:
    """Return the fields of a Viewtron device with its stored options, or with what was just typed."""
    hold_time = (typed or known).get(CONF_HOLD_TIME, DEFAULT_HOLD_TIME)
    username = known.get(CONF_WALL_USERNAME) if typed is None else typed.get(SECTION_WALL_LOGIN, {}).get(CONF_USERNAME)
    login = {
        probatio.Optional(CONF_USERNAME, description={"suggested_value": username}): _TEXT,
        probatio.Optional(CONF_PASSWORD): _NEW_PASSWORD,
    }
    # What was just typed is shown again because of an error, which is in the section.
    is_open = bool(username) or typed is not None
    return probatio.Schema(
        {
            probatio.Required(CONF_HOLD_TIME, default=hold_time): _HOLD_TIME,
            probatio.Optional(SECTION_WALL_LOGIN): section(
                probatio.Schema(login), SectionConfig(collapsed=not is_open)
            ),
        }
    )


def wall_login_options(typed: Mapping[str, Any] | None, known: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the options for the login that walls get, empty for ViewWall's own; None if half of it is missing.

    Nothing typed at all leaves what is stored; without a user there is none; an empty password is that of last time.
    """
    if typed is None:
        return {key: known[key] for key in (CONF_WALL_USERNAME, CONF_WALL_PASSWORD) if key in known}
    username, password = typed.get(CONF_USERNAME, "").strip(), typed.get(CONF_PASSWORD, "")
    if not username:
        # A password alone must not end with the wall getting ViewWall's own login.
        return None if password else {}
    if not password and username == known.get(CONF_WALL_USERNAME):
        password = known[CONF_WALL_PASSWORD]
    return {CONF_WALL_USERNAME: username, CONF_WALL_PASSWORD: password} if password else None


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
