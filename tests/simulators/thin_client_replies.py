"""The JSON documents that a simulated Thin Client answers with."""

from base64 import b64encode
from dataclasses import dataclass
import json
from typing import Any

from .thin_client_state import Shape, WallCamera, WallPanel
from .thin_client_wall import Wall

type Links = tuple[tuple[str, str, str], ...]
"""Address, relation and method of each link."""

SESSION_LINKS: Links = (("/Session", "create", "POST"),)
PANEL_LINKS: Links = (
    ("/Panel", "list", "GET"),
    ("/Panel", "create", "POST"),
    ("/Panel/Refresh", "refresh", "POST"),
    ("/Panel/Stop", "stop", "POST"),
)
CAMERA_LINKS: Links = (
    ("/Camera", "list", "GET"),
    ("/Camera", "add", "POST"),
    ("/Camera", "update-list", "PUT"),
    ("/Camera/Jpeg", "image", "POST"),
)
SETTINGS_LINKS: Links = (
    ("/Settings", "list", "GET"),
    ("/Settings", "edit", "POST"),
    ("/Settings/TestConnection", "test", "POST"),
)
SYSTEM_LINKS: Links = (
    ("/System/MobileBridge", "mobile-bridge-list", "GET"),
    ("/System/IsNotRegistered", "is-not-registered", "GET"),
    ("/System/Restart", "restart", "POST"),
    ("/System/Restore", "restore", "POST"),
    ("/System/Update", "check-for-update", "GET"),
    ("/System/Update/State", "update-status", "GET"),
    ("/System/Update", "update-firmware", "POST"),
    ("/System/Upload", "upload-firmware", "POST"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Where one Thin Client may differ from another; tests replace the whole."""

    omit_empty_cells: bool
    empty_camera: str | None
    """The camera id and name in an empty cell that is listed."""
    shuffle_cells: bool
    """Whether cells are listed in another order than row by row."""
    true_default: bool
    """Whether replies other than the list tell the truth about the active panel."""
    jpeg_prefix: str
    commas_after: frozenset[str]
    """The calls whose replies have a comma after the last link."""
    silent: bool
    """Whether calls without a documented reply answer with nothing at all rather than with a reply without data."""
    drop_on_restart: bool
    """Whether restart and restore close the connection instead of answering."""
    single_quotes: bool
    """Whether bodies may have single quotes, as those of the document's curl samples."""


MANNERS = {
    Shape.DOCUMENTED: Manners(
        omit_empty_cells=False,
        empty_camera=None,
        shuffle_cells=False,
        true_default=False,
        jpeg_prefix="data:image/jpeg;base64,",
        commas_after=frozenset({"create_session"}),
        silent=True,
        drop_on_restart=False,
        single_quotes=False,
    ),
    Shape.SAMPLES: Manners(
        omit_empty_cells=True,
        empty_camera=None,
        shuffle_cells=False,
        true_default=False,
        jpeg_prefix="",
        commas_after=frozenset(),
        silent=False,
        drop_on_restart=True,
        single_quotes=True,
    ),
}


def links_json(links: Links) -> list[dict[str, str]]:
    """Return links as a reply has them."""
    return [{"href": href, "rel": rel, "method": method} for href, rel, method in links]


def envelope(links: Links, data: Any, version: str, *, trailing_comma: bool) -> bytes:
    """Return a reply; with the comma it is no valid JSON any more, as the document's first sample."""
    comma = "," if trailing_comma and links else ""
    listed = json.dumps(links_json(links))[:-1] + comma + "]"
    return f'{{"Links": {listed}, "Data": {json.dumps(data)}, "Version": {json.dumps(version)}}}'.encode()


def session_json(token: str) -> dict[str, Any]:
    """Return a new session; its own link carries the token too."""
    return {"Token": token, "Links": links_json(((f"/Session/{token}", "delete", "DELETE"),))}


def panel_json(wall: Wall, panel: WallPanel, manners: Manners, *, listed: bool = False) -> dict[str, Any]:
    """Return a panel; outside the list `Default` is false even for the active one."""
    base = f"/Panel/{panel.id}"
    cells = [
        _cell_json(wall, panel, index, manners)
        for index in range(panel.width * panel.height)
        if index in panel.cameras or not manners.omit_empty_cells
    ]
    return {
        "PanelGuid": panel.id,
        "PanelName": panel.name,
        "PanelWidth": panel.width,
        "PanelHeight": panel.height,
        "Default": panel.id == wall.active_panel and (listed or manners.true_default),
        "Cells": cells[::-1] if manners.shuffle_cells else cells,
        "Links": links_json(((base, "edit", "PUT"), (base, "delete", "DELETE"), (f"{base}/Show", "show", "GET"))),
    }


def _cell_json(wall: Wall, panel: WallPanel, index: int, manners: Manners) -> dict[str, Any]:
    """Return a cell of a panel."""
    camera_id = panel.cameras.get(index)
    camera = wall.camera_or_none(camera_id) if camera_id else None
    return {
        "PanelCellId": panel.first_cell_id + index,
        "PanelGuid": panel.id,
        "CoordX": index % panel.width,
        "CoordY": index // panel.width,
        "CameraId": camera_id or manners.empty_camera,
        "CameraName": camera.name if camera else manners.empty_camera,
    }


def camera_json(camera: WallCamera, *, short: bool) -> dict[str, Any]:
    """Return a camera; the long form has its password in clear text."""
    base = f"/Camera/{camera.id}"
    details = {
        "Address": camera.address,
        "ChannelNumber": camera.channel,
        "Username": camera.username,
        "Password": camera.password,
        "Streams": camera.streams,
    }
    links: Links = (
        (base, "update", "PUT"),
        (base, "remove", "DELETE"),
        (f"{base}/Jpeg", "image", "GET"),
        (f"{base}/TestOnvifCompliance", "test-onvif", "POST"),
        (f"{base}/Fullscreen", "fullscreen", "GET"),
    )
    return {"Id": camera.id, "Name": camera.name} | ({} if short else details) | {"Links": links_json(links)}


def picture_json(jpeg: bytes, manners: Manners) -> str:
    """Return a picture: the text wants a data address, the sample has the bare base64."""
    return manners.jpeg_prefix + b64encode(jpeg).decode()
