"""The recordings of all kinds of device, in all forms in which they are told."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from custom_components.viewwall.viewtron.answers import parse_document
from custom_components.viewwall.viewtron.errors import (
    ViewtronCommandError,
    ViewtronNotFoundError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from custom_components.viewwall.viewtron.models import DeviceKind
from custom_components.viewwall.viewtron.recordings import (
    MOST_SEARCHES,
    Recording,
    RecordKind,
    kind_of,
    read_record_status,
    read_recordings,
)
from custom_components.viewwall.viewtron.still_picture import PictureKind, read_still
from tests.simulators.answers_recording import one_image
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.key_frame import KeyFrameCodec
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.raw_http import tree
from tests.simulators.recording_commands import SimRecording
from tests.simulators.state import Answer, Request, Shape

from .conftest import MakeClient

KINDS: dict[DeviceKind, type[ViewtronSimulator]] = {
    DeviceKind.IPC_V1: IpcV1Simulator,
    DeviceKind.IPC_V2: IpcV2Simulator,
    DeviceKind.NVR_V1: NvrV1Simulator,
    DeviceKind.NVR_V2: NvrV2Simulator,
}
NOON = datetime(2026, 5, 6, 12)  # noqa: DTZ001
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

any_device = pytest.mark.parametrize(("kind", "shape"), [(kind, shape) for kind in KINDS for shape in Shape])


def searches(device: ViewtronSimulator, command: str = "SearchByTime") -> list[dict[str, Any]]:
    """Return what was asked for so far: texts by element, those of the list together."""
    return [
        {field.tag: [item.text for item in field] or field.text for field in wanted}
        for request in device.requests
        if request.command == command
        for wanted in tree(request.body).iterfind("search")
    ]


def _answer(body: bytes, _request: Request) -> Answer:
    """Answer with this."""
    return Answer(body=body)


def starts(recordings: Iterable[Recording]) -> list[datetime]:
    """Return when recordings begin."""
    return [recording.start for recording in recordings]


@any_device
async def test_finds(kind: DeviceKind, shape: Shape, make_client: MakeClient) -> None:
    """Find what reaches into a time, of all types or of some, on the right channel; nothing found is no error."""
    async with KINDS[kind](shape=shape) as device:
        recordings = make_client(device.port).recordings
        channel = 2 if kind.is_nvr else 1
        smart = next(word for word in device.record_words if word.lower().startswith("intel"))
        device.recordings = [
            SimRecording(start=NOON + HOUR, seconds=90, kind=smart, channel=channel),
            SimRecording(start=NOON, seconds=3600, kind="schedule", channel=channel),
            SimRecording(start=NOON, seconds=60, kind="motion", channel=7),
        ]
        found = await recordings.find(channel, NOON + 30 * SECOND, NOON + DAY)
        assert found.is_complete
        assert [(each.start, each.end, each.kind, each.word) for each in found.recordings] == [
            (NOON, NOON + HOUR, RecordKind.SCHEDULE, "schedule"),
            (NOON + HOUR, NOON + HOUR + 90 * SECOND, RecordKind.SMART, smart.lower()),
        ]
        is_v1_form = device.search_form == "v1"
        assert [each.length for each in found.recordings] == ([HOUR, 90 * SECOND] if is_v1_form else [None, None])
        only = await recordings.find(channel, NOON, NOON + DAY, {RecordKind.SMART, RecordKind.NETWORK_FAILURE})
        assert starts(only.recordings) == [NOON + HOUR]
        nothing = await recordings.find(channel, NOON + DAY, NOON + 2 * DAY)
        assert nothing.recordings == ()
        assert nothing.is_complete
        asked = searches(device)
        assert asked[0] == {
            "recTypes": list(device.record_words),
            "starttime": "2026-05-06 12:00:30",
            "endtime": "2026-05-07 12:00:00",
        }
        broken = [] if kind.is_nvr else ["networkBroken" if kind.is_v2 else "nic broken"]
        assert asked[1]["recTypes"] == [smart, *broken]
        assert len(asked) == 3


async def test_only_kinds_that_the_device_has(make_client: MakeClient) -> None:
    """Send no search for a type that the device does not know."""
    async with NvrV2Simulator() as recorder:
        client = make_client(recorder.port)
        found = await client.recordings.find(1, NOON, NOON + DAY, {RecordKind.NETWORK_FAILURE})
        assert found.recordings == ()
        assert found.is_complete
        assert not searches(recorder)


@any_device
async def test_types_not_told(kind: DeviceKind, shape: Shape, make_client: MakeClient) -> None:
    """A device that does not list its types is asked with the words of its generation."""
    async with KINDS[kind](shape=shape) as device:
        device.conditions["GetRecordType"] = lambda: False
        device.recordings = [SimRecording(start=NOON, seconds=60, kind=device.record_words[-1])]
        found = await make_client(device.port).recordings.find(1, NOON, NOON + DAY)
        assert starts(found.recordings) == [NOON]
        assert searches(device)[0]["recTypes"] == list(device.record_words)


async def test_a_word_of_its_own(make_client: MakeClient) -> None:
    """A type that nobody knows is searched and told in the device's own word."""
    async with NvrV1Simulator() as recorder:
        recorder.record_words = ["POS", "manual"]
        recorder.recordings = [SimRecording(start=NOON, seconds=60, kind="POS")]
        (found,) = (await make_client(recorder.port).recordings.find(1, NOON, NOON + DAY)).recordings
        assert (found.kind, found.word) == (None, "pos")


