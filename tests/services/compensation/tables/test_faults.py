"""Every mistake in a table is told at its line, with what to do about it."""

import pytest

from tests.services.compensation.tables.writing import faults, table

FACTS = "  price: {type: money}\n  late: {type: integer, unit: min}\n"
ROWS = "  - {id: early, when: {late: under 60}, due: nothing, REASON}\n  - {id: rest, due: [{refund: price}], REASON}\n"
EXAMPLE = "  - {facts: {price: 1, late: 60}, row: rest, due: [{refund: 1}]}\n"
FINE = table(FACTS, ROWS, EXAMPLE)


def spoil(old: str, new: str, text: str = FINE) -> str:
    assert old in text
    return text.replace(old, new, 1)


def rows(written: str) -> str:
    return table(FACTS, written, EXAMPLE)


LAST = "  - {id: rest, due: [{refund: price}], REASON}"


def when(written: str, fact: str = "") -> str:
    """A row that asks this."""
    return table(
        FACTS + fact, f"  - id: a\n    when:\n      {written} #HERE\n    due: nothing\n    REASON\n{LAST}", EXAMPLE
    )


def owes(written: str, fact: str = "") -> str:
    """A row that owes this."""
    return table(FACTS + fact, f"  - id: a\n    due:\n      #HERE\n      - {written}\n    REASON", EXAMPLE)


def late(declared: str) -> str:
    """The fact `late` declared like this."""
    return spoil("{type: integer, unit: min}", declared + " #HERE")


