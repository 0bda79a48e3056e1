"""What a running entry asks of a device."""

from base64 import b64encode

import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronBusyError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from custom_components.viewwall.viewtron.models import (
    AlarmInput,
    AlarmInputKind,
    AlarmStatus,
    Channel,
    ChannelStatus,
    DeviceInfo,
    DeviceKind,
    Disk,
    StreamFormat,
    StreamPaths,
)

from .conftest import MakeClient
from .scripted import CAMERA, NVR_V1, NVR_V2, UNSUPPORTED, Reply, Script, ScriptedDevice, config, failed

JPEG = b"\xff\xd8\xff\xe0" + bytes(64)


def _osd(name: str) -> bytes:
    """Build GetImageOsdConfig."""
    return config(
        f"<imageOsd><channelName><switch>true</switch><name><![CDATA[{name}]]></name></channelName></imageOsd>"
    )


async def test_identifies_itself_when_nobody_has(make_client: MakeClient) -> None:
    """A command that depends on the kind asks for it once."""
    answers: dict[str, Script] = {
        "GetDeviceInfo": config("<deviceInfo><deviceName>Yard</deviceName></deviceInfo>"),
        "GetDeviceDetail": config("<detail/>"),
        "GetAlarmStatus": config("<alarmStatusInfo><perimeterAlarm>true</perimeterAlarm></alarmStatusInfo>"),
    }
    async with ScriptedDevice(answers) as device:
        client = make_client(device.port)
        assert await client.channels() == (Channel(id=1, name="Yard"),)
        assert await client.alarm_status() == AlarmStatus(alarms={"perimeterAlarm": {"": True}}, complete=True)
    assert device.paths == ["GetDeviceInfo", "GetDeviceDetail", "GetAlarmStatus"]


@pytest.mark.parametrize(
    ("kind", "complete"),
    [(DeviceKind.IPC_V1, True), (DeviceKind.IPC_V2, False), (DeviceKind.NVR_V1, False), (DeviceKind.NVR_V2, False)],
)
async def test_which_status_is_complete(make_client: MakeClient, kind: DeviceKind, complete: bool) -> None:
    """Only first-generation cameras list what is off."""
    async with ScriptedDevice({"GetAlarmStatus": config("<alarmStatusInfo/>")}) as device:
        client = make_client(device.port)
        client.use(DeviceInfo(kind=kind))
        assert await client.alarm_status() == AlarmStatus(alarms={}, complete=complete)
    assert device.paths == ["GetAlarmStatus"]


async def test_channel_names_are_asked_for_once(make_client: MakeClient) -> None:
    """A nameless channel has the name in its picture; a refusal is remembered, an absent camera not asked."""
    channels = config(
        '<channelIDList/><item channelStatus="online">1</item><item channelStatus="videoLoss">2</item>'
        '<item channelStatus="offline">3</item><item name="Named">4</item>'
    )
    answers: dict[str, Script] = {"GetChannelList": channels, "GetImageOsdConfig/1": _osd("Front door")}
    async with ScriptedDevice(answers) as device:
        client = make_client(device.port)
        client.use(NVR_V1)
        for _ in range(2):
            assert await client.channels() == (
                Channel(id=1, name="Front door", status=ChannelStatus.ONLINE),
                Channel(id=2, status=ChannelStatus.VIDEO_LOSS),
                Channel(id=3, status=ChannelStatus.OFFLINE),
                Channel(id=4, name="Named"),
            )
    assert device.paths == ["GetChannelList", "GetImageOsdConfig/1", "GetImageOsdConfig/2", "GetChannelList"]


