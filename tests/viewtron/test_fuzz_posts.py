"""Whatever is posted: `parse_post` never raises, keeps its promises, and costs no more than the bytes are worth."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import gc
from pathlib import Path
import re
import sys
import tracemalloc

from hypothesis import given, strategies as st
import pytest

from custom_components.viewwall.viewtron import DetectionType, Picture, Plate as Read, Post, PostKind, parse_post
from custom_components.viewwall.viewtron.codes import Direction, EventStatus, PlateList, TargetType
from custom_components.viewwall.viewtron.post import Format
from tests.hostile import Change, changes, examples, free_text, spoil
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.ipc_parts import Dialect
from tests.simulators.posts_base import Identity, Picture as Drawn, Plate, Target

CAPTURES = sorted((Path(__file__).parents[1] / "fixtures" / "captures").glob("*.xml"))
WHO = Identity()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DRAWN = Drawn(b"\xff\xd8\xff\xe0" + b"." * 4000 + b"\xff\xd9")
TARGETS = (Target(crop=DRAWN), Target(id=5, event_id=6, kind="car"))
POSTS = [
    *(path.read_bytes() for path in CAPTURES),
    *(ipc_posts.intrusion(WHO, NOW, dialect=dialect, overview=DRAWN, targets=TARGETS) for dialect in Dialect),
    *(ipc_posts.plates(WHO, NOW, [Plate(number="AB 123", crop=DRAWN)], dialect=dialect) for dialect in Dialect),
    ipc_posts.face(WHO, NOW),
    ipc_posts.traject(WHO, NOW, targets=TARGETS),
    ipc_posts.traffic(WHO, NOW),
    ipc_posts.line_count(WHO, NOW),
    ipc_posts.video_metadata(WHO, NOW),
    ipc_posts.video_abnormal(WHO, NOW),
    ipc_posts.keepalive_device_info(WHO),
    ipc_posts.keepalive_message(WHO),
    ipc_posts.alarm_status(WHO, NOW, {"motionAlarm": True}),
    nvr_posts.alarm_status(WHO, NOW, {"perimeterAlarm": {1: True}, "chlOfflineAlarm": {3: True}}),
    nvr_posts.vehicle(WHO, NOW, [Plate(number="AB 123", owner="O. Wner", listed="Staff", crop=DRAWN)]),
    nvr_posts.face(WHO, NOW),
    nvr_posts.counting_by_line(WHO, NOW),
    nvr_posts.counting_by_area(WHO, NOW),
]
MAX_TEXT = 255
MAC = re.compile("[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


def is_text(value: object) -> bool:
    """Tell whether a word is one that Home Assistant can store and show: not empty, not endless, whole characters."""
    if value is None:
        return True
    assert isinstance(value, str)
    value.encode()
    return 0 < len(value) <= MAX_TEXT


def is_count(value: object) -> bool:
    """Tell whether a number is one that a device can mean."""
    return value is None or (type(value) is int and 0 <= value < 10**10)


def is_box(value: object) -> bool:
    """Tell whether a box lies on the grid."""
    if value is None:
        return True
    assert isinstance(value, tuple)
    return len(value) == 4 and all(type(side) is int and 0 <= side <= 10000 for side in value) and any(value)


def is_picture(picture: object) -> bool:
    """Tell whether a picture can be asked for its bytes."""
    if picture is None:
        return True
    assert isinstance(picture, Picture)
    jpeg = picture.jpeg()
    assert hash(picture) == hash(picture.detached())
    return jpeg is None or isinstance(jpeg, bytes)


def check(post: Post) -> None:
    """Make sure that every field is of the type and in the range that callers rely on."""
    assert type(post) is Post
    assert isinstance(post.kind, PostKind)
    assert (post.reason is not None) is (post.kind is PostKind.UNKNOWN)
    assert is_text(post.reason)
    assert post.format is None or isinstance(post.format, Format)
    device = post.device
    assert device.mac is None or (MAC.fullmatch(device.mac) and device.mac != "00:00:00:00:00:00")
    assert all(is_text(word) for word in (device.serial, device.ip, device.name, post.code, post.device_time))
    assert is_count(post.channel)
    assert (post.detection is not None) is (post.kind is PostKind.DETECTION)
    assert post.detection is None or isinstance(post.detection, DetectionType)
    assert post.status is None or isinstance(post.status, EventStatus)
    assert post.time is None or (post.time.utcoffset() == timedelta(0) and 2015 <= post.time.year < 2100)
    assert post.local_time is None or post.local_time.tzinfo is None
    assert all(type(number) is int and is_count(number) for number in post.event_ids)
    assert max(len(post.event_ids), len(post.events), len(post.plates), len(post.faces)) <= 256
    for event in post.events:
        assert is_count(event.id)
        assert event.status is None or isinstance(event.status, EventStatus)
    for target in post.targets:
        assert is_count(target.id)
        assert is_box(target.box)
        assert target.type is None or isinstance(target.type, TargetType)
    for plate in post.plates:
        check_plate(plate)
    for face in post.faces:
        assert all(is_text(word) for word in (face.age, face.sex, face.glasses, face.mask))
        assert is_picture(face.crop)
    if post.counts is not None:
        for block in (post.counts.entered, post.counts.exited, post.counts.inside):
            assert all(is_count(number) for number in (block.person, block.car, block.two_wheeler))
    assert is_picture(post.overview)
    assert all(is_picture(crop) for crop in post.crops)
    check_alarms(post)


def check_plate(plate: Read) -> None:
    """Make sure of a plate."""
    assert plate.number
    vehicle = plate.vehicle
    words = (plate.number, plate.group, plate.color, plate.owner)
    assert all(is_text(word) for word in (*words, vehicle.type, vehicle.color, vehicle.brand, vehicle.model))
    assert plate.listed is None or isinstance(plate.listed, PlateList)
    assert plate.direction is None or isinstance(plate.direction, Direction)
    assert plate.confidence is None or 0 <= plate.confidence <= 100
    assert is_box(plate.box)
    assert is_picture(plate.crop)


def check_alarms(post: Post) -> None:
    """Make sure of the alarm states."""
    assert not post.alarms or post.kind is PostKind.ALARM_STATUS
    assert sum(len(states) for states in post.alarms.values()) <= 512
    for name, states in post.alarms.items():
        assert isinstance(name, str)
        for row_id, state in states.items():
            assert isinstance(row_id, str)
            row_id.encode()
            assert type(state) is bool


def test_there_are_captures() -> None:
    """Start from what real devices have sent, and from messages that are all understood."""
    assert len(CAPTURES) > 20
    posts = [parse_post(body) for body in POSTS]
    for post in posts:
        check(post)
    assert {post.kind for post in posts} >= set(PostKind) - {PostKind.UNKNOWN}


@examples(150)
@given(st.sampled_from(POSTS), changes())
def test_spoilt_message(body: bytes, steps: list[Change]) -> None:
    """Read a message that was spoilt in a few places."""
    check(parse_post(spoil(body, steps)))


@examples(40)
@given(st.sampled_from(POSTS), st.sampled_from(POSTS), st.integers(0, 10**6), st.integers(0, 10**6))
def test_message_within_a_message(first: bytes, second: bytes, at: int, end: int) -> None:
    """Read two messages that have run into each other."""
    check(parse_post(first[: at % len(first)] + second + first[end % len(first) :]))


@examples(150)
@given(free_text())
def test_pieces_of_xml(body: bytes) -> None:
    """Read pieces of XML in any order, within a root and without."""
    check(parse_post(body))
    check(parse_post(b"<config version='1.7'><smartType>VEHICE</smartType>" + body + b"</config>"))


@examples(150)
@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    """Read anything at all."""
    check(parse_post(body))
    check(parse_post(b"<config>" + body + b"</config>"))


@pytest.mark.parametrize("name", ["unicode_escape", "utf-16", "no-such", "idna", "hex"])
@pytest.mark.filterwarnings("error")
def test_declared_encoding_is_not_tried_out(name: str) -> None:
    """Let no message choose which of Python's codecs reads it: some of them complain aloud, and some are slow."""
    post = parse_post(f"<?xml version='1.0' encoding='{name}'?><other>&</other>".encode())
    assert (post.kind, post.reason) == (PostKind.UNKNOWN, "root element other")
    same = parse_post(f"<?xml version='1.0' encoding='{name}'?><config><smartType>PEA</smartType>&</config>".encode())
    assert same.detection is DetectionType.INTRUSION


