"""What an earlier version has stored is understood by this one.

The files in `fixtures/entries` are frozen: entries, and what a device remembers, as 0.1.0 wrote them. A later version
adds files; it changes none.
"""

from copy import deepcopy
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.viewwall.config_flow import ViewWallConfigFlow
from custom_components.viewwall.const import DOMAIN
from tests.choosing import open_form, shown
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import value

ENTRIES: Final = Path(__file__).parent / "fixtures" / "entries"
DEVICES: Final[dict[str, type[Simulator]]] = {
    "ipc_v1": IpcV1Simulator,
    "ipc_v2": IpcV2Simulator,
    "nvr_v1": NvrV1Simulator,
    "nvr_v2": NvrV2Simulator,
}


def frozen(name: str) -> dict[str, Any]:
    """Return what an earlier version has left behind."""
    stored: dict[str, Any] = json.loads((ENTRIES / f"{name}.json").read_text(encoding="utf-8"))
    return stored


def stored_entry(hass: HomeAssistant, stored: dict[str, Any], port: int) -> MockConfigEntry:
    """Put an entry where Home Assistant finds it; the device is at `port` of this machine."""
    fields = deepcopy(stored["entry"])
    fields["data"] |= {"host": "127.0.0.1", "port": port}
    entry = MockConfigEntry(domain=DOMAIN, **fields)
    entry.add_to_hass(hass)
    return entry


async def start(
    hass: HomeAssistant, hass_storage: dict[str, Any], stored: dict[str, Any], port: int
) -> MockConfigEntry:
    """Start a device as after an update of ViewWall."""
    entry = stored_entry(hass, stored, port)
    if "memory" in stored:
        key = f"{DOMAIN}.{entry.entry_id}"
        hass_storage[key] = {"key": key, **stored["memory"]}
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def assert_all_there(hass: HomeAssistant, entry: MockConfigEntry, stored: dict[str, Any]) -> None:
    """Find every device and entity under the id by which a user's house knows it."""
    assert entry.state is ConfigEntryState.LOADED
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert set(stored["devices"]) <= {identifier for device in devices for _, identifier in device.identifiers}
    entities = er.async_get(hass)
    missing = [
        (platform, unique_id)
        for platform, unique_ids in stored["entities"].items()
        for unique_id in unique_ids
        if entities.async_get_entity_id(platform, DOMAIN, unique_id) is None
    ]
    assert missing == []


def test_every_kind_is_frozen() -> None:
    """Keep an entry of each kind of device."""
    kinds = [frozen(path.stem)["entry"]["data"]["kind"] for path in sorted(ENTRIES.glob("*.json"))]
    assert set(kinds) == {*DEVICES, "thin_client"}


@pytest.mark.parametrize("name", DEVICES)
async def test_entry_of_a_device(
    hass: HomeAssistant, hass_storage: dict[str, Any], socket_enabled: None, name: str
) -> None:
    """Load a camera or recorder that was set up by an earlier version, with all that was chosen."""
    stored = frozen(name)
    async with DEVICES[name]() as device:
        entry = await start(hass, hass_storage, stored, device.port)
        assert_all_there(hass, entry, stored)
        options = stored["entry"]["options"]
        assert entry.options == options
        form = await open_form(hass, entry)
        assert (shown(form)["hold_time"], shown(form)["streams"]) == (45, ["sub"])
        assert {key: seconds for key, seconds in shown(form, "hold_times").items() if seconds} == {
            "face": 4,
            "motion": 20,
        }
        assert shown(form, "push") == {key: options[key] for key in ("polling_alone", "push_address")}
        assert shown(form, "wall_login")["username"] == options["wall_username"]
        if "hidden_channels" in options:
            assert "3" not in shown(form)["channels"]


async def test_memory_of_a_device(hass: HomeAssistant, hass_storage: dict[str, Any], socket_enabled: None) -> None:
    """Send the *off* that an earlier version still owed."""
    stored = frozen("ipc_v1")
    async with IpcV1Simulator() as camera:
        await start(hass, hass_storage, stored, camera.port)
        assert camera.output_log == [(1, False)]


async def test_entry_and_memory_of_a_wall(
    hass: HomeAssistant, hass_storage: dict[str, Any], socket_enabled: None
) -> None:
    """Load a wall that was set up by an earlier version, and know what that had put on the screen."""
    stored = frozen("thin_client")
    async with ThinClientSimulator() as wall:
        entry = await start(hass, hass_storage, stored, wall.port)
        assert_all_there(hass, entry, stored)
        assert entry.options["mobile_bridge_password"] == stored["entry"]["options"]["mobile_bridge_password"]
        assert value(hass, wall, "full_screen") == "Gate"


async def test_entry_of_a_later_version(
    hass: HomeAssistant, hass_storage: dict[str, Any], socket_enabled: None
) -> None:
    """Leave an entry alone that a later version has changed in a way that this one cannot know."""
    stored = frozen("ipc_v2")
    stored["entry"] |= {"version": ViewWallConfigFlow.VERSION + 1}
    async with IpcV2Simulator() as camera:
        entry = await start(hass, hass_storage, stored, camera.port)
        assert entry.state is ConfigEntryState.MIGRATION_ERROR
        assert camera.requests == []
    assert entry.options == stored["entry"]["options"]


async def test_entry_of_a_little_later_version(
    hass: HomeAssistant, hass_storage: dict[str, Any], socket_enabled: None
) -> None:
    """Load an entry to which a later version has only added something, and keep that."""
    stored = frozen("ipc_v2")
    stored["entry"] |= {"minor_version": ViewWallConfigFlow.MINOR_VERSION + 1}
    stored["entry"]["options"] |= {"made_by_a_later_version": [1, 2]}
    async with IpcV2Simulator() as camera:
        entry = await start(hass, hass_storage, stored, camera.port)
        assert_all_there(hass, entry, stored)
        assert entry.options["made_by_a_later_version"] == [1, 2]
