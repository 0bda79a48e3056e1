"""The actions on plates that list and add: by names, in batches, each plate told."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.util import dt as dt_util
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.acting import call
from tests.conftest import SetUp
from tests.plating import ask, do, sim_plate, writes
from tests.pushing import device_id, value
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.state import Shape

BOTH_FAMILIES = pytest.mark.parametrize("camera", list(Shape), indirect=True)
"""The documented camera has the older commands, the one from the field those of interface 2.1."""
LISTS = ["temporaryList", "whiteList", "blackList"]


@pytest.fixture(name="camera")
async def _camera(request: pytest.FixtureRequest, socket_enabled: None) -> AsyncIterator[IpcV2Simulator]:
    """Run a plate camera, by default with interface 2.1."""
    async with IpcV2Simulator(shape=getattr(request, "param", Shape.FIELD)) as camera:
        yield camera


@BOTH_FAMILIES
async def test_list(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """List everything, or only a list, a group or a plate; the dates are Home Assistant's."""
    entry = await set_up(camera)
    assert (await ask(hass, entry, camera, "list_plates"))["plates"] == []
    camera.database.plates = [
        sim_plate("GX 417 TB", owner="Ann & <Bob>"),
        sim_plate("AB-12", "3"),
        *(sim_plate(f"N{index}", "1") for index in range(120)),
    ]
    answer = await ask(hass, entry, camera, "list_plates", list="allow")
    # The camera is in New York, Home Assistant in its default place on the west coast.
    assert answer["plates"] == [
        {
            "number": "GX 417 TB",
            "list": "allow",
            "group": "whiteList",
            "owner": "Ann & <Bob>",
            "begin": "2026-05-06T05:00:00-07:00",
            "end": "2026-05-06T15:00:00-07:00",
        }
    ]
    assert sorted(answer["groups"]) == sorted(LISTS)
    everything = (await ask(hass, entry, camera, "list_plates"))["plates"]
    assert len(everything) == 122
    assert next(each for each in everything if each["number"] == "AB-12")["owner"] is None

    async def numbers(**data: Any) -> list[str]:
        return [each["number"] for each in (await ask(hass, entry, camera, "list_plates", **data))["plates"]]

    assert await numbers(number="gx417-tb") == ["GX 417 TB"]
    assert await numbers(number="ab12", list="BLACKLIST") == ["AB-12"]
    assert await numbers(number="ab12", list="allow") == []
    assert await numbers(list="block", group="blacklist") == ["AB-12"]
    assert await numbers(list="block", group="whiteList") == []
    assert writes(camera) == []


