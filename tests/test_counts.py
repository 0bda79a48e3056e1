"""Counts of cameras: totals of statistics and messages, in the order in which the world tells them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.components.sensor import ATTR_STATE_CLASS
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.runtime import ViewtronRuntime
from custom_components.viewwall.viewtron.counting import Counting, LineStatistics
from custom_components.viewwall.viewtron.errors import ViewtronOtherDeviceError
from tests.conftest import Later, SetUp
from tests.pushing import entity_id, find, post, state, value
from tests.simulators import ipc_posts
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.posts_base import Target
from tests.simulators.state import Faults, Shape

KINDS = ("person", "car", "two_wheeler")
NOBODY = {"entranceCount": (0, 0, 0), "exitCount": (0, 0, 0)}


def shown(hass: HomeAssistant, camera: CameraSimulator, kind: str = "person") -> list[str]:
    """Return what entered, left and is inside."""
    return [value(hass, camera, f"sensor.{way}_{kind}") for way in ("entered", "exited", "inside")]


async def tell(
    camera: CameraSimulator,
    entered: tuple[int, int, int],
    left: tuple[int, int, int] = (0, 0, 0),
    *,
    stamp: datetime | None = None,
    targets: Iterable[Target] = (),
) -> None:
    """Post totals."""
    body = ipc_posts.line_count(
        camera.identity(),
        stamp or datetime.now(UTC),
        dialect=camera.dialect,
        entered=entered,
        left=left,
        targets=list(targets),
    )
    await post(camera.push_url, body)


@pytest.mark.parametrize("shape", list(Shape))
async def test_totals_of_the_statistics(hass: HomeAssistant, later: Later, set_up: SetUp, shape: Shape) -> None:
    """Show what the statistics tell, and ask them again and again."""
    async with IpcV2Simulator(shape=shape) as camera:
        await set_up(camera)
        assert shown(hass, camera) == ["12", "11", "1"]
        assert shown(hass, camera, "car") == ["7", "6", "1"]
        assert shown(hass, camera, "two_wheeler") == ["1", "0", "1"]
        await camera.cross("bike", "out", post=False)
        await later(61)
        assert shown(hass, camera, "two_wheeler") == ["1", "1", "0"]


async def test_state_classes(hass: HomeAssistant, set_up: SetUp) -> None:
    """Let long-term statistics be made of the counts."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        for kind in KINDS:
            for way, expected in (("entered", "total_increasing"), ("exited", "total_increasing")):
                assert state(hass, camera, f"sensor.{way}_{kind}").attributes[ATTR_STATE_CLASS] == expected
            assert state(hass, camera, f"sensor.inside_{kind}").attributes[ATTR_STATE_CLASS] == "measurement"


@pytest.mark.parametrize("camera_type", [IpcV1Simulator, IpcV2Simulator])
@pytest.mark.parametrize("shape", list(Shape))
async def test_totals_of_messages(
    hass: HomeAssistant, set_up: SetUp, camera_type: type[CameraSimulator], shape: Shape
) -> None:
    """Show the totals of a message at once, and before its event is fired."""
    async with camera_type(shape=shape) as camera:
        await set_up(camera)
        seen: list[Any] = []
        hass.bus.async_listen("viewwall_event", lambda _event: seen.append(shown(hass, camera)))
        await camera.cross()
        await hass.async_block_till_done()
        assert shown(hass, camera) == ["13", "11", "2"]
        await camera.cross("car", "out")
        await hass.async_block_till_done()
        assert shown(hass, camera, "car") == ["7", "7", "0"]
        assert seen[0] == ["13", "11", "2"]
        assert find(hass, camera, "sensor.counted_person") is None


