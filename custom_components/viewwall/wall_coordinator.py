"""Polling a Thin Client: what is asked, how often, and what of it may fail."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
import logging
from typing import TYPE_CHECKING, Final, override

from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback

from .coordinator import DeviceCoordinator
from .thin_client import (
    Camera,
    DeviceInfo,
    Panel,
    Preset,
    Settings,
    ThinClient,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
)
from .thin_client.readings import read_device_info
from .wall_screen import active_panel

if TYPE_CHECKING:
    from .wall_display import WallDisplay
    from .wall_runtime import ThinClientConfigEntry

_LOGGER = logging.getLogger(__name__)

POLL: Final = timedelta(seconds=10)

_SLOW: Final = 5 * 60.0
_PRESETS: Final = 60 * 60.0
_DAY: Final = 24 * 60 * 60.0
_AFTER_FAILURE: Final = 6 * 60 * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinClientState:
    """What polling knows of a Thin Client."""

    info: DeviceInfo
    panels: tuple[Panel, ...] = ()
    cameras: tuple[Camera, ...] = ()
    video_source: str | None = None
    """`directconnect` or `mobilebridge`."""
    mobile_bridge_server: str | None = None
    registered: bool | None = None
    newest_firmware: str | None = None
    presets: Mapping[str, tuple[Preset, ...]] = field(default_factory=dict)
    """Camera id -> its presets, where it has some."""


def _presets_of(camera_id: str) -> str:
    return f"presets of {camera_id}"


class ThinClientCoordinator(DeviceCoordinator[ThinClientState]):
    """Polls one Thin Client, each fact at its own pace."""

    display: WallDisplay
    """Sees the panels of every poll."""

    def __init__(self, hass: HomeAssistant, entry: ThinClientConfigEntry, client: ThinClient) -> None:
        """Poll with `client`."""
        super().__init__(hass, entry, POLL)
        self.client = client
        self._known = ThinClientState(info=DeviceInfo(serial=entry.unique_id or ""))
        self._lost_token: str | None = None
        self._registration_listeners = 0

    async def read_panels(self) -> tuple[Panel, ...]:
        """Ask for the panels now, for everybody. Raises ThinClientError."""
        panels = await self.client.panels()
        self._publish(panels=panels)
        return panels

    async def read_cameras(self) -> tuple[Camera, ...]:
        """Ask for the cameras now, for everybody. Raises ThinClientError."""
        cameras = await self.client.cameras()
        self._publish(cameras=cameras)
        return cameras

    async def read_settings(self) -> Settings:
        """Ask for the settings now, for everybody. Raises ThinClientError."""
        settings = await self.client.settings()
        self.take_settings(settings)
        return settings

    @callback
    def take_settings(self, settings: Settings) -> None:
        """Take over settings that somebody has read."""
        self._publish(
            info=replace(
                self._known.info,
                name=settings.name,
                firmware=settings.firmware,
                api_version=self.client.api_version,
            ),
            video_source=settings.video_source,
            mobile_bridge_server=settings.mobile_bridge_server,
        )

    async def ask_newest_firmware(self) -> str | None:
        """Ask for the newest firmware now, for everybody. Raises ThinClientError."""
        newest = await self.client.newest_firmware()
        if newest is not None and not any(character.isdigit() for character in newest):
            # "n/a" and the like.
            newest = None
        self._publish(newest_firmware=newest)
        return newest

    @callback
    def want_registration(self) -> CALLBACK_TYPE:
        """Ask for the registration once a day from now on; the returned function ends that."""
        self._registration_listeners += 1
        self._ask_daily()

        @callback
        def _no_more() -> None:
            self._registration_listeners -= 1

        return _no_more

    @override
    def _allow_retry(self) -> None:
        self.client.allow_retry()

    @override
    async def _poll(self) -> ThinClientState:
        """Ask what is due: who it is first, then the panels, then what changes slowly."""
        token = self.client.token
        try:
            state = await self._ask()
        except ThinClientConnectionError:
            self._lost_token = self._lost_token or token
            raise
        if self._lost_token not in (None, self.client.token):
            # It was away and knows our session no more.
            self.display.forget_screen()
        self._lost_token = None
        self._ask_daily()
        return state

    async def _ask(self) -> ThinClientState:
        if self._is_due("info"):
            await self._read_identity()
        self._learn(panels=await self.client.panels())
        self.display.observe(self._known.panels)
        if self._is_due("cameras"):
            await self._tolerant(self._read_cameras)
            self._due["cameras"] = self.hass.loop.time() + _SLOW
        await self._read_presets()
        return self._known

    async def _read_identity(self) -> None:
        settings = await self.client.look_again()
        self._learn(
            info=read_device_info(settings, self.client.api_version),
            video_source=settings.video_source,
            mobile_bridge_server=settings.mobile_bridge_server,
        )
        self._due["info"] = self.hass.loop.time() + _SLOW

    async def _read_cameras(self) -> None:
        self._learn(cameras=await self.client.cameras())

    async def _read_presets(self) -> None:
        """Ask for the presets of cameras that the active panel shows; most cameras cannot move and refuse."""
        now = self.hass.loop.time()
        active = active_panel(self._known.panels)
        asked: dict[str, tuple[Preset, ...]] = {}
        for cell in active.cells if active else ():
            if cell.camera_id is None or cell.camera_id in asked or now < self._due.get(_presets_of(cell.camera_id), 0):
                continue
            asked[cell.camera_id] = ()
            try:
                asked[cell.camera_id] = await self.client.ptz_presets(cell.index)
            except ThinClientAuthError:
                raise
            except ThinClientConnectionError as error:
                # Either it does not answer this question, or none at all, which the next one will show.
                _LOGGER.debug("No presets in cell %s: %s", cell.index + 1, error)
                break
            except ThinClientError as error:
                _LOGGER.debug("No presets in cell %s: %s", cell.index + 1, error)
        if not asked:
            return
        self._learn(panels=await self.client.panels())
        if active_panel(self._known.panels) != active:
            # The cells are those of the panel on the screen, and that has changed meanwhile: whose presets are these?
            return
        self._due |= dict.fromkeys(map(_presets_of, asked), now + _PRESETS)
        known = {**self._known.presets, **asked}
        self._learn(presets={camera_id: presets for camera_id, presets in known.items() if presets})

    async def _tolerant(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Ask for something without which the wall works, too."""
        try:
            await ask()
        except ThinClientCommandError as error:
            _LOGGER.debug("%s does not tell everything: %s", self.config_entry.title, error)

    @callback
    def _ask_daily(self) -> None:
        """Ask in the background what the device itself has to ask its maker; it may take its time."""
        self._ask_in_background("newest firmware", self.ask_newest_firmware)
        if self._registration_listeners:
            self._ask_in_background("registration", self._ask_registration)

    async def _ask_registration(self) -> None:
        self._publish(registered=await self.client.is_registered())

    def _ask_in_background[T](self, what: str, ask: Callable[[], Awaitable[T]]) -> None:
        if not self._is_due(what):
            return
        self._due[what] = self.hass.loop.time() + _DAY

        async def _ask() -> None:
            try:
                await ask()
            except ThinClientError as error:
                _LOGGER.debug("%s does not tell its %s: %s", self.config_entry.title, what, error)
                self._due[what] = self.hass.loop.time() + _AFTER_FAILURE

        # While Home Assistant starts, nothing may hold it up.
        start = (
            self.config_entry.async_create_task
            if self.hass.state is CoreState.running
            else self.config_entry.async_create_background_task
        )
        start(self.hass, _ask(), f"{self.config_entry.title} {what}")

    def _is_due(self, what: str) -> bool:
        return self.hass.loop.time() >= self._due.get(what, 0)

    def _learn(self, **facts: object) -> None:
        self._known = replace(self._known, **facts)  # type: ignore[arg-type]

    @callback
    def _publish(self, **facts: object) -> None:
        """Take over what was read out of turn; before the first poll is over there is nobody to tell."""
        self._learn(**facts)
        if self.data is None:
            return
        if self.last_update_success:
            # Polls keep their own time: whoever steers the wall often must not put them off.
            self.data = self._known
            self.async_update_listeners()
        else:
            self.async_set_updated_data(self._known)
