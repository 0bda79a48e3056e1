"""Virtual alarms of a recorder, as buttons and by an action."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest

from tests.acting import call
from tests.conftest import SetUp
from tests.owing import DEVICES, changing, press
from tests.pushing import device_id, find, state
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.state import Faults, Shape, SimInput


def _virtual(device: ViewtronSimulator) -> list[int]:
    """Return the ids of a device's virtual inputs."""
    return [entry.id for entry in device.alarm_inputs if entry.kind == "virtual"]


@pytest.mark.parametrize(("kind", "shape"), DEVICES)
async def test_where_they_are(hass: HomeAssistant, set_up: SetUp, kind: type[ViewtronSimulator], shape: Shape) -> None:
    """Have a button for each virtual input of a newer recorder, known by the input's id and numbered from 1."""
    async with kind(shape=shape) as device:
        entry = await set_up(device)
        there = [number for number in range(100) if find(hass, device, f"button.virtual_alarm_{number}")]
        if not isinstance(device, NvrV2Simulator):
            assert there == []
            with pytest.raises(ServiceValidationError, match="has no virtual alarms"):
                await call(hass, "trigger_virtual_alarm", {"device_id": device_id(hass, entry, device)}, alarm=1)
            assert changing(device) == []
            return
        assert there == _virtual(device)
        assert there
        for number, input_id in enumerate(there, 1):
            entity = state(hass, device, f"button.virtual_alarm_{input_id}")
            named = next(each.name for each in device.alarm_inputs if each.id == input_id)
            assert entity.name in (f"{device.name} Virtual alarm {number}", f"{device.name} {named}")
            await press(hass, device, f"virtual_alarm_{input_id}")
        assert device.triggered == there
        assert set(changing(device)) == {"TriggerVirtualAlarm"}


async def test_numbers_on_the_button(hass: HomeAssistant, set_up: SetUp) -> None:
    """Count the virtual alarms from 1, wherever their ids begin."""
    async with NvrV2Simulator() as recorder:
        recorder.alarm_inputs = [
            SimInput(id=1),
            SimInput(id=41, kind="virtual", name=""),
            SimInput(id=40, kind="remote"),
        ]
        recorder.alarm_inputs.append(SimInput(id=57, kind="virtual", name=""))
        await set_up(recorder)
        assert state(hass, recorder, "button.virtual_alarm_41").name == "Office recorder Virtual alarm 1"
        assert state(hass, recorder, "button.virtual_alarm_57").name == "Office recorder Virtual alarm 2"
        assert find(hass, recorder, "button.virtual_alarm_1") is None


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("by_post", [False, True])
async def test_action(hass: HomeAssistant, set_up: SetUp, shape: Shape, by_post: bool) -> None:
    """Trigger a virtual alarm by its number, also where the firmware wants POST; once for each call."""
    async with NvrV2Simulator(shape=shape) as recorder:
        recorder.virtual_by_post = by_post
        entry = await set_up(recorder)
        target = {"device_id": device_id(hass, entry, recorder)}
        virtual = _virtual(recorder)
        answer = await call(hass, "trigger_virtual_alarm", target, asks=True, alarm=2)
        assert answer == {target["device_id"]: {}}
        await call(hass, "trigger_virtual_alarm", target, alarm="1")
        assert recorder.triggered == [virtual[1], virtual[0]]
        for number in (0, -1, len(virtual) + 1, virtual[0]):
            with pytest.raises(ServiceValidationError, match=rf"numbered 1 to {len(virtual)}"):
                await call(hass, "trigger_virtual_alarm", target, alarm=number)
        for data in ({}, {"alarm": 1.5}, {"alarm": None}, {"alarm": True}):
            with pytest.raises(probatio.Invalid):
                await call(hass, "trigger_virtual_alarm", target, **data)
        with pytest.raises(ServiceValidationError, match="one camera of a recorder"):
            await call(hass, "trigger_virtual_alarm", {"device_id": device_id(hass, entry, recorder, 1)}, alarm=1)
        assert len(recorder.triggered) == 2


@pytest.mark.parametrize(("code", "words"), [(4, "may not do this"), (7, "is busy"), (12, "refused the command")])
async def test_refused(hass: HomeAssistant, set_up: SetUp, code: int, words: str) -> None:
    """Say why the recorder does not trigger it."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        recorder.faults = Faults(error_code=code, only={"TriggerVirtualAlarm"})
        with pytest.raises(HomeAssistantError, match=words):
            await press(hass, recorder, f"virtual_alarm_{_virtual(recorder)[0]}")
        assert recorder.triggered == []


async def test_lost_answer(hass: HomeAssistant, set_up: SetUp) -> None:
    """Trigger nothing twice because an answer was lost."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        recorder.faults = Faults(cut=True, only={"TriggerVirtualAlarm"})
        with pytest.raises(HomeAssistantError, match="does not answer"):
            await press(hass, recorder, f"virtual_alarm_{_virtual(recorder)[0]}")
        assert len(recorder.triggered) == 1
