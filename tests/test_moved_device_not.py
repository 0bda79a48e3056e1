"""A device that seems to have moved and is not followed: its password is spent with care."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.login_guard import guard_of
from custom_components.viewwall.recognition import Found
from tests.conftest import Later, SetUp
from tests.moved import NEW_ADDRESS, OLD_ADDRESS, hear_of, move, retrying, two_addresses
from tests.searching import discover, entry_of, logins
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator


@pytest.fixture(autouse=True)
def _two_addresses(socket_enabled: None) -> Iterator[None]:
    """Allow both loopback addresses, and let nobody be patient."""
    with two_addresses():
        yield


async def test_device_answers_where_it_was(hass: HomeAssistant, set_up: SetUp) -> None:
    """Stay where the device answers: DHCP may be wrong, or the device may have two addresses."""
    async with IpcV2Simulator() as camera, IpcV2Simulator(mac=camera_mac()) as twin:
        entry = await set_up(camera)
        await move(twin)
        await hear_of(hass, camera)

        assert entry.data["host"] == OLD_ADDRESS
        assert twin.requests == []


def camera_mac() -> str:
    """Return the MAC that every simulated camera of this kind has."""
    return IpcV2Simulator.default_mac


@pytest.mark.parametrize("host", ["gate.home.arpa", "localhost"])
async def test_names_follow_by_themselves(hass: HomeAssistant, host: str) -> None:
    """Leave a name alone: who typed it wants it to be looked up."""
    async with IpcV2Simulator() as camera:
        await move(camera)
        entry = entry_of(camera, host=host)
        entry.add_to_hass(hass)
        entry.mock_state(hass, ConfigEntryState.SETUP_RETRY)
        await hear_of(hass, camera)

        assert entry.data["host"] == host
        assert camera.requests == []


@pytest.mark.parametrize("state", [ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_ERROR])
async def test_entry_that_does_not_run(hass: HomeAssistant, state: ConfigEntryState) -> None:
    """Spend no login on an entry that is switched off or broken."""
    async with IpcV2Simulator() as camera:
        await move(camera)
        entry = entry_of(camera, host=OLD_ADDRESS)
        entry.add_to_hass(hass)
        entry.mock_state(hass, state)
        await hear_of(hass, camera)

        assert camera.requests == []


@pytest.mark.parametrize("trouble", ["refused", "locked", "reauth"])
async def test_login_in_doubt_is_not_spent(hass: HomeAssistant, trouble: str) -> None:
    """Try nowhere else a password that was refused, locked out, or asked for again (integrations.md, 3.9)."""
    async with IpcV2Simulator() as camera:
        await move(camera)
        entry = entry_of(camera, host=OLD_ADDRESS)
        entry.add_to_hass(hass)
        entry.mock_state(hass, ConfigEntryState.SETUP_RETRY)
        guard = guard_of(hass, entry.entry_id)
        match trouble:
            case "refused":
                guard.refuse(hass.loop.time())
            case "locked":
                guard.lock(hass.loop.time())
            case _:
                await entry.start_reauth_flow(hass)
        result = await discover(hass, camera.mac, NEW_ADDRESS)

        assert result["reason"] == "already_configured"
        assert entry.data["host"] == OLD_ADDRESS
        assert camera.requests == []
        reauths = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        assert [flow["context"]["source"] for flow in reauths] == ([SOURCE_REAUTH] if trouble == "reauth" else [])


async def test_another_device_there_is_asked_once(hass: HomeAssistant) -> None:
    """Change nothing when another camera answers: it learns the password of one read, and never again."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        mac, camera.mac, camera.serial = camera.mac, "58:5b:69:77:77:77", "I85B69777777"
        for _ in range(3):
            await discover(hass, mac, NEW_ADDRESS)
            await hass.async_block_till_done(wait_background_tasks=True)
            told = [request.command for request in camera.requests if request.scheme is not None]
            assert told == ["GetDeviceInfo"]

        assert entry.data["host"] == OLD_ADDRESS
        assert entry.state is ConfigEntryState.SETUP_RETRY


