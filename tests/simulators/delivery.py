"""Delivery of a device's posts: its connections, and what was lost."""

from collections.abc import Callable, Hashable

from .push import Pusher, PushResult
from .state import PushFailure

NOBODY = PushResult(0, b"", {})
"""What a post gets that nobody answers."""


class Delivery:
    """Keep one connection for each place that posts go to."""

    def __init__(self) -> None:
        """Begin without connections."""
        self.failures: list[PushFailure] = []
        self.is_cut = False
        """Whether posts vanish on their way."""
        self.pushers: dict[int | None, tuple[Hashable, Pusher]] = {}

    async def send(
        self, slot: int | None, url: str, body: bytes, route: Hashable, make: Callable[[], Pusher]
    ) -> PushResult:
        """Send a post over the connection of a slot, made anew when its `route` changed, and note a lost one.

        Raises OSError, TimeoutError or EOFError when no answer comes; status 0 while posts vanish.
        """
        if self.is_cut:
            self.failures.append(PushFailure(slot=slot, url=url, reason="cut"))
            return NOBODY
        known = self.pushers.get(slot)
        if known is None or known[0] != route:
            self.pushers[slot] = (route, make())
            if known:
                await known[1].close()
        pusher = self.pushers[slot][1]
        try:
            result = await pusher.send(body)
        except (OSError, EOFError, ValueError, IndexError) as error:
            self.failures.append(PushFailure(slot=slot, url=url, reason=repr(error)))
            # An answer that comes late must not be taken for that of the next post.
            await pusher.close()
            raise
        if result.status != 200:
            self.failures.append(PushFailure(slot=slot, url=url, reason=f"HTTP {result.status}"))
        return result

    async def hang_up(self) -> None:
        """Close all connections."""
        while self.pushers:
            _, (_, pusher) = self.pushers.popitem()
            await pusher.close()
