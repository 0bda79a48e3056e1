"""What the tests of the video wall share: a user's hands and eyes, and Home Assistant's ends and starts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import async_fire_time_changed, async_test_home_assistant

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later
from tests.simulators.state import Answer
from tests.simulators.thin_client import Route, ThinClientSimulator
from tests.simulators.thin_client_state import WallPanel, WallRequest, made_id

type SetUpWall = Callable[..., Awaitable[ConfigEntry[Any]]]

FOUR, ONLY, WIDE = (made_id(f"panel {name}") for name in ("Four view", "Gate only", "Wide view"))
GATE, DOOR, YARD, PARKING, WAREHOUSE = (
    made_id(name) for name in ("Gate", "Front door", "Yard", "Parking lot", "Warehouse")
)
POLL = 11
"""Seconds after which the panels were asked for once more."""
SLOW_POLL = 301
"""Seconds after which cameras and presets may be asked for once more."""
_STEERING = frozenset({"show_panel", "full_screen", "set_cell", "stop_display"})


class LateWall(ThinClientSimulator):
    """A device that shows a panel at once, but goes on listing the one before as active for some replies."""

    lateness = 1
    """How many lists of panels are late."""
    _late = 0
    _before: str | None = None

    @override
    def show(self, panel: WallPanel) -> None:
        """Show the panel and begin to be late."""
        if panel.id != self.active_panel:
            self._before, self._late = self.active_panel, self.lateness
        super().show(panel)

    @override
    def _carry_out(self, route: Route, request: WallRequest) -> Answer:
        """List the panel before as long as the device is late."""
        if route.call != "list_panels" or not self._late:
            return super()._carry_out(route, request)
        self._late -= 1
        now, self.active_panel = self.active_panel, self._before
        try:
            return super()._carry_out(route, request)
        finally:
            self.active_panel = now


class SilentWall(ThinClientSimulator):
    """A device that lists no panel as active while something hides it."""

    @override
    def _carry_out(self, route: Route, request: WallRequest) -> Answer:
        """List no active panel during full screen and after a stop."""
        if route.call != "list_panels" or not (self.full_screen or self.stopped):
            return super()._carry_out(route, request)
        hidden, self.active_panel = self.active_panel, None
        try:
            return super()._carry_out(route, request)
        finally:
            self.active_panel = hidden


def find(hass: HomeAssistant, wall: ThinClientSimulator, entity: str) -> str | None:
    """Return the entity id of `platform.key`, None while the entity is not there."""
    platform, key = entity.split(".")
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{wall.serial}_{key}")


def registered(hass: HomeAssistant, wall: ThinClientSimulator, entity: str) -> er.RegistryEntry:
    """Return what the registry knows of `platform.key`."""
    found = find(hass, wall, entity)
    assert found is not None, entity
    return er.async_get(hass).entities[found]


def state(hass: HomeAssistant, wall: ThinClientSimulator, entity: str) -> State:
    """Return the state of `platform.key`."""
    found = hass.states.get(registered(hass, wall, entity).entity_id)
    assert found is not None, entity
    return found


def value(hass: HomeAssistant, wall: ThinClientSimulator, key: str) -> str:
    """Return what a select stands on."""
    return state(hass, wall, f"select.{key}").state


def options(hass: HomeAssistant, wall: ThinClientSimulator, key: str) -> list[str]:
    """Return what a select offers."""
    offered: list[str] = state(hass, wall, f"select.{key}").attributes["options"]
    assert len(set(offered)) == len(offered), offered
    return offered


async def choose(hass: HomeAssistant, wall: ThinClientSimulator, key: str, option: str) -> None:
    """Choose an option of a select as a user does."""
    data = {"entity_id": registered(hass, wall, f"select.{key}").entity_id, "option": option}
    await hass.services.async_call("select", "select_option", data, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def press(hass: HomeAssistant, wall: ThinClientSimulator, key: str) -> None:
    """Press a button as a user does."""
    data = {"entity_id": registered(hass, wall, f"button.{key}").entity_id}
    await hass.services.async_call("button", "press", data, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def act(hass: HomeAssistant, action: str, *walls: ThinClientSimulator, **data: Any) -> None:
    """Call an action for walls as a user does."""
    target = {"device_id": [registered(hass, wall, "select.panel").device_id for wall in walls]}
    await hass.services.async_call(DOMAIN, action, data, target=target, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def enable(hass: HomeAssistant, entry: ConfigEntry[Any], wall: ThinClientSimulator, *entities: str) -> None:
    """Switch entities on that are off by default."""
    for entity in entities:
        er.async_get(hass).async_update_entity(registered(hass, wall, entity).entity_id, disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def steering(wall: ThinClientSimulator) -> list[str]:
    """Return the calls so far that were to change what the screen shows."""
    return [request.call for request in wall.requests if request.call in _STEERING]


def cells(wall: ThinClientSimulator) -> dict[int, str]:
    """Return the cameras of the active panel by index, counted from 0."""
    return dict(wall.panel(wall.active_panel).cameras)


async def until(condition: Callable[[], bool]) -> None:
    """Let everything run that needs no time, until something is the case."""
    for _ in range(20_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError


async def restart_device(wall: ThinClientSimulator, later: Later) -> None:
    """Let the device restart, and wait until it listens again."""
    before = wall.reboots
    wall.restart()
    for seconds in (0.1, 0.3):
        # The device begins to wait before time passes.
        await asyncio.sleep(0)
        await later(seconds)
    assert wall.reboots == before + 1
    assert not wall.booting


def reauth_flows(hass: HomeAssistant) -> list[str]:
    """Return the flows that ask for the password again."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return [flow["flow_id"] for flow in flows if flow["context"]["source"] == SOURCE_REAUTH]


async def shut_down(hass: HomeAssistant) -> None:
    """End Home Assistant as a shutdown does."""
    for event in (EVENT_HOMEASSISTANT_STOP, EVENT_HOMEASSISTANT_FINAL_WRITE):
        hass.bus.async_fire_internal(event)
        await hass.async_block_till_done(wait_background_tasks=True)
    kill(hass)


def kill(hass: HomeAssistant) -> None:
    """End Home Assistant as a power failure does: what it wrote is there, nothing more is done."""
    for task in (*hass._tasks, *hass._background_tasks):
        task.cancel()
    for handle in get_scheduled_timer_handles(hass.loop):
        handle.cancel()


@asynccontextmanager
async def started_again() -> AsyncIterator[HomeAssistant]:
    """Start another Home Assistant on what the one before has stored."""
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        await hass.config_entries.async_initialize()
        try:
            assert await async_setup_component(hass, DOMAIN, {})
            await hass.async_block_till_done(wait_background_tasks=True)
            yield hass
        finally:
            for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                await hass.config_entries.async_unload(entry.entry_id)
            await hass.async_stop(force=True)


def later_in(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Later:
    """Return a function that lets seconds pass in another Home Assistant."""

    async def _later(seconds: float) -> None:
        freezer.tick(seconds)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return _later
