"""Searching the network for devices, and setting up what was found."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.viewtron.discovery import Announcement
from tests.searching import begin_search, choose, defaults_of, entry_of, here_alone, logins, rows_of, search
from tests.simulators.device import Simulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.search_responder import SearchResponder
from tests.simulators.state import SearchFaults, Shape
from tests.simulators.thin_client import ThinClientSimulator

LOGIN = {"username": "admin", "password": "gate-Keeper-7"}
MANUAL = "Enter an address"
TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)["config"]["step"]


@pytest.fixture(autouse=True)
def _here_alone(socket_enabled: None) -> Iterator[None]:
    """Search this machine alone."""
    with here_alone():
        yield


# What is found.


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("by", ["mhed", "ssdp"])
async def test_everything_that_answers_is_listed(hass: HomeAssistant, by: str, shape: Shape) -> None:
    """List each device with name, model, address and kind, whichever of the two searches it knows."""
    async with (
        IpcV1Simulator(shape=shape) as old_camera,
        IpcV2Simulator(shape=shape) as camera,
        NvrV1Simulator(shape=shape) as old_recorder,
        NvrV2Simulator(shape=shape) as recorder,
    ):
        devices: list[Simulator] = [old_camera, camera, old_recorder, recorder]
        async with SearchResponder(devices, mhed=by == "mhed", ssdp=by == "ssdp") as responder:
            shown = await search(hass)

        words = {True: "recorder", False: "camera"}
        assert sorted(rows_of(shown).values()) == sorted(
            [*(f"{each.name} ({each.model}) · 127.0.0.1 · {words[each.nvr]}" for each in devices), MANUAL]
        )
        assert responder.commands <= {1}
        assert not any(device.requests for device in devices)


async def test_device_that_knows_both_searches_is_listed_once(hass: HomeAssistant) -> None:
    """Merge what a device tells by both searches."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        shown = await search(hass)

    assert len(rows_of(shown)) == 2


async def test_order_of_the_list(hass: HomeAssistant) -> None:
    """Sort by name, put those that are set up at the end, and the address form last."""
    async with (
        IpcV2Simulator(name="Barn", mac="58:5b:69:00:00:01") as known,
        IpcV2Simulator(name="porch", mac="58:5b:69:00:00:02") as porch,
        IpcV2Simulator(name="Garage", mac="58:5b:69:00:00:03") as garage,
        SearchResponder([known, porch, garage]),
    ):
        entry_of(known).add_to_hass(hass)
        shown = await search(hass)

    assert [label.split(" ")[0] for label in rows_of(shown).values()] == ["Garage", "porch", "Barn", "Enter"]
    assert list(rows_of(shown).values())[2].endswith("· camera · already set up as Barn")


async def test_what_contradicts_itself_is_a_device(hass: HomeAssistant) -> None:
    """Call what does not tell its kind a device, not a camera."""
    async with IpcV2Simulator() as camera, SearchResponder([camera], ssdp=False):
        camera.mhed_with_serial = False
        shown = await search(hass)

    assert next(iter(rows_of(shown).values())).endswith("· device")


@pytest.mark.parametrize(
    "device",
    [
        Announcement(address="192.0.2.7", name="Gate"),
        Announcement(address="192.0.2.7", name="Gate", model="Gate"),
        Announcement(address="192.0.2.7", model="Gate"),
        Announcement(address="192.0.2.7", vendor="Gate"),
    ],
)
async def test_name_in_the_list(hass: HomeAssistant, device: Announcement) -> None:
    """Call a device by what there is."""
    with patch("custom_components.viewwall.config_flow.find_devices", return_value=(device,)):
        shown = await search(hass)

    assert rows_of(shown)["0"] == "Gate · 192.0.2.7 · device"


async def test_hostile_answers_do_no_harm(hass: HomeAssistant) -> None:
    """List what is real beside garbage of every kind and invented devices without end."""
    async with (
        IpcV2Simulator(mac="58:5b:69:00:00:02") as camera,
        IpcV1Simulator() as mad,
        SearchResponder([camera, mad]) as responder,
    ):
        mad.search_faults = SearchFaults(every_length=True, flood=2000)
        shown = await search(hass)

    labels = rows_of(shown).values()
    assert sum("Gate camera" in label for label in labels) == 1
    assert len(labels) < 40
    assert responder.commands == {1}


# Progress, and its end.


async def test_nothing_found(hass: HomeAssistant) -> None:
    """Say so, and let the user search again or type an address."""
    shown = await search(hass)
    assert shown["type"] is FlowResultType.MENU
    assert shown["step_id"] == "nothing_found"
    assert shown["menu_options"] == ["search", "manual"]
    flow_id = shown["flow_id"]
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        again = await hass.config_entries.flow.async_configure(flow_id, {"next_step_id": "search"})
        assert again["type"] is FlowResultType.SHOW_PROGRESS
        await hass.async_block_till_done()
        shown = await hass.config_entries.flow.async_configure(flow_id)
    assert "Gate camera" in rows_of(shown)["0"]


