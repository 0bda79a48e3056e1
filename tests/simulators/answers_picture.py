"""What a channel's picture can be set to, and the answer that tells how it is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from .answers import document, enumeration
from .xml_text import Node, config, leaf, node


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value of the picture: a truth value, a number up to `most`, or one of the words of the enumeration `type`."""

    default: str
    type: str = "boolean"
    most: int | None = None
    words: tuple[str, ...] = ("true", "false")

    def takes(self, value: str) -> bool:
        """Tell whether a value is one that can be set."""
        if self.most is None:
            return value in self.words
        return value.isascii() and value.isdecimal() and int(value) <= self.most


def _words(type_: str, *words: str) -> Setting:
    """Describe a choice, whose first word is the default."""
    return Setting(default=words[0], type=type_, words=words)


_LEVEL = Setting(default="50", type="uint8", most=100)
_COLOUR = Setting(default="50", type="uint32", most=100)
_OFF, _ON = Setting(default="false"), Setting(default="true")
_SHARED = {
    "bright": _LEVEL,
    "contrast": _LEVEL,
    "saturation": _LEVEL,
    "hue": _LEVEL,
    "mirrorSwitch": _OFF,
    "flipSwitch": _OFF,
}
_BALANCE = {
    "whiteBalance/mode": _words("whiteBalanceMode", "auto", "indoor", "outdoor", "manual"),
    "whiteBalance/red": _COLOUR,
    "whiteBalance/blue": _COLOUR,
}
FIRST = {
    "frequency": Setting(default="60HZ", type="frequency", words=("50HZ", "60HZ")),
    **_SHARED,
    "IRCutMode": _words("IRCutMode", "auto", "day", "night"),
    **_BALANCE,
    "WDR/switch": _OFF,
    "WDR/value": Setting(default="128", type="uint8", most=255),
}
"""The settings of the first generation by their path."""
SECOND = {
    **_SHARED,
    "IRCutMode": _words("IRCutMode", "auto", "day", "night", "time", "alarmInLink"),
    **_BALANCE,
    "sharpen/switch": _ON,
    "sharpen/value": _COLOUR,
    "denoise/switch": _ON,
    "denoise/value": _COLOUR,
    "backlightCompensation/mode": _words("backlightMode", "OFF", "HWDR", "HLC", "BLC"),
}
"""The settings of the second generation by their path."""


def image(
    version: str,
    settings: Mapping[str, Setting],
    values: Mapping[str, str],
    *,
    infrared: tuple[str, Sequence[str]] | None,
    declares: bool,
    file: str | None,
) -> bytes:
    """Build GetImageConfig; `infrared` is the mode and its words, None leaves it out."""
    rows: list[Node] = []
    for block, paths in groupby(settings, key=lambda path: path.rpartition("/")[0]):
        leaves = [_leaf(path, settings[path], values[path]) for path in paths]
        rows += [node(block, *leaves)] if block else leaves
    words = {entry.type: entry.words for entry in settings.values() if entry.most is None and entry.type != "boolean"}
    if infrared:
        words["infraredModeE"] = tuple(infrared[1])
        rows.append(leaf("infraredMode", infrared[0], type="infraredModeE"))
    types = node("types", *(enumeration(name, *entry) for name, entry in words.items())) if declares else None
    shown = None if file is None else leaf("cfgFile", file, type="cfgFile")
    return document(config(version, types, shown, node("image", *rows)))


def _leaf(path: str, setting: Setting, value: str) -> Node:
    """Build one value with its limits."""
    limits: dict[str, str | int] = {}
    if setting.most is not None and setting.type == "uint8":
        limits = {"min": 0, "max": setting.most}
        if setting.most == 255:
            limits["default"] = setting.default
    return leaf(path.rpartition("/")[2], value, type=setting.type, **limits)
