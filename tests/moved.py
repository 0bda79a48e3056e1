"""What the tests of moved devices share."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_socket import socket_allow_hosts

from custom_components.viewwall.const import DOMAIN
from tests.searching import discover
from tests.simulators.device import Simulator
from tests.simulators.thin_client import ThinClientSimulator

OLD_ADDRESS = "127.0.0.1"
NEW_ADDRESS = "127.0.0.9"
"""Another address of this machine, where a device can be after it has moved."""
WALL_MAC = "00:11:22:33:44:55"


@contextmanager
def two_addresses() -> Iterator[None]:
    """Allow both addresses, and let nobody be patient."""
    socket_allow_hosts([OLD_ADDRESS, NEW_ADDRESS])
    with patch("custom_components.viewwall.discovery.PATIENCE", ()):
        yield


async def move(device: Simulator | ThinClientSimulator) -> None:
    """Let a device get another address, as after a power failure."""
    port = device.port
    await device.stop()
    await device.start(NEW_ADDRESS, port)
    device.requests.clear()


async def hear_of(hass: HomeAssistant, device: Simulator) -> None:
    """Let DHCP hear of a known device; nothing ever becomes of that but silence."""
    result = await discover(hass, device.mac, NEW_ADDRESS)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN) == []


async def retrying(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up whose device is not there."""
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.SETUP_RETRY
