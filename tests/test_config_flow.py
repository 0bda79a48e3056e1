"""Setting a device up, signing in again, moving it, and its options."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
import json
from pathlib import Path
import re
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.thin_client import ThinClient
from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import ViewtronNotSupportedError
from custom_components.viewwall.viewtron.http_post import HttpPost
from custom_components.viewwall.viewtron.models import DeviceInfo, DeviceKind
from tests.conftest import address_of, begin_manual
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Auth, Faults, Shape

pytestmark = pytest.mark.usefixtures("socket_enabled", "quiet_set_up")

TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)
SET_UP = ["set_up_push"]
CAMERA_SCREENS = ["camera_address", "camera_connection", "camera_data", "camera_restart"]
NVR_SCREENS = ["nvr_address", "nvr_connection", "nvr_events", "nvr_test"]
KINDS = [
    pytest.param(IpcV1Simulator, "ipc_v1", SET_UP + CAMERA_SCREENS, id="ipc_v1"),
    pytest.param(IpcV2Simulator, "ipc_v2", SET_UP + CAMERA_SCREENS, id="ipc_v2"),
    pytest.param(NvrV1Simulator, "nvr_v1", ["nvr_v1"], id="nvr_v1"),
    pytest.param(NvrV2Simulator, "nvr_v2", NVR_SCREENS, id="nvr_v2"),
]
INFO = DeviceInfo(kind=DeviceKind.IPC_V2, name="Gate camera", mac="58:5b:69:2b:50:02", serial="I85B692B5002")
OTHER_MAC = "58:5b:69:77:77:77"

type Break = Callable[[Simulator], None]


@pytest.fixture(autouse=True)
def _no_way_to_invented_addresses() -> Iterator[None]:
    """Look for no way to devices that are not there."""
    with patch("custom_components.viewwall.push_address.source_of", return_value=None):
        yield


@contextmanager
def viewtron_says(**answer: Any) -> Iterator[AsyncMock]:
    """Let a Viewtron device answer at every address."""
    with (
        patch.object(ThinClient, "looks_like_thin_client", return_value=False),
        patch.object(ViewtronClient, "identify", **answer) as identify,
        patch.object(HttpPost, "read", side_effect=ViewtronNotSupportedError("GetHttpPostConfig", None)),
    ):
        yield identify


async def begin(hass: HomeAssistant) -> str:
    """Start a flow as a user does and return its id."""
    return (await begin_manual(hass))["flow_id"]


async def answer(hass: HomeAssistant, flow_id: str, **typed: Any) -> ConfigFlowResult:
    """Fill in the form of a flow."""
    return await hass.config_entries.flow.async_configure(flow_id, typed)


async def finish(hass: HomeAssistant, result: ConfigFlowResult) -> MockConfigEntry:
    """Press the button of step `push` and return the new entry."""
    assert result["step_id"] == "push"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    entry: MockConfigEntry = result["result"]
    return entry


def entry_of(simulator: Simulator, **other: Any) -> MockConfigEntry:
    """Return the entry that a flow for this camera would have made."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=simulator.name,
        unique_id=simulator.mac,
        data={
            "host": simulator.host,
            "port": simulator.port,
            "ssl": False,
            "verify_ssl": False,
            "username": "admin",
            "password": "gate-Keeper-7",
            "kind": "ipc_v2",
            "webhook_id": "00112233445566778899aabbccddeeff",
        }
        | other,
    )


def logins(simulator: Simulator) -> int:
    """Count the requests that carried a user and password."""
    return sum(request.scheme is not None for request in simulator.requests)


def fields_of(result: ConfigFlowResult) -> dict[str, Any]:
    """Return the fields of a form and their defaults."""
    schema = result["data_schema"]
    assert schema is not None
    return {str(key): key.default() if callable(key.default) else None for key in schema.schema}


# Beginning and end.


