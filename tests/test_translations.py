"""German, French, Spanish and Dutch say everything that English says."""

from collections import Counter
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.viewwall.const import DOMAIN
from tests.conftest import SetUp
from tests.simulators.ipc import IpcV2Simulator

FOLDER = Path(__file__).resolve().parent.parent / "custom_components" / DOMAIN / "translations"
OTHERS = ["de", "es", "fr", "nl"]
MARKS = re.compile(r"\{\w+\}|`[^`]*`|\*\*|\]\([^)]*\)|\n+|→")
"""What has to be the same in each language: placeholders, code, emphasis, links, paragraphs, paths through menus."""
SHORT = 40
"""Texts up to this length may be the same word in two languages; a sentence never is."""


def texts(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of a file of translations with their keys."""
    for key, value in tree.items():
        if isinstance(value, str):
            yield f"{path}{key}", value
        else:
            yield from texts(value, f"{path}{key}.")


def read(language: str) -> dict[str, str]:
    """Return all texts of a language."""
    return dict(texts(json.loads((FOLDER / f"{language}.json").read_text())))


ENGLISH = read("en")


def test_languages() -> None:
    """Have no language that nobody looks at."""
    assert sorted(file.stem for file in FOLDER.iterdir()) == sorted(["en", *OTHERS])


@pytest.mark.parametrize("language", OTHERS)
def test_complete(language: str) -> None:
    """Have each text, and none that is no longer used."""
    assert set(read(language)) ^ set(ENGLISH) == set()


@pytest.mark.parametrize("language", OTHERS)
def test_marks(language: str) -> None:
    """Keep placeholders, code, links and paragraphs."""
    for key, text in read(language).items():
        assert Counter(MARKS.findall(text)) == Counter(MARKS.findall(ENGLISH[key])), key


@pytest.mark.parametrize("language", OTHERS)
def test_translated(language: str) -> None:
    """Leave no sentence in English, and few single words."""
    same = {key for key, text in read(language).items() if text == ENGLISH[key]}
    sentences = {ENGLISH[key] for key in same if len(ENGLISH[key]) > SHORT}
    assert {text for text in sentences if re.search(r"[a-z] [a-z]", text)} == set()
    assert len(same) < 0.08 * len(ENGLISH)


@pytest.mark.parametrize("language", OTHERS)
def test_clean(language: str) -> None:
    """Keep to what Home Assistant can show: no blanks at the ends, no markup, no quoted placeholder."""
    for key, text in read(language).items():
        assert text == text.strip(), key
        assert not re.search(r"<[a-zA-Z/]|'\{|\}'", text), key


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Sync clock"), ("de", "Uhr"), ("es", "reloj"), ("fr", "horloge"), ("nl", "klok")]
)
async def test_user_gets_them(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, set_up: SetUp, language: str, name: str
) -> None:
    """Show a user the names of entities in their language."""
    assert await async_setup_component(hass, "frontend", {})
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        client = await hass_ws_client(hass)
        await client.send_json_auto_id(
            {
                "type": "frontend/get_translations",
                "language": language,
                "category": "entity",
                "integration": [DOMAIN],
            }
        )
        answer = await client.receive_json()
    assert name.lower() in answer["result"]["resources"][f"component.{DOMAIN}.entity.button.sync_clock.name"].lower()
