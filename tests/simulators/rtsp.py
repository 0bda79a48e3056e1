"""Serve drawn live pictures over RTSP as the devices do: RTP in the RTSP connection, H.264, Basic or Digest."""

import asyncio
import base64
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
import contextlib
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache, partial
import hashlib
import hmac
from io import BytesIO
import re
import secrets
import struct
import time
from typing import Literal, cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from PIL import Image, ImageDraw

from tests.simulators.pictures import paint_scene

type Picture = Callable[[datetime], Image.Image | bytes]
type NvrForm = Literal["slash", "query", "root_query"]

MAIN_SIZE = (1280, 720)
SUB_SIZE = (640, 360)
FRAMES_PER_SECOND = 5
_CLOCK_RATE = 90_000
_TICKS_PER_FRAME = _CLOCK_RATE // FRAMES_PER_SECOND
_KEYFRAME_EVERY = 2 * FRAMES_PER_SECOND
_REPORT_EVERY = 5 * FRAMES_PER_SECOND
_PAYLOAD_TYPE = 96
_MAX_PAYLOAD = 1400
_MAX_BACKLOG = 2_000_000
_TRACK = "/trackID=1"
_REALM = "RTSP Server"
_NTP_EPOCH = 2_208_988_800
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Stream Not Found",
    454: "Session Not Found",
    461: "Unsupported Transport",
    501: "Not Implemented",
}
_NAL_IDR, _NAL_SPS, _NAL_PPS = 5, 7, 8


@dataclass(frozen=True, slots=True)
class Stream:
    """Describe what one path shows: a picture for a moment, and its width and height in pixels."""

    picture: Picture
    size: tuple[int, int] = MAIN_SIZE


@dataclass(frozen=True, slots=True)
class _Request:
    """Hold one RTSP request; header names are lower case, the path is everything behind the authority."""

    method: str
    url: str
    path: str
    headers: Mapping[str, str]


def scene(title: str, size: tuple[int, int]) -> Picture:
    """Return the picture of an empty scene."""
    return lambda moment: paint_scene(title=title, moment=moment, size=size)


def camera_streams(title: str) -> dict[str, Stream]:
    """Return the paths of a camera: `/profile1` main and `/profile2` sub."""
    return {
        f"/profile{number}": Stream(scene(title, size), size) for number, size in enumerate((MAIN_SIZE, SUB_SIZE), 1)
    }


def nvr_path(channel: int, stream: str, form: NvrForm = "slash") -> str:
    """Return the path of an NVR channel, counted from 1, in the form the firmware understands."""
    lead = {"slash": "/", "query": "?", "root_query": "/?"}[form]
    return f"{lead}chID={channel}&streamType={stream}"


def nvr_streams(titles: Mapping[int, str], form: NvrForm = "slash") -> dict[str, Stream]:
    """Return the paths of an NVR for its channels' titles, main and sub."""
    return {
        nvr_path(channel, name, form): Stream(scene(title, size), size)
        for channel, title in titles.items()
        for name, size in (("main", MAIN_SIZE), ("sub", SUB_SIZE))
    }


def _split_nals(stream: bytes) -> list[bytes]:
    """Split an Annex B byte stream into NAL units."""
    return [unit.rstrip(b"\0") for unit in re.split(rb"\0\0\0?\x01", stream) if unit]


def _fragments(nal: bytes) -> Iterator[bytes]:
    """Cut a NAL unit into RTP payloads: whole, or as FU-A fragments (RFC 6184, 5.8)."""
    if len(nal) <= _MAX_PAYLOAD:
        yield nal
        return
    indicator, kind, body = nal[0] & 0xE0 | 28, nal[0] & 0x1F, nal[1:]
    step = _MAX_PAYLOAD - 2
    for start in range(0, len(body), step):
        flags = (0x80 if start == 0 else 0) | (0x40 if start + step >= len(body) else 0)
        yield bytes((indicator, flags | kind)) + body[start : start + step]


# PyAV leaves this one method without types.
_to_frame = cast("Callable[[Image.Image], av.VideoFrame]", av.VideoFrame.from_image)


class _Encoder:
    """Encode drawn pictures; used by one thread at a time."""

    def __init__(self, size: tuple[int, int]) -> None:
        """Open x264 for a size in pixels."""
        self._codec = VideoCodecContext.create("libx264", "w")
        self._codec.width, self._codec.height = size
        self._codec.pix_fmt = "yuv420p"
        self._codec.framerate = Fraction(FRAMES_PER_SECOND)
        self._codec.time_base = Fraction(1, _CLOCK_RATE)
        self._codec.thread_count = 1
        self._codec.gop_size = _KEYFRAME_EVERY
        self._codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "crf": "24",
            "x264-params": "repeat-headers=1:scenecut=0",
        }

    def encode(self, image: Image.Image, pts: int, *, is_key: bool) -> list[bytes]:
        """Return the NAL units of one frame; a keyframe brings its parameter sets along."""
        frame = _to_frame(image)
        frame.pts = pts
        frame.pict_type = PictureType.I if is_key else PictureType.NONE
        return [nal for packet in self._codec.encode(frame) for nal in _split_nals(bytes(packet))]


