"""Ask a device at an address who it is, whichever family it belongs to, with exactly one login."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant

from .clients import make_thin_client, make_viewtron_client
from .const import KIND_THIN_CLIENT
from .thin_client import (
    ThinClient,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientProtocolError,
)
from .viewtron.errors import ViewtronProtocolError


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device that has accepted its login."""

    unique_id: str
    kind: str
    title: str | None = None
    """Its name, else its model."""

    @property
    def is_thin_client(self) -> bool:
        """Tell its family."""
        return self.kind == KIND_THIN_CLIENT


async def recognise(hass: HomeAssistant, data: Mapping[str, Any]) -> Found:
    """Return who answers at the address of an entry's data.

    The family shows without a login, so that a refused password is never tried on the other one. No session stays open.
    Raises any ViewtronError or ThinClientError; what belongs to neither family is a ViewtronProtocolError.
    """
    return await _ask_thin_client(hass, data) or await _ask_viewtron(hass, data)


async def _ask_thin_client(hass: HomeAssistant, data: Mapping[str, Any]) -> Found | None:
    """Return the Thin Client at the address, None if it is none."""
    client = make_thin_client(hass, data)
    try:
        if not await _looks_like_thin_client(client):
            return None
        info = await client.identify()
    except ThinClientProtocolError, ThinClientCommandError:
        if client.token is not None:
            raise
        # It takes no login as a Thin Client does, so it is something else that answers 403.
        return None
    finally:
        await client.close()
    return Found(unique_id=info.serial, kind=KIND_THIN_CLIENT, title=info.name)


async def _looks_like_thin_client(client: ThinClient) -> bool:
    """Ask without a login; raises ThinClientConnectionError where nobody is there to be asked anything else."""
    try:
        return await client.looks_like_thin_client()
    except ThinClientConnectionError as error:
        if not error.sent:
            raise
    except ThinClientError:
        pass
    return False


async def _ask_viewtron(hass: HomeAssistant, data: Mapping[str, Any]) -> Found:
    """Return the Viewtron device at the address."""
    client = make_viewtron_client(hass, data)
    info = await client.identify()
    if (unique_id := info.mac or info.serial) is None:
        raise ViewtronProtocolError("the device tells neither MAC nor serial")
    return Found(unique_id=unique_id, kind=info.kind.value, title=info.name or info.model)
