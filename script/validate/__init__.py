"""Validates what neither linter nor tests see: manifest, HACS file, texts, icons, actions, and the tree."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict

from .code import Code
from .entities import find_entities
from .icons import check_icons
from .metadata import check_brand, check_hacs, check_manifest, check_tree, read_json
from .texts import UseCheck, check_form, check_languages, flatten
from .uses import find_uses

PACKAGE: Final = Path("custom_components") / "viewwall"


def validate(root: Path) -> list[str]:
    """Return all faults of the project in `root`, each as `file: what is wrong`."""
    package = root / PACKAGE
    try:
        code = Code(package)
    except SyntaxError as error:
        return [f"{error.filename}:{error.lineno}: {error.msg}"]
    uses = find_uses(code)
    faults: list[str] = []

    def run(name: str, check: Callable[[], Iterable[str]]) -> None:
        try:
            faults.extend(f"{name}: {fault}" for fault in check())
        except ValueError as error:
            faults.append(f"{name}: {error}")

    run(f"{PACKAGE}/manifest.json", lambda: check_manifest(root, package, code))
    run("hacs.json", lambda: check_hacs(root))
    run(str(PACKAGE), lambda: check_brand(package))
    faults += check_tree(root, package)

    entities = find_entities(package, code)
    actions = _actions(package)
    english: dict[str, str] = {}

    def check_english() -> list[str]:
        tree = read_json(package / "translations" / "en.json")
        english.update(flatten(tree))
        form = list(check_form(tree))
        return form or UseCheck(english, code, uses, entities, actions).run()

    def check_other(path: Path) -> list[str]:
        tree = read_json(path)
        return list(check_form(tree)) or list(check_languages(english, dict(flatten(tree))))

    run(f"{PACKAGE}/translations/en.json", check_english)
    for path in sorted((package / "translations").glob("*.json")):
        if path.name != "en.json":
            run(str(path.relative_to(root)), lambda path=path: check_other(path))  # type: ignore[misc]
    run(
        f"{PACKAGE}/icons.json",
        lambda: check_icons(read_json(package / "icons.json"), entities, uses.actions | actions.keys()),
    )
    return faults


def _actions(package: Path) -> dict[str, dict[str, Any]]:
    """Return the content of services.yaml; nothing while there is no action."""
    path = package / "services.yaml"
    return load_yaml_dict(str(path)) if path.exists() else {}
