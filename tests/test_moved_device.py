"""A device that comes back at a new address: followed by the rules, and its password spent with care."""

import asyncio
from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.wall_runtime import ThinClientConfigEntry
from tests.conftest import SetUp, SetUpWall
from tests.moved import NEW_ADDRESS, OLD_ADDRESS, WALL_MAC, hear_of, move, retrying, two_addresses
from tests.searching import choose, discover, entry_of, here_alone, logins, search
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.search_responder import SearchResponder
from tests.simulators.state import Auth
from tests.simulators.thin_client import ThinClientSimulator


@pytest.fixture(autouse=True)
def _two_addresses(socket_enabled: None) -> Iterator[None]:
    """Allow both loopback addresses, and let nobody be patient."""
    with two_addresses():
        yield


@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_moved_while_it_runs(hass: HomeAssistant, set_up: SetUp, kind: type[Simulator], auth: Auth) -> None:
    """Notice at once that the device has left its old address, and go on at the new one."""
    async with kind(auth=auth) as device:
        entry = await set_up(device)
        webhook_id = entry.data["webhook_id"]
        await move(device)
        await hear_of(hass, device)

        assert entry.data["host"] == NEW_ADDRESS
        assert entry.data["port"] == device.port
        assert entry.data["webhook_id"] == webhook_id
        assert entry.state is ConfigEntryState.LOADED
        assert device.refused_logins == 0


async def test_moved_while_home_assistant_was_off(hass: HomeAssistant) -> None:
    """Find the device that was not there at the start."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        await hear_of(hass, camera)

        assert entry.data["host"] == NEW_ADDRESS
        assert entry.state is ConfigEntryState.LOADED


async def test_back_at_the_old_address(hass: HomeAssistant, set_up: SetUp) -> None:
    """Follow to and fro: an address where the device was found is not one where it was sought in vain."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await move(camera)
        await hear_of(hass, camera)
        await camera.stop()
        await camera.start(OLD_ADDRESS, camera.port)
        await discover(hass, camera.mac, OLD_ADDRESS)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert entry.data["host"] == OLD_ADDRESS
        await move(camera)
        await hear_of(hass, camera)
        assert entry.data["host"] == NEW_ADDRESS


async def test_known_by_the_registry(hass: HomeAssistant, set_up: SetUp) -> None:
    """Know a device by the MAC of its entry in the device registry, too."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        registry = dr.async_get(hass)
        device = registry.async_get_device_by_identifier((DOMAIN, camera.mac), entry.entry_id)
        assert device is not None
        both = device.connections | {(dr.CONNECTION_NETWORK_MAC, "58:5b:69:00:00:99")}
        registry.async_update_device(device.id, new_connections=both)
        await move(camera)
        await discover(hass, "58:5b:69:00:00:99", NEW_ADDRESS)
        await hass.async_block_till_done(wait_background_tasks=True)

        assert entry.data["host"] == NEW_ADDRESS


async def moved_wall(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> ThinClientConfigEntry:
    """Set a Thin Client up whose MAC the registry knows, and move it."""
    entry = await set_up_wall(wall)
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier((DOMAIN, wall.serial), entry.entry_id)
    assert device is not None
    registry.async_update_device(device.id, new_connections={(dr.CONNECTION_NETWORK_MAC, WALL_MAC)})
    await move(wall)
    return entry


async def test_moved_thin_client(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Follow a Thin Client whose MAC the registry knows."""
    async with ThinClientSimulator() as wall:
        entry = await moved_wall(hass, set_up_wall, wall)
        await discover(hass, WALL_MAC, NEW_ADDRESS)
        await hass.async_block_till_done(wait_background_tasks=True)

        assert entry.data["host"] == NEW_ADDRESS
        assert entry.state is ConfigEntryState.LOADED
        assert (len(wall.sessions), wall.most_sessions) == (1, 1)


async def test_moved_thin_client_that_knows_no_session(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Follow a Thin Client that has forgotten the session, and one whose session cannot be named."""
    async with ThinClientSimulator() as wall:
        entry = await moved_wall(hass, set_up_wall, wall)
        wall.expire_sessions()
        hass.config_entries.async_update_entry(entry, options={"session_token": "no token"})
        await discover(hass, WALL_MAC, NEW_ADDRESS)
        await hass.async_block_till_done(wait_background_tasks=True)

        assert entry.data["host"] == NEW_ADDRESS
        assert entry.state is ConfigEntryState.LOADED


async def test_refused_thin_client_is_tried_once(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Spend one login on a Thin Client that has moved and has another password."""
    async with ThinClientSimulator() as wall:
        entry = await moved_wall(hass, set_up_wall, wall)
        wall.password = "changed-On-Site-8"
        for _ in range(3):
            await discover(hass, WALL_MAC, NEW_ADDRESS)

        assert wall.refused_logins == 1
        assert entry.data["host"] == OLD_ADDRESS


async def test_thin_client_that_is_away(hass: HomeAssistant, set_up_wall: SetUpWall) -> None:
    """Look again the next time where no Thin Client was."""
    async with ThinClientSimulator() as wall:
        entry = await moved_wall(hass, set_up_wall, wall)
        await wall.stop()
        await discover(hass, WALL_MAC, NEW_ADDRESS)
        assert entry.data["host"] == OLD_ADDRESS
        await wall.start(NEW_ADDRESS, entry.data["port"])
        await discover(hass, WALL_MAC, NEW_ADDRESS)
        assert entry.data["host"] == NEW_ADDRESS


async def test_still_starting(hass: HomeAssistant) -> None:
    """Knock again where nobody is at home yet: a device asks for its address before it can answer."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        port = camera.port
        await camera.stop()
        await retrying(hass, entry)

        with patch("custom_components.viewwall.discovery.PATIENCE", (0.3,)):
            hearing = hass.async_create_task(hear_of(hass, camera))
            await asyncio.sleep(0.1)
            assert entry.data["host"] == OLD_ADDRESS
            await camera.start(NEW_ADDRESS, port)
            await hearing

        assert entry.data["host"] == NEW_ADDRESS


# Chosen from the list.


async def test_moved_device_in_the_list(hass: HomeAssistant) -> None:
    """Say that a device is at a new address, and take it over when it is chosen."""
    with here_alone():
        async with IpcV2Simulator() as camera, SearchResponder([camera]):
            entry = entry_of(camera, host=OLD_ADDRESS)
            await move(camera)
            await retrying(hass, entry)
            shown = await search(hass)
            assert logins(camera) == 0
            result = await choose(hass, shown, "set up as Gate camera, now at this address")
            await hass.async_block_till_done(wait_background_tasks=True)

            assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "moved")
            assert result["description_placeholders"] == {"device": "Gate camera"}
            assert entry.data["host"] == NEW_ADDRESS


async def test_liar_in_the_list(hass: HomeAssistant) -> None:
    """Leave an entry as it is when who claims its MAC proves to be another."""
    with here_alone():
        async with IpcV2Simulator() as camera, SearchResponder([camera]):
            entry = entry_of(camera, host=OLD_ADDRESS)
            await move(camera)
            await retrying(hass, entry)
            shown = await search(hass)
            camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
            result = await choose(hass, shown, "now at this address")

            assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_moved")
            words = result["description_placeholders"]
            assert words is not None
            assert (words["before"], words["address"]) == (OLD_ADDRESS, NEW_ADDRESS)
            assert words["why"] == "the device at the new address is another one."
            assert entry.data["host"] == OLD_ADDRESS
