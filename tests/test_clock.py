"""The device's clock: how far it is off, and setting it without touching anything else."""

import asyncio
from datetime import UTC, datetime, timedelta
import re
from typing import Any
from xml.etree import ElementTree as ET

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.conftest import Later, SetUp
from tests.owing import DEVICES, KINDS, changing, press
from tests.pushing import state, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.posix_zone import zone_of
from tests.simulators.state import Answer, Faults, Request, Shape
from tests.walls import until

OFFSET = "sensor.clock_offset"
SET = {"SetDateAndTime"}
START = datetime(2026, 6, 15, 12, 0, 0, 250_000, tzinfo=UTC)


def _settings(device: ViewtronSimulator) -> tuple[Any, ...]:
    """Return everything of a clock that setting it must not change."""
    return (
        device.clock.zone,
        device.clock.tz,
        device.sync_type,
        device.ntp_server,
        device.ntp_interval,
        device.time_settings,
    )


def _use_zone(device: ViewtronSimulator, zone: str) -> None:
    """Let a device keep its time in a zone."""
    device.clock.zone, device.clock.tz = zone, zone_of(zone)


@pytest.mark.parametrize(("kind", "shape"), DEVICES)
@pytest.mark.parametrize("source", ["manually", "NTP", "PC"])
async def test_sync(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    shape: Shape,
    source: str,
) -> None:
    """Set the clock, and leave its zone, its server and everything else as it was."""
    freezer.move_to(START)
    async with kind(shape=shape) as device:
        device.clock.offset = timedelta(hours=-3, seconds=17)
        device.sync_type = source
        device.ntp_server, device.ntp_interval = "ntp.example.net & <co>", 90
        before = _settings(device)
        await set_up(device)
        assert abs(float(value(hass, device, OFFSET)) + 3 * 3600 - 17) <= 1
        await press(hass, device, "sync_clock")
        assert abs(device.clock.offset) <= timedelta(seconds=1)
        assert abs(float(value(hass, device, OFFSET))) <= 1
        assert _settings(device) == before
        assert set(changing(device)) == SET
        assert len(device.clock_writes) == (1 if source == "manually" else 2)
        for body in device.clock_writes:
            root = ET.fromstring(re.sub(rb' xmlns="[^"]+"', b"", body))  # noqa: S314
            block = root.find("time")
            assert block is not None
            assert all(not each.attrib for each in block.iter())
            assert block.findtext("timezoneInfo/timeZone") == "EST5EDT"
            assert block.findtext("synchronizeInfo/ntpServer") == "ntp.example.net & <co>"
            assert block.findtext("synchronizeInfo/ntpSyncInterval") == "90"


@pytest.mark.parametrize("zone", ["CST-8", "IST-5:30", "<+0545>-5:45", "NST3:30", "GMT0", "EST5"])
@pytest.mark.parametrize("kind", [IpcV1Simulator, NvrV2Simulator])
async def test_zones(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], zone: str) -> None:
    """Set the clock in zones east and west, by half hours too."""
    async with kind() as device:
        device.time_settings.daylight_switch = 0
        _use_zone(device, zone)
        device.clock.offset = timedelta(days=-400)
        await set_up(device)
        await press(hass, device, "sync_clock")
        assert abs(device.clock.offset) <= timedelta(seconds=2)
        assert device.clock.zone == zone


@pytest.mark.parametrize("kind", [IpcV1Simulator, NvrV2Simulator])
@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("zone", ["EST5EDT,M3.2.0/2,M11.1.0/2", "AEST-10AEDT,M10.1.0/2,M4.1.0/3", "EST5EDT"])
async def test_summer_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    month: int,
    zone: str,
) -> None:
    """Set the clock in summer and in winter, whose rules stand in the zone or beside it."""
    freezer.move_to(START.replace(month=month))
    async with kind() as device:
        _use_zone(device, zone)
        device.clock.offset = timedelta(minutes=-50)
        await set_up(device)
        assert abs(float(value(hass, device, OFFSET)) + 3000) <= 1
        await press(hass, device, "sync_clock")
        assert abs(device.clock.offset) <= timedelta(seconds=1)


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
@pytest.mark.parametrize("minutes", [-61, -31, -1, 1, 31, 61])
@pytest.mark.parametrize("season", ["autumn", "spring"])
async def test_around_the_change(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    minutes: int,
    season: str,
) -> None:
    """Take a right clock for right, and set a wrong one, in the hour that comes twice and in the one left out."""
    change = datetime(2026, 11, 1, 6, 0, tzinfo=UTC) if season == "autumn" else datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    freezer.move_to(change + timedelta(minutes=minutes, seconds=10))
    async with kind() as device:
        await set_up(device)
        assert abs(float(value(hass, device, OFFSET))) <= 1
        device.clock.offset = timedelta(days=-3, minutes=-7)
        await press(hass, device, "sync_clock")
        shown = device.clock.local().replace(tzinfo=None)
        right = datetime.now(UTC).astimezone(device.clock.tz).replace(tzinfo=None)
        assert abs(shown - right) <= timedelta(seconds=1)
        assert abs(float(value(hass, device, OFFSET))) <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("off", [timedelta(hours=2), timedelta(seconds=-20)])
