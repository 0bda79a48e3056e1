"""Show a camera on the video wall, and see the wall return."""

from typing import Final

from PIL import Image
from playwright.async_api import Locator, expect

from .browser import HEIGHT, WIDTH
from .pictures import around
from .visitor import JourneyError, Visitor

_NARROW: Final = (560, 2600)
"""A window in which everything stands in one column, and all of it is seen."""
_PRESS: Final = "Show the gate on the wall for 20 seconds"
_PLATE: Final = "XYZ900"


async def show_on_wall(user: Visitor) -> None:
    """Press the button, see the camera on the monitor and in the choices, and both go back after 20 seconds."""
    page, wall = user.page, user.house.wall
    camera = user.house.gate_on_wall
    if camera is None:
        raise JourneyError("The gate's camera is not on the wall")
    before = wall.showing()
    await page.set_viewport_size({"width": _NARROW[0], "height": _NARROW[1]})
    await user.go_to_view("video-wall")
    full_screen = user.chosen("hui-select-entity-row", "Full screen")
    await expect(full_screen).to_contain_text("No full screen")
    glances = [await _glance(user, full_screen)]
    user.house.gate.plate_in_view = _PLATE
    try:
        await page.get_by_text(_PRESS).click()
        await expect(full_screen).to_contain_text(camera.name)
        if wall.showing() != ("camera", camera.id):
            raise JourneyError(f"The wall shows {wall.showing()}")
        glances.append(await _glance(user, full_screen))
        await expect(full_screen).to_contain_text("No full screen")
    finally:
        user.house.gate.plate_in_view = None
    if wall.showing() != before:
        raise JourneyError(f"The wall did not go back to {before} but to {wall.showing()}")
    glances.append(await _glance(user, full_screen))
    user.album.row("wall", glances)
    await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


async def _glance(user: Visitor, last: Locator) -> Image.Image | None:
    """Return the monitor and what is below it, down to the last of some choices."""
    monitor = await around(user.page.locator("hui-section").filter(has_text="Monitor in the lobby").first)
    choice = await around(last)
    if monitor is None or choice is None:
        return None
    return await user.album.glance(user.page, {**monitor, "height": choice["y"] + choice["height"] - monitor["y"]})
