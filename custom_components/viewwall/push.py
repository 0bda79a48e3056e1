"""The webhook: receive -> parse -> identify -> apply, and the watchdog over the device's heartbeat."""

import asyncio
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge
from aiohttp.web_protocol import RequestPayloadError
from homeassistant.components import webhook
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .push_address import IPAddress, resolve, to_ip
from .viewtron import Post, PostKind, parse_post

if TYPE_CHECKING:
    from .detections import PostApplier
    from .runtime import ViewtronRuntime

_LOGGER = logging.getLogger(__name__)

MAX_BODY: Final = 8 * 1024 * 1024
READ_LIMIT: Final = 30
"""Seconds that a device may take to send one message."""
LARGE_BODY: Final = 64 * 1024
MAX_LARGE_AT_ONCE: Final = 8

HEARTBEAT_RANGE: Final = (10.0, 120.0)
MISSED_HEARTBEATS: Final = 3
FIRST_WITHIN: Final = 120
"""Seconds within which a device that we have set up ourselves should send its first message."""
RESOLVE_PAUSE: Final = 60
"""Seconds between two look-ups of the device's name."""
STRANGER_MEMORY: Final = 60 * 60
"""Seconds after which a stranger who has stopped posting is forgotten."""

SUCCESS: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<config version="1.0" xmlns="http://www.ipc.com/ver10"><status>success</status></config>'
)
_XML: Final = {"Content-Type": "application/xml; charset=utf-8"}


