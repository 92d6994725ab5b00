"""What happens when a real process is killed (SIGKILL) at each point of the road: the log makes it whole again."""

import pytest

from deploy.local.partners.server import partner_server
from tests.faults.conftest import Ground, dead, until, words
from tests.flow.toy import said


def test_killed_before_or_after_the_append_the_caller_repeats_and_it_is_one(ground: Ground):
    for point, key in (("before-append", "k1"), ("after-append", "k2")):
        dying = ground.ready(ground.toy(point))
        assert ground.call(dying, f"/add/c-{key}/{key}", amount=5) == (0, None)
        dead(dying)
    heir = ground.ready(ground.toy())
    for key in ("k1", "k2"):
        answer = until(lambda key=key: ground.answered(heir, f"/add/c-{key}/{key}", amount=5))
        assert answer == {"total": 5, "again": False}
        assert ground.call(heir, f"/add/c-{key}/{key}", amount=5) == (200, answer)
        assert ground.things()[f"c-{key}"]["state"]["total"] == 5
    assert len(ground.distinct()) == 2


@pytest.mark.parametrize("point", ["after-write", "before-publish", "after-publish"])
def test_killed_between_write_and_commit_what_was_decided_is_told_and_committed_once(ground: Ground, point: str):
    ground.put(*[said(f"w{n}", 1, thing=f"c{n}") for n in range(12)])
    dead(ground.toy(point))
    before = ground.things()
    assert before and ground.committed("redress.far.standard") == 0
    ground.ready(ground.toy())
    until(lambda: ground.committed("redress.far.standard") == 12)
    assert {id: words(ground.things(), id) for id in ground.things()} == {f"c{n}": [f"w{n}"] for n in range(12)}
    assert len(ground.distinct()) == 12
    assert len(ground.facts()) == (24 if point == "after-publish" else 12)


def test_killed_in_the_middle_of_a_write_the_half_written_batch_is_told_whole(ground: Ground):
    ground.put(*[said(f"w{n}", 1, thing=f"c{n}") for n in range(12)])
    dead(ground.toy("mid-write"))
    assert 0 < len(ground.things()) < 12 and ground.facts() == []
    ground.ready(ground.toy())
    until(lambda: ground.committed("redress.far.standard") == 12)
    assert len(ground.distinct()) == 12 == len(ground.facts())


@pytest.mark.parametrize("point", ["before-call", "after-call", "before-answer", "after-answer"])
def test_killed_around_a_call_to_another_server_it_is_done_once_under_its_key(ground: Ground, point: str):
    with partner_server(ground.folder) as partners:
        url = f"http://127.0.0.1:{partners.port}"
        dying = ground.ready(ground.toy(point, provider=url))
        ground.call(dying, "/add/c1/k1", pay=True)
        dead(dying)
        ground.ready(ground.toy(provider=url))
        until(lambda: any(f["type"].endswith("paid.v1") for f in ground.facts()), 25)
        told = [f for f in ground.distinct().values() if f["type"].endswith("paid.v1")]
        ledger = ground_ledger(url)
    assert len(told) == 1 and ledger["paid"] == {"c1": 1}
    assert len({payout["key"] for payout in ledger["payouts"]}) == 1


def ground_ledger(url: str) -> dict:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{url}/_ledger", timeout=30) as answer:
        return json.load(answer)


def test_killed_after_its_ticks_were_appended_a_clock_strikes_once(ground: Ground):
    dying = ground.ready(ground.toy("after-ticks"))
    ground.call(dying, "/add/c1/k1", alarm_s=1)
    dead(dying)
    ground.ready(ground.toy())
    until(lambda: any(f["type"].endswith("struck.v1") for f in ground.facts()))
    assert [f["type"] for f in ground.distinct().values()].count("redress.toy.struck.v1") == 1
    assert ground.things()["c1"]["clocks"] == {}