async def test_user_chooses_between_search_and_address(hass: HomeAssistant) -> None:
    """Begin with a menu; the form of step `manual` has the usual user filled in and no password."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})

    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "user"
    assert result["menu_options"] == ["search", "manual"]
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": "manual"})

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "manual"
    assert result["errors"] == {}
    fields = fields_of(result)
    assert list(fields) == ["host", "username", "password", "connection"]
    assert fields["username"] == "admin"
    assert fields["password"] is None
    assert result["data_schema"] is not None
    connection = result["data_schema"].schema["connection"]
    assert [str(key) for key in connection.schema.schema] == ["port", "ssl", "verify_ssl"]
    assert connection.options == {"collapsed": True}


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize(("kind", "name", "screens"), KINDS)
async def test_every_kind_ends_with_its_push_address(
    hass: HomeAssistant, kind: type[Simulator], name: str, screens: list[str], auth: Auth, shape: Shape
) -> None:
    """Recognise each kind, show the address to type into it, and store what the public face lists, no more."""
    await hass.config.async_update(internal_url="http://192.168.1.10:8123")
    async with kind(auth=auth, shape=shape) as device:
        result = await answer(hass, await begin(hass), **address_of(device))
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "push"
        assert list(fields_of(result)) == screens
        shown = result["description_placeholders"]
        entry = await finish(hass, result)

    assert entry.data == {
        "host": device.host,
        "port": device.port,
        "ssl": False,
        "verify_ssl": False,
        "username": "admin",
        "password": "gate-Keeper-7",
        "kind": name,
        "webhook_id": entry.data["webhook_id"],
    }
    assert entry.options == {}
    assert entry.unique_id == device.mac
    assert entry.title == device.name
    assert re.fullmatch(r"[0-9a-f]{32}", entry.data["webhook_id"])
    assert shown is not None
    assert shown["url"] == f"http://192.168.1.10:8123/api/webhook/{entry.data['webhook_id']}"
    assert shown["path"] == f"/api/webhook/{entry.data['webhook_id']}"
    assert (shown["server"], shown["port"], shown["device"]) == ("192.168.1.10", "8123", device.name)


async def test_every_device_gets_a_secret_of_its_own(hass: HomeAssistant) -> None:
    """Never give two devices the same webhook."""
    async with IpcV1Simulator() as one, IpcV2Simulator() as two:
        first = await finish(hass, await answer(hass, await begin(hass), **address_of(one)))
        second = await finish(hass, await answer(hass, await begin(hass), **address_of(two)))

    assert first.data["webhook_id"] != second.data["webhook_id"]


@pytest.mark.parametrize(("name", "model", "title"), [(None, "LPR-IP5", "LPR-IP5"), (None, None, "192.168.1.57")])
async def test_nameless_device_gets_another_title(
    hass: HomeAssistant, name: str | None, model: str | None, title: str
) -> None:
    """Call a device without a name by its model, else by its address."""
    info = DeviceInfo(kind=DeviceKind.IPC_V2, name=name, model=model, mac="58:5b:69:2b:50:02")
    with viewtron_says(return_value=info):
        result = await answer(hass, await begin(hass), host="192.168.1.57", password="secret")
    entry = await finish(hass, result)

    assert entry.title == title


async def test_device_without_mac_is_known_by_its_serial(hass: HomeAssistant) -> None:
    """Take the serial as unique id where the MAC is all zeros."""
    async with IpcV2Simulator() as camera:
        camera.mac = "00:00:00:00:00:00"
        entry = await finish(hass, await answer(hass, await begin(hass), **address_of(camera)))

    assert entry.unique_id == camera.serial


@pytest.mark.parametrize("spelling", ["58-5B-69-2B-50-02", "585B692B5002", "58:5B:69:2B:50:02"])
async def test_mac_in_one_spelling(hass: HomeAssistant, spelling: str) -> None:
    """Know a device by its MAC in Home Assistant's spelling, however the device writes it."""
    async with IpcV2Simulator() as camera:
        camera.mac = spelling
        entry = await finish(hass, await answer(hass, await begin(hass), **address_of(camera)))

    assert entry.unique_id == "58:5b:69:2b:50:02"


# What users type.


