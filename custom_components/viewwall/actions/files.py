"""Files that actions read and write: below the paths that Home Assistant allows, never in the event loop."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .errors import failure, mistake


async def allowed_path(hass: HomeAssistant, filename: str, *, to_write: bool) -> Path:
    """Return the path of a file that may be written, or that may be read and is there.

    Raises ServiceValidationError.
    """
    path = Path(filename)

    def _look() -> ServiceValidationError | None:
        """Return what is wrong with the path."""
        if not path.name or not hass.config.is_allowed_path(filename):
            return mistake("path_not_allowed", filename=filename)
        if to_write:
            return None if path.parent.is_dir() and not path.is_dir() else mistake("no_such_folder", filename=filename)
        return None if path.is_file() else mistake("no_such_file", filename=filename)

    if (wrong := await hass.async_add_executor_job(_look)) is not None:
        raise wrong
    return path


async def write_file(hass: HomeAssistant, path: Path, content: bytes) -> None:
    """Write a file. Raises HomeAssistantError if the system refuses."""
    try:
        await hass.async_add_executor_job(path.write_bytes, content)
    except OSError as error:
        raise failure("cannot_write", filename=str(path), reason=error.strerror or type(error).__name__) from error
