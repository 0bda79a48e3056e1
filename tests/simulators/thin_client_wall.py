"""A Thin Client without its network: panels, cameras, settings and the screen."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from PIL import Image

from .pictures import paint_scene
from .state import Clock
from .thin_client_screen import SCREEN, camera_screen, grid_screen, jpeg, text_screen
from .thin_client_settings import READABLE, accepted, new_settings, shown
from .thin_client_state import (
    Shape,
    WallCamera,
    WallPanel,
    bridge_cameras,
    made_id,
    new_panels,
    own_cameras,
)


class CallError(Exception):
    """Raise when a call fails with an HTTP status; the document knows 401, 403, 404 and 500."""

    def __init__(self, status: int = 500) -> None:
        """Take the status."""
        super().__init__(status)
        self.status = status


class Wall:
    """Hold what a Thin Client knows and shows; every attribute may be changed while it runs."""

    def __init__(self, name: str, serial: str, password: str, shape: Shape) -> None:
        """Take the device's identity and fill the rest with examples."""
        self.serial = serial
        self.shape = shape
        self.password = password
        self.firmware = "2.2.0.118"
        self.clock = Clock()
        self.settings = new_settings(name)
        """The settings by their names on the wire, without the passwords, the serial and the firmware."""
        self.bridge_password = "bridge-Toll-2"
        self.direct_cameras = own_cameras()
        self.bridge_cameras = bridge_cameras()
        self.panels = new_panels()
        self.active_panel: str | None = self.panels[0].id
        """The id of the panel whose `Default` is true; full screen and stop leave it as it is."""
        self.full_screen: str | None = None
        """The id of the camera that fills the screen."""
        self.stopped = False
        self.booting = False
        self.keeps_cells = True
        """Whether a camera set in a cell is still there when the panel is shown again."""
        self.refreshes = 0
        self.made_panels = len(self.panels)
        self._watchers: list[Callable[[], None]] = []

    @property
    def name(self) -> str:
        """Return the device's name."""
        return self.settings["DeviceName"]

    @property
    def cameras(self) -> list[WallCamera]:
        """Return the cameras of the present video source, for changes too."""
        return self.direct_cameras if self.direct else self.bridge_cameras

    @property
    def direct(self) -> bool:
        """Tell whether the device fetches its video itself rather than from a Mobile Bridge."""
        return self.settings["VideoSource"] == "directconnect"

    def showing(self) -> tuple[str, str | None]:
        """Return what the screen shows: boot, stopped, camera or panel, and the id of the latter two."""
        if self.booting:
            return "boot", None
        if self.stopped:
            return "stopped", None
        return ("camera", self.full_screen) if self.full_screen else ("panel", self.active_panel)

    def on_screen_change(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call a function whenever the screen changes by a call or by another hand; return what ends that."""
        self._watchers.append(watcher)

        def forget() -> None:
            with suppress(ValueError):
                self._watchers.remove(watcher)

        return forget

    def screen_changed(self) -> None:
        """Tell the watchers that the screen changed; for tests that set attributes."""
        for watcher in tuple(self._watchers):
            watcher()

    def panel(self, panel_id: str | None) -> WallPanel:
        """Find a panel; raises CallError 404."""
        for panel in self.panels:
            if panel.id == panel_id:
                return panel
        raise CallError(404)

    def camera(self, camera_id: str) -> WallCamera:
        """Find a camera of the present video source; raises CallError 404."""
        for camera in self.cameras:
            if camera.id == camera_id:
                return camera
        raise CallError(404)

    def camera_or_none(self, camera_id: str) -> WallCamera | None:
        """Find a camera of either video source, as cells keep the ids of both."""
        return next((camera for camera in self.direct_cameras + self.bridge_cameras if camera.id == camera_id), None)

    def add_panel(self, name: str, width: int, height: int, cameras: dict[int, str]) -> WallPanel:
        """Make a panel; the ids are the device's own."""
        self.made_panels += 1
        panel = WallPanel(
            id=made_id(f"{self.serial} {self.made_panels}"),
            name=name,
            width=width,
            height=height,
            cameras=cameras,
            first_cell_id=55 + 16 * self.made_panels,
        )
        self.panels.append(panel)
        return panel

    def remove_panel(self, panel: WallPanel) -> None:
        """Delete a panel; without its active panel the wall has none."""
        self.panels.remove(panel)
        if self.active_panel == panel.id:
            self.active_panel = None
            self.screen_changed()

    def remove_camera(self, camera: WallCamera) -> None:
        """Delete a camera, from the cells too."""
        self.direct_cameras.remove(camera)
        for panel in self.panels:
            panel.cameras = {index: other for index, other in panel.cameras.items() if other != camera.id}
        if self.full_screen == camera.id:
            self.full_screen = None
        self.screen_changed()

    def show(self, panel: WallPanel) -> None:
        """Make a panel the active one; full screen and stop end."""
        panel.forget_changes()
        self.active_panel, self.full_screen, self.stopped = panel.id, None, False
        self.screen_changed()

    def show_camera(self, camera: WallCamera) -> None:
        """Fill the screen with a camera; the active panel stays the active one."""
        self.full_screen, self.stopped = camera.id, False
        self.screen_changed()

    def stop_display(self) -> None:
        """Make the screen black; the active panel stays the active one."""
        self.full_screen, self.stopped = None, True
        self.screen_changed()

    def refresh(self) -> None:
        """Count a refresh: the document does not say what it does."""
        self.refreshes += 1
        self.screen_changed()

    def set_cell(self, index: int, camera_id: str | None) -> WallPanel:
        """Put a camera or nothing into a cell of the active panel; raises CallError 404 outside it."""
        panel = self.panel(self.active_panel)
        if not 0 <= index < panel.width * panel.height:
            raise CallError(404)
        if not self.keeps_cells and panel.saved is None:
            panel.saved = dict(panel.cameras)
        if camera_id is None:
            panel.cameras.pop(index, None)
        else:
            panel.cameras[index] = self.camera(camera_id).id
        self.screen_changed()
        return panel

    def ptz_camera(self, index: int) -> WallCamera:
        """Return the camera in a cell of the active panel; raises CallError, 500 where it cannot move."""
        panel = self.panel(self.active_panel)
        if index not in panel.cameras:
            raise CallError(404)
        camera = self.camera(panel.cameras[index])
        if not camera.ptz:
            raise CallError
        return camera

    def move(self, index: int, *, relative: bool, by: tuple[float, float, float]) -> None:
        """Move the camera of a cell by or to pan, tilt and zoom."""
        camera = self.ptz_camera(index)
        pan, tilt, zoom = camera.position if relative else (0, 0, 0)
        camera.position = (pan + by[0], tilt + by[1], zoom + by[2])
        self.screen_changed()

    def another_hand_shows(self, panel_id: str) -> None:
        """Show a panel as somebody at another client of the device would."""
        self.show(self.panel(panel_id))

    def another_hand_sets(self, index: int, camera_id: str | None) -> None:
        """Put a camera or nothing into a cell of the active panel as somebody at another client would."""
        self.set_cell(index, camera_id)

    def read_settings(self) -> list[dict[str, str]]:
        """Return the settings of a reply; all values are texts."""
        values = {**self.settings, **shown(self.settings, self.clock.utc(), self.shape)}
        values |= {"FirmwareVersion": self.firmware, "DeviceSerial": self.serial}
        return [{"Name": name, "Value": values[name]} for name in READABLE]

    def write_settings(self, pairs: list[tuple[str, object]]) -> None:
        """Take over the good values and ignore the others without a word, as the document tells of no error."""
        changes = accepted(pairs, self.settings, self.shape)
        self.password = changes.pop("AdminPassword", self.password)
        self.bridge_password = changes.pop("SymphonyPwd", self.bridge_password)
        self.settings |= changes
        self.screen_changed()

    def paint(self, camera: WallCamera, moment: datetime, size: tuple[int, int]) -> Image.Image:
        """Draw what a camera sees; a demo puts its own traffic here."""
        return paint_scene(title=camera.name, moment=moment, size=size)

    def still(self, camera: WallCamera, moment: datetime | None = None) -> bytes:
        """Return a JPEG of a camera, by default of now; raises CallError when it delivers none."""
        if not camera.online:
            raise CallError
        return jpeg(self.paint(camera, moment or self.clock.local(), SCREEN))

    def screen(self, moment: datetime | None = None) -> bytes:
        """Return a JPEG of 1280 by 720 of what the monitor shows, by default now."""
        return jpeg(self._screen(moment or self.clock.local()))

    def _screen(self, moment: datetime) -> Image.Image:
        """Draw what the monitor shows."""
        kind, shown_id = self.showing()
        panel = next((panel for panel in self.panels if panel.id == shown_id), None)
        if kind == "boot":
            return text_screen(self.name, "Starting ...", f"Firmware {self.firmware}")
        if kind == "stopped":
            return text_screen(self.name, "Display stopped")
        if kind == "camera" and shown_id:
            return camera_screen(self.camera_or_none(shown_id), moment, self.paint)
        if panel is None:
            return text_screen(self.name, "No panel")
        cells = {index: self.camera_or_none(camera_id) for index, camera_id in panel.cameras.items()}
        return grid_screen(panel.width, panel.height, cells, moment, self.paint)
