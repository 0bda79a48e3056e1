"""Actions that change the cameras that a wall knows."""

from collections.abc import AsyncIterator
import logging
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.const import STATE_IDLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import probatio
import pytest

from tests.acting import ask, call, camera_entity, changing, device_of, do
from tests.conftest import Later, SetUp, SetUpWall
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.rtsp import RtspSimulator, nvr_streams
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, Shape
from tests.walls import DOOR, GATE, PARKING, POLL, WAREHOUSE, YARD, find, state

BOTH_SHAPES = pytest.mark.parametrize("wall", list(Shape), indirect=True)
PASSWORD = "look-Only-42"
CHANGES = {"create_camera", "update_camera", "delete_camera", "replace_cameras"}


@pytest.fixture(name="wall")
async def _wall(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device, by default of the documented shape."""
    async with ThinClientSimulator(shape=getattr(request, "param", Shape.DOCUMENTED)) as wall:
        yield wall


@pytest.fixture(name="camera")
async def _camera(socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a camera."""
    async with IpcV2Simulator(username="looker", password=PASSWORD) as camera:
        yield camera


@BOTH_SHAPES
async def test_list(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """List the cameras as the wall knows them now."""
    await set_up_wall(wall)
    wall.remove_camera(wall.camera(GATE))
    answer = await ask(hass, "list_cameras", wall)
    assert answer == {
        "cameras": [
            {"id": DOOR, "name": "Front door"},
            {"id": YARD, "name": "Yard"},
            {"id": PARKING, "name": "Parking lot"},
            {"id": WAREHOUSE, "name": "Warehouse"},
        ]
    }
    with pytest.raises(ServiceValidationError):
        await do(hass, "list_cameras", wall)


@BOTH_SHAPES
@pytest.mark.parametrize("key", ["main", "sub"])
async def test_add(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    key: str,
) -> None:
    """Fill in address, login, both streams and the snapshot; the new camera can be shown at once, by either entity."""
    camera.rtsp_port = 8554
    camera.streams[1].encoding = "h265plus"
    camera.doorkeeper.username = "looker"
    await set_up(camera)
    await set_up_wall(wall)
    answer = await ask(hass, "add_camera", wall, camera_entity=camera_entity(hass, f"{camera.mac}_{key}"))
    added = wall.direct_cameras[-1]
    assert answer == {"camera_id": added.id}
    assert (added.name, added.address, added.channel) == ("Gate camera", "127.0.0.1", 0)
    assert (added.username, added.password) == ("looker", PASSWORD)
    snapshot = f"http://127.0.0.1:{camera.port}/GetSnapshot"
    port = 554  # This generation does not tell its RTSP port.
    assert added.streams == [
        {
            "Format": "H264",
            "RecordFps": 25,
            "StreamNumber": 0,
            "Width": 1920,
            "Height": 1080,
            "MediaUri": f"rtsp://127.0.0.1:{port}/profile1",
            "SnapshotUri": snapshot,
        },
        {
            "Format": "H265",
            "RecordFps": 15,
            "StreamNumber": 1,
            "Width": 704,
            "Height": 480,
            "MediaUri": f"rtsp://127.0.0.1:{port}/profile2",
            "SnapshotUri": snapshot,
        },
    ]
    assert state(hass, wall, f"camera.camera_{added.id}").state == STATE_IDLE
    for text in (camera_entity(hass, f"{camera.mac}_main"), camera_entity(hass, f"{camera.mac}_sub"), "Gate camera"):
        wall.show(wall.panels[0])
        await do(hass, "show_camera", wall, camera=text)
        assert wall.showing() == ("camera", added.id)


async def test_add_from_a_first_generation_camera(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator
) -> None:
    """Take the port that it tells, and the name that the user gave: to the camera, or now."""
    async with IpcV1Simulator() as camera:
        camera.rtsp_port = 8554
        await set_up(camera)
        await set_up_wall(wall)
        entity = er.async_get(hass).async_get(camera_entity(hass, f"{camera.mac}_sub"))
        assert entity is not None
        assert entity.device_id is not None
        dr.async_get(hass).async_update_device(entity.device_id, name_by_user="Behind the house")
        await do(hass, "add_camera", wall, camera_entity=entity.entity_id)
        added = wall.direct_cameras[-1]
        assert added.name == "Behind the house"
        assert [stream["MediaUri"] for stream in added.streams] == [
            "rtsp://127.0.0.1:8554/profile1",
            "rtsp://127.0.0.1:8554/profile2",
        ]
        await do(hass, "delete_camera", wall, camera="Behind the house")
        await do(hass, "add_camera", wall, camera_entity=entity.entity_id, name="Shed")
        assert wall.direct_cameras[-1].name == "Shed"


async def test_add_a_camera_that_tells_little(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Take the usual addresses, and leave the rest to the wall, where the camera does not tell its streams."""
    del camera.commands["GetVideoStreamConfig"]
    await set_up(camera)
    await set_up_wall(wall)
    await do(hass, "add_camera", wall, camera_entity=camera_entity(hass, f"{camera.mac}_main"))
    shown = [tuple(stream.values())[:6] for stream in wall.direct_cameras[-1].streams]
    assert shown == [
        ("H264", 0, 0, 0, 0, "rtsp://127.0.0.1:554/profile1"),
        ("H264", 0, 1, 0, 0, "rtsp://127.0.0.1:554/profile2"),
    ]


@pytest.mark.parametrize(("kind", "channel", "name"), [(NvrV1Simulator, 2, "Channel 2"), (NvrV2Simulator, 3, None)])
async def test_add_a_channel(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    kind: type[NvrV1Simulator | NvrV2Simulator],
    channel: int,
    name: str | None,
) -> None:
    """Add one channel of a recorder, by an entity that is off, with the addresses that its RTSP server knows."""
    async with kind(password=PASSWORD) as recorder:
        streams = nvr_streams({each.id: each.name for each in recorder.channels}, "root_query")
        server = RtspSimulator(username=recorder.username, password=PASSWORD, streams=streams)
        await server.start()
        recorder.rtsp_port = port = server.port
        recorder.commands["GetPortConfig"] = recorder.get_port_config
        try:
            await set_up(recorder)
            await set_up_wall(wall)
            entity_id = camera_entity(hass, f"{recorder.mac}_{channel}_main")
            answer = await ask(hass, "add_camera", wall, camera_entity=entity_id)
        finally:
            await server.stop()
    added = wall.direct_cameras[-1]
    assert answer == {"camera_id": added.id}
    assert added.name == next(each.name for each in recorder.channels if each.id == channel) or name
    assert (added.channel, added.password) == (channel - 1, PASSWORD)
    uris = [(stream["MediaUri"], stream["SnapshotUri"], stream["StreamNumber"]) for stream in added.streams]
    base, snapshot = f"rtsp://127.0.0.1:{port}/?", f"http://127.0.0.1:{recorder.port}/GetSnapshot/{channel}"
    assert uris == [
        (f"{base}chID={channel}&streamType=main", snapshot, 0),
        (f"{base}chID={channel}&streamType=sub", snapshot, 1),
    ]
    assert [(stream["Format"], stream["Width"]) for stream in added.streams] == [("H265", 2560), ("H264", 704)]


async def test_added_already(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Say so when the wall has the camera; once it is gone there, by whatever hand, it can be added again."""
    await set_up(camera)
    await set_up_wall(wall)
    entities = [camera_entity(hass, f"{camera.mac}_{key}") for key in ("main", "sub")]
    await do(hass, "add_camera", wall, camera_entity=entities[0], name="Entrance")
    for entity_id in entities:
        with pytest.raises(ServiceValidationError, match=r"has “Gate camera” already.*“Entrance”"):
            await do(hass, "add_camera", wall, camera_entity=entity_id)
    assert len(wall.direct_cameras) == 6
    wall.remove_camera(wall.direct_cameras[-1])
    await do(hass, "add_camera", wall, camera_entity=entities[1])
    assert [each.name for each in wall.direct_cameras][-2:] == ["Warehouse", "Gate camera"]


async def test_lost_answer(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """A camera that was added although its answer got lost is not added twice."""
    await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    wall.faults = Faults(drop=True, only={"create_camera"})
    with pytest.raises(HomeAssistantError, match="does not answer"):
        await do(hass, "add_camera", wall, camera_entity=entity_id)
    wall.faults = Faults()
    with pytest.raises(ServiceValidationError, match="already"):
        await do(hass, "add_camera", wall, camera_entity=entity_id)
    assert len(wall.direct_cameras) == 6


async def test_remembered(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Know after a reload which camera was added."""
    await set_up(camera)
    entry = await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_sub")
    await do(hass, "add_camera", wall, camera_entity=entity_id)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await do(hass, "show_camera", wall, camera=entity_id)
    assert wall.showing() == ("camera", wall.direct_cameras[-1].id)


async def test_wrong_entities(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    tmp_path: Path,
) -> None:
    """Name what is no Viewtron camera, or one that is not set up, or does not answer; the wall stays as it is."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    entry = await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    motion = er.async_get(hass).async_get_entity_id("binary_sensor", "viewwall", f"{camera.mac}_motion")
    hass.states.async_set("camera.of_nobody", "idle")
    of_wall = camera_entity(hass, f"{wall.serial}_camera_{GATE}")
    actions: tuple[tuple[str, dict[str, Any]], ...] = (
        ("add_camera", {}),
        ("update_camera", {"camera": "Gate"}),
        ("preview_camera", {"filename": str(tmp_path / "x.jpg")}),
    )

    async def tell(error: type[HomeAssistantError], words: str, entity: str) -> None:
        for action, data in actions:
            with pytest.raises(error, match=words):
                await do(hass, action, wall, camera_entity=entity, **data)
        with pytest.raises(error, match=words):
            await do(hass, "replace_cameras", wall, cameras=[{"camera_entity": entity}], confirm=True)

    await tell(ServiceValidationError, "camera.none is no camera of a Viewtron device", "camera.none")
    await tell(ServiceValidationError, "camera.of_nobody is no camera", "camera.of_nobody")
    await tell(ServiceValidationError, f"{motion} is no camera", str(motion))
    await tell(ServiceValidationError, f"{of_wall} is a camera of a Thin Client", of_wall)
    camera.faults.refuse_connections = True
    await tell(HomeAssistantError, "Gate camera does not answer", entity_id)
    camera.faults.refuse_connections = False
    await hass.config_entries.async_unload(entry.entry_id)
    await tell(ServiceValidationError, f"{entity_id} is not running", entity_id)
    assert changing(wall) == []
    assert list(tmp_path.iterdir()) == []


async def test_mobile_bridge_mode(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    tmp_path: Path,
) -> None:
    """Cameras of a Mobile Bridge cannot be changed; say what to do. A preview is possible."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    wall.settings["VideoSource"] = "mobilebridge"
    await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    for action, data in (
        ("add_camera", {"camera_entity": entity_id}),
        ("update_camera", {"camera_entity": entity_id, "camera": "Garage"}),
        ("delete_camera", {"camera": "Garage"}),
        ("replace_cameras", {"cameras": [{"camera_entity": entity_id}], "confirm": True}),
    ):
        with pytest.raises(ServiceValidationError, match="set its VideoSource to directconnect"):
            await do(hass, action, wall, **data)
    assert changing(wall) == []
    await do(hass, "preview_camera", wall, camera_entity=entity_id, filename=str(tmp_path / "x.jpg"))
    assert changing(wall) == ["preview_picture"]


@BOTH_SHAPES
async def test_update(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Write over a camera of the wall: its id and its cells stay, its name unless a new one is given."""
    await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    assert await ask(hass, "update_camera", wall, camera="Gate", camera_entity=entity_id) == {}
    gate = wall.camera(GATE)
    assert (gate.name, gate.address, gate.username, gate.password) == ("Gate", "127.0.0.1", "looker", PASSWORD)
    assert gate.streams[1]["MediaUri"] == "rtsp://127.0.0.1:554/profile2"
    assert wall.panels[0].cameras[0] == GATE
    assert len(wall.direct_cameras) == 5
    await do(hass, "show_camera", wall, camera=entity_id)
    assert wall.showing() == ("camera", GATE)
    # Another one takes over.
    await do(hass, "update_camera", wall, camera=DOOR, camera_entity=entity_id, name="Bell")
    assert wall.camera(DOOR).name == "Bell"
    await do(hass, "show_camera", wall, camera=entity_id)
    assert wall.showing() == ("camera", DOOR)
    assert state(hass, wall, f"camera.camera_{DOOR}").state == STATE_IDLE
    with pytest.raises(ServiceValidationError, match="no camera “Roof”"):
        await do(hass, "update_camera", wall, camera="Roof", camera_entity=entity_id)


@BOTH_SHAPES
async def test_delete(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
) -> None:
    """Delete a camera; its entity goes with it and stays away, and its Viewtron entity means nothing here any more."""
    await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    await do(hass, "add_camera", wall, camera_entity=entity_id)
    added = wall.direct_cameras[-1].id
    assert find(hass, wall, f"camera.camera_{added}")
    assert await ask(hass, "delete_camera", wall, camera=entity_id) == {}
    await do(hass, "delete_camera", wall, camera="Yard")
    assert [each.id for each in wall.direct_cameras] == [GATE, DOOR, PARKING, WAREHOUSE]
    await later(POLL)
    for gone in (added, YARD):
        assert find(hass, wall, f"camera.camera_{gone}") is None
    with pytest.raises(ServiceValidationError, match=f"no camera made from {entity_id}.*Add camera"):
        await do(hass, "show_camera", wall, camera=entity_id)
    with pytest.raises(ServiceValidationError, match="no camera “Yard”"):
        await do(hass, "delete_camera", wall, camera="Yard")


@BOTH_SHAPES
async def test_replace(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
) -> None:
    """Replace all cameras; one that was added before keeps its id and its cells, entities of the others go."""
    async with IpcV1Simulator() as second:
        await set_up(camera)
        await set_up(second)
        await set_up_wall(wall)
        first_entity, second_entity = (camera_entity(hass, f"{each.mac}_sub") for each in (camera, second))
        await do(hass, "add_camera", wall, camera_entity=first_entity)
        kept = wall.direct_cameras[-1].id
        await do(hass, "set_cell", wall, cell=1, camera=first_entity)
        cameras = [{"camera_entity": second_entity, "name": "Shed"}, {"camera_entity": first_entity}]
        assert await ask(hass, "replace_cameras", wall, cameras=cameras, confirm=True) == {}
    assert [each.name for each in wall.direct_cameras] == ["Shed", "Gate camera"]
    assert wall.direct_cameras[1].id == kept
    assert wall.panels[0].cameras == {0: kept}
    await later(POLL)
    for gone in (GATE, DOOR, YARD, PARKING, WAREHOUSE):
        assert find(hass, wall, f"camera.camera_{gone}") is None
    for each in wall.direct_cameras:
        assert state(hass, wall, f"camera.camera_{each.id}").state == STATE_IDLE
    await do(hass, "show_camera", wall, camera=second_entity)
    assert wall.showing() == ("camera", wall.direct_cameras[0].id)


async def test_replace_mistakes(
    hass: HomeAssistant, set_up: SetUp, set_up_wall: SetUpWall, wall: ThinClientSimulator, camera: IpcV2Simulator
) -> None:
    """Want it confirmed, no camera twice, and at least one."""
    await set_up(camera)
    await set_up_wall(wall)
    main, sub = ({"camera_entity": camera_entity(hass, f"{camera.mac}_{key}")} for key in ("main", "sub"))
    for data in ({}, {"confirm": False}):
        with pytest.raises(ServiceValidationError, match=r"removes all other cameras.*confirm: true"):
            await do(hass, "replace_cameras", wall, cameras=[main], **data)
    with pytest.raises(ServiceValidationError, match="in the list already"):
        await do(hass, "replace_cameras", wall, cameras=[main, sub], confirm=True)
    with pytest.raises(probatio.Invalid):
        await do(hass, "replace_cameras", wall, cameras=[], confirm=True)
    assert len(wall.direct_cameras) == 5
    assert changing(wall) == []


@BOTH_SHAPES
async def test_preview(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    tmp_path: Path,
) -> None:
    """Save the picture that the wall fetches, and return where."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    await set_up(camera)
    await set_up_wall(wall)
    entity_id, path = camera_entity(hass, f"{camera.mac}_main"), tmp_path / "preview.jpg"
    answer = await ask(hass, "preview_camera", wall, camera_entity=entity_id, filename=str(path))
    assert answer == {"filename": str(path)}
    assert path.read_bytes().startswith(b"\xff\xd8\xff")
    assert len(wall.direct_cameras) == 5


async def test_preview_mistakes(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    tmp_path: Path,
) -> None:
    """Write only where Home Assistant may, for one wall at a time, and tell the device's trouble."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    for filename, words in (
        ("/etc/preview.jpg", "may not use /etc/preview.jpg"),
        (f"{tmp_path}/../preview.jpg", "may not use"),
        ("", "may not use"),
        (str(tmp_path / "missing" / "preview.jpg"), "folder does not exist"),
        (str(tmp_path), "cannot be written|may not use"),
    ):
        with pytest.raises(ServiceValidationError, match=words):
            await do(hass, "preview_camera", wall, camera_entity=entity_id, filename=filename)
    assert changing(wall) == []
    async with ThinClientSimulator(serial="585b69770203") as other:
        await set_up_wall(other)
        with pytest.raises(ServiceValidationError, match="one Thin Client at a time"):
            await do(hass, "preview_camera", wall, other, camera_entity=entity_id, filename=str(tmp_path / "x.jpg"))
        assert changing(other) == []
    with (
        patch.object(Path, "write_bytes", side_effect=OSError(28, "No space left on device")),
        pytest.raises(HomeAssistantError, match=r"x\.jpg cannot be written: No space left on device"),
    ):
        await do(hass, "preview_camera", wall, camera_entity=entity_id, filename=str(tmp_path / "x.jpg"))
    wall.faults = Faults(status=500, only={"preview_picture"})
    with pytest.raises(HomeAssistantError, match="got no picture of Gate camera"):
        await do(hass, "preview_camera", wall, camera_entity=entity_id, filename=str(tmp_path / "x.jpg"))
    assert list(tmp_path.iterdir()) == []


async def test_no_secrets(
    hass: HomeAssistant,
    set_up: SetUp,
    set_up_wall: SetUpWall,
    wall: ThinClientSimulator,
    camera: IpcV2Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither the camera's password nor the wall's nor its session are in responses, errors or the log."""
    caplog.set_level(logging.DEBUG)
    await set_up(camera)
    await set_up_wall(wall)
    entity_id = camera_entity(hass, f"{camera.mac}_main")
    target = {"device_id": device_of(hass, wall)}
    told: list[object] = [await call(hass, "add_camera", target, asks=True, camera_entity=entity_id)]
    told.append(await call(hass, "list_cameras", target, asks=True))
    told.append(
        await call(hass, "update_camera", target, asks=True, camera_entity=entity_id, camera="Gate", name="Gate 2")
    )
    wall.faults = Faults(status=500, only=CHANGES)
    for action, data in (
        ("update_camera", {"camera_entity": entity_id, "camera": "Gate 2"}),
        ("delete_camera", {"camera": "Gate 2"}),
        ("replace_cameras", {"cameras": [{"camera_entity": entity_id}], "confirm": True}),
    ):
        with pytest.raises(HomeAssistantError) as error:
            await do(hass, action, wall, **data)
        told += [repr(error.value), str(error.value), error.value.translation_placeholders]
    words = f"{told} {caplog.text}"
    for secret in (PASSWORD, wall.password, *wall.sessions):
        assert secret not in words
