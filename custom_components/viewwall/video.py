"""Pictures and addresses of live video, asked of a device as seldom as possible."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import logging
from typing import Final

from homeassistant.core import HomeAssistant

from .thin_client import ThinClientError
from .viewtron.client import DEFAULT_RTSP_PORT, ViewtronClient
from .viewtron.errors import ViewtronConnectionError, ViewtronError
from .viewtron.models import StreamPaths
from .viewtron.rtsp import nvr_paths, probe_path, rtsp_url

_LOGGER = logging.getLogger(__name__)

SNAPSHOT_AGE: Final = 2.0
"""Seconds for which all viewers share one snapshot."""


@dataclass(slots=True)
class _Snapshot:
    taken: float
    picture: bytes | None


class SharedPictures[Key]:
    """Pictures by key, each fetched once for all who look."""

    def __init__(self, hass: HomeAssistant, fetch: Callable[[Key], Awaitable[bytes]]) -> None:
        """Fetch pictures with `fetch`, which may raise any error of a device."""
        self._hass = hass
        self._fetch = fetch
        self._newest: dict[Key, _Snapshot] = {}
        self._in_turn: dict[Key, asyncio.Lock] = {}

    async def get(self, key: Key) -> bytes | None:
        """Return a picture that is at most SNAPSHOT_AGE old; None if the device gives none."""
        async with self._in_turn.setdefault(key, asyncio.Lock()):
            now = self._hass.loop.time()
            newest = self._newest.get(key)
            if newest is None or now - newest.taken >= SNAPSHOT_AGE:
                newest = _Snapshot(now, await self._take(key))
                newest.taken = self._hass.loop.time()
                self._newest[key] = newest
            return newest.picture

    async def _take(self, key: Key) -> bytes | None:
        try:
            return await self._fetch(key)
        except (ViewtronError, ThinClientError) as error:
            _LOGGER.debug("No picture of %s: %s", key, error)
            return None


class Snapshots(SharedPictures[int | None]):
    """Snapshots of a Viewtron device, by channel."""

    def __init__(self, hass: HomeAssistant, client: ViewtronClient) -> None:
        """Take snapshots with `client`."""
        super().__init__(hass, client.snapshot)


class Stills(SharedPictures[str]):
    """Stills of a wall's cameras, by the camera's id."""


class StreamAddresses:
    """RTSP addresses by channel; asked and probed when somebody first looks."""

    def __init__(self, client: ViewtronClient, host: str, username: str, password: str, *, nvr: bool) -> None:
        """Find the addresses of the device that `client` asks."""
        self._client = client
        self._host = host
        self._username = username
        self._password = password
        self._nvr = nvr
        self._port: int | None = None
        self._paths: dict[int | None, StreamPaths] = {}
        self._form: int | None = None
        self._in_turn = asyncio.Lock()

    def url(self, channel: int | None, key: str) -> str:
        """Return the address of a stream (`main` or `sub`) by what is known, credentials included."""
        paths = self._paths.get(channel) or self._usual(channel)
        path = paths.main if key == "main" or paths.sub is None else paths.sub
        return rtsp_url(self._host, self._port or DEFAULT_RTSP_PORT, path or "/", self._username, self._password)

    async def find(self, channel: int | None) -> None:
        """Ask the device where its streams are, once; without an answer the usual addresses stay."""
        async with self._in_turn:
            try:
                await self._ask(channel)
            except ViewtronError as error:
                _LOGGER.debug("No stream addresses of channel %s: %s", channel, error)

    def forget(self) -> None:
        """Ask anew for the paths when somebody looks next; the port is a setting, which stays."""
        self._form = None
        self._paths.clear()

    async def plain(self, channel: int | None) -> tuple[str, ...]:
        """Return the addresses of a channel's streams, main first, without credentials, as the device tells them.

        Raises any ViewtronError while it has not told them.
        """
        async with self._in_turn:
            try:
                paths = await self._ask(channel)
            except ViewtronConnectionError:
                # Its RTSP server may answer to others, or later.
                paths = await self._client.stream_paths(channel)
        port = self._port or DEFAULT_RTSP_PORT
        return tuple([rtsp_url(self._host, port, path) for path in (paths.main, paths.sub) if path])

    async def _ask(self, channel: int | None) -> StreamPaths:
        """Ask the device once; raises any ViewtronError."""
        if channel not in self._paths:
            if self._port is None:
                self._port = await self._client.rtsp_port()
            paths = await self._client.stream_paths(channel)
            self._paths[channel] = await self._proven(channel or 1, paths) if self._nvr else paths
        return self._paths[channel]

    async def _proven(self, channel: int, paths: StreamPaths) -> StreamPaths:
        """Return the paths in the form that this NVR really serves: documents and devices know several.

        Raises ViewtronConnectionError while its RTSP server does not answer.
        """
        told = paths.sub or paths.main or ""
        if self._form is None:
            forms = nvr_paths(channel, "sub" if paths.sub else "main")
            candidates = list(dict.fromkeys([told, *forms]))
            found = await probe_path(
                self._host, self._port or DEFAULT_RTSP_PORT, candidates, self._username, self._password
            )
            self._form = forms.index(found) if found in forms and found != told else -1
        if self._form < 0:
            return paths
        return StreamPaths(main=nvr_paths(channel, "main")[self._form], sub=nvr_paths(channel, "sub")[self._form])

    def _usual(self, channel: int | None) -> StreamPaths:
        if not self._nvr:
            return StreamPaths(main="/profile1", sub="/profile2")
        return StreamPaths(main=nvr_paths(channel or 1, "main")[0], sub=nvr_paths(channel or 1, "sub")[0])
