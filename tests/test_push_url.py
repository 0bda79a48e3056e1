"""The address that a user types into a device."""

from homeassistant.components.http import ApiConfig
from homeassistant.core import HomeAssistant
import pytest

from custom_components.viewwall.push_url import push_placeholders, push_url

WEBHOOK_ID = "00112233445566778899aabbccddeeff"
PATH = f"/api/webhook/{WEBHOOK_ID}"


@pytest.mark.parametrize(
    ("internal", "url", "protocol", "server", "port"),
    [
        ("http://192.168.1.10:8123", f"http://192.168.1.10:8123{PATH}", "HTTP", "192.168.1.10", "8123"),
        ("http://192.168.1.10", f"http://192.168.1.10{PATH}", "HTTP", "192.168.1.10", "80"),
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

    assert push_placeholders(hass, WEBHOOK_ID) == {
        "url": url,
        "protocol": protocol,
        "server": server,
        "port": port,
        "path": PATH,
    }


@pytest.mark.parametrize(
    ("use_ssl", "port", "expected"),
    [
        (False, 8123, f"http://192.168.1.10:8123{PATH}"),
        (True, 8443, f"https://192.168.1.10:8443{PATH}"),
    ],
)
async def test_without_an_internal_address_the_server_itself(
    hass: HomeAssistant, use_ssl: bool, port: int, expected: str
) -> None:
    """Fall back to the address that the HTTP server listens on, never to the one for outside."""
    await hass.config.async_update(external_url="https://home.example.com")
    hass.config.api = ApiConfig("192.168.1.10", "192.168.1.10", port, use_ssl)

    assert str(push_url(hass, WEBHOOK_ID)) == expected


@pytest.mark.parametrize(("use_ssl", "scheme"), [(False, "http"), (True, "https")])
async def test_loopback_server_is_shown_all_the_same(hass: HomeAssistant, use_ssl: bool, scheme: str) -> None:
    """Show something when Home Assistant finds no address that it would call reachable."""
    hass.config.api = ApiConfig("127.0.0.1", "127.0.0.1", 8123, use_ssl)

    assert str(push_url(hass, WEBHOOK_ID)) == f"{scheme}://127.0.0.1:8123{PATH}"


async def test_without_a_server_the_usual_name(hass: HomeAssistant) -> None:
    """Show Home Assistant's usual name when nothing is known."""
    hass.config.api = None

    assert str(push_url(hass, WEBHOOK_ID)) == f"http://homeassistant.local:8123{PATH}"
