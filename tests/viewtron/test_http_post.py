"""Where a camera posts: our own slot is claimed and released, and all others stay byte for byte what they were."""

from copy import deepcopy
from typing import Any

import pytest

from custom_components.viewwall.viewtron.errors import (
    ViewtronCommandError,
    ViewtronForeignLoginError,
    ViewtronIgnoredError,
    ViewtronNoFreeSlotError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
)
from custom_components.viewwall.viewtron.http_post import HttpPost, PushAddress
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import HttpPostSlot, Shape

from .conftest import MakeClient

OURS = PushAddress(protocol="http", host="192.0.2.5", port=8123, path="/api/webhook/0123456789abcdef")
BRIDGE = HttpPostSlot(
    id=1, switch=True, protocol="https", domain="bridge.example", port=5050, path="/API?a=1&b=<2>", heartbeat=False,
    interval=90, data_types=("traject",), events=("MOTION", "AVD"), push_version="V1",
)  # fmt: skip
PAUSED = HttpPostSlot(id=3, switch=False, domain="192.0.2.77", port=81, path="/x", data_types=(), events=())
ALL_CAMERAS = [(kind, shape) for kind in (IpcV1Simulator, IpcV2Simulator) for shape in Shape]


def put(camera: CameraSimulator, *slots: HttpPostSlot) -> list[HttpPostSlot]:
    """Let others use slots of a camera; return copies of them."""
    for slot in slots:
        camera.http_post[slot.id - 1] = deepcopy(slot)
    return deepcopy([*slots])


def held(camera: CameraSimulator) -> dict[int, tuple[bool, str, int, str]]:
    """Return what a camera has in its slots that are not empty."""
    return {slot.id: (slot.switch, slot.domain, slot.port, slot.path) for slot in camera.slots() if slot.domain}


def with_list(camera: CameraSimulator) -> CameraSimulator:
    """Give a camera both blocks."""
    camera.http_post_old_block = camera.http_post_new_block = True
    return camera


@pytest.mark.parametrize(("kind", "shape"), ALL_CAMERAS)
async def test_claim_and_release(make_client: MakeClient, kind: type[CameraSimulator], shape: Shape) -> None:
    """Take a free slot, write nothing when all is right, and leave nothing behind; as printed and as in the field."""
    async with kind(shape=shape) as camera:
        before = deepcopy((camera.http_post, camera.old_post))
        post = make_client(camera.port).http_post
        slots = await post.read()
        assert (slots.has_free, slots.of(OURS.path)) == (True, None)
        claimed = await post.claim(OURS)
        assert (claimed.enabled, claimed.address, claimed.has_login) == (True, OURS, False)
        assert claimed.id == (1 if camera.http_post_new_block else 0)
        slot = camera.http_post[0] if camera.http_post_new_block else camera.old_post
        assert (slot.heartbeat, slot.interval, slot.url) == (True, 30, f"http://192.0.2.5:8123{OURS.path}")
        if claimed.id:
            assert slot.data_types == ("alarmStatus", "smartData", "sourceImage", "targetImage")
            assert slot.events == ("ALL",)
        writes = len(camera.http_post_writes)
        assert await post.claim(OURS) == claimed
        assert len(camera.http_post_writes) == writes == 1
        assert await post.release(OURS.path)
        assert (camera.http_post, camera.old_post) == before
        assert not await post.release(OURS.path)
        assert len(camera.http_post_writes) == 2


@pytest.mark.parametrize(("kind", "shape"), ALL_CAMERAS)
@pytest.mark.parametrize("how", ["left out", "listed", "merged", "extra"])
async def test_others_stay(make_client: MakeClient, kind: type[CameraSimulator], shape: Shape, how: str) -> None:
    """Write the slots of others back as they were, whatever stands in them, also those that are switched off."""
    async with kind(shape=shape) as device:
        camera = with_list(device)
        camera.http_post_lists_empty = how == "listed"
        camera.http_post_merges = how == "merged"
        camera.http_post_extra = how == "extra"
        others = put(camera, BRIDGE, PAUSED)
        camera.old_post.domain, camera.old_post.path, camera.old_post.switch = "192.0.2.9", "/old", True
        old = deepcopy(camera.old_post)
        post = make_client(camera.port).http_post
        assert (await post.claim(OURS)).id == 2
        assert [camera.http_post[0], camera.http_post[2], camera.old_post] == [*others, old]
        assert await post.release(OURS.path)
        assert [camera.http_post[0], camera.http_post[2], camera.old_post] == [*others, old]
        assert set(held(camera)) == {0, 1, 3}


