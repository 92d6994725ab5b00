"""Every message on every topic is what its contract says, by the schemas that were published for it."""

import json
from collections import Counter
from pathlib import Path

import jsonschema_rs
import pytest

from services.compensation.app import TYPES as REMEDY_REQUESTS
from services.compensation.domain import RemedyRequest
from services.intake import domain as intake
from services.triage.domain import StaffRequest
from services.triage.requests import VERBS, type_of
from shared.flow import codec
from shared.flow.records import Record
from tests.journeys.conftest import Performance

pytestmark = pytest.mark.timeout(300)

SCHEMAS = Path(__file__).parents[2] / "docs" / "contracts"
REQUESTS = {
    intake.CREATE: intake.Create,
    intake.SUPPLEMENT: intake.Supplement,
    intake.WITHDRAW: intake.Withdraw,
    intake.REOPEN: intake.Reopen,
    intake.SUPPLY: intake.Supply,
    intake.ERASE: intake.Erase,
    **{type_of(verb): StaffRequest for verb in VERBS},
    **dict.fromkeys(REMEDY_REQUESTS, RemedyRequest),
}


@pytest.fixture(scope="module")
def records(performance: Performance) -> list[Record]:
    return [record for record in performance.records if not record.topic.startswith("redress.channels.")]


def test_every_fact_fits_the_schema_published_for_it(records: list[Record]) -> None:
    validators = {
        file.stem: jsonschema_rs.validator_for(json.loads(file.read_text())) for file in SCHEMAS.glob("*.json")
    }
    seen: Counter[str] = Counter()
    wrong = []
    for record in records:
        if any(part in record.topic for part in (".inbox.", ".effects.", ".dead")):
            continue
        attributes, data = codec.read(record)
        seen[attributes["type"]] += 1
        wrong += [f"{attributes['id']}: {error.message}" for error in validators[attributes["type"]].iter_errors(data)]
    assert wrong == []
    assert len(seen) > 25


def test_every_request_tick_answer_and_order_is_of_its_form(records: list[Record]) -> None:
    seen: Counter[str] = Counter()
    for record in records:
        if ".inbox." not in record.topic and ".effects." not in record.topic:
            continue
        attributes, data = codec.read(record)
        match attributes["type"]:
            case codec.TICK:
                codec.tick_of(attributes, data)
            case codec.ANSWER:
                codec.answer_of(attributes, data)
            case codec.ORDER:
                codec.order_of(attributes, data)
            case type:
                codec.request_of(attributes, data, REQUESTS[type])
        seen[attributes["type"]] += 1
    assert {codec.ANSWER, codec.ORDER, intake.CREATE, "redress.compensation.accept.v1"} <= set(seen)
