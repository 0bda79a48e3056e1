"""Reading and setting the addresses that a camera posts to."""

from dataclasses import replace
from typing import Literal, Unpack
from xml.etree import ElementTree as ET

from . import answers_alarm
from .device import Simulator
from .request_body import (
    CommandError,
    MissingElementError,
    boolean,
    child,
    parse_body,
    refuse_attributes,
    text,
    whole,
)
from .state import Answer, HttpPostSlot, Request, Settings

type Attributes = Literal["wanted", "refused", "free"]

DATA_TYPES = ("alarmStatus", "traject", "smartData", "sourceImage", "targetImage")
EVENTS = (
    "ALL", "MOTION", "SENSOR", "PERIMETER", "TRIPWIRE", "OSC", "AVD", "AOIENTRY", "AOILEAVE", "PASSLINECOUNT",
    "TRAFFIC", "VSD", "PVD", "LOITER", "ASD",
)  # fmt: skip
EVENTS_OF_PLATE_CAMERA = ("ALL", "MOTION", "SENSOR", "AVD", "VEHICLE")
_SECONDS = range(30, 121)
_PORTS = range(1, 65536)
_PUSH_VERSION = "V2"
"""The version of the posts that an address has when nobody says another."""


class HttpPostCommands(Simulator):
    """A camera whose addresses can be read and set; the old block and the new one know nothing of each other."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up addresses that are all empty."""
        super().__init__(**settings)
        plates_only = self.v2 and self.field
        self.http_post: list[HttpPostSlot] = []
        """The slots of the new block by their ids, 1 first; one without a domain is empty."""
        self.old_post = HttpPostSlot(id=0, data_types=DATA_TYPES)
        """The address of the old block."""
        self.has_http_post = True
        """Whether the commands are there."""
        self.http_post_old_block = not plates_only
        """Whether the old block is there; what is sent for one that is not there is ignored."""
        self.http_post_new_block = self.v2 or not self.field
        """Whether the new block is there."""
        self.http_post_lists_empty = False
        """Whether the new block lists empty slots too."""
        self.http_post_attributes: Attributes = "refused" if self.field and not self.v2 else "wanted"
        """Whether the lists of a Set need type and count, or any attribute below the root is an error."""
        self.http_post_merges = False
        """Whether slots that a Set leaves out stay as they are."""
        self.http_post_ignored = False
        """Whether a Set succeeds and changes nothing."""
        self.http_post_read_only = False
        """Whether a Set is not permitted."""
        self.http_post_extra = False
        """Whether each slot has pushProtocolVersion, which is V2 after a Set without it."""
        self.http_post_slots_max = 3
        """How many slots the new block has, at most 3."""
        self.http_post_data_list = "subDataType" if plates_only else "subscribeDateType"
        """What the list of data types is called."""
        self.http_post_events = EVENTS_OF_PLATE_CAMERA if plates_only else EVENTS
        """The words that a slot may have as its events."""
        self.http_post_writes: list[bytes] = []
        """The bodies that were taken for good, also while `http_post_ignored`."""
        self.http_post_broken_logins: list[int] = []
        """Slots that still post to the same address after a Set, but no longer with its password."""
        self.empty_slots()
        self.commands |= {
            "GetHttpPostConfig": self.get_http_post_config,
            "SetHttpPostConfig": self.set_http_post_config,
        }
        self.conditions |= dict.fromkeys(("GetHttpPostConfig", "SetHttpPostConfig"), lambda: self.has_http_post)

    def empty_slots(self) -> None:
        """Empty the addresses of both blocks."""
        self.http_post = [HttpPostSlot(id=number) for number in (1, 2, 3)]
        self.old_post = HttpPostSlot(id=0, data_types=DATA_TYPES)

    def slots(self) -> list[HttpPostSlot]:
        """Return the addresses that there are, empty ones too, that of the old block first."""
        old = [self.old_post] if self.http_post_old_block else []
        new = self.http_post if self.http_post_new_block else []
        return old + [slot for slot in new if slot.id <= self.http_post_slots_max]

    def is_online(self) -> bool:
        """Tell whether the address of the old block answers."""
        return False

    def slots_written(self, changed: set[int]) -> None:
        """Take notice of the ids of the addresses that a Set has changed."""

    def get_http_post_config(self, request: Request) -> Answer:
        """Answer GetHttpPostConfig."""
        shown = [slot for slot in self.slots() if slot.id and (slot.domain or self.http_post_lists_empty)]
        body = answers_alarm.http_post(
            self.config_version,
            self.old_post if self.http_post_old_block else None,
            shown if self.http_post_new_block else None,
            most=self.http_post_slots_max,
            data_tag=self.http_post_data_list,
            online=self.is_online(),
            extra=self.http_post_extra,
        )
        return Answer(body=body)

    def set_http_post_config(self, request: Request) -> Answer:
        """Answer SetHttpPostConfig: set what is sent, or nothing when part of it cannot be set."""
        if self.http_post_read_only:
            raise CommandError(4)
        body = parse_body(request.body)
        if self.http_post_attributes == "refused":
            refuse_attributes(body)
        old = body.find("httpPost") if self.http_post_old_block else None
        new = body.find("httpPostV2") if self.http_post_new_block else None
        if old is None and new is None:
            raise MissingElementError("httpPost")
        after = {} if old is None else {0: _old_post(old)}
        if new is not None:
            after |= self._new_slots(new)
        self.http_post_writes.append(request.body)
        if not self.http_post_ignored:
            self._replace(after)
        return self.succeed()

    def _replace(self, after: dict[int, HttpPostSlot]) -> None:
        """Put new addresses in the places of the old ones, and note which logins that breaks."""
        before = {slot.id: slot for slot in (self.old_post, *self.http_post)}
        changed = {number for number, slot in after.items() if slot != before.get(number)}
        for number in sorted(changed & set(before)):
            was, now = before[number], after[number]
            if was.password and now.url == was.url and _login(now) != _login(was):
                self.http_post_broken_logins.append(number)
        self.old_post, *self.http_post = (slot for _, slot in sorted((before | after).items()))
        self.slots_written(changed)

    def _new_slots(self, block: ET.Element) -> dict[int, HttpPostSlot]:
        """Read the new block; a slot that is not in it is empty from now on, unless the firmware merges."""
        urls = child(block, "postUrlConf", "urlList")
        items = urls.findall("item")
        if len(items) > self.http_post_slots_max:
            raise CommandError(19)
        self._check_list(urls)
        found = [self._new_slot(item) for item in items]
        slots = {slot.id: slot for slot in found}
        if len(slots) < len(found):
            raise CommandError(16)
        if self.http_post_merges:
            return slots
        return {number: slots.get(number) or HttpPostSlot(id=number) for number in self._numbers()}

    def _new_slot(self, item: ET.Element) -> HttpPostSlot:
        """Read one address of the new block; without a domain it is an empty one."""
        number = _within(self._numbers(), item, "urlId")
        url = child(item, "url")
        slot = HttpPostSlot(
            id=number,
            switch=boolean(item, "switch"),
            protocol=_one_of(("http", "https"), url, "protocol"),
            domain=_domain(url, "domain"),
            port=_within(_PORTS, url, "port"),
            path=text(url, "path"),
            heartbeat=boolean(item, "heatBeatSwitch"),
            interval=_within(_SECONDS, item, "keepaliveTimeval"),
            data_types=self._data_types(item),
            events=self._words(item, "subscriptionEvents", self.http_post_events),
            authentication=_one_of(("none", "basic"), url, "authentication"),
            username=url.findtext("username", "").strip(),
            password=url.findtext("password", "").strip(),
        )
        if self.http_post_extra:
            slot.push_version = item.findtext("pushProtocolVersion", _PUSH_VERSION).strip()
        return slot if slot.domain else HttpPostSlot(id=number)

    def _numbers(self) -> range:
        """Return the ids that the slots of the new block may have."""
        return range(1, self.http_post_slots_max + 1)

    def _data_types(self, item: ET.Element) -> tuple[str, ...]:
        """Read the data types; in the field a list of another name is not noticed."""
        if self.field and item.find(self.http_post_data_list) is None:
            return ()
        return self._words(item, self.http_post_data_list, DATA_TYPES)

    def _words(self, parent: ET.Element, tag: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """Read a list of words; raises CommandError 16 for one that is not known."""
        block = child(parent, tag)
        self._check_list(block)
        words = tuple(text(item) for item in block.findall("item"))
        if not set(words) <= set(known):
            raise CommandError(16)
        return words

    def _check_list(self, block: ET.Element) -> None:
        """Insist on type and count of a list where the firmware does."""
        if self.http_post_attributes != "wanted":
            return
        if (block.get("type"), block.get("count")) != ("list", str(len(block.findall("item")))):
            # The second generation says so of a missing type elsewhere, the first of all odd bodies.
            raise CommandError(16 if self.v2 else 3)


def _old_post(block: ET.Element) -> HttpPostSlot:
    """Read the old block; without an address it is empty."""
    empty = HttpPostSlot(id=0, data_types=DATA_TYPES)
    slot = replace(
        empty,
        switch=boolean(block, "bSwitch"),
        domain=_domain(block, "serverIp"),
        port=_within(_PORTS, block, "serverPort"),
        interval=_within(_SECONDS, block, "keepaliveTimeval"),
        path=text(block, "URL"),
    )
    return slot if slot.domain else empty


def _login(slot: HttpPostSlot) -> tuple[str, str, str]:
    """Return how a slot logs in."""
    return slot.authentication, slot.username, slot.password


def _within(limits: range, parent: ET.Element, *path: str) -> int:
    """Return a number; raises MissingElementError, or CommandError 16 when it is out of range."""
    value = whole(parent, *path)
    if value not in limits:
        raise CommandError(16)
    return value


def _one_of(words: tuple[str, ...], parent: ET.Element, *path: str) -> str:
    """Return a word; raises MissingElementError, or CommandError 16 when it is another one."""
    value = text(parent, *path)
    if value not in words:
        raise CommandError(16)
    return value


def _domain(parent: ET.Element, *path: str) -> str:
    """Return a name or address; raises MissingElementError, or CommandError 16 when more stands with it."""
    value = text(parent, *path)
    if any(mark in value for mark in "/: "):
        raise CommandError(16)
    return value
