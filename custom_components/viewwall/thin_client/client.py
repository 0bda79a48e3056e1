"""An Aimetis (Senstar) Thin Client over its HTTP API."""

import asyncio
from collections.abc import AsyncIterable, Callable, Mapping, Sequence

import aiohttp

from . import calls
from .answers import Json, parse_reply, to_bool, to_int, to_text
from .checks import (
    bridge_body,
    camera_body,
    check_id,
    check_index,
    kept_cells,
    panel_body,
    preview_body,
    ptz_words,
    settings_body,
)
from .errors import (
    Rule,
    ThinClientConnectionError,
    ThinClientHungUpError,
    ThinClientNotTakenError,
    ThinClientOtherDeviceError,
    ThinClientProtocolError,
    ThinClientValidationError,
)
from .models import Camera, Cell, DeviceInfo, FirmwareState, MobileBridge, NewCamera, Panel, Preset
from .readings import (
    expect_zero,
    read_cameras,
    read_device_info,
    read_list,
    read_mobile_bridges,
    read_panels,
    read_picture,
    read_presets,
    read_settings,
)
from .session import Session
from .settings import ADMIN_PASSWORD, NETWORK_SETTINGS, Settings, check_settings, untaken
from .upload import UPLOAD_STALL, Progress, Upload


