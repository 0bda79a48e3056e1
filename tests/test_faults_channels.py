"""Channels of a recorder that come, go and change their names while it runs: followed without a reload."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp
from tests.faulting import LogBook, Undisturbed
from tests.owing import RECORDERS
from tests.pushing import device_id, entity_id, value
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Shape, SimChannel


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", RECORDERS)
async def test_channels_change(
    hass: HomeAssistant,
    set_up: SetUp,
    later: Later,
    caplog: pytest.LogCaptureFixture,
    kind: type[NvrV1Simulator | NvrV2Simulator],
    shape: Shape,
) -> None:
    """Follow a channel that is added, one that is removed and comes back, and one that changes its name."""
    events = async_capture_events(hass, "viewwall_event")
    async with kind(shape=shape) as recorder:
        recorder.channels = recorder.channels[:3]
        entry = await set_up(recorder)
        entry_runs, log = Undisturbed(entry), LogBook(caplog)
        registry, entities = dr.async_get(hass), er.async_get(hass)
        second, kept = recorder.channels[1], device_id(hass, entry, recorder, 2)
        motion = entity_id(hass, recorder, "binary_sensor.motion", 2)

        recorder.channels = [recorder.channels[0], recorder.channels[2], SimChannel(id=4, name="Barn")]
        recorder.channels[0].name = "Stable"
        recorder.chl_max_count = 4
        for _ in range(2):
            await later(301)
        assert value(hass, recorder, "binary_sensor.motion", 4) == "off"
        is_named = kind is NvrV2Simulator or shape is Shape.FIELD
        renamed = registry.async_get(device_id(hass, entry, recorder, 1))
        assert renamed is not None
        assert renamed.name == ("Stable" if is_named else "Channel 1")
        # What the user knows of the one that is gone stays, and says that it is gone.
        assert registry.async_get(kept) is not None
        assert entities.async_get(motion) is not None
        recorder.set_alarm("motionAlarm", True, 4)
        await later(6)
        assert value(hass, recorder, "binary_sensor.motion", 4) == "on"

        recorder.channels.insert(1, second)
        for _ in range(2):
            await later(301)
        assert device_id(hass, entry, recorder, 2) == kept
        assert entity_id(hass, recorder, "binary_sensor.motion", 2) == motion
        assert value(hass, recorder, "binary_sensor.motion", 2) == "off"
        await recorder.send_intrusion(channel=2)
        await hass.async_block_till_done()
        assert [event.data["device_id"] for event in events] == [kept]
        assert value(hass, recorder, "binary_sensor.intrusion", 2) == "on"
        assert registry.async_get_device_by_identifier((DOMAIN, f"{recorder.mac}_4"), entry.entry_id) is not None
        entry_runs.check()
    assert log.lines() == []
