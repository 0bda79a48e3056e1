"""Whatever a Thin Client answers: every method of the client raises its own errors or nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields, is_dataclass
from enum import Enum
import inspect
import json
import math
from typing import Any, override

from hypothesis import given, strategies as st
import pytest

from custom_components.viewwall.thin_client import (
    Camera,
    NewCamera,
    Preset,
    Stream,
    ThinClient,
    ThinClientAuthError,
    ThinClientError,
    ThinClientProtocolError,
)
from custom_components.viewwall.thin_client.answers import parse_reply, to_bool, to_float, to_int
from tests.hostile import WORDS, Change, changes, examples, spoil
from tests.simulators.state import Answer
from tests.simulators.thin_client import ROUTES, Route, ThinClientSimulator
from tests.simulators.thin_client_state import WallRequest, made_id

from .conftest import MakeClient
from .scripted import PASSWORD, Reply, ScriptedWall

GATE = made_id("Gate")
TOKEN = "a1b2c3d4-earlier-run"
LOGIN = "cam-Login-3"
NEW = NewCamera(
    name="Gate",
    address="192.0.2.31",
    username="viewer",
    password=LOGIN,
    streams=(Stream(media_uri=f"rtsp://viewer:{LOGIN}@192.0.2.31/1", snapshot_uri="http://192.0.2.31/1"),),
    id=GATE,
)

type Use = Callable[[ThinClient], Awaitable[object]]


async def _file() -> AsyncIterator[bytes]:
    """Return a firmware file."""
    yield b"1234"


async def _change_panel(client: ThinClient) -> object:
    """Change the first panel."""
    return [await client.update_panel(panel, name="Other") for panel in (await client.panels())[:1]]


async def _set_cell(client: ThinClient) -> None:
    """Fill the first cell of the active panel."""
    for panel in await client.panels():
        if panel.active:
            await client.set_cell(panel, 0, GATE)


USES: dict[str, Use] = {
    "close": lambda client: client.close(),
    "forget_session": lambda client: client.forget_session(TOKEN),
    "looks_like_thin_client": lambda client: client.looks_like_thin_client(),
    "identify": lambda client: client.identify(),
    "look_again": lambda client: client.look_again(),
    "end_session": lambda client: client.end_session(),
    "panels": lambda client: client.panels(),
    "create_panel": lambda client: client.create_panel("Two", 2, 1, [Camera(id=GATE, name="Gate"), None]),
    "update_panel": _change_panel,
    "delete_panel": lambda client: client.delete_panel(made_id("x")),
    "show_panel": lambda client: client.show_panel(made_id("x")),
    "set_cell": _set_cell,
    "stop_display": lambda client: client.stop_display(),
    "refresh_panels": lambda client: client.refresh_panels(),
    "cameras": lambda client: client.cameras(),
    "create_camera": lambda client: client.create_camera(NEW),
    "update_camera": lambda client: client.update_camera(NEW),
    "replace_cameras": lambda client: client.replace_cameras([NEW]),
    "delete_camera": lambda client: client.delete_camera(GATE),
    "image": lambda client: client.image(GATE),
    "preview": lambda client: client.preview(NEW),
    "show_camera": lambda client: client.show_camera(GATE),
    "ptz_relative": lambda client: client.ptz_relative(0, 1),
    "ptz_absolute": lambda client: client.ptz_absolute(0, 1, 1, 1),
    "ptz_presets": lambda client: client.ptz_presets(0),
    "ptz_goto_preset": lambda client: client.ptz_goto_preset(0, Preset(name="Gate", x=1, y=2, z=3)),
    "settings": lambda client: client.settings(),
    "update_settings": lambda client: client.update_settings({"DeviceName": "Wall", "adminPassword": LOGIN}),
    "test_mobile_bridge": lambda client: client.test_mobile_bridge(
        "192.0.2.9", 50000, https=False, username="u", password=LOGIN
    ),
    "find_mobile_bridges": lambda client: client.find_mobile_bridges(),
    "is_registered": lambda client: client.is_registered(),
    "restart": lambda client: client.restart(),
    "restore": lambda client: client.restore(),
    "newest_firmware": lambda client: client.newest_firmware(),
    "update_state": lambda client: client.update_state(),
    "start_update": lambda client: client.start_update(),
    "upload_firmware": lambda client: client.upload_firmware(_file(), 4),
}
"""Every method that asks the device something."""


def test_all_methods_are_used() -> None:
    """Leave no method of the client out."""
    functions = inspect.getmembers(ThinClient, inspect.iscoroutinefunction)
    assert set(USES) == {name for name, _ in functions if not name.startswith("_")}


def check(value: object) -> None:
    """Make sure that what was read can be kept, shown and counted with, down to its last field."""
    match value:
        case None | bool() | bytes() | Enum():
            return
        case int():
            assert abs(value) < 10**18
        case float():
            assert math.isfinite(value)
        case str():
            value.encode()
        case list() | tuple() | set() | frozenset():
            assert len(value) <= 1024
            for each in value:
                check(each)
        case _ if is_dataclass(value):
            for field in fields(value):
                check(getattr(value, field.name))


async def use(client: ThinClient, name: str) -> None:
    """Ask for something, and accept an answer or one of our own errors that tells nothing secret."""
    try:
        check(await USES[name](client))
    except ThinClientError as error:
        text = f"{error} {error.__cause__} {error.__context__ if not error.__suppress_context__ else ''}"
        assert not any(secret in text for secret in (PASSWORD, LOGIN, client.token or "-no token-"))
        text.encode()


class Recorder(ThinClientSimulator):
    """A device whose answers are kept."""

    answers: dict[str, bytes]

    @override
    def _carry_out(self, route: Route, request: WallRequest) -> Answer:
        answer = super()._carry_out(route, request)
        if answer.status == 200 and answer.body:
            self.answers[route.call] = answer.body
        return answer


class Replay(ScriptedWall):
    """A device that says again what another one has said, spoilt."""

    kept: dict[str, bytes]
    spoil: Callable[[bytes], bytes] = staticmethod(bytes)
    spoils_login = False

    @override
    def _reply(self, command: str, headers: dict[str, str], body: bytes) -> Reply:
        method, path = command.split(" ")
        for route in ROUTES:
            if method in route.methods.split() and route.match(path) is not None and route.call in self.kept:
                answer = self.kept[route.call]
                is_login = route.call == "create_session"
                return Reply(answer if is_login and not self.spoils_login else self.spoil(answer))
        return Reply(self.spoil(b'{"Links": [], "Data": 0, "Version": "2.2.0.0"}'))


@pytest.fixture(name="device")
async def _device(socket_enabled: None, make_client: MakeClient) -> AsyncIterator[Replay]:
    """Run a device with the answers of a simulated one."""
    async with Recorder(password=PASSWORD) as simulator, Replay() as device:
        simulator.answers = device.kept = {}
        client = make_client(simulator.port)
        for name in sorted(set(USES) - {"close", "restart", "restore", "start_update", "upload_firmware"}):
            if name not in ("delete_camera", "replace_cameras", "update_settings", "stop_display"):
                await use(client, name)
        await client.close()
        assert len(device.kept) > 12
        yield device


ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 1.5, 1e308, -1e308, math.nan, math.inf, 10**18, 10**30, -(10**400)),
    *("", " ", "0", "1", "-1", "NaN", "Infinity", "1e999", "true", "blank", "x" * 300, "x" * 100_000, "٣", "\uff11"),
    *("\x00", "\ud800", "a\udc80b", "\u202e", "data:image/jpeg;base64,", "/9j/", "=", "\r\nX: y", "../..", "%2e%2e"),
    *([], {}, [[]], [None], [{}], {"": None}, {"Data": {"Data": []}}, [0, "a", None, {}], [[[[[[1]]]]]]),
    *({"Links": "x"}, {"Links": [{"href": 1}]}, {"Links": [{"href": "/Panel", "rel": "list", "method": "DELETE"}]}),
    {"Links": [{"href": "/Panel", "rel": "self", "method": "GET\r\nX: y"}]},
]
_odd = st.one_of(
    st.sampled_from(ODD),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
        max_leaves=6,
    ),
)
_steps = st.lists(
    st.tuples(st.sampled_from(["value", "key", "drop", "wrap", "multiply"]), st.integers(0, 10**6), _odd),
    min_size=1,
    max_size=4,
)
type Step = tuple[str, int, Any]


def places(value: Any) -> list[tuple[Any, Any]]:
    """List each container of a JSON value with each of its keys."""
    found: list[tuple[Any, Any]] = []
    queue = [value]
    for each in queue:
        items = each.items() if isinstance(each, dict) else enumerate(each) if isinstance(each, list) else ()
        for key, inner in items:
            found.append((each, key))
            if len(found) < 5000:
                queue.append(inner)
    return found


def spoil_json(body: bytes, steps: list[Step]) -> bytes:
    """Return a reply with other values at some of its places."""
    value = [parse(body)]
    has_multiplied = False
    for kind, at, odd in steps:
        known = places(value)
        if not known:
            break
        holder, key = known[at % len(known)]
        match kind:
            case "value":
                holder[key] = odd
            case "wrap":
                holder[key] = [holder[key], odd]
            case "multiply" if not has_multiplied:
                holder[key] = [holder[key]] * (at % 700)
                has_multiplied = True
            case "drop":
                del holder[key]
            case "key" if isinstance(holder, dict):
                holder[str(odd)[:100]] = holder.pop(key)
    return json.dumps(value[0] if value else None, check_circular=False).encode("utf-8", "surrogatepass")


def parse(body: bytes) -> Any:
    """Read one of the simulator's replies, whose lists may end with a comma."""
    return json.loads(body.replace(b",]", b"]").replace(b",}", b"}").replace(b", ]", b"]"))


