"""Repairs: who posts to an address that is not his."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.simulators import ipc_plates, ipc_posts, nvr_posts
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.posts_base import Identity, Plate

TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)
STRANGER = Identity(
    name="Neighbour's camera", mac="58:5b:69:77:77:77", serial="I85B69777777", address="192.0.2.77", channel=1
)
KINDS = [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator]


def issue_of(hass: HomeAssistant, entry: ViewWallConfigEntry) -> ir.IssueEntry | None:
    """Return the issue about strangers."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"foreign_device_{entry.entry_id}")


@pytest.mark.parametrize("kind", KINDS)
async def test_stranger_is_refused_visibly(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Answer another device, change no state for it, fire nothing, and tell the user."""
    fired = async_capture_events(hass, "viewwall_event")
    async with kind() as device:
        entry = await set_up(device)
        before = {state.entity_id: state.state for state in hass.states.async_all()}
        answer = await device.push(
            ipc_plates.plates(STRANGER, device.clock.utc(), [Plate(number="GX 417 TB", listed="whiteList")])
        )
        assert answer.status == 200
        assert b"<status>success</status>" in answer.body
        await device.push(nvr_posts.region_intrusion(STRANGER, device.clock.utc()))
        await device.push(nvr_posts.alarm_status(STRANGER, device.clock.utc(), {"motionAlarm": {1: True}}))
        await hass.async_block_till_done()
        issue = issue_of(hass, entry)
        after = {state.entity_id: state.state for state in hass.states.async_all()}

    assert fired == []
    assert after == before
    assert issue is not None
    assert issue.is_fixable is True
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.translation_key in TEXTS["issues"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["device"] == device.name
    assert entry.data["webhook_id"] not in repr(issue)


@pytest.mark.parametrize(
    ("mac", "serial"),
    [
        ("00:00:00:00:00:00", None),
        ("00:00:00:00:00:00", "000000000000"),
        (None, None),
    ],
)
async def test_who_names_nobody_belongs_to_the_entry(
    hass: HomeAssistant, set_up: SetUp, mac: str | None, serial: str | None
) -> None:
    """Take a post that names no device, or zeros alone, as the entry's own."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        body = ipc_plates.plates(camera.identity(), camera.clock.utc(), [Plate(number="GX 417 TB")])
        named = camera.mac.encode()
        assert named in body
        body = body.replace(named, (mac or "").encode())
        body = body.replace(camera.serial.encode(), (serial or "").encode())
        await camera.push(body)
        await hass.async_block_till_done()
        entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{camera.mac}_last_plate")
        assert entity_id is not None
        state = hass.states.get(entity_id)

    assert state is not None
    assert state.state == "GX 417 TB"
    assert issue_of(hass, entry) is None


async def test_one_right_name_is_enough(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take a post with the right serial and another network card's MAC as the entry's own."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        who = Identity(name=camera.name, mac="58:5b:69:77:77:77", serial=camera.serial, address="192.0.2.31", channel=1)
        await camera.push(ipc_posts.intrusion(who, camera.clock.utc()))
        await hass.async_block_till_done()
        entity_id = er.async_get(hass).async_get_entity_id("event", DOMAIN, f"{camera.mac}_detection")
        assert entity_id is not None
        state = hass.states.get(entity_id)

    assert state is not None
    assert state.state != STATE_UNKNOWN
    assert issue_of(hass, entry) is None


async def test_the_way_out_shows_the_address(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Show in the fix flow which address belongs to which device; the issue is gone when it was read."""
    await hass.config.async_update(internal_url="http://192.168.1.10:8123")
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.push(ipc_posts.keepalive_message(STRANGER))
        client = await hass_client()
        response = await client.post(
            "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": f"foreign_device_{entry.entry_id}"}
        )
        form = await response.json()
        assert form["type"] == "form"
        assert form["step_id"] == "confirm"
        shown = form["description_placeholders"]
        assert shown["url"] == f"http://192.168.1.10:8123/api/webhook/{entry.data['webhook_id']}"
        assert shown["device"] == "Gate camera"
        step = TEXTS["issues"]["foreign_device"]["fix_flow"]["step"]["confirm"]
        for text in step.values():
            assert set(re.findall(r"{(\w+)}", text)) <= set(shown)
        assert "{url}" in step["description"]
        response = await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
        assert (await response.json())["type"] == "create_entry"
        assert issue_of(hass, entry) is None

        # Whoever goes on is told of again.
        await camera.push(ipc_posts.keepalive_message(STRANGER))
        assert issue_of(hass, entry) is not None


async def test_user_learns_who_the_stranger_is(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Say the sender's name and address: without them nobody finds the device to put right."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.push(ipc_posts.keepalive_message(STRANGER))
        client = await hass_client()
        response = await client.post(
            "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": f"foreign_device_{entry.entry_id}"}
        )
        shown = (await response.json())["description_placeholders"]
    issue = TEXTS["issues"]["foreign_device"]
    text = f"{issue['title']} {issue['fix_flow']['step']['confirm']['description']}"
    rendered = text.format_map(shown)

    assert "Neighbour's camera" in rendered
    assert "127.0.0.1" in rendered


async def test_the_way_out_of_a_removed_entry(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """End the fix flow when the entry is gone meanwhile."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.push(ipc_posts.keepalive_message(STRANGER))
        client = await hass_client()
        response = await client.post(
            "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": f"foreign_device_{entry.entry_id}"}
        )
        form = await response.json()
        await hass.config_entries.async_remove(entry.entry_id)
        response = await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
        result = await response.json()

    assert result["type"] == "abort"
    assert result["reason"] == "entry_removed"
    assert result["reason"] in TEXTS["issues"]["foreign_device"]["fix_flow"]["abort"]


async def test_stranger_who_stopped_is_forgotten(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Take the issue back an hour after the last foreign message."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.push(ipc_posts.keepalive_message(STRANGER))
        await later(3000)
        await camera.push(ipc_posts.keepalive_message(STRANGER))
        await later(3000)
        assert issue_of(hass, entry) is not None
        await later(700)
        assert issue_of(hass, entry) is None


async def test_stranger_who_stopped_is_forgotten_after_a_reload_too(
    hass: HomeAssistant, set_up: SetUp, later: Later
) -> None:
    """Do not keep the issue for ever because the entry was reloaded meanwhile."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.push(ipc_posts.keepalive_message(STRANGER))
        assert issue_of(hass, entry) is not None
        await hass.config_entries.async_reload(entry.entry_id)
        await later(3601)
        await later(6)

        assert issue_of(hass, entry) is None


async def test_stranger_is_logged_once(hass: HomeAssistant, set_up: SetUp, caplog: pytest.LogCaptureFixture) -> None:
    """Write one warning however often a stranger posts."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        caplog.clear()
        for _ in range(20):
            await camera.push(ipc_posts.keepalive_message(STRANGER))

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components.viewwall")]
    assert len([text for text in ours if "Another device" in text]) == 1
    assert not any(entry.data["webhook_id"] in text for text in ours)


@pytest.mark.parametrize("issue", ["account_locked", "foreign_device"])
def test_issues_have_their_texts(issue: str) -> None:
    """Name each issue, and never with the secret address in its list entry."""
    texts = TEXTS["issues"][issue]

    assert "{device}" in texts["title"]
    assert "{url}" not in texts["title"]
    assert "{url}" not in texts.get("description", "")
