"""Deprecated parts of Home Assistant are failures of the tests that use them."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.deprecation import deprecated_function
from homeassistant.helpers.frame import ReportBehavior, report_usage
from homeassistant.loader import async_get_integration
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.deprecations import deprecations


async def test_reported_usage(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    """Notice what Home Assistant reports of this integration."""
    await async_get_integration(hass, DOMAIN)
    report_usage(
        "does something of old",
        breaks_in_ha_version="2027.1",
        core_behavior=ReportBehavior.LOG,
        custom_integration_behavior=ReportBehavior.LOG,
        integration_domain=DOMAIN,
    )
    assert "2027.1" in deprecations(caplog.records)[0]
    # The fixture that looks at every test would find it, too.
    caplog.clear()


async def test_others(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    """Leave alone what others do."""

    @deprecated_function("new_function", breaks_in_ha_version="2027.1")
    def old_function() -> None:
        """Do nothing."""

    old_function()
    assert "new_function" in caplog.text
    assert deprecations(caplog.records) == []
