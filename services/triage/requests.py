"""What staff may ask of a case, each with its form: codes and references, never names or sentences."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""A coded reason, step, kind or field."""
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#+-]{0,99}$")]
"""A reference in somebody's books: staff, unit, order."""
MOST = 2**53
Value = StrictBool | Annotated[StrictInt, Field(ge=-MOST, le=MOST)] | Annotated[StrictStr, Field(max_length=200)]


class Body(BaseModel):
    """A body whose every field is known."""

    model_config = ConfigDict(extra="forbid")


class Assignment(Body):
    """To whom the case is given: `station:117`, `unit:finance`, `staff:ab12`."""

    owner: Reference


class Refusal(Body):
    """The owner cannot take the case; it goes one level up."""

    reason: Code


class Step(Body):
    """A step of the line's work, or a task of an emergency plan. `verify`: the identity was checked."""

    step: Code


class Contact(Body):
    """A person spoke with the complainant, or tried to."""

    reached: StrictBool = True


class Promise(Body):
    """A call-back or an answer promised for a time."""

    promise: Literal["call_back", "answer", "visit"]
    by: AwareDatetime


class AnswerGiven(Body):
    """The complainant was answered, with what; `resolves`: nothing more is to be done about it."""

    kind: Code
    resolves: StrictBool = True


class InformationRequest(Body):
    """What the complainant is asked for."""

    fields: Annotated[list[Code], Field(min_length=1, max_length=20)]


class FindingMade(Body):
    """What the investigation established; `tables` name what is owed by rules, `facts` are what they need."""

    result: Literal["upheld", "partly_upheld", "not_upheld"]
    facts: Annotated[dict[Code, Value], Field(max_length=60)] = {}
    tables: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,80}$")]], Field(max_length=10)] = []
    cause: Code = "not_established"
    on: date | None = None
    order: Reference | None = None


class CorrectiveAction(Body):
    """What a unit is ordered to mend, its answer, and whether it was found to work."""

    action: Code
    unit: Reference
    state: Literal["ordered", "answered", "verified"] = "ordered"
    answer_by: AwareDatetime | None = None
    effective: StrictBool | None = None


class SafetyChange(Body):
    """Raised by anybody who works on cases; cleared by a manager alone. Always with a coded reason."""

    safety: Literal["suspected", "confirmed", "cleared"]
    reason_code: Code
    plan: Code | None = None


class Acknowledgement(Body):
    """Somebody carries the action out; `by` is a reference, without it who is asking."""

    by: Reference | None = None


class CallBack(Body):
    """The complainant was asked whether it is put right.

    `faults`: coded faults of service they told of when asked; `score`: 0 to 100, their answer to the survey.
    """

    satisfied: StrictBool
    feedback: Code = "called_back"
    faults: Annotated[list[Code], Field(max_length=20)] = []
    score: Annotated[StrictInt, Field(ge=0, le=100)] | None = None


VERBS: dict[str, type[Body]] = {
    "assignment": Assignment,
    "refusal": Refusal,
    "steps": Step,
    "contact": Contact,
    "promises": Promise,
    "answer": AnswerGiven,
    "information-request": InformationRequest,
    "finding": FindingMade,
    "corrective-actions": CorrectiveAction,
    "safety": SafetyChange,
    "acknowledgement": Acknowledgement,
    "call-backs": CallBack,
}
PREFIX = "redress.triage."


def type_of(verb: str) -> str:
    """The request's name on the inbox."""
    return f"{PREFIX}{verb}.v1"


def body_of(type: str, body: dict[str, Any]) -> Body:
    """The body of a request as its type."""
    return VERBS[type.removeprefix(PREFIX).removesuffix(".v1")].model_validate(body)
