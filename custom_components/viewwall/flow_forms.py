"""The forms of the config flow: their fields, what stands in them at first, and what was typed into them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from homeassistant.const import (
    CONF_DEVICE,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_SSL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.data_entry_flow import SectionConfig, section
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util.network import is_ipv6_address
import probatio
from yarl import URL

from .const import DEFAULT_USERNAME, KIND_THIN_CLIENT
from .selectors import PORT
from .viewtron.models import DeviceKind

SECTION_CONNECTION: Final = "connection"
SECTION_PUSH: Final = "push"
CONF_SET_UP_PUSH: Final = "set_up_push"
BY_HAND: Final = "manual"
"""The last row of the list of found devices."""
FOUND_WORDS: Final = "found_device"
"""The words of that list in the translations."""


class SlotOffer(StrEnum):
    """Whether ViewWall can write its address into a camera; if not, the section of the form that says why."""

    FREE = "free"
    NO_SLOT = "camera_no_slot"
    FOREIGN_LOGIN = "camera_foreign_login"
    NO_PERMISSION = "camera_no_permission"


_USERNAME: Final = TextSelector(TextSelectorConfig(autocomplete="username"))
_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))


type Fields = dict[probatio.Marker, Any]


def _host_field(data: Mapping[str, Any]) -> Fields:
    """Return the field for the address; what is known stands in it."""
    return {probatio.Required(CONF_HOST, default=data.get(CONF_HOST, probatio.UNDEFINED)): TextSelector()}


def _username_field(data: Mapping[str, Any]) -> Fields:
    """Return the field for the user, whom a Thin Client does not have."""
    return {probatio.Optional(CONF_USERNAME, default=data.get(CONF_USERNAME, DEFAULT_USERNAME)): _USERNAME}


def _password_and_connection(data: Mapping[str, Any]) -> Fields:
    """Return the field for the password, which is never shown again, and what few devices need."""
    port = data.get(CONF_PORT)
    is_unusual = bool(port or data.get(CONF_SSL) or data.get(CONF_VERIFY_SSL))
    connection = {
        probatio.Optional(CONF_PORT, description={"suggested_value": port} if port else None): PORT,
        probatio.Optional(CONF_SSL, default=data.get(CONF_SSL, False)): bool,
        probatio.Optional(CONF_VERIFY_SSL, default=data.get(CONF_VERIFY_SSL, False)): bool,
    }
    return {
        probatio.Required(CONF_PASSWORD): _PASSWORD,
        # Without a default of its own, or the form would not show what stands inside.
        probatio.Optional(SECTION_CONNECTION): section(
            probatio.Schema(connection), SectionConfig(collapsed=not is_unusual)
        ),
    }


def new_schema(data: Mapping[str, Any]) -> probatio.Schema:
    """Return the form for a device of either family."""
    return probatio.Schema({**_host_field(data), **_username_field(data), **_password_and_connection(data)})


def moved_schema(data: Mapping[str, Any], kind: str) -> probatio.Schema:
    """Return the form for a device that is set up; a Viewtron device's has its push address above."""
    if kind == KIND_THIN_CLIENT:
        return probatio.Schema({**_host_field(data), **_password_and_connection(data)})
    return probatio.Schema(
        {
            probatio.Optional(SECTION_PUSH): section(probatio.Schema({}), SectionConfig(collapsed=False)),
            **_host_field(data),
            **_username_field(data),
            **_password_and_connection(data),
        }
    )


def found_schema(labels: Mapping[str, str]) -> probatio.Schema:
    """Return the list of found devices."""
    rows = [SelectOptionDict(value=value, label=label) for value, label in labels.items()]
    chooser = SelectSelector(
        SelectSelectorConfig(options=rows, mode=SelectSelectorMode.LIST, translation_key=FOUND_WORDS)
    )
    return probatio.Schema({probatio.Required(CONF_DEVICE): chooser})


def login_schema(data: Mapping[str, Any]) -> probatio.Schema:
    """Return the form for the login of a device whose address is known."""
    return probatio.Schema({**_username_field(data), **_password_and_connection(data)})


def sign_in_schema(data: Mapping[str, Any], kind: str) -> probatio.Schema:
    """Return the form for another login of a device that is set up."""
    username = {} if kind == KIND_THIN_CLIENT else _username_field(data)
    return probatio.Schema({**username, probatio.Required(CONF_PASSWORD): _PASSWORD})


def entry_address(user_input: Mapping[str, Any], port_before: int | None = None) -> dict[str, Any]:
    """Return what a user typed as entry data; an address pasted from a browser is taken apart.

    `port_before` stood in the form already. Raises ValueError for what can be no address.
    """
    connection: Mapping[str, Any] = user_input.get(SECTION_CONNECTION, {})
    typed: str = user_input[CONF_HOST].strip()
    ssl = bool(connection.get(CONF_SSL, False))
    port = connection.get(CONF_PORT)
    if is_ipv6_address(typed):
        typed = f"[{typed}]"
    url = URL(typed if "//" in typed else f"//{typed}")
    if not url.host or any(character.isspace() for character in url.host) or url.scheme not in ("", "http", "https"):
        raise ValueError("no host in the address")
    if url.explicit_port == 0:
        raise ValueError("no such port")
    if url.explicit_port and port == port_before:
        # The port of the new address, not the one from before.
        port = None
    if url.scheme == "https":
        ssl = True
    return {
        CONF_HOST: url.host,
        CONF_PORT: int(port) if port else url.explicit_port,
        CONF_SSL: ssl,
        CONF_VERIFY_SSL: bool(connection.get(CONF_VERIFY_SSL, False)),
        CONF_USERNAME: user_input.get(CONF_USERNAME) or DEFAULT_USERNAME,
        CONF_PASSWORD: user_input[CONF_PASSWORD],
    }


def push_schema(kind: DeviceKind, offer: SlotOffer | None = None) -> probatio.Schema:
    """Return the form of step `push`: its sections hold the instructions for this kind of device."""
    fields: Fields = {probatio.Optional(CONF_SET_UP_PUSH, default=False): bool} if offer is SlotOffer.FREE else {}
    match kind:
        case DeviceKind.NVR_V1:
            screens = ["nvr_v1"]
        case DeviceKind.NVR_V2:
            screens = ["nvr_address", "nvr_connection", "nvr_events", "nvr_test"]
        case _:
            screens = ["camera_address", "camera_connection", "camera_data", "camera_restart"]
    if offer is not None and not fields:
        screens = [offer.value, *screens]
    # The box does what the steps say, all but the restart.
    folded = frozenset(screens[:-1] if fields else ())
    texts = {
        probatio.Optional(screen): section(probatio.Schema({}), SectionConfig(collapsed=screen in folded))
        for screen in screens
    }
    return probatio.Schema({**fields, **texts})


def shown_again(user_input: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the user typed, flat, for the next try."""
    typed = dict(user_input or {})
    connection: dict[str, Any] = typed.pop(SECTION_CONNECTION, {})
    return typed | connection
