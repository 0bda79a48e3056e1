"""Disks and cards: a storage problem only where there is one, and numbers that nobody shares."""

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp
from tests.pushing import find, state, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults, SimDisk

STORAGE = "binary_sensor.storage_problem"
NO_PERMISSION = 4
"""The device's code for a user who may not ask."""
RECORDERS = [NvrV1Simulator, NvrV2Simulator]
CAMERAS = [IpcV1Simulator, IpcV2Simulator]


async def poll_disks(later: Later) -> None:
    """Let the time pass after which the disks are asked for again."""
    await later(301)
    await later(61)


@pytest.mark.parametrize("kind", RECORDERS)
async def test_disks_that_may_not_be_seen(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Know nothing of a recorder's disks when the user may not see them, instead of calling them broken."""
    async with kind() as recorder:
        recorder.faults = Faults(error_code=NO_PERMISSION, only={"GetDiskInfo"})
        await set_up(recorder)
        assert value(hass, recorder, STORAGE) == STATE_UNKNOWN
        await poll_disks(later)
        assert value(hass, recorder, STORAGE) == STATE_UNKNOWN
        assert value(hass, recorder, "binary_sensor.motion", 1) != STATE_UNAVAILABLE


@pytest.mark.parametrize("kind", RECORDERS)
async def test_recorder_without_a_disk(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Call a recorder that has no disk at all a problem."""
    async with kind() as recorder:
        recorder.disks = []
        await set_up(recorder)
        assert value(hass, recorder, STORAGE) == "on"


@pytest.mark.parametrize("kind", CAMERAS)
async def test_camera_without_a_card(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Say nothing about storage of a camera that never had a card."""
    async with kind() as camera:
        camera.disks = []
        await set_up(camera)
        assert find(hass, camera, STORAGE) is None


@pytest.mark.parametrize("kind", CAMERAS)
async def test_card_that_is_gone(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Tell that a camera's card is gone, and that it is back."""
    async with kind() as camera:
        await set_up(camera)
        assert value(hass, camera, STORAGE) == "off"
        cards, camera.disks = camera.disks, []
        await poll_disks(later)
        assert value(hass, camera, STORAGE) == "on"
        camera.disks = cards
        await poll_disks(later)
        assert value(hass, camera, STORAGE) == "off"


@pytest.mark.parametrize("kind", RECORDERS)
async def test_one_of_two_disks_gone(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Notice that one of two disks is gone, although the other one is well, and that it is back."""
    async with kind() as recorder:
        first, second = SimDisk(id="first"), SimDisk(id="second")
        recorder.disks = [first, second]
        await set_up(recorder)
        assert value(hass, recorder, STORAGE) == "off"
        recorder.disks = [first]
        await poll_disks(later)
        assert value(hass, recorder, STORAGE) == "on"
        assert value(hass, recorder, "sensor.disk_status_second") == STATE_UNKNOWN
        recorder.disks = [first, second]
        await poll_disks(later)
        assert value(hass, recorder, STORAGE) == "off"


async def test_disk_that_is_added(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Give a disk that appears later its sensors and the next number."""
    async with NvrV2Simulator() as recorder:
        recorder.disks = [SimDisk(id="first")]
        await set_up(recorder)
        recorder.disks = [SimDisk(id="first"), SimDisk(id="second")]
        await poll_disks(later)
        name = state(hass, recorder, "sensor.disk_free_second").name
        assert value(hass, recorder, STORAGE) == "off"

    assert name == "Office recorder Disk 2 free"


@pytest.mark.parametrize("left", ["a", "b", "c"])
async def test_disks_share_no_number(hass: HomeAssistant, set_up: SetUp, left: str) -> None:
    """Give a disk that is there the first number, and none of those that are gone the same one as another."""
    async with NvrV2Simulator() as recorder:
        recorder.disks = [SimDisk(id="a"), SimDisk(id="b"), SimDisk(id="c")]
        entry = await set_up(recorder)
        recorder.disks = [SimDisk(id=left)]
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        names = {disk: state(hass, recorder, f"sensor.disk_free_{disk}").name for disk in "abc"}

    assert names[left] == "Office recorder Disk 1 free"
    assert sorted(names.values()) == [f"Office recorder Disk {number} free" for number in (1, 2, 3)]
