"""Moving cameras on the wire: movements, presets and cruises, against the simulated devices and against odd answers."""

import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronCommandError,
    ViewtronIgnoredError,
    ViewtronNotSupportedError,
)
from custom_components.viewwall.viewtron.models import DeviceKind
from custom_components.viewwall.viewtron.ptz import PtzMove, PtzPlace, PtzSpeeds
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.ptz import ACTIONS
from tests.simulators.state import Auth, Shape

from .conftest import MakeClient
from .scripted import CAMERA, NVR_V2, Reply, ScriptedDevice, config, failed

SIMULATORS = (IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator)

every_device = pytest.mark.parametrize("shape", list(Shape))
every_kind = pytest.mark.parametrize("simulator", SIMULATORS)


def make_device(simulator: type[ViewtronSimulator], shape: Shape = Shape.DOCUMENTED) -> tuple[ViewtronSimulator, int]:
    """Make a device with one camera that moves, and return that camera's channel."""
    device = simulator(shape=shape)
    channel = 2 if device.nvr else 1
    device.ptz_channels, device.has_ptz = {channel}, True
    return device, channel


def changes(device: ViewtronSimulator) -> list[str]:
    """Return the commands so far that were more than questions."""
    return [
        "/".join(filter(None, (request.command, str(request.channel or ""), request.action)))
        for request in device.requests
        if request.authorised and not request.command.startswith(("Get", "PtzGet"))
    ]


@every_kind
@every_device
async def test_movement(make_client: MakeClient, simulator: type[ViewtronSimulator], shape: Shape) -> None:
    """Move in every direction until the stop; the number of a camera's only channel is left out."""
    device, channel = make_device(simulator, shape)
    async with device:
        client = make_client(device.port)
        assert await client.ptz.speeds(channel) == PtzSpeeds(1, 8)
        for move in PtzMove:
            await client.ptz.move(channel, move, 3)
            assert device.moving == {channel: (move.value, 3)}
            await client.ptz.stop(channel, 3)
            assert device.moving == {}
        assert {action for _, action, _ in device.ptz_log} == ACTIONS
        place = f"PtzControl/{channel}" if device.nvr else "PtzControl"
        assert changes(device) == [f"{place}/{word}" for move in PtzMove for word in (move.value, "Stop")]


@every_kind
@every_device
async def test_presets(make_client: MakeClient, simulator: type[ViewtronSimulator], shape: Shape) -> None:
    """List, save, visit and delete presets; the id of a new one is found by reading again."""
    device, channel = make_device(simulator, shape)
    async with device:
        ptz = make_client(device.port).ptz
        assert await ptz.presets(channel) == (PtzPlace(1, "Gate"), PtzPlace(2, "Street"))
        assert await ptz.save_preset(channel, "A<&]]>'Ü\"0") == 3
        assert device.presets_of(channel)[3] == "A<&]]>'Ü\"0"
        assert (await ptz.presets(channel))[-1] == PtzPlace(3, "A<&]]>'Ü\"0")
        await ptz.goto_preset(channel, 2)
        assert device.position == {channel: 2}
        await ptz.delete_preset(channel, 1)
        assert list(device.presets_of(channel)) == [2, 3]
        assert await ptz.save_preset(channel, "Street") == 1


@every_kind
@pytest.mark.parametrize("layout", ["attribute", "child"])
async def test_cruises(make_client: MakeClient, simulator: type[ViewtronSimulator], layout: str) -> None:
    """Read both guesses at the list that no document prints; start and end a cruise."""
    device, channel = make_device(simulator)
    device.cruises = {2: "Round", 5: "Fence"}
    device.cruises_by = "child" if layout == "child" else "attribute"
    async with device:
        ptz = make_client(device.port).ptz
        assert await ptz.cruises(channel) == (PtzPlace(2, "Round"), PtzPlace(5, "Fence"))
        await ptz.run_cruise(channel, 5)
        assert device.cruising == {channel: 5}
        await ptz.stop_cruise(channel)
        assert device.cruising == {}


async def test_digest(make_client: MakeClient) -> None:
    """Move a camera that wants Digest, as the maker's own sample does."""
    async with IpcV2Simulator(auth=Auth.DIGEST) as device:
        await make_client(device.port).ptz.move(1, PtzMove.LEFT, 4)
        assert device.moving == {1: ("Left", 4)}
        assert device.refused_logins == 0


@pytest.mark.parametrize(("percent", "speed"), [(1, 1), (50, 4), (51, 5), (100, 8), (0, 1), (-3, 1), (500, 8)], ids=str)
def test_speeds(percent: int, speed: int) -> None:
    """Spread percents over the device's range, its ends included."""
    assert PtzSpeeds(1, 8).of(percent) == speed
    assert PtzSpeeds(1, 100).of(percent) == max(1, min(percent, 100))
    assert PtzSpeeds(7, 7).of(percent) == 7


