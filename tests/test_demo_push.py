"""The demo's cameras: what they post to, what they remember of it, and what a user can break."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.viewwall.viewtron.discovery import search
from tests.demo import check_push, dashboard, entities, entries, trouble
from tests.demo.arguments import DemoError
from tests.demo.camera import ALARM_CENTRE, DemoCamera
from tests.demo.home_api import HomeAssistant
from tests.demo.house import House
from tests.demo.search import found_in_network
from tests.demo.traffic import Traffic
from tests.demo.trouble import Mischief, Trouble
from tests.simulators.search_responder import SearchResponder
from tests.simulators.state import HttpPostSlot

OURS = HttpPostSlot(id=2, switch=True, domain="127.0.0.1", port=8123, path="/api/webhook/abc")


@pytest.fixture
def house(socket_enabled: None) -> House:
    """Return the devices, switched off."""
    return House("Europe/Berlin", None)


@pytest.fixture
def gate(house: House) -> DemoCamera:
    """Return the gate's camera, which was told where to post."""
    house.gate.put_slot(OURS)
    return house.gate


@pytest.fixture
def mischief(gate: DemoCamera) -> Mischief:
    """Return what breaks the gate's camera."""
    return Mischief(gate, lambda _text: None)


async def test_addresses_are_remembered(tmp_path: Path, socket_enabled: None) -> None:
    """A camera has its addresses in the next demo, also after one that was not ended in order."""
    memory = tmp_path / "ports.json"
    first = House("UTC", memory)
    assert not first.gate.has_remembered
    assert first.gate.http_post[0] == ALARM_CENTRE
    first.gate.put_slot(OURS)
    first.door.put_slot(OURS)
    again = House("UTC", memory)
    assert again.gate.has_remembered
    assert again.gate.http_post == first.gate.http_post
    assert again.door.own_slot == OURS
    assert again.gate.database.plates == first.gate.database.plates
    again.door.forget_addresses()
    assert not House("UTC", memory).door.is_posting


def test_camera_of_an_older_demo(tmp_path: Path, socket_enabled: None) -> None:
    """Plates are remembered, and the address that was once typed by hand is there, once."""
    memory = tmp_path / "ports.json"
    House("UTC", memory).gate.remember()
    file = tmp_path / "gate.json"
    kept = json.loads(file.read_text())
    del kept["slots"]
    file.write_text(json.dumps(kept))
    gate = House("UTC", memory).gate
    assert not gate.has_remembered
    for _ in range(2):
        entries._tell(gate, "http://127.0.0.1:8123/api/webhook/abc", is_new=False)
    assert [slot.url for slot in gate.http_post if slot.domain] == [ALARM_CENTRE.url, OURS.url]
    again = House("UTC", memory).gate
    entries._tell(again, "http://192.0.2.2:8124/api/webhook/abc", is_new=False)
    assert again.http_post[1].url == "http://192.0.2.2:8124/api/webhook/abc"
    again.forget_addresses()
    entries._tell(again, "http://192.0.2.2:8124/api/webhook/abc", is_new=False)
    assert not again.is_posting


def test_new_camera_is_told_by_viewwall_alone(house: House) -> None:
    """Nobody types an address into a camera that was just added; the recorder has no other way."""
    for device in (house.gate, house.recorder, house.old_recorder):
        entries._tell(device, "http://127.0.0.1:8123/api/webhook/abc", is_new=True)
    assert not house.gate.is_posting
    assert (house.recorder.push_url, house.old_recorder.push_url) == ("http://127.0.0.1:8123/api/webhook/abc", None)


@pytest.mark.parametrize(
    ("base", "told"), [("http://127.0.0.1:8123", None), ("http://192.0.2.2:8123", "http://192.0.2.2:8123")]
)
async def test_home_assistant_knows_its_address(base: str, told: str | None) -> None:
    """Where it does not listen on the way to the devices, it cannot find out."""
    home = _Home()
    home.base = base
    api: Any = home
    await entries.tell_own_address(api)
    assert home.told == {"internal_url": told}


