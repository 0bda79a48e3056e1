"""Another device at the address, before a poll could see it: nothing is carried out there, and ours is found again."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.acting import READING
from tests.conftest import Later, SetUpWall
from tests.simulators.thin_client import ThinClientSimulator
from tests.test_wall_other_device import HANDS, TAG, _other, _wall, everything, trade_places  # noqa: F401  fixtures
from tests.walls import FOUR, POLL, act


@pytest.mark.parametrize("hand", sorted(HANDS.keys() - {"refresh_panels"}))
async def test_at_once(
    hass: HomeAssistant,
    set_up_wall: SetUpWall,
    later: Later,
    wall: ThinClientSimulator,
    other: ThinClientSimulator,
    hand: str,
) -> None:
    """Carry out nothing on another wall, before the first poll that sees it, and show nothing of it afterwards."""
    await set_up_wall(wall)
    await later(POLL)
    await trade_places(wall, other)
    with pytest.raises(HomeAssistantError):
        await HANDS[hand](hass, wall)
    # Under our old session it may have been asked for, and was refused.
    assert [request for request in other.requests if request.authorised and request.call not in READING] == []
    await later(POLL)
    assert other.sessions == []
    assert TAG not in everything(hass)


async def test_return_without_an_outage_that_is_seen(
    hass: HomeAssistant, set_up_wall: SetUpWall, later: Later, wall: ThinClientSimulator, other: ThinClientSimulator
) -> None:
    """Go back soon after our wall is there again, though no poll ever found nobody at the address."""
    await set_up_wall(wall)
    await act(hass, "show_panel", wall, panel="Wide view", duration=20)
    await trade_places(wall, other)
    await later(POLL)
    await later(POLL)
    await trade_places(other, wall)
    for _ in range(6):
        await later(POLL)
    assert wall.showing() == ("panel", FOUR)
