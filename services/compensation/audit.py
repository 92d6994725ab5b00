"""What of "always true" compensation can say of its documents: nothing paid twice, nothing above what was agreed."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from services.compensation.domain import Book, Claim, RemedyBook, amount_of, is_entitlement, is_money
from services.compensation.ledger import CASH, PAYABLE, account
from services.compensation.proposals import measure, options, size
from shared.flow.thing import Thing, from_store
from shared.ops.checked import Checked, Document

GIVEN = frozenset({"settling", "delivered"})
PAID = frozenset({"delivered", "reversed"})


def check(things: Iterable[Document]) -> list[Checked]:
    """Remedies, entitlements and ledger of every claim."""
    twice = Checked("3 · no remedy is paid twice")
    above = Checked("3 · nothing is paid above what was assessed or agreed")
    ledger = Checked("3 · the ledger is whole: every entry has its two sides and its one cause")
    once = Checked("3 · each entitlement is given to one claim, its holder")
    holders: dict[str, str] = {}
    given: dict[str, set[str]] = defaultdict(set)
    for document in things:
        thing: Thing[Book] = from_store(dict(document), Book)
        if is_entitlement(thing.id):
            holders[thing.id] = thing.state.entitlement.holder
            continue
        for book in thing.state.claim.remedies.values():
            _remedy(thing.state.claim, book, twice, above)
            if book.entitlement and book.state in GIVEN:
                given[book.entitlement].add(thing.id)
        _tables(thing.state.claim, above)
        _ledger(thing.id, thing.state.claim, ledger)
    for entitlement, claims in given.items():
        once.count(claims != {holders.get(entitlement, "")}, f"{entitlement}: {', '.join(sorted(claims))}")
    return [twice, above, ledger, once]


def _remedy(claim: Claim, book: RemedyBook, twice: Checked, above: Checked) -> None:
    paid = [entry for entry in claim.ledger if entry.credit == CASH and entry.cause == f"{book.id}/paid"]
    twice.count(len(paid) > 1, book.id)
    agreed = amount_of(book.remedy)
    total = sum((entry.amount for entry in paid), Decimal(0))
    above.count(total > agreed, f"{book.id}: {total} of {agreed}")
    if is_money(book.remedy):
        above.count((book.state in PAID) != (total == agreed), f"{book.id}: {book.state}, {total} of {agreed}")


def _tables(claim: Claim, above: Checked) -> None:
    """What one table gave on a claim in all, by its own findings, is no more than the most it ever owed."""
    given: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    owed: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for book in claim.remedies.values():
        by_rule = book.state in GIVEN and book.remedy != book.proposed
        for option in options(book.owed):
            owed[book.table, *measure(option)] = max(owed[book.table, *measure(option)], size(option))
        if by_rule and (book.table, *measure(book.remedy)) in owed:
            given[book.table, *measure(book.remedy)] += size(book.remedy)
    for key, total in given.items():
        above.count(total > owed[key], f"{key[0]}: {total} of {owed[key]}")


def _ledger(id: str, claim: Claim, ledger: Checked) -> None:
    for entry in claim.ledger:
        ledger.count(entry.amount <= 0 or entry.debit == entry.credit or not entry.cause, f"{id} {entry.id}")
    names = [entry.id for entry in claim.ledger]
    ledger.count(len(names) != len(set(names)), f"{id}: an entry stands twice")
    for currency in {entry.currency for entry in claim.ledger}:
        ledger.count(account(claim, PAYABLE, currency) > 0, f"{id}: more paid than owed")
