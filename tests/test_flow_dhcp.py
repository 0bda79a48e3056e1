"""Devices that Home Assistant's DHCP hears of: what becomes a card, and what does not."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.viewtron.probe import Door, NobodyThereError
from tests.searching import (
    choose,
    defaults_of,
    discover,
    entry_of,
    here_alone,
    knocking_elsewhere,
    leases_of,
    logins,
    rows_of,
    search,
)
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.search_responder import SearchResponder
from tests.simulators.state import Answer, Auth, Request, Shape

pytestmark = pytest.mark.usefixtures("socket_enabled", "quiet_set_up")

KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]
MAC = "58:5b:69:2b:50:02"
"""The MAC of the simulated camera."""


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Let nobody wait for a device to come back."""
    with patch("custom_components.viewwall.discovery.PATIENCE", ()):
        yield


@pytest.fixture(name="at_port")
def _at_port() -> Iterator[dict[str, int | None]]:
    """Let the probe knock at the simulator's port as if it was the usual one."""
    with knocking_elsewhere() as place:
        yield place


async def _sign_in(
    hass: HomeAssistant, shown: ConfigFlowResult, device: Simulator, password: str | None = None
) -> ConfigFlowResult:
    """Fill in the form of a card."""
    typed = {"password": password or device.password, "connection": {"port": device.port}}
    return await hass.config_entries.flow.async_configure(shown["flow_id"], typed)


# A new device.


@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", KINDS)
async def test_new_device_gets_a_card(
    hass: HomeAssistant, at_port: dict[str, int | None], kind: type[Simulator], shape: Shape, auth: Auth
) -> None:
    """Show a card for a device that was recognised without a login, and set it up with one."""
    async with kind(shape=shape, auth=auth) as device:
        at_port["port"] = device.port
        shown = await discover(hass, device.mac, device.host)
        assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "discovery_confirm")
        assert shown["description_placeholders"] == {"device": "Viewtron", "host": "127.0.0.1"}
        assert defaults_of(shown)["port"] is None
        flow = hass.config_entries.flow.async_progress()[0]
        assert flow["context"]["title_placeholders"] == {"name": "Viewtron 127.0.0.1"}
        assert flow["context"]["unique_id"] == device.mac
        assert (logins(device), device.refused_logins) == (0, 0)
        assert len(device.requests) == 2
        shown = await _sign_in(hass, shown, device)
        assert shown["step_id"] == "push"
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], {})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == device.mac
    assert result["result"].title == device.name


@pytest.mark.parametrize("refusal", [HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.BAD_REQUEST])
@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", KINDS)
async def test_device_that_takes_no_get(
    hass: HomeAssistant,
    at_port: dict[str, int | None],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Simulator],
    shape: Shape,
    refusal: HTTPStatus,
) -> None:
    """Show a card for a device that is asked by POST alone, however it refuses GET; still without a login."""
    original = Simulator._judged

    def judged(device: Simulator, request: Request, *other: Any) -> Answer:
        return Answer(status=refusal) if request.method == "GET" else original(device, request, *other)

    monkeypatch.setattr(Simulator, "_judged", judged)
    async with kind(shape=shape) as device:
        at_port["port"] = device.port
        shown = await discover(hass, device.mac, device.host)
        assert (shown["type"], shown["step_id"]) == (FlowResultType.FORM, "discovery_confirm")
        assert logins(device) == 0
        assert [request.method for request in device.requests] == ["GET", "POST", "POST"]
        assert not any(request.body for request in device.requests)
        assert (await _sign_in(hass, shown, device))["step_id"] == "push"


async def test_https_is_filled_in(hass: HomeAssistant) -> None:
    """Tick HTTPS where the device answered by it."""
    with patch("custom_components.viewwall.discovery.looks_like_viewtron", return_value=Door(None, True)):
        shown = await discover(hass, MAC, "192.0.2.7")

    assert (defaults_of(shown)["port"], defaults_of(shown)["ssl"]) == (None, True)


