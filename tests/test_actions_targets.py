"""Which walls an action means, who may call it, and what several walls answer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from homeassistant.core import Context, HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.viewwall.const import DOMAIN
from tests.acting import call, camera_entity, changing, device_of, do
from tests.conftest import SetUp, SetUpWall
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults, WallPanel
from tests.walls import FOUR, GATE, ONLY, registered

FOR_ALL: dict[str, dict[str, Any]] = {
    "show_panel": {"panel": "Gate only"},
    "show_camera": {"camera": "Gate"},
    "set_cell": {"cell": 1},
    "wall_ptz_move": {"cell": 3, "pan": 1},
    "wall_ptz_goto_preset": {"cell": 3, "preset": "Home"},
    "list_cameras": {},
    "find_mobile_bridges": {},
}
FOR_ADMINISTRATORS: dict[str, dict[str, Any]] = {
    "create_panel": {"name": "New", "width": 1, "height": 1},
    "update_panel": {"panel": "Gate only", "name": "New"},
    "delete_panel": {"panel": "Gate only"},
    "add_camera": {"camera_entity": "camera.none"},
    "update_camera": {"camera": "Gate", "camera_entity": "camera.none"},
    "delete_camera": {"camera": "Gate"},
    "replace_cameras": {"cameras": [{"camera_entity": "camera.none"}], "confirm": True},
    "preview_camera": {"camera_entity": "camera.none", "filename": "/x"},
    "update_settings": {"settings": {"DeviceName": "New"}},
    "test_mobile_bridge": {},
    "upload_firmware": {"filename": "/x", "confirm": True},
    "restore_factory_defaults": {"confirm": True},
}
ONLY_ASKING = {"list_cameras", "find_mobile_bridges", "test_mobile_bridge"}
EVERY = {**FOR_ALL, **FOR_ADMINISTRATORS}


@pytest.fixture(name="wall")
async def _wall(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run a device."""
    async with ThinClientSimulator() as wall:
        yield wall


@pytest.fixture(name="other")
async def _other(socket_enabled: None) -> AsyncIterator[ThinClientSimulator]:
    """Run another device."""
    async with ThinClientSimulator(name="Canteen wall", serial="585b69770202", password="canteen-Wall-8") as wall:
        yield wall


