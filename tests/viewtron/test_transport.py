"""What goes over the wire, how logins are spent, and what each answer means."""

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta
import hashlib
from itertools import pairwise
from pathlib import Path
import ssl
import traceback
from urllib.request import parse_http_list, parse_keqv_list

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
import pytest

from custom_components.viewwall.viewtron import transport as transport_module
from custom_components.viewwall.viewtron.challenge import choose_challenge
from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronLockedError,
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
DIGEST_CHALLENGE = Reply(
    status=401,
    headers=(
        'WWW-Authenticate: Digest realm="Web Service", qop="auth", nonce="8a7b", stale="TRUE", AuthVersion="1.1"',
        "Connection: close",
    ),
)


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
        await client._transport.document("SetIt", 2, "<config/>")
        with pytest.raises(ViewtronNotSupportedError):
            await client._transport.document("SetIt", 2, "<config/>")
    assert [(seen.method, seen.body) for seen in device.seen] == [("POST", b"<config/>")] * 2


async def test_basic_is_answered_then_used_at_once(make_client: MakeClient) -> None:
    """One bare request learns the scheme; from then on Basic goes along."""
    async with _device(CLOCK, challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        await client.clock()
        await client.clock()
    assert [seen.login for seen in device.seen] == [None, BASIC, BASIC]


async def test_digest_answers_each_challenge_once(make_client: MakeClient) -> None:
    """The field's challenge gets a correct answer, and every command exactly one request with a login."""
    async with _device(CLOCK, challenge=DIGEST_CHALLENGE) as device:
        client = make_client(device.port)
        await client.clock()
        await client.clock()
    assert [seen.login is not None for seen in device.seen] == [False, True, False, True]
    scheme, _, text = (device.seen[1].login or "").partition(" ")
    fields = parse_keqv_list(parse_http_list(text))
    assert scheme == "Digest"
    assert (fields["username"], fields["uri"], fields["qop"], fields["nc"]) == (
        USERNAME,
        "/GetDateAndTime",
        "auth",
        "00000001",
    )
    assert "algorithm" not in fields

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    secret, request = md5(f"{USERNAME}:Web Service:{PASSWORD}"), md5("POST:/GetDateAndTime")
    assert fields["response"] == md5(f"{secret}:8a7b:00000001:{fields['cnonce']}:auth:{request}")


@pytest.mark.parametrize("challenge", [BASIC_CHALLENGE, DIGEST_CHALLENGE])
async def test_refused_password_is_sent_once(make_client: MakeClient, challenge: Reply) -> None:
    """After a refusal nothing is sent until a retry is allowed, and then again only one login."""
    async with _device(challenge, challenge=challenge) as device:
        client = make_client(device.port)
        for _ in range(3):
            with pytest.raises(ViewtronAuthError):
                await client.clock()
        assert (len(device.seen), device.logins) == (2, 1)
        client.allow_retry()
        for _ in range(3):
            with pytest.raises(ViewtronAuthError):
                await client.clock()
        assert (len(device.seen), device.logins) == (4, 2)


async def test_waiting_requests_are_stopped_by_a_refusal(make_client: MakeClient) -> None:
    """Requests queued behind the refused one send nothing."""
    async with _device(BASIC_CHALLENGE, challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        results = await asyncio.gather(*(client.clock() for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [ViewtronAuthError] * 5
    assert device.logins == 1


async def test_password_changed_while_running(make_client: MakeClient) -> None:
    """A remembered Basic login that is refused ends there: no second scheme, no second try."""
    async with _device([Reply(CLOCK), DIGEST_CHALLENGE, Reply(CLOCK)], challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        await client.clock()
        for _ in range(2):
            with pytest.raises(ViewtronAuthError):
                await client.clock()
        assert device.logins == 2
        client.allow_retry()
        await client.clock()
    assert [seen.login is not None for seen in device.seen] == [False, True, True, False, True]


@pytest.mark.parametrize("code", [8, 9])
@pytest.mark.parametrize("status", [200, 400, 401])
async def test_refusal_by_code(make_client: MakeClient, code: int, status: int) -> None:
    """A refused login may also come as a document, whatever the HTTP status."""
    async with _device(Reply(failed(code), status), challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        for _ in range(2):
            with pytest.raises(ViewtronAuthError):
                await client.clock()
        assert device.logins == 1


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("status", [200, 400, 401])
async def test_locked_account_is_left_alone(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, status: int, early: bool
) -> None:
    """Nothing is sent for half an hour, not even when a retry is allowed; then all goes on."""
    now = 1000.0
    monkeypatch.setattr("custom_components.viewwall.viewtron.transport.time.monotonic", lambda: now)
    monkeypatch.setattr(transport_module, "GAP", 0)
    locked = Reply(failed(10), status, BASIC_CHALLENGE.headers)
    async with _device([locked, Reply(CLOCK)], challenge=locked if early else BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        with pytest.raises(ViewtronLockedError):
            await client.clock()
        logins, sent = device.logins, len(device.seen)
        assert logins == (0 if early else 1)
        client.allow_retry()
        now += 1799
        with pytest.raises(ViewtronLockedError):
            await client.clock()
        assert len(device.seen) == sent
        device.challenge = None
        device.answers["GetDateAndTime"] = CLOCK
        now += 2
        await client.clock()


async def test_switched_off_api_gets_no_password(make_client: MakeClient) -> None:
    """A 401 that says why a login is of no use is not answered with one."""
    off = Reply(failed(17, "Service not enabled"), 401, BASIC_CHALLENGE.headers)
    async with _device(CLOCK, challenge=off) as device:
        client = make_client(device.port)
        for _ in range(2):
            with pytest.raises(ViewtronApiDisabledError) as info:
                await client.clock()
    assert (info.value.code, info.value.description, device.logins) == (17, "Service not enabled", 0)


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b"<html>Router</html>"),
        Reply(b"<html>Not found</html>", 404),
        Reply(b"", 400),
        Reply(b"", 403),
        Reply(b"", 302, ("Location: https://127.0.0.1/",)),
        Reply(b""),
        Reply(b'{"json": true}'),
        Reply(b"<deviceInfo/>"),
        Reply(b"", 401),
        Reply(b"", 401, ("WWW-Authenticate: Negotiate",)),
        Reply(b"", 401, ('WWW-Authenticate: Digest realm="x", nonce="1", algorithm=SHA-512-256',)),
        Reply(b"", 401, ('WWW-Authenticate: Digest realm="x", nonce="1", qop="auth-int"',)),
        Reply(b"", 401, ('WWW-Authenticate: Digest nonce="1"',)),
        Reply(b"", 401, ('WWW-Authenticate: Digest realm="x", nonce=""',)),
    ],
)
async def test_strangers_get_no_password(make_client: MakeClient, answer: Reply) -> None:
    """Whatever does not answer as a Viewtron device gets no credentials, and no second chance to ask for them."""
    async with _device(answer) as device:
        with pytest.raises(ViewtronProtocolError):
            await make_client(device.port).clock()
    assert device.logins == 0


async def test_device_without_login(make_client: MakeClient) -> None:
    """A device that asks for no login gets none."""
    async with _device(CLOCK) as device:
        client = make_client(device.port)
        await client.clock()
        await client.clock()
    assert device.logins == 0


@pytest.mark.parametrize(
    ("headers", "secure", "scheme"),
    [
        (['Basic realm="x"', 'Digest realm="x", nonce="1"'], False, "digest"),
        (['Basic realm="x", Digest realm="x", nonce="1"'], False, "digest"),
        (['Digest realm="x", nonce="1"', "Basic"], True, "basic"),
        (['Digest realm="x", nonce="1"'], True, "digest"),
        (['Basic realm="x"'], False, "basic"),
        (['Negotiate, BASIC realm="a \\"b\\", c"'], False, "basic"),
        (["Negotiate"], False, None),
        (['realm="x"'], False, None),
        ([], False, None),
    ],
)
def test_choice_of_scheme(headers: list[str], secure: bool, scheme: str | None) -> None:
    """Where both are offered, Digest protects plain connections and Basic works on protected ones."""
    challenge = choose_challenge(headers, secure=secure)
    assert (challenge.scheme if challenge else None) == scheme


def test_digest_variants() -> None:
    """SHA-256, an escaped realm, an opaque to return, and no qop (RFC 2069)."""
    challenge = choose_challenge(['Digest realm="r\\"1", nonce="n", opaque="o", algorithm=SHA-256'], secure=False)
    assert challenge is not None
    fields = parse_keqv_list(parse_http_list(challenge.answer("GET", "/x", "u", "p").partition(" ")[2]))

    def sha(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    assert fields["response"] == sha(f"{sha('u:r"1:p')}:n:{sha('GET:/x')}")
    assert (fields["algorithm"], fields["opaque"], "qop" in fields) == ("SHA-256", "o", False)


async def test_colon_in_the_user_name(make_client: MakeClient) -> None:
    """Basic cannot carry such a name; that is a wrong login, not a crash."""
    async with _device(CLOCK, challenge=BASIC_CHALLENGE) as device:
        client = make_client(device.port, username="ad:min")
        for _ in range(2):
            with pytest.raises(ViewtronAuthError, match="colon"):
                await client.clock()
    assert (len(device.seen), device.logins) == (1, 0)


async def test_passwords_beyond_ascii(make_client: MakeClient) -> None:
    """Basic credentials are UTF-8."""
    async with _device(CLOCK, challenge=BASIC_CHALLENGE) as device:
        await make_client(device.port, password="Tür:schlüssel").clock()
    assert device.seen[1].login == "Basic " + b64encode("admin:Tür:schlüssel".encode()).decode()


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
        (Reply(b"", 500), ViewtronConnectionError),
        (Reply(b"<html/>", 503), ViewtronConnectionError),
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


async def test_one_request_at_a_time(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests wait for each other, with a pause between them."""
    ends: list[float] = []
    monkeypatch.setattr(transport_module, "GAP", 0.05)
    async with _device(CLOCK) as device:
        client = make_client(device.port)

        async def ask() -> None:
            await client.clock()
            ends.append(asyncio.get_running_loop().time())

        await asyncio.gather(*(ask() for _ in range(4)))
    assert device.most_at_once == 1
    assert all(later - earlier > 0.045 for earlier, later in pairwise(ends))


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
