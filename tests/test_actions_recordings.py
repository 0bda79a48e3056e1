"""What was recorded: found by actions, and looked at."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from PIL import Image
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.acting import call
from tests.conftest import SetUp
from tests.pushing import device_id
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.recording_commands import SearchForm, SimRecording, SnapshotForm
from tests.simulators.state import Answer, Faults, Shape

KINDS: tuple[type[ViewtronSimulator], ...] = (IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator)
NOON = datetime(2026, 5, 6, 12)  # noqa: DTZ001
"""By the devices' clocks, which are New York's: 16:00 UTC."""
NIGHT = datetime(2026, 11, 1)  # noqa: DTZ001
"""The night in which New York puts its clocks back, at 06:00 UTC."""
DAY: dict[str, Any] = {"start": "2026-05-06T00:00:00+00:00", "end": "2026-05-07T00:00:00+00:00"}

any_device = pytest.mark.parametrize(("kind", "shape"), [(kind, shape) for kind in KINDS for shape in Shape])
every_form = pytest.mark.parametrize("form", ["jpeg", "key_frame", "base64"])


@pytest.fixture(autouse=True)
async def _zone(hass: HomeAssistant) -> AsyncIterator[None]:
    """Live in Berlin, far from the devices."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    yield
    dt_util.set_default_time_zone(dt_util.UTC)


@pytest.fixture
async def recorder(socket_enabled: None) -> AsyncIterator[NvrV2Simulator]:
    """Run a recorder whose second channel has recorded for an hour from noon on."""
    async with NvrV2Simulator() as device:
        device.recordings = [SimRecording(start=NOON, seconds=3600, kind="motion", channel=2)]
        yield device


def recorded(device: ViewtronSimulator) -> int:
    """Return the number of the channel that the tests look at."""
    return 2 if device.nvr else 1


async def answer_of(hass: HomeAssistant, action: str, target: str, **data: Any) -> dict[str, Any]:
    """Call an action for one device, and return what it says of it."""
    devices = await call(hass, action, {"device_id": target}, asks=True, **data)
    assert devices.keys() == {target}
    found = devices[target]
    assert isinstance(found, dict)
    return found


@any_device
async def test_find_recordings(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape) -> None:
    """Tell recordings in UTC, in their order, with types in one language and an id for later."""
    async with kind(shape=shape) as device:
        channel = recorded(device)
        smart = next(word for word in device.record_words if word.startswith("intel"))
        device.recordings = [
            SimRecording(start=NOON + timedelta(hours=1), seconds=90, kind=smart, channel=channel),
            SimRecording(start=NOON, seconds=3600, kind="schedule", channel=channel),
            SimRecording(start=NOON, seconds=60, kind="motion", channel=channel + 1),
        ]
        entry = await set_up(device)
        target = device_id(hass, entry, device, channel if device.nvr else None)
        head = f"media-source://viewwall/{entry.entry_id}/{channel}"
        answer = await answer_of(hass, "find_recordings", target, **DAY)
        assert answer == {
            "recordings": [
                {
                    "start": "2026-05-06T16:00:00+00:00",
                    "end": "2026-05-06T17:00:00+00:00",
                    "type": "schedule",
                    "media_content_id": f"{head}/20260506T160000Z/3600",
                },
                {
                    "start": "2026-05-06T17:00:00+00:00",
                    "end": "2026-05-06T17:01:30+00:00",
                    "type": "smart",
                    "media_content_id": f"{head}/20260506T170000Z/90",
                },
            ]
        }
        for types, count in ((["smart", "motion"], 1), ("schedule", 1), (["network_failure"], 0), ([], 2)):
            found = await answer_of(hass, "find_recordings", target, types=types, **DAY)
            assert len(found["recordings"]) == count, types


async def test_times_without_a_zone(hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator) -> None:
    """Take a time without a zone as Home Assistant's; find what only reaches into the time, too."""
    entry = await set_up(recorder)
    target = device_id(hass, entry, recorder, 2)
    for start, end, count in (
        ("2026-05-06 18:59:59", "2026-05-06 20:00:00", 1),
        ("2026-05-06 19:00:01", "2026-05-06 20:00:00", 0),
        ("2026-05-06 12:00:00", "2026-05-06 17:59:00", 0),
        (datetime(2026, 5, 6, 18, 30, tzinfo=ZoneInfo("Europe/Berlin")), "2026-05-06T16:31:00Z", 1),
    ):
        found = await answer_of(hass, "find_recordings", target, start=start, end=end)
        assert len(found["recordings"]) == count, start


