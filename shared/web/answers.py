"""An answer that stands whole: its head is made in one step, and a server that can takes head and body at once."""

from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.types import Scope

AT_ONCE, TAKE = "redress.at-once", "take"
"""The ASGI extension by which a server takes a whole answer, and says whether it did."""

Header = tuple[bytes, bytes]
Taker = Callable[[Scope, int, list[Header], bytes], bool]


class Answer(Response):
    """Bytes, JSON by default. Header values are our own words: nothing of what was sent stands in them."""

    def __init__(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, kind: str = "application/json"
    ) -> None:
        self.status_code, self.body, self.background, self.media_type = status, body, None, kind
        more = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
        self.raw_headers = [(b"content-length", b"%d" % len(body)), (b"content-type", kind.encode()), *more]
