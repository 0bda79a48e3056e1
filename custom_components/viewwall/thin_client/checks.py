"""What is checked before anything is sent, and the form it takes on the wire."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
import math
from typing import Any, Final

from yarl import URL

from .errors import Rule, ThinClientValidationError
from .models import MAX_CELLS, MAX_SIDE, Camera, Cell, NewCamera, Panel, Stream
from .settings import BRIDGE_PASSWORD, check_settings

_SCHEMES: Final = frozenset({"rtsp", "rtsps", "http", "https"})

type JsonObject = dict[str, Any]


def check_id(field: str, value: str) -> str:
    """Check that an id names something; the path around it is ours alone."""
    if not value or value in {".", ".."} or value != value.strip():
        raise ThinClientValidationError(field, Rule.NOT_AN_ID)
    return value


def check_index(field: str, index: int, count: int = MAX_CELLS) -> int:
    """Check a cell's index, from 0 to below the count."""
    if isinstance(index, bool) or not 0 <= index < count:
        raise ThinClientValidationError(field, Rule.CELL_RANGE, last=count - 1, count=count)
    return index


def number_text(field: str, value: float) -> str:
    """Print a finite number without exponent: `50`, `-5.5`."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ThinClientValidationError(field, Rule.NOT_A_NUMBER)
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def ptz_words(cell: int, pan: float, tilt: float, zoom: float) -> tuple[str | int, ...]:
    """Check a cell and its camera's movement, and put them into the order of the path."""
    check_index("cell", cell)
    return cell, number_text("pan", pan), number_text("tilt", tilt), number_text("zoom", zoom)


def panel_body(
    name: str, width: int, height: int, cells: Sequence[Camera | Cell | None], replaced: Panel | None = None
) -> JsonObject:
    """Check a panel and build its JSON; empty cells are left out, as in the document's samples.

    `cells` goes row by row and may be shorter than the grid. A panel that is replaced lends its ids. Raises
    ThinClientValidationError.
    """
    if not name.strip():
        raise ThinClientValidationError("name", Rule.NOT_EMPTY)
    for field, side in (("width", width), ("height", height)):
        if isinstance(side, bool) or not 1 <= side <= MAX_SIDE:
            raise ThinClientValidationError(field, Rule.GRID_SIDE, most=MAX_SIDE)
    if height > width:
        raise ThinClientValidationError("height", Rule.HEIGHT_ABOVE_WIDTH)
    if len(cells) > width * height:
        raise ThinClientValidationError("cells", Rule.TOO_MANY_CELLS, most=width * height)
    body: JsonObject = {"PanelGuid": replaced.id} if replaced else {}
    listed = []
    for index, camera in enumerate(cells):
        y, x = divmod(index, width)
        cell: JsonObject = {"PanelCellId": cell_id} if (cell_id := _cell_id(replaced, x, y)) is not None else {}
        camera_id, camera_name = (
            (camera.camera_id, camera.camera_name)
            if isinstance(camera, Cell)
            else (camera.id, camera.name)
            if camera
            else (None, None)
        )
        if camera_id is not None:
            cell |= {"CoordX": x, "CoordY": y, "CameraId": camera_id, "CameraName": camera_name or ""}
            listed.append(cell)
    return body | {"PanelName": name, "PanelWidth": width, "PanelHeight": height, "Cells": listed}


def kept_cells(panel: Panel, width: int, height: int) -> list[Cell | None]:
    """Carry the cells of a panel over into another grid, each at its place.

    Raises ThinClientValidationError if a camera would fall off.
    """
    kept: list[Cell | None] = [None] * (max(width, 0) * max(height, 0))
    for cell in panel.cells:
        y, x = divmod(cell.index, panel.width)
        if x < width and y < height:
            kept[y * width + x] = cell
        elif cell.camera_id is not None:
            raise ThinClientValidationError("cells", Rule.OUTSIDE_GRID)
    return kept


def _cell_id(panel: Panel | None, x: int, y: int) -> int | None:
    """Find the device's id of the cell at this place."""
    return panel.cells[y * panel.width + x].id if panel and x < panel.width and y < panel.height else None


def camera_body(camera: NewCamera) -> JsonObject:
    """Check a camera and build its JSON, in the document's order."""
    if not camera.name.strip():
        raise ThinClientValidationError("name", Rule.NOT_EMPTY)
    if not camera.address.strip():
        raise ThinClientValidationError("address", Rule.NOT_EMPTY)
    return {
        "Id": check_id("id", camera.id),
        "Name": camera.name,
        "Address": camera.address,
        "ChannelNumber": _natural("channel", camera.channel),
        "Username": camera.username,
        "Password": camera.password,
        "Streams": [_stream_body(stream) for stream in _streams(camera)],
    }


def preview_body(camera: NewCamera) -> list[JsonObject]:
    """Build the JSON of a preview: an array, as in the document's sample, with the pictures' addresses only."""
    uris = [_uri("snapshot_uri", stream.snapshot_uri) for stream in _streams(camera) if stream.snapshot_uri]
    if not uris:
        raise ThinClientValidationError("snapshot_uri", Rule.NOT_EMPTY)
    return [
        {
            "Id": check_id("id", camera.id),
            "Username": camera.username,
            "Password": camera.password,
            "Streams": [{"SnapshotUri": uri} for uri in uris],
        }
    ]


def _streams(camera: NewCamera) -> tuple[Stream, ...]:
    """Check that a camera has a stream."""
    if not camera.streams:
        raise ThinClientValidationError("streams", Rule.NOT_EMPTY)
    return camera.streams


def _stream_body(stream: Stream) -> JsonObject:
    """Check a stream and build its JSON."""
    return {
        "Format": stream.format,
        "RecordFps": _natural("fps", stream.fps),
        "StreamNumber": _natural("stream number", stream.number),
        "Width": _natural("stream width", stream.width),
        "Height": _natural("stream height", stream.height),
        "MediaUri": _uri("media_uri", stream.media_uri),
        "SnapshotUri": _uri("snapshot_uri", stream.snapshot_uri) if stream.snapshot_uri else "",
    }


def _natural(field: str, value: int) -> int:
    """Check a whole number that is not negative."""
    if isinstance(value, bool) or value < 0:
        raise ThinClientValidationError(field, Rule.NEGATIVE)
    return value


def _uri(field: str, value: str) -> str:
    """Check the address of a stream or picture; what is wrong with it is not told, since it may hold a password."""
    try:
        url = URL(value)
    except ValueError:
        url = URL()
    if url.scheme not in _SCHEMES or not url.host:
        raise ThinClientValidationError(field, Rule.NOT_AN_ADDRESS)
    return value


def bridge_body(server: str, port: int, https: bool, username: str, password: str | None) -> list[JsonObject]:
    """Check the settings of a Mobile Bridge and build their JSON; without a password none is sent."""
    settings: dict[str, object] = {"SymphonyServer": server, "SymphonyUser": username}
    if password is not None:
        settings[BRIDGE_PASSWORD] = password
    return settings_body(check_settings(settings | {"SymphonyPort": port, "SymphonyHTTPS": https}))


def settings_body(settings: Mapping[str, str]) -> list[JsonObject]:
    """Build the JSON of settings to be written."""
    return [{"Name": name, "Value": value} for name, value in settings.items()]
