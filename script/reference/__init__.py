"""Write docs/reference.md: what automations can listen to and call, as the code has it."""

from pathlib import Path
import re
from typing import Final

from .actions import actions_part
from .events import events_part

PAGE: Final = Path("docs") / "reference.md"
_HEAD: Final = """\
# Reference: events and actions

Everything that an automation can listen to, and everything that it can call. This page is made from the code by \
`python -m script.reference`, and a test keeps it true; the pages it links to explain and show examples. What each \
*entity* means: [entities](entities.md).
"""


def reference(root: Path) -> str:
    """Return the page as it should be; `root` is the checkout, whose other pages are linked to."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted((root / "docs").glob("*.md"))}
    # Its own tables of fields explain no action.
    pages.pop(PAGE.name, None)
    explained = {
        action: name for name, text in pages.items() for action in re.findall(r"^\| `(\w+)` \| ", text, re.MULTILINE)
    }
    return "\n".join((_HEAD, events_part(), actions_part(explained)))


def stored(root: Path) -> str:
    """Return the page as it is, empty if there is none."""
    path = root / PAGE
    return path.read_text(encoding="utf-8") if path.exists() else ""
