"""Setting a Thin Client up through the same door as a camera, signing in again, and moving it."""

import asyncio
from collections.abc import Callable, Iterator
from http import HTTPStatus
import json
import logging
from pathlib import Path
import re
from typing import Any, override
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.login_guard import guard_of
from custom_components.viewwall.thin_client import DeviceInfo, ThinClient, ThinClientConnectionError
from custom_components.viewwall.viewtron.client import ViewtronClient
from tests.conftest import address_of, begin_manual
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Answer
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape

pytestmark = pytest.mark.usefixtures("socket_enabled", "quiet_set_up")

TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)["config"]
WEBHOOK_ID = "00112233445566778899aabbccddeeff"
OTHER_SERIAL = "585b69770299"
INFO = DeviceInfo(serial="585b69770201", name="Lobby wall")

type Break = Callable[[ThinClientSimulator], None]


@pytest.fixture(autouse=True)
def _no_way_to_invented_addresses() -> Iterator[None]:
    """Look for no way to devices that are not there."""
    with patch("custom_components.viewwall.push_address.source_of", return_value=None):
        yield


async def begin(hass: HomeAssistant) -> str:
    """Start a flow as a user does and return its id."""
    return (await begin_manual(hass))["flow_id"]


async def answer(hass: HomeAssistant, flow_id: str, **typed: Any) -> ConfigFlowResult:
    """Fill in the form of a flow."""
    result = await hass.config_entries.flow.async_configure(flow_id, typed)
    await hass.async_block_till_done()
    return result


def typed_for(wall: ThinClientSimulator, **other: Any) -> dict[str, Any]:
    """Return what a user types to add a simulated Thin Client."""
    return {"host": wall.host, "password": wall.password, "connection": {"port": wall.port}} | other


