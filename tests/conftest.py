"""Fixtures that all tests share."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from unittest.mock import AsyncMock, patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.http import ApiConfig
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

# Before anything of the test plugin: its own testing configuration would shadow this package.
from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.runtime import ViewWallConfigEntry
from custom_components.viewwall.wall_runtime import ThinClientConfigEntry
from tests.deprecations import deprecations
from tests.repairing import User
from tests.simulators.device import Simulator
from tests.simulators.thin_client import ThinClientSimulator

type Later = Callable[[float], Awaitable[None]]
"""Lets seconds pass, and waits for what they bring."""
type SetUp = Callable[..., Awaitable[ViewWallConfigEntry]]
"""Sets a simulated device up through the config flow, and connects its push."""


type SetUpWall = Callable[..., Awaitable[ThinClientConfigEntry]]
"""Sets a simulated Thin Client up through the config flow."""


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find this integration, in tests that have a Home Assistant."""
    if "hass" not in request.fixturenames:
        return
    if "recorder_mock" in request.fixturenames:
        # The recorder wants to be there before Home Assistant is.
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(name="quiet_set_up")
def _quiet_set_up() -> Iterator[AsyncMock]:
    """Let flows end without a running entry behind them."""
    with (
        patch("custom_components.viewwall.async_setup_entry", return_value=True) as set_up,
        patch("custom_components.viewwall.async_unload_entry", return_value=True),
    ):
        yield set_up


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode to `--asyncio-debug`: the test library's own fixture doubles the suite's time."""


@pytest.fixture(autouse=True)
def _nothing_deprecated(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where Home Assistant tells that it will drop something that is used."""
    yield
    assert deprecations([*caplog.get_records("setup"), *caplog.get_records("call")]) == []


def address_of(simulator: Simulator, **other: Any) -> dict[str, Any]:
    """Return what a user types into the form to add a simulated device."""
    return {
        "host": simulator.host,
        "username": simulator.username,
        "password": simulator.password,
        "connection": {"port": simulator.port},
    } | other


async def begin_manual(hass: HomeAssistant) -> ConfigFlowResult:
    """Start a flow as a user does who chooses to type an address; return its form."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert flow["type"] is FlowResultType.MENU, flow
    return await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "manual"})


@pytest.fixture
def set_up(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, socket_enabled: None) -> SetUp:
    """Return a function that adds a simulated device as a user does, its push address included."""

    async def _set_up(simulator: Simulator, **other: Any) -> ViewWallConfigEntry:
        flow = await begin_manual(hass)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(simulator, **other))
        assert result["step_id"] == "push", result
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
        assert result["type"] is FlowResultType.CREATE_ENTRY
        await hass.async_block_till_done()
        client = await hass_client_no_auth()
        entry: ViewWallConfigEntry = result["result"]
        simulator.push_url = str(client.make_url(f"/api/webhook/{entry.data['webhook_id']}"))
        return entry

    return _set_up


@pytest.fixture
def set_up_wall(hass: HomeAssistant, socket_enabled: None) -> SetUpWall:
    """Return a function that adds a simulated Thin Client as a user does."""

    async def _set_up_wall(simulator: ThinClientSimulator, **other: Any) -> ThinClientConfigEntry:
        flow = await begin_manual(hass)
        address = {
            "host": simulator.host,
            "password": simulator.password,
            "connection": {"port": simulator.port},
        } | other
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address)
        assert result["type"] is FlowResultType.CREATE_ENTRY, result
        await hass.async_block_till_done()
        entry: ThinClientConfigEntry = result["result"]
        return entry

    return _set_up_wall


@pytest.fixture
async def user(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    hass_access_token: str,
    socket_enabled: None,
) -> User:
    """Return somebody who looks at repairs; Home Assistant knows at which port it really answers."""
    for part in ("camera", "diagnostics", "image", "repairs", "webhook", "websocket_api"):
        # Their views cannot be added to a server that runs.
        assert await async_setup_component(hass, part, {})
    port = (await hass_client()).server.port
    hass.config.api = ApiConfig("127.0.0.1", "127.0.0.1", port, False)
    login = hass.auth.async_validate_access_token(hass_access_token)
    assert login is not None

    def _token() -> str:
        return hass.auth.async_create_access_token(login)

    return User(hass, port, lambda: hass_client(_token()), lambda: hass_ws_client(hass, _token()))


@pytest.fixture
def later(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Later:
    """Return a function that lets seconds pass, and waits for what they bring."""

    async def _later(seconds: float) -> None:
        freezer.tick(seconds)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return _later
