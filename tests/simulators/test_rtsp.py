"""Read the simulated devices' live pictures the way Home Assistant does."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice, pairwise
from typing import Any, Literal

import av
from homeassistant.components.stream.worker import (
    PeekIterator,
    TimestampValidator,
    repair_initial_missing_dts,
)
from PIL import Image
import pytest

from tests.simulators.pictures import draw_face, draw_person, draw_plate, draw_scene
from tests.simulators.rtsp import (
    FRAMES_PER_SECOND,
    MAIN_SIZE,
    SUB_SIZE,
    NvrForm,
    RtspSimulator,
    camera_streams,
    nvr_path,
    nvr_streams,
)

# What Home Assistant's stream component hands to PyAV for a camera read over TCP.
OPTIONS = {"rtsp_flags": "prefer_tcp", "timeout": "5000000", "rtsp_transport": "tcp"}
# At five frames a second PyAV would otherwise study the frame rate for its full five seconds.
QUICK = OPTIONS | {"fpsprobesize": "0", "analyzeduration": "300000"}
USER, PASSWORD = "viewer", "pass word/1"
URL_USER = "viewer:pass%20word%2F1"
CAMERA = camera_streams("Driveway gate")

type Packet = av.Packet[av.VideoStream]

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def camera() -> AsyncIterator[RtspSimulator]:
    """Run the RTSP server of a camera."""
    server = RtspSimulator(username=USER, password=PASSWORD, streams=CAMERA)
    await server.start()
    yield server
    await server.stop()


def _demux(url: str, count: int, options: dict[str, str]) -> list[Packet]:
    """Read packets until `count` of them have come."""
    packets: list[Packet] = []
    with av.open(url, options=options, timeout=5) as container:
        for packet in container.demux(container.streams.video[0]):
            packets.append(packet)
            if len(packets) == count:
                break
    return packets


def _decode(url: str, count: int) -> list[Any]:
    """Read and decode frames into RGB arrays."""
    frames: list[Any] = []
    with av.open(url, options=QUICK, timeout=5) as container:
        for frame in container.decode(video=0):
            frames.append(frame.to_ndarray(format="rgb24"))
            if len(frames) == count:
                break
    return frames


async def _settles(condition: Callable[[], bool], seconds: float = 5) -> bool:
    """Wait for a condition and say whether it came true in time."""
    for _ in range(round(seconds / 0.02)):
        if condition():
            return True
        await asyncio.sleep(0.02)
    return False


async def _ask(server: RtspSimulator, *lines: str) -> str:
    """Send one request by hand and return the head of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    token = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    writer.write("\r\n".join((*lines, "CSeq: 7", f"Authorization: Basic {token}", "", "")).encode())
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.close()
    return answer.decode()


@pytest.mark.parametrize(("path", "size"), [("/profile1", MAIN_SIZE), ("/profile2", SUB_SIZE)])
async def test_camera_picture_is_live(camera: RtspSimulator, path: str, size: tuple[int, int]) -> None:
    """Frames have the stream's size and differ from each other."""
    frames = await asyncio.to_thread(_decode, f"rtsp://{URL_USER}@127.0.0.1:{camera.port}{path}", 6)
    assert [frame.shape for frame in frames] == [(size[1], size[0], 3)] * 6
    assert all((before != after).any() for before, after in pairwise(frames))
    assert frames[0].std() > 20


@pytest.mark.parametrize(("form", "auth"), [("slash", "digest"), ("query", "basic"), ("root_query", "digest")])
async def test_nvr_paths(form: NvrForm, auth: Literal["basic", "digest"]) -> None:
    """Every form of NVR path is readable where the firmware knows it, and only that one."""
    server = RtspSimulator(
        username=USER, password=PASSWORD, auth=auth, streams=nvr_streams({1: "Front door", 2: "Parking"}, form)
    )
    await server.start()
    try:
        base = f"rtsp://{URL_USER}@127.0.0.1:{server.port}"
        frames = await asyncio.to_thread(_decode, base + nvr_path(2, "sub", form), 5)
        assert frames[0].shape == (360, 640, 3)
        other: NvrForm = "query" if form == "slash" else "slash"
        with pytest.raises(av.HTTPNotFoundError):
            await asyncio.to_thread(_demux, base + nvr_path(2, "sub", other), 1, QUICK)
    finally:
        await server.stop()


