"""The webhook over real HTTP: what it answers, what it refuses, and whose messages it takes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall import push
from custom_components.viewwall.const import DOMAIN, EVENT_VIEWWALL
from tests.conftest import SetUp
from tests.pushing import chunked, connect, exchange, http_request, packed, post, state
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.ipc_parts import Dialect
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Identity, Plate
from tests.simulators.push import PushResult, read_answer

MIB = 1024 * 1024
SUCCESS = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<config version="1.0" xmlns="http://www.ipc.com/ver10"><status>success</status></config>'
)
SOMEBODY = Identity(name="Neighbour", mac="58:5b:69:77:00:99", serial="I77009900112", address="192.0.2.99")
NO_MAC = "00:00:00:00:00:00"
TRUNCATED = b'<?xml version="1.0"?><config version="1.7"><smartType>PEA</smartType><curr'
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<config><smartType>&b;</smartType></config>"
)


@pytest.fixture(name="camera")
async def _camera(hass: HomeAssistant, set_up: SetUp) -> AsyncIterator[IpcV2Simulator]:
    """Return a camera that is set up."""
    # Its views cannot be added to a server that runs.
    assert await async_setup_component(hass, "diagnostics", {})
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        yield camera


def address(device: IpcV2Simulator) -> str:
    """Return where a device posts to."""
    assert device.push_url is not None
    return device.push_url


def plate_post(who: Identity, number: str = "KL 204 MX") -> bytes:
    """Build a plate read now, without pictures."""
    return ipc_posts.plates(who, datetime.now(UTC), [Plate(number=number)])


async def push_facts(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> dict[str, Any]:
    """Return what the diagnostics say about push."""
    [entry] = hass.config_entries.async_entries(DOMAIN)
    result = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    facts = result["push"]
    assert isinstance(facts, dict)
    return facts


def everything(hass: HomeAssistant) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return all states, to compare."""
    return {found.entity_id: (found.state, dict(found.attributes)) for found in hass.states.async_all()}


