"""What each kind of topic is for, who reads it, and what its key is: said once, for whoever subscribes."""

from dataclasses import dataclass

LANES = ("express", "standard")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of topic. `audience`: partners, integrations, ops, or within (a service's own)."""

    title: str
    audience: str
    key: str
    told: str
    taken: bool = False


KINDS: dict[str, Kind] = {
    "channels": Kind(
        "Entries of integrations", "integrations", "the integration's own idempotency key, as on HTTP",
        "What integrations publish instead of calling POST /v1/complaints: the same body, signed in headers by "
        "Standard Webhooks 1.0. Put danger on .express; what is read as danger goes express from either. Each entry is "
        "answered on redress.receipts.", taken=True,
    ),
    "receipts": Kind(
        "Receipts", "integrations", "the complaint's id when accepted, else the entry's own key, or where it stood",
        "What became of each entry on redress.channels.*: accepted, with the complaint and its reference, or refused, "
        "with the reason. A repeated entry is answered again, with the same reference.",
    ),
    "outcomes": Kind(
        "Outcomes for partners", "partners", "the complaint's id",
        "The public facts of one business line. `sequence` counts within the complaint from 1 without a gap. At least "
        "once: the same outcome may come again with the same ce_id and content, and, when a complaint rises to the "
        "express lane, one may overtake another; the sequence says which is newer. `corrects` names an earlier "
        "sequence that no longer holds. References the partner knows, never personal data.",
    ),
    "actions": Kind(
        "Protective actions", "partners", "the complaint's id",
        "Steps of emergency plans, asked for at once: suspend a driver, stop a machine. Each is acknowledged by "
        "POST /v1/cases/{id}/protective-actions/{action}/acknowledgement of triage before acknowledge_by.",
    ),
    "contacts": Kind(
        "Sealed contacts", "within", "the complaint's id",
        "How to reach who complained, sealed (JWE) for notify alone. The newest of each complaint is kept, all are "
        "gone after the retention; null when erased.",
    ),
    "facts": Kind(
        "Facts", "ops", "the complaint's id; the thing's own id for entitlements, references and complainants",
        "What this service tells everybody. Numbered per thing (ce_sequence), at least once: take each ce_id once, and "
        "trust the `stands` of the highest number. References and codes only; what is personal travels in `sealed`.",
    ),
    "inbox": Kind(
        "Inbox", "within", "the thing's id",
        "A service's own: what is asked of it, its clocks striking, the answers of other servers.",
    ),
    "effects": Kind(
        "Orders", "within", "the thing's id",
        "A service's own: one try each of a call to another server, repeated under the same key until it is final.",
    ),
    "dead": Kind(
        "Dead letters", "ops", "as on the topic it came from",
        "Records that could not be read, bytes and headers untouched, with dead_* headers that say where each stood "
        "and why it lies here. `redress dead replay` feeds one again.",
    ),
}  # fmt: skip


def kind_of(topic: str) -> str:
    """The kind of a topic by its name; KeyError for a name of no kind."""
    parts = [part for part in topic.split(".") if part not in LANES]
    if parts[0] != "redress" or len(parts) > 3:
        raise KeyError(topic)
    if parts[1] in KINDS:
        return parts[1]
    if len(parts) == 2:
        return "facts"
    return parts[2] if parts[2] in ("inbox", "effects", "dead") else _none(topic)


def _none(topic: str) -> str:
    raise KeyError(topic)


def service_of(topic: str) -> str:
    """The service whose topic it is."""
    return topic.split(".")[1]
