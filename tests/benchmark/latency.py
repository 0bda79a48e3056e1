"""How soon a state follows what a device has posted."""

import asyncio
from contextlib import aclosing
from statistics import quantiles
import time
from typing import Final

from tests.simulators import ipc_posts
from tests.simulators.ipc import IpcV1Simulator

from .bodies import WHEN
from .home import Home
from .load import post_all
from .measuring import Section, Spread

_PAUSE: Final = 0.02


async def run(home: Home, *, quick: bool) -> Section:
    """Switch an alarm on and off, and wait for each state on the websocket, as a dashboard does."""
    async with IpcV1Simulator(mac="58:5b:69:0b:00:03") as camera:
        entry = await home.add(camera)
        bodies = [ipc_posts.alarm_status(camera.identity(), WHEN, {"perimeterAlarm": state}) for state in (False, True)]
        for number in (0, 1, 0):
            await post_all(home, entry.path, bodies.__getitem__, range(number, number + 1), lines=1)
        alarm = await home.entity(camera, "intrusion")
        states, answers = await _waits(home, entry.path, bodies, alarm, 40 if quick else 200)
        await home.remove(entry)
    rows = [[name, Spread.of(waits).text(1, scale=1e3, unit="ms"), _slowest(waits)] for name, waits in (
        ("state on the websocket", states),
        ("answer to the device", answers),
    )]  # fmt: skip
    return Section(
        title=f"From post to state: {len(states)} changes of an alarm, one by one",
        header=("until", "median", "95 of 100 within"),
        rows=rows,
        data={"state": Spread.of(states).data(), "answer": Spread.of(answers).data()},
    )


def _slowest(waits: list[float]) -> str:
    return f"{quantiles(waits, n=20)[-1] * 1e3:.1f} ms"


async def _waits(home: Home, path: str, bodies: list[bytes], alarm: str, count: int) -> tuple[list[float], list[float]]:
    """Return the seconds from each post to its state and to its answer."""
    states: list[float] = []
    answers: list[float] = []
    async with home.visitor() as api, aclosing(api.states(alarm)) as changes:
        assert await anext(changes) == "off"
        for number in range(1, count + 1):
            await asyncio.sleep(_PAUSE)
            start = time.perf_counter()
            posting = asyncio.create_task(
                post_all(home, path, lambda turn: bodies[turn % 2], range(number, number + 1), lines=1)
            )
            assert await anext(changes) == ("off", "on")[number % 2]
            states.append(time.perf_counter() - start)
            answers += (await posting).waits
    return states, answers
