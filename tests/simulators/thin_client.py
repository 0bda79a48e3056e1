"""A simulated Aimetis Thin Client, written from the maker's document alone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
import re
from typing import Any, Self, override
from urllib.parse import unquote

from . import thin_client_calls as calls, thin_client_calls_system as system
from .state import Answer
from .thin_client_calls import NOTHING, Call
from .thin_client_listener import Sink, StreamingListener
from .thin_client_machine import Machine
from .thin_client_replies import (
    CAMERA_LINKS,
    MANNERS,
    PANEL_LINKS,
    SESSION_LINKS,
    SETTINGS_LINKS,
    SYSTEM_LINKS,
    Links,
    envelope,
)
from .thin_client_state import Faults, Shape, Upload, WallRequest
from .thin_client_wall import CallError

type Handler = Callable[[Machine, Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """A call: its name, the methods of the document's text, the form of its path, its handler and its links."""

    call: str
    methods: str
    path: str
    handler: Handler
    links: Links

    def match(self, path: str) -> dict[str, str] | None:
        """Return the named parts of a path, or None for another path."""
        found = _expression(self.path).fullmatch(path)
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


@cache
def _expression(path: str) -> re.Pattern[str]:
    """Return the expression for the form of a path."""
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))


_JSON = "application/json; charset=utf-8"
_MOVE = "Pan/{pan}/Tilt/{tilt}/Zoom/{zoom}"
ROUTES = (
    Route("create_session", "POST", "/Session", system.create_session, SESSION_LINKS),
    Route("delete_session", "DELETE", "/Session/{token}", system.delete_session, SESSION_LINKS),
    Route("list_panels", "GET", "/Panel", calls.list_panels, PANEL_LINKS),
    Route("create_panel", "POST", "/Panel", calls.create_panel, PANEL_LINKS),
    Route("stop_display", "POST", "/Panel/Stop", calls.stop_display, PANEL_LINKS),
    Route("refresh_panels", "POST", "/Panel/Refresh", calls.refresh_panels, PANEL_LINKS),
    Route("update_panel", "PUT", "/Panel/{panel}", calls.update_panel, PANEL_LINKS),
    Route("delete_panel", "DELETE", "/Panel/{panel}", calls.delete_panel, PANEL_LINKS),
    Route("show_panel", "GET", "/Panel/{panel}/Show", calls.show_panel, PANEL_LINKS),
    Route("set_cell", "POST", "/Panel/{panel}/Cell/{cell}/Camera/{camera}", calls.set_cell, PANEL_LINKS),
    Route("list_cameras", "GET", "/Camera", calls.list_cameras, CAMERA_LINKS),
    Route("create_camera", "POST", "/Camera", calls.create_camera, CAMERA_LINKS),
    Route("replace_cameras", "PUT", "/Camera", calls.replace_cameras, CAMERA_LINKS),
    Route("preview_picture", "POST", "/Camera/Jpeg", calls.preview_picture, CAMERA_LINKS),
    Route("update_camera", "PUT", "/Camera/{camera}", calls.update_camera, CAMERA_LINKS),
    Route("delete_camera", "DELETE", "/Camera/{camera}", calls.delete_camera, CAMERA_LINKS),
    Route("camera_picture", "GET", "/Camera/{camera}/Jpeg", calls.camera_picture, CAMERA_LINKS),
    Route("full_screen", "GET", "/Camera/{camera}/Fullscreen", calls.full_screen, CAMERA_LINKS),
    Route("move_relative", "PUT", "/PTZ/{cell}/Relative/" + _MOVE, calls.move_relative, ()),
    Route("move_absolute", "PUT", "/PTZ/{cell}/Absolute/" + _MOVE, calls.move_absolute, ()),
    Route("list_presets", "GET", "/PTZ/{cell}/Presets", calls.list_presets, ()),
    Route("read_settings", "GET", "/Settings", system.read_settings, SETTINGS_LINKS),
    Route("update_settings", "POST", "/Settings", system.update_settings, SETTINGS_LINKS),
    Route("test_connection", "POST", "/Settings/TestConnection", system.test_connection, SETTINGS_LINKS),
    Route("find_bridges", "GET", "/System/MobileBridge", system.find_bridges, SYSTEM_LINKS),
    Route("find_bridges", "GET", "/System", system.find_bridges, SYSTEM_LINKS),
    Route("is_not_registered", "GET", "/System/IsNotRegistered", system.is_not_registered, SYSTEM_LINKS),
    # The text says GET, the links say POST.
    Route("restart", "GET POST", "/System/Restart", system.restart, SYSTEM_LINKS),
    Route("restore", "GET POST", "/System/Restore", system.restore, SYSTEM_LINKS),
    Route("newest_firmware", "GET", "/System/Update", system.newest_firmware, SYSTEM_LINKS),
    Route("start_update", "POST", "/System/Update", system.start_update, SYSTEM_LINKS),
    Route("update_state", "GET", "/System/Update/State", system.update_state, SYSTEM_LINKS),
    Route("upload_firmware", "POST", "/System/Upload", system.upload_firmware, SYSTEM_LINKS),
)
_SAMPLE_METHODS = dict.fromkeys(("stop_display", "set_cell", "restart", "restore"), frozenset({"GET"}))
"""What the sample programs send where it is not what the text says; the set cell is that of the batch program."""


