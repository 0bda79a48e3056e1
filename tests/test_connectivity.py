"""Cameras of a recorder that come and go, as polls alone tell it."""

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp
from tests.pushing import value
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator

CONNECTIVITY = "binary_sensor.connectivity"
RECORDERS = [NvrV1Simulator, NvrV2Simulator]


@pytest.mark.parametrize("kind", RECORDERS)
@pytest.mark.parametrize("away", [6, 301])
async def test_camera_back_online_without_push(
    hass: HomeAssistant, later: Later, set_up: SetUp, kind: type[ViewtronSimulator], away: int
) -> None:
    """Show a camera's return with the next polls, even when the list of channels was asked for while it was away."""
    async with kind() as recorder:
        await set_up(recorder)
        channel = recorder.channels[0]
        assert value(hass, recorder, CONNECTIVITY, channel.id) == "on"
        channel.status = "offline"
        await later(6)
        assert value(hass, recorder, CONNECTIVITY, channel.id) == "off"
        await later(away)
        channel.status = "online"
        await later(6)
        await later(6)
        assert value(hass, recorder, CONNECTIVITY, channel.id) == "on"
        assert value(hass, recorder, "camera.sub", channel.id) != "unavailable"


@pytest.mark.parametrize("kind", RECORDERS)
async def test_channels_are_not_asked_for_without_need(
    later: Later, set_up: SetUp, kind: type[ViewtronSimulator]
) -> None:
    """Ask for the list of channels once when a camera goes, not with each of the polls that follow."""
    async with kind() as recorder:
        await set_up(recorder)
        recorder.requests.clear()
        recorder.channels[0].status = "offline"
        for _ in range(12):
            await later(6)
        lists = [request for request in recorder.requests if request.command in ("GetChannelList", "GetChannelInfo")]

    assert 1 <= sum(request.authorised for request in lists) <= 2
