"""Search for the simulated devices as the maker's programs do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
import socket
import struct
from xml.etree import ElementTree as ET

import pytest

from . import search_answers
from .ipc import IpcV1Simulator, IpcV2Simulator
from .nvr import NvrV1Simulator, NvrV2Simulator
from .search_answers import mhed_search, ssdp_search
from .search_responder import (
    MHED_ANSWERS,
    MHED_SEARCHES,
    SSDP_SEARCHES,
    SearchResponder,
    searching_alone,
    send_to_group,
)
from .state import Faults, SearchFaults, Shape, XmlTrick

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Heard = list[tuple[bytes, tuple[str, int]]]


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """Wait for other tests of this machine that search."""
    with searching_alone():
        yield


class Program:
    """A search program on this machine, which keeps what it hears."""

    def __init__(self, ear: socket.socket) -> None:
        """Read a socket."""
        self.heard: Heard = []
        self._ear = ear
        self._enough: Callable[[Heard], bool] = bool
        self._done = asyncio.Event()

    def read(self) -> None:
        """Take one datagram."""
        self.heard.append(self._ear.recvfrom(65_535))
        if self._enough(self.heard):
            self._done.set()

    def ask(self, data: bytes, where: tuple[str, int]) -> None:
        """Send from the socket that is read."""
        self._ear.sendto(data, where)

    async def until(self, enough: Callable[[Heard], bool], seconds: float = 30) -> Heard:
        """Wait until enough was heard, and a little longer for what should not come."""
        self._enough = enough
        if not enough(self.heard):
            self._done.clear()
            await asyncio.wait_for(self._done.wait(), seconds)
        await asyncio.sleep(0.05)
        return self.heard


@contextmanager
def _ear(group: str | None) -> Iterator[socket.socket]:
    """Open a socket that hears a group's answers, or has a port of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        lo = socket.inet_aton("127.0.0.1")
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, lo)
        ear.bind((group, 23456) if group else ("127.0.0.1", 0))
        if group:
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + lo)
        yield ear


@asynccontextmanager
async def program(group: str | None = None) -> AsyncIterator[Program]:
    """Listen to a group's answers, or on a port of its own."""
    loop = asyncio.get_running_loop()
    with _ear(group) as ear:
        mine = Program(ear)
        loop.add_reader(ear, mine.read)
        try:
            yield mine
        finally:
            loop.remove_reader(ear)


async def ask_mhed(enough: int = 1, *, data: bytes | None = None, group: str = MHED_ANSWERS[0]) -> Heard:
    """Search in binary and wait for as many answers."""
    async with program(group) as searcher:
        send_to_group(data or mhed_search(), MHED_SEARCHES)
        answers = await searcher.until(lambda heard: len(heard) >= enough)
        return [(answer, sender) for answer, sender in answers if answer != data]


async def ask_ssdp(enough: int = 1, *, data: bytes | None = None) -> Heard:
    """Search in the other way and wait for as many answers."""
    async with program() as searcher:
        searcher.ask(data or ssdp_search(), SSDP_SEARCHES)
        return await searcher.until(lambda heard: len(heard) >= enough)


def number(data: bytes, offset: int, size: int = 4) -> int:
    """Read a little-endian number."""
    return int.from_bytes(data[offset : offset + size], "little")


def text(data: bytes, offset: int, size: int = 16) -> str:
    """Read a text that NUL may end."""
    return data[offset : offset + size].partition(b"\0")[0].decode()


def rows(document: bytes) -> dict[str, str]:
    """Read the leaves of an XML answer, with their paths."""
    root = ET.fromstring(document)  # noqa: S314
    assert root.tag == "multicastSearchResult"
    return {f"{block.tag}/{leaf.tag}": leaf.text or "" for block in root for leaf in block}


async def test_layout_of_a_recorder() -> None:
    """A recorder tells channels and a long model in two parts, no RTSP port, and in the field no serial number."""
    async with NvrV2Simulator(shape=Shape.FIELD) as recorder, SearchResponder([recorder]):
        recorder.model = "NV8-P8-LONGER-THAN-A-FIELD"
        ((data, sender),) = await ask_mhed()
        assert sender == ("127.0.0.1", 23456)
        assert (number(data, 38, 2), number(data, 60, 2), number(data, 62, 2)) == (6036, recorder.port, 0)
        assert (number(data, 52), number(data, 228), text(data, 140)) == (0x01040D00, 8, "")
        assert text(data, 196) + text(data, 180) == recorder.model


