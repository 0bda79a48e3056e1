"""The login that video walls get for a Viewtron device: a user of its own that may only view."""

from collections.abc import AsyncIterator
from http import HTTPStatus
import json
import logging
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.acting import ask, call, camera_entity, device_of, do
from tests.conftest import SetUp, SetUpWall
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator
from tests.simulators.rtsp import RtspSimulator, nvr_streams
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults

OWN = "manage-All-42"
VIEW_ONLY = "view-Only-17"
LOGIN = {"username": "wallviewer", "password": VIEW_ONLY}
STORED = {"wall_username": "wallviewer", "wall_password": VIEW_ONLY}
TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)["options"]


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a wall."""
    async with ThinClientSimulator() as wall:
        yield wall


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera."""
    async with IpcV2Simulator(username="manager", password=OWN) as camera:
        yield camera


async def submit(hass: HomeAssistant, entry: ConfigEntry[Any], **typed: Any) -> ConfigFlowResult:
    """Open the options of a device and fill them in; without a `wall_login` its section is not sent."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    result = await hass.config_entries.options.async_configure(form["flow_id"], {"hold_time": 10} | typed)
    await hass.async_block_till_done()
    return result


async def give_login(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Enter the login for walls as a user does."""
    result = await submit(hass, entry, wall_login=LOGIN)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"hold_time": 10} | STORED
    assert entry.state is ConfigEntryState.LOADED


def login_fields(result: ConfigFlowResult) -> dict[str, Any]:
    """Return the fields of the section, with what stands in them."""
    assert result["data_schema"] is not None
    fields = result["data_schema"].schema["wall_login"].schema.schema
    return {str(key): (key.description or {}).get("suggested_value") for key in fields}


def is_collapsed(result: ConfigFlowResult) -> bool:
    """Tell whether the section is closed at first."""
    assert result["data_schema"] is not None
    collapsed: bool = result["data_schema"].schema["wall_login"].options["collapsed"]
    return collapsed


def logins(wall: ThinClientSimulator) -> set[tuple[str, str]]:
    """Return the logins of cameras that were ever sent to a wall."""
    sent: set[tuple[str, str]] = set()
    for request in wall.requests:
        if request.call in {"create_camera", "update_camera", "replace_cameras", "preview_picture"}:
            body = json.loads(request.body)
            sent |= {(each["Username"], each["Password"]) for each in (body if isinstance(body, list) else [body])}
    return sent


async def send_camera(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str, folder: Path) -> None:
    """Send a camera to a wall in every way there is."""
    hass.config.allowlist_external_dirs = {str(folder)}
    await do(hass, "preview_camera", wall, camera_entity=entity_id, filename=str(folder / "preview.jpg"))
    answer = await ask(hass, "add_camera", wall, camera_entity=entity_id)
    await do(hass, "update_camera", wall, camera=answer["camera_id"], camera_entity=entity_id)
    await do(hass, "replace_cameras", wall, cameras=[{"camera_entity": entity_id}], confirm=True)
    sent = [request.call for request in wall.requests]
    assert {"preview_picture", "create_camera", "update_camera", "replace_cameras"} <= set(sent)


async def test_without_it_the_own_login_goes(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    tmp_path: Path,
) -> None:
    """Send the login that ViewWall itself uses."""
    await set_up(camera)
    await set_up_wall(wall)
    await send_camera(hass, wall, camera_entity(hass, f"{camera.mac}_main"), tmp_path)
    assert logins(wall) == {("manager", OWN)}
    assert [(each.username, each.password) for each in wall.direct_cameras] == [("manager", OWN)]


async def test_walls_get_their_own_login(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    tmp_path: Path,
) -> None:
    """Send this login alone, by whatever action, while ViewWall goes on with its own."""
    entry = await set_up(camera)
    await set_up_wall(wall)
    await give_login(hass, entry)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    await send_camera(hass, wall, entity_id, tmp_path)
    assert logins(wall) == {("wallviewer", VIEW_ONLY)}
    assert [(each.username, each.password) for each in wall.direct_cameras] == [("wallviewer", VIEW_ONLY)]
    assert (entry.data["username"], entry.data["password"]) == ("manager", OWN)
    assert entry.runtime_data.coordinator.last_update_success


