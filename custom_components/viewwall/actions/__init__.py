"""The actions of ViewWall."""

from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service import async_register_admin_service, verify_domain_control

from ..const import DOMAIN
from .base import Action, perform
from .outputs import OUTPUT_ACTIONS
from .plates import PLATE_ACTIONS
from .ptz import PTZ_ACTIONS
from .recordings import RECORDING_ACTIONS
from .wall import WALL_ACTIONS
from .wall_cameras import CAMERA_ACTIONS
from .wall_panels import PANEL_ACTIONS
from .wall_system import SYSTEM_ACTIONS

_ACTIONS: Final[tuple[type[Action[Any, Any]], ...]] = (
    *OUTPUT_ACTIONS,
    *PTZ_ACTIONS,
    *RECORDING_ACTIONS,
    *WALL_ACTIONS,
    *PANEL_ACTIONS,
    *CAMERA_ACTIONS,
    *SYSTEM_ACTIONS,
    *PLATE_ACTIONS,
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register all actions; they are there before any device, so that automations can be checked."""
    for action in _ACTIONS:
        handler = partial(perform, action)
        if action.is_admin:
            async_register_admin_service(hass, DOMAIN, action.name, handler, action.schema(), action.response)
        else:
            hass.services.async_register(
                DOMAIN,
                action.name,
                verify_domain_control(DOMAIN)(handler),
                action.schema(),
                supports_response=action.response,
            )
