"""RFC 9457 problem documents: every error of every service, by name, and none that echoes what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

TYPES = "https://redress.example/problems/"
MEDIA_TYPE = "application/problem+json"

KINDS: Mapping[str, tuple[int, str]] = {
    "not-json": (400, "the body is not JSON"),
    "not-utf8": (400, "the body is not UTF-8"),
    "too-deep": (400, "the body is nested too deeply"),
    "too-wide": (400, "an object or list of the body holds too much"),
    "body-not-read": (400, "the body could not be read"),
    "bad-request": (400, "the request is not of its form"),
    "idempotency-key-missing": (400, "the Idempotency-Key header is missing"),
    "idempotency-key-wrong": (400, "the Idempotency-Key header is not of its form"),
    "unauthenticated": (401, "who is asking could not be made out"),
    "forbidden": (403, "this caller may not do this"),
    "not-found": (404, "there is nothing here"),
    "method-not-allowed": (405, "this method is not allowed here"),
    "too-slow": (408, "the body took too long to arrive"),
    "conflict": (409, "this does not fit how things stand"),
    "erased": (410, "this was erased at the person's wish"),
    "too-large": (413, "the body is too large"),
    "unsupported-media-type": (415, "only JSON in UTF-8 is read here"),
    "invalid": (422, "some fields are missing or wrong"),
    "key-reused": (422, "this Idempotency-Key was used with another body"),
    "too-many-requests": (429, "too many requests"),
    "headers-too-large": (431, "the headers are too large"),
    "internal": (500, "a defect here, not in the request"),
    "unavailable": (503, "not possible just now"),
    "not-ready": (503, "some parts are not ready"),
}
_BY_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    410: "erased",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    429: "too-many-requests",
    503: "unavailable",
}


class Fault(BaseModel):
    """One field at fault: a JSON pointer into the body, or the name of a parameter or header."""

    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    detail: str


class ProblemDocument(BaseModel):
    """What every error looks like (RFC 9457); `errors` names each field at fault."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[Fault] = []


class Problem(Exception):
    """An error to answer with. `detail` and `errors` are our own words, never the caller's."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.errors, self.headers, self.more = kind, detail, errors, headers or {}, more
        self.status, self.title = KINDS[kind]

    def body(self) -> dict[str, Any]:
        """The document."""
        body: dict[str, Any] = {"type": TYPES + self.kind, "title": self.title, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [dict(error) for error in self.errors]
        return body | self.more

    def response(self) -> Response:
        return Response(orjson.dumps(self.body()), self.status, self.headers, MEDIA_TYPE)


def of_status(status: int, headers: Mapping[str, str] | None = None) -> Problem | None:
    """The problem that belongs to a plain HTTP status; None for one that has none."""
    kind = _BY_STATUS.get(status)
    return Problem(kind, headers=headers) if kind else None


def unavailable(detail: str = "the log or the store is away; send it again with the same key") -> Problem:
    """The world is down: come again."""
    return Problem("unavailable", detail, headers={"Retry-After": "2"})
