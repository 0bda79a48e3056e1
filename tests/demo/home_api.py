"""What the demo asks of Home Assistant over its public interfaces."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import aiohttp

from .arguments import DemoError

NAME: Final = "Demo"
USERNAME: Final = "demo"
PASSWORD: Final = "demo"
_REQUEST_LIMIT: Final = aiohttp.ClientTimeout(total=60)


class HomeAssistant:
    """A signed-in user of Home Assistant."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        """Talk to the server at `base`, without a slash at its end."""
        self.base = base
        self.user_id = ""
        self._session = session
        self._client_id = f"{base}/"
        self._headers: dict[str, str] = {}
        self._refresh_token = ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._number = 0
        self._in_turn = asyncio.Lock()

    async def wait_for_server(self) -> None:
        """Wait until the web server answers."""
        while True:
            try:
                async with self._session.get(f"{self.base}/manifest.json") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.3)

    async def sign_in(self) -> None:
        """Create the demo's user, or sign in as it; raises DemoError if its password was changed."""
        code = await self._create_user() if await self._is_new() else await self._log_in()
        form = {"grant_type": "authorization_code", "code": code, "client_id": self._client_id}
        async with self._session.post(f"{self.base}/auth/token", data=form) as response:
            tokens = await response.json()
        self._refresh_token = tokens["refresh_token"]
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        self._socket = await self._session.ws_connect(f"{self.base}/api/websocket", max_msg_size=0)
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": tokens["access_token"]})
        await self._socket.receive_json()
        self.user_id = (await self.command("auth/current_user"))["id"]

    async def sign_out(self) -> None:
        """Leave no session behind, unless Home Assistant is gone already."""
        if self._socket is not None:
            await self._socket.close()
        if self._refresh_token:
            form = {"token": self._refresh_token}
            with suppress(aiohttp.ClientError):
                async with self._session.post(f"{self.base}/auth/revoke", data=form):
                    self._refresh_token = ""

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a command over the websocket and return its result; raises DemoError when it fails."""
        assert self._socket is not None
        async with self._in_turn:
            self._number += 1
            await self._socket.send_json({"id": self._number, "type": kind} | fields)
            while (answer := await self._socket.receive_json())["id"] != self._number or answer["type"] != "result":
                pass
        if not answer["success"]:
            raise DemoError(f"Home Assistant refused {kind}: {answer['error']['message']}")
        return answer.get("result")

    async def states(self, entity_id: str) -> AsyncGenerator[str]:
        """Yield an entity's state and each new one, until the connection ends; no command may be sent meanwhile."""
        assert self._socket is not None
        self._number += 1
        await self._socket.send_json({"id": self._number, "type": "subscribe_entities", "entity_ids": [entity_id]})
        async for message in self._socket:
            answer = message.json()
            if answer["id"] == self._number and answer["type"] == "event":
                event = answer["event"]
                new = event.get("a", {}).get(entity_id) or event.get("c", {}).get(entity_id, {}).get("+", {})
                if "s" in new:
                    yield new["s"]

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Post JSON and return the answer's; raises DemoError when it is refused."""
        url = f"{self.base}{path}"
        async with self._session.post(url, json=body or {}, headers=self._headers) as response:
            if response.status != 200:
                raise DemoError(f"Home Assistant refused {path}: {response.status} {await response.text()}")
            return await response.json()

    async def act(self, action: str, **data: Any) -> Any:
        """Perform an action of ViewWall on one device and return what it answers; raises DemoError when it fails."""
        answer = await self.post(f"/api/services/{action.replace('.', '/')}?return_response", data)
        [told] = answer["service_response"]["devices"].values()
        return told

    async def delete(self, path: str) -> None:
        """Delete something."""
        async with self._session.delete(f"{self.base}{path}", headers=self._headers):
            return

    async def get_json(self, path: str) -> Any:
        """Return JSON, None if there is none."""
        async with self._session.get(f"{self.base}{path}", headers=self._headers) as response:
            return await response.json() if response.status == 200 else None

    async def get_bytes(self, path: str) -> bytes:
        """Return a file; empty if there is none."""
        async with self._session.get(f"{self.base}{path}", headers=self._headers) as response:
            return await response.read() if response.status == 200 else b""

    async def wait_until_running(self) -> None:
        """Wait until everything is set up."""
        while True:
            config = await self.command("get_config")
            if config["state"] == "RUNNING":
                return
            await asyncio.sleep(0.2)

    async def _is_new(self) -> bool:
        """Tell whether Home Assistant has no user yet; once it has, the address may be gone."""
        steps = await self.get_json("/api/onboarding")
        return any(step["step"] == "user" and not step["done"] for step in steps or [])

    async def _create_user(self) -> str:
        """Create the first user and return its code."""
        user = {"name": NAME, "username": USERNAME, "password": PASSWORD, "language": "en"}
        answer = await self.post("/api/onboarding/users", user | {"client_id": self._client_id})
        return str(answer["auth_code"])

    async def _log_in(self) -> str:
        """Log in as the user of an earlier start and return its code."""
        handler = {"handler": ["homeassistant", None], "redirect_uri": self._client_id}
        flow = await self.post("/auth/login_flow", handler | {"client_id": self._client_id})
        login = {"username": USERNAME, "password": PASSWORD, "client_id": self._client_id}
        answer = await self.post(f"/auth/login_flow/{flow['flow_id']}", login)
        if answer["type"] != "create_entry":
            raise DemoError(
                "The demo's user has another password now. Begin anew (this deletes .demo): script/demo --fresh"
            )
        return str(answer["result"])


@asynccontextmanager
async def signed_in(base: str) -> AsyncIterator[HomeAssistant]:
    """Wait for the server, sign in, and sign out at the end."""
    async with aiohttp.ClientSession(timeout=_REQUEST_LIMIT) as session:
        home = HomeAssistant(session, base)
        await home.wait_for_server()
        await home.sign_in()
        await home.wait_until_running()
        try:
            yield home
        finally:
            await home.sign_out()
