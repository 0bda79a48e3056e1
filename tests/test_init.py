"""Starting, stopping, removing; devices, entities and their ids."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.counting import TOTAL_KEYS
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.simulators import ipc_posts
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.posts_base import Identity
from tests.simulators.state import Faults, Shape, SimChannel

KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]
STRANGER = Identity(
    name="Neighbour's camera", mac="58:5b:69:77:77:77", serial="I85B69777777", address="192.0.2.77", channel=1
)


def state_of(hass: HomeAssistant, platform: str, unique_id: str) -> str:
    """Return the state of the entity with this unique id."""
    entity_id = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
    assert entity_id is not None, unique_id
    state = hass.states.get(entity_id)
    assert state is not None, unique_id
    return state.state


def progress_of(entry: ViewWallConfigEntry) -> ConfigEntryState:
    """Return how far an entry is."""
    return entry.state


def logins(device: ViewtronSimulator) -> int:
    """Count the requests that carried a user and password."""
    return sum(request.scheme is not None for request in device.requests)


def reauth_flows(hass: HomeAssistant) -> int:
    """Count the flows that ask for the password again."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return sum(flow["context"]["source"] == SOURCE_REAUTH for flow in flows)


def unique_ids(hass: HomeAssistant, entry: ViewWallConfigEntry) -> dict[str, set[str]]:
    """Return the unique ids of an entry's entities by platform, without the device's head."""
    found: dict[str, set[str]] = {}
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        head, _, key = entity.unique_id.partition("_")
        assert head == entry.unique_id
        found.setdefault(entity.domain, set()).add(key)
    return found


def device_of(hass: HomeAssistant, identifier: str) -> dr.DeviceEntry:
    """Return the device with this identifier."""
    return next(device for device in dr.async_get(hass).devices if (DOMAIN, identifier) in device.identifiers)


def disturb(camera: IpcV2Simulator) -> list[bytes]:
    """Return posts that start every timer there is."""
    return [
        ipc_posts.keepalive_message(camera.identity()),
        ipc_posts.alarm_status(camera.identity(), camera.clock.local(), {"motionAlarm": True}),
        ipc_posts.intrusion(camera.identity(), camera.clock.utc()),
        ipc_posts.keepalive_message(STRANGER),
    ]


# Starting and stopping.


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_starts(
    hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape
) -> None:
    """Start with each kind and shape, and show that it answers."""
    async with kind(shape=shape) as device:
        entry = await set_up(device)

        assert progress_of(entry) is ConfigEntryState.LOADED
        assert state_of(hass, "binary_sensor", f"{device.mac}_event_push") == STATE_UNKNOWN
        assert state_of(hass, "binary_sensor", f"{device.mac}_storage_problem") == STATE_OFF


