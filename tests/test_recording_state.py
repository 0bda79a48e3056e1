"""Whether a recorder records: by channel, where it tells, and only there."""

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.conftest import Later, SetUp
from tests.pushing import entity_id, find, state, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.recording_commands import RecordStatusForm
from tests.simulators.state import Answer, Faults, Shape

RECORDING = "binary_sensor.recording"
COMMAND = "GetRecordStatusInfo"

telling = pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (NvrV2Simulator, Shape.DOCUMENTED),
        (NvrV2Simulator, Shape.FIELD),
    ],
)


def asked(device: ViewtronSimulator) -> int:
    """Return how often the device was asked whether it records."""
    return sum(request.command == COMMAND for request in device.requests)


@telling
@pytest.mark.parametrize("by", ["attribute", "child"])
async def test_records(
    hass: HomeAssistant,
    later: Later,
    set_up: SetUp,
    kind: type[ViewtronSimulator],
    shape: Shape,
    by: RecordStatusForm,
) -> None:
    """Follow what the recorder says of each channel; an exception is no recording."""
    async with kind(shape=shape) as recorder:
        recorder.record_status_by = by
        await set_up(recorder)
        expected = ["off" if channel.status == "offline" else "on" for channel in recorder.channels]
        assert [value(hass, recorder, RECORDING, channel.id) for channel in recorder.channels] == expected
        assert state(hass, recorder, RECORDING, 1).attributes["device_class"] == "running"
        recorder.recording = {1: "no recording", 2: "exception"}
        await later(61)
        assert [value(hass, recorder, RECORDING, channel) for channel in (1, 2, 3)] == ["off", "off", "on"]
        recorder.recording = {1: "recording"}
        await later(61)
        assert [value(hass, recorder, RECORDING, channel) for channel in (1, 2, 3)] == ["on", "on", "on"]


@telling
async def test_asked_once_a_minute(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape
) -> None:
    """Ask much more seldom than for alarms."""
    async with kind(shape=shape) as recorder:
        await set_up(recorder)
        assert asked(recorder) == 1
        for _ in range(11):
            await later(5.01)
        assert asked(recorder) == 1
        await later(5.01)
        assert asked(recorder) == 2


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_none_on_cameras(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape
) -> None:
    """A camera is not asked, even if it would answer."""
    async with kind(shape=shape) as camera:
        await set_up(camera)
        await later(61)
        assert find(hass, camera, RECORDING) is None
        assert asked(camera) == 0


async def test_not_listed(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """A recorder that lists its commands without this one is never asked."""
    async with NvrV2Simulator() as recorder:
        recorder.unlisted = {COMMAND}
        await set_up(recorder)
        await later(61)
        assert find(hass, recorder, RECORDING, 1) is None
        assert asked(recorder) == 0


@pytest.mark.parametrize("shape", Shape)
async def test_none_where_nothing_is_listed(hass: HomeAssistant, later: Later, set_up: SetUp, shape: Shape) -> None:
    """An older recorder, which lists no commands, is never asked, even if it would answer."""
    async with NvrV1Simulator(shape=shape) as recorder:
        recorder.has_record_status = True
        await set_up(recorder)
        await later(61)
        await later(6 * 3600)
        assert asked(recorder) == 0
        assert find(hass, recorder, RECORDING, 1) is None
        assert value(hass, recorder, "binary_sensor.motion", 1) == "off"


async def test_unreadable_where_it_is_listed(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """An answer that makes no sense costs a recorder nothing but this entity."""
    async with NvrV2Simulator() as recorder:
        recorder.faults = Faults(only={COMMAND}, html=True)
        await set_up(recorder)
        await later(61)
        assert asked(recorder) == 1
        assert find(hass, recorder, RECORDING, 1) is None
        assert value(hass, recorder, "binary_sensor.motion", 1) == "off"


async def test_not_told_any_more(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """What was told once stays, and is unknown when it is not told any more, after a restart too."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        assert value(hass, recorder, RECORDING, 1) == "on"
        recorder.has_record_status = False
        await later(61)
        assert value(hass, recorder, RECORDING, 1) == STATE_UNKNOWN
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert value(hass, recorder, RECORDING, 1) == STATE_UNKNOWN
        recorder.has_record_status = True
        await later(6 * 3600)
        await later(61)
        assert value(hass, recorder, RECORDING, 1) == "on"


async def test_appears_when_first_told(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """A channel appears with its first word; words that nobody knows say nothing."""
    async with NvrV2Simulator() as recorder:
        recorder.recording = {1: "who knows", 2: "recording"}
        await set_up(recorder)
        assert find(hass, recorder, RECORDING, 1) is None
        assert value(hass, recorder, RECORDING, 2) == "on"
        recorder.recording = {1: "recording", 2: "who knows"}
        await later(61)
        assert value(hass, recorder, RECORDING, 1) == "on"
        assert value(hass, recorder, RECORDING, 2) == STATE_UNKNOWN


async def test_belongs_to_its_channel(hass: HomeAssistant, set_up: SetUp) -> None:
    """The entity is the channel's, with a name and a key that stay."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        entity = er.async_get(hass).async_get(entity_id(hass, recorder, RECORDING, 3))
        assert entity is not None
        assert entity.unique_id == f"{recorder.mac}_3_recording"
        assert entity.translation_key == "recording"
        assert state(hass, recorder, RECORDING, 3).name == "Gate Recording"


async def test_odd_answers(hass: HomeAssistant, set_up: SetUp) -> None:
    """Channels that the recorder does not have, and items without a channel, make no entities."""
    rows = '<item id="40">recording</item><item>recording</item><item id="1">recording</item>'
    async with NvrV2Simulator() as recorder:
        recorder.commands[COMMAND] = lambda _: Answer(body=f"<config><list>{rows}</list></config>".encode())
        await set_up(recorder)
        assert value(hass, recorder, RECORDING, 1) == "on"
        assert find(hass, recorder, RECORDING, 2) is None
        assert find(hass, recorder, RECORDING, 40) is None
