"""What goes over the wire, in which order, and what each answer means."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
import traceback

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
import pytest

from custom_components.viewwall.viewtron import transport as transport_module
from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronFailedError,
    ViewtronNotFoundError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)

from .conftest import MakeClient
from .scripted import (
    BASIC,
    BASIC_CHALLENGE,
    PASSWORD,
    USERNAME,
    Reply,
    Script,
    ScriptedDevice,
    config,
    failed,
)

CLOCK = config("<time/>")


def _device(answer: Script, *, challenge: Reply | None = None) -> ScriptedDevice:
    """Make a device that knows only GetDateAndTime."""
    return ScriptedDevice({"GetDateAndTime": answer}, challenge)


async def test_request_on_the_wire(make_client: MakeClient) -> None:
    """A read is a POST without a body, with the header that the papers ask for, first without credentials."""
    async with _device(CLOCK) as device:
        await make_client(device.port).clock()
        [seen] = device.seen
    assert (seen.method, seen.path, seen.body, seen.login) == ("POST", "GetDateAndTime", b"", None)
    assert seen.headers["content-type"] == 'application/xml; charset="UTF-8"'


async def test_body_is_sent_and_never_by_get(make_client: MakeClient) -> None:
    """A command with a body changes something, so another method is not tried."""
    async with ScriptedDevice({"SetIt/2": [Reply(CLOCK), Reply(status=405)]}) as device:
        client = make_client(device.port)
        await client.ask("SetIt", 2, "<config/>")
        with pytest.raises(ViewtronNotSupportedError):
            await client.ask("SetIt", 2, "<config/>")
    assert [(seen.method, seen.body) for seen in device.seen] == [("POST", b"<config/>")] * 2


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (1, ViewtronNotSupportedError),
        (3, ViewtronCommandError),
        (4, ViewtronPermissionError),
        (7, ViewtronBusyError),
        (11, ViewtronNotSupportedError),
        (12, ViewtronCommandError),
        (17, ViewtronApiDisabledError),
        (20, ViewtronNotFoundError),
        (499, ViewtronCommandError),
    ],
)
async def test_error_codes(make_client: MakeClient, status: int, code: int, error: type[ViewtronError]) -> None:
    """The device's own code decides, whatever the HTTP status."""
    async with _device(Reply(failed(code, "Words"), status), challenge=BASIC_CHALLENGE) as device:
        with pytest.raises(ViewtronCommandError) as info:
            await make_client(device.port).clock()
    assert type(info.value) is error
    assert (info.value.command, info.value.code, info.value.description) == ("GetDateAndTime", code, "Words")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"", 400), ViewtronNotSupportedError),
        (Reply(b"<html/>", 404), ViewtronNotSupportedError),
        (Reply(b"", 405), ViewtronNotSupportedError),
        (Reply(b"", 403), ViewtronPermissionError),
        (Reply(b"", 500), ViewtronFailedError),
        (Reply(b"<html/>", 503), ViewtronFailedError),
        (Reply(b"", 204), ViewtronProtocolError),
        (Reply(b"", 301, ("Location: /",)), ViewtronProtocolError),
        (Reply(b"<html/>"), ViewtronProtocolError),
        (Reply(b"\xff\xd8\xff\xe0picture"), ViewtronProtocolError),
        (Reply(config(attributes='status="failed"')), ViewtronCommandError),
    ],
)
async def test_errors_without_a_code(make_client: MakeClient, reply: Reply, error: type[ViewtronError]) -> None:
    """The HTTP status speaks where the body does not, once the device has taken our login."""
    async with _device([Reply(CLOCK), reply], challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        await client.clock()
        with pytest.raises(ViewtronError) as info:
            await client.clock()
    assert type(info.value) is error


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<config/>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 10\r\n\r\n<config/>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<con",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n<config/>",
        b"SSH-2.0-OpenSSH_9\r\n",
    ],
)
async def test_broken_connections(make_client: MakeClient, raw: bytes) -> None:
    """Whatever breaks on the way is a connection error, and is not tried again."""
    async with _device([Reply(CLOCK), Reply(raw=raw)]) as device:
        client = make_client(device.port)
        await client.clock()
        with pytest.raises(ViewtronConnectionError):
            await client.clock()
        assert len(device.seen) == 2


async def test_sloppy_http_is_understood(make_client: MakeClient) -> None:
    """No length but an end of the connection, bare line feeds and a nameless cookie are read."""
    raw = b"HTTP/1.0 200 OK\nSet-Cookie: Secure; HttpOnly\nServer: Internal Server\n\n" + CLOCK
    async with _device(Reply(raw=raw)) as device:
        await make_client(device.port).clock()


async def test_nobody_there(make_client: MakeClient) -> None:
    """A refused connection and a host that is no host are connection errors."""
    async with _device(CLOCK) as device:
        port = device.port
    with pytest.raises(ViewtronConnectionError):
        await make_client(port).clock()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ViewtronConnectionError):
            await ViewtronClient(session, "no host/at all", USERNAME, PASSWORD).clock()


async def test_https_on_a_plain_port(make_client: MakeClient) -> None:
    """A failed handshake is a connection error, checked or not."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession() as session:
        for verify in (True, False):
            client = ViewtronClient(session, "127.0.0.1", USERNAME, PASSWORD, port=port, ssl=True, verify_ssl=verify)
            with pytest.raises(ViewtronConnectionError):
                await client.clock()


async def test_own_certificates(make_client: MakeClient, tmp_path: Path) -> None:
    """Devices sign their certificates themselves: taken only where the user says so."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    ).sign(key, hashes.SHA256())
    file = tmp_path / "device.pem"
    file.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    device = _device(CLOCK)
    device.context = context
    async with device, aiohttp.ClientSession() as session:
        clients = [
            ViewtronClient(session, "127.0.0.1", USERNAME, PASSWORD, port=device.port, ssl=True, verify_ssl=verify)
            for verify in (True, False)
        ]
        with pytest.raises(ViewtronConnectionError, match="secure"):
            await clients[0].clock()
        await clients[1].clock()


