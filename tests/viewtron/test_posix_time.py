"""Device clocks are brought to UTC, or left alone where that would be a guess."""

from datetime import UTC, datetime

import pytest

from custom_components.viewwall.viewtron.posix_time import SummerRules, parse_wall_clock, to_utc


def _utc(text: str, zone: str, **rules: str | bool | int) -> str | None:
    """Convert and print without the offset."""
    local = parse_wall_clock(text)
    assert local is not None
    found = to_utc(local, zone, SummerRules(**rules))  # type: ignore[arg-type]
    if found is None:
        return None
    assert found.tzinfo is UTC
    return f"{found:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-05-06 07:08:09", "CST-8", "2026-05-05 23:08:09"),
        ("2026-05-06 07:08:09", "GMT0", "2026-05-06 07:08:09"),
        ("2026/05/06 07:08:09", "<+0545>-5:45", "2026-05-06 01:23:09"),
        ("2026-01-06 07:08:09", "EST5EDT,M3.2.0/2,M11.1.0/2", "2026-01-06 12:08:09"),
        ("2026-07-06 07:08:09", "EST5EDT,M3.2.0/2,M11.1.0/2", "2026-07-06 11:08:09"),
        ("2026-03-08 01:59:59", "EST5EDT,M3.2.0/2,M11.1.0/2", "2026-03-08 06:59:59"),
        ("2026-03-08 03:00:00", "EST5EDT,M3.2.0/2,M11.1.0/2", "2026-03-08 07:00:00"),
        ("2026-11-01 02:00:00", "EST5EDT,M3.2.0/2,M11.1.0/2", "2026-11-01 07:00:00"),
        ("2026-07-06 12:00:00", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-06 10:00:00"),
        ("2026-10-25 03:00:00", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 02:00:00"),
        ("2026-01-06 12:00:00", "AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-06 01:00:00"),
        ("2026-07-06 12:00:00", "AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-06 02:00:00"),
        ("2026-01-06 12:00:00", "LHST-10:30LHDT-11,M10.1.0,M4.1.0", "2026-01-06 01:00:00"),
        # Without rules POSIX means the North American ones; elsewhere nobody can know.
        ("2026-07-06 12:00:00", "EST5EDT", "2026-07-06 16:00:00"),
        ("2026-12-06 12:00:00", "PST8PDT", "2026-12-06 20:00:00"),
        ("2026-07-06 12:00:00", "CET-1CEST", None),
        ("2026-07-06 12:00:00", "EST5EDT,M3.2.0/2", None),
        ("2026-07-06 12:00:00", "EST5EDT,J60,J300", None),
        ("2026-07-06 12:00:00", "EST5EDT,M13.2.0,M11.1.0", None),
        ("2026-07-06 12:00:00", "America/New_York", None),
        ("2026-07-06 12:00:00", "", None),
        ("2026-07-06 12:00:00", "ABC99", None),
        ("0001-01-01 00:00:00", "CST-8", None),
        ("9999-12-31 23:00:00", "EST5EDT,M12.5.0/999,M11.1.0", None),
    ],
)
def test_zone_texts(local: str, zone: str, utc: str | None) -> None:
    """POSIX zones count westwards; rules are kept to the second."""
    assert _utc(local, zone) == utc


@pytest.mark.parametrize(
    ("rules", "utc"),
    [
        ({"used": True}, "2026-07-06 11:00:00"),
        ({"used": False}, "2026-07-06 12:00:00"),
        ({"used": True, "minutes": 30}, "2026-07-06 11:30:00"),
        ({}, "2026-07-06 12:00:00"),
    ],
)
def test_separate_rules(rules: dict[str, bool | int], utc: str) -> None:
    """First-generation devices tell summer time beside the zone, with a switch of its own."""
    assert _utc("2026-07-06 12:00:00", "GMT0", start="M3.5.0/1", end="M10.5.0/2", **rules) == utc


def test_switch_wins_over_the_zone_text() -> None:
    """A device whose summer time is off stays on standard time."""
    assert _utc("2026-07-06 12:00:00", "EST5EDT,M3.2.0/2,M11.1.0/2", used=False) == "2026-07-06 17:00:00"


def test_wall_clock() -> None:
    """Only a full date and time counts."""
    assert parse_wall_clock("2026-05-06T07:08:09") == datetime(2026, 5, 6, 7, 8, 9)  # noqa: DTZ001
    for text in (None, "", "2026-05-06", "2026-13-06 07:08:09", "06.05.2026 07:08:09", "2026-05-06 07:08:09 x"):
        assert parse_wall_clock(text) is None
