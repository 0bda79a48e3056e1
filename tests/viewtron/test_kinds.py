"""The four kinds of device are told apart whatever users and firmware write into their answers."""

import pytest

from custom_components.viewwall.viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronBusyError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from custom_components.viewwall.viewtron.models import DeviceInfo, DeviceKind

from .conftest import MakeClient
from .scripted import BASIC_CHALLENGE, UNSUPPORTED, Reply, Script, ScriptedDevice, config, failed

ONE_CHANNEL = config("<channelList><item><channelId>1</channelId><name>One</name></item></channelList>")
TWO_CHANNELS = config("<channelIDList/><item>1</item><item>2</item>")


def _info(**fields: object) -> bytes:
    """Build GetDeviceInfo from these elements."""
    texts = {"deviceName": "Gate", "mac": "58:5B:69:0A:0B:0C", **fields}
    return config(f"<deviceInfo>{''.join(f'<{name}>{text}</{name}>' for name, text in texts.items())}</deviceInfo>")


def _detail(content: str = "<property><apiVersion>1.7</apiVersion></property>") -> bytes:
    """Build GetDeviceDetail."""
    return config(f"<detail>{content}</detail>")


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        # The printed first-generation camera claims nine channels.
        (
            {"GetDeviceInfo": _info(deviceDescription="IPCamera", chlMaxCount=9), "GetDeviceDetail": _detail()},
            DeviceKind.IPC_V1,
        ),
        # Its description can be edited; the detail still makes it a camera.
        (
            {"GetDeviceInfo": _info(deviceDescription="NVR in the hall", chlMaxCount=9), "GetDeviceDetail": _detail()},
            DeviceKind.IPC_V1,
        ),
        (
            {
                "GetDeviceInfo": _info(),
                "GetDeviceDetail": _detail("<property><apiVersion>2.0.0</apiVersion></property>"),
            },
            DeviceKind.IPC_V2,
        ),
        (
            {"GetDeviceInfo": _info(apiVersion="2.1.0", chlMaxCount=9), "GetDeviceDetail": _detail("<property/>")},
            DeviceKind.IPC_V2,
        ),
        ({"GetDeviceInfo": _info(), "GetDeviceDetail": _detail("")}, DeviceKind.IPC_V1),
        # A recorder whose owner called it a camera, and firmware text that lies about the generation.
        (
            {
                "GetDeviceInfo": _info(deviceDescription="IPCamera", softwareVersion="2.0", chlMaxCount=8),
                "GetChannelList": TWO_CHANNELS,
            },
            DeviceKind.NVR_V1,
        ),
        (
            {
                "GetDeviceInfo": _info(apiVersion="2.0.0", softwareVersion="1.4.12", chlMaxCount=8),
                "GetChannelInfo": TWO_CHANNELS,
            },
            DeviceKind.NVR_V2,
        ),
        # Only the other generation's name of the list is known.
        ({"GetDeviceInfo": _info(), "GetChannelInfo": TWO_CHANNELS}, DeviceKind.NVR_V1),
        ({"GetDeviceInfo": _info(apiVersion="2.0.0"), "GetChannelList": TWO_CHANNELS}, DeviceKind.NVR_V2),
        # No detail and one channel: the description, then the count.
        (
            {
                "GetDeviceInfo": _info(apiVersion="2.0.0", deviceDescription="IPCamera", chlMaxCount=9),
                "GetChannelInfo": ONE_CHANNEL,
            },
            DeviceKind.IPC_V2,
        ),
        ({"GetDeviceInfo": _info(chlMaxCount=4), "GetChannelList": ONE_CHANNEL}, DeviceKind.NVR_V1),
        ({"GetDeviceInfo": _info(deviceDescription="ipcamera", chlMaxCount=9)}, DeviceKind.IPC_V1),
        ({"GetDeviceInfo": _info(chlMaxCount=8)}, DeviceKind.NVR_V1),
        ({"GetDeviceInfo": _info(chlMaxCount=1)}, DeviceKind.IPC_V1),
        ({"GetDeviceInfo": _info()}, DeviceKind.IPC_V1),
        # A recorder that answers the camera's command with nothing.
        (
            {"GetDeviceInfo": _info(chlMaxCount=8), "GetDeviceDetail": config(), "GetChannelList": TWO_CHANNELS},
            DeviceKind.NVR_V1,
        ),
    ],
)
async def test_kind(make_client: MakeClient, answers: dict[str, Script], kind: DeviceKind) -> None:
    """Detail, channels, description and count decide, in this order; the generation is `apiVersion`'s alone."""
    async with ScriptedDevice(answers, BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        info = await client.identify()
    assert info.kind is kind
    assert client.info is info
    assert device.paths[0] == "GetDeviceInfo"
    if "GetDeviceDetail" in answers and answers["GetDeviceDetail"] != config():
        assert not {"GetChannelList", "GetChannelInfo", "GetAlarmInList"} & set(device.paths)
    assert ("GetSupportedAPIs" in device.paths) == kind.is_v2


@pytest.mark.parametrize("style", [Reply(failed(1), 200), Reply(b"", 400), Reply(failed(11), 400), Reply(b"", 404)])
async def test_every_way_to_not_know_a_command(make_client: MakeClient, style: Reply) -> None:
    """Unknown commands are refused in several ways; all of them mean the same."""
    answers: dict[str, Script] = {
        "GetDeviceInfo": _info(apiVersion="2.0.0", chlMaxCount=8),
        "GetDeviceDetail": style,
        "GetChannelInfo": style,
        "GetChannelList": TWO_CHANNELS,
        "GetSupportedAPIs": style,
    }
    async with ScriptedDevice(answers, BASIC_CHALLENGE) as device:
        info = await make_client(device.port).identify()
    assert (info.kind, info.supported_apis, info.features) == (DeviceKind.NVR_V2, None, None)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Reply(failed(4), 400), ViewtronPermissionError),
        (Reply(b"", 403), ViewtronPermissionError),
        (Reply(failed(7), 400), ViewtronBusyError),
        (Reply(failed(17), 400), ViewtronApiDisabledError),
        (Reply(failed(9), 400), ViewtronAuthError),
        (Reply(raw=b""), ViewtronConnectionError),
        (Reply(b"", 500), ViewtronConnectionError),
        (Reply(b"<html/>"), ViewtronProtocolError),
    ],
)
@pytest.mark.parametrize("command", ["GetDeviceInfo", "GetDeviceDetail", "GetChannelList"])
async def test_trouble_is_no_answer(
    make_client: MakeClient, trouble: Reply, error: type[ViewtronError], command: str
) -> None:
    """A missing right or a broken connection does not make a camera of a recorder, or the reverse."""
    answers: dict[str, Script] = {"GetDeviceInfo": _info(chlMaxCount=8), command: trouble}
    async with ScriptedDevice(answers, BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        with pytest.raises(error):
            await client.identify()
    assert client.info is None


async def test_refused_login_ends_it(make_client: MakeClient) -> None:
    """After the first command's refused login nothing more is sent."""
    async with ScriptedDevice({"GetDeviceInfo": BASIC_CHALLENGE}, BASIC_CHALLENGE) as device:
        with pytest.raises(ViewtronAuthError):
            await make_client(device.port).identify()
    assert device.paths == ["GetDeviceInfo"] * 2
    assert device.logins == 1


@pytest.mark.parametrize("answer", [config(), UNSUPPORTED, Reply(b"", 404), config("<deviceInformation/>")])
async def test_no_device_info_no_viewtron_device(make_client: MakeClient, answer: Script) -> None:
    """Every device of the maker knows its own name."""
    async with ScriptedDevice({"GetDeviceInfo": answer}, BASIC_CHALLENGE) as device:
        with pytest.raises(ViewtronProtocolError) as info:
            await make_client(device.port).identify()
    assert not isinstance(info.value, ViewtronNotSupportedError)


async def test_everything_told(make_client: MakeClient) -> None:
    """All facts are taken, from the detail where the first answer lacks them."""
    device_info = _info(
        model=" <![CDATA[ LPR-IP5 ]]> ",
        brand="Viewtron",
        softwareVersion="\n<![CDATA[5.3.1.0]]>\n",
        hardwareVersion="1.3",
        sn="I5B690A0B0C1",
        apiVersion="2.1.0",
        chlMaxCount=9,
        alarmInCount=2,
    )
    detail = _detail(
        "<property><brand>Other</brand></property><smart><supportvehicle>true</supportvehicle></smart>"
        "<alarm><alarmInCount>7</alarmInCount><alarmOutCount>3</alarmOutCount></alarm>"
    )
    apis = config("<applicationInterfaces><item>GetDeviceInfo</item><item>GetSnapshot</item></applicationInterfaces>")
    answers: dict[str, Script] = {
        "GetDeviceInfo": device_info,
        "GetDeviceDetail": detail,
        "GetSupportedAPIs": apis,
    }
    async with ScriptedDevice(answers) as device:
        assert await make_client(device.port).identify() == DeviceInfo(
            kind=DeviceKind.IPC_V2,
            name="Gate",
            model="LPR-IP5",
            brand="Viewtron",
            firmware="5.3.1.0",
            hardware="1.3",
            mac="58:5b:69:0a:0b:0c",
            serial="I5B690A0B0C1",
            api_version="2.1.0",
            channel_count=9,
            alarm_in_count=2,
            alarm_out_count=3,
            features=frozenset({"supportvehicle"}),
            supported_apis=frozenset({"GetDeviceInfo", "GetSnapshot"}),
        )


async def test_nonsense_in_the_answers(make_client: MakeClient) -> None:
    """Zeros are no identity, and absurd counts are bounded."""
    answers: dict[str, Script] = {
        "GetDeviceInfo": _info(mac="00:00:00:00:00:00", sn="000000", alarmInCount=-4, alarmOutCount=10**9),
        "GetDeviceDetail": _detail("<alarm><alarmInCount>x</alarmInCount></alarm>"),
    }
    async with ScriptedDevice(answers) as device:
        info = await make_client(device.port).identify()
    assert (info.mac, info.serial, info.alarm_in_count, info.alarm_out_count) == (None, None, 0, 256)
