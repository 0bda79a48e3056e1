"""What the tests of the Viewtron protocol package share."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient

from .scripted import PASSWORD, USERNAME

type MakeClient = Callable[..., ViewtronClient]


@pytest.fixture
async def make_client(socket_enabled: None) -> AsyncIterator[MakeClient]:
    """Make clients for a port of the loopback address, on one session that never sends credentials by itself."""
    async with aiohttp.ClientSession() as session:

        def make(port: int, *, password: str = PASSWORD, username: str = USERNAME) -> ViewtronClient:
            return ViewtronClient(session, "127.0.0.1", username, password, port=port)

        yield make