@examples(25)
@given(st.lists(st.sampled_from(sorted(USES)), min_size=1, max_size=3), _steps, st.booleans())
async def test_spoilt_values(
    device: Replay, make_client: MakeClient, names: list[str], steps: list[Step], login: bool
) -> None:
    """Answer with JSON whose values are others than documented, at any level."""
    device.spoil, device.spoils_login = lambda body: spoil_json(body, steps), login
    client = make_client(device.port)
    for name in names:
        await use(client, name)
    await use(client, "identify")
    await client.close()


@examples(25)
@given(st.lists(st.sampled_from(sorted(USES)), min_size=1, max_size=3), changes(), st.booleans())
async def test_spoilt_bytes(
    device: Replay, make_client: MakeClient, names: list[str], steps: list[Change], login: bool
) -> None:
    """Answer with replies that were spoilt in a few places."""
    device.spoil, device.spoils_login = lambda body: spoil(body, steps), login
    client = make_client(device.port)
    for name in names:
        await use(client, name)
    await client.close()


_free = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [*WORDS, b"{", b"}", b"[", b"]", b":", b",", b'"', b'"Data":', b'"Links":', b'"Version":', b"null"]
        ),
        max_size=30,
    ).map(b"".join),
)


@examples(25)
@given(st.sampled_from(sorted(USES)), _free)
async def test_free_answers(device: Replay, make_client: MakeClient, name: str, content: bytes) -> None:
    """Answer every question with pieces of JSON or with anything."""
    for body in (content, b'{"Version": "1", "Links": [], "Data": ' + content + b"}"):
        device.spoil, device.spoils_login = lambda _, body=body: body, False  # type: ignore[misc]
        client = make_client(device.port)
        await use(client, name)
        await client.close()


