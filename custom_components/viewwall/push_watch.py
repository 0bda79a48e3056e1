"""The ladder: from the first message to a silence that a repair explains."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_HOST, CONF_WEBHOOK_ID, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .const import CONF_POLLING_ALONE, CONF_PUSH_SUBSCRIPTION, DOMAIN
from .push_address import AddressTrouble, judge_address, push_url, shown_place, way_of
from .push_health import NEVER_AFTER, RESTART_AFTER, PushFacts, PushTrouble, find_trouble
from .viewtron.models import DeviceKind

if TYPE_CHECKING:
    from .runtime import ViewtronRuntime

OUTAGE: Final = 20.0
"""Seconds without an answer after which a device was away, and needs time to send its heartbeat again."""
_SLACK: Final = 1.0
"""Seconds by which a timer may seem to be early."""
_TAKES_TIME: Final = frozenset({PushTrouble.RESTART, PushTrouble.SILENT, PushTrouble.NEVER})
"""What only time can tell again after a reload."""

ISSUE_KEYS: Final[Mapping[PushTrouble, str]] = {
    PushTrouble.NOT_PRIVATE: "device_not_private",
    PushTrouble.HTTPS: "push_https",
    PushTrouble.LOOPBACK: "push_loopback",
    PushTrouble.DOCKER: "push_docker",
    PushTrouble.NAME: "push_name",
    PushTrouble.NO_SLOT: "push_no_slot",
    PushTrouble.FOREIGN_LOGIN: "push_foreign_login",
    PushTrouble.REFUSED: "push_refused",
    PushTrouble.TAKEN_AWAY: "push_taken_away",
    PushTrouble.DISABLED: "push_disabled",
    PushTrouble.RESTART: "push_restart",
    PushTrouble.SILENT: "push_silent",
    PushTrouble.NEVER: "push_never",
}


def push_issue_id(entry_id: str) -> str:
    """Return the id of the only issue about a device's messages."""
    return f"push_{entry_id}"


