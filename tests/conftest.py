"""Servers for tests: started when the first test asks for them, once for each pytest process.

On a shared server a test makes its own names with `fresh`: a topic or database is never used by two tests.
A test that stops servers, or starts the services with their fixed topic names, takes a pair of its own.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.local.apache import apache_cluster
from deploy.local.embedded import Pair, embedded_broker, embedded_pair, embedded_store, store_url
from deploy.local.processes import LOOPBACK

ONE_RUN = "tests/journeys/"
OWN_RUN = "tests/journeys/test_up.py"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several workers each takes a file at a time; the files that share one run of the demo go to one worker."""
    from xdist.scheduler import LoadFileScheduling

    class ByRun(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            shared = nodeid.startswith(ONE_RUN) and not nodeid.startswith(OWN_RUN)
            return ONE_RUN if shared else str(super()._split_scope(nodeid))

    return ByRun(config, log)


@dataclass(frozen=True)
class Broker:
    """A broker to run a suite against; the embedded one cannot serve idempotent producers."""

    bootstrap: str
    idempotent: bool


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of the embedded broker."""
    server = embedded_broker(tmp_path_factory.mktemp("broker")).start()
    yield f"{LOOPBACK}:{server.port}"
    server.kill()


@pytest.fixture(scope="session")
def real_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of Apache Kafka, one broker; only for tests marked `kafka`."""
    with apache_cluster(tmp_path_factory.mktemp("apache") / "run") as cluster:
        yield cluster.bootstrap


@pytest.fixture(scope="session", params=["embedded", pytest.param("apache", marks=pytest.mark.kafka)])
def any_kafka(request: pytest.FixtureRequest) -> Broker:
    """The same test on both brokers: the embedded one in `make test`, Apache Kafka in `make test-kafka`."""
    real = request.param == "apache"
    return Broker(request.getfixturevalue("real_kafka" if real else "kafka"), idempotent=real)


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the embedded store, without a database name."""
    server = embedded_store(tmp_path_factory.mktemp("store")).start()
    yield store_url(server.port)
    server.kill()


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Makes names nobody had before: `fresh("facts")` is the same name all through one test."""
    mark = uuid.uuid4().hex[:10]
    return lambda name: f"t{mark}_{name}"


@pytest.fixture
def own_pair(tmp_path: Path) -> Iterator[Pair]:
    """An embedded broker and store of this test's own, to kill, freeze and start again (about 0.5 s)."""
    with embedded_pair(tmp_path / "pair") as pair:
        yield pair
        pair.store.kill()
