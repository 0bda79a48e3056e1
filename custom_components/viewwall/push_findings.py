"""What a camera's addresses for events say about its silence."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components import webhook
from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID

from .provisioning import SlotTrouble
from .push_address import as_push_address, push_url
from .runtime import ViewtronRuntime
from .viewtron.http_post import PushAddress

_OF_TROUBLE: Final[Mapping[SlotTrouble, str]] = {
    SlotTrouble.NO_SLOT: "no_slot",
    SlotTrouble.FOREIGN_LOGIN: "foreign_login",
    SlotTrouble.REFUSED: "not_taken",
    SlotTrouble.TAKEN_AWAY: "taken_away",
    SlotTrouble.DISABLED: "switched_off",
}


def what_is_wrong(runtime: ViewtronRuntime) -> str:
    """Return what a camera's addresses, as it told them last, say about its silence."""
    provisioning = runtime.provisioning
    if runtime.info.kind.is_nvr:
        return "still_nothing"
    if provisioning.trouble is not None:
        return _OF_TROUBLE[provisioning.trouble]
    if provisioning.slots is None:
        return "cannot_see"
    wanted = _wanted_address(runtime)
    own = provisioning.slots.of(wanted.path)
    if own is None:
        ours, server = webhook.async_generate_path(""), wanted.folded()[1]
        others = (slot.address for slot in provisioning.slots.slots if slot.address is not None)
        is_other = any(each.path.startswith(ours) and each.folded()[1] == server for each in others)
        return "other_path" if is_other else "not_in_camera"
    if not own.enabled:
        return "switched_off"
    if not wanted.same_as(own.address):
        return "other_address"
    return "all_right" if own.is_complete else "incomplete"


def can_set_up(runtime: ViewtronRuntime) -> bool:
    """Tell whether there is a place in the camera for our address, and need for it."""
    if (slots := runtime.provisioning.slots) is None:
        return False
    wanted = _wanted_address(runtime)
    own = slots.of(wanted.path)
    return slots.has_free if own is None else not own.serves(wanted)


def is_set_up(runtime: ViewtronRuntime) -> bool:
    """Tell whether the camera itself has told that our address stands in it, by the user's consent."""
    provisioning = runtime.provisioning
    if not provisioning.wanted or provisioning.trouble is not None or provisioning.slots is None:
        return False
    wanted = _wanted_address(runtime)
    own = provisioning.slots.of(wanted.path)
    return own is not None and own.serves(wanted)


def _wanted_address(runtime: ViewtronRuntime) -> PushAddress:
    data, options = runtime.entry.data, runtime.entry.options
    return as_push_address(push_url(runtime.hass, data[CONF_WEBHOOK_ID], host=data[CONF_HOST], options=options))
