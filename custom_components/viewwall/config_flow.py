"""Set a device up by hand, sign in again, move it to another address."""

from collections.abc import Mapping
import logging
import secrets
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    CONF_WEBHOOK_ID,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow, SectionConfig, section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util.network import is_ipv6_address
import probatio
from yarl import URL

from .const import CONF_KIND, DEFAULT_USERNAME, DOMAIN, KIND_THIN_CLIENT
from .errors import error_key
from .login_guard import guard_of
from .options_flow import ThinClientOptionsFlow, ViewtronOptionsFlow
from .push_url import push_placeholders
from .recognition import Found, recognise
from .thin_client import ThinClientError
from .viewtron.errors import ViewtronError
from .viewtron.models import DeviceKind
from .wall_runtime import ThinClientRuntime

_LOGGER = logging.getLogger(__name__)

SECTION_CONNECTION: Final = "connection"
SECTION_PUSH: Final = "push"
# Errors that a user can tell apart and do something about; everything else is "unknown".
_FLOW_ERRORS: Final = frozenset(
    {"cannot_connect", "invalid_auth", "account_locked", "api_disabled", "no_permission", "unsupported_device"}
)

_USERNAME: Final = TextSelector(TextSelectorConfig(autocomplete="username"))
_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
_PORT: Final = NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX))


type _Fields = dict[probatio.Marker, Any]


def _host_field(data: Mapping[str, Any]) -> _Fields:
    """Return the field for the address; what is known stands in it."""
    return {probatio.Required(CONF_HOST, default=data.get(CONF_HOST, probatio.UNDEFINED)): TextSelector()}


def _username_field(data: Mapping[str, Any]) -> _Fields:
    """Return the field for the user, whom a Thin Client does not have."""
    return {probatio.Optional(CONF_USERNAME, default=data.get(CONF_USERNAME, DEFAULT_USERNAME)): _USERNAME}


def _password_and_connection(data: Mapping[str, Any]) -> _Fields:
    """Return the field for the password, which is never shown again, and what few devices need."""
    port = data.get(CONF_PORT)
    is_unusual = bool(port or data.get(CONF_SSL) or data.get(CONF_VERIFY_SSL))
    connection = {
        probatio.Optional(CONF_PORT, description={"suggested_value": port} if port else None): _PORT,
        probatio.Optional(CONF_SSL, default=data.get(CONF_SSL, False)): bool,
        probatio.Optional(CONF_VERIFY_SSL, default=data.get(CONF_VERIFY_SSL, False)): bool,
    }
    return {
        probatio.Required(CONF_PASSWORD): _PASSWORD,
        # Without a default of its own, or the form would not show what stands inside.
        probatio.Optional(SECTION_CONNECTION): section(
            probatio.Schema(connection), SectionConfig(collapsed=not is_unusual)
        ),
    }


def _new_schema(data: Mapping[str, Any]) -> probatio.Schema:
    """Return the form for a device of either family."""
    return probatio.Schema({**_host_field(data), **_username_field(data), **_password_and_connection(data)})


def _moved_schema(data: Mapping[str, Any], kind: str) -> probatio.Schema:
    """Return the form for a device that is set up; a Viewtron device's has its push address above."""
    if kind == KIND_THIN_CLIENT:
        return probatio.Schema({**_host_field(data), **_password_and_connection(data)})
    return probatio.Schema(
        {
            probatio.Optional(SECTION_PUSH): section(probatio.Schema({}), SectionConfig(collapsed=False)),
            **_host_field(data),
            **_username_field(data),
            **_password_and_connection(data),
        }
    )


def _entry_address(user_input: Mapping[str, Any], port_before: int | None = None) -> dict[str, Any]:
    """Return what a user typed as entry data; an address pasted from a browser is taken apart.

    `port_before` stood in the form already. Raises ValueError for what can be no address.
    """
    connection: Mapping[str, Any] = user_input.get(SECTION_CONNECTION, {})
    typed: str = user_input[CONF_HOST].strip()
    ssl = bool(connection.get(CONF_SSL, False))
    port = connection.get(CONF_PORT)
    if is_ipv6_address(typed):
        typed = f"[{typed}]"
    url = URL(typed if "//" in typed else f"//{typed}")
    if not url.host or any(character.isspace() for character in url.host) or url.scheme not in ("", "http", "https"):
        raise ValueError("no host in the address")
    if url.explicit_port == 0:
        raise ValueError("no such port")
    if url.explicit_port and port == port_before:
        # The port of the new address, not the one from before.
        port = None
    if url.scheme == "https":
        ssl = True
    return {
        CONF_HOST: url.host,
        CONF_PORT: int(port) if port else url.explicit_port,
        CONF_SSL: ssl,
        CONF_VERIFY_SSL: bool(connection.get(CONF_VERIFY_SSL, False)),
        CONF_USERNAME: user_input.get(CONF_USERNAME) or DEFAULT_USERNAME,
        CONF_PASSWORD: user_input[CONF_PASSWORD],
    }


