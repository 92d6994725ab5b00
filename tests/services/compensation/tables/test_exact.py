"""Any term, however nested, comes out as exact fractions say, to the smallest unit of its currency."""

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.compensation.tables import CannotAssess, assess
from shared.money import DECIMALS
from tests.services.compensation.tables.writing import ON, table, unproved

Values = dict[str, Fraction]
Meant = Callable[[Values], Fraction]
Made = tuple[str, Meant]

FACTS = "  price: {type: money}\n  paid: {type: money}\n  kg: {type: decimal, unit: kg}\n  part: {type: share}"
UNITS = {"CNY": 2, "JPY": 0, "KWD": 3}


def rounded(mode: str, value: Fraction, quantum: Fraction) -> Fraction:
    steps = value / quantum
    whole, rest = math.floor(steps), steps - math.floor(steps)
    up = {"up": rest > 0, "down": False, "half_up": rest * 2 >= 1, "half_down": rest * 2 > 1}[mode]
    return (whole + up) * quantum


def written(value: Fraction, places: int = 2) -> str:
    scaled = value * 10**places
    assert scaled.denominator == 1
    return f"{scaled.numerator // 10**places}.{scaled.numerator % 10**places:0{places}d}" if places else str(value)


def term(chance: Random, depth: int, unit: Fraction) -> Made:
    """A term in money, and what it means."""
    if depth == 0 or chance.random() < 0.15:
        if chance.random() < 0.3:
            value = Fraction(chance.randint(0, 50_000)) * unit
            return f'"{written(value, 3 if unit < Fraction(1, 100) else 2)}"', lambda _: value
        name = chance.choice(["price", "paid"])
        return name, lambda v: v[name]
    made = chance.choice([_pair, _pair, _share, _times, _divide, _each])(chance, depth, unit)
    return _limited(chance, depth, unit, made)


def _pair(chance: Random, depth: int, unit: Fraction) -> Made:
    (one, first), (other, second) = term(chance, depth - 1, unit), term(chance, depth - 1, unit)
    form = chance.choice(["plus", "minus", "lesser", "greater"])
    meant: dict[str, Meant] = {
        "plus": lambda v: first(v) + second(v),
        "minus": lambda v: max(first(v) - second(v), Fraction(0)),
        "lesser": lambda v: min(first(v), second(v)),
        "greater": lambda v: max(first(v), second(v)),
    }
    return f"{{{form}: [{one}, {other}]", meant[form]


def _share(chance: Random, depth: int, unit: Fraction) -> Made:
    of, whole = term(chance, depth - 1, unit)
    if chance.random() < 0.5:
        return f"{{share: part, of: {of}", lambda v: v["part"] * whole(v)
    percent = Fraction(chance.randint(0, 10_000), 100)
    return f"{{share: {written(percent)}%, of: {of}", lambda v: percent / 100 * whole(v)


def _times(chance: Random, depth: int, unit: Fraction) -> Made:
    of, whole = term(chance, depth - 1, unit)
    by = chance.randint(0, 9)
    return f"{{times: [{by}, {of}]", lambda v: by * whole(v)


def _divide(chance: Random, depth: int, unit: Fraction) -> Made:
    of, whole = term(chance, depth - 1, unit)
    by = chance.choice([2, 3, 7, 9, 30, 464])
    return f"{{divide: {of}, by: {by}", lambda v: whole(v) / by


def _each(chance: Random, depth: int, unit: Fraction) -> Made:
    price, each = term(chance, depth - 1, unit)
    size, after, most = chance.choice([1, 2, 3, 7]), chance.randint(0, 3), chance.randint(1, 20)
    counting = chance.choice(["exact", "started", "whole"])
    count = {"exact": Fraction, "started": math.ceil, "whole": math.floor}[counting]
    text = f"{{each: {price}, per: {size} kg, of: kg, after: {after} kg, up_to: {most} kg, counting: {counting}"

    def meant(v: Values) -> Fraction:
        return each(v) * count(Fraction(min(max(v["kg"] - after, Fraction(0)), Fraction(most))) / size)

    return text, meant


def _limited(chance: Random, depth: int, unit: Fraction, made: Made) -> Made:
    """The form closed, sometimes with a floor, a cap or a rounding."""
    text, meant = made
    kind = chance.randrange(6)
    if kind == 0:
        low, floor = term(chance, 0, unit)
        return f"{text}, at_least: {low}}}", lambda v: max(meant(v), floor(v))
    if kind == 1:
        high, cap = term(chance, 0, unit)
        return f"{text}, at_most: {high}}}", lambda v: min(meant(v), cap(v))
    if kind == 2:
        mode, size = chance.choice(["up", "down", "half_up", "half_down"]), chance.choice([1, 5, 50, 300])
        quantum = unit * size
        places = 3 if unit < Fraction(1, 100) else 2
        return f"{text}, rounded: {mode} {written(quantum, places)}}}", lambda v: rounded(mode, meant(v), quantum)
    return text + "}", meant


@pytest.mark.parametrize("currency", UNITS)
@settings(max_examples=150, deadline=None, database=None)
@given(chance=st.randoms(use_true_random=True))
def test_a_term_is_worth_what_fractions_say(currency: str, chance: Random) -> None:
    places = DECIMALS[currency]
    unit = Fraction(1, 10**places)
    made, meant = term(chance, chance.randint(1, 4), unit)
    # A row that never holds uses every fact, so that none is told to be idle.
    idle = "{plus: [price, paid, {each: 0, per: 1 kg, of: kg}, {share: part, of: paid}]}"
    uses = f"  keep: {{minus: [{idle}, 999999999999]}}"
    rows = (
        "  - {id: never, when: {keep: over 0}, due: nothing, REASON}\n"
        "  - {id: only, due: [{compensation: owed}], REASON}"
    )
    text = table(FACTS, rows, "  - {facts: {}, row: only, due: nothing}", f"  owed: {made}\n{uses}",
                 head=f"currency: {currency}\nrounding: half_up {written(unit, places) if places else 1}")  # fmt: skip
    loaded = unproved(text)
    for _ in range(5):
        values: Values = {
            "price": chance.randint(0, 100_000) * unit, "paid": chance.randint(0, 100_000) * unit,
            "kg": Fraction(chance.randint(0, 50_000), 1000), "part": Fraction(chance.randint(0, 1000), 1000),
        }  # fmt: skip
        facts: dict[str, Any] = {name: written(values[name], places) for name in ("price", "paid")}
        facts |= {"kg": written(values["kg"], 3), "part": written(values["part"], 3)}
        owed = rounded("half_up", meant(values), unit)
        try:
            said = assess(loaded, "test.table", facts, ON)["remedies"]
        except CannotAssess as fault:
            assert fault.type == "too-large" and owed >= 10**15
            continue
        assert Fraction(said[0]["amount"] if said else 0) == owed, (made, facts)
