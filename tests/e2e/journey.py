"""All that a new user does, in order."""

from collections.abc import Awaitable, Callable
from typing import Final

from .adding import find_camera, follow_instructions, mistype_password, recover, see_events_arrive, sign_in
from .leaving import download_diagnostics, remove_typed, remove_written
from .mending import break_push, find_repair, mend_push
from .overview import add_dashboard
from .showing import show_on_wall
from .visitor import Visitor
from .watching import see_live_video, see_plate

# The silence after the break takes a minute and a half to be noticed: there is time for the video and the wall.
_STEPS: Final[tuple[tuple[str, Callable[[Visitor], Awaitable[None]]], ...]] = (
    ("Sign in", sign_in),
    ("Search the network for a camera", find_camera),
    ("Mistype its password", mistype_password),
    ("Recover", recover),
    ("Follow the instructions for its messages", follow_instructions),
    ("See its events arrive", see_events_arrive),
    ("Watch a plate arrive with its picture", see_plate),
    ("Break the messages of the gate's camera", break_push),
    ("See live video of the new camera", see_live_video),
    ("Show a camera on the wall and see it return", show_on_wall),
    ("Find the repair", find_repair),
    ("Mend it", mend_push),
    ("Add the ready-made dashboard", add_dashboard),
    ("Download diagnostics", download_diagnostics),
    ("Remove the camera that was told by hand", remove_typed),
    ("Remove the camera that ViewWall has told", remove_written),
)


async def travel(user: Visitor) -> None:
    """Do everything, one after the other."""
    for title, act in _STEPS:
        async with user.step(title):
            await act(user)