@pytest.mark.parametrize(
    ("typed", "connection", "host", "port", "ssl"),
    [
        ("192.168.1.57", None, "192.168.1.57", None, False),
        ("  192.168.1.57 ", {}, "192.168.1.57", None, False),
        ("gate.home.arpa", {"ssl": True}, "gate.home.arpa", None, True),
        ("192.168.1.57", {"port": 8080}, "192.168.1.57", 8080, False),
        ("192.168.1.57:8080", {}, "192.168.1.57", 8080, False),
        ("192.168.1.57:8080", {"port": 81}, "192.168.1.57", 81, False),
        ("http://192.168.1.57/", {}, "192.168.1.57", None, False),
        ("http://192.168.1.57:8080/cgi-bin/main.htm?x=1#top", {}, "192.168.1.57", 8080, False),
        ("https://192.168.1.57", {}, "192.168.1.57", None, True),
        ("https://192.168.1.57:8443/", {}, "192.168.1.57", 8443, True),
        ("fd00::57", {}, "fd00::57", None, False),
        ("[fd00::57]", {}, "fd00::57", None, False),
        ("[fd00::57]:8080", {}, "fd00::57", 8080, False),
        ("http://[fd00::57]:8080/", {}, "fd00::57", 8080, False),
        ("http://admin:secret@192.168.1.57/", {}, "192.168.1.57", None, False),
    ],
)
async def test_address_in_every_form(
    hass: HomeAssistant, typed: str, connection: dict[str, Any] | None, host: str, port: int | None, ssl: bool
) -> None:
    """Take an address apart that was pasted from a browser; an empty port stays empty."""
    given = {"host": typed, "password": "secret"} | ({} if connection is None else {"connection": connection})
    with viewtron_says(return_value=INFO):
        entry = await finish(hass, await answer(hass, await begin(hass), **given))

    assert entry.data["host"] == host
    assert entry.data["port"] == port
    assert entry.data["ssl"] is ssl
    assert entry.data["username"] == "admin"
    assert entry.data["password"] == "secret"


@pytest.mark.parametrize("typed", ["", "   ", "http://", "192.168.1.57:99999", "http://[fd00::57", "//"])
async def test_what_is_no_address_is_said_at_the_field(hass: HomeAssistant, typed: str) -> None:
    """Refuse what can be no address without asking anybody, and go on in the same flow."""
    flow_id = await begin(hass)
    with viewtron_says(return_value=INFO) as identify:
        result = await answer(hass, flow_id, host=typed, password="secret")
        assert result["type"] is FlowResultType.FORM
        assert result["errors"] == {"host": "invalid_host"}
        assert "invalid_host" in TEXTS["config"]["error"]
        identify.assert_not_called()
        entry = await finish(hass, await answer(hass, flow_id, host="192.168.1.57", password="secret"))

    assert entry.data["host"] == "192.168.1.57"


# Errors, each told apart, and the way out of them.


def _wrong_password(device: Simulator) -> None:
    device.password = "changed-On-Site-8"


def _lock(device: Simulator) -> None:
    device.lock_after = 0


def _recover(device: Simulator) -> None:
    """Make everything well again."""
    device.faults = Faults()
    device.password = "gate-Keeper-7"
    device.lock_after = 5
    device.unlock()


ERRORS: list[Any] = [
    pytest.param(lambda device: setattr(device.faults, "refuse_connections", True), "cannot_connect", id="off"),
    pytest.param(lambda device: setattr(device.faults, "cut", True), "cannot_connect", id="cut"),
    pytest.param(lambda device: setattr(device.faults, "wrong_length", True), "cannot_connect", id="short"),
    pytest.param(lambda device: setattr(device.faults, "status", 503), "cannot_connect", id="503"),
    pytest.param(_wrong_password, "invalid_auth", id="password"),
    pytest.param(lambda device: setattr(device.faults, "error_code", 9), "invalid_auth", id="code 9"),
    pytest.param(lambda device: setattr(device.faults, "unauthorized_once", 1), "invalid_auth", id="401"),
    pytest.param(_lock, "account_locked", id="locked"),
    pytest.param(lambda device: setattr(device.faults, "error_code", 10), "account_locked", id="code 10"),
    pytest.param(lambda device: setattr(device.faults, "error_code", 17), "api_disabled", id="code 17"),
    pytest.param(lambda device: setattr(device.faults, "error_code", 4), "no_permission", id="code 4"),
    pytest.param(lambda device: setattr(device.faults, "html", True), "unsupported_device", id="html"),
    pytest.param(lambda device: setattr(device.faults, "status", 404), "unsupported_device", id="404"),
    pytest.param(lambda device: setattr(device.faults, "garbage", b"\x00\xff<"), "unsupported_device", id="garbage"),
    pytest.param(
        lambda device: setattr(device.faults, "garbage", b'<?xml version="1.0"?><root><device/></root>'),
        "unsupported_device",
        id="other XML",
    ),
    pytest.param(
        lambda device: setattr(device.faults, "garbage", b'<config version="1.0"><status>success</status></config>'),
        "unsupported_device",
        id="nameless",
    ),
    pytest.param(lambda device: setattr(device.faults, "error_code", 79), "unknown", id="code 79"),
]


