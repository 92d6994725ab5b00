"""Batches as a dishonest producer would send them: built byte by byte, compressed, lying about what is inside."""

import gzip
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import cramjam
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
KEY = b"bomb"


def varint(number: int) -> bytes:
    """A number of none or more, as records write them (zigzag)."""
    left, out = number * 2, bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])


def record(value_bytes: int, headers: int = 0) -> tuple[bytes, bytes]:
    """A record of a value of that many bytes, without them: what stands before it, and after it."""
    after = varint(0)
    inside = b"\x00" + varint(0) + varint(0) + varint(len(KEY)) + KEY + varint(value_bytes)
    return varint(len(inside) + value_bytes + len(after)) + inside, after


def batch(codec: int, payload: bytes, count: int = 1, crc: int = 0) -> bytes:
    """A batch of format 2; `crc` is added to the right one."""
    tail = struct.pack(">hiqqqhii", codec, count - 1, 1_780_000_000_000, 1_780_000_000_000, -1, -1, -1, count) + payload
    head = struct.pack(">iBI", -1, 2, (calc_crc32c(tail) + crc) % 2**32)
    return struct.pack(">qi", 0, len(head) + len(tail)) + head + tail


def bomb(codec: int, size: int) -> bytes:
    """A batch of few bytes whose one record claims so many, and has them."""
    before, after = record(size)
    if codec == GZIP:
        machine = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = b"".join([machine.compress(before), *map(machine.compress, _zeros(size)), machine.compress(after)])
        return batch(codec, packed + machine.flush())
    content = before + bytes(size) + after
    packing: Any = {SNAPPY: cramjam.snappy.compress_raw, LZ4: cramjam.lz4.compress, ZSTD: cramjam.zstd.compress}
    return batch(codec, bytes(packing[codec](content)))


def _zeros(size: int) -> Iterator[bytes]:
    for at in range(0, size, 1_000_000):
        yield bytes(min(1_000_000, size - at))


def broken(codec: int) -> bytes:
    """A batch that says it is compressed and is not."""
    return batch(codec, b"this was never compressed" * 10)


def cut_short() -> bytes:
    """A gzip stream that ends in the middle."""
    before, after = record(50_000)
    return batch(GZIP, gzip.compress(before + bytes(range(250)) * 200 + after)[:-200])


def wrong_sum() -> bytes:
    before, after = record(10)
    return batch(0, before + b"0123456789" + after, crc=1)


def too_few() -> bytes:
    """One record where the batch says three."""
    before, after = record(10)
    return batch(0, before + b"0123456789" + after, count=3)


def past_its_end() -> bytes:
    """A record that says it is longer than its batch."""
    before, after = record(1_000_000)
    return batch(0, before + b"0123456789" + after)


async def send(bootstrap: str, topic: str, raw: bytes, partition: int = 0) -> None:
    """Sends these bytes as a batch."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=2**31 - 1)
    await producer.start()
    try:
        made = producer.create_batch()
        made.append(key=KEY, value=b"", timestamp=None)
        made.close()
        made._build()
        made._buffer[:] = raw
        await (await producer.send_batch(made, topic, partition=partition))
    finally:
        await producer.stop()
