"""From a reply's data to models, dropping what is not understood."""

from collections.abc import Iterator, Mapping
import re
from typing import Final

from .answers import Json, objects, read_jpeg, to_bool, to_float, to_id, to_int, to_text
from .calls import Call
from .errors import ThinClientCommandError, ThinClientNotFoundError, ThinClientProtocolError
from .models import Camera, Cell, DeviceInfo, MobileBridge, Panel, Preset
from .settings import READABLE, Settings

_MAC_DIGITS: Final = re.compile(r"[0-9a-f]{12}")
_MAX_READ_SIDE: Final = 16
"""A wall may be told bigger than the document allows; it is not believed beyond this."""


_MAX_ITEMS: Final = 512
"""Most panels and cameras that are read from one list."""
_MAX_TEXT: Final = 255
"""Most characters of a name that are read, and of an id that is believed."""


def _items(data: Json, id_key: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Walk the objects of a list that have an id, each id once."""
    seen: set[str] = set()
    for item in objects(data):
        item_id = to_id(item.get(id_key))
        if item_id is not None and len(item_id) <= _MAX_TEXT and item_id not in seen and len(seen) < _MAX_ITEMS:
            seen.add(item_id)
            yield item_id, item


def _name(value: Json) -> str | None:
    """Read a name, as far as a name can be long."""
    return None if (text := to_text(value)) is None else text[:_MAX_TEXT].rstrip()


def read_panels(data: Json) -> tuple[Panel, ...]:
    """Read a list of panels, or a single one; what has no id is dropped."""
    panels = []
    for panel_id, item in _items(data, "PanelGuid"):
        width, height = (_side(item.get(key)) for key in ("PanelWidth", "PanelHeight"))
        panels.append(
            Panel(
                id=panel_id,
                name=_name(item.get("PanelName")) or panel_id,
                width=width,
                height=height,
                active=to_bool(item.get("Default")) is True,
                cells=_read_cells(item.get("Cells"), width, height),
            )
        )
    return tuple(panels)


def _side(value: Json) -> int:
    """Read a panel's width or height, at least 1."""
    return min(max(to_int(value) or 1, 1), _MAX_READ_SIDE)


def _read_cells(data: Json, width: int, height: int) -> tuple[Cell, ...]:
    """Place the listed cells by their coordinates, else by their place in the list; the others are empty."""
    cells: dict[int, Cell] = {}
    for position, item in enumerate(objects(data)):
        x, y = to_int(item.get("CoordX")), to_int(item.get("CoordY"))
        if x is None or y is None:
            index = position
        elif 0 <= x < width and 0 <= y < height:
            index = y * width + x
        else:
            continue
        camera_id = to_id(item.get("CameraId"))
        cell = Cell(
            index=index,
            camera_id=camera_id,
            camera_name=_name(item.get("CameraName")) if camera_id else None,
            id=to_int(item.get("PanelCellId")),
        )
        cells.setdefault(index, cell)
    return tuple([cells.get(index) or Cell(index=index) for index in range(width * height)])


def read_cameras(data: Json) -> tuple[Camera, ...]:
    """Read a list of cameras, or a single one: id and name only, since replies to writes hold passwords."""
    return tuple(
        [Camera(id=camera_id, name=_name(item.get("Name")) or camera_id) for camera_id, item in _items(data, "Id")]
    )


def read_presets(data: Json) -> tuple[Preset, ...]:
    """Read the presets of a PTZ camera; without a name they go by their number, without a position they are dropped."""
    presets = []
    for number, item in enumerate(objects(data)[:_MAX_ITEMS], 1):
        name = _name(item.get("Name")) or str(number)
        x, y, z = (to_float(item.get(key)) for key in "XYZ")
        if x is not None and y is not None and z is not None:
            presets.append(Preset(name=name, x=x, y=y, z=z))
    return tuple(presets)


def read_settings(data: Json) -> Settings:
    """Read the settings' list; undocumented names and secrets are dropped."""
    values = {}
    for item in objects(data):
        name = READABLE.get((to_text(item.get("Name")) or "").lower())
        if name is not None:
            values[name] = to_text(item.get("Value")) or ""
    return Settings(values)


def read_device_info(settings: Settings, api_version: str | None) -> DeviceInfo:
    """Read who the device is out of its settings. Raises ThinClientProtocolError if they name no serial."""
    if settings.serial is None:
        raise ThinClientProtocolError("List settings: the reply names no serial")
    return DeviceInfo(
        serial=settings.serial,
        name=settings.name,
        firmware=settings.firmware,
        api_version=api_version,
        mac=serial_as_mac(settings.serial),
    )


def read_mobile_bridges(data: Json) -> tuple[MobileBridge, ...]:
    """Read the servers that the Thin Client found; what has neither name nor address is dropped."""
    found = [
        MobileBridge(
            name=to_text(item.get("ServerName")),
            address=to_text(item.get("IP")),
            version=to_text(item.get("Version")),
            farm_id=to_text(item.get("FarmId")),
        )
        for item in objects(data)
    ]
    return tuple([each for each in found if each.name or each.address])


def serial_as_mac(serial: str) -> str | None:
    """Read a serial of twelve hexadecimal digits as a MAC, lower case with colons; all zeros are none."""
    digits = serial.lower().replace(":", "").replace("-", "")
    if not _MAC_DIGITS.fullmatch(digits) or not digits.strip("0"):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def read_list(call: Call, data: Json) -> Json:
    """Check that a reply is a list, so that a broken one is not taken for an empty wall; null is an empty list."""
    if data is None or isinstance(data, list) or objects(data):
        return data
    raise ThinClientProtocolError(f"{call.name}: the reply is no list")


def read_picture(call: Call, data: Json) -> bytes:
    """Read a picture, which there may not be."""
    try:
        picture = read_jpeg(data)
    except ThinClientProtocolError as err:
        raise ThinClientProtocolError(f"{call.name}: {err}") from None
    if picture is None:
        raise ThinClientNotFoundError(call.name)
    return picture


def expect_zero(call: Call, data: Json) -> None:
    """Take 0 for success, as in the document's samples, and nothing at all too; it lists no other code."""
    if data is not None and (code := to_int(data)) != 0:
        raise ThinClientCommandError(call.name, code)
