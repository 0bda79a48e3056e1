"""Samples, their medians and spreads, and ways to take them in turns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
import time
from typing import Any, Final, Self

_SAMPLE: Final = 0.004
"""Seconds that one sample should take at least: many calls, so that the clock's steps do not count."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, and the middle half of the samples around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Sum samples up; a single one is its own spread."""
        if len(values) < 2:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high)

    def text(self, digits: int = 2, *, scale: float = 1, unit: str = "") -> str:
        """Return e.g. `0.31 (0.29-0.34) ms`."""
        numbers = [f"{value * scale:.{digits}f}" for value in (self.median, self.low, self.high)]
        return f"{numbers[0]} ({numbers[1]}-{numbers[2]}){f' {unit}' if unit else ''}"

    def data(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds per call on the clock on the wall, and of this process on the processor."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one part of the benchmark found."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    data: Any = None
    """The same for machines."""

    def text(self) -> str:
        """Return a table."""
        lines = [list(self.header), *(list(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.header))]
        body = [
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in cells
            ).rstrip()
            for cells in (enumerate(zip(line, widths, strict=True)) for line in lines)
        ]
        rule = "-" * max(len(line) for line in body)
        return "\n".join([f"== {self.title}", body[0], rule, *body[1:], *(f"* {note}" for note in self.notes)])


def in_turns(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[Sample]]:
    """Take samples of all contenders, each in every round, so that whatever disturbs the machine disturbs all."""
    calls = {name: _calls(work) for name, work in contenders.items()}
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    names = list(contenders)
    for _ in range(rounds):
        for name in names:
            samples[name].append(_sample(contenders[name], calls[name]))
        # Nobody always comes after the same neighbour, whose data it finds in the processor's caches.
        names.append(names.pop(0))
    return samples


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Compare two contenders round by round."""
    return Spread.of([high / low for high, low in zip(above, below, strict=True)])


def _calls(work: Callable[[], object]) -> int:
    """Return how many calls make a sample that is long enough."""
    work()
    return max(1, round(_SAMPLE / _sample(work, 3).wall))


def _sample(work: Callable[[], object], calls: int) -> Sample:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        work()
    return Sample((time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls)
