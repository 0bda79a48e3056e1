"""Actions that move cameras: what they send, what they refuse, and that nothing else is sent."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.setup import async_setup_component
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.viewwall.const import DOMAIN
from tests.acting import call
from tests.conftest import Later, SetUp, SetUpWall
from tests.moving import EVERY, asked, channel_of, movements, options, sent
from tests.pushing import device_id, entity_id
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults, Shape
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import registered

WORDS = {
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "left_up": "LeftUp",
    "left_down": "LeftDown",
    "right_up": "RightUp",
    "right_down": "RightDown",
    "zoom_in": "ZoomIn",
    "zoom_out": "ZoomOut",
    "focus_near": "Near",
    "focus_far": "Far",
    "iris_open": "IrisOpen",
    "iris_close": "IrisClose",
}
SOME_DATA: dict[str, dict[str, Any]] = {
    "ptz_move": {"direction": "left", "duration": 0.1},
    "ptz_goto_preset": {"preset": "Gate"},
    "ptz_save_preset": {"name": "Door"},
    "ptz_delete_preset": {"preset": "Gate"},
    "ptz_cruise": {"cruise": "Round"},
}


@pytest.fixture(name="device", params=EVERY, ids=lambda param: f"{param[0].__name__}-{param[1]}")
async def _device(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ViewtronSimulator]:
    """Run a device with a camera that moves, of every kind in both shapes."""
    kind, shape = request.param
    async with kind(shape=shape) as device:
        device.has_ptz, device.ptz_channels = True, {2}
        yield device


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera that moves."""
    async with IpcV2Simulator() as camera:
        camera.has_ptz = True
        yield camera


async def test_every_action(hass: HomeAssistant, set_up: SetUp, device: ViewtronSimulator) -> None:
    """Move, save, visit and delete presets, start and end a cruise, on every kind of device; nothing else is sent."""
    entry = await set_up(device)
    channel = channel_of(device)
    number = channel or 1
    target = {"device_id": device_id(hass, entry, device, channel)}
    about = target["device_id"]
    assert await call(hass, "ptz_move", target, asks=True, direction="left", duration=0.1) == {about: {}}
    assert await call(hass, "ptz_save_preset", target, asks=True, name=" Door ") == {about: {"preset": 3}}
    assert device.presets_of(number) == {1: "Gate", 2: "Street", 3: "Door"}
    assert await call(hass, "ptz_goto_preset", target, asks=True, preset="door") == {about: {}}
    assert device.position == {number: 3}
    await call(hass, "ptz_delete_preset", target, preset=1)
    assert device.presets_of(number) == {2: "Street", 3: "Door"}
    await call(hass, "ptz_cruise", target, cruise="Round")
    assert device.cruising == {number: 1}
    await call(hass, "ptz_cruise", target)
    assert device.cruising == {}
    assert device.ptz_log == [
        (number, "Left", 4),
        (number, "Stop", 4),
        (number, "add_preset", 3),
        (number, "preset", 3),
        (number, "delete_preset", 1),
        (number, "cruise", 1),
        (number, "stop_cruise", None),
    ]
    orders = ["PtzControl", "PtzControl", "PtzAddPreset", "PtzGotoPreset"]
    orders += ["PtzDeletePreset", "PtzRunCruise", "PtzStopCruise"]
    assert sent(device) == orders
    assert {request.channel for request in asked(device, *orders)} == {channel}


@pytest.mark.parametrize("direction", list(WORDS))
async def test_directions(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, direction: str) -> None:
    """Use the device's word for each direction; the action ends when the camera stands still."""
    entry = await set_up(camera)
    await call(hass, "ptz_move", {"device_id": device_id(hass, entry, camera)}, direction=direction, duration=0.1)
    assert movements(camera) == [(1, WORDS[direction]), (1, "Stop")]
    assert camera.moving == {}


