"""The options of a camera or recorder: one form, and what becomes of what was typed."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import SectionConfig, section
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.translation import async_get_translations
import probatio

from .catalog import channel_of_device
from .choices import STREAMS, hidden_channels
from .const import (
    CONF_HIDDEN_CHANNELS,
    CONF_HOLD_TIME,
    CONF_HOLD_TIMES,
    CONF_KIND,
    CONF_POLLING_ALONE,
    CONF_PUSH_ADDRESS,
    CONF_PUSH_SUBSCRIPTION,
    CONF_STREAMS,
    CONF_WALL_PASSWORD,
    CONF_WALL_USERNAME,
    DEFAULT_HOLD_TIME,
    DOMAIN,
)
from .push_address import check_base
from .runtime import ViewtronRuntime
from .selectors import NEW_PASSWORD, TEXT
from .viewtron.errors import ViewtronError
from .viewtron.models import Channel, DeviceKind

_LOGGER = logging.getLogger(__name__)

CONF_CHANNELS: Final = "channels"
SECTION_HOLD_TIMES: Final = "hold_times"
SECTION_PUSH: Final = "push"
SECTION_WALL_LOGIN: Final = "wall_login"

_NAMES_LIMIT: Final = 5
"""Seconds that a recorder may take to tell the names of hidden channels."""

_SECONDS: Final = NumberSelector(
    NumberSelectorConfig(min=1, max=300, mode=NumberSelectorMode.BOX, unit_of_measurement="s")
)
_STREAMS: Final = SelectSelector(
    SelectSelectorConfig(
        options=["main", "sub"], multiple=True, mode=SelectSelectorMode.LIST, translation_key="streams"
    )
)

type _Fields = dict[probatio.Marker, Any]
type _Names = Mapping[int, str]
"""A recorder's channels, hidden ones too, by their names; empty for a camera."""


class ViewtronOptionsFlow(OptionsFlowWithReload):
    """Options of one camera or recorder."""

    def __init__(self) -> None:
        """Begin without a form."""
        self._channels: _Names = {}
        """What the form that is open offers."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for everything in one form."""
        errors: dict[str, str] = {}
        if user_input is None:
            self._channels = await self._channel_names()
        else:
            changes, errors = read_form(user_input, self.config_entry.options, self._channels)
            if not errors and changes.get(CONF_POLLING_ALONE):
                errors = await self._release_slot()
            if not errors:
                return self.async_create_entry(data=merged(self.config_entry.options, changes))
        schema = form_schema(self.config_entry.options, self._channels, user_input or {})
        return self.async_show_form(step_id="init", data_schema=schema, errors=errors)

    @property
    def _runtime(self) -> ViewtronRuntime | None:
        """Return the device if it is running."""
        is_loaded = self.config_entry.state is ConfigEntryState.LOADED
        return self.config_entry.runtime_data if is_loaded else None

    async def _release_slot(self) -> dict[str, str]:
        """Leave no address of ours behind in a camera that is not to send anything."""
        if not self.config_entry.options.get(CONF_PUSH_SUBSCRIPTION):
            return {}
        if (runtime := self._runtime) is None:
            return {"base": "slot_not_released"}
        try:
            await runtime.provisioning.unsubscribe(is_refusal=False)
        except (ViewtronError, HomeAssistantError) as error:
            _LOGGER.debug("%s does not give our address up: %s", self.config_entry.title, error)
            return {"base": "slot_not_released"}
        return {}

    async def _listed(self, runtime: ViewtronRuntime) -> tuple[Channel, ...]:
        """Return what a recorder lists; the names of hidden channels are asked for only now."""
        known = runtime.coordinator.data
        if runtime.coordinator.last_update_success and any(channel.name is None for channel in known.hidden):
            with suppress(ViewtronError, HomeAssistantError, TimeoutError):
                async with asyncio.timeout(_NAMES_LIMIT):
                    await runtime.coordinator.prove()
                    return await runtime.client.channels()
        return (*known.channels, *known.hidden)

    async def _channel_names(self) -> _Names:
        """Return all channels of a recorder: those it lists, those that messages have named, and the hidden ones."""
        entry = self.config_entry
        if not DeviceKind(entry.data[CONF_KIND]).is_nvr:
            return {}
        told: dict[int, str | None] = dict.fromkeys(hidden_channels(entry))
        if (runtime := self._runtime) is not None:
            told |= {channel.id: channel.name for channel in await self._listed(runtime)}
        for device in dr.async_entries_for_config_entry(dr.async_get(self.hass), entry.entry_id):
            if (channel := channel_of_device(device, entry.unique_id)) is not None:
                told[channel] = device.name_by_user or device.name
        texts = await async_get_translations(self.hass, self.hass.config.language, "device", {DOMAIN})
        unnamed = texts.get(f"component.{DOMAIN}.device.channel.name", "{number}")
        names = {channel: name or unnamed.format(number=channel) for channel, name in sorted(told.items())}
        count = Counter(names.values())
        return {channel: name if count[name] == 1 else f"{name} ({channel})" for channel, name in names.items()}


