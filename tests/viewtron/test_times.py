"""Stamps and wall clocks of pushed messages: every form that devices send, and what is no time at all."""

from datetime import UTC, datetime

import pytest

from custom_components.viewwall.viewtron import PostKind, parse_post
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.posts_base import Identity, Plate

from . import posts_wire as wire

WHEN = datetime(2026, 7, 25, 17, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("1785000000", WHEN),
        ("1785000000123", WHEN.replace(microsecond=123000)),
        ("1785000000123456", WHEN.replace(microsecond=123456)),
        ("1785000000000000", WHEN),
        ("1785000000999999", WHEN.replace(microsecond=999999)),
        (" \n1785000000\t", WHEN),
        ("<![CDATA[1785000000123]]>", WHEN.replace(microsecond=123000)),
        ("1420070400", datetime(2015, 1, 1, tzinfo=UTC)),
        ("4102444799", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("build", [wire.camera, wire.recorder])
def test_stamp_is_read_by_magnitude(stamp: str, expected: datetime, build: object) -> None:
    """Read seconds, milliseconds and microseconds as UTC."""
    body = build("MOTION", stamp=stamp)  # type: ignore[operator]
    post = parse_post(body)
    assert post.time == expected
    assert post.time is not None
    assert post.time.utcoffset() is not None
    assert post.time.tzinfo is UTC


@pytest.mark.parametrize(
    "stamp",
    [
        "18445822972087551616",
        "0",
        "1",
        "1420070399",
        "4102444801",
        "4102444801000",
        "4102444801000000",
        "86400000000",
        "178500000",
        "-1785000000",
        "+1785000000",
        "1785000000.5",
        "1.785e9",
        "1_785_000_000",
        "0x6a64ef80",
        "१७८५००००००",
        "1785000000 1785000000",
        "yesterday",
        "9" * 200,
        "9" * 5000,
        "17850000001234567",
    ],
)
def test_useless_stamp_is_no_time(stamp: str) -> None:
    """Keep a detection whose stamp cannot be believed, without a time."""
    post = parse_post(wire.camera("PEA", wire.perimeter(wire.event(1, 2)), stamp=stamp))
    assert post.kind is PostKind.DETECTION
    assert post.event_ids == (1,)
    assert post.time is None


def test_unset_clock_of_a_recorder() -> None:
    """Keep the plate, and the stamp as sent, of a recorder whose clock was never set."""
    post = parse_post(nvr_posts.vehicle(Identity(), nvr_posts.UNSET_CLOCK, [Plate(number="QX47ZLM")]))
    assert post.time is None
    assert post.device_time == "18445822972087551616"
    assert [plate.number for plate in post.plates] == ["QX47ZLM"]


@pytest.mark.parametrize("stamp", ["", "<currentTime/>", "<currentTime></currentTime>", "<currentTime> </currentTime>"])
def test_missing_stamp(stamp: str) -> None:
    """Read a detection without a stamp."""
    post = parse_post(wire.config("<smartType>MOTION</smartType>", stamp))
    assert (post.kind, post.time, post.device_time) == (PostKind.DETECTION, None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-06 07:08:09", datetime(2026, 5, 6, 7, 8, 9)),  # noqa: DTZ001
        ("2026/05/06 07:08:09", datetime(2026, 5, 6, 7, 8, 9)),  # noqa: DTZ001
        ("05-06-2026 07:08:09 PM", datetime(2026, 5, 6, 19, 8, 9)),  # noqa: DTZ001
        ("05-06-2026 07:08:09 AM", datetime(2026, 5, 6, 7, 8, 9)),  # noqa: DTZ001
        ("05-06-2026 07:08:09 pm", datetime(2026, 5, 6, 19, 8, 9)),  # noqa: DTZ001
        ("11-19-2025 12:15:11 PM", datetime(2025, 11, 19, 12, 15, 11)),  # noqa: DTZ001
        ("11-19-2025 12:15:11 AM", datetime(2025, 11, 19, 0, 15, 11)),  # noqa: DTZ001
        ("10-07-2026 05:24:48 PM", datetime(2026, 10, 7, 17, 24, 48)),  # noqa: DTZ001
        ("25-12-2026 17:20:00", datetime(2026, 12, 25, 17, 20)),  # noqa: DTZ001
        ("12-25-2026 17:20:00", datetime(2026, 12, 25, 17, 20)),  # noqa: DTZ001
        ("2026-05-06 07:08:09 PM", datetime(2026, 5, 6, 19, 8, 9)),  # noqa: DTZ001
        ("2026-05-06 17:08:09", datetime(2026, 5, 6, 17, 8, 9)),  # noqa: DTZ001
        ("2024-02-29 00:00:00", datetime(2024, 2, 29)),  # noqa: DTZ001
    ],
)
def test_wall_clock(text: str, expected: datetime) -> None:
    """Read the wall clock of a status post in either order and with 12 or 24 hours, without a zone."""
    post = parse_post(
        wire.config(
            f"<dataTime><![CDATA[{text}]]></dataTime><alarmStatusInfo><motionAlarm>true</motionAlarm></alarmStatusInfo>"
        )
    )
    assert post.local_time == expected
    assert post.local_time is not None
    assert post.local_time.tzinfo is None
    assert post.device_time == text
    assert post.time is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-40 07:08:09",
        "2026-02-30 07:08:09",
        "2026-05-06",
        "07:08:09",
        "2026-05-06 25:00:00",
        "99999999",
    ],
)
def test_unreadable_wall_clock(text: str) -> None:
    """Keep the alarm of a status post whose clock is nonsense."""
    post = parse_post(wire.config(f"<alarmStatusInfo><a id='1'>true</a></alarmStatusInfo><dataTime>{text}</dataTime>"))
    assert post.kind is PostKind.ALARM_STATUS
    assert post.alarms == {"a": {"1": True}}
    assert post.local_time is None
    assert (post.device_time or "") == text


def test_stamp_goes_before_wall_clock() -> None:
    """Report the stamp as sent where a post has both kinds of time."""
    post = parse_post(wire.camera("MOTION", "<dataTime>2026-05-06 07:08:09</dataTime>"))
    assert post.device_time == str(wire.STAMP)
    assert post.time == WHEN.replace(microsecond=123456)
    assert post.local_time == datetime(2026, 5, 6, 7, 8, 9)  # noqa: DTZ001


def test_uptime_is_no_date() -> None:
    """Ignore relativeTime, which counts from the start of the camera."""
    post = parse_post(wire.config("<smartType>MOTION</smartType><relativeTime>1785000000123456</relativeTime>"))
    assert (post.time, post.device_time) == (None, None)


@pytest.mark.parametrize("hours", [False, True])
def test_wall_clock_of_the_simulator(hours: bool) -> None:
    """Read the wall clock that the simulated camera writes, whose zone nobody knows."""
    moment = datetime(2026, 7, 25, 13, 5, 59)  # noqa: DTZ001
    body = ipc_posts.alarm_status(Identity(), moment, {"motionAlarm": True}, twelve_hours=hours)
    assert parse_post(body).local_time == moment
