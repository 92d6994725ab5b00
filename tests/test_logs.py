"""The last guard of the logs: nothing personal comes through it."""

import json
import subprocess
import sys

from shared.logs import guard, masked

PERSONAL = [
    "10000000000",
    "+86 100 0000 0000",
    "call 100-0000-0000 now",
    "someone@example.org",
    "张三投诉教练",
    "x" * 5000,
]


def test_what_looks_personal_is_masked():
    for text in PERSONAL:
        told = str(masked(text))
        assert "100" not in told and "example.org" not in told and "张" not in told and len(told) < 250
    assert masked(10000000000) == "[number]"
    assert masked({"phone": "1"}) == "[dict]"


def test_what_ops_need_stays():
    for value in ["lane waits", "standard", "c2abcdefghijklmnopqrstuvwx", 500_000, 1.5, None, True, "/v1/cases/{id}"]:
        assert masked(value) == value


def test_an_exception_loses_its_words():
    try:
        raise ValueError(PERSONAL[0])
    except ValueError as error:
        told = guard(None, "error", {"event": "failed", "exc_info": error})
    assert "100" not in str(told) and told["exception"].startswith("ValueError at test_an_exception")


def test_every_library_logs_in_lines_of_json_through_the_guard():
    code = """
import logging, structlog
from shared.logs import set_up
set_up("intake")
structlog.get_logger("x").info("request", route="/s/{token}", who="10000000000")
logging.getLogger("some.library").warning("sent to %s", "10000000000")
try:
    raise ValueError("10000000000")
except ValueError:
    logging.getLogger("some.library").exception("failed")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["request", "sent to [number]", "failed"]
    assert {line["service"] for line in lines} == {"intake"}
    assert lines[2]["exception"].startswith("ValueError at") and "10000000000" not in done.stderr
