"""The totals of a camera's counting line, and their reset."""

from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

from .answers import Node
from .errors import ViewtronCommandError, ViewtronNotSupportedError, ViewtronProtocolError
from .post import ByType
from .readings import not_negative
from .requests import element
from .transport import Command

if TYPE_CHECKING:
    from .device import Device

STATISTICS: Final = "GetPassLineCountStatistics"

_CONFIG: Final = "GetPassLineCountConfig"
_SET_CONFIG: Final = "SetPassLineCountConfig"


@dataclass(frozen=True, slots=True)
class LineStatistics:
    """Totals since the camera's last reset; None for what it does not tell."""

    entered: ByType = field(default_factory=ByType)
    exited: ByType = field(default_factory=ByType)

    @property
    def is_zero(self) -> bool:
        """Tell whether all that is told is zero."""
        return not any(getattr(block, each.name) for block in (self.entered, self.exited) for each in fields(ByType))


class Counting:
    """The counting commands of one camera. Methods raise any ViewtronError."""

    def __init__(self, device: Device) -> None:
        """Ask this device."""
        self._device = device

    async def statistics(self) -> LineStatistics:
        """Ask for the totals.

        Raises ViewtronNotSupportedError where the camera does not tell them, be it that it answers without any.
        """
        totals = _read_statistics(await self._device.ask(STATISTICS))
        if totals == LineStatistics():
            raise ViewtronNotSupportedError(STATISTICS, None, "no totals in the answer")
        return totals

    async def reset(self) -> LineStatistics:
        """Set the totals to zero where the camera lets us, and return what they are then.

        No paper of the maker knows the reset, so nothing but reading back proves it; a refusal is no error. The rest
        of the line's settings is not sent, and so stays as it is.
        """
        await self._device.known()
        if await self._device.optional(_CONFIG) is not None:
            body = self._device.config(element("passlinecount", (element("forceReset", True),)))
            # Whatever it says to this, its statistics tell what came of it.
            with suppress(ViewtronCommandError, ViewtronProtocolError):
                await self._device.order(Command(_SET_CONFIG, body=body))
        return await self.statistics()


def _read_statistics(document: Node) -> LineStatistics:
    """Read the two blocks of `GetPassLineCountStatistics`."""
    return LineStatistics(_by_type(document.find("entranceCount")), _by_type(document.find("exitCount")))


def _by_type(block: Node | None) -> ByType:
    if block is None:
        return ByType()
    person, car, bike = (not_negative(block.number(name)) for name in ("person", "car", "bike"))
    return ByType(person=person, car=car, two_wheeler=bike)
