"""The block `alarmStatusInfo` in all its shapes: what is posted and what is polled are read alike."""

import pytest

from custom_components.viewwall.viewtron import PostKind, parse_post
from custom_components.viewwall.viewtron.models import DeviceInfo

from .conftest import MakeClient
from .posts_wire import config as message
from .scripted import CAMERA, NVR_V2, ScriptedDevice, config

SHAPES = [
    pytest.param("<motionAlarm>true</motionAlarm>", {"motionAlarm": {"": True}}, id="plain"),
    pytest.param(
        '<motionAlarm id="1">true</motionAlarm><motionAlarm id="2">FALSE</motionAlarm>',
        {"motionAlarm": {"1": True, "2": False}},
        id="ids",
    ),
    pytest.param(
        '<motionAlarm type="boolean" id="1">true</motionAlarm>', {"motionAlarm": {"1": True}}, id="type_attribute"
    ),
    pytest.param('<motionAlarm ID="3">1</motionAlarm>', {"motionAlarm": {"3": True}}, id="attribute_in_capitals"),
    pytest.param('<motionAlarm channelId="4">true</motionAlarm>', {"motionAlarm": {"4": True}}, id="channel_attribute"),
    pytest.param(
        '<sensorAlarmIn type="list" count="2"><itemType type="boolean"/>'
        '<item id="1">false</item><item id="3">true</item></sensorAlarmIn>',
        {"sensorAlarmIn": {"1": False, "3": True}},
        id="items",
    ),
    pytest.param(
        "<chlVideoLoss><item><channelId>4</channelId><status>true</status></item></chlVideoLoss>",
        {"chlVideoLoss": {"4": True}},
        id="item_with_children",
    ),
    pytest.param("<motionAlarm><id>2</id><state>on</state></motionAlarm>", {"motionAlarm": {"2": True}}, id="children"),
    pytest.param("<motionAlarm><value>off</value></motionAlarm>", {"motionAlarm": {"": False}}, id="value"),
    pytest.param("<VFDAlarm>\n<![CDATA[ 0 ]]>\n</VFDAlarm>", {"VFDAlarm": {"": False}}, id="section"),
    pytest.param(
        '<oscAlarm id="1">true</oscAlarm><oscAlarm id="1">false</oscAlarm>', {"oscAlarm": {"1": True}}, id="same_id"
    ),
    pytest.param(
        '<oscAlarm id="1">false</oscAlarm><oscAlarm id="1">true</oscAlarm>',
        {"oscAlarm": {"1": True}},
        id="same_id_later",
    ),
    pytest.param("<sceneChange/>", {"sceneChange": {}}, id="empty"),
    pytest.param("<sceneChange></sceneChange>", {"sceneChange": {}}, id="empty_text"),
    pytest.param("<clarityAbnormal>perhaps</clarityAbnormal>", {"clarityAbnormal": {}}, id="no_state"),
    pytest.param("<itemType/><motionAlarm>yes</motionAlarm>", {"motionAlarm": {"": True}}, id="template"),
    pytest.param("<SomeNewAlarm>no</SomeNewAlarm>", {"SomeNewAlarm": {"": False}}, id="unknown_field"),
    pytest.param("<MOTIONALARM>true</MOTIONALARM>", {"MOTIONALARM": {"": True}}, id="as_spelled"),
    pytest.param('<motionAlarm id=" 7 "> true </motionAlarm>', {"motionAlarm": {"7": True}}, id="blanks"),
    pytest.param(
        '<motionAlarm id="">true</motionAlarm><motionAlarm id="0">false</motionAlarm>',
        {"motionAlarm": {"": True, "0": False}},
        id="empty_id",
    ),
    pytest.param("<motionAlarm><item>true</item></motionAlarm>", {"motionAlarm": {"": True}}, id="item_without_id"),
]


@pytest.mark.parametrize(("content", "expected"), SHAPES)
def test_posted(content: str, expected: dict[str, dict[str, bool]]) -> None:
    """Read each shape in a post."""
    post = parse_post(message(f"<alarmStatusInfo>{content}</alarmStatusInfo>"))

    assert post.kind is PostKind.ALARM_STATUS
    assert {name: dict(states) for name, states in post.alarms.items()} == expected


@pytest.mark.parametrize("info", [CAMERA, NVR_V2], ids=["camera", "recorder"])
@pytest.mark.parametrize(("content", "expected"), SHAPES)
async def test_polled(
    make_client: MakeClient, info: DeviceInfo, content: str, expected: dict[str, dict[str, bool]]
) -> None:
    """Read each shape in an answer just as in a post."""
    async with ScriptedDevice({"GetAlarmStatus": config(f"<alarmStatusInfo>{content}</alarmStatusInfo>")}) as device:
        client = make_client(device.port)
        client.use(info)
        status = await client.alarm_status()

    assert {name: dict(states) for name, states in status.alarms.items()} == expected
