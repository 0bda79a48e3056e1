"""A camera's own database of number plates, by either family of commands.

Groups are found by name each time: their ids differ between firmwares, and a plate in a wrong list opens a gate.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import batched
import logging
from typing import TYPE_CHECKING, Final

from .errors import (
    ErrorCode,
    ViewtronApiDisabledError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronNotFoundError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from .plate_entries import (
    VEHICLE_GROUPS,
    NewPlate,
    PlateDetails,
    PlateEntry,
    PlateGroup,
    add_block,
    delete_block,
    modify_block,
    read_groups,
    read_plates,
    read_replies,
    read_total,
    read_vehicle_plates,
    search_block,
    vehicle_block,
    vehicle_search_block,
)
from .requests import document
from .transport import Command

if TYPE_CHECKING:
    from .answers import Node
    from .device import Device

_LOGGER = logging.getLogger(__name__)

BATCH: Final = 100
"""Most plates of one `AddLicensePlates`."""
MAX_PLATES: Final = 20_000
"""Most entries that are listed; a camera keeps 10,000."""

_PROBE: Final = 1


class PlateFamily(StrEnum):
    """The commands by which a device's plates are reached."""

    LICENSE = "license"
    """Interface 2.1: groups, and everything can be changed."""
    VEHICLE = "vehicle"
    """Older: three lists, plates can be added, on most also listed."""
    NONE = "none"
    """A camera without plates, or a recorder, which has groups of its own but no command for them."""


class PlateFault(StrEnum):
    """Why a plate was not done."""

    REFUSED = "refused"
    TWICE = "twice"
    """The same plate for the same list stood before it."""
    UNCERTAIN = "uncertain"
    """It was sent, but what became of it was not told."""
    NOT_SENT = "not_sent"
    """An error that concerns all plates came before it."""
    NO_DETAILS = "no_details"
    """It was added, but its owner could not be set, or the device did not give it back without its dates."""
    NO_DATES = "no_dates"
    """Its dates could not be set, so that it was taken off again: without them it would be valid for ever."""


@dataclass(frozen=True, slots=True)
class PlateResult:
    """What became of one plate; without a fault it was done."""

    number: str
    fault: PlateFault | None = None
    error: ViewtronError | None = None


class PlateMoveError(ViewtronError):
    """A plate was added to its new list, but stands on the old one too, or may."""

    def __init__(self, error: ViewtronError, *, has_details: bool) -> None:
        """Keep what went wrong, and whether owner and dates had been set on the new list."""
        super().__init__(f"The plate may be on both lists: {error}")
        self.error = error
        self.has_details = has_details


