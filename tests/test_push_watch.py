"""The watch over pushed messages: when their silence is trouble, what the list of repairs says, and how it ends."""

import logging

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.conftest import Later, SetUp
from tests.pushing import value
from tests.repairing import User
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults

type Pushing = IpcV1Simulator | IpcV2Simulator | NvrV2Simulator

KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV2Simulator]
"""What can push."""
QUARTER = 15 * 60


async def beats(device: Pushing, later: Later, spacing: float = 30, count: int = 4) -> None:
    """Let a device send signs of life."""
    for _ in range(count):
        await later(spacing)
        await device.send_keepalive()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spacing", [10, 30, 110])
async def test_three_missed_heartbeats(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, kind: type[Pushing], spacing: float
) -> None:
    """Learn the spacing; three missed are a repair with address and time, and a message ends it at once."""
    async with kind() as device:
        entry = await set_up(device)
        await beats(device, later, spacing)
        last = dt_util.now()
        await later(2.9 * spacing)
        assert value(hass, device, "binary_sensor.event_push") == "on"
        assert await user.trouble(entry) is None

        await later(0.2 * spacing)
        assert value(hass, device, "binary_sensor.event_push") == "off"
        assert await user.trouble(entry) == "push_silent"
        assert await user.title(entry) == f"{device.name} no longer sends events"
        issue = await user.issue(entry)
        assert issue is not None
        told = issue["translation_placeholders"]
        assert told["host"] == device.host
        assert told["address"] == user.server
        # The sensor may tell an older one: it is written once a minute.
        assert told["last"] == f"{last:%Y-%m-%d %H:%M:%S}"

        await device.send_keepalive()
        await hass.async_block_till_done()
        assert value(hass, device, "binary_sensor.event_push") == "on"
        assert await user.trouble(entry) is None


@pytest.mark.parametrize("kind", KINDS)
async def test_never(hass: HomeAssistant, user: User, set_up: SetUp, later: Later, kind: type[Pushing]) -> None:
    """Wait a quarter of an hour for the first message; until then nobody can tell."""
    async with kind() as device:
        entry = await set_up(device)
        await later(QUARTER - 5)
        assert value(hass, device, "binary_sensor.event_push") == "unknown"
        assert await user.trouble(entry) is None
        await later(6)
        assert value(hass, device, "binary_sensor.event_push") == "unknown"
        assert await user.trouble(entry) == "push_never"
        assert await user.title(entry) == f"No events have come from {device.name} yet"

        await device.send_keepalive()
        await hass.async_block_till_done()
        assert await user.trouble(entry) is None


