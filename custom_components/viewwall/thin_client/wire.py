"""One HTTP request to a Thin Client, sent exactly once, and what can go wrong with it."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from yarl import URL

from .errors import ThinClientConnectionError, ThinClientHungUpError, ThinClientProtocolError

CONNECT_TIMEOUT: Final = 5.0
"""Seconds for the connection alone."""
MAX_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of the biggest answer that is read: a picture in base64."""

_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read to its end; its body may hold passwords, so it never shows."""

    status: int
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the device did what it was asked."""
        return 200 <= self.status < 300


class Wire:
    """Send requests to one address.

    Every request goes out on a connection of its own (`Connection: close`): one that the device closed while idle
    would leave us guessing whether a command was carried out.
    """

    def __init__(
        self, session: aiohttp.ClientSession, host: str, *, port: int | None, ssl: bool, verify_ssl: bool
    ) -> None:
        """Keep the address; nothing is sent."""
        self._session = session
        self._host = host.strip("[]")
        self._port = port
        self._ssl = ssl
        self._verify_ssl = verify_ssl

    async def send(
        self,
        name: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        data: bytes | AsyncIterable[bytes] | None = None,
        limit: float | None,
    ) -> Answer:
        """Send one request and read its answer; `path` is percent-encoded already, `limit` in seconds.

        Raises ThinClientConnectionError for whatever goes wrong on the way. Causes are left out on purpose: aiohttp's
        errors carry the address and the headers, which hold the session's token.
        """
        problem: str
        sent = False
        try:
            url = URL.build(
                scheme="https" if self._ssl else "http", host=self._host, port=self._port, path=path, encoded=True
            )
            async with self._session.request(
                method,
                url,
                data=data,
                headers={"Connection": "close", **headers},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=limit, sock_connect=CONNECT_TIMEOUT),
                ssl=self._verify_ssl,
                middlewares=(_send_once(),),
            ) as response:
                content = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > MAX_ANSWER:
                        response.close()
                        raise ThinClientProtocolError(f"{name}: the answer is too big")
                return Answer(response.status, bytes(content))
        except aiohttp.ConnectionTimeoutError:
            problem = "no connection in time"
        except TimeoutError:
            problem, sent = "no answer in time", True
        except aiohttp.ClientSSLError:
            problem = "no secure connection"
        except aiohttp.ClientConnectorError as err:
            problem = err.strerror or type(err).__name__
        except aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError:
            raise ThinClientHungUpError(name) from None
        except aiohttp.ClientResponseError:
            problem, sent = "the answer is no HTTP", True
        except (aiohttp.ClientError, OSError, ValueError) as err:
            problem = type(err).__name__
        raise ThinClientConnectionError(name, problem, sent=sent)


def _send_once() -> aiohttp.ClientMiddlewareType:
    """Make a middleware that lets one request out.

    When a connection breaks before the answer, aiohttp sends GET, PUT and DELETE again by itself, on new connections
    too; here a GET restarts the device and a PUT moves a camera.
    """
    left = False

    async def send(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Let the first try out and end the second before it begins."""
        nonlocal left
        if left:
            raise aiohttp.ServerDisconnectedError
        left = True
        return await handler(request)

    return send
