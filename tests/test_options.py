"""The options of cameras and recorders: one form, stored as a whole, in effect without a restart."""

from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.choosing import choose, collapsed, open_form, paths, reconfigure, shown, submit, subscribe
from tests.conftest import SetUp
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Shape

KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]
HERE = "http://192.168.1.10:8123"
TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)
INIT = TEXTS["options"]["step"]["init"]
FLOW = "/api/config/config_entries/options/flow"


def store(hass: HomeAssistant, entry: ConfigEntry[Any], **options: Any) -> None:
    """Store options as somebody else does who is not this form."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})


# The form.


@pytest.mark.parametrize("kind", KINDS)
async def test_form(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Ask a newcomer little: what is special is folded away; only a recorder has channels to choose from."""
    async with kind() as device:
        entry = await set_up(device)
        form = await open_form(hass, entry)
        channels = {"channels": [str(channel.id) for channel in device.channels]} if device.nvr else {}
        sections = {"hold_times": None, "push": None, "wall_login": None}
        assert shown(form) == {"hold_time": 10, "streams": ["main", "sub"]} | channels | sections
        assert list(shown(form)) == ["hold_time", "streams", *channels, *sections]
        assert shown(form, "push") == {"polling_alone": False, "push_address": None}
        assert all(collapsed(form, section) for section in sections)


@pytest.mark.parametrize("kind", KINDS)
async def test_hold_time_alone(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Take a form in which nothing else is sent, and store nothing else."""
    async with kind() as device:
        entry = await set_up(device)
        await choose(hass, entry, hold_time=45)
        assert entry.options == {"hold_time": 45}
        assert shown(await open_form(hass, entry))["hold_time"] == 45


async def test_nothing_is_lost(hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep options that the form does not know, and those whose section was not sent."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        stored = {
            "push_subscription": False,
            "made_by_a_later_version": [1, 2],
            "hold_times": {"face": 4},
            "push_address": HERE,
            "polling_alone": True,
            "streams": ["sub"],
            "hidden_channels": [3],
            "wall_username": "wallviewer",
            "wall_password": "view-Only-17",
        }
        store(hass, entry, **stored)
        await choose(hass, entry, hold_time=45)
        assert entry.options == stored | {"hold_time": 45}
        await choose(hass, entry, hold_time=50, push={"polling_alone": False})
        for key in ("polling_alone", "push_address"):
            del stored[key]
        assert entry.options == stored | {"hold_time": 50}


async def test_subscription_survives(hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep the user's consent, and write nothing into the camera, where other options change."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await subscribe(hass, camera, entry)
        writes = len(camera.http_post_writes)
        await choose(hass, entry, hold_time=45, streams=["sub"], hold_times={"face": 3})
        assert entry.options["push_subscription"] is True
        assert len(camera.http_post_writes) == writes
        assert len(paths(camera)) == 1


async def test_changed_by_another_hand_meanwhile(hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep what was stored while the form was open."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        form = await open_form(hass, entry)
        store(hass, entry, push_subscription=False)
        await submit(hass, form, hold_time=33)
        assert entry.options == {"hold_time": 33, "push_subscription": False}


async def test_first_options_by_a_browser(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Hand the form over as the frontend asks for it, and take all of it back as the frontend sends it."""
    assert await async_setup_component(hass, "config", {})
    async with NvrV1Simulator(shape=Shape.FIELD) as recorder:
        entry = await set_up(recorder)
        client = await hass_client()
        form = await (await client.post(FLOW, json={"handler": entry.entry_id})).json()
        fields = {field["name"]: field for field in form["data_schema"]}
        assert fields["streams"]["selector"]["select"]["multiple"] is True
        assert [option["label"] for option in fields["channels"]["selector"]["select"]["options"]] == [
            "Camera 1",
            "Camera 2",
            "Camera 3",
            "Camera 4",
        ]
        assert [fields[name]["expanded"] for name in ("hold_times", "push", "wall_login")] == [False] * 3
        everything = {
            "hold_time": 12,
            "streams": ["main", "sub"],
            "channels": ["1", "2", "4"],
            "hold_times": {"motion": 5},
            "push": {"polling_alone": False, "push_address": f" {HERE}/ "},
            "wall_login": {},
        }
        response = await client.post(f"{FLOW}/{form['flow_id']}", json=everything)
        assert response.status == HTTPStatus.OK
        await hass.async_block_till_done(wait_background_tasks=True)
        assert entry.options == {
            "hold_time": 12,
            "hidden_channels": [3],
            "hold_times": {"motion": 5},
            "push_address": HERE,
        }


@pytest.mark.parametrize(
    "wrong", [{"streams": ["third"]}, {"channels": ["99"]}, {"hold_time": 0}, {"wall_login": "none"}]
)
async def test_what_cannot_be_chosen(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, wrong: dict[str, Any]
) -> None:
    """Refuse what the form does not offer."""
    assert await async_setup_component(hass, "config", {})
    async with NvrV1Simulator() as recorder:
        entry = await set_up(recorder)
        client = await hass_client()
        form = await (await client.post(FLOW, json={"handler": entry.entry_id})).json()
        response = await client.post(f"{FLOW}/{form['flow_id']}", json={"hold_time": 10} | wrong)
        assert response.status == HTTPStatus.BAD_REQUEST
        assert entry.options == {}


# The address of Home Assistant.


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (HERE, HERE),
        (f"{HERE}/", HERE),
        ("  http://192.168.1.10  ", "http://192.168.1.10"),
        ("https://ha.home.arpa:8443", "https://ha.home.arpa:8443"),
        ("http://[fd00::5]:8123", "http://[fd00::5]:8123"),
    ],
)
async def test_push_address(hass: HomeAssistant, set_up: SetUp, typed: str, stored: str) -> None:
    """Store an address as it is used, show it again, use it for what the device is told, and forget it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await choose(hass, entry, push={"polling_alone": False, "push_address": typed})
        assert entry.options == {"hold_time": 10, "push_address": stored}
        form = await open_form(hass, entry)
        assert shown(form, "push")["push_address"] == stored
        assert not collapsed(form, "push")
        moved = await reconfigure(hass, entry)
        assert moved["description_placeholders"] is not None
        assert moved["description_placeholders"]["url"] == f"{stored}/api/webhook/{entry.data['webhook_id']}"
        await submit(hass, form, push={"polling_alone": False, "push_address": ""})
        assert entry.options == {"hold_time": 10}


@pytest.mark.parametrize(
    "typed",
    [
        "192.168.1.10:8123",
        "homeassistant",
        "ftp://192.168.1.10",
        "http://",
        "http://192.168.1.10:8123/lovelace",
        "http://192.168.1.10:8123/api/webhook/1234",
        "http://192.168.1.10:8123?a=b",
        "http://anna:secret@192.168.1.10:8123",
        "http://192.168.1.10:99999",
        "http://192.168.1.10:0",
        "http://[fd00::5",
        "http://two words:8123",
    ],
)
async def test_what_is_no_address(hass: HomeAssistant, set_up: SetUp, typed: str) -> None:
    """Say so, show what was typed, and take the right one in the same form."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        form = await open_form(hass, entry)
        push = {"polling_alone": True, "push_address": typed}
        result = await submit(hass, form, hold_time=17, push=push, hold_times={"face": 3})
        assert result["errors"] == {"base": "push_address_invalid"}
        assert shown(result, "push") == push
        assert not collapsed(result, "push")
        assert shown(result)["hold_time"] == 17
        assert shown(result, "hold_times")["face"] == 3
        assert entry.options == {}
        await submit(hass, result, hold_time=17, push={"polling_alone": False, "push_address": HERE})
        assert entry.options == {"hold_time": 17, "push_address": HERE}


