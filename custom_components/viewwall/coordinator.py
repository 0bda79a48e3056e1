"""Polling: what is asked, how often, what a failure means."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
import logging
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .alarms import CHANNEL_KEYS, AlarmBoard, poll_rows
from .channel_facts import FactsOfChannels
from .choices import hidden_channels
from .clock_watch import judge_clock
from .const import DOMAIN
from .counters import Counters
from .device_state import ViewtronState
from .discovery import look_for
from .errors import DeviceError, error_key, error_placeholders
from .login_guard import RETRY_AFTER, guard_of
from .provisioning import Provisioning
from .tasks import outlast
from .thin_client import (
    ThinClientAuthError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientOtherDeviceError,
)
from .viewtron.client import ViewtronClient
from .viewtron.errors import (
    MAY_BE_DONE,
    ViewtronApiDisabledError,
    ViewtronAuthError,
    ViewtronCommandError,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronLockedError,
    ViewtronNoAnswerError,
    ViewtronNotSupportedError,
    ViewtronOtherDeviceError,
)
from .viewtron.models import AlarmStatus, Channel, DeviceClock, DeviceInfo
from .viewtron.recordings import STATUS_COMMAND

if TYPE_CHECKING:
    from .runtime import ViewtronConfigEntry

_LOGGER = logging.getLogger(__name__)

POLL_WITH_PUSH: Final = timedelta(seconds=60)
POLL_WITHOUT_PUSH: Final = timedelta(seconds=5)

_AWAY: Final = (
    ViewtronConnectionError,
    ViewtronOtherDeviceError,
    ThinClientConnectionError,
    ThinClientOtherDeviceError,
)
_RECORDING: Final = 60
_SLOW: Final = 5 * 60
_IDENTITY: Final = 6 * 60 * 60


class DeviceCoordinator[StateT](DataUpdateCoordinator[StateT]):
    """Polls a device; a refused password is tried once more after a while, and then never again by itself."""

    config_entry: ConfigEntry[Any]

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], interval: timedelta) -> None:
        """Poll the device of `entry`."""
        super().__init__(
            hass, _LOGGER, config_entry=entry, name=entry.title, update_interval=interval, always_update=False
        )
        self._due: dict[str, float] = {}
        self._has_given_up = False
        self._guard = guard_of(hass, entry.entry_id)

    @property
    def may_ask(self) -> bool:
        """Tell whether a poll out of turn would spend no login that has to wait."""
        return not (self._guard.refused or self._has_given_up)

    @callback
    def doubt(self) -> None:
        """Take note that the device was away: another one may have its address now, or it may have forgotten us."""
        for what in ("info", "push_slot"):
            self._due.pop(what, None)

    @abstractmethod
    async def _poll(self) -> StateT:
        """Ask what is due. Raises the device's errors."""

    @abstractmethod
    def _allow_retry(self) -> None:
        """Allow the client one more login."""

    @override
    async def _async_update_data(self) -> StateT:
        if self._has_given_up:
            # Only the user can help; whoever asks for a refresh must not spend another login on it.
            raise self._refused_for_good()
        if self._guard.refused:
            self._allow_retry()
        try:
            state = await self._poll()
        except (ViewtronAuthError, ThinClientAuthError) as error:
            # Another one may have the address now, or the device another firmware, which wants another login.
            self.doubt()
            if self._guard.refuse(self.hass.loop.time()):
                self._has_given_up = True
                raise self._refused_for_good() from error
            raise self._failed(error, retry_after=RETRY_AFTER) from error
        except ViewtronLockedError as error:
            now = self.hass.loop.time()
            if now >= self._guard.blocked_until:
                self._guard.lock(now)
            self._report_locked()
            # The coordinator rounds down to whole seconds: one more, or the client would still hold its tongue.
            raise self._failed(error, retry_after=self._guard.blocked_until - now + 1) from error
        except (ViewtronError, ThinClientError) as error:
            if isinstance(error, _AWAY):
                # While a device is away, another one may get its address, and lose it again.
                self.doubt()
                look_for(self.hass, self.config_entry)
            raise self._failed(error) from error
        self._guard.clear()
        ir.async_delete_issue(self.hass, DOMAIN, f"account_locked_{self.config_entry.entry_id}")
        return state

    def _refused_for_good(self) -> ConfigEntryAuthFailed:
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key="invalid_auth",
            translation_placeholders={"device": self.config_entry.title},
        )

    def _failed(self, error: DeviceError, retry_after: float | None = None) -> UpdateFailed:
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=error_key(error),
            translation_placeholders=error_placeholders(error, self.config_entry.title),
            retry_after=retry_after,
        )

    def _report_locked(self) -> None:
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            f"account_locked_{self.config_entry.entry_id}",
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key="account_locked",
            translation_placeholders={"device": self.config_entry.title},
        )


