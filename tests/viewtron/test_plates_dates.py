"""Plates with a time, by the client: none stays valid for longer than it was asked for without a word."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronIgnoredError,
    ViewtronNoAnswerError,
)
from custom_components.viewwall.viewtron.plate_entries import NewPlate, PlateDetails, PlateGroup
from custom_components.viewwall.viewtron.plate_results import PlateFault, PlateMoveError
from custom_components.viewwall.viewtron.plates import PATIENCE
from tests.plating import BEGIN, END, of_minutes, sim_plate, unmoved, writes
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Answer, Faults, Request, Shape

from .conftest import MakeClient

WHITE = PlateGroup("2", "whiteList")
BLACK = PlateGroup("3", "blackList")
LATER = END.replace(day=7, second=59)


def dated(*numbers: str, group: PlateGroup = WHITE) -> list[NewPlate]:
    """Return plates with an end."""
    return [NewPlate(number=number, group=group, details=PlateDetails(end=LATER)) for number in numbers]


@pytest.fixture
async def camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera with interface 2.1."""
    async with IpcV2Simulator(shape=Shape.FIELD) as simulator:
        yield simulator


@pytest.fixture
async def client(camera: IpcV2Simulator, make_client: MakeClient) -> ViewtronClient:
    """Make its client, which knows it."""
    client = make_client(camera.port)
    await client.plates.family()
    return client


@pytest.mark.parametrize("fault", [{"status": 500}, {"cut": True}, {"error_code": 79}, {"error_code": 4}])
async def test_taken_off_after_any_error(camera: IpcV2Simulator, client: ViewtronClient, fault: dict[str, Any]) -> None:
    """Whatever keeps a plate from its dates, it is taken off again, and so are those that came after it."""
    camera.faults = Faults(only={"ModifyLicensePlate"}, **fault)
    plates = [*dated("A", "B"), NewPlate(number="C", group=WHITE)]
    results = await client.plates.add(plates)
    assert [result.fault for result in results] == [PlateFault.NO_DATES, PlateFault.NO_DATES, None]
    assert [plate.number for plate in camera.database.plates] == ["C"]