@pytest.mark.parametrize("simulator", [NvrV1Simulator, NvrV2Simulator])
async def test_more_than_one_answer(simulator: type[ViewtronSimulator], make_client: MakeClient) -> None:
    """More than an answer can hold is asked for bit by bit, and comes once."""
    async with simulator() as recorder:
        many = [
            SimRecording(start=NOON + number * SECOND, seconds=30, kind=("motion", "sensor")[number % 2])
            for number in range(2500)
        ]
        recorder.recordings = many[::-1]
        found = await make_client(recorder.port).recordings.find(1, NOON, NOON + DAY)
        assert found.is_complete
        assert starts(found.recordings) == [each.start for each in many]
        asked = searches(recorder)
        assert len(asked) == 3
        assert asked[1]["starttime"] == "2026-05-06 12:16:39"
        assert len({each["endtime"] for each in asked}) == 1


async def test_far_too_many(make_client: MakeClient) -> None:
    """The search has an end, and says that it is not complete."""
    async with NvrV1Simulator() as recorder:
        client = make_client(recorder.port)
        recorder.recordings = [
            SimRecording(start=NOON + number * SECOND, seconds=1, kind="motion") for number in range(12_000)
        ]
        found = await client.recordings.find(1, NOON, NOON + DAY)
        assert not found.is_complete
        assert len(searches(recorder)) == MOST_SEARCHES
        assert 9_000 < len(found.recordings) <= 10_000
        # A thousand at the same moment: asking on brings nothing new.
        recorder.requests.clear()
        recorder.recordings = [SimRecording(start=NOON, seconds=1 + each, kind="motion") for each in range(1500)]
        found = await client.recordings.find(1, NOON, NOON + DAY)
        assert not found.is_complete
        assert len(found.recordings) == 1000
        assert len(searches(recorder)) == 2


async def test_full_answer_with_one_that_cannot_be_read(make_client: MakeClient) -> None:
    """An answer is full by all that stands in it."""
    async with NvrV2Simulator() as recorder:
        recordings = make_client(recorder.port).recordings
        rows = [f"<item seconds='1'>2026-05-06 12:{each // 60:02}:{each % 60:02}</item>" for each in range(999)]
        body = f"<config><recordList><item/>{''.join(rows)}</recordList></config>".encode()
        recorder.commands["SearchByTime"] = partial(_answer, body)
        found = await recordings.find(1, NOON, NOON + DAY)
        assert len(found.recordings) == 999
        assert not found.is_complete


async def test_errors_of_a_search(make_client: MakeClient) -> None:
    """What is wrong with the channel, the right or the command is no empty answer."""
    async with NvrV2Simulator() as recorder:
        recordings = make_client(recorder.port).recordings
        with pytest.raises(ViewtronCommandError):
            await recordings.find(9, NOON, NOON + DAY)
        recorder.conditions["SearchByTime"] = lambda: False
        with pytest.raises(ViewtronNotSupportedError):
            await recordings.find(1, NOON, NOON + DAY)
        recorder.faults.error_code = 4
        with pytest.raises(ViewtronPermissionError):
            await recordings.find(1, NOON, NOON + DAY)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ('<item seconds="60" recType="motion">2026-05-06 12:00:00</item>', (60, "motion")),
        ("<item><StartTime>2026/05/06 12:00:00</StartTime><length>60</length></item>", (60, None)),
        ("<item><startTime>2026-05-06 12:00:00</startTime><endTime>60</endTime></item>", (60, None)),
        ('<item starttime="2026-05-06 12:00:00" ENDTIME="2026-05-06 12:01:00" type="Sensor"/>', (60, "sensor")),
        ("<item><starttime><![CDATA[ 2026-05-06 12:00:00 ]]></starttime><seconds>0</seconds></item>", (0, None)),
        ("<item>2026-05-06 12:00:00</item>", None),
        ('<item seconds="-5">2026-05-06 12:00:00</item>', None),
        ('<item seconds="99999999999">2026-05-06 12:00:00</item>', None),
        ('<item seconds="60">yesterday</item>', None),
        ('<item seconds="86400">9999-12-31 12:00:00</item>', None),
        ("<item/>", None),
    ],
)
def test_reads_items_of_any_kind(item: str, expected: tuple[int, str | None] | None) -> None:
    """The answer is printed nowhere: names in any case, attributes or elements, a length or an end."""
    document = parse_document(f"<config><recordList><itemType/>{item}</recordList></config>".encode())
    found = [(int((each.end - each.start).total_seconds()), each.word) for each in read_recordings(document)]
    assert found == ([] if expected is None else [expected])
    asked = [each.kind for each in read_recordings(document, "nic broken")]
    assert asked == ([] if expected is None else [kind_of(expected[1] or "networkBroken")])


