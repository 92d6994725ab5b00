"""`findings/*.yaml`: what partner systems' facts establish without an investigation, and which tables follow. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shared.policy.documents import Dated, Document, Identifier, PackModel
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.policy import InForce
from shared.policy.profile import SHARED_CATEGORIES
from shared.policy.sections import Section

Value = Annotated[str | int | bool, BeforeValidator(lambda given: {"yes": True, "no": False}.get(given, given))]
"""A fact's value; yes and no are written as words."""


class FindingRule(PackModel):
    """When the category is one of `categories` and every fact of `needs` is known, the complaint is upheld.

    `where`: facts that must have exactly this value. `takes`: facts passed on when known. `gives`: facts that
    stand because a partner's books say so. `order`: references that name what the entitlement hangs on.
    `claimed`: facts the complainant merely states count too; where the rule is silent they never do.
    """

    id: Identifier
    categories: Annotated[tuple[str, ...], Field(min_length=1)]
    needs: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    where: dict[Identifier, Value] = {}
    takes: tuple[Identifier, ...] = ()
    gives: dict[Identifier, Value] = {}
    tables: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    cause: Identifier
    result: Literal["upheld", "partly_upheld"] = "upheld"
    order: tuple[Identifier, ...] = ()
    claimed: bool = False


class Findings(Dated):
    """The finding rules of a line, or those all lines share; the first that holds decides."""

    findings: Annotated[tuple[FindingRule, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Found:
    """What a rule established: the facts for its tables, and the version that says so."""

    rule: FindingRule
    facts: dict[str, Any]
    version: str


def find(in_force: InForce, category: str, supplied: Mapping[str, Any], claimed: Mapping[str, Any]) -> Found | None:
    """The first rule whose conditions hold; a line's own rules come before the shared ones."""
    main = category.partition(".")[0]
    for document in reversed(list(in_force.of("findings").values())):
        for rule in document.content.findings:
            if category not in rule.categories and main not in rule.categories:
                continue
            known = {**(claimed if rule.claimed else {}), **supplied}
            if all(known.get(name) not in (None, "") for name in rule.needs) and _fits(rule, known):
                named = [*rule.needs, *rule.takes]
                facts = {name: known[name] for name in named if known.get(name) is not None}
                return Found(rule, {**facts, **rule.gives}, in_force.version_of("findings"))
    return None


def _fits(rule: FindingRule, known: Mapping[str, Any]) -> bool:
    return all(known.get(name) == value for name, value in rule.where.items())


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    profiles = [document.content for document in pack.of("pack")]
    seen: set[tuple[str, str]] = set()
    for document in documents:
        for index, rule in enumerate(document.content.findings):
            place = ("findings", index)
            if (document.version, rule.id) in seen:
                yield document.fault((*place, "id"), f"'{rule.id}' stands twice", "give each rule its own id")
            seen.add((document.version, rule.id))
            for at, category in enumerate(rule.categories):
                if category not in SHARED_CATEGORIES and not any(profile.knows(category) for profile in profiles):
                    what = f"no category '{category}'"
                    yield document.fault((*place, "categories", at), what, "name one the line knows")
            for name in rule.gives.keys() & {*rule.needs, *rule.takes}:
                what = f"'{name}' is both asked for and given"
                yield document.fault((*place, "gives", name), what, "let it stand in one place")


SECTION = Section("findings", "findings/*.yaml", Findings, "what supplied facts establish by themselves", _check)
