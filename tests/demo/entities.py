"""The entities that ViewWall made, found by what they are."""

from collections.abc import Iterable
from typing import Any

from .entries import MONITOR_DOMAIN
from .home_api import HomeAssistant
from .house import Device
from .wall import LobbyWall


class Entities:
    """Finds ViewWall's entities by what they are, whatever they are called."""

    def __init__(self, registry: Iterable[dict[str, Any]]) -> None:
        """Read a list of the entity registry."""
        registry = list(registry)
        self.monitor: str | None = next(
            (entity["entity_id"] for entity in registry if entity["platform"] == MONITOR_DOMAIN), None
        )
        """The picture of the wall's screen."""
        self._ids: dict[tuple[str, str], str] = {
            (entity["entity_id"].partition(".")[0], entity["unique_id"]): entity["entity_id"]
            for entity in registry
            if entity["platform"] == "viewwall" and entity["disabled_by"] is None
        }

        self._devices: dict[str, str] = {entity["entity_id"]: entity.get("device_id") or "" for entity in registry}

    def device_of(self, entity_id: str) -> str:
        """Return the id of an entity's device."""
        return self._devices.get(entity_id, "")

    def find(self, device: Device | LobbyWall, domain: str, key: str, channel: int | None = None) -> str | None:
        """Return the id of an entity, None if there is none."""
        owner = device.serial if isinstance(device, LobbyWall) else device.mac
        owner = owner if channel is None else f"{owner}_{channel}"
        return self._ids.get((domain, f"{owner}_{key}"))

    def all(self, domain: str, end: str) -> list[str]:
        """Return the ids of a domain's entities whose unique id ends like this."""
        return sorted(
            entity_id for (kind, unique), entity_id in self._ids.items() if kind == domain and unique.endswith(end)
        )


async def entities_of(home: HomeAssistant) -> Entities:
    """Ask for all entities."""
    return Entities(await home.command("config/entity_registry/list"))
