"""How an action runs: everything is checked for all targets before anything is sent to one."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import probatio

from ..errors import device_errors
from .errors import PartlyFailedError, failure, mistake
from .targets import Family, Scope, Target, find_targets

type Result = dict[str, JsonValueType]


def whole_number(value: Any) -> int:
    """Take a whole number, as number or text. Raises Invalid."""
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError) as error:
        raise probatio.Invalid("expected a whole number") from error
    if not number.is_integer() or isinstance(value, bool):
        raise probatio.Invalid("expected a whole number")
    return int(number)


def time_between(shortest: timedelta, longest: timedelta, words: str) -> Callable[[Any], timedelta]:
    """Return what takes a duration as Home Assistant does, within these limits, which `words` tell."""

    def take(value: Any) -> timedelta:
        """Take a duration. Raises Invalid."""
        try:
            duration = cv.positive_time_period(value)
        except OverflowError as error:
            raise probatio.Invalid(words) from error
        if not shortest <= duration <= longest:
            raise probatio.Invalid(words)
        return duration

    return take


class Action[RuntimeT, Checked](ABC):
    """One call of an action; `Checked` is what its check finds and its run needs."""

    name: ClassVar[str]
    fields: ClassVar[VolDictType] = {}
    is_admin: ClassVar[bool] = False
    """Whether only administrators may call it."""
    response: ClassVar[SupportsResponse] = SupportsResponse.OPTIONAL
    family: ClassVar[Family]
    scope: ClassVar[Scope] = Scope.DEVICE

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any]) -> None:
        """Take the call's data, which fit the schema."""
        self.hass = hass
        self.data = data

    @classmethod
    def schema(cls) -> probatio.Schema:
        """Return the schema of the call's data."""
        return probatio.Schema({**cls.fields, **cv.TARGET_SERVICE_FIELDS})

    async def prepare_all(self, targets: Sequence[Target[RuntimeT]]) -> None:  # noqa: B027  most need none
        """Check what is the same for all targets. Raises HomeAssistantError."""

    @abstractmethod
    async def check_one(self, target: Target[RuntimeT]) -> Checked:
        """Check the call for a target; nothing but questions may be sent.

        Raises ServiceValidationError for the caller's mistakes, which keeps all targets untouched, and the errors of
        its device.
        """

    @abstractmethod
    async def run_one(self, target: Target[RuntimeT], checked: Checked) -> Result:
        """Do it, and return what the response says of this target. Raises HomeAssistantError or the device's errors."""


async def perform(action_type: type[Action[Any, Any]], call: ServiceCall) -> ServiceResponse:
    """Carry out a call.

    Raises ServiceValidationError while nothing was sent; afterwards HomeAssistantError if all targets failed, or if any
    failed and the caller does not look at the response.
    """
    targets = find_targets(call.hass, call.data, action_type.family, action_type.scope)
    action = action_type(call.hass, call.data)
    await action.prepare_all(targets)
    checks = [_told(target, partial(action.check_one, target)) for target in targets]
    checked = await asyncio.gather(*checks, return_exceptions=True)
    _raise_first(checked, ServiceValidationError)

    async def _run(target: Target[Any], found: object) -> Result:
        if isinstance(found, BaseException):
            raise found
        try:
            return await _told(target, partial(action.run_one, target, found))
        except PartlyFailedError as partly:
            if call.return_response:
                return partly.result
            raise partly.error from None

    runs = [_run(target, found) for target, found in zip(targets, checked, strict=True)]
    results = await asyncio.gather(*runs, return_exceptions=True)
    _raise_first(results)
    failed = [result for result in results if isinstance(result, HomeAssistantError)]
    if failed and (len(failed) == len(results) or not call.return_response):
        raise failed[0] if len(failed) == 1 else failure("several_failed", errors=". ".join(map(str, failed)))
    return {
        "devices": {
            target.device_id: {"error": str(result)} if isinstance(result, BaseException) else result
            for target, result in zip(targets, results, strict=True)
        }
    }


async def _told[T](target: Target[Any], work: Callable[[], Awaitable[T]]) -> T:
    """Do something, with the device's errors in the user's words."""
    with device_errors(target.name):
        return await work()


def confirm(data: Mapping[str, Any], key: str) -> None:
    """Check that the caller has confirmed what cannot be undone; `key` says in words what that is."""
    if not data.get("confirm"):
        raise mistake(key)


def _raise_first(results: Sequence[object], *more: type[HomeAssistantError]) -> None:
    """Raise the first error that is none of Home Assistant's, or is one of `more`."""
    for result in results:
        if isinstance(result, BaseException) and (
            not isinstance(result, HomeAssistantError) or isinstance(result, more)
        ):
            raise result
