"""The system information page: what it tells about ViewWall, and what it keeps to itself."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.viewwall.const import DOMAIN
from tests.conftest import Later, SetUp, SetUpWall
from tests.simulators.ipc import IpcV2Simulator
from tests.simulators.nvr import NvrV1Simulator, NvrV2Simulator
from tests.simulators.thin_client import ThinClientSimulator

EN: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)

type Look = Callable[[], Awaitable[dict[str, Any]]]


@pytest.fixture(name="look")
async def _look(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Look:
    """Return a function that opens the page and waits until nothing is pending; it returns what is shown."""
    for part in ("websocket_api", "system_health", DOMAIN):
        assert await async_setup_component(hass, part, {})

    async def _open() -> dict[str, Any]:
        client = await hass_ws_client(hass)
        await client.send_json_auto_id({"type": "system_health/info"})
        assert (await client.receive_json())["success"]
        shown: dict[str, Any] = {}
        while (event := (await client.receive_json())["event"])["type"] != "finish":
            if event["type"] == "initial":
                shown = event["data"][DOMAIN]
            elif event["domain"] == DOMAIN:
                assert event["success"], event
                shown["info"][event["key"]] = event["data"]
        await client.close()
        return shown

    return _open


async def test_recorder_that_sends_nothing(hass: HomeAssistant, set_up: SetUp, look: Look) -> None:
    """Miss no events of a recorder that is only asked."""
    async with NvrV1Simulator() as recorder:
        await set_up(recorder)
        assert (await look())["info"]["events_arrive"] == "0 / 0"


async def test_a_house(hass: HomeAssistant, later: Later, set_up: SetUp, set_up_wall: SetUpWall, look: Look) -> None:
    """Count devices, those that answer and those whose events arrive; say what is in the way."""
    async with IpcV2Simulator() as camera, NvrV2Simulator() as recorder, ThinClientSimulator() as wall:
        entries: list[ConfigEntry[Any]] = [await set_up(camera), await set_up(recorder), await set_up_wall(wall)]
        await camera.send_keepalive()
        shown = await look()
        info = shown["info"]
        assert shown["manage_url"] == "/config/integrations/integration/viewwall"
        last = info.pop("last_message")
        assert last["type"] == "date"
        assert info.pop("version")
        assert info == {
            "cameras": 1,
            "recorders": 1,
            "walls": 1,
            "answering": "3 / 3",
            "events_arrive": "1 / 2",
            "messages": 1,
            "in_the_way": "-",
            "can_reach_devices": "ok",
        }

        recorder.faults.refuse_connections = True
        await later(16 * 60)
        await later(61)
        shown = await look()
    told = shown["info"]
    assert (told["answering"], told["events_arrive"], told["in_the_way"]) == ("2 / 3", "0 / 2", "never, silent")
    assert told["can_reach_devices"] == {"type": "failed", "error": "unreachable: 1 / 3"}
    # People paste this page into public places.
    pasted = json.dumps([info, shown])
    for entry in entries:
        hidden = [value for value in (*entry.data.values(), entry.unique_id, entry.title) if isinstance(value, str)]
        assert [text for text in hidden if text in pasted and text not in entry.data["kind"]] == []
    texts = EN["system_health"]["info"]
    assert texts.keys() == told.keys()


async def test_nothing_set_up(look: Look) -> None:
    """Tell the version, and ask nobody."""
    info = (await look())["info"]
    assert info["version"]
    assert (info["cameras"], info["answering"], info["last_message"]) == (0, "0 / 0", "-")
    assert "can_reach_devices" not in info
