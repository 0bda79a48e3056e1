"""Check the commands that change something on a simulated device: heads, outputs, clock, picture, restart."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import product
import re
from xml.etree import ElementTree as ET

from aiohttp import ClientConnectionError, ClientSession, encode_basic_auth
import pytest

from .ipc import CameraSimulator, IpcV1Simulator, IpcV2Simulator
from .nvr import NvrV1Simulator, NvrV2Simulator, RecorderSimulator
from .posix_zone import zone_of
from .state import Shape

pytestmark = pytest.mark.usefixtures("socket_enabled")

CAMERAS: tuple[type[CameraSimulator], ...] = (IpcV1Simulator, IpcV2Simulator)
RECORDERS: tuple[type[RecorderSimulator], ...] = (NvrV1Simulator, NvrV2Simulator)
KINDS: tuple[type[CameraSimulator | RecorderSimulator], ...] = (*CAMERAS, *RECORDERS)
LOGIN = {"Authorization": encode_basic_auth("admin", "gate-Keeper-7")}

type Ask = Callable[..., Awaitable[ET.Element]]
"""From URL, body and method to the answer's root; an empty answer is an empty element."""


@pytest.fixture(name="ask")
async def ask_fixture() -> AsyncIterator[Ask]:
    """Return a function that asks a device."""
    async with ClientSession(headers=LOGIN) as session:

        async def ask(url: str, body: str = "", method: str = "POST") -> ET.Element:
            async with session.request(method, url, data=body.encode()) as answer:
                content = await answer.read()
            if not content:
                assert answer.status == 400
                return ET.Element("config", status="failed", errorCode="1")
            root = ET.fromstring(content)  # noqa: S314
            for element in root.iter():
                element.tag = element.tag.rpartition("}")[2]
            return root

        yield ask


def code(answer: ET.Element) -> int:
    """Return the code of an answer without content, 0 for success."""
    assert answer.get("status") in ("success", "failed")
    return int(answer.get("errorCode", "0"))


def told(answer: ET.Element, path: str) -> str:
    """Return a text of an answer."""
    return (answer.findtext(path) or "").strip()


def move(speed: object = 4) -> str:
    """Build the body of a move."""
    return f'<actionInfo version="1.0" xmlns="http://www.ipc.com/ver10"><speed>{speed}</speed></actionInfo>'


def block(inner: str) -> str:
    """Build a body with the usual root."""
    return f'<?xml version="1.0" encoding="UTF-8"?><config version="1.0" xmlns="urn:any">{inner}</config>'


@pytest.mark.parametrize("kind", KINDS)
async def test_moves(kind: type[CameraSimulator | RecorderSimulator], ask: Ask) -> None:
    """A move runs until it is stopped; what cannot be carried out is refused."""
    async with kind() as device:
        device.ptz_channels = {1}
        url = f"{device.url}/PtzControl"
        success = await ask(f"{url}/Left", move())
        assert code(success) == 0
        assert success.get("errorDesc") == ("No Error" if device.v2 else None)
        assert device.moving == {1: ("Left", 4)}
        assert code(await ask(f"{url}/1/ZoomIn", move(8))) == 0
        assert device.moving == {1: ("ZoomIn", 8)}
        assert code(await ask(f"{url}/1/Stop", move())) == 0
        assert device.moving == {}
        device.ptz_deaf = {"Up"}
        assert code(await ask(f"{url}/1/Up", move())) == 0
        assert device.moving == {}
        assert device.ptz_log == [(1, "Left", 4), (1, "ZoomIn", 8), (1, "Stop", 4)]
        assert code(await ask(f"{url}/1/Left", move(), "GET")) == 1
        assert code(await ask(f"{url}/1/Around", move())) == (14 if device.v2 else 1)
        assert code(await ask(f"{url}/1", move())) == (14 if device.v2 else 1)
        assert code(await ask(f"{url}/99/Left", move())) == (12 if device.v2 else 1)
        for body, expected in (
            ("", 16),
            (move(0), 16),
            (move(9), 16),
            (move("fast"), 16),
            ("<config><speed>4</speed></config>", 16),
            ("<actionInfo><speed>4</actionInfo>", 2),
            (f"<!DOCTYPE actionInfo []>{move()}", 2),
            ("<actionInfo/>", 15 if device.v2 else 3),
        ):
            assert code(await ask(f"{url}/1/Left", body)) == expected, body
        assert device.moving == {}


