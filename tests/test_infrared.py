"""The choice of the infrared light: where it exists, what it writes, and that it tells when nothing came of it."""

from collections.abc import AsyncIterator
import json
from pathlib import Path

from homeassistant.const import STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.conftest import Later, SetUp
from tests.moving import asked, choose, options, sent
from tests.pushing import entity_id, find, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults, Shape, SimChannel

TEXTS = Path(__file__).parent.parent / "custom_components" / "viewwall" / "translations" / "en.json"
SLOW = 301
HOURS = 6 * 3600 + 61
KINDS = [(kind, shape) for kind in (IpcV1Simulator, IpcV2Simulator, NvrV2Simulator) for shape in Shape]


@pytest.fixture(name="device", params=KINDS, ids=lambda param: f"{param[0].__name__}-{param[1]}")
async def _device(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ViewtronSimulator]:
    """Run a device that tells how its light is switched, of every kind that is asked, in both shapes."""
    kind, shape = request.param
    async with kind(shape=shape) as device:
        device.infrared_modes = ("auto", "on", "off")
        yield device


async def test_choice(hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator) -> None:
    """Show the mode and set it; nothing else of the picture changes, and nothing else is sent."""
    channel = 2 if device.nvr else None
    number = channel or 1
    device.image_of(number).update({"bright": "61", "whiteBalance/blue": "3", "mirrorSwitch": "true"})
    device.image_file = "day"
    device.infrared[number] = "off"
    before = dict(device.image_of(number))
    await set_up(device)
    assert value(hass, device, "select.infrared_mode", channel) == "off"
    assert options(hass, device, "infrared_mode", channel) == ["auto", "on", "off"]
    await choose(hass, device, "infrared_mode", "on", channel)
    assert value(hass, device, "select.infrared_mode", channel) == "on"
    assert device.infrared[number] == "on"
    assert (dict(device.image_of(number)), device.image_file) == (before, "day")
    assert sent(device) == ["SetImageConfig"]
    registered = er.async_get(hass).entities[entity_id(hass, device, "select.infrared_mode", channel)]
    assert registered.entity_category is EntityCategory.CONFIG
    assert not registered.disabled
    await choose(hass, device, "infrared_mode", "on", channel)
    assert len(device.image_writes) == 1


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_absent(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator], shape: Shape
) -> None:
    """Have no choice where the device tells no such setting, and ask again after hours only."""
    async with kind(shape=shape) as device:
        device.infrared_modes = ()
        await set_up(device)
        first = len(asked(device, "GetImageConfig"))
        assert first == sum(channel.status != "offline" for channel in device.channels)
        await later(SLOW)
        assert [find(hass, device, "select.infrared_mode", number) for number in (None, 1, 2)] == [None] * 3
        assert len(asked(device, "GetImageConfig")) == first
        await later(HOURS)
        assert len(asked(device, "GetImageConfig")) == 2 * first


