"""Slips a policy owner makes in the table of the page: each told at its line, with what to write instead."""

import re
import time
from pathlib import Path

import pytest

from tests.services.compensation.tables.writing import faults

PAGE = (Path(__file__).parents[4] / "docs" / "packs.md").read_text(encoding="utf-8")
[TABLE] = re.findall(r"```yaml\n(.*?)```", PAGE[PAGE.index("## Tables") :], re.S)
WHEN = "when: {cause: passenger}"
REASON = "en: The passenger caused the loss."

# what stood there, what was written, what is told
SLIPS = {
    "a tab": ("  cause: {type", "\tcause: {type", "use spaces"),
    "a space that is none": ("  weight: {", "\u00a0\u00a0weight: {", "ordinary spaces"),
    "an ideographic space": ("  weight: {", "\u3000weight: {", "ordinary spaces"),
    "too far in": (f"    {WHEN}", f"     {WHEN}", "lines up"),
    "not far enough in": (f"    {WHEN}", f"  {WHEN}", "lines up"),
    "no space after a colon": ("hit: FIRST ", "hit:FIRST ", "a space after the colon"),
    "a quote left open": ("source: Conditions", "source: 'Conditions", "not closed"),
    "a full-width colon": (WHEN, "when： {cause: passenger}", "full-width"),
    "a full-width comma": (WHEN, "when: {cause: passenger， weight: 5}", "full-width"),
    "a full-width percent sign": ("150%", "150％", "half-width characters: 150%"),
    "no comma inside braces": (WHEN, "when: {cause: lost and weight: 5}", "a comma between the parts"),
    "a sign of comparison": (WHEN, "when: {cause: passenger, weight: >= 5}", "at least 5"),
    "a sign on a line of its own": (WHEN, "when:\n      cause: passenger\n      weight: > 5", "over 5"),
    "a range with a dash": (WHEN, "when: {cause: passenger, weight: 5-10}", "60..119"),
    "a range in words": (WHEN, "when: {cause: passenger, weight: 5 to 10}", "60..119"),
    "less than": (WHEN, "when: {cause: passenger, weight: less than 5}", "'under 3'"),
    "a comma in a text inside braces": (REASON, "en: The passenger, and nobody else.", "quotes around the whole text"),
    "braces in a text inside braces": (REASON, "en: The passenger lost {weight} kg.", "put quotes around"),
    "a colon in a text": ("en: The luggage came", "en: Late: it came", "put quotes around"),
    "a reason in one language": (
        re.search(r"reason: \{.*?passenger caused the loss\.\}", TABLE)[0],  # type: ignore[index]
        "reason: It was lost.",
        "zh-Hans: …",
    ),
    "dates without from": ("in_force: {from: 2026-01-01} ", "in_force: 2026-01-01 ", "write {from: …"),
    "a date in another order": ("from: 2026-01-01", "from: 1.1.2026", "YYYY-MM-DD"),
    "a currency by another name": ("currency: CNY", "currency: RMB", "write CNY"),
    "a currency in words": ("each: 15 CNY", "each: 15 yuan", "write CNY"),
    "a currency in small letters": ("each: 15 CNY", "each: 15 cny", "write CNY"),
    "a currency by its sign": ("at_most: 500 CNY", "at_most: ¥500", "500 CNY"),
    "another currency": ("at_most: 500 CNY", "at_most: €500", "500 EUR"),
    "a thousands comma": ("at_most: 3000 CNY", "at_most: 3,000 CNY", "without commas"),
    "a thousands comma in quotes": ("at_most: 3000 CNY", "at_most: '3,000 CNY'", "without commas"),
    "a float": ("at_most: 3000 CNY", "at_most: 3000.5", "'3000.5'"),
    "a percentage without its sign": ("share: 150%", "share: 150", "share: 150%"),
    "a percentage over the whole": (", over_one: yes", "", "over_one: yes"),
    "a capital yes": ("over_one: yes", "over_one: Yes", "over_one: yes"),
    "a fraction": ("share: 150%", "share: 3/2", "per: 1 kg"),
    "less than nothing": ("each: 15 CNY", "each: -15 CNY", "{minus: [a, b]}"),
    "a formula": ("- compensation: by_weight", "- compensation: weight * 15", "{times: [15, price]}"),
    "a sum": ("- compensation: by_weight", "- compensation: by_weight + 5", "{plus: [price, 5]}"),
    "an amount without its kind": ("- compensation: by_weight", "- 500 CNY", "refund: 500 CNY"),
    "a kind misspelt": ("- compensation: by_weight", "- compensaton: by_weight", "did you mean 'compensation'"),
    "a fact misspelt in a term": ("of: weight, at", "of: wieght, at", "did you mean 'weight'"),
    "a fact misspelt in a row": (WHEN, "when: {couse: passenger}", "did you mean 'cause'"),
    "a value misspelt": (WHEN, "when: {cause: pasenger}", "did you mean 'passenger'"),
    "a word of a form misspelt": ("at_most: 500 CNY", "at_mots: 500 CNY", "did you mean 'at_most'"),
    "a key misspelt": ("owner:", "owners:", "did you mean 'owner'"),
    "nothing with a capital": ("due: nothing", "due: Nothing", "did you mean 'nothing'"),
    "another unit": ("per: 1 kg", "per: 1 km", "use one unit"),
    "a unit that is none": ("unit: day, default", "unit: dayz, default", "hour, day or week"),
    "a case left out": ("{ordinary: 20 CNY, business: 50 CNY}", "{ordinary: 20 CNY}", "add a line for it"),
    "a row without id": ("- id: own_fault\n    when", "- when", "add a line 'id: …'"),
    "the id of another row": ("id: lost_with_proof", "id: own_fault", "its own id"),
    "hit in small letters": ("hit: FIRST", "hit: first", "'FIRST' or 'UNIQUE'"),
    "a rounding in another order": ("half_up 0.01", "0.01 half_up", "'half_up 0.01'"),
    "a fact no row asks for": ("facts:\n", "facts:\n  spare: {type: yes_no}\n", "used nowhere"),
    "a row above all others": (f"\n    {WHEN}", "", "is never reached"),
    "an example of another row": ("row: own_fault", "row: own_fualt", "comes to row 'own_fault'"),
    "an example of another amount": ("{compensation: 3000}", "{compensation: 3500}", "3000.00 CNY"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_tells_where_and_what_to_write(name: str) -> None:
    stood, written, told = SLIPS[name]
    assert stood in TABLE
    found = faults(TABLE.replace(stood, written, 1))
    fitting = [fault for fault in found if told in str(fault)]
    assert fitting, [str(fault) for fault in found]
    line = TABLE[: TABLE.index(stood)].count("\n") + 1
    exempt = ("a row above all others", "a row without id")
    near = range(line - 1, line + stood.count("\n") + written.count("\n") + 2)
    assert fitting[0].line in near or name in exempt, str(fitting[0])


def test_a_currency_or_a_rounding_written_wrongly_is_told_once() -> None:
    for stood, written in (("currency: CNY", "currency: RMB"), ("half_up 0.01", "nearest 0.01")):
        assert len(faults(TABLE.replace(stood, written, 1))) == 1


def test_a_megabyte_of_nonsense_on_one_line_is_told_at_once() -> None:
    started = time.process_time()
    assert faults("a: {" + "b: c" * 200_000) and faults("a: '" + ": d" * 300_000)
    assert time.process_time() - started < 2
