"""Add the dashboard that comes with ViewWall."""

from typing import Final

from playwright.async_api import expect

from .visitor import Visitor

_PATH: Final = "/dashboard-viewwall"


async def add_dashboard(user: Visitor) -> None:
    """Choose it where all dashboards are added, and see the devices on it."""
    page = user.page
    await user.go("/config/lovelace/dashboards")
    await page.get_by_text("Add dashboard").last.click()
    await page.locator("dashboard-card").filter(has_text="ViewWall").click()
    await page.get_by_text("Create", exact=True).last.click()
    await expect(page.locator("ha-data-table").get_by_text("ViewWall", exact=True)).to_be_visible()
    await user.go(_PATH)
    for name in (user.house.gate.name, user.house.wall.name):
        await expect(page.locator("hui-heading-card").filter(has_text=name).first).to_be_visible()
    await expect(page.locator("hui-tile-card").filter(has_text="Last plate").first).to_be_visible()
    await expect(page.locator("hui-picture-entity-card").first).to_be_visible()
    await user.album.take(page, "overview")