async def test_refused_there_is_tried_once(hass: HomeAssistant, later: Later) -> None:
    """Send a password to a new address once; no reauthentication, no lockout (integrations.md, 3.9)."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        camera.password = "changed-On-Site-8"
        for _ in range(4):
            await hear_of(hass, camera)
            await later(60)

        assert (logins(camera), camera.refused_logins) == (1, 1)
        assert entry.data["host"] == OLD_ADDRESS
        assert guard_of(hass, entry.entry_id).refused is False


async def test_patience_spends_no_second_login(hass: HomeAssistant) -> None:
    """Be patient with who is not there yet, not with who refuses (integrations.md, 3.9)."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        camera.password = "changed-On-Site-8"
        with patch("custom_components.viewwall.discovery.PATIENCE", (0, 0, 0)):
            await hear_of(hass, camera)

        assert (logins(camera), camera.refused_logins) == (1, 1)


async def test_disabled_entry_is_left_alone(hass: HomeAssistant) -> None:
    """Ask nothing for an entry that the user has disabled."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        await hear_of(hass, camera)

        assert camera.requests == []


async def test_locked_there_is_tried_once(hass: HomeAssistant) -> None:
    """Leave a locked account alone."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        camera.lock_after = 0
        for _ in range(3):
            await hear_of(hass, camera)

        assert logins(camera) == 1
        assert entry.data["host"] == OLD_ADDRESS


async def test_no_password_for_what_is_no_camera(hass: HomeAssistant) -> None:
    """Keep the password back from a web page that has got the address meanwhile, and look again the next time."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        camera.faults.html = True
        await hear_of(hass, camera)
        assert logins(camera) == 0
        assert entry.data["host"] == OLD_ADDRESS
        camera.faults.html = False
        await hear_of(hass, camera)
        assert entry.data["host"] == NEW_ADDRESS


async def test_nobody_at_the_new_address(hass: HomeAssistant) -> None:
    """Look again the next time where nobody was."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        port = camera.port
        await camera.stop()
        await retrying(hass, entry)
        await hear_of(hass, camera)
        assert entry.data["host"] == OLD_ADDRESS
        await camera.start(NEW_ADDRESS, port)
        await hear_of(hass, camera)
        assert entry.data["host"] == NEW_ADDRESS


async def test_removed_meanwhile(hass: HomeAssistant) -> None:
    """Bear the removal of the entry while its device is asked who it is."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)

        async def remove_and_answer(*_: object) -> object:
            await hass.config_entries.async_remove(entry.entry_id)
            return found

        found = Found(unique_id=camera.mac, kind="ipc_v2")
        with patch("custom_components.viewwall.discovery.recognise_again", remove_and_answer):
            await discover(hass, camera.mac, NEW_ADDRESS)

        assert hass.config_entries.async_entries(DOMAIN) == []


async def test_two_cameras_swap_their_addresses(hass: HomeAssistant) -> None:
    """Follow both when the router has swapped their addresses, as long as they have the same password."""
    async with IpcV2Simulator() as one, IpcV1Simulator() as other:
        first, second = entry_of(one), entry_of(other, host=NEW_ADDRESS, port=one.port)
        port = one.port
        await one.stop()
        await other.stop()
        await one.start(NEW_ADDRESS, port)
        await other.start(OLD_ADDRESS, port)
        await retrying(hass, first)
        await retrying(hass, second)
        await discover(hass, one.mac, NEW_ADDRESS)
        await discover(hass, other.mac, OLD_ADDRESS)
        await hass.async_block_till_done(wait_background_tasks=True)

        assert (first.data["host"], second.data["host"]) == (NEW_ADDRESS, OLD_ADDRESS)
        assert first.state is second.state is ConfigEntryState.LOADED
