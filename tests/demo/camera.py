"""What all cameras of the demo have in common: they keep their addresses, and one of them has one of somebody else."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
import json
from pathlib import Path
from typing import Any, Final, Unpack, override
from urllib.parse import urlsplit

from tests.simulators.delivery import NOBODY
from tests.simulators.http_post_sending import resolve_plain
from tests.simulators.ipc import CameraSimulator
from tests.simulators.push import PushResult
from tests.simulators.state import HttpPostSlot, Settings

ALARM_CENTRE: Final = HttpPostSlot(
    id=1, switch=True, domain="192.0.2.77", port=9000, path="/alarms", interval=60, data_types=("alarmStatus",)
)
"""The address that the gate's camera posts to whatever Home Assistant does."""
_WEBHOOK: Final = "/api/webhook/"


class DemoCamera(CameraSimulator):
    """A camera that remembers its addresses, and posts to Home Assistant only when it has that address."""

    def __init__(self, memory: Path | None, *taken: HttpPostSlot, **settings: Unpack[Settings]) -> None:
        """Begin with addresses of others in these slots; `memory` is the file to keep them in, None for none."""
        super().__init__(**settings)
        self._memory = memory
        self.heartbeats = True
        self.resolves = _resolve
        self.http_post = [replace(slot) for slot in _filled(self.http_post, taken)]
        self.has_remembered = self._recall_slots()
        """Whether its addresses are those of an earlier demo."""

    @property
    def own_slot(self) -> HttpPostSlot | None:
        """Return the slot that posts to a Home Assistant, None if there is none."""
        return next((slot for slot in self.slots() if slot.domain and slot.path.startswith(_WEBHOOK)), None)

    @property
    def is_posting(self) -> bool:
        """Tell whether it posts to a Home Assistant."""
        return self.own_slot is not None and self.own_slot.switch

    def put_slot(self, slot: HttpPostSlot) -> None:
        """Write an address as somebody on the camera's web page does."""
        self.http_post = _filled(self.http_post, [slot])
        self.slots_written({slot.id})

    def type_in(self, url: str) -> None:
        """Type Home Assistant's address in: over the one with the same path, else, if nobody ever did, as a new one."""
        parts = urlsplit(url)
        there = next((slot for slot in self.http_post if slot.path == parts.path), None)
        if there is None and not self.has_remembered:
            there = next((replace(slot, switch=True) for slot in self.http_post if not slot.domain), None)
        if there is not None:
            typed = replace(there, domain=parts.hostname or "", port=parts.port or 80, path=parts.path)
            if typed not in self.http_post:
                self.put_slot(typed)

    @override
    def slots_written(self, changed: set[int]) -> None:
        """Keep new addresses at once: a real camera has them after any end of the demo."""
        super().slots_written(changed)
        self.remember()

    @override
    def forget_addresses(self) -> None:
        """Lose all addresses, those of others too."""
        super().forget_addresses()
        self.remember()

    @override
    async def push(self, body: bytes) -> PushResult:
        """Send a post to all addresses; without any it goes nowhere."""
        return await super().push(body) if any(slot.domain for slot in self.slots()) else NOBODY

    @override
    async def stop(self) -> None:
        """Close everything, and remember what a real camera would."""
        await super().stop()
        self.remember()

    def remember(self) -> None:
        """Write down what a real camera would keep."""
        if self._memory is not None:
            self._memory.write_text(json.dumps(self._kept(), default=datetime.isoformat), encoding="utf-8")

    def _kept(self) -> dict[str, Any]:
        """Return what the file remembers."""
        return {"slots": [asdict(slot) for slot in self.http_post]}

    def _remembered(self) -> dict[str, Any]:
        """Return what an earlier demo has written down."""
        if self._memory is None or not self._memory.exists():
            return {}
        kept: dict[str, Any] = json.loads(self._memory.read_text(encoding="utf-8"))
        return kept

    def _recall_slots(self) -> bool:
        """Take over the addresses of an earlier demo, if it had any to remember."""
        slots = self._remembered().get("slots")
        if slots is None:
            return False
        lists = ("data_types", "events")
        self.http_post = [HttpPostSlot(**{**slot, **{name: tuple(slot[name]) for name in lists}}) for slot in slots]
        return True


def _filled(slots: Iterable[HttpPostSlot], others: Iterable[HttpPostSlot]) -> list[HttpPostSlot]:
    """Return slots with others in the places of those with the same ids."""
    return list(({slot.id: slot for slot in slots} | {slot.id: slot for slot in others}).values())


def _resolve(domain: str) -> str | None:
    """Find nobody behind the addresses that are kept for examples, so that nothing leaves this machine for them."""
    return None if domain.startswith("192.0.2.") else resolve_plain(domain)
