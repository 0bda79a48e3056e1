"""Devices whose firmware moves on to the second generation: noticed without a new entry, and nothing is lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeassistant.components.camera import async_get_stream_source
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.faulting import LogBook, Undisturbed, available
from tests.pushing import entity_id, find, state, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Auth, SimChannel

CASES = [
    pytest.param(IpcV1Simulator, IpcV2Simulator, True, Auth.DIGEST, id="camera_between_polls_other_login"),
    pytest.param(IpcV1Simulator, IpcV2Simulator, False, Auth.BASIC, id="camera_while_away"),
    pytest.param(NvrV1Simulator, NvrV2Simulator, True, Auth.BASIC, id="recorder_between_polls"),
    pytest.param(NvrV1Simulator, NvrV2Simulator, False, Auth.DIGEST, id="recorder_while_away_other_login"),
]

SUB = {False: "/live/2", True: "/chID=1&streamType=sub"}


@asynccontextmanager
async def upgraded[DeviceT: ViewtronSimulator](
    old: ViewtronSimulator, kind: type[DeviceT], auth: Auth
) -> AsyncIterator[DeviceT]:
    """Run the same device at the same address with another firmware."""
    host, port = old.host, old.port
    await old.stop()
    new = kind(name=old.name, mac=old.mac, serial=old.serial, username=old.username, password=old.password, auth=auth)
    new.push_url = old.push_url
    new.streams[1].name = "live/2"
    if isinstance(new, IpcV2Simulator):
        # Counts that are seen for the first time let Home Assistant load the entry anew.
        new.has_statistics = False
    if new.nvr:
        new.streams[1].name = "sub"
        new.channels = [SimChannel(id=number, name=f"Yard {number}") for number in range(1, 5)]
        new.chl_max_count = 4
    await new.start(host, port)
    try:
        yield new
    finally:
        await new.stop()


def unique_ids(hass: HomeAssistant, entry: ViewWallConfigEntry) -> dict[str, str]:
    """Return the unique ids of an entry's entities, by what the user calls them."""
    found = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {each.entity_id: each.unique_id for each in found}


@pytest.mark.parametrize(("before", "after", "is_missed", "auth"), CASES)
async def test_new_generation(
    hass: HomeAssistant,
    set_up: SetUp,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    before: type[IpcV1Simulator | NvrV1Simulator],
    after: type[IpcV2Simulator | NvrV2Simulator],
    is_missed: bool,
    auth: Auth,
) -> None:
    """Notice it within minutes: kind, version, names and new abilities are there, and the old entities go on."""
    events = async_capture_events(hass, "viewwall_event")
    async with before() as old:
        channel = 1 if old.nvr else None
        del old.commands["GetImageConfig"]
        entry = await set_up(old)
        entry_runs, log = Undisturbed(entry), LogBook(caplog)
        await old.send_intrusion()
        await hass.async_block_till_done()
        ids = unique_ids(hass, entry)
        shown = available(hass, entry)
        seen = state(hass, old, "event.detection", channel).state
        stream = entity_id(hass, old, "camera.sub", channel)
        assert not (await async_get_stream_source(hass, stream) or "").endswith("/live/2")
        if not is_missed:
            old.faults.refuse_connections = True
            for _ in range(7):
                await later(60)
            assert len(log.lines()) == 1
        async with upgraded(old, after, auth) as new:
            for _ in range(4):
                await later(61)
            assert entry.data["kind"] == ("nvr_v2" if new.nvr else "ipc_v2")
            new.set_alarm("motionAlarm", True)
            for _ in range(2):
                await later(61)
            assert value(hass, new, "binary_sensor.motion", channel) == "on"
            entry_runs.check()
            device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, new.mac), entry.entry_id)
            assert device is not None
            assert (device.sw_version, device.model) == (new.software_version, new.model)
            assert ids.items() <= unique_ids(hass, entry).items()
            assert state(hass, new, "event.detection", channel).state == seen
            assert (await async_get_stream_source(hass, stream) or "").endswith(SUB[new.nvr])
            # New abilities.
            assert find(hass, new, "button.virtual_alarm_17" if new.nvr else "select.infrared_mode") is not None
            if new.nvr:
                place = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, f"{new.mac}_2"), entry.entry_id)
                assert place is not None
                assert place.name == "Yard 2"
                assert value(hass, new, "binary_sensor.recording", 1) == "on"
            count = len(events)
            await new.send_intrusion(number=2900)
            await hass.async_block_till_done()
            assert len(events) == count + 1
            lines = log.lines()
            assert len(lines) <= 1 + is_missed, lines
            assert shown - available(hass, entry) == set()


async def test_recorder_that_can_post_now(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Tell the user, who was told that it cannot, where the recorder should post to since its upgrade."""
    async with NvrV1Simulator() as old:
        entry = await set_up(old)
        for _ in range(20):
            await later(61)
        issue = f"push_{entry.entry_id}"
        assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is None
        async with upgraded(old, NvrV2Simulator, Auth.BASIC) as new:
            for _ in range(3):
                await later(61)
            found = ir.async_get(hass).async_get_issue(DOMAIN, issue)
            assert found is not None
            assert found.translation_placeholders is not None
            assert found.translation_placeholders["address"]
            await new.send_keepalive()
            await hass.async_block_till_done(wait_background_tasks=True)
            assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is None