@pytest.mark.parametrize(
    ("percent", "speed"), [({}, 4), ({"speed": 1}, 1), ({"speed": 100}, 8), ({"speed": "75"}, 6), ({"speed": 50.0}, 4)]
)
async def test_speed(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, percent: dict[str, Any], speed: int
) -> None:
    """Take a speed in percent of what the device can, half of it by default; the Stop gets the same."""
    entry = await set_up(camera)
    target = {"device_id": device_id(hass, entry, camera)}
    for _ in range(2):
        await call(hass, "ptz_move", target, direction="up", duration=0.1, **percent)
    assert camera.ptz_log == [(1, "Up", speed), (1, "Stop", speed)] * 2
    assert len(asked(camera, "PtzGetCaps")) == 1


async def test_range_of_speeds(hass: HomeAssistant, set_up: SetUp) -> None:
    """Stay within the range that the device tells, for each of its channels."""
    async with NvrV2Simulator() as recorder:
        recorder.ptz_channels = {2}
        recorder.ptz_caps |= {"controlMinSpeed": 3, "controlMaxSpeed": 63}
        entry = await set_up(recorder)
        for speed in (1, 100):
            target = {"device_id": device_id(hass, entry, recorder, 2)}
            await call(hass, "ptz_move", target, direction="up", speed=speed, duration=0.1)
        assert [speed for _, action, speed in recorder.ptz_log if action == "Up"] == [3, 63]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("ptz_move", {}),
        ("ptz_move", {"direction": "Left"}),
        ("ptz_move", {"direction": "stop"}),
        ("ptz_move", {"direction": "left", "speed": 0}),
        ("ptz_move", {"direction": "left", "speed": 101}),
        ("ptz_move", {"direction": "left", "speed": 1.5}),
        ("ptz_move", {"direction": "left", "duration": 0}),
        ("ptz_move", {"direction": "left", "duration": 0.09}),
        ("ptz_move", {"direction": "left", "duration": 10.1}),
        ("ptz_move", {"direction": "left", "duration": -1}),
        ("ptz_move", {"direction": "left", "duration": 1e300}),
        ("ptz_move", {"direction": "left", "duration": "00:01:00"}),
        ("ptz_goto_preset", {}),
        ("ptz_goto_preset", {"preset": None}),
        ("ptz_goto_preset", {"preset": ["Gate"]}),
        ("ptz_save_preset", {}),
        ("ptz_delete_preset", {}),
        ("ptz_cruise", {"preset": "Round"}),
    ],
)
async def test_wrong_data(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, action: str, data: dict[str, Any]
) -> None:
    """Refuse what does not fit before anything is sent."""
    entry = await set_up(camera)
    with pytest.raises(probatio.Invalid):
        await call(hass, action, {"device_id": device_id(hass, entry, camera)}, **data)
    assert sent(camera) == []


@pytest.mark.parametrize("duration", [0.1, "0.1", {"milliseconds": 100}, timedelta(seconds=0.1)])
async def test_durations(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, duration: Any) -> None:
    """Take a duration in every form that Home Assistant takes."""
    entry = await set_up(camera)
    await call(hass, "ptz_move", {"device_id": device_id(hass, entry, camera)}, direction="up", duration=duration)
    assert movements(camera) == [(1, "Up"), (1, "Stop")]


@pytest.mark.parametrize(
    ("wanted", "preset"),
    [
        ("Gate", 1),
        (" gate ", 1),
        ("GATE", 1),
        (4, 4),
        ("4", 4),
        ("04", 4),
        ("2", 9),
        (2, 9),
        ("9", 9),
        ("Yard (2)", 5),
        ("yard", 4),
        ("7", 7),
    ],
)
async def test_names_and_numbers(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, wanted: str | int, preset: int
) -> None:
    """Find a preset by name, in any case, else by number; a name that looks like a number is a name."""
    camera.presets = {1: "Gate", 2: "Street", 4: "Yard", 5: "Yard", 7: "", 9: "2"}
    entry = await set_up(camera)
    await call(hass, "ptz_goto_preset", {"device_id": device_id(hass, entry, camera)}, preset=wanted)
    assert camera.ptz_log == [(1, "preset", preset)]


