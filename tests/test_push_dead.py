"""Events that are dead after a reboot, a firmware update, a factory reset or a network cut: noticed, and mended."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.pushing import value
from tests.repairing import User
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.state import HttpPostSlot

CAMERAS = [IpcV1Simulator, IpcV2Simulator]


async def subscribed(hass: HomeAssistant, camera: IpcV2Simulator, set_up: SetUp, later: Later) -> ViewWallConfigEntry:
    """Set a camera up that posts to a slot of its own by the user's consent, and has done so for a while."""
    camera.reboot_seconds = 0
    entry = await set_up(camera)
    camera.push_url = None
    hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
    await hass.config_entries.async_reload(entry.entry_id)
    await beats(camera, later)
    assert value(hass, camera, "binary_sensor.event_push") == "on"
    return entry


async def beats(camera: IpcV2Simulator, later: Later, count: int = 4) -> None:
    """Let a camera send signs of life for a while."""
    for _ in range(count):
        await later(30)
        await camera.send_keepalive()
    await later(1)


async def wait(later: Later, seconds: int) -> None:
    """Let time pass as it does."""
    for _ in range(seconds // 5):
        await later(5)


@pytest.mark.parametrize("kind", CAMERAS)
async def test_reboot(hass: HomeAssistant, user: User, set_up: SetUp, later: Later, kind: type[IpcV2Simulator]) -> None:
    """Say nothing about push while a camera restarts, and none at all if it posts again afterwards."""
    async with kind() as camera:
        entry = await subscribed(hass, camera, set_up, later)
        writes = len(camera.http_post_writes)
        camera.faults.refuse_connections = True
        for _ in range(24):
            await later(5)
            assert await user.trouble(entry) is None
        camera.faults.refuse_connections = False
        await camera.restart()
        await wait(later, 40)
        await beats(camera, later)
        assert await user.trouble(entry) is None
        assert value(hass, camera, "binary_sensor.event_push") == "on"
        assert len(camera.http_post_writes) == writes


@pytest.mark.parametrize("kind", CAMERAS)
async def test_dead_after_reboot(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, kind: type[IpcV2Simulator]
) -> None:
    """Tell of a camera that is back and posts no more, look into it, and notice when it posts again."""
    async with kind() as camera:
        entry = await subscribed(hass, camera, set_up, later)
        camera.cut_push()
        camera.faults.refuse_connections = True
        await wait(later, 60)
        camera.faults.refuse_connections = False
        await wait(later, 200)
        assert await user.trouble(entry) == "push_silent"
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "all_right"
        camera.mend_push()
        await camera.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"
        assert await user.trouble(entry) is None


@pytest.mark.parametrize("kind", CAMERAS)
@pytest.mark.parametrize("is_away", [False, True])
async def test_factory_reset(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, kind: type[IpcV2Simulator], is_away: bool
) -> None:
    """Put the lost address into the camera again by itself, and nothing else; the user need not do anything."""
    async with kind() as camera:
        entry = await subscribed(hass, camera, set_up, later)
        if is_away:
            camera.faults.refuse_connections = True
            await wait(later, 60)
        camera.factory_reset()
        camera.faults.refuse_connections = False
        assert not any(slot.domain for slot in camera.slots())
        await wait(later, 130)
        assert [slot.domain for slot in camera.slots() if slot.domain] == ["127.0.0.1"]
        await beats(camera, later)
        assert value(hass, camera, "binary_sensor.event_push") == "on"
        assert await user.trouble(entry) is None


async def test_factory_reset_without_consent(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Write nothing into a camera whose address was typed by hand: say that it is gone, and offer to write it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        host, _, port = user.server.partition(":")
        camera.push_url = None
        path = f"/api/webhook/{entry.data['webhook_id']}"
        camera.http_post[2] = HttpPostSlot(id=3, switch=True, domain=host, port=int(port), path=path)
        await beats(camera, later)
        camera.factory_reset()
        await wait(later, 150)
        assert await user.trouble(entry) == "push_silent"
        assert camera.http_post_writes == []
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "not_in_camera"
        assert (await dialog.submit(set_up=True)).step == "claimed"
        await beats(camera, later)
        assert await user.trouble(entry) is None


async def test_firmware_update_that_forgets_and_wants_a_restart(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Write the address again after an update that has lost it, and ask for the restart that the camera needs then."""
    async with IpcV2Simulator() as camera:
        entry = await subscribed(hass, camera, set_up, later)
        camera.faults.refuse_connections = True
        await wait(later, 120)
        camera.factory_reset()
        camera.software_version = "5.3.2.0"
        camera.needs_restart_after_http_post = True
        camera.faults.refuse_connections = False
        await wait(later, 300)
        assert await user.trouble(entry) == "push_restart"
        await camera.restart()
        await beats(camera, later)
        assert await user.trouble(entry) is None


async def test_network_cut(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Tell of a firewall that keeps messages back while the camera itself answers, and forget it when it is gone."""
    async with IpcV2Simulator() as camera:
        entry = await subscribed(hass, camera, set_up, later)
        camera.cut_push()
        for _ in range(4):
            await later(30)
            await camera.send_keepalive()
        await later(5)
        assert await user.trouble(entry) == "push_silent"
        dialog = await (await user.open(entry)).submit()
        assert "firewall" in dialog.errors["base"]
        assert user.server.partition(":")[2] in dialog.errors["base"]
        camera.mend_push()
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert await user.trouble(entry) is None


async def test_dead_from_the_start(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Expect a camera that has our address to post after a restart of Home Assistant, too, within two minutes."""
    async with IpcV2Simulator() as camera:
        entry = await subscribed(hass, camera, set_up, later)
        camera.cut_push()
        await hass.config_entries.async_reload(entry.entry_id)
        assert value(hass, camera, "binary_sensor.event_push") == "unknown"
        await wait(later, 115)
        assert await user.trouble(entry) is None
        await wait(later, 15)
        assert value(hass, camera, "binary_sensor.event_push") == "off"
        assert await user.trouble(entry) == "push_silent"
        writes = len(camera.http_post_writes)
        await wait(later, 300)
        assert len(camera.http_post_writes) == writes


async def test_switched_off_by_the_user(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Expect nothing any more when the user has switched the sending off, until messages come all the same."""
    async with IpcV2Simulator() as camera:
        entry = await subscribed(hass, camera, set_up, later)
        await entry.runtime_data.provisioning.unsubscribe()  # type: ignore[union-attr]
        await wait(later, 20 * 60)
        assert await user.trouble(entry) is None
        assert value(hass, camera, "binary_sensor.event_push") == "unknown"

        host, _, port = user.server.partition(":")
        path = f"/api/webhook/{entry.data['webhook_id']}"
        camera.http_post[0] = HttpPostSlot(id=1, switch=True, domain=host, port=int(port), path=path)
        await beats(camera, later)
        camera.cut_push()
        await wait(later, 120)
        assert await user.trouble(entry) == "push_silent"
