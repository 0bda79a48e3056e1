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
from .viewtron.client import ViewtronClient
from .viewtron.errors import ViewtronError, ViewtronProtocolError
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

    @property
    def _identities(self) -> tuple[str | None, str | None]:
        return (self.mac, self.serial)

    @property
    def mac(self) -> str | None:
        """The MAC that it tells."""
        return self.info.mac if self.info else None

    @property
    def serial(self) -> str | None:
        """The serial that it tells."""
        return self.info.serial if self.info else self.unique_id


async def recognise(hass: HomeAssistant, data: Mapping[str, Any]) -> Found:
    """Return who answers at the address of an entry's data.

    The family shows without a login, so that a refused password is never tried on the other one. No session stays open.
    Raises any ViewtronError or ThinClientError; what belongs to neither family is a ViewtronProtocolError.
    """
    return await _ask_thin_client(hass, data) or await _identify(make_viewtron_client(hass, data))


class LoginSpentError(Exception):
    """Asking who a device is has failed for the reason in its cause, after the login was sent."""


async def recognise_again(
    hass: HomeAssistant, data: Mapping[str, Any], identity: str | None, session: str | None = None
) -> Found | None:
    """Return who answers at an address that nobody has typed, None if it is not of the entry's family.

    The password is kept back from what does not look like a device of that family, and anything more from a Viewtron
    device that tells another identity. `session` is one that the Thin Client may still hold: it ends before another one
    begins. Raises any ViewtronError or ThinClientError if no login was sent, NobodyThereError, and LoginSpentError.
    """
    if data[CONF_KIND] == KIND_THIN_CLIENT:
        try:
            return await _ask_thin_client(hass, data, session)
        except ThinClientConnectionError as error:
            if not error.sent:
                raise
            raise LoginSpentError from error
        except ThinClientError as error:
            raise LoginSpentError from error
    if await looks_like_viewtron(hass, data[CONF_HOST], port=data[CONF_PORT], ssl=data[CONF_SSL]) is None:
        return None
    client = make_viewtron_client(hass, data)
    client.must_be(identity)
    client.log_in_once()
    try:
        return await _identify(client)
    except ViewtronError as error:
        if not client.has_sent_login:
            raise
        raise LoginSpentError from error


async def recognise_entry(hass: HomeAssistant, data: Mapping[str, Any], identity: str | None) -> Found | None:
    """Return who answers at an address that the user has given for an entry, None if it is not of its family.

    A Viewtron device that tells another identity is asked nothing more. Raises any ViewtronError or ThinClientError.
    """
    if data[CONF_KIND] == KIND_THIN_CLIENT:
        if (found := await _ask_thin_client(hass, data)) is None:
            await _miss_thin_client(hass, data)
        return found
    client = make_viewtron_client(hass, data)
    client.must_be(identity)
    try:
        return await _identify(client)
    except ViewtronProtocolError:
        if await is_thin_client_at(hass, data):
            return None
        raise


async def recognise_announced(
    hass: HomeAssistant, data: Mapping[str, Any], mac: str | None, serial: str | None
) -> Found | None:
    """Return who answers at the address that a device was announced with, None if it does not look like a camera.

    The address may be another's by now, so that the password is kept back from everything else, and anything more from
    who tells another identity. Raises any ViewtronError, and NobodyThereError.
    """
    if await looks_like_viewtron(hass, data[CONF_HOST], port=data[CONF_PORT], ssl=data[CONF_SSL]) is None:
        return None
    client = make_viewtron_client(hass, data)
    client.may_be(mac, serial)
    return await _identify(client)


async def _miss_thin_client(hass: HomeAssistant, data: Mapping[str, Any]) -> None:
    """Return if a Viewtron device answers in the place of a Thin Client; else raises what is wrong with who does."""
    client = make_thin_client(hass, data)
    try:
        await client.looks_like_thin_client()
    finally:
        await client.close()
    if await looks_like_viewtron(hass, data[CONF_HOST], port=data[CONF_PORT], ssl=data[CONF_SSL]) is None:
        raise ThinClientProtocolError("no Thin Client")


async def is_thin_client_at(hass: HomeAssistant, data: Mapping[str, Any]) -> bool:
    """Tell whether it looks as if a Thin Client was at the address; nothing is logged in."""
    client = make_thin_client(hass, data)
    try:
        return await _looks_like_thin_client(client)
    except ThinClientConnectionError:
        return False
    finally:
        await client.close()


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


async def _identify(client: ViewtronClient) -> Found:
    """Return the Viewtron device; raises ViewtronOtherDeviceError for another than the expected one."""
    info = await client.identify()
    if (unique_id := info.mac or info.serial) is None:
        raise ViewtronProtocolError("the device tells neither MAC nor serial")
    return Found(unique_id=unique_id, kind=info.kind.value, title=info.name or info.model, info=info)
