"""Moving a camera: movements that only a Stop ends, presets and cruises."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

from .answers import Node
from .errors import ViewtronIgnoredError, ViewtronNotFoundError
from .readings import MAX_ITEMS, read_id
from .requests import document, element, text
from .transport import Command

if TYPE_CHECKING:
    from .device import Device

MAX_PRESET_NAME: Final = 10
"""Characters of a preset's name, by the page on presets (whose own example is longer)."""

_STOP: Final = "Stop"
_DEFAULT_SPEEDS: Final = (1, 8)


class PtzMove(StrEnum):
    """A movement; each runs until a Stop. The values are the wire's words."""

    UP = "Up"
    DOWN = "Down"
    LEFT = "Left"
    RIGHT = "Right"
    LEFT_UP = "LeftUp"
    LEFT_DOWN = "LeftDown"
    RIGHT_UP = "RightUp"
    RIGHT_DOWN = "RightDown"
    ZOOM_IN = "ZoomIn"
    ZOOM_OUT = "ZoomOut"
    FOCUS_NEAR = "Near"
    FOCUS_FAR = "Far"
    IRIS_OPEN = "IrisOpen"
    IRIS_CLOSE = "IrisClose"


@dataclass(frozen=True, slots=True)
class PtzSpeeds:
    """The device's range of speeds (`PtzGetCaps`)."""

    slowest: int
    fastest: int

    def of(self, percent: int) -> int:
        """Return the speed for 1 to 100 percent of the range."""
        share = (max(1, min(percent, 100)) - 1) / 99
        return round(self.slowest + share * (self.fastest - self.slowest))


@dataclass(frozen=True, slots=True)
class PtzPlace:
    """A preset or a cruise, by the device's id and name."""

    id: int
    name: str | None = None


class Ptz:
    """The PTZ commands of one device; `channel` is the recorder's, 1 on a camera. Methods raise any ViewtronError."""

    def __init__(self, device: Device) -> None:
        """Give orders to this device."""
        self._device = device
        self._speeds: dict[int, PtzSpeeds] = {}

    async def speeds(self, channel: int) -> PtzSpeeds:
        """Ask for the range of speeds, once; the usual 1 to 8 where the device does not tell it."""
        if channel not in self._speeds:
            await self._device.known()
            answer = await self._device.optional("PtzGetCaps", self._device.address(channel))
            self._speeds[channel] = _read_speeds(answer)
        return self._speeds[channel]

    def forget_speeds(self) -> None:
        """Ask for the ranges of speeds again."""
        self._speeds.clear()

    async def move(self, channel: int, move: PtzMove, speed: int) -> None:
        """Set the camera moving, at a speed of the device's own range, until `stop`."""
        await self._control(channel, move.value, speed)

    async def stop(self, channel: int, speed: int) -> None:
        """Stop the camera; the wire wants a speed even here."""
        await self._control(channel, _STOP, speed)

    async def presets(self, channel: int) -> tuple[PtzPlace, ...]:
        """List the presets."""
        return await self._places("PtzGetPresets", "presetInfo", channel)

    async def goto_preset(self, channel: int, preset: int) -> None:
        """Move the camera to a preset."""
        await self._order("PtzGotoPreset", channel, document("presetInfo", element("id", preset)), repeatable=True)

    async def save_preset(self, channel: int, name: str) -> int:
        """Save where the camera looks as a new preset, and return its id; the name has up to 10 characters.

        The device does not tell the id, so the list is read before and after. Raises ViewtronIgnoredError if no new
        preset is there.
        """
        before = {preset.id for preset in await self.presets(channel)}
        await self._order("PtzAddPreset", channel, document("presetInfo", text("name", name)))
        new = [preset for preset in await self.presets(channel) if preset.id not in before]
        if not new:
            raise ViewtronIgnoredError("PtzAddPreset: no new preset is listed")
        return next((preset.id for preset in new if preset.name == name), new[-1].id)

    async def delete_preset(self, channel: int, preset: int) -> None:
        """Delete a preset. Raises ViewtronIgnoredError if it is still listed afterwards."""
        await self._order("PtzDeletePreset", channel, document("presetInfo", element("id", preset)))
        if any(left.id == preset for left in await self.presets(channel)):
            raise ViewtronIgnoredError("PtzDeletePreset: the preset is still listed")

    async def cruises(self, channel: int) -> tuple[PtzPlace, ...]:
        """List the cruises; no document prints this answer, so that any list of ids is taken."""
        return await self._places("PtzGetCruises", "cruiseInfo", channel)

    async def run_cruise(self, channel: int, cruise: int) -> None:
        """Let the camera go from preset to preset."""
        await self._order("PtzRunCruise", channel, document("cruiseInfo", element("id", cruise)), repeatable=True)

    async def stop_cruise(self, channel: int) -> None:
        """End a cruise."""
        await self._order("PtzStopCruise", channel, None, repeatable=True)

    async def _control(self, channel: int, action: str, speed: int) -> None:
        body = document("actionInfo", element("speed", speed))
        await self._order("PtzControl", channel, body, action=action, repeatable=True)

    async def _order(
        self, name: str, channel: int, body: str | None, *, action: str | None = None, repeatable: bool = False
    ) -> None:
        await self._device.known()
        address = self._device.address(channel)
        await self._device.order(Command(name, address, action=action, body=body, repeatable=repeatable))

    async def _places(self, command: str, block: str, channel: int) -> tuple[PtzPlace, ...]:
        await self._device.known()
        try:
            answer = await self._device.ask(command, self._device.address(channel))
        except ViewtronNotFoundError:
            return ()
        return _read_places(answer, block)


def _read_speeds(answer: Node | None) -> PtzSpeeds:
    """Read the speeds of `PtzGetCaps`."""
    caps = (answer.find("caps") or answer) if answer else None
    slowest, fastest = (caps.number("controlMinSpeed"), caps.number("controlMaxSpeed")) if caps else (None, None)
    if slowest is None or fastest is None or not 0 <= slowest <= fastest:
        return PtzSpeeds(*_DEFAULT_SPEEDS)
    return PtzSpeeds(slowest, fastest)


def _read_places(answer: Node, name: str) -> tuple[PtzPlace, ...]:
    """List presets or cruises: ids as attributes or elements, names as texts or elements.

    Items stand in the list or beside it; what stands inside an item, such as the presets of a cruise, is none.
    """
    block = answer.find(name) or answer
    items = block.all("item") or answer.all("item") or block.find_all("item")
    found: dict[int, PtzPlace] = {}
    for item in islice(items, MAX_ITEMS):
        number = read_id(item, "id", "presetId", "cruiseId")
        if number is not None:
            found.setdefault(number, PtzPlace(number, item.get("name", "presetName", "cruiseName") or item.text))
    return tuple(found.values())
