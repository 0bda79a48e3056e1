"""Answers about alarms, inputs and outputs, and the addresses that a camera posts to."""

from collections.abc import Mapping, Sequence

from .answers import count, document, enumeration, flag, table, text
from .state import HttpPostSlot, SimInput
from .xml_text import Content, Node, config, leaf, node

STARS = "******"
"""What stands in the place of a password."""
_LISTED = {"sensorAlarmIn", "chlOfflineAlarm", "chlVideoLoss"}
_BARE = {"perimeterAlarm", "tripwireAlarm", "vfdAlarm"}


def alarm_status(version: str, alarms: Mapping[str, Mapping[int, bool]], *, complete: bool, as_items: bool) -> bytes:
    """Build GetAlarmStatus; `complete` also lists what is off, `as_items` has each field as a list of items."""
    rows: list[Node] = []
    for field, states in alarms.items():
        shown = {number: state for number, state in states.items() if state or complete}
        if not shown:
            continue
        if as_items or field in _LISTED:
            items = [leaf("item", state, id=number) for number, state in shown.items()]
            rows.append(node(field, leaf("itemType", None, type="boolean"), *items, type="list", count=len(items)))
        elif field in _BARE and set(shown) == {1}:
            rows.append(flag(field, shown[1]))
        else:
            rows += [leaf(field, state, type="boolean", id=number) for number, state in shown.items()]
    return document(config(version, node("alarmStatusInfo", *rows)))


def alarm_in_info(version: str, inputs: Sequence[SimInput], *, names: bool) -> bytes:
    """Build GetAlarmInInfo of the second generation; no paper has names in it."""
    items = [
        node(
            "item",
            count("id", entry.id),
            leaf("alarmInType", entry.kind, type="alarmType"),
            text("name", entry.name) if names else None,
        )
        for entry in inputs
    ]
    types = node("types", enumeration("alarmType", "local", "virtual", "remote"))
    return document(config(version, types, node("alarmInInfoList", *items, type="list", count=len(items))))


def alarm_in_config(version: str, entry: SimInput, outputs: int) -> bytes:
    """Build GetAlarmInConfig of one input."""
    linked = [leaf("item", False, type="boolean", id=number) for number in range(1, outputs + 1)]
    return document(
        config(
            version,
            node("types", enumeration("voltage", "NO", "NC")),
            node(
                "sensor",
                count("id", entry.id),
                text("sensorName", entry.name[:11]),
                flag("switch", True),
                leaf("voltage", "NO", type="voltage"),
                count("alarmHoldTime", 20),
                node("triggerAlarmOut", *linked, type="list", count=outputs),
            ),
        )
    )


def alarm_out_config(version: str, number: int, name: str) -> bytes:
    """Build GetAlarmOutConfig of one output, which no paper prints."""
    rows: dict[str, Content] = {"id": number, "alarmOutName": name, "alarmHoldTime": 20}
    return document(config(version, table("alarmOut", rows)))


def motion_config(version: str, outputs: int) -> bytes:
    """Build GetMotionConfig: 18 rows of 22 cells."""
    linked = [leaf("item", False, type="boolean", id=number) for number in range(1, outputs + 1)]
    return document(
        config(
            version,
            node(
                "motion",
                flag("switch", True),
                leaf("sensitivity", 5, type="uint32", min=0, max=8),
                count("alarmHoldTime", 20),
                node("area", *(leaf("item", "1" * 22) for _ in range(18)), type="list", count=18),
                node("triggerAlarmOut", *linked, type="list", count=outputs),
            ),
        )
    )


def alarm_server(version: str) -> bytes:
    """Build GetAlarmServerConfig of a device whose alarm server is not set."""
    rows: dict[str, Content] = {"serverAddr": "", "serverPort": 8010, "enableHeartbeat": False, "heartbeatInterval": 30}
    return document(config(version, table("alarmServer", rows)))


def http_post(
    version: str,
    old: HttpPostSlot | None,
    slots: Sequence[HttpPostSlot] | None,
    *,
    most: int,
    data_tag: str,
    online: bool,
    extra: bool,
) -> bytes:
    """Build GetHttpPostConfig with the blocks that are there; `online` is the old one's.

    `most` is the capacity of the new block, `data_tag` its list of data types, `extra` an element that no paper has.
    """
    first = second = None
    if old is not None:
        rows: dict[str, Content] = {
            "bSwitch": old.switch,
            "protocolType": leaf("protocolType", "API"),
            "serverIp": old.domain,
            "serverPort": old.port,
            "keepaliveTimeval": old.interval,
            "onlineStatus": online,
            "URL": old.path,
        }
        first = table("httpPost", rows)
    if slots is not None:
        items = (_slot(slot, data_tag, extra=extra) for slot in slots)
        urls = node("urlList", *items, type="list", count=len(slots), maxCount=most)
        second = node("httpPostV2", node("postUrlConf", urls))
    return document(config(version, first, second))


def _slot(slot: HttpPostSlot, data_tag: str, *, extra: bool) -> Node:
    """Build one address of the new block; nobody gets to see a password."""
    is_open = slot.authentication == "none"
    return node(
        "item",
        count("urlId", slot.id),
        flag("switch", slot.switch),
        node(
            "url",
            leaf("protocol", slot.protocol),
            text("domain", slot.domain),
            count("port", slot.port),
            text("path", slot.path),
            leaf("authentication", slot.authentication),
            None if is_open else text("username", slot.username),
            None if is_open else text("password", STARS),
        ),
        flag("heatBeatSwitch", slot.heartbeat),
        leaf("keepaliveTimeval", slot.interval, type="uint32", min=30, max=120),
        _words(data_tag, slot.data_types),
        _words("subscriptionEvents", slot.events),
        leaf("pushProtocolVersion", slot.push_version) if extra else None,
    )


def _words(tag: str, words: Sequence[str]) -> Node:
    """Build a list of words."""
    return node(tag, *(leaf("item", word) for word in words), type="list", count=len(words))
