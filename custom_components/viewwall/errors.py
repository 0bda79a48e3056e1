"""The devices' errors in the words of flows, repairs and exceptions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .device_memory import DebtKind
from .owed import StillOwedError
from .thin_client import (
    Rule,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientNotFoundError,
    ThinClientNotSupportedError,
    ThinClientNotTakenError,
    ThinClientOtherDeviceError,
    ThinClientProtocolError,
    ThinClientValidationError,
)
from .viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronForeignLoginError,
    ViewtronIgnoredError,
    ViewtronLockedError,
    ViewtronNoFreeSlotError,
    ViewtronNotSupportedError,
    ViewtronOtherDeviceError,
    ViewtronPermissionError,
    ViewtronProtocolError,
    ViewtronZoneError,
)

type DeviceError = ViewtronError | ThinClientError

# The order matters: the first class that fits.
_KEYS: Final[tuple[tuple[type[DeviceError], str], ...]] = (
    (ViewtronConnectionError, "cannot_connect"),
    (ViewtronProtocolError, "unsupported_device"),
    (ViewtronAuthError, "invalid_auth"),
    (ViewtronLockedError, "account_locked"),
    (ViewtronApiDisabledError, "api_disabled"),
    (ViewtronPermissionError, "no_permission"),
    (ViewtronBusyError, "busy"),
    (ViewtronNotSupportedError, "not_supported"),
    (ViewtronCommandError, "refused"),
    (ViewtronIgnoredError, "ignored"),
    (ViewtronZoneError, "unknown_zone"),
    (ViewtronNoFreeSlotError, "no_slot"),
    (ViewtronForeignLoginError, "foreign_login"),
    (ViewtronOtherDeviceError, "other_device"),
    (ThinClientOtherDeviceError, "other_device"),
    (ThinClientConnectionError, "cannot_connect"),
    (ThinClientProtocolError, "unsupported_device"),
    (ThinClientAuthError, "invalid_auth"),
    (ThinClientNotFoundError, "not_found"),
    (ThinClientNotSupportedError, "not_supported"),
    (ThinClientCommandError, "refused_with_code"),
    (ThinClientNotTakenError, "not_taken"),
)
_RULE_KEYS: Final[Mapping[Rule, str]] = {
    Rule.CELL_RANGE: "value_cell_range",
    Rule.CLOCK: "value_clock",
    Rule.GRID_SIDE: "value_grid_side",
    Rule.HEIGHT_ABOVE_WIDTH: "value_height_above_width",
    Rule.NEGATIVE: "value_negative",
    Rule.NOT_ACTIVE: "value_not_active",
    Rule.NOT_AN_ADDRESS: "value_not_an_address",
    Rule.NOT_AN_ID: "value_not_an_id",
    Rule.NOT_A_NUMBER: "value_not_a_number",
    Rule.NOT_A_PORT: "value_not_a_port",
    Rule.NOT_A_TEXT: "value_not_a_text",
    Rule.NOT_A_TOKEN: "value_not_a_token",
    Rule.NOT_EMPTY: "value_not_empty",
    Rule.NOT_IPV4: "value_not_ipv4",
    Rule.ONE_OF: "value_one_of",
    Rule.OUTSIDE_GRID: "value_outside_grid",
    Rule.READ_ONLY: "value_read_only",
    Rule.REPEATED_ID: "value_repeated_id",
    Rule.TOO_LONG: "value_too_long",
    Rule.TOO_MANY_CELLS: "value_too_many_cells",
    Rule.UNKNOWN_SETTING: "value_unknown_setting",
    Rule.WRONG_LENGTH: "value_wrong_length",
}


def error_key(error: DeviceError) -> str:
    """Return the translation key of an error."""
    return next((key for kind, key in _KEYS if isinstance(error, kind)), "unknown")


def error_placeholders(error: DeviceError, device: str) -> dict[str, str]:
    """Return what the text of an error names."""
    return {
        "device": device,
        "code": str(error.code) if isinstance(error, ThinClientCommandError | ViewtronCommandError) else "",
        "names": ", ".join(error.names) if isinstance(error, ThinClientNotTakenError) else "",
    }


@contextmanager
def device_errors(device: str) -> Iterator[None]:
    """Turn the errors of a device, called by its name, into those that Home Assistant shows in the user's language."""
    try:
        yield
    except ThinClientValidationError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=_RULE_KEYS[error.rule],
            translation_placeholders={
                "device": device,
                "field": error.field,
                "count": error.limits.get("count", ""),
                "most": error.limits.get("most", ""),
                "words": error.limits.get("words", ""),
            },
        ) from error
    except StillOwedError as error:
        is_output = error.debt.kind is DebtKind.OUTPUT_OFF
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="off_still_owed" if is_output else "stop_still_owed",
            translation_placeholders={"device": device, "number": str(error.debt.number)},
        ) from error
    except (ViewtronError, ThinClientError) as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=_key_in_the_middle(error),
            translation_placeholders=error_placeholders(error, device),
        ) from error


def _key_in_the_middle(error: DeviceError) -> str:
    """Return the translation key of an error in the middle of things, when it is known what the device is."""
    if isinstance(error, ViewtronProtocolError | ThinClientProtocolError):
        return "unknown"
    key = error_key(error)
    has_code = isinstance(error, ViewtronCommandError) and error.code is not None
    return "refused_with_code" if key == "refused" and has_code else key
