"""Coverage of each module alone: `python -m script.validate.coverage` after a run of the tests with coverage.

A good total hides a bad module.
"""

import json
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any, Final

LIMIT: Final = 95.0
"""Percent of lines and branches of every module."""


def poorly_covered(report: dict[str, Any], limit: float = LIMIT) -> list[str]:
    """Return the modules below the limit, worst first, each with what its tests leave out."""
    below = [
        (about["summary"]["percent_covered"], name, about)
        for name, about in report["files"].items()
        if about["summary"]["percent_covered"] < limit
    ]
    return [
        f"{name}: {percent:.1f} %, lines {_list(about['missing_lines'])}, branches {_branches(about)}"
        for percent, name, about in sorted(below, key=lambda row: row[:2])
    ]


def _list(items: list[Any]) -> str:
    return " ".join(str(item) for item in items) or "none"


def _branches(about: dict[str, Any]) -> str:
    return _list([f"{start}->{end}" for start, end in about.get("missing_branches", [])])


def main() -> int:
    """Read what the last run has measured; return the exit code."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "--fail-under=0", "-o", str(path)]
        if (code := subprocess.run(command, check=False).returncode) or not path.exists():
            return code or 1
        found = poorly_covered(json.loads(path.read_text()))
    for line in found:
        print(line)
    print(f"{len(found)} modules below {LIMIT:.0f} %." if found else f"Every module has {LIMIT:.0f} % and more.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
