"""Misbehaviour of the simulated devices on the wire, byte by byte."""

import asyncio

import pytest

from .ipc import IpcV2Simulator
from .state import Faults
from .thin_client import ThinClientSimulator
from .thin_client_state import Faults as WallFaults

pytestmark = pytest.mark.usefixtures("socket_enabled")
REQUEST = b"POST /Session HTTP/1.1\r\nHost: wall\r\nContent-Length: 2\r\n\r\n{}"


class Line:
    """A connection to a device."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take both of its ends."""
        self.reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> tuple[int, int]:
        """Send a request; return the length that the answer claims, and how many bytes of it come at once."""
        self._writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        return length, len(await self.reader.read(100_000))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def line_to(device: IpcV2Simulator | ThinClientSimulator) -> Line:
    """Connect to a device."""
    return Line(*await asyncio.open_connection(device.host, device.port))


@pytest.fixture(name="request_bytes")
def _request_bytes() -> bytes:
    """Return a request whose answer has a body although it brings no login."""
    return b"POST /GetNothing HTTP/1.1\r\nHost: camera\r\n\r\n"


@pytest.mark.parametrize("is_wall", [False, True], ids=["camera", "wall"])
async def test_spoilt_answers(is_wall: bool, request_bytes: bytes) -> None:
    """Stall in the middle, announce too much and too little, and close instead of answering."""
    device: IpcV2Simulator | ThinClientSimulator = ThinClientSimulator() if is_wall else IpcV2Simulator()
    make = WallFaults if is_wall else Faults
    request = REQUEST if is_wall else request_bytes
    async with device:

        async def try_out(**faults: bool) -> tuple[Line, int, int]:
            device.faults = make(garbage=b"x" * 100, **faults)  # type: ignore[arg-type]
            line = await line_to(device)
            return line, *await line.ask(request)

        line, length, came = await try_out(wrong_length=True)
        assert (length, came) == (200, 100)
        assert await line.reader.read() == b""
        line, length, came = await try_out(short_length=True)
        assert (length, came) == (80, 100)
        line.close()
        line, length, came = await try_out(stall=True)
        assert (length, came) == (100, 50)
        more = asyncio.create_task(line.reader.read())
        await asyncio.sleep(0.05)
        assert not more.done()
        line.close()
        await more
        with pytest.raises(asyncio.IncompleteReadError):
            await try_out(drop=True)
