"""What can go wrong with a Thin Client, told apart; no message holds a password, a token or a reply."""

from collections.abc import Iterable


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
    """A value that the document forbids; nothing was sent. `field` is what it was meant for."""

    def __init__(self, field: str, reason: str) -> None:
        """Keep the field and say what it must be; never the value."""
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason
