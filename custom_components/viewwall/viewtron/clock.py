"""Setting a device's clock without touching anything else of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from .errors import ViewtronIgnoredError, ViewtronProtocolError, ViewtronZoneError
from .models import DeviceClock
from .posix_time import to_local
from .readings import read_clock
from .requests import copy_of
from .transport import Command

if TYPE_CHECKING:
    from .device import Device

CLOSE_ENOUGH: Final = timedelta(seconds=30)
"""A device sets whole seconds, and may take its time about it."""

_MANUALLY: Final = "manually"


async def set_clock(device: Device, now: Callable[[], datetime]) -> DeviceClock:
    """Set the clock to `now` (UTC) in the device's own zone, and read it back.

    The whole block is written, with only the way of setting and the time changed. A device that follows a time server
    takes no time by hand: it is taken off its server for that moment and put back. Raises any ViewtronError.
    """
    await device.known()
    block = (await device.ask("GetDateAndTime")).find("time")
    if block is None:
        raise ViewtronProtocolError("GetDateAndTime: the answer has no time")
    before = read_clock(block)
    if before.zone is None or (local := to_local(now(), before.zone, before.rules)) is None:
        raise ViewtronZoneError(f"The zone {before.zone!r} cannot be understood")
    kind = block.find("synchronizeInfo")
    usual = kind.get("type") if kind else None

    async def write(way: str, moment: datetime) -> None:
        """Write the block with this way of setting and this time."""
        changed = {"type": way, "currenttime": f"{moment:%Y-%m-%d %H:%M:%S}"}
        await device.order(
            Command("SetDateAndTime", body=device.config(copy_of("time", block, changed)), repeatable=True)
        )

    await write(_MANUALLY, local)
    if usual is not None and usual.lower() != _MANUALLY:
        await write(usual, to_local(now(), before.zone, before.rules) or local)
    after = read_clock(await device.ask("GetDateAndTime"))
    if after.utc is None or abs(after.utc - now()) > CLOSE_ENOUGH:
        raise ViewtronIgnoredError("SetDateAndTime: the clock is as wrong as before")
    return after
