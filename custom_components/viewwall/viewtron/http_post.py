"""Where a camera posts its events: three addresses of its own, of which at most one is ours."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
import logging
from typing import TYPE_CHECKING, Final

from .errors import (
    MAY_BE_DONE,
    ErrorCode,
    ViewtronCommandError,
    ViewtronError,
    ViewtronForeignLoginError,
    ViewtronIgnoredError,
    ViewtronNoFreeSlotError,
    ViewtronNotSupportedError,
    ViewtronPermissionError,
)
from .http_post_document import (
    DATA_TYPE,
    DATE_TYPE,
    EVENTS,
    OLD_SLOT,
    Part,
    PostSettings,
    PushAddress,
    PushSlot,
    has_heartbeat,
    has_words,
    old_slot_of,
    read_settings,
    slot_of,
    words,
)
from .transport import Command

if TYPE_CHECKING:
    from .device import Device

__all__ = ["OLD_SLOT", "HttpPost", "PushAddress", "PushSlot", "PushSlots"]

_LOGGER = logging.getLogger(__name__)

_GET: Final = "GetHttpPostConfig"
_SET: Final = "SetHttpPostConfig"
_DATA: Final = ("alarmStatus", "smartData", "sourceImage", "targetImage")
_ALL_EVENTS: Final = ("ALL",)
_HEARTBEATS: Final = range(30, 121)
# What a list of data types in the wrong words, or an attribute too many or too few, is answered with.
_LAYOUT_CODES: Final = frozenset({ErrorCode.MALFORMED_XML, ErrorCode.BAD_CONTENT, ErrorCode.MISSING_PARAMETER})
_READ_ONLY: Final = ("onlinestatus", "protocoltype")


@dataclass(frozen=True, slots=True)
class PushSlots:
    """All addresses of a camera, the empty ones too where it lists them."""

    slots: tuple[PushSlot, ...]
    has_free: bool
    has_foreign_login: bool
    """Whether a row of the list has a login, which no answer tells whole: the list cannot be written back then."""

    def of(self, path: str) -> PushSlot | None:
        """Return the slot that posts to a path, whatever its host; of several, one that is complete, or at least on."""
        found = [slot for slot in self.slots if slot.has_path(path)]
        return max(found, key=lambda slot: (slot.is_complete, slot.enabled), default=None)


class HttpPost:
    """The addresses that one camera posts to. Raises any ViewtronError.

    What one method has read may be written back by it, so that only one of them runs at a time.
    """

    def __init__(self, device: Device) -> None:
        """Ask this device."""
        self._device = device
        self._in_turn = asyncio.Lock()
        self._attributes = True
        """Whether lists are written with the attributes that the maker prints; some firmware refuses any."""
        self.known: PushSlots | None = None
        """What was last read; None too where the camera has no such settings any more."""
        self.writes = 0
        """How often something was sent to be written."""

    async def read(self) -> PushSlots:
        """Ask for all addresses.

        Raises ViewtronNotSupportedError on recorders, and where the camera has no such settings.
        """
        async with self._in_turn:
            return _slots(await self._settings())

    async def claim(self, address: PushAddress, *, heartbeat: int = 30) -> PushSlot:
        """Let the camera post to an address, by a free slot or by the one that has its path already; read it back.

        No other slot is changed. Nothing is written if all is right already. Raises ViewtronNoFreeSlotError,
        ViewtronForeignLoginError before anything is written if another slot has a login, which no answer tells whole
        and so could not be written back, and ViewtronIgnoredError if reading back shows something else.
        """
        async with self._in_turn:
            before = await self._settings()
            own = _slots(before).of(address.path)
            number = before.free if own is None else own.id
            if number is None:
                raise ViewtronNoFreeSlotError("all addresses for events are in use")
            if number == OLD_SLOT:
                return await self._claim_old(before, address, heartbeat)
            return await self._claim_row(before, number, address, heartbeat)

    async def release(self, path: str) -> bool:
        """Free the slot that still holds this path; False if none does.

        Raises ViewtronForeignLoginError and ViewtronIgnoredError as `claim` does.
        """
        async with self._in_turn:
            settings = await self._settings()
            ours = [slot for slot in settings.slots if slot.has_path(path)]
            if rows := {slot.id for slot in ours} - {OLD_SLOT}:
                await self._release_rows(settings, rows, path)
            if settings.old is not None and any(slot.id == OLD_SLOT for slot in ours):
                await self._release_old(settings, settings.old, path)
            return bool(ours)

    async def _settings(self) -> PostSettings:
        is_nvr = (await self._device.known()).kind.is_nvr
        try:
            settings = None if is_nvr else read_settings(await self._device.ask(_GET))
        except ViewtronNotSupportedError:
            self.known = None
            raise
        if settings is None or (settings.old is None and settings.new is None):
            self.known = None
            raise ViewtronNotSupportedError(_GET, None, "no addresses for events")
        self.known = _slots(settings)
        return settings

    async def _claim_row(self, before: PostSettings, number: int, address: PushAddress, heartbeat: int) -> PushSlot:
        row = before.item(number)
        if row is not None and _is_right(row, address):
            return slot_of(row, number)
        _check_rows(before, {number})
        lost: ViewtronError | None = None
        after = before
        for attempt, tag in enumerate(self._data_tags(before, row)):
            rows = _rows(before) | {number: _claimed(row, number, address, heartbeat, tag)}
            try:
                lost = await self._write(before.with_items(rows))
            except ViewtronCommandError as error:
                if not _is_about_layout(error) or attempt or before.data_tag is not None:
                    await self._put_back(before, after, address)
                    raise
                continue
            after = await self._settings()
            await self._check_others(before, after, {number}, address)
            found = after.item(number)
            if found is not None and _is_right(found, address):
                return slot_of(found, number)
            is_half_right = found is not None and _is_right(found, address, without_data=True)
            if before.data_tag is not None or not is_half_right or after.foreign(before, address):
                break
        await self._put_back(before, after, address)
        raise lost or ViewtronIgnoredError(f"{_SET}: slot {number} is not as written")

    def _data_tags(self, settings: PostSettings, row: Part | None) -> Iterator[str]:
        """Yield the names that the list of data types may have, the likeliest first."""
        own = row.one(DATE_TYPE, DATA_TYPE) if row is not None else None
        if (known := own.name if own is not None else settings.data_tag) is not None:
            yield known
            return
        is_new = self._device.info is not None and _is_since_2_1(self._device.info.api_version)
        yield from (DATA_TYPE, DATE_TYPE) if is_new else (DATE_TYPE, DATA_TYPE)

    async def _claim_old(self, before: PostSettings, address: PushAddress, heartbeat: int) -> PushSlot:
        block = before.old
        if block is None or address.protocol != "http":
            raise ViewtronNotSupportedError(_SET, None, "this camera posts by plain HTTP only")
        if old_slot_of(block).serves(address):
            return old_slot_of(block)
        lost = await self._write(_old_block(block, address, heartbeat))
        after = await self._settings()
        await self._check_others(before, after, {OLD_SLOT}, address)
        if after.old is not None and old_slot_of(after.old).serves(address):
            return old_slot_of(after.old)
        await self._put_back(before, after, address)
        raise lost or ViewtronIgnoredError(f"{_SET}: the address is not as written")

    async def _release_rows(self, before: PostSettings, numbers: set[int], path: str) -> None:
        _check_rows(before, numbers)
        rows = _rows(before)
        blank = rows | {number: _blank(rows[number]) for number in numbers}
        rest = {number: row for number, row in rows.items() if number not in numbers}
        # Firmware that lists its empty rows wants them all; other firmware is told by leaving the row out.
        lost: ViewtronError | None = None
        for written in (blank,) if before.lists_empty_rows else (rest, blank):
            try:
                lost = await self._write(before.with_items(written))
            except ViewtronCommandError as error:
                if written is blank or not (_is_about_layout(error) or error.code == ErrorCode.OUT_OF_RANGE):
                    raise
                continue
            after = await self._settings()
            await self._check_others(before, after, numbers)
            if not any(slot.has_path(path) for slot in after.slots if slot.id != OLD_SLOT):
                return
            if after.foreign(before, None):
                break
        raise lost or ViewtronIgnoredError(f"{_SET}: the address is still there")

    async def _release_old(self, before: PostSettings, block: Part, path: str) -> None:
        lost = await self._write(
            block.without(*_READ_ONLY).put(Part("bSwitch", "false"), Part("serverIp", ""), Part("URL", "/"))
        )
        after = await self._settings()
        await self._check_others(before, after, {OLD_SLOT, *_ids_of(before, path)})
        if after.old is not None and old_slot_of(after.old).has_path(path):
            raise lost or ViewtronIgnoredError(f"{_SET}: the address is still there")

    async def _write(self, block: Part) -> ViewtronError | None:
        """Write one block, with attributes or without; return the error after which only reading back tells."""
        try:
            await self._order(block)
        except MAY_BE_DONE as error:
            return error
        except ViewtronCommandError as error:
            if not _is_about_layout(error) or not self._attributes:
                raise
            self._attributes = False
            try:
                await self._order(block)
            except MAY_BE_DONE as second:
                return second
            except ViewtronCommandError:
                # So it was not the attributes.
                self._attributes = True
                raise error from None
        return None

    async def _order(self, block: Part) -> None:
        self.writes += 1
        body = self._device.config(block.written(attributes=self._attributes))
        await self._device.order(Command(_SET, body=body, repeatable=True))

    async def _check_others(
        self, before: PostSettings, after: PostSettings, ours: set[int], address: PushAddress | None = None
    ) -> None:
        """Make sure that no slot but ours was changed; else write all back as it was, and raise."""
        wanted = _marks(before, ours)
        # What was free may have been taken by somebody else in the meantime.
        if wanted == _marks(after, ours | (after.foreign(before, address) - wanted.keys())):
            return
        _LOGGER.debug("The camera changed addresses that were to stay as they are; writing them back")
        await self._put_back(before, after, address)
        raise ViewtronIgnoredError(f"{_SET}: other addresses were changed, too")

    async def _put_back(self, before: PostSettings, after: PostSettings, address: PushAddress | None) -> None:
        """Write back what is not as it was before, one attempt each, but nothing over what somebody else has put there.

        `address` is what we have written. What came of it is in `known`.
        """
        foreign = after.foreign(before, address)
        old = before.old if OLD_SLOT not in foreign else None
        writes = self.writes
        try:
            for was, now in ((_list_before(before, after, foreign), after.new), (old, after.old)):
                if was is not None and (now is None or was.mark() != now.mark()):
                    try:
                        await self._write(was.without(*_READ_ONLY) if was is old else was)
                    except ViewtronError as error:
                        _LOGGER.debug("Could not write the addresses back: %s", error)
            if self.writes != writes:
                await self._settings()
        except ViewtronError as error:
            _LOGGER.debug("Could not see what came of it: %s", error)


def _slots(settings: PostSettings) -> PushSlots:
    return PushSlots(settings.slots, settings.free is not None, _foreign_login(settings, set()) is not None)


def _rows(settings: PostSettings) -> dict[int, Part]:
    return {slot.id: item for slot, item in zip(settings.slots, settings.items, strict=False)}


def _check_rows(settings: PostSettings, ours: set[int]) -> None:
    """Make sure that the rows of others can be written back; raises ViewtronError."""
    settings.check_writable()
    if (number := _foreign_login(settings, ours)) is not None:
        raise ViewtronForeignLoginError(f"slot {number} has a login, which would be lost")


def _foreign_login(settings: PostSettings, ours: set[int]) -> int | None:
    """Return the first row that is neither ours nor free and has a login."""
    others = (slot for slot in settings.slots if slot.id not in ours and slot.id != OLD_SLOT and not slot.is_free)
    return next((slot.id for slot in others if slot.has_login), None)


def _marks(settings: PostSettings, ours: set[int]) -> dict[int, object]:
    """Return what must not change, by slot; a row that is listed empty is like one that is not listed."""
    rows = _rows(settings)
    marks: dict[int, object] = {
        slot.id: rows[slot.id].mark() for slot in settings.slots if slot.id in rows and not slot.is_free
    }
    if settings.old is not None:
        marks[OLD_SLOT] = settings.old.mark()
    return {number: mark for number, mark in marks.items() if number not in ours}


def _list_before(before: PostSettings, after: PostSettings, foreign: set[int]) -> Part | None:
    """Return the list as it was, but for the rows that are somebody else's by now; None if it must not be written."""
    kept = {slot.id: row for slot, row in zip(after.slots, after.items, strict=False) if slot.id in foreign}
    if not kept:
        return before.new
    try:
        _check_rows(after, set(_rows(after)) - set(kept))
    except ViewtronError as error:
        _LOGGER.debug("The addresses cannot be written back: %s", error)
        return None
    return before.with_items(_rows(before) | kept)


