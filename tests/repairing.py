"""What the tests of pushed messages share that look at repairs as a user does: the list, and the dialog."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
import re
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from custom_components.viewwall.const import DOMAIN

type HassClient = Callable[[], Awaitable[Any]]

TEXTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "custom_components/viewwall/translations/en.json").read_text(encoding="utf-8")
)["issues"]


def written(text: str, shown: dict[str, Any]) -> str:
    """Return a text as the frontend shows it; every placeholder in it must be there."""
    return re.sub(r"{(\w+)}", lambda match: str(shown[match[1]]), text)


class Dialog:
    """What a user sees of a repair after a step."""

    def __init__(self, user: User, key: str, answer: dict[str, Any]) -> None:
        """Show an answer of the dialog about the issue with this translation key."""
        self._user = user
        self._key = key
        self.answer = answer

    @property
    def type(self) -> str:
        """Return what it is: form, menu, create_entry, abort."""
        return str(self.answer["type"])

    @property
    def step(self) -> str:
        """Return the step."""
        return str(self.answer["step_id"])

    @property
    def fields(self) -> set[str]:
        """Return the fields of the form."""
        return {field["name"] for field in self.answer["data_schema"]}

    def suggested(self, field: str) -> Any:
        """Return what stands in a field already."""
        about = next(each for each in self.answer["data_schema"] if each["name"] == field)
        return about.get("description", {}).get("suggested_value", about.get("default"))

    @property
    def text(self) -> str:
        """Return all texts of the step."""
        texts = TEXTS[self._key]["fix_flow"]
        if self.type == "abort":
            return str(texts["abort"][self.answer["reason"]])
        step = texts["step"][self.step]
        shown = self.answer["description_placeholders"]
        parts = [step["title"], step["description"]]
        parts += [step["menu_options"][option] for option in self.answer.get("menu_options", ())]
        for field in self.fields if self.type == "form" else ():
            parts += [step["data"][field], step["data_description"][field]]
        return "\n".join(written(part, shown) for part in parts)

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors by field, as texts."""
        texts = TEXTS[self._key]["fix_flow"]["error"]
        shown = self.answer["description_placeholders"]
        return {field: written(texts[error], shown) for field, error in (self.answer["errors"] or {}).items()}

    @property
    def error(self) -> str:
        """Return the key of the form's error."""
        return str(self.answer["errors"]["base"])

    async def submit(self, **typed: Any) -> Self:
        """Press the button, or choose from the menu."""
        answer = await self._user.post(f"/api/repairs/issues/fix/{self.answer['flow_id']}", typed)
        return type(self)(self._user, self._key, answer)

    async def choose(self, option: str) -> Self:
        """Choose from the menu."""
        return await self.submit(next_step_id=option)


class User:
    """Somebody who looks at the repairs of Home Assistant."""

    def __init__(self, hass: HomeAssistant, port: int, connect: HassClient, connect_socket: HassClient) -> None:
        """Look by HTTP and by the websocket, each time anew: when hours pass at once, connections break."""
        self._hass = hass
        self._connect = connect
        self._connect_socket = connect_socket
        self.server = f"127.0.0.1:{port}"
        """Where Home Assistant answers."""

    async def post(self, url: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send a form."""
        response = await (await self._connect()).post(url, json=data)
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return answer

    async def _ask(self, message: dict[str, Any]) -> Any:
        socket = await self._connect_socket()
        await socket.send_json_auto_id(message)
        answer = await socket.receive_json()
        assert answer["success"], answer
        await socket.close()
        return answer["result"]

    async def issue(self, entry: ConfigEntry[Any]) -> dict[str, Any] | None:
        """Return the repair about a device's messages as the list has it; there is never a second one."""
        listed = (await self._ask({"type": "repairs/list_issues"}))["issues"]
        found = [issue for issue in listed if issue["domain"] == DOMAIN and issue["issue_id"].startswith("push_")]
        assert all(entry.data["webhook_id"] not in repr(issue) for issue in found)
        own = [issue for issue in found if issue["issue_id"] == f"push_{entry.entry_id}"]
        assert len(own) <= 1
        return own[0] if own else None

    async def ignore(self, entry: ConfigEntry[Any]) -> None:
        """Ignore the repair."""
        issue_id = f"push_{entry.entry_id}"
        await self._ask({"type": "repairs/ignore_issue", "domain": DOMAIN, "issue_id": issue_id, "ignore": True})

    async def trouble(self, entry: ConfigEntry[Any]) -> str | None:
        """Return the translation key of the repair, None without one."""
        issue = await self.issue(entry)
        if issue is None:
            return None
        assert (issue["is_fixable"], issue["severity"]) == (True, "warning")
        return str(issue["translation_key"])

    async def title(self, entry: ConfigEntry[Any]) -> str:
        """Return the repair's line in the list."""
        issue = await self.issue(entry)
        assert issue is not None
        return written(TEXTS[issue["translation_key"]]["title"], issue["translation_placeholders"])

    async def open(self, entry: ConfigEntry[Any]) -> Dialog:
        """Open the dialog of the repair."""
        issue = await self.issue(entry)
        assert issue is not None
        answer = await self.post("/api/repairs/issues/fix", {"handler": DOMAIN, "issue_id": issue["issue_id"]})
        return Dialog(self, issue["translation_key"], answer)
