"""What happens when store or log are away, a process stands still, or two replicas meet: real processes."""

import signal
import threading
import time

from shared.flow.codec import answer_event
from shared.flow.messages import Answer
from shared.lifecycle import STUCK
from tests.faults.conftest import Ground, dead, until, words
from tests.flow.toy import add, asked, said


def test_while_the_store_is_away_requests_are_accepted_and_carried_through_when_it_is_back(ground: Ground):
    toy = ground.ready(ground.toy())
    until(lambda: ground.answered(toy, "/add/c0/k0", amount=1))
    ground.pair.store.stop_signal()
    accepted = [ground.call(toy, f"/tell/c{n}/k", amount=7)[0] for n in range(1, 6)]
    time.sleep(3)
    ground.pair.store.cont()
    assert accepted == [202] * 5
    until(lambda: len(ground.things()) == 6, 40)
    assert [ground.things()[f"c{n}"]["state"]["total"] for n in range(1, 6)] == [7] * 5
    assert ground.records("redress.toy.dead") == [] and toy.alive


def test_a_store_killed_and_started_again_has_lost_nothing(ground: Ground):
    toy = ground.ready(ground.toy())
    ground.put(*[said(f"w{n}", 1, thing=f"c{n}") for n in range(40)])
    until(lambda: len(ground.things()) >= 5)
    ground.pair.store.kill()
    ground.put(*[said(f"w{n}", 1, thing=f"c{n}") for n in range(40, 60)])
    ground.pair.store.start()
    until(lambda: ground.committed("redress.far.standard") == 60, 40)
    assert {id: words(ground.things(), id) for id in ground.things()} == {f"c{n}": [f"w{n}"] for n in range(60)}
    assert len(ground.distinct()) == 60 and toy.alive


def test_while_the_log_is_away_callers_are_told_to_come_again_and_lanes_wait(ground: Ground):
    toy = ground.ready(ground.toy())
    until(lambda: ground.answered(toy, "/add/c0/k0", amount=1))
    ground.pair.broker.stop_signal()
    status, problem = ground.call(toy, "/tell/c1/k1", wait_s=40, amount=7)
    ground.pair.broker.cont()
    assert status == 503 and "unavailable" in problem["type"]
    assert until(lambda: ground.answered(toy, "/add/c1/k1", amount=7), 40) == {"total": 7, "again": False}
    assert toy.alive


def test_a_zombie_that_wakes_after_its_partitions_went_elsewhere_contradicts_nobody(ground: Ground):
    zombie = ground.ready(ground.toy())
    until(lambda: ground.answered(zombie, "/add/c0/k0", amount=1))
    ground.put(*[said(f"w{n}", 1, thing=f"c{n}") for n in range(1, 150)])
    zombie.stop_signal()
    heir = ground.toy()
    until(lambda: ground.committed("redress.far.standard") == 149, 40)
    zombie.cont()
    ground.put(*[said(f"v{n}", 2, thing=f"c{n}") for n in range(1, 150)])
    until(lambda: ground.committed("redress.far.standard") == 298, 40)
    things = ground.things()
    assert all(words(things, f"c{n}") == [f"w{n}", f"v{n}"] for n in range(1, 150))
    assert len(ground.distinct()) == 1 + 298 and heir.alive


def test_the_same_key_at_two_replicas_at_once_is_applied_once_and_another_body_is_refused_by_the_stage(ground: Ground):
    one, other = ground.toy(), ground.toy()
    ground.ready(one), ground.ready(other)
    answers: list[tuple[int, object]] = []

    def call(server: object, amount: int) -> None:
        answers.append(ground.call(server, "/add/c1/k1", amount=amount))  # type: ignore[arg-type]

    calls = [threading.Thread(target=call, args=(server, amount)) for server in (one, other) for amount in (5, 6)]
    for thread in calls:
        thread.start()
    for thread in calls:
        thread.join()
    until(lambda: len(ground.things().get("c1", {}).get("requests", [])) == 2)
    requests = ground.things()["c1"]["requests"]
    assert sorted(r["answer"]["status"] for r in requests) == [200, 422]
    assert ground.things()["c1"]["state"]["total"] in (5, 6)
    assert {status for status, _ in answers} <= {200, 202, 422}


def test_a_shutdown_finishes_the_batch_commits_and_leaves_so_nothing_comes_twice(ground: Ground):
    toy = ground.ready(ground.toy())
    ground.put(*[said(f"w{n}", 1, thing=f"c{n}") for n in range(200)])
    until(ground.facts)
    toy.signal(signal.SIGTERM)
    assert dead(toy, 25) == 0
    told_by_first = len(ground.facts())
    assert told_by_first == ground.committed("redress.far.standard")
    ground.ready(ground.toy())
    until(lambda: ground.committed("redress.far.standard") == 200, 40)
    assert len(ground.facts()) == 200 == len(ground.distinct())


def test_a_lane_with_lag_and_no_progress_ends_its_process_and_the_next_one_goes_on(ground: Ground):
    ground.put(said("hello", 1))
    stuck = ground.toy("hang-load", stuck_after_s=3)
    assert dead(stuck, 40) == STUCK
    ground.ready(ground.toy())
    until(lambda: words(ground.things(), "c1") == ["hello"])


def test_old_and_new_version_side_by_side_keep_each_others_fields(ground: Ground):
    newer = ground.ready(ground.toy(newer=True))
    until(lambda: ground.answered(newer, "/add/c1/k1", amount=1))
    assert ground.things()["c1"]["state"]["colour"] == "red"
    older = ground.ready(ground.toy())
    newer.stop()
    until(lambda: ground.answered(older, "/add/c1/k2", amount=2))
    thing = ground.things()["c1"]
    assert (thing["state"]["total"], thing["state"]["colour"]) == (3, "red")


def test_an_answer_that_comes_twice_and_a_late_one_change_nothing(ground: Ground):
    toy = ground.ready(ground.toy())
    until(lambda: ground.answered(toy, "/add/c1/k1", pay=True))
    key = ground.things()["c1"]["attempts"]["pay"]["key"]
    done = answer_event(Answer("c1", "pay", key, 1, "done"), "redress.toy.inbox.standard")
    late = answer_event(Answer("c1", "pay", key, 1, "refused"), "redress.toy.inbox.standard")
    ground.put(done, late, done, asked(add(1, id="k9")))
    until(lambda: ground.things()["c1"]["state"]["total"] == 2)
    assert [f["type"] for f in ground.distinct().values()].count("redress.toy.paid.v1") == 1