def entry_of(wall: ThinClientSimulator, **other: Any) -> MockConfigEntry:
    """Return the entry that a flow for this Thin Client would have made."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=wall.name,
        unique_id=wall.serial,
        data={
            "host": wall.host,
            "port": wall.port,
            "ssl": False,
            "verify_ssl": False,
            "username": "admin",
            "password": "wall-Clock-5",
            "kind": "thin_client",
            "webhook_id": WEBHOOK_ID,
        }
        | other,
    )


def logins(wall: ThinClientSimulator) -> int:
    """Count the logins that the device has seen, as a Thin Client and as anything else."""
    return sum(request.call == "create_session" for request in wall.requests)


def fields_of(result: ConfigFlowResult) -> list[str]:
    """Return the fields of a form."""
    schema = result["data_schema"]
    assert schema is not None
    return [str(key) for key in schema.schema]


# The same front door.


@pytest.mark.parametrize("shape", list(Shape))
async def test_host_and_password_are_enough(
    hass: HomeAssistant, shape: Shape, caplog: pytest.LogCaptureFixture
) -> None:
    """Recognise a Thin Client, log in once, leave no session, and store what the public face lists, no more."""
    caplog.set_level(logging.DEBUG)
    async with ThinClientSimulator(shape=shape) as wall:
        result = await answer(hass, await begin(hass), **typed_for(wall))

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert wall.sessions == []
        assert wall.most_sessions == 1
        assert logins(wall) == 1
    entry = result["result"]
    assert entry.title == "Lobby wall"
    assert entry.unique_id == "585b69770201"
    assert entry.data == {
        "host": wall.host,
        "port": wall.port,
        "ssl": False,
        "verify_ssl": False,
        "username": "admin",
        "password": "wall-Clock-5",
        "kind": "thin_client",
        "webhook_id": entry.data["webhook_id"],
    }
    assert re.fullmatch(r"[0-9a-f]{32}", entry.data["webhook_id"])
    assert entry.options == {}
    assert "wall-Clock-5" not in caplog.text


async def test_user_name_is_ignored(hass: HomeAssistant) -> None:
    """Log in as the only user there is, whatever stands in the form."""
    async with ThinClientSimulator() as wall:
        result = await answer(hass, await begin(hass), **typed_for(wall, username="viewer"))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].data["username"] == "admin"


async def test_nameless_wall_is_called_by_its_address(hass: HomeAssistant) -> None:
    """Take the address as title where the device has no name."""
    async with ThinClientSimulator() as wall:
        wall.settings["DeviceName"] = ""
        result = await answer(hass, await begin(hass), **typed_for(wall))

    assert result["title"] == wall.host


@pytest.mark.parametrize(
    ("typed", "host", "port", "ssl"),
    [
        ("192.0.2.20", "192.0.2.20", None, False),
        ("http://192.0.2.20:8080/index.html", "192.0.2.20", 8080, False),
        ("https://wall.home.arpa", "wall.home.arpa", None, True),
        ("fd00::20", "fd00::20", None, False),
        ("[fd00::20]:81", "fd00::20", 81, False),
    ],
)
async def test_address_in_every_form(hass: HomeAssistant, typed: str, host: str, port: int | None, ssl: bool) -> None:
    """Take an address apart that was pasted from a browser."""
    with (
        patch.object(ThinClient, "looks_like_thin_client", return_value=True),
        patch.object(ThinClient, "identify", return_value=INFO),
    ):
        result = await answer(hass, await begin(hass), host=typed, password="secret")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    data = result["result"].data
    assert (data["host"], data["port"], data["ssl"]) == (host, port, ssl)


async def test_address_with_scheme_reaches_the_wall(hass: HomeAssistant) -> None:
    """Connect to what was pasted."""
    async with ThinClientSimulator() as wall:
        result = await answer(hass, await begin(hass), host=f"{wall.url}/Panel", password=wall.password)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].data["port"] == wall.port


# Errors, each told apart, and the way out of them.


def _wrong_password(wall: ThinClientSimulator) -> None:
    wall.password = "changed-On-Site-8"


def _fault(**faults: Any) -> Break:
    """Return what makes a wall misbehave."""

    def spoil(wall: ThinClientSimulator) -> None:
        wall.faults = Faults(**faults)

    return spoil


def _refuse(wall: ThinClientSimulator) -> None:
    wall.faults.refuse_connections = True


def _recover(wall: ThinClientSimulator) -> None:
    """Make everything well again."""
    wall.faults = Faults()
    wall.password = "wall-Clock-5"
    wall.serial = INFO.serial


ERRORS = [
    pytest.param(_refuse, "cannot_connect", 0, id="off"),
    pytest.param(_wrong_password, "invalid_auth", 1, id="password"),
    pytest.param(_fault(drop=True), "cannot_connect", 0, id="drops everything"),
    pytest.param(_fault(drop=True, only={"read_settings"}), "cannot_connect", 1, id="drops the settings"),
    pytest.param(_fault(status=500, only={"create_session"}), "cannot_connect", 1, id="login 500"),
    pytest.param(_fault(status=503), "cannot_connect", 0, id="503"),
    pytest.param(_fault(garbage=b"\x00\xff<"), "unsupported_device", 0, id="garbage"),
    pytest.param(_fault(garbage=b"<html></html>"), "unsupported_device", 0, id="html"),
    pytest.param(_fault(garbage=b"[]", only={"create_session"}), "unsupported_device", 1, id="strange login"),
    pytest.param(_fault(garbage=b"{}", only={"read_settings"}), "unsupported_device", 1, id="no settings"),
    pytest.param(_fault(status=500, only={"read_settings"}), "unknown", 1, id="settings 500"),
    pytest.param(lambda wall: setattr(wall, "serial", ""), "unsupported_device", 1, id="no serial"),
]


@pytest.mark.parametrize(("spoil", "error", "tries"), ERRORS)
async def test_every_error_is_told_and_recovered_from(
    hass: HomeAssistant, spoil: Break, error: str, tries: int
) -> None:
    """Say what went wrong, with one login at most, leave no session, and let the same flow succeed afterwards."""
    flow_id = await begin(hass)
    async with ThinClientSimulator() as wall:
        typed = typed_for(wall)
        spoil(wall)
        result = await answer(hass, flow_id, **typed)
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "manual"
        assert result["errors"] == {"base": error}
        assert error in TEXTS["error"]
        assert logins(wall) == tries
        assert wall.sessions == []
        assert "wall-Clock-5" not in str(result["data_schema"].schema if result["data_schema"] else "")

        _recover(wall)
        result = await answer(hass, flow_id, **typed_for(wall))
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert wall.sessions == []


@pytest.mark.parametrize("shape", list(Shape))
async def test_wrong_password_is_sent_once_per_try(
    hass: HomeAssistant, shape: Shape, caplog: pytest.LogCaptureFixture
) -> None:
    """Send one login per try, and never try a refused password the Viewtron way."""
    caplog.set_level(logging.DEBUG)
    flow_id = await begin(hass)
    async with ThinClientSimulator(shape=shape) as wall:
        with patch.object(ViewtronClient, "identify") as viewtron:
            for tries in (1, 2, 3):
                result = await answer(hass, flow_id, **typed_for(wall, password="not-This-One"))
                assert result["errors"] == {"base": "invalid_auth"}
                assert wall.refused_logins == tries
            viewtron.assert_not_called()
    assert "not-This-One" not in caplog.text


async def test_nobody_there_is_said_at_once(hass: HomeAssistant) -> None:
    """Wait for a silent address once, not once per family."""
    with (
        patch.object(
            ThinClient,
            "looks_like_thin_client",
            side_effect=ThinClientConnectionError("Probe", "no connection in time"),
        ),
        patch.object(ThinClient, "identify") as thin_client,
        patch.object(ViewtronClient, "identify") as viewtron,
    ):
        result = await answer(hass, await begin(hass), host="192.0.2.20", password="secret")

    assert result["errors"] == {"base": "cannot_connect"}
    thin_client.assert_not_called()
    viewtron.assert_not_called()


async def test_our_own_failure_leaves_no_session(hass: HomeAssistant) -> None:
    """Delete the session when our own code fails behind the login."""
    identify = ThinClient.identify

    async def fail(client: ThinClient) -> DeviceInfo:
        await identify(client)
        raise RuntimeError("a bug")

    async with ThinClientSimulator() as wall:
        with patch.object(ThinClient, "identify", fail):
            result = await answer(hass, await begin(hass), **typed_for(wall))
        assert result["errors"] == {"base": "unknown"}
        assert wall.most_sessions == 1
        assert wall.sessions == []


async def test_cancelled_flow_leaves_no_session(hass: HomeAssistant) -> None:
    """Delete the session of a login whose flow was given up meanwhile."""
    flow_id = await begin(hass)
    async with ThinClientSimulator() as wall:
        wall.faults = Faults(delay=0.3, only={"create_session"})
        submitted = hass.async_create_task(hass.config_entries.flow.async_configure(flow_id, typed_for(wall)))
        while not logins(wall):
            await hass.async_add_executor_job(lambda: None)
        submitted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitted

        assert wall.most_sessions == 1
        assert wall.sessions == []


# A camera stays a camera.


class ForbiddingCamera(IpcV2Simulator):
    """A camera whose web server answers a path that it does not know with a given status, or not at all."""

    strange_status = 403

    @override
    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer what is no command."""
        if target in ("/Panel", "/Session"):
            return Answer(status=self.strange_status)
        return super()._answer(method, target, headers, body)


