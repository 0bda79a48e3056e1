"""Diagnostics of a wall: what helps to find a fault, and nothing that names people, places or secrets."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import CONF_SESSION
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Shape

type Download = Callable[[ConfigEntry], Awaitable[str]]

BRIDGE_PASSWORD = "bridge-Toll-2"


@pytest.fixture(name="download")
def _download(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Download:
    """Return a function that downloads an entry's diagnostics as a user does, as text."""

    async def _get(entry: ConfigEntry) -> str:
        await hass.async_block_till_done()
        client = await hass_client()
        response = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
        assert response.status == HTTPStatus.OK
        text: str = await response.text()
        return text

    return _get


@pytest.fixture(autouse=True)
async def _diagnostics(hass: HomeAssistant) -> None:
    """Have the download's address before the server starts."""
    assert await async_setup_component(hass, "diagnostics", {})


def data_of(text: str) -> dict[str, Any]:
    """Return our part of a download."""
    data: dict[str, Any] = json.loads(text)["data"]
    return data


def secrets_of(wall: ThinClientSimulator) -> list[str]:
    """Return all that must not leave the house, in every spelling."""
    mac = ":".join(wall.serial[at : at + 2] for at in range(0, 12, 2))
    cameras = wall.direct_cameras + wall.bridge_cameras
    return [
        wall.password,
        wall.bridge_password,
        *wall.sessions,
        wall.host,
        wall.serial,
        wall.serial.upper(),
        mac,
        mac.upper(),
        wall.name,
        *(panel.name for panel in wall.panels),
        *(panel.id for panel in wall.panels),
        *(text for camera in cameras for text in (camera.name, camera.id, camera.address, camera.password)),
        *(preset.name for camera in cameras for preset in camera.presets),
        *(wall.settings[name] for name in ("SymphonyServer", "SymphonyUser", "NetworkIP", "NetworkMask", "NetworkGW")),
    ]


@pytest.mark.parametrize("shape", list(Shape))
async def test_no_secrets(hass: HomeAssistant, set_up_wall: SetUpWall, download: Download, shape: Shape) -> None:
    """Hide password, session, addresses, serial, ids and names, whatever is on the screen."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        hass.config_entries.async_update_entry(
            entry, options={**entry.options, "mobile_bridge_password": BRIDGE_PASSWORD}
        )
        await hass.async_block_till_done()
        runtime = entry.runtime_data
        await runtime.display.show_camera(wall.cameras[0].id)
        await runtime.memory.remember_added("58:5b:69:77:02:09_3", wall.cameras[0].id)
        assert entry.options[CONF_SESSION] in wall.sessions
        secrets = [*secrets_of(wall), "58:5b:69:77:02:09", "585b69770209"]
        text = await download(entry)
        data = data_of(text)

    for secret in secrets:
        assert secret not in text, secret
    assert data["cameras"]["added"] == 1
    assert data["entry"]["options"]["mobile_bridge_password"] == "**REDACTED**"


@pytest.mark.parametrize("shape", list(Shape))
async def test_what_helps(set_up_wall: SetUpWall, download: Download, shape: Shape) -> None:
    """Show the panels by number, what is on the screen, the video's source, and how polling fares."""
    async with ThinClientSimulator(shape=shape) as wall:
        entry = await set_up_wall(wall)
        data = data_of(await download(entry))

        assert data["entry"]["state"] == "loaded"
        assert data["entry"]["data"]["kind"] == "thin_client"
        assert data["entry"]["data"]["port"] == wall.port
        assert data["device"]["firmware"] == "2.2.0.118"
        assert data["device"]["api_version"] == "2.2.0.0"
        assert data["panels"] == [
            {"width": 2, "height": 2, "active": True, "cells": [1, 2, 3, 4]},
            {"width": 1, "height": 1, "active": False, "cells": [1]},
            {"width": 3, "height": 2, "active": False, "cells": [5, 3, None, 4, 1, None]},
        ]
        assert data["cameras"]["count"] == 5
        assert data["settings"]["video_source"] == "directconnect"
        assert data["display"] == {
            "panel": 1,
            "full_screen": None,
            "stopped": False,
            "returns_at": None,
            "returns_to": None,
        }
        assert data["session_open"] is True
        assert data["firmware"]["in_progress"] is False
        assert data["polling"] == {"works": True, "error": None, "interval": 10.0}


async def test_screen(set_up_wall: SetUpWall, download: Download) -> None:
    """Show full screen and stop as they are remembered."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        display = entry.runtime_data.display
        await display.show_camera(wall.cameras[2].id)
        assert data_of(await download(entry))["display"]["full_screen"] == 3
        await display.stop()
        shown = data_of(await download(entry))["display"]

    assert shown["stopped"] is True
    assert shown["full_screen"] is None
    assert shown["panel"] is None


async def test_way_back(set_up_wall: SetUpWall, download: Download) -> None:
    """Show when the wall goes back, and to what."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        display = entry.runtime_data.display
        await display.show_panel(wall.panels[2].id)
        await display.show_camera(wall.cameras[1].id, timedelta(minutes=5))
        text = await download(entry)
        shown = data_of(text)["display"]
        secrets = secrets_of(wall)

    assert shown["full_screen"] == 2
    assert shown["panel"] == 3
    assert datetime.fromisoformat(shown["returns_at"]) > dt_util.utcnow() + timedelta(minutes=4)
    assert shown["returns_to"] == {"panel": 3, "full_screen": None, "stopped": False}
    for secret in secrets:
        assert secret not in text, secret


async def test_after_a_failed_poll(later: Later, set_up_wall: SetUpWall, download: Download) -> None:
    """Name the failure, beside what was known before it."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        secrets = secrets_of(wall)
        wall.faults.refuse_connections = True
        await later(11)
        text = await download(entry)
        data = data_of(text)

    assert data["polling"]["works"] is False
    assert data["polling"]["error"] == "UpdateFailed"
    assert len(data["panels"]) == 3
    for secret in secrets:
        assert secret not in text, secret


async def test_wall_that_is_not_running(hass: HomeAssistant, set_up_wall: SetUpWall, download: Download) -> None:
    """Tell how an entry is set up although its device does not answer."""
    async with ThinClientSimulator() as wall:
        entry = await set_up_wall(wall)
        secrets = secrets_of(wall)
        wall.faults.refuse_connections = True
        await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        text = await download(entry)

    assert data_of(text)["entry"]["state"] == "setup_retry"
    assert data_of(text)["entry"]["data"]["password"] == "**REDACTED**"
    for secret in secrets:
        assert secret not in text, secret