@pytest.mark.parametrize(("spoil", "error"), ERRORS)
async def test_every_error_is_told_and_recovered_from(hass: HomeAssistant, spoil: Break, error: str) -> None:
    """Say what went wrong, send at most one login for it, and let the same flow succeed afterwards."""
    flow_id = await begin(hass)
    async with IpcV2Simulator() as camera:
        typed = address_of(camera)
        spoil(camera)
        result = await answer(hass, flow_id, **typed)
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "manual"
        assert result["errors"] == {"base": error}
        assert error in TEXTS["config"]["error"]
        assert logins(camera) <= 1
        assert hass.config_entries.async_entries(DOMAIN) == []
        # What was typed is still there, but for the password.
        fields = fields_of(result)
        assert fields["host"] == camera.host
        assert fields["password"] is None

        _recover(camera)
        entry = await finish(hass, await answer(hass, flow_id, **address_of(camera)))

    assert entry.unique_id == camera.mac


@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_wrong_password_is_sent_once_per_try(hass: HomeAssistant, kind: type[Simulator], auth: Auth) -> None:
    """Send one login per try, never a second one on another scheme, so that no account gets locked."""
    flow_id = await begin(hass)
    async with kind(auth=auth) as device:
        for tries in (1, 2, 3):
            result = await answer(hass, flow_id, **address_of(device, password="wrong"))
            assert result["errors"] == {"base": "invalid_auth"}
            assert logins(device) == tries
        assert device.refused_logins == 3
        entry = await finish(hass, await answer(hass, flow_id, **address_of(device)))

    assert entry.data["password"] == "gate-Keeper-7"


