"""The errors of actions, in the user's language."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN


def mistake(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for what the caller can put right."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def failure(key: str, **placeholders: str) -> HomeAssistantError:
    """Return the error for what went wrong on the way."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)
