"""Diagnostics: what helps to find a fault, and nothing that names people, places or secrets."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.viewwall.runtime import ViewWallConfigEntry
from tests.conftest import Later, SetUp
from tests.owing import pulse
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.posts_base import Identity
from tests.walls import until

STRANGER = Identity(
    name="Neighbour's camera", mac="58:5b:69:77:77:77", serial="I85B69777777", address="192.0.2.77", channel=1
)

type Download = Callable[[ViewWallConfigEntry], Awaitable[str]]


@pytest.fixture(name="download")
def _download(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Download:
    """Return a function that downloads an entry's diagnostics as a user does, as text."""

    async def _get(entry: ViewWallConfigEntry) -> str:
        await hass.async_block_till_done()
        client = await hass_client()
        response = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
        assert response.status == HTTPStatus.OK
        text: str = await response.text()
        return text

    return _get


@pytest.fixture(autouse=True)
async def _diagnostics(hass: HomeAssistant) -> None:
    """Have the download's address before the server starts."""
    assert await async_setup_component(hass, "diagnostics", {})


def data_of(text: str) -> dict[str, Any]:
    """Return our part of a download."""
    data: dict[str, Any] = json.loads(text)["data"]
    return data


async def test_recorder_tells_no_secrets(set_up: SetUp, download: Download) -> None:
    """Hide login, webhook, address, ids, names, plates and owners of a recorder and its cameras."""
    async with NvrV2Simulator(username="anna-viewer", password="s3cret-Word") as recorder:
        entry = await set_up(recorder)
        recorder.disks[0].id = "{2F7C1A90-0B52-4E11-9D43-5A6E00C1B0D7}"
        await recorder.send_plate("GX 417 TB", listed="Family Miller", owner="Anna Miller")
        await recorder.push(nvr_posts.face(recorder.identity(2), recorder.clock.utc()))
        await recorder.push(nvr_posts.unknown(recorder.identity(1), recorder.clock.utc()))
        await recorder.push(nvr_posts.keepalive(STRANGER))
        await recorder.push(b"<html><body>GX 417 TB of Anna Miller</body></html>")
        text = await download(entry)

    for secret in (
        "anna-viewer",
        "s3cret-Word",
        entry.data["webhook_id"],
        "127.0.0.1",
        recorder.mac,
        recorder.mac.upper(),
        recorder.mac.replace(":", ""),
        recorder.serial,
        recorder.serial.lower(),
        "Office recorder",
        *NvrV2Simulator.names,
        "Sensor 1",
        "Virtual 1",
        "GX 417 TB",
        "Anna Miller",
        "Family Miller",
        "2F7C1A90",
        "Neighbour",
        "77:77:77",
        "85B69777777",
        "192.0.2.77",
    ):
        assert secret not in text, secret


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
async def test_camera_tells_no_secrets(
    set_up: SetUp, download: Download, kind: type[IpcV1Simulator | IpcV2Simulator]
) -> None:
    """Hide login, webhook, address, ids, name and plates of a camera."""
    async with kind(username="anna-viewer", password="s3cret-Word") as camera:
        camera.alarm_inputs[0].name = "Cellar door"
        entry = await set_up(camera)
        await camera.send_plate("GX 417 TB", listed="whiteList")
        await camera.push(ipc_posts.face(camera.identity(), camera.clock.utc()))
        text = await download(entry)

    for secret in (
        "anna-viewer",
        "s3cret-Word",
        entry.data["webhook_id"],
        "127.0.0.1",
        camera.mac,
        camera.mac.replace(":", "").upper(),
        camera.serial,
        camera.name,
        "Cellar door",
        "GX 417 TB",
    ):
        assert secret not in text, secret


