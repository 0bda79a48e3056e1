"""Set a device up, found or by hand; sign in again; move it to another address."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
import logging
import secrets
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
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
from homeassistant.data_entry_flow import AbortFlow, UnknownFlow
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

from .const import CONF_KIND, CONF_PUSH_SUBSCRIPTION, DEFAULT_USERNAME, DOMAIN, KIND_THIN_CLIENT, MANUFACTURER_VIEWTRON
from .discovery import (
    HTTPS_PORT,
    Followed,
    announce,
    find_devices,
    follow,
    is_answering,
    is_gone,
    is_ours_at,
    known_entry,
    wait_for_door,
)
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
from .found_devices import find_offer, found_labels, name_of, sort_found, why_not_moved
from .login_guard import guard_of
from .options_flow import ThinClientOptionsFlow
from .push_address import find_device, push_placeholders, to_ip
from .recognition import Found, is_thin_client_at, recognise, recognise_announced, recognise_entry
from .runtime import ViewWallConfigEntry
from .thin_client import ThinClientError
from .viewtron.discovery import Announcement
from .viewtron.errors import ViewtronError, ViewtronOtherDeviceError
from .viewtron.models import DeviceKind
from .viewtron.probe import NobodyThereError
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
            return await self._follow(entry, chosen.address)
        self._chosen = chosen
        if identity := chosen.mac or chosen.serial:
            await self.async_set_unique_id(identity, raise_on_progress=False)
        return await self.async_step_login()

    async def _follow(self, entry: ViewWallConfigEntry, address: str) -> ConfigFlowResult:
        """Follow a device that the user has chosen from the list, and say what came of it."""
        before = entry.data[CONF_HOST]
        if before == address or to_ip(before) is None:
            return self.async_abort(reason="already_configured")
        outcome = await follow(self.hass, entry, address, by_user=True)
        if outcome is Followed.MOVED:
            return self.async_abort(reason="moved", description_placeholders={"device": entry.title})
        words = {
            "device": entry.title,
            "before": before,
            "address": address,
            "why": await why_not_moved(self.hass, outcome),
        }
        return self.async_abort(reason="not_moved", description_placeholders=words)

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Follow a device that has moved; show a card for a new one, once it has shown its family."""
        mac = format_mac(discovery_info.macaddress)
        if (entry := known_entry(self.hass, mac)) is not None:
            await self.async_set_unique_id(entry.unique_id, raise_on_progress=False)
            await follow(self.hass, entry, discovery_info.ip, patiently=True)
            raise AbortFlow("already_configured")
        title = {"name": f"{MANUFACTURER_VIEWTRON} {discovery_info.ip}"}
        older = self._async_in_progress(include_uninitialized=True, match_context={"unique_id": mac})
        # A card for an address that the device has left is replaced, once the device answers at the new one.
        is_moved = all(
            flow["context"]["source"] == SOURCE_DHCP and flow["context"].get("title_placeholders") != title
            for flow in older
        )
        await self.async_set_unique_id(mac, raise_on_progress=not is_moved)
        self.context["title_placeholders"] = title
        self._abort_if_unique_id_configured()
        if await is_ours_at(self.hass, discovery_info.ip):
            raise AbortFlow("already_configured")
        if (door := await wait_for_door(self.hass, discovery_info.ip)) is None:
            return self.async_abort(reason="not_viewtron")
        self._abort_if_unique_id_configured()
        for flow in older:
            with suppress(UnknownFlow):
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        self._chosen = announce(discovery_info.ip, mac, door)
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
            data = entry_address({**user_input, CONF_HOST: chosen.address})
            found, errors = await self._try(data, recognise_announced(self.hass, data, chosen.mac, chosen.serial))
            if found is not None:
                return await self._accept(data, found)
            if not errors:
                if await is_thin_client_at(self.hass, data):
                    raise AbortFlow("unique_id_mismatch")
                errors = {"base": "unsupported_device"}
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
            data, errors = self._read_address(user_input)
            found = None
            if not errors:
                found, errors = await self._try(data, recognise(self.hass, data))
            if found is not None:
                if found.is_thin_client:
                    # It has one user only, whatever was typed for the other family.
                    data[CONF_USERNAME] = DEFAULT_USERNAME
                return await self._accept(data, found, is_typed=True)
        return self.async_show_form(step_id="manual", data_schema=new_schema(shown_again(user_input)), errors=errors)

    async def _accept(self, data: dict[str, Any], found: Found, *, is_typed: bool = False) -> ConfigFlowResult:
        """Go on with a device that has accepted its login; raises AbortFlow if it is set up already."""
        known = known_entry(self.hass, found.mac, found.serial)
        if known is not None:
            await self.async_set_unique_id(known.unique_id, raise_on_progress=False)
            if await self._may_take_over(known, data, found, is_typed=is_typed):
                guard_of(self.hass, known.entry_id).clear()
                self._abort_if_unique_id_configured(updates=data)
            raise AbortFlow("already_configured")
        await self.async_set_unique_id(found.unique_id, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        self._data = data | {CONF_KIND: found.kind, CONF_WEBHOOK_ID: secrets.token_hex(16)}
        self._title = found.title or data[CONF_HOST]
        if found.is_thin_client:
            return self.async_create_entry(title=self._title, data=self._data)
        self._offer = await find_offer(self.hass, data, found)
        return await self.async_step_push()

    async def _may_take_over(
        self, entry: ViewWallConfigEntry, data: Mapping[str, Any], found: Found, *, is_typed: bool
    ) -> bool:
        """Tell whether an entry gets another address and login: never while its device answers where it was.

        Whoever has typed address and login means this device; what was announced may be somebody else's word.
        """
        if found.is_thin_client != (entry.data[CONF_KIND] == KIND_THIN_CLIENT):
            return False
        if is_typed:
            return entry.data[CONF_HOST] == data[CONF_HOST] or not await is_answering(self.hass, entry)
        if all(entry.data[key] == data[key] for key in (CONF_HOST, CONF_PORT, CONF_SSL)):
            return True
        return await is_gone(self.hass, entry, data[CONF_HOST])

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
            data = dict(entry.data) | login
            found, errors = await self._try(data, recognise_entry(self.hass, data, entry.unique_id))
            if not errors:
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
            data, errors = self._read_address(user_input, entry.data[CONF_PORT])
            found = None
            if not errors:
                asked = data | {CONF_KIND: entry.data[CONF_KIND]}
                found, errors = await self._try(data, recognise_entry(self.hass, asked, entry.unique_id))
            if not errors:
                found = await self._expect(entry, found)
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

    @staticmethod
    def _read_address(
        user_input: Mapping[str, Any], port_before: int | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        try:
            return entry_address(user_input, port_before), {}
        except ValueError:
            return {}, {CONF_HOST: "invalid_host"}

    async def _try(
        self, data: Mapping[str, Any], asking: Awaitable[Found | None]
    ) -> tuple[Found | None, dict[str, str]]:
        """Ask the device who it is, with exactly one login; raises AbortFlow if it tells that it is another."""
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            runtime = getattr(entry, "runtime_data", None)
            if isinstance(runtime, ThinClientRuntime) and entry.data[CONF_HOST] == data[CONF_HOST]:
                # Two sessions at once are one too many; it opens a new one when it needs it.
                await runtime.client.end_session()
        try:
            return await asking, {}
        except NobodyThereError:
            return None, {"base": "cannot_connect"}
        except ViewtronOtherDeviceError as error:
            is_bound = self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE)
            is_known = not is_bound and known_entry(self.hass, error.mac, error.serial) is not None
            raise AbortFlow("already_configured" if is_known else "unique_id_mismatch") from error
        except (ViewtronError, ThinClientError) as error:
            _LOGGER.debug("Set-up of %s failed: %s", data[CONF_HOST], error)
            key = error_key(error)
            return None, {"base": key if key in _FLOW_ERRORS else "unknown"}
        except Exception:
            _LOGGER.exception("Unexpected error while asking the device")
            return None, {"base": "unknown"}

    async def _expect(self, entry: ConfigEntry, found: Found | None) -> Found:
        """Return the device that has accepted the login, if it is the entry's; raises AbortFlow."""
        if found is None or not found.is_known_as(entry.unique_id):
            raise AbortFlow("unique_id_mismatch")
        # A device may tell a MAC since its firmware was renewed: it stays who it was.
        await self.async_set_unique_id(entry.unique_id, raise_on_progress=False)
        guard_of(self.hass, entry.entry_id).clear()
        return found
