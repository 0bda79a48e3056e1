"""What can go wrong with a Thin Client, told apart; no message holds a password, a token or a reply."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """Why a value was refused before it was sent; in parentheses what `limits` holds, all of it text.

    `cell_range` (`last`: the highest index, counted from 0; `count`: how many cells) · `clock`: of an undocumented
    form, never written · `grid_side` (`most`) · `height_above_width` · `negative` · `not_active`: not the active
    panel · `not_an_address`: neither rtsp nor http · `not_an_id` · `not_a_number` · `not_a_port` · `not_a_text` ·
    `not_a_token` · `not_empty`: must not be empty · `not_ipv4` · `one_of` (`words`: "dhcp, static") ·
    `outside_grid`: a camera would fall off · `read_only` · `repeated_id` · `too_long` (`most` characters) ·
    `too_many_cells` (`most`) · `unknown_setting` · `wrong_length` (`length` in bytes).
    """

    CELL_RANGE = "cell_range"
    CLOCK = "clock"
    GRID_SIDE = "grid_side"
    HEIGHT_ABOVE_WIDTH = "height_above_width"
    NEGATIVE = "negative"
    NOT_ACTIVE = "not_active"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_AN_ID = "not_an_id"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_PORT = "not_a_port"
    NOT_A_TEXT = "not_a_text"
    NOT_A_TOKEN = "not_a_token"  # noqa: S105  a rule's name
    NOT_EMPTY = "not_empty"
    NOT_IPV4 = "not_ipv4"
    ONE_OF = "one_of"
    OUTSIDE_GRID = "outside_grid"
    READ_ONLY = "read_only"
    REPEATED_ID = "repeated_id"
    TOO_LONG = "too_long"
    TOO_MANY_CELLS = "too_many_cells"
    UNKNOWN_SETTING = "unknown_setting"
    WRONG_LENGTH = "wrong_length"


_REASONS: Final[Mapping[Rule, str]] = {
    Rule.CELL_RANGE: "must be from 0 to {last}",
    Rule.CLOCK: "cannot be written: its form is not documented",
    Rule.GRID_SIDE: "must be from 1 to {most}",
    Rule.HEIGHT_ABOVE_WIDTH: "must not be above the width",
    Rule.NEGATIVE: "must not be negative",
    Rule.NOT_ACTIVE: "must be the active one",
    Rule.NOT_AN_ADDRESS: "must be an rtsp or http address",
    Rule.NOT_AN_ID: "must be an id",
    Rule.NOT_A_NUMBER: "must be a number",
    Rule.NOT_A_PORT: "must be a port from 1 to 65535",
    Rule.NOT_A_TEXT: "must be a text",
    Rule.NOT_A_TOKEN: "is no session token",
    Rule.NOT_EMPTY: "must not be empty",
    Rule.NOT_IPV4: "must be an IPv4 address",
    Rule.ONE_OF: "must be one of {words}",
    Rule.OUTSIDE_GRID: "must be inside the grid",
    Rule.READ_ONLY: "can only be read",
    Rule.REPEATED_ID: "must have different ids",
    Rule.TOO_LONG: "must have at most {most} characters",
    Rule.TOO_MANY_CELLS: "must be at most {most}",
    Rule.UNKNOWN_SETTING: "is not a setting",
    Rule.WRONG_LENGTH: "must have {length} bytes",
}


class ThinClientError(Exception):
    """Anything that went wrong with a Thin Client."""


class ThinClientConnectionError(ThinClientError):
    """The device did not answer, or broke off, or took too long.

    `command` is what was being sent (possibly the login before it), `sent` whether it had left: then the device may
    have acted on it.
    """

    def __init__(self, command: str, problem: str, *, sent: bool = False) -> None:
        """Keep the command's name and whether it had left."""
        super().__init__(f"{command}: {problem}")
        self.command = command
        self.sent = sent


class ThinClientHungUpError(ThinClientConnectionError):
    """The device closed the connection before its answer was complete."""

    def __init__(self, command: str) -> None:
        """Keep the command's name; it had left."""
        super().__init__(command, "the device hung up", sent=True)


class ThinClientProtocolError(ThinClientError):
    """Something answered, but not as a Thin Client does."""


class ThinClientAuthError(ThinClientError):
    """The device refused the administrator password (401 at the login)."""


class ThinClientOtherDeviceError(ThinClientError):
    """Another device answers at the address: it is told nothing and asked for nothing but who it is."""


class ThinClientCommandError(ThinClientError):
    """The device refused a command; `code` is its number: an HTTP status, or what its reply said."""

    def __init__(self, command: str, code: int | None = None) -> None:
        """Keep the command's name and the device's number."""
        super().__init__(f"{command} was refused (code {code})")
        self.command = command
        self.code = code


class ThinClientNotFoundError(ThinClientCommandError):
    """What the command names does not exist (404), or has no picture."""


class ThinClientNotSupportedError(ThinClientCommandError):
    """This firmware does not know the command (404 or 405 where nothing was named, or PTZ)."""


class ThinClientNotTakenError(ThinClientError):
    """The device confirmed nothing, and reading back shows that it did not take some values."""

    def __init__(self, names: Iterable[str]) -> None:
        """Keep the names of what was not taken; never the values."""
        self.names = tuple(names)
        super().__init__(f"The device did not take {', '.join(self.names)}")


class ThinClientValidationError(ThinClientError, ValueError):
    """A value that the document forbids; nothing was sent.

    `field` is what it was meant for, `rule` what it broke, `limits` the rule's numbers and words as text, `reason` the
    same in English.
    """

    def __init__(self, field: str, rule: Rule, **limits: object) -> None:
        """Keep the field and say what it must be; never the value."""
        self.field = field
        self.rule = rule
        self.limits: Mapping[str, str] = {name: str(limit) for name, limit in limits.items()}
        self.reason = _REASONS[rule].format(**self.limits)
        super().__init__(f"{field} {self.reason}")
