"""Recordings: what there is of a time, a picture out of it, and whether a channel records now."""

import base64
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

from .answers import Node, to_int
from .errors import ErrorCode, ViewtronCommandError, ViewtronNotFoundError, ViewtronProtocolError
from .posix_time import parse_wall_clock
from .readings import read_id
from .requests import element, text
from .still_picture import StillPicture, read_still
from .transport import Command

if TYPE_CHECKING:
    from .device import Device

MOST_FOUND: Final = 1000
"""Recordings in one answer: when there are as many, there may be more."""
MOST_SEARCHES: Final = 10

STATUS_COMMAND: Final = "GetRecordStatusInfo"

_MOST_WORDS: Final = 64
_MOST_STREAMS: Final = 1024
_MOST_SECONDS: Final = 366 * 24 * 60 * 60
_GLIMPSES: Final = (10, 60)
"""Seconds from the wanted moment on in which a device looks for a picture."""
_NOTHING_THERE: Final = frozenset({ErrorCode.BAD_CONTENT, ErrorCode.NOT_FOUND})
"""How devices say that nothing was recorded; the first one also means a bad request."""


class RecordKind(StrEnum):
    """Why something was recorded, in our words."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    MOTION = "motion"
    SENSOR = "sensor"
    SMART = "smart"
    NETWORK_FAILURE = "network_failure"


_KINDS: Final[Mapping[str, RecordKind]] = {
    "manual": RecordKind.MANUAL,
    "schedule": RecordKind.SCHEDULE,
    "motion": RecordKind.MOTION,
    "sensor": RecordKind.SENSOR,
    "inteldetection": RecordKind.SMART,
    "intelligentdetection": RecordKind.SMART,
    "nicbroken": RecordKind.NETWORK_FAILURE,
    "networkbroken": RecordKind.NETWORK_FAILURE,
}
_RECORDS: Final[Mapping[str, bool]] = {"recording": True, "norecording": False, "exception": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording, by the device's wall clock."""

    start: datetime
    end: datetime
    kind: RecordKind | None = None
    word: str | None = None
    """The device's own word for the kind, in lower case; None if it tells none."""
    length: timedelta | None = None
    """As the device told it; the two ends alone are an hour wrong across a change of the clocks."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, by its start."""

    recordings: tuple[Recording, ...]
    is_complete: bool
    """False if there is more than `MOST_SEARCHES` searches bring."""


class Recordings:
    """The recordings of one device.

    `channel` is the recorder's, 1 on a camera. Times are naive: the device's wall clock. Methods raise any
    ViewtronError.
    """

    def __init__(self, device: Device) -> None:
        """Ask this device."""
        self._device = device

    async def find(
        self, channel: int, start: datetime, end: datetime, kinds: Collection[RecordKind] | None = None
    ) -> Found:
        """Find the recordings that reach into a time, of some kinds or of all; nothing found is no error."""
        await self._device.known()
        words = [word for word in await self._words() if kinds is None or kind_of(word) in kinds]
        found: dict[tuple[datetime, datetime, str | None], Recording] = {}
        is_complete = not words
        for _ in range(MOST_SEARCHES if words else 0):
            answer = await self._search(channel, start, end, words)
            before = len(found)
            for recording in read_recordings(answer, words[0] if len(words) == 1 else None) if answer else ():
                found.setdefault((recording.start, recording.end, recording.word), recording)
                start = max(start, recording.start)
            # Those that cannot be read count, too.
            is_complete = answer is None or len(list(islice(answer.find_all("item"), MOST_FOUND))) < MOST_FOUND
            # A full answer ends somewhere in the time: what follows begins with its last start, or later.
            if is_complete or len(found) == before:
                break
        return Found(_in_order(found.values()), is_complete)

    async def snapshot_at(self, channel: int, moment: datetime) -> StillPicture:
        """Fetch a picture of what was recorded at a moment, or shortly after it.

        Raises ViewtronNotFoundError if nothing was recorded then.
        """
        await self._device.known()
        for seconds in _GLIMPSES:
            body = self._device.config(
                element("search", (text("time", _wall_clock(moment)), element("length", seconds)))
            )
            command = Command("GetSnapshotByTime", self._device.address(channel), body=body, repeatable=True, raw=True)
            try:
                answer = await self._device.content(command)
            except ViewtronCommandError as err:
                if err.code not in _NOTHING_THERE:
                    raise
                continue
            if (content := answer if isinstance(answer, bytes) else _picture_in(answer)) is not None:
                return read_still(content)
        raise ViewtronNotFoundError("GetSnapshotByTime", None, "nothing was recorded then")

    async def status(self) -> Mapping[int, bool]:
        """Tell by channel whether any of its streams is recorded; a channel that is not told is missing."""
        await self._device.known()
        return read_record_status(await self._device.ask(STATUS_COMMAND))

    async def _words(self) -> list[str]:
        """List the words for kinds of recording that this device knows, asking it each time: firmware renames them."""
        answer = await self._device.optional("GetRecordType")
        caps = (answer.find("recTypeCaps") or answer) if answer else None
        words = [word for item in islice(caps.find_all("item"), _MOST_WORDS) if (word := item.text)] if caps else []
        return list(dict.fromkeys(words)) or list(self._usual_words())

    def _usual_words(self) -> Iterator[str]:
        """List the words of a device that does not tell its own."""
        info = self._device.info
        is_v2 = info is not None and info.kind.is_v2
        yield from ("manual", "schedule", "motion", "sensor")
        yield "intelligentDetection" if is_v2 else "intel detection"
        if info is not None and not info.kind.is_nvr:
            yield "networkBroken" if is_v2 else "nic broken"

    async def _search(self, channel: int, start: datetime, end: datetime, words: list[str]) -> Node | None:
        """Search once; None if there is nothing."""
        body = self._device.config(
            element(
                "search",
                (
                    element("recTypes", [element("item", word) for word in words]),
                    text("starttime", _wall_clock(start)),
                    text("endtime", _wall_clock(end)),
                ),
            )
        )
        try:
            return await self._device.ask("SearchByTime", self._device.address(channel), body)
        except ViewtronCommandError as err:
            if err.code in _NOTHING_THERE:
                return None
            raise