@pytest.mark.parametrize("answer", [Reply(b"<html/>"), config(), _osd(""), Reply(failed(4), 400)])
async def test_channel_without_any_name(make_client: MakeClient, answer: Script) -> None:
    """No name is worth failing for."""
    answers: dict[str, Script] = {"GetChannelInfo": config("<item><id>1</id></item>"), "GetImageOsdConfig/1": answer}
    async with ScriptedDevice(answers) as device:
        client = make_client(device.port)
        client.use(NVR_V2)
        assert await client.channels() == (Channel(id=1),)
        assert await client.channels() == (Channel(id=1),)
    assert device.paths.count("GetImageOsdConfig/1") == 1


@pytest.mark.parametrize(
    ("info", "known", "asked"),
    [
        (NVR_V1, "GetChannelInfo", ["GetChannelList", "GetChannelInfo", "GetChannelInfo"]),
        (NVR_V2, "GetChannelList", ["GetChannelInfo", "GetChannelList", "GetChannelList"]),
    ],
)
async def test_other_name_of_the_channel_list(
    make_client: MakeClient, info: DeviceInfo, known: str, asked: list[str]
) -> None:
    """The other generation's command is found once and then used at once."""
    async with ScriptedDevice({known: config('<item name="A">1</item>')}) as device:
        client = make_client(device.port)
        client.use(info)
        for _ in range(2):
            assert await client.channels() == (Channel(id=1, name="A"),)
    assert device.paths == asked


async def test_channel_list_refused(make_client: MakeClient) -> None:
    """A recorder that knows neither list, or grants none, is an error: no channels would be a lie."""
    async with ScriptedDevice({}) as device:
        client = make_client(device.port)
        client.use(NVR_V1)
        with pytest.raises(ViewtronNotSupportedError):
            await client.channels()
        device.answers["GetChannelList"] = Reply(failed(4), 400)
        with pytest.raises(ViewtronPermissionError):
            await client.channels()


async def test_disks(make_client: MakeClient) -> None:
    """No disk is an empty list, also where the device calls it not existing."""
    answer = config("<diskInfo><item><id>disk1</id><totalSpace>9</totalSpace></item></diskInfo>")
    async with ScriptedDevice({"GetDiskInfo": [answer, Reply(failed(20), 400), Reply(failed(13), 400)]}) as device:
        client = make_client(device.port)
        assert await client.disks() == (Disk(id="disk1", total=9),)
        assert await client.disks() == ()
        with pytest.raises(ViewtronCommandError):
            await client.disks()


async def test_alarm_inputs_of_a_recorder(make_client: MakeClient) -> None:
    """The list tells ids and kinds, the config the names, each once."""
    answers: dict[str, Script] = {
        "GetAlarmInInfo": config(
            "<alarmInInfoList><item><id>1</id><alarmInType>local</alarmInType></item>"
            "<item><id>17</id><alarmInType>virtual</alarmInType></item></alarmInInfoList>"
        ),
        "GetAlarmInConfig/1": config("<sensor><id>1</id><sensorName> Door </sensorName></sensor>"),
    }
    async with ScriptedDevice(answers) as device:
        client = make_client(device.port)
        client.use(NVR_V2)
        for _ in range(2):
            assert await client.alarm_inputs() == (
                AlarmInput(id=1, kind=AlarmInputKind.LOCAL, name="Door"),
                AlarmInput(id=17, kind=AlarmInputKind.VIRTUAL),
            )
    assert device.paths == ["GetAlarmInInfo", "GetAlarmInConfig/1", "GetAlarmInConfig/17", "GetAlarmInInfo"]


@pytest.mark.parametrize(
    ("kind", "list_command"),
    [
        (DeviceKind.IPC_V1, None),
        (DeviceKind.IPC_V2, "GetAlarmInInfo"),
        (DeviceKind.NVR_V1, "GetAlarmInList"),
        (DeviceKind.NVR_V2, "GetAlarmInInfo"),
    ],
)
@pytest.mark.parametrize("answer", [UNSUPPORTED, Reply(config("<alarmInInfoList/>"))])
async def test_alarm_inputs_by_count(
    make_client: MakeClient, kind: DeviceKind, list_command: str | None, answer: Reply
) -> None:
    """Without a list the count tells; an old camera is not asked for the recorder's list."""
    async with ScriptedDevice({list_command or "": answer, "GetAlarmInConfig/2": config("<sensor/>")}) as device:
        client = make_client(device.port)
        client.use(DeviceInfo(kind=kind, alarm_in_count=2))
        assert await client.alarm_inputs() == (AlarmInput(id=1), AlarmInput(id=2))
    lists = [path for path in device.paths if not path.startswith("GetAlarmInConfig")]
    assert lists == ([list_command] if list_command else [])


