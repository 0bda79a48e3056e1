"""Devices that do not let us in any more, or that are not there while another one is: what they send still counts."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from tests.conftest import SetUp
from tests.faulting import KINDS, Device, LogBook, Undisturbed, always, available, passing, settle
from tests.pushing import value
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Auth, Faults
from tests.walls import reauth_flows

BOTH_LOGINS = dict(zip(KINDS, [*Auth, *Auth], strict=True))
NEW_PASSWORD = "changed-On-Site-8"


@pytest.mark.parametrize("kind", KINDS)
async def test_password_changed(
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
) -> None:
    """Spend two logins in a day, write one line, hear every plate, and go on with the password that the user gives."""
    events = async_capture_events(hass, "viewwall_event")
    let_pass = passing(hass, freezer)
    async with kind(auth=BOTH_LOGINS[kind]) as device:
        device.pictures = False
        entry = await set_up(device)
        await let_pass(6)
        log, before = LogBook(caplog), available(hass, entry)
        device.password = NEW_PASSWORD
        device.requests.clear()
        for number in range(3):
            # The message grows old before the next one comes.
            await let_pass(600, 60)
            assert available(hass, entry) & before == always(before)
            await device.send_plate(f"FA {number}")
            await settle(hass)
            assert before <= available(hass, entry)
        await let_pass(24 * 3600, 3600)
        assert len(log.lines()) == 1
        assert [event.data["plate"]["number"] for event in events] == ["FA 0", "FA 1", "FA 2"]
        assert device.refused_logins == 2
        assert sum(request.scheme is not None for request in device.requests) == 2
        (flow,) = reauth_flows(hass)
        result = await hass.config_entries.flow.async_configure(flow, {"password": NEW_PASSWORD})
        await hass.async_block_till_done(wait_background_tasks=True)
        assert result["reason"] == "reauth_successful"
        assert entry.state is ConfigEntryState.LOADED
        assert before <= available(hass, entry)
        await device.send_plate("FA 3")
        await settle(hass)
        assert len(events) == 4
    assert log.lines() == []


@pytest.mark.parametrize("kind", KINDS)
async def test_another_device(
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
) -> None:
    """Believe nothing that another device says at the address, and everything that the right one sends meanwhile."""
    events = async_capture_events(hass, "viewwall_event")
    let_pass = passing(hass, freezer)
    async with kind(auth=BOTH_LOGINS[kind]) as device:
        device.pictures = False
        channel = 1 if device.nvr else None
        entry = await set_up(device)
        await let_pass(6)
        entry_runs, log, before = Undisturbed(entry), LogBook(caplog), available(hass, entry)
        mac, serial = device.mac, device.serial
        device.faults.refuse_connections = True
        await let_pass(10)
        host, port, push_url = device.host, device.port, device.push_url
        await device.stop()
        async with kind(
            name="Another", mac="58:5b:69:77:77:77", auth=BOTH_LOGINS[kind], password="other-One-3"
        ) as other:
            other.set_alarm("motionAlarm", True)
            await other.stop()
            await other.start(host, port)
            await let_pass(60)
            assert available(hass, entry) == always(before)
            # It has its own password, and learns ours no more often than any other device.
            assert sum(request.scheme is not None for request in other.requests) <= 1
            other.push_url = push_url
            await other.send_plate("XX 1")
            await settle(hass)
            assert events == []
            assert (device.mac, device.serial) == (mac, serial)
        await device.start(host, port)
        await device.send_plate("FA 1")
        device.faults = Faults()
        await let_pass(200, 10)
        assert [event.data["plate"]["number"] for event in events] == ["FA 1"]
        assert value(hass, device, "binary_sensor.motion", channel) == "off"
        assert before <= available(hass, entry)
        lines = log.lines()
        assert ["recovered" in line for line in lines if "posts to the address" not in line] == [False, True], lines
        assert len(lines) == 3
        entry_runs.check()


async def test_another_device_with_another_login(
    hass: HomeAssistant, set_up: SetUp, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Ask who it is that wants another login than before, although the same password opens it."""
    let_pass = passing(hass, freezer)
    async with IpcV2Simulator(auth=Auth.BASIC) as camera, IpcV2Simulator(auth=Auth.DIGEST) as other:
        entry = await set_up(camera)
        await let_pass(6)
        log, before = LogBook(caplog), available(hass, entry)
        other.mac, other.serial = "58:5b:69:77:77:77", "I85B69777777"
        other.set_alarm("motionAlarm", True)
        await other.stop()
        host, port = camera.host, camera.port
        await camera.stop()
        await other.start(host, port)
        await let_pass(120)
        assert available(hass, entry) == always(before)
        assert "GetAlarmStatus" not in [request.command for request in other.requests if request.authorised]
        await other.stop()
        await camera.start(host, port)
        await let_pass(70)
        assert value(hass, camera, "binary_sensor.motion") == "off"
        assert len(log.lines()) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_both_ways_at_once(
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    kind: type[Device],
) -> None:
    """Write one line for a device that neither answers nor sends, and one when it does both again."""
    let_pass = passing(hass, freezer)
    async with kind() as device:
        device.pictures = False
        entry = await set_up(device)
        for _ in range(4):
            await device.send_keepalive()
            await let_pass(30)
        entry_runs, log, before = Undisturbed(entry), LogBook(caplog), available(hass, entry)
        device.faults.refuse_connections = True
        await let_pass(1200, 30)
        assert available(hass, entry) == always(before)
        assert len(lines := log.lines()) == 1, lines
        device.faults = Faults()
        for _ in range(6):
            await device.send_keepalive()
            await let_pass(30)
        assert len(lines := log.lines()) == 1, lines
        assert before <= available(hass, entry)
        entry_runs.check()
