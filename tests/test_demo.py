"""The demo's pieces, without starting Home Assistant."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
import json
from pathlib import Path
import socket
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.viewwall.viewtron import DetectionType, Post, PostKind, parse_post
from custom_components.viewwall.viewtron.posix_time import to_utc
from tests.demo import __main__ as demo, arguments, dashboard, entities, hass_process, traffic
from tests.demo.arguments import ROOT, DemoError, free_port, lock_folder, parse_arguments, require_port, sign_lock
from tests.demo.configuration import local_zone, seed
from tests.demo.house import House, posix_zone
from tests.demo.traffic import Car, Traffic, is_night
from tests.simulators.push import PushResult

NOWHERE = PushResult(200, b"", {})


@pytest.fixture
def house(socket_enabled: None) -> House:
    """Return the devices, switched off."""
    return House("Europe/Berlin", None)


@pytest.fixture
def posts(house: House, monkeypatch: pytest.MonkeyPatch) -> list[Post]:
    """Collect what the devices post, and let nobody stand before them for long."""
    collected: list[Post] = []

    async def _push(body: bytes) -> PushResult:
        collected.append(parse_post(body))
        return NOWHERE

    for device in house.devices:
        monkeypatch.setattr(device, "push", _push)
    monkeypatch.setattr(traffic, "_STAY", 0)
    monkeypatch.setattr(traffic, "_APPROACH", 0)
    return collected


@pytest.fixture
def taken_port(socket_enabled: None) -> Iterator[int]:
    """Listen on a port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_arguments_have_defaults() -> None:
    """Without arguments the demo listens at the loopback address only."""
    options = parse_arguments([])
    assert (options.host, options.port, options.fresh, options.check, options.pace) == (
        "127.0.0.1", 8123, False, False, 1.0,
    )  # fmt: skip


@pytest.mark.parametrize(("host", "reachable"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("192.0.2.4", "192.0.2.4")])
def test_arguments_know_where_it_is_reached(host: str, reachable: str) -> None:
    """An address that means all of them is no address to call."""
    assert parse_arguments(["--host", host]).reachable_host == reachable


@pytest.mark.parametrize("wrong", [["--port", "0"], ["--port", "65536"], ["--port", "x"], ["--pace", "0"], ["--what"]])
def test_arguments_refuse_nonsense(wrong: list[str]) -> None:
    """What cannot be is told before anything starts."""
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(wrong)
    assert stopped.value.code == 2