async def test_unloading_leaves_nothing_behind(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, set_up: SetUp, later: Later
) -> None:
    """Take the webhook, all timers and all listeners back; the device is left alone from then on."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        client = await hass_client_no_auth()
        for body in disturb(camera):
            await camera.push(body)
        await camera.send_plate("GX 417 TB")
        await hass.async_block_till_done()
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_ON

        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        assert progress_of(entry) is ConfigEntryState.NOT_LOADED
        camera.requests.clear()
        changes = async_capture_events(hass, "state_changed")
        fired = async_capture_events(hass, "viewwall_event")
        unknown = await client.post("/api/webhook/ffffffffffffffffffffffffffffffff", data=b"x")
        ours = await camera.send_plate("GX 417 TB")
        assert (ours.status, ours.body) == (unknown.status, await unknown.read()) == (200, b"")
        for _ in range(60):
            await later(60)

        assert camera.requests == []
        assert changes == []
        assert fired == []
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_UNAVAILABLE


async def test_unloading_stops_every_timer(hass: HomeAssistant, set_up: SetUp) -> None:
    """Leave no timer of the board, the watchdog, the sensors or the coordinator: the test's own end looks for them."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        quiet = len(get_scheduled_timer_handles(hass.loop))
        for body in disturb(camera):
            await camera.push(body)
        await hass.async_block_till_done()
        assert len(get_scheduled_timer_handles(hass.loop)) >= quiet + 4

        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_reloading_doubles_nothing(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Hear each message once and poll at the usual pace after several reloads."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        for _ in range(3):
            for body in disturb(camera):
                await camera.push(body)
            assert await hass.config_entries.async_reload(entry.entry_id)
            await hass.async_block_till_done()
        fired: list[Event] = async_capture_events(hass, "viewwall_event")
        camera.requests.clear()
        await later(6)
        await camera.send_plate("GX 417 TB", listed="whiteList")
        await hass.async_block_till_done()

        assert len(fired) == 1
        assert [request.command for request in camera.requests].count("GetAlarmStatus") == 1
        assert state_of(hass, "sensor", f"{camera.mac}_last_plate") == "GX 417 TB"


async def test_seen_entities_are_there_again_after_a_reload(hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep an entity that appeared when first seen."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        assert "loitering" not in unique_ids(hass, entry)["binary_sensor"]
        await camera.push(ipc_posts.loitering(camera.identity(), camera.clock.utc()))
        await hass.async_block_till_done()
        assert state_of(hass, "binary_sensor", f"{camera.mac}_loitering") == STATE_ON
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()

        assert state_of(hass, "binary_sensor", f"{camera.mac}_loitering") == STATE_OFF


async def test_removing_takes_everything(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Leave no device, entity, issue, state or webhook behind."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        client = await hass_client_no_auth()
        await recorder.push(ipc_posts.keepalive_message(STRANGER))
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"foreign_device_{entry.entry_id}") is not None
        await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done()

        assert er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id) == []
        assert dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id) == []
        assert [issue for issue in ir.async_get(hass).issues if issue[0] == DOMAIN] == []
        assert hass.states.async_entity_ids() == []
        response = await client.post(f"/api/webhook/{entry.data['webhook_id']}", data=b"")
        assert (response.status, await response.read()) == (200, b"")


async def test_removing_a_locked_device_takes_its_issue(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Take the issue about the locked account away with the entry."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.lock_after = 0
        await later(6)
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"account_locked_{entry.entry_id}") is not None
        await hass.config_entries.async_remove(entry.entry_id)

        assert ir.async_get(hass).async_get_issue(DOMAIN, f"account_locked_{entry.entry_id}") is None


@pytest.mark.parametrize("fault", [{"error_code": 7}, {"error_code": 17}, {"error_code": 4}, {"html": True}])
async def test_start_with_a_device_that_is_off_or_refuses(
    hass: HomeAssistant, set_up: SetUp, later: Later, fault: dict[str, object]
) -> None:
    """Try again later, without asking for a password, and start when the device is well."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await hass.config_entries.async_unload(entry.entry_id)
        for name, value in fault.items():
            setattr(camera.faults, name, value)
        await hass.config_entries.async_setup(entry.entry_id)
        assert progress_of(entry) is ConfigEntryState.SETUP_RETRY
        assert entry.reason
        assert "Gate camera" in entry.reason
        assert reauth_flows(hass) == 0
        camera.faults = Faults()
        await later(10)

        assert progress_of(entry) is ConfigEntryState.LOADED
        assert state_of(hass, "binary_sensor", f"{camera.mac}_motion") == STATE_OFF


async def test_start_with_a_device_that_is_off(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Try again later when nothing answers, and hear posts when the device is back."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await hass.config_entries.async_unload(entry.entry_id)
        camera.faults.refuse_connections = True
        await hass.config_entries.async_setup(entry.entry_id)
        assert progress_of(entry) is ConfigEntryState.SETUP_RETRY
        await later(10)
        assert progress_of(entry) is ConfigEntryState.SETUP_RETRY
        camera.faults = Faults()
        await later(30)
        assert progress_of(entry) is ConfigEntryState.LOADED
        await camera.send_plate("GX 417 TB")
        assert state_of(hass, "sensor", f"{camera.mac}_last_plate") == "GX 417 TB"


async def test_start_at_the_address_of_another_device(hass: HomeAssistant, set_up: SetUp) -> None:
    """Do not start with a device that is not the entry's."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await hass.config_entries.async_unload(entry.entry_id)
        camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
        await hass.config_entries.async_setup(entry.entry_id)

        assert progress_of(entry) is ConfigEntryState.SETUP_RETRY
        assert entry.reason == "Another device answers at the address of Gate camera"
        assert [device.name for device in dr.async_get(hass).devices] == ["Gate camera"]


