"""Each rule over the topics holds of what the flow writes, and names what breaks it."""

import pytest

from shared.contracts import triage
from shared.flow.records import Outgoing, Record
from shared.ops.checked import Checked
from shared.ops.fact_checks import FactChecks
from tests.ops.building import COMPLAINT, fact, record

RAISED = triage.SafetyRaised(safety="confirmed", plan="medical")


def cleared(by: str) -> triage.SafetyCleared:
    return triage.SafetyCleared(by=by, reason_code="over")


def checks(*records: Record) -> list[Checked]:
    looking = FactChecks()
    for each in records:
        looking.take(each)
    return looking.finish()


def breaches(*records: Record) -> list[tuple[str, list[str]]]:
    return [(one.rule, one.breaches) for one in checks(*records) if one.breaches]


def changed(of: Record, **headers: str) -> Record:
    kept = tuple((name, value) for name, value in of.headers if name not in headers)
    return Record(of.topic, of.partition, of.offset, of.time, of.key, of.value,
                  (*kept, *((name, value.encode()) for name, value in headers.items())))  # fmt: skip


GOOD = [
    fact(1),
    fact(2, RAISED, "express", safety="confirmed"),
    fact(3, cleared("staff:9"), "express", safety="cleared"),
    fact(4, lane="express", safety="cleared"),
]


def test_what_the_flow_writes_breaks_no_rule() -> None:
    assert breaches(*GOOD) == []
    assert min(one.counted for one in checks(*GOOD)) > 0


def test_the_same_fact_twice_and_out_of_order_is_no_breach() -> None:
    assert breaches(*reversed(GOOD), *GOOD) == []


HEADERS = fact(1).headers
FACTS = "redress.triage.standard"
BAD = {
    "one id with two contents": ([fact(1), fact(1, safety="suspected")], "one id, one content"),
    "an id of its own making": ([changed(fact(1), ce_id="triage/other/1")], "derived from teller"),
    "safety lowered by a machine": (
        [fact(1, RAISED, "express", safety="confirmed"), fact(2, cleared("clock"), "express", safety="cleared")],
        "named person only",
    ),
    "safety lowered by another fact": (
        [fact(1, RAISED, "express", safety="confirmed"), fact(2, lane="express", safety="none")], "named person only",
    ),
    "an ordinary fact after a raise": (
        [fact(1, RAISED, "express", safety="confirmed"), fact(2, safety="confirmed")], "travels express",
    ),
    "an express fact on the ordinary topic": (
        [record(Outgoing("redress.triage.standard", COMPLAINT, fact(1, lane="express").value,
                         fact(1, lane="express").headers), 1)], "travels express",
    ),
    "a fact nobody knows": ([changed(fact(1), ce_type="redress.triage.sang.v1")], "contract"),
    "a fact without its parts": ([record(Outgoing(FACTS, "k", b"{}", HEADERS), 1)], "contract"),
    "bytes": ([record(Outgoing(FACTS, "k", b"\xff"), 1)], "contract"),
}  # fmt: skip


@pytest.mark.parametrize(("records", "rule"), BAD.values(), ids=BAD)
def test_a_breach_is_named(records: list[Record], rule: str) -> None:
    found = breaches(*records)
    assert [rule in name for name, _ in found] == [True], found


def test_what_cannot_be_read_is_no_breach_once_it_is_buried() -> None:
    dead = {"dead_topic": b"redress.triage.standard", "dead_partition": b"0", "dead_offset": b"1", "dead_reason": b"x"}
    unread = record(Outgoing("redress.triage.standard", "k", b"\xff"), 1)
    assert breaches(unread, record(Outgoing("redress.notify.dead", "k", b"\xff", tuple(dead.items())), 0)) == []


def test_what_is_sealed_may_be_gone_from_a_fact_told_again_and_nothing_else() -> None:
    with_seal = fact(1).value.replace(b'"stands"', b'"sealed":{"text":"eyJ.a.b.c.d"},"stands"')
    sealed, bare = fact(1)._replace(value=with_seal), fact(1)
    assert sealed.value != bare.value
    assert breaches(sealed, bare, sealed) == []
    other = sealed._replace(value=sealed.value.replace(b"a.b", b"x.y"))
    assert [name for name, _ in breaches(sealed, other)] == ["1 · one id, one content"]