@lru_cache
def _parameter_sets(size: tuple[int, int]) -> tuple[bytes, bytes]:
    """Return SPS and PPS of a size; they depend on nothing else."""
    nals = _Encoder(size).encode(Image.new("RGB", size), 0, is_key=True)
    by_kind = {nal[0] & 0x1F: nal for nal in nals}
    return by_kind[_NAL_SPS], by_kind[_NAL_PPS]


class _Channel:
    """Run the encoder of one path while somebody watches, and hand each frame to every viewer."""

    def __init__(self, stream: Stream, now: Callable[[], datetime], pool: ThreadPoolExecutor) -> None:
        """Take what to show, the clock to show and where to encode."""
        self.stream = stream
        self._now = now
        self._pool = pool
        self._viewers: set[_Viewer] = set()
        self._pump: asyncio.Task[None] | None = None
        self._wants_key = True
        self._drawn: tuple[int, Image.Image] | None = None

    @property
    def is_running(self) -> bool:
        """Say whether the encoder runs."""
        return self._pump is not None

    async def parameter_sets(self) -> tuple[bytes, bytes]:
        """Return SPS and PPS."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _parameter_sets, self.stream.size)

    def add(self, viewer: _Viewer) -> None:
        """Begin to send to a viewer, from a keyframe made for it."""
        self._viewers.add(viewer)
        self._wants_key = True
        if self._pump is None:
            self._pump = asyncio.create_task(self._run())

    async def remove(self, viewer: _Viewer) -> None:
        """Stop sending to a viewer; the last one stops the encoder."""
        self._viewers.discard(viewer)
        if self._viewers or self._pump is None:
            return
        pump, self._pump = self._pump, None
        pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pump

    async def _run(self) -> None:
        """Encode one frame per tick and deliver it."""
        loop = asyncio.get_running_loop()
        encoder = await loop.run_in_executor(self._pool, _Encoder, self.stream.size)
        start, index, since_key = loop.time(), 0, 0
        while True:
            is_key = self._wants_key or since_key >= _KEYFRAME_EVERY
            self._wants_key = False
            since_key = 1 if is_key else since_key + 1
            nals = await loop.run_in_executor(self._pool, partial(self._frame, encoder, index, is_key=is_key))
            for viewer in self._viewers:
                viewer.send(nals, index * _TICKS_PER_FRAME, is_key=is_key)
            # A late loop skips ticks instead of sending a burst, so that RTP time stays real time.
            index = max(index + 1, int((loop.time() - start) * FRAMES_PER_SECOND) + 1)
            await asyncio.sleep(start + index / FRAMES_PER_SECOND - loop.time())

    def _frame(self, encoder: _Encoder, index: int, *, is_key: bool) -> list[bytes]:
        """Draw the scene if its second is over, mark the frame and encode it."""
        moment = self._now()
        second = int(moment.timestamp())
        if self._drawn is None or self._drawn[0] != second:
            drawn = self.stream.picture(moment)
            image = Image.open(BytesIO(drawn)) if isinstance(drawn, bytes) else drawn
            image = image.convert("RGB")
            self._drawn = (second, image if image.size == self.stream.size else image.resize(self.stream.size))
        image = self._drawn[1].copy()
        unit, angle = image.height / 72, index * 360 // FRAMES_PER_SECOND % 360
        box = (image.width - 4 * unit, 2 * unit, image.width - 2 * unit, 4 * unit)
        draw = ImageDraw.Draw(image)
        draw.ellipse(box, fill="black", outline="white")
        draw.pieslice(box, angle - 90, angle + 30, fill=(222, 60, 52))
        return encoder.encode(image, index * _TICKS_PER_FRAME, is_key=is_key)


class _Viewer:
    """Packetise the frames of a channel for one client."""

    def __init__(self, writer: asyncio.StreamWriter, channel: _Channel, interleaved: int) -> None:
        """Take the client's connection and the number of its RTP channel; RTCP has the next one."""
        self.channel = channel
        self._writer = writer
        self._interleaved = interleaved
        self._ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._offset = secrets.randbits(31)
        self._packets = self._octets = self._frames = 0
        self._waits_for_key = True

    def send(self, nals: list[bytes], timestamp: int, *, is_key: bool) -> None:
        """Send one frame, or nothing before the first keyframe and while the client is too slow."""
        if self._writer.transport.get_write_buffer_size() > _MAX_BACKLOG:
            self._waits_for_key = True
        elif is_key:
            self._waits_for_key = False
        if self._waits_for_key or self._writer.is_closing():
            return
        stamp = (self._offset + timestamp) & 0xFFFFFFFF
        packets = [self._wrap(1, self._report(stamp))] if self._frames % _REPORT_EVERY == 0 else []
        self._frames += 1
        payloads = [payload for nal in nals for payload in _fragments(nal)]
        for number, payload in enumerate(payloads, 1):
            marker = 0x80 if number == len(payloads) else 0
            head = struct.pack(">BBHII", 0x80, marker | _PAYLOAD_TYPE, self._sequence, stamp, self._ssrc)
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._packets += 1
            self._octets += len(payload)
            packets.append(self._wrap(0, head + payload))
        self._writer.write(b"".join(packets))

    def _report(self, stamp: int) -> bytes:
        """Return an RTCP sender report with the name of the source (RFC 3550, 6.4.1)."""
        seconds, fraction = divmod(time.time() + _NTP_EPOCH, 1)
        sender = struct.pack(
            ">BBHIIIIII",
            0x80,
            200,
            6,
            self._ssrc,
            int(seconds),
            int(fraction * 2**32),
            stamp,
            self._packets,
            self._octets,
        )
        return sender + struct.pack(">BBHIBB6s", 0x81, 202, 3, self._ssrc, 1, 5, b"video\0")

    def _wrap(self, offset: int, packet: bytes) -> bytes:
        """Return a packet in its interleaved frame (RFC 2326, 10.12)."""
        return struct.pack(">cBH", b"$", self._interleaved + offset, len(packet)) + packet


