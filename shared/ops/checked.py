"""What one rule of "always true" came to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_SHOWN = 20

Document = Mapping[str, Any]
ServiceCheck = Callable[[Iterable[Document]], "list[Checked]"]
"""A service's own rules over all its documents; found by the entry point group `redress.audit`."""


@dataclass
class Checked:
    """A rule in words, what was counted for it, and each breach by references only."""

    rule: str
    counted: int = 0
    breaches: list[str] = field(default_factory=list)

    def count(self, broken: bool, breach: str) -> None:
        """Counts one more, and notes the breach when it is one."""
        self.counted += 1
        if broken:
            self.breaches.append(breach)

    def row(self) -> dict[str, Any]:
        """As it is shown; of many breaches the first."""
        return {
            "rule": self.rule,
            "counted": self.counted,
            "broken": len(self.breaches),
            "breaches": self.breaches[:MOST_SHOWN],
        }