def kind_of(word: str) -> RecordKind | None:
    """Read a device's word for a kind of recording, of either generation; None if it is another one."""
    return _KINDS.get(_plain(word))


def read_recordings(document: Node, asked_for: str | None = None) -> Iterator[Recording]:
    """Read the recordings of `SearchByTime`, whose answer no document prints.

    A recording is an item with its start as text or element, and either its length in seconds or its end. `asked_for`
    is the kind of those that tell none. What has no time is left out.
    """
    for item in islice(document.find_all("item"), 2 * MOST_FOUND):
        start = parse_wall_clock(item.get("starttime", "start", "begintime", "time") or item.text)
        if start is None or (span := _span(item, start)) is None:
            continue
        end, length = span
        word = item.get("recType", "recordType", "type") or asked_for
        yield Recording(
            start=start,
            end=end,
            kind=kind_of(word) if word else None,
            word=word.lower() if word else None,
            length=length,
        )


def read_record_status(document: Node) -> dict[int, bool]:
    """Read `GetRecordStatusInfo`: an item for each stream, its state as text or element."""
    found: dict[int, bool] = {}
    for item in islice(document.find_all("item"), _MOST_STREAMS):
        number = read_id(item, "channelId", "chlId", "channel", "id")
        records = _RECORDS.get(_plain(item.get("status", "recordStatus", "recStatus") or item.text or ""))
        if number is not None and records is not None:
            found[number] = records or found.get(number, False)
    return found


def _span(item: Node, start: datetime) -> tuple[datetime, timedelta | None] | None:
    """Read where a recording ends, and its length if the device tells that."""
    told = item.get("endtime", "end")
    if (end := parse_wall_clock(told)) is not None:
        return end, None
    seconds = item.number("seconds", "length", "duration")
    if seconds is None:
        seconds = to_int(told)
    if seconds is None or not 0 <= seconds <= _MOST_SECONDS:
        return None
    length = timedelta(seconds=seconds)
    try:
        return start + length, length
    except OverflowError:
        return None


def _picture_in(document: Node) -> bytes | None:
    """Read the base64 in `GetSnapshotByTime`; None if there is none."""
    node = document.find("sourceBase64Data")
    if node is None or node.text is None:
        return None
    try:
        return base64.b64decode(node.text)
    except ValueError:
        raise ViewtronProtocolError("GetSnapshotByTime: the picture is no base64") from None


def _in_order(recordings: Collection[Recording]) -> tuple[Recording, ...]:
    return tuple(sorted(recordings, key=lambda each: (each.start, each.end, each.word or "")))


def _wall_clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _plain(word: str) -> str:
    """Leave out what the generations spell differently."""
    return "".join(char for char in word.lower() if char.isalnum())
