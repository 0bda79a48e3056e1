"""The simulated devices of the demo: cameras with live video of what they detect, and a wall that shows them."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Final, Self, override
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator, RecorderSimulator
from tests.simulators.rtsp import MAIN_SIZE, SUB_SIZE, RtspSimulator, Stream, nvr_path
from tests.simulators.state import Auth, Shape, SimChannel, SimDisk
from tests.simulators.thin_client_state import Preset, WallCamera, WallPanel, made_id, stream_of

from .arguments import free_port
from .camera import DemoCamera
from .eyes import Eye, View, draw_view
from .gate import GateCamera
from .head import Head, Place
from .monitor import Monitor
from .wall import LobbyWall, grid

_RECORDER_CHANNELS: Final = (
    "Driveway", "Back yard", "Parking lot", "Warehouse", "Terrace", "Side door", "Camera 7", "Camera 8",
)  # fmt: skip
_OLD_CHANNELS: Final = ("Storage hall", "Loading dock", "Street", "Camera 4")
BACK_YARD: Final = 2
"""The channel of the recorder whose camera can move."""
_PRESETS: Final = {1: ("Home", Place()), 2: ("Fence", Place(0.05, 0.4, 0.5)), 3: ("Far corner", Place(0.95, 0.3, 0.9))}
_CLOCK_LOST: Final = timedelta(seconds=95)
"""How far the clock of the old recorder is behind whenever the demo starts."""
_FIRST_PORT: Final = 18461
_STREAMS: Final = ("main", "sub")


class DoorCamera(DemoCamera, IpcV1Simulator):
    """The camera at the front door."""


class GardenCamera(DemoCamera, IpcV2Simulator):
    """The camera in the garden, which nobody has added to Home Assistant yet."""


class Recorder(NvrV2Simulator):
    """A recorder of which each channel sees something else, and one camera moves."""

    views: dict[int, View]
    head: Head

    def view(self, channel: int) -> View:
        """Return what a channel sees now."""
        view = self.views.get(channel, View())
        return replace(view, part=self.head.place.part) if channel == BACK_YARD else view

    @override
    def scene(self, channel: SimChannel) -> bytes:
        """Draw what a channel sees now, as JPEG."""
        return draw_view(channel.name, self.clock.local(), self.view(channel.id)).data

    @override
    def _heard(self, channel: int, action: str, value: int | None) -> bool:
        """Let the head move that carries out an action."""
        is_heard = super()._heard(channel, action, value)
        if is_heard and channel == BACK_YARD:
            self.head.hear(action, value)
        return is_heard


type Device = CameraSimulator | RecorderSimulator


@dataclass(slots=True)
class Placed:
    """A device and its video server, on ports that outlive the demo; `is_moved` after one of them had to change."""

    device: Device
    port: int
    rtsp_port: int
    is_moved: bool
    eyes: dict[int, Eye] = field(init=False)
    """What its channels see; a camera is its own channel 1."""
    rtsp: RtspSimulator = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the video."""
        self.eyes = _eyes(self.device)
        self.rtsp = RtspSimulator(
            username=self.device.username,
            password=self.device.password,
            streams={
                _path(self.device, channel, name): Stream(eye.picture(size), size)
                for channel, eye in self.eyes.items()
                for name, size in (("main", MAIN_SIZE), ("sub", SUB_SIZE))
            },
            now=self.device.clock.local,
        )
        self.device.rtsp_port = self.rtsp_port

    def eye_behind(self, address: str) -> Eye | None:
        """Return the eye that an RTSP address shows, None for an address of another device."""
        url = urlsplit(address)
        if url.port != self.rtsp_port:
            return None
        path = f"{url.path}?{url.query}" if url.query else url.path
        return next(
            (
                eye
                for channel, eye in self.eyes.items()
                if path in (_path(self.device, channel, name) for name in _STREAMS)
            ),
            None,
        )

    def on_wall(self, channel: int = 1, *, ptz: bool = False) -> WallCamera:
        """Return a channel as a Thin Client knows it that fetches the picture itself."""
        name, device = self.eyes[channel].title, self.device
        stream = stream_of("127.0.0.1") | {
            "MediaUri": f"rtsp://127.0.0.1:{self.rtsp_port}{_path(device, channel, 'main')}",
            "SnapshotUri": f"http://127.0.0.1:{self.port}/GetSnapshot/{channel}",
        }
        return WallCamera(
            id=made_id(name),
            name=name,
            address="127.0.0.1",
            # A Thin Client counts from 0.
            channel=channel - 1,
            username=device.username,
            password=device.password,
            streams=[stream],
            ptz=ptz,
            presets=[Preset(name="Home"), Preset(name="Fence", x=40, y=-10, z=3)] if ptz else [],
        )


