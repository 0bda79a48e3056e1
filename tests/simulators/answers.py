"""Answers about the device itself: identity, disks, channels, clock, interfaces."""

from collections.abc import Container, Iterable, Mapping, Sequence

from .state import Clock, SimChannel, SimDisk
from .xml_text import NAMESPACE, Content, Declaration, Layout, Node, cdata, config, leaf, node, render

_MEANINGS = {
    1: "Invalid Request",
    2: "Invalid XML Format",
    3: "Invalid XML Content",
    4: "Permission Denied",
    5: "Address Blocked",
    6: "Invalid Sensor ID",
    7: "Device Busy",
    8: "Password Expired",
    9: "Unauthorized",
    10: "User Locked",
    11: "Not Supported",
    12: "Invalid Channel ID",
    14: "Invalid Action",
    15: "Missing Parameter",
    16: "Parameter Out Of Range",
    17: "Service Not Enabled",
    18: "Reboot Required",
    19: "Over Specification",
    20: "Resources Not Exist",
    202: "License Plate Library Full",
    203: "License Plate Exists",
    204: "License Plate Not Exist",
    207: "License Plate Group Not Exist",
}


def document(root: Node) -> bytes:
    """Write an answer out."""
    return render(root, layout=Layout.LINES, declaration=Declaration.PLAIN)


def success(version: str | None) -> bytes:
    """Build the document of a command that has nothing to tell; only the second generation has a description."""
    if version is None:
        return document(node("config", status="success"))
    return document(
        node("config", version=version, xmlns=NAMESPACE, status="success", errorCode=0, errorDesc="No Error")
    )


def failure(code: int, version: str | None) -> bytes:
    """Build the document of a failed command; only the second generation has version and description."""
    if version is None:
        return document(node("config", status="failed", errorCode=code))
    return document(
        node(
            "config",
            version=version,
            xmlns=NAMESPACE,
            status="failed",
            errorCode=code,
            errorDesc=_MEANINGS.get(code, "Internal Error"),
        )
    )


def enumeration(tag: str, *words: str) -> Node:
    """Declare the words of an enumeration."""
    return node(tag, *(leaf("enum", word) for word in words))


def text(tag: str, value: str) -> Node:
    """Build a string."""
    return cdata(tag, value, type="string")


def flag(tag: str, value: bool) -> Node:
    """Build a truth value."""
    return leaf(tag, value, type="boolean")


def count(tag: str, value: int) -> Node:
    """Build an unsigned number."""
    return leaf(tag, value, type="uint32")


def table(tag: str, rows: Mapping[str, Content]) -> Node:
    """Build a block from names and values; a value may be an element of its own, None is left out."""
    return node(tag, *(_row(name, value) for name, value in rows.items()))


def device_info(version: str, rows: Mapping[str, Content]) -> bytes:
    """Build GetDeviceInfo."""
    return document(config(version, table("deviceInfo", rows)))


def device_detail(
    version: str,
    *,
    identity: Mapping[str, Content],
    smart: Mapping[str, bool],
    alarm: Mapping[str, Content],
    system: Mapping[str, Content],
) -> bytes:
    """Build GetDeviceDetail."""
    image = dict.fromkeys(
        ("supportAZ", "supportROI", "supportInfraredLamp", "supportWatermark", "supportPrivateMask"), False
    )
    return document(
        config(
            version,
            node(
                "detail",
                table("property", identity),
                table("smart", smart),
                table("image", image | {"supportInfraredLamp": True}),
                table("alarm", {"supportMultiMotionSensitivity": False, "supportAlarmServer": True, **alarm}),
                table("system", {"supportSnmp": True, **system}),
            ),
        )
    )


