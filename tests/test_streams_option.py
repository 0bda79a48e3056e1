"""Which of a device's streams are cameras in Home Assistant."""

from http import HTTPStatus

from homeassistant.components.camera import async_get_stream_source
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.acting import ask
from tests.choosing import choose, open_form, shown, submit
from tests.conftest import SetUp, SetUpWall
from tests.pushing import entity_id, find, state
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.thin_client import ThinClientSimulator

KINDS = [(IpcV1Simulator, None), (IpcV2Simulator, None), (NvrV1Simulator, 2), (NvrV2Simulator, 2)]
CAMERAS = {"main": "camera.main", "sub": "camera.sub"}


@pytest.mark.parametrize(("kind", "channel"), KINDS)
@pytest.mark.parametrize(("chosen", "other"), [("main", "sub"), ("sub", "main")])
async def test_one_stream(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    channel: int | None,
    chosen: str,
    other: str,
) -> None:
    """Remove the camera of the other stream, show pictures and video of this one, and bring the other one back."""
    async with kind() as device:
        entry = await set_up(device)
        assert shown(await open_form(hass, entry))["streams"] == ["main", "sub"]
        gone = entity_id(hass, device, CAMERAS[other], channel)
        er.async_get(hass).async_update_entity(gone, new_entity_id="camera.lane", name="The lane")
        await choose(hass, entry, streams=[chosen])
        assert entry.options == {"hold_time": 10, "streams": [chosen]}
        assert shown(await open_form(hass, entry))["streams"] == [chosen]
        assert find(hass, device, CAMERAS[other], channel) is None
        assert hass.states.get("camera.lane") is None
        assert state(hass, device, CAMERAS[chosen], channel).state == "idle"
        left = entity_id(hass, device, CAMERAS[chosen], channel)
        response = await (await hass_client()).get(f"/api/camera_proxy/{left}")
        assert response.status == HTTPStatus.OK
        assert (await response.read()).startswith(b"\xff\xd8\xff")
        source = await async_get_stream_source(hass, left)
        assert source is not None
        assert source.startswith("rtsp://")
        # It stays like that.
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert find(hass, device, CAMERAS[other], channel) is None

        await choose(hass, entry, streams=["sub", "main"])
        assert entry.options == {"hold_time": 10}
        assert entity_id(hass, device, CAMERAS[other], channel) == "camera.lane"
        lane = hass.states.get("camera.lane")
        assert lane is not None
        assert lane.name.endswith("The lane")
        assert lane.state == "idle"


async def test_hd_of_a_recorder_by_choice(hass: HomeAssistant, set_up: SetUp) -> None:
    """Enable HD, which is off by default beside SD, where it is all that the user wants."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        registry = er.async_get(hass)
        name = entity_id(hass, recorder, "camera.main", 3)
        assert hass.states.get(name) is None
        by_user = entity_id(hass, recorder, "camera.main", 4)
        registry.async_update_entity(by_user, disabled_by=er.RegistryEntryDisabler.USER)
        await choose(hass, entry, streams=["main"])
        assert state(hass, recorder, "camera.main", 3).state == "idle"
        disabled = registry.async_get(by_user)
        assert disabled is not None
        assert disabled.disabled_by is er.RegistryEntryDisabler.USER


async def test_new_channel_of_a_recorder(hass: HomeAssistant, set_up: SetUp) -> None:
    """Give a channel that comes later the chosen stream, and nothing else."""
    async with NvrV2Simulator() as recorder:
        channels = recorder.channels
        recorder.channels = channels[:2]
        entry = await set_up(recorder)
        await choose(hass, entry, streams=["main"])
        recorder.channels = channels[:3]
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert state(hass, recorder, "camera.main", 3).state == "idle"
        assert find(hass, recorder, "camera.sub", 3) is None


async def test_one_at_least(hass: HomeAssistant, set_up: SetUp) -> None:
    """Say that one stream is needed, and show the form again with what was typed."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        form = await open_form(hass, entry)
        result = await submit(hass, form, hold_time=15, streams=[], hold_times={"face": 4})
        assert result["errors"] == {"streams": "choose_one"}
        assert shown(result)["streams"] == []
        assert shown(result)["hold_time"] == 15
        assert shown(result, "hold_times")["face"] == 4
        assert entry.options == {}
        await submit(hass, result, hold_time=15, streams=["sub"], hold_times={"face": 4})
        assert entry.options == {"hold_time": 15, "hold_times": {"face": 4}, "streams": ["sub"]}


@pytest.mark.parametrize("chosen", ["main", "sub"])
async def test_wall_gets_both_streams(hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, chosen: str) -> None:
    """Give a Thin Client all streams of a camera, whichever of them is a camera here."""
    async with ThinClientSimulator() as wall, IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await set_up_wall(wall)
        await choose(hass, entry, streams=[chosen])
        answer = await ask(hass, "add_camera", wall, camera_entity=entity_id(hass, camera, CAMERAS[chosen]))
        added = wall.direct_cameras[-1]
        assert added.id == answer["camera_id"]
        assert len(added.streams) == 2
