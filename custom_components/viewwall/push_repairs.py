"""What a user can do about a device whose messages do not arrive."""

from collections.abc import Mapping
import logging
from typing import Any, Final, cast

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import TextSelector
import probatio

from .const import CONF_KIND, CONF_POLLING_ALONE, CONF_PUSH_ADDRESS, CONF_PUSH_SUBSCRIPTION, DOMAIN
from .errors import error_key
from .owed import StillOwedError
from .push_address import (
    AddressTrouble,
    check_base,
    find_device,
    judge_address,
    push_placeholders,
    suggested_base,
)
from .push_findings import can_set_up, is_set_up, what_is_wrong
from .push_health import PushTrouble
from .runtime import ViewtronConfigEntry, ViewtronRuntime
from .viewtron.errors import ViewtronError, ViewtronNotSupportedError
from .viewtron.models import DeviceKind

_LOGGER = logging.getLogger(__name__)

FIELD_SET_UP: Final = "set_up"
FIELD_RESTART: Final = "restart"

_ADDRESS_ERRORS: Final[Mapping[AddressTrouble, str]] = {
    AddressTrouble.NOT_PRIVATE: "address_outside",
    AddressTrouble.HTTPS: "address_https",
    AddressTrouble.LOOPBACK: "address_loopback",
    AddressTrouble.DOCKER: "address_docker",
    AddressTrouble.NAME: "address_name",
}
_SET_UP: Final = {probatio.Optional(FIELD_SET_UP, default=False): bool}
_RESTART: Final = {probatio.Optional(FIELD_RESTART, default=False): bool}
_RELEASE_ERRORS: Final = frozenset(
    {
        "account_locked",
        "api_disabled",
        "cannot_connect",
        "foreign_login",
        "invalid_auth",
        "no_permission",
        "not_running",
        "other_device",
    }
)
"""What can be in the way of taking our address out, besides `not_taken`."""
_FINDINGS: Final = frozenset(
    {
        "account_locked",
        "all_right",
        "api_disabled",
        "cannot_connect",
        "cannot_see",
        "foreign_login",
        "incomplete",
        "invalid_auth",
        "no_permission",
        "no_slot",
        "not_in_camera",
        "not_restarted",
        "not_running",
        "not_taken",
        "other_address",
        "other_device",
        "other_path",
        "still_nothing",
        "switched_off",
        "taken_away",
    }
)
"""What a look at a device can find."""
_CLAIMED: Final = "claimed"
_RESTARTING: Final = "restarting"
"""What a look has done: no error, but a step of its own."""