class _Connection:
    """Answer the requests of one client."""

    def __init__(self, server: RtspSimulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the server and the connection."""
        self._server = server
        self._reader = reader
        self._writer = writer
        self._session = secrets.token_hex(4)
        self._nonce = secrets.token_hex(16)
        self._viewer: _Viewer | None = None
        self._is_playing = False

    async def run(self) -> None:
        """Serve until the client leaves or tears the session down."""
        try:
            while (request := await self._read()) is not None:
                status, headers, body = await self._answer(request)
                self._reply(request, status, headers, body)
                # Frames must not overtake the answer to PLAY.
                if request.method == "PLAY" and status == 200 and self._viewer and not self._is_playing:
                    self._is_playing = True
                    self._viewer.channel.add(self._viewer)
                await self._writer.drain()
                if request.method == "TEARDOWN" and status == 200:
                    return
        except asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError:
            return
        finally:
            if self._viewer and self._is_playing:
                await self._viewer.channel.remove(self._viewer)
            self._writer.close()

    async def _read(self) -> _Request | None:
        """Read the next request, passing over RTCP from the client; None when the line is no RTSP."""
        while (first := await self._reader.readexactly(1)) == b"$":
            _, length = struct.unpack(">BH", await self._reader.readexactly(3))
            await self._reader.readexactly(length)
        head = (first + await self._reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace").strip()
        line, *fields = head.split("\r\n")
        parts = line.split(" ")
        if len(parts) != 3 or not parts[2].startswith("RTSP/1."):
            return None
        headers = {name.strip().lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        if length := int(headers.get("content-length", 0)):
            await self._reader.readexactly(length)
        return _Request(parts[0], parts[1], re.sub(r"^rtsps?://[^/?]*", "", parts[1]), headers)

    def _reply(self, request: _Request, status: int, headers: Mapping[str, str], body: str) -> None:
        """Write an answer."""
        lines = [f"RTSP/1.0 {status} {_REASONS.get(status, 'Error')}", f"CSeq: {request.headers.get('cseq', '0')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    async def _answer(self, request: _Request) -> tuple[int, dict[str, str], str]:
        """Return status, headers and body for a request."""
        if request.method == "OPTIONS":
            return 200, {"Public": _METHODS}, ""
        if not self._server.is_authorized(request.method, request.headers.get("authorization", ""), self._nonce):
            return 401, {"WWW-Authenticate": self._server.challenge(self._nonce)}, ""
        session = {"Session": f"{self._session};timeout=60"}
        match request.method:
            case "DESCRIBE":
                channel = self._server.channel(request.path)
                if channel is None:
                    return self._server.reject_unknown, {}, ""
                base = {"Content-Type": "application/sdp", "Content-Base": request.url.rstrip("/") + "/"}
                return 200, base, await self._sdp(channel)
            case "SETUP":
                return self._setup(request, session)
            case "PLAY" | "GET_PARAMETER" | "SET_PARAMETER" if self._viewer:
                return 200, session | ({"Range": "npt=now-"} if request.method == "PLAY" else {}), ""
            case "GET_PARAMETER" | "SET_PARAMETER" | "TEARDOWN":
                return 200, session, ""
            case "PLAY":
                return 454, {}, ""
            case _:
                return 501, {}, ""

    def _setup(self, request: _Request, session: dict[str, str]) -> tuple[int, dict[str, str], str]:
        """Prepare the one video track, over this connection only."""
        channel = self._server.channel(request.path.rstrip("/").removesuffix(_TRACK))
        if channel is None:
            return self._server.reject_unknown, {}, ""
        transport = request.headers.get("transport", "")
        if not transport.startswith("RTP/AVP/TCP"):
            return 461, {}, ""
        numbers = re.search(r"interleaved=(\d+)", transport)
        first = int(numbers[1]) if numbers else 0
        self._viewer = _Viewer(self._writer, channel, first)
        return 200, session | {"Transport": f"RTP/AVP/TCP;unicast;interleaved={first}-{first + 1}"}, ""

    async def _sdp(self, channel: _Channel) -> str:
        """Return the session description of a channel."""
        sps, pps = await channel.parameter_sets()
        profile = sps[1:4].hex()
        sets = ",".join(base64.b64encode(part).decode() for part in (sps, pps))
        lines = (
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=RTSP Session", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*",
            f"m=video 0 RTP/AVP {_PAYLOAD_TYPE}",
            f"a=rtpmap:{_PAYLOAD_TYPE} H264/{_CLOCK_RATE}",
            f"a=fmtp:{_PAYLOAD_TYPE} packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sets}",
            f"a=framerate:{FRAMES_PER_SECOND}",
            f"a=control:{_TRACK[1:]}",
        )  # fmt: skip
        return "\r\n".join(lines) + "\r\n"


def _wall_clock() -> datetime:
    """Return the local time."""
    return datetime.now().astimezone()


class RtspSimulator:
    """Be the RTSP server of a device.

    `streams` has paths exactly as clients send them, the query part included (`/profile1`, `?chID=1&streamType=main`);
    it is read at every request, so a caller may change it. `reject_unknown` is the status for any other path.
    """

    def __init__(
        self,
        *,
        username: str,
        password: str,
        streams: Mapping[str, Stream],
        auth: Literal["basic", "digest"] = "digest",
        reject_unknown: int = 404,
        now: Callable[[], datetime] = _wall_clock,
    ) -> None:
        """Take the credentials, what to show, and the clock the pictures carry."""
        self.reject_unknown = reject_unknown
        self._username = username
        self._password = password
        self._streams = streams
        self._auth = auth
        self._now = now
        self._channels: dict[str, _Channel] = {}
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def port(self) -> int:
        """Return the port the server listens on; raises RuntimeError before start."""
        if self._server is None:
            raise RuntimeError("The RTSP simulator is not started")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def running_encoders(self) -> int:
        """Return how many paths are being encoded now."""
        return sum(channel.is_running for channel in self._channels.values())

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="rtsp-simulator")
        self._server = await asyncio.start_server(self._serve, host, port)

    async def stop(self) -> None:
        """Disconnect every client and free the port and the threads."""
        if self._server is None or self._pool is None:
            return
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        self._pool.shutdown()
        self._server = self._pool = None
        self._channels.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await _Connection(self, reader, writer).run()
        finally:
            self._connections.discard(task)

    def channel(self, path: str) -> _Channel | None:
        """Return the channel behind a path, None for an unknown one."""
        name = path.rstrip("/")
        if (stream := self._streams.get(name)) is None or self._pool is None:
            return None
        channel = self._channels.get(name)
        if channel is None or channel.stream != stream:
            channel = self._channels[name] = _Channel(stream, self._now, self._pool)
        return channel

    def challenge(self, nonce: str) -> str:
        """Return the WWW-Authenticate header."""
        if self._auth == "basic":
            return f'Basic realm="{_REALM}"'
        return f'Digest realm="{_REALM}", nonce="{nonce}", algorithm=MD5'

    def is_authorized(self, method: str, header: str, nonce: str) -> bool:
        """Say whether an Authorization header carries the credentials in the configured scheme."""
        scheme, _, value = header.partition(" ")
        if scheme.lower() != self._auth:
            return False
        if self._auth == "basic":
            expected = base64.b64encode(f"{self._username}:{self._password}".encode()).decode()
            return hmac.compare_digest(value.strip().encode(), expected.encode())
        fields = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', value)}
        owner = _md5(f"{self._username}:{_REALM}:{self._password}")
        expected = _md5(f"{owner}:{nonce}:" + _md5(f"{method}:{fields.get('uri', '')}"))
        is_right = hmac.compare_digest(fields.get("response", "").encode(), expected.encode())
        return is_right and fields.get("username") == self._username and fields.get("nonce") == nonce


def _md5(text: str) -> str:
    """Return the MD5 of a text as hexadecimal, as Digest wants it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
