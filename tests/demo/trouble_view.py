"""The dashboard's view of what can go wrong."""

from typing import Final

from .cards import Card, heading, page, section, tile
from .entities import Entities
from .house import House

PATH: Final = "trouble"
_WIDE: Final = {"columns": 12}
_WELCOME: Final = """\
# Trouble
Find a camera that Home Assistant does not know yet. Then break the way from the gate camera to Home Assistant, and \
find out from ViewWall alone what is wrong."""
_STEPS: Final = """\
1. Choose what is wrong. The demo does it to the simulated camera.
2. Wait a minute and a half: the camera sends a sign of life every 30 seconds, and when three are missing, *Events \
arrive* says *Disconnected*. From then on ViewWall asks the camera every 5 seconds, so that alarms still show.
3. Open [Settings → System → Repairs](/config/repairs): ViewWall says what is in the way, and helps.

Some of it ViewWall mends by itself, some of it when you tell it to in the repair. A firewall, and addresses that \
others use, are yours: choose *Nothing* here, as if you had seen to it, and let the repair check again."""
_FIND: Final = """\
1. [Settings → Devices & services](/config/integrations/dashboard) → *Add integration* → **ViewWall** → \
*Search the network*.
2. Choose *{name}*. User: `{username}`, password: `{password}`.
3. Let ViewWall write its address into the camera. A few seconds later somebody walks through the garden."""


def trouble_view(house: House, entities: Entities, choice: str | None) -> Card:
    """Return the view; `choice` is the entity that lets the user choose what is wrong."""
    gate, garden = house.gate, house.garden
    rows = {"type": "entities", "entities": [{"entity": choice, "name": "What is wrong"}], "grid_options": _WIDE}
    sections = [
        section(
            heading("A camera to be found", "mdi:magnify-scan"),
            _text(_FIND.format(name=garden.name, username=garden.username, password=garden.password)),
        ),
        section(
            heading("Break it", "mdi:lan-disconnect"),
            rows if choice else None,
            tile(entities.find(gate, "binary_sensor", "event_push"), "Events arrive", "mdi:check-network-outline"),
            tile(entities.find(gate, "sensor", "last_message"), "Last message", "mdi:message-badge-outline"),
            tile(entities.find(gate, "switch", "push_subscription"), "Send events to Home Assistant", columns=12),
        ),
        section(heading("And mend it", "mdi:wrench"), _text(_STEPS)),
    ]
    return page("Trouble", PATH, _WELCOME, sections)


def _text(content: str) -> Card:
    """Return a text."""
    return {"type": "markdown", "content": content, "grid_options": _WIDE}