@pytest.mark.parametrize("zone", ["Nowhere", ""])
async def test_unknown_zone_of_the_device(hass: HomeAssistant, set_up: SetUp, zone: str) -> None:
    """Take Home Assistant's zone for a device that does not tell its own."""
    async with IpcV2Simulator() as camera:
        camera.clock.zone = zone
        camera.recordings = [SimRecording(start=NOON, seconds=60, kind="motion")]
        entry = await set_up(camera)
        target = device_id(hass, entry, camera)
        (found,) = (await answer_of(hass, "find_recordings", target, **DAY))["recordings"]
        assert found["start"] == "2026-05-06T10:00:00+00:00"
        camera.faults = Faults(error_code=11, only={"GetDateAndTime"})
        (found,) = (await answer_of(hass, "find_recordings", target, **DAY))["recordings"]
        assert found["start"] == "2026-05-06T10:00:00+00:00"


@pytest.mark.parametrize("form", ["v1", "v2"])
async def test_clocks_put_back(hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator, form: SearchForm) -> None:
    """Find what was recorded while an hour passed twice, with an end that comes after its start."""
    recorder.search_form = form
    # Twenty minutes, from ten to two in summer time to ten past one in winter time: the clock tells -40 or 20 minutes.
    recorder.recordings = [
        SimRecording(start=NIGHT.replace(hour=1, minute=50), seconds=1200 if form == "v1" else -2400, kind="motion"),
        SimRecording(start=NIGHT.replace(hour=4), seconds=60, kind="motion"),
    ]
    entry = await set_up(recorder)
    target = device_id(hass, entry, recorder, 1)
    data = {"start": "2026-11-01T05:50:00Z", "end": "2026-11-01T06:10:00Z"}
    found = await answer_of(hass, "find_recordings", target, **data)
    wanted = next(request for request in recorder.requests if request.command == "SearchByTime").body
    assert b"2026-11-01 00:50:00" in wanted
    assert b"2026-11-01 02:10:00" in wanted
    assert [(row["start"], row["end"]) for row in found["recordings"]] == [
        ("2026-11-01T05:50:00+00:00", "2026-11-01T06:10:00+00:00")
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"start": "2026-05-06 12:00:00", "end": "2026-05-06 12:00:00"}, "not after the start"),
        ({"start": "2026-05-06 12:00:00", "end": "2026-05-06T09:00:00Z"}, "not after the start"),
        ({"start": "2026-05-01 00:00:00", "end": "2026-06-01 00:00:01"}, "at most 31 days"),
    ],
)
async def test_impossible_periods(
    hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator, data: dict[str, str], words: str
) -> None:
    """Ask no device about a period that makes no sense."""
    entry = await set_up(recorder)
    with pytest.raises(ServiceValidationError, match=words):
        await answer_of(hass, "find_recordings", device_id(hass, entry, recorder, 2), **data)
    assert not any(request.command == "SearchByTime" for request in recorder.requests)


async def test_impossible_values(hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator) -> None:
    """Refuse types that are none and times that no recorder knows."""
    entry = await set_up(recorder)
    target = device_id(hass, entry, recorder, 2)
    for data in (
        DAY | {"types": ["intel detection"]},
        DAY | {"start": "yesterday"},
        DAY | {"start": "0001-01-01 00:00:00"},
        {"start": "2026-05-06 12:00:00"},
    ):
        with pytest.raises(probatio.Invalid):
            await answer_of(hass, "find_recordings", target, **data)


async def test_more_than_can_be_listed(hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator) -> None:
    """List thousands, and say so when it is not all."""
    recorder.recordings = [
        SimRecording(start=NOON + timedelta(seconds=each), seconds=1, kind="motion") for each in range(1500)
    ]
    entry = await set_up(recorder)
    target = device_id(hass, entry, recorder, 1)
    answer = await answer_of(hass, "find_recordings", target, **DAY)
    assert len(answer["recordings"]) == 1500
    assert "error" not in answer
    recorder.recordings = [SimRecording(start=NOON, seconds=each, kind="motion") for each in range(1, 1200)]
    answer = await answer_of(hass, "find_recordings", target, **DAY)
    assert len(answer["recordings"]) == 1000
    assert "more recordings in this time than the first 1000" in answer["error"]


