"""What the quality scale asks of the code, seen without running it."""

import ast
from functools import cache
from importlib import import_module
from importlib.metadata import metadata
import inspect
import json
from pathlib import Path
import sys
import tomllib
from typing import Any, Final

from homeassistant.helpers.entity import Entity
import pytest

from custom_components.viewwall.const import PLATFORMS
from custom_components.viewwall.entity import ThinClientEntity, ViewtronEntity
from custom_components.viewwall.thin_client import ThinClient
from custom_components.viewwall.viewtron.client import ViewtronClient
from script.validate import validate
from script.validate.code import Code, called, keyword
from script.validate.entities import find_entities
from script.validate.uses import find_uses

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = ROOT / "custom_components" / "viewwall"
MANIFEST: Final[dict[str, Any]] = json.loads((PACKAGE / "manifest.json").read_text(encoding="utf-8"))
TEXTS: Final[dict[str, Any]] = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))
SHIPPED: Final = {"aiohttp", "awesomeversion", "homeassistant", "probatio", "yarl"}
"""What every Home Assistant has."""
BLOCKING: Final = {"ftplib", "http.client", "requests", "smtplib", "telnetlib", "urllib.request", "urllib3"}
SHOWN: Final = {
    "ConfigEntryAuthFailed",
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "PlatformNotReady",
    "ServiceValidationError",
    "UpdateFailed",
}
"""Exceptions whose text people read."""
LISTENING: Final = {
    "add",
    "async_add_listener",
    "async_call_later",
    "async_listen",
    "async_listen_once",
    "async_track_time_interval",
    "want",
    "want_registration",
}
PLATFORM_NAMES: Final = [platform.value for platform in PLATFORMS]


@cache
def code() -> Code:
    """Return the integration's source."""
    return Code(PACKAGE)


def module_of(platform: str) -> Any:
    """Return the module of a platform."""
    return import_module(f"custom_components.viewwall.{platform}")


def entity_classes() -> list[type[Entity]]:
    """Return the classes of all entities."""
    found = {
        value
        for platform in PLATFORM_NAMES
        for value in vars(module_of(platform)).values()
        if inspect.isclass(value) and issubclass(value, Entity) and value.__module__.startswith("custom_components")
    }
    return sorted(found, key=lambda cls: cls.__name__)


def imported() -> set[str]:
    """Return the names of all modules that the package imports from outside."""
    names: set[str] = set()
    for node, _ in code().nodes:
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
    return names


@pytest.mark.parametrize("platform", PLATFORM_NAMES)
def test_every_platform_says_how_many_at_once(platform: str) -> None:
    """Leave the order to the clients, which ask each device one thing at a time."""
    assert module_of(platform).PARALLEL_UPDATES == 0


def test_entities_are_named_below_their_device() -> None:
    """Have one base per family, and the entity's own name behind the device's."""
    classes = entity_classes()
    assert len(classes) > 15
    for cls in classes:
        assert issubclass(cls, ViewtronEntity | ThinClientEntity), cls
    told = [
        (where.cls.name, ast.unparse(node))
        for node, where in code().nodes
        if isinstance(node, ast.Assign) and where.cls is not None and "_attr_has_entity_name" in ast.unparse(node)
    ]
    assert told == [(base.__name__, "_attr_has_entity_name = True") for base in (ViewtronEntity, ThinClientEntity)]


def test_entities_listen_only_while_they_are_there() -> None:
    """Register nothing before an entity is added, and take everything back with it."""
    names = {cls.__name__ for cls in entity_classes()}
    for node, where in code().calls:
        if where.cls is None or where.cls.name not in names or where.function is None:
            continue
        if isinstance(node.func, ast.Attribute | ast.Name) and called(node) in LISTENING:
            assert where.function.name != "__init__", where.at(node)
            if called(node) != "async_call_later" and where.function.name == "async_added_to_hass":
                source = ast.unparse(where.function)
                assert f"self.async_on_remove({ast.unparse(node)})" in source, where.at(node)


def test_running_parts_live_in_the_entry() -> None:
    """Keep what runs in the entry's `runtime_data`, typed; Home Assistant's common store has typed keys only."""
    for node, where in code().nodes:
        if isinstance(node, ast.Attribute) and node.attr == "data" and ast.unparse(node.value).endswith("hass"):
            line = where.module.path.read_text(encoding="utf-8").splitlines()[node.lineno - 1]
            assert "DOMAIN" not in line, where.at(node)
    for platform in PLATFORM_NAMES:
        parameters = inspect.signature(module_of(platform).async_setup_entry).parameters
        assert str(parameters["entry"].annotation) in ("ViewWallConfigEntry", "ConfigEntry"), platform