class ThinClientSimulator(Machine):
    """A Thin Client that answers over HTTP; every attribute may be changed while it runs."""

    def __init__(
        self,
        *,
        name: str = "Lobby wall",
        serial: str = "585b69770201",
        password: str = "wall-Clock-5",  # noqa: S107
        shape: Shape = Shape.DOCUMENTED,
    ) -> None:
        """Set the device up; it does not listen yet."""
        super().__init__(name, serial, password, shape)
        self.api_version = "2.2.0.0"
        self.has_ptz = True
        """Whether the firmware knows the PTZ calls."""
        self.manners = MANNERS[shape]
        self.methods = {route.call: frozenset(route.methods.split()) for route in ROUTES}
        """The methods each call takes, by name."""
        self.unserved: set[str] = set()
        """Paths of `ROUTES` that this device does not know."""
        if shape is Shape.SAMPLES:
            self.methods |= _SAMPLE_METHODS
            self.unserved.add("/System")
        self.requests: list[WallRequest] = []
        self._listener = StreamingListener(self._answer, self._sink)
        self._faults = Faults(switch=self.reach_or_not)

    @property
    def host(self) -> str:
        """Return the address the device listens on; raises RuntimeError before the start."""
        return self._listener.where()[0]

    @property
    def port(self) -> int:
        """Return the port the device listens on; raises RuntimeError before the start."""
        return self._listener.where()[1]

    @property
    def url(self) -> str:
        """Return the base address without a trailing slash."""
        return f"http://{self.host}:{self.port}"

    @property
    def faults(self) -> Faults:
        """Return the misbehaviour that is switched on."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        """Replace the misbehaviour; a new `Faults()` ends it."""
        self._faults = faults
        faults.switch = self.reach_or_not
        self.reach_or_not()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one, which a stop and a new start keep."""
        await self._listener.start(host, port, refuse=self.faults.refuse_connections)

    async def stop(self) -> None:
        """Close everything."""
        await self.end_tasks()
        await self._listener.stop()

    async def __aenter__(self) -> Self:
        """Start on a free port of the loopback address."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @override
    def reach_or_not(self) -> None:
        """Refuse connections while the device starts or the faults say so, else take them."""
        self._listener.refuse(self.booting or self.faults.refuse_connections)

    def _find(self, method: str, path: str) -> Route:
        """Return the route of a request; raises CallError 404 for an unknown path and 405 for a wrong method."""
        served = [route for route in ROUTES if self._serves(route)]
        form = next((route.path for route in served if route.match(path) is not None), None)
        if form is None:
            raise CallError(404)
        for route in served:
            if route.path == form and method in self.methods[route.call]:
                return route
        raise CallError(405)

    def _serves(self, route: Route) -> bool:
        """Tell whether this device knows a route at all."""
        return route.path not in self.unserved and (self.has_ptz or not route.path.startswith("/PTZ/"))

    def _sink(self, method: str, target: str, headers: dict[str, str]) -> Sink | None:
        """Count a firmware file without keeping it; one that comes without a session is only swallowed."""
        try:
            route = self._find(method, target.partition("?")[0])
        except CallError:
            return None
        if route.call != "upload_firmware":
            return None
        upload = Upload("chunked" in headers.get("transfer-encoding", "").lower())
        if headers.get("authtoken") in self.sessions:
            self.uploads.append(upload)

        async def take(data: bytes) -> None:
            upload.take(data)
            await asyncio.sleep(self.upload_pause)

        return take

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer a request, with the faults of its transport if there are any."""
        path = target.partition("?")[0]
        route, status = None, 200
        try:
            route = self._find(method, path)
        except CallError as error:
            status = error.status
        request = WallRequest(
            call=route.call if route else None,
            method=method,
            path=path,
            authorised=headers.get("authtoken") in self.sessions,
            content_type=headers.get("content-type"),
            body=body,
        )
        self.requests.append(request)
        faults = self.faults if self.faults.concern(request.call) else Faults()
        answer = Answer(status=status)
        if faults.garbage is not None or faults.status is not None:
            answer = Answer(status=faults.status or 200, body=faults.garbage or b"", content_type=_JSON)
        elif route:
            answer = self._carry_out(route, request)
        return replace(
            answer,
            status=0 if faults.drop else answer.status,
            delay=faults.delay,
            cut=faults.cut,
            stall=faults.stall,
            missing=100 if faults.wrong_length else -min(20, len(answer.body)) if faults.short_length else 0,
        )

    def _carry_out(self, route: Route, request: WallRequest) -> Answer:
        """Check the session and run the call."""
        if not request.authorised and route.call != "create_session":
            return Answer(status=403)
        arguments = route.match(request.path) or {}
        try:
            data = route.handler(self, Call(arguments=arguments, body=request.body, manners=self.manners))
        except CallError as error:
            return Answer(status=error.status)
        if data is NOTHING:
            if self.manners.drop_on_restart and route.call in {"restart", "restore"}:
                return Answer(status=0)
            if self.manners.silent:
                return Answer()
            data = None
        comma = route.call in self.manners.commas_after
        return Answer(body=envelope(route.links, data, self.api_version, trailing_comma=comma), content_type=_JSON)
