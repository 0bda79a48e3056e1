"""Posts to a real Home Assistant over real sockets, beside a webhook that only reads what it is sent."""

from dataclasses import dataclass
from typing import Any, Final

from tests.simulators.ipc import IpcV1Simulator

from .bodies import Body, camera_bodies
from .home import BARE, Home
from .load import Load, post_all
from .measuring import Section, Spread, ratios

_LINES: Final = 4
_HEADER: Final = (
    "message",
    "posts/s",
    "bare webhook",
    "of bare",
    "CPU ms/post",
    "bare webhook",
    "bare of CPU",
)


@dataclass(slots=True)
class _Numbers:
    """Gives out numbers that no message had before."""

    last: int = 0

    def take(self, count: int) -> range:
        """Return the next ones."""
        self.last += count
        return range(self.last - count, self.last)


async def run(home: Home, *, quick: bool) -> Section:
    """Measure posts per second and processor time by kind of message."""
    rows, data = [], {}
    numbers = _Numbers()
    async with IpcV1Simulator(mac="58:5b:69:0b:00:01") as camera:
        entry = await home.add(camera)
        for body in camera_bodies(camera.identity()):
            loads = await _in_turns(home, entry.path, body, numbers, quick=quick)
            row, data[body.name] = _compared(body, *loads)
            rows.append(row)
        await home.remove(entry)
    return Section(
        title="Webhook: posts over 4 kept connections until their answers, by when states are written",
        header=_HEADER,
        rows=rows,
        notes=("Every message is new: none is left out as a repetition.",),
        data=data,
    )


async def _in_turns(
    home: Home, path: str, body: Body, numbers: _Numbers, *, quick: bool
) -> tuple[list[Load], list[Load]]:
    """Post to ViewWall and to the bare webhook in turns; what comes first in one round comes second in the next."""
    count = (100 if quick else 200) if body.has_picture else (400 if quick else 800)
    loads: dict[str, list[Load]] = {path: [], BARE: []}
    places = [path, BARE]
    for place in places:
        await post_all(home, place, body.fresh, numbers.take(count // 4), lines=_LINES)
    for _ in range(3 if quick else 6):
        for place in places:
            loads[place].append(await post_all(home, place, body.fresh, numbers.take(count), lines=_LINES))
        places.reverse()
    return loads[path], loads[BARE]


def _compared(body: Body, ours: list[Load], bare: list[Load]) -> tuple[list[str], dict[str, Any]]:
    """Return a row of the table, and the same for machines."""
    rate, bare_rate = Spread.of([load.rate for load in ours]), Spread.of([load.rate for load in bare])
    cpu, bare_cpu = Spread.of([load.cpu_per_post for load in ours]), Spread.of([load.cpu_per_post for load in bare])
    share = ratios([load.rate for load in ours], [load.rate for load in bare])
    cpu_share = ratios([load.cpu_per_post for load in bare], [load.cpu_per_post for load in ours])
    row = [
        body.name,
        rate.text(0),
        bare_rate.text(0),
        share.text(2),
        cpu.text(2, scale=1e3),
        bare_cpu.text(2, scale=1e3),
        cpu_share.text(2),
    ]
    data = {
        "posts_per_second": {"ViewWall": rate.data(), "bare webhook": bare_rate.data()},
        "of_bare": share.data(),
        "cpu_seconds_per_post": {"ViewWall": cpu.data(), "bare webhook": bare_cpu.data()},
        "bare_of_cpu": cpu_share.data(),
    }
    return row, data