CONFIG, END = b"<config version='1.7'><smartType>VEHICE</smartType>", b"</config>"
LISTED = b"<listInfo><item><targetImageData><targetBase64Data>"


def blow_up(head: bytes, part: bytes, tail: bytes) -> Callable[[int], bytes]:
    """Return what makes a message of about so many bytes by repeating a part."""
    return lambda size: head + part * (size // len(part)) + tail


BOMBS = {
    "deep": blow_up(CONFIG, b"<a>", b""),
    "deep_closed": lambda size: CONFIG + b"<a>" * (size // 7) + b"</a>" * (size // 7) + END,
    "elements": blow_up(CONFIG, b"<a/>", END),
    "items": blow_up(CONFIG + b"<listInfo>", b"<item><plateNumber>A</plateNumber></item>", b"</listInfo>" + END),
    "crops": blow_up(CONFIG, b"<targetImageData><sourceBase64Data>/9j/</sourceBase64Data></targetImageData>", END),
    "deep_items": lambda size: CONFIG + b"<a>" + b"<item>" * (size // 13) + b"</item>" * (size // 13) + b"</a>" + END,
    "deep_blocks": lambda size: CONFIG + b"<p><item>" * (size // 20) + b"</item></p>" * (size // 20) + END,
    "attributes": lambda size: b"<config " + b" ".join(b"a%d='1'" % n for n in range(size // 10)) + b">" + END,
    "same_attributes": blow_up(b"<config ", b"a='1' ", b">" + END),
    "long_attribute": blow_up(b"<config a='", b"x", b"'>" + END),
    "rows": blow_up(b"<config><alarmStatusInfo>", b"<a id='1'>true</a>", b"</alarmStatusInfo>" + END),
    "fields": lambda size: (
        b"<config><alarmStatusInfo>"
        + b"".join(b"<a%d id='1'>true</a%d>" % (n, n) for n in range(size // 28))
        + b"</alarmStatusInfo></config>"
    ),
    "entities": blow_up(b'<!DOCTYPE a [<!ENTITY b "', b"c", b'">]><config>&b;</config>'),
    "ampersands": blow_up(CONFIG, b"&", END),
    "references": blow_up(CONFIG, b"&#10;", END),
    "sections": blow_up(CONFIG, b"<![CDATA[a]]>", END),
    "open_sections": blow_up(CONFIG, b"<![CDATA[", END),
    "comments": blow_up(CONFIG, b"<!-- a -->", END),
    "open_comments": blow_up(CONFIG, b"<!--", END),
    "instructions": blow_up(CONFIG, b"<?a b?>", END),
    "brackets": blow_up(CONFIG, b">", END),
    "tags_without_end": blow_up(CONFIG, b"<a", END),
    "prefixes": blow_up(CONFIG, b"<a:b/>", END),
    "roots": blow_up(b"", b"<config>", b""),
    "blanks": blow_up(CONFIG + LISTED, b" ", b"</targetBase64Data></targetImageData></item></listInfo>" + END),
    "pictures": blow_up(CONFIG, b"<targetImageData><sourceBase64Data>" + b"/9j/" * 600 + b"</sourceBase64Data>", END),
    "picture_in_pieces": blow_up(
        CONFIG + LISTED,
        b"<![CDATA[" + b"/9j/" * 600 + b"]]>",
        b"</targetBase64Data></targetImageData></item></listInfo>" + END,
    ),
    "control_characters": blow_up(CONFIG, b"\x01", END),
    "torn_characters": blow_up(CONFIG, b"\xff", END),
    "zeros": blow_up(b"", b"\x00", b""),
    "utf_16": lambda size: ("<config>" + "<a/>" * (size // 8) + "</config>").encode("utf-16"),
    "other_encoding": blow_up(b"<?xml version='1.0' encoding='gbk'?><config>", b"\xb2\xe2", END),
    "types": blow_up(b"<config>", b"<types>", END),
}


def work(body: bytes) -> int:
    """Count the steps of our own code that a message costs: calls and jumps back, whatever the machine is busy with."""
    steps = 0
    monitoring, tool = sys.monitoring, sys.monitoring.PROFILER_ID

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    events = monitoring.events.PY_START | monitoring.events.JUMP | monitoring.events.PY_RESUME
    monitoring.use_tool_id(tool, "viewwall tests")
    try:
        for event in (monitoring.events.PY_START, monitoring.events.JUMP, monitoring.events.PY_RESUME):
            monitoring.register_callback(tool, event, count)
        monitoring.set_events(tool, events)
        parse_post(body)
        monitoring.set_events(tool, 0)
    finally:
        monitoring.free_tool_id(tool)
    return steps


@pytest.mark.parametrize("bomb", [pytest.param(bomb, id=name) for name, bomb in BOMBS.items()])
def test_work_grows_with_the_bytes(bomb: Callable[[int], bytes]) -> None:
    """Do eight times the work for eight times the bytes, not the square of it; beyond a limit do none."""
    small, large = bomb(16_000), bomb(128_000)
    check(parse_post(large))
    assert work(large) <= 16 * work(small) + 500


@pytest.mark.parametrize("bomb", [pytest.param(bomb, id=name) for name, bomb in BOMBS.items()])
def test_memory_is_bounded(bomb: Callable[[int], bytes]) -> None:
    """Take a few times the memory of a message, and no more than a fixed amount for its markup."""
    body = bomb(4 * 1024 * 1024)
    tracemalloc.start()
    try:
        parse_post(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 4 * len(body) + 40 * 1024 * 1024


def test_nothing_stays() -> None:
    """Keep nothing of a message once its post is gone."""
    body = spoil(POSTS[0], [("repeat", 7, 300)])
    parse_post(body)
    tracemalloc.start()
    try:
        for number in range(50):
            parse_post(body + b" " * number)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000
