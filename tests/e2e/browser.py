"""A browser that is on this machine, with one page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
import shutil
from typing import Final

from playwright.async_api import Page, async_playwright, expect

# Which of them plays H.264 everywhere stands first; all play it on Debian.
_PROGRAMS: Final = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser")
_OPTIONS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
WIDTH: Final = 1280
HEIGHT: Final = 800
PATIENCE: Final = 30.0
"""Seconds that anything in the page may take on a slow machine."""


def find_browser() -> str | None:
    """Return the program of a browser, None if there is none; E2E_BROWSER names another one."""
    candidates = filter(None, (os.environ.get("E2E_BROWSER"), *_PROGRAMS))
    return next((path for name in candidates if (path := shutil.which(name))), None)


@asynccontextmanager
async def opened_page(program: str, time_zone: str) -> AsyncIterator[Page]:
    """Open an empty page: English, light, of a size that never changes."""
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=program, args=_OPTIONS) as browser,
        await browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            locale="en-US",
            timezone_id=time_zone,
            color_scheme="light",
            reduced_motion="reduce",
        ) as context,
    ):
        context.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        yield await context.new_page()
