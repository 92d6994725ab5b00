"""The services' own rules hold of whole documents, and name what breaks them."""

import copy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.compensation import audit as compensation
from services.compensation import ledger
from services.compensation.domain import Book, Claim, Entitlement, RemedyBook
from services.intake import audit as intake
from services.intake.domain import Complaint, State
from services.notify import audit as notify
from services.notify.domain import Letters, Message
from shared import ids
from shared.contracts.intake import ComplaintStands
from tests.ops.building import AT, COMPLAINT, broken, document

ENTITLEMENT = "e:" + "x" * 26
JWE = "a.b.c.d.e"


def claim(id: str = COMPLAINT, **changed: Any) -> dict:
    """A claim with one refund of 40, paid."""
    money = {"kind": "refund", "amount": "40.00", "currency": "CNY"}
    book = RemedyBook(id=f"{id}-1-r", finding=1, table="t", row="r", remedy=money, entitlement=ENTITLEMENT, holder=id)
    state = Book(claim=Claim(finding=1, remedies={book.id: book}))
    ledger.owe(state.claim, book, AT)
    ledger.pay(state.claim, book, AT)
    book.state = "delivered"
    thing = document(id=id, state=state.model_dump())
    return _with(thing, changed)


def entitlement(holder: str = COMPLAINT) -> dict:
    return document(id=ENTITLEMENT, state=Book(entitlement=Entitlement(holder=holder)).model_dump())


def _with(thing: dict, changed: dict[str, Any]) -> dict:
    """The thing with values set at dotted paths below its state."""
    thing = copy.deepcopy(thing)
    for path, value in changed.items():
        *way, last = path.split("__")
        place = thing["state"]
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        place[last] = value
    return thing


def test_a_claim_paid_once_breaks_no_rule() -> None:
    assert broken(compensation.check([claim(), entitlement()])) == {}


def test_a_remedy_paid_twice_is_named() -> None:
    thing = claim()
    again = dict(thing["state"]["claim"]["ledger"][1], id="other")
    thing["state"]["claim"]["ledger"].append(again)
    assert set(broken(compensation.check([thing, entitlement()]))) == {"3"}
    twice, above, books, _ = compensation.check([thing, entitlement()])
    assert (len(twice.breaches), len(above.breaches) > 0, books.breaches) == (
        1,
        True,
        [f"{COMPLAINT}: more paid than owed"],
    )


def test_more_than_agreed_is_named() -> None:
    thing = claim()
    thing["state"]["claim"]["ledger"][1]["amount"] = Decimal("41.00")
    assert any("41" in breach for breach in compensation.check([thing, entitlement()])[1].breaches)


def test_two_claims_given_the_same_entitlement_are_named() -> None:
    other = "c" + "b" * 26
    checks = compensation.check([claim(), claim(other), entitlement()])
    assert len(checks[3].breaches) == 1 and other in checks[3].breaches[0]


def test_money_that_came_back_was_paid() -> None:
    thing = claim()
    ledger_of, book = (
        Book.model_validate(thing["state"]).claim,
        RemedyBook.model_validate(next(iter(thing["state"]["claim"]["remedies"].values()))),
    )
    ledger.take_back(ledger_of, book, AT)
    book.state = "reversed"
    ledger_of.remedies[book.id] = book
    thing["state"] = Book(claim=ledger_of).model_dump()
    assert broken(compensation.check([thing, entitlement()])) == {}


def complaint(**changed: Any) -> dict:
    stands = ComplaintStands(
        line="ride_hailing", reference=ids.reference(COMPLAINT), received_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    state = State(complaint=Complaint(received=True, stands=stands, text=JWE, contact=JWE))
    return _with(document(state=state.model_dump()), changed)


def test_a_complaint_is_whole_and_sealed_or_named() -> None:
    assert broken(intake.check([complaint()])) == {}
    assert set(broken(intake.check([complaint(complaint__text="they said it aloud")]))) == {"5"}
    assert set(broken(intake.check([complaint(complaint__stands__line="")]))) == {"1"}
    assert set(broken(intake.check([complaint(complaint__received=False)]))) == {"7"}
    kept = complaint(complaint__received=False) | {"person": [{"event": "x"}]}
    assert broken(intake.check([kept])) == {}
    erased = complaint() | {"erased": True}
    assert len(broken(intake.check([erased]))["5"]) == 2


def letters(**changed: Any) -> dict:
    message = Message(id="m", template="acknowledged", at=AT, version="v", state="delivered")
    state = Letters(messages={"m": message}, outcomes={"received": 1}, sequence=1)
    thing = document(state=state.model_dump())
    thing["attempts"] = {"message/m": {"key": "k", "try": 1, "answer": {"verdict": "done", "body": {}}}}
    return _with(thing, changed)


def test_a_message_is_sent_once_after_its_row_or_named() -> None:
    assert broken(notify.check([letters()])) == {}
    assert set(broken(notify.check([letters(messages__m__state="sending")]))) == {"1"}
    assert set(broken(notify.check([letters(messages={})]))) == {"1"}
    skipped = letters(messages__m__state="skipped", messages__m__reason="") | {"attempts": {}}
    assert set(broken(notify.check([skipped]))) == {"7"}
