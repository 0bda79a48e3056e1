"""Our slot as somebody has left it: what works is kept, what is half there is made whole, what is dead is cleared."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.diagnostics import async_get_config_entry_diagnostics
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.provisioning import OTHERS, held, occupy, path_of, turn, writes
from tests.pushing import value
from tests.repairing import User
from tests.simulators.ipc import IpcV1Simulator
from tests.simulators.state import Faults, HttpPostSlot

ARRIVE = "binary_sensor.event_push"
DEAD_END = "http://192.0.2.8:8123"
"""An address of Home Assistant that cannot be told from one that works, and that no camera reaches."""


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV1Simulator]:
    async with IpcV1Simulator() as camera:
        yield camera


async def claimed(hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator) -> ViewWallConfigEntry:
    """Set a camera up that has got its slot by the switch."""
    entry = await set_up(camera)
    camera.push_url = None
    await turn(hass, camera, on=True)
    return entry


async def beats(hass: HomeAssistant, camera: IpcV1Simulator, later: Later, minutes: int) -> None:
    """Let minutes pass in which the camera sends signs of life."""
    for _ in range(minutes):
        await later(60)
        await camera.send_keepalive()
        await hass.async_block_till_done()


async def trouble(hass: HomeAssistant, entry: ViewWallConfigEntry) -> Any:
    """Return what diagnostics tell of the slots."""
    return (await async_get_config_entry_diagnostics(hass, entry))["push"]["addresses"]["trouble"]


def not_released(hass: HomeAssistant) -> list[str]:
    """Return the issues about slots that were left behind."""
    issues = ir.async_get(hass).issues.values()
    return [issue.issue_id for issue in issues if issue.domain == DOMAIN and "not_released" in issue.issue_id]


@pytest.mark.parametrize("how", ["the next look", "a restart"])
async def test_what_works_by_hand_is_kept(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, camera: IpcV1Simulator, how: str
) -> None:
    """Keep an address that was put right in the camera and works, until Home Assistant gets another one."""
    entry = await set_up(camera)
    camera.push_url = None
    await hass.config.async_update(internal_url=DEAD_END)
    await turn(hass, camera, on=True)
    slot = held(camera)[0]
    assert slot.domain == "192.0.2.8"
    slot.domain, slot.port = "127.0.0.1", int(user.server.rpartition(":")[2])
    await beats(hass, camera, later, 5)
    if how == "a restart":
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        await beats(hass, camera, later, 2)
    else:
        await beats(hass, camera, later, 6 * 60 + 2)
    assert (held(camera)[0].domain, writes(camera)) == ("127.0.0.1", 1)
    assert value(hass, camera, ARRIVE) == "on"

    await hass.config.async_update(internal_url="http://192.0.2.9:8123")
    await hass.async_block_till_done(wait_background_tasks=True)
    await later(61)
    assert (held(camera)[0].domain, writes(camera)) == ("192.0.2.9", 2)


async def test_by_hand_and_dead(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, camera: IpcV1Simulator
) -> None:
    """Replace an address by hand from which nothing comes any more."""
    entry = await set_up(camera)
    camera.push_url = None
    await hass.config.async_update(internal_url=f"http://{user.server}")
    hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
    await hass.config_entries.async_reload(entry.entry_id)
    await beats(hass, camera, later, 2)
    held(camera)[0].port = 9
    await hass.config_entries.async_reload(entry.entry_id)
    assert writes(camera) == 1
    for _ in range(40):
        await later(5)
    assert (held(camera)[0].port, writes(camera)) == (int(user.server.rpartition(":")[2]), 2)


@pytest.mark.parametrize("lack", ["heartbeat", "data types"])
async def test_half_a_slot_is_made_whole(
    hass: HomeAssistant, set_up: SetUp, later: Later, camera: IpcV1Simulator, lack: str
) -> None:
    """Mend our slot at the next look if it sends no signs of life or nothing at all, where it leads to."""
    entry = await claimed(hass, set_up, camera)
    slot = held(camera)[0]
    slot.domain = "proxy.example"
    if lack == "heartbeat":
        slot.heartbeat = False
    else:
        slot.data_types = ()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    slot = held(camera)[0]
    assert (slot.heartbeat, bool(slot.data_types), slot.domain, writes(camera)) == (True, True, "proxy.example", 2)


async def test_half_a_slot_by_the_switch(
    hass: HomeAssistant, set_up: SetUp, later: Later, camera: IpcV1Simulator
) -> None:
    """Mend it at once when the user switches on."""
    await claimed(hass, set_up, camera)
    held(camera)[0].heartbeat = False
    await turn(hass, camera, on=True)
    assert (held(camera)[0].heartbeat, writes(camera)) == (True, 2)


async def test_half_a_slot_by_hand(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, camera: IpcV1Simulator
) -> None:
    """Say what a slot lacks that somebody has typed, and offer to put it right."""
    entry = await set_up(camera)
    camera.push_url = None
    host, _, port = user.server.partition(":")
    occupy(
        camera,
        HttpPostSlot(id=2, switch=True, domain=host, port=int(port), path=path_of(entry), heartbeat=False),
    )
    await later(15 * 60 + 1)
    dialog = await (await user.open(entry)).submit()
    assert (dialog.error, dialog.fields) == ("incomplete", {"set_up"})
    assert "heartbeat" in dialog.errors["base"]
    assert writes(camera) == 0
    assert (await dialog.submit(set_up=True)).step == "claimed"
    assert [(slot.id, slot.heartbeat) for slot in held(camera)] == [(2, True)]


async def test_no_heartbeat_is_owed_by_a_slot_without(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, camera: IpcV1Simulator
) -> None:
    """Expect no signs of life that the camera is not to send, nor by a slot that nobody has seen."""
    entry = await claimed(hass, set_up, camera)
    held(camera)[0].heartbeat, camera.http_post_ignored = False, True
    await hass.config_entries.async_reload(entry.entry_id)
    for _ in range(30):
        await later(5)
    assert value(hass, camera, ARRIVE) == "unknown"
    camera.faults = Faults(error_code=4, only={"GetHttpPostConfig"})
    await hass.config_entries.async_reload(entry.entry_id)
    for _ in range(30):
        await later(5)
    assert value(hass, camera, ARRIVE) == "unknown"


async def test_spelling_is_no_other_address(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, camera: IpcV1Simulator
) -> None:
    """Call an address right however it is spelled."""
    entry = await set_up(camera)
    camera.push_url = None
    hass.config_entries.async_update_entry(entry, options={"push_address": "http://[fd00::5]:8123"})
    await hass.config_entries.async_reload(entry.entry_id)
    occupy(camera, HttpPostSlot(id=1, switch=True, domain="[FD00::5]", port=8123, path=path_of(entry)))
    await later(15 * 60 + 1)
    dialog = await (await user.open(entry)).submit()
    assert (dialog.error, dialog.fields) == ("all_right", set())


async def test_full_within_the_pause(hass: HomeAssistant, set_up: SetUp, later: Later, camera: IpcV1Simulator) -> None:
    """Say that no slot is free when that is so, also before anything may be written again."""
    entry = await claimed(hass, set_up, camera)

    async def _look() -> None:
        camera.faults.refuse_connections = True
        await later(61)
        camera.faults.refuse_connections = False
        await later(61)

    camera.empty_slots()
    await _look()
    assert (await trouble(hass, entry), writes(camera)) == (None, 2)
    camera.empty_slots()
    await _look()
    assert await trouble(hass, entry) == "taken_away"
    occupy(camera, *OTHERS)
    await _look()
    assert await trouble(hass, entry) == "no_slot"
    camera.empty_slots()
    await _look()
    assert (await trouble(hass, entry), writes(camera)) == ("taken_away", 2)


async def test_what_was_left_is_cleared(
    hass: HomeAssistant, set_up: SetUp, later: Later, camera: IpcV1Simulator, hass_storage: dict[str, Any]
) -> None:
    """Let the next entry of a camera clear what the one before had to leave there, when the user has agreed."""
    theirs = occupy(camera, OTHERS[1])
    for _ in range(4):
        entry = await claimed(hass, set_up, camera)
        assert [slot.path for slot in held(camera)] == [path_of(entry), theirs[0].path]
        assert not_released(hass) == []
        camera.faults.refuse_connections = True
        await hass.config_entries.async_remove(entry.entry_id)
        camera.faults.refuse_connections = False
        assert not_released(hass) == [f"push_not_released_{entry.entry_id}"]
    before = writes(camera)
    last = await set_up(camera)
    await hass.config_entries.async_reload(last.entry_id)
    assert (writes(camera), len(not_released(hass))) == (before, 1)
    camera.http_post_ignored = True
    hass.config_entries.async_update_entry(last, options={"push_subscription": True})
    await hass.config_entries.async_reload(last.entry_id)
    assert len(not_released(hass)) == 1
    camera.http_post_ignored = False
    camera.http_post[0].domain = ""
    await hass.config_entries.async_reload(last.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [slot.path for slot in held(camera)] == [path_of(last), theirs[0].path]
    assert not_released(hass) == []
    assert hass_storage["viewwall.left_slots"]["data"] == {}


async def test_cleared_by_hand(hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator) -> None:
    """Take the issue back when somebody has cleared the slot; that needs no consent."""
    entry = await claimed(hass, set_up, camera)
    camera.faults.refuse_connections = True
    await hass.config_entries.async_remove(entry.entry_id)
    camera.faults.refuse_connections = False
    camera.empty_slots()
    await set_up(camera)
    assert not_released(hass) == []
    assert writes(camera) == 1
