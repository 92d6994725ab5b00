"""The sentences of a decision, each built once per row and filled in per case."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from services.compensation.table_decide import Amount, Decided
from services.compensation.table_due import Remedy
from services.compensation.table_model import TableModel
from services.compensation.table_ready import Row
from services.compensation.table_term import snap
from services.compensation.table_words import LANGUAGES, Part, UnitWords, due_in_words, sentence, too_little

Key = tuple[int, ...]
Pattern = tuple[str, tuple[int, ...]]
TOO_LITTLE = 3
_PLACE = re.compile("\0([0-9]+)\0")
_COUNTED = re.compile("\0([0-9]+)\0 (?:working )?(?:second|minute|hour|day|week|journey|night|time|repair|kilogram)s")


def basis_of(table: TableModel) -> tuple[str, str, str]:
    """What a table rests on, as a passenger is told it in each language."""
    said = table.basis
    return (said.zh_hans, said.zh_hant, said.en) if said else (table.source,) * 3


class Sentences:
    """Sentences of one version of a table; `basis` is said at their end, in each language; `units` are its own."""

    def __init__(self, basis: tuple[str, str, str], rows: Sequence[Row], units: Iterable[UnitWords] = ()) -> None:
        self._units = [(f" {several}", f" {one}") for *_, one, several in units]
        self._basis = [_plainly(said) for said in basis]
        self._about_fee = {remedy.kind for row in rows for remedy in row.remedies} == {"fee"}
        self._patterns: dict[tuple[int, Key], Pattern] = {}

    def of(self, decided: Decided) -> dict[str, str]:
        """The decision in every language."""
        row, amounts = decided.row, decided.amounts
        filled = [fill(decided.slots) for fill in row.fills] + [amount[3] for amount in amounts]
        marks = [0 if text == "0" else 1 if text == "1" else 2 for text in filled]
        for at, amount in enumerate(amounts, len(row.fills)):
            if amount[3] == "0" and (least := _least(amount, decided.slots)):
                marks[at] = TOO_LITTLE
                filled[at] = _before(amount)
                filled.append(least)
        key = tuple(marks)
        found = self._patterns.get((row.place, key))
        if found is None:
            found = self._patterns[(row.place, key)] = self._made(row, key, amounts)
        pattern, order = found
        hans, hant, en = (pattern % tuple([filled[at] for at in order])).split("\n")
        return {"zh-Hans": hans, "zh-Hant": hant, "en": en}

    def _made(self, row: Row, key: Key, amounts: Sequence[Amount]) -> Pattern:
        """All three sentences as one pattern, a line each, and which of the fillings goes where."""
        numbers = iter(range(len(amounts)))
        parts: list[Part | list[Part]] = []
        for entry in row.due:
            options = (entry,) if isinstance(entry, Remedy) else entry.options
            said = [part for option in options if (part := self._part(option, row, key, numbers))]
            parts += [said] if len(said) > 1 else said
        *reasons, en = row.reasons
        reasons.append(_singular(en, key, self._units))
        small = self._too_little(row, key, amounts)
        owed = [too_little(small, at) + due_in_words(parts, at, self._about_fee) for at in range(len(LANGUAGES))]
        lines = [sentence(reasons[at], owed[at], self._basis[at], at) for at in range(len(LANGUAGES))]
        pieces = _PLACE.split("\n".join(" ".join(line.split()) for line in lines))
        order = tuple(int(piece) for piece in pieces[1::2])
        return "%s".join(piece.replace("%", "%%") for piece in pieces[::2]), order

    def _part(self, remedy: Remedy, row: Row, key: Key, numbers: Any) -> Part | None:
        if remedy.pair is None:
            return Part(remedy.kind)
        at = len(row.fills) + next(numbers)
        if key[at] in (0, TOO_LITTLE):
            return None
        return Part(remedy.kind, f"\0{at}\0", remedy.unit, remedy.in_money, key[at] == 1, remedy.words)

    def _too_little(self, row: Row, key: Key, amounts: Sequence[Amount]) -> list[tuple[Part, Part]]:
        """What was not enough, and the least there is, of which the numbers stand behind all others."""
        least = len(row.fills) + len(amounts)
        found: list[tuple[Part, Part]] = []
        for at, (remedy, *_) in enumerate(amounts, len(row.fills)):
            if key[at] == TOO_LITTLE:
                places = (f"\0{at}\0", f"\0{least + len(found)}\0")
                amount, bound = (
                    Part(remedy.kind, p, remedy.unit, remedy.in_money, False, remedy.words) for p in places
                )
                found.append((amount, bound))
        return found


def _least(amount: Amount, slots: list[Any]) -> str:
    """The least that is paid, where there was something and it was less; otherwise nothing."""
    remedy, exact, *_ = amount
    below = remedy.term.below if remedy.term else None
    return remedy.text(snap(below.fn(slots))) if below and exact > 0 else ""


def _before(amount: Amount) -> str:
    """What was too little, as it would have been paid."""
    remedy, exact, *_ = amount
    rounding = remedy.term.rounding if remedy.term else None
    return remedy.text(rounding(snap(exact)) if rounding else snap(exact))


def _singular(reason: str, key: Key, units: Sequence[tuple[str, str]]) -> str:
    """The English reason with `1 minutes` said as `1 minute`; `units` are a table's own, of several and of one."""
    for several, one in units:
        for at in [at for at, mark in enumerate(key) if mark == 1]:
            reason = re.sub(f"(\0{at}\0){re.escape(several)}\\b", _said_of_one(one), reason)
    return _COUNTED.sub(lambda m: m[0][:-1] if key[int(m[1])] == 1 else m[0], reason)


def _said_of_one(word: str) -> Callable[[re.Match[str]], str]:
    return lambda found: found[1] + word


def _plainly(text: str) -> str:
    return text.replace("\0", "")