class ThinClient:
    """Ask and steer one Thin Client.

    Every method may raise any ThinClientError; values are checked before anything is sent
    (ThinClientValidationError). After a ThinClientAuthError nothing more is sent until `allow_retry`. All requests go
    within one session of the device, which `close` deletes; commands go one at a time, and what makes the device itself
    wait (pictures, questions to its maker or its network, an upload) does not hold them up. Cells count from 0, row by
    row.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        password: str,
        *,
        port: int | None = None,
        ssl: bool = False,
        verify_ssl: bool = True,
    ) -> None:
        """Keep the address and the administrator password; nothing is sent."""
        self._session = Session(session, host, password, port=port, ssl=ssl, verify_ssl=verify_ssl)

    @property
    def token(self) -> str | None:
        """The token of the open session, a secret; kept by the caller, it lets the next run delete the session."""
        return self._session.token

    def on_token(self, listener: Callable[[str | None], None] | None) -> None:
        """Call the listener whenever a session was opened (its token) or is gone (None)."""
        self._session.token_listener = listener

    @property
    def password(self) -> str:
        """The administrator password that the device accepted last, or the one to be tried; a secret."""
        return self._session.password

    @property
    def api_version(self) -> str | None:
        """The version that the device's last reply carried."""
        return self._session.version

    def allow_retry(self) -> None:
        """Allow one more login after a ThinClientAuthError."""
        self._session.allow_retry()

    async def close(self) -> None:
        """Delete the session on the device, as far as it answers; nothing can be sent afterwards."""
        await self._session.close()

    async def forget_session(self, token: str) -> None:
        """Delete a session that an earlier run left behind; one that the device does not know counts as deleted."""
        await self._session.forget(token)

    async def looks_like_thin_client(self) -> bool:
        """Ask for the panels without session or password, which can lock nothing: a Thin Client answers 403.

        No call is documented to work without a session: this is a hint, only a login is proof.
        """
        answer = await self._session.probe(calls.LIST_PANELS.path)
        if answer.status == 403:
            return True
        if answer.status >= 500:
            raise ThinClientConnectionError(calls.LIST_PANELS.name, f"HTTP {answer.status}", sent=True)
        try:
            reply = parse_reply(answer.body)
        except ThinClientProtocolError:
            return False
        return reply.version is not None and bool(reply.links)

    async def identify(self) -> DeviceInfo:
        """Log in and ask what the device is; the first request is the login.

        Raises ThinClientProtocolError if the settings name no serial.
        """
        return read_device_info(await self.settings(), self.api_version)

    def must_be(self, serial: str) -> None:
        """Steer this device alone: once another one answers, all but `look_again` raises ThinClientOtherDeviceError."""
        self._session.serial = serial

    async def look_again(self) -> Settings:
        """Return the settings, also after another device has answered: it may be the right one again."""
        settings = await self.settings(even_if_barred=True)
        try:
            self._session.expect(settings.serial)
        except ThinClientOtherDeviceError:
            await self._session.end()
            raise
        return settings

    async def end_session(self) -> None:
        """Delete the session on the device; the next call opens a new one."""
        await self._session.end()

    async def panels(self) -> tuple[Panel, ...]:
        """List the panels; the only reply that tells the truth about which is active."""
        return read_panels(read_list(calls.LIST_PANELS, (await self._session.request(calls.LIST_PANELS)).data))

    async def create_panel(self, name: str, width: int, height: int, cells: Sequence[Camera | None]) -> Panel:
        """Create a panel, its cells row by row; missing ones stay empty."""
        body = panel_body(name, width, height, cells)
        return await self._written_panel(name, None, (await self._session.request(calls.CREATE_PANEL, body=body)).data)

    async def update_panel(
        self,
        panel: Panel,
        *,
        name: str | None = None,
        width: int | None = None,
        height: int | None = None,
        cells: Sequence[Camera | None] | None = None,
    ) -> Panel:
        """Change a panel; what is not given stays, cells at their place."""
        width, height = panel.width if width is None else width, panel.height if height is None else height
        contents: Sequence[Camera | Cell | None] = kept_cells(panel, width, height) if cells is None else cells
        name = panel.name if name is None else name
        body = panel_body(name, width, height, contents, panel)
        reply = await self._session.request(calls.UPDATE_PANEL, check_id("panel", panel.id), body=body)
        return await self._written_panel(name, panel.id, reply.data)

    async def delete_panel(self, panel_id: str) -> None:
        """Delete a panel."""
        await self._session.request(calls.DELETE_PANEL, check_id("panel", panel_id))

    async def show_panel(self, panel_id: str) -> None:
        """Put a panel on the screen; also the way back from full screen and stop."""
        await self._session.request(calls.SHOW_PANEL, check_id("panel", panel_id))

    async def set_cell(self, panel: Panel, index: int, camera_id: str) -> None:
        """Put a camera into a cell of the active panel (read from `panels` just before), or empty it (`BLANK`)."""
        if not panel.active:
            raise ThinClientValidationError("panel", Rule.NOT_ACTIVE)
        check_index("cell", index, len(panel.cells))
        await self._session.request(calls.SET_CELL, check_id("panel", panel.id), index, check_id("camera", camera_id))

    async def stop_display(self) -> None:
        """Take the panel off the screen; the device does not tell afterwards that nothing is shown."""
        await self._session.request(calls.STOP_PANEL)

    async def refresh_panels(self) -> None:
        """Send `Panel/Refresh`, which is linked but documented nowhere."""
        await self._session.request(calls.REFRESH_PANELS)

    async def cameras(self) -> tuple[Camera, ...]:
        """List the cameras of the current video source."""
        return read_cameras(read_list(calls.LIST_CAMERAS, (await self._session.request(calls.LIST_CAMERAS)).data))

    async def create_camera(self, camera: NewCamera) -> Camera:
        """Add a camera in direct-connect mode."""
        reply = await self._session.request(calls.CREATE_CAMERA, body=camera_body(camera))
        return await self._written_camera(camera, reply.data)

    async def update_camera(self, camera: NewCamera) -> Camera:
        """Write over the camera with this id, in direct-connect mode."""
        reply = await self._session.request(calls.UPDATE_CAMERA, camera.id, body=camera_body(camera))
        return await self._written_camera(camera, reply.data)

    async def replace_cameras(self, cameras: Sequence[NewCamera]) -> tuple[Camera, ...]:
        """Replace all direct-connect cameras by these, and return what the device then lists."""
        if len({camera.id for camera in cameras}) != len(cameras):
            raise ThinClientValidationError("cameras", Rule.REPEATED_ID)
        await self._session.request(calls.REPLACE_CAMERAS, body=[camera_body(camera) for camera in cameras])
        listed = await self.cameras()
        if len(listed) != len(cameras):
            raise ThinClientNotTakenError(["cameras"])
        return listed

    async def delete_camera(self, camera_id: str) -> None:
        """Remove a direct-connect camera."""
        await self._session.request(calls.DELETE_CAMERA, check_id("camera", camera_id))

    async def image(self, camera_id: str) -> bytes:
        """Fetch a recent picture of a camera, a JPEG. Raises ThinClientNotFoundError if there is none."""
        reply = await self._session.request(calls.CAMERA_IMAGE, check_id("camera", camera_id))
        return read_picture(calls.CAMERA_IMAGE, reply.data)

    async def preview(self, camera: NewCamera) -> bytes:
        """Fetch a picture of a camera that is not added yet, a JPEG; only its snapshot addresses and login are sent."""
        reply = await self._session.request(calls.CAMERA_PREVIEW, body=preview_body(camera))
        return read_picture(calls.CAMERA_PREVIEW, reply.data)

    async def show_camera(self, camera_id: str) -> None:
        """Fill the screen with a camera; the way back is `show_panel`."""
        await self._session.request(calls.SHOW_CAMERA, check_id("camera", camera_id))

    async def ptz_relative(self, cell: int, pan: float = 0, tilt: float = 0, zoom: float = 0) -> None:
        """Move the camera in a cell of the active panel; the values' units are documented nowhere.

        Raises ThinClientNotSupportedError where the firmware has no PTZ.
        """
        await self._session.request(calls.PTZ_RELATIVE, *ptz_words(cell, pan, tilt, zoom))

    async def ptz_absolute(self, cell: int, pan: float, tilt: float, zoom: float) -> None:
        """Move the camera in a cell of the active panel to a position. Raises like `ptz_relative`."""
        await self._session.request(calls.PTZ_ABSOLUTE, *ptz_words(cell, pan, tilt, zoom))

    async def ptz_presets(self, cell: int) -> tuple[Preset, ...]:
        """List the presets of the camera in a cell of the active panel. Raises like `ptz_relative`."""
        reply = await self._session.request(calls.PTZ_PRESETS, check_index("cell", cell))
        return read_presets(read_list(calls.PTZ_PRESETS, reply.data))

    async def ptz_goto_preset(self, cell: int, preset: Preset) -> None:
        """Move to a preset's position: the document has no call of its own for it."""
        await self.ptz_absolute(cell, preset.x, preset.y, preset.z)

    async def settings(self, *, even_if_barred: bool = False) -> Settings:
        """Read the settings."""
        reply = await self._session.request(calls.LIST_SETTINGS, even_if_barred=even_if_barred)
        return read_settings(read_list(calls.LIST_SETTINGS, reply.data))

    async def update_settings(self, changes: Mapping[str, object]) -> Settings | None:
        """Write settings, read them back and compare, since the device answers nothing.

        None if the device stopped answering after a change of its network: it is to be looked for at its new address.
        After a change of the administrator password, `password` is the one that the device accepts (after an
        error: the new one, and the next login tries both). Raises
        ThinClientNotTakenError with the names of what it did not take.
        """
        checked = check_settings(changes)
        if not checked:
            raise ThinClientValidationError("settings", Rule.NOT_EMPTY)
        may_move = not NETWORK_SETTINGS.isdisjoint(checked)
        password = checked.get(ADMIN_PASSWORD)
        try:
            await self._session.request(calls.UPDATE_SETTINGS, body=settings_body(checked))
        except ThinClientConnectionError as err:
            if not (err.sent and err.command == calls.UPDATE_SETTINGS.name):
                raise
            if password is not None:
                self._session.expect_password(password)
            if not may_move:
                raise
            return None
        try:
            if password is not None:
                self._session.expect_password(password)
                await self._session.renew()
            settings = await self.settings()
        except ThinClientConnectionError:
            if not may_move:
                raise
            return None
        refused = [] if password in (None, self.password) else [ADMIN_PASSWORD]
        if refused := [*refused, *untaken(checked, settings)]:
            raise ThinClientNotTakenError(refused)
        return settings

    async def test_mobile_bridge(
        self, server: str, port: int, *, https: bool, username: str, password: str | None
    ) -> int:
        """Let the device try a Mobile Bridge and return its code, whose meaning is documented nowhere.

        Without a password none is sent; the device may then take the one that it stores.
        """
        body = bridge_body(server, port, https, username, password)
        reply = await self._session.request(calls.TEST_CONNECTION, body=body)
        if (code := to_int(reply.data)) is None:
            raise ThinClientProtocolError("Test Mobile Bridge: the reply has no code")
        return code

    async def find_mobile_bridges(self) -> tuple[MobileBridge, ...]:
        """Let the device look for Mobile Bridges on its network."""
        return read_mobile_bridges(
            read_list(calls.FIND_BRIDGES, (await self._session.request(calls.FIND_BRIDGES)).data)
        )

    async def is_registered(self) -> bool:
        """Ask whether the device is registered with its maker, whom it asks itself; ask rarely."""
        reply = await self._session.request(calls.IS_NOT_REGISTERED)
        if (unregistered := to_bool(reply.data)) is None:
            raise ThinClientProtocolError("Check registration: the reply is neither true nor false")
        return not unregistered

    async def restart(self) -> None:
        """Restart the device; that it hangs up is success."""
        await self._last_call(calls.RESTART)

    async def restore(self) -> None:
        """Restore the factory defaults; that it hangs up is success."""
        await self._last_call(calls.RESTORE)

    async def newest_firmware(self) -> str | None:
        """Ask for the newest firmware's version, which the device asks its maker; None if it tells none."""
        return to_text((await self._session.request(calls.NEWEST_FIRMWARE)).data)

    async def update_state(self) -> FirmwareState:
        """Ask how far an update is, in the device's own words."""
        return FirmwareState.from_text(to_text((await self._session.request(calls.UPDATE_STATE)).data))

    async def start_update(self) -> None:
        """Start the update to the newest firmware. Raises ThinClientCommandError with the device's number if not 0."""
        expect_zero(calls.START_UPDATE, (await self._session.request(calls.START_UPDATE)).data)

    async def upload_firmware(
        self, content: AsyncIterable[bytes], length: int, progress: Progress | None = None
    ) -> None:
        """Send a firmware file of this many bytes, piece by piece.

        Raises ThinClientValidationError if the file has another length, the reader's own error if reading fails,
        ThinClientCommandError with the device's number if it is not 0.
        """
        if length <= 0:
            raise ThinClientValidationError("file", Rule.NOT_EMPTY)
        # The file can be sent but once: make sure of the session before.
        await self.settings()
        try:
            async with asyncio.timeout(UPLOAD_STALL) as watchdog:
                upload = Upload(content, length, progress, watchdog)
                reply = await self._send_upload(upload, length)
        except TimeoutError:
            raise ThinClientConnectionError(calls.UPLOAD_FIRMWARE.name, "no progress", sent=True) from None
        expect_zero(calls.UPLOAD_FIRMWARE, reply)

    async def _send_upload(self, upload: Upload, length: int) -> Json:
        """Send the file; what went wrong with the file itself goes before what the connection made of it."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        try:
            return (await self._session.request(calls.UPLOAD_FIRMWARE, upload=upload, headers=headers)).data
        except ThinClientConnectionError:
            if upload.failure is not None:
                raise upload.failure from None
            raise

    async def _last_call(self, call: calls.Call) -> None:
        """Send a call after which the device goes away."""
        try:
            await self._session.request(call)
        except ThinClientHungUpError as err:
            if err.command != call.name:
                raise

    async def _written_panel(self, name: str, panel_id: str | None, data: Json) -> Panel:
        """Read the panel that a reply to a write confirms, or look for it in the list, where new ones are last."""
        confirmed = read_panels(data)
        if len(confirmed) == 1:
            return confirmed[0]
        for panel in reversed(await self.panels()):
            if panel.name == name and panel_id in (None, panel.id):
                return panel
        raise ThinClientNotTakenError(["panel"])

    async def _written_camera(self, camera: NewCamera, data: Json) -> Camera:
        """Read the camera that a reply to a write confirms, or look for it in the list."""
        confirmed = read_cameras(data)
        if len(confirmed) == 1:
            return confirmed[0]
        for each in await self.cameras():
            if each.id.lower() == camera.id.lower():
                return each
        raise ThinClientNotTakenError(["camera"])
