"""The dashboard that Home Assistant offers in "Add dashboard"."""

from pathlib import Path
from typing import Final

from homeassistant.components import frontend
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

STRATEGY_URL: Final = f"/{DOMAIN}_frontend/viewwall-strategy.js"
_FILE: Final = Path(__file__).parent / "frontend" / "viewwall-strategy.js"


async def async_setup_dashboard(hass: HomeAssistant) -> None:
    """Let browsers load the dashboard, where Home Assistant has a frontend at all."""
    if frontend.DOMAIN not in hass.config.components:
        return
    integration = await async_get_integration(hass, DOMAIN)
    await hass.http.async_register_static_paths([StaticPathConfig(STRATEGY_URL, str(_FILE), cache_headers=True)])
    # Browsers keep the file for a month: only another address brings the next version.
    frontend.add_extra_js_url(hass, f"{STRATEGY_URL}?v={integration.version}")
