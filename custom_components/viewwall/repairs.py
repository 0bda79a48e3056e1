"""What a user can repair, and how."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
import probatio

from .push_url import push_placeholders


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
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({}),
            description_placeholders=push_placeholders(self.hass, entry.data[CONF_WEBHOOK_ID])
            | {"device": entry.title}
            | self._stranger,
        )


async def async_create_fix_flow(hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    known = data or {}
    return ForeignDeviceRepairFlow(known.get("entry_id", ""), known.get("sender", "?"), known.get("address", "?"))
