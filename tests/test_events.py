"""Probe."""
import asyncio
from datetime import timedelta
from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from tests.conftest import SetUp
from tests.simulators.ipc import IpcV2Simulator, IpcV1Simulator
from tests.simulators.nvr import NvrV2Simulator

async def test_probe(hass, freezer, set_up: SetUp) -> None:
    print("loop", hass.loop.time(), await asyncio.sleep(0.1), hass.loop.time())
    freezer.tick(100)
    print("loop", hass.loop.time())
    async with IpcV2Simulator() as camera, NvrV2Simulator() as nvr, IpcV1Simulator() as v1:
        await set_up(camera)
        await set_up(nvr)
        await set_up(v1)
        print(camera.push_url, nvr.push_url, v1.push_url)
        r = await camera.send_keepalive()
        print(r)
        r = await nvr.send_keepalive()
        print(r)
        print((await nvr.send_plate("AB", listed="Staff", owner="X")))
        await hass.async_block_till_done()
        freezer.tick(8); async_fire_time_changed(hass); await hass.async_block_till_done(wait_background_tasks=True)
        for s in hass.states.async_all(): print(s.entity_id, s.state, dict(s.attributes) if "plate" in s.entity_id else "")
        print([ (r.command) for r in camera.requests])