SPOILED = {
    "a float": (spoil("price: 1, late", "price: 1.5, #HERE\n    late"), "write it in quotes: '1.5'"),
    "an unknown key": (spoil("borne_by: carrier", "borne_bye: carrier #HERE"), "did you mean 'borne_by'"),
    "no currency": (
        spoil("currency: EUR\n", "").replace("price: {type: money}", "price: {type: money} #HERE"),
        "currency: CNY",
    ),
    "an unknown currency": (spoil("currency: EUR", "currency: EUX #HERE"), "like CNY, EUR, GBP, USD or SDR"),
    "no rounding": (
        spoil("rounding: half_up 0.01\n", "").replace("  - {id: rest", "  - {id: rest #HERE\n  "),
        "rounding: half_up 0.01",
    ),
    "an unknown rounding": (spoil("half_up 0.01", "nearest 0.01 #HERE"), "half_up, half_down, half_even, down, up"),
    "rounding to what cannot be paid": (
        spoil("half_up 0.01", "half_up 0.001").replace("  - {id: rest", "  - {id: rest #HERE\n  "),
        "round to a payable",
    ),
    "an unknown type": (spoil("type: integer", "type: number #HERE\n   "), "write 'money', 'decimal'"),
    "an unknown unit": (spoil("unit: min", "unit: 5min #HERE\n   "), "write a unit in small letters"),
    "a gap": (
        rows(
            "  - {id: low, when: {late: under 59}, due: nothing, REASON}\n"
            "  - {id: high, when: {late: 60..}, due: [{refund: price}], REASON}"
        ).replace("rows:", "rows: #HERE"),
        "no row holds for late 59 minutes",
    ),
    "a row never reached": (
        rows(f"{LAST}\n  #HERE\n  - {{id: after, when: {{late: 5}}, due: nothing, REASON}}"),
        "'after' is never reached",
    ),
    "an alternative never reached": (
        rows(
            "  - id: first\n    when:\n      - {late: under 60}\n"
            "      #HERE\n      - {late: under 30}\n    due: nothing\n    REASON\n" + LAST
        ),
        "alternative 2 of row 'first'",
    ),
    "an empty range": (when("late: 60..59"), "write the smaller end first"),
    "an empty half-open range": (when("late: 60..<60"), "is empty"),
    "a range no whole number is in": (
        when("late: over 59 and under 60"),
        "correct the range",
    ),
    "a range below what the fact can be": (when("late: under 0"), "from 0 minutes"),
    "an undeclared fact": (when("lat: 5"), "'lat' is no fact or step"),
    "a fact nobody uses": (
        spoil("  late: {", "  seat: {type: text}\n  class: {type: yes_no} #HERE\n  late: {"),
        "'class' is used nowhere",
    ),
    "a step nobody uses": (
        spoil("rows:", "steps:\n  half: {share: 50%, of: price} #HERE\nrows:"),
        "'half' is used nowhere",
    ),
    "a step used before it is written": (
        spoil("rows:", "steps:\n  a: {value: b} #HERE\n  b: {value: price}\nrows:").replace(
            "refund: price", "refund: a"
        ),
        "steps use the ones above them",
    ),
    "a wrong type in a row": (when("late: early"), "write it like 5, 60..119"),
    "a wrong unit in a row": (when("late: under 5 km"), "a number in minute"),
    "another currency": (owes("refund: 5 GBP"), "write it in EUR"),
    "a share over one": (owes("refund: {share: 120%, of: price}"), "over_one: yes"),
    "a percentage without its sign": (owes("refund: {share: 25, of: price}"), "with its %"),
    "money times kilograms": (
        owes("refund: {times: [price, kg]}", "  kg: {type: decimal, unit: kg}"),
        "{each: price, per: 1 kilogram, of: kg}",
    ),
    "minutes paid as money": (owes("refund: {plus: [late, 5 EUR]}"), "do not go together"),
    "money in hours": (owes("refund: 2 h"), "is money, and this is in hour"),
    "points in money": (owes("points: price"), "{each: 100 points, per: 1 EUR, of: price}"),
    "a percentage alone": (owes("refund: 25%"), "{share: 25%, of: price}"),
    "a quantity of nothing": (owes("free_service_time: 2"), "like 2 h"),
    "an unknown kind of remedy": (owes("rebate: price"), "refund, fee"),
    "two remedies in one line": (owes("{refund: price, coupon: 5}"), "on its own line"),
    "a choice of one": (owes("one_of: [{refund: price}]"), "2 or more"),
    "an unknown form": (owes("refund: {percent: 25, of: price}"), "begin with exactly one of"),
    "a key that does not belong to the form": (
        owes("refund: {share: 25%, of: price, cap: 5}"),
        "at_most",
    ),
    "a floor above the cap": (
        owes("refund: {value: price, at_least: 9, at_most: 5}"),
        "greater than 'at_most'",
    ),
    "a division by what can be nothing": (
        owes("refund: {each: 5, per: late, of: late}"),
        "min: 1",
    ),
    "an optional fact counted with": (
        table(
            "  price: {type: money, default: none}",
            "  #HERE\n  - {id: a, due: [{refund: price}], REASON}",
            "  - {facts: {}, row: a, due: nothing}",
        ),
        "add 'given' for it",
    ),
    "none asked of a fact that is always given": (when("late: none"), "default: none"),
    "a case of 'by' missing": (
        owes("refund: {by: cabin, is: {low: 5}}", "  cabin: {type: choice, values: [low, high]}"),
        "no case for cabin high",
    ),
    "two cases of 'by' at once": (
        owes("refund: {by: late, is: {at most 5: 1, 5..: 2}}"),
        "both hold for late 5 minutes",
    ),
    "a value a choice does not have": (
        when("cabin: middle", "  cabin: {type: choice, values: [low, high]}"),
        "write one of low, high",
    ),
    "a language missing": (spoil("zh-Hant: 因為, ", "zh-Hant: '', #HERE\n    "), "write something here"),
    "a placeholder that is no fact": (
        spoil("en: Because.", "#HERE\n    en: 'After {minutes}.'"),
        "'minutes' is no fact or step",
    ),
    "a row id twice": (
        rows(
            "  - {id: rest, when: {late: under 60}, due: nothing, REASON}\n"
            "  - id: rest #HERE\n    due: [{refund: price}]\n    REASON"
        ),
        "stands twice",
    ),
    "an example with another row": (spoil("row: rest, due", "row: early, #HERE\n     due"), "comes to row 'rest'"),
    "an example with another amount": (
        spoil("due: [{refund: 1}]", "#HERE\n     due: [{refund: 2}]"),
        "comes to: refund: 1.00 EUR",
    ),
    "an example without a fact": (
        spoil("facts: {price: 1, late: 60}", "#HERE\n     facts: {price: 1}"),
        "late is missing",
    ),
    "an example of what is never paid": (
        spoil("due: [{refund: 1}]", "#HERE\n     due: [{coupon: 1}]"),
        "no row pays 'coupon'",
    ),
    "a default that is no value": (late("{type: integer, unit: min, default: half}"), "'default' is no value"),
    "ends the wrong way round": (late("{type: integer, unit: min, min: 9, max: 3}"), "exchange the two"),
    "a choice without values": (late("{type: choice}"), "values: [a, b]"),
    "a time zone that is none": (
        spoil("borne_by: carrier", "borne_by: carrier\ntime_zone: Mars/Base #HERE"),
        "Asia/Shanghai",
    ),
    "too deep a term": (
        owes("refund: " + "{value: " * 10 + "price" + "}" * 10 + ""),
        "a name under 'steps'",
    ),
    "a thousand and one rows": (
        table(FACTS, "\n".join(f"  - {{id: r{n}, due: nothing, REASON}}" for n in range(1001)), EXAMPLE).replace(
            "rows:", "rows: #HERE"
        ),
        "1 to 1000",
    ),
}


def test_the_table_the_mistakes_are_made_in_is_fine() -> None:
    assert faults(FINE) == []


@pytest.mark.parametrize("name", SPOILED)
def test_tells(name: str) -> None:
    text, mend = SPOILED[name]
    at = next(number for number, line in enumerate(text.splitlines(), 1) if "#HERE" in line)
    told = faults(text)
    fitting = [fault for fault in told if mend in str(fault)]
    assert fitting, [str(fault) for fault in told]
    assert fitting[0].line in (at, at + 1), (at, str(fitting[0]))


def test_rows_that_hold_together_are_told_under_unique() -> None:
    both = (
        "  - {id: a, when: {late: at most 60}, due: nothing, REASON}\n"
        "  - {id: b, when: {late: 60..}, due: [{refund: price}], REASON}"
    )
    told = str(faults(table(FACTS, both, EXAMPLE, hit="UNIQUE"))[0])
    assert "rows 'a' and 'b' both hold for late 60 minutes" in told
    apart = table(FACTS, both.replace("at most 60", "under 60"), EXAMPLE.replace("rest", "b"), hit="UNIQUE")
    assert faults(apart) == []


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = spoil("late: under 60", "late: 9..3").replace("refund: price", "refund: prize")
    assert len(faults(text)) == 2
