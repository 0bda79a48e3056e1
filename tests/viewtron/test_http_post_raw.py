"""Addresses for events in answers that no simulated camera gives: hostile, half and odd ones."""

import asyncio
from collections.abc import Sequence
import re
from xml.etree import ElementTree as ET

import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronError,
    ViewtronForeignLoginError,
    ViewtronIgnoredError,
    ViewtronNoAnswerError,
    ViewtronNotSupportedError,
    ViewtronProtocolError,
)
from custom_components.viewwall.viewtron.http_post import PushAddress, PushSlot
from custom_components.viewwall.viewtron.models import DeviceInfo, DeviceKind

from .conftest import MakeClient
from .scripted import CAMERA, Reply, Script, ScriptedDevice, config

OURS = PushAddress(protocol="http", host="192.0.2.5", port=8123, path="/api/webhook/0123")
GET, SET = "GetHttpPostConfig", "SetHttpPostConfig"
OK = config(attributes='status="success"')


def row(
    number: int | str, domain: str = "", *, on: bool = False, path: str = "/", more: str = "", url: str = ""
) -> str:
    """Write a row of the list."""
    return (
        f"<item><urlId>{number}</urlId><switch>{str(on).lower()}</switch><url><protocol>http</protocol>"
        f"<domain><![CDATA[{domain}]]></domain><port>80</port><path>{path}</path>{url}</url>"
        f"<heatBeatSwitch>true</heatBeatSwitch><keepaliveTimeval>30</keepaliveTimeval>{more}</item>"
    )


def mine(number: int, tag: str = "subscribeDateType") -> str:
    """Write our row as it should be."""
    return row(number, OURS.host, on=True, path=OURS.path, more=f"<{tag}><item>smartData</item></{tag}>").replace(
        "<port>80<", "<port>8123<"
    )


def listed(*rows: str, most: str = "3", old: str = "") -> bytes:
    """Write an answer with these rows."""
    head = f'<urlList type="list" count="{len(rows)}" maxCount="{most}">'
    return config(f"{old}<httpPostV2><postUrlConf>{head}{''.join(rows)}</urlList></postUrlConf></httpPostV2>")


def client_of(make_client: MakeClient, device: ScriptedDevice, info: DeviceInfo = CAMERA) -> ViewtronClient:
    """Make a client that knows what it asks."""
    client = make_client(device.port)
    client.use(info)
    return client


def written(device: ScriptedDevice) -> list[str]:
    """List what was sent to be written, without the lists of words that we choose."""
    return [each.body.decode() for each in device.seen if each.path == SET]


@pytest.mark.parametrize(
    ("answer", "slots", "has_free"),
    [
        (listed(), [], True),
        (config("<httpPostV2/>"), [], True),
        (config("<httpPostV2><postUrlConf/></httpPostV2>"), [], True),
        (listed(most="0"), [], False),
        (listed(most="many"), [], True),
        (listed(most="-1"), [], True),
        (listed(row(1, "a"), row(2, "b"), row(3, "c"), most="x"), [(1, "a"), (2, "b"), (3, "c")], False),
        (listed(row(1, "a"), row(2), row(3, "c")), [(1, "a"), (2, None), (3, "c")], True),
        (listed(row(1, "a"), row(2, "0.0.0.0"), row(3, "c")), [(1, "a"), (2, None), (3, "c")], True),
        (listed(row(1, "a"), row(2, on=True), row(3, "c")), [(1, "a"), (2, None), (3, "c")], False),
        (listed(row("", "a"), row("x", "b"), row("99", "c")), [(1, "a"), (2, "b"), (3, "c")], False),
        (listed("<item/>", "<item>text</item>", "<item><url/></item>"), [(1, None), (2, None), (3, None)], True),
        (listed(row(2, "b")).replace(b"urlId", b"URLID").replace(b"<item>", b"<Item>").replace(b"</item>", b"</Item>"),
         [(2, "b")], True),
        (config("<httpPost/>"), [(0, None)], True),
        (config("<httpPost><bSwitch>true</bSwitch></httpPost>"), [(0, None)], False),
        (config("<HTTPPOST><SERVERIP>h</SERVERIP><URL>x</URL></HTTPPOST>"), [(0, "h")], False),
    ],
)  # fmt: skip
async def test_reading(make_client: MakeClient, answer: bytes, slots: list[object], has_free: bool) -> None:
    """Read what is there, and count as free only what is nobody's."""
    async with ScriptedDevice({GET: answer}) as device:
        found = await client_of(make_client, device).http_post.read()
        assert [(slot.id, slot.address.host if slot.address else None) for slot in found.slots] == slots
        assert found.has_free == has_free


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("<domain>h</domain><path>api</path>", ("http", "h", 80, "/api")),
        ("<domain> h </domain><port>x</port>", ("http", "h", 80, "/")),
        ("<protocol>HTTPS</protocol><domain>h</domain><port>70000</port>", ("https", "h", 443, "/")),
        ("<Domain>h</Domain><PORT>81</PORT><Path>//a</Path>", ("http", "h", 81, "/a")),
        ("<domain>h</domain><path>http://h:81/a/b</path>", ("http", "h", 80, "/a/b")),
        ("<domain/><path>/a</path>", None),
    ],
)
async def test_addresses(make_client: MakeClient, url: str, address: tuple[str, str, int, str] | None) -> None:
    """Read an address however it is spelled."""
    item = f"<item><urlId>1</urlId><url>{url}</url></item>"
    async with ScriptedDevice({GET: listed(item)}) as device:
        (slot,) = (await client_of(make_client, device).http_post.read()).slots
    found = slot.address
    assert (None if found is None else (found.protocol, found.host, found.port, found.path)) == address