# What was read is answered with success, understood or not.


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" \r\n\t ", id="blank"),
        pytest.param(b"\x00\xff\xfe\x80 no text at all", id="garbage"),
        pytest.param(b"<!DOCTYPE html><html><body><h1>404</h1></body></html>", id="html"),
        pytest.param(b"<html><body><br></body></html>", id="broken-html"),
        pytest.param(TRUNCATED, id="truncated"),
        pytest.param(BOMB, id="entities"),
        pytest.param(b"<other><thing/></other>", id="other-root"),
        pytest.param(b"<config/>", id="nothing-inside"),
        pytest.param(b'{"type": "json"}', id="json"),
        pytest.param(b"<config>" * 5000, id="deep"),
        pytest.param("<config><smartType>Größe</smartType></config>".encode("utf-16"), id="utf-16"),
    ],
)
async def test_everything_read_is_answered(
    hass: HomeAssistant, camera: IpcV2Simulator, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    """Answer with the XML that devices expect, fall over nothing, and understand the next message."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    answer = await post(address(camera), body)
    assert (answer.status, answer.body) == (200, SUCCESS)
    assert answer.headers["content-type"].startswith("application/xml")
    await hass.async_block_till_done()
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []

    before = len(events)
    await post(address(camera), plate_post(camera.identity()))
    await hass.async_block_till_done()
    assert len(events) == before + 1


async def test_unknown_content_is_counted(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, camera: IpcV2Simulator
) -> None:
    """Tell in the diagnostics that something came which nobody understood."""
    await post(address(camera), b"<html><body>Moved</body></html>")
    facts = await push_facts(hass, hass_client)
    assert facts["unknown"] == 1
    assert len(facts["unknown_reasons"]) == 1


async def test_absolute_request_line_of_a_recorder(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take a request line with a whole URL, as recorders send it, and close when asked to."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        assert recorder.push_url is not None
        body = nvr_posts.region_intrusion(recorder.identity(2), datetime.now(UTC))
        whole = http_request(
            recorder.push_url, body, "Content-Type: application/soap+xml; charset=utf-8", "Connection: close"
        )
        path = recorder.push_url[recorder.push_url.index("/api") :].encode()
        whole = whole.replace(b"POST " + path, b"POST " + recorder.push_url.encode(), 1)
        reader, writer = await connect(recorder.push_url)
        writer.write(whole)
        answer = await read_answer(reader)
        rest = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        await hass.async_block_till_done()

    assert (answer.status, answer.body, rest) == (200, SUCCESS, b"")
    assert [event.data["type"] for event in events] == ["intrusion"]


async def test_several_posts_on_one_connection(hass: HomeAssistant, camera: IpcV2Simulator) -> None:
    """Keep a camera's connection open, from an empty sign of life to a plate and on."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    who = camera.identity()
    bodies = (b"", plate_post(who, "KL 1"), b"", plate_post(who, "KL 2"), ipc_posts.keepalive_message(who))
    answers = await exchange(address(camera), *(http_request(address(camera), body) for body in bodies))
    await hass.async_block_till_done()
    assert [(answer.status, answer.body) for answer in answers] == [(200, SUCCESS)] * 5
    assert all(answer.headers.get("connection", "").lower() != "close" for answer in answers)
    assert [event.data["plate"]["number"] for event in events] == ["KL 1", "KL 2"]


async def test_foreign_host_header(hass: HomeAssistant, camera: IpcV2Simulator) -> None:
    """Take a camera's posts although it puts its own address into the Host header."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    request = http_request(address(camera), plate_post(camera.identity()))
    head, _, rest = request.partition(b"\r\nHost: ")
    request = head + b"\r\nHost: 192.0.2.31\r\n" + rest.partition(b"\r\n")[2]
    [answer] = await exchange(address(camera), request)
    await hass.async_block_till_done()
    assert answer.status == 200
    assert len(events) == 1


@pytest.mark.parametrize("pieces", [1, 2, 7])
async def test_chunked_body(hass: HomeAssistant, camera: IpcV2Simulator, pieces: int) -> None:
    """Put a body together that comes in chunks."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    body = plate_post(camera.identity())
    size = len(body) // pieces + 1
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    request = http_request(address(camera), b"", "Transfer-Encoding: chunked", length=None) + chunked(*parts)
    [answer] = await exchange(address(camera), request)
    await hass.async_block_till_done()
    assert (answer.status, answer.body) == (200, SUCCESS)
    assert [event.data["plate"]["number"] for event in events] == ["KL 204 MX"]


async def test_packed_body(hass: HomeAssistant, camera: IpcV2Simulator) -> None:
    """Read what is really packed with gzip."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    answer = await post(address(camera), packed(plate_post(camera.identity())), "Content-Encoding: gzip")
    await hass.async_block_till_done()
    assert answer.status == 200
    assert len(events) == 1


# What cannot or must not be read.


async def test_eight_mebibytes_are_read(camera: IpcV2Simulator) -> None:
    """Read a body of exactly the limit."""
    answer = await post(address(camera), b" " * (8 * MIB))
    assert (answer.status, answer.body) == (200, SUCCESS)


async def send_what_is_taken(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send until the server has had enough."""
    writer.write(data)
    try:
        await writer.drain()
    except ConnectionError:
        return


async def answer_to(url: str, request: bytes) -> PushResult:
    """Return the answer to a request whose end the server may not wait for."""
    reader, writer = await connect(url)
    sending = asyncio.create_task(send_what_is_taken(writer, request))
    try:
        return await asyncio.wait_for(read_answer(reader), 10)
    finally:
        sending.cancel()
        writer.close()


@pytest.mark.parametrize(
    ("headers", "body", "length"),
    [
        pytest.param((), b"<config>", 8 * MIB + 1, id="announced"),
        pytest.param(("Transfer-Encoding: chunked",), chunked(*[b" " * MIB] * 9), None, id="chunked"),
        pytest.param(("Content-Encoding: gzip",), packed(b" " * (9 * MIB)), -1, id="packed"),
    ],
)
async def test_too_big_is_refused(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    camera: IpcV2Simulator,
    headers: tuple[str, ...],
    body: bytes,
    length: int | None,
) -> None:
    """Answer 413 above 8 MiB, announced or not, count it, and go on."""
    answer = await answer_to(address(camera), http_request(address(camera), body, *headers, length=length))
    assert answer.status == 413
    assert (await push_facts(hass, hass_client))["refused"] == 1
    assert (await post(address(camera), b"")).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<config", id="little"),
        pytest.param(b"<config" + b" " * 100_000, id="half"),
    ],
)
async def test_stalled_body_is_given_up(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    camera: IpcV2Simulator,
    monkeypatch: pytest.MonkeyPatch,
    sent: bytes,
) -> None:
    """Answer 408 to who stops in the middle of a message."""
    monkeypatch.setattr(push, "READ_LIMIT", 0.1)
    answer = await answer_to(address(camera), http_request(address(camera), sent, length=200_000))
    assert answer.status == 408
    assert (await push_facts(hass, hass_client))["refused"] == 1
    assert (await post(address(camera), b"")).status == 200


def test_time_limit() -> None:
    """Give a device half a minute."""
    assert push.READ_LIMIT == 30


