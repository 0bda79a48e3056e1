"""The plates of a camera by the client: families, pages, batches, what is sent and what is made of the answers."""

from collections.abc import AsyncIterator

import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.codes import PlateList
from custom_components.viewwall.viewtron.errors import (
    ErrorCode,
    ViewtronCommandError,
    ViewtronNoAnswerError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from custom_components.viewwall.viewtron.models import DeviceInfo, DeviceKind
from custom_components.viewwall.viewtron.plate_entries import NewPlate, PlateDetails, PlateGroup
from custom_components.viewwall.viewtron.plate_results import PlateFault
from custom_components.viewwall.viewtron.plates import PlateFamily
from tests.plating import BEGIN, END, sim_plate
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Auth, ErrorStyle, Shape

from .conftest import MakeClient
from .scripted import ScriptedDevice, config, failed

WHITE = PlateGroup("2", "whiteList")
VEHICLE = PlateGroup("whiteList", "whiteList")
BLACK = PlateGroup("3", "blackList")
PLATE_CAMERA = DeviceInfo(kind=DeviceKind.IPC_V2, supported_apis=frozenset({"AddLicensePlates"}))
DONE = config(attributes='status="success"')


def new(number: str, group: PlateGroup = WHITE, **details: object) -> NewPlate:
    """Return a plate to be added."""
    return NewPlate(number=number, group=group, details=PlateDetails(**details))  # type: ignore[arg-type]


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera with interface 2.1."""
    async with IpcV2Simulator(shape=Shape.FIELD) as simulator:
        yield simulator


@pytest.fixture
def client(camera: IpcV2Simulator, make_client: MakeClient) -> ViewtronClient:
    """Make its client."""
    return make_client(camera.port)


@pytest.mark.parametrize("style", list(ErrorStyle))
@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("is_listed", [True, False])
async def test_family(
    camera: IpcV2Simulator, client: ViewtronClient, style: ErrorStyle, auth: Auth, is_listed: bool
) -> None:
    """Each family is found by the list of commands or by asking, whatever a refusal looks like, and remembered."""
    camera.error_style, camera.doorkeeper.auth = style, auth
    if not is_listed:
        camera.commands.pop("GetSupportedAPIs")
    for family, expected in {
        "license": PlateFamily.LICENSE,
        "vehicle": PlateFamily.VEHICLE,
        "none": PlateFamily.NONE,
    }.items():
        camera.plate_family = family  # type: ignore[assignment]
        camera.software_version += "."
        await client.identify()
        assert await client.plates.family() is expected
        before = len(camera.requests)
        assert await client.plates.family() is expected
        assert len(camera.requests) == before


async def test_family_of_others(make_client: MakeClient) -> None:
    """An old camera has the old commands; nothing about plates is asked of it or of a recorder."""
    async with IpcV1Simulator() as old, NvrV2Simulator() as recorder:
        assert await make_client(old.port).plates.family() is PlateFamily.VEHICLE
        assert await make_client(recorder.port).plates.family() is PlateFamily.NONE
        assert await make_client(recorder.port).plates.groups() == ()
        assert not [each for each in (*old.requests, *recorder.requests) if "Plate" in each.command]


async def test_groups(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """Lists are known by their names, whatever their ids, and read anew each time."""
    camera.database.groups = {"1": "blackList", "7": "White_List", "9": "Müller & <Sons>"}
    groups = await client.plates.groups()
    assert [(each.id, each.name, each.listed) for each in groups] == [
        ("1", "blackList", PlateList.BLOCK),
        ("7", "White_List", PlateList.ALLOW),
        ("9", "Müller & <Sons>", None),
    ]
    camera.database.groups = {}
    assert await client.plates.groups() == ()


@pytest.mark.parametrize("most", [50, 7, 1])
async def test_pages(camera: IpcV2Simulator, client: ViewtronClient, most: int) -> None:
    """All pages are read, however few plates the device tells at once; an empty list is an error there, not here."""
    assert await client.plates.list() == ()
    camera.most_per_page = most
    camera.database.plates = [
        *(sim_plate(f"W{index}") for index in range(60)),
        *(sim_plate(f"B{index}", "3", owner="A & B", card="77") for index in range(5)),
    ]
    entries = await client.plates.list()
    assert sorted(entry.number for entry in entries) == sorted(plate.number for plate in camera.database.plates)
    last = entries[-1]
    assert (last.group, last.listed, last.owner) == ("blackList", PlateList.BLOCK, "A & B")
    assert (last.begin, last.end) == (BEGIN, END)
    assert [entry.number for entry in await client.plates.list([BLACK])] == ["B0", "B1", "B2", "B3", "B4"]


@pytest.mark.parametrize("inside", [True, False])
async def test_pages_of_the_old_family(camera: IpcV2Simulator, client: ViewtronClient, inside: bool) -> None:
    """The older commands count pages from 0 and have one query for all lists."""
    camera.plate_family = "vehicle"
    camera.vehicle_answer_inside = inside
    assert await client.plates.list() == ()
    camera.database.plates = [*(sim_plate(f"W{index}") for index in range(120)), sim_plate("B", "3", owner="Ann")]
    entries = await client.plates.list()
    assert len(entries) == 121
    assert (entries[-1].number, entries[-1].listed, entries[-1].owner, entries[-1].end) == (
        "B",
        PlateList.BLOCK,
        "Ann",
        END,
    )
    blocked = next(group for group in await client.plates.groups() if group.listed is PlateList.BLOCK)
    assert [entry.number for entry in await client.plates.list([blocked])] == ["B"]


async def test_endless_pages(make_client: MakeClient) -> None:
    """A device that tells the same page for ever is asked no more than twice; one that invents plates has an end."""
    page = config(
        '<licensePlates total="90000"><item licensePlateNumber="A1" groupId="2" beginTime="never"/>'
        "<item><licensePlateNumber>B2</licensePlateNumber></item><item/></licensePlates>"
    )
    async with ScriptedDevice({"GetLicensePlates": page}) as device:
        client = make_client(device.port)
        client.use(PLATE_CAMERA)
        groups = config("<licensePlateGroups><item><id>2</id><name>whiteList</name></item></licensePlateGroups>")
        device.answers["GetLicensePlateGroups"] = groups
        entries = await client.plates.list()
        assert [(entry.number, entry.listed, entry.begin) for entry in entries] == [
            ("A1", PlateList.ALLOW, None),
            ("B2", PlateList.ALLOW, None),
        ]
        assert device.paths.count("GetLicensePlates") == 2


async def test_two_groups_with_one_id(make_client: MakeClient) -> None:
    """Nobody knows which list such an id is."""
    groups = "".join(f"<item><groupId>1</groupId><groupName>{name}</groupName></item>" for name in ("white", "black"))
    async with ScriptedDevice(
        {"GetLicensePlateGroups": config(f"<licensePlateGroups>{groups}</licensePlateGroups>")}
    ) as device:
        client = make_client(device.port)
        client.use(PLATE_CAMERA)
        with pytest.raises(ViewtronProtocolError):
            await client.plates.groups()


async def test_thousand_plates(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A thousand plates go in ten batches; a failed batch fails its own plates, and each plate is told."""
    camera.database.fail_batch = 4
    camera.database.fail_add = {"N7": 202, "N999": 201}
    camera.database.plates = [sim_plate("N500")]
    results = await client.plates.add([new(f"N{index}") for index in range(1000)])
    assert [result.number for result in results] == [f"N{index}" for index in range(1000)]
    assert camera.database.batches == 10
    failures = {result.number: result for result in results if result.fault is not None}
    assert {result.fault for result in failures.values()} == {PlateFault.REFUSED, PlateFault.REQUEST_REFUSED}
    codes = {
        number: result.error.code
        for number, result in failures.items()
        if isinstance(result.error, ViewtronCommandError)
    }
    assert codes == {f"N{index}": 79 for index in range(300, 400)} | {"N7": 202, "N999": 201, "N500": 203}
    assert len(camera.database.plates) == 1000 - 102


async def test_details(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """Owner and dates are set after the add, and only those that are given."""
    results = await client.plates.add(
        [new("A <&> ]]>", owner='"X" & ]]> <Y>', begin=BEGIN, end=END), new("B"), new("C", BLACK, end=END)]
    )
    assert not any(result.fault for result in results)
    first, second, third = camera.database.plates
    assert (first.number, first.owner, first.begin, first.end) == ("A <&> ]]>", '"X" & ]]> <Y>', BEGIN, END)
    assert (second.owner, second.end) == ("", camera.database.chosen_end)
    assert (third.group, third.begin, third.end) == ("3", camera.database.chosen_begin, END)
    changes = [each for each in camera.requests if each.command == "ModifyLicensePlate"]
    assert len(changes) == 2
    assert b"carOwner" not in changes[1].body
    assert b"beginTime" not in changes[1].body
    assert [entry.number for entry in await client.plates.list()] == ["A <&> ]]>", "B", "C"]


async def test_details_fail(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A plate whose dates cannot be set is taken off again; a missing right stops the rest without a word more."""
    camera.faults.only, camera.faults.error_code = {"ModifyLicensePlate"}, 79
    results = await client.plates.add([new("A", end=END), new("B")])
    assert [result.fault for result in results] == [PlateFault.NO_DATES, None]
    camera.faults.error_code = 4
    results = await client.plates.add([*(new(f"N{index}", end=END) for index in range(99)), new("X"), new("Y")])
    assert [result.fault for result in results] == [*[PlateFault.NO_DATES] * 99, None, PlateFault.NOT_SENT]
    assert isinstance(results[-1].error, ViewtronPermissionError)
    assert len([each for each in camera.requests if each.command == "ModifyLicensePlate"]) == 2


async def test_twice(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """The second of the same plate fails; in another list it is another plate."""
    results = await client.plates.add([new("A"), new("A"), new("A", BLACK)])
    assert [result.fault for result in results] == [None, PlateFault.TWICE, None]
    results = await client.plates.delete([("A", WHITE), ("A", WHITE), ("A", BLACK), ("Z", BLACK)])
    assert [result.fault for result in results] == [None, PlateFault.TWICE, None, PlateFault.REFUSED]
    assert camera.database.plates == []


@pytest.mark.parametrize(
    ("replies", "faults"),
    [
        ("<item index='2' errorCode='203'/><item index='1' errorCode='0'/>", [None, PlateFault.REFUSED]),
        (
            "</licensePlatesReply><item index='2' errorCode='203'/><licensePlatesReply>",
            [PlateFault.UNCERTAIN, PlateFault.REFUSED],
        ),
        ("", [PlateFault.UNCERTAIN] * 2),
        ("<item><index>2</index><errorCode>0</errorCode></item>", [PlateFault.UNCERTAIN, None]),
        ("<item index='0' errorCode='0'/><item index='1' errorCode='0'/>", [PlateFault.UNCERTAIN] * 2),
        (
            "<item index='1' errorCode='0'/><item index='1' errorCode='203'/>",
            [PlateFault.REFUSED, PlateFault.UNCERTAIN],
        ),
        (None, [None, None]),
    ],
)
async def test_replies(make_client: MakeClient, replies: str | None, faults: list[PlateFault | None]) -> None:
    """Codes count by their index and not by their order; what is not told is not known."""
    answer = DONE if replies is None else config(f"<licensePlatesReply>{replies}</licensePlatesReply>")
    async with ScriptedDevice({"AddLicensePlates": answer}) as device:
        client = make_client(device.port)
        client.use(PLATE_CAMERA)
        assert [result.fault for result in await client.plates.add([new("A"), new("B")])] == faults


async def test_connection_breaks(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """What was told stays told; the batch under way is not known, and nothing more is sent."""
    await client.plates.family()
    add, database = camera.commands["AddLicensePlates"], camera.database

    def break_off(request: object) -> object:
        if database.batches == 1:
            camera.faults.only, camera.faults.cut = {"AddLicensePlates"}, True
        return add(request)  # type: ignore[arg-type]

    camera.commands["AddLicensePlates"] = break_off  # type: ignore[assignment]
    results = await client.plates.add([new(f"N{index}") for index in range(250)])
    faults = [result.fault for result in results]
    assert faults[:100] == [None] * 100
    assert set(faults[200:]) == {PlateFault.NOT_SENT}
    assert set(faults[100:200]) == {PlateFault.UNCERTAIN}
    assert database.batches == 2
    assert isinstance(results[150].error, ViewtronNoAnswerError)
    camera.faults.cut = False
    camera.faults.only = None
    assert len(await client.plates.list()) == len(database.plates)


async def test_login_refused_between(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """After a refused login nothing is sent: the account could be locked."""
    await client.plates.family()
    add = camera.commands["AddLicensePlates"]

    def change_password(request: object) -> object:
        camera.doorkeeper.password = "another-1"
        return add(request)  # type: ignore[arg-type]

    camera.commands["AddLicensePlates"] = change_password  # type: ignore[assignment]
    results = await client.plates.add([new(f"N{index}") for index in range(250)])
    assert [result.fault for result in results] == [*[None] * 100, *[PlateFault.NOT_SENT] * 150]
    assert camera.refused_logins == 1


@pytest.mark.parametrize("shape", list(Shape))
async def test_old_family_adds_one_by_one(make_client: MakeClient, shape: Shape) -> None:
    """The older command answers once for all: each plate goes alone, with dates that have slashes."""
    async with IpcV1Simulator(shape=shape) as camera:
        client = make_client(camera.port)
        groups = {group.listed: group for group in await client.plates.groups()}
        camera.database.fail_add = {"B": 203}
        plates = [
            new("A&]]>", groups[PlateList.ALLOW], owner="Ann", end=END),
            *(new(text, groups[PlateList.BLOCK]) for text in "BC"),
        ]
        assert [result.fault for result in await client.plates.add(plates)] == [None, PlateFault.REFUSED, None]
        first, last = camera.database.plates
        assert (first.number, first.group, first.owner, first.end) == ("A&]]>", "2", "Ann", END)
        assert (last.number, last.group, last.begin.year, last.end.year) == ("C", "3", 2000, 2037)
        with pytest.raises(ViewtronNotSupportedError):
            await client.plates.list()


async def test_a_bare_refusal(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A bare HTTP 400 ends it at once while nothing has worked; later it fails its own plate only."""
    camera.plate_family = "vehicle"
    camera.database.fail_add = {"BAD": 1}
    results = await client.plates.add([new("A", VEHICLE), new("BAD", VEHICLE), new("B", VEHICLE)])
    assert [result.fault for result in results] == [None, PlateFault.REQUEST_REFUSED, None]
    results = await client.plates.add([new("BAD", VEHICLE), new("C", VEHICLE)])
    assert [result.fault for result in results] == [PlateFault.REQUEST_REFUSED, PlateFault.NOT_SENT]


@pytest.mark.parametrize(
    ("answers", "family"),
    [
        ({"GetLicensePlateGroups": failed(ErrorCode.NOT_FOUND)}, PlateFamily.LICENSE),
        ({"GetVehiclePlate": failed(ErrorCode.NOT_FOUND)}, PlateFamily.VEHICLE),
        ({"GetVehiclePlate": failed(ErrorCode.OUT_OF_RANGE)}, PlateFamily.VEHICLE),
        ({}, PlateFamily.NONE),
    ],
)
async def test_family_without_a_list(make_client: MakeClient, answers: dict[str, bytes], family: PlateFamily) -> None:
    """A device that finds a fault with a question has understood it."""
    async with ScriptedDevice({**answers}) as device:
        client = make_client(device.port)
        client.use(DeviceInfo(kind=DeviceKind.IPC_V2))
        assert await client.plates.family() is family
        if family is PlateFamily.LICENSE:
            assert await client.plates.groups() == ()


async def test_family_that_may_not_be_known(make_client: MakeClient) -> None:
    """A missing right says nothing about the commands, and is not remembered as if it did."""
    answers = {"GetLicensePlateGroups": [failed(ErrorCode.NO_PERMISSION), config()]}
    async with ScriptedDevice({**answers}) as device:
        client = make_client(device.port)
        client.use(DeviceInfo(kind=DeviceKind.IPC_V2))
        with pytest.raises(ViewtronPermissionError):
            await client.plates.family()
        assert await client.plates.family() is PlateFamily.LICENSE


async def test_no_end_of_plates(
    camera: IpcV2Simulator, client: ViewtronClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is an end to what is listed, whatever the device has."""
    monkeypatch.setattr("custom_components.viewwall.viewtron.plates.MAX_PLATES", 60)
    camera.database.plates = [sim_plate(f"N{index}") for index in range(200)]
    assert len(await client.plates.list()) == 60
