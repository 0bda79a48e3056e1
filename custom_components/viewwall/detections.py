"""What a message does: alarms, pictures, event entities and the bus event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .alarms import CHANNEL_FIELDS, DETECTION_KEYS, PRESENCE_HOLD, post_rows
from .catalog import unique_id
from .const import DOMAIN, EVENT_VIEWWALL
from .counters import COUNTING
from .pictures import image_key
from .recent import RecentBodies, RecentKeys
from .runtime import FiredEvent, ViewtronRuntime
from .viewtron import DetectionType, EventItem, Face, Picture, Plate, Post, PostKind

if TYPE_CHECKING:
    from .push import Origin

SAME_BYTES: Final = 10.0
SAME_EVENT: Final = 2.0
METADATA_PAUSE: Final = 10.0
MAX_CLOCK_ERROR: Final = timedelta(minutes=5)
MAX_REMEMBERED_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Finding:
    """One thing to tell users: a detection, or one plate or face of it."""

    plate: Plate | None = None
    face: Face | None = None
    target_kind: str = "target"
    target: Picture | None = None


class PostApplier:
    """Applies the messages of one device, one after the other."""

    def __init__(self, hass: HomeAssistant, runtime: ViewtronRuntime) -> None:
        """Apply to the stores and entities of `runtime`."""
        self._hass = hass
        self._runtime = runtime
        self._bodies = RecentBodies(SAME_BYTES, MAX_REMEMBERED_BYTES)
        self._events = RecentKeys(SAME_EVENT)
        self._metadata = RecentKeys(METADATA_PAUSE)

    async def apply(self, post: Post, body: bytes, origin: Origin, arrival: datetime) -> None:
        """Do what a message says; one about a hidden channel says nothing but that the device is alive."""
        if post.kind is not PostKind.ALARM_STATUS and self._runtime.hides(post.channel):
            if post.detection is not DetectionType.ALARM_INPUT:
                return
            # The inputs are the recorder's own, whatever channel is named beside them.
            post = replace(post, channel=None)
        match post.kind:
            case PostKind.ALARM_STATUS:
                await self._apply_status(post)
            case PostKind.TRAJECT:
                await self._apply_tracking(post)
            case PostKind.DETECTION:
                if self._bodies.add(body, self._hass.loop.time()):
                    await self._apply_detection(post, origin, arrival)

    async def _apply_status(self, post: Post) -> None:
        runtime = self._runtime
        nvr = runtime.info.kind.is_nvr
        # The alarm inputs are the recorder's own, whatever channel a message names beside them.
        channel = post.channel if runtime.hides(post.channel) else self._channel(post)
        rows = list(post_rows(post.alarms, nvr=nvr, channel=channel))
        rows = [row for row in rows if row.channel is None or runtime.knows_channel(row.channel)]
        for row in rows:
            runtime.board.pushed(row)
        await self._ensure(Platform.BINARY_SENSOR, {(row.channel, row.key) for row in rows})
        if nvr and any(name.lower() in CHANNEL_FIELDS for name in post.alarms):
            runtime.coordinator.refresh_soon("channels")
        runtime.note_unknown_fields(post.alarms)

    async def _apply_tracking(self, post: Post) -> None:
        channel = self._channel(post)
        keys = {(channel, f"{target.type}_present") for target in post.targets if target.type}
        for key in keys:
            self._runtime.board.detected(key, None, (), PRESENCE_HOLD)
        await self._ensure(Platform.BINARY_SENSOR, keys)

    async def _apply_detection(self, post: Post, origin: Origin, arrival: datetime) -> None:
        runtime = self._runtime
        channel = self._channel(post)
        detection = post.detection or DetectionType.UNKNOWN
        if channel is not None:
            runtime.ensure_channel(channel)
        if key := self._alarm_key(detection):
            alarm = (None if key.startswith("alarm_input_") else channel, key)
            for item in post.events or (EventItem(),):
                runtime.board.detected(alarm, item.status, () if item.id is None else (item.id,))
            await self._ensure(Platform.BINARY_SENSOR, {alarm})
        is_new = self._is_new(post, channel, detection)
        if post.counts is not None or detection in COUNTING:
            await runtime.counters.take(post, channel, arrival, is_new=is_new)
        if detection is DetectionType.VIDEO_METADATA and not is_new:
            return
        for finding in _findings(post):
            images = await self._show_pictures(post, channel, detection, finding)
            if not is_new:
                continue
            data = self._bus_event(post, channel, detection, finding, images, origin, arrival)
            attributes = _attributes(data)
            if finding.plate is not None:
                await self._show_plate(channel, finding.plate, attributes)
            await self._fire((channel, "detection"), FiredEvent(detection.value, attributes))
            self._hass.bus.async_fire(EVENT_VIEWWALL, data)

    def _channel(self, post: Post) -> int | None:
        return post.channel if self._runtime.knows_channel(post.channel) else None

    def _alarm_key(self, detection: DetectionType) -> str | None:
        if detection is DetectionType.ALARM_INPUT:
            # The message does not say which input: only where there is one, it is known.
            inputs = self._runtime.coordinator.data.inputs
            return f"alarm_input_{inputs[0].id}" if len(inputs) == 1 else None
        return DETECTION_KEYS.get(detection)

    def _is_new(self, post: Post, channel: int | None, detection: DetectionType) -> bool:
        """Tell whether a detection is an event of its own, or one that was told before."""
        now = self._hass.loop.time()
        if detection is DetectionType.VIDEO_METADATA and not self._metadata.add(channel, now):
            return False
        keys = [(channel, detection, item.id, item.status) for item in post.events if item.id is not None]
        if not keys:
            return True
        return any([self._events.add(key, now) for key in keys])  # noqa: C419  (each must be noted)

    async def _show_pictures(
        self, post: Post, channel: int | None, detection: DetectionType, finding: _Finding
    ) -> dict[str, str | None]:
        """Put the pictures of a finding into their image entities; return which entities hold them."""
        overview = None if detection is DetectionType.VIDEO_METADATA else post.overview
        shown = {
            "overview": await self._show_picture(channel, "overview", overview),
            "target": await self._show_picture(channel, finding.target_kind, finding.target),
        }
        if self._runtime.pictures.get(channel, "overview") is None:
            # It had to make room for the crop.
            shown["overview"] = None
        return shown

    async def _show_picture(self, channel: int | None, kind: str, picture: Picture | None) -> str | None:
        if picture is None or not picture.looks_like_jpeg:
            return None
        runtime = self._runtime
        changed = runtime.pictures.put(channel, kind, picture)
        if not changed:
            return None
        await self._ensure(Platform.IMAGE, {(channel, kind)})
        for changed_kind in changed:
            runtime.changes.call((channel, image_key(changed_kind)))
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id(Platform.IMAGE, DOMAIN, unique_id(runtime.device_id, (channel, kind)))
        entry = registry.async_get(entity_id) if entity_id else None
        return None if entry is None or entry.disabled else entity_id

    async def _show_plate(self, channel: int | None, plate: Plate, attributes: Mapping[str, Any]) -> None:
        runtime = self._runtime
        runtime.plates[channel] = plate
        await self._ensure(Platform.SENSOR, {(channel, "last_plate"), (channel, "plate_list")})
        runtime.changes.call((channel, "last_plate"))
        await self._fire((channel, "license_plate"), FiredEvent(plate_event_type(plate), attributes))

    async def _fire(self, key: tuple[int | None, str], event: FiredEvent) -> None:
        """Fire an event entity; the event that makes it appear is its first state."""
        if self._runtime.events.call(key, event):
            return
        self._runtime.first_events[key] = event
        await self._ensure(Platform.EVENT, {key})
        self._runtime.first_events.pop(key, None)

    async def _ensure(self, platform: Platform, keys: set[tuple[int | None, str]]) -> None:
        for channel, _ in keys:
            if channel is not None:
                self._runtime.ensure_channel(channel)
        await self._runtime.catalog.ensure(platform, keys)

    @callback
    def _bus_event(
        self,
        post: Post,
        channel: int | None,
        detection: DetectionType,
        finding: _Finding,
        images: dict[str, str | None],
        origin: Origin,
        arrival: datetime,
    ) -> dict[str, Any]:
        age = None if post.time is None else (arrival - post.time).total_seconds()
        moment = post.time if post.time and abs(arrival - post.time) <= MAX_CLOCK_ERROR else arrival
        return {
            "device_id": self._runtime.registry_id(channel),
            "source": {
                "mac": post.device.mac,
                "serial": post.device.serial,
                "name": post.device.name,
                "channel": post.channel,
            },
            "origin": {"address": origin.address, "is_device": origin.is_device, "by": "webhook"},
            "type": detection.value,
            "code": post.code,
            "status": post.status.value if post.status else None,
            "event_ids": list(post.event_ids),
            "time": dt_util.as_utc(moment).isoformat(),
            "device_time": post.device_time,
            "age": age,
            "targets": [
                {
                    "id": target.id,
                    "type": target.type.value if target.type else None,
                    "box": [value / 10000 for value in target.box] if target.box else None,
                }
                for target in post.targets
            ],
            "plate": plate_data(finding.plate) if finding.plate else None,
            "face": _face_data(finding.face) if finding.face else None,
            "images": images,
        }


def _findings(post: Post) -> Iterator[_Finding]:
    """Yield what a message tells, plate by plate and face by face."""
    for plate in post.plates:
        yield _Finding(plate=plate, target_kind="plate", target=plate.crop)
    for face in post.faces:
        yield _Finding(face=face, target_kind="face", target=face.crop)
    if not post.plates and not post.faces:
        yield _Finding(target=next((crop for crop in post.crops if crop.looks_like_jpeg), None))


def plate_event_type(plate: Plate) -> str:
    """Return the event type of a plate: its list, else "group" for an owner's own group, else "unlisted"."""
    if plate.listed is not None:
        return plate.listed.value
    return "group" if plate.group else "unlisted"


def plate_data(plate: Plate) -> dict[str, Any]:
    """Return a plate as the public face spells it."""
    return {
        "number": plate.number,
        "list": plate.listed.value if plate.listed else None,
        "group": plate.group,
        "owner": plate.owner,
        "color": plate.color,
        "direction": plate.direction.value if plate.direction else None,
        "confidence": plate.confidence,
        "vehicle": {
            "type": plate.vehicle.type,
            "color": plate.vehicle.color,
            "brand": plate.vehicle.brand,
            "model": plate.vehicle.model,
        },
    }


def _face_data(face: Face) -> dict[str, str | None]:
    return {"age": face.age, "sex": face.sex, "glasses": face.glasses, "mask": face.mask}


def _attributes(data: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of event entities: the bus event, and a plate's facts at hand without a second step."""
    return data | (data["plate"] or {})
