"""Sign in, and add the camera in the garden by hand."""

from dataclasses import replace
import re
from typing import Final

from playwright.async_api import FloatRect, Locator, expect

from tests.demo.home_api import PASSWORD, USERNAME

from .pictures import around
from .visitor import JourneyError, Visitor

_REFUSED: Final = "The device refused this login"


async def sign_in(user: Visitor) -> None:
    """Sign in, and see the dashboard."""
    page = user.page
    await user.go("/")
    await page.get_by_label("Username").fill(USERNAME)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="ViewWall demo").first).to_be_visible()


async def find_camera(user: Visitor) -> None:
    """Look for what one has bought, and let ViewWall search."""
    page = user.page
    await page.get_by_role("link", name="Settings").first.click()
    await page.get_by_text("Devices & services").first.click()
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_placeholder("Search for a brand name").fill("viewtron")
    await page.get_by_text("ViewWall (Viewtron").click()
    await page.get_by_text("Search the network").click()
    garden = page.get_by_role("radio", name=user.house.garden.name)
    await expect(garden).to_be_visible()
    await user.album.take(page, "add-found", await around_dialog(user))
    await garden.check()
    await _submit(user)
    await _see_own_port(user)


async def _see_own_port(user: Visitor) -> None:
    """See the port that was found out; where another demo runs on this machine it may be that of the other garden."""
    port, own = user.page.locator("ha-selector-number input"), str(user.house.garden.port)
    await expect(port).to_have_value(re.compile(r"^\d+$"))
    if await port.input_value() != own:
        print("[e2e] Another demo on this machine was found, too: its port is replaced.", flush=True)
        await port.fill(own)


async def mistype_password(user: Visitor) -> None:
    """Swap two digits of the password, and read what is wrong."""
    right = user.house.garden.password
    await _password(user).fill(right[:-2] + right[:-3:-1])
    await _submit(user)
    await expect(user.page.get_by_text(_REFUSED)).to_be_visible()
    await expect(_password(user)).to_have_value("")
    await user.album.take(user.page, "add-login", await around_dialog(user))


async def recover(user: Visitor) -> None:
    """Type the password once more: the camera has locked nobody."""
    await _password(user).fill(user.house.garden.password)
    await _submit(user)
    await expect(user.page.get_by_text(f"Let {user.house.garden.name} send its events")).to_be_visible()


async def follow_instructions(user: Visitor) -> None:
    """Open the steps and type what they say into the camera, as on its web page; nothing else does it."""
    page, garden = user.page, user.house.garden
    await page.get_by_role("button", name=re.compile("^1. On the camera's web page")).click()
    told = page.get_by_text("Open the web page of the camera")
    await expect(told).to_be_visible()
    await user.album.take(page, "add-push", await around_dialog(user))
    values = re.search(
        r"Protocol: (\w+)\. Domain or IP: (\S+)\. Port: (\d+)\. .* Path or URL: (\S+)", await told.inner_text()
    )
    if values is None:
        raise JourneyError(f"The instructions do not tell what to enter: {await told.inner_text()}")
    protocol, domain, port, path = values.groups()
    address = f"{protocol.lower()}://{domain}:{port}{path}"
    await expect(page.get_by_text(address)).to_be_visible()
    empty = next(slot for slot in garden.http_post if not slot.domain)
    garden.put_slot(replace(empty, switch=True, protocol=protocol.lower(), domain=domain, port=int(port), path=path))
    await _submit(user)
    await page.get_by_role("button", name="Skip and finish").click()


async def see_events_arrive(user: Visitor) -> None:
    """See on the camera's page that its messages come, and who walks through the garden."""
    page = user.page
    await page.wait_for_url("**/config/devices/device/*")
    diagnostic = page.locator("ha-device-entities-card").filter(has_text="Events arrive")
    await expect(diagnostic.locator("hui-generic-entity-row").filter(has_text="Events arrive")).to_contain_text(
        "Connected"
    )
    await expect(page.locator("ha-logbook")).to_contain_text("Detection")
    await user.album.take(page, "device")


async def around_dialog(user: Visitor) -> FloatRect | None:
    """Return where the open dialog is."""
    return await around(user.page.get_by_role("dialog").filter(visible=True).first)


def _password(user: Visitor) -> Locator:
    """Return the field of the password, which has a button of almost the same name."""
    return user.page.locator("input[name=password]")


async def _submit(user: Visitor) -> None:
    """Press the form's button."""
    await user.page.get_by_role("button", name="Submit").click()
