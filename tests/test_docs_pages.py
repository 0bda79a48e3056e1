"""The pages for users and contributors agree with the product: entities, repairs, errors, names, and each other."""

import json
from pathlib import Path
import re
from typing import Any, Final

import pytest

from tests.test_docs import PACKAGE, PAGES, README, ROOT
from tests.test_docs_viewtron import platform_names

DOCS: Final = ROOT / "docs"
TEXTS: Final[dict[str, Any]] = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))
README_LINES: Final = 130
_LINK: Final = re.compile(r"\]\(([\w./-]+\.md)(?:#[^)]*)?\)")
_QUOTE: Final = re.compile(r'\*"([^"]+?)[.?]?"\*')
_NAMED: Final = re.compile(r"`([\w./-]+)`")
_PLACES: Final = (
    ROOT, PACKAGE, PACKAGE / "viewtron", ROOT / "docs", ROOT / "tests", PACKAGE / "translations", PACKAGE / "actions",
)  # fmt: skip


def words(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def test_readme_is_short() -> None:
    """Keep the first page short: the rest is in the docs."""
    assert words(README).count("\n") <= README_LINES


def test_every_page_is_found() -> None:
    """Lead from the README to every page of the docs, by way of other pages if need be."""
    found = {README}
    waiting = [README]
    while waiting:
        page = waiting.pop()
        linked = {(page.parent / link).resolve() for link in _LINK.findall(words(page))}
        waiting += [each for each in linked - found if each in PAGES]
        found |= linked
    assert [page.name for page in PAGES if page not in found] == []


@pytest.mark.parametrize("platform", sorted({platform for platform, _ in platform_names()}))
def test_every_entity_is_listed(platform: str) -> None:
    """Have each entity under its English name in the one list of all of them."""
    rows = re.findall(rf"^\| `{platform}`.*$", words(DOCS / "entities.md"), re.MULTILINE)
    names = [name for each, name in platform_names() if each == platform]
    assert [name for name in names if not any(re.search(rf"\b{re.escape(name)}\b", row) for row in rows)] == []


@pytest.mark.parametrize("issue", TEXTS["issues"])
def test_every_repair_is_explained(issue: str) -> None:
    """Name each repair by its title where users look for it."""
    title = re.sub(r"\{\w+\}", "…", TEXTS["issues"][issue]["title"])
    assert f"*{title}*" in words(DOCS / "push.md") + words(DOCS / "troubleshooting.md")


def test_quoted_errors_are_real() -> None:
    """Quote only what ViewWall really says."""
    said = json.dumps(TEXTS, ensure_ascii=False)
    quoted = _QUOTE.findall(words(DOCS / "troubleshooting.md"))
    assert len(quoted) > 4
    assert [quote for quote in quoted if quote not in said] == []


def labels(*forms: dict[str, Any]) -> list[str]:
    """Return what stands beside the fields of forms, and over those of their sections that have several."""
    found = [label for form in forms for label in form["data"].values()]
    for section in (each for form in forms for each in form["sections"].values()):
        found += [section["name"]] if len(section["data"]) > 2 else section["data"].values()
    return found


def test_every_field_is_explained() -> None:
    """Explain each field of setting up, and each option, under the name that it has on the screen."""
    forms = (TEXTS["config"]["step"]["manual"], TEXTS["options"]["step"]["init"])
    page = words(DOCS / "cameras.md")
    assert [label for label in labels(*forms) if label not in page] == []


def test_contributors_find_what_is_named() -> None:
    """Name no file, folder or table to contributors that is not there."""
    code = "\n".join(words(path) for path in PACKAGE.rglob("*.py")) + words(ROOT / "tests" / "test_docs.py")
    named = set(_NAMED.findall(words(ROOT / "CONTRIBUTING.md")))
    files = {name for name in named if "/" in name or re.search(r"\.(py|md|json|yaml|zip)$", name)}
    assert len(files) > 20
    made = {"viewwall.zip"}
    assert [name for name in files - made if not any((place / name).exists() for place in _PLACES)] == []
    tables = {name for name in named if re.fullmatch(r"_?[A-Z][A-Z_]{3,}", name)}
    assert len(tables) > 5
    assert [name for name in tables if f"{name}:" not in code and f"{name} =" not in code] == []
