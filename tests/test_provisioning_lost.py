"""Our slot when it is lost, changed or in somebody's way: mended by itself where it can be, else named."""

from collections.abc import AsyncIterator
from copy import deepcopy
import json
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
from tests.simulators.ipc import IpcV1Simulator
from tests.simulators.state import Faults, HttpPostSlot

SWITCH = "switch.push_subscription"
SIX_HOURS = 6 * 60 * 60 + 61


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV1Simulator]:
    async with IpcV1Simulator() as camera:
        yield camera


@pytest.fixture(name="entry")
async def _entry(hass: HomeAssistant, set_up: SetUp, camera: IpcV1Simulator) -> ViewWallConfigEntry:
    """Return an entry whose slot is claimed."""
    entry = await set_up(camera)
    assert camera.push_url is not None
    await hass.config.async_update(internal_url=camera.push_url.partition("/api/")[0])
    await hass.async_block_till_done()
    camera.push_url = None
    await turn(hass, camera, on=True)
    assert writes(camera) == 1
    return entry


@pytest.fixture(name="told")
def _told(hass: HomeAssistant, entry: ViewWallConfigEntry) -> Any:
    """Return a function that reads what diagnostics tell of the slots."""

    async def _read() -> Any:
        return (await async_get_config_entry_diagnostics(hass, entry))["push"]["addresses"]

    return _read


async def away(camera: IpcV1Simulator, later: Later) -> None:
    """Let the camera be away for some minutes."""
    camera.faults.refuse_connections = True
    await later(61)
    await later(61)
    camera.faults.refuse_connections = False
    await later(61)


