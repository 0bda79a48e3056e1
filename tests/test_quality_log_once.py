"""The log: one line when a device is lost, one when it is back, over both channels together."""

import logging

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp, SetUpWall
from tests.pushing import value
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.thin_client import ThinClientSimulator

MOTION = "binary_sensor.motion"
PUSH = "binary_sensor.event_push"


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return what ViewWall has written into an ordinary log since this was last asked."""
    found = [
        (record.levelno, record.getMessage())
        for record in caplog.records
        if record.name.startswith("custom_components.viewwall") and record.levelno >= logging.INFO
    ]
    caplog.clear()
    return found


async def started(
    camera: IpcV2Simulator, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture, spacing: int = 30
) -> None:
    """Set a camera up whose heartbeats arrive."""
    caplog.set_level(logging.INFO)
    await set_up(camera)
    for _ in range(4):
        await camera.send_keepalive()
        await later(spacing)
    caplog.clear()


async def test_polling_fails_while_messages_arrive(
    hass: HomeAssistant, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Say once that the device does not answer, which makes nothing unavailable, and once that it does again."""
    async with IpcV2Simulator() as camera:
        await started(camera, set_up, later, caplog)
        camera.faults.refuse_connections = True
        for _ in range(10):
            await later(30)
            await camera.send_keepalive()
        assert [value(hass, camera, key) for key in (MOTION, PUSH)] == ["off", "on"]
        assert [(level, "does not answer" in text) for level, text in lines(caplog)] == [(logging.ERROR, True)]
        camera.faults.refuse_connections = False
        for _ in range(6):
            await later(30)
            await camera.send_keepalive()
        assert [(level, "recovered" in text) for level, text in lines(caplog)] == [(logging.INFO, True)]


async def test_messages_stop_while_polling_works(
    hass: HomeAssistant, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Say once that messages have stopped, which makes nothing unavailable, and once that they arrive again."""
    async with IpcV2Simulator() as camera:
        await started(camera, set_up, later, caplog)
        for _ in range(10):
            await later(61)
        assert [value(hass, camera, key) for key in (MOTION, PUSH)] == ["off", "off"]
        assert lines(caplog) == [(logging.INFO, f"No message of {camera.name} for 3 heartbeats")]
        for _ in range(4):
            await camera.send_keepalive()
            await later(30)
        assert lines(caplog) == [(logging.INFO, f"Messages of {camera.name} arrive again")]


@pytest.mark.parametrize("spacing", [30, 10], ids=["polling_notices_first", "silence_is_noticed_first"])
async def test_both_fail(
    hass: HomeAssistant, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture, spacing: int
) -> None:
    """Say one thing of a device that is unplugged, and one when it is back, whichever channel is first."""
    async with IpcV2Simulator() as camera:
        await started(camera, set_up, later, caplog, spacing)
        camera.faults.refuse_connections = True
        for _ in range(30):
            await later(10)
        assert [value(hass, camera, key) for key in (MOTION, PUSH)] == ["unavailable", "unavailable"]
        assert [(level, "does not answer" in text) for level, text in lines(caplog)] == [(logging.ERROR, True)]
        camera.faults.refuse_connections = False
        for _ in range(6):
            await later(10)
        for _ in range(4):
            await camera.send_keepalive()
            await later(spacing)
        assert [value(hass, camera, key) for key in (MOTION, PUSH)] == ["off", "on"]
        assert [(level, "recovered" in text) for level, text in lines(caplog)] == [(logging.INFO, True)]


async def test_unplugged_and_back_without_its_messages(
    hass: HomeAssistant, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Say after a while that a device which is back does not post any more: that is another trouble."""
    async with IpcV2Simulator() as camera:
        await started(camera, set_up, later, caplog)
        camera.faults.refuse_connections = True
        for _ in range(12):
            await later(10)
        camera.faults.refuse_connections = False
        lines(caplog)
        for _ in range(20):
            await later(10)
        told = lines(caplog)
        assert len(told) == 2
        assert "recovered" in told[0][1]
        assert told[1] == (logging.INFO, f"No message of {camera.name} for 3 heartbeats")


async def test_wall_is_lost_and_found(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Say once each of a wall that is away and back."""
    caplog.set_level(logging.INFO)
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        caplog.clear()
        wall.faults.refuse_connections = True
        for _ in range(10):
            await later(11)
        assert [(level, "does not answer" in text) for level, text in lines(caplog)] == [(logging.ERROR, True)]
        wall.faults.refuse_connections = False
        for _ in range(4):
            await later(11)
        assert [(level, "recovered" in text) for level, text in lines(caplog)] == [(logging.INFO, True)]
