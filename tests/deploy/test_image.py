"""The image recipe and the compose file hold what the validators and the rules for containers ask."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.local.apache import KAFKA_VERSION

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SERVICES = ["intake", "triage", "compensation", "notify"]


def run(tool: str, *arguments: str) -> str:
    done = subprocess.run([str(BIN / tool), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    """The compose file as Docker Compose itself reads it."""
    services: dict[str, Any] = json.loads(run("docker-compose", "-f", "compose.yaml", "config", "--format", "json"))
    return services["services"]


def test_compose_accepts_the_file() -> None:
    run("docker-compose", "-f", "compose.yaml", "config", "-q")


def test_hadolint_accepts_the_recipe() -> None:
    assert run("hadolint", "deploy/Dockerfile") == ""


def test_the_recipe_is_slim_debian_and_not_root() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text("utf-8").splitlines()
    assert {line.split()[1] for line in lines if line.startswith("FROM")} == {"python:3.11-slim-bookworm"}
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users[-1] == "10001"


def test_compose_holds_the_four_services_and_what_they_need(composed) -> None:
    assert set(composed) == {"kafka", "mongo", "topics", *SERVICES}
    assert composed["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"
    assert composed["mongo"]["image"] == "mongo:8"


def test_keys_drawn_once_reach_the_services_that_need_them_whole(tmp_path) -> None:
    drawn = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "deploy.secrets", "--out", str(drawn)], cwd=ROOT, check=True)
    told = run("docker-compose", "--env-file", str(drawn), "-f", "compose.yaml", "config", "--format", "json")
    environment = {name: service["environment"] for name, service in json.loads(told)["services"].items()
                   if name in SERVICES}  # fmt: skip
    assert json.loads(environment["intake"]["INTAKE_TEXT_KEYS"]) == json.loads(
        environment["triage"]["TRIAGE_TEXT_KEYS"]
    )
    assert environment["intake"]["INTAKE_CONTACT_KEYS"] == environment["notify"]["NOTIFY_CONTACT_KEYS"]
    assert "TEXT_KEYS" not in " ".join(environment["notify"])
    assert all(json.loads(environment[name][f"{name.upper()}_JWKS"])["keys"] for name in SERVICES)


def test_every_port_is_on_the_loopback(composed) -> None:
    addresses = {port["host_ip"] for service in composed.values() for port in service.get("ports", [])}
    assert addresses == {"127.0.0.1"}


def test_every_container_is_stripped_of_rights(composed) -> None:
    for name, service in composed.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_read_only_and_starts_after_what_it_needs(composed, name: str) -> None:
    service = composed[name]
    assert service["read_only"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["environment"]["SERVICE"] == name
    assert {need: on["condition"] for need, on in service["depends_on"].items()} == {
        "kafka": "service_healthy",
        "mongo": "service_healthy",
        "topics": "service_completed_successfully",
    }


@pytest.mark.parametrize("name", ["kafka", "mongo"])
def test_the_servers_are_waited_for_by_health_checks(composed, name: str) -> None:
    assert composed[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_by_majority_and_journaled(composed, name: str) -> None:
    assert composed[name]["environment"][f"{name.upper()}_MONGO"].endswith("w=majority&journal=true")