class PushAddressRepairFlow(RepairsFlow):
    """Gives a device an address of Home Assistant that works, or expects nothing from it any more."""

    def __init__(self, entry_id: str, told: Mapping[str, str], trouble: PushTrouble) -> None:
        """Repair the address of an entry; `told` is what the issue says."""
        self._entry_id = entry_id
        self._told = told
        self._trouble = trouble

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Offer the ways out; no address of ours helps a device outside of the house."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        if self._trouble is PushTrouble.NOT_PRIVATE:
            return await self.async_step_outside()
        return self.async_show_menu(
            step_id="init",
            menu_options=["new_address", "polling_alone"],
            description_placeholders=await _shown(self.hass, entry, self._told),
        )

    async def async_step_outside(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Offer the only way out for a device that Home Assistant does not listen to."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        return self.async_show_menu(
            step_id="outside",
            menu_options=["polling_alone"],
            description_placeholders=await _shown(self.hass, entry, self._told),
        )

    async def async_step_new_address(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the address at which the device reaches Home Assistant."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        errors: dict[str, str] = {}
        typed: str | None
        if user_input is not None:
            typed = user_input[CONF_PUSH_ADDRESS]
            if (found := await self._judge(entry, typed)) is None:
                await _store(self.hass, entry, {CONF_PUSH_ADDRESS: check_base(typed)})
                return await self.async_step_written()
            errors[CONF_PUSH_ADDRESS] = found
        else:
            await find_device(self.hass, entry.data[CONF_HOST])
            typed = suggested_base(self.hass, entry.data[CONF_HOST])
            if await self._judge(entry, typed) is not None:
                # What would be refused is no suggestion.
                typed = None
        field = probatio.Required(CONF_PUSH_ADDRESS, description={"suggested_value": typed})
        return self.async_show_form(
            step_id="new_address",
            data_schema=probatio.Schema({field: TextSelector()}),
            errors=errors,
            description_placeholders=await _shown(self.hass, entry, self._told)
            | {"example": "http://192.168.1.10:8123"},
        )

    async def async_step_written(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Tell that the camera has the new address already."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        if user_input is not None:
            return self.async_create_entry(data={})
        runtime = _running(entry)
        if runtime is None or not is_set_up(runtime):
            return await self.async_step_by_hand()
        return self.async_show_form(
            step_id="written",
            data_schema=probatio.Schema({}),
            description_placeholders=await _shown(self.hass, entry, self._told),
            last_step=True,
        )

    async def async_step_by_hand(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show the new address, to be typed into the device."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        if user_input is not None:
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="by_hand",
            data_schema=probatio.Schema({}),
            description_placeholders=await _shown(self.hass, entry, self._told),
            last_step=True,
        )

    async def async_step_polling_alone(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Expect nothing from the device any more, and take our address out of it."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        errors: dict[str, str] = {}
        if (found := await self._release(entry)) is None:
            await _store(self.hass, entry, {CONF_POLLING_ALONE: True})
            return self.async_create_entry(data={})
        errors["base"] = found if found in _RELEASE_ERRORS else "not_taken"
        return self.async_show_form(
            step_id="polling_alone",
            data_schema=probatio.Schema({}),
            errors=errors,
            description_placeholders=await _shown(self.hass, entry, self._told),
        )

    async def _judge(self, entry: ViewtronConfigEntry, typed: str) -> str | None:
        """Return the error of an address, None if nothing is known against it."""
        try:
            base = check_base(typed)
        except ValueError:
            return "address_invalid"
        options = {**entry.options, CONF_PUSH_ADDRESS: base}
        trouble = await judge_address(self.hass, host=entry.data[CONF_HOST], options=options)
        return None if trouble is None else _ADDRESS_ERRORS[trouble]

    async def _release(self, entry: ViewtronConfigEntry) -> str | None:
        """Take our address out of the camera if we have put it there; return what is in the way."""
        if entry.options.get(CONF_PUSH_SUBSCRIPTION) is not True:
            return None
        if (runtime := _running(entry)) is None:
            return "not_running"
        try:
            await runtime.provisioning.unsubscribe(is_refusal=False)
        except ViewtronError as error:
            return _device_error(error)
        except HomeAssistantError:
            return "not_running"
        return None


class PushCheckRepairFlow(RepairsFlow):
    """Looks at a device whose messages do not come, says what it finds, and mends what it can."""

    def __init__(self, entry_id: str, told: Mapping[str, str]) -> None:
        """Look at the device of an entry; `told` is what the issue says."""
        self._entry_id = entry_id
        self._told = told

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin with the explanation for this kind of device."""
        entry = _entry(self.hass, self._entry_id)
        if entry is not None and DeviceKind(entry.data[CONF_KIND]).is_nvr:
            return await self.async_step_recorder()
        return await self.async_step_check()

    async def async_step_check(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Look at the camera when the user says so."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        errors: dict[str, str] = {}
        if user_input is not None:
            found = await self._look(entry, user_input)
            if (result := await self._go_on(found)) is not None:
                return result
            errors["base"] = found if found in _FINDINGS else "unknown"
        return self.async_show_form(
            step_id="check",
            data_schema=_camera_schema(_running(entry)),
            errors=errors,
            description_placeholders=await _shown(self.hass, entry, self._told),
        )

    async def async_step_recorder(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show what to type into the recorder, which cannot be set over the network, and look when told to."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        errors: dict[str, str] = {}
        if user_input is not None:
            found = await self._look(entry, user_input)
            if (result := await self._go_on(found)) is not None:
                return result
            errors["base"] = found if found in _FINDINGS else "unknown"
        return self.async_show_form(
            step_id="recorder",
            data_schema=_recorder_schema(_running(entry)),
            errors=errors,
            description_placeholders=await _shown(self.hass, entry, self._told),
        )

    async def async_step_claimed(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Tell that the address has been written; look again if it has not helped and the time for that is over."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        if user_input is None:
            return self.async_show_form(
                step_id="claimed",
                data_schema=probatio.Schema({}),
                description_placeholders=await _shown(self.hass, entry, self._told),
                last_step=True,
            )
        if (runtime := _running(entry)) is not None and runtime.push_watch.trouble is None:
            return self.async_create_entry(data={})
        return await self.async_step_check({})

    async def async_step_restarting(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Tell that the device restarts; then look again."""
        if (entry := _entry(self.hass, self._entry_id)) is None:
            return self.async_abort(reason="entry_removed")
        if user_input is None:
            return self.async_show_form(
                step_id="restarting",
                data_schema=probatio.Schema({}),
                description_placeholders=await _shown(self.hass, entry, self._told),
            )
        is_recorder = DeviceKind(entry.data[CONF_KIND]).is_nvr
        return await (self.async_step_recorder({}) if is_recorder else self.async_step_check({}))

    async def _go_on(self, found: str | None) -> RepairsFlowResult | None:
        """Return what follows a look at the device, None if there is nothing to tell but what is in the way."""
        if found is None:
            return self.async_create_entry(data={})
        if found == _CLAIMED:
            return await self.async_step_claimed()
        return await self.async_step_restarting() if found == _RESTARTING else None

    async def _look(self, entry: ViewtronConfigEntry, wishes: Mapping[str, Any]) -> str | None:
        """Do what the user wishes, and look; return what is found, None if messages arrive."""
        if (runtime := _running(entry)) is None:
            return "not_running"
        is_restart, is_set_up = bool(wishes.get(FIELD_RESTART)), bool(wishes.get(FIELD_SET_UP))
        try:
            if is_set_up:
                await runtime.provisioning.subscribe(is_dead=runtime.push.alive is not True)
            if is_restart:
                await runtime.restart()
                return _RESTARTING
            if not is_set_up:
                runtime.coordinator.doubt()
                await runtime.coordinator.prove()
                await self._check_slots(runtime)
        except StillOwedError:
            return "not_restarted"
        except ViewtronError as error:
            _LOGGER.debug("Looking at the events of %s: %s", runtime.entry.title, error)
            return _device_error(error)
        except HomeAssistantError:
            return "not_running"
        await runtime.push_watch.judge()
        if runtime.push.alive is True:
            return None
        found = what_is_wrong(runtime)
        # While the camera has time to send, nothing is wrong.
        is_early = found == "all_right" and runtime.push_watch.trouble is None
        return _CLAIMED if is_set_up or is_early else found

    async def _check_slots(self, runtime: ViewtronRuntime) -> None:
        """Look where the camera posts to, if it can tell. Raises any other ViewtronError."""
        if runtime.info.kind.is_nvr:
            return
        try:
            await runtime.provisioning.check()
        except ViewtronNotSupportedError as error:
            _LOGGER.debug("%s does not tell where it posts to: %s", runtime.entry.title, error)


def push_repair_flow(hass: HomeAssistant, issue_id: str, data: Mapping[str, Any]) -> RepairsFlow:
    """Return the flow that fixes an issue about a device's messages; `data` is the issue's."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    told = (issue.translation_placeholders if issue is not None else None) or {}
    trouble = PushTrouble(data["trouble"])
    if trouble.value in AddressTrouble:
        return PushAddressRepairFlow(data["entry_id"], told, trouble)
    return PushCheckRepairFlow(data["entry_id"], told)


def _entry(hass: HomeAssistant, entry_id: str) -> ViewtronConfigEntry | None:
    return cast("ViewtronConfigEntry | None", hass.config_entries.async_get_entry(entry_id))


async def _shown(hass: HomeAssistant, entry: ViewtronConfigEntry, told: Mapping[str, str]) -> dict[str, str]:
    """Return what a form shows; the secret in the address stands in forms alone."""
    host: str = entry.data[CONF_HOST]
    await find_device(hass, host)
    pieces = push_placeholders(hass, entry.data[CONF_WEBHOOK_ID], host=host, options=entry.options)
    runtime = _running(entry)
    return {**told, **(runtime.push_watch.told() if runtime is not None else {}), **pieces}


async def _store(hass: HomeAssistant, entry: ViewtronConfigEntry, options: Mapping[str, Any]) -> None:
    """Store options, and let them take effect."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    if entry.state.recoverable:
        await hass.config_entries.async_reload(entry.entry_id)


def _running(entry: ViewtronConfigEntry) -> ViewtronRuntime | None:
    return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None


def _device_error(error: ViewtronError) -> str:
    key = error_key(error)
    return key if key in _FINDINGS else "not_taken"


def _camera_schema(runtime: ViewtronRuntime | None) -> probatio.Schema:
    """Return the form for a camera: what ViewWall can do about it, each with the user's consent only."""
    return probatio.Schema(
        {
            **(_SET_UP if runtime is not None and can_set_up(runtime) else {}),
            **(_RESTART if runtime is not None and runtime.coordinator.data.can_restart else {}),
        }
    )


def _recorder_schema(runtime: ViewtronRuntime | None) -> probatio.Schema:
    """Return the form for a recorder, which can at best be restarted."""
    return probatio.Schema(_RESTART if runtime is not None and runtime.coordinator.data.can_restart else {})
