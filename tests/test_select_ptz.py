"""The choices of cameras that move: which cameras have them, what they offer, and what choosing sends."""

from collections.abc import AsyncIterator
import json
from pathlib import Path

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp, SetUpWall
from tests.moving import MOVING, asked, channel_of, choose, movements, options, sent, until
from tests.pushing import device_id, entity_id, find, state, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import ErrorStyle, Faults, Shape
from tests.simulators.thin_client import ThinClientSimulator

TEXTS = Path(__file__).parent.parent / "custom_components" / "viewwall" / "translations" / "en.json"
SLOW = 301
"""Seconds after which what somebody shows is asked for once more."""
HOURS = 6 * 3600 + 61


@pytest.fixture(name="moving", params=MOVING, ids=lambda param: f"{param[0].__name__}-{param[1]}")
async def _moving(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ViewtronSimulator]:
    """Run a device with a camera that says it can move, of every kind that can say so, in both shapes."""
    kind, shape = request.param
    async with kind(shape=shape) as device:
        device.has_ptz, device.ptz_channels = True, {2}
        yield device


async def enable(hass: HomeAssistant, entry: ConfigEntry, *entity_ids: str) -> None:
    """Switch entities on as a user does."""
    for each in entity_ids:
        er.async_get(hass).async_update_entity(each, disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_choices(hass: HomeAssistant, set_up: SetUp, moving: ViewtronSimulator) -> None:
    """Offer presets and cruises by name, go there, and end a cruise; nothing else is sent."""
    channel = channel_of(moving)
    await set_up(moving)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert options(hass, moving, "ptz_preset", channel) == ["Gate", "Street"]
    assert options(hass, moving, "ptz_cruise", channel) == ["Round", "stop"]
    assert value(hass, moving, "select.ptz_preset", channel) == STATE_UNKNOWN
    assert value(hass, moving, "select.ptz_cruise", channel) == STATE_UNKNOWN
    number = channel or 1
    await choose(hass, moving, "ptz_preset", "Street", channel)
    assert moving.position == {number: 2}
    await choose(hass, moving, "ptz_cruise", "Round", channel)
    assert moving.cruising == {number: 1}
    await choose(hass, moving, "ptz_cruise", "stop", channel)
    assert moving.cruising == {}
    assert moving.ptz_log == [(number, "preset", 2), (number, "cruise", 1), (number, "stop_cruise", None)]
    assert sent(moving) == ["PtzGotoPreset", "PtzRunCruise", "PtzStopCruise"]
    assert value(hass, moving, "select.ptz_preset", channel) == STATE_UNKNOWN


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_off_without_ptz(hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator]) -> None:
    """Have the choices switched off where nothing says that the camera moves, and never ask for them."""
    async with kind() as device:
        await set_up(device)
        await later(SLOW)
        for channel in [each.id for each in device.channels] if device.nvr else [None]:
            for key in ("ptz_preset", "ptz_cruise"):
                entry = er.async_get(hass).entities[entity_id(hass, device, f"select.{key}", channel)]
                assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert asked(device, "PtzGetPresets", "PtzGetCruises", "PtzGetCaps") == []