async def test_heads_that_are_not_there(ask: Ask) -> None:
    """A recorder has heads at some channels; a camera without one answers all the same unless told not to."""
    async with NvrV2Simulator() as recorder:
        recorder.ptz_channels = {2}
        channels = (await ask(f"{recorder.url}/GetChannelInfo")).findall("channelList/item")
        assert [told(item, "attribute") for item in channels[:3]] == ["Normal", "PTZ", "Normal"]
        assert code(await ask(f"{recorder.url}/PtzControl/1/Left", move())) == 11
        assert code(await ask(f"{recorder.url}/PtzControl/2/Left", move())) == 0
    async with IpcV1Simulator() as camera:
        assert told(await ask(f"{camera.url}/GetDeviceInfo"), "deviceInfo/integratedPtz") == "false"
        assert told(await ask(f"{camera.url}/PtzGetCaps"), "caps/controlMaxSpeed") == "8"
        camera.ptz_refused = True
        assert code(await ask(f"{camera.url}/PtzGetCaps")) == 1
        camera.has_ptz = True
        camera.ptz_caps["controlMaxSpeed"] = 5
        assert told(await ask(f"{camera.url}/PtzGetCaps"), "caps/controlMaxSpeed") == "5"
        assert told(await ask(f"{camera.url}/GetDeviceDetail"), "detail/system/integratedPtz") == "true"
        assert code(await ask(f"{camera.url}/PtzControl/Left", move(6))) == 16


@pytest.mark.parametrize("shape", list(Shape))
async def test_presets(shape: Shape, ask: Ask) -> None:
    """A new preset takes the lowest free number; how a long name fares depends on the shape."""

    def body(inner: str) -> str:
        return f"<presetInfo>{inner}</presetInfo>"

    async with NvrV1Simulator(shape=shape) as device:
        device.ptz_channels = {1, 2}
        device.ptz_caps["presetMaxCount"] = 3
        assert code(await ask(f"{device.url}/PtzDeletePreset/2", body("<id>1</id>"))) == 0
        assert device.presets_of(1) == {1: "Gate", 2: "Street"}
        long = code(await ask(f"{device.url}/PtzAddPreset/2", body("<name> <![CDATA[Long & wide]]>\n</name>")))
        assert long == 0 if shape is Shape.FIELD else long == 16
        if shape is Shape.DOCUMENTED:
            assert code(await ask(f"{device.url}/PtzAddPreset/2", body("<name>Long &amp; wid</name>"))) == 0
        assert device.presets_of(2) == {2: "Street", 1: "Long & wid"}
        assert code(await ask(f"{device.url}/PtzAddPreset/2", body("<name>Three</name>"))) == 0
        assert code(await ask(f"{device.url}/PtzAddPreset/2", body("<name>Four</name>"))) == 19
        assert code(await ask(f"{device.url}/PtzAddPreset/2", body("<name/>"))) == 16
        items = (await ask(f"{device.url}/PtzGetPresets/2")).findall("presetInfo/item")
        assert {item.get("id"): item.text for item in items} == {"2": "Street", "1": "Long & wid", "3": "Three"}
        device.moving[2], device.cruising[2] = ("Up", 1), 1
        assert code(await ask(f"{device.url}/PtzGotoPreset/2", body("<id>3</id>"))) == 0
        assert (device.position, device.moving, device.cruising) == ({2: 3}, {}, {})
        assert code(await ask(f"{device.url}/PtzGotoPreset/2", body("<id>4</id>"))) == 16
        assert code(await ask(f"{device.url}/PtzGotoPreset/2", body(""))) == 3
        assert device.ptz_log[-1] == (2, "preset", 3)


async def test_cruises(ask: Ask) -> None:
    """A cruise runs until it is stopped or something else moves the head."""
    async with IpcV2Simulator() as device:
        device.cruises = {1: "Fence", 3: "Doors"}
        items = (await ask(f"{device.url}/PtzGetCruises")).findall("cruiseInfo/item")
        assert [(item.get("id"), item.text) for item in items] == [("1", "Fence"), ("3", "Doors")]
        device.cruises_by = "child"
        items = (await ask(f"{device.url}/PtzGetCruises/1")).findall("cruiseInfo/item")
        assert [(told(item, "id"), told(item, "name")) for item in items] == [("1", "Fence"), ("3", "Doors")]
        run = "<cruiseInfo><id>3</id></cruiseInfo>"
        assert code(await ask(f"{device.url}/PtzRunCruise", run)) == 0
        assert device.cruising == {1: 3}
        assert code(await ask(f"{device.url}/PtzStopCruise")) == 0
        assert device.cruising == {}
        await ask(f"{device.url}/PtzRunCruise/1", run)
        await ask(f"{device.url}/PtzControl/1/Down", move())
        assert (device.cruising, device.moving) == ({}, {1: ("Down", 4)})
        assert code(await ask(f"{device.url}/PtzRunCruise", run.replace("3", "2"))) == 16
        assert [action for _, action, _ in device.ptz_log] == ["cruise", "stop_cruise", "cruise", "Down"]


