"""Buttons, the binary sensor and sensors of a wall."""

import asyncio

from homeassistant.components.binary_sensor.const import DOMAIN as BINARY_SENSOR
from homeassistant.components.button.const import DOMAIN as BUTTON, SERVICE_PRESS
from homeassistant.components.sensor.const import DOMAIN as SENSOR
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN, EntityCategory
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape

SETTINGS_PACE = 301
"""Seconds after which the settings were read again."""
DAY = 24 * 60 * 60
RELOADED = 60
"""Seconds after which Home Assistant has reloaded an entry because an entity was switched on or off."""
# Platform, key, name, category, on by default.
EXPECTED = (
    (BUTTON, "restart", "Restart", EntityCategory.CONFIG, True),
    (BUTTON, "stop_display", "Stop display", None, True),
    (BUTTON, "refresh_panels", "Refresh panels", None, False),
    (BINARY_SENSOR, "registered", "Registered", EntityCategory.DIAGNOSTIC, False),
    (SENSOR, "video_source", "Video source", EntityCategory.DIAGNOSTIC, True),
    (SENSOR, "mobile_bridge_server", "Mobile Bridge server", EntityCategory.DIAGNOSTIC, True),
    (SENSOR, "api_version", "API version", EntityCategory.DIAGNOSTIC, True),
)


def id_of(hass: HomeAssistant, wall: ThinClientSimulator, platform: str, key: str) -> str:
    """Return the entity id of a wall's entity."""
    entity_id = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{wall.serial}_{key}")
    assert entity_id is not None, key
    return entity_id


def state_of(hass: HomeAssistant, wall: ThinClientSimulator, platform: str, key: str) -> State:
    """Return the state of a wall's entity."""
    state = hass.states.get(id_of(hass, wall, platform, key))
    assert state is not None, key
    return state


