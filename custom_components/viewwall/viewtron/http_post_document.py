"""The document of a camera's addresses for events (`Get`/`SetHttpPostConfig`), read and written without any loss.

A camera has the old block `httpPost` with one address, `httpPostV2` with a list of up to three, or both; each works by
itself. Writing a list replaces it, so that whatever is not understood here must go back as it came.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from .answers import Node, to_bool, to_int
from .errors import ViewtronNotSupportedError, ViewtronProtocolError
from .requests import MAX_DEPTH, element, text

MAX_SLOTS: Final = 16
"""Most addresses that are read from one list; the papers know three."""
USUAL_SLOTS: Final = 3
OLD_SLOT: Final = 0
"""The id of the only address that the first generation of the settings has."""
DATE_TYPE: Final = "subscribeDateType"
DATA_TYPE: Final = "subDataType"
"""The list of data types, as spelled up to firmware 5.3.0 and since 5.3.1."""
EVENTS: Final = "subscriptionEvents"

_LISTS: Final = frozenset({"urllist", DATE_TYPE.lower(), DATA_TYPE.lower(), EVENTS.lower()})
# In sections, as the maker prints them.
_SECTIONS: Final = frozenset({"domain", "path", "serverip", "url", "protocoltype"})
_NO_LOGIN: Final = frozenset({"", "none", "no", "off", "false", "null", "anonymous"})
_LOGIN_NAMES: Final = frozenset({"user", "username", "account", "password", "passwd", "pwd"})
_NO_HOST: Final = frozenset({"", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"})  # noqa: S104  the words for none
_PORTS: Final = range(1, 65536)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAddress:
    """An address to post to; `path` with its leading slash."""

    protocol: str
    host: str
    port: int
    path: str

    def same_as(self, other: PushAddress | None) -> bool:
        """Tell whether both are one address, however they are spelled."""
        return other is not None and self.folded() == other.folded()

    def is_made_of(self, other: PushAddress) -> bool:
        """Tell whether this is what a camera may have made of another one, whose path can be too long for it."""
        is_cut = self.folded()[:3] == other.folded()[:3] and other.path.startswith(self.path)
        return is_cut or self.path == other.path

    def folded(self) -> tuple[str, str, int, str]:
        """Return the address in one spelling."""
        return self.protocol.lower(), self.host.strip("[]").rstrip(".").lower(), self.port, self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSlot:
    """One of the camera's addresses; `id` is 1 to 3, or `OLD_SLOT`."""

    id: int
    enabled: bool
    address: PushAddress | None = None
    """None while it is empty."""
    has_login: bool = False
    heartbeat: int | None = None
    """Seconds between two signs of life; None if they are switched off, or not told."""
    is_complete: bool = False
    """Whether it sends all that we need: switched on, with signs of life and any data (the old block has no choice)."""

    @property
    def is_free(self) -> bool:
        """Tell whether it is nobody's: one that is switched off but has an address is somebody's."""
        return not self.enabled and self.address is None

    def has_path(self, path: str) -> bool:
        """Tell whether it posts to this path, whatever the host."""
        return self.address is not None and self.address.path == path

    def serves(self, address: PushAddress) -> bool:
        """Tell whether it sends all that we need, and to this address."""
        return self.is_complete and address.same_as(self.address)


