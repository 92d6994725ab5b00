"""What one remedy is beside another: of the same kind and unit, below it, or what is left of it. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.fact import Remedy
from shared.money import DECIMALS, plain

Kind = Literal[
    "refund", "compensation", "fee_waiver", "coupon", "points", "free_service_time", "rebooking", "lodging",
    "seat_change", "invoice", "credit_correction", "repair", "exchange", "explanation", "apology",
]  # fmt: skip
Number = Annotated[str, Field(pattern=r"^\d{1,9}(\.\d{1,4})?$", examples=["27.50"])]


class Proposed(BaseModel):
    """A remedy somebody proposes or decides: money, a quantity, or a kind alone. No words: these go to the messages."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    amount: Number | None = None
    currency: Annotated[str | None, Field(pattern=r"^[A-Z]{3}$")] = None
    quantity: Number | None = None
    unit: Annotated[str | None, Field(pattern=r"^[a-z_]{1,40}$")] = None


def fault_of(given: Remedy, owed: Remedy) -> tuple[str, str] | None:
    """What is wrong with a proposal in place of what is owed: the field and why; None when nothing is."""
    try:
        proposed = Proposed.model_validate(given)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        return "/".join(("", "proposed", *map(str, first["loc"]))), "is not as a remedy is written"
    for size, unit in (("amount", "currency"), ("quantity", "unit")):
        if (getattr(proposed, size) is None) != (getattr(proposed, unit) is None):
            return f"/proposed/{unit}", f"'{size}' and '{unit}' stand together"
    if proposed.amount is not None and proposed.quantity is not None:
        return "/proposed/quantity", "give an amount or a quantity, not both"
    for size in ("amount", "quantity"):
        if (text := getattr(proposed, size)) is not None and Decimal(text) <= 0:
            return f"/proposed/{size}", "must be over 0"
    currencies = {option["currency"] for option in options(owed) if "currency" in option}
    if proposed.currency and proposed.currency not in (currencies or DECIMALS):
        return "/proposed/currency", f"must be {' or '.join(sorted(currencies)) or 'a known currency'}"
    if proposed.currency and -int(Decimal(proposed.amount or "0").normalize().as_tuple().exponent) > DECIMALS.get(
        proposed.currency, 2
    ):
        return "/proposed/amount", "has more decimals than its currency"
    return None


def options(remedy: Remedy) -> list[Remedy]:
    """What may be chosen; a remedy without a choice is its only option."""
    return list(remedy.get("one_of") or [remedy])


def measure(remedy: Remedy) -> tuple[object, object, object]:
    """What makes sizes comparable: kind, currency, unit."""
    return remedy.get("kind"), remedy.get("currency"), remedy.get("unit")


def size(remedy: Remedy) -> Decimal:
    """How much it is, in its own measure; 0 for a kind alone."""
    return Decimal(str(remedy.get("amount") or remedy.get("quantity") or 0))


def below(proposed: Remedy, owed: Remedy) -> bool:
    """Whether it is less than the rules say, or cannot be compared with it; of a choice, less than every option."""
    return all(measure(proposed) != measure(one) or size(proposed) < size(one) for one in options(owed))


def less(proposed: Remedy, owed: Remedy) -> bool:
    """Whether it is less of the very thing that is owed."""
    same = [one for one in options(owed) if measure(proposed) == measure(one)]
    return bool(same) and below(proposed, owed)


def left_of(owed: Remedy, given: Iterable[Remedy]) -> Remedy | None:
    """What is still owed by a table that gave this much on the claim before; None when nothing is.

    Of a choice, the option that was taken counts; where something else was agreed, that stands.
    """
    given = list(given)
    if not given:
        return owed
    if "one_of" in owed:
        taken = next((one for one in owed["one_of"] if any(measure(one) == measure(each) for each in given)), None)
        return left_of(taken, given) if taken else None
    same = [each for each in given if measure(each) == measure(owed)]
    name = next((field for field in ("amount", "quantity") if field in owed), None)
    if name is None or not same:
        return None if same else owed
    left = size(owed) - sum(map(size, same), Decimal(0))
    return {**owed, name: str(left) if name == "amount" else plain(left)} if left > 0 else None