@dataclass(slots=True)
class PushStatistics:
    """What arrived at one webhook."""

    received: int = 0
    last: datetime | None = None
    last_kind: PostKind | None = None
    strangers: int = 0
    unknown: int = 0
    unknown_reasons: deque[str] = field(default_factory=lambda: deque(maxlen=10))
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sent a message."""

    address: str
    is_device: bool


class PushReceiver:
    """Takes what one device pushes."""

    def __init__(self, hass: HomeAssistant, runtime: ViewtronRuntime, applier: PostApplier) -> None:
        """Receive for `runtime` and let `applier` do what messages say."""
        self._hass = hass
        self._runtime = runtime
        self._applier = applier
        self._webhook_id: str = runtime.entry.data[CONF_WEBHOOK_ID]
        self._in_turn = asyncio.Lock()
        self._large = asyncio.Semaphore(MAX_LARGE_AT_ONCE)
        self._addresses: frozenset[IPAddress] = frozenset()
        self._resolved_at = 0.0
        self._is_stopped = False
        self._last_heartbeat: float | None = None
        self._agreed: int | None = None
        """Seconds between two heartbeats, as the device was told by us; None while we have told it nothing."""
        self._spacings: deque[float] = deque(maxlen=3)
        self._doubtful: deque[float] = deque(maxlen=2)
        """The last spacings in a row that were too long to be believed."""
        self._is_silence_told = False
        self._cancel_watchdog: CALLBACK_TYPE | None = None
        self._cancel_stranger: CALLBACK_TYPE | None = None
        self.statistics = PushStatistics()
        self.alive: bool | None = None
        """Whether messages arrive; None before the first one, or after a silence that no heartbeat can judge."""
        self.heard_at: float | None = None
        """Loop time of the last message."""

    async def start(self) -> None:
        """Begin to listen."""
        self._is_stopped = False
        await self._resolve_host()
        webhook.async_register(
            self._hass,
            DOMAIN,
            self._runtime.entry.title,
            self._webhook_id,
            self._handle,
            local_only=True,
            allowed_methods=["POST"],
        )

    async def stop(self) -> None:
        """Stop listening, let the message at hand finish, and forget all timers."""
        webhook.async_unregister(self._hass, self._webhook_id)
        self._is_stopped = True
        async with self._in_turn:
            self._cancel_timers()
        ir.async_delete_issue(self._hass, DOMAIN, self._stranger_issue)

    @callback
    def _cancel_timers(self) -> None:
        for cancel in (self._cancel_watchdog, self._cancel_stranger):
            if cancel is not None:
                cancel()
        self._cancel_watchdog = self._cancel_stranger = None

    @callback
    def expect(self, heartbeat: int) -> None:
        """Count on heartbeats: the device has our address from ourselves, and sends one every so many seconds."""
        if heartbeat != self._agreed:
            self._agreed = heartbeat
            if self.alive is True and not self._is_stopped:
                self._watch()
        if self.alive is None and self._cancel_watchdog is None and not self._is_stopped:
            self._cancel_watchdog = async_call_later(self._hass, FIRST_WITHIN, self._silent)

    @callback
    def expect_nothing(self) -> None:
        """Owe it to the user, who has switched the sending off, that its end is no failure."""
        self._last_heartbeat = self._agreed = None
        self._spacings.clear()
        self._doubtful.clear()
        if self.alive is False:
            self._set_alive(None)

    async def _handle(self, _hass: HomeAssistant, _webhook_id: str, request: web.Request) -> web.Response:
        """Answer whatever was read with what devices expect; they drop the connection without it."""
        async with AsyncExitStack() as places:
            try:
                body = await self._read(request, places)
            except TimeoutError:
                return self._refuse(request, 408)
            except HTTPRequestEntityTooLarge:
                return self._refuse(request, 413)
            except ConnectionError, RequestPayloadError, web.HTTPException, ValueError:
                return self._refuse(request, 400)
            # The device's clock is judged against the arrival, not against the end of a queue.
            arrival = dt_util.utcnow()
            async with self._in_turn:
                if self._is_stopped:
                    return web.Response(status=503)
                try:
                    await self._receive(body, request.remote or "", arrival)
                except Exception:  # One message must not cost the device its connection.
                    _LOGGER.exception("Could not handle a message of %s", self._runtime.entry.title)
        return web.Response(body=SUCCESS, headers=_XML)

    def _refuse(self, request: web.Request, status: int) -> web.Response:
        self.statistics.refused += 1
        _LOGGER.debug("Refused a message from %s with %s", request.remote, status)
        response = web.Response(status=status)
        response.force_close()
        return response

    async def _read(self, request: web.Request, places: AsyncExitStack) -> bytes:
        """Read a body under our own limits: Home Assistant has none on time, and hides its own on size.

        A large one takes one of few `places`, and keeps it until it was dealt with: those that wait for their turn are
        in memory, too.
        Raises TimeoutError, HTTPRequestEntityTooLarge, and ConnectionError or ValueError for a broken body.
        """
        length = request.content_length
        if length is not None and length > MAX_BODY:
            raise HTTPRequestEntityTooLarge(MAX_BODY, length)
        # What is packed may be anything.
        is_small = length is not None and length <= LARGE_BODY and hdrs.CONTENT_ENCODING not in request.headers
        if is_small and request.content.is_eof():
            # It came together with its head: there is nothing to wait for.
            return request.content.read_nowait()
        async with asyncio.timeout(READ_LIMIT):
            if not is_small:
                await places.enter_async_context(self._large)
            return await self._read_chunks(request)

    async def _read_chunks(self, request: web.Request) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in request.content.iter_any():
            size += len(chunk)
            if size > MAX_BODY:
                raise HTTPRequestEntityTooLarge(MAX_BODY, size)
            chunks.append(chunk)
        return b"".join(chunks)

    async def _receive(self, body: bytes, address: str, arrival: datetime) -> None:
        post = parse_post(body)
        if self._is_stranger(post):
            self._report_stranger(post, address)
            return
        origin = Origin(address, await self._is_device(address))
        self._count(post)
        await self._applier.apply(post, body, origin, arrival)

    def _is_stranger(self, post: Post) -> bool:
        """Tell whether a message names a device, and none of the names is ours."""
        info = self._runtime.info
        named = {post.device.mac, post.device.serial} - {None}
        ours = {info.mac, info.serial, self._runtime.device_id}
        folded = {name.casefold() for name in ours if name}
        return bool(named) and not any(name and name.casefold() in folded for name in named)

    @property
    def _stranger_issue(self) -> str:
        return f"foreign_device_{self._runtime.entry.entry_id}"

    @callback
    def _report_stranger(self, post: Post, address: str) -> None:
        self.statistics.strangers += 1
        if self._cancel_stranger is None:
            _LOGGER.warning("Another device at %s posts to the address of %s", address, self._runtime.entry.title)
        else:
            self._cancel_stranger()
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._stranger_issue,
            data={
                "entry_id": self._runtime.entry.entry_id,
                "sender": post.device.name or post.device.mac or post.device.serial or "?",
                "address": address,
            },
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key="foreign_device",
            translation_placeholders={"device": self._runtime.entry.title},
        )

        @callback
        def _forget(_now: datetime) -> None:
            self._cancel_stranger = None
            ir.async_delete_issue(self._hass, DOMAIN, self._stranger_issue)

        self._cancel_stranger = async_call_later(self._hass, STRANGER_MEMORY, _forget)

    @callback
    def _count(self, post: Post) -> None:
        """Note that the device is alive, and learn how often it says so."""
        statistics = self.statistics
        statistics.received += 1
        statistics.last = dt_util.utcnow()
        statistics.last_kind = post.kind
        if post.kind is PostKind.UNKNOWN:
            statistics.unknown += 1
            statistics.unknown_reasons.append(post.reason or "")
        self.heard_at = now = self._hass.loop.time()
        if post.kind is PostKind.KEEPALIVE:
            if self._last_heartbeat is not None:
                self._learn(now - self._last_heartbeat)
            self._last_heartbeat = now
        self._watch()
        if self.alive is not True:
            if self._is_silence_told:
                _LOGGER.info("Messages of %s arrive again", self._runtime.entry.title)
            self._is_silence_told = False
            self._set_alive(True)
        self._runtime.changes.call((None, "message"))

    @callback
    def _learn(self, spacing: float) -> None:
        """Take a spacing for the device's own, unless an outage lies in it."""
        if self.alive is False or spacing > self._patience:
            self._doubtful.append(spacing)
        else:
            self._spacings.append(spacing)
            self._doubtful.clear()

    @property
    def _patience(self) -> float:
        """Return the seconds without a message after which the device is silent."""
        shortest, longest = HEARTBEAT_RANGE
        # The longest of the last few: a heartbeat that came early must not make the next one late.
        known = [*self._spacings, *(() if self._agreed is None else (self._agreed,))]
        if len(self._doubtful) > 1:
            # Two in a row: the device may send more rarely than before. The next one tells.
            known.append(min(self._doubtful))
        return MISSED_HEARTBEATS * min(max(max(known, default=longest), shortest), longest)

    @callback
    def _watch(self) -> None:
        if self._cancel_watchdog is not None:
            self._cancel_watchdog()
        self._cancel_watchdog = async_call_later(self._hass, self._patience, self._silent)

    @callback
    def _silent(self, _now: datetime) -> None:
        self._cancel_watchdog = None
        if self._last_heartbeat is None and self._agreed is None:
            # A device that never sent a heartbeat owes none: its silence proves nothing, but its word is old.
            self._set_alive(None)
        else:
            self._set_alive(False)
        # A camera may have lost our address.
        self._runtime.coordinator.refresh_soon("push_slot")

    @callback
    def tell_silence(self) -> None:
        """Say once that messages have stopped, of a device that answers: one that is away has its line from polling."""
        if self.alive is False and not self._is_silence_told:
            self._is_silence_told = True
            _LOGGER.info("No message of %s for %d heartbeats", self._runtime.entry.title, MISSED_HEARTBEATS)

    @callback
    def _set_alive(self, alive: bool | None) -> None:
        self.alive = alive
        self._runtime.changes.call((None, "event_push"))
        self._runtime.coordinator.async_update_listeners()

    async def _is_device(self, address: str) -> bool:
        """Tell whether an address is the entry's host, looking its name up again when in doubt."""
        sender = to_ip(address)
        if sender in self._addresses:
            return True
        stale = self._hass.loop.time() - self._resolved_at >= RESOLVE_PAUSE
        if stale and to_ip(self._runtime.entry.data[CONF_HOST]) is None:
            await self._resolve_host()
        return sender in self._addresses

    async def _resolve_host(self) -> None:
        """Look the device's addresses up; those of before stay if that fails."""
        host: str = self._runtime.entry.data[CONF_HOST]
        self._resolved_at = self._hass.loop.time()
        known = to_ip(host)
        self._addresses = frozenset(await resolve(self._hass, host) if known is None else [known]) or self._addresses
