"""Push that never arrives because it cannot: what is wrong with the address, and how a user mends it."""

from ipaddress import ip_address
from typing import Any

from homeassistant.components.http import ApiConfig
from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall import push_address
from tests.conftest import Later, SetUp
from tests.pushing import value
from tests.repairing import User
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator

WRONG = [
    pytest.param("https://ha.home.arpa:8123", "push_https", "certificate", id="https only"),
    pytest.param("http://homeassistant.local:8123", "push_name", "name", id="name"),
    pytest.param("http://localhost:8123", "push_loopback", "itself", id="wrong internal URL"),
    pytest.param("http://127.0.0.1:9", "push_loopback", "itself", id="loopback"),
    pytest.param("http://172.17.0.2:8123", "push_docker", "container", id="docker"),
]


@pytest.mark.parametrize(("internal", "key", "word"), WRONG)
@pytest.mark.parametrize("kind", [IpcV1Simulator, NvrV2Simulator])
async def test_wrong_address_typed_by_hand(
    hass: HomeAssistant, user: User, set_up: SetUp, internal: str, key: str, word: str, kind: type[IpcV1Simulator]
) -> None:
    """Tell at once what cannot work, take no other address that cannot, and show what to type into the device."""
    await hass.config.async_update(internal_url=internal)
    async with kind() as device:
        entry = await set_up(device)
        assert await user.trouble(entry) == key
        assert device.name in await user.title(entry)

        dialog = await user.open(entry)
        assert (dialog.type, dialog.step) == ("menu", "init")
        assert word in dialog.text
        assert internal.partition("//")[2] in dialog.text
        assert device.host in dialog.text
        dialog = await dialog.choose("new_address")
        assert dialog.step == "new_address"
        assert dialog.fields == {"push_address"}
        assert dialog.text
        assert dialog.suggested("push_address") == f"http://{user.server}"
        again = await dialog.submit(push_address=internal)
        assert again.type == "form"
        assert again.errors["push_address"]
        again = await dialog.submit(push_address="homeassistant")
        assert "http://" in again.errors["push_address"]
        assert entry.options == {}

        dialog = await again.submit(push_address=f"http://{user.server}/")
        assert entry.options == {"push_address": f"http://{user.server}"}
        assert dialog.step == "by_hand"
        assert f"http://{user.server}/api/webhook/{entry.data['webhook_id']}" in dialog.text
        assert await user.trouble(entry) is None
        assert (await dialog.submit()).type == "create_entry"
        assert await user.trouble(entry) is None
        await device.send_keepalive()
        await hass.async_block_till_done()
        assert value(hass, device, "binary_sensor.event_push") == "on"


@pytest.mark.parametrize(("internal", "key", "word"), WRONG)
async def test_wrong_address_in_the_camera_s_own_slot(
    hass: HomeAssistant, user: User, set_up: SetUp, internal: str, key: str, word: str
) -> None:
    """Put the new address into the camera where ViewWall may."""
    await hass.config.async_update(internal_url=internal)
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
        await hass.config_entries.async_reload(entry.entry_id)
        assert await user.trouble(entry) == key

        dialog = await (await user.open(entry)).choose("new_address")
        dialog = await dialog.submit(push_address=f"http://{user.server}")
        assert dialog.step == "written"
        assert dialog.text
        assert (await dialog.submit()).type == "create_entry"
        own = next(slot for slot in camera.http_post if slot.domain)
        assert f"{own.domain}:{own.port}" == user.server
        assert [slot.domain for slot in camera.http_post].count("") == 2
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert value(hass, camera, "binary_sensor.event_push") == "on"
        assert await user.trouble(entry) is None


async def test_server_that_speaks_https_alone(hass: HomeAssistant, user: User, set_up: SetUp) -> None:
    """Know a server with a certificate without any internal URL; its own port is no suggestion."""
    host, _, port = user.server.partition(":")
    hass.config.api = ApiConfig(host, host, int(port), True)
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        assert await user.trouble(entry) == "push_https"
        dialog = await (await user.open(entry)).choose("new_address")
        assert dialog.suggested("push_address") is None


