"""Holds the packs a process works with; a broken new pack never replaces a working one."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.policy.faults import Fault, PackFaults
from shared.policy.packs import SHARED_PACK, SHIPPED, Pack, load_pack, pack_folders
from shared.policy.policy import Policy
from shared.policy.sections import Section


class PackShelf:
    """Packs from folders. `policy` is what works now; `faults` what the last reload found wrong."""

    def __init__(self, folders: Sequence[Path] = (SHIPPED,), sections: Sequence[Section] | None = None) -> None:
        self._folders, self._sections = folders, sections
        self._working: dict[Path, Pack] = {}
        self.faults: tuple[Fault, ...] = ()
        self.policy = Policy([])
        self.reload()

    def reload(self) -> tuple[Fault, ...]:
        """Reads all folders again. Packs without a fault take effect; of the others the last good one stays."""
        faults: list[Fault] = []
        for folder in self._found(faults):
            try:
                self._working[folder] = load_pack(folder, self._sections, self._shared())
            except PackFaults as fault:
                faults.extend(fault.faults)
        self.faults = tuple(faults)
        self.policy = Policy(self._working.values())
        return self.faults

    def _found(self, faults: list[Fault]) -> Iterable[Path]:
        for folder in self._folders:
            try:
                yield from pack_folders(folder)
            except PackFaults as fault:
                faults.extend(fault.faults)

    def _shared(self) -> Pack | None:
        return next((pack for pack in self._working.values() if pack.name == SHARED_PACK), None)


def load_policy(folders: Sequence[Path] = (SHIPPED,), sections: Sequence[Section] | None = None) -> Policy:
    """The policy of these folders (packs or folders of packs), all or nothing; raises PackFaults."""
    shelf = PackShelf(folders, sections)
    if shelf.faults:
        raise PackFaults(shelf.faults)
    return shelf.policy
