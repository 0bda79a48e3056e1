"""What the tests of misbehaving devices share: time that passes, and what must hold whatever the trouble is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import logging
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator

type Device = IpcV1Simulator | IpcV2Simulator | NvrV1Simulator | NvrV2Simulator
"""Any simulated Viewtron device; all of them post plates and intrusions."""

KINDS: Final[list[type[Device]]] = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]
OURS: Final = "custom_components.viewwall"
ALWAYS: Final = ("event.", "image.")
"""Heads of the ids of entities that are always available."""
_TURNS: Final = 250

type Pass = Callable[..., Awaitable[None]]
"""Lets seconds pass in steps, without waiting for anybody who waits for an answer."""


def passing(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Pass:
    """Return a function that lets seconds pass, as long as what is asked may stay without an answer."""

    async def _pass(seconds: float, step: float = 5) -> None:
        while seconds > 0:
            freezer.tick(min(step, seconds))
            seconds -= step
            async_fire_time_changed(hass)
            await settle(hass)

    return _pass


async def settle(hass: HomeAssistant) -> None:
    """Let everything run that needs no time."""
    quiet = 0
    current = asyncio.current_task()
    for _ in range(_TURNS):
        await asyncio.sleep(0)
        quiet = 0 if (hass._tasks | hass._background_tasks) - {current} else quiet + 1
        if quiet > 3:
            return


def available(hass: HomeAssistant, entry: ConfigEntry[Any]) -> set[str]:
    """Return the entities of an entry that are available."""
    ids = [each.entity_id for each in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)]
    states = [state for each in ids if (state := hass.states.get(each)) is not None]
    return {state.entity_id for state in states if state.state != STATE_UNAVAILABLE}


def always(entities: set[str]) -> set[str]:
    """Return those of the entities that are available whatever happens."""
    return {each for each in entities if each.startswith(ALWAYS)}


@dataclass(slots=True)
class LogBook:
    """What was written to the log since the last look."""

    caplog: pytest.LogCaptureFixture
    _read: int = field(default=0)

    def __post_init__(self) -> None:
        """Start with an empty log."""
        self.caplog.set_level(logging.INFO, logger=OURS)
        self._read = len(self.caplog.records)

    def lines(self, level: int = logging.INFO) -> list[str]:
        """Return our lines of a level or above since the last look; nobody's may have a traceback or come from a crash.

        A device that does not answer is an error in the words of Home Assistant's own coordinator.
        """
        records = self.caplog.records[self._read :]
        self._read = len(self.caplog.records)
        # The test's clock is too much for the log of the server that takes the posts.
        loud = [each for each in records if each.levelno >= logging.ERROR and each.name != "aiohttp.access"]
        crashes = [each for each in loud if each.exc_info or not _is_ours(each)]
        assert [each.getMessage() for each in crashes] == []
        return [each.getMessage() for each in records if _is_ours(each) and each.levelno >= level]


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.startswith(OURS)


@dataclass(slots=True)
class Undisturbed:
    """An entry that must not be loaded anew, whatever happens."""

    entry: ConfigEntry[Any]
    _runtime: object = field(init=False)

    def __post_init__(self) -> None:
        """Remember what runs."""
        self._runtime = self.entry.runtime_data

    def check(self) -> None:
        """Make sure that it is the same one that runs."""
        assert self.entry.state is ConfigEntryState.LOADED
        assert self.entry.runtime_data is self._runtime