async def test_seen_later(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Let the choice appear when the device comes to tell the setting, such as after new firmware."""
    async with IpcV2Simulator() as camera:
        camera.infrared_modes = ()
        await set_up(camera)
        camera.infrared_modes = ("auto", "off")
        await later(HOURS)
        assert options(hass, camera, "infrared_mode") == ["auto", "off"]


async def test_vanishes(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Stay, but be unavailable, when the setting is gone, also after a restart; come back with it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.infrared_modes = ()
        await later(SLOW)
        assert value(hass, camera, "select.infrared_mode") == STATE_UNAVAILABLE
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert value(hass, camera, "select.infrared_mode") == STATE_UNAVAILABLE
        camera.infrared_modes = ("auto", "on", "off")
        await later(SLOW)
        assert value(hass, camera, "select.infrared_mode") == "auto"
        assert camera.image_writes == []


async def test_refused(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Do without on a device that does not know the command."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        camera.faults = Faults(error_code=1, only={"GetImageConfig"})
        await set_up(camera)
        await later(SLOW)
        assert find(hass, camera, "select.infrared_mode") is None
        assert len(asked(camera, "GetImageConfig")) == 1
        assert value(hass, camera, "binary_sensor.motion") == "off"


@pytest.mark.parametrize("declares", [True, False])
async def test_words(hass: HomeAssistant, set_up: SetUp, declares: bool) -> None:
    """Offer the device's own words in lower case, and send them as the device spells them."""
    async with IpcV2Simulator() as camera:
        camera.infrared_modes = ("Smart", "AUTO", "OFF")
        camera.declares_enums = declares
        await set_up(camera)
        assert value(hass, camera, "select.infrared_mode") == "smart"
        assert options(hass, camera, "infrared_mode") == (
            ["smart", "auto", "off"] if declares else ["auto", "on", "off", "smart"]
        )
        if declares:
            await choose(hass, camera, "infrared_mode", "off")
            assert camera.infrared == {1: "OFF"}
    states = json.loads(TEXTS.read_text())["entity"]["select"]["infrared_mode"]["state"]
    assert states.keys() == {"auto", "on", "off"}


async def test_every_five_minutes(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Follow another hand within five minutes, and not at all while the choice is switched off."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await later(1)
        camera.requests.clear()
        camera.infrared[1] = "off"
        for _ in range(6):
            await later(60)
        assert value(hass, camera, "select.infrared_mode") == "off"
        assert len(asked(camera, "GetImageConfig")) == 1
        registry = er.async_get(hass)
        registry.async_update_entity(
            entity_id(hass, camera, "select.infrared_mode"), disabled_by=er.RegistryEntryDisabler.USER
        )
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        camera.requests.clear()
        for _ in range(12):
            await later(60)
        assert asked(camera, "GetImageConfig") == []


async def test_every_hour_on_a_recorder(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Ask each channel of a recorder once an hour, and follow our own change at once."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await later(61)
        recorder.requests.clear()
        await choose(hass, recorder, "infrared_mode", "off", 2)
        assert value(hass, recorder, "select.infrared_mode", 2) == "off"
        recorder.infrared[1] = "on"
        for _ in range(11):
            await later(SLOW)
        others = [request.channel for request in asked(recorder, "GetImageConfig") if request.channel != 2]
        assert others == []
        for _ in range(2):
            await later(SLOW)
        others = [request.channel for request in asked(recorder, "GetImageConfig") if request.channel != 2]
        assert others == [1, 3, 4, 5, 6]
        assert value(hass, recorder, "select.infrared_mode", 1) == "on"


async def test_ignored(hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator) -> None:
    """Tell the user when the device accepts the change and does not make it, and show what is."""
    channel = 2 if device.nvr else None
    await set_up(device)
    device.image_ignored = True
    with pytest.raises(HomeAssistantError) as caught:
        await choose(hass, device, "infrared_mode", "on", channel)
    assert caught.value.translation_key == "ignored"
    assert value(hass, device, "select.infrared_mode", channel) == "auto"


async def test_write_refused(hass: HomeAssistant, set_up: SetUp) -> None:
    """Tell the user what the device said, and go on."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults = Faults(error_code=4, only={"SetImageConfig"})
        with pytest.raises(HomeAssistantError) as caught:
            await choose(hass, camera, "infrared_mode", "on")
        assert caught.value.translation_key == "no_permission"
        assert value(hass, camera, "select.infrared_mode") == "auto"


async def test_big_recorder(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Ask a few channels at a time, those with a camera only, until all are known."""
    async with NvrV2Simulator() as recorder:
        recorder.channels += [SimChannel(id=number, name=f"Camera {number}") for number in range(9, 17)]
        recorder.chl_max_count = 16
        recorder.channels[0].status = "offline"
        await set_up(recorder)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert len(asked(recorder, "GetImageConfig")) == 8
        for _ in range(2):
            await later(6)
        channels = [request.channel for request in asked(recorder, "GetImageConfig")]
        assert channels == [2, 3, 4, 5, 6, *range(9, 17)]
        assert [number for number in range(1, 17) if find(hass, recorder, "select.infrared_mode", number)] == channels
