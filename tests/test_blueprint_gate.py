"""The blueprint that opens a gate: whom it lets in, and when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import EventOrigin, HomeAssistant, State
from homeassistant.helpers import restore_state
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events, async_mock_service

from custom_components.viewwall.const import EVENT_VIEWWALL
from tests.blueprinting import AUTOMATION, settle, use
from tests.conftest import Later, SetUp
from tests.gates import FILE, MINUTE, Gate, _camera, _gate, _guard, plate_post  # noqa: F401  fixtures
from tests.owing import switch_of
from tests.pushing import device_id, post
from tests.simulators.nvr import NvrV2Simulator


async def test_opens_for_the_allow_list_alone(gate: Gate, guard: Any) -> None:
    """Open for a plate on the allow list, and for no other one."""
    await guard()
    assert await gate.reads()
    for listed in ("blackList", "temporaryList", "strangerList", None, "allow", "VIP"):
        assert not await gate.reads("GX 417 TB", listed=listed), listed
    assert await gate.reads()


async def test_only_the_camera_itself_and_only_now(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gate: Gate, guard: Any
) -> None:
    """Ignore what is old, from the future, without a time, or from somebody else."""
    device = await guard()
    now = datetime.now(UTC)
    for seconds in (-11, -3600, 6, 400):
        assert not await gate.reads(stamp=datetime.now(UTC) + timedelta(seconds=seconds)), seconds
    assert await gate.reads(stamp=datetime.now(UTC) - timedelta(seconds=9))
    assert await gate.reads(stamp=datetime.now(UTC) + timedelta(seconds=4))
    # A device whose clock begins anew at each start.
    assert not await gate.reads(stamp=datetime(1970, 1, 1, 0, 5, tzinfo=UTC))

    events = async_capture_events(hass, EVENT_VIEWWALL)
    assert await gate.reads()
    told = events[0].data
    assert told["device_id"] == device
    origin = told["origin"]
    for wrong in (
        {"origin": {**origin, "is_device": False}},
        {"origin": {**origin, "is_device": "false"}},
        {"origin": {**origin, "is_device": 1}},
        {"origin": {**origin, "by": "long_poll"}},
        {"origin": {**origin, "by": "listener"}},
        {"age": None},
        {"device_id": "another"},
        {"type": "motion"},
        {"plate": None},
        {"plate": {**told["plate"], "number": ""}},
        {"plate": {**told["plate"], "list": None}},
    ):
        hass.bus.async_fire(EVENT_VIEWWALL, told | wrong)
        assert not await gate.opened(), wrong
    # What comes from another house, by a broker for example, looks just the same.
    hass.bus.async_fire(EVENT_VIEWWALL, told, EventOrigin.remote)
    assert not await gate.opened()
    hass.bus.async_fire(EVENT_VIEWWALL, told)
    assert await gate.opened()
    assert now < datetime.now(UTC)


async def test_message_from_another_address(hass: HomeAssistant, gate: Gate, guard: Any) -> None:
    """Ignore a message that knows the camera's secret address but does not come from the camera."""
    proxy = {"use_x_forwarded_for": True, "trusted_proxies": ["127.0.0.1"]}
    assert await async_setup_component(hass, "http", {"http": proxy})
    await guard()
    for sender, opens in (("192.168.7.20", False), ("fd12::5", False), ("127.0.0.1", True)):
        body = plate_post(gate.camera, "GX 417 TB")
        await post(gate.camera.push_url, body, f"X-Forwarded-For: {sender}")
        assert await gate.opened() is opens, sender
        await gate.later(MINUTE)


async def test_the_same_message_again(gate: Gate, guard: Any) -> None:
    """Open nothing when a message is played back later."""
    await guard()
    body = plate_post(gate.camera, "GX 417 TB")
    await post(gate.camera.push_url, body)
    assert await gate.opened()
    await gate.later(MINUTE)
    await post(gate.camera.push_url, body)
    assert not await gate.opened()


@pytest.mark.parametrize("typed", [["gx417tb", "AB 1"], [" GX-417-TB "], ["gx 417\u2011tb"]])
async def test_only_these_plates(gate: Gate, guard: Any, typed: list[str]) -> None:
    """Compare plates in upper case without spaces and dashes."""
    await guard(plates=typed)
    for number in ("GX 417 TB", "gx417tb", "GX-417 TB"):
        assert await gate.reads(number), number
    # On the list of the camera, but not one of these.
    for number in ("GX 417 T8", "GX 417 T", "GX 417 TBB", "XGX 417 TB", "\u0413X 417 TB", "GX417\u0422B"):
        assert not await gate.reads(number), number
    assert not await gate.reads(listed=None)
    assert not await gate.reads(listed="blackList")