@dataclass(frozen=True, slots=True)
class Part:
    """One element: either parts or a text."""

    name: str
    text: str | None = None
    parts: tuple[Part, ...] = ()
    is_list: bool = False

    def one(self, *names: str) -> Part | None:
        """Return the first part with one of these names, in any case."""
        folded = {name.lower() for name in names}
        return next((part for part in self.parts if part.name.lower() in folded), None)

    def word(self, *names: str) -> str:
        """Return the text of a part, empty if there is none."""
        part = self.one(*names)
        return (part.text or "") if part is not None else ""

    def walk(self) -> Iterator[Part]:
        """Yield this element and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def put(self, *new: Part) -> Part:
        """Return a copy in which these parts replace those of their names, or stand behind them."""
        parts = list(self.parts)
        for part in new:
            places = [at for at, old in enumerate(parts) if old.name.lower() == part.name.lower()]
            if places:
                # The camera's own spelling stays.
                parts[places[0]] = replace(part, name=parts[places[0]].name)
            else:
                parts.append(part)
        return replace(self, parts=tuple(parts))

    def without(self, *names: str) -> Part:
        """Return a copy that lacks the parts of these names (lower case)."""
        return replace(self, parts=tuple(part for part in self.parts if part.name.lower() not in names))

    def written(self, *, attributes: bool) -> str:
        """Write the element, with or without the attributes that lists have."""
        known: dict[str, str | int] = {}
        if attributes and self.is_list:
            known = {"type": "list", "count": sum(part.name.lower() != "itemtype" for part in self.parts)}
        if self.parts:
            return element(self.name, [part.written(attributes=attributes) for part in self.parts], **known)
        value = self.text or ""
        if value and (self.name.lower() in _SECTIONS or "&" in value or "<" in value):
            return text(self.name, value, **known)
        return element(self.name, value, **known)

    def mark(self) -> tuple[object, ...]:
        """Return what must not change by itself: all but what tells a state."""
        parts = sorted((part.mark() for part in self.parts if not _tells_state(part.name)), key=repr)
        return self.name.lower(), self.text or "", tuple(parts)


def part_of(name: str, node: Node, depth: int = 0) -> Part:
    """Take an element over whole; raises ViewtronProtocolError if it is nested deeper than any settings are."""
    if depth > MAX_DEPTH:
        raise ViewtronProtocolError(f"{name}: nested too deep")
    parts = tuple(part_of(child, inner, depth + 1) for child, inner in node.children())
    is_list = name.lower() in _LISTS or (node.attribute("type") or "").lower() == "list"
    return Part(name, None if parts else node.text, parts, is_list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSettings:
    """All that a camera tells of its addresses."""

    old: Part | None
    new: Part | None
    most: int
    """How many addresses the list can hold."""
    declared: str | None
    """How the answer's own types call the list of data types."""

    @property
    def items(self) -> tuple[Part, ...]:
        """The rows of the list."""
        found = self._list()
        return tuple(part for part in found.parts if part.name.lower() == "item") if found is not None else ()

    @property
    def slots(self) -> tuple[PushSlot, ...]:
        """All addresses, those of the list first."""
        slots = tuple(slot_of(item, place) for place, item in enumerate(self.items[:MAX_SLOTS], 1))
        return slots if self.old is None else (*slots, old_slot_of(self.old))

    @property
    def free(self) -> int | None:
        """The lowest id that nobody uses, None if there is none; the old block counts only where there is no list."""
        if self.new is None:
            return OLD_SLOT if self.old is not None and old_slot_of(self.old).is_free else None
        known = {slot.id: slot for slot in self.slots if slot.id != OLD_SLOT}
        may_add = len(self.items) < self.most
        for number in range(1, self.most + 1):
            slot = known.get(number)
            if slot.is_free if slot is not None else may_add:
                return number
        return None

    @property
    def lists_empty_rows(self) -> bool:
        """Tell whether the camera lists rows that nobody uses."""
        return any(slot.is_free for slot in self.slots if slot.id != OLD_SLOT)

    @property
    def data_tag(self) -> str | None:
        """How the camera calls the list of data types; None if it has told nowhere."""
        for item in self.items:
            if (part := item.one(DATE_TYPE, DATA_TYPE)) is not None:
                return part.name
        return self.declared

    def foreign(self, before: PostSettings, ours: PushAddress | None) -> set[int]:
        """Return the slots whose address is neither ours nor was anywhere before: somebody else has put it there."""
        known = [slot.address for slot in before.slots]
        return {
            slot.id
            for slot in self.slots
            if (there := slot.address) is not None
            and not any(there.same_as(address) for address in known)
            and not (ours is not None and there.is_made_of(ours))
        }

    def item(self, number: int) -> Part | None:
        """Return the row with this id."""
        return next((item for slot, item in zip(self.slots, self.items, strict=False) if slot.id == number), None)

    def check_writable(self) -> None:
        """Raise ViewtronNotSupportedError if the list is laid out so that writing it back could lose an address."""
        if self.new is None:
            return
        numbers = [to_int(item.word("urlId") or None) for item in self.items]
        told = sum(part.name.lower() == "urlid" for part in self.new.walk())
        is_known = all(number is not None and 0 < number <= MAX_SLOTS for number in numbers)
        if not is_known or len(set(numbers)) != len(numbers) or told != len(numbers) or told > MAX_SLOTS:
            raise ViewtronNotSupportedError("SetHttpPostConfig", None, "the list cannot be written back safely")

    def with_items(self, items: Mapping[int, Part]) -> Part:
        """Return the new block with these rows, in the order of their ids."""
        new = self.new if self.new is not None else Part("httpPostV2")
        conf = new.one("postUrlConf") or Part("postUrlConf")
        urls = conf.one("urlList") or Part("urlList", is_list=True)
        rest = tuple(part for part in urls.parts if part.name.lower() != "item")
        rows = tuple(item for _, item in sorted(items.items()))
        urls = replace(urls, text=None, parts=(*rest, *rows), is_list=True)
        return new.put(conf.put(urls))

    def _list(self) -> Part | None:
        conf = self.new.one("postUrlConf") if self.new is not None else None
        return conf.one("urlList") if conf is not None else None


