"""Automations that show what a plate can do, made as the automation editor makes them."""

from collections.abc import Mapping
from typing import Any, Final

from .home_api import HomeAssistant

_BARRIER: Final = "input_boolean.gate_barrier"
_MESSAGE: Final = "gate"


# A plate is no key: it must come from the camera itself, and just now.
_FRESH: Final = (
    "{% set event = trigger.to_state.attributes %}"
    "{{ event.origin.by == 'webhook' and event.origin.is_device and event.age is not none and -5 <= event.age <= 10 }}"
)


def _plate_automation(alias: str, description: str, kind: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an automation for plates of one kind at the gate; `{event}` stands for the event entity, and so on."""
    return {
        "alias": alias,
        "description": description,
        "triggers": [
            {"trigger": "event.received", "target": {"entity_id": "{event}"}, "options": {"event_type": [kind]}}
        ],
        "conditions": [{"condition": "template", "value_template": _FRESH}],
        "actions": actions,
        "mode": "restart",
    }


def _notify(title: str, message: str) -> dict[str, Any]:
    """Return the action that shows a notification in place of the last one."""
    data = {"title": title, "message": message, "notification_id": _MESSAGE}
    return {"action": "persistent_notification.create", "data": data}


_PLATE: Final = "{{ trigger.to_state.attributes.number }}"
_CAR: Final = "{{ trigger.to_state.attributes.vehicle.color }} {{ trigger.to_state.attributes.vehicle.type }}"
_AUTOMATIONS: Final = {
    "viewwall_demo_welcome": _plate_automation(
        "Open the gate for known plates",
        "A plate of the allow list opens the barrier for a quarter of a minute.",
        "allow",
        [
            _notify("Gate", f"{_PLATE} is on the allow list: the barrier opens ({_CAR})."),
            {"action": "input_boolean.turn_on", "target": {"entity_id": _BARRIER}},
            {"delay": 15},
            {"action": "input_boolean.turn_off", "target": {"entity_id": _BARRIER}},
        ],
    ),
    "viewwall_demo_blocked": _plate_automation(
        "Tell about blocked plates",
        "A plate of the block list is told, and nothing opens.",
        "block",
        [_notify("Gate", f"{_PLATE} is on the block list ({_CAR}).")],
    ),
    "viewwall_demo_wall": _plate_automation(
        "Show blocked plates on the video wall",
        "A plate of the block list fills the wall with the gate's camera; after a while the wall goes back by itself.",
        "block",
        [
            {
                "action": "viewwall.show_camera",
                "target": {"entity_id": "{wall}"},
                "data": {"camera": "{camera}", "duration": "{duration}"},
            }
        ],
    ),
}


async def add_automations(home: HomeAssistant, *, event: str, wall: str, camera: str, duration: dict[str, int]) -> None:
    """Add the automations for the gate's plates and camera and an entity of the wall, all by their ids.

    Those of an earlier start stay as they are.
    """
    words = {"{event}": event, "{wall}": wall, "{camera}": camera, "{duration}": duration}
    for key, automation in _AUTOMATIONS.items():
        path = f"/api/config/automation/config/{key}"
        if await home.get_json(path) is None:
            await home.post(path, _filled(automation, words))


def _filled(part: Any, words: Mapping[str, object]) -> Any:
    """Return a part of an automation with these texts replaced."""
    match part:
        case dict():
            return {key: _filled(value, words) for key, value in part.items()}
        case list():
            return [_filled(value, words) for value in part]
        case str():
            return words.get(part, part)
        case _:
            return part
