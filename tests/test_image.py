"""Images: the newest picture of each kind, as users see it in the browser."""

from base64 import b64encode
from datetime import UTC, datetime

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.conftest import Later, SetUp
from tests.pushing import entity_id, find, jpeg, post, state, value
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Picture, Plate, Target

MIB = 1024 * 1024


async def content(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, device: Simulator, key: str, channel: int | None = None
) -> tuple[int, str, bytes]:
    """Fetch a picture as a browser does; return status, type and bytes."""
    client = await hass_client()
    response = await client.get(state(hass, device, key, channel).attributes["entity_picture"])
    return response.status, response.headers["Content-Type"], await response.read()


async def test_newest_picture_of_each_kind(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Serve overview, target, plate and face over HTTP, each from the newest post that had one."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        who, now = camera.identity(), datetime.now(UTC)
        for mark in ("old", "new"):
            targets = [Target(crop=jpeg(f"{mark} target"), event_id=len(mark), id=ord(mark[0]))]
            body = ipc_posts.intrusion(who, now, targets=targets, overview=jpeg(f"{mark} intrusion"))
            await post(camera.push_url, body)
        faces = [Target(crop=jpeg("face"))]
        await post(camera.push_url, ipc_posts.face(who, now, targets=faces, overview=jpeg("face overview")))
        plates = [Plate(number="KL 1", crop=jpeg("plate"))]
        await post(camera.push_url, ipc_posts.plates(who, now, plates, overview=jpeg("plate overview")))
        await hass.async_block_till_done()
        marks = {"overview": "plate overview", "target": "new target", "plate": "plate", "face": "face"}
        for key, mark in marks.items():
            found = await content(hass, hass_client, camera, f"image.{key}")
            assert found == (200, "image/jpeg", jpeg(mark).data)


async def test_pictures_of_channels(hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp) -> None:
    """Keep the pictures of a recorder's channels apart, those of its own CDATA firmware too."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        for channel in (1, 2):
            target = Target(crop=jpeg(f"target {channel}"))
            body = nvr_posts.region_intrusion(
                recorder.identity(channel),
                datetime.now(UTC),
                targets=[target],
                overview=jpeg(f"overview {channel}"),
                as_cdata=channel == 2,
            )
            await post(recorder.push_url, body)
        await hass.async_block_till_done()
        for channel in (1, 2):
            for kind in ("overview", "target"):
                found = await content(hass, hass_client, recorder, f"image.{kind}", channel)
                assert found == (200, "image/jpeg", jpeg(f"{kind} {channel}").data)


async def test_time_of_a_picture(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Change the state with each picture, so that dashboards load it again."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        assert value(hass, camera, "image.plate") == STATE_UNKNOWN
        await camera.send_plate("KL 1")
        first = value(hass, camera, "image.plate")
        await later(3)
        await camera.send_plate("KL 2")
        second = value(hass, camera, "image.plate")

    assert (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds() >= 3


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"BASE64STUB", id="placeholder"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"." * 40, id="png"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<html></html>", id="html"),
    ],
)
async def test_what_is_no_jpeg_changes_nothing(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, later: Later, set_up: SetUp, data: bytes
) -> None:
    """Keep the picture before, and name no image entity in the event."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        who, now = camera.identity(), datetime.now(UTC)
        good = [Plate(number="KL 1", crop=jpeg("good crop"))]
        await post(camera.push_url, ipc_posts.plates(who, now, good, overview=jpeg("good")))
        before = value(hass, camera, "image.overview"), value(hass, camera, "image.plate")
        await later(2)
        bad = [Plate(number="KL 2", crop=Picture(data, 176, 100))]
        await post(camera.push_url, ipc_posts.plates(who, now, bad, overview=Picture(data)))
        await hass.async_block_till_done()
        assert (value(hass, camera, "image.overview"), value(hass, camera, "image.plate")) == before
        assert (await content(hass, hass_client, camera, "image.overview"))[2] == jpeg("good").data

    assert events[0].data["images"].keys() == {"overview", "target"}
    assert None not in events[0].data["images"].values()
    assert events[1].data["plate"]["number"] == "KL 2"
    assert events[1].data["images"] == {"overview": None, "target": None}


async def test_post_without_pictures(hass: HomeAssistant, set_up: SetUp) -> None:
    """Fire with no picture at all where the subscription has none."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        recorder.pictures = False
        await set_up(recorder)
        await recorder.send_plate("RV 1")
        await hass.async_block_till_done()
        assert find(hass, recorder, "image.overview", 1) is None

    assert events[0].data["images"] == {"overview": None, "target": None}


async def test_too_big_a_picture_is_refused(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Keep no picture above two megabytes, but fire its event."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        who, now = camera.identity(), datetime.now(UTC)
        await post(camera.push_url, ipc_posts.plates(who, now, [Plate(number="KL 1")], overview=jpeg("good")))
        big = jpeg("big", 2 * MIB + 10)
        await post(camera.push_url, ipc_posts.plates(who, now, [Plate(number="KL 2")], overview=big))
        await hass.async_block_till_done()
        assert (await content(hass, hass_client, camera, "image.overview"))[2] == jpeg("good").data

    assert [event.data["plate"]["number"] for event in events] == ["KL 1", "KL 2"]
    assert events[1].data["images"]["overview"] is None


async def test_event_names_only_images_that_hold_the_picture(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Name no image entity whose picture had to make room for another one of the same post."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        overview, crop = jpeg("overview", 1_200_000), jpeg("crop", 600_000)
        assert len(b64encode(overview.data)) + len(b64encode(crop.data)) > 2 * MIB
        plates = [Plate(number="KL 1", crop=crop)]
        await post(camera.push_url, ipc_posts.plates(camera.identity(), datetime.now(UTC), plates, overview=overview))
        await hass.async_block_till_done()
        named = events[0].data["images"]
        names = {kind: entity_id(hass, camera, f"image.{kind}") for kind in ("overview", "plate")}
        held = {name for kind, name in names.items() if value(hass, camera, f"image.{kind}") != STATE_UNKNOWN}

    assert {name for name in named.values() if name} == held


async def test_disabled_image_is_not_named(hass: HomeAssistant, set_up: SetUp) -> None:
    """Name no image entity that the user has switched off: nobody could fetch its picture."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        disabled = er.RegistryEntryDisabler.USER
        er.async_get(hass).async_update_entity(entity_id(hass, camera, "image.plate"), disabled_by=disabled)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        await camera.send_plate("KL 1")
        await hass.async_block_till_done()
        overview = entity_id(hass, camera, "image.overview")

    assert [event.data["images"] for event in events] == [{"overview": overview, "target": None}]


async def test_broken_picture_is_an_error_for_the_browser_alone(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Answer with an error where the text only begins like a picture."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        body = ipc_posts.plates(camera.identity(), datetime.now(UTC), [Plate(number="KL 1")], overview=jpeg("good"))
        text = jpeg("good").base64.encode()
        assert body.count(text) == 1
        answer = await post(camera.push_url, body.replace(text, text[:41]))
        await hass.async_block_till_done()
        assert answer.status == 200
        client = await hass_client()
        picture = state(hass, camera, "image.overview").attributes["entity_picture"]
        response = await client.get(picture)
        assert response.status == 500
        await camera.send_plate("KL 2")
        await hass.async_block_till_done()
        assert (await content(hass, hass_client, camera, "image.overview"))[0] == 200
