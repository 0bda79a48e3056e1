"""What the wall's monitor shows, as a picture and as one that moves.

No Thin Client serves its screen: this is the demo's own window on it.
"""

import asyncio
from contextlib import suppress
from typing import Final

from aiohttp import web

from tests.simulators.thin_client import ThinClientSimulator

STILL: Final = "/still.jpg"
LIVE: Final = "/live"
# Browsers show a picture only when they have read the headers of the next one.
_NEXT: Final = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
_EVERY: Final = 1.0


class Monitor:
    """Serve the screen of a Thin Client."""

    def __init__(self, wall: ThinClientSimulator) -> None:
        """Take whose screen it is."""
        self._wall = wall
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get(STILL, self._still)
        app.router.add_get(LIVE, self._live)
        # Whoever watches would go on for ever, and not notice that nobody looks.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Close everything."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _still(self, _: web.Request) -> web.Response:
        """Answer with the screen of now."""
        return web.Response(body=self._wall.screen(), content_type="image/jpeg")

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Answer with one picture after the other: every second, and at once when the wall changes."""
        response = web.StreamResponse(headers={"Content-Type": "multipart/x-mixed-replace; boundary=frame"})
        await response.prepare(request)
        changed = asyncio.Event()
        forget = self._wall.on_screen_change(changed.set)
        try:
            await response.write(_NEXT)
            while True:
                changed.clear()
                await response.write(self._wall.screen() + b"\r\n" + _NEXT)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_EVERY):
                        await changed.wait()
        except ConnectionError:
            return response
        finally:
            forget()
