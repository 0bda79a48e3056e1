"""What a pushed message is, who sent it, and what it says of alarms; detections' content is in test_posts_layouts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custom_components.viewwall.viewtron import DetectionType, Format, PostDevice, PostKind, TargetType, parse_post
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.ipc_parts import Dialect
from tests.simulators.posts_base import Identity

from . import posts_wire as wire

WHO = Identity(name="Yard", mac="58:5b:69:0a:11:07", serial="I0A11070B2C3", address="192.0.2.31", channel=4)
WHEN = datetime(2026, 7, 25, 17, 20, tzinfo=UTC)
KNOWN = PostDevice(mac="58:5b:69:0a:11:07", serial="I0A11070B2C3", ip="192.0.2.31", name="Yard")


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n", b"\t \n" * 5000, ipc_posts.KEEPALIVE_EMPTY])
def test_nothing_is_a_keepalive(body: bytes) -> None:
    """Take an empty or blank body for a sign of life of nobody in particular."""
    post = parse_post(body)
    assert post.kind is PostKind.KEEPALIVE
    assert post.device == PostDevice()
    assert (post.reason, post.detection, post.time, post.alarms) == (None, None, None, {})


def test_keepalive_device_info() -> None:
    """Read the classic sign of life, whose element DeviceNo. ends in a dot."""
    post = parse_post(ipc_posts.keepalive_device_info(WHO))
    assert (post.kind, post.format, post.device) == (PostKind.KEEPALIVE, Format.V1, KNOWN)


def test_keepalive_device_info_by_hand() -> None:
    """Read a sign of life in other order and form."""
    post = parse_post(
        b"<DeviceInfo version='2.0'><macAddress><![CDATA[58-5B-69-0A-11-07]]></macAddress><DeviceNo.>9</DeviceNo.>"
        b"<ipAddress> 192.0.2.31 </ipAddress><SN>I0A11070B2C3</SN>"
        b"<DeviceName><![CDATA[ Yard ]]></DeviceName></DeviceInfo>"
    )
    assert (post.kind, post.format, post.device) == (PostKind.KEEPALIVE, Format.V1, KNOWN)


def test_keepalive_of_firmware_5_3_1() -> None:
    """Read the sign of life of an envelope 1.7 that has a messageType."""
    post = parse_post(ipc_posts.keepalive_message(WHO))
    assert (post.kind, post.format) == (PostKind.KEEPALIVE, Format.V1)
    assert post.device == PostDevice(mac=KNOWN.mac, ip=KNOWN.ip, name="Yard")


def test_keepalive_of_a_recorder() -> None:
    """Read a recorder's sign of life, which names no channel."""
    post = parse_post(nvr_posts.keepalive(WHO))
    assert (post.kind, post.format, post.channel) == (PostKind.KEEPALIVE, Format.V2, None)
    assert post.device == PostDevice(mac=KNOWN.mac, ip=KNOWN.ip, name="Yard")


@pytest.mark.parametrize(
    "body",
    [
        wire.config("<deviceInfo><mac>58:5b:69:0a:11:07</mac></deviceInfo>"),
        wire.config("<deviceInfo/>", version="2.0.0"),
        wire.config("<messageType>KeepAlive</messageType>"),
        wire.config("<messageType><![CDATA[keepalive]]></messageType><deviceInfo/>", version="2.1.0"),
    ],
)
def test_other_keepalives(body: bytes) -> None:
    """Take a message with nothing but an identity, or with the word alone, for a sign of life."""
    assert parse_post(body).kind is PostKind.KEEPALIVE