async def test_old_recorder_is_left_alone(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Expect nothing from a recorder that is not known to push."""
    async with NvrV1Simulator() as recorder:
        entry = await set_up(recorder)
        for _ in range(4):
            await later(QUARTER)
        assert await user.trouble(entry) is None
        assert value(hass, recorder, "binary_sensor.event_push") == "unknown"


@pytest.mark.parametrize("has_posted", [False, True])
async def test_polling_alone(hass: HomeAssistant, user: User, set_up: SetUp, later: Later, has_posted: bool) -> None:
    """Say nothing to somebody who has chosen polling alone, whatever came before."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        hass.config_entries.async_update_entry(entry, options={"polling_alone": True})
        await hass.config_entries.async_reload(entry.entry_id)
        if has_posted:
            await beats(camera, later)
        await later(QUARTER + 60)
        assert await user.trouble(entry) is None


async def test_device_without_heartbeats_owes_none(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Call nobody silent who has only sent events so far."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.send_alarm("motionAlarm", True)
        await later(400)
        assert value(hass, camera, "binary_sensor.event_push") == "unknown"
        assert await user.trouble(entry) is None
        await later(QUARTER)
        assert await user.trouble(entry) is None


async def test_unplugged_device_is_no_matter_of_push(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Do not look for trouble with push in a device that does not answer; when it is back it gets its time."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await beats(camera, later)
        camera.faults.refuse_connections = True
        for _ in range(60):
            await later(5)
        assert await user.trouble(entry) is None

        camera.faults.refuse_connections = False
        for _ in range(20):
            await later(5)
        assert await user.trouble(entry) is None
        for _ in range(6):
            await later(5)
        assert await user.trouble(entry) == "push_silent"


async def test_silent_device_is_asked_first(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Report nothing before the device has answered a question since its silence began."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await beats(camera, later)
        camera.faults.refuse_connections = True
        await later(95)
        assert await user.trouble(entry) is None
        for _ in range(12):
            await later(5)
            assert await user.trouble(entry) is None


async def test_trouble_stays_when_the_device_goes_away(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Keep the repair while the device itself is away, ignored as it is: nobody can tell then whether it is over."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await beats(camera, later)
        await later(100)
        assert await user.trouble(entry) == "push_silent"
        camera.faults.refuse_connections = True
        await later(5)
        assert await user.trouble(entry) == "push_silent"
        camera.faults.refuse_connections = False
        await later(5)
        assert await user.trouble(entry) == "push_silent"
        await user.ignore(entry)
        camera.faults.refuse_connections = True
        for _ in range(6):
            await later(5)
        assert await user.trouble(entry) == "push_silent"
        camera.faults.refuse_connections = False
        for _ in range(30):
            await later(5)
        issue = await user.issue(entry)
        assert issue is not None
        assert issue["ignored"] is True
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert await user.trouble(entry) is None


async def test_refused_password_is_no_matter_of_push(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Report a refused password as such and nothing else."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await beats(camera, later)
        camera.password = "another"
        for _ in range(40):
            await later(10)
        assert await user.trouble(entry) is None


async def test_unloaded_and_removed(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Keep the repair over a reload, ignored as it is, and take it back when the entry is disabled or removed."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await later(QUARTER + 1)
        assert await user.trouble(entry) == "push_never"
        await user.ignore(entry)
        await hass.config_entries.async_reload(entry.entry_id)
        for _ in range(2):
            issue = await user.issue(entry)
            assert issue is not None
            assert (issue["ignored"], issue["translation_key"]) == (True, "push_never")
            await later(QUARTER + 1)
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        assert await user.trouble(entry) is None
        await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
        await later(QUARTER + 1)
        assert await user.trouble(entry) == "push_never"
        await hass.config_entries.async_remove(entry.entry_id)
        assert await user.trouble(entry) is None


async def test_message_after_a_reload_ends_it(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Take the repair back as soon as something arrives, and when Home Assistant has got another address."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        for end in ("message", "address"):
            await later(QUARTER + 1)
            assert await user.trouble(entry) == "push_never"
            await hass.config_entries.async_reload(entry.entry_id)
            assert await user.trouble(entry) == "push_never"
            if end == "message":
                await camera.send_keepalive()
                await hass.async_block_till_done()
                assert await user.trouble(entry) is None
                await hass.config_entries.async_reload(entry.entry_id)
        await hass.config.async_update(internal_url="http://192.168.1.10:8123")
        await hass.async_block_till_done(wait_background_tasks=True)
        assert await user.trouble(entry) is None


async def test_log_once(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Write one line when messages stop and one when they are back, and the secret into none."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await beats(camera, later)
        caplog.clear()
        for _ in range(200):
            await later(5)
        assert await user.trouble(entry) == "push_silent"
        await camera.send_keepalive()
        await hass.async_block_till_done()

    ours = [record for record in caplog.records if record.name.startswith("custom_components.viewwall")]
    loud = [record.getMessage() for record in ours if record.levelno >= logging.INFO]
    assert loud == [f"No message of {camera.name} for 3 heartbeats", f"Messages of {camera.name} arrive again"]
    assert not any(entry.data["webhook_id"] in record.getMessage() for record in ours)


async def test_ignored_repair_stays_ignored(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Write the repair once: whoever has ignored it is not told of the same again."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await beats(camera, later)
        await later(100)
        await user.ignore(entry)
        for _ in range(50):
            await later(5)
        issue = await user.issue(entry)
        assert issue is not None
        assert issue["ignored"] is True


async def test_failed_command_is_no_outage(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Tell of a camera that posts nothing although its addresses cannot be read."""
    async with IpcV1Simulator() as camera:
        camera.faults = Faults(error_code=1, only={"GetHttpPostConfig"})
        entry = await set_up(camera)
        await beats(camera, later)
        await later(100)
        assert await user.trouble(entry) == "push_silent"
