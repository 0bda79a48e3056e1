"""What all actions on Viewtron devices share."""

from abc import abstractmethod
from typing import override

from ..runtime import ViewtronRuntime
from .base import Action, Result
from .targets import Family, Target


class ViewtronAction[Checked](Action[ViewtronRuntime, Checked]):
    """One call of an action on cameras and recorders, or on cameras and the channels of recorders."""

    family = Family.VIEWTRON

    @abstractmethod
    async def check(self, target: Target[ViewtronRuntime]) -> Checked:
        """Check the call for a target; nothing but questions may be sent.

        Raises ServiceValidationError for the caller's mistakes, which keeps all targets untouched, and ViewtronError.
        """

    @abstractmethod
    async def run(self, target: Target[ViewtronRuntime], checked: Checked) -> Result:
        """Do it, and return what the response says of this target. Raises HomeAssistantError or ViewtronError."""

    @override
    async def check_one(self, target: Target[ViewtronRuntime]) -> Checked:
        await target.runtime.coordinator.prove()
        return await self.check(target)

    @override
    async def run_one(self, target: Target[ViewtronRuntime], checked: Checked) -> Result:
        return await self.run(target, checked)


def channel_of(target: Target[ViewtronRuntime]) -> int:
    """Return the number of the channel that a target is; a camera has but one."""
    return target.channel or 1