@pytest.mark.parametrize(
    "parts",
    [
        ("<deviceInfo><mac>58:5b:69:0a:11:07</mac></deviceInfo>", "<firmwareNews>5.4</firmwareNews>"),
        ("<messageType>somethingNew</messageType>", "<deviceInfo><mac>58:5b:69:0a:11:07</mac></deviceInfo>"),
        ("<status>success</status>",),
        (),
    ],
)
def test_unknown_message(parts: tuple[str, ...]) -> None:
    """Tell an unknown message from a sign of life, which holds deviceInfo only."""
    post = parse_post(wire.config(*parts))
    assert post.kind is PostKind.UNKNOWN
    assert post.reason


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("alarmStatus", PostKind.ALARM_STATUS),
        ("alarmData", PostKind.DETECTION),
        ("trajectory", PostKind.TRAJECT),
        ("keepalive", PostKind.KEEPALIVE),
    ],
)
def test_message_type_decides(word: str, kind: PostKind) -> None:
    """Believe the message's own word even where the content that goes with it is missing."""
    body = wire.config(
        f"<messageType>{word}</messageType><deviceInfo><mac>58:5b:69:0a:11:07</mac><channelId>2</channelId></deviceInfo>",
        version="2.0.0",
    )
    post = parse_post(body)
    assert post.kind is kind
    assert post.channel == 2


@pytest.mark.parametrize(
    ("word", "kind"),
    [("alarmData", PostKind.DETECTION), ("alarmStatus", PostKind.ALARM_STATUS), ("keepalive", PostKind.KEEPALIVE)],
)
def test_message_type_goes_before_content(word: str, kind: PostKind) -> None:
    """Let the word decide between contents that are all there."""
    body = wire.config(
        "<traject/><smartType>MOTION</smartType><alarmStatusInfo><motionAlarm>true</motionAlarm></alarmStatusInfo>",
        f"<messageType>{word}</messageType>",
    )
    assert parse_post(body).kind is kind


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><title>Sign in</title></head><body><p>Welcome</p></body></html>",
        b"<!doctype html><html><body><br></body></html>",
        b'{"messageType": "keepalive"}',
        b"GET / HTTP/1.1\r\n\r\n",
        b"<config",
        b"<config>",
        b"</config>",
        b"<config/><",
        b"\xff\xd8\xff\xe0JFIF",
        b"\x00",
        b"TVT\x00\x01\x02",
        b"<actionInfo version='1.0'><speed>4</speed></actionInfo>",
        "конфиг".encode(),
    ],
)
def test_something_else_is_unknown(body: bytes) -> None:
    """Say of what is none of our messages that it is unknown, and why."""
    post = parse_post(body)
    assert post.kind is PostKind.UNKNOWN
    assert post.reason
    assert (post.detection, post.plates, post.overview, post.alarms) == (None, (), None, {})


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.0", Format.V1),
        ("1.7", Format.V1),
        ("2.0.0", Format.V2),
        ("2.1.0", Format.V2),
        ("", Format.V1),
        ("x", Format.V1),
    ],
)
def test_format_follows_the_version(version: str, expected: Format) -> None:
    """Take the generation from the version of the envelope, whatever the layout inside."""
    post = parse_post(wire.camera("PEA", wire.perimeter(wire.event(5, 6)), version=version))
    assert (post.format, post.detection, post.event_ids) == (expected, DetectionType.INTRUSION, (5,))


# --- alarm states -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("legacy", [False, True])
def test_alarm_status_of_a_camera(legacy: bool) -> None:
    """Read states as a camera sends them, each with its field as spelled."""
    states = {"perimeterAlarm": True, "VFDAlarm": False, "vehiceAlarm": True}
    post = parse_post(ipc_posts.alarm_status(WHO, WHEN, states, legacy=legacy))
    number = "" if legacy else "1"
    assert (post.kind, post.format, post.device) == (PostKind.ALARM_STATUS, Format.V1, KNOWN)
    assert post.alarms == {field: {number: state} for field, state in states.items()}
    assert (post.detection, post.code, post.channel, post.time) == (None, None, None, None)