async def test_nothing_leaves_the_machine(house: House) -> None:
    """The address of somebody else costs no time, and a camera without any address posts nowhere."""
    await house.gate.send_keepalive()
    assert {failure.reason for failure in house.gate.push_failures} == {"name"}
    result = await house.garden.send_keepalive()
    assert result.status == 0


async def test_garden_is_quiet_until_set_up(house: House) -> None:
    """Somebody walks through the garden only when its camera tells of it."""
    life = Traffic(house, stay=0)
    await life.person_in_garden()
    assert not house.garden.push_failures
    house.garden.put_slot(HttpPostSlot(id=1, switch=True, domain="192.0.2.1", path="/api/webhook/abc"))
    await life.person_in_garden()
    assert len(house.garden.push_failures) == 3


async def test_devices_are_found(house: House) -> None:
    """All answer a search, with the ports at which they are reached."""
    said: list[str] = []
    for number, device in enumerate(house.devices):
        # A demo may be running on this machine.
        device.mac = f"58:5b:69:90:00:{number:02x}"
    async with house, found_in_network(house, said.append):
        found = {each.mac: (each.address, each.http_port) for each in await search(["127.0.0.1"], 0.6)}
        assert found.items() >= {device.mac: ("127.0.0.1", device.port) for device in house.devices}.items()
    assert not said


async def test_search_that_cannot_work_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and the demo goes on."""

    async def _fail(_self: SearchResponder) -> None:
        raise OSError("no multicast")

    monkeypatch.setattr(SearchResponder, "__aenter__", _fail)
    said: list[str] = []
    async with found_in_network(house, said.append):
        assert "no multicast" in said[0]


def test_firewall(mischief: Mischief, gate: DemoCamera) -> None:
    """Posts vanish until the user ends it; no change of the camera does."""
    mischief.choose(Trouble.FIREWALL)
    assert gate._delivery.is_cut
    assert not mischief.is_mended
    mischief.choose(Trouble.NOTHING)
    assert not gate._delivery.is_cut


@pytest.mark.parametrize("chosen", [Trouble.CLEARED, Trouble.OFF, Trouble.MOVED])
def test_what_viewwall_can_mend(mischief: Mischief, gate: DemoCamera, chosen: Trouble) -> None:
    """It is over when our address stands in the camera as it should."""
    mischief.choose(chosen)
    assert gate.own_slot != OURS
    assert not mischief.is_mended
    gate.put_slot(OURS)
    assert mischief.is_mended


def test_what_stays_is_ended(mischief: Mischief, gate: DemoCamera) -> None:
    """Nothing means that nothing is wrong: the address is on again, and the others have given theirs back."""
    mischief.choose(Trouble.OFF)
    mischief.choose(Trouble.NOTHING)
    assert gate.http_post[:2] == [ALARM_CENTRE, OURS]
    mischief.choose(Trouble.FULL)
    assert all(slot.domain for slot in gate.http_post)
    assert gate.own_slot is None
    mischief.choose(Trouble.NOTHING)
    assert [slot.domain for slot in gate.http_post] == [ALARM_CENTRE.domain, "", ""]


class _Home:
    """Stands for Home Assistant with its lists to choose from."""

    def __init__(self, *known: dict[str, Any], states: list[str] | None = None) -> None:
        """Take what it has already, and which states it tells."""
        self.lists = list(known)
        self.posted: list[dict[str, Any]] = []
        self.base = "http://127.0.0.1:8123"
        self.told: dict[str, Any] = {}
        self._states = states or []

    async def command(self, kind: str, **fields: Any) -> Any:
        """Answer a command."""
        match kind:
            case "input_select/list":
                return self.lists
            case "input_select/create":
                self.lists.append(fields | {"id": "x"})
            case "input_select/update":
                self.lists = [fields | {"id": fields["input_select_id"]}]
            case "config/core/update":
                self.told = fields
            case "config/entity_registry/list":
                return [{"platform": "input_select", "unique_id": "x", "entity_id": "input_select.mine"}]
        return None

    async def post(self, path: str, body: dict[str, Any]) -> None:
        """Remember a post."""
        self.posted.append(body)

    async def states(self, entity_id: str) -> AsyncGenerator[str]:
        """Tell the states."""
        for state in self._states:
            yield state


async def test_choice_is_made_once() -> None:
    """Later starts choose that nothing is wrong, and know the newest list."""
    home = _Home()
    api: Any = home
    assert await trouble.add_choice(api)
    assert not home.posted
    home.lists[0]["options"] = ["Nothing"]
    assert not await trouble.add_choice(api)
    assert home.lists[0]["options"] == [each.value for each in Trouble]
    assert home.posted == [{"entity_id": "input_select.mine", "option": "Nothing"}]


async def test_choice_is_followed(mischief: Mischief, gate: DemoCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen is done, and what was mended is chosen away; a lost connection is made anew."""
    home = _Home({"id": "x", "name": trouble.NAME}, states=["unavailable", Trouble.OFF])

    @asynccontextmanager
    async def _signed_in(_base: str) -> AsyncIterator[Any]:
        yield home

    monkeypatch.setattr(trouble, "signed_in", _signed_in)
    monkeypatch.setattr(trouble, "_LOOK", 0)
    monkeypatch.setattr(trouble, "_PAUSE", 0)
    running = asyncio.create_task(mischief.run(""))
    async with asyncio.timeout(5):
        while gate.is_posting:  # noqa: ASYNC110
            await asyncio.sleep(0)
        home._states = []
        gate.put_slot(OURS)
        while not home.posted:  # noqa: ASYNC110
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert home.posted[0]["option"] == "Nothing"
    assert mischief.trouble is Trouble.NOTHING


