"""A device's clock that is far off: how far, and the repair that tells of it."""

from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .viewtron.models import DeviceClock

MAX_CLOCK_OFFSET: Final = 60
"""Seconds beyond which a clock spoils the validity of plates and the times of recordings."""


@callback
def judge_clock(hass: HomeAssistant, entry: ConfigEntry[Any], clock: DeviceClock) -> int | None:
    """Return the seconds by which a clock is ahead, and report one that is far off."""
    now = dt_util.utcnow()
    # The device tells whole seconds: on average half a second has passed since.
    ahead = clock.ahead_of(now)
    offset = None if ahead is None else round(ahead.total_seconds() + 0.5)
    issue = clock_issue_id(entry.entry_id)
    if offset is None or ahead is None or abs(offset) <= MAX_CLOCK_OFFSET:
        ir.async_delete_issue(hass, DOMAIN, issue)
    elif (known := ir.async_get(hass).async_get_issue(DOMAIN, issue)) is None or not known.active:
        told = {"device": entry.title, "shown": _clock_text(now + ahead), "true": _clock_text(now)}
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue,
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key="clock_wrong",
            translation_placeholders=told,
            data={"entry_id": entry.entry_id, **told},
        )
    return offset


def clock_issue_id(entry_id: str) -> str:
    """Return the id of the issue about a wrong clock."""
    return f"clock_wrong_{entry_id}"


def _clock_text(moment: datetime) -> str:
    """Write a moment as people in the house read it."""
    return f"{dt_util.as_local(moment):%Y-%m-%d %H:%M:%S}"
