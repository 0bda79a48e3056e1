"""Whatever a device answers: every method of the client raises its own errors or nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
import inspect
from typing import Any, override

import aiohttp
from hypothesis import given, strategies as st
import pytest

from custom_components.viewwall.viewtron.answers import MAX_ATTRIBUTES, MAX_PARTS, parse_document
from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import ViewtronConnectionError, ViewtronError, ViewtronProtocolError
from custom_components.viewwall.viewtron.http_post_document import PushAddress
from custom_components.viewwall.viewtron.plate_entries import NewPlate, PlateDetails, PlateGroup
from custom_components.viewwall.viewtron.plates import PlateFamily
from custom_components.viewwall.viewtron.probe import Door, NobodyThereError, find_door
from custom_components.viewwall.viewtron.ptz import PtzMove
from custom_components.viewwall.viewtron.rtsp import probe_path
from custom_components.viewwall.viewtron.transport import Command
from tests.hostile import WORDS, Change, changes, examples, free_text, spoil
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Answer, Shape

from .conftest import MakeClient
from .scripted import CAMERA, PASSWORD, USERNAME, Reply, ScriptedDevice

KINDS: tuple[type[ViewtronSimulator], ...] = (IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator)
BEGIN, END = datetime(2026, 3, 1, 8), datetime(2026, 3, 1, 9)  # noqa: DTZ001  the device's wall clock
LIST = PlateGroup("2", "whiteList")
ADDRESS = PushAddress(protocol="http", host="127.0.0.1", port=8123, path="/api/webhook/abc")

type Use = Callable[[ViewtronClient], Awaitable[object]]


async def _move(client: ViewtronClient) -> None:
    """Move a plate that is there, where plates can be moved."""
    entry = await client.plates.find("AB 123", LIST)
    if entry is not None and await client.plates.family() is PlateFamily.LICENSE:
        await client.plates.move(entry, LIST, PlateGroup("3", "blackList"), PlateDetails())


USES: dict[str, Use] = {
    "identify": lambda client: client.identify(),
    "known": lambda client: client.known(),
    "ask": lambda client: client.ask("GetDeviceInfo"),
    "order": lambda client: client.order(Command("SetDateAndTime")),
    "content": lambda client: client.content(Command("GetSnapshot")),
    "optional": lambda client: client.optional("GetDeviceDetail"),
    "name": lambda client: client.name("GetImageOsdConfig", 1, lambda node: node.text),
    "list_channels": lambda client: client.list_channels(is_v2=True),
    "channels": lambda client: client.channels(),
    "disks": lambda client: client.disks(),
    "alarm_status": lambda client: client.alarm_status(),
    "alarm_inputs": lambda client: client.alarm_inputs(),
    "snapshot": lambda client: client.snapshot(1),
    "stream_paths": lambda client: client.stream_paths(1),
    "stream_formats": lambda client: client.stream_formats(1),
    "rtsp_port": lambda client: client.rtsp_port(),
    "clock": lambda client: client.clock(),
    "set_clock": lambda client: client.set_clock(lambda: datetime(2026, 3, 1, 12, tzinfo=UTC)),
    "outputs": lambda client: client.outputs(),
    "set_output": lambda client: client.set_output(1, on=True),
    "trigger_virtual_alarm": lambda client: client.trigger_virtual_alarm(1),
    "reboot": lambda client: client.reboot(),
    "plates.family": lambda client: client.plates.family(),
    "plates.groups": lambda client: client.plates.groups(),
    "plates.list": lambda client: client.plates.list(),
    "plates.find": lambda client: client.plates.find("AB 123", LIST),
    "plates.add": lambda client: client.plates.add(
        [NewPlate(number="AB 123", group=LIST, details=PlateDetails(begin=BEGIN, end=END))]
    ),
    "plates.update": lambda client: client.plates.update("AB 123", LIST, PlateDetails(end=END)),
    "plates.move": _move,
    "plates.delete": lambda client: client.plates.delete([("AB 123", LIST)]),
    "counting.statistics": lambda client: client.counting.statistics(),
    "counting.reset": lambda client: client.counting.reset(),
    "ptz.speeds": lambda client: client.ptz.speeds(1),
    "ptz.move": lambda client: client.ptz.move(1, PtzMove.UP, 4),
    "ptz.stop": lambda client: client.ptz.stop(1, 4),
    "ptz.presets": lambda client: client.ptz.presets(1),
    "ptz.goto_preset": lambda client: client.ptz.goto_preset(1, 1),
    "ptz.save_preset": lambda client: client.ptz.save_preset(1, "Gate"),
    "ptz.delete_preset": lambda client: client.ptz.delete_preset(1, 1),
    "ptz.cruises": lambda client: client.ptz.cruises(1),
    "ptz.run_cruise": lambda client: client.ptz.run_cruise(1, 1),
    "ptz.stop_cruise": lambda client: client.ptz.stop_cruise(1),
    "recordings.find": lambda client: client.recordings.find(1, BEGIN, END),
    "recordings.snapshot_at": lambda client: client.recordings.snapshot_at(1, BEGIN),
    "recordings.status": lambda client: client.recordings.status(),
    "picture.infrared": lambda client: client.picture.infrared(1),
    "picture.set_infrared": lambda client: client.picture.set_infrared(1, "auto"),
    "http_post.read": lambda client: client.http_post.read(),
    "http_post.claim": lambda client: client.http_post.claim(ADDRESS),
    "http_post.release": lambda client: client.http_post.release(ADDRESS.path),
}
"""Every method that asks the device something."""


def _methods() -> set[str]:
    """Return the names of all public methods that send something."""
    found = set(_coroutines(ViewtronClient))
    for part in ("plates", "counting", "ptz", "recordings", "picture", "http_post"):
        prop = inspect.getattr_static(ViewtronClient, part)
        found |= {f"{part}.{name}" for name in _coroutines(inspect.signature(prop.func).return_annotation)}
    return found


def _coroutines(cls: type) -> list[str]:
    functions = inspect.getmembers(cls, inspect.iscoroutinefunction)
    return [name for name, _ in functions if not name.startswith("_")]


def test_all_methods_are_used() -> None:
    """Leave no method of the client out."""
    assert set(USES) == _methods()


def check(value: object) -> None:
    """Make sure that what was read can be kept, shown and counted with, down to its last field."""
    match value:
        case None | bool() | bytes() | Enum() | datetime():
            return
        case int():
            assert abs(value) < 10**18
        case str():
            value.encode()
        case dict():
            for key, each in value.items():
                check(key)
                check(each)
        case list() | tuple() | set() | frozenset():
            assert len(value) <= 250_000
            for each in value:
                check(each)
        case _ if is_dataclass(value):
            for field in fields(value):
                check(getattr(value, field.name))


async def use(client: ViewtronClient, name: str) -> None:
    """Ask for something, and accept an answer or one of our own errors that tells no password."""
    try:
        check(await USES[name](client))
    except ViewtronError as error:
        text = f"{error} {error.__cause__} {error.__context__ if not error.__suppress_context__ else ''}"
        assert PASSWORD not in text
        text.encode()


def spoilt(cls: type[ViewtronSimulator]) -> type[ViewtronSimulator]:
    """Return a simulated device whose answers to some commands are spoilt before they are sent."""

    class Spoilt(cls):  # type: ignore[misc,valid-type]
        """Spoils."""

        steps: list[Change] = []  # noqa: RUF012  replaced, never changed
        concerned: frozenset[str] | None = frozenset()
        """The commands whose answers are spoilt, None for all."""

        @override
        def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
            answer = super()._answer(method, target, headers, body)
            assert isinstance(answer, Answer)
            if self.concerned is None or self.requests[-1].command in self.concerned:
                answer = replace(answer, body=spoil(answer.body, self.steps))
            return answer

    return Spoilt


@pytest.fixture(name="devices")
async def _devices(socket_enabled: None) -> AsyncIterator[list[Any]]:
    """Run one device of each kind and each shape."""
    devices: list[Any] = [spoilt(cls)(shape=shape) for cls in KINDS for shape in Shape]
    for device in devices:
        await device.start()
        for name in [name for name in device.commands if "reboot" in name.lower()]:
            # Who restarts answers nothing that could be spoilt.
            device.commands[name] = lambda _request, device=device: device.succeed()
    yield devices
    for device in devices:
        await device.stop()


@examples(40)
@given(st.integers(0, 7), st.sampled_from(sorted(USES)), st.lists(st.sampled_from(sorted(USES)), max_size=3), changes())
async def test_spoilt_answers(
    devices: list[Any], make_client: MakeClient, number: int, name: str, more: list[str], steps: list[Change]
) -> None:
    """Spoil all answers but those that tell what the device is, and then all of them."""
    device = devices[number]
    client = make_client(device.port)
    device.concerned, device.steps = frozenset(), steps
    client.use(await client.identify())
    device.doorkeeper.unlock()
    device.concerned = None
    for each in (name, *more):
        await use(client, each)
    client.allow_retry()
    await use(client, "identify")
    device.faults.error_code = None
    device.doorkeeper.unlock()


@examples(60)
@given(st.sampled_from(sorted(USES)), st.one_of(free_text(), st.binary(max_size=300), st.sampled_from(WORDS)))
async def test_free_answers(make_client: MakeClient, device: _SameForAll, name: str, content: bytes) -> None:
    """Answer every question with pieces of XML or with anything."""
    for body in (content, b'<config version="1.7">' + content + b"</config>"):
        device.everything = Reply(body)
        client = make_client(device.port)
        client.use(CAMERA)
        await use(client, name)


class _SameForAll(ScriptedDevice):
    """A device with one answer to everything."""

    everything: Reply

    @override
    def _reply(self, seen: object) -> Reply:
        return self.everything


@pytest.fixture(name="device")
async def _device(socket_enabled: None) -> AsyncIterator[_SameForAll]:
    """Run a device."""
    async with _SameForAll() as device:
        yield device


_header = st.one_of(
    st.tuples(
        st.sampled_from(
            [b"WWW-Authenticate", b"Content-Length", b"Transfer-Encoding", b"Content-Encoding", b"Location"]
        ),
        st.one_of(
            st.sampled_from(WORDS),
            st.binary(max_size=40),
            st.lists(
                st.sampled_from(
                    [
                        *(
                            b"Basic ",
                            b"Digest ",
                            b"Bearer ",
                            b'realm="',
                            b'nonce="',
                            b'"',
                            b",",
                            b"=",
                            b"qop=",
                            b"auth",
                        ),
                        *(b"algorithm=MD5", b"algorithm=SHA-256", b"opaque=", b"\\", b"x", b"\xff", "ü".encode()),
                        *(b"auth", b"chunked", b"gzip", b"deflate", b"br", b"5", b"realm=a", b"nonce=b", b" "),
                    ]
                ),
                max_size=10,
            ).map(b"".join),
        ),
    ),
    st.tuples(st.binary(max_size=10), st.binary(max_size=10)),
)
_status = st.one_of(
    st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 401 X", b"HTTP/1.1 400 X", b"HTTP/1.0 500 X", b"HTTP/1.1 302 X"]),
    st.sampled_from([b"", b"HTTP/1.1", b"HTTP/9.9 999 X", b"HTTP/1.1 -1 X", b"RTSP/1.0 200 OK", b"HTTP/1.1 204 X"]),
    st.binary(max_size=20),
)


@examples(60)
@given(
    _status, st.lists(_header, max_size=4), st.binary(max_size=60), st.sampled_from(["identify", "snapshot", "disks"])
)
async def test_free_http(
    make_client: MakeClient,
    device: _SameForAll,
    status: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    name: str,
) -> None:
    """Answer in HTTP of any kind, challenges of any kind included."""
    lines = [status, *(name + b": " + value for name, value in headers), b"", b""]
    device.everything = Reply(raw=b"\r\n".join(lines) + body)
    client = make_client(device.port)
    await use(client, name)
    if not client.has_sent_login:
        # Nothing was refused where nothing was tried.
        assert client.may_log_in
    async with aiohttp.ClientSession() as session:
        with suppress(NobodyThereError):
            assert isinstance(await find_door(session, "127.0.0.1", port=device.port, ssl=False), Door | None)


@examples(60)
@given(
    st.one_of(st.sampled_from([b"RTSP/1.0 200 OK", b"RTSP/1.0 401 X", b"RTSP/1.0 ", b"HTTP/1.1 200 OK"]), _status),
    st.lists(_header, max_size=4),
    st.binary(max_size=60),
)
async def test_free_rtsp(socket_enabled: None, status: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Answer the question for a stream with anything."""
    reply = b"\r\n".join([status, *(name + b": " + value for name, value in headers), b"", b""]) + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with suppress(ViewtronConnectionError):
            found = await probe_path("127.0.0.1", port, ("/profile1", "/x"), USERNAME, PASSWORD)
            assert found in ("/profile1", "/x", None)


