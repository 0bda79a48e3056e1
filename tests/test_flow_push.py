"""Step `push`: what ViewWall offers to write into a camera, and why not where it does not."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.conftest import address_of, begin_manual
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Auth, Faults, HttpPostSlot, Shape

pytestmark = pytest.mark.usefixtures("socket_enabled", "quiet_set_up")

READ = "GetHttpPostConfig"
TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)


async def sign_in(hass: HomeAssistant, device: Simulator) -> ConfigFlowResult:
    """Add a device by its address, up to step `push`."""
    flow = await begin_manual(hass)
    shown = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(device))
    assert shown["step_id"] == "push"
    return shown


def fields(shown: ConfigFlowResult) -> list[str]:
    """Return the names of the fields and sections of a form."""
    schema = shown["data_schema"]
    assert schema is not None
    return [str(key) for key in schema.schema]


def foreign(number: int, **other: Any) -> HttpPostSlot:
    """Return an address that is somebody else's."""
    return HttpPostSlot(id=number, switch=True, domain="192.0.2.50", port=5002, path=f"/API/{number}", **other)


def _full(camera: IpcV2Simulator) -> None:
    camera.http_post = [foreign(number) for number in (1, 2, 3)]


def _login(camera: IpcV2Simulator) -> None:
    camera.http_post[0] = foreign(1, authentication="basic", username="x", password="y")


def _forbidden(camera: IpcV2Simulator) -> None:
    camera.faults = Faults(error_code=4, only={READ})


@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_consent(hass: HomeAssistant, kind: type[Simulator], shape: Shape, auth: Auth) -> None:
    """Offer to set a camera up, and remember the user's word; the flow itself writes nothing."""
    async with kind(shape=shape, auth=auth) as camera:
        shown = await sign_in(hass, camera)
        assert fields(shown)[0] == "set_up_push"
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], {"set_up_push": True})
        await hass.async_block_till_done()
        assert not any(request.command.startswith("Set") for request in camera.requests)
        assert sum(request.command == READ and request.authorised for request in camera.requests) == 1
        assert camera.refused_logins == 0

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].options == {"push_subscription": True}


def folded(shown: ConfigFlowResult) -> list[str]:
    """Return the names of the sections that are closed at first."""
    schema = shown["data_schema"]
    assert schema is not None
    return [str(key) for key, field in schema.schema.items() if getattr(field, "options", {}).get("collapsed")]


async def test_the_box_comes_first(hass: HomeAssistant) -> None:
    """Offer the box before anything that sends to the camera's web page; what it saves is folded, the restart not."""
    async with IpcV2Simulator() as camera:
        shown = await sign_in(hass, camera)
    texts = TEXTS["config"]["step"]["push"]

    assert fields(shown) == ["set_up_push", "camera_address", "camera_connection", "camera_data", "camera_restart"]
    assert folded(shown) == ["camera_address", "camera_connection", "camera_data"]
    assert "web page" not in texts["description"]
    assert "steps below" not in texts["description"]
    assert texts["data_description"]["set_up_push"].startswith("Tick the box and ViewWall tells the camera")


@pytest.mark.parametrize("typed", [{}, {"set_up_push": False}])
async def test_no_consent(hass: HomeAssistant, typed: dict[str, bool]) -> None:
    """Take silence for a no, and leave the question open."""
    async with IpcV2Simulator() as camera:
        shown = await sign_in(hass, camera)
        schema = shown["data_schema"]
        assert schema is not None
        assert schema({})["set_up_push"] is False
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], typed)

    assert result["result"].options == {}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(_full, "camera_no_slot"), (_login, "camera_foreign_login"), (_forbidden, "camera_no_permission")],
)
async def test_why_not(hass: HomeAssistant, spoil: Callable[[IpcV2Simulator], None], why: str) -> None:
    """Say above the instructions why ViewWall cannot write its address itself."""
    async with IpcV2Simulator() as camera:
        spoil(camera)
        shown = await sign_in(hass, camera)
        assert fields(shown) == [why, "camera_address", "camera_connection", "camera_data", "camera_restart"]
        assert folded(shown) == []
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], {})

    assert result["result"].options == {}


@pytest.mark.parametrize(
    "faults",
    [
        Faults(error_code=1, only={READ}),
        Faults(error_code=79, only={READ}),
        Faults(status=404, only={READ}),
        Faults(status=503, only={READ}),
        Faults(garbage=b"\xff<", only={READ}),
        Faults(html=True, only={READ}),
        Faults(cut=True, only={READ}),
        Faults(error_code=9, only={READ}),
    ],
    ids=str,
)
async def test_trouble_is_no_offer(hass: HomeAssistant, faults: Faults) -> None:
    """Show the instructions alone where the camera does not tell, and end as well as with an offer."""
    async with IpcV2Simulator() as camera:
        camera.faults = faults
        shown = await sign_in(hass, camera)
        assert fields(shown)[0] == "camera_address"
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], {})

    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_recorders_are_not_asked(hass: HomeAssistant, kind: type[Simulator]) -> None:
    """Offer nothing for a recorder, which cannot be set up over the network."""
    async with kind() as recorder:
        shown = await sign_in(hass, recorder)
        assert fields(shown)[0].startswith("nvr_")
        assert not any(request.command == READ for request in recorder.requests)