def test_no_port_is_given_twice(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each free port to one of those who ask, although nobody listens there yet."""
    offered = iter((40001, 40001, 40001, 40002, 40001))
    monkeypatch.setattr(arguments, "_GIVEN", set())
    monkeypatch.setattr(arguments, "_bind", lambda host, port: port or next(offered))
    assert [free_port(), free_port(), free_port(40001)] == [40001, 40002, 40001]


def test_taken_port_is_told(
    taken_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A taken port ends the demo before it starts anything."""
    monkeypatch.setattr(demo, "DEMO", tmp_path)
    monkeypatch.setattr(demo, "_until_stopped", None)
    monkeypatch.setattr("sys.argv", ["demo", "--port", str(taken_port)])
    assert demo.main() == 1
    assert f"Port {taken_port} is taken" in capsys.readouterr().err


def test_unknown_address_is_told(socket_enabled: None) -> None:
    """An address of another machine is told as what it is."""
    with pytest.raises(DemoError, match="Nothing can listen at"):
        require_port("192.0.2.77", 8123)


def test_second_demo_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two demos cannot share a folder, and --fresh deletes nothing of a running one."""
    monkeypatch.setattr(demo, "DEMO", tmp_path)
    (tmp_path / "ports.json").write_text("[]")
    with closing(lock_folder(tmp_path)) as lock:
        sign_lock(lock, "http://127.0.0.1:8123")
        with (
            pytest.raises(DemoError, match="running already: http:"),
            demo._demo_folder(parse_arguments(["--fresh"])),
        ):
            pass
    assert (tmp_path / "ports.json").exists()


def test_fresh_forgets_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> None:
    """With --fresh the folder is empty but for its lock."""
    monkeypatch.setattr(demo, "DEMO", tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "old").touch()
    (tmp_path / "ports.json").touch()
    with demo._demo_folder(parse_arguments(["--fresh", "--port", str(free_port())])):
        assert [path.name for path in tmp_path.iterdir()] == ["running"]


def test_seed_prepares_a_configuration(tmp_path: Path) -> None:
    """The web server's settings stand in the storage, the integration is linked, onboarding has one step left."""
    seed(tmp_path, host="127.0.0.1", port=8200, time_zone="Europe/Berlin")
    text = (tmp_path / "configuration.yaml").read_text()
    assert "time_zone: Europe/Berlin" in text
    assert "default_config:" not in text
    assert "\nhttp:" not in text
    assert _http(tmp_path) == (["127.0.0.1"], 8200)
    onboarding = json.loads((tmp_path / ".storage" / "onboarding").read_text())
    assert "user" not in onboarding["data"]["done"]
    assert (tmp_path / "custom_components" / "viewwall" / "manifest.json").exists()


def test_seed_keeps_what_was_changed(tmp_path: Path) -> None:
    """A second start takes its own port and leaves the rest alone; a link of a moved checkout is made anew."""
    seed(tmp_path, host="127.0.0.1", port=8200, time_zone="UTC")
    (tmp_path / "automations.yaml").write_text("changed")
    link = tmp_path / "custom_components" / "viewwall"
    link.unlink()
    link.symlink_to(tmp_path / "gone")
    seed(tmp_path, host="0.0.0.0", port=8201, time_zone="UTC")
    assert (tmp_path / "automations.yaml").read_text() == "changed"
    assert _http(tmp_path) == (["0.0.0.0"], 8201)
    assert link.resolve() == ROOT / "custom_components" / "viewwall"


def _http(config: Path) -> tuple[list[str], int]:
    """Return where Home Assistant will listen."""
    stable: dict[str, Any] = json.loads((config / ".storage" / "http").read_text())["data"]["stable"]
    return stable["server_host"], stable["server_port"]


@pytest.mark.parametrize(("name", "zone"), [("Europe/Berlin", "Europe/Berlin"), (":America/Lima", "America/Lima")])
def test_local_zone_follows_the_environment(name: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable TZ names the zone."""
    monkeypatch.setenv("TZ", name)
    assert local_zone() == zone


@pytest.mark.parametrize(
    ("zone", "text"), [("UTC", "LOC0"), ("Asia/Kolkata", "LOC-5:30"), ("America/Lima", "LOC5"), ("Asia/Tokyo", "LOC-9")]
)
def test_posix_zone(zone: str, text: str) -> None:
    """The text has the sign turned round, and the client reads it back."""
    moment = datetime(2026, 3, 4, 12, tzinfo=ZoneInfo(zone))
    assert posix_zone(moment) == text
    assert to_utc(moment.replace(tzinfo=None), text) == moment.astimezone(UTC)


@pytest.mark.parametrize(("hour", "night"), [(22, False), (23, True), (0, True), (5, True), (6, False), (12, False)])
def test_night(hour: int, night: bool) -> None:
    """The neighbourhood sleeps from 23 to 6."""
    assert is_night(datetime(2026, 3, 4, hour, tzinfo=UTC)) is night


def test_ports_are_remembered(tmp_path: Path, socket_enabled: None) -> None:
    """Devices keep their ports, and only the one whose port was taken moves."""
    memory = tmp_path / "ports.json"
    first = House("UTC", memory)
    again = House("UTC", memory)
    assert [(place.port, place.rtsp_port) for place in first.placed] == [
        (place.port, place.rtsp_port) for place in again.placed
    ]
    assert not any(place.is_moved for place in again.placed)
    with socket.create_server(("127.0.0.1", first.placed[1].port)):
        moved = House("UTC", memory)
    assert [place.is_moved for place in moved.placed] == [False, True, False, False, False]
    assert moved.placed[1].port != first.placed[1].port


def test_ports_of_an_older_demo_are_kept(tmp_path: Path, socket_enabled: None) -> None:
    """A file from before the wall, or before the camera in the garden, had ports for fewer devices."""
    memory = tmp_path / "ports.json"
    older = [(place.port, place.rtsp_port) for place in House("UTC", memory).placed[:4]]
    memory.write_text(json.dumps(older))
    house = House("UTC", memory)
    *placed, last = [(place.port, place.rtsp_port) for place in house.placed]
    assert placed == older
    assert json.loads(memory.read_text()) == [*map(list, older), [house.wall_port, house.monitor_port], list(last)]


async def test_house_opens_and_closes(house: House) -> None:
    """Every device listens, with video, and leaves nothing behind."""
    async with house:
        for place in house.placed:
            assert (place.device.port, place.rtsp.port) == (place.port, place.rtsp_port)
        assert house.wall.port == house.wall_port
    for place in house.placed:
        require_port("127.0.0.1", place.port)
        require_port("127.0.0.1", place.rtsp_port)
    for port in (house.wall_port, house.monitor_port):
        require_port("127.0.0.1", port)
    assert len({device.mac for device in house.devices}) == 5


async def test_car_at_gate(house: House, posts: list[Post]) -> None:
    """A car is seen live while its plate is posted with both pictures, and is gone afterwards."""
    await Traffic(house, seed=1).car_at_gate(Car("ABC123"))
    [detection] = [post for post in posts if post.kind is PostKind.DETECTION]
    [plate] = detection.plates
    assert plate.number == "ABC123"
    assert detection.overview is not None
    assert detection.overview.jpeg()
    assert plate.crop is not None
    assert plate.crop.jpeg()
    assert house.gate.plate_in_view is None
    assert [post.kind for post in posts] == [PostKind.ALARM_STATUS, PostKind.DETECTION, PostKind.ALARM_STATUS]


@pytest.mark.parametrize(
    ("scene", "types"),
    [
        (Traffic.person_at_door, {DetectionType.INTRUSION}),
        (Traffic.visitor_leaves, {DetectionType.LINE_CROSSING}),
        (Traffic.face_at_door, {DetectionType.FACE}),
        (Traffic.car_on_channel, {DetectionType.LICENSE_PLATE}),
        (Traffic.motion_on_channel, set()),
        (Traffic.motion_on_old_recorder, set()),
    ],
)
async def test_scenes(
    house: House, posts: list[Post], scene: Callable[[Traffic], Awaitable[None]], types: set[DetectionType]
) -> None:
    """Each scene posts what it is called, all of it understood, and leaves no alarm on."""
    await scene(Traffic(house, seed=1))
    assert {post.detection for post in posts if post.kind is PostKind.DETECTION} == types
    assert not [post for post in posts if post.kind is PostKind.UNKNOWN]
    assert not any(state for device in house.devices for ids in device.alarms.values() for state in ids.values())
    assert not house.recorder.views


async def test_person_on_channel(house: House, posts: list[Post]) -> None:
    """Whoever enters a zone of the recorder is metadata first."""
    await Traffic(house, seed=1).person_on_channel()
    types = [post.detection for post in posts if post.kind is PostKind.DETECTION]
    assert types[0] is DetectionType.VIDEO_METADATA
    assert types[1] in (DetectionType.INTRUSION, DetectionType.LINE_CROSSING)


async def test_lost_posts_leave_nothing_behind(
    house: House, posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When Home Assistant is away, nobody stays before the camera and no alarm stays on."""

    async def _fail(body: bytes) -> PushResult:
        raise ConnectionRefusedError

    monkeypatch.setattr(house.door, "push", _fail)
    with pytest.raises(ConnectionRefusedError):
        await Traffic(house, seed=1).person_at_door()
    assert house.door.subject_in_view is None
    assert house.door.alarms["perimeterAlarm"] == {1: False}


async def test_posts_wait_for_each_other(house: House) -> None:
    """A sign of life in the middle of another post goes behind it over the same connection."""
    bodies = 0

    async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal bodies
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
                bodies += 1
                await asyncio.sleep(0.01)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(_answer, "127.0.0.1", 0) as server:
        house.gate.push_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.gather(house.gate.send_keepalive(), house.gate.send_alarm("motionAlarm", True))
        await house.gate.stop()
    assert bodies == 2


async def test_regulars_come_regularly(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocked car is the second, the visitor in no list the third, and no chance keeps them away for long."""
    played: list[str] = []
    life = Traffic(house, seed=1)

    async def _play(scene: Callable[[], Awaitable[None]], pause: tuple[float, float]) -> None:
        played.append(getattr(scene, "__name__", ""))
        if len(played) == 40:
            raise asyncio.CancelledError

    monkeypatch.setattr(traffic, "_BEFORE_FIRST", 0)
    monkeypatch.setattr(life, "_play", _play)
    with suppress(asyncio.CancelledError):
        await life._live()
    blocked = [index for index, name in enumerate(played) if name == "blocked_car_at_gate"]
    assert blocked[0] == 1
    assert blocked[1:] == list(range(12, 40, 6))
    visitor = [index for index, name in enumerate(played) if name == "visitor_at_gate"]
    assert visitor[0] == 2
    assert visitor[1:] == list(range(9, 40, 6))


async def test_blocked_car_is_on_the_block_list(house: House, posts: list[Post]) -> None:
    """The camera says so."""
    await Traffic(house, seed=1).blocked_car_at_gate()
    [plate] = [plate for post in posts for plate in post.plates]
    assert plate.listed == "block"


def test_dashboard_shows_what_there_is(house: House) -> None:
    """Cards name the entities by their registry, disabled and missing ones have none."""
    registry = [
        _registered("camera.a", f"{house.gate.mac}_sub"),
        _registered("image.b", f"{house.gate.mac}_overview", disabled_by="user"),
        _registered("camera.c", f"{house.recorder.mac}_2_sub"),
        _registered("event.d", f"{house.recorder.mac}_2_detection"),
        _registered("event.e", f"{house.gate.mac}_detection"),
    ]
    text = json.dumps(dashboard.build_dashboard(house, entities.Entities(registry)))
    assert all(f'"{entity}"' in text for entity in ("camera.a", "camera.c", "event.d"))
    assert "image.b" not in text
    assert "event.e" not in text
    assert "null" not in text


def _registered(entity_id: str, unique_id: str, disabled_by: str | None = None) -> dict[str, Any]:
    """Return an entry of the entity registry."""
    return {"entity_id": entity_id, "unique_id": unique_id, "platform": "viewwall", "disabled_by": disabled_by}


async def test_dead_home_assistant_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When Home Assistant ends by itself, the end of its log is shown; a wish to restart is fulfilled."""
    entry = tmp_path / "entry.py"
    entry.write_text(
        "import pathlib, sys\n"
        "been_here = pathlib.Path('been_here')\n"
        "if not been_here.exists():\n"
        "    been_here.touch()\n"
        "    sys.exit(100)\n"
        "print('It broke')\n"
        "sys.exit(3)\n"
    )
    monkeypatch.setattr(hass_process, "_ENTRY", entry)
    async with hass_process.HomeAssistantProcess(tmp_path, tmp_path / "log") as hass:
        with pytest.raises(DemoError, match=r"(?s)code 3.*It broke"):
            await hass.watch()


async def test_stubborn_home_assistant_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that does not want to stop is stopped all the same."""
    entry = tmp_path / "entry.py"
    entry.write_text(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\nsignal.pause()\n"
    )
    monkeypatch.setattr(hass_process, "_ENTRY", entry)
    monkeypatch.setattr(hass_process, "_STOP_LIMIT", 0.2)
    async with hass_process.HomeAssistantProcess(tmp_path, tmp_path / "log") as hass:
        while "up" not in hass.tail():  # noqa: ASYNC110  (a file tells nobody)
            await asyncio.sleep(0.02)
    assert hass._process is not None
    assert hass._process.returncode == -9


def test_folder_of_the_demo_is_inside_the_checkout() -> None:
    """Nothing is ever written into a user's own configuration."""
    assert arguments.DEMO.parent == ROOT
    assert (ROOT / "script" / "demo").exists()
