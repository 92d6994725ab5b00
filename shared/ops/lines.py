"""JSON lines in, JSON lines out: one answer per line, in order; a bad line never stops the others."""

from collections.abc import Callable, Iterable
from typing import Any, TextIO

import orjson

MAX_LINE = 1_000_000

Answer = dict[str, Any]


class LineFault(Exception):
    """This line cannot be answered: what is wrong (never echoing the input) and where.

    `pointer` is a JSON pointer (RFC 6901) into the line; `type` a short word a script can switch on.
    """

    def __init__(self, type: str, detail: str, pointer: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.type, self.detail, self.pointer, self.more = type, detail, pointer, more

    def as_answer(self, id: Any) -> Answer:
        return {"id": id, "error": {"type": self.type, "detail": self.detail, "pointer": self.pointer} | self.more}


def parse_line(line: str) -> dict[str, Any]:
    """One line as an object; raises LineFault, which echoes nothing of it."""
    if len(line) > MAX_LINE:
        raise LineFault("too-long", f"a line may hold at most {MAX_LINE} characters: split it")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as fault:
        raise LineFault("not-json", f"not JSON at column {fault.colno}: {fault.msg}") from None
    except UnicodeEncodeError:
        raise LineFault("not-utf8", "the line is not UTF-8: send it as UTF-8") from None
    if not isinstance(value, dict):
        raise LineFault("not-an-object", "each line is one JSON object")
    return value


def answer_line(line: str, answer: Callable[[dict[str, Any]], Answer]) -> tuple[Answer, bool]:
    """The answer to one line and whether it went well; a crash of `answer` is told as `internal`."""
    id: Any = None
    try:
        item = parse_line(line)
        id = item.get("id")
        return {"id": id} | answer(item), True
    except LineFault as fault:
        return fault.as_answer(id), False
    except Exception as fault:
        return LineFault("internal", f"this line met a defect ({type(fault).__name__}): report it").as_answer(id), False


def answer_lines(lines: Iterable[str], out: TextIO, answer: Callable[[dict[str, Any]], Answer]) -> int:
    """Answers every line; the exit status: 0 all answered, 3 some were not."""
    status = 0
    for line in lines:
        if not line.strip():
            continue
        said, well = answer_line(line, answer)
        status = status if well else 3
        out.write(orjson.dumps(said).decode() + "\n")
        out.flush()
    return status
