"""Manifest, HACS file, brand images and the tree as a whole."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
import subprocess
import tomllib
from typing import Any, Final

from awesomeversion import AwesomeVersion
from homeassistant.const import Platform

from .code import Code

_REQUIRED: Final = (
    "domain", "name", "codeowners", "documentation", "integration_type", "iot_class", "issue_tracker", "version",
)  # fmt: skip
_KNOWN: Final = frozenset(_REQUIRED) | {
    "after_dependencies", "bluetooth", "config_flow", "dependencies", "dhcp", "homekit", "import_executor", "loggers",
    "mqtt", "quality_scale", "requirements", "single_config_entry", "ssdp", "usb", "zeroconf",
}  # fmt: skip
_IOT_CLASSES: Final = frozenset(
    {"assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"}
)
_TYPES: Final = frozenset({"device", "entity", "hardware", "helper", "hub", "service", "system", "virtual"})
# Components that every installation has or that are meant to be used without being a dependency.
_FREE: Final = frozenset({"media_source", "stream", "webhook"}) | {platform.value for platform in Platform}
_HACS_KEYS: Final = frozenset(
    {
        "content_in_root", "country", "filename", "hacs", "hide_default_branch", "homeassistant", "name",
        "persistent_directory", "render_readme", "zip_release",
    }
)  # fmt: skip
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ICONS: Final = {"icon.png": 256, "icon@2x.png": 512}
_MAX_LINES: Final = 400
# Homes and working directories of the machine that something was written on.
_LOCAL_PATH: Final = re.compile(r"(?<![\w.$}/-])(?:/(?:work|root|home|Users)/\w|shared[/])")


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file's object; raises ValueError with a readable reason."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError("is missing") from None
    except ValueError as error:
        raise ValueError(f"is no JSON: {error}") from error
    return data


def _project(root: Path) -> dict[str, Any]:
    data: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return data


def check_manifest(root: Path, package: Path, code: Code) -> Iterator[str]:
    """Check manifest.json: keys and their order, addresses, dependencies, requirements."""
    manifest = read_json(package / "manifest.json")
    for key in _REQUIRED:
        if not manifest.get(key):
            yield f"{key} is missing"
    for key in sorted(manifest.keys() - _KNOWN):
        yield f"{key} is no key of a manifest"
    order = [key for key in ("domain", "name") if key in manifest]
    if list(manifest) != order + sorted(manifest.keys() - {"domain", "name"}):
        yield "the keys must be domain, name, then by the alphabet"
    if manifest.get("domain") != package.name:
        yield f"domain is not the name of its folder, {package.name}"
    if not AwesomeVersion(str(manifest.get("version", ""))).valid:
        yield f"version {manifest.get('version')} cannot be parsed"
    project = _project(root)
    if "version" in project:
        yield "version stands in pyproject.toml, too: one place is enough"
    if manifest.get("iot_class") not in _IOT_CLASSES or manifest.get("integration_type") not in _TYPES:
        yield "iot_class or integration_type is none that Home Assistant knows"
    owners = manifest.get("codeowners")
    if not isinstance(owners, list) or not all(str(owner).startswith("@") for owner in owners):
        yield "codeowners must be a list of @names"
    for key in ("documentation", "issue_tracker"):
        address = str(manifest.get(key, ""))
        if not address.startswith("https://") or address.startswith("https://www.home-assistant.io/"):
            yield f"{key} must be an https address of the project's own"
    for requirement in manifest.get("requirements", []):
        if "==" not in requirement:
            yield f"requirement {requirement} is not pinned"
        elif requirement not in project["dependencies"]:
            yield f"requirement {requirement} stands otherwise in pyproject.toml"
    declared = {*manifest.get("dependencies", []), *manifest.get("after_dependencies", [])}
    for component, place in sorted(_components(code).items()):
        if component not in declared | _FREE and not (package / f"{component}.py").exists():
            yield f"{component} is used in {place} but is no dependency"


def _components(code: Code) -> dict[str, str]:
    """Return the components that are imported, each with one module that does."""
    found: dict[str, str] = {}
    for node, where in code.nodes:
        names: list[str] = []
        match node:
            case ast.ImportFrom(module="homeassistant.components", names=aliases):
                names = [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(module)) if module.startswith("homeassistant.components."):
                names = [module.split(".")[2]]
            case ast.Import(names=aliases):
                names = [a.name.split(".")[2] for a in aliases if a.name.startswith("homeassistant.components.")]
        for name in names:
            found.setdefault(name, where.module.path.name)
    return found


def check_hacs(root: Path) -> Iterator[str]:
    """Check hacs.json."""
    hacs = read_json(root / "hacs.json")
    if not hacs.get("name"):
        yield "name is missing"
    for key in sorted(hacs.keys() - _HACS_KEYS):
        yield f"{key} is no key of hacs.json"
    if hacs.get("zip_release") and not hacs.get("filename"):
        yield "zip_release needs filename"
    pins = [name.partition("==")[2] for name in _project(root)["dependencies"] if name.startswith("homeassistant==")]
    wanted = hacs.get("homeassistant")
    if not wanted or not pins:
        yield "homeassistant is missing, here or in pyproject.toml"
    elif AwesomeVersion(wanted) > AwesomeVersion(pins[0]):
        yield f"homeassistant {wanted} is newer than {pins[0]}, with which the tests run"


def check_brand(package: Path) -> Iterator[str]:
    """Check that the brand images are there and of the right size."""
    for name, size in _ICONS.items():
        path = package / "brand" / name
        head = path.read_bytes()[:24] if path.exists() else b""
        if not head.startswith(_PNG):
            yield f"brand/{name} is missing or no PNG"
        elif (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) != (size, size):
            yield f"brand/{name} is not {size}x{size}"


def check_tree(root: Path, package: Path) -> Iterator[str]:
    """Check all files of the project, those not committed yet too, but nothing that git ignores."""
    if (package / "strings.json").exists():
        yield f"{package.relative_to(root)}/strings.json: Home Assistant reads translations/en.json only"
    for path in _files(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        name = path.relative_to(root)
        for number, line in enumerate(text.splitlines(), start=1):
            if _LOCAL_PATH.search(line):
                yield f"{name}:{number}: a path of somebody's machine"
        if path.suffix == ".py" and package in path.parents and (lines := text.count("\n")) > _MAX_LINES:
            yield f"{name}: {lines} lines, more than {_MAX_LINES}: split it"


def _files(root: Path) -> list[Path]:
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    return [path for name in sorted(filter(None, listed)) if (path := root / name).is_file()]
