"""What the simulated partners hold: orders, and every payout and protective action really made, by its key."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from deploy.local.partners.contract import (
    Acknowledgement,
    Grant,
    GrantOrder,
    Order,
    Payout,
    PayoutOrder,
    ProtectiveAction,
)

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class KeyUsed(Exception):
    """The idempotency key stands for another body."""


@dataclass
class Entry(Generic[Asked, Given]):
    key: str
    asked: Asked
    given: Given
    times: int = 1


@dataclass
class Register(Generic[Asked, Given]):
    """Work done once per key: the same key and body again gives what was given, and counts how often."""

    same: Callable[[Asked, Asked], bool]
    make: Callable[[int], Given]
    entries: dict[str, Entry[Asked, Given]] = field(default_factory=dict)

    def do(self, key: str, asked: Asked) -> Given:
        """Keys come bare or as quoted structured-field strings; both name the same."""
        key = key.strip('"')
        entry = self.entries.get(key)
        if entry is None:
            entry = self.entries[key] = Entry(key, asked, self.make(len(self.entries) + 1))
        elif not self.same(entry.asked, asked):
            raise KeyUsed(key)
        else:
            entry.times += 1
        return entry.given


def _payouts() -> Register[PayoutOrder, Payout]:
    return Register(lambda one, other: one.same_money(other), lambda n: Payout(payout_reference=f"PAY-{n:06}"))


def _actions() -> Register[ProtectiveAction, Acknowledgement]:
    return Register(lambda one, other: one == other, lambda n: Acknowledgement(reference=f"ACT-{n:06}"))


def _grants() -> Register[GrantOrder, Grant]:
    return Register(lambda one, other: one == other, lambda n: Grant(reference=f"GRA-{n:06}"))


def _made(register: Register[Any, Any]) -> list[dict[str, Any]]:
    return [
        {"key": entry.key, "times_asked": entry.times} | entry.asked.model_dump() | entry.given.model_dump()
        for entry in register.entries.values()
    ]


@dataclass
class Books:
    """In memory; gone when the process ends."""

    orders: dict[str, Order] = field(default_factory=dict)
    payouts: Register[PayoutOrder, Payout] = field(default_factory=_payouts)
    grants: Register[GrantOrder, Grant] = field(default_factory=_grants)
    actions: Register[ProtectiveAction, Acknowledgement] = field(default_factory=_actions)

    def add(self, orders: list[Order]) -> None:
        self.orders.update({order.reference: order for order in orders})

    def seed(self, file: Path) -> None:
        """Reads a JSON list of orders."""
        self.add([Order.model_validate(order) for order in json.loads(file.read_text("utf-8"))])

    def ledger(self) -> dict[str, Any]:
        """Every payout and action really made, in order, and how often each of our payout ids was paid."""
        paid = _made(self.payouts)
        counts = dict(Counter(one["payout_id"] for one in paid))
        return {
            "payouts": paid,
            "paid": counts,
            "grants": _made(self.grants),
            "protective_actions": _made(self.actions),
        }
