"""How long a device may be silent: as our own slot says, as its heartbeats have shown, and never as an outage did."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.pushing import value
from tests.repairing import User
from tests.simulators.ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator

ARRIVE = "binary_sensor.event_push"


async def claimed(
    hass: HomeAssistant, camera: CameraSimulator, set_up: SetUp, interval: int = 30, *, on: bool = True
) -> ViewWallConfigEntry:
    """Set a camera up that got our address from us; its owner has chosen another interval, or switched it off."""
    entry = await set_up(camera)
    camera.push_url = None
    hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
    await hass.config_entries.async_reload(entry.entry_id)
    slot = next(slot for slot in camera.slots() if slot.domain)
    assert (slot.interval, slot.heartbeat) == (30, True)
    slot.interval, slot.heartbeat = interval, on
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def beats(camera: CameraSimulator, later: Later, *spacings: float) -> None:
    """Let a camera send a sign of life after each of these times."""
    for spacing in spacings:
        await wait(later, spacing)
        await camera.send_keepalive()


async def wait(later: Later, seconds: float) -> None:
    """Let time pass as it does."""
    while seconds > 5:
        await later(5)
        seconds -= 5
    await later(seconds)


async def silent_after(hass: HomeAssistant, camera: CameraSimulator, later: Later) -> int:
    """Return the seconds after which a camera counts as silent, in steps of five."""
    for seconds in range(0, 400, 5):
        if value(hass, camera, ARRIVE) != "on":
            return seconds
        await later(5)
    return 400


@pytest.mark.parametrize("old_block", [False, True])
async def test_our_own_interval(hass: HomeAssistant, user: User, set_up: SetUp, later: Later, old_block: bool) -> None:
    """Notice after a single alarm within 90 seconds that a camera is silent which we have set to 30."""
    async with IpcV1Simulator() as camera:
        if old_block:
            camera.http_post_old_block, camera.http_post_new_block = True, False
            camera.old_post.interval = 90
        entry = await claimed(hass, camera, set_up)
        await camera.send_alarm("motionAlarm", True)
        await hass.async_block_till_done()
        assert await silent_after(hass, camera, later) in (90, 95)
        assert value(hass, camera, ARRIVE) == "off"
        await later(5)
        assert await user.trouble(entry) == "push_silent"


@pytest.mark.parametrize(
    ("interval", "on", "limit"), [(3, True, 30), (60, True, 180), (600, True, 360), (60, False, 180)]
)
async def test_interval_of_its_owner(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, interval: int, on: bool, limit: int
) -> None:
    """Wait as long as the interval in our slot says, within bounds; where it was switched off it is on again."""
    async with IpcV2Simulator() as camera:
        await claimed(hass, camera, set_up, interval, on=on)
        await camera.send_alarm("motionAlarm", True)
        await hass.async_block_till_done()
        assert await silent_after(hass, camera, later) in (limit, limit + 5)


async def test_longer_spacing_wins(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Believe a camera that sends more rarely than its slot says, and keep to the slot if it sends more often."""
    async with IpcV2Simulator() as camera:
        await claimed(hass, camera, set_up)
        await beats(camera, later, 10, 10, 10, 10)
        assert await silent_after(hass, camera, later) in (90, 95)
        await beats(camera, later, 5, 60, 60)
        assert await silent_after(hass, camera, later) in (180, 185)


async def test_claim_while_messages_arrive(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Take the interval of a slot that is claimed after the first message, too."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.send_alarm("motionAlarm", True)
        await entry.runtime_data.provisioning.subscribe()  # type: ignore[union-attr]
        await hass.async_block_till_done()
        assert await silent_after(hass, camera, later) in (90, 95)


async def test_first_message_has_two_minutes(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Give a camera two minutes for its first message, whatever its interval."""
    async with IpcV2Simulator() as camera:
        entry = await claimed(hass, camera, set_up)
        await wait(later, 115)
        assert value(hass, camera, ARRIVE) == "unknown"
        await wait(later, 10)
        assert value(hass, camera, ARRIVE) == "off"
        assert await user.trouble(entry) is not None


@pytest.mark.parametrize("gap", [100, 600])
async def test_outage_is_no_spacing(hass: HomeAssistant, user: User, set_up: SetUp, later: Later, gap: float) -> None:
    """Notice the second silence as soon as the first one, whatever has come in between."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await beats(camera, later, 30, 30, 30, 30)
        await beats(camera, later, gap)
        assert await silent_after(hass, camera, later) in (90, 95)
        await beats(camera, later, 60, 30, 30)
        assert await silent_after(hass, camera, later) in (90, 95)


async def test_longer_interval_after_an_outage(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Take the shorter one of two gaps for the new interval: an outage may lie in the other."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await beats(camera, later, 10, 10, 10, 10, 100, 40)
        assert await silent_after(hass, camera, later) in (120, 125)


async def test_missing_heartbeats_between_events(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Learn nothing from heartbeats that were lost while other messages came."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await beats(camera, later, 30, 30, 30)
        for number in range(10):
            await wait(later, 20)
            await camera.send_alarm("motionAlarm", number % 2 == 0)
        assert value(hass, camera, ARRIVE) == "on"
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert await silent_after(hass, camera, later) in (90, 95)


async def test_interval_that_has_become_longer(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Learn an interval that was made much longer after its second round: it is no row of outages."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await beats(camera, later, 10, 10, 10, 10)
        await beats(camera, later, 100, 100)
        for _ in range(4):
            await wait(later, 98)
            assert value(hass, camera, ARRIVE) == "on"
            assert await user.trouble(entry) is None
            await camera.send_keepalive()
