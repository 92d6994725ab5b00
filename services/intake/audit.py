"""What of "always true" intake can say of its documents."""

from collections.abc import Iterable
from typing import Any

from services.intake.domain import kind_of
from shared import ids
from shared.ops.checked import Checked, Document

SEALED_PARTS = 5
"""A compact JWE."""


def check(things: Iterable[Document]) -> list[Checked]:
    """Complaints are whole, nothing is half stored, what is personal is sealed or gone."""
    whole = Checked("1 · every complaint received is whole")
    half = Checked("7 · nothing is half stored")
    sealed = Checked("5 · text and contact are sealed, and gone once erased")
    for thing in things:
        if kind_of(thing["_id"]) != "complaint":
            continue
        complaint: dict[str, Any] = thing["state"]["complaint"]
        if complaint["received"]:
            stands = complaint["stands"]
            named = stands["line"] and stands["received_at"] and stands["reference"] == ids.reference(thing["_id"])
            whole.count(not named, thing["_id"])
        known = complaint["received"] or complaint["waiting"] or thing["requests"]
        half.count(not known and not thing.get("person"), thing["_id"])  # or somebody looks at what it was for
        for part in ("text", "contact", "explained"):
            token = complaint.get(part)
            open_ = token is not None and str(token).count(".") != SEALED_PARTS - 1
            sealed.count(open_ or (token is not None and bool(thing.get("erased"))), f"{thing['_id']} {part}")
    return [whole, half, sealed]
