"""Counters of cameras: persons, cars and bikes that crossed a line."""

from datetime import UTC, datetime
from itertools import count
from typing import Literal, Unpack

from . import answers_video, ipc_posts
from .device import Simulator
from .ipc_parts import Dialect
from .posts_base import Picture, Target
from .push import PushResult
from .request_body import MissingElementError, boolean, parse_body
from .state import Answer, Request, Settings

type Counted = Literal["person", "car", "bike"]

COUNTED: tuple[Counted, ...] = ("person", "car", "bike")
TARGETS: dict[Counted, str] = {"person": "person", "car": "car", "bike": "motor"}
"""What the posts call the three kinds."""

_BLOCKS = {"in": "entranceCount", "out": "exitCount"}


class CountingCommands(Simulator):
    """A camera that counts."""

    dialect: Dialect
    """The dialect of the posts; may be changed."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up the counters; the first generation counts but has no command that tells the totals."""
        super().__init__(**settings)
        self.crossings: dict[str, tuple[int, int, int]] = {"entranceCount": (12, 7, 1), "exitCount": (11, 6, 0)}
        """Persons, cars, bikes."""
        self.line_switch = True
        """Whether GetPassLineCountConfig tells that counting is on."""
        self.line_hold_time = 20
        """The seconds that GetPassLineCountConfig tells."""
        self.line_config_writes: list[bytes] = []
        """Bodies of SetPassLineCountConfig that were more or other than a reset; they change nothing."""
        self.reset_ignored = False
        """Whether a reset is answered with success and not carried out."""
        self._event_ids = count(2201)
        self._target_ids = count(2101)
        self.has_statistics = self.v2
        """Whether GetPassLineCountStatistics answers."""
        self.reset_works = self.field
        """Whether SetPassLineCountConfig answers."""
        self.commands |= {
            "GetPassLineCountConfig": self.get_pass_line_count_config,
            "GetPassLineCountStatistics": self.get_pass_line_count_statistics,
            "SetPassLineCountConfig": self.set_pass_line_count_config,
        }
        self.conditions |= {
            "GetPassLineCountStatistics": lambda: self.has_statistics,
            "SetPassLineCountConfig": lambda: self.reset_works,
        }

    def get_pass_line_count_statistics(self, request: Request) -> Answer:
        """Answer GetPassLineCountStatistics."""
        return Answer(body=answers_video.pass_line_statistics(self.config_version, self.crossings))

    def get_pass_line_count_config(self, request: Request) -> Answer:
        """Answer GetPassLineCountConfig."""
        self.channel(request.channel)
        body = answers_video.pass_line_config(
            self.config_version, switch=self.line_switch, hold_time=self.line_hold_time
        )
        return Answer(body=body)

    def set_pass_line_count_config(self, request: Request) -> Answer:
        """Answer SetPassLineCountConfig: forceReset under the root in lower case sets the counters to zero."""
        self.channel(request.channel)
        root = parse_body(request.body)
        if not len(root):
            raise MissingElementError("passlinecount")
        reset = root.find("passlinecount/forceReset") is not None and boolean(root, "passlinecount", "forceReset")
        if [row.tag for row in root.iter()] != ["config", "passlinecount", "forceReset"]:
            self.line_config_writes.append(request.body)
        if reset and not self.reset_ignored:
            self.crossings = dict.fromkeys(_BLOCKS.values(), (0, 0, 0))
        return self.succeed()

    async def cross(
        self,
        kind: Counted = "person",
        way: Literal["in", "out"] = "in",
        *,
        totals: bool = True,
        post: bool = True,
    ) -> PushResult | None:
        """Count somebody who crosses the line now and post it; `totals` False leaves the nine sums out."""
        before = self.crossings[_BLOCKS[way]]
        person, car, bike = (number + (name == kind) for name, number in zip(COUNTED, before, strict=True))
        self.crossings[_BLOCKS[way]] = (person, car, bike)
        if not post:
            return None
        nothing = Picture(b"", 0, 0) if self.pictures else None
        target = Target(id=next(self._target_ids), event_id=next(self._event_ids), kind=TARGETS[kind], crop=nothing)
        body = ipc_posts.line_count(
            self.identity(),
            datetime.now(UTC),
            dialect=self.dialect,
            entered=self.crossings["entranceCount"],
            left=self.crossings["exitCount"],
            targets=[target],
            totals=totals,
        )
        return await self.push(body)
