"""What can go wrong between a camera and Home Assistant, made by the user of the demo, who then finds the way out."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

import aiohttp

from tests.simulators.state import HttpPostSlot

from .arguments import DemoError
from .camera import ALARM_CENTRE, DemoCamera
from .home_api import HomeAssistant, signed_in

NAME: Final = "What is wrong with the gate camera"
_DOMAIN: Final = "input_select"
_ICON: Final = "mdi:lan-disconnect"
_LOOK: Final = 1.0
"""Seconds between two looks at whether the camera posts again."""
_PAUSE: Final = 5.0
"""Seconds until Home Assistant is tried again, which may be restarting."""
_PATIENCE: Final = 5
"""How many times that is tried in vain."""
_NOBODY: Final = "192.0.2.78"
"""An address in the camera where no Home Assistant is."""
_OTHERS: Final = (
    replace(ALARM_CENTRE, id=2, domain="192.0.2.81", path="/recorder"),
    replace(ALARM_CENTRE, id=3, domain="192.0.2.82", path="/doorbell"),
)


class Trouble(StrEnum):
    """What the user chooses from."""

    NOTHING = "Nothing"
    FIREWALL = "A firewall drops its messages"
    CLEARED = "Its address list was cleared (factory reset)"
    OFF = "Somebody switched our address off"
    MOVED = "Our address was changed by hand"
    FULL = "All three addresses are taken by others"


type Teller = Callable[[str], None]


class Mischief:
    """Does to a camera what the user has chosen in Home Assistant."""

    def __init__(self, camera: DemoCamera, say: Teller) -> None:
        """Take the camera, and who tells the user what was done."""
        self._camera = camera
        self._say = say
        self.trouble = Trouble.NOTHING

    @property
    def is_mended(self) -> bool:
        """Tell whether the camera posts again after something that is over once ViewWall has put it right."""
        slot = self._camera.own_slot
        is_right = slot is not None and slot.switch and slot.domain != _NOBODY
        return is_right and self.trouble in (Trouble.CLEARED, Trouble.OFF, Trouble.MOVED)

    def choose(self, trouble: Trouble) -> None:
        """End one trouble and make another."""
        if trouble is self.trouble:
            return
        self._end()
        self.trouble = trouble
        self._begin()
        self._say(f"  Wrong with the gate camera: {trouble.value[0].lower()}{trouble.value[1:]}.")

    def _end(self) -> None:
        """End what ViewWall cannot: the camera is reached again, and the others give their addresses back."""
        camera = self._camera
        camera.mend_push()
        slot = camera.own_slot
        if self.trouble is Trouble.OFF and slot is not None:
            camera.put_slot(replace(slot, switch=True))
        for other in camera.http_post:
            if other.domain in {each.domain for each in _OTHERS}:
                camera.put_slot(HttpPostSlot(id=other.id))

    def _begin(self) -> None:
        """Make the chosen trouble."""
        camera, slot = self._camera, self._camera.own_slot
        match self.trouble:
            case Trouble.FIREWALL:
                camera.cut_push()
            case Trouble.CLEARED:
                camera.forget_addresses()
            case Trouble.OFF if slot is not None:
                camera.put_slot(replace(slot, switch=False))
            case Trouble.MOVED if slot is not None:
                camera.put_slot(replace(slot, domain=_NOBODY))
            case Trouble.FULL:
                for other in (ALARM_CENTRE, *_OTHERS):
                    camera.put_slot(other)

    async def run(self, base: str) -> None:
        """Follow the user's choice until cancelled, also when Home Assistant is restarted."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(base))
            tasks.create_task(self._notice(base))

    async def _follow(self, base: str) -> None:
        """Do what the user chooses, as long as there is a choice and the demo's user may sign in."""
        patience = _PATIENCE
        while patience:
            patience -= 1
            with suppress(aiohttp.ClientError, OSError, TypeError, DemoError):
                async with signed_in(base) as home:
                    entity_id = await find_choice(home)
                    if entity_id is None:
                        return
                    async with aclosing(home.states(entity_id)) as states:
                        async for state in states:
                            patience = _PATIENCE
                            if state in Trouble:
                                self.choose(Trouble(state))
            await asyncio.sleep(_PAUSE)

    async def _notice(self, base: str) -> None:
        """Tell the user when ViewWall has put the camera right."""
        while True:
            await asyncio.sleep(_LOOK)
            if self.is_mended:
                self._say("  The gate camera has the right address again.")
                self.trouble = Trouble.NOTHING
                with suppress(aiohttp.ClientError, OSError, TypeError, DemoError):
                    async with signed_in(base) as home:
                        await reset_choice(home)


async def add_choice(home: HomeAssistant) -> bool:
    """Let the user choose what is wrong, at first nothing; tell whether that is new."""
    options = [trouble.value for trouble in Trouble]
    known = await _known(home)
    if known is None:
        # Home Assistant sets this helper up without being asked.
        await home.command(f"{_DOMAIN}/create", name=NAME, options=options, icon=_ICON)
        return True
    if known["options"] != options:
        fields = {"name": NAME, "options": options, "icon": _ICON}
        await home.command(f"{_DOMAIN}/update", input_select_id=known["id"], **fields)
    await reset_choice(home)
    return False


async def find_choice(home: HomeAssistant) -> str | None:
    """Return the entity that has the choice, None if the user has deleted it."""
    known = await _known(home)
    for entity in await home.command("config/entity_registry/list") if known else ():
        if known and (entity["platform"], entity["unique_id"]) == (_DOMAIN, known["id"]):
            return str(entity["entity_id"])
    return None


async def reset_choice(home: HomeAssistant) -> None:
    """Choose that nothing is wrong."""
    entity_id = await find_choice(home)
    if entity_id is not None:
        data = {"entity_id": entity_id, "option": Trouble.NOTHING.value}
        await home.post(f"/api/services/{_DOMAIN}/select_option", data)


async def _known(home: HomeAssistant) -> dict[str, Any] | None:
    """Return the choice as Home Assistant keeps it."""
    lists: list[dict[str, Any]] = await home.command(f"{_DOMAIN}/list")
    return next((known for known in lists if known["name"] == NAME), None)
