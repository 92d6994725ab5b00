"""Keys of one local run: drawn when it starts, gone with its folder. What a deployment keeps in its vault."""

import base64
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

AUDIENCE = "redress"
DAY_S = 24 * 60 * 60
SCOPES = (
    "cases:read cases:work texts:read safety:clear remedies:work remedies:decide ledger:read deliveries:read "
    "complainants:erase"
)


def ring() -> str:
    """A sealing ring with one key, as `shared.sealing` reads it."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return json.dumps({"current": "run", "keys": {"run": key}})


class Staff:
    """Signs staff tokens; `jwks` is what the services check them by."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        public: dict[str, Any] = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self.jwks = json.dumps({"keys": [public | {"kid": "run", "use": "sig", "alg": "ES256"}]})

    def token(self, sub: str, roles: Sequence[str] = (), scope: str = SCOPES) -> str:
        """A day's access token of a person known by a reference."""
        claims = {"sub": sub, "aud": AUDIENCE, "scope": scope, "roles": list(roles), "exp": int(time.time()) + DAY_S}
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": "run"})


@dataclass(frozen=True)
class Keys:
    """Who may open what, and who signs."""

    text: str = field(default_factory=ring)
    contact: str = field(default_factory=ring)
    links: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    complainants: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    staff: Staff = field(default_factory=Staff)
