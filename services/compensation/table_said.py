"""Numbers as people read them in a reason: money with its currency, time in its parts, shares as percentages."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.compensation.table_slips import NAMES_OF_MONEY
from services.compensation.table_units import MONEY, RATE, convert, is_time
from services.compensation.table_words import CURRENCIES, UNITS
from shared.money import DECIMALS, EXACT, plain

ENGLISH = 2
_CENT = Decimal("0.01")
_PARTS = ("week", "day", "hour", "minute", "second")
_WRITTEN = {
    "second": "seconds?|secs?|s|秒钟|秒鐘|秒",
    "minute": "minutes?|mins?|分钟|分鐘|分",
    "hour": "hours?|hrs?|h|个小时|個小時|小时|小時",
    "day": "days?|d|天|日",
    "week": "weeks?|周|週|星期",
}
_UNIT = re.compile(" ?(?:" + "|".join(f"(?P<{unit}>{words})" for unit, words in _WRITTEN.items()) + r")(?![A-Za-z_])")
_NEAR = re.compile(
    "(?:[- ]?[A-Za-z]+){0,2}[- ]?(?:second|minute|hour|day|week)"
    r"|[^\s，。；：、]{0,3}(?:秒|分[钟鐘]|小[时時]|天|日|周|週)"
)
_WORDS = "|".join(re.escape(n) for n in {*NAMES_OF_MONEY, *(name for names in CURRENCIES.values() for name in names)})
_MONEY = f"(?<![A-Za-z])(?:{'|'.join(DECIMALS)}|(?i:{_WORDS}))"
_MONEY_BEFORE = re.compile(f"{_MONEY} ?\\Z")
_MONEY_AFTER = re.compile(f" ?{_MONEY}(?![A-Za-z])")
_PERCENT_AFTER = re.compile(" ?(?:%|％|per ?cent)", re.I)


@dataclass(frozen=True)
class Manner:
    """How a number is said at one place of a text: in what `unit` it is, in which language, and what to write round it.

    `spoken` is the unit of time in which the text goes on, with the word `word` for it, which is said with the number.
    """

    unit: str | None
    language: int
    before: str = ""
    after: str = ""
    decimals: int | None = None
    places: int = 0
    spoken: str = ""
    word: str = ""

    def say(self, value: Decimal) -> str:
        if self.spoken:
            value = convert(value, str(self.unit), self.spoken)
            if value == value.to_integral_value():
                return _counted(value, self.word, self.language)
            return time_said(value, self.spoken, self.word, self.language)
        value = EXACT.multiply(value, Decimal(100)) if self.unit == RATE else value
        text = readable(value) if self.decimals is None else self._money(value)
        return f"{self.before}{text}{self.after}"

    def _money(self, value: Decimal) -> str:
        """With the decimals of its currency, or as many more as a price may have that is declared so."""
        fewest, most = self.decimals or 0, max(self.places, self.decimals or 0)
        text = f"{value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP, EXACT):f}"
        spare = len(text) - len(text.rstrip("0"))
        return text[: len(text) - min(spare, most - fewest)].rstrip(".") if most > fewest else text


def manner(
    unit: str | None, currency: str | None, places: int, language: int, before: str, after: str
) -> tuple[Manner, int]:
    """How a number in this unit is said between these texts, and how much of the text after it is said with it.

    `places` are the decimals that a fact in money may have by its declaration.
    """
    if unit == MONEY and currency:
        beside = _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after)
        front = f"{currency} " if language == ENGLISH and not beside else ""
        name = CURRENCIES.get(currency, (f" {currency}",) * 2)[language] if language != ENGLISH and not beside else ""
        return Manner(unit, language, front, name, DECIMALS[currency], places), 0
    if unit == RATE:
        if _PERCENT_AFTER.match(after) or before.endswith(("百分之", "百分之 ")):
            return Manner(unit, language), 0
        return Manner(unit, language, after=" %" if language == ENGLISH else "%"), 0
    if unit is None or not is_time(unit):
        return Manner(unit, language), 0
    found = _UNIT.match(after)
    if found:
        return Manner(unit, language, spoken=str(found.lastgroup), word=found[0]), found.end()
    if _NEAR.match(after):
        return Manner(unit, language), 0
    return Manner(unit, language, spoken=unit, word=_named(unit, language)), 0


def _named(unit: str, language: int) -> str:
    return f" {unit}s" if language == ENGLISH else UNITS[unit][language]


def readable(value: Decimal) -> str:
    """With two decimals at most, or as many as it takes to differ from 0."""
    if value == value.to_integral_value():
        return plain(value)
    near = value.quantize(_CENT, ROUND_HALF_UP, EXACT)
    return plain(near if near else value.quantize(Decimal(1).scaleb(value.adjusted()), ROUND_HALF_UP, EXACT))


def time_said(value: Decimal, unit: str, word: str, language: int) -> str:
    """Time that is no whole number of its unit, in its parts: 12 hours 20 minutes, 1 day.

    Time counted in hours or more is told to the minute that is full.
    """
    seconds = convert(value.copy_abs(), unit, "second").to_integral_value(ROUND_HALF_UP)
    smallest = "second" if unit in ("second", "minute") or seconds < 60 else "minute"
    found: list[str] = []
    for part in _PARTS[_PARTS.index(unit) : _PARTS.index(smallest) + 1]:
        size = convert(Decimal(1), part, "second")
        count, seconds = EXACT.divmod(seconds, size)
        if count:
            found.append(_counted(count, word if part == unit else _named(part, language), language))
    sign = "-" if value < 0 and found else ""
    return sign + (" " if language == ENGLISH else "").join(found or [_counted(Decimal(0), word, language)])


def _counted(count: Decimal, word: str, language: int) -> str:
    if language == ENGLISH and count == 1 and word.endswith("s") and len(word.strip()) > 2:
        word = word[:-1]
    return plain(count) + word