@pytest.mark.parametrize("kind", [IpcV2Simulator, NvrV1Simulator])
async def test_start_with_a_wrong_password(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator]
) -> None:
    """Send the password twice with 60 s between, ask the user then, and send nothing for the rest of the hour."""
    async with kind() as device:
        entry = await set_up(device)
        await hass.config_entries.async_unload(entry.entry_id)
        device.requests.clear()
        device.password = "changed-On-Site-8"
        await hass.config_entries.async_setup(entry.entry_id)
        assert progress_of(entry) is ConfigEntryState.SETUP_RETRY
        for _ in range(11):
            await later(5)
        assert logins(device) == 1
        assert reauth_flows(hass) == 0
        for _ in range(60):
            await later(5)
        assert logins(device) == 2
        assert progress_of(entry) is ConfigEntryState.SETUP_ERROR
        assert reauth_flows(hass) == 1
        for _ in range(360):
            await later(10)
        assert logins(device) == 2
        assert device.refused_logins == 2

        flow = hass.config_entries.flow.async_progress_by_handler(DOMAIN)[0]
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "changed-On-Site-8"})
        await hass.async_block_till_done()
        assert result["reason"] == "reauth_successful"
        assert progress_of(entry) is ConfigEntryState.LOADED


async def test_reload_does_not_shorten_the_wait(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Send a refused password no earlier because somebody presses Reload."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.password = "changed-On-Site-8"
        camera.requests.clear()
        await later(6)
        for _ in range(5):
            await hass.config_entries.async_reload(entry.entry_id)
            await later(5)
        assert logins(camera) == 1
        assert reauth_flows(hass) == 0


async def test_start_with_a_locked_account(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Send nothing for half an hour, whatever Home Assistant's own retries want, then start."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await hass.config_entries.async_unload(entry.entry_id)
        camera.lock_after = 0
        await hass.config_entries.async_setup(entry.entry_id)
        assert progress_of(entry) is ConfigEntryState.SETUP_RETRY
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"account_locked_{entry.entry_id}") is not None
        camera.requests.clear()
        for _ in range(29):
            await later(60)
        assert camera.requests == []
        assert reauth_flows(hass) == 0
        camera.lock_after = 5
        for _ in range(12):
            await later(60)

        assert progress_of(entry) is ConfigEntryState.LOADED
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"account_locked_{entry.entry_id}") is None


async def test_hold_time_option_takes_effect(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Keep a detection on for 10 s, or for as long as the option says."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.send_intrusion()
        await later(9)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_intrusion") == STATE_ON
        await later(2)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_intrusion") == STATE_OFF

        flow = await hass.config_entries.options.async_init(entry.entry_id)
        await hass.config_entries.options.async_configure(flow["flow_id"], {"hold_time": 40})
        await hass.async_block_till_done()
        await camera.send_intrusion(number=1200)
        await later(38)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_intrusion") == STATE_ON
        await later(3)
        assert state_of(hass, "binary_sensor", f"{camera.mac}_intrusion") == STATE_OFF


# Devices.


@pytest.mark.parametrize("kind", KINDS)
async def test_the_device(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Describe the device as it describes itself."""
    async with kind() as simulator:
        await set_up(simulator)
        device = device_of(hass, simulator.mac)

    assert device.name == simulator.name
    assert device.manufacturer == "Viewtron"
    assert device.model == simulator.model
    assert device.serial_number == simulator.serial
    assert device.sw_version == simulator.software_version
    assert device.connections == {(dr.CONNECTION_NETWORK_MAC, simulator.mac)}
    assert device.configuration_url == f"http://{simulator.host}:{simulator.port}"
    assert device.via_device_id is None


async def test_channels_are_devices_below_the_recorder(hass: HomeAssistant, set_up: SetUp) -> None:
    """Make each channel a device of its own, named as the recorder names it."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        above = device_of(hass, recorder.mac)
        channels = {number: device_of(hass, f"{recorder.mac}_{number}") for number in range(1, 9)}

    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)) == 9
    assert [channel.name for channel in channels.values()] == list(NvrV2Simulator.names)
    assert {channel.via_device_id for channel in channels.values()} == {above.id}


