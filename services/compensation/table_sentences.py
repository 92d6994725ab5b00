"""The sentences of a decision, each built once per row and filled in per case."""

import re
from collections.abc import Sequence
from typing import Any

from services.compensation.table_decide import Amount, Decided
from services.compensation.table_due import Remedy
from services.compensation.table_model import TableModel
from services.compensation.table_ready import Row
from services.compensation.table_words import LANGUAGES, Part, sentence

Key = tuple[int, ...]
Pattern = tuple[str, tuple[int, ...]]
_PLACE = re.compile("\0([0-9]+)\0")
_COUNTED = re.compile("\0([0-9]+)\0 (?:working )?(?:second|minute|hour|day|week|journey|night|time|repair|kilogram)s")


def basis_of(table: TableModel) -> tuple[str, str, str]:
    """What a table rests on, as a passenger is told it in each language."""
    said = table.basis
    return (said.zh_hans, said.zh_hant, said.en) if said else (table.source,) * 3


class Sentences:
    """Sentences of one version of a table; `basis` is said at their end, in each language."""

    def __init__(self, basis: tuple[str, str, str], rows: Sequence[Row]) -> None:
        self._basis = [_plainly(said) for said in basis]
        self._about_fee = {remedy.kind for row in rows for remedy in row.remedies} == {"fee"}
        self._patterns: dict[tuple[int, Key], Pattern] = {}

    def of(self, decided: Decided) -> dict[str, str]:
        """The decision in every language."""
        row, amounts = decided.row, decided.amounts
        filled = [fill(decided.slots) for fill in row.fills] + [amount[3] for amount in amounts]
        key = tuple([0 if text == "0" else 1 if text == "1" else 2 for text in filled])
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
        reasons.append(_singular(en, key))
        lines = [sentence(reasons[at], parts, self._basis[at], at, self._about_fee) for at in range(len(LANGUAGES))]
        pieces = _PLACE.split("\n".join(" ".join(line.split()) for line in lines))
        order = tuple(int(piece) for piece in pieces[1::2])
        return "%s".join(piece.replace("%", "%%") for piece in pieces[::2]), order

    def _part(self, remedy: Remedy, row: Row, key: Key, numbers: Any) -> Part | None:
        if remedy.pair is None:
            return Part(remedy.kind)
        at = len(row.fills) + next(numbers)
        if not key[at]:
            return None
        return Part(remedy.kind, f"\0{at}\0", remedy.unit, remedy.in_money, key[at] == 1, remedy.words)


def _singular(reason: str, key: Key) -> str:
    """The English reason with `1 minutes` said as `1 minute`."""
    return _COUNTED.sub(lambda m: m[0][:-1] if key[int(m[1])] == 1 else m[0], reason)


def _plainly(text: str) -> str:
    return text.replace("\0", "")