@pytest.mark.parametrize(
    ("action", "data", "words"),
    [
        ("ptz_goto_preset", {"preset": "Roof"}, "Gate camera has no preset “Roof”. It has: Gate, Street"),
        ("ptz_goto_preset", {"preset": 3}, "no preset “3”"),
        ("ptz_goto_preset", {"preset": "9" * 5000}, "no preset"),
        ("ptz_goto_preset", {"preset": "0"}, "no preset “0”"),
        ("ptz_delete_preset", {"preset": "Gat"}, "no preset “Gat”. It has: Gate, Street"),
        ("ptz_cruise", {"cruise": "stop"}, "Gate camera has no cruise “stop”. It has: Round"),
        ("ptz_cruise", {"cruise": "2"}, "no cruise “2”"),
        ("ptz_save_preset", {"name": ""}, "1 to 10 characters"),
        ("ptz_save_preset", {"name": "   "}, "1 to 10 characters"),
        ("ptz_save_preset", {"name": "Front doors"}, "1 to 10 characters"),
        ("ptz_save_preset", {"name": "a\nb"}, "1 to 10 characters"),
        ("ptz_save_preset", {"name": "a\x00"}, "1 to 10 characters"),
        ("ptz_save_preset", {"name": " gate"}, "Gate camera has a preset “gate” already"),
    ],
)
async def test_mistakes(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, action: str, data: dict[str, Any], words: str
) -> None:
    """Say what is wrong and what there is, and send no order."""
    entry = await set_up(camera)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, action, {"device_id": device_id(hass, entry, camera)}, **data)
    assert words in str(caught.value)
    assert sent(camera) == []


