"""From a Viewtron camera entity to a camera that a Thin Client can take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..catalog import split_unique_id
from ..const import CONF_KIND, CONF_WALL_PASSWORD, CONF_WALL_USERNAME, DOMAIN, KIND_THIN_CLIENT
from ..errors import device_errors
from ..runtime import ViewtronRuntime
from ..thin_client import NewCamera, Stream
from ..viewtron.models import StreamFormat
from ..wall_runtime import camera_source
from ..web_address import web_address
from .errors import mistake
from .targets import name_of

_FORMATS: Final = (("h265", "H265"), ("h264", "H264"), ("mjpeg", "MJPEG"), ("mpeg4", "MPEG4"))
"""How a device's word begins, variants such as `h265plus` included, and what a Thin Client calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A Viewtron camera, or a recorder's channel, with all that a Thin Client must know of it."""

    key: str
    """What it is remembered by: the Viewtron device's id, with `_<channel>` on a recorder."""
    name: str
    address: str
    channel: int
    """As a Thin Client counts, from 0."""
    streams: tuple[Stream, ...]
    username: str = field(repr=False)
    password: str = field(repr=False)

    def camera(self, camera_id: str, name: str | None = None) -> NewCamera:
        """Return the camera to be written, under an id of the wall."""
        return NewCamera(
            id=camera_id,
            name=name or self.name,
            address=self.address,
            streams=self.streams,
            username=self.username,
            password=self.password,
            channel=self.channel,
        )


async def find_source(hass: HomeAssistant, entity_id: str) -> Source:
    """Find the Viewtron camera behind a camera entity, HD or SD, and ask it for its streams.

    Raises ServiceValidationError if it is none of ViewWall's or not set up, HomeAssistantError if it does not answer.
    """
    entity = er.async_get(hass).async_get(entity_id)
    entry = hass.config_entries.async_get_entry(entity.config_entry_id) if entity and entity.config_entry_id else None
    if entity is None or entry is None or entity.domain != Platform.CAMERA or entry.domain != DOMAIN:
        raise mistake("no_viewtron_camera", entity=entity_id)
    if entry.data[CONF_KIND] == KIND_THIN_CLIENT:
        raise mistake("camera_of_wall", entity=entity_id)
    if entry.state is not ConfigEntryState.LOADED:
        raise mistake("not_loaded", target=entity_id)
    runtime: ViewtronRuntime = entry.runtime_data
    key = split_unique_id(entity.unique_id, runtime.device_id)
    if key is None:
        raise mistake("no_viewtron_camera", entity=entity_id)
    channel = key[0]
    device = dr.async_get(hass).async_get(runtime.registry_id(channel))
    name = name_of(device) if device else entry.title
    with device_errors(name):
        formats = await runtime.client.stream_formats(channel)
        addresses = await runtime.streams.plain(channel)
    has_own_login = CONF_WALL_USERNAME in entry.options
    username = entry.options[CONF_WALL_USERNAME] if has_own_login else entry.data[CONF_USERNAME]
    password = entry.options[CONF_WALL_PASSWORD] if has_own_login else entry.data[CONF_PASSWORD]
    return Source(
        key=camera_source(entity.unique_id),
        name=name,
        address=entry.data[CONF_HOST],
        channel=0 if channel is None else channel - 1,
        streams=_streams(addresses, formats, web_address(entry.data) + runtime.client.snapshot_path(channel)),
        username=username,
        password=password,
    )


def _streams(addresses: Sequence[str], formats: Sequence[StreamFormat], snapshot: str) -> tuple[Stream, ...]:
    """Put addresses and formats together; what the device does not tell stays at a Thin Client's own default."""
    streams = []
    for number, (address, known) in enumerate(zip_longest(addresses, formats[: len(addresses)])):
        told = known or StreamFormat()
        streams.append(
            Stream(
                media_uri=address,
                snapshot_uri=snapshot,
                format=_format(told.encoding),
                fps=told.frame_rate or 0,
                number=number,
                width=told.width or 0,
                height=told.height or 0,
            )
        )
    return tuple(streams)


def _format(encoding: str | None) -> str:
    """Return a Thin Client's word for a codec; nearly all streams are H.264 where the device does not tell."""
    return next((word for start, word in _FORMATS if encoding and encoding.startswith(start)), "H264")
