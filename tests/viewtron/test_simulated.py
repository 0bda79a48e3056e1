"""The client against the simulated devices: both generations of camera and recorder, as printed and as in the field."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronLockedError,
    ViewtronPermissionError,
    ViewtronProtocolError,
)
from custom_components.viewwall.viewtron.models import (
    AlarmInputKind,
    ChannelStatus,
    DeviceKind,
    DiskStatus,
    StreamPaths,
)
from tests.simulators.commands import ViewtronSimulator
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.state import Auth, Shape, SimDisk

from .conftest import MakeClient

KINDS = {
    DeviceKind.IPC_V1: IpcV1Simulator,
    DeviceKind.IPC_V2: IpcV2Simulator,
    DeviceKind.NVR_V1: NvrV1Simulator,
    DeviceKind.NVR_V2: NvrV2Simulator,
}


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> DeviceKind:
    """Go through all kinds."""
    value: DeviceKind = request.param
    return value


@pytest.fixture(params=list(Shape))
def shape(request: pytest.FixtureRequest) -> Shape:
    """Go through both shapes."""
    value: Shape = request.param
    return value


@pytest.fixture(params=[Auth.BASIC, Auth.DIGEST])
def auth(request: pytest.FixtureRequest) -> Auth:
    """Go through both logins."""
    value: Auth = request.param
    return value


@pytest.fixture
async def device(socket_enabled: None, kind: DeviceKind, shape: Shape, auth: Auth) -> AsyncIterator[ViewtronSimulator]:
    """Run a device."""
    async with KINDS[kind](shape=shape, auth=auth) as simulator:
        yield simulator


@pytest.fixture
def client(device: ViewtronSimulator, make_client: MakeClient) -> ViewtronClient:
    """Make the device's client."""
    return make_client(device.port)


async def test_everything_of_every_kind(
    device: ViewtronSimulator, client: ViewtronClient, kind: DeviceKind, shape: Shape
) -> None:
    """All reads lead to the simulated truth, and no login is ever refused."""
    device.device_description = "Renamed by its owner"
    device.rtsp_port = 8554
    device.disks = [SimDisk(id="one", total=900, free=90), SimDisk(id="two", status="exception")]
    info = await client.identify()
    assert info.kind is kind
    assert (info.name, info.mac, info.serial) == (device.name, device.mac, device.serial)
    assert info.firmware == device.software_version
    assert (info.api_version is None) == (kind is DeviceKind.NVR_V1)
    assert (info.features is not None) == (not kind.is_nvr)
    assert (info.supported_apis is not None) == kind.is_v2

    channels = await client.channels()
    assert [(channel.id, channel.status) for channel in channels] == [
        (channel.id, ChannelStatus(channel.status) if kind.is_nvr else None) for channel in device.channels
    ]
    assert channels[0].name == (
        device.channels[0].name if kind is not DeviceKind.NVR_V1 or shape is Shape.FIELD else None
    )

    disks = await client.disks()
    assert [(disk.id, disk.free, disk.status) for disk in disks] == [
        ("one", 90, DiskStatus.READ_WRITE),
        ("two", device.disks[1].free, DiskStatus.FAULT),
    ]

    device.alarms["motionAlarm"] = {1: True}
    status = await client.alarm_status()
    assert status.alarms["motionAlarm"] == {"1": True}
    assert status.complete == (kind is DeviceKind.IPC_V1)
    assert status.complete == any(False in states.values() for states in status.alarms.values())

    inputs = await client.alarm_inputs()
    assert [(each.id, each.name) for each in inputs] == [(each.id, each.name) for each in device.alarm_inputs]
    assert any(each.kind is AlarmInputKind.VIRTUAL for each in inputs) == (kind is DeviceKind.NVR_V2)

    paths = {
        True: StreamPaths(main="/chID=2&streamType=main", sub="/chID=2&streamType=sub"),
        False: StreamPaths(main="/profile1", sub="/profile2"),
    }
    assert await client.stream_paths(2 if kind.is_nvr else 1) == paths[kind.is_nvr]
    assert await client.rtsp_port() == (8554 if "GetPortConfig" in device.commands else 554)

    clock = await client.clock()
    assert clock.utc is not None
    assert abs(clock.utc - datetime.now(UTC)) < timedelta(seconds=5)
    assert device.refused_logins == 0
    assert device.requests[0].command == "GetDeviceInfo"
    assert not {"GetChannelList", "GetAlarmInList"} & {each.command for each in device.requests} or kind.is_nvr


