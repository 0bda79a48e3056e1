"""Speak to simulated devices in raw HTTP and read what they post."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from xml.etree import ElementTree as ET

from aiohttp import ClientSession, encode_basic_auth, web

from .commands import ViewtronSimulator

NAMESPACE = "{http://www.ipc.com/ver10}"


async def ask(
    device: ViewtronSimulator, command: str, content: str | bytes = b"", method: str = "POST"
) -> tuple[int, bytes]:
    """Send a command with the content of its body, or with a whole body; return status and answer."""
    body = f'<config version="1.0">{content}</config>' if isinstance(content, str) else content
    login = {"Authorization": encode_basic_auth(device.username, device.password)}
    async with (
        ClientSession(headers=login) as session,
        session.request(method, f"{device.url}/{command}", data=body) as answer,
    ):
        return answer.status, await answer.read()


@asynccontextmanager
async def posts() -> AsyncIterator[tuple[str, list[ET.Element]]]:
    """Run a server and yield its address and the posts that arrive there."""
    seen: list[ET.Element] = []

    async def take(request: web.BaseRequest) -> web.Response:
        seen.append(tree(await request.read()))
        return web.Response(body=b"<config><status>success</status></config>", content_type="application/xml")

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/API", seen
    finally:
        await runner.cleanup()


def tree(body: bytes) -> ET.Element:
    """Return the root of a document, without namespaces."""
    root = ET.fromstring(body)  # noqa: S314
    for element in root.iter():
        element.tag = element.tag.removeprefix(NAMESPACE)
    return root


def code(answer: tuple[int, bytes]) -> tuple[int, str | None]:
    """Return the status and the error code of an answer."""
    return answer[0], tree(answer[1]).get("errorCode")


def rows(body: bytes, path: str) -> list[dict[str, str]]:
    """Return the items of a list as names and texts."""
    return [{field.tag: (field.text or "").strip() for field in item} for item in tree(body).iterfind(f"{path}/item")]


async def names(device: ViewtronSimulator) -> set[str]:
    """Return the commands that a device says it knows."""
    _, body = await ask(device, "GetSupportedAPIs")
    return {item.text or "" for item in tree(body).iterfind("applicationInterfaces/item")}
