"""The product's own words and tables of Markdown."""

from collections.abc import Iterable, Sequence
from functools import cache
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict

import custom_components.viewwall

PACKAGE: Final = Path(custom_components.viewwall.__file__).parent


@cache
def texts() -> dict[str, Any]:
    """Return the English texts."""
    loaded: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))
    return loaded


@cache
def services() -> dict[str, Any]:
    """Return what the forms of the actions show."""
    return load_yaml_dict(str(PACKAGE / "services.yaml"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells may hold anything but a bar."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', 'or') for cell in line)} |\n" for line in lines)


def code(*words: object) -> str:
    """Return words as code, side by side."""
    return " ".join(f"`{word}`" for word in words)
