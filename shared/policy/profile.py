"""`pack.yaml`: who a business line is: names, time zone, categories, fields, queues, units, safety contact."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from shared.policy.documents import Dated, Document, Identifier, Named, PackModel
from shared.policy.faults import Fault
from shared.policy.packs import Pack
from shared.policy.sections import Section

SHARED_CATEGORIES = (
    "safety",
    "payment_refund",
    "cancellation",
    "delay_or_no_show",
    "service_attitude",
    "integrity_fraud",
    "lost_or_damaged_item",
    "vehicle_or_equipment_fault",
    "parts_or_repair_delay",
    "seat_or_facility",
    "ticketing",
    "teaching_hours",
    "privacy",
    "other",
)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is no time zone; write one like Asia/Shanghai")
    return name


class NeededField(PackModel):
    """A fact the line needs. Asked for when missing, never a reason to refuse. `categories` empty: always."""

    field: Identifier
    names: Named
    categories: tuple[str, ...] = ()
    businesses: tuple[str, ...] = ()


class Unit(PackModel):
    """Somebody who can own a case or an order: a desk, a department, a station."""

    id: Identifier
    names: Named


class Queue(PackModel):
    """Where cases wait. The first queue all of whose conditions hold takes the case; empty means any."""

    id: Identifier
    unit: Identifier
    names: Named
    safety: bool = False
    categories: tuple[str, ...] = ()
    businesses: tuple[str, ...] = ()
    customers: tuple[Literal["enterprise", "frequent", "new"], ...] = ()
    marks: tuple[Identifier, ...] = ()


class Business(PackModel):
    """One of several businesses of a line, named by `business` on the complaint."""

    id: Identifier
    names: Named


class LineProfile(Dated):
    """The head of a line's pack; its `id` is the line id."""

    names: Named
    time_zone: Annotated[str, AfterValidator(_zone), Field(description="like Asia/Shanghai")]
    languages: tuple[Literal["zh-Hans", "zh-Hant", "en"], ...] = ("zh-Hans", "zh-Hant", "en")
    businesses: tuple[Business, ...] = ()
    categories: dict[str, Named] = Field(default_factory=dict)
    fields: tuple[NeededField, ...] = ()
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]
    queues: Annotated[tuple[Queue, ...], Field(min_length=1)]
    survey_target: Annotated[
        int | None, Field(ge=0, le=100, description="what complainants' answers to the survey should come to, of 100")
    ] = None
    safety_contact: Annotated[Identifier, Field(description="the id of the unit that owns a case of danger at once")]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def knows(self, category: str) -> bool:
        return category in SHARED_CATEGORIES or category in self.categories

    def fields_for(self, category: str, business: str | None = None) -> tuple[str, ...]:
        """The facts needed for a category (its finer ones included) in this order."""
        main = category.partition(".")[0]
        return tuple(
            needed.field
            for needed in self.fields
            if (not needed.categories or category in needed.categories or main in needed.categories)
            and (not needed.businesses or business in needed.businesses)
        )


def _check(documents: Sequence[Document[Any]], pack: Pack) -> Iterable[Fault]:
    for document in documents:
        profile: LineProfile = document.content
        if profile.id != documents[0].id:
            yield document.fault(("id",), "two lines in one pack", "give every version of pack.yaml the same id")
        yield from _check_categories(document, profile)
        yield from _check_twice(document, profile)
        yield from _check_marks(document, profile, pack)
        units = {unit.id for unit in profile.units}
        for index, queue in enumerate(profile.queues):
            if queue.unit not in units:
                yield document.fault(
                    ("queues", index, "unit"), f"no unit '{queue.unit}'", f"name one of {sorted(units)}"
                )
        if profile.safety_contact not in units:
            what = f"no unit '{profile.safety_contact}'"
            yield document.fault(("safety_contact",), what, f"name one of {sorted(units)}")
        if not any(queue.safety for queue in profile.queues):
            yield document.fault(("queues",), "no queue takes danger", "give one of them 'safety: true'")
        if not _takes_all(profile.queues[-1]):
            yield document.fault(("queues",), "some cases have no queue", "let the last queue have no conditions")


def _check_twice(document: Document[Any], profile: LineProfile) -> Iterable[Fault]:
    named = {
        "units": [unit.id for unit in profile.units],
        "queues": [queue.id for queue in profile.queues],
        "fields": [needed.field for needed in profile.fields],
        "businesses": [business.id for business in profile.businesses],
    }
    for section, ids in named.items():
        for index, id in enumerate(ids):
            if id in ids[:index]:
                yield document.fault((section, index), f"'{id}' stands twice under '{section}'", "give it its own name")


def _check_marks(document: Document[Any], profile: LineProfile, pack: Pack) -> Iterable[Fault]:
    """A queue that waits for a mark no rule gives waits for ever."""
    documents = [document for each in (pack, pack.shared) if each for document in each.of("rules")]
    given = sorted({mark for rules in documents for rule in rules.content.rules for mark in rule.marks})
    for index, queue in enumerate(profile.queues):
        for place, mark in enumerate(queue.marks if documents else ()):
            if mark not in given:
                what, mend = f"no rule gives the mark '{mark}'", f"rules give {', '.join(given) or 'none'}"
                yield document.fault(("queues", index, "marks", place), what, f"{mend}: correct it, or add the rule")


def _takes_all(queue: Queue) -> bool:
    return not (queue.safety or queue.categories or queue.businesses or queue.customers or queue.marks)


def _check_categories(document: Document[Any], profile: LineProfile) -> Iterable[Fault]:
    for name in profile.categories:
        main, dot, finer = name.partition(".")
        if main not in SHARED_CATEGORIES or not dot or not finer:
            what = f"'{name}' does not stand below a shared category"
            yield document.fault(("categories", name), what, f"begin it with one of {', '.join(SHARED_CATEGORIES)}")
    named = [("fields", i, "categories", f.categories) for i, f in enumerate(profile.fields)]
    named += [("queues", i, "categories", q.categories) for i, q in enumerate(profile.queues)]
    for section, index, key, categories in named:
        for place, category in enumerate(categories):
            if not profile.knows(category):
                what = f"no category '{category}'"
                yield document.fault((section, index, key, place), what, "add it under 'categories', or correct it")


SECTION = Section("pack", "pack*.yaml", LineProfile, "the line itself", _check)
