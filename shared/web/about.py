"""The words of the OpenAPI documents: what each service is for, who may call, and what can go wrong."""

from typing import Any

from shared.web.problems import KINDS

EVERY_SERVICE = (
    "JSON in UTF-8. Every POST that changes something carries an Idempotency-Key: repeat it with the same key until "
    "there is an answer, and it happens once. What is answered 202 with `look` is taken and will stand there. Every "
    "error is a problem document (RFC 9457) that names each field at fault and echoes nothing of what was sent. 503 "
    "with Retry-After: the log or the store is away; nothing is lost by coming again. Times are RFC 3339 in UTC, "
    "amounts are text with a currency."
)
SERVICES = {
    "intake": "Takes complaints from phone lines, web forms and counters, and what is added to them.",
    "triage": "The cases: danger first, then what is due first; what staff do about them.",
    "compensation": "What is owed by rules, offered, disputed and settled.",
    "notify": "What complainants were told, and what became of each message.",
}
LICENSE = {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
PARAMETERS = {
    "id": "The id of the complaint, its case, or the complainant: as it was given in an answer.",
    "complaint": "The complaint's id.",
    "remedy": "The remedy's id: `<complaint>-<number>`, as in the offer.",
    "action": "The step of the plan, as it was asked for.",
    "line": "A business line by its code.",
    "external_id": "The channel's own number of the complaint.",
    "queue": "Cases of this queue alone.",
    "owner": "Cases of this owner alone, by a reference.",
    "status": "Cases of this status alone.",
    "safety": "none, suspected, confirmed or cleared.",
    "category": "Cases of this category alone.",
    "priority": "P0 to P3.",
    "reference": "The short reference people are told.",
    "state": "Open cases, ended ones, or all.",
    "limit": "At most so many, the first of the queue.",
    "days": "Cases received within so many days.",
    "least": "Named from so many cases on.",
    "side": "complainant, or respondent: who is complained of.",
    "unit": "What this department has to do with alone.",
}
TAGS = {
    "health": "For whoever runs it.",
    "complaints": "Told, added to, looked up.",
    "complainants": "A person's right to be forgotten.",
    "events": "Facts that partner systems supply.",
    "lines": "What a business line asks for.",
    "cases": "The work of staff.",
    "hot spots": "What is complained of most.",
    "remedies": "What is offered, and what the two sides do about it.",
    "ledger": "What was paid, by entry.",
    "assessments": "What a table of rules would say.",
    "deliveries": "The messages of a complaint.",
    "surveys": "How well complaints were handled, as their complainants say.",
}


def _bearer(description: str, form: str) -> dict[str, Any]:
    return {"type": "http", "scheme": "bearer", "bearerFormat": form, "description": description}


SCHEMES: dict[str, dict[str, Any]] = {
    "staff": _bearer("An OAuth2 access token (JWT, ES256 or RS256) with the scopes the operation needs.", "JWT"),
    "channel": _bearer("An integration's API key, shown once by `redress channels add`. An integration that must sign "
                       "sends the webhook-id, webhook-timestamp and webhook-signature of Standard Webhooks 1.0 as "
                       "well.", "rk_<integration>_<secret>"),
    "channel_key": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The same API key."},
    "link": _bearer("The token of the complaint's secret link: it speaks for this complaint alone.", "<id>.<proof>"),
}  # fmt: skip
LINK, CHANNEL, LINK_OR_CHANNEL = ("link",), ("channel", "channel_key"), ("link", "channel", "channel_key")


def errors(path: str, method: str, secured: bool) -> dict[str, str]:
    """The statuses of an operation's errors, each with the problems it may be; 4XX for what is rarer."""
    wanted: list[int | str] = []
    if path.startswith("/v1/"):
        wanted += [400] if method in ("post", "patch", "put") else []
        wanted += [401, 403] if secured else []
        wanted += [404] if "{" in path else []
        wanted += [422]
    return {str(status): _words(int(status)) for status in wanted} | {
        "4XX": "Something else is wrong with the request: " + ", ".join(k for k, (s, _) in KINDS.items() if s < 500),
        "503": "Not possible just now; come again after Retry-After, with the same key.",
    }


def _words(status: int) -> str:
    return "; ".join(f"{kind}: {title}" for kind, (code, title) in KINDS.items() if code == status)
