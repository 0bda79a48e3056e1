"""The options of both families; what needs a password on a Thin Client is here, since actions take none."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import logging
from typing import Any, Final
from uuid import uuid4

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import (
    CONF_ADDRESS,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
)
from homeassistant.data_entry_flow import AbortFlow
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

from .const import CONF_HOLD_TIME, CONF_MOBILE_BRIDGE_PASSWORD, DEFAULT_HOLD_TIME
from .errors import error_key
from .thin_client import (
    NewCamera,
    Settings,
    Stream,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientNotTakenError,
    ThinClientProtocolError,
    ThinClientValidationError,
)
from .thin_client.calls import CAMERA_PREVIEW
from .thin_client.settings import ADMIN_PASSWORD, BRIDGE_PASSWORD, DIRECT_CONNECT, MAX_TEXT, MOBILE_BRIDGE
from .wall_runtime import ThinClientRuntime

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

_TEXT: Final = TextSelector()
_PORT: Final = NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX))
# Browsers must not offer the login of Home Assistant itself here.
_NEW_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="new-password"))

_ADMIN_PASSWORD_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_PASSWORD): _NEW_PASSWORD, probatio.Required(CONF_REPEAT): _NEW_PASSWORD}
)
_BRIDGE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_SERVER): _TEXT,
        probatio.Required(CONF_PORT, default=DEFAULT_BRIDGE_PORT): _PORT,
        probatio.Required(CONF_SSL, default=False): BooleanSelector(),
        probatio.Required(CONF_USERNAME): _TEXT,
        probatio.Required(CONF_PASSWORD): _NEW_PASSWORD,
        probatio.Required(CONF_SHOW_CAMERAS, default=True): BooleanSelector(),
    }
)
_CAMERA_SCHEMA: Final = probatio.Schema(
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


class ViewtronOptionsFlow(OptionsFlowWithReload):
    """Options of one camera or recorder."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how long a detection stays on."""
        if user_input is not None:
            return self.async_create_entry(data={CONF_HOLD_TIME: int(user_input[CONF_HOLD_TIME])})
        hold_time = NumberSelector(
            NumberSelectorConfig(min=1, max=300, mode=NumberSelectorMode.BOX, unit_of_measurement="s")
        )
        schema = probatio.Schema(
            {
                probatio.Required(
                    CONF_HOLD_TIME, default=self.config_entry.options.get(CONF_HOLD_TIME, DEFAULT_HOLD_TIME)
                ): hold_time
            }
        )
        return self.async_show_form(step_id="init", data_schema=schema)


