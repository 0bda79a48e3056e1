"""Actions on the number plates that a camera keeps."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, override

from homeassistant.core import SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import probatio

from ..const import DOMAIN
from ..device_time import DeviceTime, device_time
from ..errors import device_errors
from ..runtime import ViewtronRuntime
from ..tasks import outlast
from ..viewtron.errors import (
    MAY_BE_DONE,
    ErrorCode,
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronIgnoredError,
    ViewtronLockedError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
)
from ..viewtron.plate_entries import NewPlate, PlateDetails, PlateEntry, PlateGroup
from ..viewtron.plate_results import PlateFault, PlateMoveError, PlateResult
from ..viewtron.plates import PlateFamily
from .base import Result
from .errors import PartlyFailedError, failure, mistake
from .plate_fields import (
    DETAILS,
    PLACE,
    bare,
    check_dates,
    date_text,
    details_of,
    find_group,
    names_of,
    one_list,
    plate_list,
    plate_number,
)
from .targets import Scope, Target
from .viewtron_base import ViewtronAction

# What concerns all plates alike, and how they fail while surely nothing was done.
_NOTHING_DONE: Final = (PlateFault.NOT_SENT, PlateFault.REFUSED, PlateFault.REQUEST_REFUSED, PlateFault.TWICE)
_TOTAL: Final = (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronConnectionError,
    ViewtronLockedError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
)


class _PlateAction[Checked](ViewtronAction[Checked]):
    """Something about the plates of cameras; recorders have no command for theirs."""

    scope = Scope.CAMERA

    async def groups(self, target: Target[ViewtronRuntime], *, to_change: bool = False) -> Sequence[PlateGroup]:
        """List the groups of a device; `to_change` wants commands that change plates which are there already.

        Raises ServiceValidationError if the device lacks the commands.
        """
        match await target.runtime.client.plates.family():
            case PlateFamily.NONE:
                raise mistake("plates_none", device=target.name)
            case PlateFamily.VEHICLE if to_change:
                raise mistake("plates_add_only", device=target.name)
        return await target.runtime.client.plates.groups()


@dataclass(frozen=True, slots=True)
class _Search:
    """What to list."""

    groups: Sequence[PlateGroup]
    wanted: Sequence[PlateGroup] | None
    time: DeviceTime


class ListPlates(_PlateAction[_Search]):
    """List plates."""

    name = "list_plates"
    response = SupportsResponse.ONLY
    fields: ClassVar[VolDictType] = {
        probatio.Optional("list"): plate_list,
        probatio.Optional("group"): cv.string,
        probatio.Optional("number"): plate_number,
    }

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> _Search:
        groups = await self.groups(target)
        wanted: list[PlateGroup] | None = None
        for key in self.data.keys() & {"list", "group"}:
            found = find_group(groups, target.name, {key: self.data[key]})
            wanted = [found] if wanted is None or found in wanted else []
        return _Search(groups, wanted, await device_time(target.runtime.client))

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: _Search) -> Result:
        try:
            entries = await target.runtime.client.plates.list(checked.wanted)
        except ViewtronNotSupportedError as error:
            raise failure("plates_not_listed", device=target.name) from error
        number = bare(self.data["number"]) if "number" in self.data else None
        plates: list[JsonValueType] = [
            _shown(entry, checked.time) for entry in entries if number is None or bare(entry.number) == number
        ]
        return {"plates": plates, "groups": [*names_of(checked.groups)]}


class AddPlates(_PlateAction[Sequence[NewPlate]]):
    """Add plates."""

    name = "add_plates"
    is_admin = True
    fields: ClassVar[VolDictType] = {
        probatio.Required("plates"): probatio.All(
            cv.ensure_list,
            [probatio.All({probatio.Required("number"): plate_number, **PLACE, **DETAILS}, one_list)],
        ),
    }

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> Sequence[NewPlate]:
        groups = await self.groups(target)
        time = await device_time(target.runtime.client)
        return [
            NewPlate(
                number=plate["number"],
                group=find_group(groups, target.name, plate),
                details=details_of(plate, plate["number"], time),
            )
            for plate in self.data["plates"]
        ]

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: Sequence[NewPlate]) -> Result:
        halt = asyncio.Event()
        # Whoever is cancelled leaves no plate without its end: what was begun is finished, and no more is begun.
        adding = target.runtime.client.plates.add(checked, halt)
        try:
            results = (await outlast(self.hass.async_create_task(adding, f"{DOMAIN} plates"))).result()
        finally:
            halt.set()
        return _answer(target, "added", results)


class DeletePlates(_PlateAction[Sequence[tuple[str, PlateGroup]]]):
    """Delete plates."""

    name = "delete_plates"
    is_admin = True
    fields: ClassVar[VolDictType] = {
        probatio.Required("plates"): probatio.All(
            cv.ensure_list, [probatio.All({probatio.Required("number"): plate_number, **PLACE}, one_list)]
        ),
    }

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> Sequence[tuple[str, PlateGroup]]:
        groups = await self.groups(target, to_change=True)
        return [(plate["number"], find_group(groups, target.name, plate)) for plate in self.data["plates"]]

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: Sequence[tuple[str, PlateGroup]]) -> Result:
        results = await target.runtime.client.plates.delete(checked)
        return _answer(target, "deleted", results)


@dataclass(frozen=True, slots=True)
class _Change:
    """What to change of a plate."""

    group: PlateGroup
    details: PlateDetails
    moved: tuple[PlateEntry, PlateGroup] | None
    """The plate as it is, and the group that it goes to."""


class UpdatePlate(_PlateAction[_Change]):
    """Change a plate; what is not given stays."""

    name = "update_plate"
    is_admin = True
    fields: ClassVar[VolDictType] = {
        probatio.Required("number"): plate_number,
        **PLACE,
        **DETAILS,
        probatio.Exclusive("new_list", "new_place"): plate_list,
        probatio.Exclusive("new_group", "new_place"): cv.string,
    }

    @classmethod
    @override
    def schema(cls) -> probatio.Schema:
        return probatio.Schema(probatio.All(super().schema(), one_list))

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> _Change:
        if not self.data.keys() & {"owner", "begin", "end", "new_list", "new_group"}:
            raise mistake("nothing_to_change")
        groups = await self.groups(target, to_change=True)
        group = find_group(groups, target.name, self.data)
        number: str = self.data["number"]
        details = details_of(self.data, number, await device_time(target.runtime.client))
        place = {key: self.data[f"new_{key}"] for key in ("list", "group") if f"new_{key}" in self.data}
        new = find_group(groups, target.name, place) if place else None
        if new == group:
            raise mistake("plate_there_already", device=target.name, number=number, group=group.name)
        if (entry := await target.runtime.client.plates.find(number, group)) is None:
            raise mistake("plate_missing", device=target.name, number=number)
        check_dates(details.begin or entry.begin, details.end or entry.end, number)
        return _Change(group, details, None if new is None else (entry, new))

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: _Change) -> Result:
        plates, number = target.runtime.client.plates, self.data["number"]
        try:
            if checked.moved is None:
                await plates.update(number, checked.group, checked.details)
            else:
                await self._move(target, checked, *checked.moved)
        except ViewtronCommandError as error:
            raise _refusal(target.name, number, error) from error
        except ViewtronIgnoredError as error:
            raise failure("plate_dates_ignored", device=target.name, number=number) from error
        except MAY_BE_DONE as error:
            raise _plate_error(target, PlateResult(number, PlateFault.UNCERTAIN, error)) from error
        return {}

    async def _move(self, target: Target[ViewtronRuntime], change: _Change, entry: PlateEntry, new: PlateGroup) -> None:
        """Take a plate from one group to another."""
        device, number, old = target.name, entry.number, change.group
        # Whoever is cancelled does not leave the plate on both lists.
        moving = target.runtime.client.plates.move(entry, old, new, change.details)
        try:
            (await outlast(self.hass.async_create_task(moving, f"{DOMAIN} plate"))).result()
        except PlateMoveError as error:
            reason = str(_refusal(device, number, error.error))
            if error.has_details:
                raise failure(
                    "plate_on_both", device=device, number=number, old=old.name, new=new.name, reason=reason
                ) from error
            raise failure(
                "plate_on_both_bare", device=device, number=number, old=old.name, new=new.name, reason=reason
            ) from error


def _shown(entry: PlateEntry, time: DeviceTime) -> dict[str, JsonValueType]:
    return {
        "number": entry.number,
        "list": None if entry.listed is None else entry.listed.value,
        "group": entry.group,
        "owner": entry.owner,
        "begin": date_text(entry.begin, time),
        "end": date_text(entry.end, time),
    }


def _answer(target: Target[ViewtronRuntime], done: str, results: Sequence[PlateResult]) -> Result:
    """Return the response of a target. Raises PartlyFailedError if a plate failed, or what made all of them fail."""
    errors = [(result.number, _plate_error(target, result)) for result in results if result.fault is not None]
    if results and all(result.fault in _NOTHING_DONE for result in results):
        first = results[0].error
        if first and (
            isinstance(first, _TOTAL) or all(result.fault is PlateFault.REQUEST_REFUSED for result in results)
        ):
            raise first
    answer: dict[str, JsonValueType] = {
        done: [result.number for result in results if result.fault is None],
        "failed": [{"number": number, "error": str(error)} for number, error in errors],
    }
    if not errors:
        return answer
    words = "; ".join(f"{number}: {error}" for number, error in errors)
    raise PartlyFailedError(answer, failure("plates_failed", device=target.name, errors=words))


def _plate_error(target: Target[ViewtronRuntime], result: PlateResult) -> HomeAssistantError:
    """Say why a plate was not done."""
    device, number = target.name, result.number
    if result.error is None:
        return failure("plate_twice", number=number)
    error = _refusal(device, number, result.error)
    reason = str(error)
    match result.fault:
        case PlateFault.NO_DATES:
            return failure("plate_without_dates", device=device, number=number, reason=reason)
        case PlateFault.NO_OWNER:
            return failure("plate_without_owner", device=device, number=number, reason=reason)
        case PlateFault.NO_DETAILS:
            return failure("plate_without_details", device=device, number=number, reason=reason)
        case PlateFault.UNCERTAIN:
            return failure("plate_uncertain", device=device, number=number, reason=reason)
        case PlateFault.NOT_SENT:
            return failure("plate_not_sent", number=number, reason=reason)
    return error


def _refusal(device: str, number: str, error: ViewtronError) -> HomeAssistantError:
    """Say what a device's error means for a plate."""
    match error.code if isinstance(error, ViewtronCommandError) else None:
        case ErrorCode.PLATE_EXISTS:
            return failure("plate_exists", device=device, number=number)
        case ErrorCode.PLATE_MISSING | ErrorCode.PLATE_GROUP_MISSING | ErrorCode.NOT_FOUND:
            return failure("plate_missing", device=device, number=number)
        case ErrorCode.PLATE_LIBRARY_FULL:
            return failure("plates_full", device=device)
        case ErrorCode.OUT_OF_RANGE:
            return failure("plate_out_of_range", device=device, number=number)
        case int(code) if type(error) is ViewtronCommandError:
            return failure("plate_refused", device=device, number=number, code=str(code))
    try:
        with device_errors(device):
            raise error
    except HomeAssistantError as words:
        return words


PLATE_ACTIONS: Final[tuple[type[ViewtronAction[Any]], ...]] = (ListPlates, AddPlates, UpdatePlate, DeletePlates)
