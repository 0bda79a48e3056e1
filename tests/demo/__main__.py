"""Run the demo: `python -m tests.demo`, or rather `script/demo`."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
import shutil
import signal
import sys
from tempfile import TemporaryDirectory
from typing import Final

from .arguments import DEMO, DemoError, Options, free_port, lock_folder, parse_arguments, require_port, sign_lock
from .running import run_demo, say

_CHECK_LIMIT: Final = 240


async def _until_stopped(options: Options, folder: Path) -> int:
    """Run until a signal or a failure comes and return the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    run = asyncio.create_task(run_demo(options, folder))
    stopping = asyncio.create_task(stop.wait())
    limit = _CHECK_LIMIT if options.check else None
    await asyncio.wait({run, stopping}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    timed_out = not run.done() and not stop.is_set()
    if not run.done():
        say("Too slow: stopping." if timed_out else "Stopping ...")
        run.cancel()
    stopping.cancel()
    try:
        await run
    except DemoError as error:
        print(f"[demo] {error}", file=sys.stderr, flush=True)
        return 1
    except asyncio.CancelledError:
        if not timed_out:
            say("Stopped.")
        return 1 if options.check else 0
    say("OK")
    return 0


@contextmanager
def _demo_folder(options: Options) -> Iterator[Path]:
    """Lock the demo's folder, emptied if asked for."""
    with closing(lock_folder(DEMO)) as lock:
        require_port(options.host, options.port)
        if options.fresh:
            for path in DEMO.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name != "running":
                    path.unlink()
        sign_lock(lock, f"http://{options.reachable_host}:{options.port}")
        yield DEMO


def main() -> int:
    """Run the demo and return its exit code."""
    options = parse_arguments(sys.argv[1:])
    try:
        if options.check:
            checked = Options(host="127.0.0.1", port=free_port(), fresh=True, check=True, pace=options.pace)
            with TemporaryDirectory(prefix="viewwall-demo-") as folder:
                return asyncio.run(_until_stopped(checked, Path(folder)))
        with _demo_folder(options) as folder:
            return asyncio.run(_until_stopped(options, folder))
    except DemoError as error:
        print(f"[demo] {error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
