"""Watch a plate arrive, and live video."""

import asyncio
from typing import Final

from playwright.async_api import Locator, expect

from tests.demo.traffic import Car

from .browser import HEIGHT, PATIENCE, WIDTH
from .pictures import around
from .visitor import JourneyError, Visitor

_PLATE: Final = "KLM478"
_WIDE: Final = (1500, 1000)
"""A window in which the dashboard has three columns."""
_FRAMES: Final = 10
_LATE: Final = 6.0
"""How many seconds a video is behind."""
_START: Final = 2 * PATIENCE
_SHOWN: Final = """\
(video, wanted) => new Promise(done => {
  let seen = 0;
  const look = (_, frame) =>
    ++seen < wanted ? video.requestVideoFrameCallback(look) : done([frame.width, frame.height]);
  video.requestVideoFrameCallback(look);
})"""
_PLAYED: Final = """\
(video, seconds) => new Promise(done => {
  const end = video.currentTime + seconds;
  video.addEventListener("timeupdate", () => video.currentTime >= end && done());
})"""


async def see_plate(user: Visitor) -> None:
    """See a plate, its list and its picture on the dashboard as soon as a car stands at the gate, without a reload.

    Somebody comes to the door before.
    """
    page, house = user.page, user.house
    await page.set_viewport_size({"width": _WIDE[0], "height": _WIDE[1]})
    await user.go_to_view("overview")
    gate = page.locator("hui-section").filter(has_text="Last plate").first
    picture = gate.locator('img[src*="image.gate_plate?"]')
    await expect(picture).to_be_visible()
    door = asyncio.gather(user.traffic.person_at_door(), user.traffic.face_at_door())
    await _playing(gate.locator("video"))
    await door
    before = await picture.get_attribute("src")
    car = asyncio.create_task(user.traffic.car_at_gate(Car(_PLATE), patience=2))
    try:
        await expect(gate.locator("hui-tile-card").filter(has_text="Last plate").first).to_contain_text(_PLATE)
        await expect(gate.locator("hui-tile-card").filter(has_text="On the list")).to_contain_text("Allow list")
        await expect(picture).not_to_have_attribute("src", before or "")
        await expect(picture).to_have_js_property("complete", True)
        await expect(picture).not_to_have_js_property("naturalWidth", 0)
        await user.until(lambda: house.gate.is_open, "the gate is open for an allowed plate")
        await _caught_up(gate.locator("video"))
        await user.album.take(page, "dashboard")
        await user.album.take(page, "plate", await around(gate))
    finally:
        await asyncio.gather(car, return_exceptions=True)
        await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


async def see_live_video(user: Visitor) -> None:
    """Open the new camera's video from its page in the list of devices."""
    page = user.page
    await user.go("/config/integrations/integration/viewwall")
    await page.locator("ha-config-entry-device-row").filter(has_text=user.house.garden.name).first.click()
    await page.wait_for_url("**/config/devices/device/*")
    await page.locator("hui-generic-entity-row").filter(has_text="SD").first.click()
    await _playing(page.locator("more-info-camera video"))
    await page.keyboard.press("Escape")


async def _playing(video: Locator) -> None:
    """Wait until a video has shown some frames; raises TimeoutError when it does not."""
    await expect(video).to_be_attached()
    async with asyncio.timeout(_START):
        width, height = await video.evaluate(_SHOWN, _FRAMES)
    if not width or not height:
        raise JourneyError("The video has no size")


async def _caught_up(video: Locator) -> None:
    """Wait until a video shows what was there a moment ago."""
    async with asyncio.timeout(PATIENCE):
        await video.evaluate(_PLAYED, _LATE)
