"""What the tests of the options share: a user's hands on the form of a camera or recorder."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.viewwall.const import DOMAIN
from tests.pushing import entity_id
from tests.simulators.ipc import IpcV2Simulator


async def open_form(hass: HomeAssistant, entry: ConfigEntry[Any]) -> ConfigFlowResult:
    """Open the options."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM, result
    return result


async def submit(hass: HomeAssistant, form: ConfigFlowResult, **typed: Any) -> ConfigFlowResult:
    """Send a form that is open, and wait for what comes of it; without a word about the hold time it stays 10."""
    result = await hass.config_entries.options.async_configure(form["flow_id"], {"hold_time": 10} | typed)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def choose(hass: HomeAssistant, entry: ConfigEntry[Any], **typed: Any) -> None:
    """Open the options, fill them in, and see the device run with them."""
    result = await submit(hass, await open_form(hass, entry), **typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result["errors"]
    assert entry.state is ConfigEntryState.LOADED


def fields(form: ConfigFlowResult, section: str | None = None) -> dict[str, tuple[Any, Any]]:
    """Return the fields of a form or of one of its sections, by name: how each is marked, and what it takes."""
    assert form["data_schema"] is not None
    schema = form["data_schema"].schema
    if section is not None:
        schema = schema[section].schema.schema
    return {str(key): (key, value) for key, value in schema.items()}


def shown(form: ConfigFlowResult, section: str | None = None) -> dict[str, Any]:
    """Return what stands in the fields of a form or of one of its sections."""
    return {
        name: key.default() if callable(key.default) else (key.description or {}).get("suggested_value")
        for name, (key, _) in fields(form, section).items()
    }


def collapsed(form: ConfigFlowResult, section: str) -> bool:
    """Tell whether a section is closed at first."""
    is_collapsed: bool = fields(form)[section][1].options["collapsed"]
    return is_collapsed


def choices(form: ConfigFlowResult, field: str) -> dict[str, str]:
    """Return what can be chosen in a field, with the words that the user sees."""
    return {option["value"]: option["label"] for option in fields(form)[field][1].config["options"]}


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry[Any]) -> ConfigFlowResult:
    """Open the form for another address or login."""
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    return await hass.config_entries.flow.async_init(DOMAIN, context=context)


async def subscribe(hass: HomeAssistant, camera: IpcV2Simulator, entry: ConfigEntry[Any]) -> None:
    """Let ViewWall use a slot of the camera, as a user does."""
    target = {"entity_id": entity_id(hass, camera, "switch.push_subscription")}
    await hass.services.async_call("switch", "turn_on", target, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.options["push_subscription"] is True
    assert paths(camera) == [f"/api/webhook/{entry.data['webhook_id']}"]


def paths(camera: IpcV2Simulator) -> list[str]:
    """Return the paths that the camera posts to."""
    return [slot.path for slot in camera.slots() if slot.domain]