async def test_no_presets(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Say so where there is nothing to choose from."""
    camera.presets = {}
    entry = await set_up(camera)
    with pytest.raises(ServiceValidationError, match="It has: -"):
        await call(hass, "ptz_goto_preset", {"device_id": device_id(hass, entry, camera)}, preset="Gate")


async def test_lists_follow(hass: HomeAssistant, set_up: SetUp, later: Later, camera: IpcV2Simulator) -> None:
    """Show a saved and a deleted preset at once in the choice of presets."""
    entry = await set_up(camera)
    target = {"device_id": device_id(hass, entry, camera)}
    await hass.async_block_till_done(wait_background_tasks=True)
    await call(hass, "ptz_save_preset", target, name="Door")
    assert options(hass, camera, "ptz_preset") == ["Gate", "Street", "Door"]
    await call(hass, "ptz_delete_preset", target, preset="Street")
    assert options(hass, camera, "ptz_preset") == ["Gate", "Door"]
    camera.presets[2] = "Yard"
    await call(hass, "ptz_goto_preset", target, preset="Yard")
    assert options(hass, camera, "ptz_preset") == ["Gate", "Door", "Yard"]


@pytest.mark.parametrize(
    ("action", "deaf"), [("ptz_save_preset", "add_preset"), ("ptz_delete_preset", "delete_preset")]
)
async def test_ignored(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, action: str, deaf: str) -> None:
    """Tell the user when a device accepts a change and does not make it."""
    camera.ptz_deaf = {deaf}
    entry = await set_up(camera)
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, action, {"device_id": device_id(hass, entry, camera)}, **SOME_DATA[action])
    assert caught.value.translation_key == "ignored"


@pytest.mark.parametrize("action", list(SOME_DATA))
async def test_only_administrators_change_presets(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, action: str
) -> None:
    """Let anybody who may control the camera move it, but only administrators change its presets."""
    entry = await set_up(camera)
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    user = Context(user_id=MockUser(groups=[group]).add_to_hass(hass).id)
    is_for_administrators = action in ("ptz_save_preset", "ptz_delete_preset")
    with pytest.raises(Unauthorized) if is_for_administrators else nullcontext():
        await call(hass, action, {"device_id": device_id(hass, entry, camera)}, context=user, **SOME_DATA[action])
    assert (sent(camera) == []) is is_for_administrators


async def test_targets(hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall) -> None:
    """Move the cameras of entities and of a recorder's channels at once; neither the recorder itself nor a wall."""
    async with IpcV1Simulator() as camera, NvrV1Simulator() as recorder, ThinClientSimulator() as wall:
        recorder.ptz_channels = {1, 3}
        entry = await set_up(camera)
        other = await set_up(recorder)
        await set_up_wall(wall)
        entities = [entity_id(hass, camera, "event.detection"), entity_id(hass, recorder, "camera.sub", 3)]
        answer = await call(hass, "ptz_goto_preset", {"entity_id": entities}, asks=True, preset="Street")
        assert set(answer) == {device_id(hass, entry, camera), device_id(hass, other, recorder, 3)}
        assert (camera.position, recorder.position) == ({1: 2}, {3: 2})
        camera.presets = {1: "Gate"}
        with pytest.raises(ServiceValidationError, match="Yard camera has no preset “Street”"):
            await call(hass, "ptz_goto_preset", {"entity_id": entities}, preset="Street")
        assert recorder.ptz_log == [(3, "preset", 2)]
        for target, key in (
            (device_id(hass, other, recorder), "choose_channel"),
            (registered(hass, wall, "select.panel").device_id, "wall_target"),
        ):
            with pytest.raises(ServiceValidationError) as caught:
                await call(hass, "ptz_move", {"device_id": target}, direction="up")
            assert caught.value.translation_key == key
        assert sent(recorder) == ["PtzGotoPreset"]


@pytest.mark.parametrize("action", list(SOME_DATA))
@pytest.mark.parametrize("shape", list(Shape))
async def test_camera_that_does_not_move(hass: HomeAssistant, set_up: SetUp, action: str, shape: Shape) -> None:
    """Tell the user what the device said; one channel's failure leaves the other alone."""
    async with NvrV2Simulator(shape=shape) as recorder:
        recorder.ptz_channels = {2}
        entry = await set_up(recorder)
        moves, stands = (device_id(hass, entry, recorder, number) for number in (2, 3))
        with pytest.raises(HomeAssistantError) as caught:
            await call(hass, action, {"device_id": stands}, **SOME_DATA[action])
        assert caught.value.translation_key == "no_ptz"
        assert recorder.ptz_log == []
        answer = await call(hass, action, {"device_id": [moves, stands]}, asks=True, **SOME_DATA[action])
        assert set(answer[stands]) == {"error"}
        assert "error" not in answer[moves]


async def test_wrong_password(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Spend one login on a changed password, whatever is asked for."""
    entry = await set_up(camera)
    camera.password = "another-One-8"
    for _ in range(3):
        with pytest.raises(HomeAssistantError, match="refused the stored password"):
            await call(hass, "ptz_move", {"device_id": device_id(hass, entry, camera)}, direction="up")
    assert camera.refused_logins == 1
    assert camera.ptz_log == []


async def test_without_any_device(hass: HomeAssistant) -> None:
    """Know the actions before there is a device, so that automations can be checked."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert set(SOME_DATA) <= set(hass.services.async_services()[DOMAIN])


async def test_caps_refused(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Take the usual speeds where the device does not tell its own."""
    camera.faults = Faults(error_code=1, only={"PtzGetCaps"})
    entry = await set_up(camera)
    target = {"device_id": device_id(hass, entry, camera)}
    await call(hass, "ptz_move", target, direction="up", speed=100, duration=0.1)
    assert camera.ptz_log == [(1, "Up", 8), (1, "Stop", 8)]
