"""Check that the simulated devices behave as the papers say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from aiohttp import (
    ClientConnectionError,
    ClientPayloadError,
    ClientSession,
    DigestAuthMiddleware,
    encode_basic_auth,
    web,
)
import pytest

from . import ipc_posts, nvr_posts
from .ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from .ipc_parts import Dialect
from .nvr import NvrV1Simulator, NvrV2Simulator, RecorderSimulator
from .posts_base import Identity, Picture, Plate, Target
from .push import PushKind, push
from .state import Auth, Faults, Shape

pytestmark = pytest.mark.usefixtures("socket_enabled")

KINDS: tuple[type[CameraSimulator | RecorderSimulator], ...] = (
    IpcV1Simulator,
    IpcV2Simulator,
    NvrV1Simulator,
    NvrV2Simulator,
)
BASIC = encode_basic_auth("admin", "gate-Keeper-7")
WHO = Identity(name="Test gate", mac="58:5b:69:77:00:01", serial="I77000100AB1", address="192.0.2.7", channel=3)
STAMP = datetime(2026, 5, 6, 14, 8, 9, 123456, tzinfo=UTC)
SUCCESS = b'<config version="1.0" xmlns="http://www.ipc.com/ver10"><status>success</status></config>'

type Fetch = Callable[..., Awaitable[tuple[int, bytes, str]]]


@pytest.fixture(name="fetch")
async def fetch_fixture() -> AsyncIterator[Fetch]:
    """Return a function that asks a device and tells status, body and content type."""
    async with ClientSession() as session:

        async def fetch(url: str, login: str | None = BASIC, method: str = "POST") -> tuple[int, bytes, str]:
            headers = {"Authorization": login} if login else {}
            async with session.request(method, url, headers=headers) as answer:
                return answer.status, await answer.read(), answer.headers.get("Content-Type", "")

        yield fetch


def parsed(body: bytes) -> ET.Element:
    """Return the root of a document of our own making."""
    return ET.fromstring(body)  # noqa: S314


def outline(body: bytes) -> list[str]:
    """Return each element as path and text, without the namespace."""
    rows: list[str] = []

    def walk(element: ET.Element, path: str) -> None:
        place = f"{path}/{element.tag.rpartition('}')[2]}"
        marks = "".join(f"@{name}={value}" for name, value in element.attrib.items() if name != "type")
        rows.append(f"{place}{marks} {(element.text or '').strip()}".rstrip())
        for child in element:
            walk(child, place)

    walk(parsed(body), "")
    return rows


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", KINDS)
async def test_every_command_answers(
    kind: type[CameraSimulator | RecorderSimulator], shape: Shape, fetch: Fetch
) -> None:
    """Every command of every kind gives well-formed XML, or a JPEG."""
    async with kind(shape=shape) as device:
        device.ptz_channels = {1}
        for command in set(filter(device.offers, device.commands)) - {"TriggerVirtualAlarm"}:
            for method in ("GET", "POST") if device.takes_get(command) else ():
                status, body, content_type = await fetch(f"{device.url}/{command}", method=method)
                assert status == 200, command
                if command == "GetSnapshot":
                    assert body.startswith(b"\xff\xd8\xff")
                    assert content_type == ("image/jpeg" if shape is Shape.DOCUMENTED else "application/octet-stream")
                else:
                    assert parsed(body).tag == "{http://www.ipc.com/ver10}config"
                    assert parsed(body).get("version") == device.config_version
        assert all(request.authorised and request.scheme == "basic" for request in device.requests)


async def test_identity(fetch: Fetch) -> None:
    """The version, the kind and the names tell the four devices apart."""
    answers = {}
    for kind in KINDS:
        async with kind() as device:
            _, body, _ = await fetch(f"{device.url}/GetDeviceInfo")
            answers[kind] = {row.split(" ", 1)[0]: row.partition(" ")[2] for row in outline(body)}
    info = "/config/deviceInfo/"
    assert {kind: row.get(f"{info}apiVersion") for kind, row in answers.items()} == {
        IpcV1Simulator: None,
        IpcV2Simulator: "2.0.0",
        NvrV1Simulator: None,
        NvrV2Simulator: "2.0.0",
    }
    assert answers[IpcV1Simulator][f"{info}deviceDescription"] == "IPCamera"
    assert answers[IpcV1Simulator][f"{info}chlMaxCount"] == "9"
    assert answers[NvrV2Simulator][f"{info}chlMaxCount"] == "8"
    assert answers[NvrV1Simulator][f"{info}mac"] == "58:5b:69:3c:19:04"
    assert {len(row[f"{info}sn"]) for row in answers.values()} == {12}


async def test_digest(fetch: Fetch) -> None:
    """A digest device takes a right digest, refuses a wrong one and Basic, and challenges as seen in the field."""
    async with IpcV2Simulator(auth=Auth.DIGEST) as device:
        url = f"{device.url}/GetDeviceInfo"
        async with ClientSession(middlewares=(DigestAuthMiddleware("admin", "gate-Keeper-7"),)) as session:
            for _ in range(2):
                async with session.get(url) as answer:
                    assert answer.status == 200
        async with (
            ClientSession(middlewares=(DigestAuthMiddleware("admin", "nonsense"),)) as session,
            session.get(url) as answer,
        ):
            assert answer.status == 401
            challenge = answer.headers["WWW-Authenticate"]
        assert device.refused_logins == 1
        assert (await fetch(url))[0] == 401
        assert device.refused_logins == 1
        scheme, _, rest = challenge.partition(" ")
        fields = dict(part.split("=", 1) for part in rest.split(", "))
        nonce = fields.pop("nonce")
        assert scheme == "Digest"
        assert len(nonce) == 34
        assert fields == {"realm": '"Web Service"', "qop": '"auth"', "stale": '"TRUE"', "AuthVersion": '"1.1"'}


async def test_basic_refuses_digest() -> None:
    """A Basic device does not understand a digest."""
    async with IpcV1Simulator() as device, ClientSession() as session:
        headers = {"Authorization": 'Digest username="admin", realm="Web Service", nonce="0", response="0"'}
        async with session.get(f"{device.url}/GetDeviceInfo", headers=headers) as answer:
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"] == 'Basic realm="Web Service"'
        assert device.requests[0].scheme == "digest"
        assert not device.requests[0].authorised


async def test_lock(fetch: Fetch) -> None:
    """After too many wrong logins the right one is refused too, with code 10, until the lock is taken off."""
    async with NvrV2Simulator() as device:
        device.lock_after = 2
        url = f"{device.url}/GetDeviceInfo"
        for _ in range(2):
            assert (await fetch(url, encode_basic_auth("admin", "wrong")))[:2] == (401, b"")
        status, body, _ = await fetch(url)
        assert status == 401
        assert parsed(body).get("errorCode") == "10"
        device.unlock()
        assert (await fetch(url))[0] == 200
        assert device.refused_logins == 2


async def test_unknown_and_unauthorised(fetch: Fetch) -> None:
    """A known command asks for a login, an unknown one fails without; how it fails depends on the shape."""
    async with IpcV1Simulator() as device:
        assert (await fetch(f"{device.url}/GetDeviceInfo", None))[0] == 401
        status, body, _ = await fetch(f"{device.url}/GetSupportedAPIs", None)
        assert (status, parsed(body).attrib) == (400, {"status": "failed", "errorCode": "1"})
    async with NvrV1Simulator(shape=Shape.FIELD) as device:
        status, body, _ = await fetch(f"{device.url}/GetDeviceDetail")
        assert (status, parsed(body).get("status")) == (200, "failed")
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        assert (await fetch(f"{camera.url}/GetPrivacyMaskConfig"))[:2] == (400, b"")
        assert (await fetch(f"{camera.url}/GetPortConfig"))[0] == 200


async def test_channels(fetch: Fetch) -> None:
    """An old recorder lists its channels beside the list; a channel without camera has no picture."""
    async with NvrV1Simulator() as device:
        rows = outline((await fetch(f"{device.url}/GetChannelList"))[1])
        assert rows[-4:] == [f"/config/item@channelStatus={'offline' if n == 4 else 'online'} {n}" for n in range(1, 5)]
        assert "/config/channelIDList@count=4" in rows
        status, body, _ = await fetch(f"{device.url}/GetSnapshot/4")
        assert (status, parsed(body).get("status")) == (400, "failed")
        assert (await fetch(f"{device.url}/GetSnapshot/5"))[0] == 400
        device.items_inside = device.channel_lists_name = True
        rows = outline((await fetch(f"{device.url}/GetChannelList"))[1])
        assert rows[-1] == "/config/channelIDList/item@channelStatus=offline@name=Camera 4 4"


async def test_alarm_poll(fetch: Fetch) -> None:
    """A camera lists every alarm, a recorder only those that are on; ids are attributes or items."""
    async with IpcV1Simulator() as camera:
        camera.set_alarm("vehiceAlarm", state=True)
        rows = outline((await fetch(f"{camera.url}/GetAlarmStatus"))[1])
        assert "/config/alarmStatusInfo/vehicleAlarm@id=1 true" in rows
        assert "/config/alarmStatusInfo/perimeterAlarm false" in rows
        assert "/config/alarmStatusInfo/sensorAlarmIn/item@id=1 false" in rows
    async with NvrV2Simulator(shape=Shape.FIELD) as recorder:
        recorder.set_alarm("perimeterAlarm", True, 3)
        rows = outline((await fetch(f"{recorder.url}/GetAlarmStatus"))[1])
        assert [row for row in rows if "/item@" in row] == [
            "/config/alarmStatusInfo/perimeterAlarm/item@id=3 true",
            "/config/alarmStatusInfo/chlOfflineAlarm/item@id=7 true",
            "/config/alarmStatusInfo/chlOfflineAlarm/item@id=8 true",
        ]


async def test_faults(fetch: Fetch) -> None:
    """Each fault spoils the answer in its own way, and ends when it is switched off."""
    async with IpcV1Simulator() as device:
        url = f"{device.url}/GetDeviceInfo"
        device.faults = Faults(cut=True, only={"GetDeviceInfo"})
        with pytest.raises(ClientPayloadError):
            await fetch(url)
        assert (await fetch(f"{device.url}/GetDiskInfo"))[0] == 200
        device.faults = Faults(wrong_length=True)
        with pytest.raises(ClientPayloadError):
            await fetch(url)
        device.faults = Faults(garbage=b"\x00\x01<config")
        assert (await fetch(url))[:2] == (200, b"\x00\x01<config")
        device.faults = Faults(html=True, status=503)
        assert (await fetch(url))[::2] == (503, "text/html")
        device.faults = Faults(error_code=17)
        assert parsed((await fetch(url))[1]).get("errorCode") == "17"
        device.faults = Faults(unauthorized_once=1)
        assert [(await fetch(url))[0] for _ in range(2)] == [401, 200]
        assert device.refused_logins == 0
        device.faults.delay = 0.3
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fetch(url), 0.1)


async def test_refused_connections(fetch: Fetch) -> None:
    """A device that does not listen keeps its port for later."""
    async with NvrV2Simulator() as device:
        url = f"{device.url}/GetDeviceInfo"
        assert (await fetch(url))[0] == 200
        device.faults.refuse_connections = True
        with pytest.raises(ClientConnectionError):
            await fetch(url)
        device.faults.refuse_connections = False
        assert (await fetch(url))[0] == 200


async def test_camera_posts_over_one_connection() -> None:
    """A camera keeps its connection, names itself as the host and sends empty signs of life."""
    seen: list[tuple[str, str, str, bytes]] = []
    peers: set[object] = set()

    async def take(request: web.BaseRequest) -> web.Response:
        peers.add(request.transport)
        seen.append((request.method, request.path, request.headers["Host"], await request.read()))
        return web.Response(body=SUCCESS, content_type="application/xml")

    async with served(take) as url, IpcV1Simulator(shape=Shape.FIELD) as device:
        device.push_url = f"{url}/API"
        assert (await device.send_keepalive()).body == SUCCESS
        assert (await device.send_alarm("perimeterAlarm", True)).status == 200
        await device.send_intrusion()
        await device.send_plate("TST101", listed="whiteList")
    assert [post[:3] for post in seen] == [("POST", "/API", "127.0.0.1")] * 4
    assert len(peers) == 1
    assert seen[0][3] == b""
    assert "/config/listInfo/item/plateNumber TST101" in outline(seen[3][3])


async def test_camera_connects_again_when_the_server_hung_up() -> None:
    """A connection that the server closed is opened anew without losing the post."""
    bodies: list[bytes] = []

    async def take(request: web.BaseRequest) -> web.Response:
        bodies.append(await request.read())
        answer = web.Response(body=SUCCESS)
        answer.force_close()
        return answer

    async with served(take) as url, IpcV2Simulator() as device:
        device.push_url = url
        device.pictures = False
        await device.send_plate("TST101")
        await device.send_plate("TST102")
    assert [b"TST101" in bodies[0], b"TST102" in bodies[1]] == [True, True]


async def test_recorder_posts_in_absolute_form() -> None:
    """A recorder names the whole URL in its request line and closes after each post."""
    heads: list[str] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        length = int(heads[-1].partition("Content-Length: ")[2].split("\r\n")[0])
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(SUCCESS), SUCCESS))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        result = await push(f"http://127.0.0.1:{port}/API", nvr_posts.keepalive(WHO), PushKind.NVR)
    assert result.body == SUCCESS
    lines = heads[0].split("\r\n")
    assert lines[0] == f"POST http://127.0.0.1:{port}/API HTTP/1.1"
    assert "Content-Type: application/soap+xml; charset=utf-8" in lines
    assert "Connection: close" in lines


def test_plate_of_firmware_531() -> None:
    """A plate post has the overview first, the confidence in an attribute, and leaves an absent list out."""
    plates = [Plate(number="TST101", listed="blackList", direction="away"), Plate(number="TST202", colour=None)]
    body = ipc_posts.plates(WHO, STAMP, plates, overview=Picture(b"jpeg", 2688, 1776))
    rows = outline(body)
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8" ?>\n<config version="1.7"')
    assert b'<smartType type="openAlarmObj">VEHICE</smartType>' in body
    assert b'<currentTime type="tint64">1778076489123456</currentTime>' in body
    assert "/config/channelId 3" in rows
    assert "/config/plateCount 2" in rows
    item = "/config/listInfo/item/"
    assert [
        row for row in rows if row.startswith((f"{item}image", f"{item}vehicleListType", f"{item}plateNumber"))
    ] == [
        f"{item}image 0",
        f"{item}plateNumber",
        f"{item}image 1",
        f"{item}plateNumber TST101",
        f"{item}vehicleListType blackList",
        f"{item}image 2",
        f"{item}plateNumber TST202",
    ]
    assert rows.count(f"{item}PlateConfidence@count=9900") == 2
    assert f"{item}targetImageData/targetBase64Data anBlZw==" in rows


def test_intrusion_in_two_dialects() -> None:
    """The older head has no ids, the newer one has them and the uptime; without a crop there is no listInfo."""
    old = outline(ipc_posts.intrusion(WHO, STAMP, dialect=Dialect.B, targets=[Target(crop=Picture(b"x", 5, 6))]))
    assert [row for row in old if row.count("/") == 2] == [
        "/config/smartType PEA",
        "/config/subscribeRelation FEATURE_RESULT",
        "/config/currentTime 1778076489123456",
        "/config/types",
        "/config/perimeter",
        "/config/listInfo@count=1",
    ]
    new = outline(ipc_posts.intrusion(WHO, STAMP))
    assert [row.split(" ")[0] for row in new if row.count("/") == 2] == [
        f"/config/{tag}"
        for tag in ("types", "smartType", "subscribeOption", "currentTime", "mac", "sn", "deviceName", "perimeter")
    ] + ["/config/relativeTime"]
    assert "/config/perimeter/perInfo/item/targetId 1101" in new


def test_alarm_states() -> None:
    """The camera's state has a wall clock in one of two forms, the recorder's has whole seconds and items."""
    modern = ipc_posts.alarm_status(WHO, STAMP, {"vehiceAlarm": True}, twelve_hours=True)
    assert "/config/dataTime 05-06-2026 02:08:09 PM" in outline(modern)
    assert b'<vehiceAlarm type="boolean" id="1">true</vehiceAlarm>' in modern
    legacy = ipc_posts.alarm_status(WHO, STAMP, {"motionAlarm": False}, legacy=True)
    assert legacy.startswith(b'<config version="1.0"')
    assert "/config/deviceInfo/macAddress 58-5b-69-77-00-01" in outline(legacy)
    recorder = outline(nvr_posts.alarm_status(WHO, STAMP, {"perimeterAlarm": {2: True}}))
    assert recorder[-2:] == [
        "/config/alarmStatusInfo/perimeterAlarm",
        "/config/alarmStatusInfo/perimeterAlarm/item@id=2 true",
    ]
    assert "/config/currentTime 1778076489000000" in recorder
    assert "/config/deviceInfo/mac 58:5B:69:77:00:01" in recorder


def test_recorder_plate() -> None:
    """A recorder's plate post has its group and owner, and may lack channel, sizes and a usable stamp."""
    plate = Plate(number="TST303", listed="Residents", owner="A. Nyone", box=nvr_posts.PLATE_BOX)
    who = Identity(channel=None)
    rows = outline(nvr_posts.vehicle(who, nvr_posts.UNSET_CLOCK, [plate], empty_source=True))
    assert "/config/currentTime 18445822972087551616" in rows
    assert "/config/deviceInfo/channelId" not in " ".join(rows)
    assert "/config/sourceDataInfo/width 0" in rows
    assert "/config/licensePlateListInfo/item/licensePlateMatchInfo/groupName Residents" in rows
    assert "/config/licensePlateListInfo/item/licensePlateMatchInfo/carOwner A. Nyone" in rows


@asynccontextmanager
async def served(handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Run a web server and yield its address."""
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
