"""Another device at the address of an entry: it gets one read with the password, and nothing else."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp
from tests.searching import entry_of
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Auth, Faults

KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]

pytestmark = pytest.mark.usefixtures("socket_enabled")


def swap(device: Simulator) -> None:
    """Let another device answer from now on."""
    device.mac, device.serial = "58:5b:69:77:77:77", "I85B69777777"
    device.requests.clear()


def told(device: Simulator) -> list[str]:
    """Return the commands that were sent with the password."""
    return [request.command for request in device.requests if request.scheme is not None]


@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("kind", KINDS)
async def test_polled_after_an_outage(
    hass: HomeAssistant, set_up: SetUp, later: Later, kind: type[Simulator], auth: Auth
) -> None:
    """Ask another device that has got the address who it is, at each poll, and go on with the right one."""
    async with kind(auth=auth) as device:
        entry = await set_up(device)
        mac, serial = device.mac, device.serial
        device.faults.refuse_connections = True
        await later(61)
        swap(device)
        device.faults = Faults()
        await later(61)
        await later(61)
        assert told(device)
        assert set(told(device)) == {"GetDeviceInfo"}
        assert not entry.runtime_data.coordinator.last_update_success

        device.mac, device.serial = mac, serial
        await later(61)
        assert entry.runtime_data.coordinator.last_update_success


async def test_start(hass: HomeAssistant) -> None:
    """Ask one thing at the start."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera)
        swap(camera)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)

        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert entry.reason == "Another device answers at the address of Gate camera"
        assert told(camera) == ["GetDeviceInfo"]


@pytest.mark.parametrize(
    ("domain", "service", "key"),
    [
        ("button", "press", "sync_clock"),
        ("switch", "turn_on", "push_subscription"),
        ("switch", "turn_on", "alarm_output_1"),
    ],
)
async def test_order_after_an_outage(hass: HomeAssistant, set_up: SetUp, domain: str, service: str, key: str) -> None:
    """Change nothing in another device, and say why."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        entity_id = er.async_get(hass).async_get_entity_id(domain, DOMAIN, f"{camera.mac}_{key}")
        entry.runtime_data.coordinator.doubt()
        swap(camera)
        with pytest.raises(HomeAssistantError) as caught:
            await hass.services.async_call(domain, service, {"entity_id": entity_id}, blocking=True)

        assert caught.value.translation_key == "other_device"
        assert told(camera) == ["GetDeviceInfo"]


async def test_removal(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take no address out of another device, and tell that it was not done."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
        await hass.config_entries.async_unload(entry.entry_id)
        swap(camera)
        await hass.config_entries.async_remove(entry.entry_id)

        assert told(camera) == ["GetDeviceInfo"]
        assert ir.async_get(hass).async_get_issue(DOMAIN, f"push_not_released_{entry.entry_id}") is not None
