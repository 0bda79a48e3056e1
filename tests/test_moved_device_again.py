"""A moved device that was not followed the first time, and what happens to its entry meanwhile."""

import asyncio
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.viewwall import discovery
from custom_components.viewwall.recognition import recognise_again
from custom_components.viewwall.viewtron.client import ViewtronClient
from custom_components.viewwall.viewtron.errors import (
    ViewtronFailedError,
    ViewtronLockedError,
    ViewtronNoAnswerError,
)
from tests.conftest import Later, SetUp
from tests.moved import NEW_ADDRESS, OLD_ADDRESS, hear_of, move, retrying, two_addresses
from tests.searching import choose, discover, entry_of, here_alone, leases_of, logins, search
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.search_responder import SearchResponder
from tests.walls import until


@pytest.fixture(autouse=True)
def _two_addresses(socket_enabled: None) -> Iterator[None]:
    """Allow both loopback addresses, and let nobody be patient."""
    with two_addresses():
        yield


async def test_removed_while_it_is_polled(hass: HomeAssistant, set_up: SetUp) -> None:
    """End the question whether a device is where it was together with its entry."""
    async with IpcV1Simulator() as camera:
        entry = await set_up(camera)
        go, reached = asyncio.Event(), asyncio.Event()

        async def slow(_: ViewtronClient) -> None:
            reached.set()
            await go.wait()
            raise ViewtronLockedError("x")

        with patch.object(ViewtronClient, "alarm_status", slow):
            hearing = hass.async_create_task(discover(hass, camera.mac, NEW_ADDRESS))
            await reached.wait()
            await hass.config_entries.async_remove(entry.entry_id)
            go.set()
            assert (await hearing)["reason"] == "already_configured"
            await hass.async_block_till_done(wait_background_tasks=True)

        assert [key for _, key in ir.async_get(hass).issues if entry.entry_id in key] == []


@pytest.mark.parametrize("status", [500, 404])
async def test_stranger_gets_one_login(hass: HomeAssistant, status: int) -> None:
    """Send the login once to who takes it and then says nothing, by neither method, however often DHCP tells of it."""
    told = []

    async def handle(request: web.Request) -> web.Response:
        if request.path == "/GetNoSuchThing":
            return web.Response(status=400)
        if "Authorization" in request.headers:
            told.append(request.method)
            return web.Response(status=status)
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app, host=NEW_ADDRESS) as server, IpcV2Simulator() as camera:
        entry = entry_of(camera, port=server.port)
        await retrying(hass, entry)
        with patch("custom_components.viewwall.discovery.PATIENCE", (0, 0)):
            for _ in range(3):
                await discover(hass, camera.mac, NEW_ADDRESS)

    assert told == ["POST"]


@pytest.mark.parametrize("error", [ViewtronNoAnswerError("x"), ViewtronFailedError("x")])
@pytest.mark.parametrize("by_user", [False, True])
async def test_hiccup_is_forgiven(hass: HomeAssistant, by_user: bool, error: Exception) -> None:
    """Try again after half an hour where the answer was lost, and at once when the user chooses it."""
    now = hass.loop.time()
    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)

        async def stumble(client: ViewtronClient) -> None:
            client._transport.has_sent_login = True
            raise error

        with patch.object(ViewtronClient, "identify", stumble):
            await hear_of(hass, camera)
        await hear_of(hass, camera)
        assert (entry.data["host"], logins(camera)) == (OLD_ADDRESS, 0)
        if by_user:
            with here_alone():
                async with SearchResponder([camera]):
                    result = await choose(hass, await search(hass), "now at this address")
            assert result["reason"] == "moved"
        else:
            with patch.object(hass.loop, "time", lambda: now + 31 * 60):
                await hear_of(hass, camera)

    assert entry.data["host"] == NEW_ADDRESS


