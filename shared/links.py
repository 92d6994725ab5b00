"""Secret links: whoever holds one speaks for its complaint. The token is the whole secret, so it is never logged."""

import base64
import hmac

_SEPARATOR = "."


def token(secret: bytes, complaint: str) -> str:
    """The token of a complaint's secret link; the same every time, so a repeated call answers the same."""
    mac = hmac.digest(secret, b"link:" + complaint.encode(), "sha256")[:20]
    return complaint + _SEPARATOR + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def complaint_of(secret: bytes, given: str) -> str | None:
    """The complaint a token speaks for; None when it is not genuine."""
    complaint, separator, _ = given.partition(_SEPARATOR)
    if not separator or not complaint.isascii():
        return None
    return complaint if hmac.compare_digest(token(secret, complaint).encode(), given.encode()) else None
