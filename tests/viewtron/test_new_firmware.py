"""A device that gets another firmware under a running client: its habits are learnt anew."""

from .conftest import MakeClient
from .scripted import BASIC_CHALLENGE, Reply, ScriptedDevice, config


def info(firmware: str, more: str = "") -> bytes:
    """Tell the firmware of a recorder with two channels."""
    return config(
        f"<deviceInfo><deviceName>Shed</deviceName><mac>58:5b:69:11:22:33</mac><chlMaxCount>2</chlMaxCount>{more}"
        f"<softwareVersion>{firmware}</softwareVersion></deviceInfo>"
    )


LIST = config('<channelIDList type="list" count="2"><item>1</item><item>2</item></channelIDList>')
CAPS = config("<ptzCaps><controlMinSpeed>1</controlMinSpeed><controlMaxSpeed>5</controlMaxSpeed></ptzCaps>")
GET_ONLY = Reply(status=405)


async def asked_again(make_client: MakeClient, *answers: bytes) -> list[str]:
    """Identify a recorder twice, and return what is asked the second time for what was known after the first."""
    async with ScriptedDevice(
        {
            "GetDeviceInfo": [*answers],
            "GetChannelList": LIST,
            "PtzGetCaps/1": CAPS,
            "GetDiskInfo": [GET_ONLY, config("<diskInfo/>")],
        },
        challenge=BASIC_CHALLENGE,
    ) as device:
        client = make_client(device.port)
        for _ in range(2):
            await client.identify()
            device.seen.clear()
            await client.ptz.speeds(1)
            await client.ask("GetDiskInfo")
            await client.channels()
        return [f"{seen.method} {seen.path}" for seen in device.seen]


async def test_same_firmware(make_client: MakeClient) -> None:
    """Keep what is known of a device that is what it was."""
    again = await asked_again(make_client, info("1.4.7"), info("1.4.7"))
    assert again == ["GET GetDiskInfo", "POST GetChannelList"]


async def test_other_firmware(make_client: MakeClient) -> None:
    """Ask for everything anew, and send it as one would to an unknown device."""
    again = await asked_again(make_client, info("1.4.7"), info("1.4.13", "<apiVersion>2.0.0</apiVersion>"))
    assert again == [
        "POST PtzGetCaps/1",
        "POST GetDiskInfo",
        "POST GetChannelList",
        "POST GetImageOsdConfig/1",
        "POST GetImageOsdConfig/2",
    ]
