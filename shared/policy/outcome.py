"""What a reading comes to, and how rules that spoke add up to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from shared.policy.matching import Fired
from shared.policy.normal import Normal
from shared.policy.rules import Rule
from shared.policy.second_opinion import CAUTION

Safety = Literal["none", "suspected", "confirmed"]
Kind = Literal["complaint", "inquiry", "suggestion", "praise"]

_SAFETY: Mapping[str, int] = {"none": 0, "hint": 0, "suspected": 1, "confirmed": 2}
NEEDS_PERSON = "needs-person"
SOMEBODY_LOOKS = "needs_person"
# From this distance on rules were found right as often as the learned second opinion.
CLEAR = 8


class Evidence(NamedTuple):
    """Why a rule spoke: [start, end) of the original text and the words there, or what the channel said."""

    rule: str
    because: str
    start: int | None = None
    end: int | None = None
    text: str | None = None
    channel: str | None = None

    def as_json(self, with_text: bool = True) -> dict[str, Any]:
        said = {"rule": self.rule, "because": self.because}
        if self.channel is not None:
            return said | {"channel": self.channel}
        if self.start is None:
            return said
        place = {"start": self.start, "end": self.end}
        return said | place | ({"text": self.text} if with_text else {})


@dataclass(frozen=True)
class Reading:
    """The decision on one telling. `category` is one every line shares, `detail` the line's finer one below it."""

    safety: Safety
    lane: Literal["express", "standard"]
    priority: str
    kind: Kind
    category: str
    detail: str | None
    alternatives: tuple[str, ...]
    plan: str | None
    fields: tuple[str, ...]
    marks: tuple[str, ...]
    rules: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    version: str

    def as_json(self) -> dict[str, Any]:
        """In the shape of `redress triage`, evidence quoting the text."""
        return self._json(with_text=True)

    def without_text(self) -> dict[str, Any]:
        """The same, evidence by place only: fit for topics and logs."""
        return self._json(with_text=False)

    def _json(self, with_text: bool) -> dict[str, Any]:
        return {
            "safety": self.safety,
            "lane": self.lane,
            "priority": self.priority,
            "kind": self.kind,
            "category": self.category,
            "detail": self.detail,
            "alternatives": list(self.alternatives),
            "plan": self.plan,
            "fields": list(self.fields),
            "marks": list(self.marks),
            "rules": list(self.rules),
            "evidence": [evidence.as_json(with_text) for evidence in self.evidence],
            "version": self.version,
        }


def needs_person(why: str, because: str, version: str) -> Reading:
    """What the rules could not decide goes to a person, on the express lane."""
    rule = f"{NEEDS_PERSON}.{why}"
    evidence = (Evidence(rule, because),)
    return Reading(
        *("suspected", "express", "P0", "complaint", "safety", None, ()),
        plan=SOMEBODY_LOOKS,
        fields=(),
        marks=(),
        rules=(rule,),
        evidence=evidence,
        version=version,
    )


def decide(fired: Sequence[Fired], normal: Normal, asked: Callable[[str], tuple[str, ...]], version: str) -> Reading:
    """Adds up the rules that spoke, danger first. `asked`: the fields a category needs."""
    fired = sorted(fired, key=_rank)
    dangers = [one for one in fired if raises(one.rule)]
    safety: Safety = "none" if not dangers else "confirmed" if dangers[0].rule.safety == "confirmed" else "suspected"
    ranked = ranked_categories(fired)
    matter = ranked[0] if ranked else "other"
    # Out of caution alone a person looks, but the matter is more likely what else was found.
    category = "safety" if any(one.rule.id != CAUTION for one in dangers) else matter
    kind = _kind(fired) if not dangers else "complaint"
    detail = _detail(fired, category)
    needed = [*(asked("safety") if dangers else ()), *asked(detail or category)]
    return Reading(
        safety=safety,
        lane="express" if dangers else "standard",
        priority="P0" if dangers else _priority(fired, kind),
        kind=kind,
        category=category,
        detail=detail,
        alternatives=tuple([c for c in (*(("safety",) if dangers else ()), *ranked) if c != category][:2]),
        plan=_plan(fired, dangers[0]) if dangers else None,
        fields=tuple(dict.fromkeys([*needed, *[field for one in fired for field in one.rule.ask]])),
        marks=tuple(dict.fromkeys([mark for one in fired for mark in one.rule.marks])),
        rules=tuple([one.rule.id for one in fired]) or ("category.other",),
        evidence=tuple(_evidence(fired, normal)),
        version=version,
    )


def raises(rule: Rule) -> bool:
    """Whether this rule alone makes a telling a danger; a hint does not."""
    return rule.safety in ("suspected", "confirmed")


def category_scores(fired: Iterable[Fired]) -> dict[str, int]:
    """The weight of the rules for each shared category."""
    scores: dict[str, int] = {}
    for one in fired:
        if one.rule.category and not raises(one.rule):
            main = one.rule.category.partition(".")[0]
            scores[main] = scores.get(main, 0) + one.rule.weight
    return scores


def ranked_categories(fired: Iterable[Fired]) -> list[str]:
    """The shared categories rules speak for, the heaviest first."""
    return [category for _, category in sorted((-score, name) for name, score in category_scores(fired).items())]


def is_clear(fired: Iterable[Fired]) -> bool:
    """Whether rules leave no doubt what a telling is about: one category far ahead of the next."""
    ahead, behind = sorted([*category_scores(fired).values(), 0, 0], reverse=True)[:2]
    return ahead - behind >= CLEAR


def _plan(fired: Iterable[Fired], gravest: Fired) -> str | None:
    """The plan of the gravest danger; where a person must look, that of the strongest hint tells them where."""
    if gravest.rule.plan != SOMEBODY_LOOKS:
        return gravest.rule.plan
    return next((one.rule.plan for one in fired if one.rule.safety == "hint"), gravest.rule.plan)


def _rank(fired: Fired) -> tuple[int, int, str]:
    return -_SAFETY[fired.rule.safety or "none"], -fired.rule.weight, fired.rule.id


def _kind(fired: Sequence[Fired]) -> Kind:
    said = {one.rule.kind for one in fired if one.rule.kind}
    for kind in ("complaint", "suggestion", "praise", "inquiry"):
        if kind in said:
            return kind
    return "complaint"


def _priority(fired: Sequence[Fired], kind: Kind) -> str:
    given = [one.rule.priority for one in fired if one.rule.priority]
    return min(given) if given else ("P2" if kind == "complaint" else "P3")


def _detail(fired: Sequence[Fired], category: str) -> str | None:
    finer = [f for f in fired if f.rule.category and f.rule.category.startswith(category + ".")]
    return max(finer, key=lambda one: one.rule.weight).rule.category if finer else None


def _evidence(fired: Iterable[Fired], normal: Normal) -> Iterable[Evidence]:
    for one in fired:
        for word in one.channel:
            yield Evidence(one.rule.id, one.rule.because, channel=word)
        if not one.channel and not one.spans:
            yield Evidence(one.rule.id, one.rule.because)
        for span in dict.fromkeys(one.spans):
            start, end = normal.span(*span)
            yield Evidence(one.rule.id, one.rule.because, start, end, normal.original[start:end])
