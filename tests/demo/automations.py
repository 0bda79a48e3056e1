"""Automations that show what a plate can do, made as the automation editor makes them."""

from collections.abc import Mapping
from typing import Any, Final

from .home_api import HomeAssistant

ALLOW_SCRIPT: Final = "script.allow_last_plate"
_MESSAGE: Final = "gate"


# A plate is no key: it must come from the camera itself, and just now.
_FRESH: Final = (
    "{% set event = trigger.to_state.attributes %}"
    "{{ event.origin.by == 'webhook' and event.origin.is_device and event.age is not none and -5 <= event.age <= 10 }}"
)
# Besides, only the exact list opens: everything else, `unlisted` above all, does not.
_MAY_ENTER: Final = (
    "{% set event = trigger.event.data %}"
    "{{ event.plate.list == 'allow' and event.origin.by == 'webhook' and event.origin.is_device"
    " and event.age is not none and -5 <= event.age < 30 }}"
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
_WELCOMED: Final = (
    "{{ trigger.event.data.plate.number }} is on the allow list: the gate opens"
    " ({{ trigger.event.data.plate.vehicle.color }} {{ trigger.event.data.plate.vehicle.type }})."
)
_AUTOMATIONS: Final = {
    "viewwall_demo_gate": {
        "alias": "Open the gate for allowed plates",
        "description": "A plate of the allow list switches the output of the gate's camera on for a moment: the gate"
        " opens. Nothing else opens it: the exact list, from the camera itself, read just now.",
        "triggers": [
            {
                "trigger": "event",
                "event_type": "viewwall_event",
                "event_data": {"type": "license_plate", "device_id": "{gate}"},
            }
        ],
        "conditions": [{"condition": "template", "value_template": _MAY_ENTER}],
        "actions": [
            _notify("Gate", _WELCOMED),
            {
                "action": "viewwall.pulse_output",
                "target": {"entity_id": "{output}"},
                "data": {"duration": "{pulse}"},
            },
        ],
        # Whoever comes second keeps the gate open; nobody closes it on the first.
        "mode": "parallel",
    },
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


_NOT_ALLOWED: Final = (
    "{% if list in ('unknown', 'unavailable') %}No plate was read yet.{% else %}"
    "{{ plate }} was not added: it stands in a list already ({{ list }}).{% endif %} Nothing was changed."
)
_SCRIPT: Final = {
    "alias": "Allow last plate",
    "description": "Puts the plate that the gate's camera read last on the camera's allow list.",
    "icon": "mdi:playlist-plus",
    "sequence": [
        # Both at once: another car may come while somebody reads the question.
        {"variables": {"plate": "{{ states('{last_plate}') }}", "list": "{{ states('{plate_list}') }}"}},
        {
            "if": [{"condition": "template", "value_template": "{{ list not in ('unlisted', 'stranger') }}"}],
            "then": [
                _notify("Gate", _NOT_ALLOWED),
                {"stop": "The last plate stands in a list already, or there is none yet."},
            ],
        },
        {
            "action": "viewwall.add_plates",
            "target": {"entity_id": "{last_plate}"},
            "data": {"plates": [{"number": "{{ plate }}", "list": "allow"}]},
        },
        _notify("Gate", "{{ plate }} is on the allow list now. At its next visit the gate opens."),
    ],
    "mode": "single",
}


async def add_automations(home: HomeAssistant, words: Mapping[str, object]) -> None:
    """Add the automations and the script of the gate; those of an earlier start stay as they are.

    `words` replace `{event}` (the gate's plates), `{gate}` (its device), `{output}`, `{pulse}` (a duration),
    `{last_plate}`, `{plate_list}`, `{wall}`, `{camera}` and `{duration}` (of a picture on the wall).
    """
    for key, automation in _AUTOMATIONS.items():
        await _add_once(home, f"/api/config/automation/config/{key}", _filled(automation, words))
    await _add_once(home, f"/api/config/script/config/{ALLOW_SCRIPT.partition('.')[2]}", _filled(_SCRIPT, words))


async def _add_once(home: HomeAssistant, path: str, config: dict[str, Any]) -> None:
    """Add a configuration that is not there yet."""
    if await home.get_json(path) is None:
        await home.post(path, config)


def _filled(part: Any, words: Mapping[str, object]) -> Any:
    """Return a part of an automation with these texts replaced."""
    match part:
        case dict():
            return {key: _filled(value, words) for key, value in part.items()}
        case list():
            return [_filled(value, words) for value in part]
        case str() if part in words:
            return words[part]
        case str():
            for word, text in words.items():
                part = part.replace(word, str(text))
            return part
        case _:
            return part
