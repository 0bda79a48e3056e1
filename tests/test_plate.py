"""The main job: a plate is read at the gate and arrives in Home Assistant, with its picture."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.conftest import SetUp
from tests.simulators.ipc import IpcV2Simulator


async def test_plate_arrives_with_its_picture(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp
) -> None:
    """Follow a plate from the camera's post to the states, the bus event and the picture that a user sees."""
    events = async_capture_events(hass, EVENT_VIEWWALL)
    async with IpcV2Simulator() as camera:
        await set_up(camera)
        answer = await camera.send_plate("GX 417 TB", listed="whiteList")
        await hass.async_block_till_done()

    assert answer.status == 200
    assert b"<status>success</status>" in answer.body
    state = hass.states.get("event.gate_camera_license_plate")
    assert state is not None
    assert state.attributes["event_type"] == "allow"
    assert state.attributes["plate"]["number"] == "GX 417 TB"
    plate = hass.states.get("sensor.gate_camera_last_plate")
    assert plate is not None
    assert plate.state == "GX 417 TB"

    assert len(events) == 1
    assert events[0].data["type"] == "license_plate"
    assert events[0].data["origin"]["is_device"] is True
    assert events[0].data["images"] == {
        "overview": "image.gate_camera_overview",
        "target": "image.gate_camera_plate",
    }
    image = hass.states.get("image.gate_camera_overview")
    assert image is not None
    client = await hass_client()
    response = await client.get(image.attributes["entity_picture"])
    assert response.status == 200
    assert (await response.read()).startswith(b"\xff\xd8\xff")