async def test_slow_device(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that takes too long is given up."""
    monkeypatch.setattr(transport_module, "TIMEOUT", 0.05)
    async with _device(Reply(CLOCK, delay=5)) as device:
        with pytest.raises(ViewtronConnectionError, match="in time"):
            await make_client(device.port).clock()


async def test_endless_answer(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer beyond the cap is not read to its end."""
    monkeypatch.setattr(transport_module, "MAX_ANSWER", 1000)
    async with _device([Reply(config("x" * 2000)), Reply(CLOCK)]) as device:
        client = make_client(device.port)
        with pytest.raises(ViewtronProtocolError, match="too big"):
            await client.clock()
        await client.clock()


async def test_get_only_where_post_is_refused(make_client: MakeClient) -> None:
    """Firmware without POST for reads is asked by GET, and from then on at once; with one login per request."""
    async with _device([Reply(status=405), Reply(CLOCK)], challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        await client.clock()
        await client.clock()
    assert [seen.method for seen in device.seen] == ["POST", "POST", "GET", "GET"]


async def test_unknown_by_either_method(make_client: MakeClient) -> None:
    """What neither method finds is an unknown command; a device's own words are believed at once."""
    async with _device([Reply(CLOCK), Reply(status=404), Reply(status=404), Reply(failed(1), 404)]) as device:
        client = make_client(device.port)
        await client.clock()
        for _ in range(2):
            with pytest.raises(ViewtronNotSupportedError):
                await client.clock()
    assert [seen.method for seen in device.seen] == ["POST", "POST", "GET", "POST"]


async def test_one_request_at_a_time(make_client: MakeClient) -> None:
    """Requests wait for each other."""
    async with _device(Reply(CLOCK, delay=0.01)) as device:
        client = make_client(device.port)
        await asyncio.gather(*(client.clock() for _ in range(4)))
    assert len(device.seen) == 4
    assert device.most_at_once == 1


async def test_cancelling_leaves_no_wedge(make_client: MakeClient) -> None:
    """A cancelled request lets the next one through, also one that was cancelled while waiting."""
    async with _device([Reply(CLOCK, delay=60), Reply(CLOCK)]) as device:
        client = make_client(device.port)
        running, waiting = asyncio.create_task(client.clock()), asyncio.create_task(client.clock())
        await device.arrived.wait()
        waiting.cancel()
        running.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)
        async with asyncio.timeout(5):
            await client.clock()
    assert running.cancelled()
    assert waiting.cancelled()


@pytest.mark.parametrize(
    "script",
    [
        [BASIC_CHALLENGE],
        [Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 10\r\n\r\n<config/>")],
        [Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<config/>")],
        [Reply(failed(4, "no"), 400)],
        [Reply(b"", 503)],
        [Reply(b"<html/>")],
    ],
)
async def test_errors_tell_no_secrets(make_client: MakeClient, script: list[Reply | bytes]) -> None:
    """Neither the error nor anything chained to it shows the password or the header that carries it."""
    async with _device(script, challenge=BASIC_CHALLENGE) as device:
        with pytest.raises(ViewtronError) as info:
            await make_client(device.port).clock()
    shown = "".join(traceback.format_exception(info.value))
    error: BaseException | None = info.value
    while error is not None:
        shown += repr(error) + str(error)
        error = error.__cause__ or error.__context__
    for secret in (PASSWORD, BASIC, BASIC.partition(" ")[2]):
        assert secret not in shown


HUNG_UP = Reply(raw=b"")
VIRTUAL = config("<alarmInInfoList><item><id>17</id><alarmInType>virtual</alarmInType></item></alarmInInfoList>")


async def test_read_is_asked_again_when_the_device_hangs_up(make_client: MakeClient) -> None:
    """An idle connection that the device closes just as it is used costs no failed poll, once the login is proven."""
    async with _device([CLOCK, HUNG_UP, CLOCK], challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        await client.clock()
        await client.clock()
        assert device.logins == 3


async def test_device_that_keeps_hanging_up_is_unreachable(make_client: MakeClient) -> None:
    """Two hang-ups in a row are an error."""
    async with _device([CLOCK, HUNG_UP], challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        await client.clock()
        with pytest.raises(ViewtronConnectionError):
            await client.clock()
        assert device.logins == 3


async def test_order_by_get_is_never_sent_twice(make_client: MakeClient) -> None:
    """A GET that does something is not asked again by anybody when the device hangs up."""
    async with ScriptedDevice({"GetAlarmInInfo": [VIRTUAL], "TriggerVirtualAlarm/17": [HUNG_UP]}) as device:
        with pytest.raises(ViewtronConnectionError):
            await make_client(device.port).trigger_virtual_alarm(17)
        assert device.paths == ["GetAlarmInInfo", "TriggerVirtualAlarm/17"]


async def test_unproven_login_is_never_sent_twice(make_client: MakeClient) -> None:
    """A device that hangs up on the first login gets it once."""
    async with _device(HUNG_UP, challenge=BASIC_CHALLENGE) as device:
        with pytest.raises(ViewtronConnectionError):
            await make_client(device.port).clock()
        assert device.logins == 1


async def test_login_asked_for_in_words(make_client: MakeClient) -> None:
    """Code 9 to a request without a login is a question, not a refusal: it is answered once, by Basic."""
    async with _device(CLOCK, challenge=Reply(failed(9), 400)) as device:
        await make_client(device.port).clock()
        assert [each.login for each in device.seen] == [None, BASIC]