async def test_list_needs_a_look(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A list that nobody looks at is a mistake."""
    entry = await set_up(camera)
    with pytest.raises(ServiceValidationError):
        await do(hass, entry, camera, "list_plates")


@BOTH_FAMILIES
async def test_add(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Add plates with and without owner and dates; what is XML in them stays text."""
    entry = await set_up(camera)
    plates = [
        {"number": " <A> & ]]> ", "list": "whitelist", "owner": "x ]]> <y/>", "end": "2026-12-01 12:00:00"},
        {"number": 1234, "group": "BLACKLIST"},
        {"number": "T1", "list": "temporary", "begin": "2026-05-06T08:00:00Z", "end": "2026-05-07T08:00:00+02:00"},
    ]
    answer = await ask(hass, entry, camera, "add_plates", plates=plates)
    assert answer == {"added": ["<A> & ]]>", "1234", "T1"], "failed": []}
    first, second, third = camera.database.plates
    assert (first.number, first.owner, str(first.end)) == ("<A> & ]]>", "x ]]> <y/>", "2026-12-01 15:00:00")
    assert (second.number, second.group, second.owner) == ("1234", "3", "")
    assert (third.group, str(third.begin), str(third.end)) == ("1", "2026-05-06 04:00:00", "2026-05-07 02:00:00")
    listed = (await ask(hass, entry, camera, "list_plates", number="<a>&]]>"))["plates"]
    assert [(each["number"], each["owner"], each["end"]) for each in listed] == [
        ("<A> & ]]>", "x ]]> <y/>", "2026-12-01T12:00:00-08:00")
    ]


@BOTH_FAMILIES
async def test_from_home_assistant_to_the_gate(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A plate added here is allowed at its next visit, and after its end it is on no list."""
    entry = await set_up(camera)
    await camera.send_visit("GX 417 TB")
    await hass.async_block_till_done()
    assert value(hass, camera, "sensor.plate_list") == "unlisted"
    end = dt_util.now() + timedelta(hours=1)
    await do(hass, entry, camera, "add_plates", plates=[{"number": "GX 417 TB", "list": "allow", "end": end}])
    await camera.send_visit("GX 417 TB")
    await hass.async_block_till_done()
    assert value(hass, camera, "sensor.plate_list") == "allow"
    camera.clock.offset = timedelta(hours=2)
    await camera.send_visit("GX 417 TB")
    await hass.async_block_till_done()
    assert value(hass, camera, "sensor.plate_list") == "unlisted"


async def test_numbers_of_groups_do_not_matter(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A firmware that counts its lists otherwise gets the plates on the right ones, from one call to the next."""
    entry = await set_up(camera)
    await do(hass, entry, camera, "add_plates", plates=[{"number": "A", "list": "allow"}])
    camera.database.groups = {"1": "whiteList", "2": "blackList", "3": "temporaryList", "4": "2"}
    camera.database.plates.clear()
    plates = [{"number": word, "list": word} for word in ("allow", "block", "temporary")]
    await do(hass, entry, camera, "add_plates", plates=[*plates, {"number": "two", "group": 2}])
    assert [(plate.number, plate.group) for plate in camera.database.plates] == [
        ("allow", "1"),
        ("block", "2"),
        ("temporary", "3"),
        ("two", "4"),
    ]
    listed = (await ask(hass, entry, camera, "list_plates", group="2"))["plates"]
    assert [(each["number"], each["list"], each["group"]) for each in listed] == [("two", None, "2")]


@pytest.mark.parametrize(
    ("groups", "place", "words"),
    [
        ({"1": "whiteList", "2": "Family"}, {"list": "block"}, "no list “block”. It has: whiteList, Family"),
        ({"1": "whiteList", "2": "Family"}, {"group": "2"}, "no list “2”"),
        ({"1": "whiteList", "2": "Family"}, {"group": "Famil"}, "no list “Famil”"),
        ({"1": "whiteList", "2": "White_List"}, {"list": "allow"}, "several lists"),
        ({"1": "Family", "2": "FAMILY"}, {"group": "family"}, "several lists"),
        ({"1": "Family", "2": "Family"}, {"group": "Family"}, "several lists"),
        ({}, {"list": "allow"}, "It has: -"),
    ],
)
async def test_unclear_lists(
    hass: HomeAssistant,
    set_up: SetUp,
    camera: IpcV2Simulator,
    groups: dict[str, str],
    place: dict[str, str],
    words: str,
) -> None:
    """A list that is not there, or can mean two, is an error that names those there are; nothing is written."""
    entry = await set_up(camera)
    camera.database.groups = groups
    good = {"number": "A", "group": next(iter(groups.values()), "whiteList")}
    for action in ("add_plates", "delete_plates"):
        with pytest.raises(ServiceValidationError, match=words):
            await ask(hass, entry, camera, action, plates=[good, {"number": "B", **place}])
    with pytest.raises(ServiceValidationError, match=words):
        await ask(hass, entry, camera, "update_plate", number="B", owner="x", **place)
    with pytest.raises(ServiceValidationError, match=words):
        await ask(hass, entry, camera, "list_plates", **place)
    assert writes(camera) == []


async def test_exact_name_among_alike(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Of two names that differ in their case alone the exact one is meant."""
    entry = await set_up(camera)
    camera.database.groups = {"1": "Family", "2": "FAMILY"}
    await do(hass, entry, camera, "add_plates", plates=[{"number": "A", "group": "FAMILY"}])
    assert camera.database.plates[0].group == "2"


@pytest.mark.parametrize(
    "plate",
    [
        {"number": "A"},
        {"number": "A", "list": "allow", "group": "whiteList"},
        {"number": "A", "list": "stranger"},
        {"number": "A", "list": "2"},
        {"number": " ", "list": "allow"},
        {"number": "A" * 33, "list": "allow"},
        {"number": "A\nB", "list": "allow"},
        {"number": False, "list": "allow"},
        {"number": 12e4, "list": "allow"},
        {"number": "A", "list": "allow", "end": "soon"},
        {"number": "A", "list": "allow", "owner": "Ann\a"},
        {"list": "allow"},
    ],
)
async def test_what_is_no_plate(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, plate: dict[str, Any]
) -> None:
    """Nothing is sent for a call with a mistake in it; no list is taken for granted."""
    entry = await set_up(camera)
    plates = [{"number": "GOOD", "list": "allow"}, plate]
    with pytest.raises(probatio.Invalid):
        await do(hass, entry, camera, "add_plates", plates=plates)
    with pytest.raises(probatio.Invalid):
        await do(hass, entry, camera, "delete_plates", plates=plates)
    assert writes(camera) == []


async def test_end_before_begin(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A time that ends before it begins is a mistake, also between two zones."""
    entry = await set_up(camera)
    plate = {"number": "A", "list": "allow", "begin": "2026-05-06T12:00:00Z", "end": "2026-05-06T13:00:00+02:00"}
    with pytest.raises(ServiceValidationError, match="end after it begins"):
        await do(hass, entry, camera, "add_plates", plates=[plate])
    plate = {"number": "A", "list": "allow", "end": "9999-12-31T23:59:59-12:00"}
    with pytest.raises(ServiceValidationError, match="end after it begins"):
        await do(hass, entry, camera, "add_plates", plates=[plate])
    assert writes(camera) == []


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        ("2026-05-06", "2026-05-06 23:59:59"),
        (date(2026, 5, 6), "2026-05-06 23:59:59"),
        ("2026-05-06 00:00:00", "2026-05-06 00:00:00"),
    ],
)
async def test_day_counts_to_its_end(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, end: str | date, kept: str
) -> None:
    """Whoever gives a day means all of it."""
    entry = await set_up(camera)
    camera.clock.zone = "nobody knows"
    await do(hass, entry, camera, "add_plates", plates=[{"number": "A", "list": "allow", "end": end}])
    assert str(camera.database.plates[0].end) == kept


async def test_unknown_zone(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Where the camera's zone cannot be read, Home Assistant's wall clock is taken as it is."""
    entry = await set_up(camera)
    camera.clock.zone = "nobody knows"
    plate = {"number": "A", "list": "allow", "end": "2026-05-06 18:00:00"}
    await do(hass, entry, camera, "add_plates", plates=[plate])
    assert str(camera.database.plates[0].end) == "2026-05-06 18:00:00"
    listed = (await ask(hass, entry, camera, "list_plates"))["plates"]
    assert listed[0]["end"] == "2026-05-06T18:00:00-07:00"
    camera.faults.only, camera.faults.error_code = {"GetDateAndTime"}, 11
    assert (await ask(hass, entry, camera, "list_plates"))["plates"] == listed


async def test_thousand(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A thousand plates go in ten batches of a hundred; whatever failed is told for each plate, in words."""
    entry = await set_up(camera)
    camera.database.fail_batch = 2
    camera.database.plates = [sim_plate("N950")]
    plates = [{"number": f"N{index}", "list": "allow"} for index in range(1000)]
    answer = await ask(hass, entry, camera, "add_plates", plates=plates)
    assert camera.database.batches == 10
    failed = {each["number"]: each["error"] for each in answer["failed"]}
    assert list(failed) == [*(f"N{index}" for index in range(100, 200)), "N950"]
    assert "already" in failed["N950"]
    assert "code 79" in failed["N150"]
    assert sorted([*answer["added"], *failed]) == sorted(plate["number"] for plate in plates)
    assert len((await ask(hass, entry, camera, "list_plates"))["plates"]) == 900


@BOTH_FAMILIES
async def test_some_fail(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """Who asks gets each failure beside its plate, who does not gets an error that names them."""
    entry = await set_up(camera)
    camera.database.fail_add = {"FULL": 202, "ODD": 201, "OUT": 16}
    plates = [{"number": number, "list": "allow"} for number in ("A", "FULL", "ODD", "B", "B", "OUT")]
    answer = await ask(hass, entry, camera, "add_plates", plates=plates)
    assert answer["added"] == ["A", "B"]
    assert [(each["number"], each["error"]) for each in answer["failed"]] == [
        ("FULL", "The plate lists of Gate camera are full"),
        ("ODD", "Gate camera refused ODD (code 201)"),
        ("B", "B was given twice for the same list"),
        ("OUT", "Gate camera cannot take these values for OUT. Look at its text and at its dates"),
    ]
    with pytest.raises(HomeAssistantError, match=r"Not all.*A: Gate camera has A on this list already"):
        await do(hass, entry, camera, "add_plates", plates=[{"number": "A", "list": "allow"}])


async def test_added_without_its_end(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A plate that would be valid for ever is taken off again, and told as failed; if it stays, that is told."""
    entry = await set_up(camera)
    camera.faults.error_code = 79
    camera.faults.only = {"ModifyLicensePlate"}
    plates = [{"number": "A", "list": "allow", "end": "2026-05-06 18:00:00"}, {"number": "B", "list": "allow"}]
    answer = await ask(hass, entry, camera, "add_plates", plates=plates)
    assert answer["added"] == ["B"]
    assert "A was not added" in answer["failed"][0]["error"]
    assert [plate.number for plate in camera.database.plates] == ["B"]
    camera.faults.only = {"ModifyLicensePlate", "DeleteLicensePlate"}
    answer = await ask(hass, entry, camera, "add_plates", plates=plates[:1])
    assert "A was added to Gate camera and is valid for as long as" in answer["failed"][0]["error"]
    assert [plate.number for plate in camera.database.plates] == ["B", "A"]


@pytest.mark.parametrize(("code", "words"), [(4, "may not do this"), (17, "API service"), (10, "locked")])
async def test_nothing_can_be_added(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, code: int, words: str
) -> None:
    """What makes all plates fail is one error, and is asked once."""
    entry = await set_up(camera)
    camera.faults.only, camera.faults.error_code = {"AddLicensePlates"}, code
    plates = [{"number": f"N{index}", "list": "allow"} for index in range(300)]
    with pytest.raises(HomeAssistantError, match=words):
        await ask(hass, entry, camera, "add_plates", plates=plates)
    assert len(writes(camera)) == 1


async def test_all_requests_are_refused(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """A camera that refuses every request as a whole has failed as a whole."""
    entry = await set_up(camera)
    camera.faults.only, camera.faults.error_code = {"AddLicensePlates"}, 79
    plates = [{"number": f"N{index}", "list": "allow"} for index in range(101)]
    with pytest.raises(HomeAssistantError, match=r"refused the command \(code 79\)"):
        await ask(hass, entry, camera, "add_plates", plates=plates)
    assert len(writes(camera)) == 2


async def test_connection_breaks(hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator) -> None:
    """What is not known is told as not known."""
    entry = await set_up(camera)
    await ask(hass, entry, camera, "list_plates")
    camera.faults.only, camera.faults.cut = {"AddLicensePlates"}, True
    plates = [{"number": f"N{index}", "list": "allow"} for index in range(101)]
    answer = await ask(hass, entry, camera, "add_plates", plates=plates)
    assert answer["added"] == []
    assert answer["failed"][0]["error"].startswith("It is not known whether Gate camera did this for N0.")
    assert answer["failed"][100]["error"].startswith("N100 was not sent any more. Gate camera does not answer")
    camera.faults.refuse_connections = True
    with pytest.raises(HomeAssistantError, match="does not answer"):
        await ask(hass, entry, camera, "add_plates", plates=plates)


@pytest.mark.parametrize("action", ["add_plates", "update_plate", "delete_plates"])
async def test_administrators_only(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, action: str, hass_read_only_user: MockUser
) -> None:
    """Who is no administrator may list plates at most."""
    entry = await set_up(camera)
    camera.database.plates = [sim_plate("A")]
    one = {"number": "A", "list": "allow"}
    data: dict[str, Any] = {**one, "owner": "x"} if action == "update_plate" else {"plates": [one]}
    target = {"device_id": device_id(hass, entry, camera)}
    with pytest.raises(Unauthorized):
        await call(hass, action, target, context=Context(user_id=hass_read_only_user.id), **data)
    assert writes(camera) == []


async def test_nobody_reads_plates_in_the_log(
    hass: HomeAssistant, set_up: SetUp, camera: IpcV2Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Plates and owners stay out of the log."""
    entry = await set_up(camera)
    caplog.set_level("INFO", "custom_components.viewwall")
    plate = {"number": "GX417TB", "list": "allow", "owner": "Plumber"}
    await ask(hass, entry, camera, "add_plates", plates=[plate, plate])
    await ask(hass, entry, camera, "list_plates")
    texts = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    assert not [text for text in texts if "GX417TB" in text or "Plumber" in text]
