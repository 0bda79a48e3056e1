"""The calls of a simulated Thin Client that concern panels, cameras and movement."""

from dataclasses import dataclass
import json
import math
from typing import Any

from .thin_client_machine import Machine
from .thin_client_replies import Manners, camera_json, panel_json, picture_json
from .thin_client_state import WallCamera
from .thin_client_wall import CallError


class _Nothing:
    """The type of `NOTHING`."""


NOTHING = _Nothing()
"""What a call returns whose reply is documented nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that found its route: the parts of its path by name, and its body."""

    arguments: dict[str, str]
    body: bytes
    manners: Manners

    def json(self) -> Any:
        """Return the body; raises CallError when it is none."""
        text = self.body.decode("utf-8", "replace")
        try:
            return json.loads(text)
        except ValueError:
            if not self.manners.single_quotes:
                raise CallError from None
        try:
            return json.loads(text.replace("'", '"'))
        except ValueError:
            raise CallError from None

    def number(self, name: str) -> float:
        """Return a part of the path as a number; raises CallError."""
        try:
            number = float(self.arguments[name])
        except ValueError:
            raise CallError from None
        if not math.isfinite(number):
            raise CallError
        return number

    def index(self) -> int:
        """Return the zero-based cell of the path; raises CallError 404."""
        if not self.arguments["cell"].isdecimal():
            raise CallError(404)
        return int(self.arguments["cell"])


def list_panels(wall: Machine, call: Call) -> Any:
    """Return all panels; this reply alone tells the truth about the active one."""
    return [panel_json(wall, panel, call.manners, listed=True) for panel in wall.panels]


def create_panel(wall: Machine, call: Call) -> Any:
    """Make a panel."""
    return panel_json(wall, wall.add_panel(*_read_panel(call.json())), call.manners)


def update_panel(wall: Machine, call: Call) -> Any:
    """Replace a panel's name, grid and cells."""
    panel = wall.panel(call.arguments["panel"])
    panel.name, panel.width, panel.height, panel.cameras = _read_panel(call.json())
    panel.saved = None
    wall.screen_changed()
    return panel_json(wall, panel, call.manners)


def delete_panel(wall: Machine, call: Call) -> Any:
    """Delete a panel and return it."""
    panel = wall.panel(call.arguments["panel"])
    reply = panel_json(wall, panel, call.manners)
    wall.remove_panel(panel)
    return reply


def show_panel(wall: Machine, call: Call) -> Any:
    """Show a panel."""
    panel = wall.panel(call.arguments["panel"])
    wall.show(panel)
    return panel_json(wall, panel, call.manners)


def set_cell(wall: Machine, call: Call) -> Any:
    """Set or clear a cell of the active panel, whichever panel the path names, and return the active one."""
    wall.panel(call.arguments["panel"])
    camera = call.arguments["camera"]
    panel = wall.set_cell(call.index(), None if camera == "blank" else camera)
    return panel_json(wall, panel, call.manners)


def stop_display(wall: Machine, _: Call) -> Any:
    """Stop the display."""
    wall.stop_display()
    return NOTHING


def refresh_panels(wall: Machine, _: Call) -> Any:
    """Refresh whatever a refresh refreshes."""
    wall.refresh()
    return NOTHING


def _read_panel(document: Any) -> tuple[str, int, int, dict[int, str]]:
    """Return name, width, height and cells of a panel; raises CallError when a rule is broken."""
    match document:
        case {"PanelName": str(name), "PanelWidth": int(width), "PanelHeight": int(height)} if (
            name and 1 <= height <= width <= 4
        ):
            return name, width, height, _read_cells(document.get("Cells") or [], width, height)
    raise CallError


def _read_cells(cells: list[Any], width: int, height: int) -> dict[int, str]:
    """Return the cameras of cells by index; raises CallError outside the grid."""
    cameras: dict[int, str] = {}
    for cell in cells:
        match cell:
            case {"CoordX": int(x), "CoordY": int(y)} if 0 <= x < width and 0 <= y < height:
                if (camera := cell.get("CameraId")) and camera != "blank":
                    cameras[y * width + x] = str(camera)
            case _:
                raise CallError
    return cameras


def list_cameras(wall: Machine, _: Call) -> Any:
    """Return all cameras in their short form."""
    return [camera_json(camera, short=True) for camera in wall.cameras]


