"""The HTTP server that all simulated Viewtron devices share."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import re
from typing import ClassVar, Literal, Self

from .answers import failure, success
from .auth import Doorkeeper, Verdict
from .delivery import Delivery
from .drawn import draw_crop, draw_overview
from .listener import Listener
from .posts_base import Identity, Picture
from .push import Pusher, PushKind, PushResult
from .request_body import CommandError, MissingElementError
from .state import (
    Answer,
    Auth,
    Clock,
    ErrorStyle,
    Faults,
    Request,
    SearchFaults,
    Shape,
    SimChannel,
    SimDisk,
    SimInput,
    SimStream,
)

type Handler = Callable[[Request], Answer]

_WRITE = re.compile("Set|Add|Modify|Delete|Ptz(?!Get)|Manual|Reboot")
"""How the names of commands begin that a GET must not run."""
_HTML = b"<!DOCTYPE html><html><head><title>Web Service</title></head><body><h1>Please log in</h1></body></html>"


class UnknownChannelError(Exception):
    """Raise when a request names a channel, input or output that is not there."""


class Simulator:
    """A device that answers commands and posts events; every attribute may be changed while it runs."""

    default_name: ClassVar[str]
    default_mac: ClassVar[str]
    serial_letter: ClassVar[str]
    v2: ClassVar[bool]
    nvr: ClassVar[bool]
    versions: ClassVar[Mapping[Shape, str]]
    software_version: str
    model: str

    def __init__(
        self,
        *,
        name: str | None = None,
        mac: str | None = None,
        serial: str | None = None,
        username: str = "admin",
        password: str = "gate-Keeper-7",  # noqa: S107
        auth: Auth = Auth.BASIC,
        shape: Shape = Shape.DOCUMENTED,
    ) -> None:
        """Set the device up; it does not listen yet. Without a serial one is made from the MAC."""
        self.name = name or self.default_name
        self.mac = mac or self.default_mac
        self.serial = serial or self.serial_letter + self.mac.replace(":", "").replace("-", "")[1:].upper()
        self.shape = shape
        self.config_version = self.versions[shape]
        self.doorkeeper = Doorkeeper(username, password, auth)
        self._listener = Listener(self._answer, lambda: self.shape is Shape.FIELD)
        self._faults = Faults(switch=self._listener.refuse)
        self.requests: list[Request] = []

        self.brand = "Viewtron"
        self.hardware = "1.3"
        self.build_date = "20250611"
        self.device_description = self.model
        self.api_version: str | None = None
        self.http_post_version: str | None = None
        self.chl_max_count = 1
        self.alarm_in_count = 0
        self.alarm_out_count = 0
        self.channels: list[SimChannel] = []
        self.disks: list[SimDisk] = [SimDisk()]
        self.alarms: dict[str, dict[int, bool]] = {}
        self.alarms_complete = False
        """Whether the poll lists alarms that are off."""
        self.alarm_inputs: list[SimInput] = []
        self.clock = Clock()
        self.detail_flags: dict[str, bool] = {}
        self.streams: list[SimStream] = []
        self.rtsp_port = 554
        self.channel_lists_name = self.field
        """Whether the channel list of an old recorder carries names."""
        self.pictures = True
        """Whether the posts carry pictures, as the subscription decides on a real device."""
        self.plate_in_view: str | None = None
        self.subject_in_view: str | None = None
        self.error_style = ErrorStyle.BODY
        if self.field:
            self.error_style = ErrorStyle.EMPTY if self.v2 else ErrorStyle.OK

        self.answers_mhed = self.answers_ssdp = True
        """Which of the two searches the device answers while it listens (see SearchResponder)."""
        self.announced_address: str | None = None
        """The address it tells searches, None for the one it listens on."""
        self.search_delay: float = 0
        self.announces_itself: float | None = None
        """After how many seconds it tells of itself again without being asked; None for never."""
        self.mhed_types: Literal["live", "tool"] = "live" if self.field else "tool"
        """Which of two contradicting lists its device type is from."""
        self.mhed_version = 0x0001_0008 if self.v2 else 0x0001_0007
        self.mhed_short = False
        """Whether it answers in the old form, without serial number and model."""
        self.mhed_to_searchers = False
        """Whether it sends its answer where searches are sent to, as old devices do."""
        self.mhed_with_serial = not (self.nvr and self.field)
        self.xml_head = self.xml_second_form = self.field
        """Whether its XML has an HTTP head, and whether it has the second of the two forms."""
        self.search_faults = SearchFaults()

        self.push_url: str | None = None
        self._delivery = Delivery()
        self.push_failures = self._delivery.failures
        """Posts that were lost."""
        self.commands: dict[str, Handler] = {}
        self.unlisted: set[str] = set()
        """Commands that answer although GetSupportedAPIs does not name them."""
        self.conditions: dict[str, Callable[[], bool]] = {}
        """Commands that are there only as long as their function says so."""
        self.post_only: set[str] = set()
        """Commands that refuse GET, besides those whose name says that they change something."""

    @property
    def field(self) -> bool:
        """Tell whether the device behaves as seen in the field rather than as documented."""
        return self.shape is Shape.FIELD

    @property
    def host(self) -> str:
        """Return the address the device listens on; raises RuntimeError before the start."""
        return self._listener.where()[0]

    @property
    def port(self) -> int:
        """Return the port the device listens on; raises RuntimeError before the start."""
        return self._listener.where()[1]

    @property
    def is_listening(self) -> bool:
        """Tell whether the device takes connections: it was started, and is neither cut off nor restarting."""
        return self._listener._acceptor is not None

    @property
    def url(self) -> str:
        """Return the base address without a trailing slash."""
        return f"http://{self.host}:{self.port}"

    @property
    def faults(self) -> Faults:
        """Return the misbehaviour that is switched on."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        """Replace the misbehaviour; a new `Faults()` ends it."""
        self._faults = faults
        faults.switch = self._listener.refuse
        self._listener.refuse(faults.refuse_connections)

    @property
    def username(self) -> str:
        """Return the account's name."""
        return self.doorkeeper.username

    @property
    def password(self) -> str:
        """Return the account's password."""
        return self.doorkeeper.password

    @password.setter
    def password(self, value: str) -> None:
        """Change the account's password."""
        self.doorkeeper.password = value

    @property
    def lock_after(self) -> int:
        """Return how many wrong logins in a row lock the account."""
        return self.doorkeeper.lock_after

    @lock_after.setter
    def lock_after(self, value: int) -> None:
        """Change how many wrong logins in a row lock the account."""
        self.doorkeeper.lock_after = value

    @property
    def refused_logins(self) -> int:
        """Return how many logins with the right scheme and wrong content arrived."""
        return self.doorkeeper.refused

    def unlock(self) -> None:
        """Unlock the account."""
        self.doorkeeper.unlock()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one, which a stop and a new start keep."""
        await self._listener.start(host, port, refuse=self.faults.refuse_connections)

    async def stop(self) -> None:
        """Close everything."""
        await self._listener.stop()
        await self._delivery.hang_up()

    async def __aenter__(self) -> Self:
        """Start on a free port of the loopback address."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def push_kind(self) -> PushKind:
        """Return whose manners the posts have."""
        return PushKind.NVR if self.nvr else PushKind.CAMERA

    def identity(self, channel: int | None = 1) -> Identity:
        """Return who stands in the posts."""
        return Identity(
            name=self.name,
            mac=self.mac,
            serial=self.serial,
            address=self._listener.address[0] if self._listener.address else "192.0.2.31",
            channel=channel,
        )

    async def push(self, body: bytes) -> PushResult:
        """Send a post to `push_url`; raises RuntimeError when none is set. The status is 0 while posts are cut."""
        url = self.push_url
        if url is None:
            raise RuntimeError("push_url is not set")
        own = None if self.nvr else self.identity().address
        return await self._delivery.send(None, url, body, url, lambda: Pusher(url, self.push_kind, own_address=own))

    def cut_push(self) -> None:
        """Let all posts vanish from now on, as behind a firewall."""
        self._delivery.is_cut = True

    def mend_push(self) -> None:
        """Let posts arrive again."""
        self._delivery.is_cut = False

    def scene(self, channel: SimChannel) -> bytes:
        """Draw what a channel sees now, as JPEG."""
        return draw_overview(channel.name, self.clock.local(), self.plate_in_view, self.subject_in_view).data

    def overview(self, channel: int = 1, *, plate: str | None = None, subject: str | None = None) -> Picture | None:
        """Draw the whole picture of a post, or nothing when the posts carry no pictures."""
        if not self.pictures:
            return None
        return draw_overview(self.channel(channel).name, self.clock.local(), plate, subject)

    def crop(self, *, plate: str | None = None, subject: str | None = None) -> Picture | None:
        """Draw the plate or target of a post, or nothing when the posts carry no pictures."""
        if not self.pictures:
            return None
        return draw_crop(plate, subject)

    def channel(self, number: int | None) -> SimChannel:
        """Find a channel, the first by default; raises UnknownChannelError."""
        for channel in self.channels:
            if channel.id == (number or 1):
                return channel
        raise UnknownChannelError(number)

    def takes_get(self, command: str) -> bool:
        """Tell whether a command may be asked by GET."""
        return command not in self.post_only and not _WRITE.match(command)

    def offers(self, command: str) -> bool:
        """Tell whether the device knows a command at present."""
        return command in self.commands and self.conditions.get(command, _always)()

    def succeed(self) -> Answer:
        """Build the answer of a command that has nothing to tell."""
        return Answer(body=success(self.config_version if self.v2 else None))

    def fail(self, code: int) -> Answer:
        """Build the answer of a command that failed."""
        if self.error_style is ErrorStyle.EMPTY and code == 1:
            return Answer(status=400)
        return Answer(
            status=200 if self.error_style is ErrorStyle.OK else 400,
            body=failure(code, self.config_version if self.v2 else None),
        )

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer a request, with the faults of its transport if there are any."""
        command, channel, action = _split_target(target)
        faults = self.faults if self.faults.concern(command) else Faults()
        header = headers.get("authorization")
        scheme = header.split(" ", 1)[0].lower() if header else None
        verdict = self.doorkeeper.judge(header, method, target)
        request = Request(
            command=command,
            channel=channel,
            method=method,
            authorised=verdict is Verdict.WELCOME,
            scheme=scheme,
            action=action,
            body=body,
        )
        self.requests.append(request)
        answer = self._judged(request, verdict, faults)
        return replace(
            answer,
            status=0 if faults.drop else answer.status,
            delay=faults.delay,
            cut=faults.cut,
            stall=faults.stall,
            missing=100 if faults.wrong_length else -min(20, len(answer.body)) if faults.short_length else 0,
        )

    def _judged(self, request: Request, verdict: Verdict, faults: Faults) -> Answer:
        """Check the login and run the command."""
        if faults.garbage is not None:
            return Answer(status=faults.status or 200, body=faults.garbage)
        if faults.html or faults.status is not None:
            return Answer(status=faults.status or 200, body=_HTML if faults.html else b"", content_type="text/html")
        if not self.offers(request.command) or request.method not in ("GET", "POST"):
            return self.fail(1)
        if request.method == "GET" and not self.takes_get(request.command):
            return self.fail(1)
        if verdict is Verdict.LOCKED:
            return self._refuse(failure(10, self.config_version if self.v2 else None))
        if not request.authorised:
            return self._refuse(b"")
        if faults.unauthorized_once > 0:
            faults.unauthorized_once -= 1
            return self._refuse(b"")
        if faults.error_code is not None:
            return self.fail(faults.error_code)
        try:
            return self.commands[request.command](request)
        except UnknownChannelError:
            return self.fail(12 if self.v2 else 1)
        except MissingElementError:
            return self.fail(15 if self.v2 else 3)
        except CommandError as error:
            return self.fail(error.code)

    def _refuse(self, body: bytes) -> Answer:
        """Ask for a login."""
        return Answer(
            status=401,
            body=body,
            headers=(("WWW-Authenticate", self.doorkeeper.challenge()),),
            close=self.doorkeeper.auth is Auth.DIGEST,
        )


def _always() -> bool:
    """Agree."""
    return True


def _split_target(target: str) -> tuple[str, int | None, str | None]:
    """Split `/Command[/channel][/action]`; a path may name the action without a channel."""
    command, *rest = target.partition("?")[0].strip("/").split("/")
    channel = int(rest.pop(0)) if rest and rest[0].isdecimal() else None
    return command, channel, rest[0] if rest else None