async def test_snapshot_of_every_kind(device: ViewtronSimulator, client: ViewtronClient, kind: DeviceKind) -> None:
    """Every kind gives a picture."""
    picture = await client.snapshot(2 if kind.is_nvr else None)
    assert picture.startswith(b"\xff\xd8\xff")


async def test_wrong_password(device: ViewtronSimulator, make_client: MakeClient, auth: Auth) -> None:
    """A whole flow and its entry spend one login, and a second one when allowed: the account stays open."""
    client = make_client(device.port, password="wrong")
    for read in (client.identify, client.channels, client.disks, client.snapshot, client.identify):
        with pytest.raises(ViewtronAuthError):
            await read()
    assert device.refused_logins == 1
    client.allow_retry()
    for _ in range(3):
        with pytest.raises(ViewtronAuthError):
            await client.identify()
    assert device.refused_logins == 2
    assert {each.scheme for each in device.requests} == {None, auth}


class TestCamera:
    """What needs only one device."""

    @pytest.fixture
    def kind(self) -> DeviceKind:
        """Take the second generation."""
        return DeviceKind.IPC_V2

    @pytest.fixture(params=[Auth.BASIC, Auth.DIGEST])
    def auth(self, request: pytest.FixtureRequest) -> Auth:
        """Go through both logins."""
        value: Auth = request.param
        return value

    async def test_locked_account(self, device: ViewtronSimulator, client: ViewtronClient) -> None:
        """The device says so once; from then on nothing is sent."""
        device.lock_after = 0
        for _ in range(3):
            with pytest.raises(ViewtronLockedError):
                await client.identify()
            client.allow_retry()
        assert len(device.requests) == 2

    async def test_password_changed_under_way(self, device: ViewtronSimulator, client: ViewtronClient) -> None:
        """Polling goes on until the refusal and ends there; the right password is found again."""
        await client.identify()
        right, device.password = device.password, "other"
        for _ in range(3):
            with pytest.raises(ViewtronAuthError):
                await client.alarm_status()
        assert device.refused_logins == 1
        device.password = right
        client.allow_retry()
        await client.alarm_status()
        assert device.refused_logins == 1

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (4, ViewtronPermissionError),
            (17, ViewtronApiDisabledError),
            (10, ViewtronLockedError),
            (9, ViewtronAuthError),
        ],
    )
    async def test_every_command_fails(
        self, device: ViewtronSimulator, client: ViewtronClient, code: int, error: type[ViewtronError]
    ) -> None:
        """The device's reason reaches the caller."""
        device.faults.error_code = code
        with pytest.raises(error):
            await client.identify()

    @pytest.mark.parametrize("fault", ["cut", "wrong_length", "refuse_connections"])
    async def test_broken_connections(self, device: ViewtronSimulator, client: ViewtronClient, fault: str) -> None:
        """The connection breaks and comes back."""
        await client.identify()
        setattr(device.faults, fault, True)
        with pytest.raises(ViewtronConnectionError):
            await client.alarm_status()
        setattr(device.faults, fault, False)
        await client.alarm_status()

    @pytest.mark.parametrize("garbage", [b"", b"<a", b"<html/>", b"\xff\xd8", b"{}", b"<config>" * 1000])
    async def test_garbage(self, device: ViewtronSimulator, client: ViewtronClient, garbage: bytes) -> None:
        """Whatever comes as an answer is refused as such, by every read."""
        info = await client.identify()
        device.faults.garbage = garbage
        reads = (client.identify, client.disks, client.alarm_status, client.alarm_inputs, client.clock)
        for read in (*reads, client.snapshot, client.stream_paths, client.rtsp_port):
            client.use(info)
            with pytest.raises(ViewtronProtocolError):
                await read()

    async def test_login_page(self, device: ViewtronSimulator, client: ViewtronClient) -> None:
        """A web page in place of a device gets no credentials."""
        device.faults.html = True
        with pytest.raises(ViewtronProtocolError):
            await client.identify()
        assert [each.scheme for each in device.requests] == [None]
