"""Ten devices that lose their power at once and come back at once, with Home Assistant or without it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import DOMAIN
from tests.conftest import SetUp, SetUpWall
from tests.faulting import KINDS, Device, LogBook, Undisturbed, always, available, passing
from tests.pushing import value
from tests.simulators.thin_client import ThinClientSimulator
from tests.walls import value as wall_value


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a wall."""
    async with ThinClientSimulator() as wall:
        yield wall


@pytest.fixture(name="devices")
async def _devices(socket_enabled: None) -> AsyncIterator[list[Device]]:
    """Run nine cameras and recorders of all kinds."""
    async with AsyncExitStack() as running:
        devices: list[Device] = []
        for number in range(9):
            mac = f"58:5b:69:10:00:{number:02x}"
            device = KINDS[number % 4](name=f"Device {number}", mac=mac)
            await running.enter_async_context(device)
            device.pictures = False
            devices.append(device)
        yield devices


def switch(devices: list[Device], wall: ThinClientSimulator, *, on: bool) -> None:
    """Cut the power of all devices, or bring it back."""
    for device in (*devices, wall):
        device.faults.refuse_connections = not on
        device.requests.clear()
    for device in devices:
        device.set_alarm("motionAlarm", on)
    if not on:
        wall.expire_sessions()


def check_back(hass: HomeAssistant, devices: list[Device], wall: ThinClientSimulator) -> None:
    """Make sure that all devices are followed, none of them with more than a few questions."""
    for device in devices:
        assert value(hass, device, "binary_sensor.motion", 1 if device.nvr else None) == "on", device.name
        assert device.refused_logins == 0
    assert wall_value(hass, wall, "panel") == "Four view"
    assert wall.most_sessions == 1


async def test_power_cut(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    devices: list[Device],
    wall: ThinClientSimulator,
) -> None:
    """Write one line for each that is away and one for each that is back, and hear all of them again."""
    events = async_capture_events(hass, "viewwall_event")
    let_pass = passing(hass, freezer)
    entries: list[ConfigEntry[Any]] = [await set_up(device) for device in devices]
    entries.append(await set_up_wall(wall))
    log = LogBook(caplog)
    before = {entry.entry_id: available(hass, entry) for entry in entries}
    runs = [Undisturbed(entry) for entry in entries]
    switch(devices, wall, on=False)
    await let_pass(300, 10)
    lines = log.lines()
    assert len(lines) == 10, lines
    for entry in entries:
        assert available(hass, entry) == always(before[entry.entry_id])
    switch(devices, wall, on=True)
    await let_pass(20)
    lines = log.lines()
    assert len(lines) == 10, lines
    assert all("recovered" in line for line in lines)
    check_back(hass, devices, wall)
    for entry in entries:
        assert available(hass, entry) == before[entry.entry_id]
    # The first poll asks what may have changed, the others nothing but the alarms.
    assert max(len(device.requests) for device in devices) <= 30
    assert len(wall.requests) <= 15
    # All have something to say at once.
    for device in devices:
        await device.send_plate(f"MA {devices.index(device)}")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {event.data["plate"]["number"] for event in events} == {f"MA {number}" for number in range(9)}
    for run in runs:
        run.check()
    assert log.lines(logging.WARNING) == []


async def test_power_cut_of_the_house(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    devices: list[Device],
    wall: ThinClientSimulator,
) -> None:
    """Load all that take longer to start than Home Assistant, without a flood of lines."""
    let_pass = passing(hass, freezer)
    for device in devices:
        await set_up(device)
    await set_up_wall(wall)
    entries = hass.config_entries.async_entries(DOMAIN)
    for entry in entries:
        assert await hass.config_entries.async_unload(entry.entry_id)
    switch(devices, wall, on=False)
    log = LogBook(caplog)
    for entry in entries:
        assert not await hass.config_entries.async_setup(entry.entry_id)
    await let_pass(90)
    assert {entry.state for entry in entries} == {ConfigEntryState.SETUP_RETRY}
    # How often it tries, Home Assistant tells who wants to know.
    assert log.lines(logging.WARNING) == []
    switch(devices, wall, on=True)
    await let_pass(150)
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
    check_back(hass, devices, wall)
    assert log.lines(logging.WARNING) == []
