"""The picture of a camera: its infrared light, which is set without touching anything else of the picture."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .answers import Node
from .errors import ViewtronIgnoredError, ViewtronNotSupportedError
from .requests import copy_of
from .transport import Command

if TYPE_CHECKING:
    from .device import Device

_MODE: Final = "infraredMode"
_USUAL_WORDS: Final = ("auto", "on", "off")
_MAX_WORDS: Final = 32


@dataclass(frozen=True, slots=True)
class InfraredMode:
    """How the infrared light is switched (`infraredMode` of `GetImageConfig`), in the device's own spelling."""

    word: str
    words: tuple[str, ...]
    """The words that it takes, the present one among them."""


class PictureSettings:
    """How the pictures of one device are set; `channel` is the recorder's, 1 on a camera. Raises any ViewtronError."""

    def __init__(self, device: Device) -> None:
        """Ask this device."""
        self._device = device
        self._in_turn = asyncio.Lock()

    async def infrared(self, channel: int) -> InfraredMode | None:
        """Ask for the mode of the infrared light; None where the device tells none, and would ignore what is set."""
        return _read_infrared(await self._read(channel))

    async def set_infrared(self, channel: int, word: str) -> InfraredMode:
        """Set the mode of the infrared light to one of the device's words, in any case, and return what it is then.

        The whole `image` block is read and written back with this element changed; `cfgFile`, which stands beside it,
        is not sent and stays as it is. Raises ViewtronIgnoredError if reading back shows another mode, and
        ViewtronNotSupportedError where the device tells none.
        """
        # Of two blocks that were read at once, the one written last would undo the other.
        async with self._in_turn:
            answer = await self._read(channel)
            mode, block = _read_infrared(answer), answer.one("image")
            if mode is None or block is None:
                raise ViewtronNotSupportedError("SetImageConfig", None, f"no {_MODE}")
            if _same(mode.word, word):
                return mode
            spelled = next((known for known in mode.words if _same(known, word)), word)
            body = self._device.config(copy_of("image", block, {_MODE.lower(): spelled}))
            address = self._device.address(channel)
            await self._device.order(Command("SetImageConfig", address, body=body, repeatable=True))
            after = _read_infrared(await self._read(channel))
        if after is None or not _same(after.word, word):
            raise ViewtronIgnoredError(f"SetImageConfig: {_MODE} is {after.word if after else 'gone'}, not {word}")
        return after

    async def _read(self, channel: int) -> Node:
        await self._device.known()
        return await self._device.ask("GetImageConfig", self._device.address(channel))


def _read_infrared(answer: Node) -> InfraredMode | None:
    """Read the mode, with the words that the answer declares for its type, else the usual ones."""
    image = answer.one("image")
    element = image.find(_MODE) if image else None
    if element is None or (word := element.text) is None:
        return None
    types, type_name = answer.one("types"), element.attribute("type")
    declared = types.one(type_name) if types and type_name else None
    told = [node.text for node in declared.all("enum") if node.text][:_MAX_WORDS] if declared else []
    words = {known.lower(): known for known in told or _USUAL_WORDS} | {word.lower(): word}
    return InfraredMode(word, tuple(words.values()))


def _same(word: str, other: str) -> bool:
    return word.lower() == other.lower()