@pytest.mark.parametrize(
    ("shape", "types"), [(Shape.FIELD, {"camera": 2, "recorder": 3}), (Shape.DOCUMENTED, {"camera": 4, "recorder": 2})]
)
async def test_several_devices_answer(shape: Shape, types: dict[str, int]) -> None:
    """Each device answers with its own port, MAC and type, from the port of its kind."""
    async with (
        IpcV1Simulator(shape=shape) as camera,
        NvrV1Simulator(shape=shape) as recorder,
        SearchResponder([camera, recorder]) as responder,
    ):
        camera.announced_address = "192.0.2.31"
        heard = {data[32:38].hex(":"): (data, sender) for data, sender in await ask_mhed(2)}
        data, sender = heard[camera.mac]
        assert (number(data, 60, 2), data[40:44], sender) == (camera.port, b"\xc0\0\x02\x1f", ("127.0.0.1", 9407))
        assert number(data, 64) == types["camera"]
        data, sender = heard[recorder.mac]
        assert (number(data, 60, 2), data[40:44], sender[1]) == (recorder.port, b"\x7f\0\0\x01", 23456)
        assert number(data, 64) == types["recorder"]

        documents = await ask_ssdp(2)
        found = [rows(document.removeprefix(search_answers.HTTP_HEAD)) for document, _ in documents]
        assert {row["tcpIp/macAddr"].lower(): row["port/httpPort"] for row in found} == {
            camera.mac: str(camera.port),
            recorder.mac: str(recorder.port),
        }
        assert {row["productInfo/productSeries"] for row in found} == {"TVT_IPC", "N9000"}
        assert responder.commands == {1}


async def test_two_forms_of_xml() -> None:
    """In the field there is an HTTP head, and the name and the mask stand elsewhere."""
    async with IpcV2Simulator(name="Gate & yard") as camera, SearchResponder([camera]):
        ((document, _),) = await ask_ssdp()
        assert document.startswith(b"<multicastSearchResult><tcpIp><devName>Gate &amp; yard</devName>")
        assert {"tcpIp/mask", "tcpIp/devName"} <= set(rows(document))
        camera.xml_head = camera.xml_second_form = True
        ((document, _),) = await ask_ssdp()
        head, _, document = document.partition(b"\r\n\r\n")
        assert head == b"HTTP/1.1 200 OK\r\nContent-Type: text/xml"
        assert {"tcpIp/maskAddr", "productInfo/devName", "productInfo/softwareBulildDate"} <= set(rows(document))


async def test_old_devices() -> None:
    """A short answer ends before the serial number, and may go where searches go, without being taken for one."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]) as responder:
        camera.mhed_short = camera.mhed_to_searchers = True
        ((data, _),) = await ask_mhed(2, data=mhed_search(), group=MHED_SEARCHES[0])
        assert len(data) == 140
        assert number(data, 4) == 0x00010002
        assert [heard.command for heard in responder.search_log] == [1]


@pytest.mark.parametrize("word", [7, 8, 9])
async def test_searches_of_all_versions(word: int) -> None:
    """Programs search with three versions."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]):
        assert len(await ask_mhed(data=mhed_search(word=word))) == 1


@pytest.mark.parametrize(
    "data",
    [
        mhed_search(search_answers.SET_NETWORK),
        mhed_search(0x10),
        mhed_search(word=3),
        mhed_search()[:139],
        mhed_search()[:139] + b"\x01",
        b"MHED",
        b"",
    ],
)
async def test_nothing_else_is_answered(data: bytes) -> None:
    """Whatever is no search is logged, whether all were told or one device alone, and is not answered."""
    async with NvrV1Simulator() as recorder, SearchResponder([recorder]) as responder:
        await ask_mhed()
        responder.search_log.clear()
        async with program(MHED_ANSWERS[0]) as listener:
            send_to_group(data, MHED_SEARCHES)
            send_to_group(data, ("127.0.0.1", 23456))
            await asyncio.sleep(0.1)
            assert listener.heard == []
        assert [heard.data for heard in responder.search_log] == [data, data]
        expected = {number(data, 8)} if len(data) >= 12 else set()
        assert responder.commands == expected


