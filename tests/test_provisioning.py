"""Our own slot on a camera: taken with consent only, given back at removal only, all others left alone."""

from collections.abc import AsyncIterator
from copy import deepcopy

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.provisioning import OTHERS, held, occupy, path_of, turn, writes
from tests.pushing import find, value
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Shape

CAMERAS = [(kind, shape) for kind in (IpcV1Simulator, IpcV2Simulator) for shape in Shape]
SWITCH = "switch.push_subscription"


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV1Simulator]:
    async with IpcV1Simulator() as camera:
        yield camera


@pytest.fixture(name="entry")
async def _entry(hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator) -> ViewWallConfigEntry:
    entry = await set_up(camera)
    assert camera.push_url is not None
    hass.config.internal_url = camera.push_url.partition("/api/")[0]
    camera.push_url = None
    return entry


@pytest.mark.parametrize(("kind", "shape"), CAMERAS)
async def test_consent_by_the_switch(
    hass: HomeAssistant, set_up: SetUp, kind: type[CameraSimulator], shape: Shape
) -> None:
    """Switch it on: the camera posts, and the post arrives. Switch it off: the camera is as it was."""
    async with kind(shape=shape) as camera:
        before = deepcopy(camera.slots())
        entry = await set_up(camera)
        assert camera.push_url is not None
        hass.config.internal_url, camera.push_url = camera.push_url.partition("/api/")[0], None
        assert value(hass, camera, SWITCH) == "off"
        assert writes(camera) == 0
        await turn(hass, camera, on=True)
        assert value(hass, camera, SWITCH) == "on"
        assert entry.options["push_subscription"] is True
        (slot,) = held(camera)
        assert slot.url == hass.config.internal_url + path_of(entry)
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert value(hass, camera, "binary_sensor.event_push") == "on"
        await turn(hass, camera, on=False)
        assert value(hass, camera, SWITCH) == "off"
        assert entry.options["push_subscription"] is False
        assert camera.slots() == before


async def test_nothing_without_consent(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Read only, whatever happens, as long as nobody has agreed."""
    camera.faults.refuse_connections = True
    await later(61)
    camera.faults.refuse_connections = False
    await later(61)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await later(7 * 60 * 60)
    await hass.config_entries.async_remove(entry.entry_id)
    assert writes(camera) == 0
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"push_not_released_{entry.entry_id}") is None


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("how", ["left out", "listed", "merged"])
async def test_item_3_wipes_the_notification_host(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, slots: int, how: str
) -> None:
    """Keep what others have set from the first day to the removal, and write but once each."""
    camera.http_post_lists_empty, camera.http_post_merges = how == "listed", how == "merged"
    others = occupy(camera, *OTHERS[:slots])
    await turn(hass, camera, on=True)
    assert writes(camera) == 1
    for _ in range(2):
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done()
    assert value(hass, camera, SWITCH) == "on"
    await later(7 * 60 * 60)
    assert writes(camera) == 1
    assert [slot for slot in held(camera) if slot.path != path_of(entry)] == others
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert held(camera) == others
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"push_not_released_{entry.entry_id}") is None


async def test_removed_while_disabled(hass: HomeAssistant, camera: IpcV1Simulator, entry: ViewWallConfigEntry) -> None:
    """Release the slot of an entry that is not running, too."""
    await turn(hass, camera, on=True)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert len(held(camera)) == 1
    await hass.config_entries.async_remove(entry.entry_id)
    assert held(camera) == []


async def test_removed_when_the_slot_is_another_ones(
    hass: HomeAssistant, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Release nothing that does not hold our address any more."""
    await turn(hass, camera, on=True)
    others = occupy(camera, *OTHERS)
    await hass.config_entries.async_remove(entry.entry_id)
    assert held(camera) == others
    assert writes(camera) == 1
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"push_not_released_{entry.entry_id}") is None


async def test_typed_by_hand(hass: HomeAssistant, camera: IpcV1Simulator, entry: ViewWallConfigEntry) -> None:
    """Show a slot that somebody has typed as on, and leave it to him."""
    (slot,) = occupy(camera, OTHERS[0])
    slot = camera.http_post[slot.id - 1]
    slot.domain, slot.path = "10.1.1.1", path_of(entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert value(hass, camera, SWITCH) == "on"
    await hass.config_entries.async_remove(entry.entry_id)
    assert len(held(camera)) == 1
    assert writes(camera) == 0


@pytest.mark.parametrize("reason", ["full", "login", "refused", "ignored", "silent"])
async def test_not_possible(
    hass: HomeAssistant, camera: IpcV1Simulator, entry: ViewWallConfigEntry, reason: str
) -> None:
    """Say why it does not work, leave the switch off, and forget the wish."""
    words = {
        "full": "All addresses of Yard",
        "login": "user and password",
        "refused": "may not do this",
        "ignored": "changed nothing",
        "silent": "does not answer",
    }
    camera.name = "Yard"
    others = occupy(camera, *OTHERS) if reason == "full" else occupy(camera, OTHERS[0])
    if reason == "login":
        camera.http_post[0].authentication, camera.http_post[0].username = "basic", "me"
        camera.http_post[0].password = "secret"
        others = deepcopy([camera.http_post[0]])
    camera.http_post_read_only, camera.http_post_ignored = reason == "refused", reason == "ignored"
    camera.faults.refuse_connections = reason == "silent"
    with pytest.raises(HomeAssistantError, match=words[reason].replace("Yard", ".*")):
        await turn(hass, camera, on=True)
    camera.faults.refuse_connections = False
    assert held(camera) == others
    assert camera.http_post_broken_logins == []
    assert writes(camera) == (1 if reason == "ignored" else 0)
    assert "push_subscription" not in entry.options


async def test_off_needs_the_camera(hass: HomeAssistant, camera: IpcV1Simulator, entry: ViewWallConfigEntry) -> None:
    """Keep the wish while the camera cannot be told to forget us."""
    await turn(hass, camera, on=True)
    camera.faults.refuse_connections = True
    with pytest.raises(HomeAssistantError):
        await turn(hass, camera, on=False)
    assert entry.options["push_subscription"] is True
    camera.faults.refuse_connections = False
    camera.has_http_post = False
    await turn(hass, camera, on=False)
    assert entry.options["push_subscription"] is False


async def test_who_wants_events_wants_no_polling_alone(
    hass: HomeAssistant, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Drop the option that expects no events; keep all others."""
    options = {"polling_alone": True, "hold_time": 20}
    hass.config_entries.async_update_entry(entry, options=options)
    await turn(hass, camera, on=True)
    assert entry.options == {"hold_time": 20, "push_subscription": True}


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_recorders_have_none(
    hass: HomeAssistant, set_up: SetUp, kind: type[NvrV1Simulator | NvrV2Simulator]
) -> None:
    """Ask no recorder, and show no switch."""
    async with kind() as recorder:
        await set_up(recorder)
        assert find(hass, recorder, SWITCH) is None
        assert "GetHttpPostConfig" not in {request.command for request in recorder.requests}


async def test_firmware_without(hass: HomeAssistant, set_up: SetUp) -> None:
    """Show no switch where the camera has no such settings."""
    async with IpcV2Simulator() as camera:
        camera.has_http_post = False
        await set_up(camera)
        assert find(hass, camera, SWITCH) is None
