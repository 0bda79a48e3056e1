"""The dashboard that Home Assistant offers: browsers get it once, and only where there are browsers."""

from http import HTTPStatus
import json
from pathlib import Path
from unittest.mock import patch

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from tests.conftest import SetUp
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator

FOLDER = Path(__file__).parents[1] / "custom_components" / "viewwall"
SCRIPT = FOLDER / "frontend" / "viewwall-strategy.js"


async def test_loaded_once(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, set_up: SetUp) -> None:
    """Give browsers the file under an address that changes with the version, however many devices there are."""
    with patch("homeassistant.components.frontend._frontend_root", return_value=FOLDER):
        assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, DOMAIN, {})
    version = json.loads((FOLDER / "manifest.json").read_text())["version"]
    expected = {f"/viewwall_frontend/viewwall-strategy.js?v={version}"}
    async with IpcV1Simulator() as yard, IpcV2Simulator() as gate:
        await set_up(yard)
        entry = await set_up(gate)
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert {url for url in hass.data[DATA_EXTRA_MODULE_URL].urls if DOMAIN in url} == expected
    client = await hass_client_no_auth()
    answer = await client.get(expected.pop())
    assert answer.status == HTTPStatus.OK
    assert "javascript" in answer.headers["Content-Type"]
    assert "max-age" in answer.headers["Cache-Control"]
    assert await answer.text() == SCRIPT.read_text()


async def test_without_a_frontend(hass: HomeAssistant) -> None:
    """Need no frontend."""
    assert await async_setup_component(hass, "http", {})
    with patch.object(hass.http, "async_register_static_paths") as register:
        assert await async_setup_component(hass, DOMAIN, {})
    assert "frontend" not in hass.config.components
    assert DATA_EXTRA_MODULE_URL not in hass.data
    register.assert_not_called()


def test_script() -> None:
    """Name what the public face names, speak all languages, and fetch nothing from elsewhere."""
    text = SCRIPT.read_text()
    for word in ('"ll-strategy-dashboard-viewwall"', '"ll-strategy-view-viewwall"', "window.customStrategies"):
        assert word in text
    keys = json.loads((FOLDER / "translations" / "en.json").read_text())["entity"]
    for platform, key in (
        ("camera", "main"),
        ("camera", "sub"),
        ("event", "detection"),
        ("event", "license_plate"),
        ("image", "plate"),
        ("select", "panel"),
        ("select", "full_screen"),
        ("sensor", "last_plate"),
        ("button", "stop_display"),
    ):
        assert key in keys[platform]
        assert f'"{platform}.{key}"' in text
    for key in ("storage_problem", "video_loss", "connectivity", "event_push", "person_present", "car_present"):
        assert key in keys["binary_sensor"]
        assert key in text
    for language in ("en", "de", "fr", "es", "nl"):
        assert f"  {language}: {{\n    description:" in text
    assert not [line for line in text.splitlines() if "import " in line or "fetch(" in line]
    assert len(text.splitlines()) < 400
