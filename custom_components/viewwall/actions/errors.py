"""The errors of actions, in the user's language."""

from collections.abc import Mapping

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN


class PartlyFailedError(Exception):
    """Some items of a target failed: who looks at the response gets `result`, everybody else `error`."""

    def __init__(self, result: Mapping[str, JsonValueType], error: HomeAssistantError) -> None:
        """Keep both."""
        super().__init__(str(error))
        self.result = dict(result)
        self.error = error


def mistake(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for what the caller can put right."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def failure(key: str, **placeholders: str) -> HomeAssistantError:
    """Return the error for what went wrong on the way."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)