async def test_unexpected_failure_is_unknown(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    """Show `unknown`, and the details in the log alone, when our own code fails."""
    flow_id = await begin(hass)
    with viewtron_says(side_effect=RuntimeError("a bug")):
        result = await answer(hass, flow_id, host="192.168.1.57", password="secret")
    assert result["errors"] == {"base": "unknown"}
    assert "a bug" in caplog.text
    with viewtron_says(return_value=INFO):
        await finish(hass, await answer(hass, flow_id, host="192.168.1.57", password="secret"))


async def test_device_without_identity_is_unsupported(hass: HomeAssistant) -> None:
    """Refuse a device that tells neither MAC nor serial: it could never be known again."""
    flow_id = await begin(hass)
    with viewtron_says(return_value=DeviceInfo(kind=DeviceKind.IPC_V1)):
        result = await answer(hass, flow_id, host="192.168.1.57", password="secret")

    assert result["errors"] == {"base": "unsupported_device"}


async def test_plain_device_asked_for_https(hass: HomeAssistant) -> None:
    """Say `cannot_connect` when HTTPS is asked of a device that has none, and keep the password."""
    flow_id = await begin(hass)
    async with IpcV2Simulator() as camera:
        result = await answer(
            hass, flow_id, **address_of(camera, connection={"port": camera.port, "ssl": True, "verify_ssl": True})
        )
        assert result["errors"] == {"base": "cannot_connect"}
        assert logins(camera) == 0
        plain = address_of(camera, connection={"port": camera.port, "ssl": False})
        await finish(hass, await answer(hass, flow_id, **plain))


async def test_device_that_is_set_up_gets_its_new_address(hass: HomeAssistant, quiet_set_up: AsyncMock) -> None:
    """Stop at a device that is there already, take over its new address, and keep its webhook."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host="192.0.2.9", port=None, password="old")
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        result = await answer(hass, await begin(hass), **address_of(camera))
        await hass.async_block_till_done()

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert result["reason"] in TEXTS["config"]["abort"]
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    assert (entry.data["host"], entry.data["port"]) == (camera.host, camera.port)
    assert entry.data["password"] == "gate-Keeper-7"
    assert entry.data["kind"] == "ipc_v2"
    assert entry.data["webhook_id"] == "00112233445566778899aabbccddeeff"
    assert quiet_set_up.await_count == 2


# Signing in again.


async def test_reauth_with_the_new_password(hass: HomeAssistant, quiet_set_up: AsyncMock) -> None:
    """Take the new login, keep everything else, and start the entry again."""
    async with IpcV2Simulator(username="viewer", password="new-Secret-9") as camera:
        entry = entry_of(camera)
        entry.add_to_hass(hass)
        before = dict(entry.data)
        result = await entry.start_reauth_flow(hass)
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "reauth_confirm"
        assert result["description_placeholders"] is not None
        assert result["description_placeholders"]["device"] == "Gate camera"
        assert result["description_placeholders"]["host"] == camera.host
        assert fields_of(result) == {"username": "admin", "password": None}
        result = await answer(hass, result["flow_id"], username="viewer", password="new-Secret-9")
        await hass.async_block_till_done()

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert entry.data == before | {"username": "viewer", "password": "new-Secret-9"}
    quiet_set_up.assert_awaited_once()


@pytest.mark.parametrize(("spoil", "error"), ERRORS)
async def test_reauth_tells_errors_apart_too(hass: HomeAssistant, spoil: Break, error: str) -> None:
    """Say what went wrong, with one login per try, and let the same flow succeed afterwards."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, password="old")
        entry.add_to_hass(hass)
        flow = await entry.start_reauth_flow(hass)
        spoil(camera)
        result = await answer(hass, flow["flow_id"], password="gate-Keeper-7")
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "reauth_confirm"
        assert result["errors"] == {"base": error}
        assert logins(camera) <= 1
        assert entry.data["password"] == "old"
        _recover(camera)
        result = await answer(hass, flow["flow_id"], password="gate-Keeper-7")
        assert result["reason"] == "reauth_successful"
        await hass.async_block_till_done()

    assert entry.data["password"] == "gate-Keeper-7"


async def test_reauth_at_another_device(hass: HomeAssistant) -> None:
    """Change nothing when another device answers at the address."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, password="old")
        entry.add_to_hass(hass)
        camera.mac = OTHER_MAC
        flow = await entry.start_reauth_flow(hass)
        result = await answer(hass, flow["flow_id"], password="gate-Keeper-7")

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "unique_id_mismatch"
    assert result["reason"] in TEXTS["config"]["abort"]
    assert entry.data["password"] == "old"


# Moving a device.


async def test_reconfigure(hass: HomeAssistant, quiet_set_up: AsyncMock) -> None:
    """Take over address, login and kind; keep the webhook, and show its address again."""
    await hass.config.async_update(internal_url="http://192.168.1.10:8123")
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host="192.0.2.9", port=81, username="old", password="old", kind="ipc_v1")
        entry.add_to_hass(hass)
        result = await entry.start_reconfigure_flow(hass)
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "reconfigure"
        fields = fields_of(result)
        assert list(fields) == ["push", "host", "username", "password", "connection"]
        assert (fields["host"], fields["username"], fields["password"]) == ("192.0.2.9", "old", None)
        assert result["description_placeholders"] is not None
        assert (
            result["description_placeholders"]["url"]
            == "http://192.168.1.10:8123/api/webhook/00112233445566778899aabbccddeeff"
        )
        result = await answer(hass, result["flow_id"], **address_of(camera))
        await hass.async_block_till_done()

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == entry_of(camera).data
    quiet_set_up.assert_awaited_once()


async def test_reconfigure_can_empty_the_port(hass: HomeAssistant) -> None:
    """Go back to the usual port when the field is emptied."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=INFO.mac,
        data={
            "host": "192.168.1.57",
            "port": 8080,
            "ssl": True,
            "verify_ssl": True,
            "username": "admin",
            "password": "secret",
            "kind": "ipc_v2",
            "webhook_id": "00112233445566778899aabbccddeeff",
        },
    )
    entry.add_to_hass(hass)
    flow = await entry.start_reconfigure_flow(hass)
    with viewtron_says(return_value=INFO):
        result = await answer(
            hass,
            flow["flow_id"],
            host="192.168.1.57",
            password="secret",
            connection={"ssl": False, "verify_ssl": False},
        )
        await hass.async_block_till_done()

    assert result["reason"] == "reconfigure_successful"
    assert (entry.data["port"], entry.data["ssl"], entry.data["verify_ssl"]) == (None, False, False)