@pytest.mark.parametrize("status", [0, 200, 302, 400, 401, 403, 404, 500])
async def test_camera_that_answers_strangely_is_a_camera(hass: HomeAssistant, status: int) -> None:
    """Recognise a camera whatever it says to a question of the other family; status 0 hangs up."""
    async with ForbiddingCamera() as camera:
        camera.strange_status = status
        result = await answer(hass, await begin(hass), **address_of(camera))

    assert result["step_id"] == "push"


async def test_camera_gets_one_login_though_a_thin_client_was_thought_of(hass: HomeAssistant) -> None:
    """Send a wrong password once to a camera that looks like a Thin Client at first."""
    async with ForbiddingCamera() as camera:
        result = await answer(hass, await begin(hass), **address_of(camera, password="not-This-One"))
        assert result["errors"] == {"base": "invalid_auth"}
        assert camera.refused_logins == 1


# A wall that is set up already.


async def test_wall_that_is_set_up_gets_its_new_address(hass: HomeAssistant, quiet_set_up: AsyncMock) -> None:
    """Stop at a wall that is there already, take over address and password, and keep its webhook."""
    async with ThinClientSimulator() as wall:
        entry = entry_of(wall, host="192.0.2.9", port=None, password="old")
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        guard_of(hass, entry.entry_id).refuse(hass.loop.time())
        result = await answer(hass, await begin(hass), **typed_for(wall, username="viewer"))

        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "already_configured"
        assert entry.data == entry_of(wall).data
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    assert not guard_of(hass, entry.entry_id).refused
    assert quiet_set_up.await_count == 2


