"""What Home Assistant holds after many messages with pictures."""

from typing import Final

from tests.simulators.ipc import IpcV1Simulator

from .bodies import camera_bodies
from .home import Home
from .load import post_all
from .measuring import Section

_LINES: Final = 4
_STEPS: Final = (100, 1_000, 2_500, 5_000, 10_000)


async def run(home: Home, *, quick: bool) -> Section:
    """Post 10,000 plates with their pictures, none like the other, and look at the memory on the way."""
    steps = _STEPS[: 2 if quick else None]
    async with IpcV1Simulator(mac="58:5b:69:0b:00:02") as camera:
        entry = await home.add(camera)
        body = next(body for body in camera_bodies(camera.identity()) if body.name == "camera: plate with pictures")
        before = home.memory()
        found, done, seconds = {}, 0, 0.0
        for step in steps:
            seconds += (await post_all(home, entry.path, body.fresh, range(done, step), lines=_LINES)).seconds
            done = step
            found[step] = home.memory()
        await home.remove(entry)
    rows = [["before", f"{before:.0f} MB", ""]]
    rows += [[f"after {step}", f"{size:.0f} MB", f"{size - before:+.0f} MB"] for step, size in found.items()]
    return Section(
        title=f"Memory of Home Assistant while {done} posts of {len(body.text)} bytes arrive ({done / seconds:.0f}/s)",
        header=("posts", "resident", "grown by"),
        rows=rows,
        notes=("Kept by design: the newest picture of each kind, and 8 MB of bodies that a repetition is known by.",),
        data={"before": before, "after": found, "posts_per_second": done / seconds},
    )