@pytest.mark.parametrize(("spoil", "error"), ERRORS)
async def test_reconfigure_tells_errors_apart_too(hass: HomeAssistant, spoil: Break, error: str) -> None:
    """Say what went wrong, change nothing, and let the same flow succeed afterwards."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host="192.0.2.9")
        entry.add_to_hass(hass)
        flow = await entry.start_reconfigure_flow(hass)
        typed = address_of(camera)
        spoil(camera)
        result = await answer(hass, flow["flow_id"], **typed)
        assert result["step_id"] == "reconfigure"
        assert result["errors"] == {"base": error}
        assert logins(camera) <= 1
        assert fields_of(result)["host"] == camera.host
        assert entry.data["host"] == "192.0.2.9"
        _recover(camera)
        result = await answer(hass, flow["flow_id"], **address_of(camera))
        assert result["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()

    assert entry.data["host"] == camera.host


async def test_reconfigure_refuses_what_is_no_address(hass: HomeAssistant) -> None:
    """Say at the field that this is no address, and keep the entry as it is."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera)
        entry.add_to_hass(hass)
        flow = await entry.start_reconfigure_flow(hass)
        result = await answer(hass, flow["flow_id"], host=" ", password="x")

        assert result["errors"] == {"host": "invalid_host"}
        assert entry.data == entry_of(camera).data


async def test_reconfigure_to_another_device(hass: HomeAssistant) -> None:
    """Change nothing when another device answers at the new address."""
    async with IpcV2Simulator() as camera, IpcV2Simulator(mac=OTHER_MAC) as other:
        entry = entry_of(camera)
        entry.add_to_hass(hass)
        flow = await entry.start_reconfigure_flow(hass)
        result = await answer(hass, flow["flow_id"], **address_of(other))

        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "unique_id_mismatch"
        assert entry.data == entry_of(camera).data


# Options.


