"""Repairs of devices that are removed while their dialog is open."""

from collections.abc import Awaitable, Callable

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp
from tests.repairing import Dialog, User
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator

WRONG = "https://ha.home.arpa:8123"
QUARTER = 15 * 60


async def _choose_address(dialog: Dialog, server: str) -> Dialog:
    return await dialog.choose("new_address")


async def _choose_polling(dialog: Dialog, server: str) -> Dialog:
    return await dialog.choose("polling_alone")


async def _nothing(dialog: Dialog, server: str) -> Dialog:
    return dialog


async def _type_address(dialog: Dialog, server: str) -> Dialog:
    return await (await dialog.choose("new_address")).submit(push_address=f"http://{server}")


async def _press(dialog: Dialog, server: str) -> Dialog:
    return await dialog.submit()


@pytest.mark.parametrize(
    ("before", "after"),
    [(_nothing, _choose_address), (_nothing, _choose_polling), (_type_address, _press)],
)
async def test_wrong_address(
    hass: HomeAssistant,
    user: User,
    set_up: SetUp,
    before: Callable[[Dialog, str], Awaitable[Dialog]],
    after: Callable[[Dialog, str], Awaitable[Dialog]],
) -> None:
    """End the dialog about an address, whichever step the user is at."""
    await hass.config.async_update(internal_url=WRONG)
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        dialog = await before(await user.open(entry), user.server)
        await hass.config_entries.async_remove(entry.entry_id)
        dialog = await after(dialog, user.server)
    assert (dialog.type, dialog.answer["reason"]) == ("abort", "entry_removed")
    assert dialog.text


async def test_recorder(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """End the dialog that shows what to type into a recorder."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        await later(QUARTER)
        dialog = await user.open(entry)
        await hass.config_entries.async_remove(entry.entry_id)
        dialog = await dialog.submit()
    assert (dialog.type, dialog.answer["reason"]) == ("abort", "entry_removed")


async def test_camera_that_restarts(hass: HomeAssistant, user: User, set_up: SetUp, later: Later) -> None:
    """End the dialog about a camera that was told to restart."""
    async with IpcV2Simulator() as camera:
        camera.has_reboot = True
        camera.needs_restart_after_http_post = True
        entry = await set_up(camera)
        camera.push_url = None
        hass.config_entries.async_update_entry(entry, options={"push_subscription": True})
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        await later(121)
        dialog = await (await user.open(entry)).submit(restart=True)
        assert dialog.step == "restarting"
        await hass.config_entries.async_remove(entry.entry_id)
        dialog = await dialog.submit()
    assert (dialog.type, dialog.answer["reason"]) == ("abort", "entry_removed")
