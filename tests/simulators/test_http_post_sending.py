"""Posts to the addresses that a camera was given."""

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl

from aiohttp import ClientConnectionError, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
import pytest

from . import ipc_posts
from .ipc import IpcV1Simulator, IpcV2Simulator
from .nvr import NvrV2Simulator
from .plate_database import SimPlate
from .posts_base import Plate
from .raw_http import ask, tree
from .state import HttpPostSlot, PushFailure, Shape
from .test_http_post import item, new, old

pytestmark = pytest.mark.usefixtures("socket_enabled")

GET, SET = "GetHttpPostConfig", "SetHttpPostConfig"


@dataclass(slots=True)
class Receiver:
    """A server that posts arrive at."""

    port: int = 0
    status: int = 200
    posts: list[tuple[str, bytes]] = field(default_factory=list)
    delay: float = 0
    logins: set[str | None] = field(default_factory=set)
    connections: list[asyncio.BaseTransport] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def paths(self) -> Counter[str]:
        """Return how many posts arrived at each path, and forget them."""
        found = Counter(path for path, _ in self.posts)
        self.posts.clear()
        return found

    async def wait(self, count: int) -> None:
        """Wait for some posts."""
        async with asyncio.timeout(5):
            while len(self.posts) < count:
                self.arrived.clear()
                await self.arrived.wait()


