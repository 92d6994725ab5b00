"""What a service reads of how others stand is changed only by facts it hears: so it can trust the newest it heard."""

import pytest

from services.compensation import domain as compensation
from services.compensation.app import service as compensation_service
from services.intake import domain as intake
from services.notify import domain as notify
from services.notify.app import service as notify_service
from services.triage import domain as triage
from services.triage.app import service as triage_service
from shared.contracts.catalog import CATALOG, STANDS, changed_by
from shared.flow.thing import Thing
from tests.services.intake.house import House as Intake

READS = {
    "intake": intake.READS,
    "triage": triage.READS,
    "compensation": compensation.READS,
    "notify": notify.READS,
}
HEARS = {
    "intake": lambda: Intake().service.hears,
    "triage": lambda: triage_service(lambda: None, str).hears,
    "compensation": lambda: compensation_service(None).hears,
    "notify": lambda: notify_service(None).hears,
}
OF_OTHERS = [
    (service, teller, field)
    for service, reads in READS.items()
    for teller, fields in reads.items()
    if teller != service
    for field in sorted(fields)
]


@pytest.mark.parametrize(("service", "teller", "field"), OF_OTHERS)
def test_every_field_read_of_another_is_changed_only_by_facts_that_are_heard(service, teller, field):
    assert field in STANDS[teller].model_fields
    unheard = set(changed_by(teller, field)) - set(HEARS[service]())
    assert unheard == set(), f"{service} reads {field} of {teller} and does not hear what changes it"


@pytest.mark.parametrize("service", sorted(READS))
def test_every_fact_a_service_hears_is_one_somebody_tells(service):
    assert set(HEARS[service]()) <= set(CATALOG)


def test_triage_sees_nothing_it_has_not_declared():
    heard = {"line": "driving_school", "reference": "AAAA-BBBB-CCCC", "external_id": "T-1"}
    thing = Thing("c1", triage.Case(), heard={"intake/c1": {"state": heard}})
    complaint = triage.complaint_of(thing)
    assert (complaint.line, complaint.reference, complaint.external_id) == ("driving_school", "", None)
