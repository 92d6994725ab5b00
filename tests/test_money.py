"""Rounding is exact against fractions, and amounts carry the decimals of their currency."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import DECIMALS, MODES, Rounding, amount_text, plain, smallest_unit

AMOUNTS = st.decimals(-10_000, 10_000, places=6)
QUANTA = st.sampled_from(["0.01", "0.05", "0.3", "0.5", "1", "2.5", "5", "7", "100"])


def by_fractions(mode: str, amount: Fraction, quantum: Fraction) -> Fraction:
    """Rounds the size, then gives the sign back."""
    size, sign = abs(amount) / quantum, -1 if amount < 0 else 1
    whole = math.floor(size)
    rest = size - whole
    half = Fraction(1, 2)
    up = {
        "down": False,
        "up": rest > 0,
        "half_up": rest >= half,
        "half_down": rest > half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
    }[mode]
    return sign * (whole + up) * quantum


@pytest.mark.parametrize("mode", sorted(MODES))
@given(amount=AMOUNTS, quantum=QUANTA)
def test_rounding_agrees_with_fractions(mode: str, amount: Decimal, quantum: str) -> None:
    rounded = Rounding(mode, Decimal(quantum))(amount)
    assert Fraction(rounded) == by_fractions(mode, Fraction(amount), Fraction(quantum))


@pytest.mark.parametrize(("amount", "kept"), [("0.24", "0"), ("0.25", "0.5"), ("0.74", "0.5"), ("0.75", "1")])
def test_half_yuan_drops_under_a_quarter_and_lifts_from_three_quarters(amount: str, kept: str) -> None:
    assert Rounding.parse("half_up 0.5")(Decimal(amount)) == Decimal(kept)


@pytest.mark.parametrize("text", ["nearest 1", "up", "up 0", "up -1", "half_up 0,01", "up 5 up", ""])
def test_a_rounding_not_understood_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"like 'half_up 0\.01'"):
        Rounding.parse(text)


@pytest.mark.parametrize("currency", sorted(DECIMALS))
def test_amounts_carry_the_decimals_of_their_currency(currency: str) -> None:
    text = amount_text(smallest_unit(currency) * 1234, currency)
    assert Decimal(text) == smallest_unit(currency) * 1234
    assert len(text.partition(".")[2]) == DECIMALS[currency]


@pytest.mark.parametrize(
    ("number", "text"),
    [("2.50", "2.5"), ("100", "100"), ("1E+3", "1000"), ("0.0000001", "0.0000001"), ("-0.00", "0"), ("10.0", "10")],
)
def test_plain_numbers_have_no_exponent_and_no_needless_zeros(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text
