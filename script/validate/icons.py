"""icons.json against the entities and actions."""

from collections.abc import Iterator
import re
from typing import Any, Final

from .entities import Entity

_ICON: Final = re.compile(r"mdi:[a-z0-9]+(-[a-z0-9]+)*")


def check_icons(icons: dict[str, Any], entities: list[Entity], actions: set[str]) -> Iterator[str]:
    """Check that everything without a device class has an icon, that none is left over, and their names."""
    for key in sorted(icons.keys() - {"entity", "services"}):
        yield f"{key} is no part of icons.json"
    given: dict[str, dict[str, Any]] = icons.get("entity", {})
    wanted = {(entity.platform, entity.key): entity for entity in entities}
    for (platform, key), entity in wanted.items():
        if not entity.has_device_class and key not in given.get(platform, {}):
            yield f"entity.{platform}.{key} has no icon"
    for platform, keys in given.items():
        for key, icon in keys.items():
            path = f"entity.{platform}.{key}"
            if (platform, key) not in wanted:
                yield f"{path} is used nowhere"
                continue
            if "default" not in icon and not wanted[platform, key].has_device_class:
                yield f"{path} has no default"
            if (states := wanted[platform, key].states) and (unknown := icon.get("state", {}).keys() - states):
                yield f"{path}.state: no such state: {', '.join(sorted(unknown))}"
    services: dict[str, Any] = icons.get("services", {})
    for action in sorted(actions ^ services.keys()):
        yield f"services.{action} " + ("has no icon" if action in actions else "is used nowhere")
    for path, name in _names(icons, ""):
        if not _ICON.fullmatch(name):
            yield f"{path}: {name} is no mdi:name"


def _names(tree: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        here = f"{path}.{key}".removeprefix(".")
        if isinstance(value, dict):
            yield from _names(value, here)
        else:
            yield here, str(value)
