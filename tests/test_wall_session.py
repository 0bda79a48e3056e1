"""One session on a Thin Client, whatever happens to it, to its password and to Home Assistant."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
import json
import logging

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowContext
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.viewwall.const import CONF_SESSION, DOMAIN
from tests.conftest import Later
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape, camera_at
from tests.walls import (
    FOUR,
    POLL,
    SetUpWall,
    act,
    choose,
    options,
    reauth_flows,
    state,
    value,
)

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


# One session.


@BOTH_SHAPES
async def test_one_session_through_everything(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Never have two sessions open, from the first step of the flow on, and none after the entry is unloaded."""
    entry = await set_up_wall(wall)
    await choose(hass, wall, "panel", "Wide view")
    await choose(hass, wall, "cell_1", "Gate")
    await act(hass, "show_camera", wall, camera="Yard", duration=20)
    for _ in range(35):
        await later(POLL)
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert wall.sessions == []
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (wall.most_sessions, wall.sessions) == (1, [])


async def test_pace(hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator) -> None:
    """Ask for panels every 10 s, for cameras every 5 min, for the newest firmware daily, and for nothing unasked."""
    await set_up_wall(wall)
    await later(POLL)
    wall.requests.clear()
    for _ in range(120):
        await later(5)
    counted = Counter(request.call for request in wall.requests)
    assert 58 <= counted.pop("list_panels") <= 62
    assert 1 <= counted.pop("list_cameras") <= 3
    assert counted.pop("read_settings", 0) <= 3
    assert counted.pop("list_presets", 0) <= 8
    assert counted == {}


async def test_steering_holds_up_no_polls(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Ask for cameras, settings and presets in time although an automation steers the wall all the time."""
    await set_up_wall(wall)
    await later(POLL)
    wall.requests.clear()
    new = camera_at("New camera", "192.0.2.47")
    wall.direct_cameras.append(new)
    wall.settings["SymphonyServer"] = "192.0.2.99"
    for turn in range(144):
        await later(5)
        await choose(hass, wall, "cell_1", "Gate" if turn % 2 else "Warehouse")
    counted = Counter(request.call for request in wall.requests)
    assert counted["list_cameras"] >= 2
    assert counted["read_settings"] >= 2
    assert "New camera" in options(hass, wall, "full_screen")
    assert state(hass, wall, "sensor.mobile_bridge_server").state == "192.0.2.99"
    assert wall.most_sessions == 1


@BOTH_SHAPES
async def test_reconfigured_while_it_runs(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Try an address without a second session, whether the user gets it right or not."""
    entry = await set_up_wall(wall)
    await later(POLL)
    typed = {"host": wall.host, "password": wall.password, "connection": {"port": wall.port}}
    context: ConfigFlowContext = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    flow = (await hass.config_entries.flow.async_init(DOMAIN, context=context))["flow_id"]
    result = await hass.config_entries.flow.async_configure(flow, typed | {"password": "not-This-1"})
    assert result["errors"] == {"base": "invalid_auth"}
    await later(POLL)
    assert value(hass, wall, "panel") == "Four view"
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)
    result = await hass.config_entries.flow.async_configure(flow, typed)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(3):
        await later(POLL)
        assert value(hass, wall, "panel") == "Four view"
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)


async def test_no_session_after_home_assistant_stops(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Close the session when Home Assistant stops, which unloads no entries."""
    await set_up_wall(wall)
    hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert wall.sessions == []


@BOTH_SHAPES
async def test_expired_session(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Make one new session when the device has forgotten ours, whoever notices first, and lose no command."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=20)
    wall.expire_sessions()
    await later(21)
    assert wall.showing() == ("panel", FOUR)
    for _ in range(3):
        wall.expire_sessions()
        await asyncio.gather(
            choose(hass, wall, "panel", "Wide view"),
            choose(hass, wall, "cell_1", "Gate"),
            act(hass, "show_camera", wall, camera="Yard"),
        )
        wall.expire_sessions()
        await later(POLL)
    assert value(hass, wall, "panel") == "Wide view"
    assert (wall.most_sessions, len(wall.sessions), wall.refused_logins) == (1, 1, 0)


async def test_session_left_on_a_device_that_was_away(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Close at the next start what could not be closed at the end."""
    entry = await set_up_wall(wall)
    await later(POLL)
    wall.faults.refuse_connections = True
    await hass.config_entries.async_unload(entry.entry_id)
    assert len(wall.sessions) == 1
    wall.faults = Faults()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (wall.most_sessions, len(wall.sessions)) == (1, 1)


@pytest.mark.parametrize("token", ["9f1c6cbe-5a0b-4ad3-8f5e-0d3a4a6a7f10", "no token\r\n", "", None])
async def test_stored_token_that_the_device_does_not_know(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, token: str | None
) -> None:
    """Start with one session whatever is stored."""
    entry = await set_up_wall(wall)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_SESSION: token})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert value(hass, wall, "panel") == "Four view"
    assert (wall.most_sessions, len(wall.sessions), wall.refused_logins) == (1, 1, 0)


