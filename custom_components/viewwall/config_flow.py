"""Set a device up by hand, sign in again, move it to another address, and its options."""

from collections.abc import Mapping
import logging
import secrets
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
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
from homeassistant.data_entry_flow import SectionConfig, section
from homeassistant.helpers.aiohttp_client import async_get_clientsession
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

from .const import CONF_HOLD_TIME, CONF_KIND, DEFAULT_HOLD_TIME, DEFAULT_USERNAME, DOMAIN
from .errors import error_key
from .login_guard import guard_of
from .push_url import push_placeholders
from .viewtron.client import ViewtronClient
from .viewtron.errors import ViewtronError
from .viewtron.models import DeviceInfo, DeviceKind

_LOGGER = logging.getLogger(__name__)

SECTION_CONNECTION: Final = "connection"
# Errors that a user can tell apart and do something about; everything else is "unknown".
_FLOW_ERRORS: Final = frozenset(
    {"cannot_connect", "invalid_auth", "account_locked", "api_disabled", "no_permission", "unsupported_device"}
)

_USERNAME: Final = TextSelector(TextSelectorConfig(autocomplete="username"))
_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
_PORT: Final = NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX))


def _address_schema(data: Mapping[str, Any]) -> probatio.Schema:
    """Return the form for address and login; what is known stands in it, but never the password."""
    port = data.get(CONF_PORT)
    is_unusual = bool(port or data.get(CONF_SSL) or data.get(CONF_VERIFY_SSL))
    connection = {
        probatio.Optional(CONF_PORT, description={"suggested_value": port} if port else None): _PORT,
        probatio.Optional(CONF_SSL, default=data.get(CONF_SSL, False)): bool,
        probatio.Optional(CONF_VERIFY_SSL, default=data.get(CONF_VERIFY_SSL, False)): bool,
    }
    return probatio.Schema(
        {
            probatio.Required(CONF_HOST, default=data.get(CONF_HOST, probatio.UNDEFINED)): TextSelector(),
            probatio.Optional(CONF_USERNAME, default=data.get(CONF_USERNAME, DEFAULT_USERNAME)): _USERNAME,
            probatio.Required(CONF_PASSWORD): _PASSWORD,
            # Without a default of its own, or the form would not show what stands inside.
            probatio.Optional(SECTION_CONNECTION): section(
                probatio.Schema(connection), SectionConfig(collapsed=not is_unusual)
            ),
        }
    )


def _entry_address(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a user typed as entry data; an address pasted from a browser is taken apart.

    Raises ValueError for what can be no address.
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
    """Sets up one camera or recorder."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start with nothing found."""
        self._data: dict[str, Any] = {}
        self._title = ""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> ViewWallOptionsFlow:
        """Return the options flow."""
        return ViewWallOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin with the form: there is no search yet."""
        return await self.async_step_manual()

    async def async_step_manual(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for address and login, and try them once."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data, info, errors = await self._try_address(user_input)
            if info is not None:
                if (known := await self._identify(info)) is not None:
                    guard_of(self.hass, known.entry_id).clear()
                self._abort_if_unique_id_configured(
                    updates={key: value for key, value in data.items() if key != CONF_WEBHOOK_ID}
                )
                self._data = data | {CONF_KIND: info.kind.value, CONF_WEBHOOK_ID: secrets.token_hex(16)}
                self._title = info.name or info.model or data[CONF_HOST]
                return await self.async_step_push()
        return self.async_show_form(
            step_id="manual", data_schema=_address_schema(_shown_again(user_input)), errors=errors
        )

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
            info, errors = await self._try(dict(entry.data) | login)
            if info is not None:
                await self._identify(info)
                self._abort_if_unique_id_mismatch()
                guard_of(self.hass, entry.entry_id).clear()
                return self.async_update_reload_and_abort(entry, data_updates=login)
        schema = probatio.Schema(
            {
                probatio.Optional(CONF_USERNAME, default=entry.data[CONF_USERNAME]): _USERNAME,
                probatio.Required(CONF_PASSWORD): _PASSWORD,
            }
        )
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=schema,
            errors=errors,
            description_placeholders={"device": entry.title, "host": entry.data[CONF_HOST]},
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take over another address or login of the same device."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data, info, errors = await self._try_address(user_input)
            if info is not None:
                await self._identify(info)
                self._abort_if_unique_id_mismatch()
                guard_of(self.hass, entry.entry_id).clear()
                return self.async_update_reload_and_abort(entry, data_updates=data | {CONF_KIND: info.kind.value})
        shown = entry.data if user_input is None else _shown_again(user_input)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=_address_schema(shown),
            errors=errors,
            description_placeholders={"device": entry.title}
            | push_placeholders(self.hass, entry.data[CONF_WEBHOOK_ID]),
        )

    async def _try_address(
        self, user_input: Mapping[str, Any]
    ) -> tuple[dict[str, Any], DeviceInfo | None, dict[str, str]]:
        try:
            data = _entry_address(user_input)
        except ValueError:
            return {}, None, {CONF_HOST: "invalid_host"}
        info, errors = await self._try(data)
        return data, info, errors

    async def _try(self, data: Mapping[str, Any]) -> tuple[DeviceInfo | None, dict[str, str]]:
        """Ask the device who it is, with exactly one login."""
        client = ViewtronClient(
            async_get_clientsession(self.hass, verify_ssl=data[CONF_VERIFY_SSL]),
            data[CONF_HOST],
            data[CONF_USERNAME],
            data[CONF_PASSWORD],
            port=data[CONF_PORT],
            ssl=data[CONF_SSL],
            verify_ssl=data[CONF_VERIFY_SSL],
        )
        try:
            info = await client.identify()
        except ViewtronError as error:
            _LOGGER.debug("Set-up of %s failed: %s", data[CONF_HOST], error)
            key = error_key(error)
            return None, {"base": key if key in _FLOW_ERRORS else "unknown"}
        except Exception:
            _LOGGER.exception("Unexpected error while asking the device")
            return None, {"base": "unknown"}
        if not (info.mac or info.serial):
            return None, {"base": "unsupported_device"}
        return info, {}

    async def _identify(self, info: DeviceInfo) -> ConfigEntry | None:
        """Take the device's identity; return the entry that it has already."""
        return await self.async_set_unique_id(info.mac or info.serial, raise_on_progress=False)


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


class ViewWallOptionsFlow(OptionsFlowWithReload):
    """Options of one device."""

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
