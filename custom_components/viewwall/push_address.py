"""The address that a device posts to: how it reaches Home Assistant, and what cannot work."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
import socket
from typing import Any, Final

from homeassistant.components import network, webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.network import is_host_valid, is_local, is_loopback
from yarl import URL

from .const import CONF_PUSH_ADDRESS
from .viewtron.http_post import PushAddress

type IPAddress = IPv4Address | IPv6Address

RESOLVE_LIMIT: Final = 5
"""Seconds that a look-up of a name may take."""
CONTAINERS: Final = IPv4Network("172.16.0.0/12")
"""Where Docker puts its networks."""
_LOCAL_ENDINGS: Final = ("local", "localhost")
_ANY_PORT: Final = 9

_FOUND: HassKey[dict[str, IPAddress]] = HassKey("viewwall_device_addresses")
"""What the names of devices were last resolved to, for those who cannot wait for a look-up."""


class AddressTrouble(StrEnum):
    """Why messages of a device cannot arrive at the address that it is given."""

    NOT_PRIVATE = "not_private"
    HTTPS = "https"
    LOOPBACK = "loopback"
    DOCKER = "docker"
    NAME = "name"


def push_url(hass: HomeAssistant, webhook_id: str, *, host: str, options: Mapping[str, Any]) -> URL:
    """Return the address of a webhook as the device at `host` reaches it.

    A `host` that is a name counts as found by the last `find_device`.
    """
    return _base(hass, host, options)[0].with_path(webhook.async_generate_path(webhook_id))


def push_placeholders(hass: HomeAssistant, webhook_id: str, *, host: str, options: Mapping[str, Any]) -> dict[str, str]:
    """Return the address whole and in the pieces that devices ask for."""
    url = push_url(hass, webhook_id, host=host, options=options)
    return {
        "url": str(url),
        "protocol": url.scheme.upper(),
        "server": url.host or "",
        "port": str(url.port or 80),
        "path": url.path,
    }


def as_push_address(url: URL) -> PushAddress:
    """Return an address as it is written into a camera."""
    return PushAddress(protocol=url.scheme, host=url.host or "", port=url.port or 80, path=url.path)


async def push_address_for(hass: HomeAssistant, entry: ConfigEntry[Any]) -> PushAddress:
    """Return the address of an entry's webhook, as its camera is to post to it."""
    host: str = entry.data[CONF_HOST]
    # Which of our addresses is on the way to a device with a name is known once that is looked up.
    await find_device(hass, host)
    return as_push_address(push_url(hass, entry.data[CONF_WEBHOOK_ID], host=host, options=entry.options))


def way_of(host: str, url: URL) -> str:
    """Return from which device to which address of ours messages come, without the secret path."""
    return f"{host} > {url.origin()}"


def suggested_base(hass: HomeAssistant, host: str) -> str:
    """Return the address that would be found for the device at `host` if nobody had set one, by plain http."""
    return str(_found_base(hass, host).with_scheme("http"))


def check_base(text: str) -> str:
    """Return the address of Home Assistant that a user has typed, tidied up.

    Raises ValueError unless it is http or https, a host, perhaps a port, and nothing else.
    """
    url = URL(text.strip())
    if url.scheme not in ("http", "https") or not url.host or url.explicit_port == 0:
        raise ValueError("no web address")
    if not is_host_valid(url.host):
        raise ValueError("no host")
    if url.user is not None or url.password is not None or url.path.strip("/") or url.query_string or url.fragment:
        raise ValueError("more than an address")
    return str(url.origin()).rstrip("/")


async def find_device(hass: HomeAssistant, host: str) -> IPAddress | None:
    """Return the IP address of a device, looking its name up; None if that fails.

    It is remembered for `push_url`, which cannot wait.
    """
    if (address := to_ip(host)) is not None:
        return address
    found = await resolve(hass, host)
    if not found:
        return None
    address = next((each for each in found if each.version == 4), found[0])
    hass.data.setdefault(_FOUND, {})[host] = address
    return address


async def judge_address(hass: HomeAssistant, *, host: str, options: Mapping[str, Any]) -> AddressTrouble | None:
    """Return why the messages of the device at `host` cannot arrive, as far as that can be told from here."""
    device = await find_device(hass, host)
    url, is_typed = _base(hass, host, options)
    own = await _own_addresses(hass)
    api = hass.config.api
    name = _host(url)
    trouble = find_address_trouble(
        url,
        device,
        is_typed=is_typed,
        # The port that Home Assistant itself serves speaks one of the two only.
        is_tls_port=api is not None
        and api.use_ssl
        and url.port == api.port
        and (to_ip(name) in own or url == URL(suggested_base(hass, host))),
    )
    if trouble is None and to_ip(name) is None and own.isdisjoint(await resolve(hass, name)):
        return AddressTrouble.NAME
    return trouble


