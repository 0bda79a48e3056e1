"""Actions that change the cameras that a wall knows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, override
from uuid import uuid4

from homeassistant.const import Platform
from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.typing import VolDictType
import probatio

from ..catalog import unique_id
from ..const import DOMAIN
from ..thin_client import Camera, NewCamera, ThinClientCommandError, ThinClientProtocolError
from ..thin_client.checks import camera_body
from ..thin_client.settings import DIRECT_CONNECT
from ..wall_runtime import ThinClientRuntime
from .base import Result, confirm
from .errors import failure, mistake
from .files import allowed_path, write_file
from .sources import Source, find_source
from .targets import wall_name
from .wall_base import WallAction, changing_cameras

_NAME: Final = probatio.Any(None, cv.string)


class ListCameras(WallAction[None]):
    """List the cameras that a wall knows."""

    name = "list_cameras"
    response = SupportsResponse.ONLY

    @override
    async def check(self, wall: ThinClientRuntime) -> None:
        """Nothing can be wrong."""

    @override
    async def run(self, wall: ThinClientRuntime, checked: None) -> Result:
        cameras = await wall.coordinator.read_cameras()
        return {
            "cameras": [
                {"id": camera.id, "name": wall.camera_names.name_of(camera.id) or camera.name} for camera in cameras
            ]
        }


class _CameraAction[Checked](WallAction[Checked]):
    """Something that changes the cameras; a wall that gets them from a Mobile Bridge cannot."""

    is_admin = True

    async def check_source(self, wall: ThinClientRuntime) -> None:
        """Check that the wall fetches its video itself, just now: else it would get a password for nothing."""
        await wall.coordinator.read_settings()
        if wall.coordinator.data.video_source != DIRECT_CONNECT:
            raise mistake("not_direct_connect", device=wall_name(wall))


class _FromEntity[Checked](_CameraAction[Checked]):
    """Something with a Viewtron camera."""

    source: Source

    @override
    async def prepare(self, walls: Sequence[ThinClientRuntime]) -> None:
        await super().prepare(walls)
        self.source = await find_source(self.hass, self.data["camera_entity"])


class AddCamera(_FromEntity[NewCamera]):
    """Add a Viewtron camera to a wall."""

    name = "add_camera"
    fields: ClassVar[VolDictType] = {
        probatio.Required("camera_entity"): cv.entity_id,
        probatio.Optional("name"): _NAME,
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> NewCamera:
        await self.check_source(wall)
        await self._check_new(wall)
        camera = self.source.camera(str(uuid4()), self.data.get("name"))
        camera_body(camera)
        return camera

    async def _check_new(self, wall: ThinClientRuntime) -> None:
        """Check that the wall does not have the camera yet."""
        if (added := wall.memory.added.get(self.source.key)) is not None:
            # Somebody else may have deleted it since the last poll.
            for known in await wall.coordinator.read_cameras():
                if known.id == added:
                    raise mistake("already_added", device=wall_name(wall), camera=known.name, source=self.source.name)

    @override
    async def run(self, wall: ThinClientRuntime, checked: NewCamera) -> Result:
        async with changing_cameras(wall):
            # Another call may have added it while this one waited for its turn.
            await self._check_new(wall)
            # If it is added although nobody waits for the answer any more, the next call finds it.
            await wall.memory.remember_added(self.source.key, checked.id)
            camera = await wall.client.create_camera(checked)
            if camera.id != checked.id:
                await wall.memory.remember_added(self.source.key, camera.id)
        return {"camera_id": camera.id}


class UpdateCamera(_FromEntity[NewCamera]):
    """Write a Viewtron camera over one of the wall's cameras; its place in the panels stays."""

    name = "update_camera"
    fields: ClassVar[VolDictType] = {
        probatio.Required("camera"): cv.string,
        probatio.Required("camera_entity"): cv.entity_id,
        probatio.Optional("name"): _NAME,
    }

    @override
    async def check(self, wall: ThinClientRuntime) -> NewCamera:
        await self.check_source(wall)
        known = await self.find_camera(wall, self.data["camera"])
        camera = self.source.camera(known.id, self.data.get("name") or known.name)
        camera_body(camera)
        return camera

    @override
    async def run(self, wall: ThinClientRuntime, checked: NewCamera) -> Result:
        async with changing_cameras(wall):
            await wall.client.update_camera(checked)
        await wall.memory.forget_camera(checked.id)
        await wall.memory.remember_added(self.source.key, checked.id)
        return {}


