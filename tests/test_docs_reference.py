"""The reference is what the generator makes of the code, and its table of fields is what events really hold."""

from collections.abc import Iterator
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import EVENT_VIEWWALL
from script.reference import reference, stored
from script.reference.events import FIELDS
from tests.conftest import SetUp
from tests.simulators import nvr_posts
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Plate

ROOT: Final = Path(__file__).parent.parent
PARTS: Final = frozenset({"source", "origin", "images", "plate.vehicle"})
"""Fields that hold fields and are never null: those stand for them."""


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of all fields of an event, those that hold others included."""
    match value:
        case dict():
            if path and path not in PARTS:
                yield path
            for key, inner in value.items():
                yield from paths(inner, f"{path}.{key}" if path else key)
        case [dict() as first, *_]:
            yield path
            for key, inner in first.items():
                yield from paths(inner, f"{path}[].{key}")
        case _:
            yield path


def test_reference_is_up_to_date() -> None:
    """Have the page as `python -m script.reference` writes it."""
    assert stored(ROOT) == reference(ROOT), "run python -m script.reference"


async def test_fields_are_those_of_real_events(hass: HomeAssistant, set_up: SetUp) -> None:
    """Describe each field that an event has, and no other."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    now = datetime.now(UTC)
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        identity = recorder.identity(1)
        await recorder.push(nvr_posts.vehicle(identity, now, [Plate(number="GX 417 TB")]))
        await recorder.push(nvr_posts.face(identity, now))
        await recorder.push(nvr_posts.line_crossing(identity, now))
        await hass.async_block_till_done()
    assert [event.data["type"] for event in events] == ["license_plate", "face", "line_crossing"]
    found = {path for event in events for path in paths(json.loads(json.dumps(event.data)))}
    assert found == set(FIELDS)
