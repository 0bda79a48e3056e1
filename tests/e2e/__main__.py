"""Walk the demo as a new user does: `python -m tests.e2e`, or rather `script/e2e`."""

import argparse
import asyncio
from datetime import UTC, datetime
import os
from pathlib import Path
import shutil
import sys
from tempfile import TemporaryDirectory
from typing import Final

from playwright.async_api import Error

from tests.demo.arguments import ROOT, DemoError, Options, free_port
from tests.demo.house import House
from tests.demo.running import run_demo
from tests.demo.traffic import Traffic

from .browser import find_browser, opened_page
from .journey import travel
from .pictures import Album
from .visitor import JourneyError, Visitor

_FOLDER: Final = ROOT / ".e2e"
_PICTURES: Final = ROOT / "docs" / "images"
_LIMIT: Final = 600.0
"""Seconds for everything."""
_QUIET: Final = 0.02
"""After the first car nothing happens by itself that would disturb."""
_BRIGHT: Final = 11
"""The hour of the day at which everything is seen best."""


def _say(text: str) -> None:
    """Tell the user something."""
    print(f"[e2e] {text}", flush=True)


def _bright_zone() -> str:
    """Return the name of a time zone where it is late morning now."""
    offset = _BRIGHT - datetime.now(UTC).hour
    # These names have their sign turned round.
    return f"Etc/GMT{-offset:+d}" if offset else "UTC"


async def _run(program: str, config: Path, album: Album) -> None:
    """Start a demo of our own and walk through it; raises what went wrong."""
    zone = os.environ["TZ"]

    async def visit(base: str, house: House, traffic: Traffic) -> None:
        async with opened_page(program, zone) as page:
            user = Visitor(page, base, house, traffic, _FOLDER, album)
            try:
                await travel(user)
            finally:
                shutil.copy(config / "hass.log", _FOLDER / "hass.log")
            _judge(user)

    options = Options(host="127.0.0.1", port=free_port(), fresh=True, check=False, pace=_QUIET)
    async with asyncio.timeout(_LIMIT):
        await run_demo(options, config, visit)


def _judge(user: Visitor) -> None:
    """Raise JourneyError for errors of ours, and for secrets, in the browser's console or in Home Assistant's log."""
    log = (_FOLDER / "hass.log").read_text(encoding="utf-8", errors="replace")
    if told := user.told_by("\n".join((log, *user.complaints))):
        raise JourneyError(f"Home Assistant's log or the console tells {', '.join(told)}")
    errors = [line for line in log.splitlines() if " ERROR " in line and "viewwall" in line]
    errors += [line for line in user.complaints if "viewwall" in line.replace("viewwall-demo", "")]
    # The simulated devices share a slow machine with the browser.
    for line in filter(_is_slowness, errors):
        _say(f"Noted: {line}")
    if errors := [line for line in errors if not _is_slowness(line)]:
        raise JourneyError("Errors were told meanwhile:\n" + "\n".join(errors))


def _is_slowness(line: str) -> bool:
    """Tell whether an error says no more than that a device took too long."""
    return line.endswith("does not answer")


def main() -> int:
    """Run everything and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="script/e2e",
        description="Start a demo beside any other and walk through it in a browser, as a new user does.",
        epilog=f"A picture of each step, and of a failure all that is known, is kept in {_FOLDER.name}/.",
    )
    parser.add_argument("--screenshots", action="store_true", help="write the pictures of docs/images anew")
    parser.add_argument("--required", action="store_true", help="fail where there is no browser, instead of skipping")
    arguments = parser.parse_args()
    program = find_browser()
    if program is None:
        _say("SKIPPED: no Chromium here, and it can be installed on Debian by root alone: apt-get install chromium")
        return 1 if arguments.required else 0
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    os.environ["TZ"] = _bright_zone()
    album = Album(_PICTURES if arguments.screenshots else None)
    try:
        with TemporaryDirectory(prefix="viewwall-e2e-") as folder:
            asyncio.run(_run(program, Path(folder), album))
        for picture in album.write():
            _say(f"  {picture}")
    except (AssertionError, DemoError, Error, JourneyError, TimeoutError) as error:
        told = f"FAILED {' '.join(getattr(error, '__notes__', ()))}: {str(error) or type(error).__name__}"
        (_FOLDER / "failure.txt").write_text(told, encoding="utf-8")
        # The whole page follows, in words.
        _say(told.partition("Aria snapshot:")[0])
        _say(f"See {_FOLDER}: the last picture, failure.txt, console.txt and hass.log.")
        return 1
    except KeyboardInterrupt:
        return 1
    _say("OK")
    return 0


if __name__ == "__main__":
    sys.exit(main())