class PushWatch:
    """Watches whether messages of one device arrive as they should, and tells the user what is in the way."""

    def __init__(self, hass: HomeAssistant, runtime: ViewtronRuntime) -> None:
        """Watch over `runtime`; nothing happens before `start`."""
        self._hass = hass
        self._runtime = runtime
        self._is_running = False
        self._cancels: list[CALLBACK_TYPE] = []
        self._address: AddressTrouble | None = None
        self._place = ""
        """Where the device should send its messages, without the secret path."""
        self._way = ""
        """From which device to which address of ours messages should come, without the secret path."""
        self._heard_before = 0
        """How many messages had come when the address changed."""
        self._started = dt_util.utcnow()
        self._started_at = 0.0
        self._silent_at: float | None = None
        self._lost_at: float | None = None
        self._back_at: float | None = None
        self._gone_at: float | None = None
        """When the last outage began that was long enough for a restart."""
        self._claimed_at: float | None = None
        self._was_subscribed = False
        self.trouble: PushTrouble | None = None
        """What is reported at present."""

    async def start(self) -> None:
        """Begin to watch."""
        runtime = self._runtime
        self._started, self._started_at = dt_util.utcnow(), self._hass.loop.time()
        self._is_running = True
        self._cancels = [
            runtime.changes.add((None, "event_push"), self._follow_push),
            runtime.coordinator.async_add_listener(self._follow_polls),
            self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._follow_config),
        ]
        runtime.coordinator.on_answer = self._note_answer
        self._look_after(NEVER_AFTER)
        await self.judge()

    @callback
    def stop(self) -> None:
        """Forget all timers; the issue stays for the return of the entry unless it is disabled."""
        self._is_running = False
        self._runtime.coordinator.on_answer = None
        for cancel in self._cancels:
            cancel()
        self._cancels.clear()
        if self._runtime.entry.disabled_by is not None:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

    async def judge(self) -> None:
        """Judge the address that the device is given, then all facts."""
        entry = self._runtime.entry
        host: str = entry.data[CONF_HOST]
        self._address = await judge_address(self._hass, host=host, options=entry.options)
        url = push_url(self._hass, entry.data[CONF_WEBHOOK_ID], host=host, options=entry.options)
        self._place = shown_place(url)
        if (way := way_of(host, url)) != self._way:
            self._way, self._heard_before = way, self._runtime.push.statistics.received
            if self._runtime.memory.proven != way:
                self._runtime.memory.prove(None)
        self.evaluate()

    @property
    def is_expecting(self) -> bool:
        """Whether messages of the device should come: it can send them, and the user wants them."""
        facts = self._facts()
        return facts.has_posted or (facts.can_push and not facts.is_unwanted)

    @callback
    def evaluate(self) -> None:
        """Take a look at all facts, and report the trouble that explains them, or none."""
        if not self._is_running:
            return
        self._follow_slot()
        facts = self._facts()
        if facts.has_posted:
            self._runtime.memory.prove(self._way)
        if facts.answers:
            self._runtime.push.tell_silence()
        trouble = find_trouble(facts)
        if trouble is None and (known := self._standing(facts)) is not None:
            self.trouble = PushTrouble(str(known.data["trouble"])) if known.data is not None else None
            return
        self._report(trouble)

    @callback
    def _follow_push(self) -> None:
        """Note when a silence begins or ends; why it began is asked at once."""
        if self._runtime.push.alive is False:
            if self._silent_at is None:
                self._silent_at = self._hass.loop.time()
                self._judge_soon()
        else:
            self._silent_at = None
        self.evaluate()

    @callback
    def _follow_polls(self) -> None:
        """Note when the device stops answering."""
        if not self._runtime.coordinator.last_update_success and self._lost_at is None:
            self._lost_at = self._hass.loop.time()
            self._look_after(OUTAGE)

    @callback
    def _note_answer(self) -> None:
        """Take note that a poll has just been answered."""
        if self._lost_at is not None:
            if self._passed(self._lost_at) >= OUTAGE:
                self._back_at, self._gone_at = self._hass.loop.time(), self._lost_at
                self._look_after(RESTART_AFTER)
            self._lost_at = None
        self.evaluate()

    @callback
    def _follow_config(self, _event: Event[Any]) -> None:
        """Follow a change of Home Assistant's address, in the camera too."""
        self._judge_soon()
        self._runtime.coordinator.refresh_soon("push_slot")

    @callback
    def _follow_slot(self) -> None:
        """Count on messages where we have set them up ourselves, until the user does not want them any more."""
        runtime, slots = self._runtime, self._runtime.provisioning
        wish = runtime.entry.options.get(CONF_PUSH_SUBSCRIPTION)
        was_subscribed, self._was_subscribed = self._was_subscribed, wish is True
        # What the camera sent after it was switched off, it did not owe: its end is no failure either.
        is_late = wish is False and self._silent_at is not None and slots.is_gone and slots.read_at >= self._silent_at
        if (was_subscribed and wish is not True) or is_late:
            runtime.push.expect_nothing()
        elif wish is True and slots.heartbeat is not None:
            runtime.push.expect(slots.heartbeat)
        if (claimed_at := runtime.provisioning.claimed_at) != self._claimed_at:
            self._claimed_at = claimed_at
            self._look_after(RESTART_AFTER)

    def _facts(self) -> PushFacts:
        runtime = self._runtime
        push, options = runtime.push, runtime.entry.options
        answered_at = runtime.coordinator.answered_at
        # The user who has switched the sending off may type the address into the device all the same.
        may_be_by_hand = push.alive is False and not runtime.provisioning.is_gone
        is_declined = options.get(CONF_PUSH_SUBSCRIPTION) is False and not may_be_by_hand
        is_away = self._lost_at is not None and self._passed(self._lost_at) >= OUTAGE
        is_just_back = self._back_at is not None and self._passed(self._back_at) < RESTART_AFTER
        # A device that was unplugged is silent too: it is asked first.
        is_asked = self._silent_at is None or answered_at >= self._silent_at
        # What a restart has not changed needs no other one.
        since = max(push.heard_at or 0.0, self._gone_at or 0.0)
        has_claimed = self._claimed_at is not None and since < self._claimed_at
        return PushFacts(
            alive=push.alive,
            has_posted=push.statistics.received > self._heard_before,
            is_proven=runtime.memory.proven == self._way,
            can_push=runtime.info.kind is not DeviceKind.NVR_V1,
            is_unwanted=bool(options.get(CONF_POLLING_ALONE)) or is_declined,
            answers=is_asked and not is_away and not is_just_back,
            wants_slot=options.get(CONF_PUSH_SUBSCRIPTION) is True,
            slot=runtime.provisioning.trouble,
            address=self._address,
            since_start=self._passed(self._started_at),
            unheard_since_claim=self._passed(self._claimed_at) if has_claimed and self._claimed_at else None,
        )

    def _passed(self, moment: float) -> float:
        """Return the seconds since a moment."""
        return self._hass.loop.time() - moment + _SLACK

    @callback
    def _look_after(self, seconds: float) -> None:
        """Look at the facts again when time alone has changed them."""

        @callback
        def _look(_now: datetime) -> None:
            self._cancels.remove(cancel)
            self.evaluate()

        cancel = async_call_later(self._hass, seconds, _look)
        self._cancels.append(cancel)

    @callback
    def _judge_soon(self) -> None:
        self._runtime.entry.async_create_background_task(self._hass, self.judge(), f"{DOMAIN} push address")

    @property
    def _issue_id(self) -> str:
        return push_issue_id(self._runtime.entry.entry_id)

    @callback
    def _standing(self, facts: PushFacts) -> ir.IssueEntry | None:
        """Return the issue if nobody can tell now whether it is over: deleted, it would come back no longer ignored."""
        known = ir.async_get(self._hass).async_get_issue(DOMAIN, self._issue_id)
        if known is None or facts.alive is True or facts.is_unwanted or not facts.can_push:
            return None
        if not facts.answers:
            return known
        is_unknown = facts.alive is None and not facts.has_posted and facts.since_start < NEVER_AFTER
        if not is_unknown or facts.unheard_since_claim is not None or facts.slot is not None:
            return None
        if not known.active:
            return known
        is_same = (known.translation_placeholders or {}).get("address") == self._place
        return known if is_same and known.data is not None and known.data["trouble"] in _TAKES_TIME else None

    @callback
    def _report(self, trouble: PushTrouble | None) -> None:
        """Create or delete the issue, if that changes anything."""
        self.trouble = trouble
        known = ir.async_get(self._hass).async_get_issue(DOMAIN, self._issue_id)
        if trouble is None:
            if known is not None:
                ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
            return
        told = self.told()
        if (
            known is not None
            and known.active
            and known.translation_key == ISSUE_KEYS[trouble]
            and known.translation_placeholders == told
        ):
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            data={"entry_id": self._runtime.entry.entry_id, "trouble": trouble.value},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_KEYS[trouble],
            translation_placeholders=told,
        )

    def told(self) -> dict[str, str]:
        """Return what the issue tells: the device, where it is, where it should post, since when nothing has come."""
        entry = self._runtime.entry
        since = self._runtime.push.statistics.last or self._started
        return {
            "device": entry.title,
            "host": entry.data[CONF_HOST],
            "address": self._place,
            "last": f"{dt_util.as_local(since):%Y-%m-%d %H:%M:%S}",
        }
