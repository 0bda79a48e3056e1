"""The demo's plate camera: its list of plates, and the gate that its output opens."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Unpack, override

from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.plate_database import SimPlate
from tests.simulators.posts_base import Picture
from tests.simulators.state import Answer, Request, Settings, SimChannel

from .camera import ALARM_CENTRE, DemoCamera
from .eyes import View, draw_view

ALLOWED: Final = "whiteList"
TEMPORARY: Final = "temporaryList"
BLOCKED: Final = "blackList"
REGULAR_VISITOR: Final = "JKL305"
"""Who comes often and stands in no list as long as nobody adds the plate."""
# Plate, list and owner.
_PLATES: Final = (
    ("ABC123", ALLOWED, "A. Example"),
    ("KLM478", ALLOWED, "K. Sample"),
    ("DHL4021", TEMPORARY, "Parcel service"),
    ("XYZ900", BLOCKED, ""),
)

type GateWatcher = Callable[[bool], None]


class GateCamera(DemoCamera, IpcV2Simulator):
    """The plate camera; the gate is open while the camera's output is on."""

    def __init__(self, memory: Path | None, **settings: Unpack[Settings]) -> None:
        """Begin with the plates of the neighbourhood, or with those in the file `memory`, which None is without."""
        super().__init__(memory, ALARM_CENTRE, **settings)
        self._watchers: list[GateWatcher] = []
        self.added: asyncio.Queue[str] = asyncio.Queue()
        """Plates that somebody has just added."""
        self.output_names = {1: "Barrier"}
        self.detail_flags["supportPassLineCount"] = True
        # The line at the gate counts cars; nobody walks here.
        self.crossings = {"entranceCount": (0, 41, 0), "exitCount": (0, 38, 0)}
        for command in ("GetSmartPerimeterConfig", "GetSmartTripwireConfig"):
            # What never happens in the demo would stand there as unknown for ever.
            del self.commands[command]
        self.database.plates = [self._plate(*plate) for plate in _PLATES]
        self._recall()

    @property
    def is_open(self) -> bool:
        """Tell whether the gate is open."""
        return self.outputs[1]

    @property
    def view(self) -> View:
        """Return what the camera sees."""
        return View(self.plate_in_view, self.subject_in_view, is_open=self.is_open)

    def list_of(self, number: str) -> str | None:
        """Return the list in which a plate is at present, None for a stranger's."""
        return self.database.listed(number, self.clock.local().replace(tzinfo=None))

    def on_gate(self, watcher: GateWatcher) -> None:
        """Tell of the gate whenever it opens (True) or closes."""
        self._watchers.append(watcher)

    @override
    def manual_alarm_out(self, request: Request) -> Answer:
        """Open or close the gate."""
        before = self.is_open
        answer = super().manual_alarm_out(request)
        if self.is_open != before:
            for watcher in self._watchers:
                watcher(self.is_open)
        return answer

    @override
    def add_license_plates(self, request: Request) -> Answer:
        """Add plates, and note the new ones."""
        before = len(self.database.plates)
        answer = super().add_license_plates(request)
        for plate in self.database.plates[before:]:
            self.added.put_nowait(plate.number)
        return answer

    @override
    def scene(self, channel: SimChannel) -> bytes:
        """Draw what the camera sees now, as JPEG."""
        return draw_view(channel.name, self.clock.local(), self.view).data

    @override
    def overview(self, channel: int = 1, *, plate: str | None = None, subject: str | None = None) -> Picture | None:
        """Draw the whole picture of a post."""
        view = View(plate, subject, is_open=self.is_open)
        return draw_view(self.channel(channel).name, self.clock.local(), view)

    @override
    def _kept(self) -> dict[str, Any]:
        """Return what the file remembers."""
        plates = [asdict(plate) for plate in self.database.plates]
        return super()._kept() | {"plates": plates, "crossings": self.crossings}

    def _plate(self, number: str, listed: str, owner: str) -> SimPlate:
        """Return a plate of a list."""
        group = self.database.group_id(listed) or ""
        begin, end = self.database.chosen_begin, self.database.chosen_end
        return SimPlate(number=number, group=group, begin=begin, end=end, owner=owner)

    def _recall(self) -> None:
        """Take over plates and counts of an earlier demo."""
        kept = self._remembered()
        if not kept:
            return
        self.crossings = {block: (persons, cars, bikes) for block, (persons, cars, bikes) in kept["crossings"].items()}
        dates = ("begin", "end")
        self.database.plates = [
            SimPlate(**{**plate, **{name: datetime.fromisoformat(plate[name]) for name in dates}})
            for plate in kept["plates"]
        ]
