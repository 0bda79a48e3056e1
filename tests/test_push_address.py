"""The address that a device posts to: found, typed, judged."""

from ipaddress import ip_address
import socket
from typing import Any
from unittest.mock import patch

from homeassistant.components.http import ApiConfig
from homeassistant.core import HomeAssistant
import pytest
from yarl import URL

from custom_components.viewwall import push_address
from custom_components.viewwall.push_address import (
    AddressTrouble,
    check_base,
    find_address_trouble,
    find_device,
    judge_address,
    push_placeholders,
    push_url,
    shown_place,
    source_of,
    suggested_base,
)

WEBHOOK_ID = "00112233445566778899aabbccddeeff"
PATH = f"/api/webhook/{WEBHOOK_ID}"
CAMERA = "192.168.1.57"
SOURCES = {"192.168.1.57": "192.168.1.10", "192.168.20.57": "192.168.20.2", "fd00::57": "fd00::5"}
"""This machine's addresses on the way to some devices."""
OWN = "10.10.10.10"
"""The address of the adapter that there is in tests."""


@pytest.fixture(autouse=True)
def _machine(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this machine one adapter for each network, and Home Assistant its usual port."""

    def _source_of(target: Any) -> Any:
        source = SOURCES.get(str(target))
        return ip_address(source) if source is not None else None

    monkeypatch.setattr(push_address, "source_of", _source_of)
    hass.config.api = ApiConfig(OWN, OWN, 8123, False)


def names(monkeypatch: pytest.MonkeyPatch, hass: HomeAssistant, **known: list[str]) -> list[str]:
    """Let names stand for addresses, underscores for dots; return what is asked for."""
    asked: list[str] = []

    async def _getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        if (found := known.get(host.replace(".", "_"))) is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    monkeypatch.setattr(hass.loop, "getaddrinfo", _getaddrinfo)
    return asked


# -- Found


@pytest.mark.parametrize(
    ("internal", "url", "protocol", "server", "port"),
    [
        ("http://192.168.1.11:8123", f"http://192.168.1.11:8123{PATH}", "HTTP", "192.168.1.11", "8123"),
        ("http://192.168.1.11", f"http://192.168.1.11{PATH}", "HTTP", "192.168.1.11", "80"),
        ("https://ha.home.arpa", f"https://ha.home.arpa{PATH}", "HTTPS", "ha.home.arpa", "443"),
        ("https://ha.home.arpa:8443", f"https://ha.home.arpa:8443{PATH}", "HTTPS", "ha.home.arpa", "8443"),
        ("http://[fd00::5]:8123", f"http://[fd00::5]:8123{PATH}", "HTTP", "fd00::5", "8123"),
    ],
)
async def test_internal_address_in_pieces(
    hass: HomeAssistant, internal: str, url: str, protocol: str, server: str, port: str
) -> None:
    """Show the internal address whole, and protocol, server, port and path as devices ask for them."""
    await hass.config.async_update(internal_url=internal, external_url="https://home.example.com")

    assert push_placeholders(hass, WEBHOOK_ID, host=CAMERA, options={}) == {
        "url": url,
        "protocol": protocol,
        "server": server,
        "port": port,
        "path": PATH,
    }


@pytest.mark.parametrize(
    ("host", "use_ssl", "port", "expected"),
    [
        ("192.168.1.57", False, 8123, "http://192.168.1.10:8123"),
        ("192.168.20.57", False, 8123, "http://192.168.20.2:8123"),
        ("192.168.20.57", False, 80, "http://192.168.20.2"),
        ("192.168.1.57", True, 8443, "https://192.168.1.10:8443"),
        ("fd00::57", False, 8123, "http://[fd00::5]:8123"),
        ("[fd00::57]", False, 8123, "http://[fd00::5]:8123"),
        ("::ffff:192.168.20.57", False, 8123, "http://192.168.20.2:8123"),
        ("172.31.0.9", False, 8123, "http://10.10.10.10:8123"),
        ("camera.home.arpa", False, 8123, "http://10.10.10.10:8123"),
    ],
)
async def test_adapter_on_the_way_to_the_device(
    hass: HomeAssistant, host: str, use_ssl: bool, port: int, expected: str
) -> None:
    """Name the adapter in the device's own network; where nothing leads there, the one that listens; never outside."""
    await hass.config.async_update(external_url="https://home.example.com")
    hass.config.api = ApiConfig(OWN, OWN, port, use_ssl)

    assert str(push_url(hass, WEBHOOK_ID, host=host, options={})) == f"{expected}{PATH}"


async def test_device_with_a_name(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look a device's name up, prefer its IPv4 address, and remember it for those who cannot wait."""
    names(monkeypatch, hass, camera_home_arpa=["fd00::57", "192.168.20.57"], other_home_arpa=["fd00::57"])

    assert str(await find_device(hass, "camera.home.arpa")) == "192.168.20.57"
    assert str(await find_device(hass, "other.home.arpa")) == "fd00::57"
    assert await find_device(hass, "gone.home.arpa") is None
    assert push_url(hass, WEBHOOK_ID, host="camera.home.arpa", options={}).host == "192.168.20.2"
    assert push_url(hass, WEBHOOK_ID, host="other.home.arpa", options={}).host == "fd00::5"
    assert push_url(hass, WEBHOOK_ID, host="gone.home.arpa", options={}).host == OWN


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("http://192.168.1.12:8124", "http://192.168.1.12:8124"),
        ("http://192.168.1.12:8124/", "http://192.168.1.12:8124"),
        ("what a user cannot have typed", "http://192.168.1.11:8123"),
    ],
)
async def test_own_address_for_one_device(hass: HomeAssistant, typed: str, expected: str) -> None:
    """Prefer what the user has chosen for this device to everything else, unless it is nonsense."""
    await hass.config.async_update(internal_url="http://192.168.1.11:8123")

    assert str(push_url(hass, WEBHOOK_ID, host=CAMERA, options={"push_address": typed})) == f"{expected}{PATH}"


