"""From what a channel told to what stands on the log: screened, sealed, named; from the request alone."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.intake.domain import CREATE, Create, Reopen, Supplement, complainant_id
from services.intake.heads import Head
from services.intake.told import Added, Contact, Evidence, Message, Reopening, Respondent, Told
from shared import ids
from shared.contracts.intake import Screen
from shared.flow.messages import Request
from shared.policy import reading
from shared.policy.outcome import Reading
from shared.policy.policy import Policy, UnknownLine
from shared.policy.profile import LineProfile
from shared.sealing import Sealer
from shared.web.asking import fingerprint

MOST_HEADS = 256
HOME = ZoneInfo("Asia/Shanghai")
Fault = dict[str, str]
ReadText = Callable[[Policy, str | None, date, str, Sequence[str], Mapping[str, Any] | None], Reading]


@dataclass(frozen=True)
class Seals:
    """Who may open what: the text is triage's, the contact notify's; the secret keys complainants' hashes."""

    text: Sealer
    contact: Sealer
    complainant: bytes


class Reception:
    """Takes complaints in; `policy` is asked each time, so that new packs count at once."""

    def __init__(
        self, seals: Seals, policy: Callable[[], Policy], whole: bool = True, screen: ReadText = reading.screen
    ) -> None:
        self.seals, self.policy, self.whole, self._screen = seals, policy, whole, screen
        self._heads: dict[tuple[str, date], Head] = {}
        self._heads_of: Policy | None = None

    # Checking ------------------------------------------------------------------------------------------

    def faults(self, told: Told, lines: Sequence[str], now: datetime) -> list[Fault]:
        """What only the pack and the integration can say; `lines`: those the integration may speak for."""
        faults = []
        if lines and told.line not in lines:
            faults.append({"pointer": "/line", "detail": f"this integration tells complaints of {', '.join(lines)}"})
        head = self.head(told.line, now.date())
        if head is None and self.whole:
            faults.append({"pointer": "/line", "detail": f"must be one of {', '.join(self.policy().lines)}"})
        if head and told.business and told.business not in head.businesses:
            names = ", ".join(head.businesses) or "none: leave it out"
            faults.append({"pointer": "/business", "detail": f"must be one of {names}"})
        if not told.text.strip() and not told.signals:
            faults.append({"pointer": "/text", "detail": "is needed, unless a signal speaks for it"})
        return faults

    def profile(self, line: str, on: date) -> LineProfile | None:
        """The head of a line's pack; None when no pack speaks for it."""
        try:
            document = self.policy().at(line, on).get("pack", line)
        except UnknownLine:
            return None
        return document.content if document else None

    def head(self, line: str, on: date) -> Head | None:
        """The same, with what follows from it for the door."""
        policy = self.policy()
        if policy is not self._heads_of or len(self._heads) > MOST_HEADS:
            self._heads_of, self._heads = policy, {}
        head = self._heads.get((line, on))
        if head is None:
            profile = self.profile(line, on)
            if profile is None:
                return None
            head = self._heads[line, on] = Head(profile)
        return head

    # Sealing -------------------------------------------------------------------------------------------

    def request(self, told: Told, integration: str, key: str, now: datetime, receipt: bool = False) -> Request:
        """The same complaint is the same request, whether it comes alone, in a batch or on a topic."""
        said = told.model_dump(mode="json", exclude_defaults=True, exclude={"idempotency_key"})
        body = self.create(told, said.get("contact") or {}, integration, now, receipt_key=key if receipt else None)
        id, caller = ids.complaint_id(integration, key), f"integration:{integration}"
        return Request(id, CREATE, f"{caller}:{key}", fingerprint(said, self.seals.complainant), caller, body, id)

    def create(
        self, told: Told, contact: dict[str, str], integration: str, now: datetime, receipt_key: str | None = None
    ) -> Create:
        """The whole complaint for the inbox."""
        head = self.head(told.line, now.date())
        read = self._read(told.line, now, told.text, told)
        asked = read.fields or (head.asked(told.business) if head else ())
        given = given_fields(told, told.business, contact)
        channel = told.channel.model_dump(mode="json", exclude_none=True)
        settled = channel.pop("settled_on_the_spot", None)
        return Create(
            by=f"integration:{integration}",
            integration=integration,
            line=told.line,
            business=told.business,
            channel=channel.pop("kind"),
            via=channel.pop("via", None),
            external_id=channel.pop("external_id", None),
            language=told.language,
            telling=told.kind,
            origin=told.origin,
            missing=[field for field in asked if field not in given],
            settled_on_the_spot=settled is not None,
            told_by={**channel, **({"given": settled["given"]} if settled else {})},
            explained=self._seal((settled or {}).get("explained")),
            receipt_key=receipt_key,
            text=self._seal(told.text or None),
            **self._added(told, given, read, contact),
        )

    def supplement(self, told: Message, by: str, line: str | None, now: datetime) -> Supplement:
        """A message for the inbox."""
        read = self._read(line, now, told.text, told)
        contact = _of_contact(told)
        added = self._added(told, given_fields(told, None, contact), read, contact)
        return Supplement(by=by, kind="message", text=self._seal(told.text), **added)

    def evidence(self, told: Evidence, by: str, now: datetime) -> Supplement:
        """Where evidence is kept; its note is read for danger like any text."""
        read = self._read(None, now, told.note, None)
        return Supplement(
            by=by,
            kind="evidence",
            text=self._seal(told.note or None),
            evidence=told.model_dump(mode="json", exclude_none=True, exclude={"note"}),
            given=[f"{told.kind}s", "evidence"],
            screen=_screen_of(read),
            lane=read.lane,
        )

    def reopening(self, told: Reopening, by: str, now: datetime) -> Reopen:
        """A wish to reopen for the inbox."""
        read = self._read(None, now, told.text, told)
        return Reopen(by=by, text=self._seal(told.text or None), screen=_screen_of(read), lane=read.lane)

    def supplied(self, facts: Mapping[str, Any], line: str, now: datetime) -> tuple[Screen, str]:
        """What supplied facts say of danger (a crash sensor), and the lane that follows."""
        read = self._screen(self.policy(), line, self._day(line, now), "", (), facts)
        return _screen_of(read), read.lane

    def respondent(self, told: Respondent | None) -> str | None:
        """Who was ordered, for notify alone."""
        return self.seals.contact.seal(told.model_dump(exclude_none=True)) if told else None

    def _day(self, line: str | None, now: datetime) -> date:
        """The day in the line's zone; where there is none, in that of most lines."""
        head = self.head(line, now.date()) if line else None
        return now.astimezone(head.zone if head else HOME).date()

    def _read(self, line: str | None, now: datetime, text: str, told: Any) -> Reading:
        signals, facts = list(getattr(told, "signals", ())), getattr(told, "facts", {})
        return self._screen(self.policy(), line, self._day(line, now), text, signals, facts)

    def _added(self, told: Added, given: Sequence[str], read: Reading, contact: dict[str, str]) -> dict[str, Any]:
        return {
            "contact": self.seals.contact.seal(contact) if contact else None,
            "complainant": who(self.seals.complainant, told.contact),
            "references": told.references,
            "facts": told.facts,
            "signals": list(told.signals),
            "wish": told.wish,
            "incident_on": told.incident_on,
            "given": list(given),
            "screen": _screen_of(read),
            "lane": read.lane,
        }

    def _seal(self, text: str | None) -> str | None:
        return None if text is None else self.seals.text.seal(text)


def _screen_of(read: Reading) -> Screen:
    return Screen(safety=read.safety, rules=list(read.rules), version=read.version, plan=read.plan)


def _of_contact(told: Added) -> dict[str, str]:
    return told.contact.model_dump(exclude_none=True) if told.contact else {}


def given_fields(told: Added, business: str | None, contact: Mapping[str, str]) -> list[str]:
    """The names under which the packs may ask for what is here already: `order_number` is the reference `order`."""
    given = [*told.references, *told.facts]
    given += [f"{name}_number" for name in told.references]
    given += [name for name in ("name", "phone", "email") if name in contact]
    given += ["contact"] if contact else []
    given += ["business"] if business else []
    given += ["incident_on", "date"] if told.incident_on else []
    return given


def who(secret: bytes, contact: Contact | None) -> str:
    """The complainant's id: the same for the same phone, e-mail or account; empty when there is none."""
    if contact is None:
        return ""
    if contact.phone:
        digits = re.sub(r"\D", "", contact.phone)
        return complainant_id(secret, "phone", digits.removeprefix("86") if len(digits) == 13 else digits)
    if contact.email:
        return complainant_id(secret, "email", contact.email.lower())
    return complainant_id(secret, "wechat", contact.wechat) if contact.wechat else ""
