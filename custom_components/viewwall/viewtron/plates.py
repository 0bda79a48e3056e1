"""A camera's own database of number plates, by either family of commands.

Groups are found by name each time: their ids differ between firmwares, and a plate in a wrong list opens a gate.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import batched
import logging
from typing import TYPE_CHECKING, Final

from .errors import (
    MAY_BE_DONE,
    ErrorCode,
    ViewtronApiDisabledError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronFailedError,
    ViewtronIgnoredError,
    ViewtronNotFoundError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
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
from .plate_results import PlateFault, PlateMoveError, PlateResult, failed, stopping, told, without_repeats
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

PATIENCE: Final = 3
"""How often a silent device is told to take a plate off again, each time for as long as a request may take."""

_PROBE: Final = 1


class PlateFamily(StrEnum):
    """The commands by which a device's plates are reached."""

    LICENSE = "license"
    """Interface 2.1: groups, and everything can be changed."""
    VEHICLE = "vehicle"
    """Older: three lists, plates can be added, on most also listed."""
    NONE = "none"
    """A camera without plates, or a recorder, which has groups of its own but no command for them."""


@dataclass(slots=True)
class _Course:
    """How the adding of plates goes on."""

    stop: ViewtronError | None = None
    """The error after which nothing more is added."""
    silent: int = 0
    """How often in a row the device gave no answer when a plate was to be taken off again."""


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
        return (await self._sought(group, {number})).get(number)

    async def add(self, plates: Sequence[NewPlate], halt: asyncio.Event | None = None) -> Sequence[PlateResult]:
        """Add plates, and tell what became of each, in their order.

        As soon as `halt` is set no further batch is begun, and nothing is told of it; the one under way is finished,
        because its plates have no dates before.
        """
        is_license = await self.family() is PlateFamily.LICENSE
        results: dict[int, PlateResult] = {}
        unique = without_repeats([(plate.number, plate.group) for plate in plates], results)
        course = _Course()
        works = False
        for batch in batched(unique, BATCH if is_license else 1, strict=False):
            if halt is not None and halt.is_set():
                break
            if course.stop is not None:
                results |= {at: PlateResult(plates[at].number, PlateFault.NOT_SENT, course.stop) for at in batch}
                continue
            sent = [plates[at] for at in batch]
            try:
                replies = await (self._add_batch(sent) if is_license else self._add_vehicle(sent[0]))
                works = True
            except ViewtronError as error:
                replies = [failed(plate.number, error) for plate in sent]
                course.stop = stopping(error, works=works)
            for at, plate, result in zip(batch, sent, replies, strict=True):
                needs_more = is_license and result.fault is None and plate.details.wire()
                results[at] = await self._add_details(plate, course) if needs_more else result
        if is_license:
            await self._prove_dates(plates, results, course)
        return [results[at] for at in sorted(results)]

    async def update(self, number: str, group: PlateGroup, details: PlateDetails) -> None:
        """Change owner and dates of a plate, and nothing else of it.

        No document says what becomes of what is left out, so that all that is known of it is written. Raises
        ViewtronIgnoredError if the device then shows other dates.
        """
        if (entry := await self.find(number, group)) is None:
            raise ViewtronCommandError("ModifyLicensePlate", ErrorCode.PLATE_MISSING, "no such plate")
        await self._modify(number, group, {**entry.kept, **details.wire()})
        dates = PlateDetails(begin=details.begin or entry.begin, end=details.end or entry.end)
        if not await self._has_dates(number, group, dates):
            raise ViewtronIgnoredError("ModifyLicensePlate: the dates are not those that were sent")

    async def move(self, entry: PlateEntry, old: PlateGroup, new: PlateGroup, details: PlateDetails) -> None:
        """Add a plate to a group with all its details and these changes, then take it off the old one.

        Raises PlateMoveError if it may be on both; after any other error it is on the old one only, but for an error
        of `MAY_BE_DONE`.
        """
        number = entry.number
        result = (await self._add_batch([NewPlate(number=number, group=new)]))[0]
        if result.error is not None:
            raise result.error
        if changed := {**entry.kept, **details.wire()}:
            dates = PlateDetails(begin=details.begin or entry.begin, end=details.end or entry.end)
            try:
                await self._modify(number, new, changed)
                if not await self._has_dates(number, new, dates):
                    raise ViewtronIgnoredError("ModifyLicensePlate: the dates are not those of the old list")
            except ViewtronError as error:
                if await self._take_back(number, new) is not None:
                    raise PlateMoveError(error, has_details=False) from error
                if isinstance(error, MAY_BE_DONE):
                    raise ViewtronConnectionError(str(error)) from error
                raise
        if (problem := await self._take_back(number, old)) is not None:
            raise PlateMoveError(problem, has_details=True) from problem

    async def delete(self, plates: Sequence[tuple[str, PlateGroup]]) -> tuple[PlateResult, ...]:
        """Delete plates, and tell what became of each, in their order."""
        results: dict[int, PlateResult] = {}
        stop: ViewtronError | None = None
        for at in without_repeats(plates, results):
            number, group = plates[at]
            results[at] = PlateResult(number)
            if stop is not None:
                results[at] = PlateResult(number, PlateFault.NOT_SENT, stop)
                continue
            try:
                await self._delete(number, group)
            except ViewtronError as error:
                results[at] = failed(number, error)
                stop = stopping(error, works=True)
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
        return [told(plate.number, codes.get(index)) for index, plate in enumerate(plates, 1)]

    async def _add_vehicle(self, plate: NewPlate) -> Sequence[PlateResult]:
        """Add a plate by the older command, which has one answer for all plates in it."""
        await self._device.order(Command("AddVehiclePlate", body=_vehicle_document(vehicle_block(plate))))
        return [PlateResult(plate.number)]

    async def _add_details(self, plate: NewPlate, course: _Course) -> PlateResult:
        """Set what `AddLicensePlates` has no place for."""
        error = course.stop
        if error is None:
            try:
                await self._modify(plate.number, plate.group, plate.details.wire())
            except ViewtronError as refusal:
                error = refusal
                course.stop = stopping(error, works=True)
            else:
                return PlateResult(plate.number)
        return await self._without_details(plate, error, course)

    async def _without_details(self, plate: NewPlate, error: ViewtronError, course: _Course) -> PlateResult:
        """Take off a plate again whose dates could not be set, and tell it."""
        if not plate.details.has_dates:
            return PlateResult(plate.number, PlateFault.NO_OWNER, error)
        is_gone = False
        if course.silent < PATIENCE:
            problem = await self._take_back(plate.number, plate.group)
            is_gone = problem is None
            is_silent = isinstance(problem, ViewtronConnectionError) and not isinstance(problem, ViewtronFailedError)
            course.silent = course.silent + 1 if is_silent else 0
        return PlateResult(plate.number, PlateFault.NO_DATES if is_gone else PlateFault.NO_DETAILS, error)

    async def _prove_dates(self, plates: Sequence[NewPlate], results: dict[int, PlateResult], course: _Course) -> None:
        """Read the dates back that were set, and take off the plates whose dates the device ignored."""
        dated: dict[PlateGroup, dict[str, int]] = {}
        for at, result in results.items():
            if result.fault is None and plates[at].details.has_dates:
                dated.setdefault(plates[at].group, {})[result.number] = at
        for group, places in dated.items():
            for number, entry in (await self._read_back(group, places)).items():
                plate = plates[places[number]]
                if not plate.details.dates_are_those_of(entry):
                    error = ViewtronIgnoredError("ModifyLicensePlate: the dates are those that the device chose")
                    results[places[number]] = await self._without_details(plate, error, course)

    async def _has_dates(self, number: str, group: PlateGroup, details: PlateDetails) -> bool:
        """Tell whether a plate has these dates, as far as the device shows its dates."""
        if not details.has_dates:
            return True
        entry = (await self._read_back(group, {number})).get(number)
        return entry is None or details.dates_are_those_of(entry)

    async def _read_back(self, group: PlateGroup, numbers: Collection[str]) -> Mapping[str, PlateEntry]:
        """Find plates of a group; none where the device does not tell, which disproves nothing that it accepted."""
        try:
            return await self._sought(group, numbers)
        except ViewtronError as error:
            _LOGGER.debug("The dates of plates cannot be read back: %s", error)
            return {}

    async def _sought(self, group: PlateGroup, numbers: Collection[str]) -> Mapping[str, PlateEntry]:
        """Find plates in a group, walking no more of it than is needed."""
        found: dict[str, PlateEntry] = {}
        async for entry in self._plates_of(group, (group,)):
            if entry.number in numbers and entry.group == group.name:
                found[entry.number] = entry
                if len(found) == len(numbers):
                    break
        return found

    async def _take_back(self, number: str, group: PlateGroup) -> ViewtronError | None:
        """Take a plate off a list, and return why that was not possible; one that is gone already is off."""
        try:
            await self._delete(number, group)
        except ViewtronError as error:
            is_gone = isinstance(error, ViewtronCommandError) and error.code == ErrorCode.PLATE_MISSING
            return None if is_gone else error
        return None

    async def _modify(self, number: str, group: PlateGroup, changed: Mapping[str, str]) -> None:
        body = self._device.config(modify_block(number, group, changed))
        await self._device.order(Command("ModifyLicensePlate", body=body, repeatable=True))

    async def _delete(self, number: str, group: PlateGroup) -> None:
        body = self._device.config(delete_block(number, group))
        await self._device.order(Command("DeleteLicensePlate", body=body))


def _vehicle_document(block: str) -> str:
    """Write a request of the older commands, whose root tells no version."""
    return document("config", block, version=None)


def _new_of(page: Sequence[PlateEntry], seen: set[tuple[str, str | None]]) -> Iterator[PlateEntry]:
    """Walk what earlier pages did not have."""
    for entry in page:
        if (key := (entry.number, entry.group)) not in seen:
            seen.add(key)
            yield entry