@pytest.mark.parametrize(
    ("url", "has_login"),
    [
        ("<authentication>none</authentication>", False),
        ("<authentication/><username/><password></password>", False),
        ("<authentication>basic</authentication>", True),
        ("<authentication>digest</authentication>", True),
        ("<authentication><type>basic</type></authentication>", True),
        ("<userName>me</userName>", True),
        ("<account><passWord>******</passWord></account>", True),
    ],
)
async def test_logins(make_client: MakeClient, url: str, has_login: bool) -> None:
    """Know a login by any of its signs, and write nothing then."""
    async with ScriptedDevice({GET: listed(row(1, "h", on=True, url=url)), SET: OK}) as device:
        post = client_of(make_client, device).http_post
        assert (await post.read()).slots[0].has_login == has_login
        with pytest.raises(ViewtronForeignLoginError if has_login else ViewtronIgnoredError):
            await post.claim(OURS)
        assert bool(written(device)) != has_login


@pytest.mark.parametrize(
    "rows",
    [
        [row("", "h")],
        [row("x", "h")],
        [row(0, "h")],
        [row(1, "h"), row(1, "i")],
        ["<item/>"],
        [f"<group>{row(1, 'h')}</group>"],
        [f"<entry>{row(1, 'h').removeprefix('<item>').removesuffix('</item>')}</entry>"],
    ],
)
async def test_not_safe_to_write(make_client: MakeClient, rows: list[str]) -> None:
    """Write no list that is laid out in a way we do not know: it could wipe somebody's address."""
    async with ScriptedDevice({GET: listed(*rows), SET: OK}) as device:
        with pytest.raises(ViewtronNotSupportedError):
            await client_of(make_client, device).http_post.claim(OURS)
        assert written(device) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<a",
        b"<html/>",
        config(),
        config("<other/>"),
        config("<httpPostV2>" + "<a>" * 40 + "</a>" * 40 + "</httpPostV2>"),
        Reply(b"", 400),
        Reply(b"", 404),
        Reply(b"", 405),
        Reply(b"oops", 500),
        config(attributes='status="failed" errorCode="16"'),
        listed(*[row(number, "h") for number in range(5000)]),
    ],
    # Written out, the last one is a megabyte.
    ids=range(12),
)
async def test_hostile(make_client: MakeClient, answer: Reply | bytes) -> None:
    """Raise nothing but our own errors, whatever comes, and write nothing."""
    async with ScriptedDevice({"GetDeviceInfo": config("<deviceInfo/>"), GET: answer, SET: OK}) as device:
        post = client_of(make_client, device).http_post
        with pytest.raises(ViewtronError):
            await post.claim(OURS)
        with pytest.raises(ViewtronError):
            await post.claim(OURS)
        assert written(device) == []


