"""Prove that a demo's devices are found, and that its cameras were told where to post and nothing else."""

import asyncio
from typing import Any, Final

from .arguments import DemoError
from .camera import ALARM_CENTRE, DemoCamera
from .entities import Entities
from .entries import DOMAIN, FLOWS
from .home_api import HomeAssistant
from .house import House

_PATIENCE: Final = 150
"""Seconds: a silence is noticed when three signs of life are missing, of which our own address has one every 30 s."""
_LOOK: Final = 0.5
_KNOWN: Final = "set up as "
_FIXES: Final = "/api/repairs/issues/fix"


async def check_push(home: HomeAssistant, house: House, entities: Entities) -> list[str]:
    """Return what was seen; raises DemoError for what did not come in time."""
    slot = _check_slots(house)
    # A camera that was reset has lost its name, too; its entry has not.
    known = {device.name for device in house.devices} - {house.garden.name}
    lost, found = await asyncio.gather(
        _check_loss(home, house.door, entities), _check_search(home, known, house.garden.name)
    )
    return [slot, found, *lost]


def _check_slots(house: House) -> str:
    """See our address in the gate's camera, beside another one that nobody has touched."""
    gate = house.gate
    if gate.http_post[0] != ALARM_CENTRE:
        raise DemoError(f"somebody else's address in the gate's camera was changed: {gate.http_post[0]}")
    own = gate.own_slot
    if own is None or own.id == ALARM_CENTRE.id or not own.switch:
        raise DemoError(f"the gate's camera was not told where to post: {gate.http_post}")
    return f"address {own.id} of the gate's camera is ours, address {ALARM_CENTRE.id} is as it was"


async def _check_search(home: HomeAssistant, known: set[str], new: str) -> str:
    """Search the network as a user does, and leave it at that."""
    flow = await home.post(FLOWS, {"handler": DOMAIN})
    path = f"{FLOWS}/{flow['flow_id']}"
    step = await home.post(path, {"next_step_id": "search"})
    while step["type"] == "progress":
        await asyncio.sleep(_LOOK)
        step = await home.get_json(path)
    await home.delete(path)
    if step.get("step_id") != "found":
        raise DemoError(f"the search found nothing: {step}")
    [options] = [field["selector"]["select"]["options"] for field in step["data_schema"] if field["name"] == "device"]
    labels = [option["label"] for option in options if "127.0.0.1" in option["label"]]
    told = {label.partition(_KNOWN)[2].partition(",")[0] for label in labels if _KNOWN in label}
    fresh = [label for label in labels if _KNOWN not in label]
    if told != known or len(fresh) != 1 or new not in fresh[0]:
        raise DemoError(f"the search did not find all that is there: {labels}")
    return f"a search found {fresh[0]}, and {len(told)} devices that are set up"


async def _check_loss(home: HomeAssistant, camera: DemoCamera, entities: Entities) -> list[str]:
    """Set a camera to what the factory has set, and get its events again."""
    arrive = entities.find(camera, "binary_sensor", "event_push") or ""
    await _wait_for(home, arrive, "on")
    camera.factory_reset()
    helped = await _put_right(home, camera)
    await _wait_for(home, arrive, "on")
    return [f"{arrive} says on; {camera.model} lost its addresses and got ours again {helped}"]


async def _put_right(home: HomeAssistant, camera: DemoCamera) -> str:
    """Wait until a camera has our address again; follow the repair if there is one, and tell how it went."""
    helped = "by itself"
    try:
        async with asyncio.timeout(_PATIENCE):
            while not camera.is_posting:
                await asyncio.sleep(_LOOK)
                for issue in (await home.command("repairs/list_issues"))["issues"]:
                    if issue["domain"] == DOMAIN and issue["translation_key"] == "push_taken_away":
                        await _fix(home, issue)
                        helped = f"by the repair {issue['translation_key']}"
    except TimeoutError:
        raise DemoError(f"{camera.model} was not told again where to post: {camera.http_post}") from None
    return helped


async def _fix(home: HomeAssistant, issue: dict[str, Any]) -> None:
    """Let a repair set the camera up again."""
    flow = await home.post(_FIXES, {"handler": issue["domain"], "issue_id": issue["issue_id"]})
    await home.post(f"{_FIXES}/{flow['flow_id']}", {"set_up": True})


async def _wait_for(home: HomeAssistant, entity_id: str, wanted: str) -> None:
    """Wait for a state."""
    state = None
    try:
        async with asyncio.timeout(_PATIENCE):
            while state != wanted:
                known: dict[str, Any] = await home.get_json(f"/api/states/{entity_id}") or {}
                state = known.get("state")
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        raise DemoError(f"{entity_id or 'a missing entity'} is {state} and not {wanted}") from None