@pytest.mark.parametrize("hold_time", [1, 45, 300])
async def test_options(hass: HomeAssistant, quiet_set_up: AsyncMock, hold_time: int) -> None:
    """Store the hold time, show it the next time, and start the entry again with it."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        result = await hass.config_entries.options.async_init(entry.entry_id)
        assert result["type"] is FlowResultType.FORM
        assert result["step_id"] == "init"
        assert fields_of(result)["hold_time"] == 10
        result = await hass.config_entries.options.async_configure(result["flow_id"], {"hold_time": hold_time})
        await hass.async_block_till_done()

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options == {"hold_time": hold_time}
        assert entry.state is ConfigEntryState.LOADED
        assert quiet_set_up.await_count == 2
        shown = await hass.config_entries.options.async_init(entry.entry_id)
        assert fields_of(shown)["hold_time"] == hold_time


# What the frontend gets.


async def test_every_form_reaches_the_browser(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """Hand each form over HTTP as the frontend asks for it, sections and all, without a stored password."""
    for component in ("config", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    async with IpcV2Simulator() as camera:
        response = await client.post("/api/config/config_entries/flow", json={"handler": DOMAIN})
        assert response.status == HTTPStatus.OK
        menu = await response.json()
        assert menu["menu_options"] == ["search", "manual"]
        flow_url = f"/api/config/config_entries/flow/{menu['flow_id']}"
        manual = await (await client.post(flow_url, json={"next_step_id": "manual"})).json()
        assert [field["name"] for field in manual["data_schema"]] == ["host", "username", "password", "connection"]
        assert manual["data_schema"][3]["expanded"] is False
        push = await (await client.post(flow_url, json=address_of(camera))).json()
        assert push["step_id"] == "push"
        assert push["data_schema"][0]["name"] == "set_up_push"
        assert [field["expanded"] for field in push["data_schema"][1:]] == [False, False, False, True]
        created = await (await client.post(flow_url, json={})).json()
        assert created["type"] == "create_entry"
        entry_id = created["result"]["entry_id"]
        options = await (
            await client.post("/api/config/config_entries/options/flow", json={"handler": entry_id})
        ).json()
        assert options["data_schema"][0]["name"] == "hold_time"
        reconfigure = await (
            await client.post(
                "/api/config/config_entries/flow",
                json={"handler": DOMAIN, "entry_id": entry_id, "source": SOURCE_RECONFIGURE},
            )
        ).json()
        assert reconfigure["step_id"] == "reconfigure"
        assert camera.password not in json.dumps(reconfigure)
        assert camera.password not in json.dumps(push)


# Texts.


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("manual", ["host", "username", "password"]),
        ("reconfigure", ["host", "username", "password"]),
        ("reauth_confirm", ["username", "password"]),
    ],
)
def test_every_field_has_its_text(step: str, fields: list[str]) -> None:
    """Name and explain each field of each step."""
    texts = TEXTS["config"]["step"][step]

    assert texts["title"]
    assert texts["description"]
    assert list(texts["data"]) == fields
    assert list(texts["data_description"]) == fields


@pytest.mark.parametrize("step", ["manual", "reconfigure"])
def test_the_folded_section_has_its_texts(step: str) -> None:
    """Name and explain each field of the section `connection`."""
    section = TEXTS["config"]["step"][step]["sections"]["connection"]

    assert section["name"]
    assert list(section["data"]) == ["port", "ssl", "verify_ssl"]
    assert list(section["data_description"]) == ["port", "ssl", "verify_ssl"]


def test_reconfigure_tells_the_push_address() -> None:
    """Say where the device sends its events in a section of its own, which a Thin Client's form lacks."""
    reconfigure = TEXTS["config"]["step"]["reconfigure"]

    assert "{url}" in reconfigure["sections"]["push"]["description"]
    assert "{url}" not in reconfigure["description"]


def explained(screens: list[str]) -> str:
    """Return all that step `push` says on these screens."""
    sections = TEXTS["config"]["step"]["push"]["sections"]
    return "\n".join(f"{sections[screen]['name']}\n{sections[screen]['description']}" for screen in screens)


@pytest.mark.parametrize("screens", [CAMERA_SCREENS, NVR_SCREENS, ["nvr_v1"]])
def test_push_explains_each_kind(screens: list[str]) -> None:
    """Say what to type, with the address whole in the step and in pieces on the screens."""
    assert "{url}" in TEXTS["config"]["step"]["push"]["description"]
    for placeholder in ("{server}", "{port}", "{path}", "{protocol}"):
        assert placeholder in explained(screens)


@pytest.mark.parametrize(
    "words",
    [
        "V1",
        "Persistent connection",
        "30",
        "Smart event data",
        "Alarm status",
        "original",
        "target",
        "track data",
        "restart the camera",
    ],
)
def test_the_camera_is_told_everything(words: str) -> None:
    """Name every setting without which a camera sends too little or nothing."""
    assert words in explained(CAMERA_SCREENS)


def test_options_have_their_texts() -> None:
    """Name and explain the options."""
    init = TEXTS["options"]["step"]["init"]

    assert "hold_time" in init["data"]
    assert init["data_description"].keys() == init["data"].keys()


async def test_what_was_typed_stays_visible(hass: HomeAssistant, socket_enabled: None) -> None:
    """Show the port again after an error: a default of the section itself would hide what stands inside."""
    async with IpcV2Simulator() as camera:
        flow = await begin_manual(hass)
        result = await hass.config_entries.flow.async_configure(
            flow["flow_id"], address_of(camera, password="not-this-one")
        )
    assert result["errors"] == {"base": "invalid_auth"}
    assert result["data_schema"] is not None
    fields = {str(key): (key, value) for key, value in result["data_schema"].schema.items()}
    key, connection = fields["connection"]
    assert key.default is probatio.UNDEFINED
    assert connection.options["collapsed"] is False
    ports = [inner for inner in connection.schema.schema if str(inner) == "port"]
    assert ports[0].description == {"suggested_value": camera.port}