async def test_only_the_channels_that_move(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Switch the choices on for a recorder's cameras that move, and ask for those only."""
    async with NvrV2Simulator(shape=Shape.FIELD) as recorder:
        recorder.ptz_channels = {2, 5}
        await set_up(recorder)
        await later(SLOW)
        on = [
            number
            for number in range(1, 9)
            if not er.async_get(hass).entities[entity_id(hass, recorder, "select.ptz_preset", number)].disabled
        ]
        assert on == [2, 5]
        assert {request.channel for request in asked(recorder, "PtzGetPresets", "PtzGetCruises")} == {2, 5}


async def test_switched_on_by_hand(hass: HomeAssistant, set_up: SetUp) -> None:
    """Serve a recorder that says nothing of PTZ when the user switches the choice on."""
    async with NvrV1Simulator() as recorder:
        recorder.ptz_channels = {3}
        entry = await set_up(recorder)
        await enable(hass, entry, entity_id(hass, recorder, "select.ptz_preset", 3))
        assert options(hass, recorder, "ptz_preset", 3) == ["Gate", "Street"]
        assert [request.channel for request in asked(recorder, "PtzGetPresets")] == [3]
        await choose(hass, recorder, "ptz_preset", "Gate", 3)
        assert recorder.position == {3: 1}


@pytest.mark.parametrize(
    ("unlisted", "there"),
    [
        (set(), {"ptz_preset", "ptz_cruise"}),
        ({"PtzGetPresets"}, {"ptz_cruise"}),
        ({"PtzGetCruises"}, {"ptz_preset"}),
        ({"PtzRunCruise"}, {"ptz_preset"}),
        ({"PtzGetPresets", "PtzGetCruises", "PtzRunCruise"}, set()),
    ],
)
async def test_not_listed(hass: HomeAssistant, set_up: SetUp, unlisted: set[str], there: set[str]) -> None:
    """Have no choice whose commands a device with a list of commands does not list."""
    async with IpcV2Simulator() as camera:
        camera.has_ptz, camera.unlisted = True, unlisted
        await set_up(camera)
        assert {key for key in ("ptz_preset", "ptz_cruise") if find(hass, camera, f"select.{key}")} == there


async def test_list_of_commands_unknown(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take a device that does not tell its commands to know these."""
    async with IpcV2Simulator() as camera:
        camera.faults = Faults(error_code=1, only={"GetSupportedAPIs"})
        await set_up(camera)
        assert find(hass, camera, "select.ptz_preset") is not None
        assert find(hass, camera, "select.ptz_cruise") is not None


async def test_names(hass: HomeAssistant, set_up: SetUp) -> None:
    """Number what shares a name, call the nameless by their number, and keep our own word to ourselves."""
    async with IpcV2Simulator() as camera:
        camera.has_ptz = True
        camera.presets = {1: "Gate", 4: "Gate", 7: "", 9: "A & <b>"}
        camera.cruises = {1: "stop", 2: ""}
        await set_up(camera)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert options(hass, camera, "ptz_preset") == ["Gate", "Gate (2)", "7", "A & <b>"]
        assert options(hass, camera, "ptz_cruise") == ["stop (2)", "2", "stop"]
        for option, preset in (("Gate (2)", 4), ("7", 7), ("A & <b>", 9)):
            await choose(hass, camera, "ptz_preset", option)
            assert camera.position == {1: preset}
        await choose(hass, camera, "ptz_cruise", "stop (2)")
        assert camera.cruising == {1: 1}
        await choose(hass, camera, "ptz_cruise", "stop")
        assert camera.cruising == {}


async def test_every_five_minutes(hass: HomeAssistant, set_up: SetUp, later: Later, moving: ViewtronSimulator) -> None:
    """Follow changes of another hand within five minutes, and ask no more often."""
    channel = channel_of(moving)
    await set_up(moving)
    await hass.async_block_till_done(wait_background_tasks=True)
    moving.requests.clear()
    moving.presets_of(channel or 1)[3] = "Yard"
    moving.cruises[4] = "Fence"
    for _ in range(4):
        await later(60)
    assert options(hass, moving, "ptz_preset", channel) == ["Gate", "Street"]
    for _ in range(2):
        await later(60)
    assert options(hass, moving, "ptz_preset", channel) == ["Gate", "Street", "Yard"]
    assert options(hass, moving, "ptz_cruise", channel) == ["Round", "Fence", "stop"]
    assert len(asked(moving, "PtzGetPresets")) == len(asked(moving, "PtzGetCruises")) == 1


async def test_empty_lists(hass: HomeAssistant, set_up: SetUp) -> None:
    """Offer nothing but the end of a cruise where there is nothing, also where that comes as an error."""
    async with IpcV2Simulator() as camera:
        camera.has_ptz, camera.presets = True, {}
        camera.faults = Faults(error_code=20, only={"PtzGetCruises"})
        await set_up(camera)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert options(hass, camera, "ptz_preset") == []
        assert value(hass, camera, "select.ptz_preset") == STATE_UNKNOWN
        assert options(hass, camera, "ptz_cruise") == ["stop"]


@pytest.mark.parametrize("style", list(ErrorStyle))
async def test_refused(hass: HomeAssistant, set_up: SetUp, later: Later, style: ErrorStyle) -> None:
    """Be unavailable where the device refuses the list, ask again after hours only, and keep all else running."""
    async with IpcV2Simulator() as camera:
        camera.has_ptz, camera.error_style = True, style
        camera.faults = Faults(error_code=1, only={"PtzGetCruises"})
        await set_up(camera)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert value(hass, camera, "select.ptz_cruise") == STATE_UNAVAILABLE
        assert options(hass, camera, "ptz_preset") == ["Gate", "Street"]
        camera.requests.clear()
        for _ in range(3):
            await later(SLOW)
        assert asked(camera, "PtzGetCruises") == []
        camera.faults = Faults()
        await later(HOURS)
        await later(SLOW)
        assert options(hass, camera, "ptz_cruise") == ["Round", "stop"]


async def test_garbage(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Let an answer that is none spoil nothing but the choice it is about."""
    async with IpcV1Simulator() as camera:
        camera.has_ptz = True
        camera.faults = Faults(garbage=b"<config><cruiseInfo>", only={"PtzGetCruises"})
        await set_up(camera)
        await later(SLOW)
        assert value(hass, camera, "select.ptz_cruise") == STATE_UNAVAILABLE
        assert value(hass, camera, "binary_sensor.motion") == "off"
        assert options(hass, camera, "ptz_preset") == ["Gate", "Street"]


async def test_presets_changed_meanwhile(hass: HomeAssistant, set_up: SetUp) -> None:
    """Go where the name leads now, and nowhere if it is gone: another hand may have given its number away."""
    async with IpcV2Simulator() as camera:
        camera.has_ptz = True
        await set_up(camera)
        await hass.async_block_till_done(wait_background_tasks=True)
        camera.presets = {1: "Street", 2: "Yard"}
        await choose(hass, camera, "ptz_preset", "Street")
        assert camera.position == {1: 1}
        camera.presets = {1: "Yard"}
        camera.cruises = {}
        with pytest.raises(ServiceValidationError, match="no longer has “Street”"):
            await choose(hass, camera, "ptz_preset", "Street")
        with pytest.raises(ServiceValidationError, match="Gate camera no longer has “Round”"):
            await choose(hass, camera, "ptz_cruise", "Round")
        assert camera.ptz_log == [(1, "preset", 1)]
        assert options(hass, camera, "ptz_preset") == ["Yard"]


async def test_choice_ends_a_movement(hass: HomeAssistant, set_up: SetUp, moving: ViewtronSimulator) -> None:
    """Send the owed Stop before the camera is sent somewhere else; the move's own action ends then."""
    entry = await set_up(moving)
    await hass.async_block_till_done(wait_background_tasks=True)
    channel = channel_of(moving)
    number = channel or 1
    for key, option, action in (("ptz_preset", "Gate", "preset"), ("ptz_cruise", "Round", "cruise")):
        moving.ptz_log.clear()
        move = hass.async_create_task(
            hass.services.async_call(
                DOMAIN,
                "ptz_move",
                {"direction": "left", "duration": 10},
                target={"device_id": device_id(hass, entry, moving, channel)},
                blocking=True,
            )
        )
        await until(lambda: bool(moving.moving))
        await choose(hass, moving, key, option, channel)
        await move
        assert movements(moving) == [(number, "Left"), (number, "Stop"), (number, action)]


async def test_device_that_does_not_answer(hass: HomeAssistant, set_up: SetUp) -> None:
    """Say so in words."""
    async with IpcV2Simulator() as camera:
        camera.has_ptz = True
        await set_up(camera)
        await hass.async_block_till_done(wait_background_tasks=True)
        camera.faults.refuse_connections = True
        with pytest.raises(HomeAssistantError, match="Gate camera does not answer"):
            await choose(hass, camera, "ptz_preset", "Gate")


async def test_words(hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall) -> None:
    """Share a preset's name with the wall, where the number of the cell stands behind it."""
    texts = json.loads(TEXTS.read_text())["entity"]["select"]
    assert texts["ptz_cruise"]["state"]["stop"]
    async with IpcV2Simulator() as camera, ThinClientSimulator() as wall:
        camera.has_ptz = True
        await set_up(camera)
        await set_up_wall(wall)
        await hass.async_block_till_done(wait_background_tasks=True)
        found = state(hass, camera, "select.ptz_preset")
        assert (found.entity_id, found.name) == ("select.gate_camera_ptz_preset", "Gate camera PTZ preset")
        on_wall = er.async_get(hass).async_get_entity_id("select", DOMAIN, f"{wall.serial}_ptz_preset_3")
        assert on_wall is not None
        assert (shown := hass.states.get(on_wall)) is not None
        assert shown.name.endswith(" PTZ preset 3")
        assert on_wall.endswith("_ptz_preset_3")
