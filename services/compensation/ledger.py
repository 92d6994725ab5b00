"""The ledger of a claim: append-only, double entry, every entry caused by one step of one remedy."""

from datetime import datetime
from decimal import Decimal

from services.compensation.domain import Claim, Entry, RemedyBook, amount_of, is_money
from shared import ids

CASH, PAYABLE = "cash", "payable:complainant"


def _append(claim: Claim, book: RemedyBook, step: str, at: datetime, debit: str, credit: str) -> None:
    amount = amount_of(book.remedy) if is_money(book.remedy) else Decimal(0)  # a coupon is no cash
    entry = ids.digest("entry", book.id, step)
    if amount <= 0 or _stands(claim, entry):
        return
    claim.ledger.append(
        Entry(
            id=entry, at=at, cause=f"{book.id}/{step}", debit=debit, credit=credit, amount=amount,
            currency=str(book.remedy["currency"]),
        )
    )  # fmt: skip


def _stands(claim: Claim, entry: str) -> bool:
    return any(known.id == entry for known in claim.ledger)


def owe(claim: Claim, book: RemedyBook, at: datetime) -> None:
    """Agreed: the bearer's cost, owed to the complainant."""
    _append(claim, book, "owed", at, f"cost:{book.borne_by}", PAYABLE)


def pay(claim: Claim, book: RemedyBook, at: datetime) -> None:
    """Delivered: no longer owed, gone from cash. Once, however often it is told; what was written off is owed again."""
    if _stands(claim, ids.digest("entry", book.id, "written-off")):
        _append(claim, book, "owed-again", at, f"cost:{book.borne_by}", PAYABLE)
    _append(claim, book, "paid", at, PAYABLE, CASH)


def write_off(claim: Claim, book: RemedyBook, at: datetime) -> None:
    """Owed and never to be paid: back from the bearer."""
    _append(claim, book, "written-off", at, PAYABLE, f"cost:{book.borne_by}")


def take_back(claim: Claim, book: RemedyBook, at: datetime) -> None:
    """Paid and to be returned: a receivable in place of the cost."""
    _append(claim, book, "reversed", at, "receivable:complainant", f"cost:{book.borne_by}")


def account(claim: Claim, name: str, currency: str) -> Decimal:
    """What stands on an account: debits less credits."""
    total = Decimal(0)
    for entry in claim.ledger:
        if entry.currency == currency:
            total += entry.amount * ((entry.debit == name) - (entry.credit == name))
    return total