async def test_put_right(make_client: MakeClient) -> None:
    """Change the address of the slot that has our path, and keep what its owner has set there besides."""
    async with IpcV1Simulator() as camera:
        (other,) = put(camera, BRIDGE)
        mine = HttpPostSlot(
            id=2, domain="10.9.9.9", port=80, path=OURS.path, interval=60, heartbeat=False,
            data_types=("alarmStatus", "traject"), events=("PERIMETER",),
        )  # fmt: skip
        put(camera, mine)
        assert (await make_client(camera.port).http_post.claim(OURS)).id == 2
        slot = camera.http_post[1]
        assert (slot.switch, slot.domain, slot.port, slot.heartbeat, slot.interval) == (
            True, OURS.host, OURS.port, True, 60,
        )  # fmt: skip
        assert (slot.data_types, slot.events) == (("alarmStatus", "traject"), ("PERIMETER",))
        assert camera.http_post[0] == other


@pytest.mark.parametrize("told", [90, 3, 300])
async def test_old_block_that_was_somebody_elses(make_client: MakeClient, told: int) -> None:
    """Write the heartbeat that is wanted into an old block that had another one, and leave it as it is then."""
    async with IpcV1Simulator() as camera:
        camera.http_post_old_block, camera.http_post_new_block = True, False
        camera.old_post.interval = told
        post = make_client(camera.port).http_post
        assert (await post.claim(OURS)).heartbeat == camera.old_post.interval == 30
        camera.old_post.interval = 90
        assert (await post.claim(OURS)).heartbeat == camera.old_post.interval == 90
        assert len(camera.http_post_writes) == 1


async def test_heartbeat_is_told(make_client: MakeClient) -> None:
    """Tell the interval of each slot; None where it is switched off."""
    async with IpcV1Simulator() as camera:
        put(camera, BRIDGE)
        with_list(camera).http_post[1].interval, camera.old_post.interval = 45, 60
        slots = (await make_client(camera.port).http_post.read()).slots
        told = {slot.id: slot.heartbeat for slot in slots}
        assert (told[0], told[1], told.get(2, 45)) == (60, None, 45)


async def test_typed_by_hand_into_the_old_block(make_client: MakeClient) -> None:
    """Know our path in the old block too, where somebody typed it, and mend and release it there."""
    async with IpcV1Simulator() as camera:
        camera.old_post = HttpPostSlot(id=0, switch=False, domain="192.0.2.5", port=8123, path=OURS.path, interval=90)
        post = make_client(camera.port).http_post
        assert (await post.claim(OURS)).id == 0
        assert (camera.old_post.switch, camera.old_post.interval) == (True, 90)
        assert b"httpPostV2" not in camera.http_post_writes[0]
        assert b"onlineStatus" not in camera.http_post_writes[0]
        assert await post.release(OURS.path)
        assert held(camera) == {}


async def test_no_free_slot(make_client: MakeClient) -> None:
    """Write nothing when all slots are somebody's; a switched-off slot with an address is."""
    async with IpcV2Simulator() as camera:
        put(camera, BRIDGE, PAUSED, HttpPostSlot(id=2, domain="192.0.2.78"))
        post = make_client(camera.port).http_post
        assert not (await post.read()).has_free
        with pytest.raises(ViewtronNoFreeSlotError):
            await post.claim(OURS)
        assert camera.http_post_writes == []


async def test_capacity(make_client: MakeClient) -> None:
    """Believe the camera how many slots it has."""
    async with IpcV1Simulator() as camera:
        camera.http_post_slots_max = 1
        put(camera, BRIDGE)
        assert not (await make_client(camera.port).http_post.read()).has_free


@pytest.mark.parametrize("held_slot", [None, OURS])
async def test_login_of_another(make_client: MakeClient, held_slot: PushAddress | None) -> None:
    """Never write a list back that has another's password in it, which no answer tells."""
    async with IpcV1Simulator() as camera:
        put(
            camera,
            HttpPostSlot(id=1, switch=True, domain="192.0.2.9", authentication="basic", username="u", password="p"),
        )
        if held_slot is not None:
            put(camera, HttpPostSlot(id=2, switch=True, domain=OURS.host, port=OURS.port, path=OURS.path))
        post = make_client(camera.port).http_post
        assert (await post.read()).slots[0].has_login
        if held_slot is None:
            with pytest.raises(ViewtronForeignLoginError):
                await post.claim(OURS)
        else:
            assert (await post.claim(OURS)).id == 2
            with pytest.raises(ViewtronForeignLoginError):
                await post.release(OURS.path)
        assert camera.http_post_writes == []
        assert camera.http_post_broken_logins == []