@pytest.mark.parametrize("kind", KINDS)
async def test_outputs(kind: type[CameraSimulator | RecorderSimulator], ask: Ask) -> None:
    """An output is switched by its number; the end of an intrusion resets those of a camera."""

    def state(word: str) -> str:
        return block(f"<action><status>{word}</status></action>")

    async with kind() as device:
        device.alarm_out_count = 2
        url = f"{device.url}/ManualAlarmOut"
        assert code(await ask(url, state("true"))) == 0
        assert code(await ask(f"{url}/2", state("true"))) == 0
        assert code(await ask(f"{url}/2", state("false"))) == 0
        assert device.outputs == {1: True, 2: False}
        assert device.output_log == [(1, True), (2, True), (2, False)]
        for number in (0, 3):
            assert code(await ask(f"{url}/{number}", state("true"))) == (12 if device.v2 else 1)
        assert code(await ask(url, state("on"))) == 16
        assert code(await ask(url, block("<status>true</status>"))) == (15 if device.v2 else 3)
        assert code(await ask(url, "<action><status>true</status></action>")) == 3
        assert code(await ask(url, state("true"), "GET")) == 1
        device.end_perimeter_cycle()
        assert device.outputs[1] is device.nvr
        assert code(await ask(f"{device.url}/GetAlarmOutConfig/2")) == 1
        device.output_names[2] = "Gate & door"
        assert told(await ask(f"{device.url}/GetAlarmOutConfig/2"), "alarmOut/alarmOutName") == "Gate & door"


async def test_list_of_outputs(ask: Ask) -> None:
    """The old recorder lists its outputs, the new one only in the field."""
    listing = {}
    for kind, shape in product(RECORDERS, Shape):
        async with kind(shape=shape) as device:
            answer = await ask(f"{device.url}/GetAlarmOutList")
            listing[kind, shape] = [item.text for item in answer.iter("item")]
    four = ["1", "2", "3", "4"]
    assert list(listing.values()) == [["1"], ["1"], [], four]


async def test_virtual_inputs(ask: Ask) -> None:
    """A virtual input is triggered by GET, or by POST, and stays on in the poll until told otherwise."""
    async with NvrV2Simulator(shape=Shape.FIELD) as device:
        url = f"{device.url}/TriggerVirtualAlarm"
        assert code(await ask(f"{url}/18", method="GET")) == 0
        assert code(await ask(f"{url}/18")) == 1
        for wrong in ("/16", "/21", "/99", ""):
            assert code(await ask(f"{url}{wrong}", method="GET")) == 12
        device.virtual_by_post = True
        assert code(await ask(f"{url}/17", method="GET")) == 1
        assert code(await ask(f"{url}/17")) == 0
        assert device.triggered == [18, 17]
        items = (await ask(f"{device.url}/GetAlarmStatus")).findall("alarmStatusInfo/sensorAlarmIn/item")
        assert [(item.get("id"), item.text) for item in items] == [("18", "true"), ("17", "true")]
        device.set_input(18, False)
        items = (await ask(f"{device.url}/GetAlarmStatus")).findall("alarmStatusInfo/sensorAlarmIn/item")
        assert [item.get("id") for item in items] == ["17"]
        inputs = (await ask(f"{device.url}/GetAlarmInInfo")).findall("alarmInInfoList/item")
        assert [(told(item, "alarmInType"), told(item, "name")) for item in inputs[15:21:5]] == [
            ("local", "Sensor 16"),
            ("remote", "Camera 1"),
        ]


