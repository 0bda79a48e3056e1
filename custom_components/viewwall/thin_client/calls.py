"""Every call of the Thin Client's API: where it is, how it is named in `Links`, and by which methods it may go."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .answers import Link

TIMEOUT: Final = 10.0
"""Seconds for one whole request."""
SLOW_TIMEOUT: Final = 30.0
"""Seconds where the device itself asks its maker, its network or a camera first."""

_ANY_METHOD: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_READING_METHODS: Final = frozenset({"GET", "POST"})


class Lane(StrEnum):
    """What goes one at a time; the lanes do not wait for each other."""

    COMMANDS = "commands"
    """What the device does or knows by itself."""
    PICTURES = "pictures"
    """What a camera behind the device may delay."""
    QUESTIONS = "questions"
    """What the device asks its maker or its network, and uploads."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    `path` has a `{}` for each id. `methods` are those that the document names, the better founded first: its own text,
    links and samples disagree about some. A reply that the document does not show is not read (`reads`).
    """

    name: str
    path: str
    methods: tuple[str, ...]
    rel: str | None = None
    acts: bool = True
    reads: bool = True
    timeout: float = TIMEOUT
    lane: Lane = Lane.COMMANDS

    @property
    def names_something(self) -> bool:
        """Whether a 404 may be about what the path names; PTZ's cells are no such thing."""
        return "{}" in self.path and not self.path.startswith("/PTZ/")

    def matches(self, link: Link) -> bool:
        """Tell whether a link is about this call; a link cannot turn a question into a change."""
        return (
            self.rel == link.rel
            and link.method in (_ANY_METHOD if self.acts else _READING_METHODS)
            and self._shape(self.path) == self._shape(link.path)
        )

    @staticmethod
    def _shape(path: str) -> tuple[str, str, int]:
        """Reduce a path to its first and last word and its length; two-part paths end in an id or an action."""
        parts = path.partition("?")[0].strip("/").lower().split("/")
        return parts[0], parts[-1] if len(parts) != 2 else "", len(parts)


LIST_PANELS: Final = Call("List panels", "/Panel", ("GET",), "list", acts=False)
CREATE_PANEL: Final = Call("Create panel", "/Panel", ("POST",), "create")
UPDATE_PANEL: Final = Call("Update panel", "/Panel/{}", ("PUT",), "edit")
DELETE_PANEL: Final = Call("Delete panel", "/Panel/{}", ("DELETE",), "delete", reads=False)
SHOW_PANEL: Final = Call("Show panel", "/Panel/{}/Show", ("GET", "POST"), "show", reads=False)
SET_CELL: Final = Call("Set cell", "/Panel/{}/Cell/{}/Camera/{}", ("POST", "GET"), reads=False)
STOP_PANEL: Final = Call("Stop display", "/Panel/Stop", ("POST", "GET"), "stop", reads=False)
REFRESH_PANELS: Final = Call("Refresh panels", "/Panel/Refresh", ("POST",), "refresh", reads=False)

LIST_CAMERAS: Final = Call("List cameras", "/Camera", ("GET",), "list", acts=False)
CREATE_CAMERA: Final = Call("Create camera", "/Camera", ("POST",), "add")
REPLACE_CAMERAS: Final = Call("Replace cameras", "/Camera", ("PUT",), "update-list")
UPDATE_CAMERA: Final = Call("Update camera", "/Camera/{}", ("PUT",), "update")
DELETE_CAMERA: Final = Call("Delete camera", "/Camera/{}", ("DELETE",), "remove", reads=False)
CAMERA_IMAGE: Final = Call("Camera image", "/Camera/{}/Jpeg", ("GET",), "image", acts=False, lane=Lane.PICTURES)
CAMERA_PREVIEW: Final = Call(
    "Camera preview",
    "/Camera/Jpeg",
    ("POST",),
    "image",
    acts=False,
    timeout=SLOW_TIMEOUT,
    lane=Lane.QUESTIONS,
)
SHOW_CAMERA: Final = Call("Show camera", "/Camera/{}/Fullscreen", ("GET",), "fullscreen", reads=False)

PTZ_RELATIVE: Final = Call("PTZ move", "/PTZ/{}/Relative/Pan/{}/Tilt/{}/Zoom/{}", ("PUT",), reads=False)
PTZ_ABSOLUTE: Final = Call("PTZ position", "/PTZ/{}/Absolute/Pan/{}/Tilt/{}/Zoom/{}", ("PUT",), reads=False)
PTZ_PRESETS: Final = Call("PTZ presets", "/PTZ/{}/Presets", ("GET",), acts=False)

LIST_SETTINGS: Final = Call("List settings", "/Settings", ("GET",), "list", acts=False)
UPDATE_SETTINGS: Final = Call("Update settings", "/Settings", ("POST",), "edit", reads=False)
TEST_CONNECTION: Final = Call(
    "Test Mobile Bridge",
    "/Settings/TestConnection",
    ("POST",),
    "test",
    acts=False,
    timeout=SLOW_TIMEOUT,
    lane=Lane.QUESTIONS,
)

FIND_BRIDGES: Final = Call(
    "Find Mobile Bridges",
    "/System/MobileBridge",
    ("GET",),
    "mobile-bridge-list",
    acts=False,
    timeout=SLOW_TIMEOUT,
    lane=Lane.QUESTIONS,
)
IS_NOT_REGISTERED: Final = Call(
    "Check registration",
    "/System/IsNotRegistered",
    ("GET",),
    "is-not-registered",
    acts=False,
    timeout=SLOW_TIMEOUT,
    lane=Lane.QUESTIONS,
)
RESTART: Final = Call("Restart", "/System/Restart", ("POST", "GET"), "restart", reads=False)
RESTORE: Final = Call("Restore factory defaults", "/System/Restore", ("POST", "GET"), "restore", reads=False)
NEWEST_FIRMWARE: Final = Call(
    "Newest firmware",
    "/System/Update",
    ("GET",),
    "check-for-update",
    acts=False,
    timeout=SLOW_TIMEOUT,
    lane=Lane.QUESTIONS,
)
UPDATE_STATE: Final = Call("Update state", "/System/Update/State", ("GET",), "update-status", acts=False)
START_UPDATE: Final = Call(
    "Start update", "/System/Update", ("POST",), "update-firmware", timeout=SLOW_TIMEOUT, lane=Lane.QUESTIONS
)
UPLOAD_FIRMWARE: Final = Call("Upload firmware", "/System/Upload", ("POST",), "upload-firmware", lane=Lane.QUESTIONS)

CALLS: Final = tuple([value for value in list(globals().values()) if isinstance(value, Call)])
"""All of them, but the session's own two."""