async def test_without_a_server_the_usual_name(hass: HomeAssistant) -> None:
    """Show Home Assistant's usual name when nothing is known."""
    hass.config.api = None

    url = str(push_url(hass, WEBHOOK_ID, host="172.31.0.9", options={}))
    assert url == f"http://homeassistant.local:8123{PATH}"


async def test_suggestion_is_plain(hass: HomeAssistant) -> None:
    """Suggest plain http and the adapter on the way, whatever is set."""
    await hass.config.async_update(internal_url="https://ha.home.arpa")

    assert suggested_base(hass, "192.168.20.57") == "http://192.168.20.2:8123"
    hass.config.api = ApiConfig(OWN, OWN, 8123, True)
    assert suggested_base(hass, "192.168.20.57") == "http://192.168.20.2:8123"


@pytest.mark.usefixtures("socket_enabled")
def test_adapter_is_the_system_s_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the system for the way, without sending anything; no way is no answer."""
    monkeypatch.undo()
    assert str(source_of(ip_address("127.0.0.1"))) == "127.0.0.1"
    with patch("socket.socket.connect", side_effect=OSError("no route")):
        assert source_of(ip_address("127.0.0.1")) is None
        assert source_of(ip_address("fd00::57")) is None


def test_shown_place() -> None:
    """Show host and port alone: what stands behind them is secret."""
    assert shown_place(URL(f"http://192.168.1.10:8123{PATH}")) == "192.168.1.10:8123"
    assert shown_place(URL(f"http://[fd00::5]:8123{PATH}")) == "[fd00::5]:8123"
    assert shown_place(URL(f"https://ha.home.arpa{PATH}")) == "ha.home.arpa:443"


# -- Typed


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("http://192.168.1.10:8123", "http://192.168.1.10:8123"),
        (" http://192.168.1.10:8123/ ", "http://192.168.1.10:8123"),
        ("HTTP://Ha.Home.Arpa:8123", "http://ha.home.arpa:8123"),
        ("https://ha.home.arpa", "https://ha.home.arpa"),
        ("http://[fd00::5]:8123", "http://[fd00::5]:8123"),
        ("http://192.168.1.10", "http://192.168.1.10"),
    ],
)
def test_address_that_can_be_used(typed: str, expected: str) -> None:
    """Take an address with blanks around it and a slash behind it."""
    assert check_base(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://",
        "192.168.1.10:8123",
        "ha.home.arpa",
        "ftp://192.168.1.10",
        "http://192.168.1.10:0",
        "http://192.168.1.10:70000",
        "http://192.168.1.10:8123/api/webhook/1",
        "http://192.168.1.10:8123?a=1",
        "http://192.168.1.10:8123#a",
        "http://admin:secret@192.168.1.10:8123",
        "http://a b:8123",
        "http://192.168.1:8123",
        "http://[fd00::5",
        "http://-ha.home.arpa",
    ],
)
def test_address_that_cannot_be_used(typed: str) -> None:
    """Refuse what is no address, and what is more than one."""
    with pytest.raises(ValueError, match=r"."):
        check_base(typed)


# -- Judged


@pytest.mark.parametrize(
    ("base", "device", "is_typed", "trouble"),
    [
        ("http://192.168.1.10:8123", "192.168.1.57", True, None),
        ("http://192.168.1.10:8123", None, True, None),
        ("http://ha.home.arpa:8123", "192.168.1.57", True, None),
        ("http://192.168.1.10:8123", "203.0.113.57", True, AddressTrouble.NOT_PRIVATE),
        ("http://192.168.1.10:8123", "100.64.0.1", True, AddressTrouble.NOT_PRIVATE),
        ("http://192.168.1.10:8123", "100.127.255.254", True, AddressTrouble.NOT_PRIVATE),
        ("http://192.168.1.10:8123", "172.32.0.1", True, AddressTrouble.NOT_PRIVATE),
        ("https://ha.home.arpa", "203.0.113.57", True, AddressTrouble.NOT_PRIVATE),
        ("http://[fd00::5]:8123", "2001:db8::57", True, AddressTrouble.NOT_PRIVATE),
        ("http://192.168.1.10:8123", "2001:db8::57", True, None),
        ("http://192.168.1.10:8123", "169.254.3.4", True, None),
        ("http://192.168.1.10:8123", "fe80::57", True, None),
        ("https://192.168.1.10:8123", "192.168.1.57", True, AddressTrouble.HTTPS),
        ("https://homeassistant.local:8123", "192.168.1.57", True, AddressTrouble.HTTPS),
        ("https://192.168.1.10:8123", None, False, AddressTrouble.HTTPS),
        ("http://localhost:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://LOCALHOST.:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://127.0.0.1:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://127.0.0.1:8123", "192.168.1.57", False, AddressTrouble.LOOPBACK),
        ("http://127.0.0.1:8123", None, False, AddressTrouble.LOOPBACK),
        ("http://127.8.8.8:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://[::1]:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://[::ffff:127.0.0.1]:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://0.0.0.0:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://[::]:8123", "192.168.1.57", True, AddressTrouble.LOOPBACK),
        ("http://127.0.0.1:8123", "127.0.0.1", True, AddressTrouble.LOOPBACK),
        ("http://127.0.0.1:8123", "127.0.0.1", False, None),
        ("http://172.17.0.2:8123", "192.168.1.57", True, AddressTrouble.DOCKER),
        ("http://172.30.33.4:8123", "192.168.1.57", False, AddressTrouble.DOCKER),
        ("http://172.17.0.2:8123", "172.20.0.57", True, None),
        ("http://172.17.0.2:8123", None, True, None),
        ("http://172.32.0.2:8123", "192.168.1.57", True, None),
        ("http://homeassistant.local:8123", "192.168.1.57", True, AddressTrouble.NAME),
        ("http://HomeAssistant.LOCAL.:8123", "192.168.1.57", True, AddressTrouble.NAME),
        ("http://ha.localhost:8123", "192.168.1.57", True, AddressTrouble.NAME),
        ("http://homeassistant:8123", "192.168.1.57", True, AddressTrouble.NAME),
        ("http://homeassistant.:8123", None, True, AddressTrouble.NAME),
    ],
)
def test_what_cannot_work(base: str, device: str | None, is_typed: bool, trouble: AddressTrouble | None) -> None:
    """Tell what cannot work, the surest first, without asking anybody."""
    address = ip_address(device) if device is not None else None

    assert find_address_trouble(URL(base), address, is_typed=is_typed) is trouble


@pytest.mark.parametrize(
    ("base", "found", "trouble"),
    [
        ("http://ha.home.arpa:8123", [OWN], None),
        ("http://HA.home.arpa.:8123", [OWN], None),
        ("http://ha.home.arpa:8123", ["192.168.1.99", OWN], None),
        ("http://ha.home.arpa:8123", ["192.168.1.99"], AddressTrouble.NAME),
        ("http://ha.home.arpa:8123", ["127.0.1.1"], AddressTrouble.NAME),
        ("http://ha.home.arpa:8123", None, AddressTrouble.NAME),
        ("http://192.168.1.99:8123", None, None),
    ],
)
async def test_name_of_this_machine(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, base: str, found: list[str] | None, trouble: AddressTrouble
) -> None:
    """Trust a name only if it leads to this machine here already."""
    names(monkeypatch, hass, **({"ha_home_arpa": found, "ha_home_arpa_": found} if found is not None else {}))

    assert await judge_address(hass, host=CAMERA, options={"push_address": base}) is trouble


@pytest.mark.parametrize(
    ("host", "trouble"),
    [
        ("camera.example.com", AddressTrouble.NOT_PRIVATE),
        ("camera.home.arpa", None),
        ("gone.home.arpa", None),
        ("100.64.0.7", AddressTrouble.NOT_PRIVATE),
        ("x" * 70, None),
    ],
)
async def test_device_outside(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, host: str, trouble: AddressTrouble
) -> None:
    """Look the device's name up; one that is not known says nothing."""
    names(monkeypatch, hass, camera_example_com=["203.0.113.7"], camera_home_arpa=["192.168.1.57"])

    assert await judge_address(hass, host=host, options={}) is trouble


