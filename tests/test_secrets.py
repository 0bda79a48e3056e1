"""A full run of all three kinds of device, and then a search through everything that it wrote and showed."""

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
from typing import Any, override
from urllib.parse import quote

from homeassistant.components import persistent_notification
from homeassistant.components.camera import async_get_image, async_get_stream_source
from homeassistant.components.recorder.core import Recorder
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.viewwall.const import DOMAIN, EVENT_VIEWWALL
from tests.acting import call, camera_entity, device_of
from tests.conftest import Later
from tests.plating import BEGIN, END, sim_plate
from tests.pushing import device_id, entity_id
from tests.repairing import User
from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.auth import REALM
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV2Simulator
from tests.simulators.posts_base import Identity
from tests.simulators.state import Auth, Faults, Shape
from tests.simulators.thin_client import ThinClientSimulator
from tests.simulators.thin_client_state import Faults as WallFaults
from tests.telltale import Told, spellings

USER = "anna"
CAMERA_PASSWORD, CAMERA_NEW = "gate/Keeper&7 <x>", "new'Keeper\"9+"
NVR_PASSWORD = "nvr%Pass+word=8"
WALL_PASSWORD, WALL_NEW, WALL_LAST = 'wall"Clock\\5!', "wall~Tower?6", "wall{Bells}7"
WRONG, BRIDGE_PASSWORD, LOOK_PASSWORD = "wr0ng;Guess/1", "toll@Booth:4", "look#Only?6"
PASSWORDS = (
    *(CAMERA_PASSWORD, CAMERA_NEW, NVR_PASSWORD, WALL_PASSWORD, WALL_NEW, WALL_LAST),
    *(WRONG, BRIDGE_PASSWORD, LOOK_PASSWORD),
)
PLATES = ("QX 4711 Z", "QX4711Z", "RY 8822 W", "RY8822W")
PEOPLE = ("Olga Ownerby", "Family Ownerby", "Ownerby")
PLANTED = "planted/Word&1 <y>"
TELEPHONE = "+49 170 5550199"
STRANGER = Identity(name="Ownerby's own", mac="58:5b:69:77:77:77", serial="I85B69777777", address="192.0.2.77")
FRAGMENTS = (b"GX", b"<html>QX 4711 Z of Olga Ownerby</html>", b"<config><smartType>VEHICE</smartType>QX 4711 Z")


class CountingWall(ThinClientSimulator):
    """A wall that remembers the tokens of all its sessions."""

    tokens: set[str]

    @override
    def open_session(self) -> str:
        token = super().open_session()
        self.tokens.add(token)
        return token


