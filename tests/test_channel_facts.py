"""What is asked per channel: everybody's turn comes, and no channel makes the others wait."""

import pytest

from custom_components.viewwall.channel_facts import MOST_AT_ONCE, OTHERWISE_EVERY, WANTED_EVERY, ChannelFacts
from custom_components.viewwall.viewtron.errors import (
    MAY_BE_DONE,
    ViewtronConnectionError,
    ViewtronError,
    ViewtronFailedError,
    ViewtronNoAnswerError,
)

MANY = range(1, 65)
LOST = ViewtronNoAnswerError("lost")
FAILED = ViewtronFailedError("HTTP 500")


class Asked:
    """Facts of 64 channels that are all shown, with a clock of their own; some questions fail."""

    def __init__(self, errors: dict[int, ViewtronError]) -> None:
        """Want all of them."""
        self.now = 0.0
        self.loop = self
        self.errors = errors
        self.log: list[int] = []
        self.facts: ChannelFacts[int] = ChannelFacts(self, self.ask, lambda: None)  # type: ignore[arg-type]
        for channel in MANY:
            self.facts.want(channel, lambda: None)

    def time(self) -> float:
        """Return the time as an event loop does."""
        return self.now

    async def ask(self, channel: int) -> int:
        """Answer, or fail."""
        self.log.append(channel)
        if channel in self.errors:
            raise self.errors[channel]
        return channel

    async def poll(self, seconds: float = 60) -> list[int]:
        """Poll after some seconds; return which channels were asked."""
        self.now += seconds
        self.log.clear()
        await self.facts.poll(MANY)
        return list(self.log)


async def test_everybody_has_a_turn() -> None:
    """Ask the channel that has waited longest: none waits for the first ones to be asked anew."""
    asked = Asked({})
    last = dict.fromkeys(MANY, 0.0)
    for _ in range(120):
        last |= dict.fromkeys(await asked.poll(), asked.now)
        assert len(asked.log) <= MOST_AT_ONCE
    assert max(asked.now - at for at in last.values()) <= 60 * len(MANY) / MOST_AT_ONCE


async def test_failure_keeps_no_other_channel_waiting() -> None:
    """Ask the others in the same poll after a failure, once more after minutes, and then after hours."""
    asked = Asked({2: FAILED})
    assert await asked.poll() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert asked.facts.told == {1, 3, 4, 5, 6, 7, 8}
    seen = [2]
    while asked.now < OTHERWISE_EVERY:
        seen += [channel for channel in await asked.poll(WANTED_EVERY) if channel == 2]
    assert len(seen) == 2
    asked.errors.clear()
    for _ in range(16):
        await asked.poll(WANTED_EVERY)
    assert asked.facts.of(2) == 2


async def test_one_lost_answer_is_enough_for_a_poll() -> None:
    """Wait in vain once in a poll; the others follow in the next one."""
    asked = Asked({2: LOST})
    assert await asked.poll() == [1, 2]
    assert await asked.poll() == [3, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize("error", [kind("lost") for kind in MAY_BE_DONE])
async def test_once_may_be_chance(error: ViewtronError) -> None:
    """Keep what is known after one lost answer, and forget it after the second."""
    asked = Asked({})
    for _ in range(8):
        await asked.poll()
    asked.errors[1] = error
    await asked.poll(WANTED_EVERY)
    assert asked.facts.of(1) == 1
    for _ in range(16):
        await asked.poll(WANTED_EVERY)
    assert asked.facts.of(1) is None


async def test_nobody_there() -> None:
    """Leave it to the poll when nothing can be sent at all."""
    asked = Asked({1: ViewtronConnectionError("no route")})
    with pytest.raises(ViewtronConnectionError):
        await asked.poll()
    asked.errors.clear()
    assert (await asked.poll())[0] == 1