def test_alarm_status_of_a_recorder() -> None:
    """Read states by rule, and the channel that they belong to."""
    states = {"perimeterAlarm": {1: True, 2: False}, "passlineAlarm": {4: True}}
    post = parse_post(nvr_posts.alarm_status(WHO, WHEN, states))
    assert (post.kind, post.format, post.channel, post.time) == (PostKind.ALARM_STATUS, Format.V2, 4, WHEN)
    assert post.alarms == {"perimeterAlarm": {"1": True, "2": False}, "passlineAlarm": {"4": True}}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("<motionAlarm>true</motionAlarm>", {"motionAlarm": {"": True}}),
        ("<motionAlarm type='boolean' id='3'> TRUE </motionAlarm>", {"motionAlarm": {"3": True}}),
        ("<motionAlarm id='3'><![CDATA[false]]></motionAlarm>", {"motionAlarm": {"3": False}}),
        (
            "<x id='1'>true</x><x id='2'>false</x><x id='16'>true</x><y id='1'>false</y>",
            {"x": {"1": True, "2": False, "16": True}, "y": {"1": False}},
        ),
        (
            "<sensorAlarmIn type='list'><itemType/><item id='1'>false</item><item id='2'>true</item></sensorAlarmIn>",
            {"sensorAlarmIn": {"1": False, "2": True}},
        ),
        ("<v:motionAlarm xmlns:v='urn:v' v:type='b' id='1'>true</v:motionAlarm>", {"motionAlarm": {"1": True}}),
        ("<!-- none --><newAlarm id='1'>true</newAlarm>", {"newAlarm": {"1": True}}),
        ("<MOTIONALARM>1</MOTIONALARM>", {"MOTIONALARM": {"": True}}),
        ("", {}),
    ],
)
def test_alarm_shapes(block: str, expected: dict[str, dict[str, bool]]) -> None:
    """Read every shape of an alarm state, several ids and fields included."""
    post = parse_post(wire.config(f"<alarmStatusInfo>{block}</alarmStatusInfo>"))
    assert post.kind is PostKind.ALARM_STATUS
    assert post.alarms == expected


def test_alarm_without_a_state() -> None:
    """Read the other alarms where one says neither true nor false, and keep a template out of them."""
    block = "<itemType type='boolean'/><a id='1'>perhaps</a><b id='1'>true</b><c id='1'/>"
    alarms = parse_post(wire.config(f"<alarmStatusInfo>{block}</alarmStatusInfo>")).alarms
    assert {name: states for name, states in alarms.items() if states} == {"b": {"1": True}}
    assert "itemType" not in alarms


def test_two_blocks_of_alarms() -> None:
    """Keep a message whose alarms stand in two blocks."""
    body = wire.config(
        "<alarmStatusInfo><a id='1'>true</a></alarmStatusInfo>",
        "<alarmStatusInfo><b id='1'>true</b><c id='1'>false</c></alarmStatusInfo>",
    )
    post = parse_post(body)
    assert post.kind is PostKind.ALARM_STATUS
    assert post.alarms["a"] == {"1": True}


# --- what was detected --------------------------------------------------------------------------------------------