async def test_recorder_tells_what_helps(set_up: SetUp, download: Download) -> None:
    """Show kind, model, firmware, channels, disks, alarms, and how polling and push fare."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        await recorder.send_keepalive()
        await recorder.send_intrusion(channel=2)
        await recorder.push(nvr_posts.keepalive(STRANGER))
        await recorder.push(nvr_posts.alarm_status(recorder.identity(1), recorder.clock.utc(), {"newAlarm": {1: True}}))
        data = data_of(await download(entry))

    assert data["entry"]["data"]["kind"] == "nvr_v2"
    assert data["entry"]["data"]["port"] == recorder.port
    assert data["device"]["kind"] == "nvr_v2"
    assert data["device"]["model"] == "NV8-P8"
    assert data["device"]["firmware"] == recorder.software_version
    assert data["device"]["api_version"] == "2.0.0"
    assert "GetChannelInfo" in data["device"]["supported_apis"]
    assert [channel["status"] for channel in data["channels"]] == ["online"] * 6 + ["offline"] * 2
    assert data["disks"][0]["status"] == "read_write"
    assert data["disks"][0]["total"] == recorder.disks[0].total
    assert len(data["alarm_inputs"]) == 20
    assert data["polling"] == {"works": True, "error": None, "interval": 5.0}
    assert data["push"]["alive"] is True
    assert data["push"]["received"] == 3
    assert data["push"]["from_strangers"] == 1
    assert data["push"]["unknown_fields"] == ["newAlarm"]
    assert data["push"]["last"] is not None
    assert data["alarms"]["2/intrusion"] is True
    assert data["alarms"]["1/motion"] is False


async def test_camera_tells_what_helps(set_up: SetUp, download: Download) -> None:
    """Show a camera's own flags, options and messages that were not understood."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        await camera.push(b"<html><body>not for us</body></html>")
        data = data_of(await download(entry))

    assert data["device"]["kind"] == "ipc_v2"
    assert "supportvehicle" in data["device"]["features"]
    assert data["entry"]["options"] == {}
    assert data["push"]["unknown"] == 1
    assert len(data["push"]["unknown_reasons"]) == 1
    assert data["alarms"]["device/motion"] is False


async def test_old_recorder_tells_what_it_does_not_know(set_up: SetUp, download: Download) -> None:
    """Tell "unknown" from "none" where a device has no list of its abilities."""
    async with NvrV1Simulator() as recorder:
        entry = await set_up(recorder)
        data = data_of(await download(entry))

    assert data["device"]["supported_apis"] is None
    assert data["device"]["features"] is None
    assert data["push"]["alive"] is None
    assert data["push"]["last"] is None


async def test_failure_is_named(set_up: SetUp, download: Download) -> None:
    """Name the failure of the last poll."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        camera.faults.refuse_connections = True
        await entry.runtime_data.coordinator.async_refresh()
        data = data_of(await download(entry))

    assert data["polling"]["works"] is False
    assert data["polling"]["error"]


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV2Simulator])
async def test_polled_unknown_fields_are_named(
    hass: HomeAssistant, later: Later, set_up: SetUp, download: Download, kind: type[ViewtronSimulator]
) -> None:
    """Name alarm fields that nothing shows, although no post but only a poll brought them."""
    async with kind() as device:
        device.alarms = {**device.alarms, "newAlarm": {1: True}}
        entry = await set_up(device)
        await later(6)
        data = data_of(await download(entry))

    assert data["push"]["unknown_fields"] == ["newAlarm"]


async def test_long_and_many_unknown_fields_are_cut(set_up: SetUp, download: Download) -> None:
    """Keep few and short names of fields, whatever is posted."""
    async with IpcV2Simulator() as camera:
        entry = await set_up(camera)
        name = "a" * 200_000
        fields = "".join(f"<b{number}>true</b{number}>" for number in range(200))
        for content in (f"<{name}>true</{name}>", fields):
            body = f'<config version="1.7"><alarmStatusInfo>{content}</alarmStatusInfo></config>'
            await camera.push(body.encode())
        unknown = data_of(await download(entry))["push"]["unknown_fields"]

    assert "a" * 64 in unknown
    assert max(len(found) for found in unknown) <= 64
    assert 50 <= len(unknown) <= 100


async def test_what_was_ordered_and_counted(
    hass: HomeAssistant, set_up: SetUp, hass_client: ClientSessionGenerator
) -> None:
    """Tell what is owed and counted, which outputs there are, and what records; nobody's plate or output name."""
    async with NvrV2Simulator() as recorder:
        recorder.output_names = {1: "Barrier"}
        entry = await set_up(recorder)
        await recorder.cross(2, "car")
        await hass.async_block_till_done()
        task = pulse(hass, recorder, 3, duration=60)
        await until(lambda: bool(recorder.output_log))
        client = await hass_client()
        text = await (await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")).text()
        task.cancel()
        await until(lambda: len(recorder.output_log) == 2)
    found = data_of(text)
    assert found["alarm_outputs"] == [1, 2, 3, 4]
    assert found["owed"] == ["output_off 3"]
    assert found["counts"]["2"]["counted"]["car"] == 1
    assert found["recording"]["1"] is True
    assert "Barrier" not in text
