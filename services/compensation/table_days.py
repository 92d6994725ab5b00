"""Days that count between two dates: weekdays and dates that are exempt, worked out without walking the calendar."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.compensation.table_units import Wrong

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Days:
    """Weekdays (0 = Monday) and stretches of ordinals, apart from each other, that do not count."""

    weekdays: frozenset[int]
    stretches: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, node: Any) -> "Days":
        """`[saturday, sunday, 2026-10-01..2026-10-07]`; raises Wrong."""
        parts = node if isinstance(node, list) else [node]
        if not parts or len(parts) > 400:
            raise Wrong("'not_counted' holds 1 to 400 days", "write not_counted: [saturday, 2026-10-01..2026-10-07]")
        weekdays = {WEEKDAYS.index(part) for part in parts if part in WEEKDAYS}
        stretches = sorted(_stretch(part) for part in parts if part not in WEEKDAYS)
        apart: list[tuple[int, int]] = []
        for first, last in stretches:
            if apart and first <= apart[-1][1] + 1:
                apart[-1] = (apart[-1][0], max(last, apart[-1][1]))
            else:
                apart.append((first, last))
        return cls(frozenset(weekdays), tuple(apart))

    def counted(self, first: date, last: date) -> int:
        """Days after `first`, up to and with `last`, that count."""
        begin, end = first.toordinal() + 1, last.toordinal()
        found = self._working(begin, end)
        for low, high in self.stretches:
            found -= self._working(max(begin, low), min(end, high))
        return found

    def _working(self, begin: int, end: int) -> int:
        """Days from ordinal to ordinal, both included, on weekdays that count."""
        if end < begin:
            return 0
        weeks, rest = divmod(end - begin + 1, 7)
        tail = sum(1 for day in range(end - rest + 1, end + 1) if (day - 1) % 7 not in self.weekdays)
        return weeks * (7 - len(self.weekdays)) + tail


def _stretch(part: Any) -> tuple[int, int]:
    low, _, high = str(part).partition("..")
    try:
        first, last = date.fromisoformat(low.strip()), date.fromisoformat((high or low).strip())
    except ValueError:
        mend = "write a weekday like saturday, a date like 2026-10-01, or 2026-10-01..2026-10-07"
        raise Wrong(f"'{str(part)[:40]}' is no day", mend) from None
    if last < first:
        raise Wrong(f"'{str(part)[:40]}' ends before it begins", "write the earlier day first")
    return first.toordinal(), last.toordinal()
