"""What a device tells at another place than the first that is asked: names, inputs and outputs, live video."""

from homeassistant.components.camera import async_get_stream_source
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from tests.conftest import SetUp
from tests.pushing import device_id, entity_id, find, state
from tests.simulators import answers, answers_video
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Answer, Request, Shape, SimInput
from tests.simulators.xml_text import leaf


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_channel_is_named_in_its_picture(
    hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Call a channel that the list leaves nameless by the name in its picture, which is asked for once."""
    async with kind() as recorder:

        def image_osd(request: Request) -> Answer:
            return Answer(body=answers_video.image_osd(recorder.config_version, f"Yard {request.channel}"))

        recorder.channels[0].name = ""
        recorder.commands["GetImageOsdConfig"] = image_osd
        entry = await set_up(recorder)
        device = dr.async_get(hass).async_get(device_id(hass, entry, recorder, 1))
        assert device is not None
        assert device.name == "Yard 1"
        asked = [request for request in recorder.requests if request.command == "GetImageOsdConfig"]
        assert len([request for request in asked if request.channel == 1 and request.authorised]) == 1


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(("kind", "count"), [(NvrV1Simulator, 1), (NvrV2Simulator, 0)])
async def test_listed_outputs(
    hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], count: int, inside: bool
) -> None:
    """Have a switch for each output in the list, whatever an old recorder counts, and where a newer one counts none."""
    async with kind() as recorder:
        items = [leaf("item", number) for number in (1, 2, 3)]
        body = answers.id_list(recorder.config_version, "alarmOutIDList", items, inside=inside)
        recorder.commands["GetAlarmOutList"] = lambda _request: Answer(body=body)
        recorder.has_output_list = True
        recorder.alarm_out_count = count
        await set_up(recorder)
        numbers = [number for number in range(9) if find(hass, recorder, f"switch.alarm_output_{number}")]
        assert numbers == [1, 2, 3]
        assert state(hass, recorder, "switch.alarm_output_3").state == "unknown"


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_listed_inputs(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape) -> None:
    """Have a binary sensor for each input in the list, whatever is counted, named by the input's own settings."""
    async with kind(shape=shape) as recorder:
        recorder.alarm_inputs = [SimInput(id=2, name="Bell"), SimInput(id=5, name="Back door")]
        await set_up(recorder)
        numbers = [number for number in range(20) if find(hass, recorder, f"binary_sensor.alarm_input_{number}")]
        assert numbers == [2, 5]
        names = [state(hass, recorder, f"binary_sensor.alarm_input_{number}").name for number in numbers]
        assert names == [f"{recorder.name} Bell", f"{recorder.name} Back door"]


@pytest.mark.parametrize("shape", list(Shape))
async def test_streams_told_by_their_caps(hass: HomeAssistant, set_up: SetUp, shape: Shape) -> None:
    """Take path and port of the live video from where an old camera tells both, if it tells them nowhere else."""
    async with IpcV1Simulator(shape=shape) as camera:
        camera.rtsp_port = 10554
        camera.streams[1].name = "second/low"
        for command in ("GetVideoStreamConfig", "GetPortConfig"):
            del camera.commands[command]
        await set_up(camera)
        source = await async_get_stream_source(hass, entity_id(hass, camera, "camera.sub"))
        asked = [request.command for request in camera.requests]
    assert source == f"rtsp://{camera.username}:{camera.password}@127.0.0.1:10554/second/low"
    assert "GetStreamCaps" in asked
