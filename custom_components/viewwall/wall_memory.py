"""What has to be known about a wall after a restart: its screen, the way back, our cameras, a running update."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)
_VERSION: Final = 1

MAX_SECONDS: Final = 1e11
"""Beyond this no time is what it seems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What a wall shows, to be shown again: a panel with its cameras, or a camera that fills it, or nothing."""

    panel_id: str | None = None
    """The panel on the screen, or below what hides it."""
    camera_id: str | None = None
    """The camera in full screen."""
    stopped: bool = False
    cells: tuple[str | None, ...] = ()
    """The panel's cameras, row by row: a device may forget those that were set one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The way back: to what, and when (seconds since 1970)."""

    at: float
    duration: float
    """Seconds from the call to the return; a clock that was set back must not make the wall wait longer."""
    screen: Screen
    listed: tuple[str | None, ...] | None = None
    """The cameras of that panel as the device has listed them since it is off the screen; None before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the device lists as long as nobody else has touched the wall."""

    panel_id: str | None
    before: tuple[str | None, ...] = ()
    """Panels that a slow device may still list, as they were shown before; empty once it has followed."""
    late_until: float = 0.0
    """When a device that still lists these is believed after all (seconds since 1970)."""
    cells: tuple[str | None, ...] | None = None
    """None until the device has listed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenMemory:
    """What the device itself cannot tell about its screen."""

    camera_id: str | None = None
    """The camera that fills the screen."""
    stopped: bool = False
    back: Return | None = None
    watch: Watch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningUpdate:
    """A firmware update that was started: since when, and what the device said before."""

    since: float
    version: str | None
    words: str | None


class WallMemory:
    """The memory of one wall, on disk before anything depends on it. It holds no secrets."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start empty; `load` reads what an earlier run has left."""
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}", atomic_writes=True)
        self.screen = ScreenMemory()
        self.added: Mapping[str, str] = {}
        """Viewtron camera (`<device>` or `<device>_<channel>`) -> id of the wall's camera that was made from it."""
        self.update: RunningUpdate | None = None

    async def load(self) -> None:
        """Read what an earlier run has left; what cannot be understood is forgotten."""
        stored = await self._store.async_load()
        if stored is None:
            return
        try:
            self.screen = _screen_memory(stored["screen"])
            self.added = {str(source): str(camera_id) for source, camera_id in stored["added"].items()}
            self.update = _running_update(stored["update"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _LOGGER.debug("The memory of a wall cannot be read: %s", type(error).__name__)

    async def keep(self, screen: ScreenMemory) -> None:
        """Remember the screen; when this returns, it is on disk."""
        if screen != self.screen:
            self.screen = screen
            await self._save()

    async def keep_update(self, update: RunningUpdate | None) -> None:
        """Remember that a firmware update runs, or that it is over."""
        if update != self.update:
            self.update = update
            await self._save()

    async def remember_added(self, source: str, camera_id: str) -> None:
        """Remember which camera of the wall was made from a Viewtron camera."""
        self.added = {**self.added, source: camera_id}
        await self._save()

    async def forget_camera(self, camera_id: str) -> None:
        """Forget a camera that the wall no longer has."""
        self.added = {source: known for source, known in self.added.items() if known != camera_id}
        await self._save()

    async def clear(self) -> None:
        """Forget everything: the device is as new."""
        self.screen, self.added, self.update = ScreenMemory(), {}, None
        await self._save()

    async def remove(self) -> None:
        """Remove the file."""
        await self._store.async_remove()

    async def _save(self) -> None:
        update = asdict(self.update) if self.update else None
        await self._store.async_save({"screen": asdict(self.screen), "added": dict(self.added), "update": update})


def _screen_memory(data: Mapping[str, Any]) -> ScreenMemory:
    """Build the memory from its JSON. Raises KeyError, TypeError or ValueError."""
    back, watch = data["back"], data["watch"]
    return ScreenMemory(
        camera_id=_id(data["camera_id"]),
        stopped=bool(data["stopped"]),
        back=_return(back) if back else None,
        watch=Watch(
            panel_id=_id(watch["panel_id"]),
            before=tuple(_id(panel_id) for panel_id in watch["before"]),
            late_until=_seconds(watch["late_until"]),
            cells=_cells(watch["cells"]),
        )
        if watch
        else None,
    )


def _running_update(update: Mapping[str, Any] | None) -> RunningUpdate | None:
    if update is None:
        return None
    return RunningUpdate(since=_seconds(update["since"]), version=_id(update["version"]), words=_id(update["words"]))


def _return(back: Mapping[str, Any]) -> Return:
    screen = back["screen"]
    return Return(
        at=_seconds(back["at"]),
        duration=_seconds(back["duration"]),
        screen=Screen(
            panel_id=_id(screen["panel_id"]),
            camera_id=_id(screen["camera_id"]),
            stopped=bool(screen["stopped"]),
            cells=_cells(screen["cells"]) or (),
        ),
        listed=_cells(back["listed"]),
    )


def _cells(cells: list[Any] | None) -> tuple[str | None, ...] | None:
    return None if cells is None else tuple(_id(camera_id) for camera_id in cells)


def _id(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("no id")
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise ValueError("no seconds")
    return float(value)
