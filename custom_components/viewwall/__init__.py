"""ViewWall: Viewtron cameras and recorders, and Aimetis Thin Clients, in Home Assistant."""

from functools import partial
from typing import cast

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr, issue_registry as ir
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .alarms import AlarmBoard
from .catalog import EntityCatalog
from .choices import hold_times, remove_unwanted
from .clients import make_thin_client, make_viewtron_client
from .clock_watch import clock_issue_id
from .const import CONF_KIND, DOMAIN, KIND_THIN_CLIENT, PLATFORMS
from .coordinator import ViewtronCoordinator
from .counters import Counters
from .dashboard import async_setup_dashboard
from .detections import PostApplier
from .device_memory import Debt, DebtKind, DeviceMemory
from .firmware import FirmwareUpdater
from .left_slots import release_slot
from .login_guard import forget_guard, guard_of
from .outputs import Outputs, output_key
from .owed import Owed, forget_debts, report_debts
from .provisioning import Provisioning
from .push import PushReceiver
from .push_watch import PushWatch, push_issue_id
from .runtime import ViewtronConfigEntry, ViewtronRuntime, ViewWallConfigEntry
from .video import Snapshots, Stills, StreamAddresses
from .wall_coordinator import ThinClientCoordinator
from .wall_display import WallDisplay
from .wall_memory import WallMemory
from .wall_runtime import ThinClientConfigEntry, ThinClientRuntime

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions and the dashboard, which are there before any device is."""
    async_setup_actions(hass)
    await async_setup_dashboard(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ViewWallConfigEntry) -> bool:
    """Set up a device.

    Raises ConfigEntryNotReady while it cannot be reached, ConfigEntryAuthFailed when its password is wrong.
    """
    guard = guard_of(hass, entry.entry_id)
    if guard.blocked_until > hass.loop.time():
        if entry.data[CONF_KIND] != KIND_THIN_CLIENT:
            memory = DeviceMemory(hass, entry.entry_id)
            await memory.load()
            report_debts(hass, entry, memory)
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key=guard.error, translation_placeholders={"device": entry.title}
        )
    if entry.data[CONF_KIND] == KIND_THIN_CLIENT:
        await _set_up_thin_client(hass, cast("ThinClientConfigEntry", entry))
    else:
        await _set_up_viewtron(hass, cast("ViewtronConfigEntry", entry))
    return True


async def _set_up_viewtron(hass: HomeAssistant, entry: ViewtronConfigEntry) -> None:
    # Before anything remembers it.
    remove_unwanted(hass, entry, entry.unique_id or entry.entry_id)
    runtime = build_viewtron(hass, entry)
    coordinator = runtime.coordinator
    entry.async_on_unload(runtime.board.close)
    entry.async_on_unload(runtime.owed.stop_retrying)
    entry.async_on_unload(runtime.provisioning.close)
    await runtime.memory.load()
    try:
        await coordinator.async_config_entry_first_refresh()
    except ConfigEntryNotReady, ConfigEntryAuthFailed:
        report_debts(hass, entry, runtime.memory)
        raise
    runtime.streams = StreamAddresses(
        runtime.client,
        entry.data[CONF_HOST],
        entry.data[CONF_USERNAME],
        entry.data[CONF_PASSWORD],
        nvr=runtime.info.kind.is_nvr,
    )
    entry.runtime_data = runtime
    runtime.follow_polls()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(coordinator.async_add_listener(runtime.follow_polls))
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, runtime.owed.close))
    await runtime.push.start()
    try:
        await runtime.push_watch.start()
    except BaseException:
        # Nobody unloads what was not set up to its end, and the next try needs the same address.
        await runtime.push.stop()
        raise


async def _set_up_thin_client(hass: HomeAssistant, entry: ThinClientConfigEntry) -> None:
    runtime = build_thin_client(hass, entry)
    coordinator = runtime.coordinator
    entry.async_on_unload(runtime.close)
    await runtime.open()
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = runtime
    runtime.follow_polls()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(coordinator.async_add_listener(runtime.follow_polls))
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, runtime.close))
    runtime.display.start()
    runtime.firmware.resume()


def build_viewtron(hass: HomeAssistant, entry: ViewtronConfigEntry) -> ViewtronRuntime:
    """Put together what belongs to a Viewtron device; nothing is sent or registered yet."""
    runtime = ViewtronRuntime(hass, entry, entry.unique_id or entry.entry_id)
    runtime.client = make_viewtron_client(hass, entry.data)
    runtime.client.must_be(runtime.device_id)
    runtime.snapshots = Snapshots(hass, runtime.client)
    runtime.board = AlarmBoard(hass, hold_times(entry), runtime.alarm_changed)
    runtime.catalog = EntityCatalog(hass, entry.entry_id, runtime.device_id)
    runtime.push = PushReceiver(hass, runtime, PostApplier(hass, runtime))
    runtime.push_watch = PushWatch(hass, runtime)
    runtime.provisioning = Provisioning(hass, runtime)
    runtime.memory = DeviceMemory(hass, entry.entry_id)
    runtime.coordinator = ViewtronCoordinator(
        hass,
        entry,
        runtime.client,
        runtime.board,
        lambda: runtime.push.alive is True,
        runtime.note_unknown_fields,
        partial(_pay, runtime),
    )
    runtime.owed = Owed(
        hass,
        entry,
        runtime.client,
        runtime.memory,
        partial(_ended, runtime),
        runtime.coordinator.prove,
        runtime.coordinator.doubt,
    )
    runtime.outputs = Outputs(
        runtime.client, runtime.owed, lambda number: runtime.changes.call((None, output_key(number)))
    )
    runtime.counters = runtime.coordinator.counters = Counters(hass, runtime)
    runtime.coordinator.provisioning = runtime.provisioning
    return runtime


async def _pay(runtime: ViewtronRuntime) -> None:
    await runtime.owed.pay()


def _ended(runtime: ViewtronRuntime, debt: Debt) -> None:
    if debt.kind is DebtKind.OUTPUT_OFF:
        runtime.outputs.ended(debt.number)


def build_thin_client(hass: HomeAssistant, entry: ThinClientConfigEntry) -> ThinClientRuntime:
    """Put together what belongs to a Thin Client; nothing is sent yet."""
    runtime = ThinClientRuntime(hass, entry, entry.unique_id or entry.entry_id)
    runtime.client = make_thin_client(hass, entry.data)
    runtime.client.must_be(runtime.device_id)
    runtime.catalog = EntityCatalog(hass, entry.entry_id, runtime.device_id)
    runtime.memory = WallMemory(hass, entry.entry_id)
    runtime.coordinator = ThinClientCoordinator(hass, entry, runtime.client)
    runtime.display = WallDisplay(hass, entry, runtime.client, runtime.coordinator, runtime.memory)
    runtime.coordinator.display = runtime.display
    runtime.stills = Stills(hass, runtime.client.image)
    runtime.firmware = FirmwareUpdater(hass, runtime)
    return runtime


async def async_unload_entry(hass: HomeAssistant, entry: ViewWallConfigEntry) -> bool:
    """Unload a device; what was registered for it goes with it."""
    runtime = entry.runtime_data
    if isinstance(runtime, ThinClientRuntime):
        return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    await runtime.owed.close()
    await runtime.provisioning.close()
    runtime.push_watch.stop()
    # No message may find its entities half gone.
    await runtime.push.stop()
    if await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await runtime.memory.close()
        return True
    runtime.owed.reopen()
    runtime.provisioning.reopen()
    await runtime.push.start()
    await runtime.push_watch.start()
    return False


async def async_remove_entry(hass: HomeAssistant, entry: ViewWallConfigEntry) -> None:
    """Forget what outlives an entry's unloading."""
    ir.async_delete_issue(hass, DOMAIN, f"account_locked_{entry.entry_id}")
    if entry.data[CONF_KIND] == KIND_THIN_CLIENT:
        await WallMemory(hass, entry.entry_id).remove()
    else:
        ir.async_delete_issue(hass, DOMAIN, push_issue_id(entry.entry_id))
        await release_slot(hass, entry)
        await forget_debts(hass, entry.entry_id)
        ir.async_delete_issue(hass, DOMAIN, clock_issue_id(entry.entry_id))
    forget_guard(hass, entry.entry_id)


@callback
def _present_devices(entry: ViewWallConfigEntry) -> set[tuple[str, str]]:
    runtime = entry.runtime_data
    channels = runtime.coordinator.data.channels if isinstance(runtime, ViewtronRuntime) else ()
    return {(DOMAIN, f"{runtime.device_id}_{channel.id}") for channel in channels} | {(DOMAIN, runtime.device_id)}


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: ViewWallConfigEntry, device: dr.DeviceEntry | dr.ChildDeviceEntry
) -> bool:
    """Allow to remove a channel that the recorder no longer has."""
    if device.identifiers & _present_devices(entry):
        return False
    runtime = entry.runtime_data
    if isinstance(runtime, ThinClientRuntime):
        return True
    for _, identifier in device.identifiers:
        channel = identifier.removeprefix(f"{runtime.device_id}_")
        if channel.isascii() and channel.isdigit():
            runtime.forget_channel(int(channel))
    return True
