"""The project's own validation finds each kind of fault in a miniature of the project."""

from collections.abc import Callable
from pathlib import Path
import subprocess

import pytest

from script.validate import validate

PACKAGE = "custom_components/viewwall"
MINIATURE = {
    "pyproject.toml": """
[project]
name = "viewwall"
dynamic = ["version"]
dependencies = ["homeassistant==2026.10.4", "xmltodict==1.0.4"]
""",
    "hacs.json": '{"name": "ViewWall", "homeassistant": "2026.10.0"}',
    f"{PACKAGE}/manifest.json": """{
  "domain": "viewwall",
  "name": "ViewWall",
  "codeowners": ["@somebody"],
  "dependencies": ["http"],
  "documentation": "https://example.com",
  "integration_type": "device",
  "iot_class": "local_push",
  "issue_tracker": "https://example.com/issues",
  "requirements": ["xmltodict==1.0.4"],
  "version": "1.2.3"
}""",
    f"{PACKAGE}/__init__.py": """
from homeassistant.components import http, webhook
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

USED = (http, webhook)
TABLE = ((KeyError, "no_key"), (ValueError, "no_value"))


def key_of(error):
    return next((key for kind, key in TABLE if isinstance(error, kind)), "other")


def fail(error, name):
    raise HomeAssistantError(
        translation_domain=DOMAIN, translation_key=key_of(error), translation_placeholders={"device": name}
    )


def complain(hass: HomeAssistant, name):
    for issue in ("foreign", "strange"):
        ir.async_create_issue(
            hass, DOMAIN, issue, is_fixable=True, translation_key=issue, translation_placeholders={"device": name}
        )
    ir.async_create_issue(hass, DOMAIN, "sad", is_fixable=False, translation_key="sad")


def register(hass: HomeAssistant):
    hass.services.async_register(DOMAIN, "show", print)


def device(number):
    return {"translation_key": "channel", "translation_placeholders": {"number": number}}
""",
    f"{PACKAGE}/const.py": 'DOMAIN = "viewwall"\nCONF_HOLD = "hold"\n',
    f"{PACKAGE}/config_flow.py": """
from homeassistant.config_entries import ConfigFlow, OptionsFlow
from homeassistant.const import CONF_HOST
from homeassistant.data_entry_flow import section
import probatio

from .const import CONF_HOLD, DOMAIN

KNOWN = frozenset({"cannot_connect", "invalid_auth"})


def schema(data):
    inner = {probatio.Optional("port", default=data): int}
    return probatio.Schema(
        {probatio.Required(CONF_HOST): str, probatio.Optional("more"): section(probatio.Schema(inner))}
    )


class Flow(ConfigFlow, domain=DOMAIN):
    async def async_step_user(self, user_input=None):
        errors = {}
        if user_input:
            key = user_input["key"]
            errors["base"] = key if key in KNOWN else "unknown"
            self._abort_if_unique_id_configured()
            return self.async_update_reload_and_abort(None)
        return self.async_show_form(
            step_id="user", data_schema=schema(1), errors=errors, description_placeholders={"name": "x"}
        )


class Options(OptionsFlow):
    async def async_step_init(self, user_input=None):
        return self.async_show_menu(step_id="init", menu_options=["one", "two"])

    async def async_step_one(self, user_input=None):
        return self.async_show_form(step_id="one", data_schema=probatio.Schema({probatio.Required(CONF_HOLD): int}))
""",
    f"{PACKAGE}/repairs.py": """
from homeassistant.components.repairs import RepairsFlow


class Repair(RepairsFlow):
    async def async_step_init(self, user_input=None):
        if user_input:
            return self.async_abort(reason="gone")
        return self.async_show_form(step_id="init")


class Other(RepairsFlow):
    async def async_step_second(self, user_input=None):
        errors = {}
        if user_input:
            errors["base"] = "broken"
        return self.async_show_form(step_id="second", errors=errors)
""",
    f"{PACKAGE}/sensor.py": """
from enum import StrEnum

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription


class Disk(StrEnum):
    GOOD = "good"
    BAD = "bad"


SENSORS = (
    SensorEntityDescription(
        key="disk", translation_key="disk", device_class=SensorDeviceClass.ENUM, options=[kind.value for kind in Disk]
    ),
    SensorEntityDescription(key="plate", translation_key="plate"),
)


class Sensor:
    def __init__(self, number):
        self.entity_description = SensorEntityDescription(key=number, translation_key="numbered")
        self._attr_translation_placeholders = {"number": number}
""",
    f"{PACKAGE}/system_health.py": """
async def info(hass):
    facts = {"walls": 1}
    facts["reach"] = {"type": "failed", "error": "nobody"}
    return facts
""",
    f"{PACKAGE}/services.yaml": """
show:
  fields:
    panel:
      selector:
        text:
""",
    f"{PACKAGE}/icons.json": """{
  "entity": {"sensor": {"numbered": {"default": "mdi:numeric"}, "plate": {"default": "mdi:car"}}},
  "services": {"show": {"service": "mdi:eye"}}
}""",
    f"{PACKAGE}/translations/en.json": """{
  "config": {
    "flow_title": "{name}",
    "step": {
      "user": {
        "title": "Add {name}",
        "data": {"host": "Address"},
        "data_description": {"host": "Where it is."},
        "sections": {
          "more": {"name": "More", "data": {"port": "Port"}, "data_description": {"port": "Mostly 80."}}
        }
      }
    },
    "error": {"cannot_connect": "No answer.", "invalid_auth": "Refused.", "unknown": "Broken."},
    "abort": {"already_configured": "Known already."}
  },
  "options": {
    "step": {
      "init": {"title": "Options", "menu_options": {"one": "One", "two": "Two"}},
      "one": {"title": "One", "data": {"hold": "Hold"}, "data_description": {"hold": "How long."}}
    }
  },
  "exceptions": {
    "no_key": {"message": "{device} has no key"},
    "no_value": {"message": "{device} has no value"},
    "other": {"message": "Something else"}
  },
  "issues": {
    "foreign": {
      "title": "{device} is foreign",
      "fix_flow": {"step": {"init": {"title": "Look"}}, "abort": {"gone": "Gone."}}
    },
    "sad": {"title": "Sad", "description": "Nothing to do."},
    "strange": {
      "title": "Strange",
      "fix_flow": {"step": {"second": {"title": "See {device}"}}, "error": {"broken": "Broken."}}
    }
  },
  "device": {"channel": {"name": "Channel {number}"}},
  "entity": {
    "sensor": {
      "disk": {"name": "Disk", "state": {"bad": "Bad", "good": "Good"}},
      "numbered": {"name": "Number {number}"},
      "plate": {"name": "Plate"}
    }
  },
  "system_health": {"info": {"reach": "Reach", "walls": "Walls"}},
  "services": {
    "show": {
      "name": "Show", "description": "Shows.", "fields": {"panel": {"name": "Panel", "description": "Which one."}}
    }
  }
}""",
}
EN = f"{PACKAGE}/translations/en.json"
MANIFEST = f"{PACKAGE}/manifest.json"
ICONS = f"{PACKAGE}/icons.json"

