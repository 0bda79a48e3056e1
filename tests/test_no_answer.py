"""A device that gives no answer to one of many questions works otherwise; one that is gone is found out."""

from collections import Counter
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.runtime import ViewWallConfigEntry
from custom_components.viewwall.viewtron import transport
from tests.conftest import Later, SetUp
from tests.moving import asked
from tests.pushing import find, value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Answer, Faults, Request, Shape

BROKEN: list[dict[str, Any]] = [{"cut": True}, {"status": 500}]
OF_A_CAMERA = (
    "GetSupportedAPIs",
    "GetDiskInfo",
    "GetDateAndTime",
    "GetImageConfig",
    "GetPassLineCountStatistics",
    "GetAlarmInInfo",
    "GetAlarmInConfig",
    "GetAlarmOutConfig",
    "PtzGetPresets",
    "PtzGetCruises",
)
OF_A_RECORDER = ("GetRecordStatusInfo", *OF_A_CAMERA)
CASES = [
    *((IpcV2Simulator, command) for command in OF_A_CAMERA),
    *((NvrV2Simulator, command) for command in OF_A_RECORDER if command != "GetPassLineCountStatistics"),
    (NvrV1Simulator, "GetAlarmOutList"),
    (NvrV1Simulator, "GetImageOsdConfig"),
    (IpcV1Simulator, "GetDiskInfo"),
]


def is_up(entry: ViewWallConfigEntry) -> bool:
    """Tell whether the last poll succeeded."""
    return entry.state is ConfigEntryState.LOADED and entry.runtime_data.coordinator.last_update_success


def furnish(device: ViewtronSimulator) -> None:
    """Give a device everything that can be asked for."""
    device.has_ptz, device.ptz_channels = True, {1, 2}
    device.output_names = {1: "Door"}


@pytest.mark.parametrize(
    "fault", [*BROKEN, {"garbage": b"junk"}, {"error_code": 7}], ids=["cut", "500", "junk", "busy"]
)
@pytest.mark.parametrize(("kind", "command"), CASES)
async def test_one_question(
    hass: HomeAssistant,
    set_up: SetUp,
    later: Later,
    kind: type[ViewtronSimulator],
    command: str,
    fault: dict[str, Any],
) -> None:
    """Load and go on without the answer, and do not ask for it again and again."""
    async with kind(shape=Shape.FIELD) as device:
        furnish(device)
        device.faults = Faults(only={command}, **fault)
        entry = await set_up(device)
        channel = 1 if device.nvr else None
        assert value(hass, device, "binary_sensor.motion", channel) == "off"
        for _ in range(12):
            await later(6)
            assert is_up(entry)
        before = len(asked(device, command)) + Counter(each.command for each in device.requests)[command]
        for _ in range(12):
            await later(6)
            assert is_up(entry)
        assert len(asked(device, command)) + Counter(each.command for each in device.requests)[command] == before
        for _ in range(4):
            await later(400)
            assert is_up(entry)


@pytest.mark.parametrize("is_cut", [True, False], ids=["cut", "500"])
async def test_one_channel(hass: HomeAssistant, set_up: SetUp, later: Later, is_cut: bool) -> None:
    """Know the infrared light of the other channels."""
    async with NvrV2Simulator(shape=Shape.FIELD) as recorder:
        get = recorder.commands["GetImageConfig"]

        def answer(request: Request) -> Answer:
            # What comes next is cut: the third channel's answer.
            recorder.faults = Faults(cut=is_cut and request.channel == 2, only={"GetImageConfig"})
            return Answer(status=500) if request.channel == 3 else get(request)

        recorder.commands["GetImageConfig"] = answer
        await set_up(recorder)
        await later(6)
        there = [number for number in range(1, 7) if find(hass, recorder, "select.infrared_mode", number)]
        assert there == [1, 2, 4, 5, 6]


