"""What the page on privacy tells users to write keeps plates out of the database, and takes them out of it.

Home Assistant speaks German here: the ids of its entities are not those of the page.
"""

from datetime import UTC, datetime
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import session_scope
from homeassistant.helpers.template import Template
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from sqlalchemy import text

from tests.conftest import SetUp
from tests.pushing import jpeg
from tests.simulators import nvr_posts
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Plate

PAGE: Final = Path(__file__).parent.parent / "docs" / "privacy.md"
PLATE: Final = "GX 417 TB"
OWNER: Final = "Jo Sample"
IDS: Final = [
    "event.front_door_erkennung",
    "event.front_door_kennzeichen",
    "image.front_door_ubersicht",
    "sensor.front_door_kennzeichenliste",
    "sensor.front_door_letztes_kennzeichen",
]
"""What the template has to list."""
TABLES: Final = {"event_data": "shared_data", "state_attributes": "shared_attrs", "states": "state"}


def samples() -> list[Any]:
    """Return the YAML samples of the page."""
    found = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [parse_yaml(sample) for sample in found]


def listed_by_the_template(hass: HomeAssistant) -> list[str]:
    """Return what the page's template lists in this Home Assistant, read as the YAML that it is pasted into."""
    template = re.search(r"^```jinja\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert template is not None
    found: list[str] = parse_yaml(str(Template(template[1], hass).async_render(parse_result=False)))  # type: ignore[assignment]
    return found


def found_in(recorder: Recorder, words: str) -> set[str]:
    """Return the tables of the database that hold these words."""
    with session_scope(session=recorder.get_session(), read_only=True) as session:
        rows = {
            table: session.execute(text(f"SELECT {column} FROM {table}")).scalars().all()  # noqa: S608
            for table, column in TABLES.items()
        }
    return {table for table, values in rows.items() if any(words in str(value) for value in values)}


async def let_a_car_come(hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator) -> None:
    """Add the device to a Home Assistant that speaks German, and let one of its cameras read a plate."""
    hass.config.language = "de"
    del recorder.channels[1:]
    await set_up(recorder)
    plate = Plate(number=PLATE, listed="Family", owner=OWNER)
    who = recorder.identity(1)
    await recorder.push(nvr_posts.vehicle(who, datetime.now(UTC), [plate], overview=jpeg(PLATE)))
    await hass.async_block_till_done()


async def test_database_without_the_advice(recorder_mock: Recorder, hass: HomeAssistant, set_up: SetUp) -> None:
    """Keep plates as the page says, and take the states out by its call; the bus event stays until it is excluded."""
    async with NvrV2Simulator() as device:
        await let_a_car_come(hass, set_up, device)
        await async_wait_recording_done(hass)
        assert found_in(recorder_mock, PLATE) == {"event_data", "state_attributes", "states"}
        assert found_in(recorder_mock, OWNER) == {"event_data"}
        purge = next(sample for sample in samples() if sample.get("action") == "recorder.purge_entities")
        assert purge["data"]["entity_id"]
        data = purge["data"] | {"entity_id": listed_by_the_template(hass)}
        await hass.services.async_call("recorder", "purge_entities", data, blocking=True)
        await async_wait_recording_done(hass)
        assert found_in(recorder_mock, PLATE) == {"event_data"}


class TestExcluded:
    """A recorder that is told what the page says."""

    @pytest.fixture
    def recorder_config(self) -> dict[str, Any]:
        """Return the recorder's part of the page's sample, with the ids that the template lists."""
        config: dict[str, Any] = next(sample["recorder"] for sample in samples() if "recorder" in sample)
        assert config["exclude"]["entities"]
        config["exclude"]["entities"] = IDS
        return config

    async def test_database(self, recorder_mock: Recorder, hass: HomeAssistant, set_up: SetUp) -> None:
        """Keep no plate and no owner, in whatever language the entities were named."""
        async with NvrV2Simulator() as device:
            await let_a_car_come(hass, set_up, device)
            await async_wait_recording_done(hass)
            assert listed_by_the_template(hass) == IDS
            assert found_in(recorder_mock, PLATE) == set()
            assert found_in(recorder_mock, OWNER) == set()