async def test_ignored(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    off: timedelta,
) -> None:
    """Tell the user of a device that says yes and does nothing."""
    freezer.move_to(START)
    async with kind() as device:
        device.clock.offset = off
        await set_up(device)
        device.clock_ignored = True
        with pytest.raises(HomeAssistantError, match="said yes, but changed nothing"):
            await press(hass, device, "sync_clock")
        assert abs(float(value(hass, device, OFFSET)) - off.total_seconds()) <= 1


async def test_right_clock_that_ignores(hass: HomeAssistant, set_up: SetUp) -> None:
    """Find nothing wrong with a clock that was right before and is right afterwards."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.clock_ignored = True
        await press(hass, camera, "sync_clock")
        assert [request.command for request in camera.requests if request.command in SET] == ["SetDateAndTime"]
        assert abs(float(value(hass, camera, OFFSET))) <= 1


@pytest.mark.parametrize("zone", ["America/New_York", "CET-1CEST", "", "ABC99"])
async def test_unreadable_zone(hass: HomeAssistant, set_up: SetUp, zone: str) -> None:
    """Set no clock whose zone is not understood: it would be a guess."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.clock.zone = zone
        with pytest.raises(HomeAssistantError, match="time zone of Gate camera cannot be understood"):
            await press(hass, camera, "sync_clock")
        assert camera.clock_writes == []


@pytest.mark.parametrize(
    ("code", "words"),
    [(4, "may not do this"), (7, "is busy"), (1, "cannot do this"), (16, "refused the command"), (17, "is off")],
)
async def test_refused(hass: HomeAssistant, set_up: SetUp, code: int, words: str) -> None:
    """Say why the device does not set its clock."""
    async with NvrV1Simulator() as recorder:
        recorder.sync_type = "NTP"
        await set_up(recorder)
        recorder.faults = Faults(error_code=code, only=SET)
        before = len(recorder.requests)
        with pytest.raises(HomeAssistantError, match=words):
            await press(hass, recorder, "sync_clock")
        commands = [request.command for request in recorder.requests[before:]]
        assert commands.count("SetDateAndTime") == 1
        assert recorder.sync_type == "NTP"


@pytest.mark.parametrize("lost", [1, 2])
async def test_lost_answer(hass: HomeAssistant, set_up: SetUp, lost: int) -> None:
    """Put a device back to its time server although one of the answers was lost."""
    async with IpcV2Simulator() as camera:
        camera.sync_type = "NTP"
        await set_up(camera)
        take = camera.commands["SetDateAndTime"]

        def lose(request: Request) -> Answer:
            answer = take(request)
            return Answer(body=b"<html>") if len(camera.clock_writes) == lost else answer

        camera.commands["SetDateAndTime"] = lose
        with pytest.raises(HomeAssistantError, match="unexpected"):
            await press(hass, camera, "sync_clock")
        assert camera.sync_type == "NTP"


async def test_stopped_between_the_writes(hass: HomeAssistant, set_up: SetUp) -> None:
    """Put a device back to its time server although the script that sets the clock was stopped."""
    async with IpcV1Simulator() as camera:
        camera.sync_type = "NTP"
        await set_up(camera)
        camera.faults = Faults(delay=0.05, only=SET)
        task = asyncio.create_task(press(hass, camera, "sync_clock"))
        await until(lambda: camera.sync_type != "NTP")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await hass.async_block_till_done()
        assert camera.sync_type == "NTP"


async def test_another_device(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Set no clock of a device that only has the address."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults.refuse_connections = True
        await later(6)
        camera.faults.refuse_connections = False
        camera.mac, camera.serial = "58:5b:69:77:77:77", "I85B69777777"
        camera.clock.offset = timedelta(hours=1)
        await later(301)
        assert camera.clock_writes == []
        assert hass.states.async_entity_ids("button")
        assert all(found.state == "unavailable" for found in hass.states.async_all("button"))


@pytest.mark.parametrize("kind", KINDS)
async def test_button(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator]) -> None:
    """Have the button on every device."""
    async with kind() as device:
        await set_up(device)
        assert state(hass, device, "button.sync_clock").name == f"{device.name} Sync clock"


async def test_looked_at_again(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Ask for the time with the next poll after it was set: one that began before knows the old one only."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = timedelta(seconds=-95)
        await set_up(camera)
        await press(hass, camera, "sync_clock")
        camera.clock.offset = timedelta(seconds=40)
        await later(6)
        assert abs(float(value(hass, camera, OFFSET)) - 40) <= 1