@pytest.mark.parametrize("is_locked", [False, True])
async def test_user_cannot_have_a_refused_login_repeated(hass: HomeAssistant, is_locked: bool) -> None:
    """Say why a device was not followed, and spend no second login on it."""
    with here_alone():
        async with IpcV2Simulator() as camera, SearchResponder([camera]):
            entry = entry_of(camera, host=OLD_ADDRESS)
            await move(camera)
            await retrying(hass, entry)
            camera.password = "changed-On-Site-8"
            if is_locked:
                camera.lock_after = 0
            for _ in range(2):
                result = await choose(hass, await search(hass), "now at this address")
                words = result["description_placeholders"]
                assert words is not None
                assert (result["reason"], words["device"]) == ("not_moved", "Gate camera")
                assert ("locked the user" if is_locked else "refused the login") in words["why"]
            assert logins(camera) == 1


async def test_still_being_set_up(hass: HomeAssistant) -> None:
    """Wait for an entry that is being set up at the old address when DHCP tells of the new one."""
    go = asyncio.Event()
    original = ViewtronClient.identify

    async def slow(client: ViewtronClient) -> Any:
        if not go.is_set():
            await go.wait()
            raise ViewtronNoAnswerError("x")
        return await original(client)

    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        entry.add_to_hass(hass)
        with (
            patch.object(ViewtronClient, "identify", slow),
            patch("custom_components.viewwall.discovery.PATIENCE", (0.2,)),
        ):
            setting = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
            await until(lambda: entry.state is ConfigEntryState.SETUP_IN_PROGRESS)
            hearing = hass.async_create_task(discover(hass, camera.mac, NEW_ADDRESS))
            await asyncio.sleep(0.05)
            assert entry.state is ConfigEntryState.SETUP_IN_PROGRESS
            go.set()
            await setting
            await hearing
            await hass.async_block_till_done(wait_background_tasks=True)

    assert entry.data["host"] == NEW_ADDRESS


@pytest.mark.parametrize("is_loaded", [True, False])
async def test_lease_that_was_heard_too_early(
    hass: HomeAssistant, set_up: SetUp, later: Later, is_loaded: bool
) -> None:
    """Follow a device by what DHCP remembers when it does not answer; DHCP tells of a new address but once."""
    with leases_of(hass) as leases:
        async with IpcV2Simulator() as camera:
            if is_loaded:
                entry = await set_up(camera)
            leases[camera.mac.replace(":", "")] = {"ip": NEW_ADDRESS, "hostname": "x"}
            leases["585b69777777"] = {"ip": "127.0.0.8", "hostname": "of another one"}
            await move(camera)
            if is_loaded:
                await later(61)
            else:
                entry = entry_of(camera, host=OLD_ADDRESS)
                entry.add_to_hass(hass)
                with patch("custom_components.viewwall.discovery.PATIENCE", (0.1,)):
                    await hass.config_entries.async_setup(entry.entry_id)
                    await hass.async_block_till_done(wait_background_tasks=True)
            await hass.async_block_till_done(wait_background_tasks=True)

            assert entry.data["host"] == NEW_ADDRESS
            assert entry.state is ConfigEntryState.LOADED


async def test_looked_for_once_a_minute(hass: HomeAssistant) -> None:
    """Do not look at every poll."""
    with leases_of(hass) as leases:
        async with IpcV2Simulator() as camera:
            leases[camera.mac.replace(":", "")] = {"ip": NEW_ADDRESS, "hostname": "x"}
            entry = entry_of(camera, host=OLD_ADDRESS)
        entry.add_to_hass(hass)
        with patch("custom_components.viewwall.discovery.follow") as follow:
            for _ in range(5):
                discovery.look_for(hass, entry)

    assert follow.call_count == 1


async def test_typed_meanwhile(hass: HomeAssistant) -> None:
    """Keep what the user has typed while the device was asked."""
    original = recognise_again

    async def slow(*args: Any) -> Any:
        found = await original(*args)
        hass.config_entries.async_update_entry(entry, data={**entry.data, "host": "gate.home.arpa", "port": 8080})
        return found

    async with IpcV2Simulator() as camera:
        entry = entry_of(camera, host=OLD_ADDRESS)
        await move(camera)
        await retrying(hass, entry)
        with patch("custom_components.viewwall.discovery.recognise_again", slow):
            await discover(hass, camera.mac, NEW_ADDRESS)

    assert (entry.data["host"], entry.data["port"]) == ("gate.home.arpa", 8080)
