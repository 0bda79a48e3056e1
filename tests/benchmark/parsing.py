"""Reading messages: ViewWall beside the vendor's library and beside parsers that only take the XML apart."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.etree.ElementTree import fromstring
from xml.parsers import expat

from viewtron import ViewtronEvent
import xmltodict

from custom_components.viewwall.viewtron import PostKind, parse_post
from tests.simulators.posts_base import Identity

from .bodies import Body, camera_bodies, recorder_bodies
from .measuring import Sample, Section, Spread, in_turns, ratios

OURS: Final = "ViewWall"
VENDOR: Final = "vendor's SDK"
EXPAT: Final = "expat"
_HEADER: Final = ("message", "bytes", "ViewWall", "SDK / ViewWall", "xmltodict /", "ElementTree /", "ViewWall / expat")


def run(*, quick: bool) -> Section:
    """Measure every kind of message, in processor time of this process."""
    rows, data = [], {}
    for body in (*camera_bodies(Identity()), *recorder_bodies(Identity())):
        assert parse_post(body.text).kind is not PostKind.UNKNOWN, body.name
        samples = in_turns(_contenders(body.text), 15 if quick else 61)
        row, found = _compared(body, samples)
        rows.append(row)
        data[body.name] = found
    return Section(
        title="Parsing: microseconds of processor time, and how many times as long others take (median, middle half)",
        header=_HEADER,
        rows=rows,
        notes=(
            "The SDK gets text, as its own server gives it: decoding is part of its time. '-': it does not read these.",
            "expat: one pass with callbacks that do nothing; xmltodict and ElementTree make a tree and read nothing.",
        ),
        data=data,
    )


def _contenders(text: bytes) -> dict[str, Callable[[], object]]:
    """Return who reads the message; those that would only look at it and turn away are left out."""
    contenders: dict[str, Callable[[], object]] = {
        OURS: lambda: parse_post(text),
        VENDOR: lambda: ViewtronEvent(text.decode("utf-8", errors="replace")),
        "xmltodict": lambda: xmltodict.parse(text),
        "ElementTree": lambda: fromstring(text),  # noqa: S314  (our own text)
        EXPAT: lambda: _expat_pass(text),
    }
    if contenders[VENDOR]() is None:
        del contenders[VENDOR]
    return contenders


def _nothing(*_: object) -> None:
    """Do nothing."""


def _expat_pass(text: bytes) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = _nothing
    parser.Parse(text, True)


def _compared(body: Body, samples: Mapping[str, list[Sample]]) -> tuple[list[str], dict[str, Any]]:
    """Return a row of the table, and the same for machines."""
    cpu = {name: [sample.cpu for sample in taken] for name, taken in samples.items()}
    slower = {name: ratios(times, cpu[OURS]) for name, times in cpu.items() if name != OURS}
    share = ratios(cpu[OURS], cpu[EXPAT])
    row = [
        body.name,
        str(len(body.text)),
        Spread.of(cpu[OURS]).text(0, scale=1e6),
        slower[VENDOR].text(1) if VENDOR in slower else "-",
        slower["xmltodict"].text(1),
        slower["ElementTree"].text(1),
        share.text(2),
    ]
    data = {
        "bytes": len(body.text),
        "cpu_seconds": {name: Spread.of(times).data() for name, times in cpu.items()},
        "wall_seconds": {name: Spread.of([one.wall for one in taken]).data() for name, taken in samples.items()},
        "times_viewwall": {name: ratio.data() for name, ratio in slower.items()},
        "viewwall_of_expat": share.data(),
    }
    return row, data
