"""Run the benchmark: `python -m tests.benchmark`, or rather `script/benchmark`."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
import importlib.metadata
import json
import os
from pathlib import Path
import platform
import sys
from typing import Any, Final

from . import asking, channels, latency, memory, parsing, webhook
from .home import running_home
from .measuring import Section

_ALONE: Final = {"parse": parsing, "requests": asking}
"""What needs no Home Assistant in another process."""
_AT_HOME: Final = {"webhook": webhook, "state": latency, "channels": channels, "memory": memory}
NAMES: Final = ("parse", "webhook", "state", "channels", "memory", "requests")
_PACKAGES: Final = ("homeassistant", "viewtron", "xmltodict", "aiohttp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for."""

    sections: Sequence[str]
    quick: bool
    json: Path | None


def parse_arguments(arguments: Sequence[str]) -> Options:
    """Read the command line; raises SystemExit with a usage line for what it cannot be."""
    parser = argparse.ArgumentParser(
        prog="script/benchmark",
        description="Measure ViewWall side by side with others, in turns and in one run: medians, with the middle half"
        " of the samples in parentheses. It takes two to six minutes.",
        epilog="parse: reading messages. webhook: posts to a real Home Assistant. state: how soon states follow."
        " channels: recorders with 4, 16 and 64 cameras. memory: 10,000 posts with pictures. requests: how often"
        " devices are asked.",
    )
    parser.add_argument("sections", nargs="*", metavar="section", help=f"any of {', '.join(NAMES)} (all)")
    parser.add_argument("--quick", action="store_true", help="fewer samples: a look, no figures to print")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures for machines, too")
    options = Options(**vars(parser.parse_args(arguments)))
    if unknown := set(options.sections) - set(NAMES):
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    return options


def _machine() -> dict[str, Any]:
    """Tell where the figures come from."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }


async def _sections(options: Options) -> AsyncIterator[tuple[str, Section]]:
    """Measure one thing after the other."""
    wanted = [name for name in NAMES if not options.sections or name in options.sections]
    for name in wanted:
        if name in _ALONE:
            yield name, await asyncio.to_thread(_ALONE[name].run, quick=options.quick)
    if at_home := [name for name in wanted if name in _AT_HOME]:
        async with running_home() as home:
            for name in at_home:
                found = await _AT_HOME[name].run(home, quick=options.quick)
                for section in found if isinstance(found, list) else [found]:
                    yield name, section


async def _run(options: Options) -> None:
    machine = _machine()
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    sections: dict[str, Any] = {}
    async for name, section in _sections(options):
        print(f"\n{section.text()}", flush=True)
        sections.setdefault(name, {})[section.title] = section.data
    if options.json is not None:
        text = json.dumps({"machine": machine, "sections": sections}, indent=1)
        await asyncio.to_thread(options.json.write_text, text, encoding="utf-8")


def main() -> int:
    """Run the benchmark and return its exit code."""
    asyncio.run(_run(parse_arguments(sys.argv[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
