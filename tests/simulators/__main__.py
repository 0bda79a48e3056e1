"""Run one simulated device by hand: `python -m tests.simulators ipc_v1 --port 8081 --push URL`.

It answers searches on the network of its host. A Thin Client, which no search finds, takes `--screen FILE` instead of
`--push`, and writes a picture of its monitor there at every change.
"""

import argparse
import asyncio
import contextlib
from itertools import cycle
from pathlib import Path
import socket

from .ipc import IpcV1Simulator, IpcV2Simulator
from .nvr import NvrV1Simulator, NvrV2Simulator
from .search_responder import MHED_SEARCHES, SearchResponder
from .state import Auth, Shape
from .thin_client import ThinClientSimulator
from .thin_client_state import Shape as WallShape

KINDS: dict[str, type[IpcV1Simulator | IpcV2Simulator | NvrV1Simulator | NvrV2Simulator]] = {
    "ipc_v1": IpcV1Simulator,
    "ipc_v2": IpcV2Simulator,
    "nvr_v1": NvrV1Simulator,
    "nvr_v2": NvrV2Simulator,
}
THIN_CLIENT = "thin_client"
PLATES = (("ABC123", "whiteList"), ("KLM478", None), ("XYZ900", "blackList"))


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=[*KINDS, THIN_CLIENT])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--name")
    parser.add_argument("--mac")
    parser.add_argument("--serial", help="of a Thin Client")
    parser.add_argument("--auth", type=Auth, choices=list(Auth), default=Auth.BASIC)
    parser.add_argument("--shape", choices=[*Shape, WallShape.SAMPLES], default=Shape.DOCUMENTED)
    parser.add_argument("--push", help="URL to post to")
    parser.add_argument("--every", type=float, default=20, help="seconds between two posts")
    parser.add_argument("--screen", type=Path, help="JPEG file of what a Thin Client shows")
    parser.add_argument("--no-search", action="store_true", help="do not answer searches on the network")
    arguments = parser.parse_args()
    if arguments.shape not in list(WallShape if arguments.kind == THIN_CLIENT else Shape):
        parser.error(f"{arguments.kind} has no shape {arguments.shape}")
    return arguments


async def _run(arguments: argparse.Namespace) -> None:
    """Run the device until it is interrupted."""
    device = KINDS[arguments.kind](
        name=arguments.name, mac=arguments.mac, auth=arguments.auth, shape=Shape(arguments.shape)
    )
    await device.start(arguments.host, arguments.port)
    print(f"{device.name} ({device.mac}) at {device.url}, {device.username} / {device.password}")
    device.push_url = arguments.push
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(device.stop)
        if not arguments.no_search:
            try:
                await stack.enter_async_context(SearchResponder([device], interfaces=(_interface(device.host),)))
            except OSError as error:
                print(f"searches are not answered: {error}")
        for number, listed in cycle(PLATES):
            await asyncio.sleep(arguments.every)
            if device.push_url:
                await _post(device, number, listed)


def _interface(host: str) -> str:
    """Return the local address to answer searches on: the host, or the one that leads to the network."""
    if host not in ("", "0.0.0.0"):
        return socket.gethostbyname(host)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a UDP socket sends nothing, it only chooses the address.
        probe.connect(MHED_SEARCHES)
        address: str = probe.getsockname()[0]
        return address


async def _run_wall(arguments: argparse.Namespace) -> None:
    """Run a Thin Client until it is interrupted, and tell what its monitor shows."""
    wall = ThinClientSimulator(name=arguments.name or "Lobby wall", shape=WallShape(arguments.shape))
    wall.serial = arguments.serial or wall.serial

    def tell() -> None:
        print(*wall.showing())
        if arguments.screen:
            arguments.screen.write_bytes(wall.screen())

    wall.on_screen_change(tell)
    await wall.start(arguments.host, arguments.port)
    print(f"{wall.name} ({wall.serial}) at {wall.url}, admin / {wall.password}")
    tell()
    try:
        await asyncio.Event().wait()
    finally:
        await wall.stop()


async def _post(
    device: IpcV1Simulator | IpcV2Simulator | NvrV1Simulator | NvrV2Simulator, number: str, listed: str | None
) -> None:
    """Post a sign of life and a plate, and tell how the server took it."""
    try:
        await device.send_keepalive()
        result = await device.send_plate(number, listed=listed)
    except (OSError, EOFError) as error:
        print(f"{number}: {error!r}")
    else:
        print(f"{number}: HTTP {result.status}")


with contextlib.suppress(KeyboardInterrupt):
    given = _arguments()
    asyncio.run(_run_wall(given) if given.kind == THIN_CLIENT else _run(given))