async def test_message_without_totals_asks_the_statistics(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Ask at once what a message does not tell."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await later(11)
        await camera.cross(totals=False)
        await later(0)
        assert shown(hass, camera) == ["13", "11", "2"]
        for _ in range(5):
            await camera.cross(totals=False)
        await later(11)
        assert shown(hass, camera) == ["18", "11", "7"]
        assert find(hass, camera, "sensor.counted_person") is None


async def test_burst_late_and_twice(hass: HomeAssistant, set_up: SetUp) -> None:
    """Count nobody twice, and write no more states than there are changes."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await tell(camera, (1, 0, 0))
        changes = async_capture_events(hass, "state_changed")
        start = datetime.now(UTC)
        order = [2, 3, 3, 5, 4, 6, 6, 2, 8, 7, 9]
        for total in order:
            await tell(camera, (total, 0, 0), stamp=start + timedelta(milliseconds=45 * total))
        await hass.async_block_till_done()
        assert shown(hass, camera) == ["9", "0", "9"]
        name = entity_id(hass, camera, "sensor.entered_person")
        values = [change.data["new_state"].state for change in changes if change.data["entity_id"] == name]
        assert values == ["2", "3", "5", "6", "8", "9"]
        others = {change.data["entity_id"] for change in changes if change.data["entity_id"].startswith("sensor.")}
        assert others <= {
            name,
            entity_id(hass, camera, "sensor.inside_person"),
            entity_id(hass, camera, "sensor.last_message"),
        }


@pytest.mark.parametrize("camera_type", [IpcV1Simulator, IpcV2Simulator])
async def test_device_begins_anew(
    hass: HomeAssistant, later: Later, set_up: SetUp, camera_type: type[CameraSimulator]
) -> None:
    """Follow a camera that has reset its totals at midnight."""
    async with camera_type() as camera:
        await set_up(camera)
        await camera.cross()
        await later(11)
        camera.crossings = dict(NOBODY)
        await camera.cross()
        await later(1)
        assert shown(hass, camera) == ["1", "0", "1"]
        await later(30)
        await camera.cross("person", "out")
        await later(1)
        assert shown(hass, camera) == ["1", "1", "0"]


async def test_statistics_begin_anew(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Follow the statistics down, without a message."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.crossings = NOBODY | {"entranceCount": (2, 0, 0)}
        await later(61)
        assert shown(hass, camera) == ["2", "0", "2"]


@pytest.mark.parametrize("camera_type", [IpcV1Simulator, IpcV2Simulator])
async def test_restart(hass: HomeAssistant, later: Later, set_up: SetUp, camera_type: type[CameraSimulator]) -> None:
    """Know the counts after a restart, our own zero included; what was counted meanwhile comes with the next word."""
    async with camera_type() as camera:
        camera.has_statistics = camera.reset_works = False
        entry = await set_up(camera)
        await camera.cross()
        await later(1)
        await press(hass, camera)
        await camera.cross()
        await later(1)
        assert shown(hass, camera) == ["1", "0", "1"]
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert shown(hass, camera) == ["1", "0", "1"]
        await camera.cross(post=False)
        await camera.cross("person", "out")
        await later(1)
        assert shown(hass, camera) == ["2", "1", "1"]


async def test_statistics_that_stop_answering(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Go on with the messages when the API is switched off, a reset included."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.cross()
        camera.faults = Faults(error_code=17)
        await later(700)
        await camera.send_keepalive()
        camera.crossings = dict(NOBODY)
        await camera.cross()
        await later(1)
        assert shown(hass, camera) == ["1", "0", "1"]


async def press(hass: HomeAssistant, camera: CameraSimulator) -> None:
    """Press the button that resets the counts."""
    await hass.services.async_call(
        "button", "press", {"entity_id": entity_id(hass, camera, "button.reset_counts")}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)


def sent(camera: CameraSimulator) -> list[str]:
    """Return the commands that a camera was sent and that change something, but for the question what it is."""
    commands = [request.command for request in camera.requests]
    return [command for command in commands if not command.startswith(("Get", "PtzGet")) and command != "Panel"]


async def test_reset_by_the_camera(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Let the camera reset its totals, and touch none of its settings."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        await set_up(camera)
        await press(hass, camera)
        assert camera.crossings == NOBODY
        assert sent(camera) == ["SetPassLineCountConfig"]
        assert camera.line_config_writes == []
        assert shown(hass, camera) == ["0", "0", "0"]
        await later(10)
        await camera.cross()
        assert shown(hass, camera) == ["1", "0", "1"]


@pytest.mark.parametrize("shape", list(Shape))
async def test_reset_that_the_camera_does_not_do(
    hass: HomeAssistant, later: Later, set_up: SetUp, shape: Shape
) -> None:
    """Count from our own zero when the camera refuses, or says yes and goes on."""
    async with IpcV2Simulator(shape=shape) as camera:
        camera.reset_ignored = True
        entry = await set_up(camera)
        await press(hass, camera)
        assert [shown(hass, camera, kind) for kind in KINDS] == [["0", "0", "0"]] * 3
        await camera.cross()
        await later(61)
        assert shown(hass, camera) == ["1", "0", "1"]
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert shown(hass, camera) == ["1", "0", "1"]
        camera.crossings = NOBODY | {"entranceCount": (3, 0, 0)}
        await later(61)
        assert shown(hass, camera) == ["3", "0", "3"]


@pytest.mark.parametrize("shape", list(Shape))
async def test_reset_without_statistics(hass: HomeAssistant, set_up: SetUp, shape: Shape) -> None:
    """Send nothing whose success nobody could see: the zero is ours."""
    async with IpcV1Simulator(shape=shape) as camera:
        await set_up(camera)
        await camera.cross()
        await press(hass, camera)
        assert sent(camera) == []
        assert shown(hass, camera) == ["0", "0", "0"]
        await camera.cross("person", "out")
        assert shown(hass, camera) == ["0", "1", "0"]


async def test_reset_of_another_camera(hass: HomeAssistant, set_up: SetUp) -> None:
    """Write nothing to whatever has got the camera's address meanwhile."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        entry = await set_up(camera)
        assert isinstance(entry.runtime_data, ViewtronRuntime)
        entry.runtime_data.coordinator.doubt()
        mac, camera.mac, camera.serial = camera.mac, "58:5b:69:00:00:99", "OTHER0000001"
        with pytest.raises(ViewtronOtherDeviceError):
            await entry.runtime_data.counters.reset(None)
        assert sent(camera) == []
        camera.mac = mac
        assert shown(hass, camera) == ["12", "11", "1"]


async def test_statistics_that_are_lost(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Wait for no answer over and over again, however many messages want one; go on with their totals."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults = Faults(cut=True, only={"GetPassLineCountStatistics"})
        camera.requests.clear()
        for _ in range(24):
            await camera.cross(totals=False)
            await later(11)
        asked = [request.command for request in camera.requests if request.authorised]
        assert asked.count("GetPassLineCountStatistics") == 1
        await camera.cross()
        assert shown(hass, camera) == ["37", "11", "26"]
        assert value(hass, camera, "binary_sensor.motion") == "off"


async def test_clock_set_by_us(hass: HomeAssistant, set_up: SetUp) -> None:
    """Go on counting after the camera's clock was set back by the button, by half a minute too."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        camera.clock.offset = timedelta(seconds=45)
        await tell(camera, (3, 0, 0), stamp=datetime.now(UTC) + camera.clock.offset)
        assert shown(hass, camera)[0] == "3"
        button = entity_id(hass, camera, "button.sync_clock")
        await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
        assert abs(camera.clock.offset) <= timedelta(seconds=1)
        await tell(camera, (4, 0, 0))
        assert shown(hass, camera)[0] == "4"


async def test_message_overtakes_an_answer(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Take nothing back for an answer from before the message that arrived while it was on its way."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        changes = async_capture_events(hass, "state_changed")
        assert isinstance(entry.runtime_data, ViewtronRuntime)
        counting = entry.runtime_data.client.counting
        asked: list[object] = []

        async def answer_late() -> LineStatistics:
            answer = await Counting.statistics(counting)
            asked.append(answer)
            if len(asked) == 1:
                await camera.cross()
                await camera.cross()
            return answer

        with patch.object(counting, "statistics", answer_late):
            await later(61)
        assert len(asked) == 2
        assert shown(hass, camera) == ["14", "11", "3"]
        name = entity_id(hass, camera, "sensor.entered_person")
        values = [change.data["new_state"].state for change in changes if change.data["entity_id"] == name]
        assert values == ["13", "14"]


async def test_busy_day_is_written_down(
    hass: HomeAssistant, later: Later, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    """Keep counts on disk although there is never a pause, so that a power cut costs half a minute at most."""
    async with IpcV2Simulator() as camera:
        camera.has_statistics = False
        entry = await set_up(camera)
        for _ in range(9):
            await camera.cross(totals=False)
            await later(5)
        counts = hass_storage[f"viewwall.{entry.entry_id}"]["data"]["counts"]
        assert counts["device"]["counted"]["person"] >= 6


@pytest.mark.parametrize(
    "stored", [{"device": "x"}, {"device": {"totals": [1]}}, {"device": {"floors": {"person": "x"}}}]
)
async def test_damaged_memory(
    hass: HomeAssistant, set_up: SetUp, hass_storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    """Begin anew with a memory that cannot be read."""
    async with IpcV1Simulator() as camera:
        entry = await set_up(camera)
        await hass.config_entries.async_unload(entry.entry_id)
        hass_storage[f"viewwall.{entry.entry_id}"] = {
            "version": 1,
            "key": f"viewwall.{entry.entry_id}",
            "data": {"debts": [], "counts": stored},
        }
        await hass.config_entries.async_setup(entry.entry_id)
        await camera.cross()
        await hass.async_block_till_done()
        assert shown(hass, camera) == ["13", "11", "2"]


async def test_refused_statistics_leave_the_camera_alone(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Stay available when the statistics alone fail in some odd way, and go on when they come back."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults = Faults(error_code=79, only={"GetPassLineCountStatistics"})
        await later(61)
        await camera.cross()
        await later(1)
        assert shown(hass, camera) == ["13", "11", "2"]


async def test_reset_while_the_camera_is_away(hass: HomeAssistant, set_up: SetUp) -> None:
    """Say that the camera cannot be reached, and reset nothing."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults = Faults(cut=True, only={"GetPassLineCountConfig"})
        with pytest.raises(HomeAssistantError):
            await press(hass, camera)
        assert shown(hass, camera) == ["12", "11", "1"]
