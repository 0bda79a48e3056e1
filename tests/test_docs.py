"""The documentation says what the product has: its calls, actions, entities and tests."""

import ast
from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest

from custom_components.viewwall import actions
from custom_components.viewwall.actions.base import Action
from custom_components.viewwall.actions.outputs import OUTPUT_ACTIONS
from custom_components.viewwall.actions.plates import PLATE_ACTIONS
from custom_components.viewwall.actions.ptz import PTZ_ACTIONS
from custom_components.viewwall.actions.recordings import RECORDING_ACTIONS
from custom_components.viewwall.actions.wall import WALL_ACTIONS
from custom_components.viewwall.actions.wall_cameras import CAMERA_ACTIONS
from custom_components.viewwall.actions.wall_panels import PANEL_ACTIONS
from custom_components.viewwall.actions.wall_system import SYSTEM_ACTIONS
from custom_components.viewwall.binary_sensor import WALL_BINARY_SENSORS
from custom_components.viewwall.button import WALL_BUTTONS
from custom_components.viewwall.select import WALL_SELECTS
from custom_components.viewwall.sensor import WALL_SENSORS
from custom_components.viewwall.thin_client.calls import CALLS
from custom_components.viewwall.thin_client.settings import SECRET_SETTINGS, WRITABLE_SETTINGS
from custom_components.viewwall.update import WALL_FIRMWARE

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = ROOT / "custom_components" / "viewwall"
README: Final = ROOT / "README.md"
GUIDE: Final = ROOT / "docs" / "thin-client.md"
CALL_TABLE: Final = ROOT / "docs" / "thin-client-calls.md"
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
ACTION_PAGES: Final[dict[str, tuple[type[Action[Any, Any]], ...]]] = {
    "outputs.md": OUTPUT_ACTIONS,
    "plates.md": PLATE_ACTIONS,
    "ptz.md": PTZ_ACTIONS,
    "recordings.md": RECORDING_ACTIONS,
    "thin-client.md": (*WALL_ACTIONS, *PANEL_ACTIONS, *CAMERA_ACTIONS, *SYSTEM_ACTIONS),
}
"""The page that explains an action."""
SESSION: Final = ["POST /Session", "DELETE /Session/{}"]
UNREACHED: Final = ["POST /Camera/{}/TestOnvifCompliance"]
"""Linked by the device, documented nowhere."""

_ROW: Final = re.compile(r"^\| `([A-Z]+ /[^`]*)`(?: \(linked only\))? \| (.+) \| (.+) \|$", re.MULTILINE)
_TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_ANY_PAGE: Final = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def rows() -> list[tuple[str, str, str]]:
    """Return the table of calls: method with path, the way to it, the proof."""
    found = _ROW.findall(CALL_TABLE.read_text(encoding="utf-8"))
    return [(re.sub("<[^>]+>", "{}", call), way, proof) for call, way, proof in found]


def test_every_call_has_its_row() -> None:
    """Find each call that the client can make once in the table, and one that it never makes."""
    documented = [call for call, _, _ in rows()]
    assert sorted(documented) == sorted([*SESSION, *(f"{call.methods[0]} {call.path}" for call in CALLS), *UNREACHED])


def test_every_row_has_a_way_and_a_proof() -> None:
    """Leave no call without a way to it and a test, but the one that says why."""
    for call, way, proof in rows():
        assert _TEST.search(proof), call
        assert way.startswith("**None.**") == (call in UNREACHED), call


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_named_tests_exist() -> None:
    """Name no test that has gone."""
    named = _TEST.findall(CALL_TABLE.read_text(encoding="utf-8"))
    assert len(named) > len(CALLS)
    assert [f"{path}::{name}" for path, name in named if name not in names_of_tests(path)] == []


def test_calls_are_proved_through_home_assistant() -> None:
    """Prove each call that can be reached by a test that has a Home Assistant, not on the wire alone."""
    for call, _, proof in rows():
        if call not in UNREACHED:
            first = _TEST.search(proof)
            assert first, call
            assert re.fullmatch(r"tests/test_\w+\.py", first[1]), call


def actions_in(page: str) -> dict[str, str]:
    """Return the rows of a page's table of actions, by name."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `(\w+)` \| (.*\|.*) \|$", text, re.MULTILINE))


def test_every_action_has_its_page() -> None:
    """Leave no action out, and have each in the table of one page."""
    by_page = [action.name for group in ACTION_PAGES.values() for action in group]
    assert sorted(by_page) == sorted(action.name for action in actions._ACTIONS)
    for page, group in ACTION_PAGES.items():
        assert actions_in(page).keys() & set(by_page) == {action.name for action in group}, page


@pytest.mark.parametrize("page", ACTION_PAGES)
def test_every_action_is_explained(page: str) -> None:
    """Have all actions in the table of their page, with their fields and who may call them."""
    table = actions_in(page)
    services = load_yaml_dict(str(PACKAGE / "services.yaml"))
    for action in ACTION_PAGES[page]:
        for field in services[action.name].get("fields") or {}:
            assert f"`{field}`" in table[action.name], f"{action.name}: {field}"
        assert action.is_admin == ("Admin" in table[action.name]), action.name


def test_every_entity_of_the_wall_is_explained() -> None:
    """Have all entities of the wall in the guide under their English names, and say which are off at first."""
    names = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))["entity"]
    guide = GUIDE.read_text(encoding="utf-8")
    for platform, descriptions in (
        ("binary_sensor", WALL_BINARY_SENSORS),
        ("button", WALL_BUTTONS),
        ("select", WALL_SELECTS),
        ("sensor", WALL_SENSORS),
        ("update", (WALL_FIRMWARE,)),
    ):
        for description in descriptions:
            number = " 1" if description.translation_key == "ptz_preset" else "1"
            name = names[platform][description.translation_key]["name"].format(number=number)
            row = re.search(rf"^\| `{platform}` \*\*{re.escape(name)}\*\*.*\| (.+) \|$", guide, re.MULTILINE)
            assert row, name
            if not description.entity_registry_enabled_default:
                assert row[1].startswith("off by default"), name


def test_every_setting_is_explained() -> None:
    """List the settings that an action may write, and not the passwords among them."""
    explained = {
        name
        for line in re.findall(r"^\| (`[A-Z]\w+`.*?) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
        for name in re.findall(r"`(\w+)`", line)
    }
    assert explained == WRITABLE_SETTINGS - SECRET_SETTINGS


def samples(page: Path) -> Iterator[Any]:
    """Return the YAML samples of a page."""
    for text in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        yield parse_yaml(text)


def calls_of_actions(sample: Any) -> Iterator[dict[str, Any]]:
    """Find the calls of our actions in a sample."""
    if isinstance(sample, dict):
        if str(sample.get("action", "")).startswith("viewwall."):
            yield sample
        for value in sample.values():
            yield from calls_of_actions(value)
    elif isinstance(sample, list):
        for value in sample:
            yield from calls_of_actions(value)


@_ANY_PAGE
def test_samples_are_valid(page: Path) -> None:
    """Show no call of an action that its schema refuses."""
    by_name = {f"viewwall.{action.name}": action for action in actions._ACTIONS}
    for sample in samples(page):
        for call in calls_of_actions(sample):
            by_name[call["action"]].schema()(call.get("target", {}) | call.get("data", {}))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@_ANY_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    """Link to files and headings that are there."""
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
