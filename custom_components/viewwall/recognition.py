"""Ask a device at an address who it is, whichever family it belongs to, with exactly one login."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PORT, CONF_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .clients import make_thin_client, make_viewtron_client
from .const import CONF_KIND, KIND_THIN_CLIENT
from .thin_client import (
    ThinClient,
    ThinClientCommandError,
    ThinClientConnectionError,
    ThinClientError,
    ThinClientProtocolError,
    ThinClientValidationError,
)
from .viewtron.errors import ViewtronProtocolError
from .viewtron.models import DeviceInfo
from .viewtron.probe import Door, find_door


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device that has accepted its login."""

    unique_id: str
    kind: str
    title: str | None = None
    """Its name, else its model."""
    info: DeviceInfo | None = None
    """What a Viewtron device has said about itself."""

    @property
    def is_thin_client(self) -> bool:
        """Tell its family."""
        return self.kind == KIND_THIN_CLIENT

    def is_known_as(self, identity: str | None) -> bool:
        """Tell whether this is its unique id, or a MAC or serial that it could have had as one."""
        return identity is not None and identity in (self.unique_id, *self._identities)

    def may_be(self, mac: str | None, serial: str | None) -> bool:
        """Tell whether it can be the device that was announced so; what one of both leaves out proves nothing."""
        pairs = [pair for pair in zip((mac, serial), self._identities, strict=True) if None not in pair]
        return not self.is_thin_client and (not pairs or any(announced == own for announced, own in pairs))

    @property
    def _identities(self) -> tuple[str | None, str | None]:
        return (self.info.mac, self.info.serial) if self.info else (None, None)


async def recognise(hass: HomeAssistant, data: Mapping[str, Any]) -> Found:
    """Return who answers at the address of an entry's data.

    The family shows without a login, so that a refused password is never tried on the other one. No session stays open.
    Raises any ViewtronError or ThinClientError; what belongs to neither family is a ViewtronProtocolError.
    """
    return await _ask_thin_client(hass, data) or await _ask_viewtron(hass, data)


async def recognise_again(
    hass: HomeAssistant, data: Mapping[str, Any], identity: str | None, session: str | None = None
) -> Found | None:
    """Return who answers at the address of an entry's data, None if it is not of the entry's family.

    The password is kept back from what does not look like a device of that family, and anything more from a Viewtron
    device that tells another identity. `session` is one that the Thin Client may still hold: it ends before another one
    begins. Raises any ViewtronError or ThinClientError, and NobodyThereError.
    """
    if data[CONF_KIND] == KIND_THIN_CLIENT:
        return await _ask_thin_client(hass, data, session)
    if await looks_like_viewtron(hass, data[CONF_HOST], port=data[CONF_PORT], ssl=data[CONF_SSL]) is None:
        return None
    return await _ask_viewtron(hass, data, identity)


async def looks_like_viewtron(
    hass: HomeAssistant, host: str, *, port: int | None = None, ssl: bool | None = None
) -> Door | None:
    """Return where a Viewtron device answers at an address, None if something else does; nothing is logged in.

    Raises NobodyThereError where nobody listens.
    """
    return await find_door(async_get_clientsession(hass, verify_ssl=False), host, port=port, ssl=ssl)


async def _ask_thin_client(hass: HomeAssistant, data: Mapping[str, Any], session: str | None = None) -> Found | None:
    """Return the Thin Client at the address, None if it is none; a session that it still holds ends first."""
    client = make_thin_client(hass, data)
    try:
        if not await _looks_like_thin_client(client):
            return None
        if session is not None:
            with suppress(ThinClientCommandError, ThinClientValidationError):
                await client.forget_session(session)
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


async def _ask_viewtron(hass: HomeAssistant, data: Mapping[str, Any], identity: str | None = None) -> Found:
    """Return the Viewtron device at the address; raises ViewtronOtherDeviceError for another than the expected one."""
    client = make_viewtron_client(hass, data)
    client.must_be(identity)
    info = await client.identify()
    if (unique_id := info.mac or info.serial) is None:
        raise ViewtronProtocolError("the device tells neither MAC nor serial")
    return Found(unique_id=unique_id, kind=info.kind.value, title=info.name or info.model, info=info)
