"""The login of a simulated device: Basic or Digest, and the lock after too many wrong ones."""

from base64 import b64decode
from binascii import Error as Base64Error
from enum import Enum, auto
from hashlib import md5
from hmac import compare_digest
import secrets
from urllib.request import parse_http_list, parse_keqv_list

from .state import Auth

REALM = "Web Service"


class Verdict(Enum):
    """What the doorkeeper thinks of a request."""

    WELCOME = auto()
    UNKNOWN = auto()
    """No login, the wrong scheme or a stale nonce: ask again."""
    WRONG = auto()
    LOCKED = auto()


class Doorkeeper:
    """Check logins for one account."""

    def __init__(self, username: str, password: str, auth: Auth) -> None:
        """Start with an account that is not locked."""
        self.username = username
        self.password = password
        self.auth = auth
        self.lock_after = 5
        self.refused = 0
        self._misses = 0
        self._nonces: dict[str, int] = {}

    @property
    def locked(self) -> bool:
        """Tell whether the account is locked."""
        return self._misses >= self.lock_after

    def unlock(self) -> None:
        """Forget the wrong logins."""
        self._misses = 0

    def challenge(self) -> str:
        """Return the WWW-Authenticate header; a digest has a new nonce each time and is always called stale.

        Seen on a recorder in the field: no algorithm, stale="TRUE" on the first challenge too.
        """
        if self.auth is Auth.BASIC:
            return f'Basic realm="{REALM}"'
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = 0
        return f'Digest realm="{REALM}", qop="auth", nonce="{nonce}", stale="TRUE", AuthVersion="1.1"'

    def judge(self, header: str | None, method: str, target: str) -> Verdict:
        """Check an Authorization header against the request line it came with."""
        scheme, _, credentials = (header or "").partition(" ")
        if scheme.lower() != self.auth:
            return Verdict.UNKNOWN
        if self.locked:
            return Verdict.LOCKED
        if self.auth is Auth.BASIC:
            verdict = self._judge_basic(credentials)
        else:
            verdict = self._judge_digest(credentials, method, target)
        match verdict:
            case Verdict.WELCOME:
                self._misses = 0
            case Verdict.WRONG:
                self.refused += 1
                self._misses += 1
        return verdict

    def _judge_basic(self, credentials: str) -> Verdict:
        """Compare user and password."""
        try:
            given = b64decode(credentials, validate=True)
        except Base64Error:
            return Verdict.WRONG
        right = compare_digest(given, f"{self.username}:{self.password}".encode())
        return Verdict.WELCOME if right else Verdict.WRONG

    def _judge_digest(self, credentials: str, method: str, target: str) -> Verdict:
        """Recalculate the response (RFC 2617, MD5, qop=auth); a nonce serves as long as its count rises."""
        fields = parse_keqv_list(parse_http_list(credentials))
        try:
            nonce, count, cnonce = fields["nonce"], fields["nc"], fields["cnonce"]
            response, serial = fields["response"], int(count, 16)
            plain = fields["uri"] == target and fields["qop"] == "auth" and fields["realm"] == REALM
            plain = plain and fields["username"] == self.username and fields.get("algorithm", "MD5") == "MD5"
        except KeyError, ValueError:
            return Verdict.WRONG
        if nonce not in self._nonces or serial <= self._nonces[nonce]:
            return Verdict.UNKNOWN
        ha1 = _md5(f"{self.username}:{REALM}:{self.password}")
        wanted = _md5(f"{ha1}:{nonce}:{count}:{cnonce}:auth:{_md5(f'{method}:{target}')}")
        if not (plain and compare_digest(wanted, response.lower())):
            return Verdict.WRONG
        self._nonces[nonce] = serial
        return Verdict.WELCOME


def _md5(text: str) -> str:
    """Return the hex digest that the digest login is made of."""
    return md5(text.encode()).hexdigest()