def read_settings(answer: Node) -> PostSettings:
    """Read an answer to `GetHttpPostConfig`; raises ViewtronProtocolError for what is nested without end."""
    old, new = answer.one("httpPost"), answer.one("httpPostV2")
    urls = new.find("urlList") if new is not None else None
    most = to_int(urls.get("maxCount")) if urls is not None else None
    types = answer.one("types")
    declared = next((name for name, _ in types.children() if _is_data_tag(name)), None) if types is not None else None
    return PostSettings(
        old=None if old is None else part_of("httpPost", old),
        new=None if new is None else part_of("httpPostV2", new),
        most=min(most, MAX_SLOTS) if most is not None and most >= 0 else USUAL_SLOTS,
        declared=declared,
    )


def slot_of(item: Part, place: int) -> PushSlot:
    """Read a row of the list; one without an id is known by its place."""
    number = to_int(item.word("urlId") or None)
    url = item.one("url") or Part("url")
    enabled = bool(to_bool(item.word("switch") or None))
    return PushSlot(
        id=number if number is not None and 0 < number <= MAX_SLOTS else place,
        enabled=enabled,
        address=_address(url.word("protocol"), url.word("domain"), url.word("port"), url.word("path")),
        has_login=_has_login(item),
        heartbeat=_seconds(item) if has_heartbeat(item) else None,
        is_complete=enabled and has_heartbeat(item) and has_words(item, DATE_TYPE, DATA_TYPE),
    )


def old_slot_of(block: Part) -> PushSlot:
    """Read the old block."""
    enabled = bool(to_bool(block.word("bSwitch") or None))
    return PushSlot(
        id=OLD_SLOT,
        enabled=enabled,
        address=_address("http", block.word("serverIp"), block.word("serverPort"), block.word("URL")),
        has_login=_has_login(block),
        heartbeat=_seconds(block),
        is_complete=enabled,
    )


def has_heartbeat(item: Part) -> bool:
    """Tell whether a row of the list sends signs of life; one without the switch does."""
    word = item.word("heatBeatSwitch", "heartBeatSwitch")
    return not word or to_bool(word) is True


def has_words(item: Part, *names: str) -> bool:
    """Tell whether a list of a row names anything."""
    return any(part.text for name in names if (found := item.one(name)) is not None for part in found.parts)


def words(name: str, chosen: tuple[str, ...]) -> Part:
    """Return a list of words."""
    return Part(name, None, tuple(Part("item", word) for word in chosen), is_list=True)


def _address(protocol: str, host: str, port: str, path: str) -> PushAddress | None:
    host = host.strip()
    if host.lower() in _NO_HOST:
        return None
    scheme = "https" if protocol.strip().lower() == "https" else "http"
    number = to_int(port or None)
    _, is_whole, rest = path.partition("://")
    if is_whole:
        path = rest.partition("/")[2]
    return PushAddress(
        protocol=scheme,
        host=host,
        port=number if number is not None and number in _PORTS else (443 if scheme == "https" else 80),
        path="/" + path.lstrip("/"),
    )


def _seconds(part: Part) -> int | None:
    number = to_int(part.word("keepaliveTimeval") or None)
    return number if number is not None and number > 0 else None


def _has_login(part: Part) -> bool:
    for each in part.walk():
        name, value = each.name.lower(), (each.text or "").lower()
        if name == "authentication" and (each.parts or value not in _NO_LOGIN):
            return True
        if name in _LOGIN_NAMES and (each.parts or value):
            return True
    return False


def _tells_state(name: str) -> bool:
    folded = name.lower()
    return "status" in folded or "online" in folded


def _is_data_tag(name: str) -> bool:
    return name.lower() in (DATE_TYPE.lower(), DATA_TYPE.lower())
