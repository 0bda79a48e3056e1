"""Addresses for events that somebody else writes at the same time, or that a camera takes by halves."""

from collections.abc import Sequence

import pytest

from custom_components.viewwall.viewtron.errors import (
    ViewtronCommandError,
    ViewtronError,
    ViewtronIgnoredError,
    ViewtronNotSupportedError,
)
from custom_components.viewwall.viewtron.http_post import HttpPost

from .conftest import MakeClient
from .scripted import Reply, ScriptedDevice, config, failed
from .test_http_post_raw import GET, OK, OTHER, OURS, SET, client_of, listed, mine, row, written

REFUSED = Reply(failed(3), 400)
BARE = Reply(b"", 400)
TYPES = "<subscribeDateType><item>smartData</item></subscribeDateType>"
HALF = mine(1).replace(TYPES, "")
THEIRS = row(1, "10.0.0.9", on=True, path="/other")
OLD = "<httpPost><bSwitch>{}</bSwitch><serverIp>{}</serverIp><serverPort>{}</serverPort><URL>{}</URL></httpPost>"
EMPTY = OLD.format("false", "", 80, "/")


async def claim(post: HttpPost) -> ViewtronError | None:
    """Claim a slot; return the error that was raised."""
    try:
        await post.claim(OURS)
    except ViewtronError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (listed(), listed(THEIRS)),
        (listed(row(1)), listed(THEIRS)),
        (listed(), listed(THEIRS.replace(">true<", ">false<", 1))),
        (listed(), listed(row(1, OURS.host, on=True, path="/api/webhook/of-another"))),
        (listed(), listed(row(1, "10.0.0.9", on=True, url="<authentication>basic</authentication>"))),
        (config(EMPTY), config(OLD.format("true", "10.0.0.9", 80, "/other"))),
        (config(EMPTY), config(OLD.format("false", "10.0.0.9", 80, "/other"))),
    ],
)
async def test_slot_lost_to_another(make_client: MakeClient, before: bytes, after: bytes) -> None:
    """Leave the slot alone that somebody else has taken between our writing and our reading."""
    async with ScriptedDevice({GET: [before, after], SET: OK}) as device:
        assert isinstance(await claim(client_of(make_client, device).http_post), ViewtronIgnoredError)
        assert len(written(device)) == 1


async def test_another_takes_the_next_slot(make_client: MakeClient) -> None:
    """Stay in our slot when somebody else takes a free one at the same time."""
    theirs = row(2, "10.0.0.9", on=True, path="/other")
    async with ScriptedDevice({GET: [listed(), listed(mine(1), theirs)], SET: OK}) as device:
        assert (await client_of(make_client, device).http_post.claim(OURS)).id == 1
        assert len(written(device)) == 1


async def test_another_takes_the_slot_while_ours_is_half(make_client: MakeClient) -> None:
    """Take our half slot out, once, and leave what somebody else has written next to it."""
    theirs = row(2, "10.0.0.9", on=True, path="/other")
    answers = [listed(), listed(HALF, theirs), listed(theirs)]
    async with ScriptedDevice({GET: answers, SET: OK}) as device:
        post = client_of(make_client, device).http_post
        assert isinstance(await claim(post), ViewtronIgnoredError)
        first, second = written(device)
        assert OURS.path in first
        assert ("10.0.0.9" in second, OURS.path in second) == (True, False)
        assert post.known is not None
        assert post.known.of(OURS.path) is None


async def test_another_with_a_login_while_ours_is_half(make_client: MakeClient) -> None:
    """Write nothing more once somebody else's new slot has a login, which would be lost."""
    theirs = row(2, "10.0.0.9", on=True, url="<authentication>basic</authentication>")
    async with ScriptedDevice({GET: [listed(), listed(HALF, theirs)], SET: OK}) as device:
        assert isinstance(await claim(client_of(make_client, device).http_post), ViewtronIgnoredError)
        assert len(written(device)) == 1


async def test_another_changes_its_slot(make_client: MakeClient) -> None:
    """Take ours out when another slot has got another address, and write that one as it is now."""
    changed = row(1, "other.example", on=True)
    async with ScriptedDevice({GET: [listed(OTHER), listed(changed, mine(2))], SET: OK}) as device:
        assert isinstance(await claim(client_of(make_client, device).http_post), ViewtronIgnoredError)
        _, second = written(device)
        found = [word in second for word in ("other.example", "bridge.example", OURS.path)]
        assert found == [True, False, False]


async def test_another_takes_a_slot_while_ours_stays(make_client: MakeClient) -> None:
    """Blank no list that somebody else has written to since it was read."""
    theirs = row(2, "10.0.0.9", on=True, path="/other")
    async with ScriptedDevice({GET: [listed(mine(1)), listed(mine(1), theirs)], SET: OK}) as device:
        with pytest.raises(ViewtronIgnoredError):
            await client_of(make_client, device).http_post.release(OURS.path)
        assert len(written(device)) == 1


