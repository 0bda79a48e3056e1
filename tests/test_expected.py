"""Which entities a device has from the start: the cost with many channels."""

from collections.abc import Iterator
from typing import override

from homeassistant.const import Platform

from custom_components.viewwall.device_state import ViewtronState
from custom_components.viewwall.expected import expected_entities
from custom_components.viewwall.viewtron.models import Channel, DeviceInfo, DeviceKind


class Names(frozenset[str]):
    """Names of commands that count how often somebody walks through all of them."""

    walks = 0

    @override
    def __iter__(self) -> Iterator[str]:
        """Count, and walk."""
        Names.walks += 1
        return super().__iter__()


def test_commands_are_read_once() -> None:
    """Walk through a recorder's commands once, not once for each channel; each channel has its choices."""
    Names.walks = 0
    info = DeviceInfo(kind=DeviceKind.NVR_V2, supported_apis=Names({"PtzGetPresets", "PTZGetCruises", "PtzRunCruise"}))
    channels = tuple(Channel(id=number) for number in range(1, 65))
    found = expected_entities(ViewtronState(info=info, channels=channels, infrared=frozenset({7})))
    assert Names.walks == 1
    keys = {(channel.id, key) for channel in channels for key in ("ptz_preset", "ptz_cruise")}
    assert found[Platform.SELECT] == keys | {(7, "infrared_mode")}
