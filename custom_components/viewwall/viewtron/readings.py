"""From the elements of an answer to the typed models; pure functions, one per command."""

import base64
from collections.abc import Iterator
from itertools import islice
import re
from typing import Final
from urllib.parse import urlsplit

from .alarm_fields import AlarmRow, collect_alarms
from .answers import Node, is_jpeg, to_bool, to_int
from .errors import ViewtronProtocolError
from .models import (
    AlarmInput,
    AlarmInputKind,
    Channel,
    ChannelStatus,
    DeviceClock,
    Disk,
    DiskStatus,
    StreamFormat,
)
from .posix_time import SummerRules, moments, parse_wall_clock

MAX_ITEMS: Final = 512
"""Most channels or inputs of one device: each may cost a request of its own for its name."""

_DISK_STATUS: Final = {
    "read/write": DiskStatus.READ_WRITE,
    "read": DiskStatus.READ_ONLY,
    "unformat": DiskStatus.UNFORMATTED,
    "formatting": DiskStatus.FORMATTING,
    "exception": DiskStatus.FAULT,
    "locked": DiskStatus.LOCKED,
}
_CHANNEL_STATUS: Final = {status.value.lower(): status for status in ChannelStatus}
_ALARM_INPUT_KIND: Final = {kind.value: kind for kind in AlarmInputKind}
_MAX_ID: Final = 65_535
_MAX_FRAME_RATE: Final = 240
_RESOLUTION: Final = re.compile(r"([0-9]{1,5})\s*[xX]\s*([0-9]{1,5})")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f]")


def read_generation(api_version: str | None) -> int:
    """Tell the API generation, 1 or 2; a device without an `apiVersion` is of the first, whatever its firmware says."""
    found = re.match(r"\D*([0-9]{1,4})", api_version or "")
    return 2 if found and int(found[1]) >= 2 else 1


def read_features(detail: Node, device: Node) -> frozenset[str]:
    """List the true flags of `GetDeviceDetail` and of `GetDeviceInfo`, in lower case."""
    groups = (device, *(group for _, group in detail.children()))
    return frozenset(
        name.lower()
        for group in groups
        for name, node in group.children()
        if name.lower().startswith(("support", "integrated")) and to_bool(node.text)
    )


def read_supported_apis(document: Node) -> frozenset[str] | None:
    """List the names of `GetSupportedAPIs`; its count is wrong and names repeat."""
    interfaces = document.find("applicationInterfaces")
    names = frozenset(node.text for node in interfaces.find_all("item") if node.text) if interfaces else None
    return names or None


def read_channels(document: Node) -> tuple[Channel, ...]:
    """List the channels of `GetChannelList` or `GetChannelInfo`, in the device's order.

    Items stand inside the list element or beside it, with names and states as elements or attributes.
    """
    found: dict[int, Channel] = {}
    for item in islice(document.find_all("item"), MAX_ITEMS):
        number = read_id(item, "channelId", "id", "chlId")
        if number is not None and number not in found:
            status = item.get("status", "channelStatus")
            kind = item.get("attribute", "channelType")
            found[number] = Channel(
                id=number,
                name=item.get("name", "channelName"),
                status=_CHANNEL_STATUS.get(status.lower()) if status else None,
                kind=kind.lower() if kind else None,
            )
    return tuple(found.values())


def read_alarm_inputs(document: Node) -> tuple[AlarmInput, ...]:
    """List the inputs of `GetAlarmInList` or `GetAlarmInInfo`."""
    found: dict[int, AlarmInput] = {}
    for item in islice(document.find_all("item"), MAX_ITEMS):
        number = read_id(item, "id", "alarmInId")
        if number is not None and number not in found:
            kind = item.get("alarmInType", "alarmType")
            found[number] = AlarmInput(
                id=number, kind=_ALARM_INPUT_KIND.get(kind.lower()) if kind else None, name=item.get("name")
            )
    return tuple(found.values())


def read_output_numbers(document: Node) -> tuple[int, ...]:
    """List the outputs of `GetAlarmOutList`."""
    numbers = (read_id(item, "id", "alarmOutId") for item in islice(document.find_all("item"), MAX_ITEMS))
    return tuple(dict.fromkeys(number for number in numbers if number is not None))


def read_disks(document: Node) -> tuple[Disk, ...]:
    """List the disks of `GetDiskInfo`; no disk is an empty list."""
    disks = document.find("diskInfo")
    found: dict[str, Disk] = {}
    for index, item in enumerate(disks.find_all("item") if disks else (), 1):
        status = item.get("status", "diskStatus")
        number = item.get("id") or str(index)
        found.setdefault(
            number,
            Disk(
                id=number,
                total=not_negative(item.number("totalSpace")),
                free=not_negative(item.number("freeSpace")),
                status=_DISK_STATUS.get(status.lower()) if status else None,
                storage_type=item.get("storageType"),
            ),
        )
    return tuple(found.values())


