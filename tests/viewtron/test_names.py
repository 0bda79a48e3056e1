"""Names that are asked for one by one: nothing else has to wait for them."""

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.viewwall.viewtron.errors import ViewtronConnectionError
from custom_components.viewwall.viewtron.models import AlarmOutput, Channel, DeviceInfo, DeviceKind

from .conftest import MakeClient
from .scripted import NVR_V1, Reply, Script, ScriptedDevice, config

CUT = Reply(raw=b"")
FAILED = Reply(status=500)
HOURS = 6 * 3600 + 1


def outputs(number: int) -> DeviceInfo:
    """Return a camera with outputs."""
    return DeviceInfo(kind=DeviceKind.IPC_V1, alarm_out_count=number)


@pytest.mark.parametrize("lost", [CUT, FAILED], ids=["cut", "500"])
async def test_lost(make_client: MakeClient, freezer: FrozenDateTimeFactory, lost: Reply) -> None:
    """Do without a name that is not answered, and ask for it again after hours."""
    told = config("<alarmOut><alarmOutName>Door</alarmOutName></alarmOut>")
    answers: dict[str, Script] = {"GetAlarmOutConfig/1": lost, "GetAlarmOutConfig/2": told}
    async with ScriptedDevice(answers) as device:
        client = make_client(device.port)
        client.use(outputs(2))
        for _ in range(3):
            assert await client.outputs() == (AlarmOutput(id=1), AlarmOutput(id=2, name="Door"))
        assert device.paths == ["GetAlarmOutConfig/1", "GetAlarmOutConfig/2"]
        device.answers["GetAlarmOutConfig/1"] = told
        freezer.tick(HOURS)
        assert await client.outputs() == (AlarmOutput(id=1, name="Door"), AlarmOutput(id=2, name="Door"))


async def test_never_answered(make_client: MakeClient, freezer: FrozenDateTimeFactory) -> None:
    """Wait in vain for two of many names only, and for two more after hours."""
    async with ScriptedDevice({f"GetAlarmOutConfig/{number}": CUT for number in range(1, 17)}) as device:
        client = make_client(device.port)
        client.use(outputs(16))
        for _ in range(3):
            assert len(await client.outputs()) == 16
        assert device.paths == ["GetAlarmOutConfig/1", "GetAlarmOutConfig/2"]
        freezer.tick(HOURS)
        await client.outputs()
        assert len(device.paths) == 4


async def test_one_of_many_channels(make_client: MakeClient) -> None:
    """Ask for the names of the other channels."""
    osd = config("<imageOsd><channelName><name>Yard</name></channelName></imageOsd>")
    answers: dict[str, Script] = {f"GetImageOsdConfig/{number}": osd for number in (1, 3, 4)}
    answers |= {"GetChannelList": config("".join(f"<item>{number}</item>" for number in range(1, 5)))}
    answers |= {"GetImageOsdConfig/2": CUT}
    async with ScriptedDevice(answers) as device:
        client = make_client(device.port)
        client.use(NVR_V1)
        named = [Channel(id=number, name=None if number == 2 else "Yard") for number in range(1, 5)]
        assert await client.channels() == tuple(named)


async def test_nobody_there(make_client: MakeClient) -> None:
    """Fail when nothing can be sent at all."""
    async with ScriptedDevice({}) as device:
        client = make_client(device.port)
        client.use(outputs(1))
    with pytest.raises(ViewtronConnectionError):
        await client.outputs()


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("<alarmOut><alarmOutName>Door</alarmOutName></alarmOut>", "Door"),
        ("<list><item><alarmOutName>Door</alarmOutName><name>other</name></item></list>", "Door"),
        ("<alarmOut><name>Door</name></alarmOut>", "Door"),
        ("<types><x/></types><alarmOut><id>1</id><name>Door</name></alarmOut>", "Door"),
        ("<alarmOut><schedule><name>24x7</name></schedule></alarmOut>", None),
        ("<alarmOut><id>1</id></alarmOut><schedule><name>24x7</name></schedule>", None),
        ("<alarmOut><alarmOutName/><name>other</name></alarmOut>", None),
        ("", None),
    ],
)
async def test_name_of_an_output(make_client: MakeClient, answer: str, name: str | None) -> None:
    """Take no name that may be another thing's."""
    async with ScriptedDevice({"GetAlarmOutConfig/1": config(answer)}) as device:
        client = make_client(device.port)
        client.use(outputs(1))
        assert await client.outputs() == (AlarmOutput(id=1, name=name),)
