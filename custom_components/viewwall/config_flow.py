"""Set a device up, found or by hand; sign in again; move it to another address."""

import asyncio
from collections.abc import Mapping
import logging
import secrets
from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_DHCP, ConfigEntry, ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import (
    CONF_DEVICE,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
    CONF_WEBHOOK_ID,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

from .const import CONF_KIND, CONF_PUSH_SUBSCRIPTION, DEFAULT_USERNAME, DOMAIN, KIND_THIN_CLIENT, MANUFACTURER_VIEWTRON
from .discovery import HTTPS_PORT, announce, find_devices, follow, known_entry, wait_for_door
from .errors import error_key
from .flow_forms import (
    BY_HAND,
    CONF_SET_UP_PUSH,
    SlotOffer,
    entry_address,
    found_schema,
    login_schema,
    moved_schema,
    new_schema,
    push_schema,
    shown_again,
    sign_in_schema,
)
from .found_devices import find_offer, found_labels, is_serial_at, name_of, sort_found
from .login_guard import guard_of
from .options_flow import ThinClientOptionsFlow
from .push_address import find_device, push_placeholders
from .recognition import Found, recognise
from .thin_client import ThinClientError
from .viewtron.discovery import Announcement
from .viewtron.errors import ViewtronError
from .viewtron.models import DeviceKind
from .viewtron_options import ViewtronOptionsFlow
from .wall_runtime import ThinClientRuntime

_LOGGER = logging.getLogger(__name__)

_HTTP_PORT: Final = 80

# Errors that a user can tell apart and do something about; everything else is "unknown".
_FLOW_ERRORS: Final = frozenset(
    {"cannot_connect", "invalid_auth", "account_locked", "api_disabled", "no_permission", "unsupported_device"}
)


class ViewWallConfigFlow(ConfigFlow, domain=DOMAIN):
    """Sets up one camera, recorder or Thin Client."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start with nothing found."""
        self._data: dict[str, Any] = {}
        self._title = ""
        self._offer: SlotOffer | None = None
        self._search: asyncio.Task[tuple[Announcement, ...]] | None = None
        self._announced: tuple[Announcement, ...] = ()
        self._chosen = Announcement(address="")
        """The device whose login is asked for: only this one may take it."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options flow of the device's family."""
        is_thin_client = config_entry.data[CONF_KIND] == KIND_THIN_CLIENT
        return ThinClientOptionsFlow() if is_thin_client else ViewtronOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin with the choice between the search and an address."""
        return self.async_show_menu(step_id="user", menu_options=["search", "manual"])

    async def async_step_search(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Search the network; closing the dialog ends the search."""
        if self._search is None:
            # Never done at once: the manager would hand the answer to the menu on to the list.
            search = self.hass.async_create_task(find_devices(self.hass), f"{DOMAIN} search", eager_start=False)
            self._search = search
        if not self._search.done():
            return self.async_show_progress(step_id="search", progress_action="search", progress_task=self._search)
        done, self._search = self._search, None
        try:
            self._announced = done.result()
        except Exception:
            _LOGGER.exception("Unexpected error while searching")
            self._announced = ()
        return self.async_show_progress_done(next_step_id="found" if self._announced else "nothing_found")

    async def async_step_nothing_found(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what to check, and offer the address form."""
        return self.async_show_menu(step_id="nothing_found", menu_options=["search", "manual"])

    async def async_step_found(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """List what was found, and let the user choose."""
        if user_input is None:
            self._announced = sort_found(self.hass, self._announced)
            return self.async_show_form(
                step_id="found", data_schema=found_schema(await found_labels(self.hass, self._announced))
            )
        if user_input[CONF_DEVICE] == BY_HAND:
            return await self.async_step_manual()
        chosen = self._announced[int(user_input[CONF_DEVICE])]
        if (entry := known_entry(self.hass, chosen.mac, chosen.serial)) is not None:
            if await follow(self.hass, entry, chosen.address):
                return self.async_abort(reason="moved", description_placeholders={"device": entry.title})
            raise AbortFlow("already_configured")
        self._chosen = chosen
        if identity := chosen.mac or chosen.serial:
            await self.async_set_unique_id(identity, raise_on_progress=False)
        return await self.async_step_login()

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Follow a device that has moved; show a card for a new one, once it has shown its family."""
        mac = format_mac(discovery_info.macaddress)
        if (entry := known_entry(self.hass, mac)) is not None:
            await self.async_set_unique_id(entry.unique_id, raise_on_progress=False)
            await follow(self.hass, entry, discovery_info.ip, patiently=True)
            raise AbortFlow("already_configured")
        await self.async_set_unique_id(mac)
        self._abort_if_unique_id_configured()
        if is_serial_at(self.hass, discovery_info.ip):
            raise AbortFlow("already_configured")
        if (door := await wait_for_door(self.hass, discovery_info.ip)) is None:
            return self.async_abort(reason="not_viewtron")
        self._abort_if_unique_id_configured()
        self._chosen = announce(discovery_info.ip, mac, door)
        self.context["title_placeholders"] = {"name": f"{MANUFACTURER_VIEWTRON} {discovery_info.ip}"}
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the login of a device that was discovered in the background."""
        return await self._log_in(user_input)

    async def async_step_login(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the login of a device that the user has chosen."""
        return await self._log_in(user_input)

    async def _log_in(self, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        """Ask for the login, and try it once; another device than the announced one does not get in."""
        chosen = self._chosen
        errors: dict[str, str] = {}
        if user_input is not None:
            data, found, errors = await self._try_address({**user_input, CONF_HOST: chosen.address})
            if found is not None:
                if not found.may_be(chosen.mac, chosen.serial):
                    raise AbortFlow("unique_id_mismatch")
                return await self._accept(data, found)
        is_usual = chosen.http_port in (_HTTP_PORT, HTTPS_PORT)
        shown = {CONF_PORT: None if is_usual else chosen.http_port, CONF_SSL: chosen.http_port == HTTPS_PORT}
        return self.async_show_form(
            step_id="discovery_confirm" if self.source == SOURCE_DHCP else "login",
            data_schema=login_schema(shown if user_input is None else shown_again(user_input)),
            errors=errors,
            description_placeholders={"device": name_of(chosen), "host": chosen.address},
        )

    async def async_step_manual(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for address and login, and try them once."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data, found, errors = await self._try_address(user_input)
            if found is not None:
                return await self._accept(data, found)
        return self.async_show_form(step_id="manual", data_schema=new_schema(shown_again(user_input)), errors=errors)

    async def _accept(self, data: dict[str, Any], found: Found) -> ConfigFlowResult:
        """Go on with a device that has accepted its login; raises AbortFlow if it is set up already."""
        if (known := await self._identify(found)) is not None:
            guard_of(self.hass, known.entry_id).clear()
        self._abort_if_unique_id_configured(updates=data)
        self._data = data | {CONF_KIND: found.kind, CONF_WEBHOOK_ID: secrets.token_hex(16)}
        self._title = found.title or data[CONF_HOST]
        if found.is_thin_client:
            return self.async_create_entry(title=self._title, data=self._data)
        self._offer = await find_offer(self.hass, data, found)
        return await self.async_step_push()

    async def async_step_push(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the address to type into the device, and where, by its kind; or offer to write it there."""
        if user_input is not None:
            options = {CONF_PUSH_SUBSCRIPTION: True} if user_input.get(CONF_SET_UP_PUSH) else {}
            return self.async_create_entry(title=self._title, data=self._data, options=options)
        await find_device(self.hass, self._data[CONF_HOST])
        return self.async_show_form(
            step_id="push",
            data_schema=push_schema(DeviceKind(self._data[CONF_KIND]), self._offer),
            description_placeholders=push_placeholders(
                self.hass, self._data[CONF_WEBHOOK_ID], host=self._data[CONF_HOST], options={}
            )
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
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=sign_in_schema(entry.data, entry.data[CONF_KIND]),
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
        shown = entry.data if user_input is None else shown_again(user_input)
        await find_device(self.hass, entry.data[CONF_HOST])
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=moved_schema(shown, entry.data[CONF_KIND]),
            errors=errors,
            description_placeholders={"device": entry.title}
            | push_placeholders(
                self.hass, entry.data[CONF_WEBHOOK_ID], host=entry.data[CONF_HOST], options=entry.options
            ),
        )

    async def _try_address(
        self, user_input: Mapping[str, Any], port_before: int | None = None
    ) -> tuple[dict[str, Any], Found | None, dict[str, str]]:
        try:
            data = entry_address(user_input, port_before)
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