async def test_slow_recorder_loads(hass: HomeAssistant, set_up: SetUp) -> None:
    """Wait in vain for one answer of a poll at most, whatever else would not be answered either."""
    slow = {"GetDiskInfo", "GetDateAndTime", "GetRecordStatusInfo", "GetImageConfig", "PtzGetPresets"}
    async with NvrV2Simulator(shape=Shape.FIELD) as recorder:
        furnish(recorder)
        recorder.faults = Faults(delay=3, only=slow)
        with patch.object(transport, "TIMEOUT", 0.5):
            await set_up(recorder)
            waited = [request.command for request in asked(recorder, *slow)]
        assert value(hass, recorder, "binary_sensor.motion", 1) == "off"
        # The entities that want something let the next poll come at once.
        assert set(waited) <= {"GetDiskInfo", "GetRecordStatusInfo"}
        assert len(waited) == len(set(waited))


async def test_asked_again(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Ask once more after minutes, for once may be chance; after the second time hours later."""
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        camera.faults = Faults(cut=True, only={"GetDiskInfo"})
        counts = []
        for _ in range(12):
            camera.requests.clear()
            await later(301)
            counts.append(bool([each for each in camera.requests if each.command == "GetDiskInfo"]))
        assert counts == [True, True, *[False] * 10]
        camera.faults = Faults()
        camera.disks[0].free = 2000
        await later(6 * 3600)
        await later(301)
        assert float(value(hass, camera, "sensor.disk_free_disk1")) == 2


async def test_recording_is_unknown_meanwhile(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Do not show what was the case before the answer was lost; show it again after some minutes."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        assert value(hass, recorder, "binary_sensor.recording", 1) == "on"
        recorder.faults = Faults(status=503, only={"GetRecordStatusInfo"})
        await later(61)
        assert value(hass, recorder, "binary_sensor.recording", 1) == "unknown"
        recorder.faults = Faults()
        await later(301)
        assert value(hass, recorder, "binary_sensor.recording", 1) == "on"


async def test_commands_are_still_known(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Go on with the commands that the device has listed when it does not answer with its list once."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        recorder.faults = Faults(cut=True, only={"GetSupportedAPIs"})
        await later(6 * 3600 + 61)
        recorder.recording = {1: "no recording"}
        await later(61)
        assert value(hass, recorder, "binary_sensor.recording", 1) == "off"


@pytest.mark.parametrize("command", ["GetAlarmStatus", "GetDeviceInfo"])
@pytest.mark.parametrize("fault", BROKEN, ids=["cut", "500"])
async def test_what_decides(set_up: SetUp, later: Later, command: str, fault: dict[str, Any]) -> None:
    """Take a device for gone that answers neither who it is nor its alarms."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        entry.runtime_data.coordinator.doubt()
        camera.faults = Faults(only={command}, **fault)
        await later(6)
        assert not is_up(entry)
        camera.faults = Faults()
        await later(6)
        assert is_up(entry)


async def test_channels_are_needed(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Do not take a recorder for one without channels; once they are known, it goes on without the list."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        recorder.faults = Faults(cut=True, only={"GetChannelInfo"})
        await later(301)
        assert is_up(entry)
        assert value(hass, recorder, "binary_sensor.motion", 1) == "off"
        answer = recorder.commands["GetChannelInfo"]

        def only_once(request: Request) -> Answer:
            recorder.faults = Faults(cut=True, only={"GetChannelInfo"})
            return answer(request)

        # The first list tells that it is a recorder.
        recorder.commands["GetChannelInfo"] = only_once
        recorder.faults = Faults()
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert not is_up(entry)


async def test_gone_between_two_questions(set_up: SetUp, later: Later) -> None:
    """Find out within the next poll about a device that went away in the middle of one."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        answer = camera.commands["GetDiskInfo"]

        def last_words(request: Request) -> Answer:
            camera.faults.refuse_connections = True
            return answer(request)

        camera.commands["GetDiskInfo"] = last_words
        await later(301)
        await later(6)
        assert not is_up(entry)
