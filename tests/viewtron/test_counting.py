"""The totals of a camera's line over the wire, and their reset."""

import pytest

from custom_components.viewwall.viewtron import ByType
from custom_components.viewwall.viewtron.counting import LineStatistics
from custom_components.viewwall.viewtron.errors import ViewtronNotSupportedError
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.state import Faults, Shape

from .conftest import MakeClient

ZERO = ByType(0, 0, 0)
RESET = "<passlinecount><forceReset>true</forceReset></passlinecount>"


def commands(camera: CameraSimulator) -> list[str]:
    """Return the last commands about counting."""
    return [request.command for request in camera.requests if "PassLine" in request.command]


@pytest.mark.parametrize("shape", list(Shape))
async def test_statistics(make_client: MakeClient, shape: Shape) -> None:
    """Read totals by direction and kind; bikes are two-wheelers."""
    async with IpcV2Simulator(shape=shape) as camera:
        client = make_client(camera.port, password=camera.password)
        found = await client.counting.statistics()
    assert found == LineStatistics(entered=ByType(12, 7, 1), exited=ByType(11, 6, 0))
    assert not found.is_zero


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"<entranceCount><person>3</person></entranceCount>", LineStatistics(entered=ByType(person=3))),
        (b"<x><EntranceCount person='3' Bike='-1'/></x>", LineStatistics(entered=ByType(person=3))),
        (b"<exitCount><car>x</car><bike> 4 </bike></exitCount>", LineStatistics(exited=ByType(two_wheeler=4))),
    ],
)
async def test_odd_statistics(make_client: MakeClient, answer: bytes, expected: LineStatistics) -> None:
    """Take what is there, wherever it stands."""
    async with IpcV2Simulator() as camera:
        camera.faults = Faults(garbage=b"<config>" + answer + b"</config>")
        client = make_client(camera.port, password=camera.password)
        assert await client.counting.statistics() == expected


@pytest.mark.parametrize("answer", [b"<config/>", b"<config><entranceCount/><exitCount/></config>"])
async def test_answer_without_totals(make_client: MakeClient, answer: bytes) -> None:
    """Take an answer that tells nothing for a refusal."""
    async with IpcV2Simulator() as camera:
        camera.faults = Faults(garbage=answer)
        client = make_client(camera.port, password=camera.password)
        with pytest.raises(ViewtronNotSupportedError):
            await client.counting.statistics()


async def test_reset(make_client: MakeClient) -> None:
    """Send the reset alone, and read back."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        client = make_client(camera.port, password=camera.password)
        found = await client.counting.reset()
        assert found == LineStatistics(ZERO, ZERO)
        assert found.is_zero
        assert commands(camera) == ["GetPassLineCountConfig", "SetPassLineCountConfig", "GetPassLineCountStatistics"]
        body = next(request.body for request in camera.requests if request.command.startswith("Set"))
        assert RESET in body.decode()
        assert camera.line_config_writes == []


async def test_reset_that_is_refused_or_ignored(make_client: MakeClient) -> None:
    """Return the totals as they still are."""
    async with IpcV2Simulator() as camera:
        client = make_client(camera.port, password=camera.password)
        camera.reset_works = False
        assert not (await client.counting.reset()).is_zero
        camera.reset_works = camera.reset_ignored = True
        assert not (await client.counting.reset()).is_zero
        camera.requests.clear()
        camera.faults = Faults(error_code=1, only={"GetPassLineCountConfig"})
        assert not (await client.counting.reset()).is_zero
        assert commands(camera) == ["GetPassLineCountConfig", "GetPassLineCountStatistics"]


async def test_first_generation(make_client: MakeClient) -> None:
    """Say that there are no statistics."""
    async with IpcV1Simulator() as camera:
        client = make_client(camera.port, password=camera.password)
        with pytest.raises(ViewtronNotSupportedError):
            await client.counting.statistics()