@pytest.mark.parametrize(
    "after",
    [
        mine(1).replace(OURS.path, OURS.path[:12]),
        mine(1).replace(OURS.host, "cut.example"),
        mine(1).replace(OURS.host, ""),
        mine(1).replace("<switch>true<", "<switch>false<"),
    ],
)
async def test_camera_mangles_our_slot(make_client: MakeClient, after: str) -> None:
    """Take out what the camera has made of our slot."""
    async with ScriptedDevice({GET: [listed(), listed(after), listed()], SET: OK}) as device:
        post = client_of(make_client, device).http_post
        assert isinstance(await claim(post), ViewtronIgnoredError)
        assert "<item>" not in written(device)[1]
        assert post.known is not None
        assert post.known.slots == ()


@pytest.mark.parametrize("refused", [REFUSED, Reply(failed(4), 400), Reply(failed(16), 400)])
async def test_second_try_refused(make_client: MakeClient, refused: Reply) -> None:
    """Take our half slot out when the camera takes it without the data types, but not by their other name."""
    script: list[Reply | bytes] = [OK, refused, refused, OK] if refused is REFUSED else [OK, refused, OK]
    async with ScriptedDevice({GET: [listed(), listed(HALF), listed()], SET: script}) as device:
        post = client_of(make_client, device).http_post
        assert isinstance(await claim(post), ViewtronCommandError)
        bodies = written(device)
        assert [OURS.path in body for body in bodies] == [True] * (len(script) - 1) + [False]
        assert post.known is not None
        assert post.known.slots == ()


@pytest.mark.parametrize(
    ("answer", "is_complete"),
    [
        (listed(mine(1)), True),
        (listed(mine(1, "subDataType")), True),
        (listed(HALF), False),
        (listed(mine(1).replace(TYPES, "<subscribeDateType/>")), False),
        (listed(mine(1).replace("<switch>true", "<switch>false")), False),
        (listed(mine(1).replace("<heatBeatSwitch>true", "<heatBeatSwitch>false")), False),
        (listed(mine(1).replace("<heatBeatSwitch>true</heatBeatSwitch>", "")), True),
        (config(OLD.format("true", OURS.host, OURS.port, OURS.path)), True),
        (config(OLD.format("false", OURS.host, OURS.port, OURS.path)), False),
    ],
)
async def test_complete(make_client: MakeClient, answer: bytes, is_complete: bool) -> None:
    """Tell whether a slot sends all that we need, and complete ours if it does not."""
    fine = config(OLD.format("true", OURS.host, OURS.port, OURS.path)) if b"<httpPost>" in answer else listed(mine(1))
    async with ScriptedDevice({GET: [answer, answer, fine], SET: OK}) as device:
        post = client_of(make_client, device).http_post
        slot = (await post.read()).of(OURS.path)
        assert slot is not None
        assert slot.is_complete == is_complete
        assert (await post.claim(OURS)).is_complete
        bodies = written(device)
        assert len(bodies) == (0 if is_complete else 1)
        assert all(">false<" not in body and (">smartData<" in body or "<httpPost>" in body) for body in bodies)


async def test_the_complete_one_of_two(make_client: MakeClient) -> None:
    """Prefer the slot with our path that sends all that we need, and write nothing then."""
    answer = listed(HALF, mine(2), old=OLD.format("false", OURS.host, OURS.port, OURS.path))
    async with ScriptedDevice({GET: answer, SET: OK}) as device:
        assert (await client_of(make_client, device).http_post.claim(OURS)).id == 2
        assert written(device) == []


@pytest.mark.parametrize(
    ("script", "count"),
    [([BARE, OK], 2), ([BARE, BARE, OK], 3), ([Reply(failed(15), 400), BARE, BARE, OK], 4)],
)
async def test_refused_without_a_reason(make_client: MakeClient, script: Sequence[Reply | bytes], count: int) -> None:
    """Try the other layouts also where the camera refuses one by a bare HTTP 400."""
    async with ScriptedDevice({GET: [listed(), listed(mine(1))], SET: script}) as device:
        assert (await client_of(make_client, device).http_post.claim(OURS)).id == 1
        assert len(written(device)) == count


async def test_empty_list_refused_without_a_reason(make_client: MakeClient) -> None:
    """Blank our row where a list without rows is refused by a bare HTTP 400."""
    async with ScriptedDevice({GET: [listed(mine(1)), listed(row(1))], SET: [BARE, BARE, OK]}) as device:
        assert await client_of(make_client, device).http_post.release(OURS.path)
        assert "<switch>false</switch>" in written(device)[2]


@pytest.mark.parametrize("status", [400, 403])
async def test_refused_for_good(make_client: MakeClient, status: int) -> None:
    """Try no layout endlessly, and none at all without the right to write."""
    async with ScriptedDevice({GET: listed(), SET: Reply(b"", status)}) as device:
        error = await claim(client_of(make_client, device).http_post)
        assert isinstance(error, ViewtronCommandError)
        assert isinstance(error, ViewtronNotSupportedError) == (status == 400)
        assert len(written(device)) == (4 if status == 400 else 1)