CODES = [
    ("MOTION", DetectionType.MOTION),
    ("SMD", DetectionType.MOTION),
    ("PEA", DetectionType.INTRUSION),
    ("regionIntrusion", DetectionType.INTRUSION),
    ("lineCrossing", DetectionType.LINE_CROSSING),
    ("AOIENTRY", DetectionType.REGION_ENTRY),
    ("AOI_ENTRY", DetectionType.REGION_ENTRY),
    ("regionEntrance", DetectionType.REGION_ENTRY),
    ("AOILEAVE", DetectionType.REGION_EXIT),
    ("AOI_LEAVE", DetectionType.REGION_EXIT),
    ("regionExiting", DetectionType.REGION_EXIT),
    ("LOITER", DetectionType.LOITERING),
    ("LOITERING", DetectionType.LOITERING),
    ("loiterDetection", DetectionType.LOITERING),
    ("PVD", DetectionType.ILLEGAL_PARKING),
    ("illegalParking", DetectionType.ILLEGAL_PARKING),
    ("OSC", DetectionType.OBJECT_LEFT_OR_MISSING),
    ("PASSLINECOUNT", DetectionType.LINE_COUNTING),
    ("targetCountingByLine", DetectionType.LINE_COUNTING),
    ("TRAFFIC", DetectionType.AREA_COUNTING),
    ("targetCountingByArea", DetectionType.AREA_COUNTING),
    ("VSD", DetectionType.VIDEO_METADATA),
    ("VIDEO_METADATA", DetectionType.VIDEO_METADATA),
    ("videoMetadata", DetectionType.VIDEO_METADATA),
    ("VEHICE", DetectionType.LICENSE_PLATE),
    ("VEHICLE", DetectionType.LICENSE_PLATE),
    ("VFD", DetectionType.FACE),
    ("FACE", DetectionType.FACE),
    ("faceDetection", DetectionType.FACE),
    ("videoFaceDetect", DetectionType.FACE),
    ("VFD_MATCH", DetectionType.FACE_MATCH),
    ("CDD", DetectionType.CROWD_DENSITY),
    ("CROWDGATHERING", DetectionType.CROWD_DENSITY),
    ("CPC", DetectionType.PEOPLE_COUNTING),
    ("IPD", DetectionType.PEOPLE_INTRUSION),
    ("SENSOR", DetectionType.ALARM_INPUT),
    ("AVD", DetectionType.VIDEO_ABNORMAL),
    ("ASD", DetectionType.SOUND),
    ("FIRE", DetectionType.FIRE),
    ("TEMPERATURE", DetectionType.TEMPERATURE),
    ("FALLING", DetectionType.UNKNOWN),
    ("EA", DetectionType.UNKNOWN),
    ("somethingNew", DetectionType.UNKNOWN),
    ("", DetectionType.UNKNOWN),
]


@pytest.mark.parametrize(("code", "expected"), CODES)
def test_code_of_a_detection(code: str, expected: DetectionType) -> None:
    """Know every documented code in any case, and keep it as sent."""
    for spelled in (code, code.lower(), code.upper(), f"\n <![CDATA[{code.title()}]]> "):
        post = parse_post(wire.camera(spelled))
        assert (post.kind, post.detection) == (PostKind.DETECTION, expected)
    assert parse_post(wire.camera(code)).code == (code or None)


@pytest.mark.parametrize("body", [nvr_posts.unknown(WHO, WHEN), ipc_posts.detection(WHO, WHEN, "objectRemoval")])
def test_unknown_code(body: bytes) -> None:
    """Keep a detection of a type that no paper names."""
    post = parse_post(body)
    assert (post.kind, post.detection, post.code) == (PostKind.DETECTION, DetectionType.UNKNOWN, "objectRemoval")
    assert post.time == WHEN


def test_video_fault_has_its_event_in_the_list() -> None:
    """Read id and phase of a video abnormality, which stand in listInfo."""
    post = parse_post(ipc_posts.video_abnormal(WHO, WHEN, phase="SMART_STOP", event_id=77))
    assert (post.detection, post.event_ids, post.status) == (DetectionType.VIDEO_ABNORMAL, (77,), "stop")
    assert (post.targets, post.overview, post.crops) == ((), None, ())


@pytest.mark.parametrize("parts", [(), ("<licensePlateListInfo/>",)])
@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_vehicle_in_the_new_envelope(parts: tuple[str, ...], version: str) -> None:
    """Take VEHICLE in an envelope 2.x for a plate only where there is a list of plates."""
    listed = wire.plates("<targetId>4</targetId><targetImageData><targetType>2</targetType></targetImageData>")
    post = parse_post(wire.camera("VEHICLE", listed, *parts, version=version))
    assert post.kind is PostKind.DETECTION
    assert (post.detection is DetectionType.LICENSE_PLATE) is bool(parts)
    assert post.plates == ()
    assert [(target.id, target.type) for target in post.targets] == [(4, TargetType.CAR)]


def test_vehicle_of_a_recorder_without_plates() -> None:
    """Take a recorder's word vehicle without plates for no plate."""
    post = parse_post(wire.recorder("vehicle"))
    assert (post.kind, post.plates) == (PostKind.DETECTION, ())
    assert post.detection is not DetectionType.LICENSE_PLATE


