"""Between UTC and the clocks of devices, there and back; and how a clock is set."""

from datetime import UTC, datetime, timedelta
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.viewwall.viewtron.clock import set_clock
from custom_components.viewwall.viewtron.errors import ViewtronIgnoredError, ViewtronProtocolError, ViewtronZoneError
from custom_components.viewwall.viewtron.posix_time import SummerRules, moments, to_local, to_utc
from tests.simulators.ipc import IpcV1Simulator, IpcV2Simulator
from tests.simulators.posix_zone import zone_of
from tests.simulators.state import Faults

from .conftest import MakeClient

HOUR = timedelta(hours=1)
STEADY = ["GMT0", "CST-8", "IST-5:30", "<+0545>-5:45", "NST3:30", "EST5", "<-12>12", "<+14>-14", "UTC+0", "JST-9"]
CHANGING = [
    "EST5EDT,M3.2.0/2,M11.1.0/2",
    "CET-1CEST,M3.5.0/2,M10.5.0/3",
    "GMT0BST,M3.5.0/1,M10.5.0/2",
    "AEST-10AEDT,M10.1.0/2,M4.1.0/3",
    "NZST-12NZDT,M9.5.0/2,M4.1.0/3",
    "LHST-10:30LHDT-11,M10.1.0/2,M4.1.0/2",
    "NST3:30NDT,M3.2.0/2,M11.1.0/2",
    "<-03>3<-02>,M3.5.0/-1,M10.5.0/0",
]


def _moments(count: int) -> list[datetime]:
    """Return moments of all years that a device may show, more of them around the changes of the clocks."""
    chance = random.Random(11)
    start = datetime(2015, 1, 1, tzinfo=UTC)
    found = [start + timedelta(seconds=chance.randrange(80 * 365 * 86400)) for _ in range(count)]
    for year in range(2024, 2030):
        for month in (3, 4, 9, 10, 11):
            day = datetime(year, month, 1, tzinfo=UTC)
            found += [day + timedelta(minutes=chance.randrange(35 * 24 * 60)) for _ in range(count // 40)]
    return found


@pytest.mark.parametrize("zone", STEADY + CHANGING)
def test_there_and_back(zone: str) -> None:
    """A moment goes to the device's clock and back, but for the hour that comes twice, where it is one of the two."""
    true = zone_of(zone)
    for utc in _moments(1000):
        local = to_local(utc, zone)
        assert local is not None
        assert local == utc.astimezone(true).replace(tzinfo=None), utc
        back = to_utc(local, zone)
        found = moments(local, zone)
        assert utc in found, utc
        assert len(found) <= 2
        if len(found) == 1:
            assert back == utc
        else:
            assert found[0] == back
            assert zone in CHANGING
            assert timedelta() < max(found) - min(found) <= HOUR
            assert {each.astimezone(true).replace(tzinfo=None) for each in found} == {local}


@pytest.mark.parametrize("minutes", [None, 30, 60, 120])
def test_rules_beside_the_zone(minutes: int | None) -> None:
    """The rules of the first generation, and the width of its summer time, work both ways."""
    rules = SummerRules(start="M3.5.0/1", end="M10.5.0/2", used=True, minutes=minutes)
    for utc in _moments(500):
        local = to_local(utc, "GMT0", rules)
        assert local is not None
        assert utc in moments(local, "GMT0", rules)
    summer = to_local(datetime(2026, 7, 1, tzinfo=UTC), "GMT0", rules)
    assert summer == datetime(2026, 7, 1) + timedelta(minutes=minutes or 60)  # noqa: DTZ001


def test_hour_that_is_left_out() -> None:
    """A time that no clock should show is still one moment, and no other."""
    local = datetime(2026, 3, 8, 2, 30)  # noqa: DTZ001
    zone = "EST5EDT,M3.2.0/2,M11.1.0/2"
    assert moments(local, zone) == (to_utc(local, zone),)


@pytest.mark.parametrize("zone", ["", "America/New_York", "CET-1CEST", "ABC99", "EST5EDT,M13.1.0,M1.1.0", "\x00", "5"])
def test_unreadable_zones(zone: str) -> None:
    """Nothing is guessed."""
    assert to_local(datetime(2026, 7, 1, tzinfo=UTC), zone) is None
    assert moments(datetime(2026, 7, 1), zone) == ()  # noqa: DTZ001


@pytest.mark.parametrize("edge", [datetime.min, datetime.max])  # noqa: DTZ901
def test_ends_of_time(edge: datetime) -> None:
    """What a calendar cannot hold is no crash."""
    for zone in STEADY + CHANGING:
        to_local(edge.replace(tzinfo=UTC), zone)
        moments(edge, zone)


def _now() -> datetime:
    """Return the true time."""
    return datetime.now(UTC)


@pytest.mark.parametrize("kind", [IpcV1Simulator, IpcV2Simulator])
@pytest.mark.parametrize("source", ["manually", "NTP", "PC"])
async def test_set(make_client: MakeClient, kind: type[IpcV1Simulator | IpcV2Simulator], source: str) -> None:
    """The clock is right afterwards, and follows whom it followed before."""
    async with kind() as camera:
        camera.sync_type = source
        camera.clock.offset = timedelta(days=-20)
        clock = await set_clock(make_client(camera.port), _now)
        ahead = clock.ahead_of(_now())
        assert ahead is not None
        assert abs(ahead) < timedelta(seconds=3)
        assert camera.sync_type == source
        assert abs(camera.clock.offset) < timedelta(seconds=3)


async def test_not_set(make_client: MakeClient) -> None:
    """A clock that stays wrong is an error, and so is one that nobody can read."""
    async with IpcV2Simulator() as camera:
        camera.clock.offset = timedelta(minutes=5)
        camera.clock_ignored = True
        with pytest.raises(ViewtronIgnoredError):
            await set_clock(make_client(camera.port), _now)
        camera.clock.zone = "Nowhere"
        with pytest.raises(ViewtronZoneError):
            await set_clock(make_client(camera.port), _now)
        camera.clock.zone, camera.clock.tz = "EST5EDT", ZoneInfo("America/New_York")
        camera.faults = Faults(garbage=b"<config/>", only={"GetDateAndTime"})
        with pytest.raises(ViewtronProtocolError):
            await set_clock(make_client(camera.port), _now)