@pytest.mark.parametrize("kind", KINDS)
async def test_clock(kind: type[CameraSimulator | RecorderSimulator], ask: Ask) -> None:
    """The clock is set in the device's zone; NTP leaves it alone; a body that cannot be taken changes nothing."""
    source = "<synchronizeInfo><type>manually</type><currentTime>{}</currentTime></synchronizeInfo>"
    zone = "<timezoneInfo><timeZone>{}</timeZone></timezoneInfo>"
    async with kind() as device:
        url = f"{device.url}/SetDateAndTime"
        good = block(f"<time>{zone.format('EST5EDT')}{source.format('2026-01-31 23:59:00')}</time>")
        assert code(await ask(url, good)) == 0
        assert abs(device.clock.utc() - datetime(2026, 2, 1, 4, 59, tzinfo=UTC)) < timedelta(seconds=5)
        assert told(await ask(f"{device.url}/GetDateAndTime"), "time/synchronizeInfo/type") == "manually"
        other = block(f"<time>{zone.format('CST-8')}{source.format('2026-07-01 10:00:00')}</time>")
        assert code(await ask(url, other)) == 0
        assert device.clock.zone == "CST-8"
        assert abs(device.clock.utc() - datetime(2026, 7, 1, 2, 0, tzinfo=UTC)) < timedelta(seconds=5)
        offset = device.clock.offset
        ntp = "<synchronizeInfo><type>NTP</type><ntpServer>pool.example.org</ntpServer></synchronizeInfo>"
        device.clock_ignored = True
        assert code(await ask(url, block(f"<time>{zone.format('CST-8')}{ntp}</time>"))) == 0
        assert device.sync_type == "manually"
        device.clock_ignored = False
        assert code(await ask(url, block(f"<time>{zone.format('CST-8')}{ntp}</time>"))) == 0
        assert (device.sync_type, device.ntp_server, device.clock.offset) == ("NTP", "pool.example.org", offset)
        missing = 15 if device.v2 else 3
        for inner, expected in (
            (zone.format("nowhere") + source.format("2026-07-01 11:00:00"), 16),
            (zone.format("CST-8") + source.format("2026-7-1 11:00"), 16),
            (zone.format("CST-8") + source.format("2026-07-01 11:00:00").replace("manually", "GPS"), 16),
            (zone.format("CST-8") + "<synchronizeInfo><type>manually</type></synchronizeInfo>", missing),
            (source.format("2026-07-01 11:00:00"), missing),
        ):
            assert code(await ask(url, block(f"<time>{inner}</time>"))) == expected, inner
        assert (device.sync_type, device.clock.offset, len(device.clock_writes)) == ("NTP", offset, 4)
        device.time_needs_zone = False
        assert code(await ask(url, block(f"<time>{source.format('2026-07-01 11:00:00')}</time>"))) == 0
        assert device.clock.offset - offset > timedelta(minutes=59)
        assert device.clock.zone == "CST-8"
        assert code(await ask(url, block("<time><timezoneInfo/></time>"))) == 0
        assert device.clock.zone == ""
        device.attributes_refused = True
        assert code(await ask(url, good.replace("<type>", '<type type="syncType">'))) == 3


def test_zones() -> None:
    """A zone's text has the sign turned round, and its summer's days in it, beside it, or nowhere."""
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    for text, hours in {
        "CST-8": 8.0,
        "LOC-5:30": 5.5,
        "<+03>-3": 3,
        "EST5EDT": -4,
        "CET-1CEST,M3.5.0,M10.5.0/3": 2,
    }.items():
        assert summer.astimezone(zone_of(text)).utcoffset() == timedelta(hours=hours), text
    assert summer.astimezone(zone_of("EST5EDT", summer=False)).utcoffset() == timedelta(hours=-5)
    for text in ("EST", "5", "CST-8,M3.2.0,M11.1.0", "CST-8\n"):
        with pytest.raises(ValueError, match=re.escape(text)):
            zone_of(text)


async def test_daylight_of_the_first_generation(ask: Ask) -> None:
    """The old generation keeps the summer's rule beside the zone."""
    async with IpcV1Simulator(shape=Shape.FIELD) as device:
        inner = (
            "<timeFormatMode>12h</timeFormatMode><timezoneInfo><timeZone>EST5EDT</timeZone>"
            "<startTime>M3.2.0/2</startTime><endTime>M11.1.0/2</endTime><offSet>60</offSet>"
            "<daylightSwitch>0</daylightSwitch></timezoneInfo>"
        )
        assert code(await ask(f"{device.url}/SetDateAndTime", block(f"<time>{inner}</time>"))) == 0
        assert datetime(2026, 7, 1, tzinfo=UTC).astimezone(device.clock.tz).utcoffset() == timedelta(hours=-5)
        answer = await ask(f"{device.url}/GetDateAndTime")
        assert told(answer, "time/timeFormatMode") == "12h"
        assert told(answer, "time/timezoneInfo/daylightSwitch") == "0"
        long = inner.replace("<offSet>60", "<offSet>121")
        assert code(await ask(f"{device.url}/SetDateAndTime", block(f"<time>{long}</time>"))) == 16