@examples(25)
@given(
    st.sampled_from(
        [b"HTTP/1.1 200 OK", b"HTTP/1.1 302 X", b"HTTP/1.1 204 X", b"HTTP/9.9 999 X", b"", b"RTSP/1.0 200"]
    ),
    st.lists(
        st.tuples(st.one_of(st.binary(max_size=9), st.just(b"Content-Length")), st.binary(max_size=9)), max_size=3
    ),
    st.binary(max_size=40),
)
async def test_free_http(
    device: Replay, make_client: MakeClient, status: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Answer in HTTP of any kind."""
    lines = [status, *(name + b": " + value for name, value in headers), b"", b""]
    raw = b"\r\n".join(lines) + body
    client = make_client(device.port)
    device._reply = lambda *_: Reply(raw=raw)  # type: ignore[method-assign]
    await use(client, "looks_like_thin_client")
    await use(client, "panels")
    await client.close()


# -- Bombs

MEGABYTE = 1024 * 1024
BOMBS = {
    "lists": b"[" * (7 * MEGABYTE),
    "objects": b'{"Data":' * MEGABYTE,
    "closed_lists": b'{"Data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "number": b'{"Data":' + b"9" * MEGABYTE + b"}",
    "commas": b'{"Data":[' + b"," * MEGABYTE + b"]}",
    "quotes": b'{"Data":[' + b'"' * (MEGABYTE + 1),
    "escapes": b'{"Data":"' + b"\\" * MEGABYTE,
    "halves": b'{"Data":"' + b"\\ud800" * (MEGABYTE // 2) + b'"',
}


@pytest.mark.parametrize("bomb", [pytest.param(body, id=name) for name, body in BOMBS.items()])
def test_bomb(bomb: bytes) -> None:
    """Refuse what is no reply, however deep and long."""
    with pytest.raises(ThinClientProtocolError):
        parse_reply(bomb)


@pytest.mark.parametrize(
    "number",
    [b"0." + b"9" * MEGABYTE + b"e999999999", b"1e999", b"-Infinity", b"NaN"],
    ids=["long", "large", "infinite", "none"],
)
def test_number_beyond_all(number: bytes) -> None:
    """Read no number that nobody can count with."""
    data = parse_reply(b'{"Data": ' + number + b"}").data
    assert (to_int(data), to_float(data), to_bool(data)) == (None, None, None)


ROW = '{"PanelGuid": "%d", "PanelName": "a", "Id": "%d", "Name": "a", "X": 1, "Y": 1, "Z": 1, "Links": []}'


@pytest.mark.parametrize("name", ["panels", "cameras", "ptz_presets", "find_mobile_bridges", "settings"])
async def test_endless_list(device: Replay, make_client: MakeClient, name: str) -> None:
    """Read no more of a list than a wall can have."""
    rows = ",".join(ROW % (number, number) for number in range(20_000))
    device.spoil = lambda _: f'{{"Links": [], "Version": "1", "Data": [{rows}]}}'.encode()
    client = make_client(device.port)
    await use(client, name)
    await client.close()


async def test_same_keys_twice(device: Replay, make_client: MakeClient) -> None:
    """Take the last of several values with one name, as JSON's readers do."""
    device.spoil = lambda _: b'{"Data": 5, "Data": [{"Id": "a", "Name": "x", "Name": "y"}], "Version": "1"}'
    client = make_client(device.port)
    assert await client.cameras() == (Camera(id="a", name="y"),)
    await client.close()


async def test_refusal_is_final(device: Replay, make_client: MakeClient) -> None:
    """Try a password once, whatever the body of the refusal says."""
    client = make_client(device.port)
    device._reply = lambda *_: Reply(b'{"Data": {"Token": "abc"}}', status=401)  # type: ignore[method-assign]
    for _ in range(3):
        with pytest.raises(ThinClientAuthError):
            await client.panels()
    assert device.logins == 1
