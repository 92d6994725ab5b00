"""The one place that speaks to MongoDB: connection, codecs, and what its errors mean to the flow."""

import contextlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, TypeCodec, TypeEncoder, TypeRegistry
from bson.decimal128 import Decimal128
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReadPreference
from pymongo.errors import BulkWriteError, ConnectionFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.flow.errors import Transient


class _DecimalCodec(TypeCodec):
    """Money is Decimal128 in the store."""

    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


class _DayEncoder(TypeEncoder):
    """A day without a time stands as text, YYYY-MM-DD; BSON knows only moments."""

    python_type = date

    def transform_python(self, value: date) -> str:
        return value.isoformat()


CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
    type_registry=TypeRegistry([_DecimalCodec(), _DayEncoder()]),
)


def database(url: str, name: str, wait_ms: int = 2000) -> Any:
    """A database read from the primary by majority, written by majority and journaled, whatever the URL says."""
    client: Any = AsyncIOMotorClient(
        url, serverSelectionTimeoutMS=wait_ms, connectTimeoutMS=wait_ms, socketTimeoutMS=10_000, retryWrites=False
    )
    return client.get_database(
        name,
        codec_options=CODEC,
        read_preference=ReadPreference.PRIMARY,
        read_concern=ReadConcern("majority"),
        write_concern=WriteConcern(w="majority", j=True, wtimeout=10_000),
    )


@contextlib.contextmanager
def world() -> Iterator[None]:
    """Every driver error here means the answer is not known: the world is down, wait."""
    try:
        yield
    except BulkWriteError:
        raise
    except ConnectionFailure as fault:
        raise Transient(f"store away: {type(fault).__name__}") from None
    except PyMongoError as fault:
        raise Transient(f"store: {type(fault).__name__} {getattr(fault, 'code', '')}") from fault
