"""Presence and alarms over a reload: what is not told again is off, and does not stay unknown."""

from collections.abc import Callable
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp
from tests.pushing import post, value
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Identity, Target


def _seen(who: Identity) -> bytes:
    """Build a tracked person, car and two-wheeler."""
    kinds = ("person", "car", "motor")
    targets = [Target(id=number, kind=kind) for number, kind in enumerate(kinds, 1)]
    return ipc_posts.traject(who, datetime.now(UTC), targets=targets)


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_presence_is_off_after_a_reload(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Show that nobody is there: no poll tells presence, so that its silence is the answer."""
    keys = [f"binary_sensor.{target}_present" for target in ("person", "car", "two_wheeler")]
    async with kind() as camera:
        entry = await set_up(camera)
        await post(camera.push_url, _seen(camera.identity()))
        await hass.async_block_till_done()
        assert [value(hass, camera, key) for key in keys] == ["on"] * 3
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert [value(hass, camera, key) for key in keys] == ["off"] * 3
        await post(camera.push_url, _seen(camera.identity()))
        await hass.async_block_till_done()
        assert [value(hass, camera, key) for key in keys] == ["on"] * 3
        await later(5)
        assert [value(hass, camera, key) for key in keys] == ["off"] * 3


@pytest.mark.parametrize(
    ("kind", "channel", "key", "build"),
    [
        (NvrV2Simulator, 1, "line_crossing", nvr_posts.line_crossing),
        (IpcV2Simulator, None, "region_entry", ipc_posts.region_entry),
    ],
)
async def test_seen_alarm_is_off_after_a_reload(
    hass: HomeAssistant,
    later: Later,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    channel: int | None,
    key: str,
    build: Callable[[Identity, datetime], bytes],
) -> None:
    """Show an alarm that appeared with a post as off after a reload, where polls list active alarms alone."""
    async with kind() as device:
        entry = await set_up(device)
        await post(device.push_url, build(device.identity(1), datetime.now(UTC)))
        await hass.async_block_till_done()
        assert value(hass, device, f"binary_sensor.{key}", channel) == "on"
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        await later(61)
        assert value(hass, device, f"binary_sensor.{key}", channel) == "off"