@pytest.mark.parametrize(
    ("internal", "chosen", "trouble"),
    [
        (None, None, None),
        (None, "http://127.0.0.1:8123", None),
        ("http://homeassistant.local", "http://127.0.0.1:8123", None),
        (None, "http://127.0.0.1:8124", AddressTrouble.LOOPBACK),
        (None, "http://localhost:8123", AddressTrouble.LOOPBACK),
        ("http://127.0.0.1:8123", None, AddressTrouble.LOOPBACK),
    ],
)
async def test_device_on_this_machine(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    internal: str | None,
    chosen: str | None,
    trouble: AddressTrouble | None,
) -> None:
    """Find, suggest and take a loopback address for a device on this very machine, and for no other."""
    monkeypatch.setitem(SOURCES, "127.0.0.1", "127.0.0.1")
    await hass.config.async_update(internal_url=internal)
    options = {} if chosen is None else {"push_address": chosen}

    assert await judge_address(hass, host="127.0.0.1", options=options) is trouble


@pytest.mark.parametrize("error", [TimeoutError(), UnicodeError("label too long"), RuntimeError("shut down")])
async def test_look_up_that_fails(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Judge nothing by a look-up that fails, whatever the reason."""

    async def _getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        raise error

    monkeypatch.setattr(hass.loop, "getaddrinfo", _getaddrinfo)

    assert await judge_address(hass, host="camera.home.arpa", options={}) is None


@pytest.mark.parametrize(
    ("base", "trouble"),
    [
        (None, AddressTrouble.HTTPS),
        (f"http://{OWN}:8123", AddressTrouble.HTTPS),
        (f"http://{OWN}:8124", None),
        ("http://192.168.1.99:8123", None),
    ],
)
async def test_server_that_speaks_https_alone(
    hass: HomeAssistant, base: str | None, trouble: AddressTrouble | None
) -> None:
    """Know that the port of a server with a certificate does not answer plain http."""
    hass.config.api = ApiConfig(OWN, OWN, 8123, True)
    options = {} if base is None else {"push_address": base}

    assert await judge_address(hass, host="172.31.0.9" if base is None else CAMERA, options=options) is trouble
