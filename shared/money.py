"""Money and rounding: currencies with their smallest unit, exact decimals, named ways to round."""

import decimal
import re
from collections.abc import Callable
from decimal import Decimal

# Wide enough that products of facts stay exact; what a division leaves is far below any quantum.
EXACT = decimal.Context(prec=120, rounding=decimal.ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)

DECIMALS = {
    code: places
    for places, codes in {
        0: "CLP ISK JPY KRW PYG UGX VND XAF XOF",
        2: (
            "AED ARS AUD BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KES KZT LKR MAD MOP MXN MYR "
            "NGN NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SDR SEK SGD THB TRY TWD UAH USD UZS XDR ZAR"
        ),
        3: "BHD JOD KWD OMR TND",
    }.items()
    for code in codes.split()
}
"""Decimals of each currency (ISO 4217; SDR and XDR, the unit of account of transport conventions, as settled: 2)."""

MODES = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "half_even": decimal.ROUND_HALF_EVEN,
    "down": decimal.ROUND_DOWN,
    "up": decimal.ROUND_UP,
}

_TWO, _LESS, _HALF, _MORE = Decimal(2), Decimal("0.25"), Decimal("0.5"), Decimal("0.75")
_ROUNDING = re.compile(r"(?P<mode>[a-z_]+) +(?P<quantum>[0-9]+(\.[0-9]+)?)\Z")


class Rounding:
    """Rounds to a multiple of `quantum` (greater than 0) by one of MODES; amounts below 0 by their size."""

    def __init__(self, mode: str, quantum: Decimal) -> None:
        self.mode, self.quantum = mode, quantum
        self._how = MODES[mode]
        self._decimal = quantum.as_tuple().digits == (1,)
        self._text = f"{mode} {plain(quantum)}"

    @classmethod
    def parse(cls, text: str) -> "Rounding":
        """`half_up 0.5`, `up 5`; raises ValueError with what would be right."""
        found = _ROUNDING.match(text.strip())
        if not found or found["mode"] not in MODES:
            raise ValueError(f"write one of {', '.join(MODES)} and to what, like 'half_up 0.01' or 'up 5'")
        quantum = Decimal(found["quantum"])
        if quantum <= 0:
            raise ValueError("round to something greater than 0, like 'half_up 0.01'")
        return cls(found["mode"], quantum)

    def __str__(self) -> str:
        return self._text

    def __call__(self, amount: Decimal) -> Decimal:
        if self._decimal:
            return amount.quantize(self.quantum, self._how, EXACT)
        steps, rest = EXACT.divmod(amount, self.quantum)
        if not rest:
            return amount
        # Which side of one half the rest lies on is all that matters, and dividing need not end.
        twice = EXACT.multiply(rest, _TWO).copy_abs()
        side = _HALF if twice == self.quantum else _LESS if twice < self.quantum else _MORE
        whole = EXACT.add(steps, side.copy_sign(rest)).to_integral_value(self._how)
        return EXACT.multiply(whole, self.quantum)

    def fits(self, currency: str) -> bool:
        """Whether every multiple of the quantum is a payable amount."""
        return not EXACT.remainder(self.quantum, smallest_unit(currency))


def smallest_unit(currency: str) -> Decimal:
    """The smallest payable amount: 0.01 for EUR, 1 for JPY. KeyError for a currency not in DECIMALS."""
    return Decimal(1).scaleb(-DECIMALS[currency])


def amount_text(amount: Decimal, currency: str) -> str:
    """The amount with exactly the currency's decimals, `27.50`; the amount must be payable."""
    return f"{amount:.{DECIMALS[currency]}f}"


def amount_format(currency: str) -> Callable[[Decimal], str]:
    """`amount_text` for one currency."""
    return f"{{:.{DECIMALS[currency]}f}}".format


def plain(number: Decimal) -> str:
    """A number without exponent and without needless zeros: `2`, `1.5`, `1000`."""
    text = str(number)
    if "E" in text:
        text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
