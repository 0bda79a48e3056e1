"""Cameras that move: which ones do, what their presets and cruises are called, and how they are set moving."""

from collections.abc import Iterable, Set as AbstractSet
from functools import partial
from typing import TYPE_CHECKING, Final

from .device_memory import Debt, DebtKind
from .names import Names
from .viewtron.ptz import PtzMove, PtzPlace

if TYPE_CHECKING:
    from .device_state import ViewtronState
    from .runtime import ViewtronRuntime

_FLAGS: Final = frozenset({"integratedptz", "supportrs485ptz"})


def can_move(state: ViewtronState, channel: int) -> bool:
    """Tell whether the device says that a camera can move; a recorder of the first generation says nothing."""
    if not state.info.kind.is_nvr:
        return bool(_FLAGS & (state.info.features or frozenset()))
    found = state.channel(channel)
    return found is not None and found.can_move


def names_of(places: Iterable[PtzPlace], reserved: AbstractSet[str] = frozenset()) -> Names:
    """Return the names of presets or cruises; one without a name is called by its number."""
    return Names(((str(place.id), place.name or "") for place in places), reserved)


async def move(runtime: ViewtronRuntime, channel: int, direction: PtzMove, speed: int, seconds: float) -> None:
    """Move a camera for a while, at a speed of the device's range; a later movement takes over from an earlier one.

    Raises ViewtronError, and StillOwedError if the camera could not be stopped.
    """
    debt = Debt(kind=DebtKind.PTZ_STOP, number=channel, speed=speed)
    begin = partial(runtime.client.ptz.move, channel, direction, speed)
    await runtime.owed.during(debt, begin, seconds, alone=True)


async def goto_preset(runtime: ViewtronRuntime, channel: int, preset: int) -> None:
    """Move a camera to a preset; a movement that runs is ended first. Raises ViewtronError and StillOwedError."""
    await runtime.owed.end_now(DebtKind.PTZ_STOP, channel)
    await runtime.client.ptz.goto_preset(channel, preset)


async def run_cruise(runtime: ViewtronRuntime, channel: int, cruise: int) -> None:
    """Let a camera cruise; a movement that runs is ended first. Raises ViewtronError and StillOwedError."""
    await runtime.owed.end_now(DebtKind.PTZ_STOP, channel)
    await runtime.client.ptz.run_cruise(channel, cruise)
