"""Home Assistant's quality scale: every rule is answered, and every answer has something that proves it."""

import ast
from functools import cache
from pathlib import Path
import re
import tomllib
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict
import pytest

from script.validate.coverage import poorly_covered

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = ROOT / "custom_components" / "viewwall"
SCALE: Final[dict[str, Any]] = load_yaml_dict(str(PACKAGE / "quality_scale.yaml"))["rules"]
LEVELS: Final = {
    "bronze": (
        "action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage"
        " dependency-transparency docs-actions docs-conditions docs-high-level-description"
        " docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup entity-unique-id"
        " has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry"
    ),
    "silver": (
        "action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters"
        " entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow"
        " test-coverage"
    ),
    "gold": (
        "devices diagnostics discovery discovery-update-info docs-data-update docs-examples docs-known-limitations"
        " docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices"
        " entity-category entity-device-class entity-disabled-by-default entity-translations exception-translations"
        " icon-translations reconfiguration-flow repair-issues stale-devices"
    ),
    "platinum": "async-dependency inject-websession strict-typing",
}
RULES: Final = [rule for rules in LEVELS.values() for rule in rules.split()]

# `test_x.py::test_y` is a test; `page.md#Heading` a part of the documentation; anything else is a file that is there.
PROOFS: Final[dict[str, tuple[str, ...]]] = {
    "action-setup": (
        "test_actions_targets.py::test_there_before_any_device",
        "test_actions_targets.py::test_not_running",
    ),
    "appropriate-polling": (
        "test_coordinator.py::test_polls_every_five_seconds_without_push",
        "test_coordinator.py::test_polls_every_minute_with_push",
        "test_coordinator.py::test_never_polls_faster_than_that",
        "test_wall_session.py::test_pace",
    ),
    "brands": ("custom_components/viewwall/brand/icon.png", "test_validate.py::test_files"),
    "common-modules": ("custom_components/viewwall/coordinator.py", "custom_components/viewwall/entity.py"),
    "config-flow": (
        "test_config_flow.py::test_every_kind_ends_with_its_push_address",
        "test_config_flow.py::test_every_field_has_its_text",
        "test_config_flow_wall.py::test_host_and_password_are_enough",
    ),
    "config-flow-test-coverage": (
        "test_quality_scale.py::test_flows_are_covered_completely",
        "test_config_flow.py::test_every_error_is_told_and_recovered_from",
        "test_config_flow_wall.py::test_every_error_is_told_and_recovered_from",
    ),
    "dependency-transparency": ("test_quality_static.py::test_only_requirement",),
    "docs-actions": ("test_docs.py::test_every_action_is_explained", "docs/reference.md#Actions"),
    "docs-high-level-description": ("README.md#ViewWall",),
    "docs-installation-instructions": ("README.md#What you need", "README.md#Install"),
    "docs-removal-instructions": ("README.md#Remove",),
    "entity-event-setup": (
        "test_init.py::test_unloading_leaves_nothing_behind",
        "test_quality_static.py::test_entities_listen_only_while_they_are_there",
    ),
    "entity-unique-id": (
        "test_init.py::test_key_is_the_translation_key",
        "test_init.py::test_identity_without_mac",
        "test_moved_device.py::test_moved_while_it_runs",
    ),
    "has-entity-name": ("test_quality_static.py::test_entities_are_named_below_their_device",),
    "runtime-data": ("test_quality_static.py::test_running_parts_live_in_the_entry",),
    "test-before-configure": (
        "test_config_flow.py::test_every_error_is_told_and_recovered_from",
        "test_config_flow_wall.py::test_every_error_is_told_and_recovered_from",
    ),
    "test-before-setup": (
        "test_init.py::test_start_with_a_device_that_is_off_or_refuses",
        "test_init.py::test_start_with_a_wrong_password",
        "test_init.py::test_start_at_the_address_of_another_device",
    ),
    "unique-config-entry": (
        "test_config_flow.py::test_device_that_is_set_up_gets_its_new_address",
        "test_config_flow.py::test_mac_in_one_spelling",
        "test_config_flow_wall.py::test_wall_that_is_set_up_gets_its_new_address",
    ),
    "action-exceptions": (
        "test_actions_targets.py::test_wrong_targets_are_named",
        "test_actions_targets.py::test_nothing_is_touched_when_a_check_fails",
        "test_actions_targets.py::test_unreachable_wall",
    ),
    "config-entry-unloading": (
        "test_init.py::test_unloading_leaves_nothing_behind",
        "test_init.py::test_unloading_stops_every_timer",
        "test_init.py::test_removing_takes_everything",
        "test_wall_session.py::test_no_session_after_home_assistant_stops",
    ),
    "docs-configuration-parameters": ("docs/cameras.md#Options", "docs/recorders.md#Options"),
    "docs-installation-parameters": (
        "docs/cameras.md#Set up",
        "docs/recorders.md#Set up",
        "docs/thin-client.md#Set up",
    ),
    "entity-unavailable": (
        "test_coordinator.py::test_down_and_up_again",
        "test_coordinator.py::test_push_keeps_entities_available",
        "test_coordinator.py::test_refused_polls_make_unavailable",
        "test_quality_log_once.py::test_both_fail",
        "test_quality_channels.py::test_channel_goes_and_comes_back",
        "test_wall_platforms.py::test_away_and_back",
    ),
    "integration-owner": ("test_quality_static.py::test_owner",),
    "log-when-unavailable": (
        "test_quality_log_once.py::test_polling_fails_while_messages_arrive",
        "test_quality_log_once.py::test_messages_stop_while_polling_works",
        "test_quality_log_once.py::test_both_fail",
        "test_quality_log_once.py::test_wall_is_lost_and_found",
    ),
    "parallel-updates": ("test_quality_static.py::test_every_platform_says_how_many_at_once",),
    "reauthentication-flow": (
        "test_config_flow.py::test_reauth_with_the_new_password",
        "test_config_flow_wall.py::test_reauth_asks_for_the_password_alone",
        "test_coordinator.py::test_changed_password_asks_after_exactly_one_more_try",
        "test_coordinator.py::test_locked_account_is_left_alone",
    ),
    "test-coverage": ("test_quality_scale.py::test_coverage_is_demanded",),
    "devices": ("test_init.py::test_the_device", "test_init.py::test_channels_are_devices_below_the_recorder"),
    "diagnostics": (
        "test_diagnostics.py::test_recorder_tells_no_secrets",
        "test_diagnostics.py::test_camera_tells_no_secrets",
        "test_diagnostics.py::test_failure_is_named",
    ),
    "discovery": (
        "test_flow_dhcp.py::test_new_device_gets_a_card",
        "test_flow_search.py::test_everything_that_answers_is_listed",
    ),
    "discovery-update-info": (
        "test_moved_device.py::test_moved_while_it_runs",
        "test_moved_device_not.py::test_device_answers_where_it_was",
        "test_moved_device_not.py::test_no_password_for_what_is_no_camera",
        "test_flow_identity.py::test_card_takes_the_new_address",
    ),
    "docs-data-update": ("docs/cameras.md#How its data are updated",),
    "docs-examples": ("docs/blueprints.md", "docs/gate.md"),
    "docs-known-limitations": (
        "docs/cameras.md#What it cannot do",
        "docs/recorders.md#What it cannot do",
        "docs/thin-client.md#What it cannot do",
    ),
    "docs-supported-devices": ("README.md#What you need",),
    "docs-supported-functions": ("docs/entities.md", "test_docs_viewtron.py::test_every_entity_is_explained"),
    "docs-troubleshooting": ("docs/troubleshooting.md", "README.md#When something does not work"),
    "docs-use-cases": ("README.md#What you get", "docs/gate.md", "docs/counting.md", "docs/thin-client.md"),
    "dynamic-devices": (
        "test_init.py::test_channel_that_appears_later",
        "test_init.py::test_channel_that_a_post_names_first",
        "test_quality_channels.py::test_swapped_without_a_reload",
    ),
    "entity-category": ("test_quality_first_look.py::test_house_with_sixteen_cameras",),
    "entity-device-class": ("test_quality_static.py::test_what_has_no_device_class",),
    "entity-disabled-by-default": (
        "test_init.py::test_entities_that_are_off_by_default",
        "test_quality_first_look.py::test_house_with_sixteen_cameras",
        "test_quality_first_look.py::test_wall",
    ),
    "entity-translations": ("test_quality_static.py::test_texts_and_icons",),
    "exception-translations": (
        "test_quality_static.py::test_texts_and_icons",
        "test_quality_static.py::test_every_exception_is_translated",
    ),
    "icon-translations": ("test_quality_static.py::test_texts_and_icons",),
    "reconfiguration-flow": (
        "test_config_flow.py::test_reconfigure",
        "test_config_flow.py::test_reconfigure_to_another_device",
        "test_config_flow_wall.py::test_reconfigure",
    ),
    "repair-issues": (
        "test_quality_static.py::test_every_issue_can_be_fixed_or_says_what_to_do",
        "test_push_repairs.py::test_set_up_from_the_repair",
        "test_push_mended.py::test_claimed_and_closed",
        "test_clock_repair.py::test_it_comes_and_goes",
        "test_clock_repair.py::test_fix",
        "test_repairs.py::test_user_learns_who_the_stranger_is",
    ),
    "stale-devices": (
        "test_init.py::test_only_what_is_gone_can_be_removed",
        "test_quality_channels.py::test_swapped_without_a_reload",
        "test_removed_channels.py::test_removed_channel_stays_removed",
    ),
    "async-dependency": (
        "test_quality_static.py::test_only_requirement",
        "test_quality_static.py::test_nothing_blocks",
    ),
    "inject-websession": ("test_quality_static.py::test_sessions_are_home_assistants",),
    "strict-typing": ("test_quality_static.py::test_types_are_checked_strictly",),
}


