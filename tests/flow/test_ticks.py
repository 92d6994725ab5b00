"""Ticks told again when what was told can no longer be seen to."""

from tests.flow.bench import Bench
from tests.flow.toy import add, asked, at


async def test_a_tick_on_a_partition_that_another_replica_reads_now_is_told_again_here():
    bench = Bench().put(asked(add(alarm_s=1)))
    standard = await bench.stage()
    await bench.run(standard)
    bench.time = at(5)
    owner = bench.ticks(standard, pause_s=0.0)
    assert [await owner.once(), await owner.once()] == [1, 0]
    owner._ticked = {key: (("redress.toy.inbox.standard", 7), 0, told) for key, (_, _, told) in owner._ticked.items()}
    assert await owner.once() == 1