class DeleteCamera(_CameraAction[Camera]):
    """Delete a camera of a wall."""

    name = "delete_camera"
    fields: ClassVar[VolDictType] = {probatio.Required("camera"): cv.string}

    @override
    async def check(self, wall: ThinClientRuntime) -> Camera:
        await self.check_source(wall)
        return await self.find_camera(wall, self.data["camera"])

    @override
    async def run(self, wall: ThinClientRuntime, checked: Camera) -> Result:
        async with changing_cameras(wall):
            await wall.client.delete_camera(checked.id)
        await _forget(wall, checked.id)
        return {}


class ReplaceCameras(_CameraAction[list[NewCamera]]):
    """Replace all cameras of a wall by Viewtron cameras."""

    name = "replace_cameras"
    fields: ClassVar[VolDictType] = {
        probatio.Required("cameras"): probatio.All(
            cv.ensure_list,
            probatio.Length(min=1),
            [{probatio.Required("camera_entity"): cv.entity_id, probatio.Optional("name"): _NAME}],
        ),
        probatio.Optional("confirm", default=False): cv.boolean,
    }
    sources: list[tuple[Source, str | None]]

    @override
    async def prepare(self, walls: Sequence[ThinClientRuntime]) -> None:
        await super().prepare(walls)
        confirm(self.data, "confirm_replace")
        self.sources = []
        for item in self.data["cameras"]:
            source = await find_source(self.hass, item["camera_entity"])
            if any(source.key == other.key for other, _ in self.sources):
                raise mistake("camera_twice", entity=item["camera_entity"])
            self.sources.append((source, item.get("name")))

    @override
    async def check(self, wall: ThinClientRuntime) -> list[NewCamera]:
        await self.check_source(wall)
        known = {camera.id for camera in await wall.coordinator.read_cameras()}
        cameras = []
        for source, name in self.sources:
            # The panels know a camera by its id.
            added = wall.memory.added.get(source.key)
            cameras.append(source.camera(added if added in known and added is not None else str(uuid4()), name))
            camera_body(cameras[-1])
        return cameras

    @override
    async def run(self, wall: ThinClientRuntime, checked: list[NewCamera]) -> Result:
        before = {camera.id for camera in wall.coordinator.data.cameras}
        async with changing_cameras(wall):
            await wall.client.replace_cameras(checked)
        for gone in sorted(before - {camera.id for camera in checked}):
            await _forget(wall, gone)
        for (source, _), camera in zip(self.sources, checked, strict=True):
            await wall.memory.remember_added(source.key, camera.id)
        return {}


class PreviewCamera(WallAction[None]):
    """Save a picture that a wall fetches from a Viewtron camera it does not know yet."""

    name = "preview_camera"
    is_admin = True
    one_wall = True
    fields: ClassVar[VolDictType] = {
        probatio.Required("camera_entity"): cv.entity_id,
        probatio.Required("filename"): cv.string,
    }
    source: Source
    path: Path

    @override
    async def prepare(self, walls: Sequence[ThinClientRuntime]) -> None:
        await super().prepare(walls)
        self.path = await allowed_path(self.hass, self.data["filename"], to_write=True)
        self.source = await find_source(self.hass, self.data["camera_entity"])

    @override
    async def check(self, wall: ThinClientRuntime) -> None:
        """All is checked already."""

    @override
    async def run(self, wall: ThinClientRuntime, checked: None) -> Result:
        try:
            picture = await wall.client.preview(self.source.camera(str(uuid4())))
        except (ThinClientCommandError, ThinClientProtocolError) as error:
            raise failure("no_picture", device=wall_name(wall), source=self.source.name) from error
        await write_file(self.hass, self.path, picture)
        return {"filename": str(self.path)}


async def _forget(wall: ThinClientRuntime, camera_id: str) -> None:
    """Forget a camera that the wall no longer has, its entity too."""
    await wall.memory.forget_camera(camera_id)
    registry = er.async_get(wall.hass)
    key = unique_id(wall.device_id, (None, f"camera_{camera_id}"))
    if (entity_id := registry.async_get_entity_id(Platform.CAMERA, DOMAIN, key)) is not None:
        registry.async_remove(entity_id)


CAMERA_ACTIONS: Final[tuple[type[WallAction[Any]], ...]] = (
    ListCameras,
    AddCamera,
    UpdateCamera,
    DeleteCamera,
    ReplaceCameras,
    PreviewCamera,
)