async def test_trouble_with_the_input_list_is_told(make_client: MakeClient) -> None:
    """A busy recorder has not lost its inputs."""
    async with ScriptedDevice({"GetAlarmInList": Reply(failed(7), 400)}) as device:
        client = make_client(device.port)
        client.use(NVR_V1)
        with pytest.raises(ViewtronBusyError):
            await client.alarm_inputs()


@pytest.mark.parametrize(
    ("info", "channel", "path"),
    [
        (None, None, "GetSnapshot"),
        (None, 1, "GetSnapshot/1"),
        (CAMERA, 1, "GetSnapshot"),
        (NVR_V1, 1, "GetSnapshot/1"),
        (NVR_V2, 5, "GetSnapshot/5"),
    ],
)
async def test_snapshot_paths(make_client: MakeClient, info: DeviceInfo | None, channel: int | None, path: str) -> None:
    """A camera's only channel needs no number; nothing else is asked for a picture."""
    async with ScriptedDevice({path: JPEG}) as device:
        client = make_client(device.port)
        if info:
            client.use(info)
        assert await client.snapshot(channel) == JPEG
    assert device.paths == [path]


async def test_snapshot_wrappings(make_client: MakeClient) -> None:
    """A JPEG is one by its first bytes, or inside a document; anything else is none."""
    wrapped = config(
        f"<downloadOneImage><sourceBase64Data>{b64encode(JPEG).decode()}</sourceBase64Data></downloadOneImage>"
    )
    answers: list[Reply | bytes] = [
        Reply(JPEG, headers=("Content-Type: application/octet-stream",)),
        Reply(wrapped),
        Reply(b"\x00\x00\x00\x01\x67 key frame"),
        Reply(config(), headers=("Content-Type: image/jpeg",)),
        Reply(b""),
        Reply(failed(12), 400),
        Reply(JPEG, 500),
    ]
    async with ScriptedDevice({"GetSnapshot": answers}) as device:
        client = make_client(device.port)
        assert await client.snapshot() == JPEG
        assert await client.snapshot() == JPEG
        for _ in range(3):
            with pytest.raises(ViewtronProtocolError):
                await client.snapshot()
        with pytest.raises(ViewtronCommandError):
            await client.snapshot()
        with pytest.raises(ViewtronConnectionError):
            await client.snapshot()


@pytest.mark.parametrize(
    ("info", "answers", "paths"),
    [
        (
            CAMERA,
            {
                "GetVideoStreamConfig": config(
                    '<streams><item id="1"><name>main</name></item><item id="2"><name>sub</name></item></streams>'
                )
            },
            StreamPaths(main="/main", sub="/sub"),
        ),
        (
            CAMERA,
            {
                "GetVideoStreamConfig": config("<streams/>"),
                "GetStreamCaps": config("<streamList><item><streamName>profile1</streamName></item></streamList>"),
            },
            StreamPaths(main="/profile1", sub=None),
        ),
        (CAMERA, {}, StreamPaths(main="/profile1", sub="/profile2")),
        (
            NVR_V1,
            {
                "GetVideoStreamConfig/3": config(
                    "<streams><item id='0'><name>rtsp://192.0.2.7:554/chID=3&amp;streamType=main</name></item>"
                    "<item id='1'><name>rtsp://192.0.2.7:554/chID=3&amp;streamType=sub1</name></item></streams>"
                )
            },
            StreamPaths(main="/chID=3&streamType=main", sub="/chID=3&streamType=sub1"),
        ),
        (
            NVR_V2,
            {"GetVideoStreamConfig/3": config("<streams><item><name>profile1</name></item></streams>")},
            StreamPaths(main="/chID=3&streamType=main", sub="/chID=3&streamType=sub"),
        ),
    ],
)
async def test_stream_paths(
    make_client: MakeClient, info: DeviceInfo, answers: dict[str, Script], paths: StreamPaths
) -> None:
    """The device's names go before the usual paths."""
    async with ScriptedDevice(answers) as device:
        client = make_client(device.port)
        client.use(info)
        assert await client.stream_paths(3 if info.kind.is_nvr else 1) == paths


