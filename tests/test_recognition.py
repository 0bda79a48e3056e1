"""Whether a Thin Client is at an address, asked without a login."""

import socket
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.recognition import is_thin_client_at
from tests.simulators.thin_client import ThinClientSimulator


def _address(host: str, port: int) -> dict[str, Any]:
    return {"host": host, "port": port, "ssl": False, "verify_ssl": False, "username": "", "password": "never sent"}


@pytest.mark.usefixtures("socket_enabled")
async def test_nobody_there(hass: HomeAssistant) -> None:
    """Take silence for no, and a Thin Client for what it is; log in at neither."""
    async with ThinClientSimulator() as wall:
        assert await is_thin_client_at(hass, _address(wall.host, wall.port))
        assert wall.sessions == []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert not await is_thin_client_at(hass, _address("127.0.0.1", port))