async def enable(hass: HomeAssistant, entry: ConfigEntry, wall: ThinClientSimulator, platform: str, key: str) -> None:
    """Switch an entity on that is off by default."""
    er.async_get(hass).async_update_entity(id_of(hass, wall, platform, key), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def press(hass: HomeAssistant, wall: ThinClientSimulator, key: str) -> None:
    """Press a button as a user does."""
    target = {ATTR_ENTITY_ID: id_of(hass, wall, BUTTON, key)}
    await hass.services.async_call(BUTTON, SERVICE_PRESS, target, blocking=True)


def asked(wall: ThinClientSimulator, call: str) -> int:
    """Count the authorised requests of a call."""
    return sum(request.call == call and request.authorised for request in wall.requests)


async def rebooted(wall: ThinClientSimulator) -> None:
    """Wait until a wall has restarted."""
    is_back = asyncio.Event()

    def _look() -> None:
        if wall.reboots and not wall.booting:
            is_back.set()

    forget = wall.on_screen_change(_look)
    _look()
    async with asyncio.timeout(5):
        await is_back.wait()
    forget()


@pytest.mark.parametrize("shape", list(Shape))
async def test_entities(hass: HomeAssistant, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Have the entities under their names and ids, the rarely wanted ones off."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        registry = er.async_get(hass)
        for platform, key, name, category, is_on in EXPECTED:
            found = registry.async_get(id_of(hass, wall, platform, key))
            assert found is not None
            assert found.original_name == name
            assert found.entity_category is category
            assert found.disabled_by is (None if is_on else er.RegistryEntryDisabler.INTEGRATION)
            if is_on:
                assert state_of(hass, wall, platform, key).name == f"Lobby wall {name}"

        ours = er.async_entries_for_config_entry(registry, entry.entry_id)
        keys = {entity.unique_id for entity in ours if entity.domain in (BUTTON, BINARY_SENSOR, SENSOR)}
        assert keys == {f"{wall.serial}_{key}" for _, key, *_ in EXPECTED}


@pytest.mark.parametrize("shape", list(Shape))
async def test_away_and_back(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Say that nothing is known while the wall does not answer, and go on when it does."""
    async with ThinClientSimulator(shape=shape) as wall:
        await set_up_wall(wall)
        before = {
            (platform, key): state_of(hass, wall, platform, key).state for platform, key, *_, on in EXPECTED if on
        }
        wall.faults.refuse_connections = True
        await later(11)
        for platform, key in before:
            assert state_of(hass, wall, platform, key).state == STATE_UNAVAILABLE
        wall.faults = Faults()
        await later(61)

        assert {each: state_of(hass, wall, *each).state for each in before} == before


# Buttons.


@pytest.mark.parametrize("shape", list(Shape))
async def test_restart(hass: HomeAssistant, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Restart the wall once, whether it answers before it goes or not."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        await press(hass, wall, "restart")
        await rebooted(wall)

        assert wall.reboots == 1
        assert asked(wall, "restart") == 1
        assert entry.runtime_data.display.full_screen is None


@pytest.mark.parametrize("shape", list(Shape))
async def test_restart_ends_full_screen(hass: HomeAssistant, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Know that neither full screen nor a stopped display outlives a restart."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        display = entry.runtime_data.display
        await display.show_camera(wall.cameras[1].id)
        assert display.full_screen == wall.cameras[1].id
        await press(hass, wall, "restart")
        assert display.full_screen is None
        await rebooted(wall)

        assert wall.showing() == ("panel", wall.active_panel)


@pytest.mark.parametrize("shape", list(Shape))
async def test_stop_display(hass: HomeAssistant, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Make the screen dark."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        await press(hass, wall, "stop_display")

        assert wall.showing() == ("stopped", None)
        assert asked(wall, "stop_display") == 1
        assert entry.runtime_data.display.stopped is True


@pytest.mark.parametrize("shape", list(Shape))
async def test_refresh_panels(hass: HomeAssistant, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Refresh the panels, and look at them again."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        await enable(hass, entry, wall, BUTTON, "refresh_panels")
        wall.panels[0].name = "Refreshed"
        await press(hass, wall, "refresh_panels")

        assert wall.refreshes == 1
        assert entry.runtime_data.coordinator.data.panels[0].name == "Refreshed"


@pytest.mark.parametrize("key", ["restart", "stop_display", "refresh_panels"])
async def test_press_after_the_session_ended(hass: HomeAssistant, set_up_wall: SetUpWall, key: str) -> None:
    """Do it all the same, with one new session."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        await enable(hass, entry, wall, BUTTON, "refresh_panels")
        wall.expire_sessions()
        await press(hass, wall, key)

        assert asked(wall, key) == 1
        assert wall.most_sessions == 1


@pytest.mark.parametrize("key", ["restart", "stop_display", "refresh_panels"])
@pytest.mark.parametrize(("status", "error"), [(500, "refused_with_code"), (405, "not_supported")])
async def test_press_that_fails(hass: HomeAssistant, set_up_wall: SetUpWall, key: str, status: int, error: str) -> None:
    """Say in the user's language what the wall refused; nothing changes then."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        await enable(hass, entry, wall, BUTTON, "refresh_panels")
        wall.faults = Faults(only={key}, status=status)
        with pytest.raises(HomeAssistantError) as raised:
            await press(hass, wall, key)

        assert raised.value.translation_domain == DOMAIN
        assert raised.value.translation_key == error
        assert wall.password not in str(raised.value)
        assert wall.showing() == ("panel", wall.active_panel)
        assert (wall.reboots, wall.refreshes) == (0, 0)


# Sensors.


@pytest.mark.parametrize("shape", list(Shape))
async def test_sensors(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Show where the video comes from and how the wall's interface is numbered, and follow a change."""
    async with ThinClientSimulator(shape=shape) as wall:
        await set_up_wall(wall)
        source = state_of(hass, wall, SENSOR, "video_source")
        assert source.state == "directconnect"
        assert source.attributes["options"] == ["directconnect", "mobilebridge"]
        assert state_of(hass, wall, SENSOR, "mobile_bridge_server").state == "192.0.2.60"
        assert state_of(hass, wall, SENSOR, "api_version").state == "2.2.0.0"
        wall.settings |= {"VideoSource": "MobileBridge", "SymphonyServer": "bridge.example"}
        await later(SETTINGS_PACE)

        assert state_of(hass, wall, SENSOR, "video_source").state == "mobilebridge"
        assert state_of(hass, wall, SENSOR, "mobile_bridge_server").state == "bridge.example"


async def test_unknown_words(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Show nothing rather than a word that is no state, or an empty one."""
    async with ThinClientSimulator() as wall:
        wall.settings |= {"VideoSource": "carrier pigeon", "SymphonyServer": ""}
        await set_up_wall(wall)

        assert state_of(hass, wall, SENSOR, "video_source").state == STATE_UNKNOWN
        assert state_of(hass, wall, SENSOR, "mobile_bridge_server").state == STATE_UNKNOWN


# Registration.


async def test_registration_is_not_asked_unasked(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall) -> None:
    """Leave the maker alone while nobody wants to know."""
    async with ThinClientSimulator() as wall:
        await set_up_wall(wall)
        await later(DAY + 60)

        assert asked(wall, "is_not_registered") == 0


@pytest.mark.parametrize("shape", list(Shape))
async def test_registration(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall, shape: Shape) -> None:
    """Ask at once when it is switched on, then once a day."""
    async with ThinClientSimulator(shape=shape) as wall:
        wall.registered = False
        entry = await set_up_wall(wall)
        await enable(hass, entry, wall, BINARY_SENSOR, "registered")
        assert asked(wall, "is_not_registered") == 1
        assert state_of(hass, wall, BINARY_SENSOR, "registered").state == STATE_OFF
        await later(RELOADED)
        before = asked(wall, "is_not_registered")
        wall.registered = True
        await later(60 * 60)
        assert asked(wall, "is_not_registered") == before
        await later(DAY)

        assert asked(wall, "is_not_registered") == before + 1
        assert state_of(hass, wall, BINARY_SENSOR, "registered").state == STATE_ON


async def test_registration_ends(hass: HomeAssistant, later: Later, set_up_wall: SetUpWall) -> None:
    """Ask no more once it is switched off again."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        await enable(hass, entry, wall, BINARY_SENSOR, "registered")
        await later(RELOADED)
        before = asked(wall, "is_not_registered")
        er.async_get(hass).async_update_entity(
            id_of(hass, wall, BINARY_SENSOR, "registered"), disabled_by=er.RegistryEntryDisabler.USER
        )
        await later(RELOADED)
        await later(DAY + 60)

        assert asked(wall, "is_not_registered") == before >= 1


async def test_maker_out_of_reach(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Know nothing where the wall does not reach its maker; everything else goes on."""
    async with ThinClientSimulator() as wall:
        wall.internet = False
        entry = await set_up_wall(wall)
        await enable(hass, entry, wall, BINARY_SENSOR, "registered")

        assert state_of(hass, wall, BINARY_SENSOR, "registered").state == STATE_UNKNOWN
        assert state_of(hass, wall, SENSOR, "api_version").state == "2.2.0.0"
