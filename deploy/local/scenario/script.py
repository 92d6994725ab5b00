"""The script of the demo as data: what is told, what people do about it, how each must end."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

TABLET, BY_TOPIC = "tablet", "ride-app"
"""The integration that posts batches, and the one that publishes on the channel topics."""
FILE = Path(__file__).with_name("cases.yaml")


class Part(BaseModel):
    """A part of the script; every field is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ends(Part):
    """How a case must end. `rows`: table/row of every assessment; `actions`: protective actions acknowledged."""

    status: str
    lane: str = "standard"
    safety: str = "none"
    priority: str | None = None
    category: str | None = None
    rows: list[str] = []
    delivered: list[dict[str, Any]] = []
    messages: list[str] = []
    skipped: list[str] = []
    actions: list[str] = []
    escalation_level: int = 0


class Case(Part):
    """One complaint. `told` is the body a channel posts; `twice`: the tablet sends it again with the same key."""

    name: str
    who: str
    sent_by: str
    told: dict[str, Any]
    twice: bool = False
    acts: list[dict[str, Any]] = []
    ends: Ends

    @property
    def key(self) -> str:
        """The idempotency key."""
        return "demo-" + self.name.replace(" ", "-")

    @property
    def by(self) -> str:
        """By what it came, in words."""
        return {TABLET: "a tablet's batch", BY_TOPIC: "redress.channels"}.get(self.sent_by, self.sent_by)

    @property
    def channel(self) -> str:
        return str(self.told["channel"]["kind"])


class Problem(Part):
    """What a malformed complaint must be answered with."""

    status: int | None = None
    pointers: list[str] = []
    reason: str = ""


class Malformed(Part):
    """Something that must be refused; `forged`: published with a signature that does not hold."""

    name: str
    sent_by: str
    told: dict[str, Any]
    forged: bool = False
    problem: Problem


class Script(Part):
    """All of it."""

    orders: list[dict[str, Any]]
    cases: list[Case]
    danger: Case
    malformed: list[Malformed]
    ordinary: list[dict[str, Any]]

    def planted(self) -> list[str]:
        """Every name, number, address and text that goes in, and must stand on no topic, in no log, in no metric."""
        found: list[Any] = []
        for told in [case.told for case in [*self.cases, self.danger]] + [one.told for one in self.malformed]:
            found += [told["text"], *told.get("contact", {}).values()]
            found += (told["channel"].get("settled_on_the_spot") or {}).values()
        return [text for text in found if isinstance(text, str)] + [one["text"] for one in self.ordinary]


def read_script(file: Path = FILE) -> Script:
    """The script that ships with the house."""
    return Script.model_validate(yaml.safe_load(file.read_text("utf-8")))