@pytest.mark.parametrize(
    "data",
    [
        ssdp_search("ssdp:all"),
        ssdp_search().replace(b"\r\n", b"\n"),
        ssdp_search().replace(b'"', b""),
        ssdp_search().replace(b"MX: 3\r\n", b""),
        ssdp_search()[:-2],
        b"NOTIFY * HTTP/1.1\r\n\r\n",
        b"\xff" * 300,
    ],
)
async def test_other_searches_are_not_answered(data: bytes) -> None:
    """A search for something else, or one that is not well-formed, is logged alone."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]) as responder, program() as searcher:
        searcher.ask(data, SSDP_SEARCHES)
        await asyncio.sleep(0.1)
        assert searcher.heard == []
        assert [heard.data for heard in responder.search_log] == [data]


async def test_strangers_answer_too() -> None:
    """Other devices answer every search with headers."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]) as responder:
        responder.strangers.append(search_answers.ordinary_answer())
        answers = [data for data, _ in await ask_ssdp(2)]
        assert search_answers.ordinary_answer() in answers
        assert len(answers) == 2


async def test_one_search_alone() -> None:
    """A device, or all of them, may know one of the two searches only."""
    async with IpcV1Simulator() as camera, NvrV1Simulator() as recorder:
        camera.answers_mhed = recorder.answers_ssdp = False
        async with SearchResponder([camera, recorder]):
            assert [data[32:38].hex(":") for data, _ in await ask_mhed()] == [recorder.mac]
            assert [rows(data)["tcpIp/macAddr"].lower() for data, _ in await ask_ssdp()] == [camera.mac]
        async with SearchResponder([camera, recorder], ssdp=False), program() as searcher:
            searcher.ask(ssdp_search(), SSDP_SEARCHES)
            await asyncio.sleep(0.1)
            assert searcher.heard == []


async def test_silent_without_power() -> None:
    """A device that was not started, or is cut off, does not answer; one that is added later does."""
    camera, recorder = IpcV1Simulator(), NvrV1Simulator()
    async with SearchResponder([camera]) as responder, recorder:
        responder.devices.append(recorder)
        assert len(await ask_mhed()) == 1
        async with camera:
            assert len(await ask_mhed(2)) == 2
            camera.faults.refuse_connections = True
            assert len(await ask_mhed()) == 1
            camera.faults = Faults()
            assert len(await ask_mhed(2)) == 2


async def test_reach() -> None:
    """Answers of cameras stay on the network segment, those of recorders pass some routers."""
    async with IpcV1Simulator() as camera, NvrV1Simulator() as recorder, SearchResponder([camera, recorder]):
        with _ear(MHED_ANSWERS[0]) as ear:
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTTL, 1)
            send_to_group(mhed_search(), MHED_SEARCHES)
            await asyncio.sleep(0.1)
            received = [ear.recvmsg(1000, 100) for _ in range(2)]
        assert {sender[1]: number(extra[0][2], 0) for _, extra, _, sender in received} == {9407: 1, 23456: 5}


async def test_delay() -> None:
    """A slow device answers later than the others."""
    async with IpcV1Simulator() as camera, NvrV1Simulator() as recorder, SearchResponder([camera, recorder]):
        camera.search_delay = 0.3
        async with program(MHED_ANSWERS[0]) as searcher:
            send_to_group(mhed_search(), MHED_SEARCHES)
            first = await searcher.until(bool)
            assert [data[32:38].hex(":") for data, _ in first] == [recorder.mac]
            assert len(await searcher.until(lambda heard: len(heard) == 2)) == 2


