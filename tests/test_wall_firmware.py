"""New firmware for a wall: started or uploaded, followed through the reboot, its failures told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from hashlib import sha256
import io
from pathlib import Path
import tracemalloc
from typing import Any, override

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from custom_components.viewwall import firmware
from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.firmware import BACK, STALL, STANDING, Outcome, UpdateWatch
from custom_components.viewwall.wall_runtime import ThinClientConfigEntry
from tests.conftest import SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults

OLD = "1.1.0.0"
NEWEST = "2.2.1.345"
UPLOADED = "2.2.2.7"


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often and give up soon."""
    for name, seconds in (("POLL", 0.02), ("BACK", 0.6), ("STALL", 10.0), ("LIMIT", 60.0)):
        monkeypatch.setattr(firmware, name, seconds)


@pytest.fixture
async def wall(socket_enabled: None, _impatient: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device with old firmware."""
    simulator = ThinClientSimulator()
    simulator.firmware = OLD
    async with simulator:
        yield simulator


@pytest.fixture
async def entry(wall: ThinClientSimulator, set_up_wall: SetUpWall) -> ThinClientConfigEntry:
    """Set the device up."""
    return await set_up_wall(wall)


@pytest.fixture
def entity_id(hass: HomeAssistant, entry: ThinClientConfigEntry) -> str:
    """Return the update entity's id."""
    unique_id = f"{entry.unique_id}_firmware"
    found = er.async_get(hass).async_get_entity_id("update", DOMAIN, unique_id)
    assert found is not None
    return found


@pytest.fixture
def states(hass: HomeAssistant, entity_id: str) -> list[State]:
    """Collect the states that the update entity takes."""
    seen: list[State] = []

    @callback
    def _take(event: Event[EventStateChangedData]) -> None:
        assert event.data["new_state"] is not None
        seen.append(event.data["new_state"])

    async_track_state_change_event(hass, entity_id, _take)
    return seen


async def install(hass: HomeAssistant, entity_id: str) -> None:
    """Install as a user does."""
    await hass.services.async_call("update", "install", {"entity_id": entity_id}, blocking=True)


def shown(hass: HomeAssistant, entity_id: str) -> State:
    """Return the entity's state."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to happen."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  the device's own state tells no events
            await asyncio.sleep(0.005)


def key_of(failed: pytest.ExceptionInfo[HomeAssistantError]) -> str | None:
    """Return an error's translation key, once its words are complete."""
    message = str(failed.value)
    assert "{" not in message
    assert failed.value.translation_key != message
    return failed.value.translation_key


def firmware_file(tmp_path: Path, size: int = 300_000) -> Path:
    """Write a firmware file."""
    path = tmp_path / "thin-client.bin"
    path.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    return path


async def test_install(
    hass: HomeAssistant,
    wall: ThinClientSimulator,
    entry: ThinClientConfigEntry,
    entity_id: str,
    states: list[State],
) -> None:
    """Install through the reboot: progress from the device's words, then the new version everywhere."""
    wall.update_step_seconds = 0.06
    before = shown(hass, entity_id)
    assert before.state == STATE_ON
    assert before.attributes["installed_version"] == OLD
    assert before.attributes["latest_version"] == NEWEST
    assert before.attributes["in_progress"] is False
    assert before.attributes["title"] == "Thin Client"
    display = entry.runtime_data.display
    await display.show_camera(wall.direct_cameras[0].id)
    assert display.full_screen
    await install(hass, entity_id)
    assert wall.reboots == 1
    after = shown(hass, entity_id)
    assert after.state == STATE_OFF
    assert after.attributes["installed_version"] == NEWEST
    assert after.attributes["in_progress"] is False
    assert after.attributes["update_percentage"] is None
    running = [state for state in states if state.attributes.get("in_progress")]
    percentages = [state.attributes["update_percentage"] for state in running]
    told = [each for each in percentages if each is not None]
    assert told == sorted(told)
    assert len(set(told)) > 3
    assert all(each % 10 == 0 for each in told)
    assert not any(state.state == STATE_UNAVAILABLE for state in states)
    assert display.full_screen is None
    await hass.async_block_till_done()
    device = dr.async_get(hass).async_get(entry.runtime_data.registry_id())
    assert device is not None
    assert device.sw_version == NEWEST
    assert wall.most_sessions == 1


async def test_available_while_the_wall_is_away(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, entity_id: str, states: list[State]
) -> None:
    """Show the progress while polls fail, and be unavailable without an update."""
    wall.reboot_seconds = 0.5
    coordinator = entry.runtime_data.coordinator
    installing = hass.async_create_task(install(hass, entity_id))
    await until(lambda: wall.booting)
    await coordinator.async_refresh()
    assert not coordinator.last_update_success
    assert shown(hass, entity_id).state == STATE_ON
    assert shown(hass, entity_id).attributes["in_progress"] is True
    await installing
    assert coordinator.last_update_success
    assert shown(hass, entity_id).state == STATE_OFF
    wall.faults.refuse_connections = True
    await coordinator.async_refresh()
    assert shown(hass, entity_id).state == STATE_UNAVAILABLE


@pytest.mark.parametrize("texts", [("Lade herunter", "Prüfe Version 2.2.1", "Schreibe um 10:30"), ("",)])
async def test_words_without_two_numbers(
    hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str, states: list[State], texts: tuple[str, ...]
) -> None:
    """Show no percentage where the device's words hold none, or where it says nothing."""
    wall.update_texts = texts
    await install(hass, entity_id)
    assert shown(hass, entity_id).state == STATE_OFF
    assert any(state.attributes["in_progress"] for state in states)
    assert {state.attributes["update_percentage"] for state in states} == {None}


async def test_rolled_back(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str) -> None:
    """Tell when the device comes back with its old firmware, and let the user try again."""
    wall.update_rolls_back = True
    with pytest.raises(HomeAssistantError) as failed:
        await install(hass, entity_id)
    assert key_of(failed) == "update_failed"
    assert "Step" in str(failed.value)
    assert shown(hass, entity_id).state == STATE_ON
    assert shown(hass, entity_id).attributes["in_progress"] is False
    wall.update_rolls_back = False
    await install(hass, entity_id)
    assert shown(hass, entity_id).state == STATE_OFF


@pytest.mark.parametrize("is_idle", [True, False])
async def test_fails_at_a_step(
    hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str, monkeypatch: pytest.MonkeyPatch, is_idle: bool
) -> None:
    """Tell when the device gives up, by its idle words or by words that never change again."""
    monkeypatch.setattr(firmware, "BACK", 0.6 if is_idle else 60.0)
    monkeypatch.setattr(firmware, "STALL", 60.0 if is_idle else 1.5)
    wall.fail_update_at = 4
    if is_idle:
        wall.failure_text = wall.idle_text
    with pytest.raises(HomeAssistantError) as failed:
        await install(hass, entity_id)
    assert key_of(failed) == "update_failed"
    assert ("Step" if is_idle else wall.failure_text) in str(failed.value)
    assert wall.reboots == 0


async def test_fails_again_with_the_same_words(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str) -> None:
    """Take the words of an earlier failure for idle ones."""
    wall.update_state = wall.failure_text
    wall.fail_update_at = 2
    with pytest.raises(HomeAssistantError) as failed:
        await install(hass, entity_id)
    assert key_of(failed) == "update_failed"


async def test_never_comes_back(
    hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tell when the device stays away."""
    monkeypatch.setattr(firmware, "LIMIT", 1.5)
    wall.reboot_seconds = 60
    with pytest.raises(HomeAssistantError) as failed:
        await install(hass, entity_id)
    assert key_of(failed) == "update_lost"
    assert wall.booting


async def test_never_two_at_once(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, entity_id: str, tmp_path: Path
) -> None:
    """Refuse a second update, whichever way it comes."""
    updater = entry.runtime_data.firmware
    first = hass.async_create_task(install(hass, entity_id))
    await until(lambda: updater.in_progress)
    path = firmware_file(tmp_path)
    for second in (updater.install(), updater.upload(path)):
        with pytest.raises(ServiceValidationError) as failed:
            await second
        assert key_of(failed) == "update_running"
    with pytest.raises(HomeAssistantError, match="in progress"):
        await install(hass, entity_id)
    await first
    assert [request.call for request in wall.requests].count("start_update") == 1
    assert not wall.uploads
    uploading = hass.async_create_task(updater.upload(path))
    await until(lambda: updater.in_progress)
    with pytest.raises(ServiceValidationError):
        await updater.install()
    await uploading
    assert wall.firmware == UPLOADED


async def test_refused(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str, tmp_path: Path) -> None:
    """Tell the device's number when it starts nothing."""
    wall.update_code = 7
    with pytest.raises(HomeAssistantError, match="code 7") as failed:
        await install(hass, entity_id)
    assert key_of(failed) == "update_refused"
    assert shown(hass, entity_id).attributes["in_progress"] is False


async def test_no_internet(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, entity_id: str
) -> None:
    """Tell when the device cannot reach its maker."""
    wall.internet = False
    with pytest.raises(HomeAssistantError) as failed:
        await install(hass, entity_id)
    assert key_of(failed) == "update_refused"


async def test_no_internet_from_the_start(
    hass: HomeAssistant, wall: ThinClientSimulator, set_up_wall: SetUpWall
) -> None:
    """Know nothing of a newer firmware where the device knows nothing."""
    wall.internet = False
    await set_up_wall(wall)
    (state,) = hass.states.async_all("update")
    assert state.state == STATE_UNKNOWN
    assert state.attributes["latest_version"] is None
    with pytest.raises(HomeAssistantError):
        await install(hass, state.entity_id)
    assert "start_update" not in [request.call for request in wall.requests]


async def test_older_is_no_update(hass: HomeAssistant, wall: ThinClientSimulator, set_up_wall: SetUpWall) -> None:
    """Offer no older firmware, and do not install it."""
    wall.firmware = "2.10.0.0"
    await set_up_wall(wall)
    (state,) = hass.states.async_all("update")
    assert state.state == STATE_OFF
    with pytest.raises(HomeAssistantError):
        await install(hass, state.entity_id)
    assert "start_update" not in [request.call for request in wall.requests]


async def test_versions_in_other_words(hass: HomeAssistant, wall: ThinClientSimulator, set_up_wall: SetUpWall) -> None:
    """Offer what cannot be compared."""
    wall.newest_firmware = "summer build 3"
    await set_up_wall(wall)
    (state,) = hass.states.async_all("update")
    assert state.state == STATE_ON
    assert state.attributes["latest_version"] == "summer build 3"


async def test_not_reachable(hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry) -> None:
    """Tell when the device does not answer at all."""
    wall.faults.refuse_connections = True
    with pytest.raises(HomeAssistantError) as failed:
        await entry.runtime_data.firmware.install()
    assert key_of(failed) == "cannot_connect"
    assert not entry.runtime_data.firmware.in_progress


async def test_start_unconfirmed(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, entity_id: str
) -> None:
    """Follow an update whose start was carried out but not confirmed, and tell when it was not."""
    wall.faults = Faults(drop=True, only={"start_update"})
    await install(hass, entity_id)
    assert wall.firmware == NEWEST
    wall.firmware = OLD
    wall.faults = Faults(drop=True, garbage=b"{}", only={"start_update"})
    with pytest.raises(HomeAssistantError) as failed:
        await entry.runtime_data.firmware.install()
    assert key_of(failed) == "update_failed"


async def test_network_gone_for_a_while(
    hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Do not take an outage, or answers that make no sense, for a restart."""
    monkeypatch.setattr(firmware, "BACK", 0.1)
    monkeypatch.setattr(firmware, "STALL", 60.0)
    wall.update_step_seconds = 0.3
    wall.update_texts = wall.update_texts[-3:]
    installing = hass.async_create_task(install(hass, entity_id))

    def has_moved(state: str) -> bool:
        return wall.update_state != state

    for fault in (Faults(), Faults(garbage=b"<html>"), Faults(status=500)):
        state = wall.update_state
        await until(partial(has_moved, state))
        wall.faults = fault
        wall.faults.refuse_connections = fault.garbage is None and fault.status is None
        await asyncio.sleep(0.1)
        wall.faults = Faults()
    await installing
    assert wall.firmware == NEWEST
    assert shown(hass, entity_id).state == STATE_OFF


async def test_without_words(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str) -> None:
    """Follow a device that does not know the call for its words."""
    wall.unserved.add("/System/Update/State")
    await install(hass, entity_id)
    assert shown(hass, entity_id).state == STATE_OFF


async def test_start_unknown(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str) -> None:
    """Tell when the firmware knows no update."""
    wall.methods["start_update"] = frozenset()
    with pytest.raises(HomeAssistantError) as failed:
        await install(hass, entity_id)
    assert key_of(failed) == "not_supported"


async def test_another_device_at_the_address(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str) -> None:
    """Do not take another device's firmware for the new one."""
    serial = wall.serial
    installing = hass.async_create_task(install(hass, entity_id))
    await until(lambda: wall.booting)
    wall.serial = "585b69770209"
    await until(lambda: not wall.booting)
    asked = len(wall.requests)
    await until(lambda: len(wall.requests) > asked + 5)
    assert not installing.done()
    assert shown(hass, entity_id).attributes["installed_version"] == OLD
    wall.serial = serial
    await installing
    assert shown(hass, entity_id).attributes["installed_version"] == NEWEST


async def test_other_password_after_the_update(hass: HomeAssistant, wall: ThinClientSimulator, entity_id: str) -> None:
    """Give up when the device comes back with another password."""
    installing = hass.async_create_task(install(hass, entity_id))
    await until(lambda: wall.booting)
    wall.password = "another-One-1"
    with pytest.raises(HomeAssistantError) as failed:
        await installing
    assert key_of(failed) == "invalid_auth"
    assert wall.refused_logins == 1


async def test_unloaded(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, entity_id: str
) -> None:
    """Stop watching when the entry is unloaded, tell so, and leave no session behind."""
    wall.update_step_seconds = 5
    updater = entry.runtime_data.firmware
    installing = hass.async_create_task(install(hass, entity_id))
    await until(lambda: updater.text == wall.update_texts[0])
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as failed:
        await installing
    assert key_of(failed) == "update_unwatched"
    assert not updater.in_progress
    assert not wall.sessions
    assert wall.updating


async def test_caller_goes_away(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, entity_id: str
) -> None:
    """Follow on when the script that has started the update is stopped."""
    updater = entry.runtime_data.firmware
    installing = asyncio.create_task(updater.install())
    await until(lambda: updater.text)
    installing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await installing
    assert updater.in_progress
    await until(lambda: not updater.in_progress)
    assert shown(hass, entity_id).attributes["installed_version"] == NEWEST


async def test_upload(
    hass: HomeAssistant,
    wall: ThinClientSimulator,
    entry: ThinClientConfigEntry,
    entity_id: str,
    states: list[State],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Send a file piece by piece with its progress, follow it through the reboot; panels can be shown meanwhile."""
    monkeypatch.setattr(firmware, "CHUNK", 64 * 1024)
    path = firmware_file(tmp_path, 3_000_001)
    wall.upload_pause = 0.005
    uploading = hass.async_create_task(entry.runtime_data.firmware.upload(path))
    await until(lambda: wall.uploads and wall.uploads[0].parts)
    async with asyncio.timeout(2):
        await entry.runtime_data.display.show_panel(wall.panels[1].id)
    assert not wall.uploads[0].complete
    await uploading
    (upload,) = wall.uploads
    assert upload.size == 3_000_001
    assert not upload.chunked
    assert upload.parts > 40
    assert upload.sha256 == sha256(path.read_bytes()).hexdigest()
    assert wall.firmware == UPLOADED
    assert wall.reboots == 1
    assert wall.most_sessions == 1
    percentages = [state.attributes["update_percentage"] for state in states if state.attributes["in_progress"]]
    assert len({each for each in percentages if each is not None and each % 10}) > 10
    state = shown(hass, entity_id)
    assert state.attributes["installed_version"] == UPLOADED
    assert state.state == STATE_OFF


async def test_big_file_is_never_in_memory(
    wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path
) -> None:
    """Take a few chunks of memory for a big file."""
    path = tmp_path / "big.bin"
    size = 48 * 1024 * 1024
    with path.open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    try:
        await entry.runtime_data.firmware.upload(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert wall.uploads[0].size == size
    assert peak < 12 * 1024 * 1024


async def test_device_cut_in_mid_upload(
    hass: HomeAssistant, wall: ThinClientSimulator, entry: ThinClientConfigEntry, entity_id: str, tmp_path: Path
) -> None:
    """Tell when the connection breaks in mid-file: nothing half-sent is a success."""
    wall.upload_pause = 0.02
    uploading = hass.async_create_task(entry.runtime_data.firmware.upload(firmware_file(tmp_path, 30_000_000)))
    await until(lambda: wall.uploads and wall.uploads[0].parts > 3)
    wall.faults.refuse_connections = True
    with pytest.raises(HomeAssistantError) as failed:
        await uploading
    assert key_of(failed) == "upload_broken"
    assert not wall.uploads[0].complete
    assert shown(hass, entity_id).attributes["in_progress"] is False
    wall.faults = Faults()
    wall.upload_pause = 0
    await entry.runtime_data.firmware.upload(firmware_file(tmp_path))
    assert shown(hass, entity_id).attributes["installed_version"] == UPLOADED


async def test_upload_unconfirmed(wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path) -> None:
    """Follow an update whose file has arrived though the answer has not."""
    wall.faults = Faults(drop=True, only={"upload_firmware"})
    await entry.runtime_data.firmware.upload(firmware_file(tmp_path))
    assert wall.firmware == UPLOADED


@pytest.mark.parametrize("fault", [Faults(status=500, only={"upload_firmware"}), None])
async def test_upload_refused(
    wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path, fault: Faults | None
) -> None:
    """Tell when the device does not take the file."""
    if fault is None:
        wall.update_code = 3
    else:
        wall.faults = fault
    with pytest.raises(HomeAssistantError) as failed:
        await entry.runtime_data.firmware.upload(firmware_file(tmp_path))
    assert key_of(failed) == "update_refused"
    assert ("500" if fault else "3") in str(failed.value)


async def test_bad_files(wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path) -> None:
    """Tell what is wrong with a file, without sending any of it."""
    updater = entry.runtime_data.firmware
    (tmp_path / "empty.bin").touch()
    for name, key in (("missing.bin", "file_unreadable"), (".", "file_unreadable"), ("empty.bin", "file_empty")):
        with pytest.raises(HomeAssistantError) as failed:
            await updater.upload(tmp_path / name)
        assert key_of(failed) == key
        assert str(tmp_path) not in str(failed.value)
        assert not updater.in_progress
    assert not wall.uploads


async def test_file_shrinks(wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path) -> None:
    """Break off when the file turns out shorter than it was."""
    path = firmware_file(tmp_path, 30_000_000)
    wall.upload_pause = 0.01
    uploading = asyncio.create_task(entry.runtime_data.firmware.upload(path))
    await until(lambda: wall.uploads and wall.uploads[0].parts > 1)
    with path.open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(HomeAssistantError) as failed:
        await uploading
    assert key_of(failed) == "file_changed"
    assert not wall.uploads[0].complete
    assert wall.firmware == OLD


class _BrokenFile(io.BytesIO):
    """A file on a disk that fails."""

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        """Hand out one piece, then fail."""
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(size)


async def test_file_cannot_be_read_to_its_end(
    wall: ThinClientSimulator, entry: ThinClientConfigEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Break off when the disk fails, and close the file."""
    file = _BrokenFile(bytes(1_000_000))
    monkeypatch.setattr(firmware, "_open", lambda _: (file, 1_000_000))
    with pytest.raises(HomeAssistantError) as failed:
        await entry.runtime_data.firmware.upload(tmp_path / "thin-client.bin")
    assert key_of(failed) == "file_unreadable"
    assert file.closed
    assert not any(upload.complete for upload in wall.uploads)
    assert wall.firmware == OLD


def judge(watch: UpdateWatch, now: float, **seen: Any) -> Outcome:
    """Let a watch judge an answer."""
    return watch.answered(now, seen.get("version", "1"), seen.get("words", "step"), seen.get("token", "a"))


def test_watch_waits_for_the_restart() -> None:
    """Believe a new version after a restart, seen or shown by the session, or when it stands for a while."""
    for restart in ("away", "token", "standing"):
        watch = UpdateWatch(0, "1", "idle", "a")
        assert judge(watch, 5) is Outcome.RUNNING
        assert judge(watch, 10, version="2") is Outcome.RUNNING
        match restart:
            case "away":
                watch.lost()
                assert judge(watch, 15, version="2") is Outcome.INSTALLED
            case "token":
                assert judge(watch, 15, version="2", token="b") is Outcome.INSTALLED
            case "standing":
                assert judge(watch, 10 + STANDING - 1, version="2") is Outcome.RUNNING
                assert judge(watch, 10 + STANDING, version="2") is Outcome.INSTALLED


def test_watch_is_patient_with_work() -> None:
    """Give words of work a quarter of an hour, an expired session and an outage included."""
    watch = UpdateWatch(0, "1", "idle", "a")
    assert judge(watch, BACK - 1, words="idle") is Outcome.RUNNING
    assert judge(watch, 200, words="step 1") is Outcome.RUNNING
    assert judge(watch, 200 + STALL - 1, words="step 1", token="b") is Outcome.RUNNING
    assert judge(watch, 200 + STALL - 1, words="step 2", token="b") is Outcome.RUNNING
    watch.lost()
    assert judge(watch, 2000, words="step 2", token="b") is Outcome.RUNNING
    assert not watch.restarted
    assert judge(watch, 2000 + STALL - 1, words="step 2", token="b") is Outcome.RUNNING
    assert judge(watch, 2000 + STALL, words="step 2", token="b") is Outcome.FAILED
    assert watch.last_words == "step 2"


def test_watch_gives_up_after_the_restart() -> None:
    """Give a restarted device two minutes, longer while it says something new."""
    watch = UpdateWatch(0, "1", None, "a")
    judge(watch, 5)
    watch.lost()
    assert judge(watch, 500, token="b") is Outcome.RUNNING
    assert watch.restarted
    assert judge(watch, 600, words="second part", token="b") is Outcome.RUNNING
    assert judge(watch, 600 + BACK - 1, words="second part", token="b") is Outcome.RUNNING
    assert judge(watch, 600 + BACK, words="second part", token="b") is Outcome.FAILED


def test_watch_without_words() -> None:
    """Take silence neither for idle nor for an end."""
    watch = UpdateWatch(0, "1", None, "a")
    assert judge(watch, BACK + 1, words=None) is Outcome.RUNNING
    assert judge(watch, STALL, words=None) is Outcome.FAILED
    assert watch.last_words is None
    assert judge(watch, STALL + 1, version=None) is Outcome.RUNNING