def read_alarms(document: Node) -> dict[str, dict[str, bool]]:
    """Read the alarms of `GetAlarmStatus`: field as sent -> id ("" if none) -> state."""
    return collect_alarms(_alarm_rows(document.find("alarmStatusInfo")))


def _alarm_rows(block: Node | None) -> Iterator[AlarmRow]:
    for name, node in block.children() if block else ():
        for row in node.all("item") or [node]:
            yield AlarmRow(name, row.get("id", "channelId"), row.text or row.get("status", "state", "value"))


def read_stream_formats(document: Node) -> tuple[StreamFormat, ...]:
    """List what the streams of `GetVideoStreamConfig` are made of, by order: main, then sub."""
    streams = document.find("streams") or document
    return tuple([_stream_format(item) for item in islice(streams.find_all("item"), MAX_ITEMS)])


def _stream_format(item: Node) -> StreamFormat:
    """Read one stream; a resolution is printed as 1920x1080."""
    encoding, rate = item.get("encodeType"), item.number("frameRate")
    size = _RESOLUTION.fullmatch(item.get("resolution") or "")
    return StreamFormat(
        encoding=encoding.lower() if encoding else None,
        frame_rate=rate if rate is not None and 0 < rate <= _MAX_FRAME_RATE else None,
        width=int(size[1]) if size else None,
        height=int(size[2]) if size else None,
    )


def read_stream_names(document: Node) -> list[str]:
    """List the stream names of `GetVideoStreamConfig` or `GetStreamCaps` by order: ids start at 0 or at 1."""
    streams = document.find("streams") or document.find("streamList") or document
    return [name for item in streams.find_all("item") if (name := item.get("name", "streamName"))]


def read_stream_path(name: str, *, nvr: bool) -> str | None:
    """Make an RTSP path (leading slash, query) of a stream's name; None if it leads to no stream of one channel.

    A camera names the path (`profile1`), an NVR the whole URL, with an address of its own view. An NVR's name that
    tells no channel (`profile1` for all of them) is no path.
    """
    try:
        if "://" in name:
            parts = urlsplit(name)
            name = parts.path + (f"?{parts.query}" if parts.query else "")
        elif nvr and "chid=" not in name.lower():
            return None
    except ValueError:
        return None
    name = name.lstrip("/")
    return f"/{name}" if name and not _UNPRINTABLE.search(name) else None


def read_rtsp_port(document: Node) -> int | None:
    """Read the RTSP port of `GetPortConfig` or `GetStreamCaps`."""
    port = to_int(node.text) if (node := document.find("rtspPort")) else None
    return port if port is not None and 0 < port < 65_536 else None


def read_picture(document: Node) -> bytes:
    """Read a picture that came as base64 in a document.

    Raises ViewtronProtocolError if there is no JPEG in it.
    """
    node = document.find("sourceBase64Data")
    try:
        picture = base64.b64decode(node.text) if node and node.text else b""
    except ValueError:
        picture = b""
    if not is_jpeg(picture):
        raise ViewtronProtocolError("The answer holds no JPEG")
    return picture


def read_clock(document: Node) -> DeviceClock:
    """Read `GetDateAndTime`; the time is None where its text or its zone cannot be read."""
    block = document.find("time") or document

    def tell(name: str) -> str | None:
        """Read a text from wherever it stands in the block."""
        return node.text if (node := block.find(name)) else None

    zone, local = tell("timeZone"), parse_wall_clock(tell("currentTime"))
    rules = SummerRules(
        start=tell("startTime"),
        end=tell("endTime"),
        used=to_bool(tell("daylightSwitch")),
        minutes=to_int(tell("offSet")),
    )
    found = () if zone is None or local is None else moments(local, zone, rules)
    utc, again, *_ = (*found, None, None)
    return DeviceClock(utc=utc, zone=zone, rules=rules, again=again)


def read_id(item: Node, *names: str) -> int | None:
    """Read an item's id from these elements or attributes, else from its text; None if it is no sensible number."""
    number = item.number(*names)
    if number is None:
        number = to_int(item.text)
    return number if number is not None and 0 < number <= _MAX_ID else None


def not_negative(number: int | None) -> int | None:
    """Take a size or total as it is, unless it is negative."""
    return number if number is not None and number >= 0 else None