@pytest.mark.parametrize(
    ("info", "channel", "path", "snapshot"),
    [
        (CAMERA, None, "GetVideoStreamConfig/1", "/GetSnapshot"),
        (CAMERA, 1, "GetVideoStreamConfig/1", "/GetSnapshot"),
        (NVR_V1, 3, "GetVideoStreamConfig/3", "/GetSnapshot/3"),
        (NVR_V2, 1, "GetVideoStreamConfig/1", "/GetSnapshot/1"),
    ],
)
async def test_stream_formats(
    make_client: MakeClient, info: DeviceInfo, channel: int | None, path: str, snapshot: str
) -> None:
    """Ask for what the streams are made of; the snapshot's path is the one that is used here."""
    streams = config("<streams><item><resolution>704x480</resolution><encodeType>h264</encodeType></item></streams>")
    async with ScriptedDevice({path: streams}) as device:
        client = make_client(device.port)
        client.use(info)
        assert await client.stream_formats(channel) == (StreamFormat(encoding="h264", width=704, height=480),)
        assert client.snapshot_path(channel) == snapshot
    assert device.paths == [path]


async def test_no_stream_formats(make_client: MakeClient) -> None:
    """A device that does not know the command tells none; one that does not answer is an error."""
    async with ScriptedDevice({}) as device:
        client = make_client(device.port)
        client.use(CAMERA)
        assert await client.stream_formats() == ()
    with pytest.raises(ViewtronConnectionError):
        await client.stream_formats()


@pytest.mark.parametrize(
    ("answers", "port"),
    [
        ({"GetPortConfig": config("<port><rtspPort>8554</rtspPort></port>")}, 8554),
        (
            {
                "GetPortConfig": config("<port><httpPort>80</httpPort></port>"),
                "GetStreamCaps": config("<rtspPort>9554</rtspPort>"),
            },
            9554,
        ),
        ({"GetStreamCaps": config("<rtspPort>9554</rtspPort>")}, 9554),
        ({}, 554),
    ],
)
async def test_rtsp_port(make_client: MakeClient, answers: dict[str, Script], port: int) -> None:
    """The port config tells, else the stream's, else it is the usual one."""
    async with ScriptedDevice(answers) as device:
        assert await make_client(device.port).rtsp_port() == port


async def test_default_ports_and_ipv6() -> None:
    """Without a port the scheme decides; an IPv6 address may come with its brackets."""
    seen: list[str] = []

    class _Session:
        def request(self, method: str, url: object, **_: object) -> object:
            seen.append(str(url))
            raise OSError("no network here")

    for host, ssl in (("192.0.2.4", False), ("[2001:db8::1]", True), ("2001:db8::1", False)):
        client = ViewtronClient(_Session(), host, "admin", "x", ssl=ssl)  # type: ignore[arg-type]
        with pytest.raises(ViewtronConnectionError):
            await client.clock()
    assert seen == [
        "http://192.0.2.4/GetDateAndTime",
        "https://[2001:db8::1]/GetDateAndTime",
        "http://[2001:db8::1]/GetDateAndTime",
    ]
