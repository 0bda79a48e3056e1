"""Setting a device's clock without touching anything else of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from .errors import (
    ViewtronConnectionError,
    ViewtronIgnoredError,
    ViewtronNoAnswerError,
    ViewtronProtocolError,
    ViewtronZoneError,
)
from .models import DeviceClock
from .posix_time import to_local
from .readings import read_clock
from .requests import copy_of
from .transport import Command

if TYPE_CHECKING:
    from .device import Device

CLOSE_ENOUGH: Final = timedelta(seconds=30)
"""A device sets whole seconds, and may take its time about it."""
UNCHANGED: Final = timedelta(seconds=2)
"""What lies between two readings of a clock that nobody has set."""

_MANUALLY: Final = "manually"


async def set_clock(device: Device, now: Callable[[], datetime]) -> DeviceClock:
    """Set the clock to `now` (UTC) in the device's own zone, and read it back.

    The whole block is written, with only the way of setting and the time changed. A device that follows a time server
    takes no time by hand: it is taken off its server for that moment and put back, also if it has not answered. Raises
    any ViewtronError.
    """
    await device.known()
    block = (await device.ask("GetDateAndTime")).find("time")
    if block is None:
        raise ViewtronProtocolError("GetDateAndTime: the answer has no time")
    before = read_clock(block)
    was_ahead = before.ahead_of(now())
    zone = before.zone
    if zone is None or (local := to_local(now(), zone, before.rules)) is None:
        raise ViewtronZoneError(f"The zone {before.zone!r} cannot be understood")
    kind = block.find("synchronizeInfo")
    usual = kind.get("type") if kind else None

    async def write(way: str, moment: datetime) -> None:
        """Write the block with this way of setting and this time."""
        changed = {"type": way, "currenttime": f"{moment:%Y-%m-%d %H:%M:%S}"}
        await device.order(
            Command("SetDateAndTime", body=device.config(copy_of("time", block, changed)), repeatable=True)
        )

    async def put_back() -> None:
        """Give the device back to its time server."""
        if usual is not None and usual.lower() != _MANUALLY:
            moment = to_local(now(), zone, before.rules) or local
            try:
                await write(usual, moment)
            except ViewtronConnectionError:
                await write(usual, moment)

    try:
        await write(_MANUALLY, local)
    except ViewtronNoAnswerError, ViewtronProtocolError:
        await put_back()
        raise
    await put_back()
    after = read_clock(await device.ask("GetDateAndTime"))
    ahead = after.ahead_of(now())
    is_unchanged = ahead is not None and was_ahead is not None and abs(ahead - was_ahead) <= UNCHANGED < abs(ahead)
    if ahead is None or abs(ahead) > CLOSE_ENOUGH or is_unchanged:
        raise ViewtronIgnoredError("SetDateAndTime: the clock is as wrong as before")
    return after
