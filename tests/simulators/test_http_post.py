"""A camera's settings of where to post to, over raw HTTP."""

import pytest

from .ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from .nvr import NvrV1Simulator, NvrV2Simulator
from .raw_http import ask, code, names, rows, tree
from .state import HttpPostSlot, Shape

pytestmark = pytest.mark.usefixtures("socket_enabled")

GET, SET = "GetHttpPostConfig", "SetHttpPostConfig"
SLOTS = "httpPostV2/postUrlConf/urlList"
BARN = HttpPostSlot(id=2, switch=True, domain="192.0.2.50", port=5002, path="/API", events=("MOTION", "AVD"))


def listed(tag: str, *items: str, attributes: bool = True) -> str:
    """Write a list, with type and count if asked for."""
    marks = f' type="list" count="{len(items)}"' if attributes else ""
    return f"<{tag}{marks}>{''.join(items)}</{tag}>"


def item(
    number: object = 1,
    domain: str = "127.0.0.1",
    *,
    data: tuple[str, ...] = ("smartData",),
    events: tuple[str, ...] = ("ALL",),
    tag: str = "subscribeDateType",
    attributes: bool = True,
    seconds: object = 30,
    port: object = 8123,
    login: str = "<authentication>none</authentication>",
    more: str = "",
    switch: str = "true",
) -> str:
    """Write a slot as the maker's example does."""
    words = [
        listed(name, *(f"<item>{word}</item>" for word in content), attributes=attributes)
        for name, content in ((tag, data), ("subscriptionEvents", events))
    ]
    return (
        f"<item><urlId>{number}</urlId><switch>{switch}</switch><url><protocol>http</protocol>"
        f"<domain><![CDATA[{domain}]]></domain><port>{port}</port><path><![CDATA[/hook]]></path>{login}</url>"
        f"<heatBeatSwitch>true</heatBeatSwitch><keepaliveTimeval>{seconds}</keepaliveTimeval>{''.join(words)}{more}"
        "</item>"
    )


def new(*items: str, attributes: bool = True) -> str:
    """Write the new block."""
    urls = listed("urlList", *items, attributes=attributes)
    return f"<httpPostV2><postUrlConf>{urls}</postUrlConf></httpPostV2>"


def old(address: str = "127.0.0.1", seconds: int = 90, marks: str = "") -> str:
    """Write the old block."""
    return (
        f"<httpPost><bSwitch{marks}>true</bSwitch><serverIp>{address}</serverIp><serverPort>8123</serverPort>"
        f"<keepaliveTimeval>{seconds}</keepaliveTimeval><URL>/old</URL></httpPost>"
    )


def used(camera: CameraSimulator) -> dict[int, str]:
    """Return the domains of the slots that have one."""
    return {slot.id: slot.domain for slot in camera.http_post if slot.domain}


async def refusal(camera: CameraSimulator, content: str | bytes) -> str | None:
    """Set something and return the error code, None for success; a refusal changes and notes nothing."""
    before = (list(camera.http_post), camera.old_post, len(camera.http_post_writes))
    _, error = code(await ask(camera, SET, content))
    if error not in (None, "0"):
        assert (list(camera.http_post), camera.old_post, len(camera.http_post_writes)) == before
        return error
    return None


