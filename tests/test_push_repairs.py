"""The repair of a silent device: *Check now* says what it finds, and mends what it can, with consent."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.pushing import value
from tests.repairing import TEXTS, User
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Faults, HttpPostSlot

QUARTER = 15 * 60 + 1
CAMERAS = [IpcV1Simulator, IpcV2Simulator]


def slot(number: int, domain: str, port: int, path: str, *, switch: bool = True) -> HttpPostSlot:
    """Return an address as it stands in a camera."""
    return HttpPostSlot(id=number, switch=switch, domain=domain, port=port, path=path)


def own_path(entry: ViewWallConfigEntry) -> str:
    """Return the path of a device's address."""
    return f"/api/webhook/{entry.data['webhook_id']}"


async def never(camera: IpcV2Simulator, set_up: SetUp, later: Later) -> ViewWallConfigEntry:
    """Set a camera up that has no address of ours, and wait until that is told."""
    entry = await set_up(camera)
    camera.push_url = None
    await later(QUARTER)
    return entry


async def subscribe(hass: HomeAssistant, entry: ViewWallConfigEntry) -> None:
    """Let ViewWall use a slot of the camera, as the switch does."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, "push_subscription": True})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


def ours(camera: IpcV2Simulator) -> list[HttpPostSlot]:
    """Return the addresses of this Home Assistant that stand in a camera."""
    return [each for each in camera.http_post if each.path.startswith("/api/webhook/")]


async def test_what_the_dialog_shows(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Show what to type, where, and since when nothing has come; the secret stands in the dialog alone."""
    async with IpcV2Simulator() as camera:
        entry = await never(camera, set_up, later)
        dialog = await user.open(entry)
        assert (dialog.type, dialog.step) == ("form", "check")
        server, _, port = user.server.partition(":")
        for part in (
            camera.name,
            camera.host,
            user.server,
            "HTTP POST",
            f"Port: {port}",
            own_path(entry),
            "Nothing has come",
        ):
            assert part in dialog.text
        assert server in dialog.text
        assert dialog.fields == {"set_up"}
        assert dialog.suggested("set_up") is False
        # A box, as the text calls it, and not a switch.
        assert [field["type"] for field in dialog.answer["data_schema"]] == ["boolean"]


@pytest.mark.parametrize("kind", CAMERAS)
async def test_set_up_from_the_repair(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, kind: type[IpcV2Simulator]
) -> None:
    """Write nothing without consent; with it, the address stands in a free slot, and a message ends the dialog."""
    async with kind() as camera:
        entry = await never(camera, set_up, later)
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "not_in_camera"
        assert camera.http_post_writes == []

        dialog = await dialog.submit(set_up=True)
        assert (dialog.step, dialog.fields, dialog.errors) == ("claimed", set(), {})
        assert "within 30 seconds" in dialog.text
        assert entry.options["push_subscription"] is True
        assert len(camera.http_post_writes) == 1
        assert await user.trouble(entry) is None

        assert (await dialog.submit()).type == "create_entry"
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert value(hass, camera, "binary_sensor.event_push") == "on"
        assert len(camera.http_post_writes) == 1