def _ids_of(settings: PostSettings, path: str) -> set[int]:
    return {slot.id for slot in settings.slots if slot.has_path(path)}


def _is_right(row: Part, address: PushAddress, *, without_data: bool = False) -> bool:
    """Tell whether a row posts to an address, with a heartbeat and, unless `without_data`, with any data."""
    slot = slot_of(row, 0)
    is_whole = slot.is_complete or (without_data and slot.enabled and has_heartbeat(row))
    return is_whole and address.same_as(slot.address)


def _is_about_layout(error: ViewtronCommandError) -> bool:
    """Tell whether the same in another layout may be taken; a bare HTTP 400 names no reason at all."""
    is_bare = error.code is None and not isinstance(error, ViewtronPermissionError)
    return is_bare or error.code in _LAYOUT_CODES


def _heartbeat(told: str, wanted: int) -> Part:
    number = int(told) if told.isascii() and told.isdigit() and len(told) < len("1000") else 0
    return Part("keepaliveTimeval", str(number if number in _HEARTBEATS else wanted))


def _claimed(row: Part | None, number: int, address: PushAddress, heartbeat: int, tag: str) -> Part:
    """Return our row: what stands in it already and is not ours to say stays."""
    row = row if row is not None else Part("item")
    url = (row.one("url") or Part("url")).put(
        Part("protocol", address.protocol),
        Part("domain", address.host),
        Part("port", str(address.port)),
        Part("path", address.path),
        Part("authentication", "none"),
    )
    is_ours = slot_of(row, 0).has_path(address.path)
    beat = row.one("heartBeatSwitch")
    row = row.put(
        Part("urlId", str(number)),
        Part("switch", "true"),
        url,
        Part(beat.name if beat is not None else "heatBeatSwitch", "true"),
        _heartbeat(row.word("keepaliveTimeval") if is_ours else "", heartbeat),
    )
    if not (is_ours and has_words(row, DATE_TYPE, DATA_TYPE)):
        row = row.put(words(tag, _DATA))
    return row if is_ours and has_words(row, EVENTS) else row.put(words(EVENTS, _ALL_EVENTS))


def _blank(row: Part) -> Part:
    """Return a row that nobody uses any more."""
    url = (row.one("url") or Part("url")).put(Part("domain", ""), Part("path", "/"))
    return row.put(Part("switch", "false"), url)


def _old_block(block: Part, address: PushAddress, heartbeat: int) -> Part:
    is_ours = old_slot_of(block).has_path(address.path)
    return block.without(*_READ_ONLY).put(
        Part("bSwitch", "true"),
        Part("serverIp", address.host),
        Part("serverPort", str(address.port)),
        _heartbeat(block.word("keepaliveTimeval") if is_ours else "", heartbeat),
        Part("URL", address.path),
    )


def _is_since_2_1(version: str | None) -> bool:
    """Tell whether a version of the interface is 2.1 or newer."""
    numbers = [int(part) for part in (version or "").split(".")[:2] if part.isascii() and part.isdigit()]
    return numbers >= [2, 1]
