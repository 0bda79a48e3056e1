"""Moving heads: moves, presets and cruises."""

from typing import Literal, Unpack
from xml.etree import ElementTree as ET

from . import answers_ptz
from .device import Simulator
from .request_body import CommandError, parse_body, text, whole
from .state import Answer, Request, Settings

_MOVES = "Up Down Left Right LeftUp LeftDown RightUp RightDown ZoomIn ZoomOut Near Far IrisOpen IrisClose"
ACTIONS = frozenset((*_MOVES.split(), "Stop"))
PRESET_NAME_LENGTH = 10


class PtzSimulator(Simulator):
    """A device whose channels may have moving heads."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up heads that stand still, with two presets and one cruise."""
        super().__init__(**settings)
        self.has_ptz = False
        """Whether the device says that it has a head of its own."""
        self.ptz_refused = False
        """Whether a camera that says it has no head also refuses the commands."""
        self.ptz_channels: set[int] = set()
        """Channels of a recorder that have a head; it refuses the commands for the others."""
        self.ptz_caps: dict[str, int] = {
            "controlMinSpeed": 1,
            "controlMaxSpeed": 8,
            "presetMaxCount": 255,
            "cruiseMaxCount": 8,
            "cruisePresetMinSpeed": 1,
            "cruisePresetMaxSpeed": 8,
            "cruisePresetMaxHoldTime": 240,
            "cruisePresetMaxCount": 16,
        }
        """What PtzGetCaps tells; speeds and the number of presets are checked against it."""
        self.preset_room = 360
        """How many presets the list claims to have room for."""
        self.presets: dict[int, str] = {1: "Gate", 2: "Street"}
        """Presets of the first channel, with which the other channels start."""
        self.more_presets: dict[int, dict[int, str]] = {}
        """Presets of the channels other than the first that were asked for them."""
        self.preset_names_cut = self.field
        """Whether a preset's name that is too long is cut rather than refused."""
        self.cruises: dict[int, str] = {1: "Round"}
        """Cruises of each channel."""
        self.cruises_by: Literal["attribute", "child"] = "attribute"
        """How the list of cruises tells an id."""
        self.moving: dict[int, tuple[str, int]] = {}
        """Action and speed of each channel that moves, until it is stopped."""
        self.position: dict[int, int] = {}
        """Preset that each channel last went to."""
        self.cruising: dict[int, int] = {}
        """Cruise that each channel runs."""
        self.ptz_log: list[tuple[int, str, int | None]] = []
        """What was carried out: channel, action, speed or id.

        Actions besides those of PtzControl: preset, add_preset, delete_preset, cruise, stop_cruise.
        """
        self.ptz_deaf: set[str] = set()
        """Actions, in the words of `ptz_log`, that are answered with success and not carried out."""
        self.commands |= {
            "PtzGetCaps": self.ptz_get_caps,
            "PtzGetPresets": self.ptz_get_presets,
            "PtzGetCruises": self.ptz_get_cruises,
            "PtzControl": self.ptz_control,
            "PtzGotoPreset": self.ptz_goto_preset,
            "PtzAddPreset": self.ptz_add_preset,
            "PtzDeletePreset": self.ptz_delete_preset,
            "PtzRunCruise": self.ptz_run_cruise,
            "PtzStopCruise": self.ptz_stop_cruise,
        }

    def presets_of(self, channel: int) -> dict[int, str]:
        """Return the presets of a channel, which may be changed."""
        return self.presets if channel == 1 else self.more_presets.setdefault(channel, dict(self.presets))

    def stand_still(self) -> None:
        """End all moves and cruises."""
        self.moving.clear()
        self.cruising.clear()

    def ptz_get_caps(self, request: Request) -> Answer:
        """Answer PtzGetCaps."""
        self._head(request)
        return Answer(body=answers_ptz.caps(self.config_version, self.ptz_caps))

    def ptz_get_presets(self, request: Request) -> Answer:
        """Answer PtzGetPresets."""
        names = self.presets_of(self._head(request))
        return Answer(body=answers_ptz.presets(self.config_version, names, room=self.preset_room))

    def ptz_get_cruises(self, request: Request) -> Answer:
        """Answer PtzGetCruises."""
        self._head(request)
        body = answers_ptz.cruises(
            self.config_version,
            self.cruises,
            room=self.ptz_caps["cruiseMaxCount"],
            as_children=self.cruises_by == "child",
        )
        return Answer(body=body)

    def ptz_control(self, request: Request) -> Answer:
        """Move until stopped, or stop; the latter wants a speed too."""
        channel = self._head(request)
        if request.action not in ACTIONS:
            raise CommandError(14 if self.v2 else 1)
        speed = whole(_body(request, "actionInfo"), "speed")
        if not self.ptz_caps["controlMinSpeed"] <= speed <= self.ptz_caps["controlMaxSpeed"]:
            raise CommandError(16)
        if self._heard(channel, request.action, speed):
            self.moving.pop(channel, None)
            if request.action != "Stop":
                self.cruising.pop(channel, None)
                self.moving[channel] = (request.action, speed)
        return self.succeed()

    def ptz_goto_preset(self, request: Request) -> Answer:
        """Go to a preset, which ends a move and a cruise."""
        channel = self._head(request)
        preset = _known(request, "presetInfo", self.presets_of(channel))
        if self._heard(channel, "preset", preset):
            self.moving.pop(channel, None)
            self.cruising.pop(channel, None)
            self.position[channel] = preset
        return self.succeed()

    def ptz_add_preset(self, request: Request) -> Answer:
        """Keep the present position under the lowest free number, which the answer does not tell."""
        channel = self._head(request)
        name = text(_body(request, "presetInfo"), "name")
        if not name or (len(name) > PRESET_NAME_LENGTH and not self.preset_names_cut):
            raise CommandError(16)
        presets = self.presets_of(channel)
        preset = next(number for number in range(1, len(presets) + 2) if number not in presets)
        if len(presets) >= self.ptz_caps["presetMaxCount"]:
            raise CommandError(19)
        if self._heard(channel, "add_preset", preset):
            presets[preset] = name[:PRESET_NAME_LENGTH]
        return self.succeed()

    def ptz_delete_preset(self, request: Request) -> Answer:
        """Forget a preset."""
        channel = self._head(request)
        presets = self.presets_of(channel)
        preset = _known(request, "presetInfo", presets)
        if self._heard(channel, "delete_preset", preset):
            del presets[preset]
        return self.succeed()

    def ptz_run_cruise(self, request: Request) -> Answer:
        """Run a cruise, which ends a move."""
        channel = self._head(request)
        cruise = _known(request, "cruiseInfo", self.cruises)
        if self._heard(channel, "cruise", cruise):
            self.moving.pop(channel, None)
            self.cruising[channel] = cruise
        return self.succeed()

    def ptz_stop_cruise(self, request: Request) -> Answer:
        """Stop a cruise, if there is one."""
        channel = self._head(request)
        if self._heard(channel, "stop_cruise", None):
            self.cruising.pop(channel, None)
        return self.succeed()

    def _head(self, request: Request) -> int:
        """Return the channel of a request; raises UnknownChannelError, or CommandError when it has no head."""
        channel = self.channel(request.channel).id
        absent = channel not in self.ptz_channels if self.nvr else self.ptz_refused and not self.has_ptz
        if absent:
            raise CommandError(11 if self.v2 else 1)
        return channel

    def _heard(self, channel: int, action: str, value: int | None) -> bool:
        """Note an action and tell whether it is to be carried out."""
        if action in self.ptz_deaf:
            return False
        self.ptz_log.append((channel, action, value))
        return True


def _body(request: Request, root: str) -> ET.Element:
    """Return the root of a body; raises CommandError 16 when it is missing or another one."""
    if not request.body.strip():
        raise CommandError(16)
    try:
        return parse_body(request.body, root)
    except CommandError as error:
        raise CommandError(16 if error.code == 3 else error.code) from error


def _known(request: Request, root: str, names: dict[int, str]) -> int:
    """Return the id in a body; raises CommandError 16 when there is nothing with that id."""
    number = whole(_body(request, root), "id")
    if number not in names:
        raise CommandError(16)
    return number
