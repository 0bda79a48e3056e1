"""Snapshots and live addresses of cameras and recorders."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import override
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.camera import Camera, async_get_stream_source
from homeassistant.components.camera.const import CameraEntityFeature
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import SetUp
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.rtsp import NvrForm, RtspSimulator, Stream, nvr_path, nvr_streams
from tests.simulators.state import Faults, Shape

JPEG = b"\xff\xd8\xff"
STREAM_COMMANDS = {"GetVideoStreamConfig", "GetStreamCaps", "GetPortConfig"}
PASSWORD = "p@ss/w:rd #1"
LOGIN = "viewer%40home:p%40ss%2Fw%3Ard%20%231"


class Watched(Mapping[str, Stream]):
    """The paths of an RTSP server, which remember what was asked for."""

    def __init__(self, streams: Mapping[str, Stream]) -> None:
        """Watch these streams."""
        self._streams = streams
        self.asked: list[str] = []

    @override
    def __getitem__(self, path: str) -> Stream:
        self.asked.append(path)
        return self._streams[path]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._streams)

    @override
    def __len__(self) -> int:
        return len(self._streams)


@asynccontextmanager
async def rtsp_of(recorder: ViewtronSimulator, form: NvrForm) -> AsyncIterator[Watched]:
    """Serve a recorder's live video in one form of path alone."""
    streams = Watched(nvr_streams({channel.id: channel.name for channel in recorder.channels}, form))
    server = RtspSimulator(username=recorder.username, password=recorder.password, streams=streams)
    await server.start()
    recorder.rtsp_port = server.port
    try:
        yield streams
    finally:
        await server.stop()


def camera_of(hass: HomeAssistant, unique_id: str) -> str:
    """Return the entity id of a camera."""
    entity_id = er.async_get(hass).async_get_entity_id("camera", DOMAIN, unique_id)
    assert entity_id is not None, unique_id
    return entity_id


def count(device: ViewtronSimulator, command: str) -> int:
    """Count the answered requests with this command."""
    return sum(request.command == command and request.authorised for request in device.requests)


