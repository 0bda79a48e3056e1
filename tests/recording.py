"""Waiting for Home Assistant's recorder."""

import asyncio

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.tasks import SynchronizeTask


async def written(recorder: Recorder) -> None:
    """Wait until the recorder has done all that it was given; its own waiting overlooks a task that is under way."""
    done = asyncio.get_running_loop().create_future()
    recorder.queue_task(SynchronizeTask(done))
    await done
