"""The AsyncAPI document as the whole system makes it: the declared topics, and what each service takes."""

from typing import Any

from pydantic import BaseModel

from deploy.topics import DECLARED
from services.compensation.app import TYPES
from services.compensation.domain import RemedyRequest
from services.intake import domain as intake
from services.intake.told import Told
from services.notify import domain as notify
from services.triage.domain import StaffRequest
from services.triage.requests import VERBS, type_of
from shared.contracts.asyncapi import asyncapi
from shared.kafka.topics import read_topics

REQUESTS: dict[str, dict[str, type[BaseModel]]] = {
    "intake": {
        intake.CREATE: intake.Create,
        intake.SUPPLEMENT: intake.Supplement,
        intake.WITHDRAW: intake.Withdraw,
        intake.REOPEN: intake.Reopen,
        intake.ANSWER_OFFER: intake.AnswerOffer,
        intake.SUPPLY: intake.Supply,
        intake.ERASE: intake.Erase,
    },
    "triage": {type_of(verb): StaffRequest for verb in VERBS},
    "compensation": dict.fromkeys(TYPES, RemedyRequest),
    "notify": {notify.ANSWER_SURVEY: notify.AnswerSurvey},
}


def document() -> dict[str, Any]:
    """What stands in docs/asyncapi.json."""
    return asyncapi({topic.name: topic.config for topic in read_topics(DECLARED)}, REQUESTS, Told)
