"""Home Assistant as a child process."""

import asyncio
import contextlib
from pathlib import Path
import sys
from typing import Final, Self

from .arguments import DemoError

_ENTRY: Final = Path(__file__).with_name("hass_entry.py")
_RESTART: Final = 100
_STOP_LIMIT: Final = 30.0
_TAIL_LINES: Final = 25


class HomeAssistantProcess:
    """Runs Home Assistant; what it prints goes to `log`."""

    def __init__(self, config: Path, log: Path) -> None:
        """Take the configuration folder."""
        self._config = config
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        self._log.write_bytes(b"")
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop: politely first, by force after half a minute."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_LIMIT):
                await process.wait()
        except TimeoutError, asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def watch(self) -> None:
        """Start again whenever a restart was asked for in the user interface; raises DemoError when it ends."""
        while self._process is not None:
            code = await self._process.wait()
            if code != _RESTART:
                raise DemoError(f"Home Assistant ended by itself (code {code}). The end of its log:\n{self.tail()}")
            await self._start()

    def tail(self) -> str:
        """Return the last lines of the log."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:])

    async def _start(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C reaches the demo alone."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                # Not the folder of the script: its modules must not hide others.
                "-P",
                str(_ENTRY),
                "--config",
                str(self._config),
                "--skip-pip",
                "--log-no-color",
                cwd=self._config,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