async def test_declared_gzip_that_is_plain(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    camera: IpcV2Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Refuse what cannot be unpacked, and go on; only the web server itself logs what it thinks of it."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    answer = await post(address(camera), plate_post(camera.identity()), "Content-Encoding: gzip")
    assert answer.status == 400
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.message for record in errors if record.name != "aiohttp.server"] == []
    assert (await push_facts(hass, hass_client))["refused"] == 1
    await post(address(camera), plate_post(camera.identity()))
    await hass.async_block_till_done()
    assert len(events) == 1


@pytest.mark.parametrize("kept", [0.3, 0.99])
async def test_upload_that_breaks_off(
    hass: HomeAssistant, camera: IpcV2Simulator, caplog: pytest.LogCaptureFixture, kept: float
) -> None:
    """Make nothing of a message whose sender went away in the middle."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    body = plate_post(camera.identity())
    _, writer = await connect(address(camera))
    writer.write(http_request(address(camera), body[: int(len(body) * kept)], length=len(body)))
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    answer = await post(address(camera), b"")
    await hass.async_block_till_done()
    assert answer.status == 200
    assert events == []
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_posts(hass: HomeAssistant, camera: IpcV2Simulator, method: str) -> None:
    """Refuse every other method."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    [answer] = await exchange(
        address(camera), http_request(address(camera), plate_post(camera.identity()), method=method)
    )
    await hass.async_block_till_done()
    assert answer.status == 405
    assert events == []


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("8.8.8.8", []),
        ("203.0.113.4", []),
        ("2001:db8::1", []),
        ("192.168.7.20", [("192.168.7.20", False)]),
        ("fd12::5", [("fd12::5", False)]),
        ("127.0.0.1", [("127.0.0.1", True)]),
    ],
)
async def test_only_from_the_house(
    hass: HomeAssistant, set_up: SetUp, sender: str, expected: list[tuple[str, bool]]
) -> None:
    """Take messages of local addresses only, and tell whether they are the device's own."""
    proxy = {"use_x_forwarded_for": True, "trusted_proxies": ["127.0.0.1"]}
    assert await async_setup_component(hass, "http", {"http": proxy})
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await post(address(camera), plate_post(camera.identity()), f"X-Forwarded-For: {sender}")
        await hass.async_block_till_done()

    origins = [event.data["origin"] for event in events]
    assert [(origin["address"], origin["is_device"]) for origin in origins] == expected
    assert all(origin["by"] == "webhook" for origin in origins)


@pytest.mark.parametrize("headers", [(), ("Transfer-Encoding: chunked",)])
async def test_few_large_bodies_at_once(
    hass: HomeAssistant, set_up: SetUp, monkeypatch: pytest.MonkeyPatch, headers: tuple[str, ...]
) -> None:
    """Let large bodies wait for each other, while small ones pass."""
    monkeypatch.setattr(push, "MAX_LARGE_AT_ONCE", 2)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        url = address(camera)
        stalled = [await connect(url) for _ in range(2)]
        for _, writer in stalled:
            writer.write(http_request(url, b" " * 1000, length=4 * MIB))
            await writer.drain()
        assert (await post(url, b"")).status == 200

        body = b" " * 100_000
        plain = http_request(url, body, length=len(body))
        in_chunks = http_request(url, b"", "Transfer-Encoding: chunked", length=None) + chunked(body)
        large = asyncio.create_task(answer_to(url, {0: plain, 1: in_chunks}[len(headers)]))
        await asyncio.sleep(0.2)
        assert not large.done()
        assert (await post(url, plate_post(camera.identity()))).status == 200

        for _, writer in stalled:
            writer.close()
        assert (await large).status == 200
        await hass.async_block_till_done()
        assert state(hass, camera, "sensor.last_plate").state == "KL 204 MX"


def test_number_of_large_bodies_at_once() -> None:
    """Hold no more than 64 MiB of bodies."""
    assert push.MAX_LARGE_AT_ONCE * push.MAX_BODY <= 64 * MIB