class PlateDatabase:
    """The plates of one camera. Methods raise any ViewtronError; `add` and `delete` tell it for each plate instead."""

    def __init__(self, device: Device) -> None:
        """Give orders to this device."""
        self._device = device
        self._family: tuple[str | None, PlateFamily] | None = None

    async def family(self) -> PlateFamily:
        """Tell which commands the device has, once for each firmware."""
        info = await self._device.known()
        if info.kind.is_nvr:
            return PlateFamily.NONE
        if self._family is None or self._family[0] != info.firmware:
            self._family = info.firmware, await self._find_family(is_v2=info.kind.is_v2)
        return self._family[1]

    async def groups(self) -> tuple[PlateGroup, ...]:
        """List the groups as they are now."""
        match await self.family():
            case PlateFamily.LICENSE:
                try:
                    return read_groups(await self._device.ask("GetLicensePlateGroups"))
                except ViewtronNotFoundError:
                    return ()
            case PlateFamily.VEHICLE:
                return VEHICLE_GROUPS
        return ()

    async def list(self, groups: Collection[PlateGroup] | None = None) -> tuple[PlateEntry, ...]:
        """List the plates of these groups or of all, up to `MAX_PLATES`.

        Raises ViewtronNotSupportedError where the device cannot list them.
        """
        found: dict[tuple[str, str | None], PlateEntry] = {}
        if await self.family() is PlateFamily.LICENSE:
            known = await self.groups()
            for group in known if groups is None else groups:
                async for entry in self._plates_of(group, known):
                    found.setdefault((entry.number, entry.group), entry)
                    if len(found) >= MAX_PLATES:
                        return tuple(found.values())
        else:
            async for entry in self._vehicle_plates():
                found.setdefault((entry.number, entry.group), entry)
        if groups is None:
            return tuple(found.values())
        names = {group.name for group in groups}
        return tuple(entry for entry in found.values() if entry.group in names)

    async def find(self, number: str, group: PlateGroup) -> PlateEntry | None:
        """Find a plate of interface 2.1 in a group, written exactly as the device keeps it."""
        async for entry in self._plates_of(group, (group,)):
            if (entry.number, entry.group) == (number, group.name):
                return entry
        return None

    async def add(self, plates: Sequence[NewPlate]) -> tuple[PlateResult, ...]:
        """Add plates, and tell what became of each, in their order."""
        is_license = await self.family() is PlateFamily.LICENSE
        results: dict[int, PlateResult] = {}
        unique = _without_repeats([(plate.number, plate.group) for plate in plates], results)
        stop: ViewtronError | None = None
        works = False
        for batch in batched(unique, BATCH if is_license else 1, strict=False):
            if stop is not None:
                results |= {at: PlateResult(plates[at].number, PlateFault.NOT_SENT, stop) for at in batch}
                continue
            sent = [plates[at] for at in batch]
            try:
                told = await (self._add_batch(sent) if is_license else self._add_vehicle(sent[0]))
            except ViewtronError as error:
                told = [_failed(plate.number, error) for plate in sent]
            done = []
            for plate, result in zip(sent, told, strict=True):
                works = works or result.fault is None
                stop = stop or _stopping(result.error, works=works)
                if is_license and result.fault is None and (changed := plate.details.wire()):
                    result = await self._add_details(plate, changed, stop)  # noqa: PLW2901
                    stop = stop or _stopping(result.error, works=works)
                done.append(result)
            results |= dict(zip(batch, done, strict=True))
        return tuple(results[at] for at in range(len(plates)))

    async def update(self, number: str, group: PlateGroup, details: PlateDetails) -> None:
        """Change owner and dates of a plate, and nothing else of it."""
        await self._modify(number, group, details.wire())

    async def move(self, entry: PlateEntry, old: PlateGroup, new: PlateGroup, details: PlateDetails) -> None:
        """Add a plate to a group with all its details and these changes, then take it off the old one.

        Raises PlateMoveError as soon as it stands in the new group.
        """
        result = (await self._add_batch([NewPlate(number=entry.number, group=new)]))[0]
        if result.error is not None:
            raise result.error
        if changed := {**entry.kept, **details.wire()}:
            try:
                await self._modify(entry.number, new, changed)
            except ViewtronError as error:
                raise PlateMoveError(error, has_details=False) from error
        try:
            await self._delete(entry.number, old)
        except ViewtronError as error:
            if not isinstance(error, ViewtronCommandError) or error.code != ErrorCode.PLATE_MISSING:
                raise PlateMoveError(error, has_details=True) from error

    async def delete(self, plates: Sequence[tuple[str, PlateGroup]]) -> tuple[PlateResult, ...]:
        """Delete plates, and tell what became of each, in their order."""
        results: dict[int, PlateResult] = {}
        stop: ViewtronError | None = None
        for at in _without_repeats(plates, results):
            number, group = plates[at]
            results[at] = PlateResult(number)
            if stop is not None:
                results[at] = PlateResult(number, PlateFault.NOT_SENT, stop)
                continue
            try:
                await self._delete(number, group)
            except ViewtronError as error:
                results[at] = _failed(number, error)
                stop = _stopping(error, works=True)
        return tuple(results[at] for at in range(len(plates)))

    async def _find_family(self, *, is_v2: bool) -> PlateFamily:
        """Ask which commands there are: what the device lists, else what it does not refuse as unknown."""
        if self._device.lists("AddLicensePlates"):
            return PlateFamily.LICENSE
        if self._device.lists("AddVehiclePlate") or not is_v2:
            return PlateFamily.VEHICLE
        if await self._knows("GetLicensePlateGroups"):
            return PlateFamily.LICENSE
        if await self._knows("GetVehiclePlate", _vehicle_document(vehicle_search_block(0, _PROBE))):
            return PlateFamily.VEHICLE
        return PlateFamily.NONE

    async def _knows(self, command: str, body: str | None = None) -> bool:
        """Tell whether the device knows a command: whoever finds a fault with the question has understood it."""
        try:
            await self._device.ask(command, body=body)
        except ViewtronNotSupportedError:
            return False
        except ViewtronPermissionError, ViewtronBusyError, ViewtronApiDisabledError:
            raise
        except ViewtronCommandError as error:
            _LOGGER.debug("%s is known: %s", command, error)
        return True

    async def _plates_of(self, group: PlateGroup, known: Collection[PlateGroup]) -> AsyncIterator[PlateEntry]:
        """Walk a group page by page. Devices may tell fewer at once than they are asked for."""
        groups = {each.id: each for each in known}
        seen: set[tuple[str, str | None]] = set()
        offset = 1
        while offset <= MAX_PLATES:
            body = self._device.config(search_block(group, offset))
            if (answer := await self._page("GetLicensePlates", body)) is None:
                return
            page = read_plates(answer, group, groups)
            new = list(_new_of(page, seen))
            for entry in new:
                yield entry
            offset += len(page)
            if not new or offset > (read_total(answer) or MAX_PLATES):
                return

    async def _vehicle_plates(self) -> AsyncIterator[PlateEntry]:
        """Walk all plates of the older commands page by page."""
        seen: set[tuple[str, str | None]] = set()
        for page in range(MAX_PLATES):
            body = _vehicle_document(vehicle_search_block(page))
            if (answer := await self._page("GetVehiclePlate", body)) is None:
                return
            new = list(_new_of(read_vehicle_plates(answer), seen))
            for entry in new:
                yield entry
            if not new or len(seen) >= min(MAX_PLATES, read_total(answer) or MAX_PLATES):
                return

    async def _page(self, command: str, body: str) -> Node | None:
        """Ask for a page; none is left where the device says that nothing is there."""
        try:
            return await self._device.ask(command, body=body)
        except ViewtronNotFoundError:
            return None

    async def _add_batch(self, plates: Sequence[NewPlate]) -> Sequence[PlateResult]:
        body = self._device.config(add_block([(plate.number, plate.group) for plate in plates]))
        answer = await self._device.order(Command("AddLicensePlates", body=body))
        codes = read_replies(answer, len(plates))
        return [_told(plate.number, codes.get(index)) for index, plate in enumerate(plates, 1)]

    async def _add_vehicle(self, plate: NewPlate) -> Sequence[PlateResult]:
        """Add a plate by the older command, which has one answer for all plates in it."""
        await self._device.order(Command("AddVehiclePlate", body=_vehicle_document(vehicle_block(plate))))
        return [PlateResult(plate.number)]

    async def _add_details(
        self, plate: NewPlate, changed: Mapping[str, str], stop: ViewtronError | None
    ) -> PlateResult:
        """Set what `AddLicensePlates` has no place for."""
        try:
            if stop is not None:
                raise stop
            await self._modify(plate.number, plate.group, changed)
        except ViewtronError as error:
            has_dates = plate.details.begin is not None or plate.details.end is not None
            answered = isinstance(error, ViewtronCommandError)
            is_gone = has_dates and answered and await self._takes_back(plate)
            return PlateResult(plate.number, PlateFault.NO_DATES if is_gone else PlateFault.NO_DETAILS, error)
        return PlateResult(plate.number)

    async def _takes_back(self, plate: NewPlate) -> bool:
        """Take off a plate that was just added; tell whether the device did it."""
        try:
            await self._delete(plate.number, plate.group)
        except ViewtronError:
            return False
        return True

    async def _modify(self, number: str, group: PlateGroup, changed: Mapping[str, str]) -> None:
        body = self._device.config(modify_block(number, group, changed))
        await self._device.order(Command("ModifyLicensePlate", body=body, repeatable=True))

    async def _delete(self, number: str, group: PlateGroup) -> None:
        body = self._device.config(delete_block(number, group))
        await self._device.order(Command("DeleteLicensePlate", body=body))