async def test_item_11_dead_after_a_reboot(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Look after a reboot, find all as it was, and write nothing."""
    reads = [request.command for request in camera.requests].count("GetHttpPostConfig")
    await away(camera, later)
    assert [request.command for request in camera.requests].count("GetHttpPostConfig") == reads + 1
    assert writes(camera) == 1
    assert value(hass, camera, SWITCH) == "on"


async def test_item_11_dead_after_a_factory_reset(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Claim the slot again that a reset has wiped, and receive the camera's messages again."""
    camera.factory_reset()
    assert held(camera) == []
    await away(camera, later)
    (slot,) = held(camera)
    assert slot.path == path_of(entry)
    assert value(hass, camera, SWITCH) == "on"
    await camera.send_keepalive()
    await hass.async_block_till_done()
    assert value(hass, camera, "binary_sensor.event_push") == "on"


async def test_item_11_dead_after_a_firmware_update(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Claim the slot again in the words of the new firmware, beside the one that somebody else was quicker to take."""
    camera.factory_reset()
    camera.http_post_data_list, camera.http_post_attributes = "subDataType", "refused"
    others = occupy(camera, OTHERS[0])
    await away(camera, later)
    assert held(camera)[0] == others[0]
    assert held(camera)[1].path == path_of(entry)
    assert held(camera)[1].data_types == ("alarmStatus", "smartData", "sourceImage", "targetImage")


async def test_taken_away_again_and_again(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, told: Any
) -> None:
    """Claim a lost slot once an hour and no oftener: somebody else may want it gone."""
    for round_, (trouble, written) in enumerate(((None, 2), ("taken_away", 2))):
        camera.empty_slots()
        await away(camera, later)
        assert ((await told())["trouble"], writes(camera)) == (trouble, written), round_
    assert value(hass, camera, SWITCH) == "off"
    await later(60 * 60)
    await away(camera, later)
    assert ((await told())["trouble"], writes(camera)) == (None, 3)
    camera.empty_slots()
    await away(camera, later)
    await turn(hass, camera, on=True)
    assert ((await told())["trouble"], writes(camera)) == (None, 4)


async def test_first_loss_after_help_by_hand(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, told: Any
) -> None:
    """Put back what was lost once, however often it had been written in vain before somebody typed it by hand."""
    (slot,) = [deepcopy(each) for each in held(camera)]
    camera.empty_slots()
    camera.http_post_ignored = True
    await away(camera, later)
    assert (await told())["trouble"] == "refused"
    camera.http_post_ignored = False
    occupy(camera, slot)
    await away(camera, later)
    assert (await told())["trouble"] is None
    before = writes(camera)
    camera.empty_slots()
    await away(camera, later)
    assert ((await told())["trouble"], writes(camera), len(held(camera))) == (None, before + 1, 1)


async def test_first_loss_after_consent(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, told: Any
) -> None:
    """Put back once what the user has let us write anew."""
    for _ in range(2):
        camera.empty_slots()
        await away(camera, later)
    assert (await told())["trouble"] == "taken_away"
    await turn(hass, camera, on=True)
    for trouble in (None, "taken_away"):
        camera.empty_slots()
        await away(camera, later)
        assert (await told())["trouble"] == trouble


async def test_switched_off_in_the_camera(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, told: Any
) -> None:
    """Leave a slot alone that somebody has switched off on the camera's page, and say so."""
    held(camera)[0].switch = False
    await later(SIX_HOURS)
    assert ((await told())["trouble"], writes(camera)) == ("disabled", 1)
    assert value(hass, camera, SWITCH) == "off"
    await turn(hass, camera, on=True)
    assert ((await told())["trouble"], held(camera)[0].switch) == (None, True)


@pytest.mark.parametrize("trouble", ["no_slot", "foreign_login", "refused"])
async def test_lost_and_no_way_back(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, told: Any, trouble: str
) -> None:
    """Say why the slot cannot be had again, poll on, and have it as soon as that is over."""
    camera.empty_slots()
    if trouble == "no_slot":
        occupy(camera, *OTHERS)
    if trouble == "foreign_login":
        occupy(camera, HttpPostSlot(id=1, domain="h", authentication="basic", username="u", password="p"))
    camera.http_post_read_only = trouble == "refused"
    await away(camera, later)
    assert ((await told())["trouble"], writes(camera)) == (trouble, 1)
    assert value(hass, camera, "binary_sensor.motion") == "off"
    camera.empty_slots()
    camera.http_post_read_only = False
    await later(60 * 60)
    await away(camera, later)
    assert ((await told())["trouble"], writes(camera)) == (None, 2)


async def test_home_assistant_has_another_address(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Put a changed address right, at once and each time, and nothing else."""
    others = occupy(camera, OTHERS[1])
    for port in (8124, 8125):
        await hass.config.async_update(internal_url=f"http://127.0.0.1:{port}")
        await hass.async_block_till_done(wait_background_tasks=True)
        await later(61)
        assert [slot.port for slot in held(camera) if slot.path == path_of(entry)] == [port]
    hass.config_entries.async_update_entry(entry, options={**entry.options, "push_address": "http://192.0.2.8:80"})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert [(slot.domain, slot.port) for slot in held(camera) if slot.path == path_of(entry)] == [("192.0.2.8", 80)]
    assert camera.http_post[2] == others[0]
    assert writes(camera) == 4


async def test_an_address_that_works_is_kept(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Replace no address by one that we guess, or that cannot work, while messages arrive."""
    await camera.send_keepalive()
    for url in (None, "http://homeassistant.local:8123", "https://192.0.2.1"):
        await hass.config.async_update(internal_url=url)
        await hass.async_block_till_done(wait_background_tasks=True)
        await later(61)
        await camera.send_keepalive()
    assert value(hass, camera, "binary_sensor.event_push") == "on"
    assert writes(camera) == 1


async def test_a_guess_waits_for_silence(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry
) -> None:
    """Replace what somebody may have typed by our guess only after messages have stopped coming."""
    camera.push_url = str(hass.config.internal_url) + path_of(entry)
    await hass.config.async_update(internal_url=None)
    camera.http_post[0].domain = "proxy.example"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await camera.send_keepalive()
    await later(61)
    await camera.send_keepalive()
    assert writes(camera) == 1
    await later(3 * 120 + 1)
    await later(61)
    assert (held(camera)[0].domain, writes(camera)) == ("127.0.0.1", 2)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(error_code=4),
        Faults(error_code=7),
        Faults(error_code=16),
        Faults(error_code=1),
        Faults(garbage=b"<html/>"),
        Faults(status=500),
        Faults(status=404),
        Faults(cut=True),
    ],
    ids=str,
)
async def test_never_fails_a_poll(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, faults: Faults
) -> None:
    """Poll on, whatever is wrong with the addresses alone."""
    faults.only = {"GetHttpPostConfig", "SetHttpPostConfig"}
    camera.empty_slots()
    camera.faults = faults
    for _ in range(3):
        await later(SIX_HOURS)
        assert value(hass, camera, "binary_sensor.motion") == "off"
    camera.faults = Faults()
    assert writes(camera) == 1


async def test_diagnostics(hass: HomeAssistant, camera: IpcV1Simulator, entry: ViewWallConfigEntry, told: Any) -> None:
    """Tell what stands in the slots without hosts and paths."""
    occupy(camera, HttpPostSlot(id=2, domain="bridge.example", path="/secret", authentication="basic", username="u"))
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    found = await told()
    assert (found["supported"], found["wanted"], found["trouble"]) == (True, True, None)
    assert found["slots"] == [
        {"id": 1, "enabled": True, "empty": False, "ours": True, "has_login": False},
        {"id": 2, "enabled": False, "empty": False, "ours": False, "has_login": True},
        {"id": 0, "enabled": False, "empty": True, "ours": False, "has_login": False},
    ]
    assert not any(word in json.dumps(found) for word in ("bridge", "secret", "webhook", "127.0.0.1"))


@pytest.mark.parametrize("reason", ["away", "other", "slow", "login", "stubborn", "forgot"])
async def test_removal_that_cannot_release(
    hass: HomeAssistant,
    camera: IpcV1Simulator,
    entry: ViewWallConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    reason: str,
) -> None:
    """Remove the entry all the same, and say what to clear and where."""
    match reason:
        case "away":
            camera.faults.refuse_connections = True
        case "other":
            camera.mac, camera.serial = "58:5b:69:00:99:01", "I00009901A"
        case "slow":
            monkeypatch.setattr("custom_components.viewwall.left_slots.RELEASE_LIMIT", 0.05)
            camera.faults.delay = 0.2
        case "login":
            occupy(camera, HttpPostSlot(id=2, domain="h", authentication="basic", username="u", password="p"))
        case "stubborn":
            camera.http_post_ignored = True
        case "forgot":
            camera.has_http_post = False
    before = [slot.domain for slot in camera.http_post]
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.config_entries.async_get_entry(entry.entry_id) is None
    assert [slot.domain for slot in camera.http_post] == before
    if reason == "forgot":
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"push_not_released_{entry.entry_id}") is None
    else:
        check_issue(hass, entry)


@pytest.mark.parametrize("reason", ["locked", "refused", "given up"])
async def test_removal_spends_no_login_that_has_to_wait(
    hass: HomeAssistant, later: Later, camera: IpcV1Simulator, entry: ViewWallConfigEntry, reason: str
) -> None:
    """Ask nothing of a camera that has refused the password or locked the account."""
    camera.password, camera.lock_after = "changed", 0 if reason == "locked" else 9
    await later(61)
    if reason == "given up":
        await later(61)
    asked = len(camera.requests)
    assert camera.refused_logins == {"locked": 0, "refused": 1, "given up": 2}[reason]
    await hass.config_entries.async_remove(entry.entry_id)
    assert len(camera.requests) == asked
    check_issue(hass, entry)


def check_issue(hass: HomeAssistant, entry: ViewWallConfigEntry) -> None:
    """Check that the user is told what to clear in the camera, without its secret."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"push_not_released_{entry.entry_id}")
    assert issue is not None
    assert not issue.is_fixable
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["host"] == "127.0.0.1"
    assert issue.translation_placeholders["address"].startswith("127.0.0.1:")
    assert entry.data["webhook_id"] not in str(issue)
