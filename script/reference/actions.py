"""The part about what can be called."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeassistant.core import SupportsResponse
import probatio

from custom_components.viewwall import actions
from custom_components.viewwall.actions.base import Action
from custom_components.viewwall.actions.targets import Family, Scope
from custom_components.viewwall.const import DOMAIN

from .texts import code, services, table, texts

_TARGETS: Final[Mapping[tuple[Family, Scope], str]] = {
    (Family.WALL, Scope.DEVICE): "Thin Clients",
    (Family.VIEWTRON, Scope.DEVICE): "cameras and recorders",
    (Family.VIEWTRON, Scope.CHANNEL): "cameras and channels of recorders",
    (Family.VIEWTRON, Scope.CAMERA): "cameras",
}
_RESPONSES: Final[Mapping[SupportsResponse, str]] = {
    SupportsResponse.NONE: "none",
    SupportsResponse.OPTIONAL: "if you ask for it",
    SupportsResponse.ONLY: "always: the call needs a `response_variable`",
}
_LIKE: Final[Mapping[str, str]] = {
    "add_plates": "update_plate",
    "delete_plates": "update_plate",
    "replace_cameras": "add_camera",
}
"""Actions that take lists, and those that take one such item: their forms have the fields of it."""
_INTRODUCTION: Final = """\
## Actions

`target` takes devices, entities, areas, floors and labels. A target of another kind, or none, is an error that names \
it. Everything is checked before a device is touched.

A response is `{devices: {<device id>: {...}}}`, for one target too; what failed for one of several stands beside the \
others as `error`. Actions *for administrators* can be called by hand by administrators only; automations and scripts \
may call them all. No action takes a password, because Home Assistant records the data of calls.
"""


def all_actions() -> list[type[Action[Any, Any]]]:
    """Return the actions by family and name."""
    return sorted(actions._ACTIONS, key=lambda each: (each.family != Family.VIEWTRON, each.name))  # noqa: SLF001


def actions_part(explained: Mapping[str, str]) -> str:
    """Return the part of the page; `explained` has the page with the explanation of each action."""
    parts = [_INTRODUCTION]
    for action in all_actions():
        words = texts()["services"][action.name]
        target = _TARGETS[action.family, action.scope]
        right = " For administrators." if action.is_admin else ""
        parts.append(f"### `{DOMAIN}.{action.name}`\n")
        parts.append(f"*{words['name']}.* {words['description']} [Explained here]({explained[action.name]}).\n")
        parts.append(f"Target: {target}.{right} Response: {_RESPONSES[action.response]}.\n")
        if rows := list(_fields(action)):
            parts.append(table(("Field", "Needed", "Takes", "Meaning"), rows))
    return "\n".join(parts)


def _fields(action: type[Action[Any, Any]]) -> Iterator[tuple[str, ...]]:
    shown = services()[action.name].get("fields") or {}
    words = texts()["services"][action.name].get("fields", {})
    for marker, taken in action.fields.items():
        name = str(marker)
        yield (code(name), _needed(marker), _takes(shown[name]), words[name]["description"])
        if (inside := _inside(taken)) is not None:
            for inner in (key for key in inside if isinstance(key, probatio.Marker)):
                takes = _takes(services()[_LIKE[action.name]]["fields"][str(inner)])
                yield (code(f"{name}[].{inner}"), _needed(inner), takes, "")


def _needed(marker: Any) -> str:
    if isinstance(marker, probatio.Required):
        return "yes"
    default = marker.default() if callable(marker.default) else None
    return f"no, {code(default)}" if default else "no"


def _takes(shown: dict[str, Any]) -> str:
    """Return what a field takes, in a few words; `shown` is how its form describes it."""
    [(kind, found)] = shown["selector"].items()
    options = found or {}
    match kind:
        case "number":
            unit = {"s": " seconds", "%": " percent"}.get(str(options.get("unit_of_measurement")), "")
            return f"number from {options['min']} to {options['max']}{unit}"
        case "select":
            several = "list of " if options.get("multiple") else ""
            return several + code(*options["options"])
        case "boolean":
            return "`true` or `false`"
        case "datetime":
            return "date and time"
        case "duration":
            return 'seconds, `"00:00:20"` or `{seconds: 20}`'
        case "object":
            return f"for example {code(shown['example'])}"
        case "entity":
            return "entity id of a camera"
    return str(kind)


def _inside(taken: Any) -> dict[Any, Any] | None:
    """Return the fields of a list's items, None where there are none."""
    match taken:
        case dict():
            return taken
        case list():
            return next((found for each in taken if (found := _inside(each)) is not None), None)
        case probatio.All(validators=validators):
            return next((found for each in validators if (found := _inside(each)) is not None), None)
    return None
