"""The new user: a page of the browser, and a record of each step."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
import re
from time import monotonic
from typing import Final

from playwright.async_api import ConsoleMessage, Error, Locator, Page, Response

from tests.demo.house import House
from tests.demo.traffic import Traffic

from .browser import PATIENCE
from .pictures import Album

_LOOK: Final = 0.1
_DASHBOARD: Final = "/viewwall-demo/"
_INTEGRATION: Final = "/config/integrations/integration/viewwall"


class JourneyError(Exception):
    """Tell what was not as it should be."""


class Visitor:
    """Somebody before a page, who notes what the browser complains about."""

    def __init__(self, page: Page, base: str, house: House, traffic: Traffic, folder: Path, album: Album) -> None:
        """Take the page, Home Assistant's address, what stands around the house, and where pictures go."""
        self.page = page
        self.base = base
        self.house = house
        self.traffic = traffic
        self.album = album
        self.complaints: list[str] = []
        self.secrets: dict[str, str] = {}
        """What must stand nowhere, by what it is."""
        self._folder = folder
        self._steps = 0
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on("response", self._answered)

    def note_secrets(self) -> None:
        """Note the passwords, and the addresses to which the cameras send now."""
        devices = (*self.house.devices, self.house.wall)
        self.secrets |= {f"the password of {device.name}": device.password for device in devices}
        for camera in (self.house.gate, self.house.door, self.house.garden):
            if camera.own_slot is not None:
                self.secrets[f"the address of {camera.name}"] = camera.own_slot.path.rpartition("/")[2]

    def told_by(self, text: str) -> list[str]:
        """Return which secrets stand in a text."""
        return [what for what, secret in self.secrets.items() if secret in text]

    @asynccontextmanager
    async def step(self, title: str) -> AsyncIterator[None]:
        """Tell of a step and keep a picture of its end; raises what went wrong, with the step in its notes."""
        self._steps += 1
        name = f"{self._steps:02}-{re.sub(r'\W+', '-', title.lower()).strip('-')}"
        start = monotonic()
        try:
            yield
        except BaseException as error:
            error.add_note(f"in step {self._steps}: {title}")
            await self._keep(f"{name}-failed")
            raise
        await self._keep(name)
        print(f"[e2e] {self._steps:2}. {title} ({monotonic() - start:.1f} s)", flush=True)

    async def go(self, path: str) -> None:
        """Open a page of Home Assistant."""
        await self.page.goto(f"{self.base}{path}")

    async def go_to_view(self, name: str) -> None:
        """Open a view of the demo's dashboard."""
        await self.go(f"{_DASHBOARD}{name}")

    async def entry_menu(self, title: str, choice: str) -> None:
        """Choose something from the menu of a device in the list of all that ViewWall has."""
        await self.go(_INTEGRATION)
        row = self.page.locator("ha-config-entry-row").filter(has_text=title).first
        await row.get_by_label("Menu").first.click()
        await self.page.get_by_role("menuitem", name=choice).click()

    def chosen(self, kind: str, name: str) -> Locator:
        """Return what is chosen in a row with this name; the row itself holds all that could be chosen."""
        return self.page.locator(kind).filter(has_text=name).first.locator("ha-picker-field")

    async def until(self, is_true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait until something is true outside of the browser; raises JourneyError with `what` after `patience` s."""
        try:
            async with asyncio.timeout(patience):
                while True:
                    if is_true():
                        return
                    await asyncio.sleep(_LOOK)
        except TimeoutError:
            raise JourneyError(f"After {patience:.0f} seconds still not: {what}") from None

    async def _keep(self, name: str) -> None:
        """Keep a picture of the page, and what was complained about."""
        (self._folder / "console.txt").write_text("\n".join(self.complaints), encoding="utf-8")
        try:
            await self.page.screenshot(path=self._folder / f"{name}.png")
        except Error as error:
            print(f"[e2e] No picture of the page: {error}", flush=True)

    def _heard(self, message: ConsoleMessage) -> None:
        """Note an error in the console; failed answers have their own."""
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _answered(self, response: Response) -> None:
        """Note an answer that says no."""
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url.partition('?')[0].removeprefix(self.base)}")
