"""Why nothing arrives from a device: one answer, the surest first."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .provisioning import SlotTrouble
from .push_address import AddressTrouble

RESTART_AFTER: Final = 2 * 60.0
"""Seconds after which a camera that was given our address should have sent a heartbeat: it has one every 30 s."""
NEVER_AFTER: Final = 15 * 60.0
"""Seconds after which a device that nobody knows to be set up should have sent something."""


class PushTrouble(StrEnum):
    """What is in the way of a device's messages."""

    NOT_PRIVATE = "not_private"
    HTTPS = "https"
    LOOPBACK = "loopback"
    DOCKER = "docker"
    NAME = "name"
    NO_SLOT = "no_slot"
    FOREIGN_LOGIN = "foreign_login"
    REFUSED = "refused"
    TAKEN_AWAY = "taken_away"
    DISABLED = "disabled"
    RESTART = "restart"
    SILENT = "silent"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushFacts:
    """What is known about the way from a device to Home Assistant."""

    alive: bool | None
    """Whether messages arrive now; None while nobody can tell."""
    has_posted: bool = False
    """Whether a message has come at all since Home Assistant listens at this address."""
    is_proven: bool = False
    """Whether one had come at this address before the last start."""
    can_push: bool = True
    is_unwanted: bool = False
    """Whether the user has chosen polling alone, or has switched the sending off."""
    answers: bool = True
    """Whether the device itself answers, and has done so for long enough to send a heartbeat."""
    wants_slot: bool = False
    """Whether ViewWall may use an address of the camera."""
    slot: SlotTrouble | None = None
    address: AddressTrouble | None = None
    since_start: float = 0.0
    """Seconds since Home Assistant listens."""
    unheard_since_claim: float | None = None
    """Seconds since the camera was given our address if nothing has come since; None otherwise."""


def find_trouble(facts: PushFacts) -> PushTrouble | None:
    """Return what is in the way, None if nothing is, or if nobody can tell yet.

    What arrives beats every guess about why it could not.
    """
    if facts.alive is True or not facts.can_push or facts.is_unwanted or not facts.answers:
        return None
    if facts.address is not None and not (facts.has_posted or facts.is_proven):
        return PushTrouble(facts.address.value)
    if facts.slot is SlotTrouble.DISABLED or (facts.slot is not None and facts.wants_slot):
        return PushTrouble(facts.slot.value)
    if facts.unheard_since_claim is not None:
        return PushTrouble.RESTART if facts.unheard_since_claim >= RESTART_AFTER else None
    if facts.alive is False:
        return PushTrouble.SILENT
    return PushTrouble.NEVER if not facts.has_posted and facts.since_start >= NEVER_AFTER else None