# Signing in again.


async def test_reauth_asks_for_the_password_alone(hass: HomeAssistant, quiet_set_up: AsyncMock) -> None:
    """Take the new password, keep everything else, and start the entry again."""
    async with ThinClientSimulator(password="new-Secret-9") as wall:
        entry = entry_of(wall, password="old")
        entry.add_to_hass(hass)
        guard_of(hass, entry.entry_id).refuse(hass.loop.time())
        result = await entry.start_reauth_flow(hass)
        assert result["step_id"] == "reauth_confirm"
        assert fields_of(result) == ["password"]
        result = await answer(hass, result["flow_id"], password="new-Secret-9")

        assert result["reason"] == "reauth_successful"
        assert entry.data == entry_of(wall, password="new-Secret-9").data
        assert wall.sessions == []
    assert guard_of(hass, entry.entry_id).blocked_until == 0
    quiet_set_up.assert_awaited_once()


@pytest.mark.parametrize(("spoil", "error", "tries"), ERRORS)
async def test_reauth_tells_errors_apart_too(hass: HomeAssistant, spoil: Break, error: str, tries: int) -> None:
    """Say what went wrong, with one login per try, and let the same flow succeed afterwards."""
    async with ThinClientSimulator() as wall:
        entry = entry_of(wall, password="old")
        entry.add_to_hass(hass)
        flow = await entry.start_reauth_flow(hass)
        spoil(wall)
        result = await answer(hass, flow["flow_id"], password="wall-Clock-5")
        assert result["step_id"] == "reauth_confirm"
        assert result["errors"] == {"base": error}
        assert logins(wall) == tries
        assert entry.data["password"] == "old"
        _recover(wall)
        result = await answer(hass, flow["flow_id"], password="wall-Clock-5")
        assert result["reason"] == "reauth_successful"
        assert wall.sessions == []


async def test_reauth_at_another_wall(hass: HomeAssistant) -> None:
    """Change nothing when another wall answers at the address."""
    async with ThinClientSimulator() as wall:
        entry = entry_of(wall, password="old")
        entry.add_to_hass(hass)
        wall.serial = OTHER_SERIAL
        flow = await entry.start_reauth_flow(hass)
        result = await answer(hass, flow["flow_id"], password="wall-Clock-5")
        assert wall.sessions == []

    assert result["reason"] == "unique_id_mismatch"
    assert entry.data["password"] == "old"


# Moving a wall.


