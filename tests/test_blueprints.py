"""All blueprints: Home Assistant takes them, and a user understands what they ask."""

from collections.abc import Iterator
import logging
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.blueprinting import FILES, FOLDER, load, use

HOME = "https://github.com/viewwall-ha/viewwall"
REQUIRED: dict[str, dict[str, Any]] = {
    "open_gate.yaml": {"cameras": ["a"]},
    "person_while_away.yaml": {"cameras": ["a"]},
    "show_on_wall.yaml": {"wall": ["a"], "cameras": ["b"]},
    "trouble.yaml": {},
}
"""What cannot be left out."""


def _all_inputs(inputs: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in inputs.items():
        if "input" in value:
            assert value["name"]
            yield from value["input"].items()
        else:
            yield key, value


def test_every_blueprint_is_tested() -> None:
    """Have a list of what each one needs."""
    assert sorted(REQUIRED) == FILES


@pytest.mark.parametrize("file", FILES)
def test_face(file: str) -> None:
    """Say what it is for and what it asks, where it comes from, and what it needs."""
    blueprint = load(file)
    assert blueprint.validate() is None
    assert blueprint.name.startswith("ViewWall: ")
    assert blueprint.metadata["description"]
    assert blueprint.metadata["author"] == "ViewWall"
    assert blueprint.metadata["source_url"] == f"{HOME}/blob/main/blueprints/automation/viewwall/{file}"
    assert blueprint.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    inputs = dict(_all_inputs(blueprint.metadata["input"]))
    for key, value in inputs.items():
        assert value["name"], key
        assert value["description"].endswith("."), key
        assert value["selector"], key
    assert {key for key, value in inputs.items() if "default" not in value} == set(REQUIRED[file])
    text = (FOLDER / file).read_text()
    assert all(f"!input {key}\n" in text for key in inputs)
    assert all(len(line) <= 160 for line in text.splitlines())


@pytest.mark.parametrize("file", FILES)
def test_devices_are_our_own(file: str) -> None:
    """Offer no devices of other integrations, but for those that get a message."""
    for key, value in _all_inputs(load(file).metadata["input"]):
        ((kind, selector),) = value["selector"].items()
        if kind == "device":
            wanted = "mobile_app" if key == "phones" else DOMAIN
            assert {row["integration"] for row in selector["filter"]} == {wanted}
        if kind == "entity" and key != "persons":
            assert {row["integration"] for row in selector["filter"]} == {DOMAIN}


@pytest.mark.parametrize("file", FILES)
async def test_what_is_required_is_enough(
    hass: HomeAssistant, tmp_path: Path, caplog: pytest.LogCaptureFixture, file: str
) -> None:
    """Load with nothing but what is required."""
    await use(hass, tmp_path, file, **REQUIRED[file])
    noise = ("homeassistant.loader", "homeassistant.setup", "asyncio")
    assert [row.message for row in caplog.records if row.levelno >= logging.WARNING and row.name not in noise] == []
