"""The device's errors in the words of flows, repairs and exceptions."""

from typing import Final

from .viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronLockedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)

# The order matters: the first class that fits.
_KEYS: Final[tuple[tuple[type[ViewtronError], str], ...]] = (
    (ViewtronConnectionError, "cannot_connect"),
    (ViewtronProtocolError, "unsupported_device"),
    (ViewtronAuthError, "invalid_auth"),
    (ViewtronLockedError, "account_locked"),
    (ViewtronApiDisabledError, "api_disabled"),
    (ViewtronPermissionError, "no_permission"),
    (ViewtronBusyError, "busy"),
    (ViewtronCommandError, "refused"),
)


def error_key(error: ViewtronError) -> str:
    """Return the translation key of an error."""
    return next((key for kind, key in _KEYS if isinstance(error, kind)), "unknown")