@asynccontextmanager
async def receiver(context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Run a server."""
    server = Receiver()

    async def take(request: web.BaseRequest) -> web.Response:
        server.posts.append((request.path, await request.read()))
        server.logins.add(request.headers.get("Authorization"))
        if request.transport and request.transport not in server.connections:
            server.connections.append(request.transport)
        server.arrived.set()
        if server.delay:
            await asyncio.sleep(server.delay)
        return web.Response(status=server.status, body=b"<config><status>success</status></config>")

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


def to(server: Receiver, number: int, path: str | None = None, **other: object) -> HttpPostSlot:
    """Return a slot that posts to a server, at a path of its own."""
    settings: dict[str, object] = {"id": number, "switch": True, "domain": "127.0.0.1", "port": server.port}
    return HttpPostSlot(**settings | {"path": path or f"/{number}"} | other)  # type: ignore[arg-type]


async def test_posts_go_everywhere() -> None:
    """Every address that is switched on gets the post; those that are off, empty or not there do not."""
    async with receiver() as server, IpcV1Simulator() as camera:
        with pytest.raises(RuntimeError):
            await camera.send_keepalive()
        camera.push_url = f"http://127.0.0.1:{server.port}/typed"
        camera.old_post = to(server, 0)
        camera.http_post = [to(server, 1), to(server, 2, switch=False), to(server, 3, domain="localhost")]
        assert (await camera.send_alarm("motionAlarm", True)).status == 200
        assert server.paths() == {"/typed": 1, "/0": 1, "/1": 1, "/3": 1}
        assert b"<onlineStatus>true" in (await ask(camera, GET))[1].replace(b' type="boolean"', b"")
        camera.http_post_old_block = False
        camera.http_post_slots_max = 1
        camera.push_url = None
        assert (await camera.send_alarm("motionAlarm", False)).status == 200
        assert server.paths() == {"/1": 1}
        assert camera.push_failures == []
        camera.http_post[0].switch = False
        assert (await camera.send_alarm("motionAlarm", False)).status == 0


async def test_written_slots_get_posts() -> None:
    """What a Set writes is posted to at once, over a new connection; what it takes away no longer is."""
    async with receiver() as server, IpcV1Simulator() as camera:
        await ask(camera, SET, old().replace("8123", str(server.port)) + new(item(2, port=server.port)))
        await camera.send_plate("TST101")
        assert server.paths() == {"/old": 1, "/hook": 1}
        await camera.send_plate("TST101")
        assert server.paths() == {"/old": 1, "/hook": 1}
        assert len(server.connections) == 2
        await ask(camera, SET, new())
        await asyncio.sleep(0.1)
        assert [connection.is_closing() for connection in server.connections].count(True) == 1
        await camera.send_plate("TST101")
        assert server.paths() == {"/old": 1}
        await ask(camera, SET, new(item(2, port=server.port).replace("/hook", "/moved")))
        await camera.send_plate("TST101")
        assert server.paths() == {"/old": 1, "/moved": 1}
        camera.http_post[1].path = "/again"
        await camera.send_plate("TST101")
        assert server.paths() == {"/old": 1, "/again": 1}


async def test_online() -> None:
    """The old block tells whether its address answers."""

    async def tells() -> str | None:
        return tree((await ask(camera, GET))[1]).findtext("httpPost/onlineStatus")

    async with receiver() as server, IpcV1Simulator() as camera:
        camera.old_post = to(server, 0)
        assert await tells() == "false"
        await camera.send_keepalive()
        assert await tells() == "true"
        server.status = 500
        await camera.send_keepalive()
        assert await tells() == "false"
        server.status = 200
        await camera.send_keepalive()
        camera.old_post.switch = False
        assert await tells() == "false"


async def test_late_answer() -> None:
    """An answer that comes too late is not taken for that of the next post."""
    async with receiver() as server, IpcV1Simulator() as camera:
        camera.http_post[0] = to(server, 1)
        assert (await camera.send_keepalive()).status == 200
        camera._delivery.pushers[1][1]._timeout = 0.1
        server.delay, server.status = 0.2, 500
        assert (await camera.send_keepalive()).status == 0
        await asyncio.sleep(0.2)
        server.delay, server.status = 0, 200
        assert (await camera.send_keepalive()).status == 200


async def test_subscriptions() -> None:
    """A slot gets what it subscribed to; the old block has no subscription and gets everything."""
    async with receiver() as server, IpcV1Simulator() as camera:
        camera.old_post = to(server, 0, data_types=camera.old_post.data_types)
        camera.pictures = False
        camera.http_post = [
            to(server, 1, data_types=("alarmStatus",), heartbeat=False),
            to(server, 2, data_types=("smartData",), events=("PERIMETER", "VEHICLE")),
            to(server, 3, data_types=("traject",), events=("ALL",)),
        ]
        who, now = camera.identity(), datetime.now(UTC)
        cases = {
            ipc_posts.alarm_status(who, now, {"motionAlarm": True}): {"/0", "/1"},
            ipc_posts.intrusion(who, now): {"/0", "/2"},
            ipc_posts.line_crossing(who, now): {"/0"},
            ipc_posts.plates(who, now, [Plate(number="TST101")]): {"/0", "/2"},
            ipc_posts.traject(who, now): {"/0", "/3"},
            ipc_posts.keepalive_device_info(who): {"/0", "/2", "/3"},
            ipc_posts.keepalive_message(who): {"/0", "/2", "/3"},
            b"": {"/0", "/2", "/3"},
            b"no XML": {"/0", "/1", "/2", "/3"},
        }
        for body, wanted in cases.items():
            await camera.push(body)
            assert server.paths() == dict.fromkeys(wanted, 1), body[:300]


async def test_a_dead_address_stops_nobody() -> None:
    """What cannot be posted is noted; only the address that was typed by hand raises, after the others."""
    async with receiver() as gone:
        dead = f"http://127.0.0.1:{gone.port}/1"
    async with receiver() as server, IpcV1Simulator() as camera:
        camera.http_post = [to(gone, 1), to(server, 2), to(server, 3, domain="home.example")]
        assert (await camera.send_alarm("motionAlarm", True)).status == 0
        assert server.paths() == {"/2": 1}
        assert sorted((failure.slot, failure.url) for failure in camera.push_failures if failure.slot) == [
            (1, dead), (3, f"http://home.example:{server.port}/3"),
        ]  # fmt: skip
        assert {failure.reason for failure in camera.push_failures if failure.slot == 3} == {"name"}
        camera.push_url = dead
        with pytest.raises(OSError, match="Connect"):
            await camera.send_alarm("motionAlarm", True)
        assert server.paths() == {"/2": 1}
        camera.push_failures.clear()
        camera.push_url = None
        camera.resolves = {"127.0.0.1": "127.0.0.1", "home.example": "127.0.0.1"}.get
        camera.http_post[0].switch = False
        assert (await camera.send_alarm("motionAlarm", True)).status == 200
        assert server.paths() == {"/2": 1, "/3": 1}
        server.status = 404
        await camera.send_alarm("motionAlarm", True)
        assert {failure.reason for failure in camera.push_failures} == {"HTTP 404"}


async def test_login_of_a_slot() -> None:
    """A slot with a login sends it."""
    async with receiver() as server, IpcV1Simulator() as camera:
        camera.http_post[0] = to(server, 1, authentication="basic", username="hook", password="s3cret")
        await camera.send_keepalive()
        assert server.logins == {f"Basic {b64encode(b'hook:s3cret').decode()}"}


async def test_https(tmp_path: Path) -> None:
    """A camera takes no certificate that somebody made himself, unless it takes any."""
    context = _self_signed(tmp_path)
    async with receiver(context) as server, IpcV1Simulator() as camera:
        camera.http_post[0] = to(server, 1, protocol="https")
        assert (await camera.send_keepalive()).status == 0
        url = f"https://127.0.0.1:{server.port}/1"
        assert camera.push_failures == [PushFailure(slot=1, url=url, reason="certificate")]
        camera.trusts_any_certificate = True
        assert [(await camera.send_keepalive()).status for _ in range(2)] == [200, 200]
        assert server.paths() == {"/1": 2}


async def test_heartbeats() -> None:
    """Signs of life come by themselves once they are switched on, to each slot at its own pace."""
    async with receiver() as server, IpcV2Simulator() as camera:
        camera.heartbeat_scale = 0.001
        camera.http_post = [to(server, 1), to(server, 2, interval=120), to(server, 3, heartbeat=False)]
        await asyncio.sleep(0.1)
        assert not server.posts
        camera.heartbeats = True
        await server.wait(9)
        assert tree(server.posts[0][1]).findtext("messageType") == "keepalive"
        paths = server.paths()
        assert paths["/1"] > 2 * paths["/2"] > 0
        assert not paths["/3"]
        camera.heartbeats = False
        await asyncio.sleep(0.2)
        server.posts.clear()
        await asyncio.sleep(0.1)
        assert not server.posts
        camera.heartbeats = True
        camera.http_post_slots_max = 0
        await asyncio.sleep(0.1)
        server.posts.clear()
        await asyncio.sleep(0.1)
        assert not server.posts
        camera.http_post_slots_max = 3
        await ask(camera, SET, new())
        await ask(camera, SET, new(item(3, port=server.port)))
        await server.wait(2)
        assert server.paths().keys() == {"/hook"}
    server.posts.clear()
    await asyncio.sleep(0.1)
    assert not server.posts


async def test_interval_begins_with_a_write() -> None:
    """A new interval counts from the Set that brought it, and the first sign comes after it."""
    async with receiver() as server, IpcV2Simulator() as camera:
        camera.heartbeat_scale = 0.02
        camera.http_post[0] = to(server, 1, interval=120)
        camera.heartbeats = True
        await asyncio.sleep(0.05)
        await ask(camera, SET, new(item(1, port=server.port, seconds=30)))
        await asyncio.sleep(0.2)
        assert not server.posts
        async with asyncio.timeout(1.5):
            await server.wait(1)


async def test_changes_that_want_a_restart() -> None:
    """Some firmware posts to a new address only after a restart, and goes on posting to the others meanwhile."""
    async with receiver() as server, IpcV2Simulator() as camera:
        camera.reboot_seconds = 0.05
        camera.needs_restart_after_http_post = True
        camera.http_post[1] = to(server, 2)
        theirs = item(2, port=server.port, data=camera.http_post[1].data_types).replace("/hook", "/2")
        await ask(camera, SET, new(theirs, item(1, port=server.port)))
        await camera.send_plate("TST101")
        assert server.paths() == {"/2": 1}
        await camera.restart()
        assert (await ask(camera, GET))[0] == 200
        await camera.send_plate("TST101")
        assert server.paths() == {"/2": 1, "/hook": 1}


async def test_restart() -> None:
    """A restart refuses connections and posts nothing for a while, and keeps the settings."""
    async with receiver() as server, IpcV2Simulator() as camera:
        camera.reboot_seconds = 0.2
        camera.http_post[0] = to(server, 1)
        camera.set_alarm("motionAlarm", True)
        restart = asyncio.create_task(camera.restart())
        await asyncio.sleep(0.05)
        with pytest.raises(ClientConnectionError):
            await ask(camera, GET)
        assert (await camera.send_keepalive()).status == 0
        await restart
        assert camera.alarms["motionAlarm"] == {1: False}
        assert (await camera.send_keepalive()).status == 200
        assert server.paths() == {"/1": 1}


@pytest.mark.parametrize("keep_login", [True, False])
async def test_factory_reset(keep_login: bool) -> None:
    """A reset loses all settings, and the login too unless it is to stay; nothing is posted then."""
    async with receiver() as server, IpcV2Simulator(name="Shed", shape=Shape.FIELD) as camera:
        camera.push_url = f"http://127.0.0.1:{server.port}/typed"
        camera.http_post[0] = to(server, 1)
        password = camera.password
        camera.image_of(1)["bright"] = "3"
        begin, end = datetime(2026, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001
        camera.database.plates.append(SimPlate(number="TST101", group="2", begin=begin, end=end))
        camera.factory_reset(keep_login=keep_login)
        assert not camera.database.plates
        assert camera.name == "Gate camera"
        assert not camera.image
        assert (await camera.send_keepalive()).status == 0
        assert not server.posts
        assert (await ask(camera, GET))[1].count(b"<urlId") == 0
        assert (camera.password == password) is keep_login


async def test_cut() -> None:
    """Behind a firewall all posts vanish without an error, signs of life too, until it is mended."""
    async with receiver() as server, IpcV2Simulator() as camera, NvrV2Simulator() as recorder:
        for device in (camera, recorder):
            device.push_url = f"http://127.0.0.1:{server.port}/typed"
        camera.http_post[0] = to(server, 1)
        for device in (camera, recorder):
            device.cut_push()
            assert (await device.send_plate("TST101")).status == 0
        camera.heartbeat_scale, camera.heartbeats = 0.001, True
        await asyncio.sleep(0.1)
        assert not server.posts
        assert {failure.reason for failure in camera.push_failures} == {"cut"}
        assert [failure.slot for failure in recorder.push_failures] == [None]
        camera.heartbeats = False
        for device in (camera, recorder):
            device.mend_push()
            assert (await device.send_plate("TST101")).status == 200
        assert server.paths() == {"/typed": 2, "/1": 1}


def _self_signed(folder: Path) -> ssl.SSLContext:
    """Make a certificate for a server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "home")])
    now = datetime.now(UTC)
    begin, end = now - timedelta(days=1), now + timedelta(days=1)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "home.pem").write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "home.pem")
    return context
