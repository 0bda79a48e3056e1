"""The actions on plates that change and delete, and those on devices that cannot."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest

from tests.acting import call, device_of
from tests.conftest import SetUp, SetUpWall
from tests.plating import BEGIN, END, ask, do, sim_plate, writes
from tests.pushing import device_id
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults, Shape
from tests.simulators.thin_client import ThinClientSimulator

ONE = {"number": "A", "list": "allow"}
CALLS: dict[str, dict[str, Any]] = {
    "list_plates": {},
    "add_plates": {"plates": [ONE]},
    "update_plate": {**ONE, "owner": "Bob"},
    "delete_plates": {"plates": [ONE]},
}
BOTH_SHAPES = pytest.mark.parametrize("shape", list(Shape))


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a plate camera with interface 2.1."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        yield camera


async def test_delete(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Delete plates from their lists; one that is not there, or is written otherwise, is told."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A & <B>"), sim_plate("A & <B>", "3"), sim_plate("C")]
    plates = [
        {"number": "A & <B>", "list": "allow"},
        {"number": "c", "list": "allow"},
        {"number": "C", "group": "temporarylist"},
    ]
    answer = await ask(hass, entry, camera, "delete_plates", plates=plates)
    assert answer["deleted"] == ["A & <B>"]
    assert [each["number"] for each in answer["failed"]] == ["c", "C"]
    assert "has no c on this list" in answer["failed"][0]["error"]
    assert [(plate.number, plate.group) for plate in camera.database.plates] == [("A & <B>", "3"), ("C", "2")]
    with pytest.raises(HomeAssistantError, match=r"Not all plates.*Z: Gate camera has no Z"):
        await do(hass, entry, camera, "delete_plates", plates=[{"number": "Z", "list": "block"}])
    await do(hass, entry, camera, "delete_plates", plates=[{"number": "C", "list": "allow"}])
    assert len(camera.database.plates) == 1


async def test_update(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Change what is given and nothing else."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A", owner="Ann", card="77"), sim_plate("A", "3", owner="Carl")]
    plate = camera.database.plates[0]
    assert await ask(hass, entry, camera, "update_plate", **ONE, owner="Bob & <Co>") == {}
    assert (plate.owner, plate.card, plate.begin, plate.end) == ("Bob & <Co>", "77", BEGIN, END)
    await do(hass, entry, camera, "update_plate", **ONE, end="2026-06-01 12:00:00")
    assert (plate.owner, plate.begin, str(plate.end)) == ("Bob & <Co>", BEGIN, "2026-06-01 15:00:00")
    await do(hass, entry, camera, "update_plate", **ONE, owner="")
    assert plate.owner == ""
    assert camera.database.plates[1].owner == "Carl"
    assert set(writes(camera)) == {"ModifyLicensePlate"}


async def test_move(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A plate goes to another list with its owner and dates, and what is given changes on the way."""
    entry = await set_up(camera)
    camera.database.groups["4"] = "Neighbours"
    camera.database.plates = [sim_plate("A", owner="Ann", card="77", telephone="555"), sim_plate("B")]
    await do(hass, entry, camera, "update_plate", **ONE, new_list="block")
    (moved,) = [plate for plate in camera.database.plates if plate.number == "A"]
    assert (moved.group, moved.owner, moved.card, moved.telephone) == ("3", "Ann", "77", "555")
    assert (moved.begin, moved.end) == (BEGIN, END)
    await do(hass, entry, camera, "update_plate", number="A", list="block", new_group="neighbours", owner="Bob")
    (moved,) = [plate for plate in camera.database.plates if plate.number == "A"]
    assert (moved.group, moved.owner, moved.end) == ("4", "Bob", END)
    assert writes(camera)[:3] == ["AddLicensePlates", "ModifyLicensePlate", "DeleteLicensePlate"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Nothing would change"),
        ({"new_list": "whitelist"}, "already: choose another"),
        ({"new_group": "Nowhere"}, "no list “Nowhere”"),
        ({"new_list": "block", "number": "Z"}, "has no Z on this list"),
        ({"new_list": "block", "end": "2020-01-01 00:00:00"}, "end after it begins"),
        ({"begin": "2026-02-01 00:00:00", "end": "2026-01-01 00:00:00"}, "end after it begins"),
        ({"end": "2026-05-06 04:59:59"}, "end after it begins"),
        ({"begin": "2026-05-06 15:00:01"}, "end after it begins"),
        ({"begin": "2026-05-06 12:00:00", "number": "Z"}, "has no Z on this list"),
    ],
)
async def test_update_mistakes(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, change: dict[str, str], words: str
) -> None:
    """Find mistakes before anything is sent."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A")]
    with pytest.raises(ServiceValidationError, match=words):
        await do(hass, entry, camera, "update_plate", **{**ONE, **change})
    assert writes(camera) == []


async def test_update_schema(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Exactly one list is meant, and at most one new one."""
    entry = await set_up(camera)
    for data in ({"number": "A"}, {**ONE, "group": "whiteList"}, {**ONE, "new_list": "block", "new_group": "x"}):
        with pytest.raises(probatio.Invalid):
            await do(hass, entry, camera, "update_plate", owner="Bob", **data)
    assert writes(camera) == []


