"""Actions that move cameras: for a moment, to a preset, or on a cruise."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar, Final, override

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import probatio

from ..moving import goto_preset, move, names_of, run_cruise
from ..runtime import ViewtronRuntime
from ..viewtron.errors import ViewtronNotSupportedError
from ..viewtron.ptz import MAX_PRESET_NAME, PtzMove, PtzPlace
from .base import Result, time_between, whole_number
from .errors import failure, mistake
from .targets import Scope, Target
from .viewtron_base import ViewtronAction, channel_of

DIRECTIONS: Final = {direction.name.lower(): direction for direction in PtzMove}

_TIME: Final = time_between(timedelta(seconds=0.1), timedelta(seconds=10), "must be from 0.1 to 10 seconds")


@contextmanager
def _words_for_no_head(device: str) -> Iterator[None]:
    """Say in words what it means that a camera does not know the commands."""
    try:
        yield
    except ViewtronNotSupportedError as error:
        raise failure("no_ptz", device=device) from error


def find_place(places: Sequence[PtzPlace], wanted: str) -> PtzPlace | None:
    """Find a preset or cruise by its name, else by its number: a name that looks like a number is a name."""
    if (found := names_of(places).find(wanted)) is None:
        found = wanted.strip().lstrip("0")
    return next((place for place in places if str(place.id) == found), None)


def known_places(places: Sequence[PtzPlace]) -> str:
    """Return the names of presets or cruises for an error."""
    return ", ".join(names_of(places).options) or "-"


class _PtzAction[Checked](ViewtronAction[Checked]):
    """Something that a camera does with its head."""

    scope = Scope.CHANNEL

    @override
    async def check_one(self, target: Target[ViewtronRuntime]) -> Checked:
        with _words_for_no_head(target.name):
            return await super().check_one(target)

    @override
    async def run_one(self, target: Target[ViewtronRuntime], checked: Checked) -> Result:
        with _words_for_no_head(target.name):
            return await super().run_one(target, checked)


class PtzMoveAction(_PtzAction[int]):
    """Move a camera for a moment; what is checked is its speed in the device's own range."""

    name = "ptz_move"
    fields: ClassVar[VolDictType] = {
        probatio.Required("direction"): probatio.In(list(DIRECTIONS)),
        probatio.Optional("speed", default=50): probatio.All(whole_number, probatio.Range(min=1, max=100)),
        probatio.Optional("duration", default=0.5): _TIME,
    }

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> int:
        speeds = await target.runtime.client.ptz.speeds(channel_of(target))
        return speeds.of(self.data["speed"])

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: int) -> Result:
        duration: timedelta = self.data["duration"]
        direction = DIRECTIONS[self.data["direction"]]
        await move(target.runtime, channel_of(target), direction, checked, duration.total_seconds())
        return {}


class _PresetAction(_PtzAction[PtzPlace]):
    """Do something with a preset, which is looked up first."""

    fields: ClassVar[VolDictType] = {probatio.Required("preset"): cv.string}

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> PtzPlace:
        wanted: str = self.data["preset"]
        presets = await read_presets(target)
        if (found := find_place(presets, wanted)) is None:
            raise mistake("no_such_preset", device=target.name, preset=wanted, known=known_places(presets))
        return found


class PtzGotoPreset(_PresetAction):
    """Move a camera to a preset."""

    name = "ptz_goto_preset"

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: PtzPlace) -> Result:
        await goto_preset(target.runtime, channel_of(target), checked.id)
        return {}


class PtzDeletePreset(_PresetAction):
    """Delete a preset."""

    name = "ptz_delete_preset"
    is_admin = True

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: PtzPlace) -> Result:
        channel = channel_of(target)
        try:
            await target.runtime.client.ptz.delete_preset(channel, checked.id)
        finally:
            await target.runtime.coordinator.of_channels.presets.follow(channel)
        return {}


class PtzSavePreset(_PtzAction[str]):
    """Save where a camera looks as a new preset."""

    name = "ptz_save_preset"
    is_admin = True
    fields: ClassVar[VolDictType] = {probatio.Required("name"): cv.string}

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> str:
        given: str = self.data["name"]
        name = given.strip()
        if not 1 <= len(name) <= MAX_PRESET_NAME or not name.isprintable():
            raise mistake("preset_name", most=str(MAX_PRESET_NAME))
        presets = await read_presets(target)
        if any((preset.name or "").casefold() == name.casefold() for preset in presets):
            raise mistake("preset_exists", device=target.name, preset=name)
        return name

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: str) -> Result:
        channel = channel_of(target)
        try:
            preset = await target.runtime.client.ptz.save_preset(channel, checked)
        finally:
            await target.runtime.coordinator.of_channels.presets.follow(channel)
        return {"preset": preset}


class PtzCruise(_PtzAction[PtzPlace | None]):
    """Let a camera go from preset to preset, or end that."""

    name = "ptz_cruise"
    fields: ClassVar[VolDictType] = {probatio.Optional("cruise"): probatio.Any(None, cv.string)}

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> PtzPlace | None:
        wanted: str | None = self.data.get("cruise")
        if wanted is None:
            return None
        cruises = await target.runtime.coordinator.of_channels.cruises.read(channel_of(target)) or ()
        if (found := find_place(cruises, wanted)) is None:
            raise mistake("no_such_cruise", device=target.name, cruise=wanted, known=known_places(cruises))
        return found

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: PtzPlace | None) -> Result:
        channel = channel_of(target)
        if checked is None:
            await target.runtime.client.ptz.stop_cruise(channel)
        else:
            await run_cruise(target.runtime, channel, checked.id)
        return {}


async def read_presets(target: Target[ViewtronRuntime]) -> Sequence[PtzPlace]:
    """Ask a camera for its presets: another hand may have changed them just now. Raises ViewtronError."""
    return await target.runtime.coordinator.of_channels.presets.read(channel_of(target)) or ()


PTZ_ACTIONS: Final[tuple[type[ViewtronAction[Any]], ...]] = (
    PtzMoveAction,
    PtzGotoPreset,
    PtzSavePreset,
    PtzDeletePreset,
    PtzCruise,
)