class House:
    """All devices; `gate`, `door`, `recorder` and `old_recorder` are what the events happen to, `wall` shows them.

    `garden` stays alone until somebody finds it.
    """

    def __init__(self, time_zone: str, ports: Path | None) -> None:
        """Set the devices up; `ports` is the file that remembers their ports, None takes any free ones."""

        def memory_of(name: str) -> Path | None:
            return ports.with_name(f"{name}.json") if ports else None

        self.gate = GateCamera(
            memory_of("gate"),
            name="Gate",
            mac="58:5b:69:2b:71:a1",
            password="open-Sesame-4",
            auth=Auth.DIGEST,
            shape=Shape.FIELD,
        )
        self.door = DoorCamera(memory_of("door"), name="Front door", mac="58:5b:69:1a:72:b2", password="door-Mat-22")
        self.recorder = Recorder(
            name="Recorder", mac="58:5b:69:4d:73:c3", password="tape-Reel-81", auth=Auth.DIGEST, shape=Shape.FIELD
        )
        self.old_recorder = NvrV1Simulator(name="Old recorder", mac="58:5b:69:3c:74:d4", password="dust-Cover-3")
        self.garden = GardenCamera(memory_of("garden"), name="Garden", mac="58:5b:69:2b:75:e5", password="rose-Bush-61")
        # Its video is not at the usual port, and cameras with this firmware do tell the port, whatever its papers say.
        self.garden.commands["GetPortConfig"] = self.garden.get_port_config
        self.recorder.views = {}
        _furnish(self.recorder, self.old_recorder)
        _limit(self.door, {"supportTripwire", "supportPerimeter", "supportVfd", "supportAvd"}, "vfdAlarm")
        _limit(self.garden, {"supportTripwire", "supportPerimeter"})
        self.devices: list[Device] = [self.gate, self.door, self.recorder, self.old_recorder, self.garden]
        zone = ZoneInfo(time_zone)
        for device in self.devices:
            # Whoever looks at the picture compares its clock with the wall's.
            device.clock.tz = zone
            device.clock.zone = posix_zone(datetime.now(zone))
            # Whoever finds it in the network reaches it here alone.
            device.announced_address = "127.0.0.1"
        self.old_recorder.clock.offset = -_CLOCK_LOST
        # The garden came after the wall.
        *places, (self.wall_port, self.monitor_port, self.wall_is_moved), last = _places(len(self.devices) + 1, ports)
        self.placed = [Placed(device, *place) for device, place in zip(self.devices, [*places, last], strict=True)]
        self.wall = LobbyWall(self._eye_of, memory_of("wall"))
        self.wall.clock.tz = zone
        self.wall.furnish(*_wall_content(self.placed[1], self.placed[2], self.placed[3]))
        self.monitor = Monitor(self.wall)

    async def __aenter__(self) -> Self:
        """Switch everything on."""
        try:
            for place in self.placed:
                await place.device.start("127.0.0.1", place.port)
                await place.rtsp.start("127.0.0.1", place.rtsp_port)
            await self.wall.start("127.0.0.1", self.wall_port)
            await self.monitor.start("127.0.0.1", self.monitor_port)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch everything off."""
        await self._stop()

    def hurry(self, factor: float) -> None:
        """Let the cameras send so many times as many signs of life."""
        for camera in (self.gate, self.door, self.garden):
            camera.heartbeat_scale = 1 / factor

    @property
    def gate_on_wall(self) -> WallCamera | None:
        """Return the gate's camera as the wall knows it, None before somebody added it."""
        return self.wall.shows(self.placed[0].eyes[1])

    def _eye_of(self, camera: WallCamera) -> Eye | None:
        """Return what is at a camera's address, None where nothing is or the login is wrong."""
        for place in self.placed:
            login = (place.device.username, place.device.password)
            for stream in camera.streams:
                eye = place.eye_behind(str(stream.get("MediaUri")))
                if eye and (camera.username, camera.password) == login:
                    return eye
        return None

    async def _stop(self) -> None:
        """Close all ports, also when some were never opened."""
        await self.monitor.stop()
        await self.wall.stop()
        for place in self.placed:
            await place.rtsp.stop()
            await place.device.stop()


