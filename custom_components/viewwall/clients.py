"""The protocol clients for an entry's data; nothing is sent by making one."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_SSL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .thin_client import ThinClient
from .viewtron.client import ViewtronClient


def make_viewtron_client(hass: HomeAssistant, data: Mapping[str, Any]) -> ViewtronClient:
    """Return a client for a Viewtron device."""
    return ViewtronClient(
        async_get_clientsession(hass, verify_ssl=data[CONF_VERIFY_SSL]),
        data[CONF_HOST],
        data[CONF_USERNAME],
        data[CONF_PASSWORD],
        port=data[CONF_PORT],
        ssl=data[CONF_SSL],
        verify_ssl=data[CONF_VERIFY_SSL],
    )


def make_thin_client(hass: HomeAssistant, data: Mapping[str, Any]) -> ThinClient:
    """Return a client for a Thin Client."""
    return ThinClient(
        async_get_clientsession(hass, verify_ssl=data[CONF_VERIFY_SSL]),
        data[CONF_HOST],
        data[CONF_PASSWORD],
        port=data[CONF_PORT],
        ssl=data[CONF_SSL],
        verify_ssl=data[CONF_VERIFY_SSL],
    )
