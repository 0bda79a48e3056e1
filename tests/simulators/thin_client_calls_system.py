"""The calls of a simulated Thin Client that concern its sessions, its settings and itself."""

from typing import Any

from .thin_client_calls import NOTHING, Call
from .thin_client_machine import Machine
from .thin_client_replies import session_json
from .thin_client_wall import CallError


def create_session(wall: Machine, call: Call) -> Any:
    """Log in; a wrong password gets 401."""
    match call.json():
        case {"user": "admin", "pwd": wall.password}:
            return session_json(wall.open_session())
        case {"user": _, "pwd": _}:
            wall.refused_logins += 1
            raise CallError(401)
    raise CallError


def delete_session(wall: Machine, call: Call) -> Any:
    """Log out."""
    if call.arguments["token"] not in wall.sessions:
        raise CallError(404)
    wall.sessions.remove(call.arguments["token"])
    return NOTHING


def read_settings(wall: Machine, _: Call) -> Any:
    """Return the settings."""
    return wall.read_settings()


def update_settings(wall: Machine, call: Call) -> Any:
    """Change settings; what cannot be taken is ignored."""
    wall.write_settings(_pairs(call.json()))
    return NOTHING


def test_connection(wall: Machine, call: Call) -> Any:
    """Try a Mobile Bridge."""
    wall.tested.append({name: str(value) for name, value in _pairs(call.json())})
    return wall.test_code


def _pairs(document: Any) -> list[tuple[str, object]]:
    """Return names and values of settings; raises CallError when they are none."""
    pairs: list[tuple[str, object]] = []
    for item in document if isinstance(document, list) else [None]:
        match item:
            case {"Name": str(name), "Value": value}:
                pairs.append((name, value))
            case _:
                raise CallError
    return pairs


def find_bridges(wall: Machine, _: Call) -> Any:
    """Return the Mobile Bridges on the network."""
    return [
        {"ServerName": bridge.name, "IP": bridge.address, "Version": bridge.version, "FarmId": bridge.farm}
        for bridge in wall.bridges
    ]


def is_not_registered(wall: Machine, _: Call) -> Any:
    """Tell whether the device is not registered."""
    return not wall.is_registered()


def restart(wall: Machine, _: Call) -> Any:
    """Restart."""
    wall.restart()
    return NOTHING


def restore(wall: Machine, _: Call) -> Any:
    """Return to the factory's settings."""
    wall.restore()
    return NOTHING


def newest_firmware(wall: Machine, _: Call) -> Any:
    """Return the newest version."""
    return wall.newest()


def update_state(wall: Machine, _: Call) -> Any:
    """Return the state of the update in words."""
    return wall.update_state


def start_update(wall: Machine, _: Call) -> Any:
    """Start the update."""
    return wall.start_update()


def upload_firmware(wall: Machine, _: Call) -> Any:
    """Start an update from the file that just came in."""
    upload = wall.uploads[-1]
    upload.complete = True
    return wall.start_uploaded(upload)