async def test_closed_dialog_ends_the_search(hass: HomeAssistant) -> None:
    """Leave no search and no socket behind when the user closes the dialog."""
    started = asyncio.Event()
    ended = asyncio.Event()

    async def wait(*_: object) -> tuple[Announcement, ...]:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ()

    with patch("custom_components.viewwall.discovery.search", wait):
        flow = await begin_search(hass)
        await started.wait()
        still = await hass.config_entries.flow.async_configure(flow["flow_id"])
        assert still["type"] is FlowResultType.SHOW_PROGRESS
        hass.config_entries.flow.async_abort(flow["flow_id"])
        await asyncio.wait_for(ended.wait(), 5)

    assert hass.config_entries.flow.async_progress() == []


async def test_failed_search_is_no_dead_end(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    """Offer the address form when the search itself fails, and log why."""
    with patch("custom_components.viewwall.discovery.search", side_effect=RuntimeError("no network at all")):
        shown = await search(hass)

    assert shown["step_id"] == "nothing_found"
    assert "no network at all" in caplog.text


async def test_browser_gets_the_progress(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """Hand progress and list over HTTP as the frontend asks for them."""
    for component in ("config", "network", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        menu = await (await client.post("/api/config/config_entries/flow", json={"handler": DOMAIN})).json()
        url = f"/api/config/config_entries/flow/{menu['flow_id']}"
        progress = await (await client.post(url, json={"next_step_id": "search"})).json()
        assert progress["type"] == "progress"
        await hass.async_block_till_done()
        found = await (await client.get(url)).json()
        if found["type"] == "progress_done":
            found = await (await client.post(url, json={})).json()
        options = found["data_schema"][0]["selector"]["select"]["options"]
        assert [option["label"] for option in options] == ["Gate camera (LPR-IP5) · 127.0.0.1 · camera", MANUAL]
        login = await (await client.post(url, json={"device": "0"})).json()
        assert [field["name"] for field in login["data_schema"]] == ["username", "password", "connection"]
        assert (await client.delete(url)).status == HTTPStatus.OK


# Choosing.


@pytest.mark.usefixtures("quiet_set_up")
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_found_device_is_set_up(hass: HomeAssistant, kind: type[Simulator]) -> None:
    """Ask for the login alone, with the port filled in, and go on as after the address form."""
    async with kind() as device, SearchResponder([device]):
        shown = await choose(hass, await search(hass), device.name)
        assert shown["type"] is FlowResultType.FORM
        assert shown["step_id"] == "login"
        assert shown["description_placeholders"] == {"device": f"{device.name} ({device.model})", "host": "127.0.0.1"}
        assert defaults_of(shown) == {
            "username": "admin",
            "password": None,
            "port": device.port,
            "ssl": False,
            "verify_ssl": False,
        }
        shown = await hass.config_entries.flow.async_configure(
            shown["flow_id"], LOGIN | {"connection": {"port": device.port}}
        )
        assert shown["step_id"] == "push"
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], {})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.unique_id == device.mac
    assert entry.title == device.name
    assert (entry.data["host"], entry.data["port"]) == ("127.0.0.1", device.port)


async def test_usual_ports_need_not_be_typed(hass: HomeAssistant) -> None:
    """Leave the port empty where it is the usual one."""
    devices = (
        Announcement(address="192.0.2.7", name="A", http_port=80),
        Announcement(address="192.0.2.8", name="B", http_port=443),
        Announcement(address="192.0.2.9", name="C"),
    )
    with patch("custom_components.viewwall.config_flow.find_devices", return_value=devices):
        for name, ssl in (("A ", False), ("B ", True), ("C ", False)):
            shown = defaults_of(await choose(hass, await search(hass), name))
            assert (shown["port"], shown["ssl"]) == (None, ssl)


async def test_address_form_from_the_list(hass: HomeAssistant) -> None:
    """Lead from the list to the address form, which Thin Clients need."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        shown = await choose(hass, await search(hass), MANUAL)

    assert shown["step_id"] == "manual"


@pytest.mark.usefixtures("quiet_set_up")
async def test_wrong_password_is_tried_once(hass: HomeAssistant) -> None:
    """Spend one login on a typing mistake, and none on the search and the list (integrations.md, 3.9)."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        shown = await choose(hass, await search(hass), camera.name)
        assert camera.requests == []
        typed = {"connection": {"port": camera.port}}
        wrong = LOGIN | {"password": "not-This-1"} | typed
        shown = await hass.config_entries.flow.async_configure(shown["flow_id"], wrong)
        assert (shown["step_id"], shown["errors"]) == ("login", {"base": "invalid_auth"})
        assert (logins(camera), camera.refused_logins) == (1, 1)
        assert defaults_of(shown)["port"] == camera.port
        shown = await hass.config_entries.flow.async_configure(shown["flow_id"], LOGIN | typed)
        assert shown["step_id"] == "push"
        assert camera.refused_logins == 1


async def test_another_device_is_not_let_in(hass: HomeAssistant) -> None:
    """Set nothing up when another device answers than the one that was chosen."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        shown = await choose(hass, await search(hass), camera.name)
        camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
        result = await hass.config_entries.flow.async_configure(
            shown["flow_id"], LOGIN | {"connection": {"port": camera.port}}
        )

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "unique_id_mismatch")
    assert hass.config_entries.async_entries(DOMAIN) == []


@pytest.mark.usefixtures("quiet_set_up")
async def test_thin_client_at_the_address_is_not_let_in(hass: HomeAssistant) -> None:
    """Set no Thin Client up in the place of a camera that was chosen."""
    async with ThinClientSimulator() as wall:
        device = Announcement(address=wall.host, name="Gate", mac="58:5b:69:77:77:77")
        with patch("custom_components.viewwall.config_flow.find_devices", return_value=(device,)):
            shown = await choose(hass, await search(hass), "Gate")
        typed = {"username": "admin", "password": wall.password, "connection": {"port": wall.port}}
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], typed)

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "unique_id_mismatch")


@pytest.mark.usefixtures("quiet_set_up")
@pytest.mark.parametrize("zero_mac", [True, False])
async def test_device_without_a_mac_is_known_by_its_serial(hass: HomeAssistant, zero_mac: bool) -> None:
    """Let a device in whose serial fits, where it or its announcement blanks the MAC."""
    async with IpcV2Simulator() as camera, SearchResponder([camera], ssdp=False):
        camera.search_faults.zero_mac = zero_mac
        shown = await choose(hass, await search(hass), camera.name)
        camera.mac = "00:00:00:00:00:00"
        typed = LOGIN | {"connection": {"port": camera.port}}
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], typed)
        assert result["step_id"] == "push"
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], {})

    assert result["result"].unique_id == camera.serial


# What is set up already.


async def test_device_that_is_set_up_is_not_set_up_twice(hass: HomeAssistant) -> None:
    """Say so in the list, and end without a login when it is chosen all the same."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        entry = entry_of(camera)
        entry.add_to_hass(hass)
        result = await choose(hass, await search(hass), "already set up as Gate camera")
        assert camera.requests == []

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_name_is_not_a_move(hass: HomeAssistant) -> None:
    """Take a device that is set up by its name for one that is where it was."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        entry_of(camera, host="gate.home.arpa").add_to_hass(hass)
        shown = await search(hass)

    assert rows_of(shown)["0"].endswith("already set up as Gate camera")


async def test_ignored_device_can_be_chosen(hass: HomeAssistant) -> None:
    """Set up what the user has once ignored and now wants."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        MockConfigEntry(domain=DOMAIN, unique_id=camera.mac, source=SOURCE_IGNORE).add_to_hass(hass)
        shown = await choose(hass, await search(hass), camera.name)
        assert shown["step_id"] == "login"
        with patch("custom_components.viewwall.async_setup_entry", return_value=True):
            typed = LOGIN | {"connection": {"port": camera.port}}
            await hass.config_entries.flow.async_configure(shown["flow_id"], typed)
            result = await hass.config_entries.flow.async_configure(shown["flow_id"], {})
            await hass.async_block_till_done()

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [entry.source for entry in hass.config_entries.async_entries(DOMAIN)] == ["user"]


@pytest.mark.usefixtures("quiet_set_up")
async def test_configured_meanwhile(hass: HomeAssistant) -> None:
    """Take the login over into an entry that was made while the form was open."""
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        shown = await choose(hass, await search(hass), camera.name)
        entry = entry_of(camera, password="before-Then-1")
        entry.add_to_hass(hass)
        typed = LOGIN | {"connection": {"port": camera.port}}
        result = await hass.config_entries.flow.async_configure(shown["flow_id"], typed)

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data["password"] == LOGIN["password"]
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


# Texts.


def test_the_list_says_nothing_wrong_about_its_order() -> None:
    """Do not say that the devices that are set up stand at the end: the address form stands behind them."""
    assert list(TEXTS["found"]["data"]) == ["device"]
    assert "end" not in f"{TEXTS['found']['description']} {TEXTS['found'].get('data_description', '')}".split()


@pytest.mark.parametrize("step", ["login", "discovery_confirm"])
def test_found_ports_are_explained(step: str) -> None:
    """Say where the port comes from that stands in the form already."""
    assert "was found out by ViewWall" in TEXTS[step]["sections"]["connection"]["description"]