@pytest.mark.parametrize("shape", list(Shape))
async def test_reconfigure(hass: HomeAssistant, quiet_set_up: AsyncMock, shape: Shape) -> None:
    """Take over address and password; ask for no user and show no push address."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = entry_of(wall, host="192.0.2.9", port=81, password="old")
        entry.add_to_hass(hass)
        result = await entry.start_reconfigure_flow(hass)
        assert result["step_id"] == "reconfigure"
        assert fields_of(result) == ["host", "password", "connection"]
        result = await answer(hass, result["flow_id"], **typed_for(wall))

        assert result["reason"] == "reconfigure_successful"
        assert entry.data == entry_of(wall).data
        assert wall.sessions == []
    quiet_set_up.assert_awaited_once()


async def test_reconfigure_shows_what_was_typed(hass: HomeAssistant) -> None:
    """Say what went wrong, change nothing, and let the same flow succeed afterwards."""
    async with ThinClientSimulator() as wall:
        entry = entry_of(wall, host="192.0.2.9")
        entry.add_to_hass(hass)
        flow = await entry.start_reconfigure_flow(hass)
        result = await answer(hass, flow["flow_id"], **typed_for(wall, password="not-This-One"))
        assert result["errors"] == {"base": "invalid_auth"}
        assert fields_of(result) == ["host", "password", "connection"]
        assert entry.data["host"] == "192.0.2.9"
        result = await answer(hass, flow["flow_id"], **typed_for(wall))

    assert result["reason"] == "reconfigure_successful"


async def test_reconfigure_with_the_port_in_the_address(hass: HomeAssistant, quiet_set_up: AsyncMock) -> None:
    """Take the port that was pasted with the new address, not the one that stood in the form from before."""
    async with ThinClientSimulator() as wall:
        entry = entry_of(wall, host="192.0.2.9", port=81)
        entry.add_to_hass(hass)
        flow = await entry.start_reconfigure_flow(hass)
        typed = typed_for(wall, host=f"{wall.host}:{wall.port}", connection={"port": 81})
        result = await answer(hass, flow["flow_id"], **typed)

    assert result["reason"] == "reconfigure_successful"
    assert entry.data == entry_of(wall).data
    quiet_set_up.assert_awaited_once()


async def test_reconfigure_to_another_wall(hass: HomeAssistant) -> None:
    """Change nothing when another wall answers at the new address."""
    async with ThinClientSimulator() as wall, ThinClientSimulator(serial=OTHER_SERIAL) as other:
        entry = entry_of(wall)
        entry.add_to_hass(hass)
        flow = await entry.start_reconfigure_flow(hass)
        result = await answer(hass, flow["flow_id"], **typed_for(other))
        assert other.sessions == []

    assert result["reason"] == "unique_id_mismatch"
    assert entry.data == entry_of(wall).data


async def test_wall_never_becomes_a_camera(hass: HomeAssistant) -> None:
    """Change nothing when a camera answers at the new address, even one that calls itself as the wall does."""
    async with ThinClientSimulator() as wall, IpcV2Simulator(password="wall-Clock-5") as camera:
        camera.mac, camera.serial = "00:00:00:00:00:00", wall.serial
        entry = entry_of(wall)
        entry.add_to_hass(hass)
        flow = await entry.start_reconfigure_flow(hass)
        typed = {"host": camera.host, "password": camera.password, "connection": {"port": camera.port}}
        result = await answer(hass, flow["flow_id"], **typed)

    assert result["reason"] == "unique_id_mismatch"
    assert entry.data == entry_of(wall).data


async def test_camera_never_becomes_a_wall(hass: HomeAssistant) -> None:
    """Change nothing when a wall answers at the address of a camera."""
    async with ThinClientSimulator() as wall:
        entry = entry_of(wall, kind="ipc_v2", password="old")
        entry.add_to_hass(hass)
        before = dict(entry.data)
        flow = await entry.start_reauth_flow(hass)
        result = await answer(hass, flow["flow_id"], password=wall.password)
        assert result["reason"] == "unique_id_mismatch"
        flow = await entry.start_reconfigure_flow(hass)
        assert fields_of(flow) == ["push", "host", "username", "password", "connection"]
        result = await answer(hass, flow["flow_id"], **typed_for(wall))
        assert result["reason"] == "unique_id_mismatch"
        assert wall.sessions == []

    assert entry.data == before


# What the frontend gets, and the texts.


async def test_every_form_reaches_the_browser(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """Hand each form over HTTP as the frontend asks for it, without a stored password."""
    for component in ("config", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    async with ThinClientSimulator() as wall:
        response = await client.post("/api/config/config_entries/flow", json={"handler": DOMAIN})
        assert response.status == HTTPStatus.OK
        flow_url = f"/api/config/config_entries/flow/{(await response.json())['flow_id']}"
        await client.post(flow_url, json={"next_step_id": "manual"})
        created = await (await client.post(flow_url, json=typed_for(wall))).json()
        assert created["type"] == "create_entry"
        reconfigure = await (
            await client.post(
                "/api/config/config_entries/flow",
                json={
                    "handler": DOMAIN,
                    "entry_id": created["result"]["entry_id"],
                    "source": SOURCE_RECONFIGURE,
                },
            )
        ).json()
        assert [field["name"] for field in reconfigure["data_schema"]] == ["host", "password", "connection"]
        assert wall.password not in json.dumps(reconfigure)
        assert wall.password not in json.dumps(created)


@pytest.mark.parametrize(
    "text",
    [
        TEXTS["step"]["manual"]["title"],
        TEXTS["step"]["manual"]["description"],
        TEXTS["step"]["manual"]["data_description"]["username"],
        TEXTS["step"]["manual"]["data_description"]["password"],
        TEXTS["error"]["invalid_auth"],
        TEXTS["error"]["unsupported_device"],
    ],
)
def test_both_families_are_named(text: str) -> None:
    """Speak to the owner of a wall, too."""
    assert "Thin Client" in text
