"""Live addresses and refused passwords: players go on trying an address, until the account is locked."""

from homeassistant.components.camera import async_get_stream_source
from homeassistant.components.camera.helper import get_camera_from_entity_id
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp
from tests.pushing import entity_id
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator

LOCKED = 10
"""The device's code for an account that is locked."""
KINDS = [
    pytest.param(IpcV1Simulator, None, "main", id="ipc_v1"),
    pytest.param(IpcV2Simulator, None, "main", id="ipc_v2"),
    pytest.param(NvrV2Simulator, 1, "sub", id="nvr_v2"),
]


async def source(hass: HomeAssistant, camera_id: str) -> str | None:
    """Return the address that a camera entity gives, available or not."""
    return await get_camera_from_entity_id(hass, camera_id).stream_source()


@pytest.mark.parametrize(("kind", "channel", "key"), KINDS)
async def test_refused_password_gives_no_address(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator], channel: int | None, key: str
) -> None:
    """Give no address from the first refusal on, although events still arrive and the entity is available."""
    async with kind() as device:
        await set_up(device)
        camera_id = entity_id(hass, device, f"camera.{key}", channel)
        assert device.password.split("-")[0] in (await async_get_stream_source(hass, camera_id) or "")
        device.password = "another-Word-9"
        await later(6)
        assert await source(hass, camera_id) is None
        await later(61)
        flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
        assert await source(hass, camera_id) is None


@pytest.mark.parametrize(("kind", "channel", "key"), KINDS)
async def test_refused_password_gives_no_address_while_events_arrive(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator], channel: int | None, key: str
) -> None:
    """Give no address to players either while heartbeats keep the entity available."""
    async with kind() as device:
        await set_up(device)
        camera_id = entity_id(hass, device, f"camera.{key}", channel)
        await device.push(b"")
        device.password = "another-Word-9"
        await later(61)
        await device.push(b"")
        assert hass.states.get(camera_id) is not None
        assert await async_get_stream_source(hass, camera_id) is None


@pytest.mark.parametrize(("kind", "channel", "key"), KINDS)
async def test_locked_account_gives_no_address(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator], channel: int | None, key: str
) -> None:
    """Give no address while the account is locked, and the same one as before when it is free again."""
    async with kind() as device:
        await set_up(device)
        camera_id = entity_id(hass, device, f"camera.{key}", channel)
        before = await async_get_stream_source(hass, camera_id)
        assert before is not None
        device.faults.error_code = LOCKED
        await later(6)
        assert await source(hass, camera_id) is None
        device.faults.error_code = None
        await later(1802)
        await later(6)
        assert await async_get_stream_source(hass, camera_id) == before
