"""The demo's command line, and what can be told before anything starts."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
import errno
import fcntl
from pathlib import Path
import socket
from typing import IO, Final

ROOT: Final = Path(__file__).resolve().parents[2]
DEMO: Final = ROOT / ".demo"
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})
_GIVEN: Final[set[int]] = set()
"""The free ports that this process was told of."""


class DemoError(Exception):
    """Tell the user in one line why the demo cannot go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for; `pace` 2 means twice as many events."""

    host: str
    port: int
    fresh: bool
    check: bool
    pace: float

    @property
    def reachable_host(self) -> str:
        """Return an address at which this machine reaches what listens at `host`."""
        return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)


def parse_arguments(arguments: Sequence[str]) -> Options:
    """Read the command line; raises SystemExit with a usage line for what it cannot be."""
    parser = argparse.ArgumentParser(
        prog="script/demo",
        description="Start a real Home Assistant with ViewWall and simulated cameras, recorders and a video wall."
        " Ctrl-C ends it.",
        epilog="Everything is kept in .demo/ inside this checkout: a second start goes on where the first one ended.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen at (%(default)s); 0.0.0.0 lets the whole network in"
    )
    parser.add_argument("--port", type=_port, default=8123, help="port of Home Assistant (%(default)s)")
    parser.add_argument("--fresh", action="store_true", help="forget everything of earlier starts first")
    parser.add_argument("--pace", type=_pace, default=1.0, help="2: twice as many events, 0.5: half as many (1)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="start a second demo beside any other, on free ports and in a temporary folder; wait until a plate, its"
        " picture and live video came through Home Assistant, a plate filled the video wall and one that was allowed"
        " just before opened the gate, a search found all devices and a camera that was reset sends its events again,"
        " and stop",
    )
    return Options(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    """Read a port."""
    if not 1 <= (port := int(text)) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _pace(text: str) -> float:
    """Read a factor."""
    if not 0.01 <= (pace := float(text)) <= 100:
        raise argparse.ArgumentTypeError("the pace is a factor from 0.01 to 100")
    return pace


def require_port(host: str, port: int) -> None:
    """Raise DemoError if nobody can listen at host and port now."""
    try:
        _bind(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise DemoError(f"Port {port} is taken by another program. Try: script/demo --port {port + 1}") from None
        raise DemoError(f"Nothing can listen at {host} port {port}: {error.strerror or error}") from None


def free_port(preferred: int = 0) -> int:
    """Return a free port of the loopback address: the preferred one if possible, else one that was not given before."""
    try:
        port = _bind("127.0.0.1", preferred)
    except OSError:
        port = _bind("127.0.0.1", 0)
    # Nobody listens there yet, so the system may well offer it again.
    while port in _GIVEN and port != preferred:
        port = _bind("127.0.0.1", 0)
    _GIVEN.add(port)
    return port


def _bind(host: str, port: int) -> int:
    """Take a port for a moment and return its number; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        # Connections that ended a moment ago keep no server from the port; a server that listens does.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen()
        number: int = taken.getsockname()[1]
        return number


def lock_folder(folder: Path) -> IO[str]:
    """Take a demo folder for this process, until the returned file is closed; raises DemoError if a demo runs in it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "running").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        where = lock.read().strip()
        lock.close()
        raise DemoError(f"The demo is running already{': ' + where if where else ''}. End that one first.") from None
    return lock


def sign_lock(lock: IO[str], text: str) -> None:
    """Write into the lock where the demo is found."""
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()
