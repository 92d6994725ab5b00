"""Taking a complaint in, bare: parse, seal text and contact, the bytes intake would produce, acks=all, 202.

No key is looked up, nothing is validated, screened or asked of a pack; a body is told by its text, and what stands
on the log beside the sealed parts was worked out before the first call.

python -m tests.benchmarks.peers.starlette_bare BOOTSTRAP TOPIC PORT; INTAKE_* as for the service.
"""

import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Any

import orjson
import uvicorn
import uvloop
from aiokafka import AIOKafkaProducer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.intake.app import reception_of
from services.intake.settings import Settings
from services.intake.told import Told
from shared import clock, ids, links
from shared.flow import codec
from tests.benchmarks.complaints import BODIES, INTEGRATION

PARTITIONS = 6


class Bare:
    """One endpoint and its producer."""

    def __init__(self, kafka: str, topic: str) -> None:
        self.kafka, self.topic = kafka, topic
        self.settings = Settings()
        self.reception = reception_of(self.settings)
        self.producer: Any = None
        self.made: dict[str, tuple[dict[str, Any], list[tuple[str, bytes]]]] = {}
        for body in BODIES:
            request = self.reception.request(Told.model_validate(body), INTEGRATION, "k", clock.now())
            out = codec.request_event(request, topic, b"0" * 55)
            self.made[body["text"]] = orjson.loads(out.value or b""), list(out.headers)

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka, acks="all", enable_idempotence=True, linger_ms=3, max_batch_size=524288
        )
        await self.producer.start()
        yield
        await self.producer.stop()

    async def create(self, http: Request) -> Response:
        told = orjson.loads(await http.body())
        key = http.headers["idempotency-key"]
        data, headers = self.made[told["text"]]
        id = ids.complaint_id(INTEGRATION, key)
        seals = self.reception.seals
        sealed = {"text": seals.text.seal(told["text"])}
        if told.get("contact"):
            sealed["contact"] = seals.contact.seal(told["contact"])
        own = {"ce_subject": id, "ce_id": f"integration:{INTEGRATION}:{key}", "ce_partitionkey": id}
        sent = [(name, own[name].encode() if name in own else value) for name, value in headers]
        await self.producer.send_and_wait(
            self.topic, orjson.dumps(data | sealed), id.encode(), ids.partition(id, PARTITIONS), headers=sent
        )
        secret = self.settings.link_secret.get_secret_value().encode()
        answer = {"id": id, "reference": ids.reference(id), "token": links.token(secret, id), "understood": told}
        return Response(orjson.dumps(answer), 202, media_type="application/json")


def main(kafka: str, topic: str, port: int) -> None:
    bare = Bare(kafka, topic)
    app = Starlette(routes=[Route("/v1/complaints", bare.create, methods=["POST"])], lifespan=bare.lifespan)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, proxy_headers=False, server_header=False
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))
