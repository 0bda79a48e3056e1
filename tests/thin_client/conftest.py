"""What the tests of the Thin Client protocol package share."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from custom_components.viewwall.thin_client import ThinClient

from .scripted import PASSWORD, ScriptedWall

type MakeClient = Callable[..., ThinClient]


@pytest.fixture
async def wall(socket_enabled: None) -> AsyncIterator[ScriptedWall]:
    """Run a device."""
    async with ScriptedWall() as device:
        yield device


@pytest.fixture
async def make_client(socket_enabled: None) -> AsyncIterator[MakeClient]:
    """Make clients for a port of the loopback address."""
    async with aiohttp.ClientSession() as session:

        def make(port: int, *, password: str = PASSWORD) -> ThinClient:
            return ThinClient(session, "127.0.0.1", password, port=port)

        yield make


@pytest.fixture
def client(wall: ScriptedWall, make_client: MakeClient) -> ThinClient:
    """Make a client for the device."""
    return make_client(wall.port)
