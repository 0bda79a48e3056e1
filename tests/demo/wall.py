"""The demo's video wall: a Thin Client that shows what the cameras of the house see."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
import json
from pathlib import Path
from typing import Any, Final, override

from PIL import Image, ImageDraw, ImageFont

from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_screen import text_screen
from tests.simulators.thin_client_state import Preset, WallCamera, WallPanel, made_id

from .eyes import Eye

type EyeFinder = Callable[[WallCamera], Eye | None]
"""From a camera as the wall knows it to what is there, None where nothing answers or the login is wrong."""

# Seconds that leave time to watch it.
_UPDATE_STEP: Final = 2.0
_REBOOT: Final = 6.0
_KEPT: Final = ("password", "firmware", "settings", "active_panel", "made_panels")


class LobbyWall(ThinClientSimulator):
    """A Thin Client that fetches its pictures from the house and keeps what it was told."""

    def __init__(self, find_eye: EyeFinder, memory: Path | None) -> None:
        """Take who knows the cameras, and the file to remember everything in, None for none."""
        super().__init__(name="Lobby wall", serial="585b69770201", password="big-Picture-9")
        self.update_step_seconds = _UPDATE_STEP
        self.reboot_seconds = _REBOOT
        self._find_eye = find_eye
        self._memory = memory

    def furnish(self, cameras: list[WallCamera], panels: list[WallPanel]) -> None:
        """Begin with these cameras and panels, or with what is remembered.

        A remembered camera whose address became wrong because the demo's ports had to change is put right.
        """
        self.direct_cameras, self.panels = cameras, panels
        self.active_panel, self.made_panels = panels[0].id, len(panels)
        if self._memory is None or not self._memory.exists():
            return
        self._recall(json.loads(self._memory.read_text(encoding="utf-8")))
        right = {camera.id: camera for camera in cameras}
        self.direct_cameras = [
            right.get(camera.id, camera) if self._find_eye(camera) is None else camera for camera in self.direct_cameras
        ]

    def shows(self, eye: Eye) -> WallCamera | None:
        """Return the camera of the wall that is an eye of the house, None if there is none."""
        return next((camera for camera in self.direct_cameras if self._find_eye(camera) is eye), None)

    @override
    async def stop(self) -> None:
        """Close everything, and remember what a real device would."""
        await super().stop()
        if self._memory is not None:
            kept = {key: getattr(self, key) for key in _KEPT}
            kept["cameras"] = [asdict(camera) for camera in self.direct_cameras]
            kept["panels"] = [asdict(panel) for panel in self.panels]
            self._memory.write_text(json.dumps(kept), encoding="utf-8")

    @override
    def paint(self, camera: WallCamera, moment: datetime, size: tuple[int, int]) -> Image.Image:
        """Draw what a camera sees now, under the name that the wall has for it."""
        eye = self._find_eye(camera)
        if eye is None:
            return text_screen(camera.name, "No video", size=size)
        image = eye.paint(moment, size)
        _caption(image, camera.name)
        return image

    def _recall(self, kept: Mapping[str, Any]) -> None:
        """Take over what was remembered."""
        for key in _KEPT:
            setattr(self, key, kept[key])
        self.direct_cameras = [_camera(camera) for camera in kept["cameras"]]
        self.panels = [_panel(panel) for panel in kept["panels"]]


def _caption(image: Image.Image, text: str) -> None:
    """Write a text into the lower right corner, large enough for a small picture of the screen."""
    draw, height = ImageDraw.Draw(image), max(28, image.height // 20)
    font = ImageFont.load_default(size=height)
    draw.rectangle(
        (image.width - draw.textlength(text, font) - height, image.height - 1.5 * height, image.width, image.height),
        (16, 18, 22),
    )
    draw.text((image.width - height / 2, image.height - 0.75 * height), text, "white", font, "rm")


def _camera(kept: Mapping[str, Any]) -> WallCamera:
    """Read a remembered camera."""
    presets = [Preset(**preset) for preset in kept["presets"]]
    return WallCamera(**{**kept, "presets": presets, "position": tuple(kept["position"])})


def _panel(kept: Mapping[str, Any]) -> WallPanel:
    """Read a remembered panel; JSON made texts of the cells' numbers."""
    cells = {key: {int(index): camera for index, camera in (kept[key] or {}).items()} for key in ("cameras", "saved")}
    return WallPanel(**{**kept, "cameras": cells["cameras"], "saved": cells["saved"] or None})


def grid(name: str, width: int, height: int, cameras: Iterable[str | None]) -> WallPanel:
    """Return a panel of cameras by their names, row by row."""
    return WallPanel(
        id=made_id(f"panel {name}"),
        name=name,
        width=width,
        height=height,
        cameras={index: made_id(camera) for index, camera in enumerate(cameras) if camera},
    )