async def test_there_before_any_device(hass: HomeAssistant) -> None:
    """Know all actions and their responses without any entry, so that automations can be checked."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.async_services_for_domain(DOMAIN).keys() >= EVERY.keys()
    for action in EVERY:
        expected = SupportsResponse.ONLY if action in ONLY_ASKING else SupportsResponse.OPTIONAL
        assert hass.services.supports_response(DOMAIN, action) is expected
    with pytest.raises(ServiceValidationError, match="no target"):
        await call(hass, "show_panel", panel="Gate only")


async def test_described(hass: HomeAssistant) -> None:
    """Describe every field of every action in services.yaml, and offer Thin Clients alone."""
    assert await async_setup_component(hass, DOMAIN, {})
    described = (await async_get_all_descriptions(hass))[DOMAIN]
    for action, data in EVERY.items():
        assert described[action]["fields"].keys() >= data.keys() - {"confirm"}
        assert described[action]["target"] == {
            "device": [{"integration": DOMAIN, "model": "Thin Client"}],
            "entity": [{"integration": DOMAIN, "domain": ["update"]}],
            "primary_entities_only": False,
        }
        with pytest.raises(probatio.Invalid):
            await call(hass, action, {"device_id": "x"}, asks=True, **data, password="secret")


@pytest.mark.parametrize("action", EVERY)
async def test_no_target(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, action: str) -> None:
    """Say that a target is missing."""
    await set_up_wall(wall)
    targets: tuple[dict[str, Any] | None, ...] = (None, {}, {"entity_id": "none"}, {"device_id": []})
    for target in targets:
        with pytest.raises(ServiceValidationError) as told:
            await call(hass, action, target, asks=True, **EVERY[action])
        assert told.value.translation_key == "no_target"
        assert "Thin Client" in str(told.value)
    assert changing(wall) == []


async def test_by_device_and_entity(hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator) -> None:
    """Find a wall by its device, by any of its entities, by a group of them; named twice, it is asked once."""
    await set_up_wall(wall)
    device = dr.async_get(hass).async_get(device_of(hass, wall), include_child_devices=False)
    assert device is not None
    assert device.model == "Thin Client"
    entity = registered(hass, wall, "select.panel")
    hass.states.async_set("group.walls", "on", {"entity_id": [entity.entity_id]})
    targets: list[dict[str, Any]] = [
        {"device_id": device_of(hass, wall)},
        {"entity_id": entity.entity_id},
        {"entity_id": entity.id},
        {"entity_id": registered(hass, wall, "button.restart").entity_id},
        {"entity_id": ["group.walls", entity.entity_id], "device_id": [device_of(hass, wall)]},
    ]
    for target in targets:
        wall.active_panel, wall.requests = FOUR, []
        assert await call(hass, "show_panel", target, asks=True, panel="Gate only") == {device_of(hass, wall): {}}
        assert wall.showing() == ("panel", ONLY)
        assert changing(wall) == ["show_panel"]


async def test_by_area_floor_and_label(
    hass: HomeAssistant, set_up_wall: SetUpWall, set_up: SetUp, wall: ThinClientSimulator, other: ThinClientSimulator
) -> None:
    """Take the Thin Clients of a place, and nothing else that is there; a place without one is named."""
    floor = fr.async_get(hass).async_create("Ground floor")
    areas = ar.async_get(hass)
    lobby, yard = areas.async_create("Lobby", floor_id=floor.floor_id), areas.async_create("Back yard")
    label = lr.async_get(hass).async_create("Screens")
    unused = lr.async_get(hass).async_create("Unused")
    async with IpcV2Simulator() as camera:
        await set_up_wall(wall)
        await set_up_wall(other)
        await set_up(camera)
        devices = dr.async_get(hass)
        seeing = er.async_get(hass).async_get(camera_entity(hass, f"{camera.mac}_main"))
        assert seeing is not None
        assert seeing.device_id is not None
        devices.async_update_device(device_of(hass, wall), area_id=lobby.id)
        devices.async_update_device(seeing.device_id, area_id=lobby.id, labels={label.label_id})
        # The label sticks to an entity alone.
        er.async_get(hass).async_update_entity(
            registered(hass, other, "update.firmware").entity_id, labels={label.label_id}
        )
        for target, meant in (
            ({"area_id": lobby.id}, {wall}),
            ({"floor_id": floor.floor_id}, {wall}),
            ({"label_id": label.label_id}, {other}),
            ({"area_id": [lobby.id], "label_id": [label.label_id]}, {wall, other}),
        ):
            for each in (wall, other):
                each.show(each.panel(FOUR))
            answer = await call(hass, "show_panel", target, asks=True, panel="Gate only")
            assert answer == {device_of(hass, each): {} for each in meant}
            assert {each for each in (wall, other) if each.active_panel == ONLY} == meant

        areas.async_update(lobby.id, floor_id=None)
        for target, name in (
            ({"area_id": yard.id}, "Back yard"),
            ({"floor_id": floor.floor_id}, "Ground floor"),
            ({"label_id": unused.label_id}, "Unused"),
            ({"area_id": "attic"}, "attic"),
            ({"label_id": "nowhere"}, "nowhere"),
            ({"area_id": [lobby.id, yard.id]}, "Back yard"),
        ):
            for each in (wall, other):
                each.requests = []
            with pytest.raises(ServiceValidationError, match=name):
                await call(hass, "show_panel", target, panel="Gate only")
            assert changing(wall) == changing(other) == []


async def test_wrong_targets_are_named(
    hass: HomeAssistant, set_up_wall: SetUpWall, set_up: SetUp, wall: ThinClientSimulator
) -> None:
    """Name a device of the other family or of another integration, and what does not exist; touch no wall then."""
    foreign = MockConfigEntry(domain="elsewhere")
    foreign.add_to_hass(hass)
    lamp = dr.async_get(hass).async_get_or_create(
        config_entry_id=foreign.entry_id, identifiers={("elsewhere", "1")}, name="Desk lamp"
    )
    hass.states.async_set("sensor.of_nobody", "1")
    async with IpcV2Simulator() as camera:
        await set_up_wall(wall)
        await set_up(camera)
        entity_id = camera_entity(hass, f"{camera.mac}_main")
        entity = er.async_get(hass).async_get(entity_id)
        assert entity is not None
        for target, key, name in (
            ({"device_id": entity.device_id}, "viewtron_target", "Gate camera"),
            ({"entity_id": entity_id}, "viewtron_target", entity_id),
            ({"device_id": lamp.id}, "foreign_target", "Desk lamp"),
            ({"entity_id": "sensor.of_nobody"}, "foreign_target", "sensor.of_nobody"),
            ({"device_id": "gone"}, "unknown_target", "gone"),
            ({"entity_id": "select.gone"}, "unknown_target", "select.gone"),
            ({"entity_id": "all"}, "unknown_target", "all"),
        ):
            named = [target["device_id"]] if "device_id" in target else []
            for each in (target, {**target, "device_id": [*named, device_of(hass, wall)]}):
                with pytest.raises(ServiceValidationError, match=name) as told:
                    await call(hass, "show_panel", each, asks=True, panel="Gate only")
                assert told.value.translation_key == key
    assert changing(wall) == []


async def test_not_running(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, other: ThinClientSimulator
) -> None:
    """Name a wall that is not set up; one that was disabled is no part of its area."""
    area = ar.async_get(hass).async_create("Lobby")
    entry = await set_up_wall(wall)
    await set_up_wall(other)
    ids = {each: device_of(hass, each) for each in (wall, other)}
    for device_id in ids.values():
        dr.async_get(hass).async_update_device(device_id, area_id=area.id)
    await hass.config_entries.async_unload(entry.entry_id)
    for target in ({"device_id": list(ids.values())}, {"area_id": area.id}):
        with pytest.raises(ServiceValidationError, match="Lobby wall") as told:
            await call(hass, "show_panel", target, panel="Gate only")
        assert told.value.translation_key == "not_loaded"
    assert changing(other) == []


async def test_nothing_is_touched_when_a_check_fails(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, other: ThinClientSimulator
) -> None:
    """A panel that one of two walls lacks leaves both as they are, and the error names wall and panel."""
    wall.panels.append(WallPanel(id="night", name="Night", width=1, height=1, cameras={0: GATE}))
    await set_up_wall(wall)
    await set_up_wall(other)
    with pytest.raises(ServiceValidationError) as told:
        await do(hass, "show_panel", wall, other, panel="Night")
    assert str(told.value) == ("Canteen wall has no panel “Night”. It has: Four view, Gate only, Wide view")
    assert changing(wall) == changing(other) == []


async def test_several_walls_one_fails(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, other: ThinClientSimulator
) -> None:
    """What failed stands beside what was done; without a look at the response the failure is raised afterwards."""
    await set_up_wall(wall)
    await set_up_wall(other)
    both = {"device_id": [device_of(hass, wall), device_of(hass, other)]}
    other.faults = Faults(status=500, only={"show_panel"})
    answer = await call(hass, "show_panel", both, asks=True, panel="Gate only")
    assert answer == {
        device_of(hass, wall): {},
        device_of(hass, other): {"error": "Canteen wall refused the command (code 500)"},
    }
    assert (wall.showing(), other.showing()) == (("panel", ONLY), ("panel", FOUR))

    with pytest.raises(HomeAssistantError, match="Canteen wall refused") as told:
        await call(hass, "show_panel", both, panel="Four view")
    assert not isinstance(told.value, ServiceValidationError)
    assert wall.showing() == ("panel", FOUR)

    wall.faults = Faults(status=500, only={"show_panel"})
    with pytest.raises(HomeAssistantError, match=r"Several.* Canteen wall refused.*Lobby wall refused"):
        await call(hass, "show_panel", both, asks=True, panel="Gate only")
    with pytest.raises(HomeAssistantError, match=r"^Lobby wall refused"):
        await call(hass, "show_panel", {"device_id": device_of(hass, wall)}, asks=True, panel="Gate only")


async def test_unreachable_wall(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, other: ThinClientSimulator
) -> None:
    """A wall that does not answer, not even to the questions before, does not keep the others."""
    await set_up_wall(wall)
    await set_up_wall(other)
    other.faults.refuse_connections = True
    both = {"device_id": [device_of(hass, wall), device_of(hass, other)]}
    answer = await call(hass, "update_panel", both, asks=True, panel="Gate only", name="Just the gate")
    assert answer == {
        device_of(hass, wall): {},
        device_of(hass, other): {"error": "Canteen wall does not answer"},
    }
    assert wall.panel(ONLY).name == "Just the gate"


async def test_several_walls_at_once(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, other: ThinClientSimulator
) -> None:
    """A slow wall does not make the others wait."""
    await set_up_wall(wall)
    await set_up_wall(other)
    shown: list[str] = []
    wall.on_screen_change(lambda: shown.append("slow"))
    other.on_screen_change(lambda: shown.append("quick"))
    # The slow one answers its first question late, whichever comes first.
    wall.faults = Faults(delay=0.3, only={"list_panels"})
    await do(hass, "show_panel", wall, other, panel="Gate only")
    assert shown == ["quick", "slow"]


@pytest.mark.parametrize("action", EVERY)
async def test_who_may(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, hass_read_only_user: MockUser, action: str
) -> None:
    """Changes of panels, cameras and the device itself are for administrators, the rest for who may control."""
    await set_up_wall(wall)
    target = {"device_id": device_of(hass, wall)}
    person = MockUser(name="Guard").add_to_hass(hass)
    if action in FOR_ADMINISTRATORS:
        with pytest.raises(Unauthorized):
            await call(hass, action, target, asks=True, context=Context(user_id=person.id), **EVERY[action])
    with pytest.raises(Unauthorized):
        await call(hass, action, target, asks=True, context=Context(user_id=hass_read_only_user.id), **EVERY[action])
    with pytest.raises(UnknownUser):
        await call(hass, action, target, asks=True, context=Context(user_id="nobody"), **EVERY[action])
    assert changing(wall) == []


async def test_a_user_may_show(
    hass: HomeAssistant, set_up_wall: SetUpWall, wall: ThinClientSimulator, hass_admin_user: MockUser
) -> None:
    """An ordinary user may change what is on the screen, an administrator what is stored."""
    await set_up_wall(wall)
    target = {"device_id": device_of(hass, wall)}
    group = await hass.auth.async_get_group("system-users")
    assert group is not None
    person = MockUser(name="Guard", groups=[group]).add_to_hass(hass)
    await call(hass, "show_panel", target, context=Context(user_id=person.id), panel="Gate only")
    assert wall.showing() == ("panel", ONLY)
    await call(hass, "delete_panel", target, context=Context(user_id=hass_admin_user.id), panel="Wide view")
    assert [panel.name for panel in wall.panels] == ["Four view", "Gate only"]


def test_names_of_actions() -> None:
    """Keep the names of all actions: automations hold them."""
    texts = Path(__file__).parents[1] / "custom_components/viewwall/services.yaml"
    assert all(f"\n{action}:\n" in texts.read_text() for action in EVERY)