async def test_letters_that_look_alike(gate: Gate, guard: Any) -> None:
    """Take an O for no zero, and the other way round."""
    await guard(plates=["BO 110 SI", "0815"])
    assert await gate.reads("BO110SI")
    assert await gate.reads("0815")
    for number in ("B0110SI", "BO11OSI", "BOI10SI", "8O110SI", "BO1105I", "BO110S1", "815", "O815", "0B15", "815.0"):
        assert not await gate.reads(number), number


async def test_blank_entry_lets_nobody_in(gate: Gate, guard: Any) -> None:
    """Take a list of nothing but blanks for a list, not for none."""
    await guard(plates=["  ", "-"])
    assert not await gate.reads()
    assert not await gate.reads(" - ")


async def test_temporary_list(gate: Gate, guard: Any) -> None:
    """Open for the one list that was chosen."""
    await guard(list="temporary")
    assert await gate.reads(listed="temporaryList")
    assert not await gate.reads(listed="whiteList")
    assert not await gate.reads(listed="blackList")


@pytest.mark.parametrize("group", ["Family", " Family ", ""])
async def test_group_of_a_recorder(
    hass: HomeAssistant, tmp_path: Path, set_up: SetUp, later: Later, freezer: FrozenDateTimeFactory, group: str
) -> None:
    """Open for one group of a recorder, by its exact name, at the camera that was chosen."""
    async with NvrV2Simulator() as recorder:
        entry = await set_up(recorder)
        second = device_id(hass, entry, recorder, 2)
        output = switch_of(hass, recorder, 3)
        await use(hass, tmp_path, FILE, cameras=[second], output=output, list="group", group=group)

        async def opened(**plate: Any) -> bool:
            recorder.output_log.clear()
            await recorder.send_plate("GX 417 TB", **plate)
            await settle()
            opens = recorder.output_log == [(3, True)]
            assert opens or not recorder.output_log
            await later(MINUTE)
            return opens

        events = async_capture_events(hass, EVENT_VIEWWALL)
        assert await opened(listed="Family", channel=2) is (group != "")
        recorder.output_log.clear()
        plate = events[0].data["plate"]
        for listed in ("block", "stranger"):
            hass.bus.async_fire(EVENT_VIEWWALL, {**events[0].data, "plate": {**plate, "list": listed}})
        await settle()
        assert recorder.output_log == []
        for name in ("family", "Family 2", "allow", "whiteList", "", None):
            assert not await opened(listed=name, channel=2), name
        assert not await opened(listed="Family", channel=1)


async def test_direction(gate: Gate, guard: Any) -> None:
    """Open for whoever comes, and by default for whoever may come."""
    await guard()
    assert await gate.reads(direction="approach")
    assert await gate.reads(direction=None)
    assert not await gate.reads(direction="away")


@pytest.mark.parametrize(
    ("direction", "opens"),
    [("approach", {"approach"}), ("away", {"away"}), ("any", {"approach", "away", None}), ("nonsense", set())],
)
async def test_other_directions(gate: Gate, guard: Any, direction: str, opens: set[str | None]) -> None:
    """Open for the directions that were chosen."""
    await guard(direction=direction)
    for way in ("approach", "away", None):
        assert await gate.reads(direction=way) is (way in opens), way


async def test_certainty(hass: HomeAssistant, gate: Gate, guard: Any) -> None:
    """Open only for what the camera is sure enough of, and says so."""
    await guard(confidence=90)
    events = async_capture_events(hass, EVENT_VIEWWALL)
    assert await gate.reads(confidence=90)
    assert not await gate.reads(confidence=89)
    told = events[0].data
    hass.bus.async_fire(EVENT_VIEWWALL, told | {"plate": {**told["plate"], "confidence": None}})
    assert not await gate.opened()


@pytest.mark.parametrize(
    ("inputs", "moments"),
    [
        (
            {"begin": "07:00:00", "end": "18:30:00"},
            {"18T06:59:59": False, "18T07:00": True, "18T18:29:59": True, "18T18:30": False},
        ),
        (
            {"begin": "22:00:00", "end": "06:00:00", "weekdays": ["fri"]},
            {
                "20T05:59": False,  # the night of Thursday
                "20T12:00": False,
                "20T22:00": True,
                "21T05:59:59": True,
                "21T06:00": False,
                "21T22:00": False,
                "22T03:00": False,
            },
        ),
        ({"weekdays": ["sat", "sun"]}, {"20T23:59:59": False, "21T00:00": True, "22T23:59": True, "23T00:00": False}),
        ({"weekdays": []}, {"18T12:00": False, "21T12:00": False}),
    ],
)
async def test_hours(
    freezer: FrozenDateTimeFactory, gate: Gate, guard: Any, inputs: dict[str, Any], moments: dict[str, bool]
) -> None:
    """Open at the right hours; a night belongs to the day on which it begins."""
    await guard(**inputs)
    for moment, opens in moments.items():
        freezer.move_to(f"2026-11-{moment}+00:00")
        assert await gate.reads_now() is opens, moment