async def test_slot_gets_the_new_address(hass: HomeAssistant, set_up: SetUp) -> None:
    """Put the address in our own slot right when the user corrects it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await subscribe(hass, camera, entry)
        await choose(hass, entry, push={"polling_alone": False, "push_address": "http://192.168.7.10:8124"})
        [slot] = [slot for slot in camera.slots() if slot.domain]
        assert (slot.protocol, slot.domain, slot.port) == ("http", "192.168.7.10", 8124)


# Diagnostics and texts.


async def test_diagnostics(hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp) -> None:
    """Show the choices, but not Home Assistant's address."""
    assert await async_setup_component(hass, "diagnostics", {})
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        store(hass, entry, push_subscription=False)
        push = {"polling_alone": True, "push_address": "http://192.0.2.123:8123"}
        await choose(hass, entry, hold_times={"face": 4}, streams=["sub"], channels=["1", "2"], push=push)
        response = await (await hass_client()).get(f"/api/diagnostics/config_entry/{entry.entry_id}")
        text = await response.text()
    assert "192.0.2.123" not in text
    assert json.loads(text)["data"]["entry"]["options"] == {
        "hidden_channels": [3, 4, 5, 6, 7, 8],
        "hold_time": 10,
        "hold_times": {"face": 4},
        "polling_alone": True,
        "push_address": "**REDACTED**",
        "push_subscription": False,
        "streams": ["sub"],
    }


def test_texts() -> None:
    """Name the sensors and streams as their entities are named."""
    names = {key: TEXTS["entity"]["binary_sensor"][key]["name"] for key in INIT["sections"]["hold_times"]["data"]}
    assert INIT["sections"]["hold_times"]["data"] == names
    streams = {key: TEXTS["entity"]["camera"][key]["name"] for key in ("main", "sub")}
    assert TEXTS["selector"]["streams"]["options"] == streams
