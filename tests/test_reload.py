"""Reloads while messages arrive: none may find its entities half gone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
import logging

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.conftest import SetUp
from tests.pushing import jpeg, post
from tests.simulators import nvr_posts
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Plate, Target

OURS = ("custom_components.viewwall", "homeassistant.core", "homeassistant.helpers", "homeassistant.config_entries")
SENDERS = 4
ROUNDS = 12


async def hammer(recorder: NvrV2Simulator, sender: int) -> None:
    """Post plates and intrusions of all channels without a pause; a reload may cut the connection."""
    for turn in range(ROUNDS):
        number = sender * ROUNDS + turn
        who = replace(recorder.identity(1), channel=1 + number % 8)
        plates, targets = [Plate(number=f"KL {number}")], [Target(id=number, event_id=number)]
        bodies = [
            nvr_posts.vehicle(who, datetime.now(UTC), plates, overview=jpeg(str(number), 2000)),
            nvr_posts.region_intrusion(who, datetime.now(UTC), targets=targets),
        ]
        for body in bodies:
            await post(recorder.push_url, body)


async def test_reload_while_posts_arrive(hass: HomeAssistant, set_up: SetUp, caplog: pytest.LogCaptureFixture) -> None:
    """Log nothing and lose no entity when an entry is reloaded amid a storm of messages."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        async with asyncio.TaskGroup() as senders:
            for sender in range(SENDERS):
                senders.create_task(hammer(recorder, sender))
            for _ in range(3):
                assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        before = len(events)
        await recorder.send_plate("KL 999")
        await hass.async_block_till_done()

    assert len(events) == before + 1
    loud = [record for record in caplog.records if record.levelno >= logging.WARNING and record.name.startswith(OURS)]
    assert [record.getMessage() for record in loud] == []
