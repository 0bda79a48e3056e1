"""Actions that change a Thin Client itself, or ask it about its surroundings."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, override

from homeassistant.const import CONF_HOST
from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import probatio

from ..const import CONF_MOBILE_BRIDGE_PASSWORD
from ..thin_client import NETWORK_SETTINGS, SECRET_SETTINGS, Settings, ThinClientNotTakenError, check_settings
from ..wall_runtime import ThinClientRuntime
from .base import Result, confirm
from .errors import mistake
from .files import allowed_path
from .targets import wall_name
from .wall_base import WallAction, changing_cameras

_SECRETS: Final = frozenset(name.lower() for name in SECRET_SETTINGS)
_ADDRESS: Final = "NetworkIP"
_MODE: Final = "NetworkMode"
_STATIC: Final = "static"


class UpdateSettings(WallAction[str | None]):
    """Write settings of a Thin Client; passwords have a step in the options."""

    name = "update_settings"
    is_admin = True
    fields: ClassVar[VolDictType] = {
        probatio.Required("settings"): {cv.string: probatio.Any(str, bool, int, float)},
        probatio.Optional("confirm", default=False): cv.boolean,
    }
    settings: Mapping[str, str]

    @override
    async def prepare(self, walls: Sequence[ThinClientRuntime]) -> None:
        await super().prepare(walls)
        given: Mapping[str, object] = self.data["settings"]
        if not given:
            raise mistake("nothing_to_change")
        for name in given:
            if name.strip().lower() in _SECRETS or "passw" in name.lower():
                raise mistake("password_setting", setting=name)
        self.settings = {name: _text(value) for name, value in given.items()}
        if not NETWORK_SETTINGS.isdisjoint(self.settings):
            confirm(self.data, "confirm_network")
        if _ADDRESS in self.settings and len(walls) > 1:
            raise mistake("one_address")

    @override
    async def check(self, wall: ThinClientRuntime) -> str | None:
        """Return the address at which the device is to be looked for afterwards, if it moves."""
        changes = check_settings(self.settings)
        if _ADDRESS not in changes:
            return None
        now = (await wall.coordinator.read_settings()).values
        if changes.get(_MODE, now.get(_MODE, "").lower()) != _STATIC:
            return None
        stays = now.get(_MODE, "").lower() == _STATIC and now.get(_ADDRESS) == changes[_ADDRESS]
        return None if stays else changes[_ADDRESS]

    @override
    async def run(self, wall: ThinClientRuntime, checked: str | None) -> Result:
        # Another source has other cameras, also in the panels.
        around = changing_cameras(wall) if "VideoSource" in self.settings else nullcontext()
        try:
            async with around:
                settings = await wall.client.update_settings(self.settings)
        except ThinClientNotTakenError as error:
            if checked is not None and not {_ADDRESS, _MODE} & set(error.names):
                _move(wall, checked)
            raise
        if settings is not None:
            wall.coordinator.take_settings(settings)
        if checked is not None:
            _move(wall, checked)
        return {}


def _text(value: object) -> str:
    """Return a value as the device wants it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _move(wall: ThinClientRuntime, host: str) -> None:
    """Look for the device at another address from now on."""
    entries = wall.hass.config_entries
    if wall.entry.data[CONF_HOST] != host:
        entries.async_update_entry(wall.entry, data={**wall.entry.data, CONF_HOST: host})
    entries.async_schedule_reload(wall.entry.entry_id)


@dataclass(frozen=True, slots=True)
class _Bridge:
    """A Mobile Bridge as the device's settings name it."""

    server: str
    port: int
    https: bool
    username: str


class TestMobileBridge(WallAction[_Bridge]):
    """Let a Thin Client try the Mobile Bridge of its settings."""

    name = "test_mobile_bridge"
    is_admin = True
    response = SupportsResponse.ONLY

    @override
    async def check(self, wall: ThinClientRuntime) -> _Bridge:
        settings: Settings = await wall.coordinator.read_settings()
        port = settings.values.get("SymphonyPort", "")
        if settings.mobile_bridge_server is None or not port.isdecimal():
            raise mistake("no_mobile_bridge", device=wall_name(wall))
        return _Bridge(
            settings.mobile_bridge_server,
            int(port),
            settings.values.get("SymphonyHTTPS", "").lower() == "true",
            settings.values.get("SymphonyUser", ""),
        )

    @override
    async def run(self, wall: ThinClientRuntime, checked: _Bridge) -> Result:
        code = await wall.client.test_mobile_bridge(
            checked.server,
            checked.port,
            https=checked.https,
            username=checked.username,
            password=wall.entry.options.get(CONF_MOBILE_BRIDGE_PASSWORD),
        )
        return {"code": code}


class FindMobileBridges(WallAction[None]):
    """Let a Thin Client look for Mobile Bridges."""

    name = "find_mobile_bridges"
    response = SupportsResponse.ONLY

    @override
    async def check(self, wall: ThinClientRuntime) -> None:
        """Nothing can be wrong."""

    @override
    async def run(self, wall: ThinClientRuntime, checked: None) -> Result:
        return {
            "servers": [
                {
                    "name": bridge.name,
                    "address": bridge.address,
                    "version": bridge.version,
                    "farm_id": bridge.farm_id,
                }
                for bridge in await wall.client.find_mobile_bridges()
            ]
        }


class UploadFirmware(WallAction[None]):
    """Send a firmware file to a Thin Client, and wait until it runs."""

    name = "upload_firmware"
    is_admin = True
    fields: ClassVar[VolDictType] = {
        probatio.Required("filename"): cv.string,
        probatio.Optional("confirm", default=False): cv.boolean,
    }
    path: Path

    @override
    async def prepare(self, walls: Sequence[ThinClientRuntime]) -> None:
        await super().prepare(walls)
        confirm(self.data, "confirm_upload")
        self.path = await allowed_path(self.hass, self.data["filename"], to_write=False)

    @override
    async def check(self, wall: ThinClientRuntime) -> None:
        wall.firmware.check_idle()

    @override
    async def run(self, wall: ThinClientRuntime, checked: None) -> Result:
        await wall.firmware.upload(self.path)
        return {}


class RestoreFactoryDefaults(WallAction[None]):
    """Restore the factory defaults of a Thin Client."""

    name = "restore_factory_defaults"
    is_admin = True
    fields: ClassVar[VolDictType] = {probatio.Optional("confirm", default=False): cv.boolean}

    @override
    async def prepare(self, walls: Sequence[ThinClientRuntime]) -> None:
        await super().prepare(walls)
        confirm(self.data, "confirm_restore")

    @override
    async def check(self, wall: ThinClientRuntime) -> None:
        wall.firmware.check_idle()

    @override
    async def run(self, wall: ThinClientRuntime, checked: None) -> Result:
        await wall.client.restore()
        await wall.memory.clear()
        wall.coordinator.async_update_listeners()
        return {}


SYSTEM_ACTIONS: Final[tuple[type[WallAction[Any]], ...]] = (
    UpdateSettings,
    TestMobileBridge,
    FindMobileBridges,
    UploadFirmware,
    RestoreFactoryDefaults,
)
