"""What the tests of the blueprints share: using one as a user does, and a telephone."""

import asyncio
import json
from pathlib import Path
import shutil
from typing import Any, Final

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import yaml
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

FOLDER: Final = Path(__file__).parents[1] / "blueprints" / "automation" / "viewwall"
FILES: Final = sorted(path.name for path in FOLDER.glob("*.yaml"))
ALIAS: Final = "Under test"
AUTOMATION: Final = "automation.under_test"
CONFIGURATION: Final = "configuration.yaml"


def load(file: str) -> Blueprint:
    """Return a blueprint as Home Assistant reads it."""
    data = yaml.load_yaml_dict(FOLDER / file)
    return Blueprint(data, path=file, expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA)


async def use(hass: HomeAssistant, folder: Path, file: str, **inputs: Any) -> None:
    """Make an automation of a blueprint; it runs when this returns."""
    hass.config.config_dir = str(folder)
    shutil.copytree(FOLDER, folder / "blueprints" / "automation" / "viewwall", dirs_exist_ok=True)
    used = {"path": f"viewwall/{file}", "input": inputs}
    config = {"automation": [{"id": "under_test", "alias": ALIAS, "use_blueprint": used}]}
    _write(folder, config)
    assert await async_setup_component(hass, "blueprint", {})
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    assert _is_on(hass)


async def change(hass: HomeAssistant, folder: Path) -> None:
    """Change the automation a little, which stops it and begins anew."""
    config = json.loads((folder / CONFIGURATION).read_text())
    config["automation"][0]["description"] = "changed"
    _write(folder, config)
    await hass.services.async_call("automation", "reload", {}, blocking=True)
    await hass.async_block_till_done()
    assert _is_on(hass)


def _write(folder: Path, config: dict[str, Any]) -> None:
    # JSON is YAML.
    (folder / CONFIGURATION).write_text(json.dumps(config))


def _is_on(hass: HomeAssistant) -> bool:
    state = hass.states.get(AUTOMATION)
    return state is not None and state.state == "on"


def phone(hass: HomeAssistant, name: str = "Ann's phone") -> str:
    """Return the device of a telephone with Home Assistant's app."""
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", name)}, name=name
    )
    return device.id


def messages(hass: HomeAssistant, name: str = "ann_s_phone") -> list[ServiceCall]:
    """Return what a telephone will have received."""
    calls: list[ServiceCall] = async_mock_service(hass, "notify", f"mobile_app_{name}")
    return calls


async def settle(rounds: int = 300) -> None:
    """Let everything run that needs no time; without a device it needs few rounds."""
    for _ in range(rounds):
        await asyncio.sleep(0)
