"""The alarm outputs (relays) of a device: switched on and off, or on for a moment.

No command tells the state of an output, so that what is shown is what was last ordered.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from .device_memory import Debt, DebtKind
from .owed import Owed
from .viewtron.client import ViewtronClient
from .viewtron.errors import ViewtronError

_KEY: Final = "alarm_output_"


def output_key(number: int) -> str:
    """Return the key of an output's switch."""
    return f"{_KEY}{number}"


def output_number(key: str) -> int | None:
    """Return the number of the output whose switch has this key, None for anything else."""
    number = key.removeprefix(_KEY)
    return int(number) if key.startswith(_KEY) and number.isascii() and number.isdigit() else None


class Outputs:
    """The outputs of one device, by their numbers."""

    def __init__(self, client: ViewtronClient, owed: Owed, on_change: Callable[[int], object]) -> None:
        """Order with `client`; `on_change` hears the number of an output whose state is another one."""
        self._client = client
        self._owed = owed
        self._on_change = on_change
        self._states: dict[int, bool] = {}

    def is_on(self, number: int) -> bool | None:
        """Return what was last ordered, None before any order."""
        return self._states.get(number)

    async def switch(self, number: int, *, on: bool) -> None:
        """Switch an output until further notice; a pulse that runs is over. Raises ViewtronError and StillOwedError."""
        kind = DebtKind.OUTPUT_OFF
        try:
            await self._owed.take_over(kind, number, partial(self._client.set_output, number, on))
        except ViewtronError:
            if on or not self._owed.is_owed(kind, number):
                raise
            # A pulse is running: its own off is due now, and is tried until the device takes it.
            await self._owed.end_now(kind, number)
            return
        self._show(number, is_on=on)

    async def pulse(self, number: int, seconds: float) -> None:
        """Switch an output on and, after `seconds`, off. Raises ViewtronError and StillOwedError."""

        async def begin() -> None:
            await self._client.set_output(number, on=True)
            self._show(number, is_on=True)

        await self._owed.during(Debt(kind=DebtKind.OUTPUT_OFF, number=number), begin, seconds)

    def ended(self, number: int) -> None:
        """Take note that an output was switched off."""
        self._show(number, is_on=False)

    def _show(self, number: int, *, is_on: bool) -> None:
        if self._states.get(number) is not is_on:
            self._states[number] = is_on
            self._on_change(number)