async def test_token_is_nowhere_to_be_read(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keep token and password out of the most talkative log, of states and of errors."""
    caplog.set_level(logging.DEBUG)
    tokens: list[str] = []
    open_session: Callable[[], str] = wall.open_session

    def remembered() -> str:
        tokens.append(open_session())
        return tokens[-1]

    monkeypatch.setattr(wall, "open_session", remembered)
    entry = await set_up_wall(wall)
    errors = []
    for faults in ({"status": 500}, {"status": 403}, {"cut": True}, {"drop": True}, {"garbage": b"<html>"}):
        wall.faults = Faults(**faults)
        with pytest.raises(HomeAssistantError) as caught:
            await act(hass, "show_camera", wall, camera="Yard", duration=20)
        errors.append(repr(caught.value) + str(caught.value))
        await later(POLL)
        wall.faults = Faults()
        await later(POLL)
        wall.expire_sessions()
        await later(POLL)
    wall.faults = Faults(status=500, only={"delete_session"})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    # Home Assistant's own log of what it writes to disk is the test's, not a user's.
    logged = [each.getMessage() for each in caplog.records if not each.name.endswith(".common")]
    states = json.dumps([state.as_dict() for state in hass.states.async_all()], default=str)
    assert len(tokens) > 3
    for secret in (*tokens, wall.password):
        assert [line for line in logged if secret in line] == []
        assert secret not in states
        assert secret not in "".join(errors)
        assert secret not in entry.title


# A password that was changed on the device.


@BOTH_SHAPES
async def test_changed_password(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Try it once more after 60 s, ask the user then, and nothing else sends a login; then return to the panel."""
    await set_up_wall(wall)
    await act(hass, "show_camera", wall, camera="Yard", duration=20)
    wall.password = "changed-On-Site-8"
    wall.expire_sessions()
    for _ in range(10):
        await later(5)
    assert (wall.refused_logins, reauth_flows(hass)) == (1, [])
    assert value(hass, wall, "panel") == STATE_UNAVAILABLE
    for _ in range(6):
        await later(5)
    assert wall.refused_logins == 2
    assert len(reauth_flows(hass)) == 1
    for _ in range(60):
        await later(60)
        with pytest.raises(HomeAssistantError):
            await act(hass, "show_panel", wall, panel="Wide view")
    assert wall.refused_logins == 2

    flow = reauth_flows(hass)[0]
    result = await hass.config_entries.flow.async_configure(flow, {"password": wall.password})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(3):
        await later(POLL)
    assert value(hass, wall, "panel") == "Four view"
    assert wall.showing() == ("panel", FOUR)
    assert (wall.refused_logins, wall.most_sessions, len(wall.sessions)) == (2, 1, 1)


async def test_password_that_works_again(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Go on without asking when the device takes the password again at the second try."""
    await set_up_wall(wall)
    password, wall.password = wall.password, "changed-On-Site-8"
    wall.expire_sessions()
    await later(POLL)
    assert wall.refused_logins == 1
    wall.password = password
    for _ in range(8):
        await later(POLL)
    assert (wall.refused_logins, reauth_flows(hass)) == (1, [])
    assert value(hass, wall, "panel") == "Four view"


async def test_password_changed_while_home_assistant_was_away(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator
) -> None:
    """Count a refused start as the first try, and lock nothing however often the set-up is tried again."""
    entry = await set_up_wall(wall)
    await hass.config_entries.async_unload(entry.entry_id)
    wall.password = "changed-On-Site-8"
    await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(120):
        await later(30)
    assert wall.refused_logins == 2
    assert len(reauth_flows(hass)) == 1
