"""Messages and outcomes over the real flow: one per fact, in the reader's language, once the contact is here."""

import pytest

from services.notify.templates import SECTION, messages_at
from shared.contracts import intake, triage
from shared.flow.codec import answer_event
from shared.flow.messages import Answer
from shared.policy.faults import PackFaults
from shared.policy.packs import SHIPPED, load_pack
from tests.services.facts import told
from tests.services.notify.house import complaint, contact, house, offered, orders, outcomes, received, run


@pytest.fixture
async def bench():
    return await house()


async def test_an_acknowledgement_names_reference_answer_time_and_what_is_missing_in_the_readers_script(bench):
    bench.put(received(), contact())
    await run(bench)
    (order,) = orders(bench)
    assert order["template"] == "acknowledged" and order["sealed"] == {"contact": "JWE"}
    for part in ("AAAA-BBBB-CCCC", "高速鐵路", "2026年11月24日 16:00", "車次", "⟦link⟧"):
        assert part in order["text"]


async def test_a_message_waits_for_the_contact_and_goes_when_it_comes(bench):
    bench.put(received())
    await run(bench)
    assert orders(bench) == []
    bench.put(contact())
    await run(bench)
    assert [o["template"] for o in orders(bench)] == ["acknowledged"]


async def test_an_express_fact_brings_the_contact_with_it(bench):
    bench.put(received("express", {"contact": "JWE2"}))
    await run(bench)
    assert [o["sealed"]["contact"] for o in orders(bench)] == ["JWE2"]


async def test_who_left_no_contact_is_sent_nothing_and_the_reason_is_told(bench):
    bench.put(received(reachable=False))
    await run(bench)
    (skipped,) = [f for f in bench.told("redress.notify") if f["type"].endswith("skipped.v1")]
    assert skipped["happened"]["reason"] == "no contact given"


async def test_one_message_per_fact_however_often_it_is_delivered_on_whatever_lane(bench):
    bench.put(received(), contact(), received("express"), received(), offered(), offered())
    await run(bench)
    assert sorted(o["template"] for o in orders(bench)) == ["acknowledged", "offered"]
    for order in bench.told("redress.notify.effects"):
        answer = Answer("c1", order["data"]["effect"], order["data"]["key"], 1, "done", {"channel": "log"})
        bench.put(answer_event(answer, "redress.notify.inbox.standard"))
    await run(bench)
    assert {m["state"] for m in bench.thing()["state"]["messages"].values()} == {"delivered"}


async def test_an_offer_is_told_with_the_tables_own_sentence(bench):
    bench.put(received(), contact(), offered())
    await run(bench)
    text = next(o["text"] for o in orders(bench) if o["template"] == "offered")
    assert "應得：賠償 40.00 歐元。" in text and "2026年11月30日" in text


async def test_outcomes_are_numbered_within_their_complaint_and_name_what_they_correct(bench):
    case = {"line": "high_speed_rail", "category": "ticketing", "status": "resolved"}
    bench.put(
        received(),
        told(triage.Resolved(solution="paid"), 4, case),
        told(triage.Reopened(because="asked"), 5, {**case, "status": "triaged"}),
    )
    await run(bench)
    found = outcomes(bench)
    assert sorted(o["sequence"] for o in found) == [1, 2, 3]
    resolved = next(o for o in found if o["outcome"] == "resolved")
    assert next(o for o in found if o["outcome"] == "reopened")["corrects"] == resolved["sequence"]
    assert found[0]["references"] == {"ticket": "E-1"}


async def test_after_an_erasure_nothing_is_sent_and_the_contact_is_gone(bench):
    bench.put(received())
    await run(bench)
    bench.put(told(intake.ComplainantErased(), 3, complaint(erased=True)))
    await run(bench)
    bench.put(contact(), offered())
    await run(bench)
    assert orders(bench) == [] and bench.thing()["state"]["contact"] is None


async def test_an_erasure_takes_the_contact_out_of_messages_already_on_their_way(bench):
    bench.put(received(), contact("eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn"))
    await run(bench)
    bench.put(told(intake.ComplainantErased(), 3, complaint(erased=True)))
    await run(bench)
    assert len(orders(bench)) == 1
    assert "eyJhbGciOiJkaXIifQ" not in str(bench.thing())


async def test_SE_8_a_message_that_promises_an_outcome_or_brushes_off_is_refused_when_loaded(tmp_path):
    folder = tmp_path / "bad" / "messages"
    folder.mkdir(parents=True)
    shared = load_pack(SHIPPED / "all_lines", [SECTION])
    (folder / "m.yaml").write_text(
        """id: bad
version: "1"
owner: me
source: me
in_force: {from: 2020-01-01}
messages:
  - id: one
    at: redress.intake.received.v1
    text: {zh-Hans: "保证赔偿", zh-Hant: "{{ phone }}", en: "This is not my department"}
""",
        "utf-8",
    )
    with pytest.raises(PackFaults) as fault:
        load_pack(tmp_path / "bad", [SECTION], shared)
    told = str(fault.value)
    assert "m.yaml:9" in told and "保证赔偿" in told and "unknown field 'phone'" in told and "not my department" in told


HEAD = 'id: bad\nversion: "1"\nowner: me\nsource: me\nin_force: {from: 2020-01-01}\nmessages:\n'
TEXT = '{zh-Hans: "a", zh-Hant: "a", en: "a"}'


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("at: resolved", "no fact 'resolved'"),
        ("at: redress.triage.clock-warned.v1", "nobody is written to about"),
        ("at: resolved, dropped_by: [redress.triage.reopened.v1]", "no fact 'resolved'"),
        ("at: redress.triage.resolved.v1, dropped_by: [redress.triage.reopened.v1], unless_late: true", "goes at once"),
        ("at: redress.triage.resolved.v1, after_hours: 1, dropped_by: [redress.triage.reopened.v1]", "add unless_late"),
        ("at: redress.triage.resolved.v1, after_hours: 1, unless_late: true, dropped_by: [redress.x.y.v1]", "no fact"),
        ("at: redress.triage.resolved.v1, after_hours: 721", "720"),
    ],
)
def test_when_a_message_goes_is_checked_when_the_pack_loads(tmp_path, when, says):
    folder = tmp_path / "bad" / "messages"
    folder.mkdir(parents=True)
    (folder / "m.yaml").write_text(f"{HEAD}  - {{id: one, {when}, text: {TEXT}}}\n", "utf-8")
    with pytest.raises(PackFaults) as fault:
        load_pack(tmp_path / "bad", [SECTION], load_pack(SHIPPED / "all_lines", [SECTION]))
    assert says in str(fault.value) and "defect" not in str(fault.value)


def test_a_lines_message_takes_the_place_of_the_shared_one_of_its_name_whatever_fact_it_goes_at(tmp_path):
    folder = tmp_path / "ferry" / "messages"
    folder.mkdir(parents=True)
    (folder / "m.yaml").write_text(
        f"{HEAD}  - {{id: survey, at: redress.triage.closed.v1, text: {TEXT}}}\n".replace("bad", "ferry"), "utf-8"
    )
    shared = load_pack(SHIPPED / "all_lines", [SECTION])
    pack = load_pack(tmp_path / "ferry", [SECTION], shared)
    documents = {document.id: document for document in (*shared.of("messages"), *pack.of("messages"))}
    assert [m.id for m, _ in messages_at(documents, "redress.triage.closed.v1")] == ["survey"]
    assert "survey" not in [m.id for m, _ in messages_at(documents, "redress.triage.resolved.v1")]
