"""The plates of a camera by the client: owners and dates changed, plates moved and deleted."""

from collections.abc import AsyncIterator

import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ErrorCode,
    ViewtronCommandError,
)
from custom_components.viewwall.viewtron.models import DeviceInfo, DeviceKind
from custom_components.viewwall.viewtron.plate_entries import PlateDetails, PlateGroup
from custom_components.viewwall.viewtron.plate_results import PlateFault, PlateMoveError
from tests.plating import BEGIN, END, sim_plate
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Shape

from .conftest import MakeClient
from .scripted import ScriptedDevice, config, failed

WHITE = PlateGroup("2", "whiteList")
BLACK = PlateGroup("3", "blackList")
PLATE_CAMERA = DeviceInfo(kind=DeviceKind.IPC_V2, supported_apis=frozenset({"AddLicensePlates"}))
DONE = config(attributes='status="success"')


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera with interface 2.1."""
    async with IpcV2Simulator(shape=Shape.FIELD) as simulator:
        yield simulator


@pytest.fixture
def client(camera: IpcV2Simulator, make_client: MakeClient) -> ViewtronClient:
    """Make its client."""
    return make_client(camera.port)


async def test_update(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """Only what is given is sent; an empty owner takes the old one away."""
    camera.database.plates = [sim_plate("A", owner="Ann", card="77", telephone="555")]
    plate = camera.database.plates[0]
    await client.plates.update("A", WHITE, PlateDetails(owner=""))
    assert (plate.owner, plate.card, plate.telephone, plate.begin, plate.end) == ("", "77", "555", BEGIN, END)
    with pytest.raises(ViewtronCommandError) as caught:
        await client.plates.update("a", WHITE, PlateDetails(owner="Bob"))
    assert caught.value.code == ErrorCode.PLATE_MISSING


async def test_move(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A plate takes everything with it, and leaves its old list last."""
    camera.database.plates = [sim_plate(f"N{index}", owner="Ann", card="77", telephone="555") for index in range(70)]
    entry = await client.plates.find("N60", WHITE)
    assert entry is not None
    await client.plates.move(entry, WHITE, BLACK, PlateDetails(owner="Bob"))
    assert camera.database.get("N60", "2") is None
    moved = camera.database.get("N60", "3")
    assert moved is not None
    assert (moved.owner, moved.card, moved.telephone, moved.begin, moved.end) == ("Bob", "77", "555", BEGIN, END)
    assert await client.plates.find("N60", WHITE) is None
    assert [each.command for each in camera.requests if not each.command.startswith("Get")] == [
        "AddLicensePlates",
        "ModifyLicensePlate",
        "DeleteLicensePlate",
    ]


@pytest.mark.parametrize(
    ("commands", "has_details"),
    [({"ModifyLicensePlate", "DeleteLicensePlate"}, False), ({"DeleteLicensePlate"}, True)],
)
async def test_move_stops_halfway(
    camera: IpcV2Simulator, client: ViewtronClient, commands: set[str], has_details: bool
) -> None:
    """A plate never leaves its old list before all of it is on the new one."""
    camera.database.plates = [sim_plate("A", owner="Ann")]
    entry = await client.plates.find("A", WHITE)
    assert entry is not None
    camera.faults.only, camera.faults.error_code = commands, 79
    with pytest.raises(PlateMoveError) as caught:
        await client.plates.move(entry, WHITE, BLACK, PlateDetails())
    assert caught.value.has_details is has_details
    assert {plate.group for plate in camera.database.plates} == {"2", "3"}


async def test_move_that_cannot_begin(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A plate that is on the new list already is left alone, on both."""
    camera.database.plates = [sim_plate("A"), sim_plate("A", "3", owner="Bob")]
    entry = await client.plates.find("A", WHITE)
    assert entry is not None
    with pytest.raises(ViewtronCommandError):
        await client.plates.move(entry, WHITE, BLACK, PlateDetails())
    assert [(plate.group, plate.owner) for plate in camera.database.plates] == [("2", ""), ("3", "Bob")]


async def test_move_of_a_plate_just_deleted(make_client: MakeClient) -> None:
    """Somebody else took it off the old list meanwhile: that is what was wanted."""
    answers = {"AddLicensePlates": DONE, "DeleteLicensePlate": failed(ErrorCode.PLATE_MISSING)}
    page = config("<licensePlates total='1'><item><licensePlateNumber>A</licensePlateNumber></item></licensePlates>")
    async with ScriptedDevice({**answers, "GetLicensePlates": page}) as device:
        client = make_client(device.port)
        client.use(PLATE_CAMERA)
        entry = await client.plates.find("A", WHITE)
        assert entry is not None
        await client.plates.move(entry, WHITE, BLACK, PlateDetails())
        assert device.paths == ["GetLicensePlates", "AddLicensePlates", "DeleteLicensePlate"]


async def test_delete_stops(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """After a missing right nothing more is sent."""
    camera.database.plates = [sim_plate("A"), sim_plate("B")]
    await client.plates.family()
    camera.faults.only, camera.faults.error_code = {"DeleteLicensePlate"}, 4
    results = await client.plates.delete([("A", WHITE), ("B", WHITE)])
    assert [result.fault for result in results] == [PlateFault.REQUEST_REFUSED, PlateFault.NOT_SENT]
