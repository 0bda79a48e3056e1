"""Remembers a refused password or a locked account over several attempts to set an entry up.

Home Assistant retries a set-up after seconds, which would lock the account of a device that refuses the password.
"""

from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

RETRY_AFTER: Final = 60.0
LOCKED_FOR: Final = 30 * 60.0


@dataclass(slots=True)
class LoginGuard:
    """What the device said to the last logins of one entry."""

    refused: bool = False
    blocked_until: float = 0.0
    """Loop time before which nothing is sent."""
    error: str = "invalid_auth"

    def refuse(self, now: float) -> bool:
        """Note a refused password; tell whether it was the second time, after which only the user can help."""
        if self.refused:
            self.clear()
            return True
        self.refused, self.blocked_until, self.error = True, now + RETRY_AFTER, "invalid_auth"
        return False

    def lock(self, now: float) -> None:
        """Note a locked account."""
        self.blocked_until, self.error = now + LOCKED_FOR, "account_locked"

    def clear(self) -> None:
        """Forget: the password was accepted, or the user gives another one."""
        self.refused, self.blocked_until = False, 0.0


_GUARDS: HassKey[dict[str, LoginGuard]] = HassKey("viewwall_login_guards")


def guard_of(hass: HomeAssistant, entry_id: str) -> LoginGuard:
    """Return the guard of an entry."""
    return hass.data.setdefault(_GUARDS, {}).setdefault(entry_id, LoginGuard())


def is_in_doubt(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Tell whether no login of an entry may be spent: one was refused or locked, or the user is asked for another."""
    guard = guard_of(hass, entry.entry_id)
    is_blocked = guard.refused or guard.blocked_until > hass.loop.time()
    return is_blocked or any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


def forget_guard(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the guard of a removed entry."""
    hass.data.get(_GUARDS, {}).pop(entry_id, None)
