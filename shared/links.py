"""Secret links: whoever holds one speaks for its complaint. The token is the whole secret, so it is never logged.

A link made for one purpose is worth nothing for another: who is sent the survey can answer it, and no more.
"""

import base64
import hmac
from typing import Literal

_SEPARATOR = "."
Purpose = Literal["link", "survey"]


def token(secret: bytes, complaint: str, purpose: Purpose = "link") -> str:
    """The token of a complaint's secret link; the same every time, so a repeated call answers the same."""
    mac = hmac.digest(secret, f"{purpose}:{complaint}".encode(), "sha256")[:20]
    return complaint + _SEPARATOR + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def complaint_of(secret: bytes, given: str, purpose: Purpose = "link") -> str | None:
    """The complaint a token speaks for; None when it is not genuine, or made for something else."""
    complaint, separator, _ = given.partition(_SEPARATOR)
    if not separator or not complaint.isascii():
        return None
    return complaint if hmac.compare_digest(token(secret, complaint, purpose).encode(), given.encode()) else None
