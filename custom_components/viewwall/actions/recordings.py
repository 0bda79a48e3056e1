"""Actions on what a camera or recorder has recorded."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, override

from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import probatio

from ..const import DOMAIN
from ..device_time import SHIFT, DeviceTime, device_time
from ..key_frames import KeyFrameError, to_jpeg
from ..runtime import ViewtronRuntime
from ..viewtron.errors import ViewtronNotFoundError
from ..viewtron.recordings import Recording, RecordKind
from .base import Result
from .errors import failure, mistake
from .files import allowed_path, write_file
from .targets import Scope, Target
from .viewtron_base import ViewtronAction, channel_of

LONGEST_PERIOD: Final = timedelta(days=31)

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def _moment(value: Any) -> datetime:
    """Take a time, in Home Assistant's zone if it names none, and return it in UTC. Raises Invalid."""
    try:
        moment = dt_util.as_utc(cv.datetime(value))
    except OverflowError as error:
        raise probatio.Invalid("is no time of this century") from error
    if not _EARLIEST <= moment < _LATEST:
        raise probatio.Invalid("is no time of this century")
    return moment


class FindRecordings(ViewtronAction[None]):
    """List what was recorded in a time."""

    name = "find_recordings"
    response = SupportsResponse.ONLY
    scope = Scope.CHANNEL
    fields: ClassVar[VolDictType] = {
        probatio.Required("start"): _moment,
        probatio.Required("end"): _moment,
        probatio.Optional("types"): probatio.All(cv.ensure_list, [probatio.Coerce(RecordKind)]),
    }

    @override
    async def prepare_all(self, targets: Sequence[Target[ViewtronRuntime]]) -> None:
        start, end = self.data["start"], self.data["end"]
        if end <= start:
            raise mistake("period_empty")
        if end - start > LONGEST_PERIOD:
            raise mistake("period_too_long", days=str(LONGEST_PERIOD.days))

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> None:
        """All is checked already."""

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: None) -> Result:
        client, channel = target.runtime.client, channel_of(target)
        clock = await device_time(client)
        start, end = clock.local_span(self.data["start"], self.data["end"])
        found = await client.recordings.find(channel, start, end, self.data.get("types") or None)
        place = f"{target.runtime.entry.entry_id}/{channel}"
        ends = [(*_ends(recording, clock), recording) for recording in found.recordings]
        ends.sort(key=lambda row: row[:2])
        result: Result = {"recordings": [_row(begin, until, recording, place) for begin, until, recording in ends]}
        if not found.is_complete:
            result["error"] = str(failure("too_many_recordings", device=target.name, count=str(len(ends))))
        return result


class SnapshotAt(ViewtronAction[None]):
    """Save a picture of the past."""

    name = "snapshot_at"
    scope = Scope.CHANNEL
    fields: ClassVar[VolDictType] = {
        probatio.Required("time"): _moment,
        probatio.Required("filename"): cv.string,
    }
    path: Path

    @override
    async def prepare_all(self, targets: Sequence[Target[ViewtronRuntime]]) -> None:
        if len(targets) > 1:
            raise mistake("one_camera_only")
        self.path = await allowed_path(self.hass, self.data["filename"], to_write=True)

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> None:
        """All is checked already."""

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: None) -> Result:
        client, moment = target.runtime.client, self.data["time"]
        clock = await device_time(client)
        try:
            picture = await client.recordings.snapshot_at(channel_of(target), clock.local(moment))
        except ViewtronNotFoundError as error:
            when = f"{dt_util.as_local(moment):%Y-%m-%d %H:%M:%S}"
            raise failure("nothing_recorded", device=target.name, time=when) from error
        try:
            jpeg = await self.hass.async_add_executor_job(to_jpeg, picture.content, picture.kind)
        except KeyFrameError as error:
            raise failure("broken_picture", device=target.name) from error
        await write_file(self.hass, self.path, jpeg)
        return {"filename": str(self.path)}


def _ends(recording: Recording, clock: DeviceTime) -> tuple[datetime, datetime]:
    """Return start and end of a recording in UTC."""
    start = clock.utc(recording.start)
    if recording.length is not None:
        return start, start + recording.length
    end = clock.utc(recording.end)
    if end < start:
        # It ends in the hour that the clock shows twice.
        end += SHIFT
    return start, max(start, end)


def _row(start: datetime, end: datetime, recording: Recording, place: str) -> JsonValueType:
    """Describe a recording; the id is what a media browser will play."""
    seconds = int((end - start).total_seconds())
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "type": recording.kind.value if recording.kind else recording.word,
        "media_content_id": f"media-source://{DOMAIN}/{place}/{start:%Y%m%dT%H%M%SZ}/{seconds}",
    }


RECORDING_ACTIONS: Final[tuple[type[ViewtronAction[Any]], ...]] = (FindRecordings, SnapshotAt)
