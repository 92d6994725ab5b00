"""After an erasure nothing sealed is left in what a thing would tell or order again."""

import orjson

from shared.flow.replay import drop_sealed
from shared.flow.thing import Thing
from tests.flow.toy import Toy

SEALED = "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn"


def test_sealed_texts_go_from_facts_told_elsewhere_from_orders_and_from_sealed_parts():
    thing = Thing("c1", Toy())
    values = [
        {"happened": {"contact": SEALED, "line": "x"}, "stands": {}},
        {"happened": {"word": "eyJ is no seal"}, "stands": {"n": 1}, "sealed": {"text": SEALED}},
        {"content": {"to": [SEALED], "template": "ack"}},
    ]
    thing.replay = [{"out": [{"value": orjson.dumps(value)} for value in values]}]
    thing.attempts = {"message/1": {"content": {"contact": SEALED, "text": "hello"}}}
    drop_sealed(thing)
    assert [orjson.loads(message["value"]) for message in thing.replay[0]["out"]] == [
        {"happened": {"contact": None, "line": "x"}, "stands": {}},
        {"happened": {"word": "eyJ is no seal"}, "stands": {"n": 1}},
        {"content": {"to": [None], "template": "ack"}},
    ]
    assert thing.attempts["message/1"]["content"] == {"contact": None, "text": "hello"}
