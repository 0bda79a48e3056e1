"""Who gets a login in a flow, and whose entry it may change."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_RECONFIGURE, ConfigEntryState, ConfigFlowContext
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.discovery import find_devices
from custom_components.viewwall.viewtron.probe import Door
from tests.conftest import SetUp, address_of, begin_manual
from tests.moved import NEW_ADDRESS, two_addresses
from tests.searching import choose, discover, entry_of, here_alone, knocking_elsewhere, logins, search
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.search_responder import SearchResponder
from tests.simulators.state import Faults
from tests.simulators.thin_client import ThinClientSimulator

OTHER_MAC = "58:5b:69:99:99:99"


@pytest.fixture(autouse=True)
def _two_addresses(socket_enabled: None) -> Iterator[None]:
    """Allow both loopback addresses, and let nobody be patient."""
    with two_addresses():
        yield


def login_at(device: Simulator | ThinClientSimulator, password: str) -> dict[str, object]:
    """Return what is typed into a card."""
    return {"username": "admin", "password": password, "connection": {"port": device.port}}


async def test_card_of_another_device(hass: HomeAssistant) -> None:
    """Give the login to another device at a card's address once, and nothing of it to a Thin Client."""
    with knocking_elsewhere() as place:
        async with IpcV2Simulator() as camera, IpcV2Simulator(mac=OTHER_MAC) as other, ThinClientSimulator() as wall:
            place["port"] = camera.port
            card = await discover(hass, camera.mac, camera.host)
            result = await hass.config_entries.flow.async_configure(card["flow_id"], login_at(other, camera.password))
            assert (result["reason"], logins(other)) == ("unique_id_mismatch", 1)
            card = await discover(hass, camera.mac, camera.host)
            result = await hass.config_entries.flow.async_configure(card["flow_id"], login_at(wall, camera.password))
            assert (result["reason"], wall.refused_logins) == ("unique_id_mismatch", 0)


async def test_card_of_a_device_that_has_gone(hass: HomeAssistant) -> None:
    """Say that nobody answers any more, or something else, and give it no login; go on when the device is back."""
    with knocking_elsewhere() as place:
        async with IpcV2Simulator() as camera:
            place["port"] = camera.port
            card = await discover(hass, camera.mac, camera.host)
            typed = login_at(camera, camera.password)
            camera.faults.refuse_connections = True
            result = await hass.config_entries.flow.async_configure(card["flow_id"], typed)
            assert (result["step_id"], result["errors"]) == ("discovery_confirm", {"base": "cannot_connect"})
            camera.faults.refuse_connections = False
            camera.faults = Faults(html=True)
            result = await hass.config_entries.flow.async_configure(card["flow_id"], typed)
            assert result["errors"] == {"base": "unsupported_device"}
            assert logins(camera) == 0
            camera.faults = Faults()
            result = await hass.config_entries.flow.async_configure(card["flow_id"], typed)
            assert result["step_id"] == "push"


async def test_entry_of_the_other_family_is_not_taken_over(hass: HomeAssistant) -> None:
    """Leave the entry of a Thin Client alone whose serial is a camera's MAC, be that chance or somebody's joke."""
    async with IpcV2Simulator() as camera:
        wall = entry_of(camera, kind="thin_client", host="192.0.2.30")
        wall.add_to_hass(hass)
        before = dict(wall.data)
        flow = await begin_manual(hass)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(camera))

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert dict(wall.data) == before


async def test_card_takes_the_new_address(hass: HomeAssistant) -> None:
    """Replace a card by one for the address where the device is now, and only if it is there."""
    doors: dict[str, Door | None] = {"192.0.2.7": Door(None, False)}

    async def probe(_: HomeAssistant, host: str) -> Door | None:
        return doors.get(host)

    with patch("custom_components.viewwall.discovery.looks_like_viewtron", probe):
        await discover(hass, OTHER_MAC, "192.0.2.7")
        assert (await discover(hass, OTHER_MAC, "192.0.2.8"))["reason"] == "not_viewtron"
        assert (await discover(hass, OTHER_MAC, "192.0.2.7"))["reason"] == "already_in_progress"
        doors["192.0.2.8"] = Door(None, False)
        card = await discover(hass, OTHER_MAC, "192.0.2.8")

    assert card["description_placeholders"] == {"device": "Viewtron", "host": "192.0.2.8"}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["title_placeholders"] == {"name": "Viewtron 192.0.2.8"}