type Break = Callable[[str, str, str], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a small project without faults."""
    for name, text in MINIATURE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    brand = tmp_path / PACKAGE / "brand"
    brand.mkdir()
    for name, size in (("icon.png", 256), ("icon@2x.png", 512)):
        (brand / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(8) + size.to_bytes(4) * 2)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)  # noqa: S603, S607
    return tmp_path


@pytest.fixture
def replace(root: Path) -> Break:
    """Return a function that breaks one file."""

    def _replace(name: str, old: str, new: str) -> None:
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new, 1))

    return _replace


def test_nothing_wrong(root: Path) -> None:
    """A whole project has no faults."""
    assert validate(root) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        pytest.param(MANIFEST, '"1.2.3"', '"abc"', "version abc cannot be parsed", id="version"),
        pytest.param(MANIFEST, '  "iot_class": "local_push",\n', "", "iot_class is missing", id="no key"),
        pytest.param(MANIFEST, '"iot_class"', '"iot"', "iot is no key", id="unknown key"),
        pytest.param(MANIFEST, "local_push", "local", "iot_class or", id="iot class"),
        pytest.param(MANIFEST, '"codeowners"', '"version"', "by the alphabet", id="order"),
        pytest.param(MANIFEST, '"viewwall"', '"wall"', "name of its folder", id="domain"),
        pytest.param(MANIFEST, '"@somebody"', '"somebody"', "@names", id="code owner"),
        pytest.param(MANIFEST, "https://example.com/issues", "http://example.com", "issue_tracker must", id="http"),
        pytest.param(MANIFEST, '["http"]', "[]", "http is used in __init__.py but is no dependency", id="dependency"),
        pytest.param(MANIFEST, "xmltodict==", "xmltodict>=", "is not pinned", id="not pinned"),
        pytest.param(MANIFEST, "1.0.4", "1.0.5", "stands otherwise in pyproject.toml", id="another pin"),
        pytest.param(MANIFEST, "{", "", "manifest.json: is no JSON", id="no JSON"),
        pytest.param("hacs.json", '"name"', '"title"', "title is no key of hacs.json", id="HACS key"),
        pytest.param("hacs.json", '"name"', '"title"', "hacs.json: name is missing", id="HACS name"),
        pytest.param("hacs.json", "10.0", "12.0", "newer than 2026.10.4", id="too new"),
        pytest.param("hacs.json", '"name"', '"zip_release": true, "name"', "needs filename", id="zip"),
        pytest.param(EN, "No answer.", "No <b>answer</b>.", "error.cannot_connect: holds HTML", id="HTML"),
        pytest.param(EN, "No answer.", "See https://example.com.", "holds an address", id="address"),
        pytest.param(EN, "No answer.", " No answer.", "blank", id="blank"),
        pytest.param(EN, "Add {name}", "Add '{name}'", "single quotes", id="quotes"),
        pytest.param(EN, "No answer.", "No {answer.", "a brace", id="brace"),
        pytest.param(EN, '"No answer."', "1", "is no text", id="no text"),
        pytest.param(EN, '"plate": {"name"', '"Plate": {"name"', "a key may hold", id="key"),
        pytest.param(EN, '{"host": "Where', '{"hose": "Where', "no such field in data", id="description of nothing"),
        pytest.param(EN, '"title": "Add {name}",', "", "config.step.user.title: is missing", id="title"),
        pytest.param(EN, '"user": {', '"usr": {', "config.step.usr.title: is used nowhere", id="unknown step"),
        pytest.param(EN, '{"host": "Where it is."}', "{}", "data_description: is no text", id="no description"),
        pytest.param(EN, '"port": "Port"', '"port": "Port", "x": "X"', "more.data.x: is used nowhere", id="field"),
        pytest.param(EN, ', "data_description": {"hold": "How long."}', "", "hold: is missing", id="not described"),
        pytest.param(EN, '"more": {', '"less": {', "sections.more.name: is missing", id="section"),
        pytest.param(EN, '"invalid_auth": "Refused.", ', "", "config.error.invalid_auth: is missing", id="error"),
        pytest.param(EN, '"unknown"', '"x": "X", "unknown"', "config.error.x: is used nowhere", id="unused error"),
        pytest.param(EN, '"already_configured"', '"no"', "abort.already_configured: is missing", id="abort"),
        pytest.param(EN, '"two": "Two"', '"too": "Two"', "menu_options.two: is missing", id="menu"),
        pytest.param(EN, '"hold": "Hold"', '"hold": "Hold", "x": "X"', "one.data.x: is used nowhere", id="option"),
        pytest.param(EN, "Add {name}", "Add {nam}", "the form does not give {nam}", id="form placeholder"),
        pytest.param(EN, "Add {name}", "Add", "no text uses {name}", id="placeholder for nothing"),
        pytest.param(EN, '"{name}"', '"{name} {host}"', "flow_title: a flow that", id="title placeholder"),
        pytest.param(EN, '"no_value"', '"no_valu"', "exceptions.no_value.message: is missing", id="exception"),
        pytest.param(EN, "{device} has no key", "{dev}", "does not give {dev}", id="exception placeholder"),
        pytest.param(EN, '"foreign"', '"foren"', "issues.foreign.title: is missing", id="issue"),
        pytest.param(EN, '"init": {"title": "Look"}', '"x": {"title": "Look"}', "foreign.fix_flow.step.x", id="fix"),
        pytest.param(EN, '"description": "Nothing to do."', '"x": "y"', "issues.sad.description: is", id="not fixable"),
        pytest.param(EN, '"gone": "Gone."', '"x": "Gone."', "foreign.fix_flow.abort.gone: is missing", id="fix abort"),
        pytest.param(EN, '"broken": "Broken."', '"x": "X"', "strange.fix_flow.error.broken: is", id="fix error"),
        pytest.param(EN, '"second": {"t', '"third": {"t', "no fix_flow has the step second", id="fix step"),
        pytest.param(EN, "See {device}", "See", "no text uses {device}, which __init__.py", id="issue placeholder"),
        pytest.param(EN, '"channel"', '"chan"', "device.channel.name: is missing", id="device"),
        pytest.param(EN, "Channel {number}", "Channel", "channel: no text uses {number}", id="device placeholder"),
        pytest.param(EN, '"plate"', '"plat"', "entity.sensor.plate.name: is missing", id="entity"),
        pytest.param(EN, '"numbered"', '"x"', "entity.sensor.numbered.name: is missing", id="entity without table"),
        pytest.param(EN, '"bad": "Bad", ', "", "entity.sensor.disk.state.bad: is missing", id="state"),
        pytest.param(EN, '"bad": ', '"worse": "W", "bad": ', "disk.state.worse: is used nowhere", id="unused state"),
        pytest.param(EN, "Number {number}", "Number {n}", "no entity does not give {n}", id="entity placeholder"),
        pytest.param(EN, '"fields": {"panel"', '"fields": {"x"', "services.show.fields.panel.name: is", id="action"),
        pytest.param(EN, '"walls"', '"wells"', "system_health.info.walls: is missing", id="fact"),
        pytest.param(EN, '"reach"', '"rich"', "system_health.info.rich: is used nowhere", id="unused fact"),
        pytest.param(ICONS, "mdi:car", "car", "car is no mdi:name", id="icon name"),
        pytest.param(ICONS, '"plate"', '"plat"', "entity.sensor.plate has no icon", id="no icon"),
        pytest.param(ICONS, '"plate"', '"plat"', "entity.sensor.plat is used nowhere", id="unused icon"),
        pytest.param(ICONS, '"default": "mdi:car"', '"state": {}', "has no default", id="no default"),
        pytest.param(
            ICONS, '"numbered"', '"disk": {"state": {"x": "mdi:eye"}}, "numbered"', "no such state: x", id="s"
        ),
        pytest.param(ICONS, '"show"', '"hide"', "services.show has no icon", id="action icon"),
        pytest.param(f"{PACKAGE}/services.yaml", "show:", "hide:", "show: is not in services.yaml", id="registered"),
        pytest.param(f"{PACKAGE}/services.yaml", "show:", "hide:", "hide: is in services.yaml, but", id="not made"),
        pytest.param(f"{PACKAGE}/const.py", "DOMAIN", "DOMAIN = (\nDOMAIN", "const.py:1: ", id="syntax"),
        pytest.param("hacs.json", "ViewWall", "/" + "home/me/x", "hacs.json:1: a path of", id="local path"),
        pytest.param("hacs.json", "ViewWall", "see shared" + "/x", "hacs.json:1: a path of", id="local folder"),
    ],
)
def test_fault(root: Path, replace: Break, name: str, old: str, new: str, fault: str) -> None:
    """Each kind of fault is found, and told with the file that has it."""
    replace(name, old, new)
    assert any(fault in found and found.split(":")[0].endswith(Path(name).name) for found in _of(root, name)), validate(
        root
    )


def test_version_in_two_places(root: Path, replace: Break) -> None:
    """Find a second place that tells the version."""
    replace("pyproject.toml", 'dynamic = ["version"]', 'version = "1.2.3"')
    assert validate(root) == [f"{MANIFEST}: version stands in pyproject.toml, too: one place is enough"]


def _of(root: Path, name: str) -> list[str]:
    """Return the faults; what services.yaml lacks is told with the texts."""
    return [found.replace(EN, name) if name.endswith("yaml") else found for found in validate(root)]


def test_other_language(root: Path, replace: Break) -> None:
    """Another language has the same texts and placeholders."""
    other = f"{PACKAGE}/translations/de.json"
    (root / other).write_text(MINIATURE[EN])
    assert validate(root) == []
    replace(other, '"plate"', '"plat"')
    replace(other, "Add {name}", "Neu")
    assert [found.removeprefix(f"{other}: ") for found in validate(root)] == [
        "entity.sensor.plate.name: is missing",
        "entity.sensor.plat.name: is not in en.json",
        "config.step.user.title: has other placeholders than in en.json",
    ]


def test_files(root: Path) -> None:
    """Missing pictures, long modules and strings.json are faults; what git ignores is nobody's business."""
    (root / PACKAGE / "brand" / "icon.png").unlink()
    (root / PACKAGE / "brand" / "icon@2x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(16))
    (root / PACKAGE / "long.py").write_text("\n" * 401)
    (root / PACKAGE / "strings.json").write_text("{}")
    (root / ".gitignore").write_text("notes\n")
    (root / "notes").write_text("/" + "home/me/x")
    assert sorted(found.removeprefix(PACKAGE) for found in validate(root)) == [
        "/long.py: 401 lines, more than 400: split it",
        "/strings.json: Home Assistant reads translations/en.json only",
        ": brand/icon.png is missing or no PNG",
        ": brand/icon@2x.png is not 512x512",
    ]


def test_missing_file(root: Path) -> None:
    """A missing file is a fault, not a crash."""
    (root / ICONS).unlink()
    assert validate(root) == [f"{ICONS}: is missing"]


def test_unreadable_use_forgives(root: Path, replace: Break) -> None:
    """Where the code cannot be read, a text that it names somewhere is no fault, any other still is."""
    replace(f"{PACKAGE}/config_flow.py", '"unknown"', 'self.word("maybe")')
    replace(EN, '"unknown": "Broken."', '"unknown": "Broken.", "maybe": "Maybe."')
    assert validate(root) == [f"{EN}: config.error.unknown: is used nowhere"]
