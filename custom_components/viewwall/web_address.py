"""The address of a device's web page."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PORT, CONF_SSL


def web_address(data: Mapping[str, Any]) -> str:
    """Return the URL for an entry's data; IPv6 addresses get their brackets."""
    scheme = "https" if data[CONF_SSL] else "http"
    host = f"[{data[CONF_HOST]}]" if ":" in data[CONF_HOST] else data[CONF_HOST]
    port = f":{data[CONF_PORT]}" if data[CONF_PORT] else ""
    return f"{scheme}://{host}{port}"