async def test_unloaded_entry_hears_nothing(hass: HomeAssistant, camera: IpcV2Simulator) -> None:
    """Do nothing with posts to an entry that is not loaded, and hear them again afterwards."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    [entry] = hass.config_entries.async_entries(DOMAIN)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await post(address(camera), plate_post(camera.identity(), "KL 1"))
    await hass.async_block_till_done()
    assert events == []
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await post(address(camera), plate_post(camera.identity(), "KL 2"))
    await hass.async_block_till_done()
    assert [event.data["plate"]["number"] for event in events] == ["KL 2"]


# Whose messages they are.


def foreign_posts() -> list[Any]:
    """Return messages of a device that is not ours, one of each kind."""
    now = datetime.now(UTC)
    only_mac, only_serial = replace(SOMEBODY, serial=""), replace(SOMEBODY, mac=NO_MAC)
    return [
        pytest.param(plate_post(SOMEBODY), id="plate"),
        pytest.param(plate_post(only_mac), id="only-mac"),
        pytest.param(plate_post(only_serial), id="only-serial"),
        pytest.param(ipc_posts.alarm_status(SOMEBODY, now, {"motionAlarm": True}), id="status"),
        pytest.param(ipc_posts.alarm_status(SOMEBODY, now, {"motionAlarm": True}, legacy=True), id="legacy-status"),
        pytest.param(ipc_posts.intrusion(SOMEBODY, now), id="intrusion"),
        pytest.param(ipc_posts.traject(SOMEBODY, now), id="traject"),
        pytest.param(ipc_posts.keepalive_message(SOMEBODY), id="keepalive"),
        pytest.param(ipc_posts.keepalive_device_info(SOMEBODY), id="classic-keepalive"),
        pytest.param(nvr_posts.region_intrusion(SOMEBODY, now), id="recorder"),
    ]


@pytest.mark.parametrize("body", foreign_posts())
async def test_other_device_is_refused_visibly(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, camera: IpcV2Simulator, body: bytes
) -> None:
    """Change nothing for a message that names another device; answer it, count it, and tell the user."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    before = everything(hass)
    answer = await post(address(camera), body)
    await hass.async_block_till_done()
    assert (answer.status, answer.body) == (200, SUCCESS)
    assert everything(hass) == before
    assert events == []

    [entry] = hass.config_entries.async_entries(DOMAIN)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"foreign_device_{entry.entry_id}")
    assert issue is not None
    assert issue.is_fixable
    shown = (issue.data or {}) | (issue.translation_placeholders or {})
    assert {entry.title, "127.0.0.1"} <= set(shown.values())
    facts = await push_facts(hass, hass_client)
    assert (facts["from_strangers"], facts["received"]) == (1, 0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"mac": "58:5B:69:2B:50:02"}, id="capitals"),
        pytest.param({"mac": "58-5b-69-2b-50-02"}, id="dashes"),
        pytest.param({"mac": "58-5B-69-2B-50-02"}, id="both"),
        pytest.param({"mac": "585b692b5002"}, id="bare"),
        pytest.param({"mac": NO_MAC, "serial": ""}, id="zeros-alone"),
        pytest.param({"mac": NO_MAC, "serial": "0000000000"}, id="zeros-twice"),
        pytest.param({"mac": "", "serial": ""}, id="empty"),
        pytest.param({"mac": NO_MAC}, id="own-serial"),
        pytest.param({"serial": "I00000000001"}, id="own-mac-other-serial"),
        pytest.param({"mac": "58:5b:69:77:00:99"}, id="other-mac-own-serial"),
        pytest.param({"name": "Neighbour", "address": "192.0.2.99"}, id="other-name"),
    ],
)
async def test_own_device_in_every_spelling(
    hass: HomeAssistant, camera: IpcV2Simulator, change: dict[str, Any]
) -> None:
    """Take a message that names the device in any spelling, or names none."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    await post(address(camera), plate_post(replace(camera.identity(), **change)))
    await hass.async_block_till_done()
    assert len(events) == 1
    [entry] = hass.config_entries.async_entries(DOMAIN)
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"foreign_device_{entry.entry_id}") is None


async def test_serial_in_another_case(hass: HomeAssistant, camera: IpcV2Simulator) -> None:
    """Know the serial in small letters too."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    who = replace(camera.identity(), mac=NO_MAC, serial=camera.serial.lower())
    await post(address(camera), plate_post(who))
    await hass.async_block_till_done()
    assert len(events) == 1


async def test_message_without_names_belongs_to_the_entry(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take the layout without any ids as the entry's own, of each entry by its address alone."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as gate, IpcV1Simulator() as yard:
        await set_up(gate)
        await set_up(yard)
        for device, number in ((gate, "GA 1"), (yard, "YA 1")):
            body = ipc_posts.plates(SOMEBODY, datetime.now(UTC), [Plate(number=number)], dialect=Dialect.B)
            await post(device.push_url, body)
        await hass.async_block_till_done()
        assert state(hass, gate, "sensor.last_plate").state == "GA 1"
        assert state(hass, yard, "sensor.last_plate").state == "YA 1"

    assert [event.data["source"]["mac"] for event in events] == [None, None]


async def test_all_zeros_with_another_serial_is_a_stranger(hass: HomeAssistant, camera: IpcV2Simulator) -> None:
    """Count zeros as no name, so that the other serial alone decides."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    await post(address(camera), plate_post(replace(SOMEBODY, mac=NO_MAC)))
    await hass.async_block_till_done()
    assert events == []
