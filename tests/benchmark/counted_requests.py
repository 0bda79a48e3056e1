"""Count what devices are asked while a clock is wound on; run by `asking` through pytest."""

from collections import Counter
import json
import os
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp, SetUpWall
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.thin_client import ThinClientSimulator

_STEP: Final = 1
_HEARTBEAT: Final = 30
_SETTLED: Final = 120
_MINUTES: Final = int(os.environ.get("BENCHMARK_MINUTES", "15"))


@pytest.mark.timeout(0)
@pytest.mark.parametrize("posts", [True, False], ids=["posting", "silent"])
async def test_count(hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, later: Later, posts: bool) -> None:
    """Write down the requests of each command to each device, per minute."""
    async with (
        IpcV1Simulator() as old,
        IpcV2Simulator() as new,
        NvrV2Simulator() as recorder,
        ThinClientSimulator() as wall,
    ):
        devices: dict[str, Simulator] = {
            "camera, API 1.9": old,
            "camera, API 2.0": new,
            "recorder, 8 channels": recorder,
        }
        for device in devices.values():
            await set_up(device)
        await set_up_wall(wall)
        await _pass(later, list(devices.values()) if posts else [], _SETTLED)
        for device in devices.values():
            device.requests.clear()
        wall.requests.clear()
        await _pass(later, list(devices.values()) if posts else [], _MINUTES * 60)
        asked = {name: Counter(request.command for request in device.requests) for name, device in devices.items()}
        asked["Thin Client"] = Counter(str(request.call) for request in wall.requests)
    found = {
        name: {command: count / _MINUTES for command, count in counts.most_common()} for name, counts in asked.items()
    }
    Path(os.environ["BENCHMARK_FOLDER"], f"{'posting' if posts else 'silent'}.json").write_text(json.dumps(found))


async def _pass(later: Later, posting: list[Simulator], seconds: int) -> None:
    """Let time pass, with signs of life of those that post."""
    for second in range(0, seconds, _STEP):
        if second % _HEARTBEAT == 0:
            for device in posting:
                await device.send_keepalive()  # type: ignore[attr-defined]
        await later(_STEP)
