"""The protocol of Aimetis (Senstar) Thin Clients, without Home Assistant."""

from .client import ThinClient
from .errors import (
    Rule,
    ThinClientAuthError,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientHungUpError,
    ThinClientNotFoundError,
    ThinClientNotSupportedError,
    ThinClientNotTakenError,
    ThinClientProtocolError,
    ThinClientValidationError,
)
from .models import BLANK, Camera, Cell, DeviceInfo, FirmwareState, MobileBridge, NewCamera, Panel, Preset, Stream
from .settings import (
    DIRECT_CONNECT,
    MOBILE_BRIDGE,
    NETWORK_SETTINGS,
    SECRET_SETTINGS,
    WRITABLE_SETTINGS,
    Settings,
    check_settings,
)

__all__ = [
    "BLANK",
    "DIRECT_CONNECT",
    "MOBILE_BRIDGE",
    "NETWORK_SETTINGS",
    "SECRET_SETTINGS",
    "WRITABLE_SETTINGS",
    "Camera",
    "Cell",
    "DeviceInfo",
    "FirmwareState",
    "MobileBridge",
    "NewCamera",
    "Panel",
    "Preset",
    "Rule",
    "Settings",
    "Stream",
    "ThinClient",
    "ThinClientAuthError",
    "ThinClientCommandError",
    "ThinClientConnectionError",
    "ThinClientError",
    "ThinClientHungUpError",
    "ThinClientNotFoundError",
    "ThinClientNotSupportedError",
    "ThinClientNotTakenError",
    "ThinClientProtocolError",
    "ThinClientValidationError",
    "check_settings",
]