def test_texts_and_icons() -> None:
    """Have a name for everything, an icon for what has no device class, and each text with its placeholders."""
    faults = [fault for fault in validate(ROOT) if "translations" in fault or "icons.json" in fault]
    assert [fault for fault in faults if "en.json" in fault or "icons.json" in fault] == []


def test_every_exception_is_translated() -> None:
    """Give everything that people read a key and the domain that has its text."""
    found = 0
    for node, where in code().calls:
        if called(node) in SHOWN and isinstance(node.func, ast.Name):
            found += 1
            assert keyword(node, "translation_domain") is not None, where.at(node)
            assert keyword(node, "translation_key") is not None, where.at(node)
    assert found > 10


def test_every_issue_can_be_fixed_or_says_what_to_do() -> None:
    """Open a dialog for each issue that can be fixed here, say what to do about the others, and end each by itself."""
    sites = find_uses(code()).issues
    assert {key for site in sites for key in site.keys or ()} == TEXTS["issues"].keys()
    for site in sites:
        for key in site.keys or ():
            assert ("fix_flow" in TEXTS["issues"][key]) == (site.is_fixable is True), key
            assert site.is_fixable or len(TEXTS["issues"][key]["description"].split()) > 10, key
    creating = {where.module.name for node, where in code().calls if called(node) == "async_create_issue"}
    deleting = {where.module.name for node, where in code().calls if called(node) == "async_delete_issue"}
    assert creating <= deleting
    assert "repairs" in MANIFEST["dependencies"]


def test_what_has_no_device_class() -> None:
    """Have a device class wherever Home Assistant has one that fits."""
    without = {f"{each.platform}.{each.key}" for each in find_entities(PACKAGE, code()) if not each.has_device_class}
    asked = {"binary_sensor", "number", "sensor", "switch", "update", "valve", "cover"}
    alarms = {
        "alarm_input",
        "crowd_density",
        "face",
        "illegal_parking",
        "intrusion",
        "license_plate",
        "line_crossing",
        "loitering",
        "object_left_or_missing",
        "people_intrusion",
        "region_entry",
        "region_exit",
        "registered",
    }
    counts = {f"{way}_{kind}" for way in ("entered", "exited", "inside", "counted") for kind in ("person", "car")}
    counts |= {key.replace("car", "two_wheeler") for key in counts if key.endswith("car")}
    sensors = counts | {"api_version", "channels_online", "disk_used", "last_plate", "messages_received"}
    sensors |= {"mobile_bridge_server"}
    assert {name for name in without if name.split(".")[0] in asked} == (
        {f"binary_sensor.{key}" for key in alarms} | {f"sensor.{key}" for key in sensors} | {"switch.push_subscription"}
    )


def test_only_requirement() -> None:
    """Need nothing but a parser, under a free license, besides what every Home Assistant has."""
    names = {requirement.partition("==")[0] for requirement in MANIFEST["requirements"]}
    assert names == {"xmltodict"}
    assert metadata("xmltodict")["License-Expression"] == "MIT"
    foreign = {name.partition(".")[0] for name in imported()} - set(sys.stdlib_module_names)
    assert foreign - SHIPPED - {"av"} == names


def test_nothing_blocks() -> None:
    """Import nothing that waits for the network in a thread, and never sleep."""
    assert imported() & BLOCKING == set()
    assert [where.at(node) for node, where in code().calls if ast.unparse(node.func) == "time.sleep"] == []


def test_sessions_are_home_assistants() -> None:
    """Give both clients a session of Home Assistant, and make none."""
    assert [where.at(node) for node, where in code().calls if called(node) == "ClientSession"] == []
    for client in (ViewtronClient, ThinClient):
        assert next(iter(inspect.signature(client).parameters)) == "session"


def test_types_are_checked_strictly() -> None:
    """Check the package with all that mypy has, in every run of the checks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert project["strict"] is True
    assert "custom_components.viewwall" in project["packages"]
    assert all("custom_components" not in str(each["module"]) for each in project.get("overrides", []))
    assert '"$bin/mypy"' in (ROOT / "script" / "test").read_text(encoding="utf-8")


def test_owner() -> None:
    """Name who looks after it."""
    assert MANIFEST["codeowners"]
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
