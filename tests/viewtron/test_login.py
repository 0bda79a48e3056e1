"""Logins are spent sparingly: only on a challenge, only once, and never again after a refusal."""

import asyncio
from base64 import b64encode
import hashlib
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from custom_components.viewwall.viewtron.challenge import choose_challenge
from custom_components.viewwall.viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronLockedError,
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