def disk_info(version: str, disks: Iterable[SimDisk], *, v2: bool, nvr: bool) -> bytes:
    """Build GetDiskInfo: `diskStatus` in the first generation, `status` and the kind of disk in the second."""
    words = ["read", "read/write", "unformat", "formatting", "exception"] + (["locked"] if v2 else [])
    items = [
        node(
            "item",
            text("id", disk.id),
            count("totalSpace", disk.total),
            count("freeSpace", disk.free),
            None if nvr else count("imageFreeSpace", disk.free // 10),
            leaf("status" if v2 else "diskStatus", disk.status, type="diskStatus"),
            leaf("storageType", disk.storage_type, type="storageType") if v2 else None,
        )
        for disk in disks
    ]
    types = [enumeration("diskStatus", *words)]
    if v2:
        types.append(enumeration("storageType", "SD", "HDD"))
    return document(config(version, node("types", *types), node("diskInfo", *items, type="list", count=len(items))))


def id_list(
    version: str,
    tag: str,
    items: Sequence[Node],
    *,
    inside: bool,
    types: Node | None = None,
    limit: int = 2,
) -> bytes:
    """Build a list of the old recorder: by the papers its items stand behind the list element, which is empty."""
    template = leaf("itemType", None, type="string", maxLen=limit)
    attributes: dict[str, str | int] = {"type": "list", "count": len(items)}
    if inside:
        return document(config(version, types, node(tag, template, *items, **attributes)))
    return document(config(version, types, node(tag, **attributes), template, *items))


def channel_list(version: str, channels: Sequence[SimChannel], *, names: bool, inside: bool) -> bytes:
    """Build GetChannelList; some recorders put the name into an attribute."""
    items = [
        leaf("item", channel.id, channelStatus=channel.status, **({"name": channel.name} if names else {}))
        for channel in channels
    ]
    types = node("types", enumeration("channelStatus", "online", "offline", "videoOn", "videoLoss"))
    return id_list(version, "channelIDList", items, inside=inside, types=types)


def channel_info(
    version: str, channels: Sequence[SimChannel], addresses: Mapping[int, str], heads: Container[int] = ()
) -> bytes:
    """Build GetChannelInfo of the second generation.

    `addresses` are the cameras' where the device tells them, `heads` the channels that can move.
    """
    items = [
        node(
            "item",
            count("channelId", channel.id),
            text("name", channel.name),
            leaf("status", channel.status, type="channelStatus"),
            leaf("attribute", "PTZ" if channel.id in heads else "Normal", type="channelType"),
            text("ip", addresses[channel.id]) if channel.id in addresses else None,
        )
        for channel in channels
    ]
    types = node(
        "types",
        enumeration("channelStatus", "online", "offline", "videoOn", "videoLoss"),
        enumeration("channelType", "Normal", "Thermal", "Fisheye", "Panoramic", "PTZ", "4PTZFusion"),
    )
    return document(config(version, types, node("channelList", *items, type="list", count=len(items))))


def date_and_time(
    version: str,
    clock: Clock,
    *,
    v2: bool,
    sync: tuple[str, str, int],
    summer: tuple[str, str, int, int],
    hours: str,
) -> bytes:
    """Build GetDateAndTime; the rule of summer time and the 12 or 24 hours are only in the first generation.

    `sync` is type, server and minutes; `summer` start, end, minutes and the switch 0 or 1.
    """
    zone: list[Node] = [text("timeZone", clock.zone)]
    if not v2:
        start, end, minutes, switch = summer
        zone += [
            text("startTime", start),
            text("endTime", end),
            leaf("offSet", minutes, type="uint32", min=30, max=120),
            leaf("daylightSwitch", switch, type="uint32"),
        ]
    types = [enumeration("synchronizeType", "manually", "NTP", "PC")]
    if not v2:
        types.insert(0, enumeration("timeFormatModeType", "12h", "24h"))
    kind, server, interval = sync
    return document(
        config(
            version,
            node("types", *types),
            node(
                "time",
                None if v2 else leaf("timeFormatMode", hours, type="timeFormatModeType"),
                node("timezoneInfo", *zone),
                node(
                    "synchronizeInfo",
                    # The second generation names the wrong enumeration here.
                    leaf("type", kind, type="timeFormatModeType" if v2 else "synchronizeType"),
                    text("ntpServer", server),
                    leaf("ntpSyncInterval", interval, type="uint32", min=30, max=10080),
                    text("currentTime", f"{clock.local():%Y-%m-%d %H:%M:%S}"),
                ),
            ),
        )
    )


def supported_apis(version: str, names: Sequence[str], *, claimed: int) -> bytes:
    """Build GetSupportedAPIs; neither the count nor the absence of duplicates can be relied on in the field."""
    items = (leaf("item", name) for name in names)
    return document(config(version, node("applicationInterfaces", *items, type="list", count=claimed)))


def _row(name: str, value: Content) -> Node | None:
    """Build one element of a block by the kind of its value."""
    match value:
        case None | Node():
            return value
        case bool():
            return flag(name, value)
        case int():
            return count(name, value)
        case str():
            return text(name, value)
