"""What can go wrong with a Viewtron device, told apart."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class ErrorCode(IntEnum):
    """The error codes of the HTTP API (both generations; where they differ, the second)."""

    SUCCESS = 0
    INVALID_REQUEST = 1
    MALFORMED_XML = 2
    BAD_CONTENT = 3
    NO_PERMISSION = 4
    CLIENT_BLOCKED = 5
    SENSOR_ID = 6
    BUSY = 7
    PASSWORD_EXPIRED = 8
    WRONG_LOGIN = 9
    ACCOUNT_LOCKED = 10
    NOT_SUPPORTED = 11
    CHANNEL_ID = 12
    SD_CARD = 13
    ACTION_NAME = 14
    MISSING_PARAMETER = 15
    OUT_OF_RANGE = 16
    API_DISABLED = 17
    WOULD_RESTART = 18
    OVER_SPECIFICATION = 19
    NOT_FOUND = 20
    INTERNAL = 79
    UPGRADE_FAILED = 80
    UPGRADE_SAME_VERSION = 81
    UPGRADE_WRONG_PACKAGE = 82
    UPGRADE_SIGNATURE = 83
    UPGRADE_INCOMPATIBLE = 84
    AUDIO_NOT_WORKING = 101
    AUDIO_PARAMETER = 102
    AUDIO_NOT_PCM = 103
    AUDIO_NOT_WAV = 104
    AUDIO_SAMPLE_RATE = 105
    AUDIO_SAVE = 106
    AUDIO_TOO_MANY = 107
    AUDIO_TOO_BIG = 108
    AUDIO_MISSING = 109
    AUDIO_ALARM_RUNNING = 110
    AUDIO_IN_USE = 111
    FACE_GENERAL = 150
    FACE_LIBRARY_FULL = 151
    FACE_PICTURE_FORMAT = 152
    FACE_NOT_ONE = 153
    FACE_TOO_BIG = 154
    FACE_DUPLICATE = 155
    FACE_MISSING = 156
    FACE_GROUP_EXISTS = 157
    FACE_GROUPS_FULL = 158
    FACE_GROUP_MISSING = 159
    PLATE_GENERAL = 201
    PLATE_LIBRARY_FULL = 202
    PLATE_EXISTS = 203
    PLATE_MISSING = 204
    PLATE_GROUP_EXISTS = 205
    PLATE_GROUPS_FULL = 206
    PLATE_GROUP_MISSING = 207


class ViewtronError(Exception):
    """Anything that went wrong with a device."""


class ViewtronConnectionError(ViewtronError):
    """The device did not answer, or broke off, or took too long."""


class ViewtronNoAnswerError(ViewtronConnectionError):
    """The device took a request, but gave no whole answer: what was asked may have been done."""


class ViewtronFailedError(ViewtronConnectionError):
    """The device failed while it worked on a request (HTTP 5xx): what was asked may have been done."""


class ViewtronIgnoredError(ViewtronError):
    """The device accepted a change, but reading back shows that it did nothing."""


class ViewtronNoFreeSlotError(ViewtronError):
    """All addresses that the camera can post events to are in use."""


class ViewtronForeignLoginError(ViewtronError):
    """Another address of the camera has a login, which would be lost by writing the list of addresses."""


class ViewtronZoneError(ViewtronError):
    """The device's time zone cannot be understood."""


class ViewtronProtocolError(ViewtronError):
    """Something answered, but not as a Viewtron device does."""


class ViewtronOtherDeviceError(ViewtronError):
    """Another device answers at the address; it was asked for nothing but who it is."""

    def __init__(self, mac: str | None = None, serial: str | None = None) -> None:
        """Keep what it has told."""
        super().__init__("Another device answers at the address")
        self.mac = mac
        self.serial = serial


class ViewtronCommandError(ViewtronError):
    """The device refused a command; `code` and `description` are its own words."""

    def __init__(self, command: str, code: int | None, description: str | None = None) -> None:
        """Keep the command's name and what the device said."""
        super().__init__(f"{command} was refused (code {code}{f', {description}' if description else ''})")
        self.command = command
        self.code = code
        self.description = description

    @property
    def is_passing(self) -> bool:
        """Tell whether the device may take the same command some minutes later: it is busy, or stumbled."""
        return self.code in (ErrorCode.BUSY, ErrorCode.INTERNAL)


class ViewtronNotSupportedError(ViewtronCommandError):
    """The device does not know this command (codes 1 and 11, or a bare HTTP 400)."""


class ViewtronBusyError(ViewtronCommandError):
    """The device is upgrading or importing (code 7)."""


class ViewtronNotFoundError(ViewtronCommandError):
    """What was asked for does not exist, or the list is empty (code 20)."""


class ViewtronPermissionError(ViewtronCommandError):
    """The user may not do this (code 4, HTTP 403)."""


class ViewtronApiDisabledError(ViewtronCommandError):
    """The device's API service is off (code 17)."""


class ViewtronAuthError(ViewtronError):
    """The device refused user and password (401 after its own challenge, or codes 8 and 9)."""


class ViewtronLockedError(ViewtronError):
    """The device has locked the account (code 10)."""


MAY_BE_DONE: Final = (ViewtronNoAnswerError, ViewtronFailedError, ViewtronProtocolError)
"""Errors after which nobody knows whether the device did what it was told."""

COMMAND_ERRORS: Mapping[int, type[ViewtronCommandError]] = {
    ErrorCode.INVALID_REQUEST: ViewtronNotSupportedError,
    ErrorCode.NOT_SUPPORTED: ViewtronNotSupportedError,
    ErrorCode.NO_PERMISSION: ViewtronPermissionError,
    ErrorCode.BUSY: ViewtronBusyError,
    ErrorCode.API_DISABLED: ViewtronApiDisabledError,
    ErrorCode.NOT_FOUND: ViewtronNotFoundError,
}
"""The codes that callers tell apart; every other one is a plain `ViewtronCommandError`."""

LOGIN_ERRORS: Mapping[int, type[ViewtronAuthError | ViewtronLockedError]] = {
    ErrorCode.PASSWORD_EXPIRED: ViewtronAuthError,
    ErrorCode.WRONG_LOGIN: ViewtronAuthError,
    ErrorCode.ACCOUNT_LOCKED: ViewtronLockedError,
}
"""The codes that are about the account and not about the command."""


def command_error(command: str, code: int | None, description: str | None = None) -> ViewtronCommandError:
    """Make the error for a command that the device refused with this code (None: it named none)."""
    kind = ViewtronCommandError if code is None else COMMAND_ERRORS.get(code, ViewtronCommandError)
    return kind(command, code, description)
