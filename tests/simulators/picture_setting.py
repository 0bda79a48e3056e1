"""Reading and setting the picture."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Unpack
from xml.etree import ElementTree as ET

from . import answers_picture
from .device import Simulator
from .request_body import CommandError, child, parse_body, refuse_attributes
from .state import Answer, Request, Settings

FILES = ("normal", "day", "night")


class PictureSimulator(Simulator):
    """A device whose channels' pictures can be set."""

    attributes_refused: bool

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up pictures as they come from the factory."""
        super().__init__(**settings)
        self.image_settings = dict(answers_picture.SECOND if self.v2 else answers_picture.FIRST)
        """What can be set, by its path below `image`."""
        self.image: dict[int, dict[str, str]] = defaultdict(self.default_image)
        """Values of each channel by their path below `image`, such as whiteBalance/mode; infraredMode stands apart."""
        self.image_file = "normal"
        """The set of values that the second generation says it shows, the last one written; all share their values."""
        self.infrared_modes: tuple[str, ...] = ("auto", "on", "off") if self.v2 else ()
        """Modes of the infrared light; without any the element is absent."""
        self.infrared: dict[int, str] = defaultdict(self.default_infrared)
        """Mode of each channel's infrared light."""
        self.declares_enums = True
        """Whether the answer declares the words of its enumerations."""
        self.image_writes: list[bytes] = []
        """The bodies that were taken for good, also while `image_ignored`."""
        self.image_ignored = False
        """Whether setting the picture succeeds and changes nothing."""
        self.commands |= {"GetImageConfig": self.get_image_config, "SetImageConfig": self.set_image_config}

    def default_image(self) -> dict[str, str]:
        """Return the values that a channel starts with."""
        return {path: setting.default for path, setting in self.image_settings.items()}

    def default_infrared(self) -> str:
        """Return the mode that a channel's light starts with."""
        return self.infrared_modes[0] if self.infrared_modes else "auto"

    def image_of(self, channel: int) -> dict[str, str]:
        """Return the values of a channel, which may be changed."""
        if channel not in self.image:
            self.image[channel] = self.default_image()
        return self.image[channel]

    def get_image_config(self, request: Request) -> Answer:
        """Answer GetImageConfig."""
        channel = self.channel(request.channel).id
        mode = self.infrared.get(channel) or self.default_infrared()
        body = answers_picture.image(
            self.config_version,
            self.image_settings,
            self.image_of(channel),
            infrared=(mode, self.infrared_modes) if self.infrared_modes else None,
            declares=self.declares_enums,
            file=self.image_file if self.v2 else None,
        )
        return Answer(body=body)

    def set_image_config(self, request: Request) -> Answer:
        """Set the values that are sent, or none when one of them cannot be; elements that are not there are ignored."""
        channel = self.channel(request.channel).id
        body = parse_body(request.body)
        if self.attributes_refused:
            refuse_attributes(body)
        values = dict(_leaves(child(body, "image")))
        changed = {path: value for path, value in values.items() if path in self.image_settings}
        mode = values.get("infraredMode") if self.infrared_modes else None
        file = (body.findtext("cfgFile") or self.image_file).strip()
        if (
            not all(self.image_settings[path].takes(value) for path, value in changed.items())
            or mode not in (None, *self.infrared_modes)
            or file not in FILES
        ):
            raise CommandError(16)
        self.image_writes.append(request.body)
        if self.image_ignored:
            return self.succeed()
        self.image_of(channel).update(changed)
        if mode is not None:
            self.infrared[channel] = mode
        if self.v2:
            self.image_file = file
        return self.succeed()


def _leaves(block: ET.Element, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value below an element with its path."""
    for element in block:
        place = f"{path}{element.tag}"
        if len(element):
            yield from _leaves(element, f"{place}/")
        else:
            yield place, (element.text or "").strip()