async def test_wrong_path(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Tell of an address that is another device's, or an earlier one's: Home Assistant takes it without a word."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        host, _, port = user.server.partition(":")
        camera.push_url = None
        camera.http_post[0] = slot(1, host, int(port), "/api/webhook/0123456789abcdef0123456789abcdef")
        assert (await camera.send_keepalive()).status == 200
        await later(QUARTER)
        assert await user.trouble(entry) == "push_never"
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "other_path"
        assert "another path" in dialog.errors["base"]

        camera.http_post[0].path = own_path(entry)
        await camera.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"
        assert await user.trouble(entry) is None


async def test_wrong_server(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Tell of our path at another server, port or protocol, and put it right if the user wishes."""
    async with IpcV2Simulator() as camera:
        entry = await never(camera, set_up, later)
        host, _, port = user.server.partition(":")
        camera.http_post[1] = slot(2, host, int(port) ^ 1, own_path(entry))
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "other_address"
        assert dialog.fields == {"set_up"}
        dialog = await dialog.submit(set_up=True)
        assert dialog.step == "claimed"
        assert [(each.id, f"{each.domain}:{each.port}") for each in ours(camera)] == [(2, user.server)]
        await camera.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"


async def test_switched_off_in_the_camera(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Tell of our own address when it is switched off there, whoever has typed it, and switch it on with consent."""
    async with IpcV2Simulator() as camera:
        entry = await never(camera, set_up, later)
        host, _, port = user.server.partition(":")
        camera.http_post[0] = slot(1, host, int(port), own_path(entry), switch=False)
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "switched_off"
        await dialog.submit(set_up=True)
        assert [each.switch for each in ours(camera)] == [True]


async def test_switched_off_later(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Leave a switched-off address of ours alone, and say so."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        await subscribe(hass, entry)
        await camera.send_keepalive()
        ours(camera)[0].switch = False
        await later(360)
        await later(5)
        assert await user.trouble(entry) == "push_disabled"
        assert "switched off" in await user.title(entry)
        dialog = await user.open(entry)
        assert "switched off" in dialog.text
        dialog = await dialog.submit()
        assert dialog.error == "switched_off"
        dialog = await dialog.submit(set_up=True)
        assert dialog.step == "claimed"
        assert ours(camera)[0].switch is True
        await camera.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"
        assert await user.trouble(entry) is None


async def test_no_free_slot(hass: HomeAssistant, user: User, set_up: SetUp) -> None:
    """Say that all addresses are in use, touch none, and take the one that is cleared."""
    async with IpcV2Simulator() as camera:
        for number in (1, 2, 3):
            camera.http_post[number - 1] = slot(number, "127.0.0.1", number, "/x")
        entry = await set_up(camera)
        await subscribe(hass, entry)
        assert await user.trouble(entry) == "push_no_slot"
        dialog = await user.open(entry)
        assert "in use" in dialog.text
        assert dialog.fields == set()
        dialog = await dialog.submit()
        assert dialog.error == "no_slot"
        assert camera.http_post_writes == []

        camera.http_post[1] = HttpPostSlot(id=2)
        dialog = await dialog.submit()
        assert [each.id for each in ours(camera)] == [2]
        assert (dialog.step, dialog.errors) == ("claimed", {})
        await camera.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"


async def test_foreign_login(hass: HomeAssistant, user: User, set_up: SetUp) -> None:
    """Write nothing beside an address with a password, and say how to do without."""
    async with IpcV2Simulator() as camera:
        theirs = slot(1, "192.168.1.9", 80, "/x")
        theirs.authentication, theirs.username, theirs.password = "basic", "nvr", "secret"
        camera.http_post[0] = theirs
        entry = await set_up(camera)
        await subscribe(hass, entry)
        assert await user.trouble(entry) == "push_foreign_login"
        dialog = await user.open(entry)
        assert "by hand" in dialog.text
        dialog = await dialog.submit()
        assert dialog.error == "foreign_login"
        assert camera.http_post_writes == []


@pytest.mark.parametrize("reason", ["read only", "ignored"])
async def test_refused(hass: HomeAssistant, user: User, set_up: SetUp, later: Later, reason: str) -> None:
    """Tell of a camera that does not take the address, or only says so."""
    async with IpcV2Simulator() as camera:
        camera.http_post_read_only, camera.http_post_ignored = reason == "read only", reason == "ignored"
        entry = await set_up(camera)
        await subscribe(hass, entry)
        assert await user.trouble(entry) == "push_refused"
        dialog = await (await user.open(entry)).submit()
        assert dialog.error == "not_taken"
        dialog = await dialog.submit(set_up=True)
        assert dialog.error == ("no_permission" if reason == "read only" else "not_taken")
        camera.http_post_read_only = camera.http_post_ignored = False
        assert (await dialog.submit(set_up=True)).step == "claimed"
        assert await user.trouble(entry) is None


@pytest.mark.parametrize("has_reboot", [False, True])
async def test_restart_wanted(hass: HomeAssistant, user: User, set_up: SetUp, later: Later, has_reboot: bool) -> None:
    """Ask for a restart when nothing has come two minutes after the address was written; do it where it can be done."""
    async with IpcV2Simulator() as camera:
        camera.has_reboot = has_reboot
        camera.needs_restart_after_http_post = True
        entry = await set_up(camera)
        camera.push_url = None
        await subscribe(hass, entry)
        await camera.send_keepalive()
        await later(115)
        assert await user.trouble(entry) is None
        await later(6)
        assert await user.trouble(entry) == "push_restart"
        assert await user.title(entry) == f"{camera.name} needs a restart to send events"
        assert value(hass, camera, "binary_sensor.event_push") == "off"
        dialog = await user.open(entry)
        assert dialog.fields == ({"restart"} if has_reboot else set())
        if has_reboot:
            dialog = await dialog.submit(restart=True)
            assert (dialog.step, dialog.errors) == ("restarting", {})
            assert "two minutes" in dialog.text
            await later(1)
        else:
            dialog = await dialog.submit()
            assert dialog.error == "all_right"
            camera.reboot_seconds = 0
            await camera.restart()
        await camera.send_keepalive()
        await hass.async_block_till_done()
        assert await user.trouble(entry) is None
        assert (await dialog.submit()).type == "create_entry"


async def failing(camera: IpcV2Simulator, hass: HomeAssistant, entry: ViewWallConfigEntry, trouble: str) -> None:
    """Let the look at a camera fail."""
    match trouble:
        case "away":
            camera.faults.refuse_connections = True
        case "other":
            camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
        case "password":
            camera.password = "another"
        case "locked":
            camera.faults = Faults(error_code=10)
        case "right":
            camera.faults = Faults(error_code=4, only={"GetHttpPostConfig"})
        case "unloaded":
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("away", "cannot_connect"),
        ("other", "other_device"),
        ("password", "invalid_auth"),
        ("locked", "account_locked"),
        ("unloaded", "not_running"),
    ],
)
async def test_look_that_fails(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, trouble: str, error: str
) -> None:
    """Say in plain words why nothing can be seen."""
    async with IpcV2Simulator() as camera:
        entry = await never(camera, set_up, later)
        dialog = await user.open(entry)
        await failing(camera, hass, entry, trouble)
        dialog = await dialog.submit()
        assert dialog.error == error
        assert dialog.errors["base"]


async def test_camera_that_does_not_tell(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Say that nobody can see from here where this camera posts to, and offer nothing that cannot be done."""
    async with IpcV2Simulator() as camera:
        camera.has_http_post = False
        entry = await never(camera, set_up, later)
        dialog = await user.open(entry)
        assert dialog.fields == set()
        dialog = await dialog.submit()
        assert dialog.error == "cannot_see"
        assert await user.trouble(entry) == "push_never"


async def test_recorder(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Show what to type into a recorder, which cannot be set up over the network, and look when told to."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        await later(QUARTER)
        dialog = await user.open(entry)
        assert dialog.step == "recorder"
        for part in ("Integration", user.server.partition(":")[2], own_path(entry), "Heartbeat interval", "press Test"):
            assert part in dialog.text
        dialog = await dialog.submit()
        assert dialog.error == "still_nothing"
        assert "firewall" in dialog.errors["base"]
        await recorder.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"
        assert await user.trouble(entry) is None


async def test_removed_meanwhile(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """End the dialog of a device that was removed."""
    async with IpcV2Simulator() as camera:
        entry = await never(camera, set_up, later)
        dialog = await user.open(entry)
        await hass.config_entries.async_remove(entry.entry_id)
        dialog = await dialog.submit()
        assert dialog.type == "abort"
        assert dialog.text == "The device is no longer set up."


async def test_dialog_that_was_closed_keeps_the_repair(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later
) -> None:
    """Keep the repair while nothing has been mended."""
    async with IpcV2Simulator() as camera:
        entry = await never(camera, set_up, later)
        await (await user.open(entry)).submit()
        assert await user.trouble(entry) == "push_never"
        for _ in range(5):
            await later(60)
        assert await user.trouble(entry) == "push_never"


@pytest.mark.parametrize("key", sorted(key for key in TEXTS if key.startswith(("push_", "device_not"))))
def test_texts_keep_the_secret(key: str) -> None:
    """Name device and address in each repair, and the secret path in its dialog alone."""
    texts: dict[str, Any] = TEXTS[key]
    assert "{device}" in texts["title"]
    for secret in ("{url}", "{path}"):
        assert secret not in texts["title"]
        assert secret not in texts.get("description", "")


async def test_taken_away(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Do not fight with whoever takes the address out again and again: say so, and write it when told to."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        await subscribe(hass, entry)
        for _ in range(3):
            await camera.send_keepalive()
            camera.empty_slots()
            await later(361)
            await later(5)
        assert await user.trouble(entry) == "push_taken_away"
        writes = len(camera.http_post_writes)
        dialog = await user.open(entry)
        assert "once more" in dialog.text
        dialog = await dialog.submit()
        assert dialog.error == "taken_away"
        assert len(camera.http_post_writes) == writes
        assert (await dialog.submit(set_up=True)).step == "claimed"
        assert len(ours(camera)) == 1
