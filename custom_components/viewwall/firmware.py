"""New firmware for a Thin Client: started or uploaded, then followed through the reboot until it answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import Enum, auto
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .errors import device_errors
from .tasks import outlast
from .thin_client import (
    FirmwareState,
    Rule,
    Settings,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientNotSupportedError,
    ThinClientValidationError,
)
from .wall_memory import RunningUpdate

if TYPE_CHECKING:
    from .wall_runtime import ThinClientRuntime

_LOGGER = logging.getLogger(__name__)

POLL: Final = 5.0
"""Seconds between two looks at a running update."""
BACK: Final = 120.0
"""Seconds after which a device with its old firmware counts as done with the update: restarted, or idle again."""
STALL: Final = 15 * 60.0
"""Seconds without new words after which a running update counts as failed."""
STANDING: Final = 60.0
"""Seconds after which new firmware is believed without a restart that was seen."""
LIMIT: Final = 60 * 60.0
"""Seconds that an update may take from its start."""
CHUNK: Final = 256 * 1024
"""Bytes of a file that are in memory at a time."""


class Outcome(Enum):
    """What a look at the device says about its update."""

    RUNNING = auto()
    INSTALLED = auto()
    FAILED = auto()


class UpdateWatch:
    """What was seen of one update since its start; times in seconds.

    The device tells in its own words how far it is, and not whether it succeeded: that shows in its version. A session
    that it does not know any more after an outage tells a restart from a network that was gone.
    """

    def __init__(self, now: float, version: str | None, idle: str | None, token: str | None) -> None:
        """Keep what the device said before the start: its version and its words."""
        self._version = version
        self._idle = idle
        self._token = token
        self._quiet_since = now
        self._new_since: float | None = None
        self._was_away = self._was_renewed = False
        self._words: str | None = None
        self.away = False
        self.restarted = False
        self.last_words = idle
        """What the device said last before it fell idle."""

    def lost(self) -> None:
        """Note that the device does not answer."""
        self.away = self._was_away = True

    def answered(self, now: float, version: str | None, words: str | None, token: str | None) -> Outcome:
        """Note an answer and judge."""
        if self.away:
            self.away = False
            self.restarted = self.restarted or token != self._token
            self._quiet_since = now
        self._was_renewed = self._was_renewed or token != self._token
        self._token = token
        if words != self._words:
            self._words = words
            self._quiet_since = now
        is_idle = words is not None and words == self._idle
        if words is not None and not is_idle:
            self.last_words = words
        if version not in (None, self._version):
            self._new_since = now if self._new_since is None else self._new_since
            # The version may change before the restart.
            is_through = self._was_away or self._was_renewed or now - self._new_since >= STANDING
            return Outcome.INSTALLED if is_through else Outcome.RUNNING
        self._new_since = None
        patience = BACK if self.restarted or is_idle else STALL
        return Outcome.FAILED if now - self._quiet_since >= patience else Outcome.RUNNING


class FirmwareUpdater:
    """The firmware of one wall: never two updates at once, whoever starts them and however."""

    def __init__(self, hass: HomeAssistant, runtime: ThinClientRuntime) -> None:
        """Do nothing until an update is started."""
        self._hass = hass
        self._runtime = runtime
        self._listeners: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self.in_progress = False
        self.percentage: int | None = None
        """How much of a file is sent, then what the device's words say; None if they say nothing."""
        self.text: str | None = None
        """The device's own words."""

    @callback
    def add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call the listener whenever something has changed; the returned function ends that."""
        self._listeners.append(listener)

        @callback
        def _remove() -> None:
            self._listeners.remove(listener)

        return _remove

    async def install(self) -> None:
        """Let the device install its newest firmware, and return when it runs.

        Raises HomeAssistantError if it does not, ServiceValidationError if an update runs already.
        """
        await self._run(self._install)

    async def upload(self, path: Path) -> None:
        """Send a firmware file, which is never in memory as a whole, and return when its firmware runs.

        Raises like `install`, and HomeAssistantError if the file cannot be read.
        """
        await self._run(lambda: self._upload(path))

    @callback
    def check_idle(self) -> None:
        """Raise ServiceValidationError while an update runs: a restart in the middle could ruin the device."""
        if self.in_progress:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="update_running",
                translation_placeholders={"device": self._title},
            )

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work, and see it through even if the caller goes away: the device does not stop either."""
        self.check_idle()
        self._show(in_progress=True)

        async def _work() -> None:
            is_over = True
            try:
                with device_errors(self._title):
                    await work()
            except asyncio.CancelledError:
                # The device goes on with it: the next run follows it.
                is_over = False
                raise
            finally:
                if is_over:
                    await self._runtime.memory.keep_update(None)
                self._show(in_progress=False)

        task = self._runtime.entry.async_create_background_task(self._hass, _work(), f"{DOMAIN} firmware update")
        self._task = task
        await outlast(task)
        if task.cancelled():
            raise self._error("update_unwatched")
        task.result()

    async def _install(self) -> None:
        """Start the update to the newest firmware and follow it."""
        watch = await self._look_before()
        with self._refusals():
            try:
                await self._runtime.client.start_update()
            except ThinClientConnectionError as error:
                if not error.sent:
                    raise
                # It may have started: its words and its version will tell.
                _LOGGER.debug("%s did not confirm the start of its update: %s", self._title, error)
        await self._follow(watch)

    async def _upload(self, path: Path) -> None:
        """Send a file and follow the update that it starts."""
        async with self._opened(path) as (file, length):
            watch = await self._look_before()
            with self._refusals(), self._file_errors(path):
                await self._send(file, length)
        await self._follow(watch)

    async def _send(self, file: BinaryIO, length: int) -> None:
        """Send an open file of this many bytes."""
        sent = 0

        @callback
        def _progress(done: int, _: int) -> None:
            nonlocal sent
            sent = done
            self._show(in_progress=True, percentage=100 * done // length)

        self._show(in_progress=True, percentage=0)
        try:
            await self._runtime.client.upload_firmware(self._chunks(file), length, _progress)
        except ThinClientConnectionError as error:
            if not error.sent or sent < length:
                raise self._error("upload_broken") from error
            # All of it has left: the device may be at work.
            _LOGGER.debug("%s did not confirm its new firmware: %s", self._title, error)

    async def _chunks(self, file: BinaryIO) -> AsyncIterator[bytes]:
        """Read a file piece by piece."""
        while chunk := await self._hass.async_add_executor_job(file.read, CHUNK):
            yield chunk

    @asynccontextmanager
    async def _opened(self, path: Path) -> AsyncIterator[tuple[BinaryIO, int]]:
        """Open a file for as long as it is needed, and tell its length in bytes."""
        with self._file_errors(path):
            file, length = await self._hass.async_add_executor_job(_open, path)
        try:
            yield file, length
        finally:
            await self._hass.async_add_executor_job(file.close)

    async def _look_before(self) -> UpdateWatch:
        """Ask what the device is and says before the update starts."""
        settings = await self._runtime.client.settings()
        state = await self._state()
        since = dt_util.utcnow().timestamp()
        await self._runtime.memory.keep_update(RunningUpdate(since=since, version=settings.firmware, words=state.text))
        return UpdateWatch(self._hass.loop.time(), settings.firmware, state.text, self._runtime.client.token)

    @callback
    def resume(self) -> None:
        """Follow an update that runs since before a reload or a restart of Home Assistant."""
        running = self._runtime.memory.update
        if running is None:
            return
        watch = UpdateWatch(self._hass.loop.time(), running.version, running.words, self._runtime.client.token)
        self._runtime.entry.async_create_background_task(
            self._hass, self._resume(running, watch), f"{DOMAIN} firmware update"
        )

    @callback
    def suspend(self) -> None:
        """Follow nothing any more; what runs stays remembered."""
        if self._task is not None:
            self._task.cancel()

    async def _resume(self, running: RunningUpdate, watch: UpdateWatch) -> None:
        try:
            await self._run(lambda: self._follow(watch, dt_util.utcnow().timestamp() - running.since))
        except HomeAssistantError as error:
            _LOGGER.warning("%s", error)

    async def _follow(self, watch: UpdateWatch, elapsed: float = 0.0) -> None:
        """Watch the device until it runs other firmware than before; `elapsed` seconds have passed since the start.

        Raises HomeAssistantError when that fails.
        """
        start = self._hass.loop.time() - elapsed
        outcome = Outcome.RUNNING
        was_restarted = False
        while outcome is not Outcome.INSTALLED:
            if outcome is Outcome.FAILED or self._hass.loop.time() - start >= LIMIT:
                words = watch.last_words or "…"
                raise self._error("update_lost" if watch.away else "update_failed", words=words)
            await asyncio.sleep(POLL)
            if (seen := await self._look()) is None:
                watch.lost()
                continue
            settings, state = seen
            self._show(in_progress=True, percentage=state.percentage, text=state.text)
            outcome = watch.answered(self._hass.loop.time(), settings.firmware, state.text, self._runtime.client.token)
            if (watch.restarted or outcome is Outcome.INSTALLED) and not was_restarted:
                was_restarted = True
                self._runtime.display.forget_screen()
            if outcome is not Outcome.RUNNING:
                self._runtime.coordinator.take_settings(settings)

    async def _look(self) -> tuple[Settings, FirmwareState] | None:
        """Ask what the device is and says now; None while it does not answer, or not as itself: it may be starting."""
        try:
            # While it restarts, another one may get its address.
            return await self._runtime.client.look_again(), await self._state()
        except ThinClientAuthError:
            raise
        except ThinClientError as error:
            _LOGGER.debug("%s does not answer during its update: %s", self._title, error)
            return None

    async def _state(self) -> FirmwareState:
        """Ask for the device's words, which not every firmware may have."""
        try:
            return await self._runtime.client.update_state()
        except ThinClientCommandError as error:
            _LOGGER.debug("%s does not tell how far its update is: %s", self._title, error)
            return FirmwareState(text=None)

    @property
    def _title(self) -> str:
        """The name of the device for messages."""
        return self._runtime.entry.title

    @callback
    def _show(self, *, in_progress: bool, percentage: int | None = None, text: str | None = None) -> None:
        """Tell the listeners how far the update is, if that has changed."""
        shown = (in_progress, percentage, text)
        if shown != (self.in_progress, self.percentage, self.text):
            self.in_progress, self.percentage, self.text = shown
            for listener in tuple(self._listeners):
                listener()

    def _error(self, key: str, **placeholders: str) -> HomeAssistantError:
        """Make an error in the words of the translations."""
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"device": self._title, **placeholders},
        )

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Tell the device's number when it does not start an update."""
        try:
            yield
        except ThinClientNotSupportedError:
            raise
        except ThinClientCommandError as error:
            raise self._error("update_refused", code=str(error.code)) from error

    @contextmanager
    def _file_errors(self, path: Path) -> Iterator[None]:
        """Tell what is wrong with a file."""
        try:
            yield
        except OSError as error:
            raise self._error("file_unreadable", file=path.name) from error
        except ThinClientValidationError as error:
            key = "file_empty" if error.rule is Rule.NOT_EMPTY else "file_changed"
            raise self._error(key, file=path.name) from error


def _open(path: Path) -> tuple[BinaryIO, int]:
    """Open a file and tell its length in bytes. Raises OSError, also for what is no plain file."""
    if not path.is_file():
        raise FileNotFoundError(path)
    file = path.open("rb")
    return file, os.fstat(file.fileno()).st_size
