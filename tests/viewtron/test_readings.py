"""Each answer's layouts, from the papers and from the field, lead to the same models."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from custom_components.viewwall.viewtron.answers import parse_document
from custom_components.viewwall.viewtron.errors import ViewtronProtocolError
from custom_components.viewwall.viewtron.models import (
    AlarmInput,
    AlarmInputKind,
    Channel,
    ChannelStatus,
    DeviceClock,
    DeviceKind,
    Disk,
    DiskStatus,
    StreamFormat,
)
from custom_components.viewwall.viewtron.posix_time import SummerRules
from custom_components.viewwall.viewtron.readings import (
    MAX_ITEMS,
    read_alarm_inputs,
    read_alarms,
    read_channels,
    read_clock,
    read_disks,
    read_features,
    read_generation,
    read_picture,
    read_rtsp_port,
    read_stream_formats,
    read_stream_names,
    read_stream_path,
    read_supported_apis,
)

from .scripted import config


@pytest.mark.parametrize(
    ("api_version", "generation"),
    [(None, 1), ("", 1), ("1.7", 1), ("1.9", 1), ("2.0.0", 2), ("2.1.0", 2), ("V2.0", 2), ("3.0", 2), ("new", 1)],
)
def test_generation(api_version: str | None, generation: int) -> None:
    """Only an `apiVersion` from 2 on makes the second generation."""
    assert read_generation(api_version) == generation


@pytest.mark.parametrize(
    "content",
    [
        # Beside an empty list element, as first-generation recorders print it.
        (
            '<types><channelStatus><enum>online</enum></channelStatus></types><channelIDList type="list" count="2"/>'
            '<itemType type="uint32"/><item channelStatus="online" name="Front">1</item>'
            '<item channelStatus="offline">2</item>'
        ),
        (
            '<channelIDList type="list" count="9"><itemType/><item channelStatus="Online" name="Front">1</item>'
            '<item channelStatus="offline">2</item></channelIDList>'
        ),
        (
            '<channelList count="2"><item><channelId>1</channelId><name><![CDATA[ Front ]]></name>'
            "<status>online</status>"
            "<attribute>PTZ</attribute><ip>192.0.2.9</ip></item>"
            '<item id="2"><name/><status>offline</status></item></channelList>'
        ),
    ],
)
def test_channels(content: str) -> None:
    """All layouts of channel lists say the same, but for what only one of them tells."""
    assert read_channels(parse_document(config(content))) == (
        Channel(id=1, name="Front", status=ChannelStatus.ONLINE, kind="ptz" if "PTZ" in content else None),
        Channel(id=2, status=ChannelStatus.OFFLINE),
    )


def test_senseless_channels_are_left_out() -> None:
    """Items without a usable number, and repeated ones, make no channel; an unknown state is no state."""
    items = "<item/><item>0</item><item>-1</item><item>99999999</item><item>x</item>"
    content = f'<list>{items}<item channelStatus="asleep">3</item><item name="again">3</item></list>'
    assert read_channels(parse_document(config(content))) == (Channel(id=3),)


def test_a_bounded_number_of_channels() -> None:
    """Each channel may cost a request for its name, so a list cannot be of any length."""
    items = "".join(f"<item>{number}</item>" for number in range(1, 1000))
    assert len(read_channels(parse_document(config(items)))) == MAX_ITEMS


@pytest.mark.parametrize(
    ("status", "online", "video_loss"),
    [
        (None, None, None),
        (ChannelStatus.ONLINE, True, False),
        (ChannelStatus.OFFLINE, False, None),
        (ChannelStatus.VIDEO_ON, True, False),
        (ChannelStatus.VIDEO_LOSS, True, True),
    ],
)
def test_channel_states(status: ChannelStatus | None, online: bool | None, video_loss: bool | None) -> None:
    """A channel without a camera has no picture to lose."""
    channel = Channel(id=1, status=status)
    assert (channel.online, channel.video_loss) == (online, video_loss)


@pytest.mark.parametrize(
    ("kind", "is_nvr", "is_v2"),
    [
        (DeviceKind.IPC_V1, False, False),
        (DeviceKind.IPC_V2, False, True),
        (DeviceKind.NVR_V1, True, False),
        (DeviceKind.NVR_V2, True, True),
    ],
)
def test_device_kinds(kind: DeviceKind, is_nvr: bool, is_v2: bool) -> None:
    """Family and generation are told apart."""
    assert (kind.is_nvr, kind.is_v2) == (is_nvr, is_v2)


@pytest.mark.parametrize(
    ("content", "inputs"),
    [
        ("<alarmInIDList/><item>1</item><item>2</item>", (AlarmInput(id=1), AlarmInput(id=2))),
        (
            (
                "<alarmInInfoList><item><id>1</id><alarmInType>local</alarmInType></item>"
                "<item><id>17</id><alarmInType>Virtual</alarmInType></item><item><id>17</id></item><item/>"
                '<item id="40" alarmInType="strange" name="Door"/></alarmInInfoList>'
            ),
            (
                AlarmInput(id=1, kind=AlarmInputKind.LOCAL),
                AlarmInput(id=17, kind=AlarmInputKind.VIRTUAL),
                AlarmInput(id=40, name="Door"),
            ),
        ),
    ],
)
def test_alarm_inputs(content: str, inputs: tuple[AlarmInput, ...]) -> None:
    """Inputs come as plain numbers or with their kind."""
    assert read_alarm_inputs(parse_document(config(content))) == inputs


def test_disks() -> None:
    """State words differ by generation in their element only; what is missing stays unknown."""
    content = """<diskInfo type="list" count="1">
      <item><id>{A1}</id><totalSpace>1000</totalSpace><freeSpace>10</freeSpace><diskStatus>read/write</diskStatus></item>
      <item id="disk2"><totalSpace>-5</totalSpace><freeSpace>lots</freeSpace><status>exception</status>
        <storageType>SD</storageType></item>
      <item><status>brand new</status></item>
      <item id="disk2"/>
    </diskInfo>"""
    assert read_disks(parse_document(config(content))) == (
        Disk(id="{A1}", total=1000, free=10, status=DiskStatus.READ_WRITE),
        Disk(id="disk2", status=DiskStatus.FAULT, storage_type="SD"),
        Disk(id="3"),
    )
    assert read_disks(parse_document(config("<diskInfo/>"))) == ()
    assert read_disks(parse_document(config())) == ()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("read", DiskStatus.READ_ONLY),
        ("Read/Write", DiskStatus.READ_WRITE),
        ("unformat", DiskStatus.UNFORMATTED),
        ("formatting", DiskStatus.FORMATTING),
        ("exception", DiskStatus.FAULT),
        ("locked", DiskStatus.LOCKED),
    ],
)
def test_disk_states(word: str, status: DiskStatus) -> None:
    """Every word of the device has one of ours."""
    [disk] = read_disks(parse_document(config(f"<diskInfo><item><id>1</id><status>{word}</status></item></diskInfo>")))
    assert disk.status is status


def test_alarm_shapes() -> None:
    """Every shape in which a field may come, with names and ids as sent."""
    content = """<alarmStatusInfo>
      <motionAlarm id="1">true</motionAlarm><motionAlarm id="2">FALSE</motionAlarm>
      <sensorAlarmIn type="list" count="2"><itemType type="boolean"/>
        <item id="1">false</item><item id="3">true</item></sensorAlarmIn>
      <perimeterAlarm>true</perimeterAlarm>
      <VFDAlarm type="boolean">\n<![CDATA[ 0 ]]>\n</VFDAlarm>
      <chlVideoLoss><item><channelId>4</channelId><status>true</status></item></chlVideoLoss>
      <sceneChange/>
      <clarityAbnormal>perhaps</clarityAbnormal>
      <oscAlarm id="1">true</oscAlarm><oscAlarm id="1">false</oscAlarm>
      <itemType/>
    </alarmStatusInfo>"""
    assert read_alarms(parse_document(config(content))) == {
        "motionAlarm": {"1": True, "2": False},
        "sensorAlarmIn": {"1": False, "3": True},
        "perimeterAlarm": {"": True},
        "VFDAlarm": {"": False},
        "chlVideoLoss": {"4": True},
        "sceneChange": {},
        "clarityAbnormal": {},
        "oscAlarm": {"1": True},
    }
    assert read_alarms(parse_document(config())) == {}


@pytest.mark.parametrize(
    ("name", "nvr", "path"),
    [
        ("profile1", False, "/profile1"),
        ("/main", False, "/main"),
        ("rtsp://user:word@192.0.2.7:554/profile1", False, "/profile1"),
        ("rtsp://192.0.2.7:554/chID=3&streamType=main", True, "/chID=3&streamType=main"),
        ("rtsp://192.0.2.7:554/chID=3&streamType=sub1?a=b", True, "/chID=3&streamType=sub1?a=b"),
        ("rtsp://192.0.2.7:554?chID=3&streamType=main", True, "/?chID=3&streamType=main"),
        ("chID=3&streamType=main", True, "/chID=3&streamType=main"),
        ("profile1", True, None),
        ("rtsp://192.0.2.7:554", True, None),
        ("rtsp://[broken/profile1", False, None),
        ("profile1\r\nInjected: yes", False, None),
        ("/", False, None),
    ],
)
def test_stream_path(name: str, nvr: bool, path: str | None) -> None:
    """A name gives a path, never an address or a login."""
    assert read_stream_path(name, nvr=nvr) == path


def test_stream_names_by_order() -> None:
    """Ids start at 0 or at 1, so the order counts; items of other lists are no streams."""
    content = (
        "<types><item><name>no stream</name></item></types>"
        '<streams count="3"><item id="0"><name>a</name></item><item id="1"><name/></item>'
        '<item id="2" name="b"/></streams>'
    )
    assert read_stream_names(parse_document(config(content))) == ["a", "b"]
    caps = "<streamList><item id='1'><streamName>c</streamName></item></streamList>"
    assert read_stream_names(parse_document(config(caps))) == ["c"]


def test_stream_formats() -> None:
    """Read what is told, by order; what is not told or makes no sense is unknown."""
    content = (
        "<types><encodeType><enum>h264</enum></encodeType></types><streams count='4'>"
        "<item id='1'><name>profile1</name><resolution>2560x1440</resolution><frameRate min='1'>25</frameRate>"
        "<encodeType>H265Plus</encodeType></item>"
        "<item id='2'><resolution>704 X 480</resolution><frameRate>0</frameRate></item>"
        "<item id='3'><resolution>large</resolution><frameRate>100000</frameRate><encodeType/></item><item/></streams>"
    )
    assert read_stream_formats(parse_document(config(content))) == (
        StreamFormat(encoding="h265plus", frame_rate=25, width=2560, height=1440),
        StreamFormat(width=704, height=480),
        StreamFormat(),
        StreamFormat(),
    )
    assert read_stream_formats(parse_document(config("<streams/>"))) == ()


@pytest.mark.parametrize(("text", "port"), [("8554", 8554), ("0", None), ("65536", None), ("x", None), ("", None)])
def test_rtsp_port(text: str, port: int | None) -> None:
    """A port is a port or unknown."""
    assert read_rtsp_port(parse_document(config(f"<port><rtspPort>{text}</rtspPort></port>"))) == port


def test_picture_in_a_document() -> None:
    """Some firmware wraps the picture as base64 with line breaks."""
    jpeg = b"\xff\xd8\xff\xe0" + bytes(200)
    text = b64encode(jpeg).decode()
    lines = "\n".join(text[at : at + 60] for at in range(0, len(text), 60))
    content = f"<downloadOneImage><sourceBase64Data>\n{lines}\n</sourceBase64Data></downloadOneImage>"
    assert read_picture(parse_document(config(content))) == jpeg


@pytest.mark.parametrize("text", ["", "AAAA", "/9j", "é"])
def test_no_picture_in_a_document(text: str) -> None:
    """What does not decode to a JPEG is no picture."""
    with pytest.raises(ViewtronProtocolError):
        read_picture(parse_document(config(f"<sourceBase64Data>{text}</sourceBase64Data>")))
    with pytest.raises(ViewtronProtocolError):
        read_picture(parse_document(config()))


def test_features_and_supported_apis() -> None:
    """True flags count; names of commands are a set whatever their claimed count."""
    detail = parse_document(
        config(
            "<property><model>supportive</model></property><smart><supportVfd>true</supportVfd>"
            "<supportvehicle>TRUE</supportvehicle><supportOsc>false</supportOsc></smart>"
            "<system><integratedPtz>true</integratedPtz><chlMaxCount>1</chlMaxCount></system>"
        )
    )
    device = parse_document(config("<supportSDCard>true</supportSDCard><supportTalk>false</supportTalk>"))
    assert read_features(detail, device) == {"supportvfd", "supportvehicle", "integratedptz", "supportsdcard"}
    apis = "<applicationInterfaces count='111'><item>GetA</item><item>GetB</item><item>GetA</item><item/>"
    names = read_supported_apis(parse_document(config(f"{apis}</applicationInterfaces>")))
    assert names == frozenset({"GetA", "GetB"})
    assert read_supported_apis(parse_document(config("<applicationInterfaces/>"))) is None
    assert read_supported_apis(parse_document(config())) is None


def test_clock() -> None:
    """Zone and wall clock are found wherever the generation puts them."""
    old = """<time><timeFormatMode>24h</timeFormatMode><timezoneInfo><timeZone>EST5EDT</timeZone>
      <startTime>M3.2.0/2</startTime><endTime>M11.1.0/2</endTime><offSet>60</offSet>
      <daylightSwitch>1</daylightSwitch></timezoneInfo>
      <synchronizeInfo><currentTime>2026-07-06 08:00:00</currentTime></synchronizeInfo></time>"""
    assert read_clock(parse_document(config(old))) == DeviceClock(
        utc=datetime(2026, 7, 6, 12, tzinfo=UTC),
        zone="EST5EDT",
        rules=SummerRules(start="M3.2.0/2", end="M11.1.0/2", used=True, minutes=60),
    )
    new = "<timeZone>CST-8</timeZone><currentTime>2026-07-06 08:00:00</currentTime>"
    assert read_clock(parse_document(config(new))) == DeviceClock(utc=datetime(2026, 7, 6, tzinfo=UTC), zone="CST-8")


@pytest.mark.parametrize(
    ("content", "zone"),
    [
        ("", None),
        ("<time><timeZone>CST-8</timeZone><currentTime>soon</currentTime></time>", "CST-8"),
        ("<time><currentTime>2026-07-06 08:00:00</currentTime></time>", None),
        ("<time><timeZone>somewhere</timeZone><currentTime>2026-07-06 08:00:00</currentTime></time>", "somewhere"),
    ],
)
def test_unreadable_clock(content: str, zone: str | None) -> None:
    """Without zone or time there is no UTC, rather than a wrong one."""
    assert read_clock(parse_document(config(content))) == DeviceClock(utc=None, zone=zone)