# --- who sent it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mac", "expected"),
    [
        ("58:5B:69:0A:11:07", "58:5b:69:0a:11:07"),
        ("58-5b-69-0A-11-07", "58:5b:69:0a:11:07"),
        (" 585b690a1107 ", "58:5b:69:0a:11:07"),
        ("00:00:00:00:00:00", None),
        ("00-00-00-00-00-00", None),
        ("58:5b:69:0a:11", None),
        ("58:5b:69:0a:11:0g", None),
        ("unknown", None),
        ("", None),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "<mac>{}</mac>",
        "<deviceInfo><mac>{}</mac></deviceInfo>",
        "<deviceInfo><macAddress><![CDATA[{}]]></macAddress></deviceInfo>",
    ],
)
def test_mac(mac: str, expected: str | None, form: str) -> None:
    """Write a MAC in one way wherever it stands; zeros are none."""
    post = parse_post(wire.config("<smartType>MOTION</smartType>", form.format(mac)))
    assert post.kind is PostKind.DETECTION
    assert post.device.mac == expected


@pytest.mark.parametrize(
    ("serial", "expected"), [("000000000000", None), ("0", None), ("", None), (" A0 ", "A0"), ("0A1", "0A1")]
)
def test_serial(serial: str, expected: str | None) -> None:
    """Keep a serial as sent; zeros are none."""
    assert parse_post(wire.config(f"<smartType>PVD</smartType><sn>{serial}</sn>")).device.serial == expected


def test_real_mac_beside_zeros() -> None:
    """Find the MAC that is one where another place has zeros."""
    body = wire.config(
        "<smartType>PVD</smartType><mac>00:00:00:00:00:00</mac>",
        "<deviceInfo><macAddress>58:5b:69:0a:11:07</macAddress></deviceInfo>",
    )
    assert parse_post(body).device.mac == "58:5b:69:0a:11:07"


@pytest.mark.parametrize(
    ("dialect", "device", "channel"),
    [
        (Dialect.A, PostDevice(mac=KNOWN.mac, serial=KNOWN.serial, name="Yard"), None),
        (Dialect.B, PostDevice(), None),
        (Dialect.C, PostDevice(mac=KNOWN.mac, serial=KNOWN.serial, name="Yard"), 4),
    ],
)
def test_identity_of_a_camera(dialect: Dialect, device: PostDevice, channel: int | None) -> None:
    """Read who posts in each dialect; one has no ids at all."""
    post = parse_post(ipc_posts.intrusion(WHO, WHEN, dialect=dialect))
    assert (post.device, post.channel) == (device, channel)


@pytest.mark.parametrize("channel", [None, 1, 3, 64])
def test_channel_of_a_recorder(channel: int | None) -> None:
    """Read the channel of a recorder's post, which may have none: then it is not 1 but nobody's."""
    post = parse_post(wire.recorder("regionIntrusion", channel=channel))
    assert (post.channel, post.device.mac, post.device.ip) == (channel, wire.MAC, "192.0.2.60")


@pytest.mark.parametrize("channel", ["", "x", "-1", "1.5", "9" * 40])
def test_nonsense_channel(channel: str) -> None:
    """Keep a post whose channel is no number."""
    post = parse_post(wire.config(f"<smartType>MOTION</smartType><channelId type='uint32'>{channel}</channelId>"))
    assert (post.kind, post.channel) == (PostKind.DETECTION, None)


def test_long_name_is_no_name() -> None:
    """Drop a name of absurd length and keep the message."""
    post = parse_post(wire.camera("MOTION", f"<deviceName>{'n' * 5000}</deviceName>"))
    assert (post.kind, post.device.name, post.device.mac) == (PostKind.DETECTION, None, wire.MAC)


def test_package_stands_alone() -> None:
    """Keep Home Assistant and the integration out of the protocol package."""
    folder = Path(__file__).parents[2] / "custom_components" / "viewwall" / "viewtron"
    sources = [path.read_text() for path in sorted(folder.glob("*.py"))]
    assert len(sources) > 3
    assert not [
        line
        for text in sources
        for line in text.splitlines()
        if line.startswith(("from ..", "import homeassistant", "from homeassistant", "from custom_components"))
    ]
