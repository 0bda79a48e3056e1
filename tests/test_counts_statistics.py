"""What Home Assistant's long-term statistics make of the counts: every crossing once, whatever resets the totals."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from tests.conftest import Later, SetUp
from tests.pushing import entity_id
from tests.recording import written
from tests.simulators.ipc import IpcV1Simulator
from tests.test_counts import NOBODY, press


async def test_sum_over_resets(
    recorder_mock: Recorder, hass: HomeAssistant, later: Later, freezer: FrozenDateTimeFactory, set_up: SetUp
) -> None:
    """Add up five crossings, before and after our own reset and the camera's."""
    start = dt_util.utcnow().replace(minute=0, second=10, microsecond=0) + timedelta(hours=1)
    freezer.move_to(start)
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await camera.cross()
        await later(1)
        await camera.cross()
        await later(1)
        await press(hass, camera)
        await camera.cross()
        await later(1)
        await camera.cross()
        await later(1)
        camera.crossings = dict(NOBODY)
        await camera.cross()
        await later(1)
        await camera.cross()
        await later(1)
        name = entity_id(hass, camera, "sensor.entered_person")
        # A camera that is switched off would take the state away.
        await hass.async_block_till_done(wait_background_tasks=True)
        await written(recorder_mock)
        period = start.replace(second=0)
        recorder_mock.queue_task(StatisticsTask(period, False))
        await written(recorder_mock)
        found: dict[str, list[Any]] = await recorder_mock.async_add_executor_job(
            statistics_during_period, hass, period, None, {name}, "5minute", None, {"state", "sum"}
        )
    assert [(row["state"], row["sum"]) for row in found[name]] == [(2.0, 5.0)]
