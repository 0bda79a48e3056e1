"""Polling alone: no events are expected, and no address of ours stays in the camera; and options while all runs."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.choosing import choose, collapsed, open_form, paths, reconfigure, shown, submit, subscribe
from tests.conftest import Later, SetUp, address_of
from tests.pushing import device_id, entity_id, find, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Faults

KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]


def push_issues(hass: HomeAssistant, entry: ConfigEntry[Any]) -> list[str | None]:
    """Return what is reported about the events of a device."""
    issues = ir.async_get(hass).issues.values()
    return [issue.translation_key for issue in issues if issue.active and issue.issue_id == f"push_{entry.entry_id}"]


# Polling alone.


@pytest.mark.parametrize("kind", KINDS)
async def test_polling_alone(hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator]) -> None:
    """Expect no events: nothing is reported, and nobody knows whether they arrive until they do."""
    async with kind() as device:
        entry = await set_up(device)
        await choose(hass, entry, push={"polling_alone": True})
        assert entry.options == {"hold_time": 10, "polling_alone": True}
        form = await open_form(hass, entry)
        assert shown(form, "push")["polling_alone"] is True
        assert not collapsed(form, "push")
        device.requests.clear()
        for _ in range(6):
            await later(5)
        assert sum(request.command == "GetAlarmStatus" and request.authorised for request in device.requests) >= 5
        for _ in range(20):
            await later(60)
        assert push_issues(hass, entry) == []
        assert value(hass, device, "binary_sensor.event_push") == "unknown"


async def test_no_slot_is_left_behind(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take our address out of the camera before the choice is stored, and other addresses stay."""
    async with IpcV2Simulator() as camera:
        camera.http_post[0].switch, camera.http_post[0].domain = True, "192.0.2.80"
        camera.http_post[0].path = "/other"
        entry = await set_up(camera)
        target = {"entity_id": entity_id(hass, camera, "switch.push_subscription")}
        await hass.services.async_call("switch", "turn_on", target, blocking=True)
        assert paths(camera) == ["/other", f"/api/webhook/{entry.data['webhook_id']}"]
        await choose(hass, entry, push={"polling_alone": True})
        assert paths(camera) == ["/other"]
        assert entry.options == {"hold_time": 10, "polling_alone": True}
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert paths(camera) == ["/other"]
        # Events are welcome again, but the slot is only taken with the user's consent.
        await choose(hass, entry, push={"polling_alone": False})
        assert entry.options == {"hold_time": 10}
        assert paths(camera) == ["/other"]


def _ignore(camera: IpcV2Simulator) -> None:
    camera.http_post_ignored = True


def _forbid(camera: IpcV2Simulator) -> None:
    camera.http_post_read_only = True


def _fail(camera: IpcV2Simulator) -> None:
    camera.faults = Faults(status=500, only={"SetHttpPostConfig"})


def _go(camera: IpcV2Simulator) -> None:
    camera.faults.refuse_connections = True


@pytest.mark.parametrize("spoil", [_ignore, _forbid, _fail, _go])
async def test_camera_keeps_the_slot(
    hass: HomeAssistant, set_up: SetUp, spoil: Callable[[IpcV2Simulator], None]
) -> None:
    """Say that the camera does not give our address up, change nothing, and go on once it does."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await subscribe(hass, camera, entry)
        before = dict(entry.options)
        form = await open_form(hass, entry)
        spoil(camera)
        result = await submit(hass, form, hold_time=20, push={"polling_alone": True})
        assert result["errors"] == {"base": "slot_not_released"}
        assert shown(result, "push")["polling_alone"] is True
        assert shown(result)["hold_time"] == 20
        assert entry.options == before
        camera.http_post_ignored = camera.http_post_read_only = False
        camera.faults.refuse_connections = False
        camera.faults = Faults()
        result = await submit(hass, result, hold_time=20, push={"polling_alone": True})
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert paths(camera) == []
        assert entry.options == {"hold_time": 20, "polling_alone": True}


async def test_slot_of_a_device_that_is_not_running(hass: HomeAssistant, set_up: SetUp) -> None:
    """Leave no address behind in a camera that cannot be asked now."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await subscribe(hass, camera, entry)
        assert await hass.config_entries.async_unload(entry.entry_id)
        form = await open_form(hass, entry)
        result = await submit(hass, form, push={"polling_alone": True})
        assert result["errors"] == {"base": "slot_not_released"}
        assert len(paths(camera)) == 1
        # Everything else can be changed.
        await submit(hass, result, hold_time=20, push={"polling_alone": False})
        assert entry.options == {"hold_time": 20, "push_subscription": True}


# While Home Assistant runs.


@pytest.mark.parametrize("kind", [IpcV2Simulator, NvrV2Simulator])
async def test_no_restart_ever(hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[ViewtronSimulator]) -> None:
    """Follow options, a new address and a new login while Home Assistant runs; entities keep their ids."""
    async with kind() as device:
        entry = await set_up(device)
        channel = 3 if device.nvr else None
        registry = er.async_get(hass)
        registry.async_update_entity(
            entity_id(hass, device, "binary_sensor.motion", channel), new_entity_id="binary_sensor.yard"
        )
        before = {each.unique_id: each.entity_id for each in registry.entities.values() if each.platform == DOMAIN}
        devices = device_id(hass, entry, device), device_id(hass, entry, device, channel)
        await choose(hass, entry, hold_time=3, hold_times={"face": 2}, push={"polling_alone": True})
        await device.stop()
        device.doorkeeper.username, device.doorkeeper.password = "mover", "new-House-9"
        await device.start()
        flow = await reconfigure(hass, entry)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(device))
        assert result["reason"] == "reconfigure_successful"
        await hass.async_block_till_done(wait_background_tasks=True)
        assert entry.state is ConfigEntryState.LOADED
        assert entry.data["port"] == device.port
        assert entry.data["username"] == "mover"
        assert entry.options == {"hold_time": 3, "hold_times": {"face": 2}, "polling_alone": True}
        device.set_alarm("motionAlarm", True, channel or 1)
        await later(6)
        yard = hass.states.get("binary_sensor.yard")
        assert yard is not None
        assert yard.state == "on"
        after = {each.unique_id: each.entity_id for each in registry.entities.values() if each.platform == DOMAIN}
        assert after == before
        assert (device_id(hass, entry, device), device_id(hass, entry, device, channel)) == devices
    assert find(hass, device, "binary_sensor.motion", channel) == "binary_sensor.yard"