async def test_night_when_the_clocks_go_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, gate: Gate, guard: Any
) -> None:
    """Close once at the end of the hours, although the hands come by twice."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    await guard(begin="01:00:00", end="02:30:00", cooldown=0)
    for moment, opens in (("2026-10-24T23:30", True), ("2026-10-25T00:15", True), ("2026-10-25T00:45", False)):
        freezer.move_to(f"{moment}:00+00:00")
        assert await gate.reads() is opens, moment
    freezer.move_to("2026-10-25T01:15:00+00:00")
    assert not await gate.reads()


@pytest.mark.parametrize(
    "typed",
    [
        *({"list": name} for name in ("block", "stranger", "nonsense")),
        {"list": "group", "group": None},
        {"plates": [None]},
        {"begin": "", "end": ""},
        {"begin": 0, "end": 0},
    ],
)
async def test_written_by_hand_and_wrong(gate: Gate, guard: Any, typed: dict[str, Any]) -> None:
    """Open for nobody where the configuration holds what the form cannot give."""
    await guard(**typed)
    listed = {"block": "blackList", "stranger": "strangerList", "group": "None"}.get(typed.get("list", ""), "whiteList")
    assert not await gate.reads("NONE", listed=listed)
    assert not await gate.reads("NONE", listed="whiteList")


async def test_written_by_hand(gate: Gate, guard: Any) -> None:
    """Take a single plate for what it is, and no age for endless."""
    await guard(plates="GX417TB", max_age=1_000_000)
    assert await gate.reads("GX 417 TB")
    assert not await gate.reads("G")
    assert not await gate.reads("GX 417 TB", stamp=datetime.now(UTC) - timedelta(seconds=90))


async def test_hours_are_local(hass: HomeAssistant, freezer: FrozenDateTimeFactory, gate: Gate, guard: Any) -> None:
    """Go by the time of the house."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    await guard(begin="13:30:00", end="14:00:00")
    freezer.move_to("2026-11-18T12:35:00+00:00")
    assert await gate.reads_now()
    freezer.move_to("2026-11-18T13:35:00+00:00")
    assert not await gate.reads_now()


async def test_pause(hass: HomeAssistant, gate: Gate, guard: Any) -> None:
    """Do nothing for a while after an opening, and count from there."""
    calls = async_mock_service(hass, "test", "told")
    await guard(cooldown=30, telling=[{"action": "test.told"}])
    assert await gate.reads_now()
    for _ in range(2):
        await gate.later(13)
        assert not await gate.reads_now("GX 417 TC")
    await gate.later(3)
    assert await gate.reads_now()
    assert len(calls) == 2
    # What does not open does not count.
    await gate.later(40)
    assert not await gate.reads_now(listed="blackList")
    assert await gate.reads_now()


async def test_two_plates_at_once(gate: Gate, guard: Any) -> None:
    """Open once for two plates in one message, even without a pause."""
    await guard(cooldown=0)
    await post(gate.camera.push_url, plate_post(gate.camera, "GX 417 TB", "GX 417 TC"))
    assert await gate.opened()


async def _opened_at(hass: HomeAssistant, storage: dict[str, Any], moment: datetime) -> None:
    """Let Home Assistant remember from its last run when the automation ran."""
    state = State(AUTOMATION, "on", {"last_triggered": moment.isoformat()}).as_dict()
    row = {"state": dict(state), "extra_data": None, "last_seen": dt_util.utcnow().isoformat()}
    storage[restore_state.STORAGE_KEY] = {"version": restore_state.STORAGE_VERSION, "data": [row]}
    await restore_state.async_get(hass).async_load()


async def test_pause_survives_a_restart(
    hass: HomeAssistant, hass_storage: dict[str, Any], gate: Gate, guard: Any
) -> None:
    """Know after a restart when the gate opened last."""
    await _opened_at(hass, hass_storage, dt_util.utcnow() - timedelta(seconds=10))
    await guard(cooldown=30)
    assert not await gate.reads_now()
    await gate.later(21)
    assert await gate.reads_now()


async def test_clock_that_was_put_back(
    hass: HomeAssistant, hass_storage: dict[str, Any], gate: Gate, guard: Any
) -> None:
    """Open although the last opening lies in the future."""
    await _opened_at(hass, hass_storage, dt_util.utcnow() + timedelta(days=2))
    await guard()
    assert await gate.reads()
