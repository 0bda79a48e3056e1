"""Searching a network: what is found, what a hostile network can do, and what stays open."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
import socket
from unittest.mock import patch

import pytest

from custom_components.viewwall.viewtron import discovery
from custom_components.viewwall.viewtron.discovery import search
from tests.searching import own_ports
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.search_answers import Announced, mhed_answer, ordinary_answer, xml_answer
from tests.simulators.search_responder import SearchResponder
from tests.simulators.state import SearchFaults, Shape, XmlTrick

from .test_discovery import CAMERA, SENDER


@pytest.fixture(name="network")
def _network(socket_enabled: None) -> Iterator[None]:
    """Search by ports that nobody else has."""
    with own_ports():
        yield


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("shape", list(Shape))
async def test_search(shape: Shape) -> None:
    """Find every kind once, by both searches together; send searches alone, twice each."""
    async with (
        IpcV1Simulator(shape=shape) as one,
        IpcV2Simulator(shape=shape) as two,
        NvrV1Simulator(shape=shape) as three,
        NvrV2Simulator(shape=shape) as four,
        SearchResponder([one, two, three, four]) as responder,
    ):
        found = await search(["127.0.0.1", "127.0.0.1"], 0.6)

        devices = {device.mac: device for device in (one, two, three, four)}
        assert {each.mac for each in found} == devices.keys()
        assert len(found) == 4
        for each in found:
            device = devices[each.mac or ""]
            assert (each.address, each.http_port, each.name) == ("127.0.0.1", device.port, device.name)
            assert each.is_recorder is device.nvr
        assert responder.commands == {1}
        assert len(responder.search_log) == 4
        assert not any(device.requests for device in devices.values())


@pytest.mark.usefixtures("network")
async def test_old_device_answers_to_the_group_of_the_searchers() -> None:
    """Hear a device that answers where searches are sent to."""
    async with IpcV1Simulator() as camera, SearchResponder([camera], ssdp=False):
        camera.mhed_short = camera.mhed_to_searchers = True
        found = await search(["127.0.0.1"], 0.2)

    assert [each.mac for each in found] == [camera.mac]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    "faults",
    [
        SearchFaults(garbage=b"\xff\x00<"),
        SearchFaults(every_length=True),
        SearchFaults(size=60_000),
        SearchFaults(wrong_magic=True),
        SearchFaults(trick=XmlTrick.DOCTYPE),
        SearchFaults(trick=XmlTrick.BOMB),
        SearchFaults(trick=XmlTrick.DEEP),
        SearchFaults(copies=20),
        SearchFaults(zero_address=True),
        SearchFaults(zero_mac=True),
        SearchFaults(impostor=("58:5b:69:2b:50:02", "192.0.2.66")),
    ],
    ids=str,
)
async def test_mad_device_hides_no_other(faults: SearchFaults) -> None:
    """Find a device beside one that misbehaves, and nothing at an address where nobody answered."""
    async with (
        IpcV2Simulator() as camera,
        IpcV1Simulator() as mad,
        SearchResponder([mad, camera]) as responder,
    ):
        responder.strangers.append(ordinary_answer())
        mad.search_faults = faults
        found = await search(["127.0.0.1"], 0.4)

    assert any((each.mac, each.http_port) == (camera.mac, camera.port) for each in found)
    assert {each.address for each in found} == {"127.0.0.1"}
    assert len(found) <= 4


@pytest.mark.usefixtures("network")
async def test_flood() -> None:
    """Keep few devices of one sender, however many it invents, and stay quick."""
    async with (
        IpcV2Simulator() as camera,
        IpcV1Simulator() as mad,
        SearchResponder([camera, mad]),
    ):
        mad.search_faults.flood = 10_000
        found = await search(["127.0.0.1"], 0.6)

    assert camera.mac in {each.mac for each in found}
    assert len(found) <= 32


def test_limits_of_all_together() -> None:
    """Keep few devices, however many senders there are, and listen to few answers in a second."""
    now = 100.0

    class _Loop:
        """A loop with a clock of ours."""

        def time(self) -> float:
            """Tell the time."""
            return now

    gathered = discovery._Gathered(_Loop())  # type: ignore[arg-type]
    for number in range(2000):
        who = replace(CAMERA, mac=f"58:5b:69:00:{number >> 8:02x}:{number & 255:02x}")
        gathered.datagram_received(mhed_answer(who), (f"10.0.{number >> 8}.{number & 255}", 9407))
    assert len(gathered.announcements) == 256
    late = replace(CAMERA, mac="58:5b:69:00:00:00", firmware="9.9")
    gathered.datagram_received(xml_answer(late), ("10.0.0.0", 1))
    assert len(gathered.announcements) == 256


async def test_few_answers_of_one_sender_are_read() -> None:
    """Read sixteen different answers of a sender at most, and nothing that is far too long."""
    gathered = discovery._Gathered(asyncio.get_running_loop())
    with patch.object(discovery, "parse_announcement", return_value=None) as parse:
        for number in range(100):
            for _ in range(3):
                gathered.datagram_received(b"<x>%d" % number, (SENDER, 1))
        gathered.datagram_received(b"<" * 5000, ("192.0.2.99", 1))

    assert parse.call_count == 16


def test_heard_again_in_the_next_second() -> None:
    """Overlook answers of a second that had too many, and listen again in the next one."""
    times = iter([5.0] * 500 + [5.5, 6.1])

    class _Loop:
        """A loop with a clock of ours."""

        def time(self) -> float:
            """Tell the time."""
            return next(times)

    gathered = discovery._Gathered(_Loop())  # type: ignore[arg-type]
    for _ in range(500):
        gathered.datagram_received(b"noise", (SENDER, 1))
    gathered.datagram_received(mhed_answer(CAMERA), (SENDER, 1))
    assert gathered.announcements == ()
    gathered.datagram_received(mhed_answer(CAMERA), (SENDER, 1))
    assert len(gathered.announcements) == 1


@pytest.mark.usefixtures("network")
async def test_taken_port_leaves_the_other_search(caplog: pytest.LogCaptureFixture) -> None:
    """Go on with the search in XML where another program keeps the port of the binary one to itself."""
    caplog.set_level("DEBUG")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as selfish:
        selfish.bind(("", discovery._PORT))
        async with IpcV2Simulator() as camera, SearchResponder([camera], mhed=False):
            found = await search(["127.0.0.1"], 0.2)

    assert [each.mac for each in found] == [camera.mac]
    assert "No answers to the binary search" in caplog.text


@pytest.mark.usefixtures("network")
async def test_address_that_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    """Search from the addresses that there are."""
    caplog.set_level("DEBUG")
    async with IpcV2Simulator() as camera, SearchResponder([camera]):
        found = await search(["203.0.113.9", "127.0.0.1"], 0.2)
        assert await search([], 0.05) == ()
        assert await search(["203.0.113.9"], 0.05) == ()

    assert [each.mac for each in found] == [camera.mac]
    assert "No search from 203.0.113.9" in caplog.text


async def test_network_that_cannot_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    """Bear that something cannot be sent."""
    caplog.set_level("DEBUG")
    discovery._Gathered(asyncio.get_running_loop()).error_received(OSError(101, "unreachable"))

    assert "A search was not sent" in caplog.text


@pytest.mark.usefixtures("network")
async def test_cancelled_search_leaves_nothing_open() -> None:
    """Close every socket when the search is cancelled, in the middle of opening them or later."""
    opened: list[socket.socket] = []
    original = discovery._shared_socket

    def remember() -> socket.socket:
        opened.append(original())
        return opened[-1]

    with patch.object(discovery, "_shared_socket", remember):
        for turns in (0, 1, 2, 3, 4, 5, 20):
            task = asyncio.create_task(search(["127.0.0.1"], 60))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            for _ in range(3):
                await asyncio.sleep(0)

    assert opened
    assert {own.fileno() for own in opened} == {-1}


NAMELESS = replace(CAMERA, mac="00:00:00:00:00:00", firmware="9.9")
"""An answer without a MAC."""
NEIGHBOUR = replace(CAMERA, mac="58:5b:69:00:00:01", serial="I85B69000001")


@pytest.mark.parametrize(
    ("answers", "macs"),
    [
        ([NAMELESS, replace(NAMELESS, serial="I00000000001", http_port=81)], [None]),
        ([NAMELESS, CAMERA], [CAMERA.mac]),
        ([CAMERA, NAMELESS], [CAMERA.mac]),
        ([CAMERA, CAMERA, replace(CAMERA, serial="")], [CAMERA.mac]),
        ([CAMERA, NAMELESS, NEIGHBOUR], [CAMERA.mac, NEIGHBOUR.mac]),
        ([NAMELESS, CAMERA, NEIGHBOUR, NAMELESS], [CAMERA.mac, NEIGHBOUR.mac]),
    ],
)
async def test_one_row_for_one_device(answers: list[Announced], macs: list[str | None]) -> None:
    """Know a device by its MAC and address; one that tells no MAC is who is there already, or comes to be."""
    gathered = discovery._Gathered(asyncio.get_running_loop())
    for answer in answers:
        gathered.datagram_received(mhed_answer(answer), (SENDER, 1))

    assert [each.mac for each in gathered.announcements] == macs


async def test_nameless_devices_elsewhere() -> None:
    """Keep two devices without a MAC apart that answer from two addresses."""
    gathered = discovery._Gathered(asyncio.get_running_loop())
    for sender in (SENDER, "192.0.2.32", SENDER):
        gathered.datagram_received(mhed_answer(NAMELESS), (sender, 1))

    assert [(each.mac, each.address) for each in gathered.announcements] == [(None, SENDER), (None, "192.0.2.32")]
