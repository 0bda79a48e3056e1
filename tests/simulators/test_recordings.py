"""Check the simulated recordings."""

from base64 import b64decode
from datetime import datetime, timedelta
from io import BytesIO

import av
import pytest

from .ipc import IpcV1Simulator, IpcV2Simulator
from .nvr import NvrV1Simulator, NvrV2Simulator
from .raw_http import ask, code, names, rows, tree
from .recording_commands import SimRecording
from .state import Shape

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOON = datetime(2026, 5, 6, 12)  # noqa: DTZ001


def search(*words: str, begin: str = "2026-05-06 00:00:00", end: str = "2026-05-06 23:59:59") -> str:
    """Return the body of SearchByTime."""
    items = "".join(f"<item>{word}</item>" for word in words)
    return (
        f"<search><recTypes>{items}</recTypes><starttime><![CDATA[{begin}]]></starttime>"
        f"<endtime><![CDATA[{end}]]></endtime></search>"
    )


def glimpse(time: str, length: object = 1) -> str:
    """Return the body of GetSnapshotByTime."""
    return f"<search><time>{time}</time><length>{length}</length></search>"


async def test_search() -> None:
    """A search finds what reaches into its time, in one of two forms, or fails with code 3."""
    found = [
        SimRecording(start=NOON + timedelta(hours=1), seconds=90, kind="motion"),
        SimRecording(start=NOON, seconds=3600, kind="schedule"),
        SimRecording(start=NOON, seconds=60, kind="motion", channel=2),
    ]
    async with NvrV1Simulator() as recorder:
        recorder.recordings += found
        status, answer = await ask(recorder, "SearchByTime/1", search("motion", "schedule"))
        assert status == 200
        items = tree(answer).findall("timesectionList/item")
        assert [(item.text, item.get("seconds"), item.get("recType")) for item in items] == [
            ("2026-05-06 12:00:00", "3600", "schedule"),
            ("2026-05-06 13:00:00", "90", "motion"),
        ]
        assert b"seconds" in (await ask(recorder, "SearchByTime/2", search("motion")))[1]
        late = search("motion", begin="2026-05-06 13:01:30")
        for command, content, expected in (
            ("SearchByTime/2", search("schedule"), "3"),
            ("SearchByTime", late, "3"),
            ("SearchByTime", search("intelligentDetection"), "16"),
            ("SearchByTime", search("motion", begin="yesterday"), "16"),
            ("SearchByTime", search("motion", begin="2026-05-07 00:00:00"), "16"),
            ("SearchByTime", search(), "3"),
            ("SearchByTime/9", search("motion"), "1"),
        ):
            assert code(await ask(recorder, command, content)) == (400, expected), content
        assert code(await ask(recorder, "SearchByTime", search("motion"), "GET")) == (400, "1")
        recorder.recordings = [
            SimRecording(start=NOON + timedelta(seconds=number), seconds=1, kind="motion") for number in range(1001)
        ]
        assert len(tree((await ask(recorder, "SearchByTime", search("motion")))[1]).findall("*/item")) == 1000
    async with NvrV2Simulator() as recorder:
        recorder.recordings += found
        _, answer = await ask(recorder, "SearchByTime/2", search("intelligentDetection", "motion"))
        assert rows(answer, "recordList") == [
            {"starttime": "2026-05-06 12:00:00", "endtime": "2026-05-06 12:01:00", "recType": "motion"}
        ]
        assert code(await ask(recorder, "SearchByTime/9", search("motion"))) == (400, "12")
        assert code(await ask(recorder, "SearchByTime", search())) == (400, "15")
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        camera.recordings += found
        assert len(tree((await ask(camera, "SearchByTime", search("motion")))[1]).findall("timesectionList/item")) == 1


async def test_picture_of_a_recording() -> None:
    """A picture of the past is a JPEG, a key frame that decodes, or a document; outside of recordings there is none."""
    inside, outside = glimpse("2026-05-06 12:00:59"), glimpse("2026-05-06 12:01:00")
    recorded = SimRecording(start=NOON, seconds=60, kind="manual")
    for device in (IpcV1Simulator(), NvrV2Simulator()):
        async with device:
            device.recordings.append(recorded)
            status, body = await ask(device, "GetSnapshotByTime/1", inside)
            assert status == 200
            if device.v2:
                body = b64decode(tree(body).findtext("downloadOneImage/sourceBase64Data") or "")
            assert body.startswith(b"\xff\xd8\xff")
            assert code(await ask(device, "GetSnapshotByTime", outside)) == (400, "3")
            assert code(await ask(device, "GetSnapshotByTime", glimpse("2026-05-06 12:00:59", 0))) == (400, "16")
    async with NvrV1Simulator(shape=Shape.FIELD) as recorder:
        recorder.recordings.append(recorded)
        for codec, name in (("h264", "h264"), ("h265", "hevc")):
            recorder.key_frame_codec = "h264" if codec == "h264" else "h265"
            _, body = await ask(recorder, "GetSnapshotByTime", inside)
            assert body.startswith(b"\x00\x00\x00\x01")
            with av.open(BytesIO(body), "r", format=name) as stream:
                frame = next(stream.decode(video=0))
            assert (frame.width, frame.height) == (640, 360)


async def test_record_status() -> None:
    """Each stream of each channel has a word, in attributes or elements."""
    async with NvrV1Simulator(shape=Shape.FIELD) as recorder:
        recorder.recording[2] = "exception"
        items = tree((await ask(recorder, "GetRecordStatusInfo"))[1]).findall("recordStatusInfo/item")
        assert [(item.get("id"), item.get("streamType"), item.text) for item in items[2:]] == [
            ("2", "main", "exception"),
            ("2", "sub", "exception"),
            ("3", "main", "recording"),
            ("3", "sub", "recording"),
            ("4", "main", "no recording"),
            ("4", "sub", "no recording"),
        ]
    async with IpcV2Simulator() as camera:
        camera.record_status_by = "child"
        _, answer = await ask(camera, "GetRecordStatusInfo")
        assert rows(answer, "recordStatusInfo")[1] == {"channelId": "1", "streamType": "sub", "status": "recording"}
        assert "GetRecordStatusInfo" in await names(camera)
        camera.has_record_status = False
        assert "GetRecordStatusInfo" not in await names(camera)
    async with NvrV1Simulator() as recorder:
        assert code(await ask(recorder, "GetRecordStatusInfo")) == (400, "1")
