"""Start a demo: devices, Home Assistant and what happens around the house, for whoever uses it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Final

import aiohttp

from . import trouble_view, wall_view
from .arguments import EVERYWHERE, DemoError, Options
from .automations import add_automations
from .check import check
from .configuration import local_zone, seed
from .dashboard import add_dashboard
from .entities import Entities, entities_of
from .entries import add_devices, add_gate_to_wall, add_monitor, tell_own_address
from .gate import REGULAR_VISITOR
from .hass_process import HomeAssistantProcess
from .home_api import PASSWORD, USERNAME, HomeAssistant, signed_in
from .house import House
from .search import found_in_network
from .traffic import Traffic
from .trouble import Mischief, add_choice, find_choice

type Visit = Callable[[str, House, Traffic], Awaitable[None]]
"""Uses a demo that is ready: takes Home Assistant's address, the devices and what happens to them."""

_START_LIMIT: Final = 150
_SHOWN: Final = {"seconds": 20}
_CHECKED: Final = {"seconds": 4}
"""How long the wall shows the gate in the demo, and in its check."""
_OPEN: Final = {"seconds": 8}
_OPEN_IN_CHECK: Final = {"seconds": 2}
"""How long the gate is open."""
_STAY_IN_CHECK: Final = 3.0
_BEATS_IN_VISIT: Final = 20
"""How many times as often cameras send signs of life."""


def say(text: str) -> None:
    """Tell the user something."""
    print(f"[demo] {text}", flush=True)


async def run_demo(options: Options, folder: Path, visit: Visit | None = None) -> None:
    """Run the demo in a folder until it is cancelled, or its only visit is over; raises DemoError when it cannot go on.

    For a visit, which a check is too, it takes any free ports, and its devices forget everything in the end.
    """
    if options.check:
        visit = _checked
    base = f"http://{options.reachable_host}:{options.port}"
    zone = local_zone()
    config = folder / "config"
    await asyncio.to_thread(seed, config, host=options.host, port=options.port, time_zone=zone)
    say("Switching on the simulated devices ...")
    house = House(zone, None if visit else folder / "ports.json")
    if visit:
        house.hurry(_BEATS_IN_VISIT)
    async with house, found_in_network(house, say):
        for place in house.placed:
            login = f"{place.device.username} / {place.device.password}"
            say(f"  {place.device.name}: {place.device.model} at {place.device.url}, login {login}")
        say(f"  {house.wall.name}: Thin Client at {house.wall.url}, password {house.wall.password}")
        say("Starting Home Assistant (a quarter of a minute, longer on a slow machine) ...")
        async with HomeAssistantProcess(config, folder / "hass.log") as hass:
            try:
                await _while_alive(hass, _use(options, base, house, visit))
            except BaseException:
                if visit:
                    # The folder is gone in a moment.
                    say(f"The end of Home Assistant's log:\n{hass.tail()}")
                raise


async def _while_alive(hass: HomeAssistantProcess, work: Coroutine[None, None, None]) -> None:
    """Work as long as Home Assistant runs; raises what ends either of them."""
    tasks = {asyncio.create_task(hass.watch()), asyncio.create_task(work)}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _use(options: Options, base: str, house: House, visit: Visit | None) -> None:
    """Set up what is missing, let things happen, and check them or tell where they are seen."""
    traffic = Traffic(house, pace=options.pace, stay=_STAY_IN_CHECK if options.check else None)
    house.gate.on_gate(lambda is_open: say(f"  The gate {'opens' if is_open else 'closes'}."))
    try:
        async with asyncio.timeout(_START_LIMIT), signed_in(base) as home:
            say("Home Assistant answers. Adding the devices to ViewWall ...")
            await tell_own_address(home)
            new = await add_devices(home, house)
            say(f"  added {', '.join(new)}" if new else "  all there from an earlier start")
            await add_monitor(home, house)
            entities = await entities_of(home)
            await _automate(home, house, entities, is_check=options.check)
            new_views = [wall_view.PATH] if house.wall.name in new else []
            new_views += [trouble_view.PATH] if await add_choice(home) else []
            await add_dashboard(home, house, entities, choice=await find_choice(home), new_views=new_views)
    except TimeoutError:
        raise DemoError(f"Home Assistant was not ready after {_START_LIMIT} seconds") from None
    except aiohttp.ClientError as error:
        raise DemoError(f"Home Assistant did not answer as expected: {error}") from None
    events = [asyncio.create_task(work) for work in (traffic.run(), Mischief(house.gate, say).run(base))]
    try:
        if visit is None:
            _welcome(options, base)
            await asyncio.gather(*events)
        else:
            await visit(base, house, traffic)
    finally:
        for event in events:
            event.cancel()
        await asyncio.gather(*events, return_exceptions=True)


async def _checked(base: str, house: House, _: Traffic) -> None:
    """Check that everything works, and tell what was seen."""
    async with signed_in(base) as home:
        for line in await check(home, house, await entities_of(home)):
            say(f"  {line}")


async def _automate(home: HomeAssistant, house: House, entities: Entities, *, is_check: bool) -> None:
    """Give the wall the gate's camera, and add the automations; a user may have switched their entities off."""
    gate = house.gate
    found = {
        "{event}": entities.find(gate, "event", "license_plate"),
        "{last_plate}": entities.find(gate, "sensor", "last_plate"),
        "{plate_list}": entities.find(gate, "sensor", "plate_list"),
        "{output}": entities.find(gate, "switch", "alarm_output_1"),
        "{wall}": entities.find(house.wall, "select", "panel"),
        "{camera}": entities.find(gate, "camera", "sub"),
    }
    known = {word: entity_id for word, entity_id in found.items() if entity_id is not None}
    if len(known) < len(found):
        return
    await add_gate_to_wall(home, house, wall=known["{wall}"], camera=known["{camera}"])
    words: dict[str, object] = {
        "{gate}": entities.device_of(known["{event}"]),
        "{duration}": _CHECKED if is_check else _SHOWN,
        "{pulse}": _OPEN_IN_CHECK if is_check else _OPEN,
    }
    await add_automations(home, known | words)


def _welcome(options: Options, base: str) -> None:
    """Tell where the demo is and what to look at."""
    say("Ready.")
    say("")
    say(f"  {base}     user: {USERNAME}     password: {PASSWORD}")
    say("")
    if options.host in EVERYWHERE:
        say(f"  It listens at {options.host}: everybody in your network can open it, and the password is known to all.")
    say(
        "  Look at: the dashboard (live video, plates, alarms, a moving camera, the video wall), the bell (a plate on a"
    )
    say("  list was read), Settings > Devices & services > ViewWall (all devices), Settings > Automations (examples).")
    say(
        "  The first car comes now and opens the gate, then a blocked one, which fills the video wall with the gate for"
    )
    say(f"  20 seconds, then {REGULAR_VISITOR}, at first in no list: press *Allow last plate*, and it comes again.")
    say("  Then something happens every half minute or so; at night there is little.")
    say("  To try *Add integration*, let ViewWall search: it finds the camera in the garden. To see what it says when")
    say("  no events arrive, open the dashboard's view *Trouble*.")
    say("  Ctrl-C ends it; the next start goes on from here (--fresh begins anew).")