@dataclass(slots=True)
class Run:
    """One house, and a user who does everything in it."""

    hass: HomeAssistant
    told: Told
    user: User
    later: Later
    camera: IpcV2Simulator
    recorder: NvrV2Simulator
    wall: CountingWall
    webhooks: set[str]

    @property
    def secrets(self) -> set[str]:
        """Return all that must stand nowhere."""
        users = (USER, "admin", "viewer", "wall")
        found = {form for password in PASSWORDS for form in spellings(password, *users, realms=(REALM,))}
        return found | self.wall.tokens | self.webhooks

    async def flow(self, path: str, data: dict[str, Any], *, shows_address: bool = False) -> dict[str, Any]:
        """Send a form of a flow, and keep what comes back; one of them shows the address for events by design."""
        response = await (await self.user._connect()).post(f"/api/config/config_entries/{path}", json=data)
        text = await response.text()
        await self.hass.async_block_till_done(wait_background_tasks=True)
        answer: dict[str, Any] = await response.json()
        if shows_address:
            answer = {**answer, "description_placeholders": None}
        self.told.add(f"flow {path[:20]}", answer if shows_address else text)
        return await response.json()  # type: ignore[no-any-return]

    async def add(self, device: Any, username: str = USER) -> ConfigEntry[Any]:
        """Add a device by its address, after a password that is wrong."""
        shown = await self.flow("flow", {"handler": DOMAIN})
        path = f"flow/{shown['flow_id']}"
        await self.flow(path, {"next_step_id": "manual"})
        typed = {"host": device.host, "username": username, "connection": {"port": device.port}}
        shown = await self.flow(path, {**typed, "password": WRONG})
        assert shown["errors"] == {"base": "invalid_auth"}, shown
        shown = await self.flow(path, {**typed, "password": device.password}, shows_address=True)
        if shown["type"] == "form":
            can_write = any(field["name"] == "set_up_push" for field in shown["data_schema"])
            shown = await self.flow(path, {"set_up_push": True} if can_write else {})
        assert shown["type"] == "create_entry", shown
        entry = self.hass.config_entries.async_get_entry(shown["result"]["entry_id"])
        assert entry is not None
        self.webhooks.add(entry.data["webhook_id"])
        device.push_url = f"http://{self.user.server}/api/webhook/{entry.data['webhook_id']}"
        return entry

    async def sign_in_again(self, entry: ConfigEntry[Any], password: str) -> None:
        """Answer the question for a new password, wrongly at first."""
        [flow] = [
            each for each in self.hass.config_entries.flow.async_progress() if each["context"]["source"] == "reauth"
        ]
        path = f"flow/{flow['flow_id']}"
        shown = await self.flow(path, {"password": WRONG} | self._name(entry))
        assert shown["errors"] == {"base": "invalid_auth"}, shown
        shown = await self.flow(path, {"password": password} | self._name(entry))
        assert shown["reason"] == "reauth_successful", shown

    def _name(self, entry: ConfigEntry[Any]) -> dict[str, str]:
        return {} if entry.data["kind"] == "thin_client" else {"username": USER}

    async def options(self, entry: ConfigEntry[Any], step: str, *forms: dict[str, Any]) -> dict[str, Any]:
        """Go through a step of the options."""
        shown = await self.flow("options/flow", {"handler": entry.entry_id})
        path = f"options/flow/{shown['flow_id']}"
        shown = await self.flow(path, {"next_step_id": step})
        for form in forms:
            shown = await self.flow(path, form)
        return shown

    async def act(self, action: str, target: str, **data: Any) -> None:
        """Call an action, and keep what it says or how it fails."""
        try:
            asks = self.hass.services.supports_response(DOMAIN, action) != "none"
            self.told.add(
                f"answer of {action}", await call(self.hass, action, {"device_id": target}, asks=asks, **data)
            )
        except HomeAssistantError as error:
            self.told.add_error(action, error)

    async def attempt(self, where: str, what: Awaitable[object]) -> None:
        """Do something that may fail."""
        try:
            await what
        except HomeAssistantError as error:
            self.told.add_error(where, error)

    async def look(self, *entries: ConfigEntry[Any]) -> None:
        """Download the diagnostics, and gather everything else."""
        for entry in entries:
            response = await (await self.user._connect()).get(f"/api/diagnostics/config_entry/{entry.entry_id}")
            assert response.status == 200
            self.told.add("diagnostics", await response.text())
        await self.told.gather()