def form_schema(known: Mapping[str, Any], channels: _Names, typed: Mapping[str, Any]) -> probatio.Schema:
    """Return the fields with the stored options, or with what was just typed because something is wrong with it."""
    times = typed.get(SECTION_HOLD_TIMES, known.get(CONF_HOLD_TIMES, {}))
    push = typed.get(SECTION_PUSH, known)
    login = typed.get(SECTION_WALL_LOGIN, {CONF_USERNAME: known.get(CONF_WALL_USERNAME)})
    return probatio.Schema(
        {
            probatio.Required(
                CONF_HOLD_TIME, default=typed.get(CONF_HOLD_TIME, known.get(CONF_HOLD_TIME, DEFAULT_HOLD_TIME))
            ): _SECONDS,
            probatio.Required(
                CONF_STREAMS, default=typed.get(CONF_STREAMS, known.get(CONF_STREAMS, list(STREAMS)))
            ): _STREAMS,
            **(_channels_field(known, channels, typed) if channels else {}),
            # Without defaults of their own: what was not sent is to stay as it is.
            probatio.Optional(SECTION_HOLD_TIMES): section(
                probatio.Schema(_hold_time_fields(times)), SectionConfig(collapsed=not times)
            ),
            probatio.Optional(SECTION_PUSH): section(
                probatio.Schema(_push_fields(push)),
                SectionConfig(collapsed=not (push.get(CONF_POLLING_ALONE) or push.get(CONF_PUSH_ADDRESS))),
            ),
            probatio.Optional(SECTION_WALL_LOGIN): section(
                probatio.Schema(_login_fields(login)), SectionConfig(collapsed=not any(login.values()))
            ),
        }
    )


def _channels_field(known: Mapping[str, Any], channels: _Names, typed: Mapping[str, Any]) -> _Fields:
    hidden = known.get(CONF_HIDDEN_CHANNELS, ())
    chosen = [str(channel) for channel in channels if channel not in hidden]
    listed = [SelectOptionDict(value=str(channel), label=name) for channel, name in channels.items()]
    selector = SelectSelector(SelectSelectorConfig(options=listed, multiple=True))
    return {probatio.Required(CONF_CHANNELS, default=typed.get(CONF_CHANNELS, chosen)): selector}


def _hold_time_fields(shown: Mapping[str, Any]) -> _Fields:
    return {
        _suggested("motion", shown): _SECONDS,
        _suggested("intrusion", shown): _SECONDS,
        _suggested("line_crossing", shown): _SECONDS,
        _suggested("region_entry", shown): _SECONDS,
        _suggested("region_exit", shown): _SECONDS,
        _suggested("loitering", shown): _SECONDS,
        _suggested("license_plate", shown): _SECONDS,
        _suggested("face", shown): _SECONDS,
    }


def _push_fields(shown: Mapping[str, Any]) -> _Fields:
    return {
        probatio.Required(CONF_POLLING_ALONE, default=shown.get(CONF_POLLING_ALONE, False)): BooleanSelector(),
        _suggested(CONF_PUSH_ADDRESS, shown): TEXT,
    }


def _login_fields(shown: Mapping[str, Any]) -> _Fields:
    return {_suggested(CONF_USERNAME, shown): TEXT, probatio.Optional(CONF_PASSWORD): NEW_PASSWORD}


def _suggested(key: str, shown: Mapping[str, Any]) -> probatio.Optional:
    """Return the mark of a field that can be cleared."""
    return probatio.Optional(key, description={"suggested_value": shown.get(key)})


def read_form(
    typed: Mapping[str, Any], known: Mapping[str, Any], channels: _Names
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options that change, empty ones to be removed, and what is wrong with what was typed.

    A section that was not sent changes nothing.
    """
    changes: dict[str, Any] = {CONF_HOLD_TIME: int(typed[CONF_HOLD_TIME])}
    errors: dict[str, str] = {}
    streams = [stream for stream in STREAMS if stream in typed[CONF_STREAMS]]
    changes[CONF_STREAMS] = streams if len(streams) < len(STREAMS) else None
    if not streams:
        errors[CONF_STREAMS] = "choose_one"
    if channels:
        changes[CONF_HIDDEN_CHANNELS] = [each for each in channels if str(each) not in typed[CONF_CHANNELS]]
        if not typed[CONF_CHANNELS]:
            errors[CONF_CHANNELS] = "choose_one"
    if (times := typed.get(SECTION_HOLD_TIMES)) is not None:
        changes[CONF_HOLD_TIMES] = {key: int(seconds) for key, seconds in times.items()}
    if (push := typed.get(SECTION_PUSH)) is not None:
        changes[CONF_POLLING_ALONE] = push[CONF_POLLING_ALONE]
        changes[CONF_PUSH_ADDRESS] = address = push.get(CONF_PUSH_ADDRESS, "").strip()
        try:
            changes[CONF_PUSH_ADDRESS] = check_base(address) if address else None
        except ValueError:
            errors["base"] = "push_address_invalid"
    if (login := typed.get(SECTION_WALL_LOGIN)) is not None:
        if (stored := wall_login_options(login, known)) is None:
            errors["base"] = "wall_login_incomplete"
        else:
            changes |= {CONF_WALL_USERNAME: None, CONF_WALL_PASSWORD: None} | stored
    return changes, errors


def merged(known: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with these changes; those that the form does not know stay."""
    return {key: value for key, value in {**known, **changes}.items() if value or key not in changes}


def wall_login_options(typed: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the options for the login that walls get, empty for ViewWall's own; None if half of it is missing.

    Without a user there is none; an empty password is that of last time.
    """
    username, password = typed.get(CONF_USERNAME, "").strip(), typed.get(CONF_PASSWORD, "")
    if not username:
        # A password alone must not end with the wall getting ViewWall's own login.
        return None if password else {}
    if not password and username == known.get(CONF_WALL_USERNAME):
        password = known[CONF_WALL_PASSWORD]
    return {CONF_WALL_USERNAME: username, CONF_WALL_PASSWORD: password} if password else None