async def test_packets_suit_home_assistant(camera: RtspSimulator) -> None:
    """Home Assistant's own checks pass every packet: keyframe first, rising dts in real time, pts equal to dts."""

    def read(url: str) -> list[tuple[int | None, int | None, bool]]:
        with av.open(url, options=OPTIONS, timeout=5) as container:
            packets = PeekIterator(container.demux(container.streams.video[0]))
            # FFmpeg gives the first packet of an RTSP stream no time; Home Assistant repairs exactly that.
            repair_initial_missing_dts(packets)
            is_valid = TimestampValidator(90_000, 1).is_valid
            wanted = list(islice(packets, 3 * FRAMES_PER_SECOND))
            assert all(is_valid(packet) for packet in wanted)
            return [(packet.pts, packet.dts, packet.is_keyframe) for packet in wanted]

    seen = await asyncio.to_thread(read, f"rtsp://{URL_USER}@127.0.0.1:{camera.port}/profile2")
    assert [index for index, (_, _, is_key) in enumerate(seen) if is_key] == [0, 2 * FRAMES_PER_SECOND]
    assert all(pts == dts for pts, dts, _ in seen[1:])
    first, last = seen[0][1], seen[-1][1]
    assert first is not None
    assert last is not None
    assert (last - first) / 90_000 == pytest.approx(14 / FRAMES_PER_SECOND, abs=0.5)


async def test_viewers_share_an_encoder(camera: RtspSimulator) -> None:
    """One encoder serves all viewers of a path, and none runs when nobody watches."""
    url = f"rtsp://{URL_USER}@127.0.0.1:{camera.port}/profile2"
    assert camera.running_encoders == 0
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(asyncio.to_thread(_demux, url, 8, QUICK))
        assert await _settles(lambda: camera.running_encoders == 1)
        assert not await _settles(lambda: camera.running_encoders > 1, seconds=0.5)
    assert await _settles(lambda: camera.running_encoders == 0)


@pytest.mark.parametrize("auth", ["basic", "digest"])
async def test_wrong_password_is_refused(auth: Literal["basic", "digest"]) -> None:
    """A wrong password and an unknown user end in 401."""
    server = RtspSimulator(username=USER, password=PASSWORD, streams=CAMERA, auth=auth)
    await server.start()
    try:
        for user in ("viewer:wrong", "nobody:pass%20word%2F1"):
            with pytest.raises(av.HTTPUnauthorizedError):
                await asyncio.to_thread(_demux, f"rtsp://{user}@127.0.0.1:{server.port}/profile1", 1, QUICK)
    finally:
        await server.stop()


async def test_unknown_path_is_404(camera: RtspSimulator) -> None:
    """A path the device has not ends in 404."""
    with pytest.raises(av.HTTPNotFoundError):
        await asyncio.to_thread(_demux, f"rtsp://{URL_USER}@127.0.0.1:{camera.port}/profile9", 1, QUICK)


async def test_protocol_by_hand() -> None:
    """UDP is refused with 461, PLAY without SETUP with 454, and strange methods with 501."""
    server = RtspSimulator(username=USER, password=PASSWORD, streams=CAMERA, auth="basic")
    await server.start()
    try:
        url = f"rtsp://127.0.0.1:{server.port}/profile1"
        udp = await _ask(server, f"SETUP {url}/trackID=1 RTSP/1.0", "Transport: RTP/AVP;unicast;client_port=5000-5001")
        assert udp.startswith("RTSP/1.0 461 ")
        tcp = await _ask(server, f"SETUP {url}/trackID=1 RTSP/1.0", "Transport: RTP/AVP/TCP;unicast;interleaved=4-5")
        assert "interleaved=4-5" in tcp
        assert "CSeq: 7" in tcp
        assert (await _ask(server, f"PLAY {url} RTSP/1.0")).startswith("RTSP/1.0 454 ")
        assert (await _ask(server, f"RECORD {url} RTSP/1.0")).startswith("RTSP/1.0 501 ")
        assert (await _ask(server, f"GET_PARAMETER {url} RTSP/1.0")).startswith("RTSP/1.0 200 ")
    finally:
        await server.stop()


@pytest.mark.parametrize("title", ["Driveway gate", "Front door", "Back yard", "Parking", "Warehouse", "Camera 7"])
@pytest.mark.parametrize("hour", [1, 19])
def test_scenes_are_deterministic(title: str, hour: int) -> None:
    """Equal arguments give equal JPEG bytes of the size asked for; a subject changes the picture."""
    moment = datetime(2026, 5, 6, hour, 8, 9, tzinfo=UTC)
    empty = draw_scene(title=title, moment=moment, size=(640, 360))
    assert empty == draw_scene(title=title, moment=moment, size=(640, 360))
    assert Image.open(BytesIO(empty)).size == (640, 360)
    assert empty != draw_scene(title=title, moment=moment, plate="VWL 2048", size=(640, 360))


def test_crops() -> None:
    """Crops are JPEG of their default sizes."""
    sizes = [Image.open(BytesIO(crop)).size for crop in (draw_plate("VWL 2048"), draw_person(), draw_face())]
    assert sizes == [(176, 100), (336, 448), (184, 184)]
