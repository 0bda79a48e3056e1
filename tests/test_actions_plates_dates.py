"""The actions on plates with a time: whoever is cut off in the middle leaves no plate that is valid for ever."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.acting import call
from tests.conftest import SetUp
from tests.plating import END, ask, do, sim_plate, unmoved
from tests.pushing import device_id
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Answer, Faults, Request, Shape

GUEST = {"number": "G", "list": "allow", "end": "2026-12-01 12:00:00"}
ONE = {"number": "A", "list": "allow"}


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a plate camera with interface 2.1."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        yield camera


@pytest.mark.parametrize(
    ("fault", "words", "kept"),
    [
        ({"status": 500}, "G was not added to Gate camera", []),
        ({"cut": True}, "G was not added to Gate camera", []),
        ({"error_code": 4}, "G was not added to Gate camera", []),
        ({"error_code": 10}, "is valid for as long as the device chose: delete it", ["G"]),
    ],
)
async def test_dates_fail(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, fault: dict[str, Any], words: str, kept: list[str]
) -> None:
    """What became of a plate is told, also when the trouble concerns all plates alike."""
    entry = await set_up(camera)
    camera.faults = Faults(only={"ModifyLicensePlate"}, **fault)
    answer = await ask(hass, entry, camera, "add_plates", plates=[GUEST])
    assert answer["added"] == []
    assert words in answer["failed"][0]["error"]
    assert [plate.number for plate in camera.database.plates] == kept


async def test_nobody_answers_any_more(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A camera that is gone after the first step has a plate that is valid for ever, and that is said."""
    entry = await set_up(camera)
    camera.faults = Faults(only={"ModifyLicensePlate", "DeleteLicensePlate"}, status=500)
    with pytest.raises(HomeAssistantError, match=r"G was added to Gate camera and is valid.*does not answer"):
        await do(hass, entry, camera, "add_plates", plates=[GUEST])


async def test_uncertain_adds_are_told(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A camera that fails while it adds may have added."""
    entry = await set_up(camera)
    camera.faults = Faults(only={"AddLicensePlates"}, status=500)
    answer = await ask(hass, entry, camera, "add_plates", plates=[GUEST])
    assert answer["failed"][0]["error"].startswith("It is not known whether Gate camera did this for G.")


async def test_owner_fails(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A plate without a time that has no owner is no danger."""
    entry = await set_up(camera)
    camera.faults = Faults(only={"ModifyLicensePlate"}, error_code=79)
    answer = await ask(hass, entry, camera, "add_plates", plates=[{**ONE, "owner": "Ann"}])
    assert "has added A, but without its owner" in answer["failed"][0]["error"]
    assert [plate.number for plate in camera.database.plates] == ["A"]


async def _cut_off(hass: HomeAssistant, camera: IpcV2Simulator, action: str, target: str, **data: Any) -> None:
    """Cancel an action while the dates are on their way, and let what goes on come to its end."""
    modify, arrived = camera.commands["ModifyLicensePlate"], asyncio.Event()

    def arrive(request: Request) -> Answer:
        is_first = not arrived.is_set()
        arrived.set()
        return replace(modify(request), delay=0.2 if is_first else 0)

    camera.commands["ModifyLicensePlate"] = arrive
    task = asyncio.create_task(call(hass, action, {"device_id": target}, **data))
    async with asyncio.timeout(5):
        await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await hass.async_block_till_done()


async def test_cancelled_add(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A script that is stopped leaves the plates that it added with their dates, and adds no more."""
    entry = await set_up(camera)
    plates = [{**GUEST, "number": f"G{index}"} for index in range(101)]
    await _cut_off(hass, camera, "add_plates", device_id(hass, entry, camera), plates=plates)
    assert camera.database.batches == 1
    assert {str(plate.end) for plate in camera.database.plates} == {"2026-12-01 15:00:00"}
    assert len(camera.database.plates) == 100


async def test_cancelled_move(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A script that is stopped leaves a plate on one list."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A")]
    await _cut_off(hass, camera, "update_plate", device_id(hass, entry, camera), **ONE, new_list="block")
    assert [(plate.group, plate.end) for plate in camera.database.plates] == [("3", END)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [({"error_code": 16}, "^Gate camera cannot take these values"), ({"status": 500}, "^Gate camera does not answer")],
)
async def test_move_that_fails(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, fault: dict[str, Any], words: str
) -> None:
    """A plate that cannot have its dates on the new list is where it was, and the reason is told alone."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A")]
    camera.faults = Faults(only={"ModifyLicensePlate"}, **fault)
    with pytest.raises(HomeAssistantError, match=words):
        await do(hass, entry, camera, "update_plate", **ONE, new_list="block")
    assert [(plate.group, plate.end) for plate in camera.database.plates] == [("2", END)]


async def test_dates_are_ignored(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A camera that says yes to dates and keeps others is found out."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A")]
    camera.commands["ModifyLicensePlate"] = unmoved(camera)
    answer = await ask(hass, entry, camera, "add_plates", plates=[GUEST])
    assert answer["failed"][0]["error"].startswith("The plate G was not added to Gate camera")
    for change in ({"end": "2026-12-01 12:00:00"}, {"new_list": "block"}):
        with pytest.raises(HomeAssistantError, match="accepted the dates of A, but does not keep them"):
            await do(hass, entry, camera, "update_plate", **ONE, **change)
    assert [(plate.number, plate.group) for plate in camera.database.plates] == [("A", "2")]
