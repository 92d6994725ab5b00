"""The audit knows who hears what, and finds what was passed over and what was never answered."""

from datetime import UTC, datetime

import orjson
import pytest

from shared.flow.records import Record
from shared.flow.understand import concerns
from shared.ops.heard_checks import HEARS, HeardChecks
from tests.simulation import services

AT = datetime(2026, 11, 24, tzinfo=UTC)
GROUPS = {"redress.triage.standard": {("redress.intake.standard", 0): 5}}


def a_fact(number: int, offset: int = 0) -> Record:
    headers = (
        ("ce_type", b"redress.intake.received.v1"),
        ("ce_id", f"intake/c1/{number}".encode()),
        ("ce_sequence", str(number).encode()),
    )
    return Record("redress.intake.standard", 0, offset, AT, b"c1", b"{}", headers)


def a_case(high: int, holes: list[list[int]], person: list[dict[str, str]] | None = None) -> dict[str, object]:
    return {"_id": "c1", "heard": {"intake/c1": {"high": high, "holes": holes}}, "person": person or []}


def breaches(case: dict[str, object] | None, record: Record) -> list[str]:
    checks = HeardChecks(GROUPS)
    if case is not None:
        checks.document("triage", case)
    checks.record(record)
    return checks.finish()[0].breaches


@pytest.mark.parametrize("service", HEARS)
def test_who_hears_what_is_what_the_services_declare(service: str) -> None:
    declared = {
        "intake": lambda: services.intake_service(services.integrations()),
        "triage": services.triage_service,
        "compensation": services.compensation_service,
        "notify": services.notify_service,
    }[service]()
    named = {f"redress.{teller}.{fact}.v1" for teller, facts in HEARS[service].items() for fact in facts}
    assert named == {type for type, hears in declared.hears.items() if hears.targets is concerns}


def test_a_fact_heard_is_no_breach() -> None:
    assert breaches(a_case(2, []), a_fact(2)) == []


@pytest.mark.parametrize("case", [None, a_case(1, []), a_case(3, [[2, 2]])])
def test_a_fact_read_and_not_heard_is_a_breach(case: dict[str, object] | None) -> None:
    assert breaches(case, a_fact(2)) == ["triage has not heard intake/c1/2"]


def test_a_fact_not_read_yet_or_kept_for_a_person_is_none() -> None:
    assert breaches(a_case(1, []), a_fact(2, offset=5)) == []
    assert breaches(a_case(2, [[2, 2]], [{"event": "intake/c1/2"}]), a_fact(2)) == []


def test_an_entry_without_a_receipt_is_a_breach() -> None:
    entry = Record("redress.channels.standard", 0, 0, AT, b"k1", b"{}", (("integration", b"hall"),))
    other = Record("redress.channels.standard", 0, 1, AT, b"k2", b"{}", (("integration", b"hall"),))
    receipt = orjson.dumps({"happened": {"integration": "hall", "key": "k1"}})
    checks = HeardChecks({"redress.intake.standard": {("redress.channels.standard", 0): 2}})
    for record in (entry, other, Record("redress.receipts", 0, 0, AT, b"c1", receipt, ())):
        checks.record(record)
    assert checks.finish()[1].breaches == ["redress.channels.standard/0/1"]


def test_what_was_kept_of_somebody_erased_is_gone_and_its_number_stays_open() -> None:
    erased = {**a_case(2, [[2, 2]]), "erased": True}
    assert breaches(erased, a_fact(2)) == []
    assert breaches(erased, a_fact(3)) == ["triage has not heard intake/c1/3"]
