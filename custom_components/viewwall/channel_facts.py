"""What is asked per channel: presets and cruises while somebody shows them, and the infrared light of each camera.

A recorder with 64 channels must not be asked 64 questions every few minutes for what nobody looks at, or for what
hardly ever changes.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .listeners import KeyedListeners
from .viewtron.client import ViewtronClient
from .viewtron.errors import (
    MAY_BE_DONE,
    ViewtronApiDisabledError,
    ViewtronCommandError,
    ViewtronError,
    ViewtronNoAnswerError,
)

if TYPE_CHECKING:
    from .device_state import ViewtronState

_LOGGER = logging.getLogger(__name__)

WANTED_EVERY: Final = 5 * 60
"""Seconds between two questions for what somebody shows."""
SELDOM: Final = 60 * 60
"""The same for what each of a recorder's many channels shows from the start."""
OTHERWISE_EVERY: Final = 6 * 60 * 60
"""Seconds after which a refusal is forgotten, and between two surveys of all channels."""
MOST_AT_ONCE: Final = 8
"""Most questions of one poll: the alarms of a big recorder must not wait for all of its channels."""


class ChannelFacts[FactT]:
    """One fact of each channel; None while it is not known, or not told by the device."""

    def __init__(
        self,
        hass: HomeAssistant,
        ask: Callable[[int], Awaitable[FactT | None]],
        ask_soon: Callable[[], None],
    ) -> None:
        """Ask with `ask`; `ask_soon` lets the next poll come before its time."""
        self.wanted_every = WANTED_EVERY
        """Seconds between two questions of one channel while somebody shows it."""
        self._hass = hass
        self._ask = ask
        self._ask_soon = ask_soon
        self._facts: dict[int, FactT] = {}
        self._asked: dict[int, float] = {}
        self._refused: set[int] = set()
        self._lost: set[int] = set()
        """Channels that gave no answer when they were last asked."""
        self._wanted: dict[int, int] = {}
        self._listeners: KeyedListeners[int, []] = KeyedListeners()

    @property
    def told(self) -> frozenset[int]:
        """Return the channels of which it is known."""
        return frozenset(self._facts)

    def of(self, channel: int) -> FactT | None:
        """Return what is known of a channel."""
        return self._facts.get(channel)

    @callback
    def want(self, channel: int, on_change: Callable[[], None]) -> CALLBACK_TYPE:
        """Ask for it every `wanted_every` seconds from now on, and tell of changes; the returned function ends that."""
        self._wanted[channel] = self._wanted.get(channel, 0) + 1
        remove = self._listeners.add(channel, on_change)
        if self._is_due(channel):
            self._ask_soon()

        @callback
        def _no_more() -> None:
            self._wanted[channel] -= 1
            remove()

        return _no_more

    async def poll(self, channels: Iterable[int], *, all_of_them: bool = False) -> bool:
        """Ask what is due of these channels; `all_of_them` also where nobody wants it, a few at a time.

        Returns False after having waited in vain for an answer: the alarms must not wait for another. Raises
        ViewtronError for what is not a matter of this one question.
        """
        due = [each for each in channels if (all_of_them or self._is_wanted(each)) and self._is_due(each)]
        # Otherwise the first ones would be due again before it is the last ones' turn.
        due.sort(key=lambda channel: self._asked.get(channel, float("-inf")))
        for channel in due[:MOST_AT_ONCE]:
            try:
                await self.read(channel)
            except ViewtronApiDisabledError:
                raise
            except ViewtronCommandError as error:
                if error.is_passing:
                    self._asked[channel] = self._hass.loop.time()
                else:
                    self._refuse(channel, error)
            except MAY_BE_DONE as error:
                self._lose(channel, error)
                if isinstance(error, ViewtronNoAnswerError):
                    return False
        return True

    async def read(self, channel: int) -> FactT | None:
        """Ask for it now, for everybody. Raises ViewtronError."""
        fact = await self._ask(channel)
        self._refused.discard(channel)
        self._lost.discard(channel)
        self.take(channel, fact)
        return fact

    @callback
    def forget_refusals(self) -> None:
        """Ask all channels anew; what is known stays until they answer."""
        self._asked.clear()
        self._refused.clear()
        self._lost.clear()

    async def follow(self, channel: int) -> None:
        """Ask for it after a change of ours, if somebody shows it; the change has succeeded all the same."""
        if self._is_wanted(channel):
            try:
                await self.read(channel)
            except ViewtronError as error:
                _LOGGER.debug("Channel %d was changed, but does not tell: %s", channel, error)

    @callback
    def take(self, channel: int, fact: FactT | None) -> None:
        """Take over what is known now, and tell who shows it."""
        self._asked[channel] = self._hass.loop.time()
        before = self._facts.pop(channel, None)
        if fact is not None:
            self._facts[channel] = fact
        if fact != before:
            self._listeners.call(channel)

    def _is_wanted(self, channel: int) -> bool:
        return self._wanted.get(channel, 0) > 0

    def _is_due(self, channel: int) -> bool:
        is_wanted = self._is_wanted(channel) and channel not in self._refused
        every = self.wanted_every if is_wanted else OTHERWISE_EVERY
        asked = self._asked.get(channel)
        return asked is None or self._hass.loop.time() >= asked + every

    def _refuse(self, channel: int, error: ViewtronError) -> None:
        _LOGGER.debug("Channel %d does not tell: %s", channel, error)
        self._refused.add(channel)
        self.take(channel, None)

    def _lose(self, channel: int, error: ViewtronError) -> None:
        """Take one lost answer for chance, and the second in a row for a refusal."""
        if channel in self._lost:
            self._refuse(channel, error)
            return
        _LOGGER.debug("Channel %d gave no answer: %s", channel, error)
        self._lost.add(channel)
        self._asked[channel] = self._hass.loop.time()


class FactsOfChannels:
    """The facts of the channels of one device."""

    def __init__(self, hass: HomeAssistant, client: ViewtronClient, ask_soon: Callable[[], None]) -> None:
        """Ask with `client`, in the polls of a coordinator; `ask_soon` lets the next one come before its time."""
        self.presets = ChannelFacts(hass, client.ptz.presets, ask_soon)
        self.cruises = ChannelFacts(hass, client.ptz.cruises, ask_soon)
        self.infrared = ChannelFacts(hass, client.picture.infrared, ask_soon)

    @callback
    def forget_refusals(self) -> None:
        """Ask everything anew."""
        for facts in (self.presets, self.cruises, self.infrared):
            facts.forget_refusals()

    async def poll(self, state: ViewtronState) -> ViewtronState:
        """Ask what is due; a channel without a camera has nothing to tell. Raises ViewtronError."""
        online = [channel.id for channel in state.channels if channel.online is not False]
        kind = state.info.kind
        self.infrared.wanted_every = SELDOM if kind.is_nvr else WANTED_EVERY
        if await self.presets.poll(online) and await self.cruises.poll(online):
            await self.infrared.poll(online, all_of_them=True)
        return replace(state, infrared=self.infrared.told)
