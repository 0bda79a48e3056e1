"""Devices of other makers that Home Assistant's DHCP hears of: no card, and no login sent to them."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
from unittest.mock import patch

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.viewwall.const import DOMAIN
from tests.searching import (
    discover,
    knocking_elsewhere,
)
from tests.simulators.thin_client import ThinClientSimulator

pytestmark = pytest.mark.usefixtures("socket_enabled", "quiet_set_up")

MAC = "58:5b:69:2b:50:02"
"""The MAC of the simulated camera."""


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Let nobody wait for a device to come back."""
    with patch("custom_components.viewwall.discovery.PATIENCE", ()):
        yield


@pytest.fixture(name="at_port")
def _at_port() -> Iterator[dict[str, int | None]]:
    """Let the probe knock at the simulator's port as if it was the usual one."""
    with knocking_elsewhere() as place:
        yield place


def _page(status: int, text: str = "<html><body>Welcome</body></html>", **headers: str) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def _router(request: web.Request) -> web.Response:
    """Ask for a login at every path."""
    return _page(HTTPStatus.UNAUTHORIZED, **{"WWW-Authenticate": 'Basic realm="Router"'})


def _digest_router(request: web.Request) -> web.Response:
    """Ask for a login at every path, in the manner of many cameras of other makers."""
    return _page(HTTPStatus.UNAUTHORIZED, **{"WWW-Authenticate": 'Digest realm="x", nonce="abc", qop="auth"'})


def _printer(request: web.Request) -> web.Response:
    """Have a page for everything."""
    return _page(HTTPStatus.OK)


def _web_server(request: web.Request) -> web.Response:
    """Know no such page."""
    return _page(HTTPStatus.NOT_FOUND)


def _bad_request(request: web.Request) -> web.Response:
    """Understand nothing."""
    return web.Response(status=HTTPStatus.BAD_REQUEST)


def _api(request: web.Request) -> web.Response:
    """Answer with XML of somebody else."""
    return web.Response(text="<config><name>x</name></config>", content_type="application/xml")


def _other_xml(request: web.Request) -> web.Response:
    """Answer with another root."""
    return web.Response(text='<DeviceInfo xmlns="http://www.ipc.com/ver10"/>', content_type="application/xml")


def _redirect(request: web.Request) -> web.Response:
    """Send everybody elsewhere."""
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": "https://127.0.0.1:1/"})


def _nagging_page(request: web.Request) -> web.Response:
    """Want a login for one page, and have another page for the rest."""
    if request.path == "/GetDeviceInfo":
        return _router(request)
    return _page(HTTPStatus.BAD_REQUEST)


def _bearer(request: web.Request) -> web.Response:
    """Want a login that no camera wants."""
    if request.path == "/GetDeviceInfo":
        return _page(HTTPStatus.UNAUTHORIZED, **{"WWW-Authenticate": "Bearer"})
    return web.Response(status=HTTPStatus.BAD_REQUEST)


def _nagging_form(request: web.Request) -> web.Response:
    """Know no pages, but want a login for whatever is sent."""
    if request.method == "GET":
        return web.Response(status=HTTPStatus.NOT_FOUND)
    return _router(request)


def _form_alone(request: web.Request) -> web.Response:
    """Take no GET, and thank for everything."""
    return _page(HTTPStatus.METHOD_NOT_ALLOWED if request.method == "GET" else HTTPStatus.OK)


def _endless(request: web.Request) -> web.Response:
    """Answer with far too much."""
    return web.Response(body=b"<config>" + b" " * 200_000)


@pytest.mark.parametrize(
    "manner",
    [
        _router,
        _digest_router,
        _printer,
        _web_server,
        _bad_request,
        _api,
        _other_xml,
        _redirect,
        _nagging_page,
        _bearer,
        _nagging_form,
        _form_alone,
        _endless,
    ],
)
async def test_no_card_for_strangers(
    hass: HomeAssistant, at_port: dict[str, int | None], manner: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Say nothing about other devices of these address ranges, and send them no login."""
    seen: list[web.Request] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request)
        answer: web.Response = manner(request)  # type: ignore[operator]
        return answer

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        at_port["port"] = server.port
        result = await discover(hass, MAC, "127.0.0.1")

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_viewtron")
    assert seen
    assert len(seen) <= 4
    assert not any("Authorization" in request.headers for request in seen)
    assert hass.config_entries.flow.async_progress() == []
    assert not [record for record in caplog.records if DOMAIN in record.name and record.levelname != "DEBUG"]


async def test_no_card_for_a_thin_client(hass: HomeAssistant, at_port: dict[str, int | None]) -> None:
    """Take no Thin Client for a camera."""
    async with ThinClientSimulator() as wall:
        at_port["port"] = wall.port
        result = await discover(hass, MAC, wall.host)

    assert result["reason"] == "not_viewtron"


@pytest.mark.parametrize("talk", [b"", b"SSH-2.0-OpenSSH_9.9\r\n", b"\xff" * 5000])
async def test_no_card_for_who_speaks_no_http(hass: HomeAssistant, at_port: dict[str, int | None], talk: bytes) -> None:
    """Bear who hangs up or talks about something else."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(talk)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1")
    async with server:
        at_port["port"] = server.sockets[0].getsockname()[1]
        result = await discover(hass, MAC, "127.0.0.1")

    assert result["reason"] == "not_viewtron"
