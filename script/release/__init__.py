"""Build what HACS installs: one zip with the inside of the integration's folder.

Only Python and git are needed, so that a release needs no environment.
"""

from dataclasses import dataclass
import json
from pathlib import Path
import re
import subprocess
from typing import Final
import zipfile

NAME: Final = "viewwall.zip"
"""The file that `hacs.json` tells HACS to look for."""
_PACKAGE: Final = "custom_components/viewwall"
# The oldest moment that a zip can name: the same files always give the same bytes.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE: Final = 0o100644 << 16
_HEADING: Final = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


class ReleaseError(Exception):
    """Tell in one line why this cannot be released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What would be released: its version and, out of the changelog, its date and its words."""

    version: str
    date: str | None
    notes: str


def read_release(root: Path) -> Release:
    """Read the version, which stands in the manifest alone, and its part of the changelog, if there is one."""
    manifest = json.loads((root / _PACKAGE / "manifest.json").read_text(encoding="utf-8"))
    version = str(manifest["version"])
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        if heading["version"] == version:
            return Release(version=version, date=heading["date"], notes=text[heading.end() : end].strip())
    return Release(version=version, date=None, notes="")


def check(root: Path, tag: str) -> Release:
    """Check that this may be released as `tag`; raises ReleaseError for the first thing that is wrong."""
    release = read_release(root)
    if tag != release.version:
        raise ReleaseError(f"the tag is {tag}, but the version in manifest.json is {release.version}")
    if not release.notes:
        raise ReleaseError(f"CHANGELOG.md says nothing under a heading '## [{tag}] - <date>'")
    if release.date is None:
        raise ReleaseError(f"CHANGELOG.md: the heading of {tag} has no date")
    if changed := _git(root, "status", "--porcelain", "--", _PACKAGE).strip():
        raise ReleaseError(f"not everything is committed: {changed}")
    return release


def build(root: Path, folder: Path) -> Path:
    """Write the zip into `folder` and return its path: all that git knows or would take, nothing that it ignores."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", _PACKAGE)
    package = root / _PACKAGE
    files = sorted(path for name in listed.split("\0") if name and (path := root / name).is_file())
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / NAME
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            info = zipfile.ZipInfo(path.relative_to(package).as_posix(), _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = _READABLE_FILE
            archive.writestr(info, path.read_bytes())
    return target


def _git(root: Path, *arguments: str) -> str:
    """Return what git says."""
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True, text=True).stdout
