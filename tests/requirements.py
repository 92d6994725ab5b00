"""Which requirement has which tests, from the names of the tests: `make requirements` writes docs/requirements.md.

A test names a requirement by beginning with its id: test_rh_4_danger_is_found belongs to RH-4.
"""

import re
from collections.abc import Mapping
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "requirements.md"
_NAMED = re.compile(r"^(?:async )?def test_(rh|se|as|hr|ds)_([0-9]+)_(\w+)", re.MULTILINE | re.IGNORECASE)
_NAMED_INSIDE = re.compile(r"^    (?:async )?def test_(rh|se|as|hr|ds)_([0-9]+)_(\w+)", re.MULTILINE | re.IGNORECASE)

LINES = {
    "RH": "Ride hailing",
    "SE": "Sharing economy",
    "AS": "Farm machinery after-sales",
    "HR": "High-speed rail",
    "DS": "Driving school",
}
REQUIREMENTS = {
    "RH-1": "phone, online message and in-app; contact opened within a configured time",
    "RH-2": "identity checked and recorded, the order pulled; without it nothing told or paid; safety never waits",
    "RH-3": "six steps in order",
    "RH-4": "a safety hazard before anything else, its emergency plan started at once",
    "RH-5": "an order anomaly: the user contacted first, with an alternative",
    "RH-6": "payment complaints: records fetched first, itemised, no hidden charge, e-invoice",
    "RH-7": "driver name, plate and contact exact in every message",
    "RH-8": "followed up until the solution has taken effect",
    "RH-9": "categories",
    "RH-10": "pain points aggregated for the departments",
    "SE-1": "two sides on one case; what each may see is set down",
    "SE-2": "phone, chat, email; real-time faults answered fast, by a clock",
    "SE-3": "several businesses, each with its own rules",
    "SE-4": "coupons and points are remedies; a deposit is a matter of trust",
    "SE-5": "personal safety, property, privacy",
    "SE-6": "personal data and transaction records never disclosed",
    "SE-7": "special queues never change safety rank or amounts",
    "SE-8": "no absolute promises, no brush-offs, no jargon",
    "SE-9": "surge and timed prices matter as context",
    "SE-10": "hot spots found before the complaints pile up",
    "AS-1": "dispatch within an hour of assignment; user and area office told first when late",
    "AS-2": "a station may not refuse; the reason given is coded",
    "AS-3": "the user is never sent to find another station",
    "AS-4": "missing parts: ordered at once, the user told the state",
    "AS-5": "phones answered also after hours; the centre test-dials",
    "AS-6": "changed items or time explained; test drive and clean-up",
    "AS-7": "doubled mileage on one job detected",
    "AS-8": "every contact recorded; faults found by call-back",
    "AS-9": "faults of service coded, a score per code",
    "HR-1": "hotline, network, on-site points",
    "HR-2": "name, contact, train number, seat recorded",
    "HR-3": "not answerable at once: said so, called back by the promised time",
    "HR-4": "major complaints go to the service manager",
    "HR-5": "mediation, also on the moving train; lodging when a journey breaks",
    "HR-6": "luggage: scope, cap, actual value, freight, tag number, evidence",
    "HR-7": "lost property: notice, search, match, handover proved",
    "HR-8": "refund ladder, change, suspension, illness, groups, concessions",
    "HR-9": "survey, analysis, improvement",
    "HR-10": "problems reach the departments in time",
    "DS-1": "drinking, dozing, leaving the learner alone, faulty car are danger; smoking and prying are conduct",
    "DS-2": "hours shortened or wasted: the booked hours again, free",
    "DS-3": "integrity breach: fee refunded, instructor disciplined, equal free hours",
    "DS-4": "the instructor calls, arrives first, never swaps without consent",
    "DS-5": "the chosen instructor provided on time",
    "DS-6": "promised call-backs kept; the customer told first",
    "DS-7": "silent contact ended in four steps and logged; silence with an SOS or on a lesson is danger",
    "DS-8": "suggestions to the department, with an honest no",
    "DS-9": "rating after each session; a low one offers a complaint",
}


def covered() -> dict[str, dict[str, list[str]]]:
    """Per requirement the tests that name it, by file."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for line, number, _ in (*_NAMED.findall(text), *_NAMED_INSIDE.findall(text)):
            named = found.setdefault(f"{line.upper()}-{number}", {})
            named.setdefault(path.relative_to(TESTS.parent).as_posix(), []).append(number)
    return found


def page(tests: Mapping[str, Mapping[str, list[str]]]) -> str:
    """docs/requirements.md."""
    told = [
        "# Requirements and the tests that name them",
        "",
        "Made by `make requirements` from the names of the tests: `test_rh_4_…` belongs to RH-4. What each id means in"
        " full stands in the domain reference; here is what is covered and what is still open.",
        "",
        f"{sum(id in tests for id in REQUIREMENTS)} of {len(REQUIREMENTS)} are named by a test.",
    ]
    for line, name in LINES.items():
        told += ["", f"## {name}", "", "| id | requirement | tests |", "|---|---|---|"]
        for id, text in REQUIREMENTS.items():
            if id.startswith(f"{line}-"):
                told.append(f"| {id} | {text} | {_files(tests.get(id, {}))} |")
    return "\n".join(told) + "\n"


def _files(named: Mapping[str, list[str]]) -> str:
    return ", ".join(f"`{file}` ({len(tests)})" for file, tests in named.items()) or "**open**"


if __name__ == "__main__":
    PAGE.write_text(page(covered()), encoding="utf-8")