def create_camera(wall: Machine, call: Call) -> Any:
    """Add a camera; its id comes from the client."""
    _need_direct(wall)
    camera = _read_camera(call.json())
    if any(other.id == camera.id for other in wall.direct_cameras):
        raise CallError
    wall.direct_cameras.append(camera)
    return camera_json(camera, short=False)


def update_camera(wall: Machine, call: Call) -> Any:
    """Replace what is known about a camera, except for its ability to move."""
    _need_direct(wall)
    old = wall.camera(call.arguments["camera"])
    new = _read_camera(call.json(), old)
    wall.direct_cameras[wall.direct_cameras.index(old)] = new
    wall.screen_changed()
    return camera_json(new, short=False)


def replace_cameras(wall: Machine, call: Call) -> Any:
    """Replace all cameras."""
    _need_direct(wall)
    documents = call.json()
    if not isinstance(documents, list):
        raise CallError
    known = {camera.id: camera for camera in wall.direct_cameras}
    cameras = [_read_camera(document) for document in documents]
    wall.direct_cameras = [
        _read_camera(document, known.get(camera.id)) for document, camera in zip(documents, cameras, strict=True)
    ]
    for gone in known.keys() - {camera.id for camera in cameras}:
        for panel in wall.panels:
            panel.cameras = {index: camera for index, camera in panel.cameras.items() if camera != gone}
    wall.screen_changed()
    return [camera_json(camera, short=False) for camera in wall.direct_cameras]


def delete_camera(wall: Machine, call: Call) -> Any:
    """Delete a camera and return it."""
    _need_direct(wall)
    camera = wall.camera(call.arguments["camera"])
    wall.remove_camera(camera)
    return camera_json(camera, short=False)


def camera_picture(wall: Machine, call: Call) -> Any:
    """Return a picture of a camera."""
    return picture_json(wall.still(wall.camera(call.arguments["camera"])), call.manners)


def preview_picture(wall: Machine, call: Call) -> Any:
    """Return a picture of a camera that was not added yet; the body is an array, as in the sample."""
    match call.json():
        case [{"Id": str(camera_id), "Streams": [{"SnapshotUri": str(uri)} as stream, *_], **rest}, *_] if uri:
            camera = WallCamera(
                id=camera_id,
                name=f"Preview of {uri}",
                username=str(rest.get("Username", "")),
                password=str(rest.get("Password", "")),
                streams=[stream],
            )
            return picture_json(wall.still(camera), call.manners)
    raise CallError


def full_screen(wall: Machine, call: Call) -> Any:
    """Fill the screen with a camera and return it in its short form."""
    camera = wall.camera(call.arguments["camera"])
    wall.show_camera(camera)
    return camera_json(camera, short=True)


def _need_direct(wall: Machine) -> None:
    """Raise CallError when the cameras come from a Mobile Bridge."""
    if not wall.direct:
        raise CallError


def _read_camera(document: Any, old: WallCamera | None = None) -> WallCamera:
    """Return a camera; raises CallError without id or name."""
    match document:
        case {"Id": str(camera_id), "Name": str(name), "Address": str(address)} if camera_id and name:
            camera = WallCamera(
                id=old.id if old else camera_id,
                name=name,
                address=address,
                channel=int(document.get("ChannelNumber") or 0),
                username=str(document.get("Username") or ""),
                password=str(document.get("Password") or ""),
                streams=list(document.get("Streams") or []),
            )
        case _:
            raise CallError
    if old:
        camera.ptz, camera.presets, camera.position, camera.online = old.ptz, old.presets, old.position, old.online
    return camera


def move_relative(wall: Machine, call: Call) -> Any:
    """Move the camera of a cell by something."""
    wall.move(call.index(), relative=True, by=(call.number("pan"), call.number("tilt"), call.number("zoom")))
    return NOTHING


def move_absolute(wall: Machine, call: Call) -> Any:
    """Move the camera of a cell to something."""
    wall.move(call.index(), relative=False, by=(call.number("pan"), call.number("tilt"), call.number("zoom")))
    return NOTHING


def list_presets(wall: Machine, call: Call) -> Any:
    """Return the presets of the camera in a cell."""
    presets = wall.ptz_camera(call.index()).presets
    return [{"Name": preset.name, "X": preset.x, "Y": preset.y, "Z": preset.z} for preset in presets]
