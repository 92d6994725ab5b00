"""A lane writes less at once when what it holds takes the time, not when every write does."""

from collections.abc import Callable

from shared.flow.pacing import WriteTime
from shared.flow.stage import Pace

PACE = Pace()


def settled_size(cost: Callable[[int], float], size: int = PACE.most) -> float:
    """Batches follow as the stage makes them; how large they are on average once it has settled."""
    write_time, sizes = WriteTime(PACE.write_target_s, PACE.least), []
    for _ in range(400):
        slow = write_time.slow(size, cost(size))
        size = max(PACE.least, size // 2) if slow else min(PACE.most, size + 50)
        sizes.append(size)
    return sum(sizes[200:]) / 200


def test_a_quick_store_gets_whole_batches() -> None:
    assert settled_size(lambda n: 0.002 + 20e-6 * n) == PACE.most


def test_a_store_that_works_long_on_each_document_gets_few_at_once() -> None:
    assert settled_size(lambda n: 0.001 * n) < 100


def test_a_store_whose_every_write_takes_long_gets_more_at_once_so_that_the_lane_keeps_up() -> None:
    assert settled_size(lambda n: 0.1 + 20e-6 * n) > 300
    assert settled_size(lambda n: 0.1 + 20e-6 * n, size=PACE.least) > 300


def test_once_the_store_is_quick_again_nothing_is_left_of_it() -> None:
    write_time = WriteTime(PACE.write_target_s, PACE.least)
    for _ in range(10):
        write_time.slow(PACE.least, 0.5)
    assert not write_time.slow(400, 0.3)
    assert any(write_time.slow(400, 0.05) for _ in range(500))
