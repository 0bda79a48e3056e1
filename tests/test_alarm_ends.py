"""How alarms end when starts and ends do not carry the same ids."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import Later, SetUp
from tests.pushing import post, value
from tests.simulators.ipc import IpcV1Simulator
from tests.simulators.nvr import NvrV2Simulator

MOTION = "binary_sensor.motion"
INTRUSION = "binary_sensor.intrusion"


def status(*fields: str) -> bytes:
    """Build a status of a camera, its fields as text."""
    return f'<config version="1.7"><alarmStatusInfo>{"".join(fields)}</alarmStatusInfo></config>'.encode()


def item(event: int | None, word: str) -> str:
    """Build a row of an intrusion; without an event it has no id."""
    ids = "" if event is None else f"<eventId>{event}</eventId>"
    return f"<item>{ids}<targetId>1</targetId><status>SMART_{word}</status></item>"


def intrusion(*items: str) -> bytes:
    """Build an intrusion around its rows."""
    rows = f"<perimeter><perInfo>{''.join(items)}</perInfo></perimeter>"
    return f'<config version="1.7"><smartType>PEA</smartType>{rows}</config>'.encode()


@pytest.mark.parametrize("ids", [("1",), ("2",), ("1", "2")])
async def test_false_without_id_ends_all(
    hass: HomeAssistant, later: Later, set_up: SetUp, ids: tuple[str, ...]
) -> None:
    """Let a `false` without an id speak of every id that was on."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await later(6)
        await post(camera.push_url, status(*(f'<motionAlarm id="{number}">true</motionAlarm>' for number in ids)))
        await hass.async_block_till_done()
        assert value(hass, camera, MOTION) == "on"
        await post(camera.push_url, status("<motionAlarm>false</motionAlarm>"))
        await hass.async_block_till_done()
        assert value(hass, camera, MOTION) == "off"


async def test_false_with_an_id_ends_that_one(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """Stay on while another id is on."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await later(6)
        for number in (1, 2):
            await post(camera.push_url, status(f'<motionAlarm id="{number}">true</motionAlarm>'))
        await post(camera.push_url, status('<motionAlarm id="1">false</motionAlarm>'))
        await hass.async_block_till_done()
        assert value(hass, camera, MOTION) == "on"
        await post(camera.push_url, status('<motionAlarm id="2">false</motionAlarm>'))
        await hass.async_block_till_done()
        assert value(hass, camera, MOTION) == "off"


@pytest.mark.parametrize(("start", "stop"), [(None, 5), (5, None), (None, None), (5, 5)])
async def test_stop_ends_start(hass: HomeAssistant, set_up: SetUp, start: int | None, stop: int | None) -> None:
    """End an intrusion at once although only one of start and stop carries the event's id."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await post(camera.push_url, intrusion(item(start, "START")))
        await hass.async_block_till_done()
        assert value(hass, camera, INTRUSION) == "on"
        await post(camera.push_url, intrusion(item(stop, "STOP")))
        await hass.async_block_till_done()
        assert value(hass, camera, INTRUSION) == "off"


async def test_stop_of_another_event_ends_nothing(hass: HomeAssistant, set_up: SetUp) -> None:
    """Stay on while one of two intruders is still there."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await post(camera.push_url, intrusion(item(1, "START"), item(2, "START")))
        await post(camera.push_url, intrusion(item(1, "STOP")))
        await hass.async_block_till_done()
        assert value(hass, camera, INTRUSION) == "on"
        await post(camera.push_url, intrusion(item(2, "STOP")))
        await hass.async_block_till_done()
        assert value(hass, camera, INTRUSION) == "off"


@pytest.mark.parametrize("first", [0, 1])
async def test_start_and_stop_in_one_post(hass: HomeAssistant, set_up: SetUp, first: int) -> None:
    """Read each row of a post by its own status, whichever comes first: one event starts while another one ends."""
    rows = [item(2, "START"), item(1, "STOP")]
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await post(camera.push_url, intrusion(item(1, "START")))
        await post(camera.push_url, intrusion(rows[first], rows[1 - first]))
        await hass.async_block_till_done()
        assert value(hass, camera, INTRUSION) == "on"
        await post(camera.push_url, intrusion(item(2, "STOP")))
        await hass.async_block_till_done()
        assert value(hass, camera, INTRUSION) == "off"


async def test_plate_of_a_recorder_ends_by_itself(hass: HomeAssistant, later: Later, set_up: SetUp) -> None:
    """End after the hold time what no recorder ever calls over."""
    async with NvrV2Simulator() as recorder:
        await set_up(recorder)
        await recorder.send_keepalive()
        await recorder.send_plate("GX 417 TB", channel=2)
        await hass.async_block_till_done()
        assert value(hass, recorder, "binary_sensor.license_plate", 2) == "on"
        await later(9)
        assert value(hass, recorder, "binary_sensor.license_plate", 2) == "on"
        await later(2)
        assert value(hass, recorder, "binary_sensor.license_plate", 2) == "off"


@pytest.mark.parametrize("kind", ["statuses", "detections"])
async def test_flood_of_ids_costs_no_timer_each(hass: HomeAssistant, later: Later, set_up: SetUp, kind: str) -> None:
    """Keep a bounded number of ids apart, whatever somebody sends, and end them all the same."""
    async with IpcV1Simulator() as camera:
        await set_up(camera)
        await later(6)
        await camera.send_keepalive()
        before = _timers(hass)
        for start in range(0, 1000, 100):
            ids = range(start, start + 100)
            if kind == "statuses":
                body = status(*(f'<perimeterAlarm id="{number}">true</perimeterAlarm>' for number in ids))
            else:
                body = intrusion(*(item(number, "START") for number in ids))
            await post(camera.push_url, body)
        await hass.async_block_till_done()
        assert value(hass, camera, INTRUSION) == "on"
        assert _timers(hass) - before < 100
        if kind == "statuses":
            await post(camera.push_url, status("<perimeterAlarm>false</perimeterAlarm>"))
            await hass.async_block_till_done()
        else:
            await later(11)
        assert value(hass, camera, INTRUSION) == "off"


def _timers(hass: HomeAssistant) -> int:
    """Count what the event loop still has to do later."""
    timers: list[asyncio.TimerHandle] = getattr(hass.loop, "_scheduled")  # noqa: B009
    return sum(not timer.cancelled() for timer in timers)