class ThinClientOptionsFlow(OptionsFlowWithReload):
    """What a Thin Client is told that needs a password.

    What the device has taken is written into the entry at once, so that a dialog that is closed too early loses
    nothing. The end of a flow changes nothing more: the entry needs no reload for any of this.
    """

    def __init__(self) -> None:
        """Give the camera that may be added its id: a second try after a lost answer must not add a second one."""
        self._camera_id = str(uuid4())
        self._code = ""

    def _running(self) -> ThinClientRuntime:
        """Return the running Thin Client; raises AbortFlow where there is none."""
        entry = self.config_entry
        if entry.state is not ConfigEntryState.LOADED or not isinstance(entry.runtime_data, ThinClientRuntime):
            raise AbortFlow("not_loaded")
        return entry.runtime_data

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what to do."""
        self._running()
        return self.async_show_menu(step_id="init", menu_options=["admin_password", "mobile_bridge", "add_camera"])

    async def async_step_admin_password(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the password of the Thin Client itself, and go on with it."""
        runtime = self._running()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = _password_errors(user_input)
            if not errors:
                change = self._change_password(runtime, user_input[CONF_PASSWORD])
                # Goes on if this flow is given up meanwhile: what the device has taken must be stored.
                errors = await asyncio.shield(self.hass.async_create_task(change))
            if not errors:
                return self._finish()
        return self.async_show_form(
            step_id="admin_password",
            data_schema=_ADMIN_PASSWORD_SCHEMA,
            errors=errors,
            description_placeholders={"device": self.config_entry.title},
        )

    async def async_step_mobile_bridge(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Tell the Thin Client its Mobile Bridge, and let it try it."""
        runtime = self._running()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._set_mobile_bridge(runtime, user_input)
            if not errors:
                return await self.async_step_mobile_bridge_result()
            shown: Mapping[str, Any] = user_input
        else:
            shown = {}
            try:
                shown = _shown_bridge(await runtime.coordinator.read_settings())
            except ThinClientError as error:
                errors["base"] = _form_error(error)
        return self.async_show_form(
            step_id="mobile_bridge",
            data_schema=self.add_suggested_values_to_schema(_BRIDGE_SCHEMA, _without_password(shown)),
            errors=errors,
            description_placeholders={"device": self.config_entry.title},
            last_step=False,
        )

    async def async_step_mobile_bridge_result(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the code that the test has given."""
        if user_input is not None:
            return self._finish()
        return self.async_show_form(
            step_id="mobile_bridge_result",
            data_schema=probatio.Schema({}),
            description_placeholders={"device": self.config_entry.title, "code": self._code},
            last_step=True,
        )

    async def async_step_add_camera(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Add a camera that ViewWall does not know."""
        runtime = self._running()
        errors: dict[str, str] = {}
        if user_input is None:
            with suppress(ThinClientError):
                await runtime.coordinator.read_settings()
            if runtime.coordinator.data.video_source != DIRECT_CONNECT:
                return self.async_abort(reason="not_direct_connect")
        else:
            errors = await self._add_camera(runtime, user_input)
            if not errors:
                return self._finish()
        return self.async_show_form(
            step_id="add_camera",
            data_schema=self.add_suggested_values_to_schema(_CAMERA_SCHEMA, _without_password(user_input or {})),
            errors=errors,
            description_placeholders={"device": self.config_entry.title},
        )

    async def _change_password(self, runtime: ThinClientRuntime, password: str) -> dict[str, str]:
        """Change the administrator password in the device and in the entry; return the form's errors."""
        entry = self.config_entry
        try:
            await runtime.client.update_settings({ADMIN_PASSWORD: password})
        except ThinClientError as error:
            return {"base": _form_error(error)}
        finally:
            # After an error in the middle too: the device may have taken it, and the client knows best.
            data = {**entry.data, CONF_PASSWORD: runtime.client.password}
            self.hass.config_entries.async_update_entry(entry, data=data)
        return {}

    async def _set_mobile_bridge(self, runtime: ThinClientRuntime, typed: Mapping[str, Any]) -> dict[str, str]:
        """Write the Mobile Bridge's settings, keep its password and let the device try it; return the form's errors."""
        entry, client = self.config_entry, runtime.client
        server, username = typed[CONF_SERVER].strip(), typed[CONF_USERNAME].strip()
        changes = {
            "SymphonyServer": server,
            "SymphonyPort": int(typed[CONF_PORT]),
            "SymphonyHTTPS": typed[CONF_SSL],
            "SymphonyUser": username,
            BRIDGE_PASSWORD: typed[CONF_PASSWORD],
        }
        if typed[CONF_SHOW_CAMERAS]:
            changes["VideoSource"] = MOBILE_BRIDGE
        try:
            settings = await client.update_settings(changes)
        except ThinClientError as error:
            is_unused = not typed[CONF_SHOW_CAMERAS] and runtime.coordinator.data.video_source == DIRECT_CONNECT
            if is_unused and isinstance(error, ThinClientNotTakenError):
                # By its document, it ignores the settings of a Mobile Bridge that it does not use.
                return {CONF_SHOW_CAMERAS: "bridge_not_used"}
            return {"base": _form_error(error)}
        options = {**entry.options, CONF_MOBILE_BRIDGE_PASSWORD: typed[CONF_PASSWORD]}
        self.hass.config_entries.async_update_entry(entry, options=options)
        if settings is not None:
            runtime.coordinator.take_settings(settings)
        try:
            code = await client.test_mobile_bridge(
                server,
                int(typed[CONF_PORT]),
                https=typed[CONF_SSL],
                username=username,
                password=typed[CONF_PASSWORD],
            )
        except ThinClientError as error:
            _LOGGER.debug("%s did not test its Mobile Bridge: %s", entry.title, error)
            return {"base": "not_tested"}
        finally:
            # Another source has other cameras; if they cannot be read now, the next poll brings them.
            with suppress(ThinClientError):
                await runtime.coordinator.read_cameras()
        self._code = str(code)
        return {}

    async def _add_camera(self, runtime: ThinClientRuntime, typed: Mapping[str, Any]) -> dict[str, str]:
        """Add a camera, by wish only if it shows a picture; return the form's errors."""
        client = runtime.client
        snapshot_uri = typed.get(CONF_SNAPSHOT_URI, "").strip()
        camera = NewCamera(
            id=self._camera_id,
            name=typed[CONF_NAME].strip(),
            address=typed[CONF_ADDRESS].strip(),
            username=typed.get(CONF_USERNAME, ""),
            password=typed.get(CONF_PASSWORD, ""),
            streams=(Stream(media_uri=typed[CONF_MEDIA_URI].strip(), snapshot_uri=snapshot_uri),),
        )
        try:
            if typed[CONF_TRY_PICTURE]:
                if not snapshot_uri:
                    return {CONF_SNAPSHOT_URI: "snapshot_uri_needed"}
                try:
                    await client.preview(camera)
                except ThinClientError as error:
                    if _means_no_picture(error):
                        return {"base": "no_picture"}
                    raise
            # An earlier try may have added it, although its answer was lost.
            is_there = any(each.id.lower() == camera.id for each in await client.cameras())
            await (client.update_camera(camera) if is_there else client.create_camera(camera))
        except ThinClientValidationError as error:
            if error.field in (CONF_NAME, CONF_ADDRESS, CONF_MEDIA_URI, CONF_SNAPSHOT_URI):
                return {error.field: "invalid_value"}
            return {"base": "invalid_value"}
        except ThinClientError as error:
            return {"base": _form_error(error)}
        with suppress(ThinClientError):
            await runtime.coordinator.read_cameras()
        return {}

    def _finish(self) -> ConfigFlowResult:
        """End the flow with the options as they are by now."""
        return self.async_create_entry(data=dict(self.config_entry.options))


def _password_errors(typed: Mapping[str, Any]) -> dict[str, str]:
    """Check a new administrator password before anything is sent."""
    if not typed[CONF_PASSWORD]:
        return {CONF_PASSWORD: "password_empty"}
    if len(typed[CONF_PASSWORD]) > MAX_TEXT:
        return {CONF_PASSWORD: "password_too_long"}
    if typed[CONF_PASSWORD] != typed[CONF_REPEAT]:
        return {CONF_REPEAT: "password_mismatch"}
    return {}


def _form_error(error: ThinClientError) -> str:
    """Return what a form says about an error, and log what it does not say."""
    _LOGGER.debug("A form ends with an error: %s", error)
    return _FORM_ERRORS.get(error_key(error), "unknown")


def _means_no_picture(error: ThinClientError) -> bool:
    """Tell whether a failed preview is about the camera; the device may wait longer for it than we do."""
    match error:
        case ThinClientConnectionError():
            return error.sent and error.command == CAMERA_PREVIEW.name
        case ThinClientCommandError() | ThinClientProtocolError():
            return True
    return False


def _shown_bridge(settings: Settings) -> dict[str, Any]:
    """Return what the form for the Mobile Bridge starts with."""
    values = settings.values
    port = values.get("SymphonyPort", "")
    return {
        CONF_SERVER: values.get("SymphonyServer", ""),
        CONF_PORT: int(port) if port.isdecimal() else DEFAULT_BRIDGE_PORT,
        CONF_SSL: values.get("SymphonyHTTPS", "").lower() == "true",
        CONF_USERNAME: values.get("SymphonyUser", ""),
    }


def _without_password(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may stand in a form again."""
    return {key: value for key, value in typed.items() if key != CONF_PASSWORD}