async def enable(hass: HomeAssistant, entry: ViewWallConfigEntry, unique_id: str) -> None:
    """Switch an entity on that is off by default."""
    er.async_get(hass).async_update_entity(camera_of(hass, unique_id), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


# Snapshots.


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize(
    ("kind", "key", "channel"),
    [
        # A camera's only channel need not be named.
        (IpcV1Simulator, "sub", None),
        (IpcV2Simulator, "main", None),
        (NvrV1Simulator, "2_sub", 2),
        (NvrV2Simulator, "6_sub", 6),
    ],
)
async def test_snapshot(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    key: str,
    channel: int | None,
    shape: Shape,
) -> None:
    """Show the picture that the device takes, of the right channel, by Home Assistant's own address."""
    async with kind(shape=shape) as device:
        await set_up(device)
        client = await hass_client()
        response = await client.get(f"/api/camera_proxy/{camera_of(hass, f'{device.mac}_{key}')}")
        assert response.status == HTTPStatus.OK
        assert (await response.read()).startswith(JPEG)
        taken = [request for request in device.requests if request.command == "GetSnapshot" and request.authorised]

    assert len(taken) == 1
    assert taken[0].channel == channel


async def test_viewers_share_a_snapshot(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ask the device once for all who look within 2 s, at HD and SD alike, and once more afterwards."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        client = await hass_client()
        addresses = [f"/api/camera_proxy/{camera_of(hass, f'{camera.mac}_{key}')}" for key in ("main", "sub")]
        responses = await asyncio.gather(*(client.get(address) for address in addresses * 4))
        assert {response.status for response in responses} == {HTTPStatus.OK}
        assert count(camera, "GetSnapshot") == 1
        freezer.tick(1.9)
        await client.get(addresses[0])
        assert count(camera, "GetSnapshot") == 1
        freezer.tick(0.2)
        await client.get(addresses[1])
        assert count(camera, "GetSnapshot") == 2


async def test_channels_have_snapshots_of_their_own(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Share nothing between channels."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        client = await hass_client()
        for channel in (1, 2, 1, 2):
            await client.get(f"/api/camera_proxy/{camera_of(hass, f'{recorder.mac}_{channel}_sub')}")

        assert count(recorder, "GetSnapshot") == 2


@pytest.mark.parametrize(
    "faults", [{"error_code": 1}, {"error_code": 7}, {"garbage": b"no picture"}, {"cut": True}, {"status": 503}]
)
async def test_no_snapshot(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, faults: dict[str, object]
) -> None:
    """Show no picture when the device gives none, and the next one when it does again."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        client = await hass_client()
        address = f"/api/camera_proxy/{camera_of(hass, f'{camera.mac}_sub')}"
        camera.faults = Faults(only={"GetSnapshot"}, **faults)  # type: ignore[arg-type]
        assert (await client.get(address)).status == HTTPStatus.INTERNAL_SERVER_ERROR
        state = hass.states.get(camera_of(hass, f"{camera.mac}_sub"))
        assert state is not None
        assert state.state != STATE_UNAVAILABLE
        camera.faults = Faults()
        with patch("custom_components.viewwall.video.SNAPSHOT_AGE", 0):
            assert (await client.get(address)).status == HTTPStatus.OK


async def test_channel_without_a_camera(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Show no picture of a channel whose camera is away, and say that it is."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        client = await hass_client()
        entity_id = camera_of(hass, f"{recorder.mac}_8_sub")
        state = hass.states.get(entity_id)
        assert state is not None
        assert state.state == STATE_UNAVAILABLE
        response = await client.get(f"/api/camera_proxy/{entity_id}")

        assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR


# Live addresses.


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_starting_asks_nothing_about_streams(
    hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Ask for no stream while entities are added: nobody looks yet."""
    async with kind() as device, rtsp_of(device, "slash") as streams:
        await set_up(device)
        await hass.async_block_till_done(wait_background_tasks=True)

        assert not STREAM_COMMANDS & {request.command for request in device.requests}
        assert streams.asked == []


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_camera_can_stream(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Offer live video, and name HD and SD."""
    async with kind() as camera:
        await set_up(camera)
        states = [hass.states.get(camera_of(hass, f"{camera.mac}_{key}")) for key in ("main", "sub")]

    for state, name in zip(states, ("HD", "SD"), strict=True):
        assert state is not None
        assert state.attributes["supported_features"] == CameraEntityFeature.STREAM
        assert state.name == f"{camera.name} {name}"


@pytest.mark.parametrize(
    ("kind", "shape", "port"),
    [
        (IpcV1Simulator, Shape.DOCUMENTED, 10554),
        (IpcV1Simulator, Shape.FIELD, 10554),
        # By the papers this generation tells no port.
        (IpcV2Simulator, Shape.DOCUMENTED, 554),
        (IpcV2Simulator, Shape.FIELD, 10554),
    ],
)
async def test_camera_address(
    hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape, port: int
) -> None:
    """Take the path from the device's own names, the port from the device, and encode the login."""
    async with kind(username="viewer@home", password=PASSWORD, shape=shape) as camera:
        camera.rtsp_port = 10554
        camera.streams[0].name = "primary"
        camera.streams[1].name = "second/low"
        await set_up(camera)
        main = await async_get_stream_source(hass, camera_of(hass, f"{camera.mac}_main"))
        sub = await async_get_stream_source(hass, camera_of(hass, f"{camera.mac}_sub"))

    assert main == f"rtsp://{LOGIN}@127.0.0.1:{port}/primary"
    assert sub == f"rtsp://{LOGIN}@127.0.0.1:{port}/second/low"


async def test_camera_is_asked_once(hass: HomeAssistant, set_up: SetUp) -> None:
    """Ask for the streams once for all viewers of HD and SD."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        ids = [camera_of(hass, f"{camera.mac}_{key}") for key in ("main", "sub")]
        await asyncio.gather(*(async_get_stream_source(hass, entity_id) for entity_id in ids * 5))

        assert count(camera, "GetVideoStreamConfig") == 1
        assert sum(count(camera, command) for command in STREAM_COMMANDS) <= 3


async def test_camera_that_names_nothing(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take the usual addresses where the device tells none, and its own as soon as it does."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        entity_id = camera_of(hass, f"{camera.mac}_sub")
        camera.streams[1].name = "low"
        camera.faults = Faults(status=503, only=STREAM_COMMANDS)
        assert await async_get_stream_source(hass, entity_id) == (
            f"rtsp://{camera.username}:{camera.password}@127.0.0.1:554/profile2"
        )
        camera.faults = Faults()
        source = await async_get_stream_source(hass, entity_id)

    assert source is not None
    assert source.endswith("/low")


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("form", ["slash", "query", "root_query"])
async def test_recorder_address_is_proven_once(hass: HomeAssistant, set_up: SetUp, form: NvrForm, shape: Shape) -> None:
    """Find out by asking which form of path the recorder serves, once for all its channels and streams."""
    async with (
        NvrV1Simulator(username="viewer@home", password=PASSWORD, shape=shape) as recorder,
        rtsp_of(recorder, form) as streams,
    ):
        entry = await set_up(recorder)
        await enable(hass, entry, f"{recorder.mac}_2_main")
        head = f"rtsp://{LOGIN}@127.0.0.1:{recorder.rtsp_port}"
        first = await async_get_stream_source(hass, camera_of(hass, f"{recorder.mac}_2_sub"))
        asked = len(streams.asked)
        assert 1 <= asked <= 4
        assert first == f"{head}{nvr_path(2, 'sub', form)}"
        main = await async_get_stream_source(hass, camera_of(hass, f"{recorder.mac}_2_main"))
        third = await async_get_stream_source(hass, camera_of(hass, f"{recorder.mac}_3_sub"))
        await async_get_stream_source(hass, camera_of(hass, f"{recorder.mac}_2_sub"))

        assert main == f"{head}{nvr_path(2, 'main', form)}"
        assert third == f"{head}{nvr_path(3, 'sub', form)}"
        assert len(streams.asked) == asked


async def test_refused_probe_is_not_repeated(hass: HomeAssistant, set_up: SetUp) -> None:
    """Send a login that the RTSP server refuses once, so that no account gets locked."""
    async with NvrV2Simulator(shape=Shape.FIELD) as recorder:
        tries = 0

        class Counting(RtspSimulator):
            """Count the logins."""

            @override
            def is_authorized(self, method: str, header: str, nonce: str) -> bool:
                nonlocal tries
                tries += bool(header)
                return super().is_authorized(method, header, nonce)

        server = Counting(username=recorder.username, password="another", streams={})
        await server.start()
        recorder.rtsp_port = server.port
        try:
            await set_up(recorder)
            for channel in (1, 2, 1):
                source = await async_get_stream_source(hass, camera_of(hass, f"{recorder.mac}_{channel}_sub"))
                assert source is not None
                assert f":{server.port}" in source
        finally:
            await server.stop()

    assert tries == 1


@pytest.mark.parametrize(
    ("kind", "key", "before", "behind"),
    [
        (IpcV2Simulator, "sub", "rtsp://", "/profile2"),
        (NvrV1Simulator, "1_sub", "ffmpeg:rtsp://", "/chID=1&streamType=sub#video=copy"),
        (NvrV2Simulator, "1_sub", "ffmpeg:rtsp://", "/chID=1&streamType=sub#video=copy"),
    ],
)
async def test_go2rtc_reads_recorders_through_ffmpeg(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    key: str,
    before: str,
    behind: str,
) -> None:
    """Give go2rtc the form that it can play, and Home Assistant's own stream the plain address, over TCP."""
    assert await async_setup_component(hass, "camera", {})
    assert await async_setup_component(hass, "websocket_api", {})
    async with kind(shape=Shape.FIELD) as device, rtsp_of(device, "slash"):
        await set_up(device)
        entity_id = camera_of(hass, f"{device.mac}_{key}")
        plain = await async_get_stream_source(hass, entity_id)
        hass.config.components.add("go2rtc")
        hass.config.components.add("stream")
        for_go2rtc = await async_get_stream_source(hass, entity_id)
        client = await hass_ws_client(hass)
        # Where it stands differs between the versions of Home Assistant.
        with patch(f"{Camera.__module__}.create_stream") as create:
            create.return_value.endpoint_url.return_value = "/api/hls/x/master_playlist.m3u8"
            create.return_value.available = True
            create.return_value.start.side_effect = _nothing
            await client.send_json_auto_id({"type": "camera/stream", "entity_id": entity_id})
            answer = await client.receive_json()
        for_hls, options = create.call_args.args[1], create.call_args.kwargs["options"]

    assert plain is not None
    assert plain.startswith("rtsp://")
    assert for_go2rtc is not None
    assert for_go2rtc.startswith(before)
    assert for_go2rtc.endswith(behind)
    assert answer["success"] is True
    assert for_hls == plain
    assert options["rtsp_transport"] == "tcp"


async def _nothing() -> None:
    """Start nothing."""


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_hd_of_recorders_is_off(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Leave HD of a recorder's channels off, and show it to who switches it on."""
    async with kind() as recorder:
        entry = await set_up(recorder)
        entity_id = camera_of(hass, f"{recorder.mac}_1_main")
        assert hass.states.get(entity_id) is None
        assert hass.states.get(camera_of(hass, f"{recorder.mac}_1_sub")) is not None
        await enable(hass, entry, f"{recorder.mac}_1_main")

        assert hass.states.get(entity_id) is not None


async def test_no_credentials_in_the_state(hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep the login out of states and attributes."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await async_get_stream_source(hass, camera_of(hass, f"{camera.mac}_sub"))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

        for state in hass.states.async_all():
            assert camera.password not in repr(state.as_dict())
