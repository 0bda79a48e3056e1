"""What users type as the address of a device."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.conftest import address_of, begin_manual
from tests.simulators.ipc import IpcV2Simulator

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize(
    "host",
    ["a b", "192.0.2.1 0", "ftp://192.0.2.1", "rtsp://192.0.2.1/profile1", "192.0.2.1:0", "192.0.2.1:80:90", "http://"],
)
async def test_what_can_be_no_address(hass: HomeAssistant, host: str) -> None:
    """Refuse what can be no address without asking the network, and let the user try again."""
    async with IpcV2Simulator() as camera:
        flow = await begin_manual(hass)
        typed = {"host": host, "username": camera.username, "password": camera.password}
        with patch("aiohttp.ClientSession._request", side_effect=AssertionError("the network was asked")):
            result = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "manual"
        assert result["errors"] == {"host": "invalid_host"}
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(camera))
        assert result["step_id"] == "push"


@pytest.mark.parametrize(
    "form", ["{host}", " {host} ", "{host}:{port}", "http://{host}:{port}", "http://{host}:{port}/"]
)
async def test_what_is_an_address(hass: HomeAssistant, form: str) -> None:
    """Take an address with blanks around it, with a port, and as a browser shows it."""
    async with IpcV2Simulator() as camera:
        flow = await begin_manual(hass)
        host = form.format(host=camera.host, port=camera.port)
        typed = address_of(camera, host=host)
        with patch("custom_components.viewwall.async_setup_entry", return_value=True):
            result = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
            assert result["step_id"] == "push"
            result = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
        data = result["data"]
        assert (data["host"], data["port"], data["ssl"]) == (camera.host, camera.port, False)
