"""What the tests of searching and discovering share."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address, IPv6Address
import socket
import sys
from types import ModuleType
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.viewwall.const import DOMAIN
from custom_components.viewwall.recognition import looks_like_viewtron
from custom_components.viewwall.viewtron import discovery
from custom_components.viewwall.viewtron.probe import Door, NobodyThereError
from tests.simulators import search_responder
from tests.simulators.device import Simulator


@contextmanager
def own_ports() -> Iterator[None]:
    """Search by other ports than everybody else: a demo on this machine answers searches, too."""
    ports = []
    for _ in range(2):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("", 0))
            ports.append(free.getsockname()[1])
    with ExitStack() as patches:
        for name, port in (("MHED_SEARCHES", ports[0]), ("MHED_ANSWERS", ports[0]), ("SSDP_SEARCHES", ports[1])):
            group = getattr(search_responder, name)[0]
            patches.enter_context(patch.object(search_responder, name, (group, port)))
        patches.enter_context(patch.object(discovery, "_PORT", ports[0]))
        patches.enter_context(patch.object(discovery, "_SSDP", (discovery._SSDP[0], ports[1])))
        yield


@contextmanager
def here_alone() -> Iterator[None]:
    """Let Home Assistant search this machine alone, with no other test, and not for long."""
    own = [IPv4Address("127.0.0.1"), IPv6Address("::1")]
    with (
        own_ports(),
        patch("custom_components.viewwall.discovery.SEARCH_SECONDS", 0.3),
        patch("custom_components.viewwall.discovery.network.async_get_enabled_source_ips", return_value=own),
        patch("custom_components.viewwall.discovery.network.async_get_adapters", return_value=[]),
    ):
        yield


@contextmanager
def knocking_elsewhere() -> Iterator[dict[str, int | None]]:
    """Let the probe of this machine knock at a port that is to be filled in, as if it was the usual one."""
    place: dict[str, int | None] = {"port": None}

    async def probe(hass: HomeAssistant, host: str, *, port: int | None = None, ssl: bool | None = None) -> Door | None:
        if host != "127.0.0.1":
            raise NobodyThereError(host)
        door = await looks_like_viewtron(hass, host, port=port or place["port"], ssl=ssl)
        return None if door is None else Door(None, door.ssl)

    with patch("custom_components.viewwall.discovery.looks_like_viewtron", probe):
        yield place


@contextmanager
def leases_of(hass: HomeAssistant) -> Iterator[dict[str, dict[str, str]]]:
    """Let Home Assistant's DHCP run with these leases; what it needs to hear them itself is not there."""
    needed = {}
    for name, words in {
        "aiodhcpwatcher": (),
        "aiodiscover": ("DiscoverHosts",),
        "aiodiscover.discovery": ("HOSTNAME", "IP_ADDRESS", "MAC_ADDRESS"),
        "cached_ipaddress": ("cached_ip_addresses",),
    }.items():
        module = ModuleType(name)
        for word in words:
            setattr(module, word, word)
        if name not in sys.modules:
            needed[name] = module
    with patch.dict(sys.modules, needed):
        from homeassistant.components.dhcp.models import DATA_DHCP, DHCPData, DhcpMatchers

        data = DHCPData(integration_matchers=DhcpMatchers(set(), {}, {}))
        hass.data[DATA_DHCP] = data
        hass.config.components.add("dhcp")
        yield data.address_data  # type: ignore[misc]


async def begin_search(hass: HomeAssistant) -> ConfigFlowResult:
    """Start a flow as a user does who chooses the search; return its progress."""
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "search"})


async def search(hass: HomeAssistant) -> ConfigFlowResult:
    """Search as a user does; return what is shown at the end."""
    flow = await begin_search(hass)
    assert flow["type"] is FlowResultType.SHOW_PROGRESS
    assert (flow["step_id"], flow["progress_action"]) == ("search", "search")
    await hass.async_block_till_done()
    return await hass.config_entries.flow.async_configure(flow["flow_id"])


async def choose(hass: HomeAssistant, shown: ConfigFlowResult, words: str) -> ConfigFlowResult:
    """Choose the row of the list that holds these words."""
    rows = {label: value for value, label in rows_of(shown).items() if words in label}
    assert len(rows) == 1, rows_of(shown)
    return await hass.config_entries.flow.async_configure(shown["flow_id"], {"device": next(iter(rows.values()))})


def rows_of(shown: ConfigFlowResult) -> dict[str, str]:
    """Return the labels of the list of found devices by their values."""
    assert shown["step_id"] == "found", shown
    schema = shown["data_schema"]
    assert schema is not None
    selector = schema.schema["device"]
    assert selector.config["mode"] == "list"
    return {row["value"]: row["label"] for row in selector.config["options"]}


def defaults_of(shown: ConfigFlowResult) -> dict[str, Any]:
    """Return what stands in a form at first, the section `connection` flat among it."""
    schema = shown["data_schema"]
    assert schema is not None
    fields: dict[str, Any] = {}
    for key, field in schema.schema.items():
        if str(key) == "connection":
            fields |= {str(inner): inner for inner in field.schema.schema}
        else:
            fields[str(key)] = key
    return {
        name: (key.description or {}).get("suggested_value", key.default() if callable(key.default) else None)
        for name, key in fields.items()
    }


async def discover(hass: HomeAssistant, mac: str, address: str) -> ConfigFlowResult:
    """Let Home Assistant's DHCP hear of a device; return what comes of it."""
    info = DhcpServiceInfo(ip=address, hostname="", macaddress=mac.replace(":", "").lower())
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_DHCP}, data=info)


def logins(device: Simulator) -> int:
    """Count the requests that carried a user and password."""
    return sum(request.scheme is not None for request in device.requests)


def entry_of(device: Simulator, **other: Any) -> MockConfigEntry:
    """Return the entry that a flow for this device would have made."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=device.name,
        unique_id=format_mac(device.mac),
        data={
            "host": device.host,
            "port": device.port,
            "ssl": False,
            "verify_ssl": False,
            "username": "admin",
            "password": device.password,
            "kind": f"{'nvr' if device.nvr else 'ipc'}_{'v2' if device.v2 else 'v1'}",
            "webhook_id": device.serial.lower().encode().hex().ljust(32, "0")[:32],
        }
        | other,
    )
