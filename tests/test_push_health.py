"""What is in the way of a device's messages: the surest answer first."""

from typing import Any

import pytest

from custom_components.viewwall.provisioning import SlotTrouble
from custom_components.viewwall.push_address import AddressTrouble
from custom_components.viewwall.push_health import NEVER_AFTER, PushFacts, PushTrouble, find_trouble

EVERYTHING: dict[str, Any] = {
    "alive": False,
    "address": AddressTrouble.NAME,
    "slot": SlotTrouble.NO_SLOT,
    "wants_slot": True,
    "since_start": 10_000,
    "unheard_since_claim": 10_000,
}
"""Everything that can be wrong at once."""


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({}, PushTrouble.NAME),
        ({"alive": True}, None),
        ({"can_push": False}, None),
        ({"is_unwanted": True}, None),
        ({"answers": False}, None),
        ({"alive": None}, PushTrouble.NAME),
        ({"has_posted": True}, PushTrouble.NO_SLOT),
        ({"is_proven": True}, PushTrouble.NO_SLOT),
        ({"address": None}, PushTrouble.NO_SLOT),
        ({"address": None, "slot": SlotTrouble.FOREIGN_LOGIN}, PushTrouble.FOREIGN_LOGIN),
        ({"address": None, "slot": SlotTrouble.REFUSED}, PushTrouble.REFUSED),
        ({"address": None, "slot": SlotTrouble.TAKEN_AWAY}, PushTrouble.TAKEN_AWAY),
        ({"address": None, "slot": SlotTrouble.DISABLED}, PushTrouble.DISABLED),
        ({"address": None, "slot": SlotTrouble.DISABLED, "wants_slot": False}, PushTrouble.DISABLED),
        ({"address": None, "wants_slot": False}, PushTrouble.RESTART),
        ({"address": None, "slot": None}, PushTrouble.RESTART),
        ({"address": None, "slot": None, "unheard_since_claim": 120}, PushTrouble.RESTART),
        ({"address": None, "slot": None, "unheard_since_claim": 119}, None),
        ({"address": None, "slot": None, "unheard_since_claim": None}, PushTrouble.SILENT),
    ],
)
def test_surest_first(changes: dict[str, Any], trouble: PushTrouble | None) -> None:
    """Name one trouble at a time."""
    assert find_trouble(PushFacts(**EVERYTHING | changes)) is trouble


@pytest.mark.parametrize("trouble", list(AddressTrouble))
def test_every_trouble_with_the_address(trouble: AddressTrouble) -> None:
    """Know every trouble that an address can have, at once, and forget it when something has come all the same."""
    assert find_trouble(PushFacts(alive=None, address=trouble)) == trouble.value
    assert find_trouble(PushFacts(alive=None, address=trouble, has_posted=True)) is None


@pytest.mark.parametrize(
    ("facts", "trouble"),
    [
        (PushFacts(alive=None), None),
        (PushFacts(alive=None, since_start=NEVER_AFTER - 1), None),
        (PushFacts(alive=None, since_start=NEVER_AFTER), PushTrouble.NEVER),
        (PushFacts(alive=None, since_start=NEVER_AFTER, is_proven=True), PushTrouble.NEVER),
        (PushFacts(alive=None, since_start=NEVER_AFTER, has_posted=True), None),
        (PushFacts(alive=False, since_start=5), PushTrouble.SILENT),
        (PushFacts(alive=False, since_start=NEVER_AFTER), PushTrouble.SILENT),
    ],
)
def test_first_message(facts: PushFacts, trouble: PushTrouble | None) -> None:
    """Wait for the first message a quarter of an hour; a device that owes no heartbeat is never called silent."""
    assert find_trouble(facts) is trouble