class ViewtronCoordinator(DeviceCoordinator[ViewtronState]):
    """Polls one Viewtron device, each fact at its own pace."""

    counters: Counters
    provisioning: Provisioning

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ViewtronConfigEntry,
        client: ViewtronClient,
        board: AlarmBoard,
        push_alive: Callable[[], bool],
        on_alarms: Callable[[Mapping[str, Mapping[str, bool]]], None],
        pay: Callable[[], Awaitable[None]],
    ) -> None:
        """Poll with `client` and tell `board` the alarms; `on_alarms` sees them as sent.

        `pay` sends what the device is owed, as soon as it is sure that it is the one.
        """
        super().__init__(hass, entry, POLL_WITHOUT_PUSH)
        self.client = client
        self._board = board
        self._on_alarms = on_alarms
        self._pay = pay
        self._push_alive = push_alive
        self._hidden = hidden_channels(entry)
        self._refused: set[str] = set()
        self._lost: set[str] = set()
        """What was not answered when it was last asked."""
        self.answered_at = 0.0
        """Loop time of the last poll that was answered."""
        self.on_answer: Callable[[], None] | None = None
        self._has_waited = False
        """Whether this poll has waited in vain for an answer."""
        self._version: str | None = None
        """The version of the interface in the last answer about alarms."""
        self.of_channels = FactsOfChannels(hass, client, self.refresh_soon)
        """What is asked per channel."""

    @callback
    def refresh_soon(self, what: str | None = None) -> None:
        """Poll before it is time, because of what was pushed or was not; `what` (`channels`) is asked for as well."""
        if what is not None:
            self._due.pop(what, None)
        # A refused password waits for its minute, whatever is pushed meanwhile.
        if self.may_ask:
            self.config_entry.async_create_background_task(
                self.hass, self.async_request_refresh(), f"{DOMAIN} poll out of turn"
            )

    async def prove(self) -> None:
        """Make sure, after the device was away, that it is still the same one; raises ViewtronError."""
        if "info" not in self._due:
            await self.client.identify()

    @override
    def _allow_retry(self) -> None:
        self.client.allow_retry()

    @override
    async def _async_update_data(self) -> ViewtronState:
        self.update_interval = POLL_WITH_PUSH if self._push_alive() else POLL_WITHOUT_PUSH
        state = await super()._async_update_data()
        self.answered_at = self.hass.loop.time()
        if self.on_answer is not None:
            self.on_answer()
        return state

    @override
    async def _poll(self) -> ViewtronState:
        """Ask what is due: the identity first, then the alarms, then what changes slowly."""
        self._has_waited = False
        info = await self._slowly("info", _IDENTITY, self.client.identify, needed=True)
        known: ViewtronState | None = getattr(self, "data", None)
        state = known or ViewtronState(info=info or await self.client.identify())
        if info is not None:
            if state.info.firmware != info.firmware:
                self._begin_anew()
            state = replace(state, info=info, can_restart=self.client.reboot_command is not None)
            self._refused.clear()
            self._lost.clear()
        await self._pay()
        asked_after = self._board.pushes
        if (alarms := await self._alarms()) is not None:
            self._tell_board(state.info, alarms, asked_after)
            if self._version not in (None, alarms.version):
                # A firmware of another generation, which was installed between two polls.
                self.doubt()
            self._version = alarms.version
        # A recorder whose channels are not known yet must not look like one that has none.
        are_unknown = not (state.channels or state.hidden)
        if channels := await self._slowly("channels", _SLOW, self._channels, needed=are_unknown):
            state = replace(
                state,
                channels=tuple(channel for channel in channels if channel.id not in self._hidden),
                hidden=tuple(channel for channel in channels if channel.id in self._hidden),
            )
        if (disks := await self._slowly("disks", _SLOW, self.client.disks)) is not None:
            state = replace(state, disks=disks)
        if (inputs := await self._slowly("inputs", _IDENTITY, self.client.alarm_inputs)) is not None:
            state = replace(state, inputs=inputs)
        if (outputs := await self._slowly("outputs", _IDENTITY, self.client.outputs)) is not None:
            state = replace(state, outputs=outputs)
        state = await self._with_recording(state)
        if (clock := await self._slowly("clock", _SLOW, self.client.clock)) is not None:
            state = replace(state, clock_offset=judge_clock(self.hass, self.config_entry, clock))
        if not state.info.kind.is_nvr:
            await self._slowly("push_slot", _IDENTITY, self.provisioning.check)
            state = replace(state, has_push_slots=self.provisioning.supported is True)
        if not self._has_waited:
            state = await self.of_channels.poll(state)
        # The last question: what is pushed while the others are asked is in its answer.
        await self._slowly("counts", 0, self.counters.ask)
        return state

    @callback
    def _begin_anew(self) -> None:
        """Ask a new firmware for everything, also for what the old one did not tell."""
        self._due = {"info": self._due["info"]}
        self.of_channels.forget_refusals()

    async def _with_recording(self, state: ViewtronState) -> ViewtronState:
        """Ask a recorder which channels it records, where it lists the command: no paper of these recorders does."""
        if not (state.info.kind.is_nvr and self.client.lists(STATUS_COMMAND)):
            return replace(state, recording={})
        recording = await self._slowly("recording", _RECORDING, self.client.recordings.status)
        if recording is None and "recording" not in self._refused | self._lost:
            return state
        return replace(state, recording=recording or {})

    async def sync_clock(self) -> None:
        """Set the device's clock to Home Assistant's. Raises ViewtronError."""
        await self.prove()
        # Whoever is cancelled does not leave the device without its time server.
        setting = self.hass.async_create_task(self._set_clock(), f"{DOMAIN} clock")
        clock = (await outlast(setting)).result()
        offset = judge_clock(self.hass, self.config_entry, clock)
        # A poll that began before would bring the old offset back.
        self._due.pop("clock", None)
        self.async_set_updated_data(replace(self.data, clock_offset=offset))

    async def _set_clock(self) -> DeviceClock:
        try:
            return await self.client.set_clock(dt_util.utcnow)
        finally:
            self.counters.forget_stamps()

    async def _channels(self) -> tuple[Channel, ...]:
        return await self.client.channels(unnamed=self._hidden)

    async def _alarms(self) -> AlarmStatus | None:
        """Ask for the alarms; a device that does not know the command is asked again after some minutes."""
        if self.hass.loop.time() < self._due.get("alarms", 0):
            return None
        try:
            return await self.client.alarm_status()
        except ViewtronNotSupportedError as error:
            _LOGGER.debug("%s does not tell its alarms: %s", self.config_entry.title, error)
            # What knows no command at all is no device, but a web server that waits for one to start.
            await self.client.identify()
            self._due["alarms"] = self.hass.loop.time() + _SLOW
            return None

    def _tell_board(self, info: DeviceInfo, alarms: AlarmStatus, asked_after: int) -> None:
        rows = [row for row in poll_rows(alarms.alarms, nvr=info.kind.is_nvr) if row.channel not in self._hidden]
        before = self._board.states_of(*CHANNEL_KEYS)
        self._board.polled(rows, asked_after, complete=alarms.complete)
        if self._board.states_of(*CHANNEL_KEYS) != before:
            # A camera came or went: the list of channels is older than that.
            self._due.pop("channels", None)
        self._on_alarms(alarms.alarms)

    async def _slowly[T](
        self, what: str, every: float, ask: Callable[[], Awaitable[T]], *, needed: bool = False
    ) -> T | None:
        """Ask if it is time to; None if it is not, or if the device does not tell.

        A refusal is remembered for some hours. An answer that is lost may be chance: the same is asked once more after
        some minutes, and then it is like a refusal. What is `needed` fails the poll instead.
        """
        # Whether the device is still there is for the alarms to tell, which must not wait for two lost answers.
        may_wait = needed or not self._has_waited
        if what in self._refused or not may_wait or self.hass.loop.time() < self._due.get(what, 0):
            return None
        try:
            answer = await ask()
        except MAY_BE_DONE as error:
            if needed:
                raise
            self._note_lost(what, error)
            self._due[what] = self.hass.loop.time() + _SLOW
            return None
        except ViewtronCommandError as error:
            if needed or isinstance(error, ViewtronApiDisabledError):
                raise
            _LOGGER.debug("%s does not tell its %s: %s", self.config_entry.title, what, error)
            if error.is_passing:
                self._due[what] = self.hass.loop.time() + max(every, _SLOW)
            else:
                self._refused.add(what)
            return None
        self._lost.discard(what)
        self._due[what] = self.hass.loop.time() + every
        return answer

    @callback
    def _note_lost(self, what: str, error: ViewtronError) -> None:
        _LOGGER.debug("%s gave no answer about its %s: %s", self.config_entry.title, what, error)
        self._has_waited |= isinstance(error, ViewtronNoAnswerError)
        if what in self._lost:
            self._refused.add(what)
        self._lost.add(what)