@pytest.mark.parametrize("kind", [NvrV1Simulator, NvrV2Simulator])
async def test_nameless_channel_gets_a_number(
    hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Call a channel without a name "Channel 3"."""
    async with kind() as recorder:
        recorder.channels[2].name = ""
        await set_up(recorder)

        assert device_of(hass, f"{recorder.mac}_3").name == "Channel 3"


@pytest.mark.parametrize(("shape", "name"), [(Shape.DOCUMENTED, "Channel 2"), (Shape.FIELD, "Driveway")])
async def test_old_recorder_names_channels_where_it_does(
    hass: HomeAssistant, set_up: SetUp, shape: Shape, name: str
) -> None:
    """Take the name from the list of an old recorder where it stands there."""
    async with NvrV1Simulator(shape=shape) as recorder:
        recorder.channels[1].name = "Driveway"
        await set_up(recorder)

        assert device_of(hass, f"{recorder.mac}_2").name == name


async def test_renamed_channel(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Follow a channel that was renamed at the recorder."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        recorder.channels[2].name = "Barn"
        await later(301)
        await later(6)

        assert device_of(hass, f"{recorder.mac}_3").name == "Barn"


async def test_channel_that_appears_later(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Add the device and the entities of a new channel without a reload."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        assert not any(key.startswith("9_") for key in unique_ids(hass, entry)["binary_sensor"])
        recorder.channels.append(SimChannel(id=9, name="Barn"))
        await later(301)
        await later(6)

        assert device_of(hass, f"{recorder.mac}_9").name == "Barn"
        assert device_of(hass, f"{recorder.mac}_9").via_device_id == device_of(hass, recorder.mac).id
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_9_motion") == STATE_OFF
        assert state_of(hass, "event", f"{recorder.mac}_9_detection") == STATE_UNKNOWN
        assert {"9_main", "9_sub"} <= unique_ids(hass, entry)["camera"]


async def test_channel_that_a_post_names_first(hass: HomeAssistant, set_up: SetUp) -> None:
    """Make a channel appear with the post that names it, which is also its first state."""
    async with NvrV2Simulator() as recorder:
        recorder.channels = recorder.channels[:6]
        await set_up(recorder)
        recorder.channels.append(SimChannel(id=7, name="Barn"))
        await recorder.send_intrusion(channel=7)
        await hass.async_block_till_done()

        assert state_of(hass, "binary_sensor", f"{recorder.mac}_7_intrusion") == STATE_ON
        assert state_of(hass, "event", f"{recorder.mac}_7_detection") != STATE_UNKNOWN


async def test_only_what_is_gone_can_be_removed(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, set_up: SetUp, later: Later
) -> None:
    """Let a user remove a channel that the recorder no longer has, and nothing else."""
    for component in ("config", "websocket_api"):
        assert await async_setup_component(hass, component, {})
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        recorder.channels = [channel for channel in recorder.channels if channel.id != 8]
        await later(301)
        await later(6)
        client = await hass_ws_client(hass)
        results = {}
        for key in ("", "_1", "_8"):
            device = device_of(hass, f"{recorder.mac}{key}")
            results[key] = await client.remove_device(device.id)

    assert {key: result["success"] for key, result in results.items()} == {"": False, "_1": False, "_8": True}


# Entities.


async def test_entities_of_a_plate_camera(hass: HomeAssistant, set_up: SetUp) -> None:
    """Have the entities that the camera's own words call for, with the public ids."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)

    assert unique_ids(hass, entry) == {
        "binary_sensor": {
            "motion",
            "intrusion",
            "line_crossing",
            "license_plate",
            "video_blurred",
            "video_color_cast",
            "scene_changed",
            "alarm_input_1",
            "event_push",
            "storage_problem",
        },
        "button": {"sync_clock", "reset_counts"},
        "camera": {"main", "sub"},
        "event": {"detection", "license_plate"},
        "image": {"overview", "target", "plate"},
        "select": {"infrared_mode", "ptz_cruise", "ptz_preset"},
        "sensor": {
            "last_plate",
            "plate_list",
            "disk_free_disk1",
            "disk_used_disk1",
            "disk_status_disk1",
            "last_message",
            "messages_received",
            "clock_offset",
            *TOTAL_KEYS,
        },
        "switch": {"alarm_output_1", "push_subscription"},
    }


async def test_entities_of_a_recorder(hass: HomeAssistant, set_up: SetUp) -> None:
    """Start each channel with its cameras, motion and intrusion; the rest appears when it is seen."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        disk = recorder.disks[0].id
        found = unique_ids(hass, entry)
    channel = {f"{number}_" for number in range(1, 9)}

    assert found["camera"] == {f"{head}{key}" for head in channel for key in ("main", "sub")}
    assert found["event"] == {f"{head}detection" for head in channel}
    assert found["sensor"] == {
        f"disk_free_{disk}",
        f"disk_used_{disk}",
        f"disk_status_{disk}",
        "last_message",
        "messages_received",
        "clock_offset",
        "channels_online",
    }
    assert found["binary_sensor"] == (
        {
            f"{head}{key}"
            for head in channel
            for key in ("motion", "intrusion", "connectivity", "video_loss", "recording")
        }
        | {f"alarm_input_{number}" for number in range(1, 21)}
        | {"event_push", "storage_problem"}
    )
    assert "image" not in found
    virtual = [entry.id for entry in recorder.alarm_inputs if entry.kind == "virtual"]
    assert found["button"] == {"sync_clock", *(f"virtual_alarm_{number}" for number in virtual)}
    assert found["switch"] == {f"alarm_output_{number}" for number in range(1, 5)}
    assert found["select"] >= {f"{head}{key}" for head in channel for key in ("ptz_preset", "ptz_cruise")}


@pytest.mark.parametrize("kind", KINDS)
async def test_key_is_the_translation_key(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """End each unique id with the translation key, numbered ones with the device's own id behind it."""
    async with kind() as device:
        entry = await set_up(device)
        entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)

    assert len(entities) > 20
    for entity in entities:
        key = entity.unique_id.removeprefix(f"{device.mac}_").lstrip("0123456789").removeprefix("_")
        assert entity.translation_key is not None
        assert key.startswith(entity.translation_key)
        assert entity.has_entity_name