@pytest.mark.parametrize("address", ["203.0.113.7", "100.64.0.7"])
async def test_device_outside_of_the_house(
    hass: HomeAssistant, user: User, set_up: SetUp, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Say that Home Assistant drops what comes from outside, and that another address of ours does not help."""

    async def _find_device(*_: Any) -> Any:
        return ip_address(address)

    monkeypatch.setattr(push_address, "find_device", _find_device)
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        assert await user.trouble(entry) == "device_not_private"
        assert await user.title(entry) == f"{camera.name} is outside of your network"
        dialog = await user.open(entry)
        assert (dialog.type, dialog.answer["menu_options"]) == ("menu", ["polling_alone"])
        assert "Reconfigure" in dialog.text
        assert (await dialog.choose("polling_alone")).type == "create_entry"
        assert entry.options == {"polling_alone": True}
        assert await user.trouble(entry) is None


async def test_what_arrives_beats_every_guess(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Forget the guess when a message comes all the same, for good: a later silence has another reason."""
    await hass.config.async_update(internal_url="http://ha.home.arpa:8123")
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        assert await user.trouble(entry) == "push_name"
        for _ in range(3):
            await later(30)
            await camera.send_keepalive()
            await hass.async_block_till_done()
            assert await user.trouble(entry) is None
        await later(100)
        assert await user.trouble(entry) == "push_silent"


async def test_proven_address_after_a_restart(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, hass_storage: dict[str, Any]
) -> None:
    """Keep quiet after a restart about an address at which messages have come, until it is another one."""
    await hass.config.async_update(internal_url="http://ha.home.arpa:8123")
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        assert await user.trouble(entry) == "push_name"
        await hass.config_entries.async_reload(entry.entry_id)
        assert await user.trouble(entry) == "push_name"
        await camera.send_keepalive()
        for _ in range(2):
            await hass.config_entries.async_reload(entry.entry_id)
            assert await user.trouble(entry) is None
        stored = repr(hass_storage[f"viewwall.{entry.entry_id}"])
        assert "ha.home.arpa:8123" in stored
        assert entry.data["webhook_id"] not in stored

        await later(15 * 60 + 1)
        assert await user.trouble(entry) == "push_never"

        for url in ("https://ha.home.arpa:8123", "http://ha.home.arpa:8123"):
            await hass.config.async_update(internal_url=url)
            await hass.async_block_till_done(wait_background_tasks=True)
            assert await user.trouble(entry) == ("push_https" if url.startswith("https") else "push_name")
        await hass.config_entries.async_reload(entry.entry_id)
        assert await user.trouble(entry) == "push_name"


async def test_address_that_goes_wrong_later(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Follow Home Assistant's own address: a new one that cannot work is told of as soon as messages stop."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await hass.config.async_update(internal_url="https://ha.home.arpa")
        await hass.async_block_till_done(wait_background_tasks=True)
        assert await user.trouble(entry) == "push_https"
        await hass.config.async_update(internal_url="http://192.168.1.10:8123")
        await hass.async_block_till_done(wait_background_tasks=True)
        assert await user.trouble(entry) is None


async def test_polling_alone_takes_the_address_out(hass: HomeAssistant, user: User, set_up: SetUp) -> None:
    """Leave no address of ours in a camera from which nothing is expected any more."""
    await hass.config.async_update(internal_url="http://172.17.0.2:8123")
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
        await hass.config_entries.async_reload(entry.entry_id)
        dialog = await user.open(entry)

        camera.http_post_read_only = True
        dialog = await dialog.choose("polling_alone")
        assert (dialog.type, dialog.step) == ("form", "polling_alone")
        assert "right" not in dialog.text
        assert "may not change" in dialog.errors["base"]
        assert "polling_alone" not in entry.options

        camera.http_post_read_only = False
        assert (await dialog.submit()).type == "create_entry"
        assert not any(slot.domain for slot in camera.http_post)
        assert entry.options["polling_alone"] is True
        assert "push_subscription" not in entry.options
        assert await user.trouble(entry) is None


async def test_old_recorder_has_no_wrong_address(hass: HomeAssistant, user: User, set_up: SetUp) -> None:
    """Say nothing about the address to the owner of a recorder that does not push."""
    await hass.config.async_update(internal_url="http://172.17.0.2:8123")
    async with NvrV1Simulator() as recorder:
        entry = await set_up(recorder)
        assert await user.trouble(entry) is None


@pytest.mark.parametrize("gone", ["removed", "unloaded"])
async def test_entry_that_is_gone(hass: HomeAssistant, user: User, set_up: SetUp, gone: str) -> None:
    """End the dialog with a removed entry; store for one that is not running."""
    await hass.config.async_update(internal_url="http://172.17.0.2:8123")
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        dialog = await (await user.open(entry)).choose("new_address")
        if gone == "removed":
            await hass.config_entries.async_remove(entry.entry_id)
            dialog = await dialog.submit(push_address=f"http://{user.server}")
            assert dialog.type == "abort"
            assert dialog.text == "The device is no longer set up."
            return
        await hass.config_entries.async_unload(entry.entry_id)
        dialog = await dialog.submit(push_address=f"http://{user.server}")
        assert entry.options == {"push_address": f"http://{user.server}"}
        assert dialog.step == "by_hand"
