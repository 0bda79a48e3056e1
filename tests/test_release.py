"""What HACS installs: the zip of a release, tried in a fresh Home Assistant."""

import asyncio
from collections.abc import Iterator
import json
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any, Final
import zipfile

import pytest

from script.release import NAME, ReleaseError, build, check, read_release
from tests.demo.arguments import ROOT, free_port
from tests.demo.configuration import seed
from tests.demo.hass_process import HomeAssistantProcess
from tests.demo.home_api import HomeAssistant, signed_in

PACKAGE: Final = ROOT / "custom_components" / "viewwall"
WORKFLOWS: Final = ROOT / ".github" / "workflows"
START_LIMIT: Final = 50
CONFIGURATION: Final = """
# No recorder: it would take half of the time.
frontend:
logger:
  default: warning
  logs:
    # Misses a library that only makes snapshots smaller.
    homeassistant.components.camera.img_util: critical
"""
NEEDED: Final = (
    "__init__.py", "brand/icon.png", "config_flow.py", "icons.json", "manifest.json", "services.yaml",
    "thin_client/__init__.py", "translations/en.json", "viewtron/__init__.py",
)  # fmt: skip


@pytest.fixture(name="archive", scope="module")
def _archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the zip that would be released now."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    """Return a miniature of the project, committed, ready to be released as 1.2.3."""
    for name, text in {
        "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-22\n\nWords.\n\n## [1.2.2]\n\nOld.\n",
        "custom_components/viewwall/manifest.json": '{"version": "1.2.3"}',
        ".gitignore": "__pycache__/\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "1.2.3")):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)  # noqa: S603, S607  the texts above
    return tmp_path


def names_in(archive: Path) -> list[str]:
    """Return the names of the files in a zip."""
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def files_of_the_package() -> Iterator[str]:
    """Yield what stands in the integration's folder, whatever git says of it, but for byte code."""
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(PACKAGE).as_posix()


def test_zip_holds_the_inside_of_the_folder(archive: Path) -> None:
    """Have the whole integration at the zip's root, and nothing else."""
    names = names_in(archive)
    assert set(NEEDED) <= set(names)
    assert names == sorted(files_of_the_package())


def test_zip_is_always_the_same(archive: Path, tmp_path: Path) -> None:
    """Build the same bytes again."""
    assert build(ROOT, tmp_path / "new").read_bytes() == archive.read_bytes()


def test_zip_is_the_one_that_hacs_looks_for(archive: Path) -> None:
    """Have one name for the zip, in HACS's file and in the workflow."""
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert hacs["zip_release"] is True
    assert archive.name == NAME == hacs["filename"]
    assert f"dist/{NAME}" in (WORKFLOWS / "release.yml").read_text()


def test_changelog_speaks_of_this_version() -> None:
    """Say what is new in the version of the manifest."""
    release = read_release(ROOT)
    assert release.version == json.loads((PACKAGE / "manifest.json").read_text())["version"]
    assert release.date
    assert "### Added" in release.notes


def test_actions_of_the_workflows_are_pinned_alike() -> None:
    """Use each action of others by the one commit that was looked at."""
    uses: dict[str, set[str]] = {}
    for path in WORKFLOWS.glob("*.yml"):
        for action, commit in re.findall(r"uses: ([\w./-]+)@(\S+)", path.read_text()):
            assert re.fullmatch(r"[0-9a-f]{40}", commit), (path.name, action)
            uses.setdefault(action, set()).add(commit)
    assert {action for action, commits in uses.items() if len(commits) > 1} == set()


def test_release_that_agrees_is_allowed(home: Path) -> None:
    """Allow a tag that is the version and has its words; leave out what git ignores, and names of folders."""
    (home / "custom_components" / "viewwall" / "__pycache__").mkdir()
    (home / "custom_components" / "viewwall" / "__pycache__" / "x.pyc").touch()
    release = check(home, "1.2.3")
    assert (release.date, release.notes) == ("2026-11-22", "Words.")
    assert names_in(build(home, home / "dist")) == ["manifest.json"]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("custom_components/viewwall/manifest.json", '{"version": "1.2.4"}', "the version in manifest.json is 1.2.4"),
        ("CHANGELOG.md", "## [1.2.2] - 2026-11-20\n\nOld.\n", "says nothing"),
        ("CHANGELOG.md", "## [1.2.3] - 2026-11-20\n\n## [1.2.2] - 2026-11-20\n\nOld.\n", "says nothing"),
        ("CHANGELOG.md", "## [1.2.3]\n\nWords.\n", "has no date"),
        ("custom_components/viewwall/new.py", "", "not everything is committed"),
    ],
)
def test_release_that_does_not_agree_is_refused(home: Path, name: str, text: str, fault: str) -> None:
    """Refuse another version, one without words or date, and files that nobody has seen."""
    (home / name).write_text(text)
    with pytest.raises(ReleaseError, match=re.escape(fault)):
        check(home, "1.2.3")


async def test_release_installs(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    """Install the zip as HACS does into a fresh Home Assistant, which offers to add a device then."""
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.delenv(name, raising=False)
    port = free_port()
    (tmp_path / "configuration.yaml").write_text(CONFIGURATION)
    seed(tmp_path, host="127.0.0.1", port=port, time_zone="UTC")
    installed = tmp_path / "custom_components" / "viewwall"
    # The demo's link to this checkout makes place for what HACS would unpack.
    installed.unlink()
    shutil.unpack_archive(archive, installed)
    assert [path for path in tmp_path.rglob("*") if path.is_symlink()] == []
    assert await is_unknown("custom_components.viewwall")
    async with (
        HomeAssistantProcess(tmp_path, tmp_path / "hass.log") as process,
        asyncio.timeout(START_LIMIT),
        signed_in(f"http://127.0.0.1:{port}") as hass,
    ):
        form = await add_by_hand(hass)
        manifest = await hass.command("manifest/get", integration="viewwall")
        texts = await hass.command(
            "frontend/get_translations", language="en", category="config", integration=["viewwall"], config_flow=True
        )
        assert process.tail().count("Traceback") == 0
    assert form["errors"] == {"base": "cannot_connect"}
    assert manifest["version"] == read_release(ROOT).version
    assert texts["resources"]["component.viewwall.config.error.cannot_connect"]
    # Python has compiled what it ran: it ran what was unpacked here.
    assert list((installed / "__pycache__").glob("config_flow.*.pyc"))
    assert list((installed / "viewtron" / "__pycache__").glob("client.*.pyc"))


async def is_unknown(module: str) -> bool:
    """Tell whether a Python that is started as Home Assistant is finds no such module by itself."""
    arguments = (sys.executable, "-P", "-c", f"import {module}")
    python = await asyncio.create_subprocess_exec(*arguments, cwd="/", stderr=asyncio.subprocess.PIPE)
    _, told = await python.communicate()
    return b"ModuleNotFoundError" in told


async def add_by_hand(hass: HomeAssistant) -> dict[str, Any]:
    """Begin to add a device where there is none, and return the form that comes back."""
    address = "/api/config/config_entries/flow"
    flow = await hass.post(address, {"handler": "viewwall"})
    assert flow["type"] == "menu"
    form = await hass.post(f"{address}/{flow['flow_id']}", {"next_step_id": "manual"})
    assert form["step_id"] == "manual"
    nobody = {"host": "127.0.0.1", "username": "admin", "password": "x", "connection": {"port": free_port()}}
    answer: dict[str, Any] = await hass.post(f"{address}/{flow['flow_id']}", nobody)
    return answer
