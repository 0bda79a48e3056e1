"""Channels whose device the user has removed: gone until the recorder speaks of them again."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
import logging

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.pushing import device_id, entity_id, find, post, value
from tests.simulators import nvr_posts
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Plate, Target
from tests.simulators.state import SimDisk

CHANNEL = 12
"""A channel that stands in no list of the recorder, so that a user may remove it."""

type Remove = Callable[[ViewWallConfigEntry, NvrV2Simulator], Awaitable[None]]


@pytest.fixture(name="remove")
async def _remove(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Remove:
    """Return a function that removes the channel's device as a user does."""
    for component in ("config", "websocket_api"):
        assert await async_setup_component(hass, component, {})

    async def _remove_device(entry: ViewWallConfigEntry, recorder: NvrV2Simulator) -> None:
        client = await hass_ws_client(hass)
        result = await client.remove_device(device_id(hass, entry, recorder, CHANNEL))
        assert result["success"]
        await hass.async_block_till_done(wait_background_tasks=True)

    return _remove_device


def is_there(hass: HomeAssistant, entry: ViewWallConfigEntry, recorder: NvrV2Simulator) -> bool:
    """Tell whether the channel has a device."""
    identifier = (DOMAIN, f"{recorder.mac}_{CHANNEL}")
    return dr.async_get(hass).async_get_device_by_identifier(identifier, entry.entry_id) is not None


async def see_plate(hass: HomeAssistant, recorder: NvrV2Simulator, number: str) -> None:
    """Let the channel read a plate."""
    who = replace(recorder.identity(1), channel=CHANNEL)
    await post(recorder.push_url, nvr_posts.vehicle(who, datetime.now(UTC), [Plate(number=number)]))
    await hass.async_block_till_done(wait_background_tasks=True)


async def see_intrusion(hass: HomeAssistant, recorder: NvrV2Simulator, event: int) -> None:
    """Let the channel see an intruder."""
    who = replace(recorder.identity(1), channel=CHANNEL)
    targets = [Target(id=event, event_id=event)]
    await post(recorder.push_url, nvr_posts.region_intrusion(who, datetime.now(UTC), targets=targets))
    await hass.async_block_till_done(wait_background_tasks=True)


def sixteen_channels() -> NvrV2Simulator:
    """Return a recorder that has room for the channel."""
    recorder = NvrV2Simulator()
    recorder.chl_max_count = 16
    return recorder


async def test_removed_channel_comes_back(hass: HomeAssistant, later: Later, set_up: SetUp, remove: Remove) -> None:
    """Make a removed channel appear with the next post that names it, with that post as its first state."""
    async with sixteen_channels() as recorder:
        entry = await set_up(recorder)
        await see_plate(hass, recorder, "AB 1")
        await see_intrusion(hass, recorder, 1)
        await remove(entry, recorder)
        assert not is_there(hass, entry, recorder)
        assert find(hass, recorder, "event.license_plate", CHANNEL) is None
        await later(20)
        await see_plate(hass, recorder, "AB 2")
        await see_intrusion(hass, recorder, 2)
        assert is_there(hass, entry, recorder)
        assert value(hass, recorder, "sensor.last_plate", CHANNEL) == "AB 2"
        assert value(hass, recorder, "binary_sensor.intrusion", CHANNEL) == "on"
        assert value(hass, recorder, "event.license_plate", CHANNEL) != "unknown"
        assert value(hass, recorder, "event.detection", CHANNEL) != "unknown"


@pytest.mark.parametrize("reload", [(), ("reload",)], ids=["same_run", "after_reload"])
async def test_removed_channel_stays_removed(
    hass: HomeAssistant, later: Later, set_up: SetUp, remove: Remove, reload: tuple[str, ...]
) -> None:
    """Bring a removed channel back for nothing but its own posts: not for polls, new disks or reloads."""
    async with sixteen_channels() as recorder:
        entry = await set_up(recorder)
        await see_intrusion(hass, recorder, 1)
        for _ in reload:
            await hass.config_entries.async_reload(entry.entry_id)
            await hass.async_block_till_done(wait_background_tasks=True)
        await remove(entry, recorder)
        recorder.disks.append(SimDisk(id="new"))
        await later(301)
        await later(61)
        assert find(hass, recorder, "sensor.disk_free_new") is not None
        assert not is_there(hass, entry, recorder)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert not is_there(hass, entry, recorder)


async def test_renamed_entity_is_not_added_again(
    hass: HomeAssistant, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """Take an entity whose id the user has changed for what it is, not for one that is missing."""
    async with sixteen_channels() as recorder:
        await set_up(recorder)
        await see_intrusion(hass, recorder, 1)
        name = entity_id(hass, recorder, "binary_sensor.intrusion", CHANNEL)
        er.async_get(hass).async_update_entity(name, new_entity_id="binary_sensor.yard")
        await hass.async_block_till_done()
        await see_intrusion(hass, recorder, 2)
        yard = hass.states.get("binary_sensor.yard")

    assert yard is not None
    assert yard.state == "on"
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
