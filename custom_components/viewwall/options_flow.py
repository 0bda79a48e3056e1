"""The options of a Thin Client: what needs a password is here, since actions take none."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_ADDRESS, CONF_NAME, CONF_PASSWORD, CONF_PORT, CONF_SSL, CONF_USERNAME
from homeassistant.data_entry_flow import AbortFlow

from .const import CONF_MOBILE_BRIDGE_PASSWORD
from .options_forms import (
    ADMIN_PASSWORD_SCHEMA,
    BRIDGE_RESULT_SCHEMA,
    BRIDGE_SCHEMA,
    CAMERA_SCHEMA,
    CONF_MEDIA_URI,
    CONF_REPEAT,
    CONF_SERVER,
    CONF_SHOW_CAMERAS,
    CONF_SNAPSHOT_URI,
    CONF_TRY_PICTURE,
    form_error,
    has_tried,
    shown_bridge,
    without_password,
)
from .thin_client import NewCamera, Stream, ThinClientError, ThinClientNotTakenError, ThinClientValidationError
from .thin_client.calls import CAMERA_PREVIEW, TEST_CONNECTION
from .thin_client.settings import ADMIN_PASSWORD, BRIDGE_PASSWORD, DIRECT_CONNECT, MAX_TEXT, MOBILE_BRIDGE
from .wall_runtime import ThinClientRuntime


class ThinClientOptionsFlow(OptionsFlowWithReload):
    """What a Thin Client is told that needs a password.

    What the device has taken is written into the entry at once, so that a dialog that is closed too early loses
    nothing. The end of a flow changes nothing more: the entry needs no reload for any of this.
    """

    def __init__(self) -> None:
        """Give the camera that may be added its id: a second try after a lost answer must not add a second one."""
        self._camera_id = str(uuid4())
        self._bridge: Mapping[str, Any] = {}
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
            data_schema=ADMIN_PASSWORD_SCHEMA,
            errors=errors,
            description_placeholders={"device": self.config_entry.title},
        )

    async def async_step_mobile_bridge(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a Mobile Bridge and let the Thin Client try it, before anything is stored."""
        runtime = self._running()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._try_mobile_bridge(runtime, user_input)
            if not errors:
                return await self.async_step_mobile_bridge_result()
            shown: Mapping[str, Any] = user_input
        else:
            shown = {}
            try:
                shown = shown_bridge(await runtime.coordinator.read_settings())
            except ThinClientError as error:
                errors["base"] = form_error(error)
        return self.async_show_form(
            step_id="mobile_bridge",
            data_schema=self.add_suggested_values_to_schema(BRIDGE_SCHEMA, without_password(shown)),
            errors=errors,
            description_placeholders={"device": self.config_entry.title},
            last_step=False,
        )

    async def async_step_mobile_bridge_result(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the code that the try has given, and store the settings if the user goes on."""
        runtime = self._running()
        errors: dict[str, str] = {}
        shown: Mapping[str, Any] = {CONF_SHOW_CAMERAS: runtime.coordinator.data.video_source == MOBILE_BRIDGE}
        if user_input is not None:
            change = self._set_mobile_bridge(runtime, user_input[CONF_SHOW_CAMERAS])
            # Goes on if this flow is given up meanwhile: what the device has taken must be stored.
            errors = await asyncio.shield(self.hass.async_create_task(change))
            if not errors:
                return self._finish()
            shown = user_input
        return self.async_show_form(
            step_id="mobile_bridge_result",
            data_schema=self.add_suggested_values_to_schema(BRIDGE_RESULT_SCHEMA, shown),
            errors=errors,
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
            data_schema=self.add_suggested_values_to_schema(CAMERA_SCHEMA, without_password(user_input or {})),
            errors=errors,
            description_placeholders={"device": self.config_entry.title},
        )

    async def _change_password(self, runtime: ThinClientRuntime, password: str) -> dict[str, str]:
        """Change the administrator password in the device and in the entry; return the form's errors."""
        entry = self.config_entry
        try:
            await runtime.client.update_settings({ADMIN_PASSWORD: password})
        except ThinClientError as error:
            return {"base": form_error(error)}
        finally:
            # After an error in the middle too: the device may have taken it, and the client knows best.
            data = {**entry.data, CONF_PASSWORD: runtime.client.password}
            self.hass.config_entries.async_update_entry(entry, data=data)
        return {}

    async def _try_mobile_bridge(self, runtime: ThinClientRuntime, typed: Mapping[str, Any]) -> dict[str, str]:
        """Let the device try a Mobile Bridge, and keep its answer; return the form's errors."""
        bridge = {
            **typed,
            CONF_SERVER: typed[CONF_SERVER].strip(),
            CONF_PORT: int(typed[CONF_PORT]),
            CONF_USERNAME: typed[CONF_USERNAME].strip(),
        }
        try:
            code = await runtime.client.test_mobile_bridge(
                bridge[CONF_SERVER],
                bridge[CONF_PORT],
                https=bridge[CONF_SSL],
                username=bridge[CONF_USERNAME],
                password=bridge[CONF_PASSWORD],
            )
        except ThinClientError as error:
            key = form_error(error)
            return {"base": "not_tested" if has_tried(error, TEST_CONNECTION) and key != "not_supported" else key}
        self._bridge, self._code = bridge, str(code)
        return {}

    async def _set_mobile_bridge(self, runtime: ThinClientRuntime, show_cameras: bool) -> dict[str, str]:
        """Write the Mobile Bridge's settings and keep its password; return the form's errors."""
        entry, bridge = self.config_entry, self._bridge
        changes = {
            "SymphonyServer": bridge[CONF_SERVER],
            "SymphonyPort": bridge[CONF_PORT],
            "SymphonyHTTPS": bridge[CONF_SSL],
            "SymphonyUser": bridge[CONF_USERNAME],
            BRIDGE_PASSWORD: bridge[CONF_PASSWORD],
        }
        if show_cameras:
            changes["VideoSource"] = MOBILE_BRIDGE
        try:
            # Other cameras may be other cells in the panels, too: that is no other hand's work.
            async with runtime.display.changing():
                settings = await runtime.client.update_settings(changes)
        except ThinClientError as error:
            is_unused = not show_cameras and runtime.coordinator.data.video_source == DIRECT_CONNECT
            if is_unused and isinstance(error, ThinClientNotTakenError):
                # By its document, it ignores the settings of a Mobile Bridge that it does not use.
                return {CONF_SHOW_CAMERAS: "bridge_not_used"}
            return {"base": form_error(error)}
        options = {**entry.options, CONF_MOBILE_BRIDGE_PASSWORD: bridge[CONF_PASSWORD]}
        self.hass.config_entries.async_update_entry(entry, options=options)
        if settings is not None:
            runtime.coordinator.take_settings(settings)
        # If they cannot be read now, the next poll brings them.
        with suppress(ThinClientError):
            await runtime.coordinator.read_cameras()
        return {}

    async def _add_camera(self, runtime: ThinClientRuntime, typed: Mapping[str, Any]) -> dict[str, str]:
        """Add a camera, by wish only if it shows a picture; return the form's errors."""
        client = runtime.client
        if typed.get(CONF_USERNAME) and not typed.get(CONF_PASSWORD):
            # The field is empty again after every other error.
            return {CONF_PASSWORD: "password_empty"}
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
                    if has_tried(error, CAMERA_PREVIEW):
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
            return {"base": form_error(error)}
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