@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_picture_in_three_forms(make_client: MakeClient, codec: KeyFrameCodec) -> None:
    """A picture comes as JPEG, as key frame, or as either of them in base64."""
    async with NvrV1Simulator() as recorder:
        recorder.recordings = [SimRecording(start=NOON, seconds=60, kind="motion", channel=2)]
        recordings = make_client(recorder.port).recordings
        recorder.key_frame_codec = codec
        jpeg = await recordings.snapshot_at(2, NOON)
        assert jpeg.kind is PictureKind.JPEG
        recorder.snapshot_form = "key_frame"
        frame = await recordings.snapshot_at(2, NOON)
        assert frame.kind == codec
        recorder.snapshot_form = "base64"
        assert await recordings.snapshot_at(2, NOON) == jpeg
        body = one_image("1.0", b64encode(frame.content).decode())
        recorder.commands["GetSnapshotByTime"] = partial(_answer, body)
        assert await recordings.snapshot_at(2, NOON) == frame
        assert searches(recorder, "GetSnapshotByTime") == [{"time": "2026-05-06 12:00:00", "length": "10"}] * 4


@any_device
async def test_picture_a_little_later(kind: DeviceKind, shape: Shape, make_client: MakeClient) -> None:
    """The first picture within a minute is taken; without any there is an error that says so."""
    async with KINDS[kind](shape=shape) as device:
        device.recordings = [SimRecording(start=NOON, seconds=60, kind="motion")]
        recordings = make_client(device.port).recordings
        assert (await recordings.snapshot_at(1, NOON - 40 * SECOND)).content
        assert [each["length"] for each in searches(device, "GetSnapshotByTime")] == ["10", "60"]
        with pytest.raises(ViewtronNotFoundError):
            await recordings.snapshot_at(1, NOON + HOUR)
        assert len(searches(device, "GetSnapshotByTime")) == 4


async def test_no_picture_in_the_answer(make_client: MakeClient) -> None:
    """An empty document means nothing there; bytes that are no picture are an error of their own."""
    async with NvrV2Simulator() as recorder:
        recordings = make_client(recorder.port).recordings
        answers = {"": ViewtronNotFoundError, "A": ViewtronProtocolError, "QUJD": ViewtronProtocolError}
        for content, expected in answers.items():
            body = one_image("2.0.0", content)
            recorder.commands["GetSnapshotByTime"] = partial(_answer, body)
            with pytest.raises(expected):
                await recordings.snapshot_at(1, NOON)
        recorder.commands["GetSnapshotByTime"] = lambda _: Answer(body=b"\x00\x01private", content_type="video/x")
        with pytest.raises(ViewtronProtocolError):
            await recordings.snapshot_at(1, NOON)
        recorder.conditions["GetSnapshotByTime"] = lambda: False
        with pytest.raises(ViewtronNotSupportedError):
            await recordings.snapshot_at(1, NOON)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("00000001 09f0 00000001 6764", PictureKind.H264),
        ("000001 2742", PictureKind.H264),
        ("00000001 4601 000001 4001 000001 4201", PictureKind.H265),
        ("56454e444f52 00000001 6764", PictureKind.H264),
        ("00000001 6588 00000001 4188", None),
        ("00000001 2601", None),
        ("00000001 e764", None),
        ("00000001 67", None),
        ("000000", None),
        ("", None),
        (f"{'55' * 2000} 00000001 6764", None),
        ("000001" * 500, None),
    ],
)
def test_tells_key_frames_apart(start: str, kind: PictureKind | None) -> None:
    """A key frame is told by its parameter sets, whatever stands before; without them it cannot be decoded."""
    body = bytes.fromhex(start)
    if kind is None:
        with pytest.raises(ViewtronProtocolError):
            read_still(body)
    else:
        picture = read_still(body)
        assert picture.kind is kind
        assert picture.content.startswith(b"\x00\x00\x01")


@pytest.mark.parametrize("simulator", [NvrV1Simulator, NvrV2Simulator])
@pytest.mark.parametrize("by", ["attribute", "child"])
async def test_record_status(simulator: type[ViewtronSimulator], by: Any, make_client: MakeClient) -> None:
    """A channel records if any of its streams does."""
    async with simulator(shape=Shape.FIELD) as recorder:
        recorder.record_status_by = by
        recorder.recording = {1: "exception", 2: "no recording"}
        status = await make_client(recorder.port).recordings.status()
        assert status == {channel.id: channel.id > 2 and channel.status == "online" for channel in recorder.channels}


def test_reads_record_status() -> None:
    """One stream is enough; unknown words and items without a channel say nothing."""
    rows = "".join(
        f"<item {attributes}>{word}</item>"
        for attributes, word in (
            ('id="1"', "No Recording"),
            ('ID="1"', "Recording"),
            ('id="1"', "exception"),
            ('channelId="2"', "exception"),
            ('id="3"', "who knows"),
            ("", "recording"),
            ('id="0"', "recording"),
        )
    )
    document = parse_document(f"<config><recordStatusInfo>{rows}</recordStatusInfo></config>".encode())
    assert read_record_status(document) == {1: True, 2: False}