async def test_cannot_be_taken_off(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A plate that stays without its dates is told as such; one that misses its owner only is another matter."""
    camera.faults = Faults(error_code=10, only={"ModifyLicensePlate"})
    owned = NewPlate(number="C", group=WHITE, details=PlateDetails(owner="Ann"))
    results = await client.plates.add([*dated("A", "B"), owned])
    assert [result.fault for result in results] == [PlateFault.NO_DETAILS, PlateFault.NO_DETAILS, PlateFault.NO_OWNER]
    assert writes(camera) == ["AddLicensePlates", "ModifyLicensePlate"]


@pytest.mark.parametrize(("fault", "tried"), [({"cut": True}, PATIENCE), ({"status": 500}, 8), ({"error_code": 79}, 8)])
async def test_patience(camera: IpcV2Simulator, client: ViewtronClient, fault: dict[str, Any], tried: int) -> None:
    """A silent device is not told a hundred times, because each time takes as long as a request may."""
    camera.faults = Faults(only={"ModifyLicensePlate", "DeleteLicensePlate"}, **fault)
    results = await client.plates.add(dated(*"ABCDEFGH"))
    assert {result.fault for result in results} == {PlateFault.NO_DETAILS}
    assert writes(camera).count("DeleteLicensePlate") == tried


async def test_gone_meanwhile(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A plate that somebody else took off before us is off."""

    def vanish(request: Request) -> Answer:
        camera.database.plates.clear()
        return camera.fail(204)

    camera.commands["ModifyLicensePlate"] = vanish
    assert [result.fault for result in await client.plates.add(dated("A"))] == [PlateFault.NO_DATES]


async def test_halt(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """Whoever is called off finishes a batch with its dates, and begins no other."""
    halt = asyncio.Event()
    add = camera.commands["AddLicensePlates"]

    def called_off(request: Request) -> Answer:
        halt.set()
        return add(request)

    camera.commands["AddLicensePlates"] = called_off
    results = await client.plates.add(dated(*(f"N{index}" for index in range(150))), halt)
    assert len(results) == 100
    assert [plate.end for plate in camera.database.plates] == [LATER] * 100


async def test_dates_that_are_ignored(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """Dates are read back once for each list; a plate that did not take its own is taken off."""
    camera.commands["ModifyLicensePlate"] = unmoved(camera)
    camera.database.plates = [sim_plate("A", "3", owner="Bob")]
    results = await client.plates.add([*dated("A", "B"), *dated("C", group=BLACK), NewPlate(number="D", group=WHITE)])
    assert [result.fault for result in results] == [*[PlateFault.NO_DATES] * 3, None]
    assert isinstance(results[0].error, ViewtronIgnoredError)
    assert [(plate.number, plate.group) for plate in camera.database.plates] == [("A", "3"), ("D", "2")]
    assert [each.command for each in camera.requests].count("GetLicensePlates") == 2
    camera.faults = Faults(error_code=79, only={"DeleteLicensePlate"})
    assert [result.fault for result in await client.plates.add(dated("E"))] == [PlateFault.NO_DETAILS]


async def test_once_for_all_batches(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """Reading back costs a list and no more; without dates it costs nothing."""
    await client.plates.add([NewPlate(number="A", group=WHITE, details=PlateDetails(owner="Ann"))])
    assert "GetLicensePlates" not in [each.command for each in camera.requests]
    results = await client.plates.add(dated(*(f"N{index}" for index in range(120))))
    assert not any(result.fault for result in results)
    # Pages of 50: the one of 121 plates has three.
    assert [each.command for each in camera.requests].count("GetLicensePlates") == 3


async def test_clocks_of_minutes(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A device that keeps no seconds has taken the dates."""
    camera.commands["ModifyLicensePlate"] = of_minutes(camera)
    assert [result.fault for result in await client.plates.add(dated("A"))] == [None]
    assert camera.database.plates[0].end == LATER.replace(second=0)
    await client.plates.update("A", WHITE, PlateDetails(end=LATER.replace(hour=20)))


@pytest.mark.parametrize("fault", [{"error_code": 79}, {"cut": True}, {"error_code": 20}])
async def test_nothing_is_read_back(camera: IpcV2Simulator, client: ViewtronClient, fault: dict[str, Any]) -> None:
    """What a device accepted counts where its lists cannot be read."""
    camera.faults = Faults(only={"GetLicensePlates"}, **fault)
    assert [result.fault for result in await client.plates.add(dated("A"))] == [None]
    assert [plate.end for plate in camera.database.plates] == [LATER]
    with pytest.raises(ViewtronError):
        # What it has cannot be kept where it cannot be read.
        await client.plates.update("A", WHITE, PlateDetails(end=END))
    assert [plate.end for plate in camera.database.plates] == [LATER]


async def test_update_keeps_the_rest(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A device that empties what it is not told loses nothing."""
    camera.database.plates = [sim_plate("A", owner="Anna", end=LATER, telephone="555 0100", card="77")]
    carry_out = camera.commands["ModifyLicensePlate"]

    def empty_the_rest(request: Request) -> Answer:
        """Forget everything before the change."""
        plate = camera.database.plates[0]
        plate.owner = plate.telephone = plate.card = ""
        plate.begin, plate.end = camera.database.chosen_begin, camera.database.chosen_end
        return carry_out(request)

    camera.commands["ModifyLicensePlate"] = empty_the_rest
    await client.plates.update("A", WHITE, PlateDetails(owner="Bob"))
    [plate] = camera.database.plates
    assert (plate.owner, plate.telephone, plate.card, plate.end) == ("Bob", "555 0100", "77", LATER)


async def test_update_that_is_ignored(camera: IpcV2Simulator, client: ViewtronClient) -> None:
    """A change of dates that did nothing is an error."""
    camera.database.plates = [sim_plate("A")]
    camera.commands["ModifyLicensePlate"] = unmoved(camera)
    with pytest.raises(ViewtronIgnoredError):
        await client.plates.update("A", WHITE, PlateDetails(begin=BEGIN, end=LATER))
    await client.plates.update("A", WHITE, PlateDetails(begin=BEGIN, owner="Bob"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"error_code": 16}, ViewtronCommandError),
        ({"status": 500}, ViewtronConnectionError),
        ({"cut": True}, ViewtronConnectionError),
        ({}, ViewtronIgnoredError),
    ],
)
async def test_move_without_its_dates(
    camera: IpcV2Simulator, client: ViewtronClient, fault: dict[str, Any], error: type[Exception]
) -> None:
    """A plate that does not get its dates on the new list does not stay there, and stays on the old one."""
    camera.database.plates = [sim_plate("A")]
    entry = await client.plates.find("A", WHITE)
    assert entry is not None
    if fault:
        camera.faults = Faults(only={"ModifyLicensePlate"}, **fault)
    else:
        camera.commands["ModifyLicensePlate"] = unmoved(camera)
    with pytest.raises(error) as caught:
        await client.plates.move(entry, WHITE, BLACK, PlateDetails())
    assert not isinstance(caught.value, ViewtronNoAnswerError)
    assert [(plate.group, plate.end) for plate in camera.database.plates] == [("2", END)]
    camera.faults = Faults(only={"ModifyLicensePlate", "DeleteLicensePlate"}, error_code=79)
    with pytest.raises(PlateMoveError) as both:
        await client.plates.move(entry, WHITE, BLACK, PlateDetails())
    assert not both.value.has_details
    assert [plate.group for plate in camera.database.plates] == ["2", "3"]
