"""The infrared light on the wire: the whole block is written back, with one element changed and nothing else."""

import asyncio

import pytest

from custom_components.viewwall.viewtron.errors import (
    ViewtronIgnoredError,
    ViewtronNotSupportedError,
    ViewtronProtocolError,
)
from custom_components.viewwall.viewtron.image import InfraredMode
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Shape

from .conftest import MakeClient
from .scripted import CAMERA, NVR_V2, ScriptedDevice, config

USUAL = ("auto", "on", "off")


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("simulator", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_setting(make_client: MakeClient, simulator: type[ViewtronSimulator], shape: Shape) -> None:
    """Change the mode of one channel, in the words that the device declares, and nothing else of any picture."""
    async with simulator(shape=shape) as device:
        device.infrared_modes = ("Auto", "MANUAL", "off")
        channel = 2 if device.nvr else 1
        device.image_of(channel).update({"bright": "61", "whiteBalance/red": "7", "IRCutMode": "night"})
        device.image_file = "night"
        before = {number: dict(device.image_of(number)) for number in (1, channel)}
        picture = make_client(device.port).picture
        assert await picture.infrared(channel) == InfraredMode("Auto", ("Auto", "MANUAL", "off"))
        assert await picture.set_infrared(channel, "manual") == InfraredMode("MANUAL", ("Auto", "MANUAL", "off"))
        assert device.infrared[channel] == "MANUAL"
        assert {number: dict(device.image_of(number)) for number in (1, channel)} == before
        assert device.image_file == "night"
        (body,) = device.image_writes
        assert b"cfgFile" not in body
        assert b"types" not in body


async def test_nothing_to_change(make_client: MakeClient) -> None:
    """Write nothing where the device is set so already."""
    async with IpcV2Simulator() as device:
        await make_client(device.port).picture.set_infrared(1, "auto")
        assert device.image_writes == []


async def test_absent(make_client: MakeClient) -> None:
    """Never write an element that the device does not tell: it would take the block and ignore it."""
    async with IpcV1Simulator(shape=Shape.FIELD) as device:
        picture = make_client(device.port).picture
        assert await picture.infrared(1) is None
        with pytest.raises(ViewtronNotSupportedError):
            await picture.set_infrared(1, "off")
        assert device.image_writes == []


async def test_ignored(make_client: MakeClient) -> None:
    """Find out by reading again that the device has done nothing."""
    async with NvrV2Simulator() as device:
        device.image_ignored = True
        with pytest.raises(ViewtronIgnoredError, match="is auto, not off"):
            await make_client(device.port).picture.set_infrared(3, "off")
        assert len(device.image_writes) == 1


async def test_two_at_once(make_client: MakeClient) -> None:
    """Let one change wait for the other, so that none undoes the other."""
    async with NvrV2Simulator() as device:
        picture = make_client(device.port).picture
        await asyncio.gather(picture.set_infrared(1, "on"), picture.set_infrared(1, "off"))
        commands = [request.command for request in device.requests if "Image" in request.command]
        assert commands == ["GetImageConfig", "SetImageConfig", "GetImageConfig"] * 2


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        ("<image><infraredMode>auto</infraredMode></image>", InfraredMode("auto", USUAL)),
        ("<image><infraredMode>Smart</infraredMode></image>", InfraredMode("Smart", (*USUAL, "Smart"))),
        ("<image><InfraredMode>ON</InfraredMode></image>", InfraredMode("ON", ("auto", "ON", "off"))),
        (
            (
                "<types><irE><enum>off</enum><enum>on</enum></irE></types>"
                "<image><infraredMode type='irE'><![CDATA[ on ]]></infraredMode></image>"
            ),
            InfraredMode("on", ("off", "on")),
        ),
        (
            "<types><irE><enum>off</enum></irE></types><image><infraredMode type='irE'>on</infraredMode></image>",
            InfraredMode("on", ("off", "on")),
        ),
        (
            "<types><irE/></types><image><infraredMode type='irE'>on</infraredMode></image>",
            InfraredMode("on", ("auto", "on", "off")),
        ),
        ("<image><infraredMode/></image>", None),
        ("<image><bright>50</bright></image>", None),
        ("<other><infraredMode>on</infraredMode></other>", None),
        ("", None),
    ],
)
async def test_reading(make_client: MakeClient, content: str, mode: InfraredMode | None) -> None:
    """Read the mode, with the declared words or the usual ones, and the present one in any case."""
    async with ScriptedDevice({"GetImageConfig/2": config(content)}) as device:
        client = make_client(device.port)
        client.use(NVR_V2)
        assert await client.picture.infrared(2) == mode


async def test_block_nested_without_end(make_client: MakeClient) -> None:
    """Write no block back that is nested deeper than any settings are."""
    deep = "<a>" * 40 + "</a>" * 40
    answer = config(f"<image>{deep}<infraredMode>auto</infraredMode></image>")
    async with ScriptedDevice({"GetImageConfig": answer}) as device:
        client = make_client(device.port)
        client.use(CAMERA)
        with pytest.raises(ViewtronProtocolError):
            await client.picture.set_infrared(1, "on")
        assert set(device.paths) == {"GetImageConfig"}
