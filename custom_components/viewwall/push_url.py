"""The address that a user types into a device, as the device can reach it."""

from homeassistant.components import webhook
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError, get_url
from yarl import URL


def push_url(hass: HomeAssistant, webhook_id: str) -> URL:
    """Return the address of a webhook inside the house: internal, never external, with its port."""
    try:
        base = URL(get_url(hass, allow_external=False, allow_cloud=False, prefer_external=False))
    except NoURLAvailableError:
        api = hass.config.api
        scheme = "https" if api is not None and api.use_ssl else "http"
        base = URL.build(
            scheme=scheme,
            host=api.local_ip if api is not None else "homeassistant.local",
            port=api.port if api is not None else 8123,
        )
    return base.with_path(webhook.async_generate_path(webhook_id))


def push_placeholders(hass: HomeAssistant, webhook_id: str) -> dict[str, str]:
    """Return the address whole and in the pieces that devices ask for."""
    url = push_url(hass, webhook_id)
    return {
        "url": str(url),
        "protocol": url.scheme.upper(),
        "server": url.host or "",
        "port": str(url.port or 80),
        "path": url.path,
    }
