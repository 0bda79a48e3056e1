"""Break the way of the gate's messages, and mend it from the repair."""

from typing import Final

from playwright.async_api import expect

from tests.demo.trouble import Trouble

from .adding import around_dialog
from .visitor import JourneyError, Visitor

_SILENCE: Final = 150.0
"""Seconds until a silence is noticed: three signs of life, one of which is due every 30 seconds, and a look."""
_CONSENT: Final = "Let ViewWall switch it on in the camera"
_TITLE: Final = "Sending events is switched off in Gate"


async def break_push(user: Visitor) -> None:
    """Choose on the dashboard what is wrong; the demo does it to the camera."""
    page = user.page
    await user.go_to_view("trouble")
    arrive = page.locator("hui-tile-card").filter(has_text="Events arrive")
    await expect(arrive).to_contain_text("Connected")
    await user.chosen("hui-input-select-entity-row", "What is wrong").click()
    await page.get_by_role("menuitem", name=Trouble.OFF.value).click()
    await user.until(lambda: not user.house.gate.is_posting, "the gate's camera sends nothing more")


async def find_repair(user: Visitor) -> None:
    """Wait until ViewWall notices that the gate is silent, and read why."""
    page = user.page
    await user.go("/config/repairs")
    issue = page.get_by_text(_TITLE).first
    await expect(issue).to_be_visible(timeout=_SILENCE * 1000)
    await issue.click()
    await expect(page.get_by_text("but it is switched off on the camera's web page")).to_be_visible()
    await user.album.take(page, "repair", await around_dialog(user))


async def mend_push(user: Visitor) -> None:
    """Let ViewWall switch its address on again, and see the messages come."""
    page, gate = user.page, user.house.gate
    own = gate.own_slot
    # By force: the box itself is hidden below its own drawing.
    await page.get_by_role("checkbox", name=_CONSENT).check(force=True)
    await page.get_by_role("button", name="Check now").click()
    await page.get_by_role("button", name="Finish").click()
    await expect(page.get_by_text("The issue is repaired!")).to_be_visible()
    await page.get_by_role("button", name="Finish").click()
    await expect(page.get_by_text(_TITLE)).to_have_count(0)
    if own is None or gate.own_slot is None or gate.own_slot.id != own.id or not gate.own_slot.switch:
        raise JourneyError(f"The gate's camera has {gate.own_slot} and not {own}, switched on")
    await user.go_to_view("trouble")
    await expect(page.locator("hui-tile-card").filter(has_text="Events arrive")).to_contain_text("Connected")
    await expect(user.chosen("hui-input-select-entity-row", "What is wrong")).to_contain_text(Trouble.NOTHING.value)
