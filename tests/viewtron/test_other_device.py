"""A client that expects one device: another one learns the password of one read, and is asked for nothing else."""

import pytest

from custom_components.viewwall.viewtron.errors import ViewtronOtherDeviceError
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Auth, Shape

from .conftest import MakeClient
from .scripted import BASIC_CHALLENGE, Script, ScriptedDevice, config

MAC = "58:5b:69:0a:0b:0c"
OTHER_MAC = "58:5b:69:77:77:77"
SERIAL = "I85B690A0B0C"
OTHER_SERIAL = "I85B69777777"


@pytest.mark.parametrize("identity", [OTHER_MAC, OTHER_SERIAL])
@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_another_device_is_asked_one_thing(
    socket_enabled: None,
    make_client: MakeClient,
    kind: type[ViewtronSimulator],
    shape: Shape,
    auth: Auth,
    identity: str,
) -> None:
    """Stop after the first answer, every time, and take nothing of it over."""
    async with kind(shape=shape, auth=auth) as device:
        client = make_client(device.port)
        client.must_be(identity)
        for _ in range(2):
            with pytest.raises(ViewtronOtherDeviceError):
                await client.identify()
        told = [request.command for request in device.requests if request.scheme is not None]

        assert told == ["GetDeviceInfo"] * 2
        assert client.info is None


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator, NvrV1Simulator, NvrV2Simulator])
async def test_expected_device(socket_enabled: None, make_client: MakeClient, kind: type[ViewtronSimulator]) -> None:
    """Know the device by its MAC, and by its serial."""
    async with kind() as device:
        for identity in (device.mac, device.serial, None):
            client = make_client(device.port)
            client.must_be(identity)
            assert (await client.identify()).mac == device.mac


def _answers(first: dict[str, str], detail: dict[str, str] | None) -> dict[str, Script]:
    """Build what a device tells at once, and what in its detail, if it has one."""

    def elements(texts: dict[str, str]) -> str:
        return "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())

    answers: dict[str, Script] = {"GetDeviceInfo": config(f"<deviceInfo>{elements(first)}</deviceInfo>")}
    if detail is not None:
        answers["GetDeviceDetail"] = config(f"<detail><property>{elements(detail)}</property></detail>")
    return answers


@pytest.mark.parametrize(
    ("identity", "first", "detail", "is_it"),
    [
        pytest.param(MAC, {}, {"mac": MAC}, True, id="detail-tells-the-mac"),
        pytest.param(SERIAL, {"deviceName": "Gate"}, {"sn": SERIAL}, True, id="detail-tells-the-serial"),
        pytest.param(MAC, {"sn": SERIAL}, {"mac": MAC}, True, id="serial-first"),
        pytest.param(SERIAL, {"mac": "00:00:00:00:00:00"}, {"sn": SERIAL}, True, id="mac-blanked"),
        pytest.param(SERIAL, {"mac": MAC}, {"sn": SERIAL}, True, id="mac-first"),
        pytest.param(SERIAL, {"mac": OTHER_MAC, "sn": SERIAL}, {}, True, id="serial-counts"),
        pytest.param(MAC, {}, {"mac": OTHER_MAC}, False, id="detail-tells-another"),
        pytest.param(MAC, {}, {}, False, id="nothing-told"),
        pytest.param(MAC, {"sn": OTHER_SERIAL}, {}, False, id="no-mac-at-all"),
    ],
)
async def test_what_is_left_out_is_looked_for(
    socket_enabled: None,
    make_client: MakeClient,
    identity: str,
    first: dict[str, str],
    detail: dict[str, str],
    is_it: bool,
) -> None:
    """Ask for the detail where the first answer leaves it open, and for nothing more of another device."""
    async with ScriptedDevice(_answers(first, detail), BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        client.must_be(identity)
        if is_it:
            info = await client.identify()
            assert identity in (info.mac, info.serial)
        else:
            with pytest.raises(ViewtronOtherDeviceError):
                await client.identify()
            assert set(device.paths) == {"GetDeviceInfo", "GetDeviceDetail"}


async def test_open_first_answer_without_a_detail(socket_enabled: None, make_client: MakeClient) -> None:
    """Take who tells nothing at all for another device, before its channels are asked for."""
    async with ScriptedDevice(_answers({}, None), BASIC_CHALLENGE) as device:
        client = make_client(device.port)
        client.must_be(MAC)
        with pytest.raises(ViewtronOtherDeviceError):
            await client.identify()

        assert set(device.paths) == {"GetDeviceInfo", "GetDeviceDetail"}
