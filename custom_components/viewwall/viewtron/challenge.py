"""Login challenges of HTTP and RTSP, and the answers to them (RFC 7616 and 7617)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import hashlib
import re
import secrets
from typing import Final

import aiohttp

_TOKENS: Final = re.compile(r'([\w-]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s,]++))|([\w-]++)', re.ASCII)
_HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One login scheme that a server offers."""

    scheme: str
    """Lower case: `basic` or `digest`, or one that nobody here can answer."""
    parameters: Mapping[str, str]

    @property
    def answerable(self) -> bool:
        """Whether `answer` can do something about it."""
        if self.scheme == "basic":
            return True
        return (
            self.scheme == "digest"
            and "realm" in self.parameters
            and bool(self.parameters.get("nonce"))
            and self._algorithm in _HASHES
            and self._qop in ("", "auth")
        )

    @property
    def _algorithm(self) -> str:
        """The hash asked for; MD5 when the server names none, as these devices do."""
        return self.parameters.get("algorithm", "MD5").upper()

    @property
    def _qop(self) -> str:
        """The quality of protection to use: `auth`, none, or a word that we do not speak."""
        offered = [word.strip() for word in self.parameters.get("qop", "").split(",")]
        return "auth" if "auth" in offered else offered[0]

    def answer(self, method: str, uri: str, username: str, password: str) -> str:
        """Make the `Authorization` header's value; `uri` as it stands in the request line."""
        if self.scheme == "basic":
            return aiohttp.encode_basic_auth(username, password)
        realm, nonce = self.parameters["realm"], self.parameters["nonce"]
        secret = self._hash(f"{username}:{realm}:{password}")
        request = self._hash(f"{method}:{uri}")
        fields = [
            f'username="{_quoted(username)}"',
            f'realm="{_quoted(realm)}"',
            f'nonce="{_quoted(nonce)}"',
            f'uri="{uri}"',
        ]
        if self._qop:
            # Every challenge is answered once, so the count never leaves one.
            client_nonce = secrets.token_hex(8)
            response = self._hash(f"{secret}:{nonce}:00000001:{client_nonce}:auth:{request}")
            fields += ["qop=auth", "nc=00000001", f'cnonce="{client_nonce}"']
        else:
            response = self._hash(f"{secret}:{nonce}:{request}")
        fields.append(f'response="{response}"')
        if "algorithm" in self.parameters:
            fields.append(f"algorithm={self.parameters['algorithm']}")
        if "opaque" in self.parameters:
            fields.append(f'opaque="{_quoted(self.parameters["opaque"])}"')
        return f"Digest {', '.join(fields)}"

    def _hash(self, text: str) -> str:
        """Hash as the challenge asks."""
        return hashlib.new(_HASHES[self._algorithm], text.encode(), usedforsecurity=False).hexdigest()


def choose_challenge(headers: Iterable[str], *, secure: bool) -> Challenge | None:
    """Pick what to answer from the `WWW-Authenticate` headers; None if nothing there can be answered.

    Where a server leaves the choice, Digest protects the password on a plain connection; on a protected one Basic is
    taken, because some devices refuse correct Digest answers.
    """
    offered = [each for header in headers for each in _challenges(header) if each.answerable]
    preferred = "basic" if secure else "digest"
    return next((each for each in offered if each.scheme == preferred), offered[0] if offered else None)


def _challenges(header: str) -> list[Challenge]:
    """Split one header, which may carry several challenges."""
    found: list[tuple[str, dict[str, str]]] = []
    for key, quoted, plain, scheme in _TOKENS.findall(header):
        if scheme:
            found.append((scheme.lower(), {}))
        elif found:
            found[-1][1][key.lower()] = re.sub(r"\\(.)", r"\1", quoted) or plain
    return [Challenge(scheme, parameters) for scheme, parameters in found]


def _quoted(text: str) -> str:
    """Escape a text for a quoted header parameter."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
