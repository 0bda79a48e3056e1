"""Download diagnostics, and remove devices."""

import json

from playwright.async_api import expect

from tests.demo.camera import ALARM_CENTRE

from .visitor import JourneyError, Visitor


async def download_diagnostics(user: Visitor) -> None:
    """Download what a bug report needs, and find no secret in it."""
    house = user.house
    user.note_secrets()
    for name in (house.garden.name, house.gate.name, house.wall.name):
        async with user.page.expect_download() as download:
            await user.entry_menu(name, "Download diagnostics")
        text = (await (await download.value).path()).read_text(encoding="utf-8")
        if not json.loads(text)["data"]:
            raise JourneyError(f"The diagnostics of {name} are empty")
        if told := user.told_by(text):
            raise JourneyError(f"The diagnostics of {name} tell {', '.join(told)}")


async def remove_typed(user: Visitor) -> None:
    """Remove the camera in the garden: what was typed into it by hand stays as it is."""
    garden = user.house.garden
    typed = garden.own_slot
    await _delete(user, garden.name)
    if garden.own_slot != typed:
        raise JourneyError(f"The address that was typed into {garden.name} is {garden.own_slot} now")


async def remove_written(user: Visitor) -> None:
    """Remove the gate's camera: its address is free again, that of somebody else is as it was."""
    gate = user.house.gate
    await _delete(user, gate.name)
    await user.until(lambda: gate.own_slot is None, f"{gate.name} has no address of Home Assistant")
    if gate.http_post[0] != ALARM_CENTRE:
        raise JourneyError(f"Somebody else's address in {gate.name} was changed: {gate.http_post[0]}")


async def _delete(user: Visitor, name: str) -> None:
    """Delete a device, and see it gone."""
    await user.entry_menu(name, "Delete")
    await expect(user.page.get_by_text(f"Delete {name}?")).to_be_visible()
    await user.page.get_by_role("button", name="Delete").click()
    await expect(user.page.locator("ha-config-entry-row").filter(has_text=name)).to_have_count(0)
