"""Polling: its pace, what failures mean, and what is never sent to a device that refuses."""

from collections import Counter
from datetime import timedelta
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed_exact
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Auth, Faults, Shape

HOUR = 3600
HALF_AN_HOUR = 1800


def entity_id(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Find an entity by its unique id."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert found is not None, unique_id
    return found


def state_of(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Return the state of the entity with this unique id."""
    state = hass.states.get(entity_id(hass, platform, unique_id))
    assert state is not None, unique_id
    return state.state


def logins(device: ViewtronSimulator) -> int:
    """Count the requests that carried a user and password."""
    return sum(request.scheme is not None for request in device.requests)


def asked(device: ViewtronSimulator) -> Counter[str]:
    """Count the answered commands."""
    return Counter(request.command for request in device.requests if request.authorised)


def reauth_flows(hass: HomeAssistant) -> int:
    """Count the flows that ask for the password again."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return sum(flow["context"]["source"] == SOURCE_REAUTH for flow in flows)


# Pace.


async def test_polls_every_five_seconds_without_push(set_up: SetUp, later: Later) -> None:
    """Ask for the alarms every 5 s while nothing is pushed, and for nothing else."""
    async with IpcV2Simulator() as camera:
        camera.has_statistics = False
        await set_up(camera)
        camera.requests.clear()
        for _ in range(12):
            await later(5)

    assert asked(camera) == {"GetAlarmStatus": 12}


async def test_never_polls_faster_than_that(set_up: SetUp, later: Later) -> None:
    """Keep to the pace however often the clock ticks."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.requests.clear()
        for _ in range(40):
            await later(0.5)

    assert 3 <= asked(camera)["GetAlarmStatus"] <= 5


async def test_polls_every_minute_with_push(set_up: SetUp, later: Later) -> None:
    """Ask once a minute while keepalives arrive, and fast again after they have stopped."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        await later(6)
        camera.requests.clear()
        for _ in range(20):
            await later(30)
            await camera.send_keepalive()
        assert 9 <= asked(camera)["GetAlarmStatus"] <= 11
        # Three missed heartbeats of 30 s.
        await later(95)
        await later(6)
        camera.requests.clear()
        for _ in range(12):
            await later(5)

    assert asked(camera)["GetAlarmStatus"] == 12


async def test_lost_push_is_noticed_at_once(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Poll as soon as push counts as dead, and show it."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        for _ in range(3):
            await camera.send_keepalive()
            await later(30)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_event_push") == STATE_ON
        camera.requests.clear()
        await later(61)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_event_push") == STATE_OFF
        assert asked(camera)["GetAlarmStatus"] >= 1
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert state_of(hass, "binary_sensor", f"{camera.mac}_event_push") == STATE_ON


@pytest.mark.parametrize(
    ("kind", "slow"),
    [
        (IpcV1Simulator, {"GetDiskInfo": 6}),
        (IpcV2Simulator, {"GetDiskInfo": 6, "GetImageConfig": 6, "GetPassLineCountStatistics": 32}),
        (NvrV1Simulator, {"GetDiskInfo": 6, "GetChannelList": 6}),
        (NvrV2Simulator, {"GetDiskInfo": 6, "GetChannelInfo": 6, "GetRecordStatusInfo": 30}),
    ],
)
async def test_disks_and_channels_every_five_minutes(
    set_up: SetUp, later: Later, kind: type[ViewtronSimulator], slow: dict[str, int]
) -> None:
    """Ask six times for disks and channels in half an hour, and not at all for what does not change."""
    async with kind() as device:
        await set_up(device)
        device.requests.clear()
        for _ in range(360):
            await later(5)
        counted = asked(device)

    assert counted.pop("GetAlarmStatus") == 360
    assert counted.pop("GetDateAndTime", 0) <= 6
    assert counted == slow


async def test_identity_every_six_hours(set_up: SetUp, later: Later) -> None:
    """Ask the device who it is four times a day."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.requests.clear()
        for _ in range(24 * 6):
            await later(600)

    assert asked(camera)["GetDeviceInfo"] == 4


# What polls bring.


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("motionAlarm", "motion"),
        ("perimeterAlarm", "intrusion"),
        ("tripwireAlarm", "line_crossing"),
        ("vfdAlarm", "face"),
        ("aoiEntryAlarm", "region_entry"),
        ("aoiLeaveAlarm", "region_exit"),
        ("vehicleAlarm", "license_plate"),
        ("clarityAbnormal", "video_blurred"),
        ("sensorAlarmIn", "alarm_input_1"),
    ],
)
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_polled_alarms_of_a_camera(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator], field: str, key: str, shape: Shape
) -> None:
    """Show an alarm that only the poll tells, and its end, whichever generation and shape."""
    async with kind(shape=shape) as camera:
        await set_up(camera)
        camera.set_alarm(field, True)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_{key}") == STATE_ON
        camera.set_alarm(field, False)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_{key}") == STATE_OFF


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("motionAlarm", "motion"),
        ("perimeterAlarm", "intrusion"),
        ("tripwireAlarm", "line_crossing"),
        ("vfdAlarm", "face"),
        ("chlVideoLoss", "video_loss"),
    ],
)
@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_polled_alarms_of_a_recorder(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator], field: str, key: str, shape: Shape
) -> None:
    """Show a polled alarm at its channel alone, whichever generation and shape."""
    async with kind(shape=shape) as recorder:
        await set_up(recorder)
        recorder.set_alarm(field, True, 2)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_2_{key}") == STATE_ON
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_1_motion") == STATE_OFF
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_3_intrusion") == STATE_OFF
        recorder.set_alarm(field, False, 2)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_2_{key}") == STATE_OFF


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_polled_alarm_inputs_belong_to_the_recorder(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator], shape: Shape
) -> None:
    """Take the id of sensorAlarmIn as the input's number, not as a channel."""
    async with kind(shape=shape) as recorder:
        await set_up(recorder)
        recorder.set_alarm("sensorAlarmIn", True, 3)
        await later(6)

        assert state_of(hass, "binary_sensor", f"{recorder.mac}_alarm_input_3") == STATE_ON
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_alarm_input_2") == STATE_OFF


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_channel_that_goes_offline(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator]
) -> None:
    """Show a lost camera at the next poll, and its return with the next list of channels."""
    async with kind() as recorder:
        await set_up(recorder)
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_1_connectivity") == STATE_ON
        recorder.channels[0].status = "offline"
        await later(6)
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_1_connectivity") == STATE_OFF
        recorder.channels[0].status = "online"
        await later(301)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_1_connectivity") == STATE_ON


async def test_polls_fire_no_events(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Leave events to detections: an alarm that is polled fires neither the bus event nor an event entity."""
    fired: list[object] = []
    hass.bus.async_listen("viewwall_event", fired.append)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.set_alarm("motionAlarm", True)
        camera.set_alarm("vehicleAlarm", True)
        await later(6)

        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_ON
        assert state_of(hass, "event", f"{camera.mac}_detection") == STATE_UNKNOWN
        assert state_of(hass, "event", f"{camera.mac}_license_plate") == STATE_UNKNOWN
    assert fired == []


async def test_clock_offset(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Show by how many seconds the device's clock is ahead."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.clock.offset = timedelta(seconds=90)
        await later(301)

        assert 88 <= float(state_of(hass, "sensor", f"{camera.mac}_clock_offset")) <= 91


# Down and up.


async def test_down_and_up_again(
    hass: HomeAssistant, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    """Say once that the device is away and once that it is back; events and images stay available all the time."""
    caplog.set_level(logging.INFO)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        caplog.clear()
        camera.faults.refuse_connections = True
        for _ in range(5):
            await later(6)
        for platform, key in (
            ("binary_sensor", "motion"),
            ("camera", "main"),
            ("camera", "sub"),
            ("sensor", "disk_free_disk1"),
        ):
            assert state_of(hass, platform, f"{camera.mac}_{key}") == STATE_UNAVAILABLE
        for platform, key in (
            ("event", "detection"),
            ("event", "license_plate"),
            ("image", "overview"),
            ("image", "plate"),
        ):
            assert state_of(hass, platform, f"{camera.mac}_{key}") != STATE_UNAVAILABLE
        down = [record for record in caplog.records if record.name.startswith("custom_components.viewwall")]
        assert len([record for record in down if record.levelno >= logging.WARNING]) == 1
        assert "does not answer" in caplog.text

        caplog.clear()
        camera.faults = Faults()
        for _ in range(3):
            await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF
        assert state_of(hass, "camera", f"{camera.mac}_sub") != STATE_UNAVAILABLE
        back = [record for record in caplog.records if record.name.startswith("custom_components.viewwall")]
        assert len([record for record in back if record.levelno >= logging.INFO]) == 1


async def test_post_arrives_while_polling_fails(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Let a plate through although the device answers no questions."""
    fired: list[object] = []
    hass.bus.async_listen("viewwall_event", fired.append)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults.error_code = 7
        await later(6)
        await camera.send_plate("GX 417 TB", listed="whiteList")
        await hass.async_block_till_done()

        assert state_of(hass, "event", f"{camera.mac}_license_plate") not in (STATE_UNKNOWN, STATE_UNAVAILABLE)
    assert len(fired) == 1


async def test_push_keeps_entities_available(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Keep entities available as long as either path works: here keepalives arrive while polling fails."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        camera.faults.refuse_connections = True
        await later(6)
        await later(60)
        await camera.send_keepalive()
        await later(60)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF
        assert state_of(hass, "binary_sensor", f"{camera.mac}_event_push") == STATE_ON
        # Now the other path fails, too.
        await later(361)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("code", "words"),
    [(17, "API service"), (7, "busy"), (4, "may not"), (79, "refused")],
)
async def test_refused_polls_make_unavailable(
    hass: HomeAssistant, set_up: SetUp, later: Later, caplog: pytest.LogCaptureFixture, code: int, words: str
) -> None:
    """Treat a switched-off API, a busy device, a missing right as errors that say so, and never ask for a password."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.faults.error_code = code
        for _ in range(3):
            await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_UNAVAILABLE
        assert words in caplog.text
        assert reauth_flows(hass) == 0
        assert entry.state is ConfigEntryState.LOADED

        camera.faults = Faults()
        camera.set_alarm("motionAlarm", True)
        for _ in range(3):
            await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_ON


async def test_one_refused_poll_is_not_the_end(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Ask for the alarms again within minutes after the device refused them once."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults = Faults(error_code=1, only={"GetAlarmStatus"})
        await later(6)
        camera.faults = Faults()
        camera.set_alarm("motionAlarm", True)
        for _ in range(61):
            await later(5)

        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_ON


# Passwords.


@pytest.mark.parametrize("auth", list(Auth))
async def test_one_refusal_is_forgiven(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, later: Later, auth: Auth
) -> None:
    """Wait for 60 s after a 401 without sending anything, snapshots neither, then go on as if nothing had been."""
    async with IpcV2Simulator(auth=auth) as camera:
        await set_up(camera)
        client = await hass_client()
        camera.faults.unauthorized_once = 1
        await later(6)
        camera.requests.clear()
        for _ in range(9):
            await later(6)
            await client.get(f"/api/camera_proxy/{entity_id(hass, 'camera', f'{camera.mac}_sub')}")
        assert logins(camera) == 0
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_UNAVAILABLE
        await later(7)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF
        assert logins(camera) >= 1
        assert reauth_flows(hass) == 0
        # The first refusal is forgotten: one more is forgiven again.
        camera.faults.unauthorized_once = 1
        await later(6)
        await later(66)
        await later(6)

        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF
        assert reauth_flows(hass) == 0


async def test_refused_snapshot_stops_everything_for_a_minute(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, later: Later
) -> None:
    """Send nothing for 60 s when it was a snapshot that was refused."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        client = await hass_client()
        camera.faults = Faults(unauthorized_once=1, only={"GetSnapshot"})
        await later(6)
        response = await client.get(f"/api/camera_proxy/{entity_id(hass, 'camera', f'{camera.mac}_sub')}")
        assert response.status == 500
        camera.requests.clear()
        for _ in range(9):
            await later(6)
        assert logins(camera) == 0
        for _ in range(13):
            await later(6)
        assert asked(camera)["GetAlarmStatus"] >= 1
        assert reauth_flows(hass) == 0


async def test_lost_push_does_not_shorten_the_wait(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Send nothing within 60 s of a refusal although push falls silent meanwhile and wants a poll."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        for _ in range(8):
            await camera.send_keepalive()
            await later(10)
        await camera.send_keepalive()
        camera.password = "changed-On-Site-8"
        camera.requests.clear()
        for _ in range(5):
            await later(10)
            await camera.send_keepalive()
        assert logins(camera) == 1
        # Silence from here on; after three missed heartbeats of 10 s push counts as dead.
        for _ in range(4):
            await later(10)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_UNAVAILABLE
        assert logins(camera) == 1
        assert reauth_flows(hass) == 0


@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("kind", [IpcV1Simulator, NvrV2Simulator])
async def test_changed_password_asks_after_exactly_one_more_try(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator], auth: Auth
) -> None:
    """Try a refused password once more after 60 s, ask the user then, and send nothing for the rest of the hour."""
    async with kind(auth=auth) as device:
        await set_up(device)
        device.password = "changed-On-Site-8"
        device.requests.clear()
        for _ in range(11):
            await later(5)
        assert logins(device) == 1
        assert reauth_flows(hass) == 0
        for _ in range(4):
            await later(5)
        assert logins(device) == 2
        assert reauth_flows(hass) == 1
        for _ in range(360):
            await later(10)

        assert logins(device) == 2
        assert device.refused_logins == 2
        assert reauth_flows(hass) == 1
        assert state_of(hass, "binary_sensor", f"{device.mac}_event_push") == STATE_UNAVAILABLE


async def test_nothing_wakes_a_refused_password(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, later: Later
) -> None:
    """Send no third login after the user was asked, neither when push falls silent nor when somebody looks."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        client = await hass_client()
        for _ in range(4):
            await camera.send_keepalive()
            await later(30)
        camera.password = "changed-On-Site-8"
        camera.requests.clear()
        for _ in range(8):
            await camera.send_keepalive()
            await later(30)
        assert reauth_flows(hass) == 1
        assert logins(camera) == 2
        # Silence from here on.
        for _ in range(60):
            await later(60)
            await client.get(f"/api/camera_proxy/{entity_id(hass, 'camera', f'{camera.mac}_sub')}")

        assert logins(camera) == 2
        assert camera.refused_logins == 2


async def test_signing_in_again_brings_it_back(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Be available at once after the user gave the new password."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.password = "changed-On-Site-8"
        await later(6)
        await later(66)
        flow = hass.config_entries.flow.async_progress_by_handler(DOMAIN)[0]
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "changed-On-Site-8"})
        await hass.async_block_till_done(wait_background_tasks=True)

        assert result["reason"] == "reauth_successful"
        assert entry.state is ConfigEntryState.LOADED
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF


async def test_new_password_within_the_minute_counts_at_once(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Do not make a user wait who gives the right password between the two tries."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        typed = {"host": camera.host, "password": "changed-On-Site-8", "connection": {"port": camera.port}}
        camera.password = "changed-On-Site-8"
        await later(6)
        flow = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": "reconfigure", "entry_id": entry.entry_id}
        )
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
        await hass.async_block_till_done(wait_background_tasks=True)

        assert result["reason"] == "reconfigure_successful"
        assert entry.state is ConfigEntryState.LOADED


async def test_locked_account_is_left_alone(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Send nothing at all for half an hour after code 10, say so as a repair, and ask for no password."""
    issues = ir.async_get(hass)
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.lock_after = 0
        await later(6)
        issue = issues.async_get_issue(DOMAIN, f"account_locked_{entry.entry_id}")
        assert issue is not None
        assert issue.translation_key == "account_locked"
        assert issue.translation_placeholders == {"device": "Gate camera"}
        assert issue.is_fixable is False
        camera.requests.clear()
        for _ in range(295):
            await later(6)
        assert camera.requests == []
        assert reauth_flows(hass) == 0
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_UNAVAILABLE

        camera.lock_after = 5
        for _ in range(10):
            await later(6)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF
        assert issues.async_get_issue(DOMAIN, f"account_locked_{entry.entry_id}") is None


@pytest.mark.parametrize("start", ["2027-01-01 12:00:00.0", "2027-01-01 12:00:00.9"])
async def test_lock_lasts_no_longer_than_half_an_hour(
    hass: HomeAssistant, set_up: SetUp, later: Later, freezer: FrozenDateTimeFactory, start: str
) -> None:
    """Ask again after half an hour, in whichever part of a second the lock began."""
    freezer.move_to(start)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.lock_after = 0
        await later(6)
        camera.lock_after = 5
        freezer.tick(HALF_AN_HOUR - 2)
        # In small and exact steps, as a real clock runs.
        for _ in range(80):
            freezer.tick(0.1)
            async_fire_time_changed_exact(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
        await later(6)

        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF


async def test_lost_push_does_not_prolong_the_lock(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Come back after half an hour although push fell silent in the middle of it."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        await camera.send_keepalive()
        await later(6)
        camera.lock_after = 0
        await later(61)
        await camera.send_keepalive()
        camera.lock_after = 5
        # Push counts as dead in the middle of this.
        for _ in range(40):
            await later(50)

        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF


async def test_locked_account_at_a_snapshot(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, later: Later
) -> None:
    """Stop everything for half an hour when it was a snapshot that met the lock."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        client = await hass_client()
        camera.faults = Faults(error_code=10, only={"GetSnapshot"})
        await client.get(f"/api/camera_proxy/{entity_id(hass, 'camera', f'{camera.mac}_sub')}")
        camera.requests.clear()
        for _ in range(29):
            await later(60)

        assert camera.requests == []
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"account_locked_{entry.entry_id}") is not None
        assert reauth_flows(hass) == 0


# Another device at the address.


async def test_another_device_at_the_address(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Take no states of another device that answers, and come back with the right one."""
    async with IpcV2Simulator() as camera:
        mac, serial = camera.mac, camera.serial
        entry = await set_up(camera)
        camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
        await later(6 * HOUR)
        camera.set_alarm("motionAlarm", True)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{mac}_motion") == STATE_UNAVAILABLE
        assert entry.state is ConfigEntryState.LOADED
        assert reauth_flows(hass) == 0

        camera.mac, camera.serial = mac, serial
        camera.set_alarm("motionAlarm", False)
        await later(6)
        assert state_of(hass, "binary_sensor", f"{mac}_motion") == STATE_OFF


async def test_identity_is_asked_again_after_an_absence(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Notice at once when another device answers after the right one was away: addresses move while devices are off."""
    async with IpcV2Simulator() as camera:
        mac = camera.mac
        await set_up(camera)
        camera.faults.refuse_connections = True
        await later(6)
        camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
        camera.faults = Faults()
        camera.set_alarm("motionAlarm", True)
        await later(6)
        await later(6)

        assert state_of(hass, "binary_sensor", f"{mac}_motion") == STATE_UNAVAILABLE
