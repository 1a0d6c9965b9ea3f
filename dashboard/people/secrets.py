"""Passwords (argon2) and random secrets. A secret leaves this program once, when made."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard import native
from dashboard.errors import Malformed

SHORTEST, LONGEST = 10, 200
AT_ONCE = 2  # one argon2 takes 64 MiB and a core for 50 ms
# no 0 O 1 l I: passwords are read aloud and typed from paper
LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679"


class Passwords:
    """Hashes and checks passwords, a few at a time, off gevent's loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = _fits_nothing(self._hasher)

    def hash(self, password: str) -> str:
        """Return the argon2id hash of a new password.

        Raises:
            Malformed: shorter than 10 or longer than 200 characters.
        """
        plain = _plain(password)
        if not SHORTEST <= len(plain) <= LONGEST:
            raise Malformed(
                f"A password has {SHORTEST} to {LONGEST} characters, not {len(plain)}.",
                field="password", value=None,
            )  # fmt: skip
        with self._turn:
            return native.run(self._hasher.hash, plain)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether a password fits; takes the same time when there is no hash."""
        plain = _plain(password[: LONGEST + 1])
        with self._turn:
            fits = native.run(self._verify, password_hash or self._nobody, plain)
        return fits and password_hash is not None

    def _verify(self, password_hash: str, plain: str) -> bool:
        try:
            return self._hasher.verify(password_hash, plain)
        except (VerificationError, InvalidHashError):
            return False


def new_password() -> str:
    """Return a random password of 16 characters in four groups (93 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def new_secret() -> str:
    """Return 256 random bits for a token or cookie."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Return the hash under which a random secret is stored and found."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _fits_nothing(hasher: PasswordHasher) -> str:
    """Return a hash that fits no password: an unknown name must take as long as a wrong one."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19${cost}${salt}${digest}"


def _plain(password: str) -> str:
    # the same Japanese or full-width text can arrive in two encodings
    return unicodedata.normalize("NFKC", password)