@pytest.mark.parametrize(
    ("answer", "speeds"),
    [
        (config("<caps><controlMinSpeed>0</controlMinSpeed><controlMaxSpeed>63</controlMaxSpeed></caps>"), (0, 63)),
        (config("<caps><controlMinSpeed>9</controlMinSpeed><controlMaxSpeed>4</controlMaxSpeed></caps>"), (1, 8)),
        (config("<caps><controlMaxSpeed>fast</controlMaxSpeed></caps>"), (1, 8)),
        (config(), (1, 8)),
        (Reply(failed(1), 400), (1, 8)),
    ],
)
async def test_capabilities(make_client: MakeClient, answer: Reply | bytes, speeds: tuple[int, int]) -> None:
    """Take the usual range where the device tells none, and ask once only."""
    async with ScriptedDevice({"PtzGetCaps": answer}) as device:
        client = make_client(device.port)
        client.use(CAMERA)
        for _ in range(2):
            assert await client.ptz.speeds(1) == PtzSpeeds(*speeds)
        assert device.paths == ["PtzGetCaps"]


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ('<presetInfo maxCount="360"><itemType maxLen="10"/></presetInfo>', ()),
        ('<presetInfo><item id="3"> <![CDATA[ Gate ]]>\n</item><item id="3">Twice</item></presetInfo>', [(3, "Gate")]),
        ('<presetInfo/><itemType/><item id="1">Beside</item>', [(1, "Beside")]),
        ('<presetInfo><item id="7"/></presetInfo>', [(7, None)]),
        ('<presetInfo><item id="x">Odd</item><item id="2">12</item></presetInfo>', [(2, "12")]),
        ("<list><item><presetId>4</presetId><presetName>Yard</presetName></item></list>", [(4, "Yard")]),
        (
            '<presetInfo><item id="1"><name>Round</name><stops><item id="9">Gate</item></stops></item></presetInfo>',
            [(1, "Round")],
        ),
    ],
)
async def test_odd_lists(make_client: MakeClient, content: str, places: list[tuple[int, str | None]]) -> None:
    """Read lists as tolerantly as their documents contradict each other."""
    async with ScriptedDevice({"PtzGetPresets/4": config(content)}) as device:
        client = make_client(device.port)
        client.use(NVR_V2)
        assert await client.ptz.presets(4) == tuple(PtzPlace(*place) for place in places)


async def test_empty_list_as_an_error(make_client: MakeClient) -> None:
    """Take code 20 for an empty list, and every other refusal for one."""
    async with ScriptedDevice({"PtzGetPresets/4": Reply(failed(20), 400)}) as device:
        client = make_client(device.port)
        client.use(NVR_V2)
        assert await client.ptz.presets(4) == ()
        with pytest.raises(ViewtronNotSupportedError):
            await client.ptz.cruises(4)


async def test_what_a_device_accepts_and_does_not_do(make_client: MakeClient) -> None:
    """Find out by reading again that a preset was not saved or not deleted."""
    device, channel = make_device(NvrV2Simulator)
    device.ptz_deaf = {"add_preset", "delete_preset"}
    async with device:
        ptz = make_client(device.port).ptz
        with pytest.raises(ViewtronIgnoredError):
            await ptz.save_preset(channel, "Door")
        with pytest.raises(ViewtronIgnoredError):
            await ptz.delete_preset(channel, 1)
        assert changes(device) == ["PtzAddPreset/2", "PtzDeletePreset/2"]


@every_kind
async def test_refusals(make_client: MakeClient, simulator: type[ViewtronSimulator]) -> None:
    """Tell a full list, an unknown preset and a camera that does not move apart from success."""
    device, channel = make_device(simulator)
    device.ptz_caps["presetMaxCount"] = 2
    async with device:
        client: ViewtronClient = make_client(device.port)
        with pytest.raises(ViewtronCommandError, match="code 19"):
            await client.ptz.save_preset(channel, "Door")
        with pytest.raises(ViewtronCommandError, match="code 16"):
            await client.ptz.goto_preset(channel, 9)
        device.ptz_channels, device.has_ptz, device.ptz_refused = set(), False, True
        with pytest.raises(ViewtronNotSupportedError):
            await client.ptz.move(channel, PtzMove.UP, 1)
        assert device.ptz_log == []


async def test_which_channels_move(make_client: MakeClient) -> None:
    """Read from a recorder's list which cameras move; the first generation tells nothing."""
    async with NvrV2Simulator() as recorder:
        recorder.ptz_channels = {2, 5}
        channels = await make_client(recorder.port).channels()
        assert [channel.id for channel in channels if channel.can_move] == [2, 5]
        assert {channel.kind for channel in channels} == {"normal", "ptz"}
    async with NvrV1Simulator() as recorder:
        recorder.ptz_channels = {2}
        channels = await make_client(recorder.port).channels()
        assert {channel.kind for channel in channels} == {None}
    listed = config(
        "<channelList><item><channelId>1</channelId><attribute type='channelType'>4PTZFusion</attribute></item>"
        "<item><channelId>2</channelId><attribute>Thermal</attribute></item></channelList>"
    )
    async with ScriptedDevice({"GetChannelInfo": listed}) as device:
        client = make_client(device.port)
        client.use(NVR_V2)
        assert [channel.can_move for channel in await client.list_channels(DeviceKind.NVR_V2.is_v2)] == [True, False]
