"""What triage tells when complaints about the same thing share a case."""

from shared.contracts.clocks import case_fact
from shared.contracts.fact import Happened


class Linked(Happened):
    """The complaint was joined to another case about the same thing."""

    TYPE, CHANGES = case_fact("linked", "complaints")
    complaint: str
    case: str


class Unlinked(Happened):
    """The complaint stands on its own again."""

    TYPE, CHANGES = case_fact("unlinked", "complaints")
    complaint: str
    case: str
