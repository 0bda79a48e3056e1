"""The demo's configuration folder: what must stand there before Home Assistant starts."""

from datetime import UTC, datetime
import json
import os
from pathlib import Path
import socket
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .arguments import EVERYWHERE, ROOT

# There is no `default_config`: it brings Bluetooth, the cloud and voice along, and wants the internet.
_YAML: Final = """\
# Written by script/demo at its first start; yours to change after that.
homeassistant:
  name: ViewWall demo
  time_zone: {time_zone}
  country: US
  unit_system: metric

frontend:
history:
logbook:
stream:
recorder:
  commit_interval: 1
  purge_keep_days: 7

automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml

logger:
  default: warning
  logs:
    custom_components.viewwall: info
    # Only says that a library for smaller snapshots is not installed on this machine.
    homeassistant.components.camera.img_util: critical
"""


def seed(config: Path, *, host: str, port: int, time_zone: str) -> None:
    """Write what is missing in the folder `config`, and where Home Assistant is to listen this time."""
    storage = config / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    _link_integration(config / "custom_components")
    _write_once(config / "configuration.yaml", _YAML.format(time_zone=time_zone))
    _write_once(config / "automations.yaml", "[]\n")
    _write_once(config / "scripts.yaml", "{}\n")
    _write_once(config / "scenes.yaml", "[]\n")
    # Without the steps in between, which ask the internet where we are.
    done = {"done": ["core_config", "analytics", "integration"]}
    _write_once(storage / "onboarding", _stored("onboarding", 4, 1, done))
    (storage / "http").write_text(_stored("http", 2, 2, _http(host, port)), encoding="utf-8")
    # What listens here alone has nothing to ask on the network, and works where there is none; but a search has to ask
    # this machine in any case, where the simulated devices are.
    names = [name for _, name in socket.if_nameindex()] if host in EVERYWHERE else ["lo", "lo0"]
    adapters = {"configured_adapters": names}
    (storage / "core.network").write_text(_stored("core.network", 1, 1, adapters), encoding="utf-8")


def local_zone() -> str:
    """Return the name of this machine's time zone, UTC if it has none that Python knows."""
    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    candidates.append(os.path.realpath("/etc/localtime").partition("zoneinfo/")[2])
    for name in filter(None, candidates):
        try:
            return ZoneInfo(name).key
        except ZoneInfoNotFoundError, ValueError, OSError:
            continue
    return "UTC"


def _write_once(path: Path, text: str) -> None:
    """Write a file that is not there yet."""
    if not path.exists():
        path.write_text(text, encoding="utf-8")


def _stored(key: str, version: int, minor: int, data: dict[str, Any]) -> str:
    """Return a file of Home Assistant's storage."""
    return json.dumps({"version": version, "minor_version": minor, "key": key, "data": data})


def _http(host: str, port: int) -> dict[str, Any]:
    """Return the settings of the web server.

    They stand in the storage because Home Assistant takes `http:` in YAML as a trial: without a confirmation in five
    minutes it goes back to port 8123 on every address.
    """
    return {
        "stable": {
            "server_host": [host],
            "server_port": port,
            "cors_allowed_origins": ["https://cast.home-assistant.io"],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": True,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": datetime.now(UTC).isoformat(),
            "error": None,
            "error_message": None,
        },
        "pending": None,
        "yaml_migration_done": True,
    }


def _link_integration(folder: Path) -> None:
    """Put this checkout's integration into the configuration, as a link so that changes need only a restart."""
    folder.mkdir(exist_ok=True)
    link = folder / "viewwall"
    target = ROOT / "custom_components" / "viewwall"
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target, target_is_directory=True)
