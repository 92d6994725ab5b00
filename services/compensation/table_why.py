"""Why: what ruled out the rows before the one that holds, and every step before and after rounding."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from services.compensation.table_ready import Compiled, Shape
from services.compensation.table_term import Pair, snap
from shared.money import EXACT, plain

if TYPE_CHECKING:
    from services.compensation.table_decide import Decided

MAX_REMEMBERED = 512
_FINE = Decimal("1e-12")

Json = dict[str, Any]


def shape_of(table: Compiled, places: tuple[int, ...]) -> Shape:
    """The row that holds where the axes are met so, and what ruled out those before it; remembered for a while."""
    alive = -1
    for met, place in zip(table.met, places, strict=True):
        alive &= met.axis.masks[place]
    row = table.rows[table.row_of_case[(alive & -alive).bit_length() - 1] if table.met else 0]
    out: list[tuple[str, tuple[tuple[int, str], ...]]] = []
    for before in table.rows[: row.place]:
        reasons = [_ruled_out(table, case, asks, places) for case, asks in zip(before.cases, before.asks, strict=True)]
        out.append((before.id, tuple(dict.fromkeys(reasons))))
    used = sorted({at for _, reasons in out for at, _ in reasons})
    said = {at: f"{table.met[at].axis.said(places[at])}, needs " for at in used if table.met[at].axis.said(places[at])}
    open = tuple(at for at in used if at not in said)
    skipped = [(id, "" if {at for at, _ in needs} & {*open} else _several(said, needs), needs) for id, needs in out]
    if len(table.shapes) >= MAX_REMEMBERED:
        table.shapes.clear()
    found = table.shapes[places] = Shape(row, skipped, open, said)
    return found


def _ruled_out(table: Compiled, case: int, asks: Sequence[tuple[int, str]], places: Sequence[int]) -> tuple[int, str]:
    """The first thing a case asks that does not hold: the axis, and what is needed of it."""
    return next((at, needs) for at, needs in asks if not table.met[at].axis.masks[places[at]] >> case & 1)


def skipped(table: Compiled, decided: "Decided") -> list[Json]:
    """Every row before the one that holds, with the fact that ruled it out."""
    shape = decided.shape
    said = shape.said
    if shape.open:
        said = said.copy()
        for at in shape.open:
            met = table.met[at]
            said[at] = f"{met.axis.scale.name} is {met.axis.scale.say(met.look(decided.slots))}, needs "
    return [
        {"row": row, "because": always or (said[out[0][0]] + out[0][1] if len(out) == 1 else _several(said, out))}
        for row, always, out in shape.skipped
    ]


def _several(said: Mapping[int, str], out: Sequence[tuple[int, str]]) -> str:
    return "; ".join([said[at] + needs for at, needs in out])


def steps(table: Compiled, decided: "Decided") -> list[Json]:
    """Every step that was used and every amount, before and after rounding."""
    slots = decided.slots
    found = [_step(name, slots[at], rounding) for at, name, rounding in table.named if slots[at] is not None]
    for remedy, exact, value, text in decided.amounts:
        shown = text if exact is value else _shown(exact)
        found.append({"step": remedy.kind, "exact": shown, "rounded": text, "rounding": remedy.rounding})
    return found


def _step(name: str, pair: Pair, rounding: str) -> Json:
    exact, value = pair
    shown = _shown(value)
    return {"step": name, "exact": shown if exact is value else _shown(exact), "rounded": shown, "rounding": rounding}


def _shown(number: Decimal) -> str:
    text = plain(number)
    return text if len(text) <= 40 else plain(snap(number).quantize(_FINE, context=EXACT))