async def test_login_of_an_entry_at_another_device(hass: HomeAssistant, set_up: SetUp) -> None:
    """Ask another device at an entry's address one thing only."""
    async with IpcV2Simulator() as camera, IpcV2Simulator(mac=OTHER_MAC, password="gate-Keeper-7") as other:
        entry = await set_up(camera)
        hass.config_entries.async_update_entry(entry, data={**entry.data, "port": other.port})
        entry.async_start_reauth(hass)
        await hass.async_block_till_done()
        (flow,) = hass.config_entries.flow.async_progress()
        typed = {"username": "admin", "password": other.password}
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
        assert (result["reason"], logins(other)) == ("unique_id_mismatch", 1)


async def test_serial_first_and_the_mac_later(hass: HomeAssistant, set_up: SetUp) -> None:
    """Know a device by its serial that tells its MAC since its firmware was renewed."""
    async with IpcV2Simulator() as camera:
        mac, camera.mac = camera.mac, "00:00:00:00:00:00"
        entry = await set_up(camera)
        assert entry.unique_id == camera.serial
        camera.mac, camera.password = mac, "new-One-88"
        entry.async_start_reauth(hass)
        await hass.async_block_till_done()
        (flow,) = hass.config_entries.flow.async_progress()
        typed = {"username": "admin", "password": camera.password}
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
        assert result["reason"] == "reauth_successful"
        await hass.async_block_till_done()
        context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
        flow = await hass.config_entries.flow.async_init(DOMAIN, context=context)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(camera))
        assert result["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        flow = await begin_manual(hass)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(camera))
        assert result["reason"] == "already_configured"
        await hass.async_block_till_done()

    assert entry.unique_id == "I85B692B5002"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


@pytest.mark.parametrize("is_typed", [False, True])
async def test_entry_that_is_alive_is_not_taken_over(hass: HomeAssistant, set_up: SetUp, is_typed: bool) -> None:
    """Leave the address of a device that answers there, whoever else claims to be it."""
    with here_alone():
        async with IpcV2Simulator() as gate, IpcV2Simulator(name="Nice camera") as liar:
            entry = await set_up(gate)
            before = dict(entry.data)
            if is_typed:
                await liar.stop()
                await liar.start(NEW_ADDRESS)
                shown = await begin_manual(hass)
                typed = address_of(liar)
            else:
                liar.mac, liar.serial = "00:00:00:00:00:00", "I8888"
                async with SearchResponder([liar]):
                    shown = await choose(hass, await search(hass), "Nice")
                liar.mac = gate.mac
                typed = login_at(liar, liar.password)
            result = await hass.config_entries.flow.async_configure(shown["flow_id"], typed)
            await hass.async_block_till_done()
            assert result["reason"] in ("already_configured", "unique_id_mismatch")
            assert (dict(entry.data), entry.state) == (before, ConfigEntryState.LOADED)


async def test_second_network_card(hass: HomeAssistant, set_up: SetUp) -> None:
    """Show no card for the other MAC of a device that is set up, and say so if one was shown before."""
    with knocking_elsewhere() as place:
        async with NvrV2Simulator() as recorder:
            place["port"] = recorder.port
            card = await discover(hass, OTHER_MAC, recorder.host)
            await set_up(recorder)
            result = await hass.config_entries.flow.async_configure(
                card["flow_id"], login_at(recorder, recorder.password)
            )
            assert result["reason"] == "already_configured"
            result = await discover(hass, OTHER_MAC, recorder.host)
            assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_ignored_device_keeps_no_login(hass: HomeAssistant) -> None:
    """Write nothing into the entry by which a device is ignored."""
    async with IpcV2Simulator() as camera:
        ignored = MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id=camera.mac, data={})
        ignored.add_to_hass(hass)
        flow = await begin_manual(hass)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"], address_of(camera))

    assert result["step_id"] == "push"
    assert dict(ignored.data) == {}


async def test_second_network_is_searched(hass: HomeAssistant) -> None:
    """Search from every address of this machine that others have a way to, not from the default adapter's alone."""

    def adapter(name: str, *addresses: str) -> dict[str, object]:
        return {"name": name, "ipv4": [{"address": each, "network_prefix": 24} for each in addresses], "ipv6": []}

    adapters = [
        adapter("lo", "127.0.0.1"),
        adapter("eth0", "192.0.2.5"),
        adapter("eth1", "172.20.0.5", "198.51.100.1"),
        adapter("docker0", "172.17.0.1"),
    ]
    place = "custom_components.viewwall.discovery"
    with (
        here_alone(),
        patch(f"{place}.network.async_get_adapters", return_value=adapters),
        patch(f"{place}.search", return_value=()) as searching,
    ):
        await find_devices(hass)

    assert searching.call_args.args[0] == ["127.0.0.1", "192.0.2.5", "172.20.0.5", "198.51.100.1"]