def posix_zone(moment: datetime) -> str:
    """Return the offset of a time as POSIX writes it: with the sign turned round, such as LOC-5:30."""
    offset = moment.utcoffset()
    minutes = -round(offset.total_seconds() / 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"LOC{'-' if minutes < 0 else ''}{hours}" + (f":{rest:02}" if rest else "")


def _furnish(recorder: Recorder, old_recorder: NvrV1Simulator) -> None:
    """Name the channels and give the recorders a few inputs and their disks."""
    for channel, name in zip(recorder.channels, _RECORDER_CHANNELS, strict=True):
        channel.name = name
    for channel, name in zip(old_recorder.channels, _OLD_CHANNELS, strict=True):
        channel.name = name
    old_recorder.channel_lists_name = True
    recorder.alarm_inputs = [entry for entry in recorder.alarm_inputs if entry.id in (1, 2, 17)]
    recorder.alarm_in_count, recorder.alarm_out_count = 2, 1
    recorder.ptz_channels = {BACK_YARD}
    recorder.more_presets = {BACK_YARD: {number: name for number, (name, _) in _PRESETS.items()}}
    recorder.head = Head({number: place for number, (_, place) in _PRESETS.items()})
    recorder.disks = [
        SimDisk(id="{2F7C1A90-0B52-4E11-9D43-5A6E00C1B0D7}", total=7_630_885, free=2_912_160, storage_type="HDD"),
        SimDisk(id="{7B10D3C2-94AF-4B6E-8A21-63F0117E42A9}", total=7_630_885, free=611_204, storage_type="HDD"),
    ]


def _limit(camera: DemoCamera, wanted: set[str], *more: str) -> None:
    """Take away what never happens in the demo: it would stand there as unknown for ever."""
    camera.detail_flags = {flag: flag in wanted for flag in camera.detail_flags}
    # It reads no plates.
    camera.plate_family = "none"
    camera.alarms = {field: {1: False} for field in ("motionAlarm", "perimeterAlarm", "tripwireAlarm", *more)}


def _places(count: int, memory: Path | None) -> list[tuple[int, int, bool]]:
    """Return port and video port of each device and whether one had to change; remember them in a file."""
    if memory is None:
        return [(free_port(), free_port(), False) for _ in range(count)]
    wanted: list[list[int]] = [[_FIRST_PORT + 2 * number, _FIRST_PORT + 2 * number + 1] for number in range(count)]
    if memory.exists():
        known = json.loads(memory.read_text(encoding="utf-8"))
        # An older demo had fewer devices.
        wanted = known + wanted[len(known) :]
    given = [[free_port(port) for port in pair] for pair in wanted]
    memory.write_text(json.dumps(given), encoding="utf-8")
    return [(pair[0], pair[1], pair != old) for pair, old in zip(given, wanted, strict=True)]


def _path(device: Device, channel: int, stream: str) -> str:
    """Return the path of a channel's stream, main or sub."""
    if isinstance(device, CameraSimulator):
        return f"/profile{_STREAMS.index(stream) + 1}"
    return nvr_path(channel, stream)


def _eyes(device: Device) -> dict[int, Eye]:
    """Return what the channels of a device see."""
    if isinstance(device, GateCamera):
        return {1: Eye(device.name, lambda: device.view)}
    if isinstance(device, CameraSimulator):
        return {1: Eye(device.name, lambda: View(device.plate_in_view, device.subject_in_view))}
    return {channel.id: _eye_on(device, channel) for channel in device.channels if channel.status != "offline"}


def _eye_on(recorder: RecorderSimulator, channel: SimChannel) -> Eye:
    """Return what a recorder's channel sees."""
    return Eye(channel.name, lambda: recorder.view(channel.id) if isinstance(recorder, Recorder) else View())


def _wall_content(door: Placed, recorder: Placed, old_recorder: Placed) -> tuple[list[WallCamera], list[WallPanel]]:
    """Return the cameras and panels of a new wall; the gate's camera is missing, so that it can be added."""
    cameras = [
        door.on_wall(), recorder.on_wall(1), recorder.on_wall(2, ptz=True), recorder.on_wall(3), recorder.on_wall(4),
        old_recorder.on_wall(1), old_recorder.on_wall(2),
    ]  # fmt: skip
    panels = [
        grid("House", 2, 2, ("Front door", "Back yard", "Parking lot", "Warehouse")),
        grid("Grounds", 3, 2, ("Driveway", "Parking lot", "Warehouse", "Storage hall", "Loading dock", None)),
        grid("Front door only", 1, 1, ("Front door",)),
    ]
    return cameras, panels