def status(rule: str) -> str:
    """Return how a rule is answered."""
    answer = SCALE[rule]
    return str(answer["status"] if isinstance(answer, dict) else answer)


def test_every_rule_is_answered() -> None:
    """Answer all 54 rules, each with done, or with exempt and the reason."""
    assert len(RULES) == 54
    assert sorted(SCALE) == sorted(RULES)
    for rule, answer in SCALE.items():
        assert status(rule) in ("done", "exempt"), rule
        if isinstance(answer, dict):
            assert answer.keys() == {"status", "comment"}, rule
            assert len(answer["comment"].split()) > 5, rule
        else:
            assert answer == "done", rule


def test_what_is_done_is_proved() -> None:
    """Have a proof for each rule that is done, and for no other."""
    assert sorted(PROOFS) == sorted(rule for rule in RULES if status(rule) == "done")
    assert all(PROOFS.values())


@cache
def names_of_tests(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def headings_in(path: Path) -> frozenset[str]:
    """Return the headings of a page."""
    return frozenset(re.findall(r"^#+ (.+?)$", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("rule", PROOFS)
def test_proof_is_there(rule: str) -> None:
    """Notice when what proves a rule is renamed or removed."""
    for proof in PROOFS[rule]:
        test_file, is_test, test = proof.partition("::")
        page, is_heading, heading = proof.partition("#")
        if is_test:
            assert test in names_of_tests(ROOT / "tests" / test_file), proof
        elif is_heading:
            assert heading in headings_in(ROOT / page), proof
        else:
            assert (ROOT / proof).is_file(), proof


def test_exemptions_are_true() -> None:
    """Exempt the pages about triggers and conditions for as long as there are none."""
    exempt = {rule for rule in RULES if status(rule) == "exempt"}
    assert exempt == {"docs-triggers", "docs-conditions"}
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    assert modules.isdisjoint({"trigger", "condition", "device_trigger", "device_condition"})


def test_coverage_is_demanded() -> None:
    """Fail a run that covers less than 95 %, branches included."""
    coverage = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]
    assert coverage["report"]["fail_under"] >= 95
    assert coverage["run"]["branch"] is True
    assert coverage["run"]["source"] == ["custom_components/viewwall"]


def test_flows_are_covered_completely() -> None:
    """Demand every line and branch of setting up."""
    script = (ROOT / "script" / "test").read_text(encoding="utf-8")
    assert re.search(r"--fail-under=100[^\n]*\\?\n?[^\n]*viewwall/config_flow\.py", script)


def test_every_module_is_looked_at() -> None:
    """Find the module that a good total hides."""

    def _about(percent: float) -> dict[str, Any]:
        summary = {"percent_covered": percent}
        return {"summary": summary, "missing_lines": [7, 9], "missing_branches": [[3, -1]]}

    report = {"files": {"good.py": _about(95.0), "poor.py": _about(94.9), "bad.py": _about(60)}}
    assert poorly_covered(report) == [
        "bad.py: 60.0 %, lines 7 9, branches 3->-1",
        "poor.py: 94.9 %, lines 7 9, branches 3->-1",
    ]