@pytest.fixture(name="parts")
async def _parts(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Have what a whole Home Assistant has, before its server starts."""
    for part in ("config", "persistent_notification", "system_log", "trace", "stream"):
        assert await async_setup_component(hass, part, {})


@pytest.fixture(name="run")
async def _run(
    parts: None,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    user: User,
    later: Later,
) -> AsyncIterator[Run]:
    """Return a house before anything was added to it."""
    told = Told(hass, caplog, hass_storage)
    async with AsyncExitStack() as stack:
        camera = IpcV2Simulator(username=USER, password=CAMERA_PASSWORD, auth=Auth.DIGEST, shape=Shape.FIELD)
        recorder = NvrV2Simulator(username=USER, password=NVR_PASSWORD)
        wall = CountingWall(password=WALL_PASSWORD)
        wall.tokens = set()
        for device in (camera, recorder, wall):
            await stack.enter_async_context(device)
        yield Run(hass, told, user, later, camera, recorder, wall, set())


async def automate(hass: HomeAssistant, wall: str) -> None:
    """Let an automation show who comes, and remember how it went."""
    actions = [
        {"action": f"{DOMAIN}.list_cameras", "target": {"device_id": wall}, "response_variable": "listed"},
        {
            "action": "persistent_notification.create",
            "data": {"message": "{{ trigger.event.data.plate }} {{ listed }}"},
        },
    ]
    automation = {"id": "who", "alias": "Who", "triggers": {"trigger": "event", "event_type": EVENT_VIEWWALL}}
    assert await async_setup_component(hass, "automation", {"automation": [automation | {"actions": actions}]})
    await hass.async_block_till_done()


async def live(run: Run, camera: ConfigEntry[Any], recorder: ConfigEntry[Any], wall: ConfigEntry[Any]) -> None:
    """Let posts come and actions run, some of which fail."""
    hass, told = run.hass, run.told
    now = datetime.now(UTC)
    who = run.camera.identity()
    run.camera.database.plates.append(sim_plate(PLATES[0], owner=PEOPLE[0], telephone=TELEPHONE))
    await run.camera.send_plate(PLATES[0], listed="whiteList")
    await run.recorder.send_plate(PLATES[2], listed=PEOPLE[1], owner=PEOPLE[0])
    for body in (
        *(ipc_posts.face(who, now), ipc_posts.intrusion(who, now), ipc_posts.traject(who, now)),
        *(ipc_posts.keepalive_message(who), ipc_posts.alarm_status(who, now, {"motionAlarm": True})),
        *(ipc_posts.keepalive_message(STRANGER), *FRAGMENTS),
    ):
        told.add("answer to a post", (await run.camera.push(body)).body.decode())
    await run.recorder.push(nvr_posts.face(run.recorder.identity(2), now))
    await hass.async_block_till_done(wait_background_tasks=True)

    gate, yard = device_id(hass, camera, run.camera), device_id(hass, recorder, run.recorder, 1)
    new = {"number": PLATES[2], "list": "allow", "owner": PEOPLE[0]}
    await run.act("add_plates", gate, plates=[new, new])
    await run.act("list_plates", gate)
    await run.act("update_plate", gate, number=PLATES[2], list="allow", new_list="block", end=END)
    await run.act("update_plate", gate, number=PLATES[3], list="allow", owner=PEOPLE[0])
    run.camera.faults = Faults(error_code=204)
    await run.act("delete_plates", gate, plates=[{"number": PLATES[0], "list": "allow"}])
    run.camera.faults = Faults()
    await run.act("find_recordings", yard, start=BEGIN, end=END)
    await run.act("snapshot_at", yard, time=BEGIN, filename="/etc/x.jpg")
    await run.act("ptz_goto_preset", gate, preset="Gate")

    screen = device_of(hass, run.wall)
    seen = camera_entity(hass, f"{run.camera.mac}_main")
    source = await async_get_stream_source(hass, seen)
    assert source is not None
    assert run.told.where([source]) == []
    await run.attempt("picture", async_get_image(hass, entity_id(hass, run.camera, "camera.sub")))
    await run.act("add_camera", screen, camera_entity=seen, name="Gate from here")
    await run.act("update_camera", screen, camera="Gate from here", camera_entity=seen, name="Gate at last")
    await run.act("preview_camera", screen, camera_entity=seen, filename="/etc/x.jpg")
    await run.act("show_camera", screen, camera=seen)
    await run.act("update_settings", screen, settings={"DeviceName": "Lobby", "AdminPassword": "x"})
    await run.act("test_mobile_bridge", screen)
    await run.act("find_mobile_bridges", screen)
    run.wall.faults = WallFaults(garbage=f'{{"Data": "{LOOK_PASSWORD}", "pwd": "{BRIDGE_PASSWORD}" '.encode())
    await run.act("add_camera", screen, camera_entity=seen)
    await run.act("show_panel", screen, panel="Wide view")
    run.wall.faults = WallFaults()

    bridge = {"server": "192.0.2.80", "port": 8434, "ssl": False, "username": "wall", "password": BRIDGE_PASSWORD}
    await run.options(wall, "mobile_bridge", bridge, {"show_cameras": False})
    direct = {"name": "Back door", "address": "192.0.2.77", "username": "viewer", "password": LOOK_PASSWORD}
    plain = {"media_uri": "rtsp://192.0.2.77/profile1", "try_picture": True}
    # A form gives back what was typed into it and is no password, so that the address with a login stands in the last.
    login = {"media_uri": "rtsp://viewer:look%23Only%3F6@192.0.2.77/profile1", "try_picture": False}
    await run.options(wall, "add_camera", direct | plain, direct | login)
    shown = await run.options(wall, "admin_password", {"password": WALL_NEW, "repeat": WRONG})
    assert shown["type"] == "form"
    shown = await run.options(wall, "admin_password", {"password": WALL_NEW, "repeat": WALL_NEW})
    assert shown["type"] == "create_entry", shown
    assert run.wall.password == WALL_NEW


async def trouble(run: Run, camera: ConfigEntry[Any], wall: ConfigEntry[Any]) -> None:
    """Let passwords be refused, devices answer nonsense, and messages stay away."""
    run.camera.password, run.wall.password = CAMERA_NEW, WALL_LAST
    run.wall.expire_sessions()
    await run.later(61)
    await run.later(61)
    await run.look(camera, wall)
    for flow in run.hass.config_entries.flow.async_progress():
        run.told.add("flow under way", repr(flow))
    flows = {each["context"]["entry_id"] for each in run.hass.config_entries.flow.async_progress()}
    assert flows >= {camera.entry_id}
    if wall.entry_id in flows:
        # One flow at a time, to know which is which.
        [mine] = [
            each
            for each in run.hass.config_entries.flow.async_progress()
            if each["context"]["entry_id"] == wall.entry_id
        ]
        path = f"flow/{mine['flow_id']}"
        await run.flow(path, {"password": WRONG})
        await run.flow(path, {"password": WALL_LAST})
    await run.sign_in_again(camera, CAMERA_NEW)
    run.camera.faults = Faults(html=True)
    await run.later(61)
    run.camera.faults = Faults()
    await run.later(600)
    await run.later(3600)
    issues = [issue for issue in ir.async_get(run.hass).issues.values() if issue.domain == DOMAIN]
    assert issues
    for issue in issues:
        shown = await run.user.post("/api/repairs/issues/fix", {"handler": DOMAIN, "issue_id": issue.issue_id})
        # The dialog shows the address to type into the device.
        run.told.add("repair", repr({**shown, "description_placeholders": None}))


async def test_nothing_tells_a_secret(run: Run) -> None:
    """Write no password, token or webhook id anywhere but into the entry, and no people into logs and diagnostics."""
    hass, told = run.hass, run.told
    camera, recorder, wall = [await run.add(device) for device in (run.camera, run.recorder, run.wall)]
    await automate(hass, device_of(hass, run.wall))
    await live(run, camera, recorder, wall)
    await run.look(camera, recorder, wall)
    await trouble(run, camera, wall)
    await run.look(camera, recorder, wall)
    for entry in (camera, recorder, wall):
        assert await hass.config_entries.async_reload(entry.entry_id)
    for entry in (camera, recorder, wall):
        assert await hass.config_entries.async_remove(entry.entry_id)
    plant(hass)
    await told.gather()
    await told.finish()

    # It was a full run, and the search finds what is there.
    for where in ("diagnostics", "repair", "flow ", "error of", "answer of", "entry", "device", "answer to a post"):
        assert any(place.startswith(where) for place, _ in told.texts), where
    assert len(run.wall.tokens) > 2
    assert len(run.secrets) > 80
    for where in ("event viewwall_event", "database", "trace", "state sensor.", "persistent_notification"):
        assert told.where(PLATES, within=where), where
    assert told.where([TELEPHONE], within="database") == []
    for where in ("state", "event", "database", "repair", "persistent_notification", ".storage/", "log"):
        assert told.where(spellings(PLANTED), within=where), where
    assert told.in_log_above_debug([PLANTED])

    assert told.where(run.secrets) == []
    private = (*PLATES, *PEOPLE, TELEPHONE)
    assert told.where(private, within="diagnostics") == []
    assert told.in_log_above_debug(private) == []


def plant(hass: HomeAssistant) -> None:
    """Write a secret wherever one could stand, to see that it would be found there."""
    hass.states.async_set("sensor.planted", "1", {"url": f"rtsp://viewer:{quote(PLANTED, safe='')}@192.0.2.7/1"})
    hass.bus.async_fire("planted", {"login": b64encode(f"{USER}:{PLANTED}".encode()).decode(), "word": PLANTED})
    persistent_notification.async_create(hass, PLANTED)
    ir.async_create_issue(
        hass, "test", "planted", is_fixable=False, severity=ir.IssueSeverity.WARNING, translation_key="planted",
        translation_placeholders={"word": PLANTED}, is_persistent=True, data={"word": PLANTED},
    )  # fmt: skip
    logging.getLogger("custom_components.viewwall.planted").debug("Login %s", quote(PLANTED))
    logging.getLogger("custom_components.viewwall.planted").warning("Login %s", PLANTED)