async def test_announces_itself() -> None:
    """Some devices tell of themselves without being asked, again and again."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]) as responder:
        async with program(MHED_ANSWERS[0]) as listener:
            await asyncio.sleep(0.15)
            assert listener.heard == []
            camera.announces_itself = 0.1
            await listener.until(lambda heard: len(heard) >= 2)
        assert responder.search_log == []


def _cuts(heard: Heard) -> set[int]:
    """Return the lengths of answers."""
    return {len(data) for data, _ in heard}


async def test_spoilt_answers() -> None:
    """Each misbehaviour shows in both protocols."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]):

        async def both(enough: int = 1, **faults: object) -> tuple[list[bytes], list[bytes]]:
            camera.search_faults = SearchFaults(**faults)  # type: ignore[arg-type]
            return [data for data, _ in await ask_mhed(enough)], [data for data, _ in await ask_ssdp(enough)]

        (plain,), (document,) = await both()
        assert await both(garbage=b"\xff\xfe") == ([b"\xff\xfe"], [b"\xff\xfe"])
        assert await both(cut=77) == ([plain[:77]], [document[:77]])
        assert await both(2, copies=2) == ([plain] * 2, [document] * 2)
        assert await both(size=60_000) == ([plain.ljust(60_000, b"\0")], [document.ljust(60_000)])
        (data,), (answer,) = await both(zero_address=True, zero_mac=True)
        assert (data[32:38], data[40:44]) == (bytes(6), bytes(4))
        assert rows(answer)["tcpIp/ipAddr"] == "0.0.0.0"
        assert rows(answer)["tcpIp/macAddr"] == "00:00:00:00:00:00"
        (data,), (answer,) = await both(wrong_magic=True)
        assert (data[:4], data[4:]) == (b"MHEE", plain[4:])
        assert answer.startswith(b"<multicastSearchRequest>")
        whole, documents = await both(2, impostor=("58:5b:69:4d:20:08", "192.0.2.99"))
        assert {data[32:38].hex(":") for data in whole} == {camera.mac, "58:5b:69:4d:20:08"}
        assert {rows(found)["tcpIp/ipAddr"] for found in documents} == {"127.0.0.1", "192.0.2.99"}


async def test_cut_at_every_length() -> None:
    """An answer comes once for each length that is too short."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]):
        ((document, _),) = await ask_ssdp()
        camera.search_faults = SearchFaults(every_length=True)
        assert _cuts(await ask_mhed(240)) == set(range(240))
        assert _cuts(await ask_ssdp(len(document))) == set(range(len(document)))


@pytest.mark.parametrize("trick", list(XmlTrick))
async def test_hurtful_documents(trick: XmlTrick) -> None:
    """Tricks fit into a datagram, with a head or without."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]):
        camera.search_faults = SearchFaults(trick=trick)
        for camera.xml_head in (False, True):
            ((document, _),) = await ask_ssdp()
            sign = {XmlTrick.DOCTYPE: b"SYSTEM", XmlTrick.BOMB: b"&e9;</devName>", XmlTrick.DEEP: b"<a><a><a>"}[trick]
            assert sign in document
            assert document.startswith(b"HTTP/1.1" if camera.xml_head else b"<")


async def test_flood() -> None:
    """Ten thousand devices that are not there answer, all of them different, and all of them arrive."""
    async with IpcV1Simulator() as camera, SearchResponder([camera]):
        camera.search_faults = SearchFaults(flood=10_000)
        async with program(MHED_ANSWERS[0]) as searcher:
            send_to_group(mhed_search(), MHED_SEARCHES)
            heard = await searcher.until(lambda heard: len(heard) > 10_000)
        assert len({data[32:38] for data, _ in heard}) == 10_001
        camera.search_faults.flood = 1000
        assert len(await ask_ssdp(1001)) == 1001


async def test_ports_are_shared_and_given_back() -> None:
    """Several responders run side by side, and each hears everything."""
    async with IpcV1Simulator() as camera, NvrV1Simulator() as recorder:
        async with SearchResponder([camera]) as first, SearchResponder([recorder]) as second:
            assert len(await ask_mhed(2)) == 2
            assert [len(log) for log in (first.search_log, second.search_log)] == [1, 1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alone:
            alone.bind((MHED_SEARCHES[0], MHED_SEARCHES[1]))


async def test_failures_are_told() -> None:
    """What goes wrong while answering fails the test that asked."""
    async with IpcV1Simulator() as camera:
        camera.rtsp_port = 70_000
        responder = await SearchResponder([camera]).__aenter__()
        send_to_group(mhed_search(), MHED_SEARCHES)
        await asyncio.sleep(0.1)
        with pytest.raises(struct.error):
            await responder.__aexit__(None, None, None)