# -- Bombs


CONFIG, CLOSED = b'<config version="2.0.0">', b"</config>"
SIZE = 7 * 1024 * 1024
BOMBS = {
    "elements": CONFIG + b"<item/>" * (SIZE // 7) + CLOSED,
    "some_elements": CONFIG + b"<item/>" * (MAX_PARTS + 1) + CLOSED,
    "deep": CONFIG + b"<a>" * (SIZE // 7) + b"</a>" * (SIZE // 7) + CLOSED,
    "texts": CONFIG + b"<item>1</item>" * (SIZE // 14) + CLOSED,
    "attributes": b"<config " + b" ".join(b"a%d='1'" % n for n in range(MAX_ATTRIBUTES + 1)) + b"/>",
    "attributes_of_many": CONFIG + b'<a b="1" c="2" d="3" e="4" f="5"/>' * (MAX_ATTRIBUTES // 5) + CLOSED,
    "names": CONFIG + b"".join(b"<a%d/>" % n for n in range(SIZE // 10)) + CLOSED,
}


@pytest.mark.parametrize("bomb", [pytest.param(body, id=name) for name, body in BOMBS.items()])
def test_bomb(bomb: bytes) -> None:
    """Refuse a document that is all markup, at the latest when it has cost as much as the biggest honest one."""
    with pytest.raises(ViewtronProtocolError, match="too many"):
        parse_document(bomb)


@pytest.mark.parametrize(
    ("part", "count"), [(b"x", SIZE), (b"a\n", SIZE // 2), (b"&#10;", SIZE // 5)], ids=["word", "lines", "references"]
)
async def test_endless_text(make_client: MakeClient, device: _SameForAll, part: bytes, count: int) -> None:
    """Take a document with very much text for what it is: nothing is in it."""
    device.everything = Reply(CONFIG + part * count + CLOSED)
    client = make_client(device.port)
    client.use(CAMERA)
    assert await client.disks() == ()


def test_honest_answer_of_many_plates() -> None:
    """Read as much as the fullest database of plates has in one answer, if it comes in one."""
    row = b'<item type="x"><id>1</id><n type="string"><![CDATA[AB 123]]></n><o>a</o><p>b</p><q>c</q></item>'
    answer = parse_document(CONFIG + row * 10_000 + CLOSED)
    assert sum(1 for _ in answer.find_all("item")) == 10_000
