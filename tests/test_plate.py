"""The main job: a plate is read at the gate and arrives in Home Assistant."""
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from pytest_homeassistant_custom_component.common import async_capture_events
from tests.simulators.ipc import IpcV2Simulator

async def test_it(hass, hass_client_no_auth, hass_client, socket_enabled):
    async with IpcV2Simulator() as camera:
        result = await hass.config_entries.flow.async_init("viewwall", context={"source": "user"})
        print(result)
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"host": camera.host, "username": "admin", "password": camera.password, "connection": {"port": camera.port}})
        print(result)
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
        print(result)
        await hass.async_block_till_done()
        for s in hass.states.async_all(): print(s.entity_id, s.state)
        client = await hass_client()
        ev = async_capture_events(hass, "viewwall_event")
        url = str(client.make_url("/")).rstrip("/") + f"/api/webhook/{result['data']['webhook_id']}"
        camera.push_url = url
        r = await camera.send_plate("ABC123", listed="whiteList")
        print(r)
        await hass.async_block_till_done()
        for s in hass.states.async_all(): 
            if s.domain in ("event","image","sensor","binary_sensor"): print(s.entity_id, s.state, dict(s.attributes) if s.domain=="event" else "")
        print(ev[0].data)
        resp = await client.get(hass.states.get("image."+[s.entity_id for s in hass.states.async_all("image")][0].split(".")[1]).attributes["entity_picture"])
        print(resp.status, len(await resp.read()))
        e=hass.config_entries.async_entries("viewwall")[0]
        assert await hass.config_entries.async_unload(e.entry_id)
