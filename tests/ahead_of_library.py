"""A pytest plugin for a Home Assistant that is newer than the test library; script/compatibility loads it first."""

# Before anything imports httpx, which Home Assistant replaces.
from homeassistant.components import logger
from homeassistant.components.logger import helpers

# The library takes it from here; Home Assistant 2026.11 has it only there.
if not hasattr(logger, "_clear_logger_overwrites"):
    setattr(logger, "_clear_logger_overwrites", helpers._clear_logger_overwrites)  # noqa: B010