async def test_channel_of_a_recorder(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Send the login of the recorder for each of its channels."""
    async with NvrV1Simulator(password=OWN) as recorder:
        streams = nvr_streams({each.id: each.name for each in recorder.channels}, "root_query")
        server = RtspSimulator(username=recorder.username, password=OWN, streams=streams)
        await server.start()
        recorder.rtsp_port = server.port
        recorder.commands["GetPortConfig"] = recorder.get_port_config
        try:
            entry = await set_up(recorder)
            await set_up_wall(wall)
            await give_login(hass, entry)
            for channel in (1, 2):
                await do(hass, "add_camera", wall, camera_entity=camera_entity(hass, f"{recorder.mac}_{channel}_sub"))
        finally:
            await server.stop()
    assert len([request for request in wall.requests if request.call == "create_camera"]) == 2
    assert logins(wall) == {("wallviewer", VIEW_ONLY)}


async def test_camera_that_the_wall_has(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Leave a camera of the wall as it is until `update_camera` brings the new login."""
    entry = await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    await do(hass, "add_camera", wall, camera_entity=entity_id)
    await give_login(hass, entry)
    added = wall.direct_cameras[-1]
    assert (added.username, added.password) == ("manager", OWN)
    await do(hass, "update_camera", wall, camera=entity_id, camera_entity=entity_id)
    added = wall.direct_cameras[-1]
    assert (added.username, added.password) == ("wallviewer", VIEW_ONLY)


async def test_stored_password_stays(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Show the user, never the password, and keep that where its field is left empty."""
    entry = await set_up(camera)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert login_fields(form) == {"username": None, "password": None}
    assert is_collapsed(form)
    await give_login(hass, entry)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert login_fields(form) == {"username": "wallviewer", "password": None}
    assert not is_collapsed(form)
    for login in ({"username": "wallviewer"}, {"username": " wallviewer ", "password": ""}):
        result = await submit(hass, entry, hold_time=30, wall_login=login)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options == {"hold_time": 30} | STORED
    # Nor does it go where somebody changes something else without that section.
    await submit(hass, entry, hold_time=45)
    assert entry.options == {"hold_time": 45} | STORED
    await submit(hass, entry, wall_login={"username": "wallviewer", "password": "new-Look-18"})
    assert entry.options["wall_password"] == "new-Look-18"


@pytest.mark.parametrize("login", [{}, {"username": ""}, {"username": "  ", "password": ""}])
async def test_cleared(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    login: dict[str, str],
) -> None:
    """Forget user and password where the user is cleared; walls get ViewWall's own login again."""
    entry = await set_up(camera)
    await set_up_wall(wall)
    await give_login(hass, entry)
    await submit(hass, entry, wall_login=login)
    assert entry.options == {"hold_time": 10}
    await do(hass, "add_camera", wall, camera_entity=camera_entity(hass, f"{camera.mac}_main"))
    assert logins(wall) == {("manager", OWN)}


@pytest.mark.parametrize(
    "login",
    [{"username": "another"}, {"username": "another", "password": ""}, {"password": "typed-Look-19"}],
    ids=["no password", "empty password", "no user"],
)
@pytest.mark.parametrize("is_stored", [True, False])
async def test_half_a_login(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, login: dict[str, str], is_stored: bool
) -> None:
    """Take neither a user without its password nor a password without its user, and take it once it is whole."""
    entry = await set_up(camera)
    if is_stored:
        await give_login(hass, entry)
    before = dict(entry.options)
    result = await submit(hass, entry, hold_time=25, wall_login=login)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "wall_login_incomplete"}
    assert "wall_login_incomplete" in TEXTS["error"]
    assert login_fields(result) == {"username": login.get("username"), "password": None}
    assert not is_collapsed(result)
    assert result["data_schema"] is not None
    assert [key.default() for key in result["data_schema"].schema if key == "hold_time"] == [25]
    assert entry.options == before
    typed = {"hold_time": 25, "wall_login": {"username": "another", "password": "typed-Look-19"}}
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"hold_time": 25, "wall_username": "another", "wall_password": "typed-Look-19"}


async def test_password_is_nowhere_to_be_read(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Keep it out of forms, responses, errors, states, diagnostics and the log."""
    caplog.set_level(logging.DEBUG)
    for component in ("config", "diagnostics", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    entry = await set_up(camera)
    wall_entry = await set_up_wall(wall)
    client = await hass_client()
    await give_login(hass, entry)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    await send_camera(hass, wall, entity_id, tmp_path)
    target = {"device_id": device_of(hass, wall)}
    told: list[object] = [await call(hass, "list_cameras", target, asks=True)]
    wall.faults = Faults(status=500, only={"create_camera", "update_camera", "replace_cameras", "preview_picture"})
    for action, data in (
        ("update_camera", {"camera_entity": entity_id, "camera": entity_id}),
        ("replace_cameras", {"cameras": [{"camera_entity": entity_id}], "confirm": True}),
        ("preview_camera", {"camera_entity": entity_id, "filename": str(tmp_path / "other.jpg")}),
    ):
        with pytest.raises(HomeAssistantError) as error:
            await do(hass, action, wall, **data)
        told += [repr(error.value), str(error.value), error.value.translation_placeholders]
    told += [state.as_dict() for state in hass.states.async_all()]
    for each in (entry, wall_entry):
        response = await client.get(f"/api/diagnostics/config_entry/{each.entry_id}")
        assert response.status == HTTPStatus.OK
        told.append(await response.text())
    assert "wall_password" in str(told)
    url = "/api/config/config_entries/options/flow"
    form = await (await client.post(url, json={"handler": entry.entry_id})).json()
    told.append(form)
    half = {"hold_time": 10, "wall_login": {"username": "another", "password": ""}}
    told.append(await (await client.post(f"{url}/{form['flow_id']}", json=half)).json())
    words = f"{told} {caplog.text}"
    for secret in (VIEW_ONLY, OWN, wall.password, *wall.sessions):
        assert secret not in words
