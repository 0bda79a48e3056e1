"""What a run of Home Assistant writes and shows, gathered from everywhere; and all spellings of the secrets in it."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import md5, sha256
from html import escape
import json
import logging
from typing import Any
from urllib.parse import quote, quote_plus

from homeassistant.components.trace.util import async_get_trace, async_list_traces
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.json import ExtendedJSONEncoder
from homeassistant.helpers.recorder import get_instance, session_scope

from custom_components.viewwall.const import DOMAIN
from tests.recording import written

REALMS = ("device", "IP Camera", "iPC")
FOREIGN_LOGGERS = frozenset({"aiohttp.access"})
"""The web server's own log of all addresses that are asked for, the webhooks of every integration included."""


def spellings(password: str, *users: str, realms: Iterable[str] = REALMS) -> set[str]:
    """Return a password in every form in which it is sent, stored or printed."""
    found = {
        password,
        quote(password, safe=""),
        quote(password),
        quote_plus(password),
        escape(password),
        escape(password, quote=False),
        json.dumps(password)[1:-1],
        repr(password)[1:-1],
        b64encode(password.encode()).decode().rstrip("="),
        md5(password.encode()).hexdigest(),
        sha256(password.encode()).hexdigest(),
    }
    for user in users:
        found.add(b64encode(f"{user}:{password}".encode()).decode().rstrip("="))
        found |= {md5(f"{user}:{realm}:{password}".encode()).hexdigest() for realm in realms}
    return found


class Told:
    """Everything that was written and shown, by where."""

    def __init__(self, hass: HomeAssistant, log: Any, storage: Mapping[str, Any]) -> None:
        """Listen from now on."""
        self._hass = hass
        self._log = log
        self._storage = storage
        self.texts: list[tuple[str, str]] = []
        for name in ("", "homeassistant", "custom_components.viewwall", "aiohttp", "asyncio"):
            log.set_level(logging.DEBUG, logger=name)
        for name in FOREIGN_LOGGERS:
            log.set_level(logging.WARNING, logger=name)

        @callback
        def _hear(event: Event[Any]) -> None:
            self.add(f"event {event.event_type}", event.as_dict())

        hass.bus.async_listen(MATCH_ALL, _hear)

    def add(self, where: str, what: object) -> None:
        """Note something that was shown."""
        if not isinstance(what, str):
            what = json.dumps(what, cls=ExtendedJSONEncoder, ensure_ascii=False, default=repr)
        self.texts.append((where, what))

    def add_error(self, where: str, error: BaseException) -> None:
        """Note an error with everything that made it."""
        found: BaseException | None = error
        while found is not None:
            self.add(f"error of {where}", f"{found!r} {found} {getattr(found, 'translation_placeholders', None)}")
            found = found.__cause__ or found.__context__

    async def gather(self) -> None:
        """Add what stands where it stands now: states, registries, repairs, notifications, traces, database."""
        hass = self._hass
        await hass.async_block_till_done(wait_background_tasks=True)
        for state in hass.states.async_all():
            self.add(f"state {state.entity_id}", state.as_dict())
        for issue in ir.async_get(hass).issues.values():
            self.add(f"repair {issue.issue_id}", repr(issue))
        for device in dr.async_get(hass).devices:
            self.add("device", repr(device))
        for entity in er.async_get(hass).entities.values():
            self.add(f"entity {entity.entity_id}", repr(entity))
        for flow in hass.config_entries.flow.async_progress():
            self.add("flow under way", repr(flow))
        for entry in hass.config_entries.async_entries(DOMAIN):
            self.add("entry", repr((entry, entry.reason, entry.error_reason_translation_placeholders)))
        self.add("persistent_notification", repr(hass.data.get("persistent_notification")))
        for trace in await async_list_traces(hass, "automation", None):
            self.add("trace", await async_get_trace(hass, f"automation.{trace['item_id']}", trace["run_id"]))

    async def finish(self) -> None:
        """Let everything be written that is still to be written, and add what is on the disk."""
        await written(get_instance(self._hass))
        self.add("database", await get_instance(self._hass).async_add_executor_job(_dump, self._hass))
        self._hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await self._hass.async_block_till_done(wait_background_tasks=True)
        for name, content in self._storage.items():
            kept = json.loads(json.dumps(content, cls=ExtendedJSONEncoder, default=repr))
            if name == "core.config_entries":
                for entry in kept["data"]["entries"]:
                    if entry["domain"] == DOMAIN:
                        # This is where secrets belong.
                        entry.update(data=None, options=None)
            self.add(f".storage/{name}", kept)

    def log(self, lowest: int = logging.DEBUG) -> Iterator[tuple[str, str]]:
        """Yield the lines of the log from a level on, tracebacks included."""
        formatter = logging.Formatter("%(message)s")
        for record in self._log.records:
            if record.levelno >= lowest and record.name not in FOREIGN_LOGGERS:
                yield f"log {record.name} {record.levelname}", formatter.format(record)

    def where(self, needles: Iterable[str], *, within: str = "") -> list[str]:
        """Tell where one of these texts stands; `within` is how the places begin."""
        places = [place for place in self.texts if place[0].startswith(within)]
        return _found(needles, [*places, *(self.log() if within in ("", "log") else ())])

    def in_log_above_debug(self, needles: Iterable[str]) -> list[str]:
        """Tell which lines of the log hold one of these texts, those for developers left out."""
        return _found(needles, list(self.log(logging.INFO)))


def _found(needles: Iterable[str], places: list[tuple[str, str]]) -> list[str]:
    wanted = {needle.lower() for needle in needles}
    assert all(len(needle) > 5 for needle in wanted)
    hits: list[str] = []
    for where, text in dict.fromkeys(places):
        folded = text.lower()
        at = [(needle, folded.find(needle)) for needle in wanted]
        hits += [f"{where}: ...{text[max(0, start - 80) : start + len(it) + 20]}..." for it, start in at if start >= 0]
    return hits


def _dump(hass: HomeAssistant) -> str:
    """Return the recorder's whole database as SQL."""
    with session_scope(hass=hass, read_only=True) as session:
        return "\n".join(session.connection().connection.iterdump())
