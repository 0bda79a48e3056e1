"""What Home Assistant's log says of things that ViewWall should no longer use."""

from collections.abc import Iterable
import logging

from custom_components.viewwall.const import DOMAIN


def deprecations(records: Iterable[logging.LogRecord]) -> list[str]:
    """Return the warnings of Home Assistant about something that ViewWall uses and that will stop working."""
    return [
        message
        for record in records
        if record.levelno >= logging.WARNING
        and DOMAIN in (message := record.getMessage())
        and ("Detected that custom integration" in message or "deprecated" in message)
    ]