@pytest.mark.parametrize("kind", KINDS)
async def test_picture(kind: type[CameraSimulator | RecorderSimulator], ask: Ask) -> None:
    """What is sent is set and nothing else; what is not there is ignored; one bad value spoils all."""
    async with kind() as device:
        url = f"{device.url}/SetImageConfig/1"
        before = dict(device.image_of(1))
        inner = "<bright>61</bright><whiteBalance><red> 40\n</red></whiteBalance><infraredMode>off</infraredMode>"
        assert code(await ask(url, block(f"<image>{inner}</image>"))) == 0
        assert device.image[1] == before | {"bright": "61", "whiteBalance/red": "40"}
        assert device.infrared == ({1: "off"} if device.v2 else {})
        answer = await ask(f"{device.url}/GetImageConfig/1")
        assert told(answer, "image/bright") == "61"
        assert told(answer, "image/whiteBalance/red") == "40"
        assert told(answer, "image/infraredMode") == ("off" if device.v2 else "")
        enums = [word.text for word in answer.findall("types/infraredModeE/enum")]
        assert enums == (["auto", "on", "off"] if device.v2 else [])
        for bad in ("<bright>101</bright>", "<mirrorSwitch>yes</mirrorSwitch>", "<IRCutMode>dusk</IRCutMode>"):
            assert code(await ask(url, block(f"<image><hue>7</hue>{bad}</image>"))) == 16, bad
        assert code(await ask(url, block(""))) == (15 if device.v2 else 3)
        assert code(await ask(f"{device.url}/SetImageConfig/77", block("<image/>"))) == (12 if device.v2 else 1)
        device.image_ignored = True
        assert code(await ask(url, block("<image><hue>7</hue></image>"))) == 0
        assert device.image[1]["hue"] == "50"
        assert len(device.image_writes) == 2
        device.infrared_modes, device.declares_enums = ("manual", "off"), False
        answer = await ask(f"{device.url}/GetImageConfig/1")
        assert answer.find("types") is None
        device.image_ignored = False
        assert code(await ask(url, block("<image><infraredMode>auto</infraredMode></image>"))) == 16


async def test_whole_picture_block(ask: Ask) -> None:
    """What a device tells can be written back; the old one in the field wants it without attributes."""
    async with IpcV1Simulator(shape=Shape.FIELD) as device:
        told_block = (await ask(f"{device.url}/GetImageConfig")).find("image")
        assert told_block is not None
        before = dict(device.image_of(1))
        assert code(await ask(f"{device.url}/SetImageConfig", block(ET.tostring(told_block, "unicode")))) == 3
        for element in told_block.iter():
            element.attrib.clear()
        assert code(await ask(f"{device.url}/SetImageConfig", block(ET.tostring(told_block, "unicode")))) == 0
        assert device.image[1] == before


async def test_restart(ask: Ask) -> None:
    """A restart breaks the connection, forgets states, and is over after a while."""
    async with NvrV2Simulator(shape=Shape.FIELD) as device:
        listed = [item.text for item in (await ask(f"{device.url}/GetSupportedAPIs")).iter("item")]
        assert "Reboot" in listed
        device.outputs[1] = True
        device.moving[1] = ("Up", 3)
        device.set_alarm("motionAlarm", True, 2)
        assert code(await ask(f"{device.url}/Reboot", method="GET")) == 1
        with pytest.raises(ClientConnectionError):
            await ask(f"{device.url}/Reboot")
        with pytest.raises(ClientConnectionError):
            await ask(f"{device.url}/GetDeviceInfo")
        assert (device.reboots, device.outputs[1], device.moving) == (1, False, {})
        assert device.alarms["motionAlarm"] == {2: False}
        await asyncio.sleep(device.reboot_seconds + 0.05)
        device.reboot_answers = True
        device.reboot_seconds = 600
        assert code(await ask(f"{device.url}/Reboot")) == 0
        await asyncio.sleep(0.1)
        with pytest.raises(ClientConnectionError):
            await ask(f"{device.url}/GetDeviceInfo")
        await device.stop()
        await device.start()
        assert told(await ask(f"{device.url}/GetDeviceInfo"), "deviceInfo/deviceName") == device.name
    async with IpcV1Simulator(shape=Shape.FIELD) as camera:
        assert code(await ask(f"{camera.url}/Reboot")) == 1
        camera.has_reboot = True
        with pytest.raises(ClientConnectionError):
            await ask(f"{camera.url}/Reboot")