class ViewWallConfigFlow(ConfigFlow, domain=DOMAIN):
    """Sets up one camera, recorder or Thin Client."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start with nothing found."""
        self._data: dict[str, Any] = {}
        self._title = ""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options flow of the device's family."""
        is_thin_client = config_entry.data[CONF_KIND] == KIND_THIN_CLIENT
        return ThinClientOptionsFlow() if is_thin_client else ViewtronOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin with the form: there is no search yet."""
        return await self.async_step_manual()

    async def async_step_manual(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for address and login, and try them once."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data, found, errors = await self._try_address(user_input)
            if found is not None:
                if (known := await self._identify(found)) is not None:
                    guard_of(self.hass, known.entry_id).clear()
                self._abort_if_unique_id_configured(updates=data)
                self._data = data | {CONF_KIND: found.kind, CONF_WEBHOOK_ID: secrets.token_hex(16)}
                self._title = found.title or data[CONF_HOST]
                if found.is_thin_client:
                    return self.async_create_entry(title=self._title, data=self._data)
                return await self.async_step_push()
        return self.async_show_form(step_id="manual", data_schema=_new_schema(_shown_again(user_input)), errors=errors)

    async def async_step_push(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the address to type into the device, and where, by its kind."""
        if user_input is not None:
            return self.async_create_entry(title=self._title, data=self._data)
        return self.async_show_form(
            step_id="push",
            data_schema=push_schema(DeviceKind(self._data[CONF_KIND])),
            description_placeholders=push_placeholders(self.hass, self._data[CONF_WEBHOOK_ID])
            | {"device": self._title},
            last_step=True,
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Sign in again after the device refused the password."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the login, and try it once."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            login = {
                CONF_USERNAME: user_input.get(CONF_USERNAME) or DEFAULT_USERNAME,
                CONF_PASSWORD: user_input[CONF_PASSWORD],
            }
            found, errors = await self._try(dict(entry.data) | login)
            if found is not None:
                await self._expect(entry, found)
                return self.async_update_reload_and_abort(entry, data_updates=login)
        username = {} if entry.data[CONF_KIND] == KIND_THIN_CLIENT else _username_field(entry.data)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=probatio.Schema({**username, probatio.Required(CONF_PASSWORD): _PASSWORD}),
            errors=errors,
            description_placeholders={"device": entry.title, "host": entry.data[CONF_HOST]},
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take over another address or login of the same device."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data, found, errors = await self._try_address(user_input, entry.data[CONF_PORT])
            if found is not None:
                await self._expect(entry, found)
                return self.async_update_reload_and_abort(entry, data_updates=data | {CONF_KIND: found.kind})
        shown = entry.data if user_input is None else _shown_again(user_input)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=_moved_schema(shown, entry.data[CONF_KIND]),
            errors=errors,
            description_placeholders={"device": entry.title}
            | push_placeholders(self.hass, entry.data[CONF_WEBHOOK_ID]),
        )

    async def _try_address(
        self, user_input: Mapping[str, Any], port_before: int | None = None
    ) -> tuple[dict[str, Any], Found | None, dict[str, str]]:
        try:
            data = _entry_address(user_input, port_before)
        except ValueError:
            return {}, None, {CONF_HOST: "invalid_host"}
        found, errors = await self._try(data)
        if found is not None and found.is_thin_client:
            # It has one user only, whatever was typed for the other family.
            data[CONF_USERNAME] = DEFAULT_USERNAME
        return data, found, errors

    async def _try(self, data: Mapping[str, Any]) -> tuple[Found | None, dict[str, str]]:
        """Ask the device who it is, with exactly one login."""
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            runtime = getattr(entry, "runtime_data", None)
            if isinstance(runtime, ThinClientRuntime) and entry.data[CONF_HOST] == data[CONF_HOST]:
                # Two sessions at once are one too many; it opens a new one when it needs it.
                await runtime.client.end_session()
        try:
            return await recognise(self.hass, data), {}
        except (ViewtronError, ThinClientError) as error:
            _LOGGER.debug("Set-up of %s failed: %s", data[CONF_HOST], error)
            key = error_key(error)
            return None, {"base": key if key in _FLOW_ERRORS else "unknown"}
        except Exception:
            _LOGGER.exception("Unexpected error while asking the device")
            return None, {"base": "unknown"}

    async def _identify(self, found: Found) -> ConfigEntry | None:
        """Take the device's identity; return the entry that it has already."""
        return await self.async_set_unique_id(found.unique_id, raise_on_progress=False)

    async def _expect(self, entry: ConfigEntry, found: Found) -> None:
        """Make sure that it is the entry's device that has accepted the login; raises AbortFlow."""
        await self._identify(found)
        self._abort_if_unique_id_mismatch()
        if found.is_thin_client != (entry.data[CONF_KIND] == KIND_THIN_CLIENT):
            raise AbortFlow("unique_id_mismatch")
        guard_of(self.hass, entry.entry_id).clear()


def push_schema(kind: DeviceKind) -> probatio.Schema:
    """Return the empty form of step `push`: its sections hold the instructions for this kind of device."""
    match kind:
        case DeviceKind.NVR_V1:
            screens = ["nvr_v1"]
        case DeviceKind.NVR_V2:
            screens = ["nvr_address", "nvr_connection", "nvr_events", "nvr_test"]
        case _:
            screens = ["camera_address", "camera_connection", "camera_data", "camera_restart"]
    text_only = section(probatio.Schema({}), SectionConfig(collapsed=False))
    return probatio.Schema({probatio.Optional(screen): text_only for screen in screens})


def _shown_again(user_input: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the user typed, flat, for the next try."""
    typed = dict(user_input or {})
    connection: dict[str, Any] = typed.pop(SECTION_CONNECTION, {})
    return typed | connection
