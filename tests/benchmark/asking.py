"""How often devices are asked, counted in a Home Assistant whose clock is wound on."""

import json
import os
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Final

from .measuring import Section

_COUNTING: Final = Path(__file__).with_name("counted_requests.py")
_ROOT: Final = Path(__file__).resolve().parents[2]


def run(*, quick: bool) -> Section:
    """Count the requests of some time, with devices that post and with silent ones."""
    minutes = 5 if quick else 15
    with TemporaryDirectory(prefix="viewwall-benchmark-") as name:
        folder = Path(name)
        counting = subprocess.run(  # noqa: S603  (our own file)
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(_COUNTING)],
            cwd=_ROOT,
            env=os.environ | {"BENCHMARK_FOLDER": name, "BENCHMARK_MINUTES": str(minutes)},
            capture_output=True,
            text=True,
            check=False,
        )
        if counting.returncode:
            raise RuntimeError(f"Counting requests failed:\n{counting.stdout[-3000:]}")
        posting, silent = (
            json.loads((folder / f"{kind}.json").read_text(encoding="utf-8")) for kind in ("posting", "silent")
        )
    rows = [
        [device, f"{sum(posting[device].values()):.1f}", f"{sum(silent[device].values()):.1f}", _most(silent[device])]
        for device in posting
    ]
    return Section(
        title=f"Requests per minute to each device, over {minutes} minutes of a clock that is wound on",
        header=("device", "while it posts", "while it is silent", "silent: most"),
        rows=rows,
        notes=("A Thin Client posts nothing: both numbers are of its polls.",),
        data={"posting": posting, "silent": silent},
    )


def _most(counts: dict[str, float]) -> str:
    """Return what is asked most."""
    return ", ".join(f"{command} {count:.1f}" for command, count in list(counts.items())[:2])
