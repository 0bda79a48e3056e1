"""A clock that is off by more than a minute is a repair, with a button that sets it."""

from datetime import timedelta
import json
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.owing import KINDS, press
from tests.pushing import value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Faults
from tests.walls import kill, later_in, started_again

TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)["issues"]["clock_wrong"]
HOUR = timedelta(hours=1)


def issue_of(hass: HomeAssistant, entry: ViewWallConfigEntry) -> ir.IssueEntry | None:
    """Return the repair about the clock, if there is one."""
    found = ir.async_get(hass).async_get_issue(DOMAIN, f"clock_wrong_{entry.entry_id}")
    return found if found is not None and found.active else None


@pytest.mark.parametrize("kind", [IpcV1Simulator, NvrV2Simulator])
@pytest.mark.parametrize(("seconds", "is_wrong"), [(0, False), (60, False), (-60, False), (62, True), (-62, True)])
async def test_a_minute(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    seconds: int,
    is_wrong: bool,
) -> None:
    """Warn of a clock that is off by more than a minute, either way."""
    async with kind() as device:
        device.clock.offset = timedelta(seconds=seconds)
        entry = await set_up(device)
        issue = issue_of(hass, entry)
        assert (issue is not None) is is_wrong
        if issue is not None:
            assert (issue.severity, issue.is_fixable) == (ir.IssueSeverity.WARNING, True)
            assert issue.translation_key == "clock_wrong"
            assert issue.translation_placeholders is not None
            assert issue.translation_placeholders["device"] == device.name
            assert set(re.findall(r"{(\w+)}", TEXTS["title"])) <= set(issue.translation_placeholders)


async def test_it_comes_and_goes(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Follow the clock: warn when it goes wrong, and stop when somebody else has set it."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        assert issue_of(hass, entry) is None
        camera.clock.offset = HOUR
        await later(301)
        assert issue_of(hass, entry) is not None
        await later(301)
        assert issue_of(hass, entry) is not None
        camera.clock.offset = timedelta()
        await later(301)
        assert issue_of(hass, entry) is None


async def test_button_ends_it(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take the warning back when the clock was set by the button."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = HOUR
        entry = await set_up(camera)
        assert issue_of(hass, entry) is not None
        await press(hass, camera, "sync_clock")
        assert issue_of(hass, entry) is None


async def test_unknown_zone(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Warn of nothing while nobody knows what the clock shows."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = HOUR
        entry = await set_up(camera)
        camera.clock.zone = "America/New_York"
        await later(301)
        assert issue_of(hass, entry) is None
        assert value(hass, camera, "sensor.clock_offset") == "unknown"


async def test_after_a_restart(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory, set_up: SetUp, later: Later
) -> None:
    """Warn again after a restart of Home Assistant."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = HOUR
        entry = await set_up(camera)
        await later(11)
        kill(hass)
        async with started_again() as again:
            await later_in(again, freezer)(1)
            assert issue_of(again, entry) is not None


async def test_removed(hass: HomeAssistant, set_up: SetUp) -> None:
    """Take the warning back together with the entry."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = HOUR
        entry = await set_up(camera)
        await hass.config_entries.async_remove(entry.entry_id)
        assert issue_of(hass, entry) is None


class Repair:
    """The dialog of a repair, as the frontend speaks with it."""

    def __init__(self, client: Any, entry: ViewWallConfigEntry) -> None:
        """Speak of the clock of an entry's device."""
        self._client = client
        self._issue = f"clock_wrong_{entry.entry_id}"
        self._url = ""

    async def open(self) -> dict[str, Any]:
        """Open the dialog."""
        response = await self._client.post("/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": self._issue})
        form: dict[str, Any] = await response.json()
        self._url = f"/api/repairs/issues/fix/{form['flow_id']}"
        return form

    async def submit(self) -> dict[str, Any]:
        """Press the button."""
        response = await self._client.post(self._url, json={})
        answer: dict[str, Any] = await response.json()
        return answer


@pytest.mark.parametrize("kind", KINDS)
async def test_fix(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Ask first, then set the clock; the warning is gone."""
    async with kind() as device:
        device.clock.offset = HOUR
        entry = await set_up(device)
        repair = Repair(await hass_client(), entry)
        form = await repair.open()
        assert (form["type"], form["step_id"]) == ("form", "confirm")
        step = TEXTS["fix_flow"]["step"]["confirm"]
        for text in step.values():
            assert set(re.findall(r"{(\w+)}", text)) <= set(form["description_placeholders"])
        assert device.clock_writes == []
        answer = await repair.submit()
        assert answer["type"] == "create_entry"
        assert abs(device.clock.offset) < timedelta(seconds=2)
        assert issue_of(hass, entry) is None
        assert abs(float(value(hass, device, "sensor.clock_offset"))) <= 1


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("away", "cannot_connect"),
        ("ignored", "ignored"),
        (4, "no_permission"),
        ("zone", "unknown_zone"),
        (16, "unknown"),
        (7, "unknown"),
        ("other", "other_device"),
        ("unloaded", "not_running"),
    ],
)
async def test_fix_that_fails(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, trouble: str | int, error: str
) -> None:
    """Say what went wrong, and allow to try again."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = HOUR
        entry = await set_up(camera)
        repair = Repair(await hass_client(), entry)
        await repair.open()
        mac, serial, zone = camera.mac, camera.serial, camera.clock.zone
        match trouble:
            case "away":
                camera.faults.refuse_connections = True
            case "ignored":
                camera.clock_ignored = True
            case "zone":
                camera.clock.zone = "America/New_York"
            case "other":
                camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
                entry.runtime_data.coordinator.doubt()
            case "unloaded":
                await hass.config_entries.async_unload(entry.entry_id)
            case _:
                camera.faults = Faults(error_code=int(trouble), only={"SetDateAndTime"})
        answer = await repair.submit()
        assert answer["type"] == "form"
        assert answer["errors"] == {"base": error}
        assert error in TEXTS["fix_flow"]["error"]
        assert camera.clock.offset == HOUR

        camera.faults = Faults()
        camera.clock_ignored = False
        camera.mac, camera.serial, camera.clock.zone = mac, serial, zone
        if trouble == "unloaded":
            await hass.config_entries.async_setup(entry.entry_id)
        answer = await repair.submit()
        assert answer["type"] == "create_entry"
        assert abs(camera.clock.offset) < timedelta(seconds=2)


async def test_fix_of_a_removed_device(hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp) -> None:
    """End the dialog when the device was removed meanwhile."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = HOUR
        entry = await set_up(camera)
        repair = Repair(await hass_client(), entry)
        await repair.open()
        await hass.config_entries.async_remove(entry.entry_id)
        answer = await repair.submit()
        assert (answer["type"], answer["reason"]) == ("abort", "entry_removed")
        assert "entry_removed" in TEXTS["fix_flow"]["abort"]
