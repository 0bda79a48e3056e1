"""Actions that switch something outside: alarm outputs, and what a recorder has linked to a virtual alarm."""

from datetime import timedelta
from typing import Any, ClassVar, Final, override

from homeassistant.helpers.typing import VolDictType
import probatio

from ..outputs import output_number
from ..provisioning import CHANGE_KEY
from ..runtime import ViewtronRuntime
from ..viewtron.models import AlarmInputKind
from .base import Result, time_between, whole_number
from .errors import mistake
from .targets import Target
from .viewtron_base import ViewtronAction

_PULSE: Final = time_between(timedelta(seconds=0.1), timedelta(seconds=60), "must be from 0.1 to 60 seconds")


class PulseOutput(ViewtronAction[int]):
    """Switch an alarm output on, and after a moment off again."""

    name = "pulse_output"
    fields: ClassVar[VolDictType] = {
        probatio.Optional("output"): whole_number,
        probatio.Optional("duration", default=1): _PULSE,
    }

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> int:
        named = {number for key in target.keys if (number := output_number(key)) is not None}
        if CHANGE_KEY[1] in target.keys and not named:
            # Another switch was taken for the output's; what it would open instead may be a gate.
            raise mistake("no_output", device=target.name)
        if target.is_elsewhere and not named:
            # Only some other entity of the device is in the place that was named.
            raise mistake("output_elsewhere", device=target.name)
        asked: int | None = self.data.get("output")
        if len(named) > 1 or (asked is not None and named - {asked}):
            # Whoever names two outputs at once means one of them, and the wrong one may be a gate.
            numbers = ", ".join(map(str, sorted(named | ({asked} if asked is not None else set()))))
            raise mistake("several_outputs", device=target.name, outputs=numbers)
        output = next(iter(named), 1) if asked is None else asked
        known = [entry.id for entry in target.runtime.coordinator.data.outputs]
        if output not in known:
            raise mistake(
                "unknown_output", device=target.name, output=str(output), known=", ".join(map(str, known)) or "-"
            )
        return output

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: int) -> Result:
        duration: timedelta = self.data["duration"]
        await target.runtime.outputs.pulse(checked, duration.total_seconds())
        return {}


class TriggerVirtualAlarm(ViewtronAction[int]):
    """Trigger a virtual alarm of a recorder."""

    name = "trigger_virtual_alarm"
    fields: ClassVar[VolDictType] = {probatio.Required("alarm"): whole_number}

    @override
    async def check(self, target: Target[ViewtronRuntime]) -> int:
        inputs = target.runtime.coordinator.data.inputs
        virtual = [entry.id for entry in inputs if entry.kind is AlarmInputKind.VIRTUAL]
        if not virtual:
            raise mistake("no_virtual_alarms", device=target.name)
        alarm: int = self.data["alarm"]
        if not 1 <= alarm <= len(virtual):
            raise mistake("unknown_virtual_alarm", device=target.name, alarm=str(alarm), last=str(len(virtual)))
        return virtual[alarm - 1]

    @override
    async def run(self, target: Target[ViewtronRuntime], checked: int) -> Result:
        await target.runtime.client.trigger_virtual_alarm(checked)
        return {}


OUTPUT_ACTIONS: Final[tuple[type[ViewtronAction[Any]], ...]] = (PulseOutput, TriggerVirtualAlarm)
