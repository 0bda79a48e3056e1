"""Actions that change a Thin Client itself, or ask it about its surroundings."""

from collections.abc import AsyncIterator
import hashlib
import logging
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest

from custom_components.viewwall import firmware
from tests.acting import ask, call, changing, device_of, do
from tests.conftest import SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import state

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)
NETWORK = {"NetworkMode": "dhcp", "NetworkMask": "255.255.0.0", "NetworkGW": "", "NetworkDNS": "192.0.2.2"}


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


@BOTH_SHAPES
async def test_settings(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Write settings with values of any type, and show what is new at once."""
    await set_up_wall(wall)
    settings = {
        "DeviceName": 7,
        "TimeZone": "Europe/Berlin",
        "NTPMode": "manual",
        "NTPServer": "192.0.2.9",
        "VideoSource": "MobileBridge",
        "SymphonyServer": "192.0.2.77",
        "SymphonyPort": 8434,
        "SymphonyHTTPS": False,
    }
    assert await ask(hass, "update_settings", wall, settings=settings) == {}
    assert (
        wall.settings.items()
        >= {
            "DeviceName": "7",
            "TimeZone": "Europe/Berlin",
            "NTPMode": "manual",
            "NTPServer": "192.0.2.9",
            "VideoSource": "mobilebridge",
            "SymphonyServer": "192.0.2.77",
            "SymphonyPort": "8434",
            "SymphonyHTTPS": "false",
        }.items()
    )
    assert state(hass, wall, "sensor.video_source").state == "mobilebridge"
    assert state(hass, wall, "sensor.mobile_bridge_server").state == "192.0.2.77"
    # The other source has other cameras.
    await do(hass, "show_camera", wall, camera="Garage")
    assert wall.showing() == ("camera", wall.bridge_cameras[1].id)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "Nothing would change"),
        ({"AdminPassword": "new-Secret-1"}, "AdminPassword is a password.*Configure"),
        ({"DeviceName": "X", "SymphonyPwd": "new-Secret-1"}, "SymphonyPwd is a password.*Configure"),
        ({"adminPASSWORD ": "new-Secret-1"}, "is a password.*Configure"),
        ({"Date": "11:21:2026"}, "Date cannot be set"),
        ({"Time": "10:00:00"}, "Time cannot be set"),
        ({"DeviceSerial": "1"}, "DeviceSerial of Lobby wall can only be read"),
        ({"FirmwareVersion": "1"}, "can only be read"),
        ({"Colour": "new-Secret-1"}, "no setting called Colour"),
        ({"DeviceName": "X" * 61}, "60 characters"),
        ({"NTPMode": "new-Secret-1"}, "must be one of default"),
        ({"SymphonyPort": 70000}, "from 1 to 65535"),
        *[({name: value}, "unreachable.*confirm: true") for name, value in NETWORK.items()],
        ({"NetworkIP": "192.0.2.99"}, "confirm: true"),
    ],
)
async def test_impossible_settings(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    caplog: pytest.LogCaptureFixture,
    settings: dict[str, Any],
    words: str,
) -> None:
    """Refuse passwords, what can only be read, and wrong values, without a word about the value; nothing is sent."""
    caplog.set_level(logging.DEBUG, "custom_components.viewwall")
    await set_up_wall(wall)
    before = dict(wall.settings)
    with pytest.raises(ServiceValidationError, match=words) as told:
        await do(hass, "update_settings", wall, settings=settings)
    assert "new-Secret-1" not in f"{told.value} {told.value.translation_placeholders}"
    assert "new-Secret-1" not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("custom_components.viewwall")
    )
    assert changing(wall) == []
    assert wall.settings == before


async def test_settings_of_another_kind(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Take names and plain values only."""
    await set_up_wall(wall)
    for settings in ("DeviceName", ["DeviceName"], {"DeviceName": ["x"]}, {"DeviceName": None}):
        with pytest.raises(probatio.Invalid):
            await do(hass, "update_settings", wall, settings=settings)


async def test_settings_that_the_device_ignores(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Name what reads back differently; the device itself says nothing."""
    await set_up_wall(wall)
    with pytest.raises(HomeAssistantError, match="Lobby wall did not take over: NTPServer"):
        await do(hass, "update_settings", wall, settings={"NTPServer": "192.0.2.9", "DeviceName": "Hall"})
    assert wall.name == "Hall"
    wall.faults = Faults(status=500, only={"update_settings"})
    with pytest.raises(HomeAssistantError, match="refused the command"):
        await do(hass, "update_settings", wall, settings={"DeviceName": "Attic"})


@BOTH_SHAPES
async def test_network(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Write network settings that were confirmed; without a new address the entry keeps the one it has."""
    entry = await set_up_wall(wall)
    await do(hass, "update_settings", wall, settings={"NetworkMask": "255.255.0.0"}, confirm=True)
    assert wall.settings["NetworkMask"] == "255.255.0.0"
    # The address that it has already: the user may reach it by another one.
    await do(hass, "update_settings", wall, settings={"NetworkIP": "192.0.2.20"}, confirm=True)
    assert entry.data[CONF_HOST] == "127.0.0.1"
    await do(hass, "update_settings", wall, settings={"NetworkMode": "dhcp"}, confirm=True)
    assert wall.settings["NetworkMode"] == "dhcp"
    assert entry.data[CONF_HOST] == "127.0.0.1"
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("settings", [{}, {"NetworkMode": "static"}])
async def test_new_address(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    settings: dict[str, str],
    answers: bool,
) -> None:
    """Look for the device at its new address at once, whether it still answers at the old one or not."""
    entry = await set_up_wall(wall)
    # The name by which it was added; at 127.0.0.1 it is all the time.
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "wall.example"})
    wall.settings["NetworkIP"] = "127.0.0.7"
    port, password = entry.data[CONF_PORT], entry.data[CONF_PASSWORD]
    if settings:
        wall.settings["NetworkMode"] = "dhcp"
    if not answers:
        wall.faults = Faults(drop=True, only={"update_settings"})
    token = wall.sessions[0]
    await do(hass, "update_settings", wall, settings={**settings, "NetworkIP": "127.0.0.1"}, confirm=True)
    assert wall.settings["NetworkIP"] == "127.0.0.1"
    assert entry.data[CONF_HOST] == "127.0.0.1"
    assert (entry.data[CONF_PORT], entry.data[CONF_PASSWORD]) == (port, password)
    assert entry.state is ConfigEntryState.LOADED
    assert len(wall.sessions) == 1
    assert token not in wall.sessions
    wall.requests = []
    await do(hass, "show_panel", wall, panel="Gate only")
    assert changing(wall) == ["show_panel"]


