"""Hold times: the general one, and those of single sensors."""

from http import HTTPStatus

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.choosing import choose, collapsed, open_form, shown
from tests.conftest import Later, SetUp
from tests.pushing import value
from tests.simulators import ipc_posts
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator

KEYS = [
    "motion",
    "intrusion",
    "line_crossing",
    "region_entry",
    "region_exit",
    "loitering",
    "license_plate",
    "face",
]
INTRUSION, PLATE, FACE = "binary_sensor.intrusion", "binary_sensor.license_plate", "binary_sensor.face"


async def test_form(hass: HomeAssistant, set_up: SetUp) -> None:
    """Offer the single sensors in a closed section that opens once something is in it, and show what is stored."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        form = await open_form(hass, entry)
        assert shown(form, "hold_times") == dict.fromkeys(KEYS)
        assert collapsed(form, "hold_times")
        await choose(hass, entry, hold_times={"face": 3, "license_plate": 120})
        assert entry.options == {"hold_time": 10, "hold_times": {"face": 3, "license_plate": 120}}
        form = await open_form(hass, entry)
        assert shown(form, "hold_times") == dict.fromkeys(KEYS) | {"face": 3, "license_plate": 120}
        assert not collapsed(form, "hold_times")
        # What is not sent stays, what is sent empty goes.
        await choose(hass, entry, hold_time=20)
        assert entry.options == {"hold_time": 20, "hold_times": {"face": 3, "license_plate": 120}}
        await choose(hass, entry, hold_times={"face": 5})
        assert entry.options == {"hold_time": 10, "hold_times": {"face": 5}}
        await choose(hass, entry, hold_times={})
        assert entry.options == {"hold_time": 10}


async def test_each_has_its_own(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Hold a plate for long, a face shortly, and everything else for the general time, until that is changed."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await choose(hass, entry, hold_time=20, hold_times={"license_plate": 40, "face": 3})
        await camera.send_keepalive()
        await later(6)
        await camera.send_intrusion()
        await camera.send_plate("GX 417 TB")
        await camera.push(ipc_posts.face(camera.identity(), camera.clock.utc()))
        names = (INTRUSION, PLATE, FACE)
        assert [value(hass, camera, name) for name in names] == ["on", "on", "on"]
        await later(4)
        assert [value(hass, camera, name) for name in names] == ["on", "on", "off"]
        await later(17)
        assert [value(hass, camera, name) for name in names] == ["off", "on", "off"]
        await later(18)
        assert [value(hass, camera, name) for name in names] == ["off", "on", "off"]
        await later(3)
        assert [value(hass, camera, name) for name in names] == ["off", "off", "off"]

        await choose(hass, entry, hold_times={})
        await camera.send_keepalive()
        await later(6)
        await camera.send_plate("GX 418 TB")
        await later(9)
        assert value(hass, camera, PLATE) == "on"
        await later(2)
        assert value(hass, camera, PLATE) == "off"


async def test_channel_of_a_recorder(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Apply to each channel."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        await choose(hass, entry, hold_times={"intrusion": 30})
        await recorder.send_keepalive()
        await later(6)
        await recorder.send_intrusion(channel=2)
        await recorder.send_plate("GX 417 TB", channel=3)
        await later(11)
        assert value(hass, recorder, PLATE, 3) == "off"
        assert value(hass, recorder, INTRUSION, 2) == "on"
        await later(20)
        assert value(hass, recorder, INTRUSION, 2) == "off"


async def test_presence_has_none(hass: HomeAssistant, set_up: SetUp, later: Later) -> None:
    """Let who is tracked be gone two seconds after the last position, whatever the hold times are."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await choose(hass, entry, hold_time=60, hold_times=dict.fromkeys(KEYS, 60))
        await camera.push(ipc_posts.traject(camera.identity(), camera.clock.utc()))
        assert value(hass, camera, "binary_sensor.person_present") == "on"
        await later(2.5)
        assert value(hass, camera, "binary_sensor.person_present") == "off"


@pytest.mark.parametrize("seconds", [0, -5, 301, "long"])
@pytest.mark.parametrize("key", ["motion", "face"])
async def test_out_of_range(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, set_up: SetUp, key: str, seconds: object
) -> None:
    """Refuse what is no hold time."""
    assert await async_setup_component(hass, "config", {})
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        client = await hass_client()
        url = "/api/config/config_entries/options/flow"
        form = await (await client.post(url, json={"handler": entry.entry_id})).json()
        typed = {"hold_time": 10, "hold_times": {key: seconds}}
        response = await client.post(f"{url}/{form['flow_id']}", json=typed)
        assert response.status == HTTPStatus.BAD_REQUEST
        assert entry.options == {}
        good = await client.post(f"{url}/{form['flow_id']}", json=typed | {"hold_times": {key: 300}})
        assert (await good.json())["type"] == "create_entry"
        await hass.async_block_till_done()
        assert entry.options["hold_times"] == {key: 300}