@pytest.mark.parametrize(
    ("kind", "off"),
    [
        (IpcV1Simulator, {"messages_received", "reset_counts", *TOTAL_KEYS}),
        (IpcV2Simulator, {"messages_received"}),
        (NvrV1Simulator, {"messages_received", *(f"{number}_main" for number in range(1, 5))}),
        (NvrV2Simulator, {"messages_received", *(f"{number}_main" for number in range(1, 9))}),
    ],
)
async def test_entities_that_are_off_by_default(
    hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], off: set[str]
) -> None:
    """Leave off what costs much and helps few."""
    async with kind() as device:
        entry = await set_up(device)
        entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)

    disabled = {entity.unique_id.removeprefix(f"{device.mac}_") for entity in entities if entity.disabled}
    heads = [f"{channel.id}_" for channel in device.channels] if device.nvr else [""]
    assert disabled == off | {f"{head}{key}" for head in heads for key in ("ptz_cruise", "ptz_preset")}


async def test_two_disks_are_numbered(hass: HomeAssistant, set_up: SetUp) -> None:
    """Number disks for people, and know them by the device's own ids."""
    async with NvrV2Simulator() as recorder:
        recorder.disks.append(type(recorder.disks[0])(id="second", total=1000, free=250, status="exception"))
        await set_up(recorder)
        registry = er.async_get(hass)
        entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{recorder.mac}_disk_used_second")
        assert entity_id is not None
        state = hass.states.get(entity_id)
        assert state is not None

        assert state.name == "Office recorder Disk 2 used"
        assert float(state.state) == 75.0
        assert state_of(hass, "sensor", f"{recorder.mac}_disk_status_second") == "fault"
        assert state_of(hass, "binary_sensor", f"{recorder.mac}_storage_problem") == STATE_ON


async def test_identity_without_mac(hass: HomeAssistant, set_up: SetUp) -> None:
    """Head all ids with the serial where there is no MAC, and hear the device's own posts."""
    async with IpcV2Simulator() as camera:
        camera.mac = "00:00:00:00:00:00"
        entry = await set_up(camera)
        await camera.send_plate("GX 417 TB")
        await hass.async_block_till_done()

        assert entry.unique_id == camera.serial
        assert state_of(hass, "sensor", f"{camera.serial}_last_plate") == "GX 417 TB"
        assert device_of(hass, camera.serial).connections == set()