def test_dashboard_has_a_view_of_trouble(house: House) -> None:
    """The choice stands beside what shows whether events arrive."""
    mac = house.gate.mac
    registry = [
        _registered("binary_sensor.a", f"{mac}_event_push"),
        _registered("sensor.b", f"{mac}_last_message"),
        _registered("switch.c", f"{mac}_push_subscription"),
    ]
    built = dashboard.build_dashboard(house, entities.Entities(registry), "input_select.mine")
    [view] = [view for view in built["views"] if view["path"] == "trouble"]
    text = json.dumps(view)
    assert all(f'"{name}"' in text for name in ("input_select.mine", "binary_sensor.a", "sensor.b", "switch.c"))
    assert house.garden.password in text
    assert "null" not in text


def _registered(entity_id: str, unique_id: str) -> dict[str, Any]:
    """Return an entry of the entity registry."""
    return {"entity_id": entity_id, "unique_id": unique_id, "platform": "viewwall", "disabled_by": None}


def test_check_sees_a_touched_address(house: House, gate: DemoCamera) -> None:
    """The check fails when somebody else's address was changed, or ours is not there."""
    assert "address 2" in check_push._check_slots(house)
    gate.put_slot(HttpPostSlot(id=2))
    with pytest.raises(DemoError, match="was not told"):
        check_push._check_slots(house)
    gate.put_slot(HttpPostSlot(id=1))
    with pytest.raises(DemoError, match="was changed"):
        check_push._check_slots(house)


async def test_commands_wait_for_each_other() -> None:
    """Two of them at once get their own answers."""

    class _Socket:
        def __init__(self) -> None:
            self.asked: list[int] = []
            self.is_read = False

        async def send_json(self, message: dict[str, Any]) -> None:
            self.asked.append(message["id"])

        async def receive_json(self) -> dict[str, Any]:
            assert not self.is_read
            self.is_read = True
            await asyncio.sleep(0)
            self.is_read = False
            number = self.asked.pop(0)
            return {"id": number, "type": "result", "success": True, "result": number}

    session: Any = None
    home = HomeAssistant(session, "http://127.0.0.1")
    socket: Any = _Socket()
    home._socket = socket
    assert list(await asyncio.gather(home.command("one"), home.command("two"))) == [1, 2]
