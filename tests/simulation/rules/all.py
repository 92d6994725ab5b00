"""Which rules hold when."""

from collections.abc import Sequence

from tests.simulation.rules import Rule, clear, ends, follows, inputs, kept, lanes, money, numbers, places, safety

WHILE_STOPPED: Sequence[Rule] = (
    numbers.one_id_one_content,
    numbers.told_is_on_the_log,
    *lanes.RULES,
    *safety.RULES,
    *follows.RULES,
    *kept.WHILE_KEPT,
)
"""Calm, but a lane may stand stopped."""
AT_LAST: Sequence[Rule] = (
    *numbers.RULES, *inputs.RULES, *lanes.RULES, *money.RULES, *safety.RULES, *ends.RULES, *kept.RULES,
    *clear.RULES, *places.RULES, *follows.RULES,
)  # fmt: skip
"""Everything had the time it needs."""
