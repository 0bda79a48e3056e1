"""The end of a repair of silent push: what has worked is no error, and what ViewWall offers is what it does."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp
from tests.repairing import TEXTS, User, written
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator

QUARTER = 15 * 60 + 1
CHECKED = sorted(key for key in TEXTS if "check" in TEXTS[key].get("fix_flow", {}).get("step", {}))


def words(key: str, answer: dict[str, Any]) -> str:
    """Return the text of a step."""
    step = TEXTS[key]["fix_flow"]["step"][answer["step_id"]]
    return written(step["description"], answer["description_placeholders"])


async def test_claimed_and_closed(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """End well when the address has been written; if it has not helped after two minutes, say so then."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        await later(QUARTER)
        dialog = await (await user.open(entry)).submit(set_up=True)
        assert (dialog.step, dialog.errors) == ("claimed", {})
        assert camera.name in words("push_never", dialog.answer)
        for _ in range(25):
            await later(5)
        assert await user.trouble(entry) == "push_restart"

        dialog = await dialog.submit()
        assert (dialog.step, dialog.error) == ("check", "all_right")
        assert await user.trouble(entry) == "push_restart"
        await camera.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"
        assert await user.trouble(entry) is None


async def test_claimed_by_the_look(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """Say plainly that the address is back when the look itself has put it back."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
        await hass.config_entries.async_reload(entry.entry_id)
        for _ in range(4):
            await later(30)
            await camera.send_keepalive()
        for _ in range(25):
            await later(5)
        assert await user.trouble(entry) == "push_silent"
        dialog = await user.open(entry)
        camera.empty_slots()
        dialog = await dialog.submit()
        assert (dialog.step, dialog.errors) == ("claimed", {})
        assert await user.trouble(entry) is None
        # Looked at again before it has had its time.
        assert (await dialog.submit()).type == "create_entry"


@pytest.mark.parametrize("kind", [IpcV2Simulator, NvrV2Simulator])
async def test_restarting(
    hass: HomeAssistant, user: User, set_up: SetUp, later: Later, kind: type[IpcV2Simulator]
) -> None:
    """Say plainly that the device restarts, and look again when told to."""
    async with kind() as device:
        device.has_reboot = True
        device.reboot_seconds = 0
        entry = await set_up(device)
        device.push_url, url = None, device.push_url
        await later(QUARTER)
        dialog = await user.open(entry)
        first = dialog.step
        dialog = await dialog.submit(restart=True)
        assert (dialog.step, dialog.errors, dialog.fields) == ("restarting", {}, set())
        assert await user.trouble(entry) == "push_never"
        await later(5)
        dialog = await dialog.submit()
        assert dialog.step == first
        assert dialog.error in ("not_in_camera", "still_nothing")
        device.push_url = url
        await device.send_keepalive()
        assert (await dialog.submit()).type == "create_entry"


async def test_removed_before_the_end(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """End the dialog of a device that was removed after its address was written."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.push_url = None
        await later(QUARTER)
        dialog = await (await user.open(entry)).submit(set_up=True)
        assert dialog.step == "claimed"
        await hass.config_entries.async_remove(entry.entry_id)
        assert (await dialog.submit()).type == "abort"


@pytest.mark.parametrize("key", CHECKED)
def test_words(key: str) -> None:
    """Offer to put it right, whatever is wrong; say what the button does, and what helps before what may help."""
    flow = TEXTS[key]["fix_flow"]
    check = flow["step"]["check"]
    assert "free slot" not in check["data"]["set_up"]
    assert all(f"*{check['submit']}*" in about for about in check["data_description"].values())
    assert flow["error"]["all_right"].index("firewall") < flow["error"]["all_right"].index("wait 30 seconds")
    assert not {"claimed", "restarting"} & set(flow["error"])
    if key == "push_taken_away":
        assert "had written {address}" in check["description"]
        assert "within the last hour" in check["description"]