async def test_blocks_of_each_shape() -> None:
    """Which blocks there are differs; the blocks know nothing of each other, and empty slots are not listed."""
    seen = {}
    for kind in (IpcV1Simulator, IpcV2Simulator):
        for shape in Shape:
            async with kind(shape=shape) as camera:
                camera.http_post[1] = BARN
                status, body = await ask(camera, GET, method="GET")
                root = tree(body)
                assert status == 200
                seen[kind, shape] = [block.tag for block in root]
                if (old_block := root.find("httpPost")) is not None:
                    assert [row.tag for row in old_block] == [
                        "bSwitch", "protocolType", "serverIp", "serverPort", "keepaliveTimeval", "onlineStatus", "URL",
                    ]  # fmt: skip
                    assert (old_block.findtext("bSwitch"), old_block.findtext("serverIp")) == ("false", "")
                if (urls := root.find(SLOTS)) is not None:
                    assert urls.attrib == {"type": "list", "count": "1", "maxCount": "3"}
                    assert urls.findtext("item/urlId") == "2"
                    assert urls.findtext("item/url/authentication") == "none"
                    tag = "subDataType" if kind is IpcV2Simulator and shape is Shape.FIELD else "subscribeDateType"
                    assert urls.find(f"item/{tag}") is not None
                    assert [row.text for row in urls.iterfind("item/subscriptionEvents/item")] == ["MOTION", "AVD"]
    both = ["httpPost", "httpPostV2"]
    assert list(seen.values()) == [both, ["httpPost"], both, ["httpPostV2"]]


async def test_set_replaces_the_list() -> None:
    """A Set of one block leaves the other alone; of the new one it replaces all slots."""
    async with IpcV1Simulator() as camera:
        camera.http_post[1] = BARN
        assert await refusal(camera, old()) is None
        assert (camera.old_post.url, camera.old_post.interval) == ("http://127.0.0.1:8123/old", 90)
        assert used(camera) == {2: BARN.domain}
        assert await refusal(camera, new(item(3, data=("alarmStatus", "traject"), seconds=120))) is None
        assert camera.http_post == [
            HttpPostSlot(id=1),
            HttpPostSlot(id=2),
            HttpPostSlot(
                id=3,
                switch=True,
                domain="127.0.0.1",
                port=8123,
                path="/hook",
                interval=120,
                data_types=("alarmStatus", "traject"),
            ),
        ]
        assert camera.old_post.path == "/old"
        assert await refusal(camera, old("192.0.2.9") + new()) is None
        assert (used(camera), camera.old_post.domain) == ({}, "192.0.2.9")
        assert await refusal(camera, old("")) is None
        assert camera.old_post == IpcV1Simulator().old_post
        assert len(camera.http_post_writes) == 4
        assert b"/old" in camera.http_post_writes[0]


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_refusals(kind: type[CameraSimulator]) -> None:
    """A body with an error changes nothing; the codes are those of the table."""
    missing = "15" if kind.v2 else "3"
    async with kind() as camera:
        camera.http_post[1] = BARN
        cases: dict[str | bytes, str] = {
            b"<config><httpPost>": "2",
            b"<other/>": "3",
            "": missing,
            "<httpPostV2/>": missing,
            new("<item><urlId>1</urlId></item>"): missing,
            old().replace("<URL>/old</URL>", ""): missing,
            new(item(tag="subDataType")): missing,
            new(item(seconds=20)): "16",
            new(item(seconds=121)): "16",
            new(item(seconds="soon")): "16",
            old(seconds=20): "16",
            new(item(port=0)): "16",
            new(item(port=65536)): "16",
            new(item(0)): "16",
            new(item(4)): "16",
            new(item(1), item(1)): "16",
            new(item(switch="1")): "16",
            new(item(data=("smartData", "video"))): "16",
            new(item(events=("ALL", "VEHICLE"))): "16",
            new(item(domain="http://127.0.0.1")): "16",
            new(item().replace("<protocol>http<", "<protocol>ftp<")): "16",
            new(item(login="<authentication>kerberos</authentication>")): "16",
            new(*(item(number) for number in (1, 2, 3, 1))): "19",
            old() + new(item(4)): "16",
        }
        for body, wanted in cases.items():
            assert await refusal(camera, body) == wanted, body
        assert used(camera) == {2: BARN.domain}
        assert code(await ask(camera, SET, new(item()), method="GET")) == (400, "1")
        camera.http_post_slots_max = 1
        assert await refusal(camera, new(item(2))) == "16"
        assert await refusal(camera, new(item(1), item(2))) == "19"
        assert tree((await ask(camera, GET))[1]).find(SLOTS).get("maxCount") == "1"  # type: ignore[union-attr]


