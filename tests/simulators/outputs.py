"""Alarm outputs, virtual inputs and the restart."""

import asyncio
from collections import defaultdict
from typing import Unpack, override

from . import answers, answers_alarm
from .device import Simulator, UnknownChannelError
from .request_body import boolean, parse_body
from .state import Answer, Request, Settings, SimInput
from .xml_text import leaf

SECONDS_TO_ANSWER = 0.02
"""How long a device that answers a restart still has its connections."""


class OutputSimulator(Simulator):
    """A device that switches outputs."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up outputs that are off; `alarm_out_count` tells how many there are."""
        super().__init__(**settings)
        self.outputs: dict[int, bool] = defaultdict(bool)
        """Which outputs are on; those never switched are missing, and off."""
        self.output_log: list[tuple[int, bool]] = []
        """The commands that arrived: number and state."""
        self.output_names: dict[int, str] = {}
        """Names that GetAlarmOutConfig tells; as long as there are none, the command is not there."""
        self.has_output_list = False
        """Whether GetAlarmOutList is there."""
        self.items_inside = self.field
        """Whether the items of the lists stand inside the list element."""
        self.commands |= {
            "ManualAlarmOut": self.manual_alarm_out,
            "GetAlarmOutList": self.get_alarm_out_list,
            "GetAlarmOutConfig": self.get_alarm_out_config,
        }
        self.conditions |= {
            "GetAlarmOutList": lambda: self.has_output_list,
            "GetAlarmOutConfig": lambda: bool(self.output_names),
        }

    def end_perimeter_cycle(self) -> None:
        """End an intrusion's hold time: a camera resets its outputs then, whoever switched them on."""
        if not self.nvr:
            self.switch_off()

    def switch_off(self) -> None:
        """Switch all outputs off without a command."""
        self.outputs.update(dict.fromkeys(self.outputs, False))

    def manual_alarm_out(self, request: Request) -> Answer:
        """Switch the output whose number is in the place of the channel."""
        output = self._output(request)
        state = boolean(parse_body(request.body), "action", "status")
        self.output_log.append((output, state))
        self.outputs[output] = state
        return self.succeed()

    def get_alarm_out_list(self, request: Request) -> Answer:
        """Answer GetAlarmOutList."""
        items = [leaf("item", number) for number in range(1, self.alarm_out_count + 1)]
        body = answers.id_list(self.config_version, "alarmOutIDList", items, inside=self.items_inside)
        return Answer(body=body)

    def get_alarm_out_config(self, request: Request) -> Answer:
        """Answer GetAlarmOutConfig of one output."""
        output = self._output(request)
        name = self.output_names.get(output, "")
        return Answer(body=answers_alarm.alarm_out_config(self.config_version, output, name))

    def _output(self, request: Request) -> int:
        """Return the output a request means, the first by default; raises UnknownChannelError."""
        number = 1 if request.channel is None else request.channel
        if not 1 <= number <= self.alarm_out_count:
            raise UnknownChannelError(number)
        return number


class VirtualInputSimulator(Simulator):
    """A recorder whose virtual inputs can be triggered."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up the command, which changes something and yet is a GET by the papers."""
        super().__init__(**settings)
        self.virtual_by_post = False
        """Whether a virtual input is triggered by POST, and not by GET."""
        self.triggered: list[int] = []
        """The virtual inputs in the order in which they were triggered."""
        self.commands["TriggerVirtualAlarm"] = self.trigger_virtual_alarm

    def set_input(self, number: int, state: bool) -> None:
        """Set what the poll tells of an input; nothing else ends an alarm that was triggered."""
        self.alarms.setdefault("sensorAlarmIn", {})[number] = state

    def trigger_virtual_alarm(self, request: Request) -> Answer:
        """Trigger the virtual input whose number is in the place of the channel."""
        if (request.method == "POST") != self.virtual_by_post:
            return self.fail(1)
        match [entry for entry in self.alarm_inputs if entry.id == request.channel]:
            case [SimInput(kind="virtual", id=number)]:
                self.triggered.append(number)
                self.set_input(number, True)
                return self.succeed()
        raise UnknownChannelError(request.channel)


class RestartSimulator(OutputSimulator):
    """A device that may know a command to restart it, which the papers do not have."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up a device that answers again soon after a restart."""
        super().__init__(**settings)
        self.has_reboot = self.v2 and self.field
        """Whether the device knows the command."""
        self.reboots = 0
        """How often the device was restarted."""
        self.reboot_answers = False
        """Whether the device answers before its connections break."""
        self.reboot_seconds = 0.2
        """How long the device refuses connections while it restarts."""
        self._restart: asyncio.TimerHandle | None = None
        self.commands["Reboot"] = self.reboot
        self.conditions["Reboot"] = lambda: self.has_reboot

    @override
    async def stop(self) -> None:
        """Close everything, and forget a restart that is under way."""
        self._cancel_restart()
        await super().stop()

    def reboot(self, request: Request) -> Answer:
        """Restart, with or without an answer."""
        self.reboots += 1
        self._cancel_restart()
        if self.reboot_answers:
            self._restart = asyncio.get_running_loop().call_later(SECONDS_TO_ANSWER, self._go_down)
        else:
            self._go_down()
        return self.succeed()

    def forget_states(self) -> None:
        """Lose what does not survive a restart."""
        self.switch_off()
        for states in self.alarms.values():
            states.update(dict.fromkeys(states, False))

    def _go_down(self) -> None:
        """Cut all connections and refuse new ones for a while."""
        self.forget_states()
        self._listener.refuse(True)
        self._restart = asyncio.get_running_loop().call_later(self.reboot_seconds, self._come_up)

    def _come_up(self) -> None:
        """Take connections again, unless a fault forbids it."""
        self._restart = None
        self._listener.refuse(self.faults.refuse_connections)

    def _cancel_restart(self) -> None:
        """Forget a restart that is under way."""
        if self._restart:
            self._restart.cancel()
            self._restart = None
