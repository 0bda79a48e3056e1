"""The dashboard's view of the camera that moves."""

from typing import Final

from .cards import Card, heading, page, picture, press, section, tile
from .entities import Entities
from .house import BACK_YARD, House

PATH: Final = "back-yard"
_WELCOME: Final = """\
# A camera that moves
The recorder's camera in the back yard has a moving head. Each arrow moves it for half a second \
with the action *ViewWall: Move camera*; *Preset* sends it to a place that was saved before."""
# Rows of a camera's joystick; the zoom stands below, and in the middle is the way home.
_WAYS: Final = (
    ("left_up", "arrow-top-left"), ("up", "arrow-up"), ("right_up", "arrow-top-right"),
    ("left", "arrow-left"), (None, "home"), ("right", "arrow-right"),
    ("left_down", "arrow-bottom-left"), ("down", "arrow-down"), ("right_down", "arrow-bottom-right"),
)  # fmt: skip
_ZOOMS: Final = (("zoom_out", "Zoom out", "magnify-minus-outline"), ("zoom_in", "Zoom in", "magnify-plus-outline"))


def yard_view(house: House, entities: Entities) -> Card:
    """Return the view of the back yard."""
    recorder = house.recorder
    camera = entities.find(recorder, "camera", "sub", BACK_YARD)
    preset = tile(entities.find(recorder, "select", "ptz_preset", BACK_YARD), "Preset", columns=12)
    if preset is not None:
        preset |= {"features": [{"type": "select-options"}], "hide_state": True}
    return page(
        "Back yard",
        PATH,
        _WELCOME,
        [
            section(heading("Back yard", "mdi:cctv"), picture(camera, columns=24, live=True), span=2),
            section(heading("Move", "mdi:gamepad"), *_joystick(camera), preset),
        ],
    )


def _joystick(camera: str | None) -> list[Card]:
    """Return buttons that move a camera."""
    if camera is None:
        return []
    target = {"target": {"entity_id": camera}}
    home = target | {"perform_action": "viewwall.ptz_goto_preset", "data": {"preset": "Home"}}
    move = target | {"perform_action": "viewwall.ptz_move"}
    ways = [
        press("", f"mdi:{icon}", home if way is None else move | {"data": {"direction": way}}) | {"show_name": False}
        for way, icon in _WAYS
    ]
    zooms = [press(name, f"mdi:{icon}", move | {"data": {"direction": way}}, columns=6) for way, name, icon in _ZOOMS]
    return [*ways, *zooms]