async def test_name_of_the_list_in_the_field() -> None:
    """Firmware 5.3.1 does not notice a list by its old name: the slot subscribes to no data."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        events = ("ALL", "VEHICLE")
        assert await refusal(camera, new(item(events=events))) is None
        assert (camera.http_post[0].data_types, camera.http_post[0].events) == ((), events)
        assert await refusal(camera, new(item(tag="subDataType"))) is None
        assert camera.http_post[0].data_types == ("smartData",)
        assert await refusal(camera, new(item(tag="subDataType", events=("LOITER",)))) == "16"
        both = item(tag="subDataType").replace("<subscriptionEvents", "<subscribeDateType/><subscriptionEvents", 1)
        assert await refusal(camera, new(both)) is None
        camera.http_post_data_list = "subscribeDateType"
        assert await refusal(camera, new(item(data=("alarmStatus",)))) is None
        assert camera.http_post[0].data_types == ("alarmStatus",)


async def test_missing_block() -> None:
    """A block that is not there is ignored, and alone it is nothing."""
    async with IpcV1Simulator(shape=Shape.FIELD) as camera:
        assert (await ask(camera, SET, new(item(attributes=False), attributes=False)))[0] == 200
        assert not camera.http_post_writes
        assert await refusal(camera, new(item(attributes=False), attributes=False)) == "3"
        assert await refusal(camera, old() + new(item(attributes=False), attributes=False)) is None
        assert (used(camera), camera.old_post.path) == ({}, "/old")
        camera.http_post_old_block, camera.http_post_new_block = False, True
        assert [block.tag for block in tree((await ask(camera, GET))[1])] == ["httpPostV2"]
        assert await refusal(camera, old()) == "3"


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_attributes(kind: type[CameraSimulator]) -> None:
    """Lists need type and count, or any attribute is an error, or nobody cares."""
    plain, marked = new(item(attributes=False), attributes=False), new(item())
    half, wrong = new(item(attributes=False)), new(item()).replace('count="1"', 'count="2"', 1)
    async with kind() as camera:
        assert camera.http_post_attributes == "wanted"
        error = "16" if kind.v2 else "3"
        assert [await refusal(camera, body) for body in (plain, half, wrong, marked)] == [error, error, error, None]
        camera.http_post_attributes = "refused"
        assert [await refusal(camera, body) for body in (plain, half, wrong, marked)] == [None, "3", "3", "3"]
        assert await refusal(camera, old(marks=' type="boolean"')) == "3"
        camera.http_post_attributes = "free"
        assert [await refusal(camera, body) for body in (plain, half, wrong, marked)] == [None] * 4
    async with kind(shape=Shape.FIELD) as camera:
        assert camera.http_post_attributes == ("wanted" if kind.v2 else "refused")


async def test_empty_slots_listed() -> None:
    """Some firmware lists all slots; an item without a domain is an empty slot."""
    async with IpcV1Simulator() as camera:
        camera.http_post_lists_empty = True
        camera.http_post[1] = BARN
        _, body = await ask(camera, GET)
        assert tree(body).find(SLOTS).get("count") == "3"  # type: ignore[union-attr]
        assert [(row["urlId"], row["switch"]) for row in rows(body, SLOTS)] == [
            ("1", "false"), ("2", "true"), ("3", "false"),
        ]  # fmt: skip
        first = tree(body).find(f"{SLOTS}/item/url")
        assert first is not None
        assert [first.findtext(tag) for tag in ("domain", "port", "path")] == ["", "80", "/"]
        assert await refusal(camera, new(item(1), item(2, ""), item(3, "", switch="false"))) is None
        assert camera.http_post[1:] == [HttpPostSlot(id=2), HttpPostSlot(id=3)]
        assert len(rows((await ask(camera, GET))[1], SLOTS)) == 3


async def test_merging_firmware() -> None:
    """Where a Set merges, a slot is only freed by blanking it."""
    async with IpcV1Simulator() as camera:
        camera.http_post_merges = True
        camera.http_post[1] = BARN
        assert await refusal(camera, new(item(1))) is None
        assert used(camera) == {1: "127.0.0.1", 2: BARN.domain}
        assert await refusal(camera, new()) is None
        assert used(camera) == {1: "127.0.0.1", 2: BARN.domain}
        assert await refusal(camera, new(item(1, "", switch="false"))) is None
        assert used(camera) == {2: BARN.domain}


async def test_ignored_and_read_only() -> None:
    """A Set may succeed without effect, or not be permitted."""
    async with IpcV1Simulator() as camera:
        camera.http_post[1] = BARN
        camera.http_post_ignored = True
        assert await refusal(camera, old() + new(item())) is None
        assert (used(camera), camera.old_post.domain, len(camera.http_post_writes)) == ({2: BARN.domain}, "", 1)
        assert await refusal(camera, new(item(seconds=20))) == "16"
        camera.http_post_read_only = True
        assert await refusal(camera, new(item())) == "4"
        assert (await ask(camera, GET))[0] == 200


async def test_unknown_element() -> None:
    """An element that no paper has must be written back, or falls back to what it is by default."""
    element = "<pushProtocolVersion>V1</pushProtocolVersion>"
    async with IpcV1Simulator() as camera:
        camera.http_post[1] = BARN
        assert b"pushProtocolVersion" not in (await ask(camera, GET))[1]
        camera.http_post_extra = True
        assert rows((await ask(camera, GET))[1], SLOTS)[0]["pushProtocolVersion"] == "V1"
        assert await refusal(camera, new(item(1), item(2, more=element))) is None
        assert [slot.push_version for slot in camera.http_post[:2]] == ["V2", "V1"]


@pytest.mark.parametrize(
    ("username", "password", "domain", "broken"),
    [
        ("<username>hook</username>", "<password>s3cret-Word</password>", "192.0.2.50", []),
        ("<username>hook</username>", "<password>******</password>", "192.0.2.50", [2]),
        ("<username>hook</username>", "", "192.0.2.50", [2]),
        ("", "<password>s3cret-Word</password>", "192.0.2.50", [2]),
        ("<username>hook</username>", "<password>******</password>", "192.0.2.51", []),
    ],
)
async def test_logins(username: str, password: str, domain: str, broken: list[int]) -> None:
    """A Get shows stars for a password, and who writes them back has broken the login."""
    async with IpcV1Simulator() as camera:
        camera.http_post[1] = HttpPostSlot(
            id=2,
            switch=True,
            domain="192.0.2.50",
            port=8123,
            path="/hook",
            authentication="basic",
            username="hook",
            password="s3cret-Word",
        )
        _, body = await ask(camera, GET)
        url = tree(body).find(f"{SLOTS}/item/url")
        assert url is not None
        shown = [url.findtext(tag) for tag in ("authentication", "username", "password")]
        assert shown == ["basic", "hook", "******"]
        assert b"s3cret" not in body
        login = f"<authentication>basic</authentication>{username}{password}"
        assert await refusal(camera, new(item(1), item(2, domain, login=login))) is None
        assert camera.http_post_broken_logins == broken


async def test_devices_without_the_commands() -> None:
    """Recorders have no such commands, and some cameras have none either."""
    for kind in (NvrV1Simulator, NvrV2Simulator):
        async with kind() as recorder:
            for command in (GET, SET):
                assert code(await ask(recorder, command)) == (400, "1")
    async with IpcV2Simulator() as camera:
        assert {GET, SET} <= await names(camera)
        camera.has_http_post = False
        assert not {GET, SET} & await names(camera)
        assert await refusal(camera, new(item())) == "1"
        assert code(await ask(camera, GET)) == (400, "1")