def find_address_trouble(
    url: URL, device: IPAddress | None, *, is_typed: bool, is_tls_port: bool = False
) -> AddressTrouble | None:
    """Judge an address without asking anybody; `device` is None while nobody knows its IP address.

    What a user has typed is judged as it stands. What was found for a device on this very machine may be a loopback
    address.
    """
    name = _host(url)
    host = to_ip(name)
    # A device with two addresses posts to an IPv4 address from its own IPv4 address.
    is_same_family = device is not None and (host is None or host.version == device.version)
    if device is not None and is_same_family and not is_local(device):
        return AddressTrouble.NOT_PRIVATE
    if url.scheme == "https" or is_tls_port:
        return AddressTrouble.HTTPS
    if _is_own_machine(name, host):
        is_beside_us = device is not None and is_loopback(device)
        return None if is_beside_us and not is_typed else AddressTrouble.LOOPBACK
    if isinstance(host, IPv4Address) and host in CONTAINERS and device is not None and device not in CONTAINERS:
        return AddressTrouble.DOCKER
    if host is None and ("." not in name or name.rpartition(".")[2] in _LOCAL_ENDINGS):
        return AddressTrouble.NAME
    return None


@lru_cache(maxsize=64)
def to_ip(text: str) -> IPAddress | None:
    """Read an IP address, None if it is a name; an IPv4 address in its IPv6 clothes is taken as IPv4."""
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def shown_place(url: URL) -> str:
    """Return host and port, without the path and what is secret in it."""
    host = url.host or ""
    return f"[{host}]:{url.port}" if ":" in host else f"{host}:{url.port}"


def source_of(target: IPAddress) -> IPAddress | None:
    """Return this machine's address on the way to another one: the system's choice, nothing is sent.

    Home Assistant's own helper knows the adapters only that are enabled in its network settings, which a second network
    for cameras is not by itself.
    """
    family = socket.AF_INET if target.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.setblocking(False)
            probe.connect((str(target), _ANY_PORT))
            return to_ip(probe.getsockname()[0])
    except OSError:
        return None


def _base(hass: HomeAssistant, host: str, options: Mapping[str, Any]) -> tuple[URL, bool]:
    """Return Home Assistant's address for a device, and whether somebody has typed one that would not be found."""
    for typed in (options.get(CONF_PUSH_ADDRESS), hass.config.internal_url):
        try:
            base = check_base(typed or "")
        except ValueError:
            continue
        # What the user has chosen for this very device may be what is suggested to him.
        is_suggested = typed != hass.config.internal_url and base == suggested_base(hass, host)
        return URL(base), not is_suggested
    return _found_base(hass, host), False


def _found_base(hass: HomeAssistant, host: str) -> URL:
    """Return the address of the adapter on the way to a device, else of the one that Home Assistant takes for its own.

    An internal address that Home Assistant would make up (`homeassistant.local`) is one that cameras cannot resolve.
    """
    api = hass.config.api
    device = to_ip(host) or hass.data.get(_FOUND, {}).get(host)
    source = source_of(device) if device is not None else None
    if source is None and api is not None:
        source = to_ip(api.local_ip)
    return URL.build(
        scheme="https" if api is not None and api.use_ssl else "http",
        host=str(source) if source is not None else "homeassistant.local",
        port=api.port if api is not None else 8123,
    )


def _host(url: URL) -> str:
    return (url.host or "").lower().rstrip(".")


def _is_own_machine(name: str, host: IPAddress | None) -> bool:
    """Tell whether everybody who asks for a host finds himself."""
    if host is not None:
        return host.is_unspecified or is_loopback(host)
    return name == "localhost"


async def resolve(hass: HomeAssistant, name: str) -> list[IPAddress]:
    """Return the IP addresses of a name; none if it is not known within the time limit."""
    try:
        async with asyncio.timeout(RESOLVE_LIMIT):
            found = await hass.loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError, UnicodeError, RuntimeError:
        # The last one while Home Assistant stops: nobody is there any more to look it up.
        return []
    return [address for entry in found if (address := to_ip(str(entry[4][0]))) is not None]


async def _own_addresses(hass: HomeAssistant) -> frozenset[IPAddress]:
    """Return this machine's addresses that others can reach."""
    adapters = await network.async_get_adapters(hass)
    texts = [each["address"] for adapter in adapters for each in (*adapter["ipv4"], *adapter["ipv6"])]
    return frozenset(address for text in texts if (address := to_ip(text)) is not None and not is_loopback(address))
