"""What a user can repair, and how."""

from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
import probatio

from .errors import error_key
from .push_address import find_device, push_placeholders
from .push_repairs import push_repair_flow
from .push_watch import push_issue_id
from .runtime import ViewtronRuntime, ViewWallConfigEntry
from .viewtron.errors import ViewtronError

_CLOCK_ERRORS: Final = frozenset({"cannot_connect", "ignored", "no_permission", "other_device", "unknown_zone"})
"""What can go wrong that the user can do something about."""


class ForeignDeviceRepairFlow(RepairsFlow):
    """Shows which address belongs to which device, after another one has posted to it."""

    def __init__(self, entry_id: str, sender: str, address: str) -> None:
        """Repair the entry that `sender` posted to from `address`."""
        self._entry_id = entry_id
        self._stranger = {"sender": sender, "address": address}

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with the explanation."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the address and its only owner; the secret in it stands in this form alone."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return self.async_abort(reason="entry_removed")
        if user_input is not None:
            return self.async_create_entry(data={})
        host: str = entry.data[CONF_HOST]
        await find_device(self.hass, host)
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({}),
            description_placeholders=push_placeholders(
                self.hass, entry.data[CONF_WEBHOOK_ID], host=host, options=entry.options
            )
            | {"device": entry.title}
            | self._stranger,
        )


class ClockRepairFlow(RepairsFlow):
    """Sets a device's clock that is far off."""

    def __init__(self, entry_id: str, told: dict[str, str]) -> None:
        """Repair the clock of an entry's device; `told` is what the issue says."""
        self._entry_id = entry_id
        self._told = told

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with the explanation."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Set the clock when the user says so."""
        entry: ViewWallConfigEntry | None = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return self.async_abort(reason="entry_removed")
        errors: dict[str, str] = {}
        if user_input is not None:
            if entry.state is not ConfigEntryState.LOADED or not isinstance(entry.runtime_data, ViewtronRuntime):
                errors["base"] = "not_running"
            else:
                try:
                    await entry.runtime_data.coordinator.sync_clock()
                except ViewtronError as error:
                    key = error_key(error)
                    errors["base"] = key if key in _CLOCK_ERRORS else "unknown"
                else:
                    return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({}),
            errors=errors,
            description_placeholders=self._told,
        )


async def async_create_fix_flow(hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    known = data or {}
    if issue_id.startswith("clock_wrong_"):
        told = {name: str(known.get(name, "?")) for name in ("device", "shown", "true")}
        return ClockRepairFlow(str(known.get("entry_id", "")), told)
    if issue_id == push_issue_id(str(known.get("entry_id"))):
        return push_repair_flow(hass, issue_id, known)
    return ForeignDeviceRepairFlow(known.get("entry_id", ""), known.get("sender", "?"), known.get("address", "?"))
