"""Signs of life and alarm states of cameras."""

from collections.abc import Mapping
from datetime import datetime

from .posts_base import Identity
from .xml_text import Declaration, Layout, cdata, config, leaf, node, render

KEEPALIVE_EMPTY = b""
"""The sign of life over a connection that is kept open."""


def keepalive_device_info(who: Identity) -> bytes:
    """Build the classic sign of life; its element `DeviceNo.` ends in a dot."""
    root = node(
        "DeviceInfo",
        leaf("DeviceName", who.name),
        leaf("DeviceNo.", 1),
        cdata("SN", who.serial),
        leaf("ipAddress", who.address),
        leaf("macAddress", who.mac),
    )
    return render(root, layout=Layout.INDENTED)


def keepalive_message(who: Identity) -> bytes:
    """Build the sign of life of firmware 5.3.1, which has no declaration."""
    root = config(
        "1.7",
        leaf("messageType", "keepalive"),
        node("deviceInfo", cdata("deviceName", who.name), cdata("ip", who.address), cdata("mac", who.mac)),
    )
    return render(root, declaration=Declaration.NONE)


def alarm_status(
    who: Identity,
    moment: datetime,
    states: Mapping[str, bool],
    *,
    number: int | None = 1,
    twelve_hours: bool = False,
    legacy: bool = False,
) -> bytes:
    """Build the state of one or more alarms; `moment` is the camera's wall clock.

    `number` is the id attribute. The legacy form is version 1.0, has no declaration, no ids, and dashes in the MAC.
    """
    attributes: dict[str, str | int] = {"type": "boolean"}
    if number is not None and not legacy:
        attributes["id"] = number
    time = f"{moment:%m-%d-%Y %I:%M:%S %p}" if twelve_hours else f"{moment:%Y-%m-%d %H:%M:%S}"
    root = config(
        "1.0" if legacy else "1.7",
        node("alarmStatusInfo", *(leaf(field, state, **attributes) for field, state in states.items())),
        cdata("dataTime", time),
        node(
            "deviceInfo",
            cdata("deviceName", who.name),
            cdata("deviceNo.", "1"),
            cdata("sn", who.serial),
            cdata("ipAddress", who.address),
            cdata("macAddress", who.mac.replace(":", "-") if legacy else who.mac),
        ),
    )
    return render(root, declaration=Declaration.NONE if legacy else Declaration.SPACED)
