"""Recorders of several sizes: what a post costs, how long setting up takes, and what it needs of memory."""

from dataclasses import dataclass
from typing import Any, Final

from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import SimChannel

from .bodies import Body, recorder_bodies
from .home import Entry, Home
from .load import Load, post_all
from .measuring import Section, Spread, ratios

_SIZES: Final = (4, 16, 64)
_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class _Recorder:
    device: NvrV2Simulator
    entry: Entry
    grown: float
    """Megabytes that Home Assistant grew by when it was added."""


def _recorder(channels: int) -> NvrV2Simulator:
    """Return a recorder with so many cameras."""
    device = NvrV2Simulator(mac=f"58:5b:69:0c:00:{channels:02x}", name=f"Recorder {channels}")
    device.channels = [SimChannel(id=number, name=f"Camera {number}") for number in range(1, channels + 1)]
    device.chl_max_count = channels
    return device


async def run(home: Home, *, quick: bool) -> list[Section]:
    """Measure recorders with 4, 16 and 64 channels, all at home at once."""
    recorders: dict[int, _Recorder] = {}
    try:
        # The first device of all brings modules and translations along, which are nobody's.
        async with NvrV2Simulator(mac="58:5b:69:0c:00:ff") as first:
            await home.remove(await home.add(first))
        for size in _SIZES:
            device = _recorder(size)
            await device.start()
            before = home.memory()
            entry = await home.add(device)
            recorders[size] = _Recorder(device, entry, home.memory() - before)
        return [await _posts(home, recorders, quick=quick), await _setting_up(home, recorders, quick=quick)]
    finally:
        for recorder in recorders.values():
            await home.remove(recorder.entry)
            await recorder.device.stop()


async def _posts(home: Home, recorders: dict[int, _Recorder], *, quick: bool) -> Section:
    """Post the same messages to all of them in turns, all about the third camera."""
    rows, data = [], {}
    number = 0
    count = 200 if quick else 500
    for name in ("recorder: intrusion", "recorder: alarm status", "recorder: heartbeat"):
        bodies = {size: _body(name, recorder) for size, recorder in recorders.items()}
        loads: dict[int, list[Load]] = {size: [] for size in recorders}
        sizes = list(recorders)
        for turn in range(4 if quick else 8):
            for size in sizes:
                numbers = range(number, number + count)
                number += count
                load = await post_all(home, recorders[size].entry.path, bodies[size].fresh, numbers, lines=_LINES)
                if turn > 0:
                    # The first ones make entities appear.
                    loads[size].append(load)
            sizes.append(sizes.pop(0))
        row, data[name] = _compared(name, loads)
        rows.append(row)
    return Section(
        title="Channels: processor time of Home Assistant per post in ms, by the size of the recorder",
        header=("message", *(f"{size} channels" for size in _SIZES), *(f"{size} / {_SIZES[0]}" for size in _SIZES[1:])),
        rows=rows,
        notes=("Equal numbers of listeners called and states written are held by tests/test_cost.py.",),
        data=data,
    )


def _body(name: str, recorder: _Recorder) -> Body:
    return next(body for body in recorder_bodies(recorder.device.identity(3)) if body.name == name)


def _compared(name: str, loads: dict[int, list[Load]]) -> tuple[list[str], dict[str, Any]]:
    costs = {size: [load.cpu_per_post for load in taken] for size, taken in loads.items()}
    shares = {size: ratios(costs[size], costs[_SIZES[0]]) for size in _SIZES[1:]}
    row = [
        name,
        *(Spread.of(taken).text(2, scale=1e3) for taken in costs.values()),
        *(share.text(2) for share in shares.values()),
    ]
    data = {
        "cpu_seconds_per_post": {size: Spread.of(taken).data() for size, taken in costs.items()},
        "posts_per_second": {size: Spread.of([load.rate for load in taken]).data() for size, taken in loads.items()},
        f"times_{_SIZES[0]}": {size: share.data() for size, share in shares.items()},
    }
    return row, data


async def _setting_up(home: Home, recorders: dict[int, _Recorder], *, quick: bool) -> Section:
    """Set each one up again and again."""
    seconds: dict[int, list[float]] = {size: [] for size in recorders}
    cpu: dict[int, list[float]] = {size: [] for size in recorders}
    requests: dict[int, int] = {}
    for _ in range(2 if quick else 4):
        for size, recorder in recorders.items():
            asked, used = len(recorder.device.requests), home.cpu()
            seconds[size].append(await home.reload(recorder.entry))
            cpu[size].append(home.cpu() - used)
            requests[size] = len(recorder.device.requests) - asked
    rows, data = [], {}
    for size, recorder in recorders.items():
        time, work = Spread.of(seconds[size]), Spread.of(cpu[size])
        entities = await home.entities(recorder.entry)
        rows.append(
            [
                f"{size} channels",
                str(entities),
                time.text(2, unit="s"),
                work.text(2, unit="s"),
                str(requests[size]),
                f"{recorder.grown:.1f} MB",
            ]
        )
        data[str(size)] = {
            "entities": entities,
            "seconds": time.data(),
            "cpu_seconds": work.data(),
            "requests": requests[size],
            "megabytes": recorder.grown,
        }
    return Section(
        title="Setting up again, and memory when first added",
        header=("recorder", "entities on", "seconds", "CPU", "requests", "memory"),
        rows=rows,
        notes=("Memory is what the whole process grew by: a single sample, with what the allocator had to spare.",),
        data=data,
    )
