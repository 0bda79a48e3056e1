"""What the tests of pushed messages share."""

import asyncio
import gzip
from typing import Any
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er

from custom_components.viewwall.const import DOMAIN
from tests.simulators.device import Simulator
from tests.simulators.posts_base import Picture
from tests.simulators.push import PushResult, read_answer

"""Lets seconds pass and waits for what they bring."""


def jpeg(mark: str, size: int = 64) -> Picture:
    """Return bytes that start and end like a JPEG and differ by their mark."""
    return Picture(b"\xff\xd8\xff\xe0" + mark.encode().ljust(size - 6, b".") + b"\xff\xd9", 640, 360)


def find(hass: HomeAssistant, device: Simulator, entity: str, channel: int | None = None) -> str | None:
    """Return the entity id of `platform.key`, None while the entity is not there."""
    platform, key = entity.split(".")
    place = "" if channel is None else f"{channel}_"
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{device.mac}_{place}{key}")


def entity_id(hass: HomeAssistant, device: Simulator, entity: str, channel: int | None = None) -> str:
    """Return the entity id of `platform.key`."""
    found = find(hass, device, entity, channel)
    assert found is not None, (entity, channel)
    return found


def state(hass: HomeAssistant, device: Simulator, entity: str, channel: int | None = None) -> State:
    """Return the state of `platform.key`."""
    found = hass.states.get(entity_id(hass, device, entity, channel))
    assert found is not None, (entity, channel)
    return found


def value(hass: HomeAssistant, device: Simulator, entity: str, channel: int | None = None) -> str:
    """Return the text of the state of `platform.key`."""
    return state(hass, device, entity, channel).state


def device_id(hass: HomeAssistant, entry: ConfigEntry[Any], device: Simulator, channel: int | None = None) -> str:
    """Return the registry's id of a device or of one of its channels."""
    place = "" if channel is None else f"_{channel}"
    found = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, f"{device.mac}{place}"), entry.entry_id)
    assert found is not None, channel
    return found.id


def http_request(url: str, body: bytes = b"", *headers: str, method: str = "POST", length: int | None = -1) -> bytes:
    """Return a request as bytes; a length of -1 is the true one, None leaves it out."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path} HTTP/1.1", f"Host: {parts.netloc}", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length == -1 else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*parts: bytes) -> bytes:
    """Return a body in chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def packed(body: bytes) -> bytes:
    """Return a body as gzip packs it."""
    return gzip.compress(body)


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection to the server of a URL."""
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def exchange(url: str, *requests: bytes) -> list[PushResult]:
    """Send requests over one connection, each after the answer to the one before."""
    reader, writer = await connect(url)
    answers = []
    try:
        for request in requests:
            writer.write(request)
            answers.append(await asyncio.wait_for(read_answer(reader), 10))
    finally:
        writer.close()
    return answers


async def post(url: str | None, body: bytes, *headers: str) -> PushResult:
    """Post one message by plain HTTP."""
    assert url is not None
    return (await exchange(url, http_request(url, body, "Content-Type: application/xml", *headers)))[0]