async def test_what_is_not_known_goes_back(make_client: MakeClient) -> None:
    """Write unknown elements, empty lists and marked-up texts back as they came."""
    theirs = row(
        2, "bridge.example", on=True, path="<![CDATA[/x?a=1&b=<2>]]>",
        more='<subDataType type="list" count="0"/><subscriptionEvents type="list" count="2"><itemType type="e"/>'
        "<item>MOTION</item><item>AVD</item></subscriptionEvents><pushProtocolVersion>V1</pushProtocolVersion>"
        '<schedule type="list" count="1"><day>1</day></schedule><note>a &amp; b</note>',
    )  # fmt: skip
    answers = [listed(theirs, old="<httpPost/>"), listed(mine(1, "subDataType"), theirs, old="<httpPost/>")]
    async with ScriptedDevice({GET: answers, SET: OK}) as device:
        assert (await client_of(make_client, device).http_post.claim(OURS)).id == 1
        (body,) = written(device)
    assert "<httpPost>" not in body
    sent = ET.fromstring(re.sub(r' xmlns="[^"]*"', "", body))  # noqa: S314
    first, second = sent.findall("httpPostV2/postUrlConf/urlList/item")
    assert first.findtext("urlId") == "1"
    assert [item.text for item in first.findall("subDataType/item")] == [
        "alarmStatus", "smartData", "sourceImage", "targetImage",
    ]  # fmt: skip
    was = ET.fromstring(theirs)  # noqa: S314
    was.find("subscriptionEvents/itemType").attrib.clear()  # type: ignore[union-attr]
    assert ET.canonicalize(ET.tostring(second), strip_text=True) == ET.canonicalize(ET.tostring(was), strip_text=True)
    urls = sent.find("httpPostV2/postUrlConf/urlList")
    assert urls is not None
    assert urls.attrib == {"type": "list", "count": "2"}


OTHER = row(1, "bridge.example", on=True, more="<online>true</online>")
OLD = "<httpPost><bSwitch>true</bSwitch><serverIp>h</serverIp><onlineStatus>{}</onlineStatus></httpPost>"


@pytest.mark.parametrize(
    ("after", "is_fine"),
    [
        (listed(OTHER, mine(2)), True),
        (listed(mine(2), OTHER), True),
        (listed(OTHER.replace(">true</online>", ">false</online>"), mine(2)), True),
        (listed(mine(2)), False),
        (listed(row(1, "bridge.example"), mine(2)), False),
        (listed(row(1, "bridge.example", on=True, more="<new>1</new>"), mine(2)), False),
    ],
)
async def test_another_slot_was_changed(make_client: MakeClient, after: bytes, is_fine: bool) -> None:
    """Notice that the camera has changed a slot that is not ours, and write all back as it was."""
    async with ScriptedDevice({GET: [listed(OTHER), after], SET: OK}) as device:
        post = client_of(make_client, device).http_post
        if is_fine:
            assert (await post.claim(OURS)).id == 2
            assert len(written(device)) == 1
        else:
            with pytest.raises(ViewtronIgnoredError):
                await post.claim(OURS)
            first, second = written(device)
            assert OURS.path in first
            assert OURS.path not in second
            assert "bridge.example" in second


async def test_the_other_block_was_changed(make_client: MakeClient) -> None:
    """Watch the old block too, of which only what tells a state may change by itself."""
    before, fine = listed(old=OLD.format("true")), listed(mine(1), old=OLD.format("false"))
    async with ScriptedDevice({GET: [before, fine], SET: OK}) as device:
        await client_of(make_client, device).http_post.claim(OURS)
    bad = listed(mine(1), old=OLD.format("true").replace(">h<", "><"))
    async with ScriptedDevice({GET: [before, bad], SET: OK}) as device:
        with pytest.raises(ViewtronIgnoredError):
            await client_of(make_client, device).http_post.claim(OURS)
        assert ["<httpPost>" in body for body in written(device)] == [False, False, True]
        assert "onlineStatus" not in written(device)[2]


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("2.1.0", ["subDataType", "subscribeDateType"]),
        ("2.0.0", ["subscribeDateType", "subDataType"]),
        ("10.0", ["subDataType", "subscribeDateType"]),
        ("odd", ["subscribeDateType", "subDataType"]),
    ],
)
async def test_data_types_do_not_come_back(make_client: MakeClient, version: str, names: Sequence[str]) -> None:
    """Try the other name of the list once, and take our slot out again if neither is taken."""
    bare = row(1, OURS.host, on=True, path=OURS.path).replace("<port>80<", "<port>8123<")
    info = DeviceInfo(kind=DeviceKind.IPC_V2, api_version=version)
    async with ScriptedDevice({GET: [listed(), listed(bare)], SET: OK}) as device:
        with pytest.raises(ViewtronIgnoredError):
            await client_of(make_client, device, info).http_post.claim(OURS)
        bodies = written(device)
        assert [name in body for name, body in zip(names, bodies, strict=False)] == [True, True]
        assert len(bodies) == 3
        assert OURS.path not in bodies[2]


