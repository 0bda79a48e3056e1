"""What becomes of number plates that are sent to a device, one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .errors import (
    MAY_BE_DONE,
    ErrorCode,
    ViewtronApiDisabledError,
    ViewtronCommandError,
    ViewtronError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from .plate_entries import PlateGroup


class PlateFault(StrEnum):
    """Why a plate was not done."""

    REFUSED = "refused"
    REQUEST_REFUSED = "request_refused"
    """The whole request that it was in was refused, for a reason that is not this plate's."""
    TWICE = "twice"
    """The same plate for the same list stood before it."""
    UNCERTAIN = "uncertain"
    """It was sent, but what became of it was not told."""
    NOT_SENT = "not_sent"
    """An error that concerns all plates came before it."""
    NO_OWNER = "no_owner"
    """It was added, but its owner could not be set."""
    NO_DETAILS = "no_details"
    """It was added, but its dates could not be set, nor could it be taken off again: it is valid for ever."""
    NO_DATES = "no_dates"
    """Its dates could not be set, so that it was taken off again: without them it would be valid for ever."""


@dataclass(frozen=True, slots=True)
class PlateResult:
    """What became of one plate; without a fault it was done."""

    number: str
    fault: PlateFault | None = None
    error: ViewtronError | None = None


class PlateMoveError(ViewtronError):
    """A plate stands on its new list and on the old one too, or may, and could not be taken off either."""

    def __init__(self, error: ViewtronError, *, has_details: bool) -> None:
        """Keep what went wrong, and whether owner and dates had been set on the new list."""
        super().__init__(f"The plate may be on both lists: {error}")
        self.error = error
        self.has_details = has_details


def without_repeats(plates: Sequence[tuple[str, PlateGroup]], results: dict[int, PlateResult]) -> Iterator[int]:
    """Walk the places of plates that come for the first time, and note the others as failed."""
    seen: set[tuple[str, PlateGroup]] = set()
    for at, plate in enumerate(plates):
        if plate in seen:
            results[at] = PlateResult(plate[0], PlateFault.TWICE)
        else:
            seen.add(plate)
            yield at


def told(number: str, code: int | None) -> PlateResult:
    """Say what a plate's own code means."""
    if code == ErrorCode.SUCCESS:
        return PlateResult(number)
    if code is None:
        error = ViewtronProtocolError("AddLicensePlates: the answer leaves a plate out")
        return PlateResult(number, PlateFault.UNCERTAIN, error)
    # Not by `command_error`: a plate's own code says nothing about the command.
    return PlateResult(number, PlateFault.REFUSED, ViewtronCommandError("AddLicensePlates", code))


def failed(number: str, error: ViewtronError) -> PlateResult:
    """Say what a request's error means for a plate in it."""
    if isinstance(error, ViewtronCommandError):
        is_of_plate = error.code is not None and ErrorCode.PLATE_GENERAL <= error.code <= ErrorCode.PLATE_GROUP_MISSING
        return PlateResult(number, PlateFault.REFUSED if is_of_plate else PlateFault.REQUEST_REFUSED, error)
    return PlateResult(number, PlateFault.UNCERTAIN if isinstance(error, MAY_BE_DONE) else PlateFault.NOT_SENT, error)


def stopping(error: ViewtronError | None, *, works: bool) -> ViewtronError | None:
    """Return an error after which nothing more needs to be sent: the next request would fail as well.

    `works` tells that the device has taken the command before: then a bare HTTP 400 is about a plate.
    """
    match error:
        case ViewtronNotSupportedError():
            return None if works else error
        case ViewtronPermissionError() | ViewtronApiDisabledError():
            return error
        case None | ViewtronCommandError() | ViewtronProtocolError():
            return None
    return error