async def test_wrong_password_on_the_card(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Try a login once, show the card again, and take the right one (integrations.md, 3.9)."""
    async with IpcV2Simulator() as camera:
        at_port["port"] = camera.port
        shown = await discover(hass, MAC, camera.host)
        shown = await _sign_in(hass, shown, camera, "not-This-1")
        assert (shown["step_id"], shown["errors"]) == ("discovery_confirm", {"base": "invalid_auth"})
        assert (logins(camera), camera.refused_logins) == (1, 1)
        assert (await _sign_in(hass, shown, camera))["step_id"] == "push"


async def test_announced_mac_is_not_the_devices(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Set nothing up when another device answers than the one that DHCP has told of."""
    async with IpcV2Simulator() as camera:
        at_port["port"] = camera.port
        shown = await discover(hass, "58:5b:69:77:77:77", camera.host)
        result = await _sign_in(hass, shown, camera)

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "unique_id_mismatch")


async def test_device_without_a_mac_of_its_own(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Let a device in that blanks its MAC: its serial counts, and nothing contradicts DHCP."""
    async with IpcV2Simulator() as camera:
        at_port["port"] = camera.port
        camera.mac = "00:00:00:00:00:00"
        shown = await discover(hass, MAC, camera.host)
        shown = await _sign_in(hass, shown, camera)
        assert shown["step_id"] == "push"
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], {})
        assert result["result"].unique_id == camera.serial
        # DHCP goes on to tell the MAC that the device does not know.
        again = await discover(hass, MAC, camera.host)

    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_device_that_is_still_starting(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Knock again where nobody is at home yet: a device asks for its address before it can answer."""
    knocks = 0

    async def probe(hass: HomeAssistant, host: str) -> Door | None:
        nonlocal knocks
        knocks += 1
        if knocks < 3:
            raise NobodyThereError(host)
        return Door(None, False)

    with (
        patch("custom_components.viewwall.discovery.PATIENCE", (0, 0)),
        patch("custom_components.viewwall.discovery.looks_like_viewtron", probe),
    ):
        shown = await discover(hass, MAC, "192.0.2.7")
        assert (shown["step_id"], knocks) == ("discovery_confirm", 3)
        knocks = -9
        other = await discover(hass, "58:5b:69:00:00:01", "192.0.2.7")
    assert (other["reason"], knocks) == ("not_viewtron", -6)


# Cards that there are already, or should not be.


async def test_one_card_for_a_device(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Show no second card for a device, and none while the user is setting it up."""
    async with IpcV2Simulator() as camera:
        at_port["port"] = camera.port
        await discover(hass, MAC, camera.host)
        again = await discover(hass, MAC, camera.host)

    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "already_in_progress")
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_ignored_device_stays_ignored(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Show no card for what the user has ignored, and do not even ask it."""
    async with IpcV2Simulator() as camera:
        at_port["port"] = camera.port
        shown = await discover(hass, MAC, camera.host)
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_IGNORE}, data={"unique_id": MAC, "title": "x"}
        )
        assert hass.config_entries.async_entries(DOMAIN)[0].source == SOURCE_IGNORE
        assert shown["flow_id"] not in {flow["flow_id"] for flow in hass.config_entries.flow.async_progress()}
        camera.requests.clear()
        again = await discover(hass, MAC, camera.host)
        assert camera.requests == []

    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_card_goes_when_the_device_is_set_up_by_hand(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Take the card away when the user has set the device up by its address."""
    async with IpcV2Simulator() as camera:
        at_port["port"] = camera.port
        await discover(hass, MAC, camera.host)
        flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "manual"})
        typed = {"host": camera.host, "password": camera.password, "connection": {"port": camera.port}}
        shown = await hass.config_entries.flow.async_configure(flow["flow_id"], typed)
        assert shown["step_id"] == "push"
        await hass.config_entries.flow.async_configure(flow["flow_id"], {})

    assert hass.config_entries.flow.async_progress() == []


async def test_set_up_while_the_probe_ran(hass: HomeAssistant) -> None:
    """Show no card for what was set up while it was looked at."""

    async def probe(hass: HomeAssistant, host: str) -> Door | None:
        MockConfigEntry(domain=DOMAIN, unique_id=MAC, data={"host": host}).add_to_hass(hass)
        return Door(None, False)

    with patch("custom_components.viewwall.discovery.looks_like_viewtron", probe):
        result = await discover(hass, MAC, "192.0.2.7")

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_known_device_at_its_address(hass: HomeAssistant) -> None:
    """Ask nothing of a device that is where it was."""
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera)
        entry.add_to_hass(hass)
        result = await discover(hass, MAC, camera.host)
        assert camera.requests == []

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data["host"] == camera.host


# What DHCP knows, in the search.


@pytest.fixture(name="leases")
def _leases(hass: HomeAssistant) -> Iterator[dict[str, dict[str, str]]]:
    """Let Home Assistant's DHCP run with these leases; what it needs to hear them itself is not there."""
    with leases_of(hass) as leases, here_alone():
        yield leases


async def test_search_asks_dhcp(
    hass: HomeAssistant, at_port: dict[str, int | None], leases: dict[str, dict[str, str]]
) -> None:
    """List what does not answer the search but is known to DHCP and looks like one; ask nobody else."""
    async with IpcV2Simulator() as camera:
        at_port["port"] = camera.port
        leases[MAC.replace(":", "")] = {"ip": camera.host, "hostname": "x"}
        leases["0018ae000001"] = {"ip": "127.0.0.3", "hostname": "off"}
        leases["aabbcc000001"] = {"ip": camera.host, "hostname": "of another maker"}
        shown = await search(hass)
        assert rows_of(shown) == {"0": "Viewtron · 127.0.0.1 · device", "manual": "Enter an address"}
        assert (len(camera.requests), logins(camera)) == (2, 0)
        shown = await choose(hass, shown, "Viewtron")
        assert (await _sign_in(hass, shown, camera))["step_id"] == "push"


@pytest.mark.parametrize("zero_mac", [False, True])
async def test_answer_goes_before_the_lease(
    hass: HomeAssistant, at_port: dict[str, int | None], leases: dict[str, dict[str, str]], zero_mac: bool
) -> None:
    """List a device once that answers the search and is known to DHCP, which may tell the MAC that it does not."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        camera.search_faults.zero_mac = zero_mac
        camera.mhed_with_serial = not zero_mac
        entry_of(camera).add_to_hass(hass)
        at_port["port"] = camera.port
        leases[MAC.replace(":", "")] = {"ip": camera.host, "hostname": "x"}
        shown = await search(hass)

    assert list(rows_of(shown)) == ["0", "manual"]
    assert "Gate camera" in rows_of(shown)["0"]
    assert "already set up as Gate camera" in rows_of(shown)["0"]


async def test_silent_addresses_do_not_hold_the_search_up(
    hass: HomeAssistant, leases: dict[str, dict[str, str]]
) -> None:
    """List what has answered in time; most of what DHCP remembers may be switched off."""
    gone: list[str] = []

    async def probe(hass: HomeAssistant, host: str) -> Door | None:
        if host == "192.0.2.1":
            return Door(None, True)
        try:
            await asyncio.Event().wait()
        finally:
            gone.append(host)
        return None

    for number in range(1, 30):
        leases[f"585b690000{number:02x}"] = {"ip": f"192.0.2.{number}", "hostname": ""}
    with (
        patch("custom_components.viewwall.discovery.looks_like_viewtron", probe),
        patch("custom_components.viewwall.discovery.PROBE_SECONDS", 0.2),
    ):
        shown = await search(hass)
    assert list(rows_of(shown)) == ["0", "manual"]
    assert len(gone) == 16
    assert defaults_of(await choose(hass, shown, "192.0.2.1"))["ssl"] is True


def test_the_makers_ranges() -> None:
    """Let Home Assistant tell us of the maker's address ranges, and of what is set up."""
    manifest = json.loads((Path(__file__).parents[1] / "custom_components/viewwall/manifest.json").read_text())

    assert {"registered_devices": True} in manifest["dhcp"]
    assert {each["macaddress"] for each in manifest["dhcp"] if "macaddress" in each} == {
        "0018AE*",
        "585B69*",
        "8411C2*",
    }
