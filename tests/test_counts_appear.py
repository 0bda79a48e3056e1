"""Which counts there are: off until counting is seen, then on with the first count; never against the user's will."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp, address_of
from tests.pushing import entity_id, find, jpeg, post, value
from tests.simulators import ipc_posts
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.posts_base import Target
from tests.simulators.state import Shape
from tests.test_counts import NOBODY, press, shown

COUNTS = [
    f"sensor.{way}_{kind}" for way in ("entered", "exited", "inside") for kind in ("person", "car", "two_wheeler")
]
COUNTED = [f"sensor.counted_{kind}" for kind in ("person", "car", "two_wheeler")]


def off(hass: HomeAssistant, camera: CameraSimulator) -> set[er.RegistryEntryDisabler | None]:
    """Return why the counts and their reset are off."""
    registry = er.async_get(hass)
    found = [registry.async_get(entity_id(hass, camera, key)) for key in (*COUNTS, "button.reset_counts")]
    return {entry.disabled_by if entry else None for entry in found}


async def _with_message(camera: CameraSimulator, later: Later) -> None:
    await camera.cross()
    await later(0)


async def _with_statistics(camera: CameraSimulator, later: Later) -> None:
    await camera.cross(post=False)
    await later(301)


@pytest.mark.parametrize(
    ("camera_type", "begin"),
    [(IpcV1Simulator, _with_message), (IpcV2Simulator, _with_message), (IpcV2Simulator, _with_statistics)],
)
async def test_off_until_counting_is_seen(
    hass: HomeAssistant,
    later: Later,
    set_up: SetUp,
    camera_type: type[CameraSimulator],
    begin: Callable[[CameraSimulator, Later], Awaitable[None]],
) -> None:
    """Show the first count as the first state, and go through the reload that follows."""
    async with camera_type() as camera:
        camera.crossings = dict(NOBODY)
        await set_up(camera)
        assert off(hass, camera) == {er.RegistryEntryDisabler.INTEGRATION}
        assert find(hass, camera, COUNTED[0]) is None
        changes = async_capture_events(hass, "state_changed")
        await begin(camera, later)
        assert off(hass, camera) == {None}
        assert shown(hass, camera) == ["1", "0", "1"]
        name = entity_id(hass, camera, "sensor.entered_person")
        states = [change.data["new_state"].state for change in changes if change.data["entity_id"] == name]
        # From 2026.11 on, Home Assistant itself says so of what is switched on.
        assert [state for state in states if state != "unavailable"] == ["1"]
        await later(31)
        assert shown(hass, camera) == ["1", "0", "1"]
        await camera.cross("person", "out")
        await later(1)
        assert shown(hass, camera) == ["1", "1", "0"]


async def test_message_without_totals_makes_them_appear(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Show what the statistics say when a message tells only that somebody crossed."""
    async with IpcV2Simulator() as camera:
        camera.crossings = dict(NOBODY)
        await set_up(camera)
        await later(11)
        await camera.cross(totals=False)
        await later(1)
        assert shown(hass, camera) == ["1", "0", "1"]
        assert [find(hass, camera, key) for key in COUNTED] == [None] * 3


async def test_what_the_user_has_chosen(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Leave alone what the user has switched on or off."""
    registry = er.async_get(hass)
    async with IpcV2Simulator() as camera:
        camera.crossings = dict(NOBODY)
        await set_up(camera)
        registry.async_update_entity(
            entity_id(hass, camera, "sensor.exited_person"), disabled_by=er.RegistryEntryDisabler.USER
        )
        registry.async_update_entity(entity_id(hass, camera, "sensor.entered_person"), disabled_by=None)
        await later(31)
        assert value(hass, camera, "sensor.entered_person") == "0"
        await camera.cross()
        await later(31)
        assert value(hass, camera, "sensor.entered_person") == "1"
        entry = registry.async_get(entity_id(hass, camera, "sensor.exited_person"))
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.USER
        assert hass.states.get(entry.entity_id) is None


async def test_new_entities_are_unwanted(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Switch nothing on for a user who wants new entities off."""
    async with IpcV2Simulator() as camera:
        camera.crossings = dict(NOBODY)
        entry = await set_up(camera)
        hass.config_entries.async_update_entry(entry, pref_disable_new_entities=True)
        await camera.cross()
        await later(1)
        assert off(hass, camera) == {er.RegistryEntryDisabler.INTEGRATION}


@pytest.mark.parametrize("shape", list(Shape))
async def test_camera_that_cannot_count(hass: HomeAssistant, later: Later, set_up: SetUp, shape: Shape) -> None:
    """Have no counts where nothing speaks of counting, and do not ask for them again and again."""
    async with IpcV2Simulator(shape=shape) as camera:
        camera.has_statistics = False
        await set_up(camera)
        await later(301)
        await later(301)
        assert [find(hass, camera, key) for key in (*COUNTS, *COUNTED, "button.reset_counts")] == [None] * 13
        asked = [request for request in camera.requests if request.command == "GetPassLineCountStatistics"]
        assert len(asked) <= 1


async def test_camera_that_tells_neither_direction_nor_totals(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Count its messages, each target once, over restarts."""
    async with IpcV2Simulator() as camera:
        camera.has_statistics = False
        entry = await set_up(camera)
        await camera.cross(totals=False)
        await camera.cross("car", totals=False)
        await camera.cross("car", totals=False)
        assert [value(hass, camera, key) for key in COUNTED] == ["1", "2", "0"]
        assert [find(hass, camera, key) for key in COUNTS] == [None] * 9
        now = datetime.now(UTC)
        for ids in ((1, 51), (1, 51), (1, 52), (2, 53)):
            target = Target(id=ids[0], event_id=ids[1], kind="motor", crop=jpeg("motor"))
            await post(camera.push_url, ipc_posts.traffic(camera.identity(), now, targets=[target]))
        assert [value(hass, camera, key) for key in COUNTED] == ["1", "2", "2"]
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert [value(hass, camera, key) for key in COUNTED] == ["1", "2", "2"]
        await press(hass, camera)
        assert [value(hass, camera, key) for key in COUNTED] == ["0", "0", "0"]


async def test_counts_are_forgotten_with_the_entry(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Begin anew when a device is added again."""
    async with IpcV1Simulator() as camera:
        entry = await set_up(camera)
        await camera.cross()
        await press(hass, camera)
        await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done()
        await set_up(camera, **address_of(camera))
        await camera.cross()
        assert shown(hass, camera)[0] == "14"
        assert hass.config_entries.async_entries(DOMAIN)[0].entry_id != entry.entry_id
