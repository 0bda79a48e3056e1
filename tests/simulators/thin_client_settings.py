"""The settings of a simulated Thin Client: what may be read, what may be written, and what is silently ignored."""

from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import AddressValueError, IPv4Address
import re

from .thin_client_state import Shape

_NTP_SERVERS = "0.pool.ntp.org,1.pool.ntp.org,2.pool.ntp.org"
READABLE = (
    "FirmwareVersion", "DeviceSerial", "NetworkMode", "NetworkDNS", "NetworkIP", "NetworkMask", "NetworkGW",
    "DeviceName", "Date", "Time", "TimeZone", "TimeSynchronization", "NTPServer", "NTPMode", "VideoSource",
    "SymphonyServer", "SymphonyUser", "SymphonyPort", "SymphonyHTTPS",
)  # fmt: skip
"""The names a reply carries, in the document's order; passwords are not among them."""

_IGNORED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("NetworkIP", "NetworkMask", "NetworkGW", "NetworkDNS"), ("NetworkMode", "dhcp")),
    **dict.fromkeys(
        ("SymphonyServer", "SymphonyPort", "SymphonyHTTPS", "SymphonyUser", "SymphonyPwd"),
        ("VideoSource", "directconnect"),
    ),
    **dict.fromkeys(("Date", "Time"), ("TimeSynchronization", "ntp")),
    "NTPServer": ("NTPMode", "default"),
}
"""Settings that do nothing while another one has a value."""


def new_settings(name: str) -> dict[str, str]:
    """Return the settings of a new device, in direct-connect mode."""
    return {
        "NetworkMode": "static",
        "NetworkDNS": "192.0.2.1",
        "NetworkIP": "192.0.2.20",
        "NetworkMask": "255.255.255.0",
        "NetworkGW": "192.0.2.1",
        "DeviceName": name,
        "TimeZone": "Universal",
        "TimeSynchronization": "ntp",
        "NTPServer": _NTP_SERVERS,
        "NTPMode": "default",
        "VideoSource": "directconnect",
        "SymphonyServer": "192.0.2.60",
        "SymphonyUser": "mb_user",
        "SymphonyPort": "8433",
        "SymphonyHTTPS": "true",
    }


def _is_address(value: str) -> bool:
    """Tell whether a text is an IPv4 address."""
    try:
        IPv4Address(value)
    except AddressValueError:
        return False
    return True


def _one_of(*choices: str) -> Callable[[str], bool]:
    """Return a check for a choice."""
    return lambda value: value in choices


def _pattern(expression: str) -> Callable[[str], bool]:
    """Return a check for a form."""
    return lambda value: re.fullmatch(expression, value) is not None


def _anything(_: str) -> bool:
    """Take every text."""
    return True


def _blank_or_address(value: str) -> bool:
    """Take an IPv4 address or nothing."""
    return not value or _is_address(value)


_CHECKS: dict[str, Callable[[str], bool]] = {
    "DeviceName": _pattern(r".{0,60}"),
    "NetworkMode": _one_of("dhcp", "static"),
    "NetworkIP": _is_address,
    "NetworkMask": _is_address,
    "NetworkGW": _blank_or_address,
    "NetworkDNS": _blank_or_address,
    "AdminPassword": _pattern(r".{1,60}"),
    "VideoSource": _one_of("mobilebridge", "directconnect"),
    "SymphonyServer": _anything,
    "SymphonyPort": _pattern(r"\d{1,5}"),
    "SymphonyHTTPS": _one_of("true", "false"),
    "SymphonyUser": _anything,
    "SymphonyPwd": _anything,
    "TimeZone": _pattern(r".+"),
    "TimeSynchronization": _one_of("ntp", "manual"),
    "Date": _anything,
    "Time": _pattern(r"\d\d:\d\d:\d\d"),
    "NTPMode": _one_of("default", "manual"),
    "NTPServer": _anything,
}
_DATES = {Shape.DOCUMENTED: _pattern(r"\d\d:\d\d:\d{4}"), Shape.SAMPLES: _pattern(r"\d{1,2}/\d{1,2}/\d{4}")}


def accepted(pairs: list[tuple[str, object]], settings: Mapping[str, str], shape: Shape) -> dict[str, str]:
    """Return what a write changes: unknown names, read-only ones, bad values and idle settings are left out.

    Which settings are idle is decided by the state after the write, so that one write can change mode and address.
    """
    good: dict[str, str] = {}
    for name, raw in pairs:
        value = str(raw) if name == "SymphonyPort" and isinstance(raw, int) else raw
        check = _DATES[shape] if name == "Date" else _CHECKS.get(name)
        if check and isinstance(value, str) and check(value):
            good[name] = value
    after = {**settings, **good}
    return {name: value for name, value in good.items() if not _is_idle(name, after)}


def _is_idle(name: str, settings: Mapping[str, str]) -> bool:
    """Tell whether a setting is ignored in a state."""
    condition = _IGNORED.get(name)
    return condition is not None and settings.get(condition[0]) == condition[1]


def shown(settings: Mapping[str, str], moment: datetime, shape: Shape) -> dict[str, str]:
    """Return date, time and list of time servers as a reply shows them.

    The document's table wants a date as MM:DD:YYYY, its sample reply shows M/D/YYYY.
    """
    date = f"{moment:%m:%d:%Y}" if shape is Shape.DOCUMENTED else f"{moment.month}/{moment.day}/{moment.year}"
    values = {"Date": date, "Time": f"{moment:%H:%M:%S}", "NTPServer": _NTP_SERVERS}
    return {name: value if _is_idle(name, settings) else settings.get(name, value) for name, value in values.items()}
