"""What was accepted: each integration's own list on disk, and what callers were told, held against what they get."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared import ids
from tests.faults.campaign.told import Complaint

SAME = ("id", "reference", "token", "lane")


class Accepted:
    """Every acceptance is on disk before it counts; contradictions are kept by reference."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.complaints: dict[str, Complaint] = {}
        self.others: Counter[str] = Counter()
        self.published: dict[str, dict[str, int]] = defaultdict(dict)
        self.contradictions: list[str] = []
        self.refused: list[str] = []
        self.counts: Counter[str] = Counter()
        self._answers: dict[str, dict[str, Any]] = {}
        self._files: dict[str, Any] = {}

    def take(self, complaint: Complaint, answer: Mapping[str, Any]) -> None:
        """An answer that accepts: the same under the same key each time, and the id that follows from it."""
        said = {name: answer[name] for name in SAME}
        id = ids.complaint_id(complaint.integration, complaint.key)
        before = self._answers.setdefault(id, said)
        if said["id"] != id or said != before:
            self.contradictions.append(f"{complaint.integration} {complaint.key}: answered in two ways")
        self._note(complaint, id, said["reference"])

    def entry(self, complaint: Complaint) -> None:
        """The log has acknowledged an entry on the open topic: from now on it may not be lost."""
        id = ids.complaint_id(complaint.integration, complaint.key)
        self._note(complaint, id, ids.reference(id))
        entries = self.published[complaint.integration]
        entries[complaint.key] = entries.get(complaint.key, 0) + 1

    def other(self, complaint: Complaint) -> None:
        """Another body under a used key was accepted: it must stand as a message on the complaint."""
        self.others[ids.complaint_id(complaint.integration, complaint.key)] += 1

    def _note(self, complaint: Complaint, id: str, reference: str) -> None:
        if id in self.complaints:
            return
        self.complaints[id] = complaint
        file = self._files.get(complaint.integration)
        if file is None:
            path = self.folder / f"{complaint.integration}.txt"
            file = self._files[complaint.integration] = path.open("w", encoding="ascii")
        # every other integration keeps references, as a person would
        file.write(f"{reference if len(complaint.integration) % 2 else id}\n")
        file.flush()

    def joined(self) -> Path:
        """All lists in one file."""
        for file in self._files.values():
            file.close()
        whole = self.folder.parent / "accepted.txt"
        whole.write_text("".join(path.read_text("ascii") for path in sorted(self.folder.glob("*.txt"))), "ascii")
        return whole
