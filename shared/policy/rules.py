"""`rules/*.yaml`: what a telling means and what follows, written by people who do not program."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from shared.policy.contexts import Context
from shared.policy.documents import Dated, Identifier, PackModel, Words

Text = Annotated[str, Field(min_length=1, max_length=4000)]


class Fact(PackModel):
    """A fact a partner system or the channel supplied: equal to `is`, or a number not below `at_least`."""

    name: Identifier
    equals: str | bool | None = Field(default=None, alias="is")
    at_least: int | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Fact":
        if (self.equals is None) == (self.at_least is None):
            raise ValueError("a fact needs either 'is' or 'at_least'")
        return self


class Signal(PackModel):
    """One reason for the rule to speak; everything written in it must hold at once.

    `channel` must all be said by the channel, of `unless_channel` none may be.
    """

    say: Text | None = None
    channel: tuple[Identifier, ...] = ()
    unless_channel: tuple[Identifier, ...] = ()
    fact: Fact | None = None
    says_nothing: bool = False

    @model_validator(mode="after")
    def _not_empty(self) -> "Signal":
        if not (self.say or self.channel or self.fact or self.says_nothing):
            raise ValueError("an empty signal would always hold; say what must be there")
        return self


class Unless(PackModel):
    """Words that take the meaning away when they stand near what was found."""

    clause: tuple[Text, ...] = ()
    sentence: tuple[Text, ...] = ()
    anywhere: tuple[Text, ...] = ()


def _as_signal(value: Any) -> Any:
    return {"say": value} if isinstance(value, str) else value


class Rule(PackModel):
    """Signals, any of which is enough, and what follows. `catches` must fire it, `leaves` must not.

    `safety: hint` raises nothing by itself: it weighs in the second opinion, stands in the evidence, and its plan
    starts when that opinion raises the telling.
    """

    id: Identifier
    because: Annotated[Words, Field(description="why it speaks, in English: told with every decision")]
    signals: Annotated[tuple[Signal, ...], Field(min_length=1)]
    unless: Unless = Unless()
    holds_though: tuple[Context, ...] = ()
    safety: Literal["hint", "suspected", "confirmed"] | None = None
    plan: Identifier | None = None
    category: str | None = None
    weight: Annotated[int, Field(ge=1, le=20)] = 3
    priority: Literal["P1", "P2", "P3"] | None = None
    kind: Literal["complaint", "inquiry", "suggestion", "praise"] | None = None
    marks: tuple[Identifier, ...] = ()
    ask: tuple[Identifier, ...] = ()
    catches: tuple[Text, ...] = ()
    leaves: tuple[Text, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _plain_signals(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("signals"), list):
            return data | {"signals": [_as_signal(signal) for signal in data["signals"]]}
        return data

    @model_validator(mode="after")
    def _follows_something(self) -> "Rule":
        if not (self.safety or self.category or self.priority or self.kind or self.marks or self.ask):
            raise ValueError("nothing follows from this rule: give safety, category, priority, kind, marks or ask")
        if self.safety and not self.plan:
            raise ValueError("a rule about safety names its emergency plan: add 'plan: …'")
        if not self.catches and any(signal.say for signal in self.signals):
            raise ValueError("add 'catches:' with at least one text this rule must catch")
        if self.safety and not self.leaves and any(signal.say for signal in self.signals):
            raise ValueError("add 'leaves:' with at least one text a rule about safety must not catch")
        return self


class Narrowing(PackModel):
    """Takes meaning away from a shared rule for this line; every text the rule must catch is still caught."""

    rule: Identifier
    because: Words
    unless: Unless
    leaves: Annotated[tuple[Text, ...], Field(min_length=1)]


class RuleSet(Dated):
    """The rules of one file."""

    rules: tuple[Rule, ...] = ()
    narrows: tuple[Narrowing, ...] = ()