async def test_update_refused(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """The camera's refusals come in words."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A"), sim_plate("A", "3")]
    with pytest.raises(HomeAssistantError, match="has no Z on this list"):
        await do(hass, entry, camera, "update_plate", **{**ONE, "number": "Z"}, owner="Bob")
    camera.faults.only, camera.faults.error_code = {"ModifyLicensePlate"}, 16
    with pytest.raises(HomeAssistantError, match="cannot take these values for A"):
        await do(hass, entry, camera, "update_plate", **ONE, end="2027-01-01 00:00:00")
    camera.faults.error_code = None
    with pytest.raises(HomeAssistantError, match="already"):
        await do(hass, entry, camera, "update_plate", **ONE, new_list="block")
    assert len(camera.database.plates) == 2
    for fault in ({"cut": True}, {"status": 500}):
        camera.faults = Faults(only={"ModifyLicensePlate"}, **fault)
        with pytest.raises(HomeAssistantError, match="not known whether"):
            await do(hass, entry, camera, "update_plate", **ONE, owner="Bob")


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        ({"ModifyLicensePlate", "DeleteLicensePlate"}, "perhaps without its owner and dates"),
        ({"DeleteLicensePlate"}, "perhaps still on"),
    ],
)
async def test_move_halfway(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, commands: set[str], words: str
) -> None:
    """A plate that is on both lists is told as such; it never is on none."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A")]
    camera.faults.only, camera.faults.error_code = commands, 79
    with pytest.raises(HomeAssistantError, match=words):
        await do(hass, entry, camera, "update_plate", **ONE, new_list="block")
    assert {plate.group for plate in camera.database.plates} == {"2", "3"}


async def test_all_are_checked_first(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A mistake at one camera keeps both untouched; then both are done."""
    async with IpcV2Simulator(shape=Shape.FIELD, name="Yard", mac="58:5b:69:2b:50:77") as other:
        entries = [await set_up(each) for each in (camera, other)]
        other.database.groups = {"5": "blackList", "6": "Guests"}
        targets = [device_id(hass, entry, each) for entry, each in zip(entries, (camera, other), strict=True)]
        with pytest.raises(ServiceValidationError, match="Yard has no list “allow”"):
            await call(hass, "add_plates", {"device_id": targets}, plates=[ONE])
        assert writes(camera) == writes(other) == []
        other.database.fail_add = {"B": 203}
        plates = [{"number": "B", "list": "block"}, {"number": "C", "list": "block"}]
        answer = await call(hass, "add_plates", {"device_id": targets}, asks=True, plates=plates)
        assert answer[targets[0]] == {"added": ["B", "C"], "failed": []}
        assert answer[targets[1]]["added"] == ["C"]
        assert other.database.plates[0].group == "5"


@BOTH_SHAPES
@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_recorders(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape) -> None:
    """A recorder has no command for its groups, and is asked nothing."""
    async with kind(shape=shape) as recorder:
        entry = await set_up(recorder)
        for action, data in CALLS.items():
            with pytest.raises(ServiceValidationError, match="recorders have no command"):
                await ask(hass, entry, recorder, action, **data)
        assert not [each for each in recorder.requests if "Plate" in each.command]


@BOTH_SHAPES
async def test_old_cameras(hass: HomeAssistant, set_up: SetUp, shape: Shape) -> None:
    """An old camera takes plates, but does not list, change or delete them."""
    async with IpcV1Simulator(shape=shape) as camera:
        entry = await set_up(camera)
        assert await ask(hass, entry, camera, "add_plates", plates=[ONE]) == {"added": ["A"], "failed": []}
        assert camera.database.plates[0].group == "2"
        with pytest.raises(HomeAssistantError, match="no command that lists"):
            await ask(hass, entry, camera, "list_plates")
        for action in ("update_plate", "delete_plates"):
            with pytest.raises(ServiceValidationError, match="can add plates, but not change or delete"):
                await ask(hass, entry, camera, action, **CALLS[action])
        assert writes(camera) == ["AddVehiclePlate"]


@BOTH_SHAPES
async def test_cameras_without_plates(hass: HomeAssistant, set_up: SetUp, shape: Shape) -> None:
    """A camera that has neither family says so."""
    async with IpcV2Simulator(shape=shape) as camera:
        camera.plate_family = "none"
        entry = await set_up(camera)
        for action, data in CALLS.items():
            with pytest.raises(ServiceValidationError, match="keeps no plates"):
                await ask(hass, entry, camera, action, **data)
    async with IpcV1Simulator(shape=shape, mac="58:5b:69:2b:50:78") as old:
        old.plate_family = "none"
        entry = await set_up(old)
        with pytest.raises(HomeAssistantError, match="cannot do this"):
            await ask(hass, entry, old, "add_plates", plates=[ONE])


async def test_walls(hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, camera: IpcV2Simulator) -> None:
    """A wall among the targets is an error that names it, and the camera is left alone."""
    entry = await set_up(camera)
    async with ThinClientSimulator() as wall:
        name = (await set_up_wall(wall)).title
        targets = [device_of(hass, wall), device_id(hass, entry, camera)]
        for action, data in CALLS.items():
            with pytest.raises(ServiceValidationError, match=name):
                await call(hass, action, {"device_id": targets}, asks=True, **data)
    assert not [each for each in camera.requests if "Plate" in each.command]
