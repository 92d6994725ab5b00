"""The flow's documents in MongoDB: load, guarded write, pages, due."""

from collections.abc import Mapping, Sequence
from typing import Any

import bson
import structlog
from bson.raw_bson import RawBSONDocument
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError

from shared import metrics
from shared.flow.errors import Transient
from shared.flow.records import Change, Written
from shared.mongo.client import CODEC, world

log = structlog.get_logger(__name__)

ALARM_BYTES = 256_000
MOST_DUE = 1000
DUE_FIELDS = {"clocks": 1, "due": 1, "shard": 1}
# Nested too deep, of a form or with names the server does not take, too large.
DOCUMENT_AT_FAULT = frozenset({2, 9, 14, 15, 22, 52, 56, 57, 10334, 17280})
# Not primary, stepping or shutting down, interrupted, out of time, network, cache or disk full, writes blocked, too
# many requests, credentials that no longer hold: nothing is wrong with the document.
WORLD_DOWN = frozenset(
    {6, 7, 13, 24, 46, 50, 64, 89, 91, 100, 112, 189, 202, 262, 365, 371, 391, 462, 9001, 10058, 10107, 11600, 11602}
    | {13435, 13436, 14031}
)
_RAW = CODEC.with_options(document_class=RawBSONDocument)


class _Encoded(RawBSONDocument):
    """A document encoded to know its size. The driver asks whether it is empty, which would decode it again."""

    def __bool__(self) -> bool:
        return True


class MongoStore:
    """One service's things in the collection `things`, pages in `pages`."""

    def __init__(self, database: Any, service: str) -> None:
        self.service = service
        self.things = database["things"]
        self.pages = database["pages"]

    async def prepare(self) -> None:
        """The indexes the flow needs; none of them unique but `_id`."""
        with world():
            await self.things.create_index(
                [("lane", 1), ("due", 1)], partialFilterExpression={"due": {"$exists": True}}, name="due_by_lane"
            )

    async def load(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        with world():
            found = await self.things.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {document["_id"]: document for document in found}

    async def write(self, changes: Sequence[Change]) -> Written:
        refused: dict[str, str] = {}
        operations: list[Any] = []
        ids: list[str] = []
        for change in changes:
            try:
                encoded = bson.encode(change.document, codec_options=CODEC)
            except (bson.errors.BSONError, ValueError, ArithmeticError, TypeError, RecursionError) as fault:
                refused[change.id] = f"the store cannot hold the document: {type(fault).__name__}"
                continue
            self._watch(change, len(encoded))
            if len(encoded) > change.limit:
                refused[change.id] = f"the document would hold {len(encoded)} bytes"
                continue
            ids.append(change.id)
            guard = {"_id": change.id, "v": change.loaded or {"$in": [0, None]}}  # absent counts as 0
            operations.append(ReplaceOne(guard, _Encoded(encoded, _RAW), upsert=True))
        written = await self._bulk(operations, ids) if operations else Written()
        return Written(written.conflicts, refused | dict(written.refused))

    async def _bulk(self, operations: Sequence[Any], ids: Sequence[str]) -> Written:
        """All at once; where the server cannot take the command for what a document holds, one by one."""
        try:
            with world():
                await self.things.bulk_write(operations, ordered=False)
        except BulkWriteError as fault:
            return _sort_out(fault.details, ids)
        except Transient as fault:
            if getattr(fault.__cause__, "code", None) not in DOCUMENT_AT_FAULT:
                raise
            if len(ids) == 1:
                return Written(refused={ids[0]: f"the store cannot hold the document: {fault}"})
            each = [await self._bulk([one], [id]) for one, id in zip(operations, ids, strict=True)]
            conflicts = frozenset[str]().union(*(written.conflicts for written in each))
            return Written(conflicts, {id: why for written in each for id, why in written.refused.items()})
        return Written()

    def _watch(self, change: Change, size: int) -> None:
        if size > ALARM_BYTES:
            metrics.LARGE.labels(self.service).inc()
            log.warning("large document", service=self.service, thing=change.id, bytes=size)

    async def keep(self, pages: Mapping[str, dict[str, Any]]) -> None:
        operations = [ReplaceOne({"_id": id}, page, upsert=True) for id, page in pages.items()]
        try:
            with world():
                await self.pages.bulk_write(operations, ordered=False)
        except BulkWriteError as fault:
            raise Transient(f"store: pages not kept, code {fault.code}") from None

    async def due(self, lane: str, shards: Sequence[int], until_minute: int) -> list[dict[str, Any]]:
        """By one range of the index, however many clocks run; late records set clocks in the past.

        Shards are told apart here: with a condition on them, and with a sort, stores that stand in for MongoDB read
        every document that has a clock.
        """
        ours, found = frozenset(shards), list[dict[str, Any]]()
        with world():
            cursor = self.things.find({"lane": lane, "due": {"$lte": until_minute}}, DUE_FIELDS)
            while len(found) < MOST_DUE and (some := await cursor.to_list(MOST_DUE)):
                found += [thing for thing in some if thing["shard"] in ours]
        return sorted(found, key=lambda thing: int(thing["due"]))


def _sort_out(details: Mapping[str, Any], ids: Sequence[str]) -> Written:
    """Conflicts on `_id` are the guard at work; any other write error is that operation's alone.

    A server that steps down or shuts down in the middle also answers by operation: then the world is down.
    """
    if details.get("writeConcernErrors"):
        raise Transient("store: write concern not met")
    down = sorted({error.get("code") for error in details.get("writeErrors", ())} & WORLD_DOWN)
    if down:
        raise Transient(f"store: code {down[0]}")
    conflicts: set[str] = set()
    refused: dict[str, str] = {}
    for error in details.get("writeErrors", ()):
        id = ids[error["index"]]
        if error.get("code") == 11000 and dict(error.get("keyPattern", {})) == {"_id": 1}:
            conflicts.add(id)
        else:
            refused[id] = f"the store refuses it: code {error.get('code')} on {sorted(error.get('keyPattern', {}))}"
    return Written(frozenset(conflicts), refused)