async def test_attributes_refused(make_client: MakeClient) -> None:
    """Write without attributes where the firmware takes none, and remember that."""
    async with IpcV1Simulator(shape=Shape.FIELD) as device:
        camera = with_list(device)
        (other,) = put(camera, BRIDGE)
        post = make_client(camera.port).http_post
        await post.claim(OURS)
        await post.release(OURS.path)
        assert camera.http_post[0] == other
        sets = [request for request in camera.requests if request.command == "SetHttpPostConfig"]
        assert [b"count=" in request.body for request in sets] == [True, False, False]


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("name", ["subDataType", "subscribeDateType"])
@pytest.mark.parametrize("version", ["2.0.0", "2.1.0", None])
async def test_name_of_the_data_types(make_client: MakeClient, shape: Shape, name: str, version: str | None) -> None:
    """Find out how the list of data types is called, which no version tells for sure."""
    async with IpcV2Simulator(shape=shape) as camera:
        camera.http_post_data_list, camera.api_version = name, version or "2"
        await make_client(camera.port).http_post.claim(OURS)
        assert camera.http_post[0].data_types == ("alarmStatus", "smartData", "sourceImage", "targetImage")
        assert len([each for each in camera.requests if each.command == "SetHttpPostConfig"]) <= 3


async def test_name_by_the_other_slots(make_client: MakeClient) -> None:
    """Call the list of data types as it is called in the slots that are there."""
    async with IpcV1Simulator() as camera:
        camera.http_post_data_list = "subDataType"
        put(camera, BRIDGE)
        await make_client(camera.port).http_post.claim(OURS)
        assert len(camera.http_post_writes) == 1
        assert b"subscribeDateType" not in camera.http_post_writes[0]


@pytest.mark.parametrize("old", [True, False])
async def test_ignored(make_client: MakeClient, old: bool) -> None:
    """Find out by reading again that the camera has done nothing."""
    async with IpcV1Simulator() as camera:
        camera.http_post_ignored, camera.http_post_new_block = True, not old
        post = make_client(camera.port).http_post
        with pytest.raises(ViewtronIgnoredError):
            await post.claim(OURS)
        assert len(camera.http_post_writes) <= 2
        slot = HttpPostSlot(id=0 if old else 1, switch=True, domain=OURS.host, path=OURS.path)
        camera.http_post_new_block = not old
        if old:
            camera.old_post = slot
        else:
            put(camera, slot)
        with pytest.raises(ViewtronIgnoredError):
            await post.release(OURS.path)


async def test_not_permitted(make_client: MakeClient) -> None:
    """Tell that the user may not do this."""
    async with IpcV2Simulator() as camera:
        camera.http_post_read_only = True
        with pytest.raises(ViewtronPermissionError):
            await make_client(camera.port).http_post.claim(OURS)


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_recorders(make_client: MakeClient, kind: type[Any]) -> None:
    """Ask no recorder for what it cannot have."""
    async with kind() as recorder:
        with pytest.raises(ViewtronNotSupportedError):
            await make_client(recorder.port).http_post.read()
        assert "GetHttpPostConfig" not in {request.command for request in recorder.requests}


@pytest.mark.parametrize("shape", list(Shape))
async def test_firmware_without(make_client: MakeClient, shape: Shape) -> None:
    """Tell firmware that has no such settings, however it says so."""
    async with IpcV2Simulator(shape=shape) as camera:
        post = make_client(camera.port).http_post
        await post.read()
        camera.has_http_post = False
        with pytest.raises(ViewtronNotSupportedError):
            await post.read()
        assert post.known is None
        with pytest.raises(ViewtronCommandError):
            await post.claim(OURS)


async def test_answer_lost(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read back what came of an order whose answer got lost, instead of giving it up."""
    async with IpcV2Simulator() as camera:
        client = make_client(camera.port)
        await client.http_post.read()
        set_config = camera.commands["SetHttpPostConfig"]

        def set_and_fail(request: Any) -> Any:
            set_config(request)
            camera.faults.only, camera.faults.cut = {"SetHttpPostConfig"}, True
            return set_config(request)

        camera.commands["SetHttpPostConfig"] = set_and_fail
        post: HttpPost = client.http_post
        assert (await post.claim(OURS)).address == OURS
        assert await post.release(OURS.path)
        assert held(camera) == {}
