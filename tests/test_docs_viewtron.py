"""The documentation of Viewtron devices says what the product has: its commands, entities and tests."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Final

import pytest

from tests.test_docs import PACKAGE, ROOT, names_of_tests

PAGE: Final = ROOT / "docs" / "viewtron-commands.md"
COMMANDS: Final = """
GetDeviceInfo GetDeviceDetail GetSupportedAPIs GetDiskInfo GetChannelList GetChannelInfo GetAlarmInList
GetAlarmInInfo GetAlarmOutList GetDateAndTime SetDateAndTime ModifyPassword Reboot
GetSnapshot GetSnapshotByTime GetVideoStreamConfig SetVideoStreamConfig GetStreamCaps GetAudioStreamConfig
GetImageConfig SetImageConfig GetImageOsdConfig SetImageOsdConfig GetPrivacyMaskConfig
PtzGetCaps PtzControl PtzGotoPreset PtzGetPresets PtzAddPreset PtzDeletePreset PtzGetCruises PtzRunCruise
PtzStopCruise
GetAlarmStatus GetMotionConfig SetMotionConfig GetAlarmInConfig GetAlarmOutConfig ManualAlarmOut
TriggerVirtualAlarm GetAudioAlarmOutConfig GetWhiteLightAlarmOutConfig GetAlarmServerConfig SetAlarmServerConfig
SendAlarmStatus GetHttpPostConfig SetHttpPostConfig
GetRecordType SearchByTime
GetNetBasicConfig GetPortConfig
GetSmartPerimeterConfig SetSmartPerimeterConfig GetSmartTripwireConfig SetSmartTripwireConfig GetSmartVfdConfig
SetSmartVfdConfig GetSmartAoiEntryConfig SetSmartAoiEntryConfig GetSmartAoiLeaveConfig SetSmartAoiLeaveConfig
GetSmartVsdConfig SetSmartVsdConfig GetSmartLoiteringConfig SetSmartLoiteringConfig GetSmartPvdConfig
SetSmartPvdConfig GetPassLineCountConfig SetPassLineCountConfig GetPassLineCountStatistics
GetMeasureTemperatureConfig SetMeasureTemperatureConfig GetSmartVehicleConfig SetSmartVehicleConfig
GetSmartLicensePlateConfig SetSmartLicensePlateConfig
AddVehiclePlate GetVehiclePlate GetLicensePlateGroups AddLicensePlates GetLicensePlates ModifyLicensePlate
DeleteLicensePlate SearchSnapLicensePlates DownloadSnapLicensePlate
UpdateState AlarmOutputControl RequestKeyFrame GetRecordStatusInfo SearchRecordDate GetAlarmTriggerConfig
GetScheduleConfig SetAudioAlarmOutConfig SetWhiteLightAlarmOutConfig GetSmartCddConfig GetSmartCpcConfig
GetSubscriptionConfig GetVehiclePlateProgress SetSubscribe SetRenew SetUnSubscribe GetPullMessages GetHttpPostUrls
AddHttpPostUrl GetAlarmStatusInfo GetDisarmingStatus RequestDisarming GetRtspConfig
GetPerimeterConfig GetTripwireConfig GetVfdConfig GetOscConfig GetAvdConfig GetVehicleConfig
"""
"""What the documents name, those of the sister make included."""
KINDS: Final = frozenset({"all", "sister make", "thermal", "2.1", "IPC 1", "IPC 2", "NVR 1", "NVR 2"})

_ROW: Final = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_OTHER_ROW: Final = re.compile(r"^\| (?!-|\*\*)([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_TESTS: Final = re.compile(rf"{_TEST.pattern}(?:, {_TEST.pattern})*")
_COMMAND: Final = re.compile(r"(?:Add|Delete|Get|Manual|Modify|Ptz|Request|Search|Set|Trigger)[A-Z]\w+|Reboot")


def rows() -> Iterator[tuple[list[str], str, str, str]]:
    """Yield the table of commands: their names, the kinds of devices, the place in Home Assistant, the proof."""
    for names, kinds, place, proof in _ROW.findall(PAGE.read_text(encoding="utf-8")):
        yield re.findall(r"\w+", names), kinds, place, proof


def strings(node: ast.AST) -> Iterator[str]:
    """Yield the texts in a piece of code, but for those that a name is only compared with at its beginning."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from strings(child)


def commands_of(path: Path) -> set[str]:
    """Return the commands that a module names."""
    return {text for text in strings(ast.parse(path.read_text(encoding="utf-8"))) if _COMMAND.fullmatch(text)}


def test_every_command_is_listed() -> None:
    """Have each command of the documents in the table, once, and no other."""
    listed = [name for names, *_ in rows() for name in names]
    assert sorted(listed) == sorted(COMMANDS.split())


def test_commands_of_the_code_are_those_with_a_place() -> None:
    """Say of each command that is sent what it is for, and claim that of no other."""
    sent = {name for path in (PACKAGE / "viewtron").glob("*.py") for name in commands_of(path)}
    assert len(sent) > 40
    # Asked on purpose: no device knows it.
    sent.discard("GetNoSuchThing")
    assert {name for names, _, place, _ in rows() if not place.startswith("**None.** ") for name in names} == sent


def test_every_row_has_its_proof_or_its_reason() -> None:
    """Prove each command with a place by tests, the first of which has a Home Assistant, and give a reason else."""
    for names, kinds, place, proof in rows():
        assert set(re.split(", |; | up to 5.3.0", kinds)) - {""} <= KINDS, names
        if place.startswith("**None.** "):
            assert proof == "-", names
        else:
            assert len(names) == 1, names
            assert _TESTS.fullmatch(proof), names
            assert re.match(r"`tests/test_\w+\.py::", proof), names


def test_every_contradiction_has_its_proof() -> None:
    """Name a test for everything that ViewWall makes of contradictions and gaps."""
    found = [row for row in _OTHER_ROW.findall(PAGE.read_text(encoding="utf-8")) if row[2] != "Test"]
    assert len(found) > 40
    for told, done, proof in found:
        assert done, told
        assert _TESTS.fullmatch(proof), told


def test_named_tests_exist() -> None:
    """Name no test that has gone."""
    named = _TEST.findall(PAGE.read_text(encoding="utf-8"))
    assert [f"{path}::{name}" for path, name in named if name not in names_of_tests(path)] == []


def platform_names() -> list[tuple[str, str]]:
    """Return the platform and the English name of each entity, numbered ones with 1."""
    texts = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))["entity"]
    return [
        (platform, text["name"].format(number="" if key == "ptz_preset" else "1"))
        for platform, keys in texts.items()
        for key, text in keys.items()
    ]


@pytest.mark.parametrize(("platform", "name"), platform_names())
def test_every_entity_is_explained(platform: str, name: str) -> None:
    """Have each entity under its English name in a table of the README or the docs."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    lines = re.findall(rf"^\| `{platform}`.*$", text, re.MULTILINE)
    assert any(re.search(rf"\b{re.escape(name)}\b", line, re.IGNORECASE) for line in lines)