def _vehicle_document(block: str) -> str:
    """Write a request of the older commands, whose root tells no version."""
    return document("config", block, version=None)


def _without_repeats(plates: Sequence[tuple[str, PlateGroup]], results: dict[int, PlateResult]) -> Iterator[int]:
    """Walk the places of plates that come for the first time, and note the others as failed."""
    seen: set[tuple[str, PlateGroup]] = set()
    for at, plate in enumerate(plates):
        if plate in seen:
            results[at] = PlateResult(plate[0], PlateFault.TWICE)
        else:
            seen.add(plate)
            yield at


def _new_of(page: Sequence[PlateEntry], seen: set[tuple[str, str | None]]) -> Iterator[PlateEntry]:
    """Walk what earlier pages did not have."""
    for entry in page:
        if (key := (entry.number, entry.group)) not in seen:
            seen.add(key)
            yield entry


def _told(number: str, code: int | None) -> PlateResult:
    """Say what a plate's own code means."""
    if code == ErrorCode.SUCCESS:
        return PlateResult(number)
    if code is None:
        error = ViewtronProtocolError("AddLicensePlates: the answer leaves a plate out")
        return PlateResult(number, PlateFault.UNCERTAIN, error)
    # Not by `command_error`: a plate's own code says nothing about the command.
    return PlateResult(number, PlateFault.REFUSED, ViewtronCommandError("AddLicensePlates", code))


def _failed(number: str, error: ViewtronError) -> PlateResult:
    """Say what a request's error means for a plate in it."""
    if isinstance(error, ViewtronCommandError):
        return PlateResult(number, PlateFault.REFUSED, error)
    is_uncertain = isinstance(error, ViewtronConnectionError | ViewtronProtocolError)
    return PlateResult(number, PlateFault.UNCERTAIN if is_uncertain else PlateFault.NOT_SENT, error)


def _stopping(error: ViewtronError | None, *, works: bool) -> ViewtronError | None:
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