async def test_declared_name(make_client: MakeClient) -> None:
    """Take the name of the list from the answer's own types where it declares them."""
    types = "<types><subDataType><enum>smartData</enum></subDataType></types>"
    async with ScriptedDevice({GET: [listed(old=types), listed(mine(1, "subDataType"))], SET: OK}) as device:
        await client_of(make_client, device).http_post.claim(OURS)
        (body,) = written(device)
        assert "<subDataType" in body


async def test_one_at_a_time(make_client: MakeClient) -> None:
    """Let nobody read between another one's reading and writing."""
    answers: Script = [listed(), listed(mine(1))]
    async with ScriptedDevice({GET: answers, SET: Reply(OK, delay=0.05)}) as device:
        post = client_of(make_client, device).http_post
        _, slots = await asyncio.gather(post.claim(OURS), post.read())
        assert device.paths == [GET, SET, GET, GET]
        assert slots.of(OURS.path) == PushSlot(id=1, enabled=True, address=OURS, heartbeat=30, is_complete=True)


async def test_https_needs_the_list(make_client: MakeClient) -> None:
    """Write no secure address into the old block, which has no place for the word."""
    async with ScriptedDevice({GET: config("<httpPost/>"), SET: OK}) as device:
        secure = PushAddress(protocol="https", host="h", port=443, path="/a")
        with pytest.raises(ViewtronNotSupportedError):
            await client_of(make_client, device).http_post.claim(secure)
        assert written(device) == []


async def test_two_slots_with_our_path(make_client: MakeClient) -> None:
    """Prefer the one that is switched on, and release both."""
    old = f"<httpPost><bSwitch>true</bSwitch><serverIp>h</serverIp><URL>{OURS.path}</URL></httpPost>"
    off = row(1, "h", path=OURS.path)
    answers: Script = [listed(off, old=old), listed(off, old=old), listed(old=old), listed(old="<httpPost/>")]
    async with ScriptedDevice({GET: answers, SET: OK}) as device:
        post = client_of(make_client, device).http_post
        slot = (await post.read()).of(OURS.path)
        assert slot is not None
        assert slot.id == 0
        assert await post.release(OURS.path)
        assert len(written(device)) == 2


async def test_empty_list_refused(make_client: MakeClient) -> None:
    """Blank our row where the firmware does not take a list without rows."""
    refused = Reply(config(attributes='status="failed" errorCode="16"'), 400)
    answers: Script = [listed(mine(1)), listed(row(1))]
    async with ScriptedDevice({GET: answers, SET: [refused, OK]}) as device:
        assert await client_of(make_client, device).http_post.release(OURS.path)
        assert OURS.path not in written(device)[1]
        assert "<switch>false</switch>" in written(device)[1]


async def test_nested_too_deep_is_named(make_client: MakeClient) -> None:
    """Tell settings that are nested without end by the error of a broken answer."""
    deep = listed(row(1, "h", more="<a>" * 40 + "</a>" * 40))
    async with ScriptedDevice({GET: deep}) as device:
        with pytest.raises(ViewtronProtocolError):
            await client_of(make_client, device).http_post.read()


async def test_answer_lost_without_effect(make_client: MakeClient) -> None:
    """Tell that no answer came where reading back shows that nothing was done either."""
    other = row(1, "bridge.example", on=True)
    async with ScriptedDevice(
        {GET: listed(other), SET: Reply(raw=b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n")}
    ) as device:
        post = client_of(make_client, device).http_post
        with pytest.raises(ViewtronNoAnswerError):
            await post.claim(OURS)
        assert {OURS.path in body for body in written(device)} == {True}


async def test_writing_back_fails(make_client: MakeClient) -> None:
    """Tell that another slot was changed, also if it cannot be put back."""
    failed = Reply(config(attributes='status="failed" errorCode="79"'), 400)
    async with ScriptedDevice({GET: [listed(OTHER), listed(mine(2))], SET: [OK, failed]}) as device:
        with pytest.raises(ViewtronIgnoredError, match="other addresses"):
            await client_of(make_client, device).http_post.claim(OURS)
        assert len(written(device)) == 2
