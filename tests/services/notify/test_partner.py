"""A partner's system, written with librdkafka alone, reads outcomes that notify itself tells on Apache Kafka."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from confluent_kafka import Consumer, Message, Producer

from deploy.local.apache import apache_cluster
from deploy.local.embedded import embedded_store, store_url
from deploy.local.probes import http_answers
from deploy.local.processes import Server, free_port
from deploy.topics import main as make_topics
from shared import ids
from shared.clock import from_ms
from shared.contracts import intake, triage
from shared.flow.records import Outgoing, Record
from tests.contracts.checking import Checker
from tests.services.facts import told
from tests.services.intake.house import ring

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

LINE = "driving_school"
TOPIC = f"redress.outcomes.{LINE}"
PARTITIONS = {"express": 3, "standard": 6}
COMPLAINTS = [ids.complaint_id("hotline", f"k{number}") for number in range(60)]
RAISED = COMPLAINTS[::10]
"""Those in which danger is seen on the way: they go on over the express lane."""


@dataclass
class House:
    """Notify on a broker and a store of its own."""

    kafka: str
    notify: Server

    def put(self, *messages: Outgoing) -> None:
        """What the other services would tell."""
        producer = Producer({"bootstrap.servers": self.kafka, "acks": "all"})
        for message in messages:
            at = ids.partition(message.key_bytes, PARTITIONS[message.topic.rsplit(".", 1)[-1]])
            producer.produce(message.topic, message.value, message.key_bytes, at, headers=list(message.headers))
        assert producer.flush(30) == 0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("partner")
    store = embedded_store(folder).start()
    with apache_cluster(folder / "kafka") as cluster:
        assert make_topics(["--bootstrap", cluster.bootstrap]) == 0
        port = free_port()
        env = {
            "NOTIFY_KAFKA": cluster.bootstrap, "NOTIFY_MONGO": store_url(store.port), "NOTIFY_PORT": str(port),
            "NOTIFY_CONTACT_KEYS": ring("contact"), "NOTIFY_LINK_SECRET": "for tests only",
            "NOTIFY_KAFKA_SESSION_MS": "6000",
        }  # fmt: skip
        notify = Server("notify", [sys.executable, "-m", "services.notify"], port=port, folder=folder, env=env,
                        answers=lambda: http_answers(port))  # fmt: skip
        notify.start()
        yield House(cluster.bootstrap, notify)
        notify.kill()
    store.kill()


@dataclass
class Partner:
    """What a partner keeps: each outcome once by its id."""

    kafka: str
    group: str = "a-partner.outcomes"
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    came: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    order: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    records: list[Record] = field(default_factory=list)

    def read(self, until: int, seconds: float = 90.0, commit: bool = True) -> int:
        """Joins, reads until so many outcomes are known, commits what it has kept, and leaves; records read."""
        consumer = Consumer({"bootstrap.servers": self.kafka, "group.id": self.group, "auto.offset.reset": "earliest",
                             "enable.auto.commit": False})  # fmt: skip
        consumer.subscribe([TOPIC])
        read = 0
        try:
            while len(self.outcomes) < until:
                messages = consumer.consume(100, timeout=1.0)
                seconds -= 0 if messages else 1.0
                assert seconds > 0, f"{len(self.outcomes)} of {until} outcomes came"
                for message in messages:
                    assert message.error() is None
                    self._keep(message)
                    read += 1
                if messages and commit:
                    consumer.commit(asynchronous=False)
        finally:
            consumer.close()
        return read

    def _keep(self, message: Message) -> None:
        headers = dict(message.headers() or [])
        told = json.loads(message.value() or b"")["happened"]
        id = headers["ce_id"].decode()
        assert self.outcomes.setdefault(id, told) == told, "one id, two contents"
        assert (message.key() or b"").decode() == told["complaint"]
        self.came[id] += 1
        if self.came[id] == 1:
            self.order[told["complaint"]].append(told["sequence"])
        time = from_ms(message.timestamp()[1])
        self.records.append(
            Record(TOPIC, message.partition() or 0, message.offset() or 0, time, message.key(), message.value(),
                   tuple(message.headers() or []))
        )  # fmt: skip

    def of(self, complaint: str) -> list[str]:
        found = sorted((o for o in self.outcomes.values() if o["complaint"] == complaint), key=lambda o: o["sequence"])
        return [outcome["outcome"] for outcome in found]


def of_triage(happened: Any, number: int, complaint: str, lane: Any = "standard", **stands: Any) -> Outgoing:
    return told(happened, number, {"line": LINE, "category": "teaching_hours", **stands}, complaint, lane)


def begun(complaint: str) -> list[Outgoing]:
    stands = {"line": LINE, "language": "en", "reference": "AAAA-BBBB-CCCC", "references": {"order": "DS-1"}}
    triaged = triage.Triaged(safety="none", priority="P2", category="teaching_hours", rules=["r"], version="1")
    facts = [
        told(intake.ComplaintReceived(channel="web", line=LINE), 1, stands, complaint),
        of_triage(triaged, 1, complaint),
    ]
    if complaint in RAISED:
        facts.append(of_triage(triage.SafetyRaised(safety="suspected"), 2, complaint, "express", safety="suspected"))
    return facts


def ended(complaint: str) -> list[Outgoing]:
    lane = "express" if complaint in RAISED else "standard"
    return [
        of_triage(triage.FindingRecorded(result="upheld", source="person", by="staff:1"), 3, complaint, lane),
        of_triage(triage.Resolved(solution="put_right"), 4, complaint, lane),
        of_triage(triage.Closed(problem="p", solution="s", feedback="f", cause="c"), 5, complaint, lane),
        of_triage(triage.Reopened(because="not_put_right"), 6, complaint, lane),
    ]


FIRST = 2 * len(COMPLAINTS) + len(RAISED)
ALL = FIRST + 4 * len(COMPLAINTS)


@pytest.fixture(scope="module")
def readers(house: House) -> tuple[Partner, Partner]:
    """A partner that was away while notify was killed and caught up; and itself when it fell before it committed."""
    partner, fell = Partner(house.kafka), Partner(house.kafka)
    house.put(*(fact for complaint in COMPLAINTS for fact in begun(complaint)))
    partner.read(FIRST)
    endings = [fact for complaint in COMPLAINTS for fact in ended(complaint)]
    house.put(*endings[:120])
    house.notify.kill()
    house.put(*endings[120:])
    house.notify.start()
    fell.read(100, commit=False)
    partner.read(ALL)
    return partner, fell


@pytest.fixture
def partner(readers: tuple[Partner, Partner]) -> Partner:
    return readers[0]


def test_every_outcome_comes_and_is_of_the_form_that_is_published(partner: Partner) -> None:
    assert len(partner.outcomes) == ALL
    assert Checker().check(partner.records).wrong == []


def test_the_sequences_of_a_complaint_have_no_gap(partner: Partner) -> None:
    for complaint in COMPLAINTS:
        assert sorted(partner.order[complaint]) == list(range(1, len(partner.order[complaint]) + 1))
        assert set(partner.of(complaint)) >= {
            "received",
            "triaged",
            "finding_recorded",
            "resolved",
            "closed",
            "reopened",
        }


def test_a_complaint_that_keeps_its_lane_is_told_in_order(partner: Partner) -> None:
    for complaint in set(COMPLAINTS) - set(RAISED):
        assert partner.order[complaint] == sorted(partner.order[complaint])


def test_a_reopening_names_the_closing_it_takes_back(partner: Partner) -> None:
    for complaint in COMPLAINTS:
        of = {o["outcome"]: o for o in partner.outcomes.values() if o["complaint"] == complaint}
        assert of["reopened"]["corrects"] == of["closed"]["sequence"]


def test_who_was_away_goes_on_where_they_had_committed(partner: Partner) -> None:
    places = [(record.partition, record.offset) for record in partner.records]
    assert len(places) == len(set(places)) >= ALL


def test_who_fell_before_committing_is_told_the_same_again(readers: tuple[Partner, Partner]) -> None:
    partner, fell = readers
    assert len(fell.outcomes) >= 100
    assert {id: partner.outcomes[id] for id in fell.outcomes} == fell.outcomes
    assert {id for id in fell.outcomes if partner.came[id] == 0} == set()


def test_another_group_reads_everything_from_the_beginning(house: House, partner: Partner) -> None:
    late = Partner(house.kafka, "another-partner.outcomes")
    late.read(ALL)
    assert late.outcomes == partner.outcomes