async def test_new_address_that_is_ignored(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Keep the address where the device does not move: in DHCP mode, or when it did not take it over."""
    entry = await set_up_wall(wall)
    settings = {"NetworkMode": "dhcp", "NetworkIP": "127.0.0.9"}
    with pytest.raises(HomeAssistantError, match="did not take over: NetworkIP"):
        await do(hass, "update_settings", wall, settings=settings, confirm=True)
    assert entry.data[CONF_HOST] == "127.0.0.1"
    # Another setting is refused, the address is taken.
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "wall.example"})
    settings = {"NetworkMode": "static", "NetworkIP": "127.0.0.1", "NTPServer": "192.0.2.9"}
    with pytest.raises(HomeAssistantError, match="did not take over: NTPServer"):
        await do(hass, "update_settings", wall, settings=settings, confirm=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data[CONF_HOST] == "127.0.0.1"
    assert entry.state is ConfigEntryState.LOADED


async def test_one_address_for_one_wall(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Give no two walls the same address; other settings may go to several."""
    async with ThinClientSimulator(serial="585b69770203") as other:
        await set_up_wall(wall)
        await set_up_wall(other)
        with pytest.raises(ServiceValidationError, match="same NetworkIP"):
            await do(hass, "update_settings", wall, other, settings={"NetworkIP": "127.0.0.9"}, confirm=True)
        assert changing(wall) == changing(other) == []
        await do(hass, "update_settings", wall, other, settings={"TimeZone": "Europe/Rome"})
        assert wall.settings["TimeZone"] == other.settings["TimeZone"] == "Europe/Rome"


# Mobile Bridge.


@BOTH_SHAPES
@pytest.mark.parametrize("password", ["toll-Bridge-3", None])
async def test_try_mobile_bridge(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, password: str | None
) -> None:
    """Try the Mobile Bridge of the settings, with its password if it is known, and return the device's code."""
    entry = await set_up_wall(wall)
    if password is not None:
        options = {**entry.options, "mobile_bridge_password": password}
        hass.config_entries.async_update_entry(entry, options=options)
        await hass.async_block_till_done(wait_background_tasks=True)
    wall.test_code = 4
    answer = await ask(hass, "test_mobile_bridge", wall)
    assert answer == {"code": 4}
    assert wall.tested == [
        {
            "SymphonyServer": "192.0.2.60",
            "SymphonyUser": "mb_user",
            "SymphonyPort": "8433",
            "SymphonyHTTPS": "true",
        }
        | ({"SymphonyPwd": password} if password else {})
    ]
    with pytest.raises(ServiceValidationError):
        await do(hass, "test_mobile_bridge", wall)


async def test_no_mobile_bridge(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Say where to enter one; what the device refuses is told."""
    await set_up_wall(wall)
    wall.faults = Faults(status=500, only={"test_connection"})
    with pytest.raises(HomeAssistantError, match="refused the command"):
        await ask(hass, "test_mobile_bridge", wall)
    wall.settings["SymphonyServer"] = ""
    with pytest.raises(ServiceValidationError, match=r"knows no Mobile Bridge.*Configure"):
        await ask(hass, "test_mobile_bridge", wall)
    assert wall.tested == []


@BOTH_SHAPES
async def test_find_mobile_bridges(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """List what the device finds."""
    await set_up_wall(wall)
    assert await ask(hass, "find_mobile_bridges", wall) == {
        "servers": [
            {"name": "Main office", "address": "192.0.2.60", "version": "6.13.1.0", "farm_id": "12345"},
            {"name": "Warehouse", "address": "192.0.2.80", "version": "6.12.4.7", "farm_id": "54321"},
        ]
    }
    wall.bridges = []
    assert await ask(hass, "find_mobile_bridges", wall) == {"servers": []}
    wall.faults = Faults(status=500, only={"find_bridges"})
    with pytest.raises(HomeAssistantError, match="refused the command"):
        await ask(hass, "find_mobile_bridges", wall)


# Firmware and factory defaults.


@BOTH_SHAPES
async def test_upload(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, tmp_path: Path) -> None:
    """Send the file as it is, and come back when its firmware runs."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path, content = tmp_path / "firmware.bin", bytes(range(256)) * 2048
    path.write_bytes(content)
    await set_up_wall(wall)
    wall.update_step_seconds = 0.01
    with patch.object(firmware, "POLL", 0.05):
        assert await ask(hass, "upload_firmware", wall, filename=str(path), confirm=True) == {}
    assert wall.firmware == wall.upload_firmware
    assert wall.uploads[-1].sha256 == hashlib.sha256(content).hexdigest()
    assert state(hass, wall, "update.firmware").attributes["installed_version"] == wall.upload_firmware


async def test_upload_mistakes(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, tmp_path: Path
) -> None:
    """Want it confirmed, and a file that is there and may be read; never a second update at once."""
    allowed, forbidden = tmp_path / "allowed", tmp_path / "firmware.bin"
    allowed.mkdir()
    forbidden.write_bytes(b"firmware")
    hass.config.allowlist_external_dirs = {str(allowed)}
    entry = await set_up_wall(wall)
    for data, words in (
        ({"filename": str(allowed / "x.bin")}, "Wrong firmware.*confirm: true"),
        ({"filename": str(allowed / "x.bin"), "confirm": True}, "There is no file"),
        ({"filename": str(allowed), "confirm": True}, "There is no file|may not use"),
        ({"filename": str(forbidden), "confirm": True}, "may not use.*allowlist_external_dirs"),
        ({"filename": str(allowed / ".." / "firmware.bin"), "confirm": True}, "may not use"),
    ):
        with pytest.raises(ServiceValidationError, match=words):
            await do(hass, "upload_firmware", wall, **data)
    (allowed / "x.bin").write_bytes(b"firmware")
    with (
        patch.object(entry.runtime_data.firmware, "in_progress", new=True),
        pytest.raises(ServiceValidationError, match="running already"),
    ):
        await do(hass, "upload_firmware", wall, filename=str(allowed / "x.bin"), confirm=True)
    assert changing(wall) == []
    wall.update_code = 3
    with pytest.raises(HomeAssistantError, match="3"):
        await do(hass, "upload_firmware", wall, filename=str(allowed / "x.bin"), confirm=True)


@BOTH_SHAPES
async def test_restore(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Restore the factory defaults once it is confirmed; full screen is over then."""
    entry = await set_up_wall(wall)
    await do(hass, "show_camera", wall, camera="Gate")
    for data in ({}, {"confirm": False}):
        with pytest.raises(ServiceValidationError, match=r"deletes all panels.*confirm: true"):
            await do(hass, "restore_factory_defaults", wall, **data)
    assert len(wall.panels) == 3
    assert await ask(hass, "restore_factory_defaults", wall, confirm=True) == {}
    assert (wall.panels, wall.direct_cameras) == ([], [])
    assert entry.runtime_data.display.full_screen is None


async def test_restore_refused(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Tell what the device refuses."""
    await set_up_wall(wall)
    wall.faults = Faults(status=500, only={"restore"})
    with pytest.raises(HomeAssistantError, match="refused the command"):
        await do(hass, "restore_factory_defaults", wall, confirm=True)


async def test_no_secrets(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The passwords of wall and Mobile Bridge and the session's token stay out of responses, errors and log."""
    caplog.set_level(logging.DEBUG)
    entry = await set_up_wall(wall)
    options = {**entry.options, "mobile_bridge_password": "toll-Bridge-3"}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    target = {"device_id": device_of(hass, wall)}
    told: list[object] = [
        await call(hass, action, target, asks=True) for action in ("test_mobile_bridge", "find_mobile_bridges")
    ]
    wall.faults = Faults(status=500, only={"test_connection", "update_settings"})
    tries: tuple[tuple[str, dict[str, Any]], ...] = (
        ("test_mobile_bridge", {}),
        ("update_settings", {"settings": {"DeviceName": "Hall"}}),
    )
    for action, data in tries:
        with pytest.raises(HomeAssistantError) as error:
            await call(hass, action, target, asks=True, **data)
        told += [repr(error.value), str(error.value), error.value.translation_placeholders]
    for secret in (wall.password, "toll-Bridge-3", *wall.sessions):
        assert secret not in f"{told} {caplog.text}"
