"""The inner life of a simulated Thin Client: sessions, restarts and firmware updates."""

import asyncio
from collections.abc import Coroutine
from uuid import uuid4

from .thin_client_settings import new_settings
from .thin_client_state import Shape, Upload, new_bridges
from .thin_client_wall import CallError, Wall

FACTORY_PASSWORD = "admin"
_STEPS = (
    "connecting to the update server", "downloading firmware", "verifying integrity of firmware",
    "unpacking firmware", "preparing flash memory", "flashing boot loader", "flashing kernel",
    "flashing applications", "verifying flash memory", "rebooting",
)  # fmt: skip
UPDATE_TEXTS = tuple(f"Step {number} Of {len(_STEPS)}: {step}." for number, step in enumerate(_STEPS, 1))
_UPLOAD_STARTS_AT = 2
_LEAD = 0.05
"""Seconds between the answer to a restart and the restart."""


class Machine(Wall):
    """A wall that can restart and take new firmware."""

    def __init__(self, name: str, serial: str, password: str, shape: Shape) -> None:
        """Take the device's identity."""
        super().__init__(name, serial, password, shape)
        self.sessions: list[str] = []
        """The open tokens."""
        self.most_sessions = 0
        """How many sessions were ever open at the same time."""
        self.refused_logins = 0

        self.bridges = new_bridges()
        self.test_code = 2
        """What TestConnection answers; the document has no table of the codes."""
        self.tested: list[dict[str, str]] = []
        """The settings that TestConnection was called with."""
        self.internet = True
        """Whether the device reaches its maker, for registration and newest firmware."""
        self.registered = True
        self._registration_known = False

        self.newest_firmware = "2.2.1.345"
        self.upload_firmware = "2.2.2.7"
        """The version in any uploaded file."""
        self.uploads: list[Upload] = []
        self.upload_pause: float = 0
        """Seconds the device takes for each part of an upload, of at most 64 KiB."""
        self.update_code = 0
        """What start and upload of an update answer; with another number than 0 nothing starts."""
        self.idle_text = "No update in progress."
        self.update_texts = UPDATE_TEXTS
        self.update_state = self.idle_text
        self.update_step_seconds: float = 0.05
        self.fail_update_at: int | None = None
        """The index of the text after which the update fails."""
        self.failure_text = "Update failed: firmware image is damaged."
        self.update_rolls_back = False
        """Whether the device comes back from an update with its old firmware."""
        self.updating = False
        self.reboots = 0
        self.reboot_seconds: float = 0.2
        self._tasks: set[asyncio.Task[None]] = set()

    def open_session(self) -> str:
        """Open a session and return its token."""
        token = str(uuid4())
        self.sessions.append(token)
        self.most_sessions = max(self.most_sessions, len(self.sessions))
        return token

    def expire_sessions(self) -> None:
        """End all sessions, as their age does."""
        self.sessions.clear()

    def is_registered(self) -> bool:
        """Ask the maker, until the answer was yes once; raises CallError without internet."""
        if not self._registration_known:
            self._need_internet()
            self._registration_known = self.registered
        return self._registration_known

    def newest(self) -> str:
        """Ask the maker for the newest firmware; raises CallError without internet."""
        self._need_internet()
        return self.newest_firmware

    def restart(self) -> None:
        """Restart in a moment."""
        self._run(self._reboot())

    def restore(self) -> None:
        """Return to the factory's settings, with the factory's password, and restart."""
        self.settings = new_settings("Thin Client")
        self.password = FACTORY_PASSWORD
        self.panels, self.direct_cameras, self.active_panel = [], [], None
        self._run(self._reboot())

    def start_update(self) -> int:
        """Start an update from the internet and return 0, or another number if nothing started."""
        self._need_internet()
        return self._start(self.newest_firmware, 0)

    def start_uploaded(self, upload: Upload) -> int:
        """Start an update from an uploaded file and return 0, or another number if nothing started."""
        return self._start(self.upload_firmware, _UPLOAD_STARTS_AT) if upload.size else 1

    async def end_tasks(self) -> None:
        """Cancel restart and update."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.booting = self.updating = False

    def reach_or_not(self) -> None:
        """Refuse connections while `booting`, else take them."""
        raise NotImplementedError

    def _need_internet(self) -> None:
        """Raise CallError without internet."""
        if not self.internet:
            raise CallError

    def _start(self, version: str, first: int) -> int:
        """Start an update unless one runs already."""
        if self.update_code or self.updating:
            return self.update_code or 1
        self.updating = True
        self.update_state = self.update_texts[first]
        self._run(self._update(version, first))
        return 0

    async def _update(self, version: str, first: int) -> None:
        """Walk through the texts of an update from a first one, and restart."""
        for index, text in enumerate(self.update_texts[first:], first):
            self.update_state = text
            await asyncio.sleep(self.update_step_seconds)
            if index == self.fail_update_at:
                self.update_state = self.failure_text
                self.updating = False
                return
        if not self.update_rolls_back:
            self.firmware = version
        self.updating = False
        await self._reboot()

    async def _reboot(self) -> None:
        """Let the last answer out, be away for a while, and come back without sessions."""
        await asyncio.sleep(_LEAD)
        self.reboots += 1
        self.booting = True
        self.sessions.clear()
        self.full_screen, self.stopped = None, False
        for panel in self.panels:
            panel.forget_changes()
        self.reach_or_not()
        self.screen_changed()
        await asyncio.sleep(self.reboot_seconds)
        self.update_state = self.idle_text
        self.booting = False
        self.reach_or_not()
        self.screen_changed()

    def _run(self, work: Coroutine[None, None, None]) -> None:
        """Run something in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
