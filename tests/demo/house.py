"""The simulated devices of the demo, each with live video that shows what it detects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
import json
from pathlib import Path
from typing import Final, Self, override
from zoneinfo import ZoneInfo

from PIL import Image

from tests.simulators.drawn import draw_overview
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator, RecorderSimulator
from tests.simulators.pictures import Subject, paint_scene
from tests.simulators.rtsp import MAIN_SIZE, SUB_SIZE, Picture, RtspSimulator, Stream, nvr_path
from tests.simulators.state import Auth, Shape, SimChannel, SimDisk

from .arguments import free_port

_SUBJECTS: Final[Mapping[str, Subject]] = {"person": "person", "face": "person", "car": "car", "motor": "two_wheeler"}
_RECORDER_CHANNELS: Final = (
    "Driveway", "Back yard", "Parking lot", "Warehouse", "Garden", "Side door", "Camera 7", "Camera 8",
)  # fmt: skip
_OLD_CHANNELS: Final = ("Storage hall", "Loading dock", "Street", "Camera 4")
_FIRST_PORT: Final = 18461


@dataclass(slots=True)
class View:
    """What stands before a camera now: a number plate, or a person, face, car or motor."""

    plate: str | None = None
    subject: str | None = None


class GateCamera(IpcV2Simulator):
    """The plate camera."""


class Recorder(NvrV2Simulator):
    """A recorder of which each channel sees something else."""

    views: dict[int, View]

    @override
    def scene(self, channel: SimChannel) -> bytes:
        """Draw what a channel sees now, as JPEG."""
        view = self.views.get(channel.id, View())
        return draw_overview(channel.name, self.clock.local(), view.plate, view.subject).data


type Device = CameraSimulator | RecorderSimulator


@dataclass(slots=True)
class Placed:
    """A device and its video server, on ports that outlive the demo; `is_moved` after one of them had to change."""

    device: Device
    port: int
    rtsp_port: int
    is_moved: bool
    rtsp: RtspSimulator = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the video."""
        self.rtsp = RtspSimulator(
            username=self.device.username,
            password=self.device.password,
            streams=_streams(self.device),
            now=self.device.clock.local,
        )
        self.device.rtsp_port = self.rtsp_port


class House:
    """All devices; `gate`, `door`, `recorder` and `old_recorder` are what the events happen to."""

    def __init__(self, time_zone: str, ports: Path | None) -> None:
        """Set the devices up; `ports` is the file that remembers their ports, None takes any free ones."""
        self.gate = GateCamera(
            name="Gate", mac="58:5b:69:2b:71:a1", password="open-Sesame-4", auth=Auth.DIGEST, shape=Shape.FIELD
        )
        self.door = IpcV1Simulator(name="Front door", mac="58:5b:69:1a:72:b2", password="door-Mat-22")
        self.recorder = Recorder(
            name="Recorder", mac="58:5b:69:4d:73:c3", password="tape-Reel-81", auth=Auth.DIGEST, shape=Shape.FIELD
        )
        self.old_recorder = NvrV1Simulator(name="Old recorder", mac="58:5b:69:3c:74:d4", password="dust-Cover-3")
        self.recorder.views = {}
        _furnish(self.recorder, self.old_recorder)
        _limit(self.gate, self.door)
        self.devices: list[Device] = [self.gate, self.door, self.recorder, self.old_recorder]
        zone = ZoneInfo(time_zone)
        for device in self.devices:
            # Whoever looks at the picture compares its clock with the wall's.
            device.clock.tz = zone
            device.clock.zone = posix_zone(datetime.now(zone))
        places = _places(len(self.devices), ports)
        self.placed = [Placed(device, *place) for device, place in zip(self.devices, places, strict=True)]

    async def __aenter__(self) -> Self:
        """Switch everything on."""
        try:
            for place in self.placed:
                await place.device.start("127.0.0.1", place.port)
                await place.rtsp.start("127.0.0.1", place.rtsp_port)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch everything off."""
        await self._stop()

    async def _stop(self) -> None:
        """Close all ports, also when some were never opened."""
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
    recorder.disks = [
        SimDisk(id="{2F7C1A90-0B52-4E11-9D43-5A6E00C1B0D7}", total=7_630_885, free=2_912_160, storage_type="HDD"),
        SimDisk(id="{7B10D3C2-94AF-4B6E-8A21-63F0117E42A9}", total=7_630_885, free=611_204, storage_type="HDD"),
    ]


def _limit(gate: GateCamera, door: IpcV1Simulator) -> None:
    """Take away what never happens in the demo: it would stand there as unknown for ever."""
    for command in ("GetSmartPerimeterConfig", "GetSmartTripwireConfig"):
        del gate.commands[command]
    wanted = {"supportTripwire", "supportPerimeter", "supportVfd", "supportAvd"}
    door.detail_flags = {flag: flag in wanted for flag in door.detail_flags}
    door.alarms = {field: {1: False} for field in ("motionAlarm", "perimeterAlarm", "tripwireAlarm", "vfdAlarm")}


def _places(count: int, memory: Path | None) -> list[tuple[int, int, bool]]:
    """Return port and video port of each device and whether one had to change; remember them in a file."""
    if memory is None:
        return [(free_port(), free_port(), False) for _ in range(count)]
    wanted: list[list[int]] = [[_FIRST_PORT + 2 * number, _FIRST_PORT + 2 * number + 1] for number in range(count)]
    if memory.exists():
        wanted = json.loads(memory.read_text(encoding="utf-8"))
    given = [[free_port(port) for port in pair] for pair in wanted]
    memory.write_text(json.dumps(given), encoding="utf-8")
    return [(pair[0], pair[1], pair != old) for pair, old in zip(given, wanted, strict=True)]


def _streams(device: Device) -> dict[str, Stream]:
    """Return what the paths of a device show."""
    sizes = (MAIN_SIZE, SUB_SIZE)
    if isinstance(device, CameraSimulator):
        return {f"/profile{number}": Stream(_seen_by(device, size), size) for number, size in enumerate(sizes, 1)}
    return {
        nvr_path(channel.id, name): Stream(_seen_on(device, channel, size), size)
        for channel in device.channels
        if channel.status != "offline"
        for name, size in zip(("main", "sub"), sizes, strict=True)
    }


def _seen_by(camera: CameraSimulator, size: tuple[int, int]) -> Picture:
    """Return what a camera sees."""
    return _painter(camera.name, lambda: View(camera.plate_in_view, camera.subject_in_view), size)


def _seen_on(recorder: RecorderSimulator, channel: SimChannel, size: tuple[int, int]) -> Picture:
    """Return what a recorder's channel sees."""
    views = recorder.views if isinstance(recorder, Recorder) else {}
    return _painter(channel.name, lambda: views.get(channel.id, View()), size)


def _painter(title: str, look: Callable[[], View], size: tuple[int, int]) -> Picture:
    """Return a function that draws what is in view at a moment."""

    def _paint(moment: datetime) -> Image.Image:
        view = look()
        subject = _SUBJECTS[view.subject] if view.subject else None
        return paint_scene(title=title, moment=moment, plate=view.plate, subject=subject, size=size)

    return _paint
