"""The Thin Client's settings: their names, what may be written, and what the device's document demands of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from .errors import Rule, ThinClientValidationError

MAX_TEXT: Final = 60
"""Most characters of the device's name and of the administrator password."""

ADMIN_PASSWORD: Final = "AdminPassword"  # noqa: S105  a setting's name
BRIDGE_PASSWORD: Final = "SymphonyPwd"  # noqa: S105  a setting's name
SECRET_SETTINGS: Final = frozenset({ADMIN_PASSWORD, BRIDGE_PASSWORD})
"""Written, never read: whatever the device sends under these names is dropped."""
READ_ONLY_SETTINGS: Final = frozenset({"DeviceSerial", "FirmwareVersion"})
NETWORK_SETTINGS: Final = frozenset({"NetworkMode", "NetworkIP", "NetworkMask", "NetworkGW", "NetworkDNS"})
"""Writing these can move the device to another address."""
CLOCK_SETTINGS: Final = frozenset({"Date", "Time"})
"""Never written: the document contradicts itself about their form."""

DIRECT_CONNECT: Final = "directconnect"
MOBILE_BRIDGE: Final = "mobilebridge"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as the device lists them: documented names only, without secrets, every value as text."""

    values: Mapping[str, str]

    @property
    def serial(self) -> str | None:
        """The device's serial number."""
        return self.values.get("DeviceSerial") or None

    @property
    def name(self) -> str | None:
        """The device's name."""
        return self.values.get("DeviceName") or None

    @property
    def firmware(self) -> str | None:
        """The installed firmware's version."""
        return self.values.get("FirmwareVersion") or None

    @property
    def video_source(self) -> str | None:
        """Where the cameras come from: `directconnect` or `mobilebridge`."""
        return self.values.get("VideoSource", "").lower() or None

    @property
    def mobile_bridge_server(self) -> str | None:
        """The address of the Mobile Bridge."""
        return self.values.get("SymphonyServer") or None


type _Check = Callable[[str, object], str]
"""Takes a setting's name and value, returns the wire's form, raises ThinClientValidationError."""


def _text(name: str, value: object) -> str:
    """Take any text."""
    if not isinstance(value, str):
        raise ThinClientValidationError(name, Rule.NOT_A_TEXT)
    return value


def _short_text(name: str, value: object) -> str:
    """Take a text of at most 60 characters."""
    if len(text := _text(name, value)) > MAX_TEXT:
        raise ThinClientValidationError(name, Rule.TOO_LONG, most=MAX_TEXT)
    return text


def _address(name: str, value: object) -> str:
    """Take an IPv4 address."""
    try:
        return str(IPv4Address(_text(name, value).strip()))
    except AddressValueError:
        raise ThinClientValidationError(name, Rule.NOT_IPV4) from None


def _address_or_blank(name: str, value: object) -> str:
    """Take an IPv4 address, or nothing, which is the device's default."""
    return "" if value == "" else _address(name, value)


def _port(name: str, value: object) -> str:
    """Take a port number, as number or as text; the wire wants text."""
    digits = value.strip() if isinstance(value, str) else str(value)
    if isinstance(value, bool) or not (digits.isascii() and digits.isdecimal()) or not 0 < int(digits[:9]) < 65536:
        raise ThinClientValidationError(name, Rule.NOT_A_PORT)
    return str(int(digits))


def _one_of(*words: str) -> _Check:
    """Make a check for one of these words, in any case."""

    def check(name: str, value: object) -> str:
        """Take one of the words; a boolean is `true` or `false`."""
        word = (str(value) if isinstance(value, bool | str) else "").strip().lower()
        if word not in words:
            raise ThinClientValidationError(name, Rule.ONE_OF, words=", ".join(words))
        return word

    return check


_WRITABLE: Final[Mapping[str, _Check]] = {
    "DeviceName": _short_text,
    "NetworkMode": _one_of("dhcp", "static"),
    "NetworkIP": _address,
    "NetworkMask": _address,
    "NetworkGW": _address_or_blank,
    "NetworkDNS": _address_or_blank,
    ADMIN_PASSWORD: _short_text,
    "VideoSource": _one_of(MOBILE_BRIDGE, DIRECT_CONNECT),
    "SymphonyServer": _text,
    "SymphonyPort": _port,
    "SymphonyHTTPS": _one_of("true", "false"),
    "SymphonyUser": _text,
    BRIDGE_PASSWORD: _text,
    "TimeZone": _text,
    "TimeSynchronization": _one_of("ntp", "manual"),
    "NTPMode": _one_of("default", "manual"),
    "NTPServer": _text,
}
WRITABLE_SETTINGS: Final = frozenset(_WRITABLE)

READABLE: Final = {
    name.lower(): name for name in (WRITABLE_SETTINGS | READ_ONLY_SETTINGS | CLOCK_SETTINGS) - SECRET_SETTINGS
}
"""Lower-case name -> name as the document writes it."""


def check_settings(changes: Mapping[str, object]) -> dict[str, str]:
    """Check settings before they are written and put their values into the wire's form, which is always text.

    Raises ThinClientValidationError for unknown, read-only and clock settings and for forbidden values; its words never
    hold the value.
    """
    checked = {}
    for name, value in changes.items():
        if name in READ_ONLY_SETTINGS:
            raise ThinClientValidationError(name, Rule.READ_ONLY)
        if name in CLOCK_SETTINGS:
            raise ThinClientValidationError(name, Rule.CLOCK)
        if name not in _WRITABLE:
            raise ThinClientValidationError(name, Rule.UNKNOWN_SETTING)
        checked[name] = _WRITABLE[name](name, value)
    return checked


def untaken(written: Mapping[str, str], settings: Settings) -> list[str]:
    """List the written settings that read back differently; what cannot be read back is not among them."""
    return [
        name
        for name, value in written.items()
        if name not in SECRET_SETTINGS and not _same(value, settings.values.get(name))
    ]


def _same(written: str, read: str | None) -> bool:
    """Compare as the device may print it: an absent value is blank, words may change their case."""
    return written.strip().lower() == (read or "").strip().lower()
