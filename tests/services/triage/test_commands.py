"""`redress clock`, `redress cases` and `redress case`, as they are typed."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from services.triage.clock_command import answer
from shared.ops.lines import LineFault
from shared.policy.packs import SHIPPED
from shared.policy.shelf import load_policy
from tests.services.triage.house import packs

OFFICE = """
id: office.clocks
version: "1"
owner: Customer relations
source: Opening hours of the house
in_force: {from: 2026-01-01}
calendars:
  line:
    hours: {mon: ["09:00-12:00", "13:00-17:00"], tue: ["09:00-12:00", "13:00-17:00"], wed: ["09:00-17:00"]}
    closed: [2026-11-25]
clocks:
  first_answer: {starts: [received], met_by: [answer], within: 8 h}
"""


def redress(*args, said="", env=None):
    import os

    return subprocess.run(
        [sys.executable, "-m", "shared.ops.main", *args], input=said, capture_output=True, text=True, check=False,
        env={**os.environ, **(env or {})},
    )  # fmt: skip


def test_a_clock_says_when_it_warns_is_due_and_escalates():
    told = answer(packs(), {"line": "driving_school", "clock": "safety_contact", "start": "2026-11-23T08:00:00Z"})
    assert (told["due"], told["warns_at"]) == ("2026-11-23T08:05:00.000Z", "2026-11-23T08:03:45.000Z")
    assert [rung["to"] for rung in told["escalations"]] == ["supervisor", "manager", "director"]
    assert told["escalations"][0]["at"] == "2026-11-23T09:05:00.000Z"
    assert told["calendar"] == "always" and told["version"].startswith("driving_school@")


def test_pauses_move_an_ordinary_clock_and_never_that_of_safety():
    pauses = [["2026-11-23T08:01:00Z", "2026-11-23T10:01:00Z"]]
    asked = {"line": "driving_school", "start": "2026-11-23T08:00:00Z", "pauses": pauses}
    assert answer(packs(), {**asked, "clock": "first_answer"})["due"] == "2026-11-24T10:00:00.000Z"
    assert answer(packs(), {**asked, "clock": "safety_contact"})["due"] == "2026-11-23T08:05:00.000Z"


def test_business_hours_of_a_pack_count_in_its_zone(tmp_path):
    pack = tmp_path / "office"
    pack.mkdir()
    head = (SHIPPED / "driving_school" / "pack.yaml").read_text("utf-8")
    (pack / "pack.yaml").write_text(head, "utf-8")
    (pack / "clocks.yaml").write_text(OFFICE, "utf-8")
    from services.triage.clock_rules import SECTION
    from shared.policy.profile import SECTION as PROFILE

    policy = load_policy([SHIPPED, pack], [PROFILE, SECTION])
    told = answer(policy, {"line": "driving_school", "clock": "first_answer", "start": "2026-11-23T06:00:00Z"})
    # Monday 14:00 in Shanghai: 3 h that day, 5 h on Tuesday.
    assert (told["due"], told["calendar"]) == ("2026-11-24T07:00:00.000Z", "line")


@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        ({"clock": "first_answer", "start": "yesterday"}, "/start"),
        ({"clock": "first_answer", "start": "2026-11-23T08:00:00"}, "/start"),
        ({"clock": "no_such", "start": "2026-11-23T08:00:00Z"}, "/clock"),
        ({"clock": "finish", "line": "moon", "start": "2026-11-23T08:00:00Z"}, "/line"),
        ({"clock": "finish", "line": 3, "start": "2026-11-23T08:00:00Z"}, "/line"),
        ({"clock": "finish", "start": "2026-11-23T08:00:00Z", "pauses": [["2026-11-23T08:00:00Z"]]}, "/pauses/0"),
        ({"clock": "finish", "start": "2026-11-23T08:00:00Z", "pauses": "x"}, "/pauses"),
    ],
)
def test_a_line_that_cannot_be_answered_says_where_it_is_wrong(item, pointer):
    with pytest.raises(LineFault) as fault:
        answer(packs(), item)
    assert fault.value.pointer == pointer


def test_lines_are_answered_in_their_order_and_a_bad_one_stops_no_other():
    lines = ['{"id": 1, "clock": "finish", "start": "2026-11-23T08:00:00Z"}', "nonsense", '{"id": 3, "clock": "x"}']
    done = redress("clock", said="\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["id"] for each in answers] == [1, None, 3] and done.returncode == 3
    assert answers[0]["due"] == "2026-12-03T08:00:00.000Z"


CASE = {
    "id": "cabc", "reference": "AAAA-BBBB-CCCC", "line": "driving_school", "status": "triaged", "safety": "none",
    "category": "teaching_hours", "timeline": [
        {"n": 1, "at": "2026-11-23T08:00:00.000Z", "who": "rules", "what": "triaged", "rules": "v1",
         "why": {"category": "teaching_hours", "evidence": [{"start": 0}]}},
    ],
}  # fmt: skip


@pytest.fixture
def triage_answers():
    """A server that answers as triage would; the requests it saw."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers.get("authorization")))
            body = {"cases": [CASE]} if self.path.startswith("/v1/cases?") else CASE
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()


def test_the_queue_is_listed_a_line_each(triage_answers):
    url, seen = triage_answers
    done = redress("cases", "--queue", "teaching", env={"TRIAGE_URL": url, "TRIAGE_TOKEN": "T"})
    assert json.loads(done.stdout)["reference"] == "AAAA-BBBB-CCCC"
    assert "queue=teaching" in seen[0][0] and seen[0][1] == "Bearer T"


def test_a_case_is_told_by_its_time_line_also_by_its_reference(triage_answers):
    url, seen = triage_answers
    done = redress("case", "aaaa-bbbb-cccc", env={"TRIAGE_URL": url, "TRIAGE_TOKEN": "T"})
    (entry,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (entry["who"], entry["rules"], entry["why"]) == ("rules", "v1", "category: teaching_hours")
    assert "reference=AAAA-BBBB-CCCC" in seen[0][0]


def test_when_triage_is_away_one_sentence_says_so():
    done = redress("case", "cabc", env={"TRIAGE_URL": "http://127.0.0.1:9"})
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
