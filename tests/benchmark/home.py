"""A real Home Assistant in a process of its own, with ViewWall and a webhook that only reads what it is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Any, Final
from urllib.parse import urlsplit

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.push import SUCCESS
from tests.demo.arguments import free_port
from tests.demo.configuration import seed
from tests.demo.hass_process import HomeAssistantProcess
from tests.demo.home_api import HomeAssistant, signed_in
from tests.simulators.device import Simulator

BARE: Final = "/api/webhook/bare"
_ENTRIES: Final = "/api/config/config_entries"
_START_LIMIT: Final = 120
_TICKS: Final = os.sysconf("SC_CLK_TCK")

# Without a recorder: what it writes would be measured, and the bare webhook gives it nothing to write.
_YAML: Final = """\
homeassistant:
  name: Benchmark
  time_zone: UTC
  country: US
  unit_system: metric
frontend:
bare_webhook:
logger:
  default: warning
"""
_BARE_MANIFEST: Final = {
    "domain": "bare_webhook",
    "name": "Bare webhook",
    "dependencies": ["webhook"],
    "codeowners": [],
    "documentation": "https://www.home-assistant.io/",
    "iot_class": "local_push",
    "version": "1.0.0",
}
_BARE_CODE: Final = f'''\
"""The least that a webhook can do: read the body and answer what the devices expect."""

from aiohttp import web
from homeassistant.components import webhook
import voluptuous as vol

CONFIG_SCHEMA = vol.Schema({{}}, extra=vol.ALLOW_EXTRA)


async def _handle(hass, webhook_id, request):
    await request.read()
    return web.Response(body={SUCCESS!r}, headers={{"Content-Type": "application/xml; charset=utf-8"}})


async def async_setup(hass, config):
    webhook.async_register(
        hass, "bare_webhook", "Bare", "bare", _handle, local_only=True, allowed_methods=["POST"]
    )
    return True
'''


@dataclass(frozen=True, slots=True)
class Entry:
    """A device in Home Assistant, and where it posts to."""

    entry_id: str
    path: str


class _Process(HomeAssistantProcess):
    """Home Assistant, whose costs can be seen."""

    @property
    def pid(self) -> int:
        """Return the number of its process."""
        assert self._process is not None
        return self._process.pid


class Home:
    """Home Assistant as the benchmark uses it."""

    def __init__(self, api: HomeAssistant, port: int, process: _Process) -> None:
        """Use a signed-in user."""
        self.api = api
        self.port = port
        self._process = process

    def cpu(self) -> float:
        """Return the seconds of processor time that it has taken."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Return the megabytes that it holds (resident)."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError(line)

    async def add(self, device: Simulator) -> Entry:
        """Add a device as a user does, and wait until it works."""
        flow = await self.api.post(f"{_ENTRIES}/flow", {"handler": DOMAIN})
        step = await self._go_on(flow, {"next_step_id": "manual"})
        login = {"username": device.username, "password": device.password}
        step = await self._go_on(step, {"host": device.host, "connection": {"port": device.port}} | login)
        path = urlsplit(step["description_placeholders"]["url"]).path
        created = await self._go_on(step, {})
        entry_id: str = created["result"]["entry_id"]
        while not await self.is_loaded(entry_id):  # noqa: ASYNC110  (another process)
            await asyncio.sleep(0.1)
        return Entry(entry_id, path)

    async def _go_on(self, flow: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        step: dict[str, Any] = await self.api.post(f"{_ENTRIES}/flow/{flow['flow_id']}", data)
        return step

    async def is_loaded(self, entry_id: str) -> bool:
        """Tell whether a device works."""
        entries = await self.api.get_json(f"{_ENTRIES}/entry?domain={DOMAIN}")
        return any(entry["entry_id"] == entry_id and entry["state"] == "loaded" for entry in entries)

    async def reload(self, entry: Entry) -> float:
        """Set a device up once more; return the seconds that this takes."""
        start = time.perf_counter()
        await self.api.post(f"{_ENTRIES}/entry/{entry.entry_id}/reload")
        return time.perf_counter() - start

    async def remove(self, entry: Entry) -> None:
        """Remove a device."""
        await self.api.delete(f"{_ENTRIES}/entry/{entry.entry_id}")

    def visitor(self) -> AbstractAsyncContextManager[HomeAssistant]:
        """Sign somebody in whose websocket is open: one that nobody reads for a minute is closed."""
        return signed_in(self.api.base)

    async def entity(self, device: Simulator, key: str) -> str:
        """Return an entity's id by its key."""
        for entity in await self._registry():
            if entity["unique_id"] == f"{device.mac}_{key}":
                return str(entity["entity_id"])
        raise AssertionError(key)

    async def _registry(self) -> list[dict[str, Any]]:
        async with self.visitor() as api:
            entities: list[dict[str, Any]] = await api.command("config/entity_registry/list")
            return entities

    async def entities(self, entry: Entry) -> int:
        """Count a device's entities that are switched on."""
        entities = await self._registry()
        return sum(one["config_entry_id"] == entry.entry_id and one["disabled_by"] is None for one in entities)


@asynccontextmanager
async def running_home() -> AsyncIterator[Home]:
    """Start Home Assistant in a folder that is deleted in the end."""
    with TemporaryDirectory(prefix="viewwall-benchmark-") as name:
        folder = Path(name)
        config, port = folder / "config", free_port()
        await asyncio.to_thread(_configure, config, port)
        async with _Process(config, folder / "hass.log") as process:
            try:
                async with asyncio.timeout(_START_LIMIT) as limit, signed_in(f"http://127.0.0.1:{port}") as api:
                    limit.reschedule(None)
                    yield Home(api, port, process)
            except BaseException:
                # The folder is gone in a moment.
                print(f"The end of Home Assistant's log:\n{process.tail()}")
                raise


def _configure(config: Path, port: int) -> None:
    """Write a configuration folder."""
    bare = config / "custom_components" / "bare_webhook"
    bare.mkdir(parents=True)
    (bare / "manifest.json").write_text(json.dumps(_BARE_MANIFEST), encoding="utf-8")
    (bare / "__init__.py").write_text(_BARE_CODE, encoding="utf-8")
    (config / "configuration.yaml").write_text(_YAML, encoding="utf-8")
    seed(config, host="127.0.0.1", port=port, time_zone="UTC")
