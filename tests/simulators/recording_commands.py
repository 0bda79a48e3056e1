"""Recordings: what there is, a picture from them, and whether the device records now."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Unpack
from xml.etree import ElementTree as ET

from . import answers_recording, answers_video
from .device import Simulator
from .drawn import draw_overview
from .key_frame import KeyFrameCodec, key_frame
from .request_body import CommandError, MissingElementError, child, moment, parse_body, whole
from .state import Answer, Request, Settings

type SearchForm = Literal["v1", "v2"]
type SnapshotForm = Literal["jpeg", "key_frame", "base64"]
type RecordStatusForm = Literal["attribute", "child"]

_MOST_FOUND = 1000


@dataclass(slots=True, kw_only=True)
class SimRecording:
    """A recording; `start` is the device's wall clock, `kind` a word of GetRecordType."""

    start: datetime
    seconds: int
    kind: str
    channel: int = 1

    @property
    def end(self) -> datetime:
        """Return the first second behind the recording."""
        return self.start + timedelta(seconds=self.seconds)


class RecordingCommands(Simulator):
    """A device that records."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a device without recordings."""
        super().__init__(**settings)
        self.recordings: list[SimRecording] = []
        """All recordings, in any order."""
        self.record_words = _record_words(v2=self.v2, nvr=self.nvr)
        """The kinds of recording that GetRecordType tells and a search may name."""
        self.search_form: SearchForm = "v2" if self.v2 and not self.field else "v1"
        """The answer of SearchByTime: v1 has lengths in attributes, v2 the two ends as elements."""
        self.snapshot_form: SnapshotForm = "base64" if self.v2 else "key_frame" if self.field else "jpeg"
        """What GetSnapshotByTime sends: a picture, a raw key frame, or a document with a picture."""
        self.key_frame_codec: KeyFrameCodec = "h264"
        """How a raw key frame is encoded."""
        self.recording: dict[int, str] = {}
        """Channel to recording, no recording or exception; a channel that is missing records while it is online."""
        self.record_status_by: RecordStatusForm = "attribute"
        """Where GetRecordStatusInfo tells channel and stream: in attributes or in elements."""
        self.has_record_status = self.v2 or (self.nvr and self.field)
        """Whether GetRecordStatusInfo answers."""
        self.commands |= {
            "GetRecordType": self.get_record_type,
            "SearchByTime": self.search_by_time,
            "GetSnapshotByTime": self.get_snapshot_by_time,
            "GetRecordStatusInfo": self.get_record_status_info,
        }
        self.conditions["GetRecordStatusInfo"] = lambda: self.has_record_status
        self.post_only |= {"SearchByTime", "GetSnapshotByTime"}

    def get_record_type(self, request: Request) -> Answer:
        """Answer GetRecordType."""
        return Answer(body=answers_video.record_types(self.config_version, self.record_words))

    def search_by_time(self, request: Request) -> Answer:
        """Answer SearchByTime with the recordings that reach into a time, whole and by their start."""
        channel = self.channel(request.channel).id
        wanted = child(parse_body(request.body), "search")
        kinds = self._kinds(child(wanted, "recTypes"))
        begin, end = moment(wanted, "starttime"), moment(wanted, "endtime")
        if begin > end:
            raise CommandError(16)
        found = [
            entry
            for entry in self.recordings
            if entry.channel == channel and entry.kind in kinds and entry.start <= end and entry.end > begin
        ]
        if not found:
            raise CommandError(3)
        rows = sorted((entry.start, entry.end, entry.kind) for entry in found)[:_MOST_FOUND]
        build = answers_recording.time_sections if self.search_form == "v1" else answers_recording.records
        return Answer(body=build(self.config_version, rows))

    def get_snapshot_by_time(self, request: Request) -> Answer:
        """Answer GetSnapshotByTime with the first that the channel recorded in this time, or fail without any."""
        channel = self.channel(request.channel)
        wanted = child(parse_body(request.body), "search")
        at = moment(wanted, "time")
        until = at + timedelta(seconds=whole(wanted, "length", least=1))
        own = [entry for entry in self.recordings if entry.channel == channel.id]
        seen = [max(at, entry.start) for entry in own if entry.start < until and at < entry.end]
        if not seen:
            raise CommandError(3)
        at = min(seen)
        jpeg = draw_overview(channel.name, at, self.plate_in_view, self.subject_in_view).data
        match self.snapshot_form:
            case "jpeg":
                return Answer(body=jpeg, content_type="image/jpeg")
            case "key_frame":
                return Answer(body=key_frame(jpeg, self.key_frame_codec), content_type="application/octet-stream")
            case "base64":
                return Answer(body=answers_recording.one_image(self.config_version, b64encode(jpeg).decode()))

    def get_record_status_info(self, request: Request) -> Answer:
        """Answer GetRecordStatusInfo with one item for each stream of each channel."""
        streams = ("main", "sub", *(f"sub{number}" for number in range(1, len(self.streams))))
        rows = [
            (channel.id, stream, self.recording.get(channel.id, _word(channel.status)))
            for channel in self.channels
            for stream in streams[: len(self.streams)]
        ]
        body = answers_recording.record_status(
            self.config_version, rows, in_attributes=self.record_status_by == "attribute"
        )
        return Answer(body=body)

    def _kinds(self, listing: ET.Element) -> set[str]:
        """Return the kinds of recording that a search names; raises CommandError 16 for an unknown one."""
        words = {(item.text or "").strip() for item in listing.findall("item")}
        if not words:
            raise MissingElementError("item")
        if not words <= set(self.record_words):
            raise CommandError(16)
        return words


def _word(status: str) -> str:
    """Return whether a channel records, by its own status."""
    return "no recording" if status in ("offline", "videoLoss") else "recording"


def _record_words(*, v2: bool, nvr: bool) -> Sequence[str]:
    """Return the kinds of recording of a device."""
    words = ["manual", "schedule", "motion", "sensor", "intelligentDetection" if v2 else "intel detection"]
    if not nvr:
        words.append("networkBroken" if v2 else "nic broken")
    return words