async def test_whom_it_is_for(hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator, tmp_path: Path) -> None:
    """A recorder records by channel, so that it alone is no target; nobody has to be an administrator."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    entry = await set_up(recorder)
    whole, one = (device_id(hass, entry, recorder, channel) for channel in (None, 2))
    moment: dict[str, Any] = {"time": "2026-05-06T16:30:00Z", "filename": str(tmp_path / "gate.jpg")}
    for action, data in (("find_recordings", DAY), ("snapshot_at", moment)):
        with pytest.raises(ServiceValidationError, match="is a recorder"):
            await call(hass, action, {"device_id": whole}, asks=True, **data)
        with pytest.raises(ServiceValidationError):
            await call(hass, action, asks=True, **data)
    other = device_id(hass, entry, recorder, 1)
    devices = await call(hass, "find_recordings", {"device_id": [one, other]}, asks=True, **DAY)
    assert {device: len(answer["recordings"]) for device, answer in devices.items()} == {one: 1, other: 0}
    with pytest.raises(ServiceValidationError, match="one camera or one channel"):
        await call(hass, "snapshot_at", {"device_id": [one, other]}, **moment)
    group = await hass.auth.async_get_group("system-users")
    assert group is not None
    person = MockUser(name="Guard", groups=[group]).add_to_hass(hass)
    await call(hass, "snapshot_at", {"device_id": one}, context=Context(user_id=person.id), **moment)
    assert (tmp_path / "gate.jpg").exists()


@any_device
@every_form
async def test_snapshot_at(
    hass: HomeAssistant,
    set_up: SetUp,
    tmp_path: Path,
    kind: type[ViewtronSimulator],
    shape: Shape,
    form: SnapshotForm,
) -> None:
    """Write a picture of the past as a JPEG, however the device sends it."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    async with kind(shape=shape) as device:
        device.snapshot_form = form
        device.key_frame_codec = "h265" if shape is Shape.FIELD else "h264"
        channel = recorded(device)
        device.recordings = [SimRecording(start=NOON, seconds=60, kind="motion", channel=channel)]
        entry = await set_up(device)
        target = device_id(hass, entry, device, channel if device.nvr else None)
        path = tmp_path / "past.jpg"
        path.write_bytes(b"an older picture")
        answer = await answer_of(hass, "snapshot_at", target, time="2026-05-06 18:00:30", filename=str(path))
        assert answer == {"filename": str(path)}
        picture = Image.open(BytesIO(path.read_bytes()))
        assert picture.format == "JPEG"
        picture.load()
        wanted = [request for request in device.requests if request.command == "GetSnapshotByTime"]
        assert len(wanted) == 1
        assert b"2026-05-06 12:00:30" in wanted[0].body


async def test_key_frame_shows_what_was_seen(hass: HomeAssistant, set_up: SetUp, tmp_path: Path) -> None:
    """The picture in a key frame keeps its colors."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    colors = {}
    async with IpcV1Simulator() as camera:
        camera.recordings = [SimRecording(start=NOON, seconds=60, kind="motion")]
        entry = await set_up(camera)
        target = {"device_id": device_id(hass, entry, camera)}
        forms: tuple[SnapshotForm, ...] = ("jpeg", "key_frame")
        for camera.snapshot_form in forms:
            path = tmp_path / f"{camera.snapshot_form}.jpg"
            await call(hass, "snapshot_at", target, time="2026-05-06T16:00:30Z", filename=str(path))
            small = Image.open(path).convert("RGB").resize((8, 8), Image.Resampling.BOX)
            colors[camera.snapshot_form] = small.tobytes()
    pairs = zip(colors["jpeg"], colors["key_frame"], strict=True)
    assert max(abs(one - other) for one, other in pairs) < 12


async def test_no_picture(hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator, tmp_path: Path) -> None:
    """Say what is wrong, and leave the file alone."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "past.jpg"
    path.write_bytes(b"an older picture")
    entry = await set_up(recorder)
    target = {"device_id": device_id(hass, entry, recorder, 2)}
    moment: dict[str, Any] = {"time": "2026-05-06T16:30:00Z", "filename": str(path)}

    async def tell(words: str, **data: str) -> None:
        with pytest.raises(HomeAssistantError, match=words):
            await call(hass, "snapshot_at", target, **moment | data)
        assert path.read_bytes() == b"an older picture"

    await tell("Driveway has no picture of 2026-05-06 20:30:00", time="2026-05-06T18:30:00Z")
    await tell("folder does not exist", filename=str(tmp_path / "nowhere" / "past.jpg"))
    await tell("may not use", filename="/etc/past.jpg")
    recorder.commands["GetSnapshotByTime"] = lambda _: Answer(body=bytes.fromhex("00000001 6742") + bytes(range(200)))
    await tell("cannot be read")
    recorder.commands["GetSnapshotByTime"] = lambda _: Answer(body=b"neither nor", content_type="video/x")
    await tell("something unexpected")
    recorder.faults = Faults(error_code=4, only={"GetSnapshotByTime"})
    await tell("may not do this")
    recorder.faults = Faults()
    recorder.conditions["GetSnapshotByTime"] = lambda: False
    await tell("cannot do this")


async def test_refused_path_costs_no_question(
    hass: HomeAssistant, set_up: SetUp, recorder: NvrV2Simulator, tmp_path: Path
) -> None:
    """Ask the device for nothing when the picture could not be written."""
    entry = await set_up(recorder)
    recorder.requests.clear()
    with pytest.raises(ServiceValidationError, match="may not use"):
        await call(
            hass,
            "snapshot_at",
            {"device_id": device_id(hass, entry, recorder, 2)},
            time="2026-05-06T16:30:00Z",
            filename=str(tmp_path / "past.jpg"),
        )
    assert not any(request.command == "GetSnapshotByTime" for request in recorder.requests)
